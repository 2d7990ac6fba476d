"""Points of a sweep in bins, so that a million of them are drawn as a few lines and cells."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.figures.sweep_axis import Axis
from token_exports.pages.sweep_points import Numbers

LOW, MIDDLE, HIGH = 0.1, 0.5, 0.9
"""Quantiles of the values in a bin."""


@dataclass(frozen=True)
class Bins:
    """Which bin of an axis each point lies in.

    Parameters
    ----------
    codes
        Bin of each point, negative where its value is missing.
    middles
        Where a bin is drawn: its only value, or the median of its values.
    edges
        Ends of the bins, one more than there are bins.
    """

    codes: NDArray[np.int64]
    middles: Numbers
    edges: Numbers

    def __len__(self) -> int:
        return len(self.middles)


def cut(axis: Axis, values: Numbers, most: int) -> Bins:
    """Bins of an axis: one for each value, or about equal numbers of points where these are many.

    Parameters
    ----------
    axis
        What is cut.
    values
        Of the points, as `Swept.values` has them.
    most
        Bins at most; a category has one for each level all the same.
    """
    if not axis.numeric:
        middles = np.arange(len(axis.levels), dtype=float)
        edges = np.arange(-0.5, len(middles))
        return Bins(_codes(values, edges[:-1]), middles, edges)
    known = values[np.isfinite(values)]
    if axis.count <= most:
        levels = np.asarray(axis.levels, dtype=float)
        edges = _between(levels, log=axis.log)
        return Bins(_codes(values, edges[:-1]), levels, edges)
    if not known.size:
        return Bins(_codes(values, np.empty(0)), np.empty(0), np.empty(1))
    edges = np.unique(np.quantile(known, np.linspace(0, 1, most + 1)))
    edges = edges if len(edges) > 1 else _between(edges, log=axis.log)
    codes = _codes(values, edges[:-1])
    return Bins(codes, _segments(codes, values, len(edges) - 1, (MIDDLE,))[:, 0], edges)


def _codes(values: Numbers, starts: Numbers) -> NDArray[np.int64]:
    found = np.searchsorted(starts, values, side="right") - 1
    return np.where(np.isfinite(values), np.maximum(found, 0), -1).astype(np.int64)


def _between(levels: Numbers, *, log: bool) -> Numbers:
    """Edges half-way between levels, and as far beyond the first and the last."""
    on = np.log(levels) if log else levels
    if len(on) == 1:
        half = 0.5 * (abs(on[0]) or 1.0)
        edges = np.array([on[0] - half, on[0] + half])
    else:
        inner = (on[1:] + on[:-1]) / 2
        edges = np.concatenate([[2 * on[0] - inner[0]], inner, [2 * on[-1] - inner[-1]]])
    return np.asarray(np.exp(edges) if log else edges)


def curve(bins: Bins, values: Numbers, line: str = "") -> pd.DataFrame:
    """Median, and the 10% and 90% points, of a quantity in each bin.

    Returns
    -------
    DataFrame
        ``x``, ``low``, ``median``, ``high``, ``count`` of points, ``line``; bins without a value
        are missing.
    """
    found = _segments(bins.codes, values, len(bins), (LOW, MIDDLE, HIGH))
    inside = (bins.codes >= 0) & np.isfinite(values)
    counts = np.bincount(bins.codes[inside], minlength=len(bins))
    table = pd.DataFrame(found, columns=["low", "median", "high"])
    table = table.assign(x=bins.middles, count=counts, line=line)
    return table[table["count"] > 0].reset_index(drop=True)


def _segments(
    codes: NDArray[np.int64], values: Numbers, count: int, quantiles: tuple[float, ...]
) -> Numbers:
    """Quantiles of the values in each bin, missing where there are none."""
    inside = (codes >= 0) & np.isfinite(values)
    codes, values = codes[inside], values[inside]
    order = np.argsort(codes.astype(np.int16), kind="stable")  # fast for short numbers only
    starts = np.searchsorted(codes[order], np.arange(count + 1))
    found = np.full((count, len(quantiles)), np.nan)
    for number, (first, last) in enumerate(zip(starts[:-1], starts[1:], strict=True)):
        if last > first:
            found[number] = np.quantile(values[order[first:last]], quantiles)
    return found


def explained_share(bins: Bins, values: Numbers) -> float:
    """Part of a quantity's variance that lies between the bins, chance taken off."""
    inside = (bins.codes >= 0) & np.isfinite(values)
    codes, known = bins.codes[inside], values[inside]
    if not known.size or known.min() == known.max():
        return 0.0
    counts = np.bincount(codes, minlength=len(bins))
    centred = known - known.mean()
    sums = np.bincount(codes, weights=centred, minlength=len(bins))
    total = float(centred @ centred)
    between = float((sums[counts > 0] ** 2 / counts[counts > 0]).sum()) / total
    used = int((counts > 0).sum())
    if used < known.size:
        between = 1 - (1 - between) * (known.size - 1) / (known.size - used)
    return min(max(between, 0.0), 1.0)


@dataclass(frozen=True)
class Cells:
    """Values over two axes: a row for each bin of the second, a column for each of the first."""

    values: Numbers
    counts: NDArray[np.int64]

    @property
    def least_count(self) -> int:
        """Points in the emptiest cell that has any."""
        return int(self.counts[self.counts > 0].min()) if self.counts.any() else 0


def mean_cells(across: Bins, upwards: Bins, values: Numbers) -> Cells:
    """Mean of a quantity in each cell, missing where no point has a value."""
    place, inside = _places(across, upwards, np.isfinite(values))
    shape = len(upwards), len(across)
    size = shape[0] * shape[1]
    counts = np.bincount(place, minlength=size)
    sums = np.bincount(place, weights=values[inside], minlength=size)
    means = np.full(size, np.nan)
    np.divide(sums, counts, out=means, where=counts > 0)
    return Cells(means.reshape(shape), counts.reshape(shape))


def most_cells(
    across: Bins, upwards: Bins, codes: NDArray[np.int64], names: int
) -> tuple[Cells, float]:
    """The most frequent code in each cell, -1 in an empty one, and the part of points it holds."""
    place, inside = _places(across, upwards, codes >= 0)
    shape = len(upwards), len(across)
    size = shape[0] * shape[1]
    table = np.bincount(place * names + codes[inside], minlength=size * names)
    table = table.reshape(size, names)
    counts = table.sum(axis=1)
    winners = np.where(counts > 0, table.argmax(axis=1), -1).astype(float)
    held = float(table.max(axis=1).sum() / counts.sum()) if counts.any() else 0.0
    return Cells(winners.reshape(shape), counts.reshape(shape)), held


def _places(
    across: Bins, upwards: Bins, known: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    inside = known & (across.codes >= 0) & (upwards.codes >= 0)
    return upwards.codes[inside] * len(across) + across.codes[inside], inside
