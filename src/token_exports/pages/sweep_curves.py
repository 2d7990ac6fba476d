"""Response curves of a sweep: which quantities, against what, and what each curve says."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from token_exports import formats
from token_exports.figures import alt, sweep_curve
from token_exports.figures.sweep_axis import Axis
from token_exports.figures.sweep_curve import Panel
from token_exports.pages import sweep_bins
from token_exports.pages.sweep_drawn import Drawing, Numbering
from token_exports.pages.sweep_points import MANY_POINTS, Numbers, Quantity, Swept

MOST_RESPONSES, MOST_PANELS, MOST_LINES = 4, 6, 5
MOST_CANDIDATES, MOST_VALUES = 24, 2_000_000
"""Quantities that are looked at where the sweep names none."""
LEAST_SHARE = 0.001
"""Part of the variance from which an axis is drawn besides the two that move a quantity most."""
MOST_LEVELS, MOST_BINS, LEAST_IN_BIN = 100, 25, 10
MOST_CATEGORIES = 12
DIRECT_SHARE = 0.9
"""Part of a curve's range that lies between its ends where it is said to rise or to fall."""


@dataclass(frozen=True)
class Response:
    """A quantity, what moves it, and its curves."""

    quantity: Quantity
    low: float
    high: float
    shares: Mapping[str, float]
    panels: list[Drawing]
    left_out: list[Axis]
    reading: str

    @property
    def range(self) -> str:
        """Smallest and largest value, one where they are the same."""
        if np.isnan(self.low):
            return "no value"
        return span(self.low, self.high, self.quantity.unit)


def candidates(record: Mapping[str, Any]) -> list[str]:
    """Quantities that may be shown: those the sweep names, else headlines and the first others."""
    kept: Mapping[str, Any] = record.get("quantities") or {}
    named = (record["spec"].get("show") or {}).get("response")
    if named:
        return [name for name in named if name in kept]
    ordered = sorted(kept, key=lambda name: not kept[name].get("headline", False))
    affordable = MOST_VALUES // max(int(record.get("n_points") or 1), 1)
    return ordered[: max(MOST_CANDIDATES, affordable)]


def chosen(swept: Swept) -> list[str]:
    """Quantities to show; where the sweep names none, headlines that move, then what moves most."""
    names = [name for name in candidates(swept.record) if name in swept.done]
    if swept.shown.get("response"):
        return names
    moved = {name: _relative_spread(swept.of(name)) for name in names}
    about: Mapping[str, Any] = swept.record.get("quantities") or {}
    rank = {n: (not about.get(n, {}).get("headline", False), -moved[n], n) for n in names}
    most = sorted((n for n in names if moved[n] > 0), key=lambda n: rank[n])
    return most[:MOST_RESPONSES] or names[:1]


def _relative_spread(values: Numbers) -> float:
    """Standard deviation over the largest size, so that units do not matter."""
    known = values[np.isfinite(values)]
    largest = float(np.abs(known).max()) if known.size else 0.0
    if not largest or known.min() == known.max():
        return 0.0
    return float(known.std()) / largest


