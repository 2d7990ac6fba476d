"""Executed notebook to page body: nbconvert with the project's template, no network needed to read.

Formulas become MathML, figures become inline SVG whose text and rules follow the page's colours.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import Any

from jinja2 import pass_context
from latex2mathml.converter import convert
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath
from nbformat import NotebookNode

from token_exports import paths
from token_exports.figures.theme import INK

_GLYPH = re.compile(r'<path id="g\d+-(d[0-9a-zA-Z-]*)"( d="[^"]*" transform="[^"]*")/>')
_UNCOLOURED = re.compile(r'<span(?: class="(?:n[a-z]?|[opw]|si)")?>([^<]*)</span>')
"""Parts of code that the style sheet leaves as they are: names, operators, punctuation, blanks."""


@dataclass(frozen=True)
class Heading:
    """Entry of a page's table of contents."""

    anchor: str
    text: str


class _Renderer(IPythonRenderer):
    """Markdown with formulas as MathML."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """Heading that a link can point to."""
        anchor = re.sub(r"[^a-z0-9]+", "-", _as_text(text).lower()).strip("-")
        return f'<h{level} id="{escape(anchor)}">{text}</h{level}>\n'

    def inline_math(self, body: str) -> str:
        """Formula inside a line."""
        return str(convert(body))

    def block_math(self, body: str) -> str:
        """Formula on its own line."""
        formula = convert(body.strip(), display="block")
        return f'<div class="scroll formula" tabindex="0" role="group">{formula}</div>'

    def latex_environment(self, name: str, body: str) -> str:
        """Formula in a LaTeX environment."""
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")


def markdown(text: str) -> str:
    """HTML of Markdown text, headings with anchors but without pilcrows."""
    renderer = _Renderer(escape=False, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=renderer).render(text))


def highlighted(code: str, metadata: Mapping[str, Any] | None = None) -> str:
    """HTML of Python code, with marks only where they carry a colour."""
    marked = Highlight2HTML(pygments_lexer="python3")(code, metadata=metadata)
    return _UNCOLOURED.sub(r"\1", str(marked))


class BodyExporter(HTMLExporter):
    """nbconvert exporter for the part of a page that a notebook fills."""

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Filter that the template applies to Markdown cells and outputs."""
        return markdown(source)

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Body of a notebook, without the pass that parses and rewrites the whole page."""
        filters = {
            "highlight_code": highlighted,
            "inline_svg": inline_svg,
        }
        for name, own in filters.items():
            self.register_filter(name, own)  # type: ignore[no-untyped-call]
        body, found = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
        return str(body), dict(found)


@lru_cache(maxsize=4)
def _exporter(templates: str) -> BodyExporter:
    return BodyExporter(  # type: ignore[no-untyped-call]
        template_name="notebook", extra_template_basedirs=[templates]
    )


def body(notebook: NotebookNode) -> str:
    """Body of the page of an executed notebook, its title left to the page."""
    exporter = _exporter(str(paths.reports() / "template"))
    text, _ = exporter.from_notebook_node(notebook)
    return shared_glyphs(re.sub(r"<h1\b.*?</h1>", "", text, count=1, flags=re.S))


def shared_glyphs(html: str) -> str:
    """Page body whose figures draw their letters from one set, a third smaller."""
    glyphs = dict(_GLYPH.findall(html))
    if not glyphs:
        return html
    html = _GLYPH.sub("", html).replace("<defs></defs>", "")
    html = re.sub(r'href="#g\d+-(d[0-9a-zA-Z-]*)"', r'href="#\1"', html)
    shapes = "".join(f'<path id="{name}"{shape}/>' for name, shape in sorted(glyphs.items()))
    return f'<svg width="0" height="0" aria-hidden="true"><defs>{shapes}</defs></svg>{html}'


def headings(html: str) -> list[Heading]:
    """Second-level headings of a page body, in order."""
    found = re.findall(r'<h2[^>]*\bid="([^"]+)"[^>]*>(.*?)</h2>', html, flags=re.S)
    return [Heading(anchor, _as_text(text)) for anchor, text in found]


def inline_svg(svg: str, alt: str) -> str:
    """SVG for use inside a page: scalable, described, and following the page's colours."""
    svg = re.sub(r'(<svg\b[^>]*?) height="[^"]*"', r"\1", svg, count=1)
    svg = re.sub(r'(<svg\b[^>]*?) width="[^"]*"', r"\1", svg, count=1)
    svg = svg.replace("<svg", f'<svg role="img" aria-label="{escape(alt, quote=True)}"', 1)
    for name, colour in INK.items():
        svg = svg.replace(colour, f"var(--{name})")
    return svg


def _as_text(html: str) -> str:
    return re.sub(r"<[^>]+>", "", html).strip()
