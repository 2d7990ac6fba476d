"""Fill the page templates: one stylesheet for all, scripts named by their hash, no loose value.

Text is escaped unless it is markup; a name that a template does not know is an error. A page may
lie in a folder of the report: ``root`` leads from there to its top.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from token_exports import formats, paths, results
from token_exports.pages import kept, markup, reference
from token_exports.units import UNITS

STYLE = "assets/style.css"
THEME_SCRIPT = "theme.js"
BASE_SCRIPT = "page.js"
AGES_SCRIPT = "ages.js"


@dataclass(frozen=True)
class Script:
    """Text of a script and what a Content-Security-Policy calls it."""

    text: Markup
    hash: str


@dataclass(frozen=True)
class Site:
    """A report that is being written: its folder and what every page of it knows."""

    folder: Path
    shared: Mapping[str, Any]

    def page(
        self,
        path: str,
        template: str,
        context: Mapping[str, Any],
        *,
        scripts: tuple["str | Script", ...] = (),
        plain: bool = False,
    ) -> None:
        """Write one page.

        Parameters
        ----------
        path
            Of the page below the report's folder.
        template
            Name of a template without its endings.
        context
            What it shows, besides what every page knows.
        scripts
            Scripts it needs besides the common ones: files of ``reports/template/pages`` by name,
            or a text made for this page.
        plain
            The page folds nothing that a link points into, so the light switch will do.
        """
        common = [THEME_SCRIPT] if plain else [THEME_SCRIPT, BASE_SCRIPT]
        if self.shared.get("ages"):
            common.append(AGES_SCRIPT)
        own = {
            "page": path.removesuffix(".html"),
            "root": "../" * path.count("/"),
            "scripts": [s if isinstance(s, Script) else script(s) for s in (*common, *scripts)],
        }
        text = _environment(_templates()).get_template(f"{template}.html.j2")
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text.render({**self.shared, **context, **own}), encoding="utf-8")

    def style(self) -> None:
        """Write the stylesheet that all pages share."""
        target = self.folder / STYLE
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(stylesheet(), encoding="utf-8")


def stylesheet() -> str:
    """Rules of all pages in one text."""
    sources = sorted(Path(_templates(), "pages").glob("*.css"))
    sources.sort(key=lambda path: path.name != "style.css")  # the common rules come first
    return "".join(path.read_text(encoding="utf-8") for path in sources)


def script(name: str) -> Script:
    """A script of the template with the hash under which a page may run it."""
    lines = Path(_templates(), "pages", name).read_text(encoding="utf-8").splitlines()
    kept = (line.strip() for line in lines)
    return script_of("\n".join(line for line in kept if line))  # it stands in every page


def script_of(text: str) -> Script:
    """Text of a script or a style with the hash under which a page may use it."""
    return Script(Markup(text), base64.b64encode(sha256(text.encode()).digest()).decode())


def fill(template: str, context: Mapping[str, Any]) -> str:
    """Text of a template that is no page of the report's folder."""
    return _environment(_templates()).get_template(f"{template}.html.j2").render(context)


def _templates() -> str:
    return str(paths.reports() / "template")


@lru_cache(maxsize=4)
def _environment(templates: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(templates) / "pages"),
        autoescape=select_autoescape(["html.j2"], default=True),
        undefined=StrictUndefined,
        bytecode_cache=kept.Compiled(),
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "markdown": lambda text: Markup(markup.markdown(text)),
        "number": lambda value, unit: formats.number(value, unit),
        "quantity": lambda value, unit: formats.quantity(value, unit),
        "span": lambda row: formats.span(results.Recorded(**row).interval, row["unit"]),
        "unit": lambda name: UNITS[name].label if name in UNITS else name,
        "slug": lambda text: text.replace(":", "").replace(" ", "-"),
        "source_href": reference.source_href,
        "table_href": reference.table_href,
        "formula_href": reference.formula_href,
        "result_href": reference.result_href,
    }
    return environment
