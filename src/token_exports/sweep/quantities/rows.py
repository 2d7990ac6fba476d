"""Rows of the dataset from blocks of points: quantities with their ends, verdicts, failures.

A block is as large as makes the arithmetic outweigh what surrounds it. Where a block cannot
be computed it is halved until the points that fail stand alone.
"""

import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports import claims
from token_exports.sweep.quantities.group import Evaluator, Found, bases_of
from token_exports.sweep.quantities.known import Column
from token_exports.sweep.work import DONE, ENDS, FAILED
from token_exports.uncertainty import Interval, Kind

BLOCK_VALUES = 1 << 17
NAMED_MOST = 3


@dataclass(frozen=True)
class Wanted:
    """What the rows hold, and what it takes."""

    quantities: tuple[str, ...]
    claims: Mapping[str, tuple[str, ...]]
    families: frozenset[str]
    fixed: Mapping[str, Interval]
    """Results that verdicts rest on and that no column moves."""


def table(evaluator: Evaluator, frame: pd.DataFrame, wanted: Wanted) -> pd.DataFrame:
    """A row per point of a group.

    Parameters
    ----------
    evaluator
        Of the group.
    frame
        Its points: at least the group's columns.
    wanted
        What is asked for.

    Returns
    -------
    DataFrame
        Indexed as ``frame``: three columns a quantity, ``verdict.<claim>``, ``status``, ``error``
        and ``duration_s``.
    """
    size = max(1, BLOCK_VALUES // evaluator.n_draws)
    blocks = [frame.iloc[first : first + size] for first in range(0, len(frame), size)]
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a draw without a value stays missing
        return pd.concat([part for one in blocks for part in _block(evaluator, one, wanted)])


def _block(evaluator: Evaluator, frame: pd.DataFrame, wanted: Wanted) -> list[pd.DataFrame]:
    started = monotonic()
    values = {n: frame[n].to_numpy(float)[:, None] for n in evaluator.group.columns}
    try:
        found = evaluator.at(values, wanted.families)
        columns = _columns(found, wanted, len(frame))
    except Exception as fault:
        if len(frame) > 1:
            middle = len(frame) // 2
            halves = (frame.iloc[:middle], frame.iloc[middle:])
            return [part for half in halves for part in _block(evaluator, half, wanted)]
        columns = _empty(wanted) | {"status": FAILED, "error": f"{type(fault).__name__}: {fault}"}
    each_s = (monotonic() - started) / len(frame)
    return [pd.DataFrame(columns | {"duration_s": each_s}, index=frame.index)]


def _columns(found: Found, wanted: Wanted, points: int) -> dict[str, Any]:
    columns: dict[str, Any] = {}
    missing = []
    known = {**wanted.fixed, **{name: _interval(row) for name, row in found.items()}}
    for name in wanted.quantities:
        for suffix, end in ENDS.items():
            column = np.broadcast_to(getattr(known[name], end), (points, 1))[:, 0]
            there = np.isfinite(column)
            columns[f"{name}{suffix}"] = column if there.all() else np.where(there, column, np.nan)
            missing += [] if there.all() else [(name, ~there)]
    stated = claims.numeric()
    for claim, bases in wanted.claims.items():
        values = [known[name] for name in bases]
        columns[f"verdict.{claim}"] = _verdicts(claims.judge_points(stated[claim], values, points))
    error = _without_value(missing, points)
    return columns | {"status": np.where(error == "", DONE, FAILED), "error": error}


def _verdicts(places: NDArray[np.int8]) -> Any:
    """Verdicts by their place in ``claims.JUDGED``, missing where it is -1."""
    return pd.Categorical.from_codes(places, pd.Index([str(one) for one in claims.JUDGED]))


def _interval(row: Any) -> Interval:
    return Interval(row.central, row.low, row.high, Kind(row.kind))


def _without_value(missing: list[tuple[str, Column]], points: int) -> Any:
    """Words for each point on the quantities that it has no value of."""
    names: list[dict[str, None]] = [{} for _ in range(points if missing else 0)]
    for name, places in missing:
        for point in np.flatnonzero(places):
            names[point][name] = None
    words = [f"no value of {', '.join(list(n)[:NAMED_MOST])}" if n else "" for n in names]
    return np.array(words if missing else [""] * points, dtype=object)


def _empty(wanted: Wanted) -> dict[str, Any]:
    judged = _verdicts(np.array([-1], dtype=np.int8))
    empty: dict[str, Any] = {f"{n}{s}": np.nan for n in wanted.quantities for s in ENDS}
    return empty | {f"verdict.{claim}": judged for claim in wanted.claims}


def judged_on(moving: Collection[str], known: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Claims that a moving quantity can turn, with their bases.

    A claim with a basis that is not known at this level is left out: its verdict would be one over
    fewer bases than the report's.
    """
    moved, there = set(moving), set(known)
    return {
        claim: tuple(bases)
        for claim, bases in bases_of().items()
        if moved & set(bases) and set(bases) <= there
    }
