"""Rows of points as Arrow tables: which columns, in which order, of which type.

Types follow from names and from the whole list of points, never from the rows of one part, so that
all parts of a dataset agree.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from token_exports.sweep.work import DONE, FAILED

POINT, STATUS, ERROR, DURATION, ATTEMPTS = "point", "status", "error", "duration_s", "attempts"
LAST = (STATUS, ERROR, DURATION, ATTEMPTS)
VERDICT = "verdict."
LONGEST_ERROR = 2000
_FIXED = {
    POINT: pa.int64(),
    STATUS: pa.string(),
    ERROR: pa.string(),
    DURATION: pa.float64(),
    ATTEMPTS: pa.int64(),
}
_INFERRED = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "floating": pa.float64(),
    "mixed-integer-float": pa.float64(),
}

Kinds = Mapping[str, pa.DataType]


class RowsError(ValueError):
    """A level gave back other rows than those of its points."""


def kinds(points: pd.DataFrame) -> dict[str, pa.DataType]:
    """Type of each varied name, from all of its values; mixed ones become text."""
    inferred = {name: pd.api.types.infer_dtype(points[name], skipna=True) for name in points}
    return {str(name): _INFERRED.get(kind, pa.string()) for name, kind in inferred.items()}


def require_rows(table: pd.DataFrame, points: range) -> None:
    """Raise RowsError unless a table has one row for each point, in their order."""
    given = list(table[POINT]) if POINT in table else None
    if len(table) != len(points) or given not in (None, list(points)):
        raise RowsError(
            f"{len(table)} rows came back for points {points.start} to {points.stop - 1},"
            f" {len(points)} were asked for in their order"
        )


def finished(points: range, table: pd.DataFrame, *, seconds: float, attempts: int) -> pd.DataFrame:
    """Rows of points that have been computed, indexed by point.

    Parameters
    ----------
    points
        Their numbers.
    table
        Quantities and verdicts of each; a level may add ``status``, ``error`` and ``duration_s``.
    seconds
        Time they took together, shared evenly where the level says nothing.
    attempts
        How often they have been tried.
    """
    last = {
        STATUS: table.get(STATUS, DONE),
        ERROR: table[ERROR].fillna("") if ERROR in table else "",
        DURATION: table.get(DURATION, seconds / max(len(points), 1)),
        ATTEMPTS: attempts,
    }
    return table.assign(**last).set_axis(pd.RangeIndex(points.start, points.stop))


def failed(points: range, error: str, *, attempts: int) -> pd.DataFrame:
    """Rows of points that could not be computed: no quantities, and why."""
    index = pd.RangeIndex(points.start, points.stop)
    last = {STATUS: FAILED, ERROR: error[:LONGEST_ERROR], DURATION: np.nan, ATTEMPTS: attempts}
    return pd.DataFrame(last, index=index)


def typed(rows: Sequence[pd.DataFrame], points: pd.DataFrame, types: Kinds) -> pa.Table:
    """Table of rows from ``finished`` and ``failed``, sorted, with what was varied in front.

    Parameters
    ----------
    rows
        Indexed by point.
    points
        Varied values of all points.
    types
        Of ``kinds``.
    """
    whole = rows[0] if len(rows) == 1 else pd.concat(rows).sort_index()
    varied = points.iloc[whole.index]
    lead = {POINT: whole.index.to_numpy(), **{str(name): varied[name] for name in varied}}
    made = {str(name): whole[name] for name in whole if name not in (*points, POINT)}
    every = {**lead, **made}
    return _table({name: every[name] for name in _ordered(every)}, types)


def joined(tables: Iterable[pa.Table]) -> pa.Table:
    """Rows of several tables with the columns of all, in the usual order; none come twice.

    Of two rows of the same point the first is kept.
    """
    found = list(tables)
    whole = pa.concat_tables(found, promote_options="permissive") if found else _table({}, {})
    whole = whole.select(_ordered(whole.column_names))
    if POINT not in whole.column_names:
        return whole
    numbers, first = np.unique(whole[POINT].to_numpy(), return_index=True)
    rising = len(numbers) == len(whole) and bool((np.diff(first) > 0).all())
    return whole if rising else whole.unify_dictionaries().take(pa.array(first))


def as_frame(table: pa.Table) -> pd.DataFrame:
    """DataFrame of a table; verdicts are categories."""
    plain = table.replace_schema_metadata(None)
    frame: pd.DataFrame = plain.to_pandas(self_destruct=True, split_blocks=True)
    return frame


def noted(table: pa.Table, note: Mapping[str, Any]) -> pa.Table:
    """The table with a note in its footer, in place of whatever pandas left there."""
    return table.replace_schema_metadata({b"token_exports": json.dumps(note, sort_keys=True)})


def _table(columns: Mapping[str, Any], types: Kinds) -> pa.Table:
    return pa.table({name: _array(name, values, types) for name, values in columns.items()})


def _array(name: str, values: Any, types: Kinds) -> Any:
    kind = types.get(name) or _FIXED.get(name)
    if kind == pa.string():
        gaps = pd.isna(values)
        texts = [None if gap else str(v) for v, gap in zip(values, gaps, strict=True)]
        return pa.array(texts, pa.string())
    if kind is not None:
        return pa.array(values, kind, from_pandas=True)
    if name.startswith(VERDICT):
        texts = pa.array(np.asarray(values, dtype=object), pa.string(), from_pandas=True)
        return texts.dictionary_encode()
    return pa.array(np.asarray(values, dtype="float64"), pa.float64(), from_pandas=True)


def _ordered(names: Iterable[str]) -> list[str]:
    every = list(names)
    return [n for n in every if n not in LAST] + [n for n in LAST if n in every]
