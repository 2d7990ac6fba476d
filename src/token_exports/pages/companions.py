"""Pages beside a notebook's: its code cell by cell, every result, and its long tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from markupsafe import Markup
from nbformat import NotebookNode

from token_exports.pages import notebook, notes, reference
from token_exports.pages.template import Site


@dataclass(frozen=True)
class Code:
    """Code behind one visible output: its own cell and the silent ones before it."""

    anchor: str
    html: Markup


def code_groups(executed: NotebookNode) -> list[Code]:
    """Code of a notebook in order, cut after each cell that shows something.

    The anchor is the identifier of the last cell of a group.
    """
    groups: list[Code] = []
    gathered: list[str] = []
    cells = [c for c in executed.cells if c.cell_type == "code"]
    for number, cell in enumerate(cells, 1):
        if "injected-parameters" in cell.metadata.get("tags", []):
            continue
        gathered.append(str(cell.source))
        if cell.get("outputs") or number == len(cells):
            code = notebook.opened("\n\n".join(gathered))
            groups.append(Code(f"code-{cell.id}", Markup(code)))
            gathered = []
    return groups


def write(
    site: Site, content: Mapping[str, Any], executed: NotebookNode, tables: list[str]
) -> None:
    """Write the three pages beside a notebook's.

    Parameters
    ----------
    site
        Report that is being written.
    content
        What the notebook recorded.
    executed
        The executed notebook.
    tables
        Markup of its long tables.
    """
    name = str(content["notebook"])
    shared = {"content": content, "section": name}
    code = {**shared, "groups": code_groups(executed)}
    site.page(notebook.companion(name, notebook.CODE), "code", code, scripts=("code.js",))
    results = {**shared, "groups": _by_origin(content["quantities"])}
    results["left"] = site.shared["unfinished"].get(name)
    site.page(notebook.companion(name, notebook.RESULTS), "results", results)
    listed = {
        **shared,
        "tables": [Markup(notes.directed(t, reference.source_href)) for t in tables],
    }
    site.page(notebook.companion(name, notebook.TABLES), "tables", listed)


def _by_origin(
    quantities: list[dict[str, Any]],
) -> list[tuple[list[str], list[tuple[str, list[dict[str, Any]]]]]]:
    """Quantities by the tables, then by the formula they come from."""

    def of_tables(row: dict[str, Any]) -> list[str]:
        return list(row["tables"])

    def of_formula(row: dict[str, Any]) -> str:
        return str(row["formula"])

    ordered = sorted(quantities, key=lambda row: (of_tables(row), of_formula(row)))
    return [
        (tables, [(formula, list(rows)) for formula, rows in groupby(alike, of_formula)])
        for tables, alike in groupby(ordered, of_tables)
    ]
