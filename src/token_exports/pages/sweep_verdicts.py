"""Verdicts over a sweep: how often each occurs, where they turn, and what that looks like."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports import data, formats
from token_exports.figures import sweep_map
from token_exports.figures.sweep_axis import Axis
from token_exports.pages import sweep_bins
from token_exports.pages.sweep_drawn import Drawing, Numbering
from token_exports.pages.sweep_maps import Plane, reading
from token_exports.pages.sweep_points import Numbers, Swept

MOST_CLAIMS, MOST_RUNS, MOST_AXES, FIFTHS = 4, 5, 4, 5
LEAST_SHARE = 0.005
"""Part of the variance of a verdict from which an axis other than the first is told of."""
CLEAN_SHARE, LEAST_TO_SPLIT = 0.98, 100
"""Part of the points that a threshold must put on the right side to be one, of at least so many."""


@dataclass(frozen=True)
class Tally:
    """How often each verdict of a claim occurs."""

    claim_id: str
    statement: str
    counts: list[tuple[str, int]]

    @property
    def turns(self) -> bool:
        """Whether the verdict is not the same at every point."""
        return len(self.counts) > 1


@dataclass(frozen=True)
class Shares:
    """Verdicts in ranges of one axis, as parts of the points there."""

    axis: Axis
    names: list[str]
    rows: list[tuple[str, list[str]]]
    split: str


@dataclass(frozen=True)
class Boundary:
    """Where the verdict of one claim turns."""

    tally: Tally
    drawing: Drawing | None
    reading: str
    along: list[tuple[str, str]]
    shares: list[Shares]


def statements() -> dict[str, str]:
    """What each claim says."""
    table = data.load("claims")
    return dict(zip(table["claim_id"], table["statement"], strict=True))


def tallies(swept: Swept) -> list[Tally]:
    """Every claim with a verdict, those that turn first."""
    table = statements()
    found = []
    for claim in swept.claims:
        codes, names = swept.verdicts(claim)
        counts = np.bincount(codes[codes >= 0], minlength=len(names))
        pairs = [(n, int(c)) for n, c in zip(names, counts, strict=True) if c]
        ordered = sorted(pairs, key=lambda pair: (-pair[1], pair[0]))
        found.append(Tally(claim, str(table.get(claim, claim)), ordered))
    return sorted(found, key=lambda tally: not tally.turns)


def chosen(swept: Swept, every: Iterable[Tally]) -> list[Tally]:
    """Claims whose boundary is drawn: as asked for, else those that turn."""
    asked = swept.shown.get("claims")
    if asked:
        known = {tally.claim_id: tally for tally in every}
        return [known[claim] for claim in asked if claim in known]
    return [tally for tally in every if tally.turns][:MOST_CLAIMS]


def boundaries(
    swept: Swept, chosen: Iterable[Tally], on: Plane | None, numbering: Numbering
) -> list[Boundary]:
    """Map and words of each claim."""
    axes = [axis for axis in swept.moving if axis.numeric]
    part = swept.thinned
    lines = [Line(axis, part.values(axis)) for axis in axes if not (swept.is_grid or swept.alone)]
    found = []
    for tally in chosen:
        codes, names = swept.verdicts(tally.claim_id)
        drawing, said = _map(tally, on, (codes, names), numbering)
        along = axes[:MOST_AXES] if swept.is_grid and tally.turns else []
        turns = [_along(swept, axis, codes, names) for axis in along]
        judged = part.verdicts(tally.claim_id) if lines else (codes, names)
        telling = _telling(lines, judged[0]) if tally.turns else []
        shares = [_shares(line, *judged) for line in telling]
        found.append(Boundary(tally, drawing, said, turns, shares))
    return found


def _map(
    tally: Tally,
    on: Plane | None,
    judged: tuple[NDArray[np.int64], list[str]],
    numbering: Numbering,
) -> tuple[Drawing | None, str]:
    """Map of a claim's verdicts and how to read it."""
    if on is None or not tally.turns:
        return None, ""
    codes, names = judged
    cells, held = sweep_bins.most_cells(*on.bins, codes, len(names))
    if (cells.values < 0).all():
        return None, ""
    if len(np.unique(cells.values[cells.values >= 0])) == 1:
        return None, (
            "The most frequent verdict is the same all over the map: its two axes do not turn it."
        )
    said = reading(cells, "The most frequent verdict")
    if held < 1:
        said += f" It holds at {formats.number(held, 'share')} of all points."
    title = said_counts(tally)
    words = f"Map of verdicts with a line where they turn: {title}."
    fig = sweep_map.verdicts(on.drawn(cells), names)
    return numbering.drawing(fig, title[:1].upper() + title[1:], words), said


def said_counts(tally: Tally) -> str:
    """How often each verdict occurs, as a part of the points."""
    total = sum(count for _, count in tally.counts)
    return ", ".join(
        f"{name} at {formats.number(count / total, 'share')} of points"
        for name, count in tally.counts
    )


