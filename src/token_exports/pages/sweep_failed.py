"""Points of a sweep that failed, grouped by their error, and pages of points that have one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from token_exports import formats
from token_exports.pages.sweep_points import DONE, VERDICT, Swept
from token_exports.pages.sweep_verdicts import Tally

MOST_ROWS, MOST_GROUPS, MOST_PAGES, MOST_VERDICTS = 50, 20, 200, 4
LONGEST_ERROR = 300
DIGITS = 7
"""Of the folder of a point."""


@dataclass(frozen=True)
class Row:
    """A point as a row of a table: its number, what was set, and what became of it."""

    point: int
    link: str
    values: list[str]
    words: list[str]


def groups(swept: Swept) -> list[tuple[str, int]]:
    """Errors and how many points each stopped, the most frequent first."""
    counts = swept.failed["error"].fillna("").astype(str).value_counts()
    pairs = sorted(counts.items(), key=lambda pair: (-int(pair[1]), str(pair[0])))
    return [(shortened(str(error)), int(count)) for error, count in pairs[:MOST_GROUPS]]


def rows(swept: Swept) -> list[Row]:
    """The first points that failed, with their errors."""
    first = swept.failed.sort_values("point").head(MOST_ROWS)
    return [Row(int(row["point"]), "", values(swept, row), [_error(row)]) for row in _rows(first)]


def computed(swept: Swept, names: list[str], tallies: list[Tally]) -> list[Row]:
    """All points where these are few, with their quantities and verdicts."""
    if not swept.alone:
        return []
    units = [swept.quantity(name).unit for name in names]
    found = []
    for row in _rows(swept.done.sort_values("point")):
        words = [formats.quantity(row[n], u) for n, u in zip(names, units, strict=True)]
        words += [str(row[VERDICT + tally.claim_id]) for tally in tallies]
        found.append(Row(int(row["point"]), "", values(swept, row), words))
    return found


def pages(swept: Swept, tallies: list[Tally]) -> tuple[list[Row], list[Tally]]:
    """The first points with a report of their own, and the claims whose verdicts stand there."""
    if swept.spec.get("level") != "reports":
        return [], []
    shown = [tally for tally in tallies if tally.turns][:MOST_VERDICTS]
    first = swept.frame.sort_values("point").head(MOST_PAGES)
    found = []
    for row in _rows(first):
        done = row["status"] == DONE
        said = [row[VERDICT + tally.claim_id] for tally in shown]
        words = [str(word) if isinstance(word, str) else "" for word in said]
        point = int(row["point"])
        link = f"reports/{point:0{DIGITS}d}/index.html" if done else ""
        found.append(Row(point, link, values(swept, row), words))
    return found, shown


def values(swept: Swept, row: dict[str, Any]) -> list[str]:
    """What was set at a point, as text."""
    return ["" if pd.isna(row[axis.name]) else axis.text(row[axis.name]) for axis in swept.axes]


def shortened(error: str) -> str:
    """An error of bearable length; the dataset holds all of it."""
    ending = " \N{HORIZONTAL ELLIPSIS}"
    return error if len(error) <= LONGEST_ERROR else error[:LONGEST_ERROR] + ending


def _error(row: Mapping[str, Any]) -> str:
    return shortened(row["error"]) if isinstance(row["error"], str) else ""


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]