def bins_of(swept: Swept, axis: Axis) -> sweep_bins.Bins:
    """Bins of an axis for curves."""
    values = swept.values(axis)
    if swept.is_grid or axis.count <= MOST_BINS:
        return sweep_bins.cut(axis, values, MOST_LEVELS)
    most = max(2, min(MOST_BINS, len(values) // LEAST_IN_BIN))
    return sweep_bins.cut(axis, values, most)


def responses(swept: Swept, numbering: Numbering) -> list[Response]:
    """Everything that the page shows of its quantities, against what was varied."""
    if swept.done.empty:
        return []
    bins = {axis.name: bins_of(swept.thinned, axis) for axis in swept.moving}
    return [_response(swept, swept.quantity(name), bins, numbering) for name in chosen(swept)]


def _response(
    swept: Swept,
    quantity: Quantity,
    bins: Mapping[str, sweep_bins.Bins],
    numbering: Numbering,
) -> Response:
    values = swept.of(quantity.name)
    known = values[np.isfinite(values)]
    low, high = (float(known.min()), float(known.max())) if known.size else (np.nan, np.nan)
    part = values if swept.thinned is swept else swept.thinned.of(quantity.name)
    shares = {a.name: sweep_bins.explained_share(bins[a.name], part) for a in swept.moving}
    ranked = sorted(swept.moving, key=lambda axis: -shares[axis.name])
    telling = [a for n, a in enumerate(ranked) if n < 2 or shares[a.name] >= LEAST_SHARE]
    drawn = telling[:MOST_PANELS] if low < high else []
    panels = _panels(swept.thinned, quantity, drawn, bins)
    drawings = [_drawing(panel, quantity, numbering) for panel in panels]
    left_out = [axis for axis in ranked if axis not in drawn] if drawn else []
    return Response(quantity, low, high, shares, drawings, left_out, reading(swept))


def _panels(
    swept: Swept, quantity: Quantity, axes: list[Axis], bins: Mapping[str, sweep_bins.Bins]
) -> list[Panel]:
    tables = [table(swept, quantity.name, axis, bins) for axis in axes]
    base = (swept.record.get("base") or {}).get(quantity.name)
    shown = (base["low"], base["high"]) if base else None
    sides = [t[side] for t in tables for side in ("low", "high")]
    ends = (0.0, 0.0)
    if sides:
        ends = min(float(s.min()) for s in sides), max(float(s.max()) for s in sides)
    dots = swept.alone
    return [
        Panel(_first(axis), table, quantity.unit, ends, _other(swept, axis), dots, shown)
        for axis, table in zip(axes, tables, strict=True)
    ]


def _other(swept: Swept, axis: Axis) -> str:
    """The axis whose values are lines, in words; empty where there are none."""
    if not family(swept):
        return ""
    (other,) = (a for a in swept.moving if a.name != axis.name)
    return other.inside


def _first(axis: Axis) -> Axis:
    """The axis with as many categories as can be drawn."""
    if axis.numeric or len(axis.levels) <= MOST_CATEGORIES:
        return axis
    return Axis(axis.name, False, axis.levels[:MOST_CATEGORIES], axis.count)


def table(swept: Swept, name: str, axis: Axis, bins: Mapping[str, sweep_bins.Bins]) -> pd.DataFrame:
    """Rows of a panel, as `Panel` wants them."""
    values, own = swept.of(name), bins[axis.name]
    if swept.alone:
        at = swept.values(axis)
        rows = pd.DataFrame({"x": at, "low": values, "median": values, "high": values, "line": ""})
        found = rows.dropna(subset=["x", "median"]).sort_values(["x", "median"], ignore_index=True)
    elif family(swept):
        (other,) = (a for a in swept.moving if a.name != axis.name)
        found = _family(values, own, other, bins[other.name])
    else:
        found = sweep_bins.curve(own, values)
        if len(swept.moving) == 1 and f"{name}.low" in swept.done:
            for side in ("low", "high"):
                ends = sweep_bins.curve(own, swept.of(f"{name}.{side}"))
                found[side] = found["x"].map(ends.set_index("x")["median"])
    return found if axis.numeric else found[found["x"] < MOST_CATEGORIES]


def family(swept: Swept) -> bool:
    """Whether there is exactly one other axis, whose values can be lines."""
    return swept.is_grid and len(swept.moving) == 2


def _family(
    values: Numbers, own: sweep_bins.Bins, other: Axis, others: sweep_bins.Bins
) -> pd.DataFrame:
    count = min(MOST_LINES, len(others))
    places = np.unique(np.round(np.linspace(0, len(others) - 1, count)).astype(int))
    lines = []
    for place in places:
        at = others.codes == place
        part = sweep_bins.Bins(own.codes[at], own.middles, own.edges)
        middle = others.middles[place]
        name = other.text(middle if other.numeric else other.levels[place])
        lines.append(sweep_bins.curve(part, values[at], name.partition(formats.THIN)[0]))
    return pd.concat(lines, ignore_index=True)


def reading(swept: Swept) -> str:
    """How the curves of this sweep are drawn."""
    if swept.alone:
        return "Each dot is a point."
    if family(swept):
        return "Each line is one value of the other axis, written at its end."
    if len(swept.moving) == 1 and swept.is_grid:
        return "Line: central value; band: the interval at each point."
    rest = "the other axes" if swept.is_grid else "all that varies besides"
    binned = "" if swept.is_grid else f" in up to {MOST_BINS} bins of about equal numbers of points"
    thinned = f", from {MANY_POINTS:,} points drawn at random" if swept.thinned is not swept else ""
    return (
        f"Line or dot: median over {rest}{binned}{thinned}; band or bar: 10% to 90% of the points."
    )


# ---- words


def span(low: float, high: float, unit: str) -> str:
    """Two values with their unit, one where they are the same."""
    if not low < high:
        return formats.quantity(low, unit)
    return f"{formats.number(low, unit)} to {formats.quantity(high, unit)}"


def _drawing(panel: Panel, quantity: Quantity, numbering: Numbering) -> Drawing:
    lines = list(panel.table.groupby("line", sort=False))
    key, rows = lines[len(lines) // 2]
    name, said = str(key), course(panel, rows.reset_index(drop=True))
    at = f" ({panel.lines} {name})" if name else ""
    across = panel.axis.label
    joint = "with" if {"rises", "falls"} & set(said.lower().split()) else "over"
    spread = panel.table.assign(x=panel.table["x"].map(lambda x: _place(panel.axis, x)))
    kind = "Dots" if panel.dots or not panel.axis.numeric else "Curves"
    words = (
        f"{kind} of {quantity.label} against {across}."
        f" {alt.extremes(spread, 'x', 'median', 'value', quantity.unit)}"
    )
    title = f"{said} {joint} {panel.axis.inside}{at}"
    return numbering.drawing(sweep_curve.draw(panel), title, words)


def _place(axis: Axis, x: float) -> str:
    return axis.text(x if axis.numeric else axis.levels[int(x)])


def course(panel: Panel, rows: pd.DataFrame) -> str:
    """What a curve does, in its own numbers; the name of its axis follows."""
    said = _course(panel, rows)
    return said[:1].upper() + said[1:]


def _course(panel: Panel, rows: pd.DataFrame) -> str:
    rows = rows.dropna(subset="median")
    values = rows["median"].to_numpy(dtype=float)
    what = "" if panel.dots else "median "
    what = what if (rows["line"] == "").all() and (rows["low"] < rows["high"]).any() else ""
    if len(values) == 0:
        return "no value"
    low, high = float(values.min()), float(values.max())
    if low == high:
        return f"{what}stays at {formats.quantity(low, panel.unit)}"
    first, last = float(values[0]), float(values[-1])
    ends = f"{formats.number(first, panel.unit)} to {formats.quantity(last, panel.unit)}"
    if panel.axis.numeric and not panel.dots and abs(last - first) >= DIRECT_SHARE * (high - low):
        return f"{what}{'rises' if last > first else 'falls'} from {ends}"
    least, most = (_place(panel.axis, rows["x"].iloc[int(i)]) for i in _ends(values))
    return (
        f"{what}between {formats.number(low, panel.unit)} ({least})"
        f" and {formats.quantity(high, panel.unit)} ({most})"
    )


def _ends(values: Numbers) -> tuple[int, int]:
    return int(values.argmin()), int(values.argmax())
