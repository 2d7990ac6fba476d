"""Maps of a sweep over two of the things that were varied: a quantity, or the verdict of a claim.

Cells of one colour are one outline, so that a map weighs by its shapes and not by its cells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray
from scipy import ndimage

from token_exports import colours
from token_exports.figures import sweep_axis
from token_exports.figures.sweep_axis import LABEL_SIZE, Axis
from token_exports.figures.theme import INK, PATCH

Numbers = NDArray[np.float64]
HEIGHT_IN = 3.1
MOST_CLASSES = len(colours.SCALE)
LOG_FROM_RATIO = 30.0
RASTER = 80
"""Places to either side at which room for a name is looked for."""
LETTER_SIDES = (0.032, 0.075)
"""Width and height of a letter, as parts of the map."""


@dataclass(frozen=True)
class Side:
    """One axis of a map, with the edges and the middles of its cells."""

    axis: Axis
    edges: Numbers
    middles: Numbers


@dataclass(frozen=True)
class Map:
    """Two axes and the cells between them; what runs across comes last in their order."""

    across: Side
    upwards: Side
    cells: Numbers


def heat(drawn: Map, unit: str) -> Figure:
    """Cells coloured by value, with labelled lines of equal value between them.

    Parameters
    ----------
    drawn
        Values, missing where nothing was computed.
    unit
        Of the values.
    """
    inner = boundaries(drawn.cells)
    fig = sweep_axis.figure(HEIGHT_IN)
    key, ax = fig.subplots(2, height_ratios=[0.045, 1])
    steps = _steps(len(inner) + 1)
    with np.errstate(invalid="ignore"):
        classes = np.where(np.isnan(drawn.cells), -1, np.digitize(drawn.cells, inner))
    for number, colour in enumerate(steps):
        _fill(ax, drawn, classes == number, colour)
    _sides(ax, drawn)
    _key(key, steps, inner, unit)
    if len(inner) and min(drawn.cells.shape) > 1 and drawn.across.axis.numeric:
        _lines(fig, ax, drawn, inner, unit)
    return fig


def boundaries(cells: Numbers) -> list[float]:
    """Round values that part the cells into a few classes, none if all are alike."""
    known = cells[np.isfinite(cells)]
    if not known.size or known.min() == known.max():
        return []
    low, high = float(known.min()), float(known.max())
    if low > 0 and high / low > LOG_FROM_RATIO:
        found: Sequence[float] = sweep_axis.round_values(low, high, MOST_CLASSES - 1)
    else:
        found = list(MaxNLocator(MOST_CLASSES - 1, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high))
    return [float(f"{v:.12g}") for v in found if low < v < high][: MOST_CLASSES - 1]


def _steps(count: int) -> list[str]:
    """Colours from low to high, as far apart as the scale allows."""
    scale = list(colours.SCALE)
    return [scale[round(at)] for at in np.linspace(0, len(scale) - 1, count)]


def _key(ax: Axes, steps: Sequence[str], inner: Sequence[float], unit: str) -> None:
    for number, colour in enumerate(steps):
        ax.axvspan(number, number + 1, color=colour, linewidth=0, antialiased=False)
    ax.set_xlim(0, len(steps))
    ax.set_yticks([])
    ax.set_xticks(range(1, len(steps)), [sweep_axis.tick(v, unit) for v in inner])
    ax.tick_params(axis="x", top=True, labeltop=True, bottom=False, labelbottom=False, pad=2)
    for spine in ax.spines.values():
        spine.set_visible(False)


def _lines(fig: Figure, ax: Axes, drawn: Map, inner: Sequence[float], unit: str) -> None:
    """Contours; the layout is done first, for a label turns with the line it stands on."""
    found = ax.contour(
        drawn.across.middles,
        drawn.upwards.middles,
        np.ma.masked_invalid(drawn.cells),
        levels=inner,
        colors=INK["text"],
        linewidths=0.7,
    )
    fig.draw_without_rendering()
    names = ax.clabel(found, fmt=lambda v: sweep_axis.tick(v, unit), fontsize=LABEL_SIZE)
    for name in names:
        name.set_bbox(PATCH)


def verdicts(drawn: Map, names: Sequence[str]) -> Figure:
    """Cells coloured by verdict, a line where it turns, the verdict written where there is room.

    Parameters
    ----------
    drawn
        Place of each cell's verdict among the names, negative where there is none.
    names
        Verdicts.
    """
    fig = sweep_axis.figure(HEIGHT_IN)
    ax = fig.subplots()
    for number, name in enumerate(names):
        ground, _ = colours.VERDICTS.get(name, colours.NO_VERDICT)
        _fill(ax, drawn, drawn.cells == number, ground)
    ax.add_patch(PathPatch(_border(drawn), facecolor="none", edgecolor=INK["text"], linewidth=1.3))
    for number, name in enumerate(names):
        _name(ax, drawn, drawn.cells == number, name)
    _sides(ax, drawn)
    return fig


def _name(ax: Axes, drawn: Map, inside: NDArray[np.bool_], name: str) -> None:
    """Write a verdict into its region, in several lines if need be, or not at all."""
    x, y = _raster(drawn.across), _raster(drawn.upwards)
    seen = inside[np.ix_(y[1], x[1])]
    _, colour = colours.VERDICTS.get(name, colours.NO_VERDICT)
    for words in (name.replace("-", " "), name.replace("-", "\n")):
        place = room(seen, words)
        if place is not None:
            at = (x[0][place[1]], y[0][place[0]])
            ax.annotate(words, at, ha="center", va="center", fontsize=9, color=colour)
            return


def _raster(side: Side) -> tuple[Numbers, NDArray[np.int64]]:
    """Values evenly spaced on the drawing, and the cell that each lies in."""
    space = np.geomspace if side.axis.log else np.linspace
    at = space(side.edges[0], side.edges[-1], 2 * RASTER + 1)[1::2]
    cells = np.searchsorted(side.edges, at, side="right") - 1
    return at, np.clip(cells, 0, len(side.middles) - 1)


def room(inside: NDArray[np.bool_], words: str) -> tuple[int, int] | None:
    """Row and column where words lie wholly inside, as far from the edge as can be."""
    lines = words.split("\n")
    letters = (len(lines), max(map(len, lines)))
    sides = [ceil(n * part * RASTER) for n, part in zip(letters, LETTER_SIDES[::-1], strict=True)]
    fits = ndimage.binary_erosion(inside, np.ones(sides, dtype=bool))
    if not fits.any():
        return None
    depth = ndimage.distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1]
    row, column = np.unravel_index(int(np.where(fits, depth, -1).argmax()), fits.shape)
    return int(row), int(column)


def _sides(ax: Axes, drawn: Map) -> None:
    for artist, side in ((ax.xaxis, drawn.across), (ax.yaxis, drawn.upwards)):
        sweep_axis.dress(artist, side.axis, (float(side.edges[0]), float(side.edges[-1])))


def _fill(ax: Axes, drawn: Map, inside: NDArray[np.bool_], colour: str) -> None:
    if not inside.any():
        return
    x, y = drawn.across.edges, drawn.upwards.edges
    boxes = [
        [(x[left], y[low]), (x[right], y[low]), (x[right], y[high]), (x[left], y[high])]
        for left, right, low, high in blocks(inside)
    ]
    shape = Path.make_compound_path(*(Path([*box, box[0]], closed=True) for box in boxes))
    ax.add_patch(PathPatch(shape, facecolor=colour, edgecolor="none", antialiased=False))


def blocks(inside: NDArray[np.bool_]) -> list[tuple[int, int, int, int]]:
    """Rectangles that cover the cells: first and next column, first and next row."""
    open_runs: dict[tuple[int, int], int] = {}
    found = []
    for row in range(inside.shape[0] + 1):
        cells = inside[row] if row < inside.shape[0] else np.zeros(inside.shape[1], dtype=bool)
        turns = np.flatnonzero(np.diff(np.concatenate([[0], cells.astype(np.int8), [0]])))
        runs = {(int(a), int(b)) for a, b in zip(turns[::2], turns[1::2], strict=True)}
        for ended in [run for run in open_runs if run not in runs]:
            found.append((*ended, open_runs.pop(ended), row))
        for run in sorted(runs):
            open_runs.setdefault(run, row)
    return found


def _border(drawn: Map) -> Path:
    """Edges between neighbouring cells of different verdicts."""
    x, y, cells = drawn.across.edges, drawn.upwards.edges, drawn.cells
    known = (cells[:, 1:] >= 0) & (cells[:, :-1] >= 0)
    upright = blocks((cells[:, 1:] != cells[:, :-1]) & known)
    known = (cells[1:] >= 0) & (cells[:-1] >= 0)
    level = blocks((cells[1:] != cells[:-1]) & known)
    lines = [
        Path([(x[column + 1], y[low]), (x[column + 1], y[high])])
        for left, right, low, high in upright
        for column in range(left, right)
    ]
    lines += [
        Path([(x[left], y[row + 1]), (x[right], y[row + 1])])
        for left, right, low, high in level
        for row in range(low, high)
    ]
    return Path.make_compound_path(*lines) if lines else Path(np.empty((0, 2)))
