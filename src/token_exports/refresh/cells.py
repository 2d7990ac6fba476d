"""Rows of a table as the text that its file holds."""

import csv
import io
from typing import Any

import numpy as np
import pandas as pd

from token_exports import data


def text(table: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Every cell as it stands in the file: ISO dates, plain numbers, missing as nothing."""
    kinds = {field["name"]: field["type"] for field in data.fields(table)}
    return pd.DataFrame(
        {name: _column(frame[name], kind) for name, kind in kinds.items()}, index=frame.index
    )


def lines(cells: pd.DataFrame) -> str:
    """Lines of CSV, without a header."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(cells.itertuples(index=False, name=None))
    return out.getvalue()


def keys(cells: pd.DataFrame, columns: list[str]) -> pd.Series:
    """One text per row that is equal where all the columns are."""
    joined = ["\x1f".join(row) for row in cells[columns].itertuples(index=False, name=None)]
    return pd.Series(joined, index=cells.index, dtype="object")


def _column(values: pd.Series, kind: str) -> pd.Series:
    if kind == "date":
        return pd.to_datetime(values).dt.strftime("%Y-%m-%d").fillna("").astype("object")
    if kind == "integer":
        return _mapped(values, lambda value: str(int(value)))
    if kind == "number":
        return _mapped(values, number)
    if kind == "boolean":
        return _mapped(values, lambda value: "true" if value else "false")
    return _mapped(values, str)


def number(value: Any) -> str:
    """Shortest text of a number; a whole one has no point."""
    found = float(value)
    if found.is_integer() and abs(found) < 1e15:
        return str(int(found))
    return np.format_float_positional(found, trim="-")


def _mapped(values: pd.Series, write: Any) -> pd.Series:
    plain = values.astype("object")
    return plain.where(plain.isna(), plain.map(write, na_action="ignore")).where(plain.notna(), "")
