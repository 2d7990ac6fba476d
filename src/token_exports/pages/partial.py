"""Notebooks that did not finish: what is left of them to read, and what lacks their results."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode, from_dict

from token_exports.claims import Verdict
from token_exports.pages import parts, traces
from token_exports.parameters import NOTEBOOKS
from token_exports.results import Failure

NOT_COMPUTED = "not computed"
"""Stands in place of a verdict or number that needs a notebook which did not finish."""
INJECTED = "injected-parameters"
LONGEST_ERROR = 300
FILES = {
    "figure": ("figures/{}.svg", "figures/{}.png", "tables/{}.csv"),
    "table": ("tables/{}.csv",),
}
_TITLE = re.compile(r"^# (.+)$", re.M)
_SAYINGS = {
    "raised": "{place} raised {error}",
    "died": "{place} ended with its kernel: {error}",
    "timeout": "{place} took too long: {error}",
}


@dataclass(frozen=True)
class Unfinished:
    """What is left of a notebook that did not finish.

    Parameters
    ----------
    content
        As its results would be filed: no quantity, but the figures and tables that it showed.
    notebook
        All its cells; the failing one shows the error.
    read
        The cells that a reader is shown, the failing one last.
    cell_id
        The failing cell, empty if not known.
    saying
        What happened, in a sentence.
    left_count
        Cells of code that did not run.
    """

    content: dict[str, Any]
    notebook: NotebookNode
    read: NotebookNode
    cell_id: str
    saying: str
    left_count: int

    @property
    def page(self) -> str:
        """Page and anchor at which a reader sees where it ended."""
        return f"{parts.parts(self.content['notebook'], self.read)[-1].stem}.html#failure"


def unfinished(folder: Path, failure: Failure) -> Unfinished:
    """What a report that is being built holds of a notebook that did not finish.

    Parameters
    ----------
    folder
        The report; holds the notebook as far as it was executed.
    failure
        Why it did not finish.
    """
    path = folder / "notebooks" / f"{failure.notebook}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    for cell in _code(notebook.cells):
        cell.outputs = [_complete(folder, output) for output in cell.outputs]
    error = traces.shortened(failure.error, folder)
    failing = _failing(notebook, failure)
    end = _last_run(notebook) if failing is None else failing
    cell_id = ""
    if failing is not None:
        _show_error(notebook.cells[failing], error)
        cell_id = str(notebook.cells[failing].id)
    left = [cell for cell in _code(notebook.cells[end + 1 :]) if cell.id != INJECTED]
    return Unfinished(
        content=_content(failure.notebook, notebook),
        notebook=notebook,
        read=from_dict({**notebook, "cells": notebook.cells[: end + 1]}),
        cell_id=cell_id,
        saying=_saying(failure, cell_id, error),
        left_count=len(left),
    )


def _code(cells: list[NotebookNode]) -> list[NotebookNode]:
    return [cell for cell in cells if cell.cell_type == "code"]


def _saying(failure: Failure, cell_id: str, error: str) -> str:
    number = f"Cell {failure.cell_number}" if failure.cell_number else "The cell"
    place = f"{number} (“{cell_id}”)" if cell_id else "The notebook"
    first_line = error.partition("\n")[0][:LONGEST_ERROR].rstrip(". ")
    return _SAYINGS[failure.kind].format(place=place, error=first_line) + "."


def _failing(notebook: NotebookNode, failure: Failure) -> int | None:
    """Place of the failing cell: the one named, or else the first that shows an error."""
    for place, cell in enumerate(notebook.cells):
        if failure.cell_id and cell.id == failure.cell_id:
            return place
    return next((n for n, cell in enumerate(notebook.cells) if _errors(cell)), None)


def _errors(cell: NotebookNode) -> list[NotebookNode]:
    return [output for output in cell.get("outputs", []) if output.output_type == "error"]


def _show_error(cell: NotebookNode, error: str) -> None:
    """A kernel that died said nothing, so the cell shows what the run knows."""
    if not _errors(cell):
        name, _, value = error.partition(": ")
        found = {"ename": name, "evalue": value, "traceback": [error]}
        cell.outputs.append(nbformat.v4.new_output("error", **found))


def _last_run(notebook: NotebookNode) -> int:
    """Place of the last cell of code that ran; -1 if none did."""
    return max((n for n, c in enumerate(notebook.cells) if c.get("execution_count")), default=-1)


def _complete(folder: Path, output: NotebookNode) -> NotebookNode:
    """An output, or its words where a file that its page would show or offer is missing."""
    entry = output.get("metadata", {}).get("token_exports")
    if not entry or all((folder / f.format(entry["stem"])).is_file() for f in FILES[entry["kind"]]):
        return output
    words = entry.get("alt") or entry.get("caption") or entry["stem"]
    data = {"text/plain": f"Not filed: {words}"}
    plain: NotebookNode = nbformat.v4.new_output("display_data", data)
    return plain


def _content(name: str, notebook: NotebookNode) -> dict[str, Any]:
    outputs = [output for cell in _code(notebook.cells) for output in cell.outputs]
    entries = [entry for o in outputs if (entry := o.get("metadata", {}).get("token_exports"))]
    written = _TITLE.search(notebook.cells[0].source) if notebook.cells else None
    return {
        "notebook": name,
        "title": written[1] if written else str(NOTEBOOKS[name].model_config.get("title")),
        "answer": "",
        "parameters": {},
        "headlines": [],
        "quantities": [],
        "figures": [entry for entry in entries if entry["kind"] == "figure"],
        "tables": [entry for entry in entries if entry["kind"] == "table"],
    }


def verdict(claim: Mapping[str, Any], failed: Collection[str]) -> str:
    """Verdict of a claim in a run in which notebooks failed.

    Bases that disagree already decide it; otherwise a basis that is missing might.

    Parameters
    ----------
    claim
        With the ``verdict`` on the bases that were computed, and all its ``bases``.
    failed
        Notebooks that did not finish.
    """
    found = str(claim["verdict"])
    lost = any(basis["notebook"] in failed for basis in claim["bases"])
    return NOT_COMPUTED if lost and found != Verdict.DEPENDS_ON_BASIS else found
