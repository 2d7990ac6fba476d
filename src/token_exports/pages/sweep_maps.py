"""The two axes of a sweep's maps, their cells, and what the map of a quantity says."""

from dataclasses import dataclass
from math import isqrt

import numpy as np

from token_exports import formats
from token_exports.figures import sweep_map
from token_exports.figures.sweep_axis import Axis
from token_exports.figures.sweep_map import Map, Side
from token_exports.pages import sweep_bins
from token_exports.pages.sweep_bins import Bins, Cells
from token_exports.pages.sweep_curves import Response, chosen
from token_exports.pages.sweep_drawn import Drawing, Numbering
from token_exports.pages.sweep_points import Swept

MOST_CELLS, MOST_SAMPLE_CELLS, LEAST_SAMPLE_CELLS = 48, 30, 3
POINTS_IN_CELL = 12
"""About so many points of a sample share a cell."""


@dataclass(frozen=True)
class Plane:
    """Two axes and the bin of each point on them."""

    axes: tuple[Axis, Axis]
    bins: tuple[Bins, Bins]

    def drawn(self, cells: Cells) -> Map:
        """A map of cells on the two axes."""
        across, upwards = (
            Side(axis, bins.edges, bins.middles)
            for axis, bins in zip(self.axes, self.bins, strict=True)
        )
        return Map(across, upwards, cells.values)

    def place(self, row: int, column: int) -> str:
        """Where a cell lies, in words."""
        ends = []
        for axis, bins, at in zip(self.axes, self.bins, (column, row), strict=True):
            middle = bins.middles[at]
            ends.append(axis.text(middle if axis.numeric else axis.levels[int(middle)]))
        return " and ".join(ends)


@dataclass(frozen=True)
class Heat:
    """Map of a quantity and how to read it."""

    label: str
    drawing: Drawing | None
    reading: str


def plane(swept: Swept, responses: list[Response]) -> Plane | None:
    """The two axes of all maps: as asked for, else those that move the first quantity most."""
    axes = {axis.name: axis for axis in swept.moving}
    asked = [axes[name] for name in swept.shown.get("across") or [] if name in axes]
    if len(asked) < 2:
        shares = responses[0].shares if responses else {}
        ranked = sorted(axes.values(), key=lambda a: (not a.numeric, -shares.get(a.name, 0)))
        asked = (asked + [axis for axis in ranked if axis not in asked])[:2]
    if len(asked) < 2 or swept.done.empty or swept.alone:
        return None
    first, second = sorted(asked[:2], key=lambda axis: not axis.numeric)  # categories upwards
    most = _most(swept)
    bins = [sweep_bins.cut(axis, swept.values(axis), most) for axis in (first, second)]
    return Plane((first, second), (bins[0], bins[1]))


def _most(swept: Swept) -> int:
    if swept.is_grid:
        return MOST_CELLS
    wanted = isqrt(len(swept.done) // POINTS_IN_CELL)
    return min(max(wanted, LEAST_SAMPLE_CELLS), MOST_SAMPLE_CELLS)


def heat(swept: Swept, on: Plane, numbering: Numbering) -> Heat | None:
    """Map of the quantity that the sweep names, else of the first that is shown."""
    names = [swept.shown.get("heat"), *chosen(swept)]
    name = next((str(n) for n in names if n and n in swept.done), None)
    if name is None:
        return None
    quantity = swept.quantity(name)
    cells = sweep_bins.mean_cells(*on.bins, swept.of(name))
    known = np.isfinite(cells.values)
    if not known.any():
        return Heat(quantity.label, None, "No point has a value.")
    low, high = float(np.nanmin(cells.values)), float(np.nanmax(cells.values))
    if low == high:
        shown = formats.quantity(low, quantity.unit)
        return Heat(quantity.label, None, f"It is {shown} wherever it was computed.")
    places = [
        on.place(*np.unravel_index(int(at), cells.values.shape))  # type: ignore[arg-type]
        for at in (np.nanargmin(cells.values), np.nanargmax(cells.values))
    ]
    title = (
        f"{quantity.label}: lowest {formats.quantity(low, quantity.unit)} at {places[0]};"
        f" highest {formats.quantity(high, quantity.unit)} at {places[1]}"
    )
    count = int(known.sum())
    words = f"Map of {quantity.label} in {count} coloured cells with lines of equal value."
    drawing = numbering.drawing(sweep_map.heat(on.drawn(cells), quantity.unit), title, words)
    return Heat(quantity.label, drawing, reading(cells, "Mean"))


def reading(cells: Cells, what: str) -> str:
    """How many points a cell stands for."""
    empty = int((cells.counts == 0).sum())
    missing = (
        f" {empty:,} of {cells.counts.size:,} cells hold no value and are blank." if empty else ""
    )
    if cells.counts.max() <= 1:
        return f"Each cell is a point.{missing}"
    return f"{what} of the points in a cell, which are at least {cells.least_count:,}.{missing}"
