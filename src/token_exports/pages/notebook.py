"""Executed notebook to page body: nbconvert with the project's template, no network needed to read.

What is seen stays on the page; code and long tables go to pages beside it (`companions`), one click
away. Sentences and captions get their references, links to results, and numbered notes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from html import escape
from pathlib import Path
from typing import Any

from jinja2 import pass_context
from nbconvert.exporters import HTMLExporter, TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbformat import NotebookNode

from token_exports import paths
from token_exports.pages import inline, kept, markup, traces
from token_exports.pages.markup import References
from token_exports.pages.notes import Notes
from token_exports.pages.numbers import Numbers

_UNCOLOURED = re.compile(r'<span(?: class="(?:n[a-z]?|[opw]|si)")?>([^<]*)</span>')
"""Parts of code that the style sheet leaves as they are: names, operators, punctuation, blanks."""
_CLAIMS = re.compile(r"^\*\*Claims tested\.\*\*.*$", re.M)
_BOLD = re.compile(r"^<p><strong>((?:(?!</?(?:p|strong)>).)*)</strong></p>$", re.S)
_CLAIM = re.compile(r"<code>([a-z][a-z0-9_]*)</code>")
_TABLE = re.compile(r'<figure class="table" id="table-(\w+)">(<figcaption>.*?</figcaption>)', re.S)
_VIEW = re.compile(r'viewBox="[\d.]+ [\d.]+ ([\d.]+) ([\d.]+)"')
MOST_ROWS_ON_PAGE = 8
MOST_MARKS = 4
TABLES, CODE, RESULTS = "tables", "code", "results"


def companion(notebook: str, kind: str) -> str:
    """File of the page beside a notebook's that holds its code, results or tables."""
    return f"{notebook[:2]}-{kind}.html"


@dataclass(frozen=True)
class Heading:
    """Entry of a page's table of contents."""

    anchor: str
    text: str


@dataclass
class Words:
    """What sentences, captions and tables of one page are passed through."""

    name: str
    folder: Path
    references: References
    numbers: Numbers
    notes: Notes
    claims: frozenset[str]
    section: Mapping[str, int]
    long_tables: list[str] = field(default_factory=list)
    failing: str = ""
    """Identifier of the cell at which the notebook ended; its code is shown."""

    def prose(self, text: str) -> str:
        """HTML of a Markdown cell; claims named in code letters lead to their entry.

        The list of claims is left out: the page counts them by verdict.
        """
        html = markup.markdown(self.references.linked(_CLAIMS.sub("", text)), written=True)
        html = _CLAIM.sub(self._claim, html)
        return re.sub(r"<h1\b.*?</h1>", "", html, count=1, flags=re.S)

    def takeaway(self, text: str, cell: NotebookNode) -> str:
        """HTML of a computed sentence: numbers lead to results, notes say what those rest on."""
        html = markup.markdown(self.references.linked(text))
        html = self.numbers.linked(html, self.section[cell.id]).strip()
        html = _BOLD.sub(r"<p>\1</p>", html)
        marks = "".join(self.notes.table(name) for name in self.numbers.tables()[:MOST_MARKS])
        return html.removesuffix("</p>") + f"{marks}</p>" if html.endswith("</p>") else html + marks

    def caption(self, text: str) -> str:
        """HTML of a source line."""
        return self.notes.credited(escape(text, quote=False))

    def picture(self, entry: Mapping[str, Any]) -> str:
        """Image of a figure, with its proportions, so that nothing moves when it comes.

        A figure with points to look at becomes part of the page.
        """
        if entry.get("interactive"):
            return inline.chart(entry, str(self.folder))
        file = f"figures/{entry['stem']}.svg"
        size = _VIEW.search((self.folder / file).read_text(encoding="utf-8"))
        box = f' width="{float(size[1]):.0f}" height="{float(size[2]):.0f}"' if size else ""
        alt = escape(entry["alt"], quote=True)
        return f'<img src="{file}" alt="{alt}"{box} loading="lazy">'

    def table(self, html: str, cell: NotebookNode) -> str:
        """A short table as it is; of a long one its caption and the way to its rows."""
        rows = html.count("<tr>") - 1
        found = _TABLE.search(html)
        if found is None:
            return html
        stem, caption = found[1], found[2].removesuffix("</figcaption>")
        code = f' <a class="code" href="{companion(self.name, CODE)}#code-{cell.id}">Code</a>'
        if rows <= MOST_ROWS_ON_PAGE:
            return self.notes.cited(html.replace(found[2], f"{caption}{code}</figcaption>", 1))
        self.long_tables.append(html)
        href = f"{companion(self.name, TABLES)}#table-{stem}"
        way = f' <a href="{href}">{rows} rows</a>{code}</figcaption></figure>'
        return f'<figure class="table" id="table-{stem}">{caption}{way}'

    def shortened(self, text: str) -> str:
        """HTML of what a cell printed, without this machine's folders."""
        return escape(traces.shortened(text, self.folder))

    def traceback(self, output: NotebookNode) -> str:
        """HTML of the traceback of an error."""
        return traces.traceback(output, self.folder)

    def _claim(self, code: re.Match[str]) -> str:
        name = code[1]
        return f'<a href="claims.html#{name}">{name}</a>' if name in self.claims else code[0]


