"""In which tables, notebooks and library versions two reports differ."""

import csv
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from token_exports.compare.settings import Setting
from token_exports.formats import MINUS

SHORT_HASH = 12
VERSIONS = {"commit": "commit", "version": "token-exports", "python": "Python"}
ABSENT = "no row"
SCENARIOS = "data/scenarios/"
KEY, POINTS = ("parameter", "region", "variant"), ("low", "central", "high")


@dataclass(frozen=True)
class Input:
    """Something a report was made from, other in the second report; empty where it lacks it."""

    kind: str  # version, library, table, notebook, file
    name: str
    before: str
    after: str
    rows: str = ""  # of a table: how many rows came and went

    @property
    def table(self) -> str:
        """Name of the table, empty for anything else."""
        return PurePosixPath(self.name).stem if self.kind == "table" else ""


def differing(
    before: tuple[Path, Mapping[str, Any]], after: tuple[Path, Mapping[str, Any]]
) -> list[Input]:
    """Versions and files that differ between two reports, each a folder with its manifest."""
    (first, made_first), (second, made_second) = before, after
    found = _changes("version", _versions(made_first), _versions(made_second))
    found += _changes("library", made_first["libraries"], made_second["libraries"])
    for change in _changes("", made_first["inputs"], made_second["inputs"]):
        if change.name.startswith(SCENARIOS):
            continue  # what they set stands among the settings
        kind = _kind(change.name)
        rows = _row_counts(first / change.name, second / change.name) if kind == "table" else ""
        ends = (change.before[:SHORT_HASH], change.after[:SHORT_HASH])
        found.append(Input(kind, change.name, *ends, rows))
    return found


def _versions(made_from: Mapping[str, Any]) -> dict[str, str]:
    found = {label: str(made_from[key] or "unknown") for key, label in VERSIONS.items()}
    found["commit"] = found["commit"][:SHORT_HASH]
    if made_from["uncommitted_changes"]:
        found["commit"] += " with uncommitted changes"
    return found


def _changes(kind: str, first: Mapping[str, str], second: Mapping[str, str]) -> list[Input]:
    names = {**first, **second}
    ends = [(name, first.get(name, ""), second.get(name, "")) for name in names]
    return [Input(kind, name, a, b) for name, a, b in ends if a != b]


def _kind(name: str) -> str:
    kinds = {".csv": "table", ".ipynb": "notebook"}
    return kinds.get(PurePosixPath(name).suffix, "file")


def _row_counts(first: Path, second: Path) -> str:
    """Rows that came and went; a row that was edited did both."""
    if not first.is_file() or not second.is_file():
        return ""
    before, after = Counter(_lines(first)), Counter(_lines(second))
    return f"+{(after - before).total()} {MINUS}{(before - after).total()}"


def _lines(path: Path) -> list[tuple[str, ...]]:
    with path.open(encoding="utf-8", newline="") as file:
        return [tuple(row) for row in csv.reader(file)]


def assumed(first: Path, second: Path, readers: frozenset[str]) -> list[Setting]:
    """Assumptions whose row differs between the tables of two reports.

    Parameters
    ----------
    first, second
        ``assumptions.csv`` of each; one that is missing holds no rows.
    readers
        Notebooks that draw from the assumptions.
    """
    before, after = _points(first), _points(second)
    moved = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    origin = "assumptions.csv"
    return [
        Setting(name, before.get(name, ABSENT), origin, after.get(name, ABSENT), origin, readers)
        for name in moved
    ]


def _points(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    return {
        ".".join(row[key] for key in KEY if row[key]): " to ".join(row[point] for point in POINTS)
        for row in rows
    }
