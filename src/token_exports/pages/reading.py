"""Pages on which a notebook is read: one a part, with contents, notes and companions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import nbformat
from markupsafe import Markup
from nbformat import NotebookNode

from token_exports import whatif
from token_exports.pages import companions, markup, notebook, parts, reference
from token_exports.pages.markup import references
from token_exports.pages.notebook import Words
from token_exports.pages.notes import Notes
from token_exports.pages.numbers import Numbers
from token_exports.pages.partial import Unfinished
from token_exports.pages.parts import Part
from token_exports.pages.template import Script, Site, script_of

SCRIPTS = ("reading.js",)
CHART = '<div class="chart"'
PANEL = '<section class="whatif"'


@dataclass(frozen=True)
class Read:
    """A notebook that is to be read: what it recorded, its cells, the pages they fill."""

    content: dict[str, Any]
    executed: NotebookNode
    parts: list[Part]
    unfinished: Unfinished | None = None


def read(site: Site) -> list[Read]:
    """The executed notebooks of the report's folder."""
    found = []
    for content in site.shared["recorded"]:
        name = content["notebook"]
        left = site.shared["unfinished"].get(name)
        if left:
            found.append(Read(content, left.notebook, parts.parts(name, left.read), left))
            continue
        executed = nbformat.read(site.folder / "notebooks" / f"{name}.ipynb", as_version=4)
        found.append(Read(content, executed, parts.parts(name, executed)))
    return found


def standing(reads: list[Read]) -> dict[str, str]:
    """Page of each figure and table, by file stem."""
    return {stem: part.stem for one in reads for part in one.parts for stem in part.stems}


def words(site: Site, one: Read, page: str) -> Words:
    """What the sentences of one page are passed through."""
    content = one.content
    name = content["notebook"]
    section = parts.recorded_in(one.executed, content)
    return Words(
        name=name,
        folder=site.folder,
        references=references(page, site.shared["recorded"], site.shared["standing"]),
        numbers=Numbers(content["quantities"], section, notebook.companion(name, notebook.RESULTS)),
        notes=Notes(reference.source_href),
        claims=frozenset(row["claim_id"] for row in site.shared["ledger"]),
        section=parts.sections(one.executed),
        failing=one.unfinished.cell_id if one.unfinished else "",
    )


def scripts(body: str, what_if: Mapping[str, Any] | None = None) -> tuple[str | Script, ...]:
    """Scripts that a page with this body needs."""
    found: tuple[str | Script, ...] = SCRIPTS
    if CHART in body:
        found = (*found, "chart.js")
    if what_if and PANEL in body:
        found = (*found, "formats.js", script_of(whatif.script(what_if)), "whatif.js")
    return found


def write(site: Site, one: Read) -> None:
    """Write the pages of a notebook and those beside them."""
    name = one.content["notebook"]
    long_tables: list[str] = []
    written = []
    for part in one.parts:
        own = words(site, one, part.stem)
        body = notebook.body(part.notebook, own)
        written.append((part.stem, own, body))
        long_tables += own.long_tables
    contents = [(stem, notebook.headings(body)) for stem, _, body in written]
    shared = {
        "content": one.content,
        "section": name,
        "contents": contents,
        "own_claims": [row for row in site.shared["ledger"] if row["notebook"] == name],
        "companion": {k: notebook.companion(name, k) for k in ("code", "results", "tables")},
        "long_tables": len(long_tables),
        "left": one.unfinished,
    }
    for number, (stem, own, body) in enumerate(written):
        answer = own.numbers.linked(markup.markdown(one.content["answer"]))
        around = {
            "number": number,
            "first": number == 0,
            "answer": Markup(answer),
            "body": Markup(body),
            "notes": list(own.notes.entries.values()),
            "before": contents[number - 1] if number else None,
            "after": contents[number + 1] if number + 1 < len(contents) else None,
        }
        needed = scripts(body, one.content.get("what_if"))
        site.page(f"{stem}.html", "notebook", {**shared, **around}, scripts=needed)
    companions.write(site, one.content, one.executed, long_tables)
