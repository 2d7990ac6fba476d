"""Sizes that do not fit what a table holds: a changed unit is refused, a jump is pointed out."""

import datetime as dt
from dataclasses import dataclass

import numpy as np
import pandas as pd

from token_exports import data
from token_exports.fetch.contract import FetchError, Rows

UNIT_DECADES = 2.5
"""From here on a change of size is nearer to a thousandfold than to a hundredfold."""
JUMP_RATIO = 4.0
MOST_JUMPS = 10


@dataclass(frozen=True)
class Jump:
    """A series that goes on at another size."""

    series: str
    column: str
    before: float
    after: float

    @property
    def ratio(self) -> float:
        """New value over the last known one."""
        return self.after / self.before


def require_past(rows: Rows, today: dt.date) -> None:
    """Refuse rows of days that have not been.

    Raises
    ------
    FetchError
        Names table, column and day.
    """
    for field in data.fields(rows.table):
        if field["type"] == "date" and len(rows.frame):
            last = pd.to_datetime(rows.frame[field["name"]]).max()
            if last > pd.Timestamp(today):
                raise FetchError(f"{rows.table}: {field['name']} {last:%Y-%m-%d} is in the future")


def found(rows: Rows, current: pd.DataFrame) -> list[Jump]:
    """Series whose first new value is far from the last known one, the farthest first.

    Raises
    ------
    FetchError
        All series of a column moved by about a thousand: another unit.
    """
    pairs = [pair for column in rows.measures for pair in _pairs(rows, current, column)]
    for column in rows.measures:
        decades = [np.log10(pair.ratio) for pair in pairs if pair.column == column]
        middle = float(np.median(decades)) if decades else 0.0
        if abs(middle) >= UNIT_DECADES:
            raise FetchError(
                f"{rows.table}: {column} is {10**middle:,.3g} times as large as what is known;"
                " its unit seems to have changed"
            )
    far = [pair for pair in pairs if abs(np.log(pair.ratio)) >= np.log(JUMP_RATIO)]
    return sorted(far, key=lambda pair: -abs(np.log(pair.ratio)))[:MOST_JUMPS]


def _pairs(rows: Rows, current: pd.DataFrame, column: str) -> list[Jump]:
    """Last known and nearest later value of each series, or the one of the same place."""
    series, order = list(rows.series) or ["all"], rows.order
    if not order:
        return []
    names = [*series, order, column]
    known, given = (
        frame.assign(all=rows.table)[names].dropna(subset=[column])
        for frame in (current, rows.frame)
    )
    known, given = known[known[column] > 0], given[given[column] > 0]
    last = known.sort_values(order).groupby(series).tail(1)
    later = given.merge(last, on=series, suffixes=("", "_known"))
    later = later[later[order] >= later[f"{order}_known"]].sort_values(order)
    later = later.groupby(series).head(1)
    if later.empty:  # only earlier periods: hold them against the first known one
        first = known.sort_values(order).groupby(series).head(1)
        later = given.sort_values(order).groupby(series).tail(1)
        later = later.merge(first, on=series, suffixes=("", "_known"))
    return [
        Jump(" ".join(map(str, key)), column, float(before), float(after))
        for *key, before, after in later[[*series, f"{column}_known", column]].itertuples(
            index=False, name=None
        )
    ]