# ---- along one axis of a grid


def _along(swept: Swept, axis: Axis, codes: NDArray[np.int64], names: list[str]) -> tuple[str, str]:
    """Name of an axis, and at which of its values the verdict changes, others at their middle."""
    inside = np.ones(len(codes), dtype=bool)
    held = []
    for other in swept.moving:
        if other.name != axis.name:
            middle = len(other.levels) // 2
            at = other.levels[middle]
            inside &= swept.values(other) == (at if other.numeric else middle)
            held.append(f"{other.label} {other.text(at)}")
    inside &= codes >= 0
    line = pd.Series(codes[inside], index=swept.values(axis)[inside]).sort_index()
    where = f" ({'; '.join(held)})" if held else ""
    return axis.label, f"{_turns(axis, line, names)}{where}."


def _turns(axis: Axis, line: "pd.Series[int]", names: list[str]) -> str:
    if line.empty:
        return "no verdict on this line"
    starts = [int(place) for place in np.flatnonzero(np.diff(line.to_numpy(), prepend=-1))]
    ends = [*(start - 1 for start in starts[1:]), len(line) - 1]
    if len(starts) == 1:
        return f"{names[int(line.iloc[0])]} at all of its {len(line)} values"
    said = []
    for first, last in list(zip(starts, ends, strict=True))[:MOST_RUNS]:
        low, high = axis.text(line.index[first]), axis.text(line.index[last])
        where = f"up to {high}" if first == 0 else f"from {low} to {high}"
        where = f"from {low}" if last == len(line) - 1 else where
        said.append(f"{names[int(line.iloc[first])]} {where}")
    more = len(starts) - len(said)
    return ", ".join(said) + (f", and {more} more ranges" if more > 0 else "")


# ---- along one axis of a sample


@dataclass(frozen=True)
class Line:
    """All points on one axis; sorted and cut once for every claim."""

    axis: Axis
    values: Numbers

    @cached_property
    def bins(self) -> sweep_bins.Bins:
        """A few ranges of about equal numbers of points."""
        return sweep_bins.cut(self.axis, self.values, FIFTHS)

    @cached_property
    def order(self) -> NDArray[np.int64]:
        """Points from the lowest to the highest value, without those that have none."""
        order = np.argsort(self.values, kind="stable")
        return order[np.isfinite(self.values[order])]


def _telling(lines: Sequence[Line], codes: NDArray[np.int64]) -> list[Line]:
    """Axes that turn the most frequent verdict most."""
    if not lines or (codes < 0).all():
        return []
    most = int(np.bincount(codes[codes >= 0]).argmax())
    is_most = np.where(codes < 0, np.nan, codes == most)
    moved = [sweep_bins.explained_share(line.bins, is_most) for line in lines]
    ranked = sorted(range(len(lines)), key=lambda number: -moved[number])
    kept = [n for place, n in enumerate(ranked) if place == 0 or moved[n] >= LEAST_SHARE]
    return [lines[number] for number in kept[:MOST_AXES]]


def _shares(line: Line, codes: NDArray[np.int64], names: list[str]) -> Shares:
    inside = (codes >= 0) & (line.bins.codes >= 0)
    place = line.bins.codes[inside] * len(names) + codes[inside]
    counts = np.bincount(place, minlength=len(line.bins) * len(names))
    rows = []
    for number, row in enumerate(counts.reshape(len(line.bins), len(names))):
        parts = [formats.number(c / row.sum(), "share") if row.any() else "" for c in row]
        rows.append((_range(line.axis, line.bins, number), parts))
    return Shares(line.axis, names, rows, split(line, codes, names))


def _range(axis: Axis, bins: sweep_bins.Bins, number: int) -> str:
    if axis.count <= FIFTHS:
        return axis.text(bins.middles[number])
    low, high = bins.edges[number], bins.edges[number + 1]
    return f"{formats.number(low, axis.unit)} to {formats.quantity(high, axis.unit)}"


def split(line: Line, codes: NDArray[np.int64], names: list[str]) -> str:
    """The value that parts two verdicts, empty unless nearly all points lie on the right side."""
    order = line.order[codes[line.order] >= 0]
    used = np.unique(codes[order])
    if len(used) != 2 or len(order) < LEAST_TO_SPLIT:
        return ""
    at, second = line.values[order], codes[order] == used[1]
    below = np.cumsum(second)  # of the second verdict up to here
    right = np.arange(1, len(at) + 1) - below + (below[-1] - below)  # first below, second above
    score = np.where(at[1:] > at[:-1], np.maximum(right, len(at) - right)[:-1], 0)
    best = int(score.argmax())
    share = float(score[best]) / len(at)
    if share < CLEAN_SHARE:
        return ""
    first, last = names[used[0]], names[used[1]]
    if right[best] < len(at) / 2:
        first, last = last, first
    value = line.axis.text((at[best] + at[best + 1]) / 2)
    return (
        f"{first} below {value}, {last} above: true of {formats.number(share, 'share')} of points"
    )
