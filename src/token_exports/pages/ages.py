"""How far the data reach: last day of the series that carry the verdicts, as known on a day.

A page says the day only. How long ago that is depends on when somebody reads it: a script adds it.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from token_exports import data
from token_exports.pages import coverage
from token_exports.parameters import Parameters

SERIES = {
    "OpenRouter rankings": {
        "openrouter_tokens_weekly": "period_end",
        "openrouter_tokens_daily": "date",
    },
    "list prices": {"list_prices": "effective_date"},
    "electricity prices": {"electricity_prices": "public_since"},
    "Bitcoin network": {"bitcoin_network": "month"},
    "benchmarks": {"serving_benchmarks": "date"},
}
"""Tables of a series, each with the column that says when. A contract may be for years to come, so
prices of electricity are as old as their publication."""


@dataclass(frozen=True)
class Age:
    """Last day or month of a series, and the table that holds it."""

    title: str
    last: str
    table: str


def known_on(notebooks: Mapping[str, Parameters]) -> dt.date | None:
    """Day on which a fact must have been public to be used; all notebooks of a run share it."""
    return next((parameters.as_of for parameters in notebooks.values()), None)


def of_tables(as_of: dt.date | None) -> list[Age]:
    """Ages of the main series, in the order of the notebooks; none where nothing was known."""
    found = []
    for title, tables in SERIES.items():
        ends = [(_last(data.load(name, as_of)[column]), name) for name, column in tables.items()]
        last, table = max(ends)
        if last:
            found.append(Age(title, last, table))
    return found


def newest(frames: Mapping[str, pd.DataFrame], as_of: dt.date | None) -> str:
    """Day on which the newest fact used became public."""
    last = max(map(coverage.newest, frames.values()))
    return last if as_of is None else min(last, as_of.isoformat())


def _last(column: "pd.Series[Any]") -> str:
    """Last day or month of a column, empty for none."""
    if not column.notna().any():
        return ""
    last = column.max()
    return f"{last:%Y-%m-%d}" if isinstance(last, pd.Timestamp) else str(last)
