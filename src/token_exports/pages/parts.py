"""A notebook cut into the pages it is read on, and where each figure, table and result stands.

A Markdown cell tagged ``page`` begins a new page. A section runs from one second-level heading to
the next; a result belongs to the section whose cell recorded it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nbformat import NotebookNode, from_dict

BREAK = "page"


@dataclass(frozen=True)
class Part:
    """Cells of one page of a notebook.

    Parameters
    ----------
    stem
        File of the page without its ending.
    notebook
        The cells of this page only.
    stems
        Figures and tables shown on it.
    """

    stem: str
    notebook: NotebookNode
    stems: frozenset[str]


def parts(name: str, executed: NotebookNode) -> list[Part]:
    """Pages of a notebook in reading order; the first bears its name."""
    runs: list[list[NotebookNode]] = [[]]
    for cell in executed.cells:
        if BREAK in cell.metadata.get("tags", []) and runs[-1]:
            runs.append([])
        runs[-1].append(cell)
    found = []
    for number, cells in enumerate(runs, 1):
        stem = name if number == 1 else f"{name}-{number}"
        page = from_dict({**executed, "cells": cells})
        found.append(Part(stem, page, frozenset(_shown(cells))))
    return found


def _shown(cells: list[NotebookNode]) -> list[str]:
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    entries = [output.get("metadata", {}).get("token_exports") for output in outputs]
    return [entry["stem"] for entry in entries if entry]


def sections(executed: NotebookNode) -> dict[str, int]:
    """Cell identifier to the number of its section, 0 before the first heading."""
    found, section = {}, 0
    for cell in executed.cells:
        if cell.cell_type == "markdown" and str(cell.source).lstrip().startswith("## "):
            section += 1
        found[str(cell.id)] = section
    return found


def recorded_in(executed: NotebookNode, content: Mapping[str, Any]) -> dict[str, int]:
    """Quantity to the section whose cell recorded it; quantities of unknown cell are left out."""
    by_cell = sections(executed)
    by_count = {
        cell.execution_count: by_cell[str(cell.id)]
        for cell in executed.cells
        if cell.cell_type == "code" and cell.execution_count
    }
    return {
        row["name"]: by_count[row["cell"]]
        for row in content["quantities"]
        if row.get("cell") in by_count
    }
