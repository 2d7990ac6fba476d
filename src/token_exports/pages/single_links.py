"""Ids, links and pictures of a page that moves into the one file.

What page ``P`` calls ``X`` is ``P--X`` there, and ``P`` itself is the page's section. An id that a
script names keeps its name, as long as no other page uses it.
"""

import base64
import posixpath
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, unquote

from bs4 import BeautifulSoup, Tag

MOST_TABLE_BYTES = 100_000
PICTURES = {".png": "image/png", ".svg": "image/svg+xml"}
REFERENCES = ["for", "form", "headers", "list", "popovertarget", "commandfor"]
REFERENCES += [
    f"aria-{name}"
    for name in ("labelledby", "describedby", "controls", "owns", "details", "flowto")
]
_LOCAL_URL = re.compile(r"url\((['\"]?)#([^)'\"]+)\1\)")
_EXTERNAL = re.compile(r"[a-z][a-z0-9+.-]*:|//", re.I)
_PLAIN = "!$()*+,-./:;=?@_~'"
"""Signs that a data URI holds as they are, besides letters and digits."""


@dataclass
class Page:
    """A page of the report, and what remains of it in the one file."""

    path: str
    soup: BeautifulSoup
    title: str = ""
    section: Tag = field(init=False)
    scripts: list[str] = field(init=False)

    def __post_init__(self) -> None:
        main = self.soup.find("main")
        if not isinstance(main, Tag):
            raise ValueError(f"{self.path} has no main part")
        self.scripts = [tag.get_text() for tag in self.soup.find_all("script") if _runs(tag)]
        if self.soup.body:  # islands of data stand beside the text
            for tag in self.soup.body.find_all(["script", "template"], recursive=False):
                if not _runs(tag):
                    main.append(tag.extract())
        for tag in [tag for tag in main.find_all("script") if _runs(tag)]:
            tag.decompose()
        main.name, main.attrs = "div", {"class": "main"}
        self.section = main
        heading = main.find("h1")
        self.title = self.title or (heading.get_text(" ", strip=True) if heading else self.name)

    @property
    def name(self) -> str:
        """What a link to the page as a whole leads to."""
        return section_name(self.path)


def section_name(path: str) -> str:
    """Path of a page without its ending, as an identifier that begins with a letter."""
    return re.sub(r"^(?=\d)", "p", path.removesuffix(".html"))


def _runs(tag: Tag) -> bool:
    return tag.name == "script" and tag.get("type", "") in ("", "text/javascript")


@dataclass(frozen=True)
class Anchors:
    """What the pages of the one file define, and which of it keeps its name."""

    pages: dict[str, set[str]]
    kept: set[str]

    @classmethod
    def of(cls, pages: list[Page]) -> "Anchors":
        """Anchors of pages that have not been rewritten yet."""
        defined = {p.name: {str(tag["id"]) for tag in p.section.find_all(id=True)} for p in pages}
        times = Counter(anchor for anchors in defined.values() for anchor in anchors)
        code = "\n".join({text for page in pages for text in page.scripts})
        named = set(re.findall(r"[\"'`#]([A-Za-z][\w-]*)(?=[\"'`\s.,>\[\]])", code))
        once = {anchor for anchor, count in times.items() if count == 1}
        return cls(defined, once & named - set(defined) - {"main"})

    def name(self, page: str, anchor: str) -> str:
        """Name in the one file of what a page calls ``anchor``."""
        return anchor if anchor in self.kept else f"{page}--{anchor}"

    def target(self, page: str, fragment: str) -> str:
        """Where a link to a page leads; what is no anchor there is meant for a script."""
        anchor = unquote(fragment)
        if not anchor:
            return page
        return self.name(page, anchor) if anchor in self.pages[page] else fragment


def rewrite(page: Page, anchors: Anchors, folder: Path) -> None:
    """Give a page's section the names, links and pictures it has in the one file."""
    for tag in page.section.find_all(True):
        _rename(tag, page, anchors)
    rewrite_part(page.section, page, anchors, folder)
    for tag in page.section.find_all(["img", "source"]):
        _carry_picture(tag, page, folder)


def rewrite_part(part: Tag, page: Page, anchors: Anchors, folder: Path) -> None:
    """Rewrite the links of a part of a page."""
    for link in part.find_all("a", href=True):
        _relink(link, page, anchors, folder)


def _rename(tag: Tag, page: Page, anchors: Anchors) -> None:
    own = anchors.pages[page.name]
    if tag.get("id"):
        tag["id"] = anchors.name(page.name, str(tag["id"]))
    for key in [key for key in tag.attrs if key in REFERENCES]:
        value = tag[key]
        words = value.split() if isinstance(value, str) else value
        tag[key] = " ".join(anchors.name(page.name, w) if w in own else w for w in words)
    for key, value in tag.attrs.items():
        if isinstance(value, str) and "url(" in value:
            tag[key] = _LOCAL_URL.sub(lambda m: f"url(#{anchors.name(page.name, m[2])})", value)
    for key in ("href", "xlink:href", "usemap"):
        if tag.name != "a" and str(tag.get(key, "")).startswith("#"):
            tag[key] = "#" + anchors.name(page.name, str(tag[key])[1:])


def _relink(link: Tag, page: Page, anchors: Anchors, folder: Path) -> None:
    href = str(link["href"])
    if _EXTERNAL.match(href):
        return
    path, _, fragment = href.partition("#")
    base = posixpath.dirname(page.path)
    target = posixpath.normpath(posixpath.join(base, unquote(path))) if path else page.path
    name = section_name(target)
    if target.endswith(".html") and name in anchors.pages:
        link["href"] = "#" + anchors.target(name, fragment)
        if fragment and unquote(fragment) not in anchors.pages[name]:
            link["data-page"] = name
    elif _fits(folder / target):
        link["href"] = "data:text/csv;charset=utf-8," + _quoted(folder / target)
        link["download"] = posixpath.basename(target)
    elif target.endswith(".html"):
        _unlink(link)
        link.append("\N{DAGGER}")
    elif link.find_parent(class_="downloads"):
        link.decompose()
    else:
        _unlink(link)


def _unlink(link: Tag) -> None:
    link.name, link.attrs = "span", {"class": "elsewhere"}


def _fits(path: Path) -> bool:
    """Whether a file is one of the small tables behind a figure."""
    small = path.parent.name == "tables" and path.suffix == ".csv" and path.is_file()
    return small and path.stat().st_size <= MOST_TABLE_BYTES


def _carry_picture(tag: Tag, page: Page, folder: Path) -> None:
    tag.attrs.pop("loading", None)  # a picture not seen yet would be missing in print
    for key in ("src", "srcset"):
        source = str(tag.get(key, ""))
        if source and not _EXTERNAL.match(source):
            path = folder / posixpath.join(posixpath.dirname(page.path), unquote(source))
            tag[key] = _picture(path)


def _picture(path: Path) -> str:
    return f"data:{PICTURES[path.suffix]};base64,{base64.b64encode(path.read_bytes()).decode()}"


def _quoted(path: Path) -> str:
    return quote(path.read_text(encoding="utf-8"), safe=_PLAIN)