def highlighted(code: str, metadata: Mapping[str, Any] | None = None) -> str:
    """HTML of Python code, with marks only where they carry a colour."""
    marked = Highlight2HTML(pygments_lexer="python3")(code, metadata=metadata)
    return _UNCOLOURED.sub(r"\1", str(marked))


def opened(code: str) -> str:
    """HTML of code that a reader can scroll by keyboard."""
    return highlighted(code).strip().replace("<pre>", '<pre tabindex="0">', 1)


class BodyExporter(HTMLExporter):
    """nbconvert exporter for the part of a page that a notebook fills."""

    words: Words

    @pass_context
    def markdown2html(self, context: Any, source: str) -> str:
        """Filter that the template applies to Markdown cells."""
        return self.words.prose(source)

    def from_notebook_node(  # type: ignore[override]
        self, nb: NotebookNode, resources: dict[str, Any] | None = None, **kw: Any
    ) -> tuple[str, dict[str, Any]]:
        """Body of a notebook, without the pass that parses and rewrites the whole page."""
        self.register_filter("computed", markup.markdown)  # type: ignore[no-untyped-call]
        for name in ("takeaway", "caption", "picture", "table", "shortened", "traceback"):
            self.register_filter(name, getattr(self.words, name))  # type: ignore[no-untyped-call]
        self.register_filter("code", opened)  # type: ignore[no-untyped-call]
        body, found = TemplateExporter.from_notebook_node(self, nb, resources, **kw)
        return str(body), dict(found)


@lru_cache(maxsize=4)
def _exporter(templates: str) -> BodyExporter:
    exporter = BodyExporter(  # type: ignore[no-untyped-call]
        template_name="notebook",
        extra_template_basedirs=[templates],
        optimistic_validation=True,  # once, not again after each step that is switched off
    )
    exporter.environment.bytecode_cache = kept.Compiled()
    return exporter


def body(notebook: NotebookNode, words: Words) -> str:
    """Body of a page of an executed notebook, its title left to the page."""
    exporter = _exporter(str(paths.reports() / "template"))
    exporter.words = words
    pages = {kind: companion(words.name, kind) for kind in (TABLES, CODE, RESULTS)}
    resources = {"name": words.name, "companion": pages, "failing": words.failing}
    text, _ = exporter.from_notebook_node(notebook, resources)
    return text


def headings(html: str) -> list[Heading]:
    """Second-level headings of a page body, in order."""
    found = re.findall(r'<h2[^>]*\bid="([^"]+)"[^>]*>(.*?)</h2>', html, flags=re.S)
    return [Heading(anchor, markup.as_text(text)) for anchor, text in found]
