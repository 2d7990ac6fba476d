"""What a table covers and what it lacks, read off its rows and said in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import pandas as pd

KNOWN = "public_since"
PERIODS = {"month", "year", "period", "fx_period", "release_month"}
"""Columns that say when without being dates: ``2024``, ``2024-03``."""
REMARK = "note"
"""A column that most rows need not fill."""


@dataclass(frozen=True)
class Coverage:
    """First and last day, days without rows, and cells without values of one table."""

    row_count: int
    first: str
    last: str
    newest: str
    """Day on which the newest fact became public."""
    holes: tuple[str, ...]
    hole_unit: str
    unit_count: int
    missing: Mapping[str, int]

    @property
    def span(self) -> str:
        """First to last day, empty for facts without a time."""
        return self.first if self.first == self.last else f"{self.first} to {self.last}"

    @property
    def gaps(self) -> Mapping[str, int]:
        """Missing cells by column, remarks left out, most first."""
        columns = {c: n for c, n in self.missing.items() if n and c != REMARK}
        return dict(sorted(columns.items(), key=lambda item: (-item[1], item[0])))


def of(described: Mapping[str, Any], frame: pd.DataFrame) -> Coverage:
    """Coverage of a table.

    Parameters
    ----------
    described
        Its descriptor.
    frame
        All its rows.
    """
    schema = described["schema"]
    dates = [f["name"] for f in schema["fields"] if f["type"] == "date" and f["name"] != KNOWN]
    texts = [f["name"] for f in schema["fields"] if f["name"] in PERIODS]
    seen = [str(v)[:10] for c in dates + texts for v in frame[c].dropna().unique()]
    seen = sorted(value for value in seen if value[:4].isdigit())
    unit, holes, units = _holes(frame, schema.get("primaryKey", []))
    return Coverage(
        row_count=len(frame),
        first=seen[0] if seen else "",
        last=seen[-1] if seen else "",
        newest=newest(frame),
        holes=holes,
        hole_unit=unit,
        unit_count=units,
        missing={str(column): int(count) for column, count in frame.isna().sum().items()},
    )


def newest(frame: pd.DataFrame) -> str:
    """Day on which the newest fact of a table became public, empty for what are no facts."""
    known = frame[KNOWN].max() if KNOWN in frame and len(frame) else pd.NaT
    return "" if pd.isna(known) else f"{known:%Y-%m-%d}"


def _holes(frame: pd.DataFrame, key: list[str]) -> tuple[str, tuple[str, ...], int]:
    """Runs of days or months without any row, for tables that have one key of time."""
    for column, unit, frequency in (("date", "day", "D"), ("month", "month", "M")):
        if column in key and len(frame):
            present = pd.PeriodIndex(frame[column].unique(), freq=frequency).sort_values()
            whole = pd.period_range(present[0], present[-1], freq=frequency)
            there = set(present)
            return unit, _runs([p not in there for p in whole], whole), len(present)
    return "", (), 0


def _runs(lacking: list[bool], whole: pd.PeriodIndex) -> tuple[str, ...]:
    found = []
    for missing, run in groupby(zip(lacking, whole, strict=True), key=lambda pair: pair[0]):
        periods = [period for _, period in run]
        if missing:
            ends = dict.fromkeys((str(periods[0]), str(periods[-1])))
            found.append(" to ".join(ends))
    return tuple(found)
