"""Rows of a table as markup: rounded for people, each with an anchor, as many as a page can hold.

End tags that HTML lets one omit are omitted: they would be a tenth of every table page.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
from markupsafe import Markup

from token_exports import tables
from token_exports.pages.reference import records
from token_exports.units import UNITS

LONGEST_ANCHOR = 40
MOST_BYTES = 12_000
"""All rows of a table are shown if their markup is at most so long."""
PART_BYTES = 7_000
"""Of a longer table the first rows are shown, up to so much markup."""


@dataclass(frozen=True)
class Shown:
    """The rows that a page shows, and what it says instead of a column."""

    markup: Markup
    count: int
    same: Mapping[str, str]
    """Columns with one value in every row."""
    empty: tuple[str, ...]


def shown(
    frame: pd.DataFrame, fields: Sequence[Mapping[str, Any]], key: Sequence[str], cited: list[str]
) -> Shown:
    """Rows of a table, in the order of its file.

    Parameters
    ----------
    frame
        All rows.
    fields
        Descriptors of its columns.
    key
        Columns that tell its rows apart.
    cited
        Sources in the order in which the page numbers them.
    """
    names = [f["name"] for f in fields]
    empty = tuple(name for name in names if frame[name].isna().all())
    same = {
        name: tables.text(name, frame[name].iloc[0])
        for name in names
        if name not in (*key, *empty) and len(frame) > 1 and _is_same(frame[name])
    }
    columns = [name for name in names if name not in same and name not in empty]
    columns.sort(key=lambda name: name != names[0] and name not in key)
    numbers = {name: place for place, name in enumerate(cited, 1)}
    rows = records(frame)
    anchors = _anchors(rows, key)
    written = _fitting(_row(r, columns, numbers, a) for r, a in zip(rows, anchors, strict=True))
    kinds = {f["name"]: f["type"] for f in fields}
    right = [n for n, c in enumerate(columns, 1) if kinds[c] in ("integer", "number")]
    head = "".join(_heading(f, c) for c in columns for f in fields if f["name"] == c)
    body = "".join(written)
    aligned = "".join(f" n{n}" for n in right)
    markup = f'<table class="rows{aligned}"><thead><tr>{head}</thead><tbody>{body}</tbody></table>'
    return Shown(Markup(markup), len(written), same, empty)


def _is_same(column: "pd.Series[Any]") -> bool:
    return bool(column.notna().all()) and column.nunique() == 1


def _fitting(rows: Iterator[str]) -> list[str]:
    """All rows, or the first of them where all would be too long."""
    kept, size, part = list[str](), 0, 0
    for row in rows:
        kept.append(row)
        size += len(row)
        part += size <= PART_BYTES
        if size > MOST_BYTES:
            return kept[: max(part, 1)]
    return kept


def _heading(field: Mapping[str, Any], column: str) -> str:
    unit = field.get("unit", "")
    label = UNITS[unit].label if unit in UNITS else ""
    title = column.removesuffix(f"_{unit}") if label else column
    said = f' <span class="unit">{escape(label)}</span>' if label else ""
    return f'<th scope="col">{escape(title.replace("_", " "))}{said}'


def anchor(row: Mapping[str, Any], key: Sequence[str]) -> str:
    """Anchor of a row from its key, empty where that would be long."""
    joined = ".".join(tables.text(name, row[name]) for name in key if row[name] is not None)
    text = re.sub(r"[^\w.:\-]+", "-", joined)
    return f"row-{text}" if text and len(text) <= LONGEST_ANCHOR else ""


def _anchors(rows: list[dict[str, Any]], key: Sequence[str]) -> list[str]:
    """Anchor of each row, none where two rows would share it."""
    found = [anchor(row, key) for row in rows]
    times = Counter(found)
    return [name if times[name] == 1 else "" for name in found]


def _row(row: Mapping[str, Any], columns: list[str], numbers: Mapping[str, int], name: str) -> str:
    first, *rest = columns
    head = f"<tr id={name}>" if name else "<tr>"
    cells = "".join(f"<td>{_cell(c, row[c], numbers)}" for c in rest)
    return f"{head}<th scope=row>{_cell(first, row[first], numbers)}{cells}\n"


def _cell(column: str, value: Any, numbers: Mapping[str, int]) -> str:
    if value is None:
        return ""
    if column.endswith("source_id") and value in numbers:
        return f"<a href=#s{numbers[value]}>{numbers[value]}</a>"
    return escape(tables.text(column, value), quote=False)
