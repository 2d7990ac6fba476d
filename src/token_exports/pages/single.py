"""The whole report as one file that can be mailed: every page, picture, style and script in it.

A function of the finished folder. Pages become sections, links between them anchors. Pages in
folders (one per table, one per module) come along folder by folder, the lightest first, as long as
the file stays small.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bs4 import BeautifulSoup, Tag
from bs4.dammit import EntitySubstitution
from bs4.formatter import HTMLFormatter
from markupsafe import Markup
from selectolax.lexbor import LexborHTMLParser

from token_exports.pages import single_links, single_style
from token_exports.pages.single_links import Anchors, Page
from token_exports.pages.template import STYLE, fill, script, script_of

FILE = "report.html"
MOST_BYTES = 9_000_000
PANEL_DATA = "const whatIf"
"""How the script begins that holds a panel's inputs and formulas."""
LANDMARKS = ["nav", "aside", "section", "form"]
_AS_HTML = HTMLFormatter(EntitySubstitution.substitute_xml, void_element_close_prefix="")
_CARRIED = re.compile(r'(?:src|href)="([^"]+\.(?:svg|png|csv))"')


def write(folder: Path, most_bytes: int = MOST_BYTES) -> Path:
    """Write the one file of a finished report.

    Parameters
    ----------
    folder
        Of a report whose pages are written.
    most_bytes
        Pages in folders are left out where the file would grow beyond it.

    Returns
    -------
    Path
        The file, inside the folder.
    """
    front = _parsed(folder / "index.html")
    navigation = _navigation(front)
    chosen, left_out = _chosen(folder, list(navigation), most_bytes)
    pages = [Page(path, _parsed(folder / path), navigation.get(path, "")) for path in chosen]
    anchors = Anchors.of(pages)
    for page in pages:
        single_links.rewrite(page, anchors, folder)
    _tell_landmarks_apart(pages)
    style = (folder / STYLE).read_text(encoding="utf-8")
    sections = {page.name: page.title for page in pages}
    context = {
        **_frame(front, Page("index.html", front), anchors, folder),
        "contents": _contents(pages, list(navigation)),
        "pages": [(page, Markup(page.section.decode(formatter=_AS_HTML))) for page in pages],
        "scripts": [*map(script_of, _scripts(pages)), script("single.js")],
        "style": script_of(single_style.rewritten(style, sections)),
        "left_out": sorted({path.partition("/")[0] for path in left_out}),
    }
    target = folder / FILE
    target.write_text(fill("single", context), encoding="utf-8")
    return target


def _parsed(path: Path) -> BeautifulSoup:
    """A page with the end tags that HTML lets it omit."""
    whole = LexborHTMLParser(path.read_text(encoding="utf-8")).html or ""
    return BeautifulSoup(whole, "html.parser")


def _navigation(front: BeautifulSoup) -> dict[str, str]:
    """File and title of the pages that the front page leads to, in its order."""
    links = front.select("header.site nav a")
    return {str(a["href"]): a.get_text(" ", strip=True) for a in links if a.get("href")}


def _chosen(folder: Path, navigation: list[str], most_bytes: int) -> tuple[list[str], list[str]]:
    """Pages to take, each followed by those that belong to it, and pages to leave out."""
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.html"))
    found = [path for path in found if path != FILE]
    top, groups = [path for path in found if "/" not in path], defaultdict(list)
    for path in found:
        if "/" in path:
            groups[path.partition("/")[0]].append(path)
    room = most_bytes - _weight(folder, top)
    left_out: list[str] = []
    for group in sorted(groups.values(), key=lambda paths: (_weight(folder, paths), paths)):
        room -= _weight(folder, group)
        (top if room >= 0 else left_out).extend(group)
    return _in_order(top, navigation), left_out


def _in_order(paths: list[str], navigation: list[str]) -> list[str]:
    """Pages in the order of the navigation, each followed by its companions and its folder."""
    ordered: list[str] = []
    for path in [*navigation, *paths]:
        stem = path.removesuffix(".html")
        own = [p for p in paths if p == path or p.startswith((f"{stem}-", f"{stem}/"))]
        ordered += sorted(own, key=lambda p: p != path)
    return list(dict.fromkeys(ordered))


def _weight(folder: Path, paths: Iterable[str]) -> int:
    """Bytes that pages add to the file, with the pictures and tables they show or offer."""
    total = 0
    for path in paths:
        text = (folder / path).read_text(encoding="utf-8")
        total += len(text.encode())
        for link in _CARRIED.findall(text):
            file = (folder / path).parent / link
            carried = file.suffix != ".png" and "data/" not in link and file.is_file()
            total += file.stat().st_size if carried else 0
    return total


def _scripts(pages: list[Page]) -> list[str]:
    """Text of each script that any page runs, once; what a reader may move, once for each page."""
    return list(dict.fromkeys(text for page in pages for text in _of_page(page)))


def _of_page(page: Page) -> list[str]:
    """Scripts of a page; a panel finds its own inputs, whose identifiers got the page's name."""
    data = [text for text in page.scripts if text.startswith(PANEL_DATA)]
    if not data:
        return page.scripts
    *others, panel = (text for text in page.scripts if text not in data)
    own = panel.replace('getElementById("whatif")', f'getElementById("{page.name}--whatif")')
    own = own.replace("`whatif-$", f"`{page.name}--whatif-$")
    return [*others, f"(() => {{\n{data[0]}\n{own}\n}})();"]


def _contents(pages: list[Page], navigation: list[str]) -> list[tuple[Page, list[Page]]]:
    """Each page of the navigation with the pages that follow it."""
    contents: list[tuple[Page, list[Page]]] = []
    for page in pages:
        if page.path in navigation or not contents:
            contents.append((page, []))
        else:
            contents[-1][1].append(page)
    return contents


def _frame(front: BeautifulSoup, page: Page, anchors: Anchors, folder: Path) -> dict[str, Any]:
    """Title, description and foot of the front page, for the file as a whole."""
    description = front.find("meta", attrs={"name": "description"})
    foot = front.select_one("footer.site")
    if foot:
        single_links.rewrite_part(foot, page, anchors, folder)
    return {
        "title": front.title.get_text() if front.title else "",
        "description": description["content"] if isinstance(description, Tag) else "",
        "foot": Markup(foot.decode_contents(formatter=_AS_HTML)) if foot else "",
    }


def _tell_landmarks_apart(pages: list[Page]) -> None:
    """Name the page in the label of a landmark, since several pages have the same ones."""
    for page in pages:
        for tag in page.section.find_all(LANDMARKS):
            if tag.get("aria-label"):
                tag["aria-label"] = f"{tag['aria-label']}: {page.title}"
