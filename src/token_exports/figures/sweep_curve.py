"""Small figure of a sweep: one quantity against one of the things that were varied."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from token_exports.figures import sweep_axis
from token_exports.figures.sweep_axis import LABEL_SIZE, Axis
from token_exports.figures.theme import INK

LINE = "#2f6db3"
OTHER_LINES = ("#a7afb7", "#8b78b4", "#2f6db3", "#5c9c6b", "#c8402f")
LEAST_GAP = 0.085
"""Between names at the ends of lines, in heights of the panel."""
LOG_FROM_RATIO = 100.0
MARGIN = 0.06


@dataclass(frozen=True)
class Panel:
    """What a small figure shows.

    Parameters
    ----------
    axis
        What runs across.
    table
        ``x``, ``low``, ``median``, ``high``, and ``line``: name of its line, empty if it is alone.
        A category stands at the place of its level.
    unit
        Of the quantity.
    ends
        Smallest and largest value that panels of this quantity show.
    lines
        What tells the lines apart.
    dots
        Points stand alone: no line leads from one to the next.
    base
        Interval of the report without any change, low and high.
    """

    axis: Axis
    table: pd.DataFrame
    unit: str
    ends: tuple[float, float]
    lines: str = ""
    dots: bool = False
    base: tuple[float, float] | None = None


def draw(panel: Panel) -> Figure:
    """Figure of a panel."""
    fig = sweep_axis.figure()
    ax = fig.subplots()
    if panel.base:
        ax.axhspan(*panel.base, color=INK["essay"], alpha=0.12, linewidth=0)
    lines = [(str(name), rows) for name, rows in panel.table.groupby("line", sort=False)]
    log = panel.ends[0] > 0 and panel.ends[1] / panel.ends[0] > LOG_FROM_RATIO
    if log:
        ax.set_yscale("log")
    _upwards(ax, panel, log=log)
    for number, (_, rows) in enumerate(lines):
        colour = LINE if len(lines) == 1 else OTHER_LINES[number % len(OTHER_LINES)]
        _line(ax, panel, rows, colour)
    sweep_axis.dress(ax.xaxis, panel.axis, _across(panel))
    if not panel.axis.numeric and len(panel.axis.levels) > 4:
        ax.tick_params(axis="x", rotation=35)
        for words in ax.get_xticklabels():
            words.set(ha="right", rotation_mode="anchor")
    if len(lines) > 1:
        _names(ax, lines)
    return fig


def _line(ax: Axes, panel: Panel, rows: pd.DataFrame, colour: str) -> None:
    apart = panel.dots or not panel.axis.numeric
    if apart:
        ax.vlines(rows["x"], rows["low"], rows["high"], color=colour, alpha=0.45, linewidth=5)
        ax.plot(rows["x"], rows["median"], "o", color=colour, markersize=4.5)
        return
    if (rows["high"] > rows["low"]).any():
        ax.fill_between(rows["x"], rows["low"], rows["high"], color=colour, alpha=0.2, linewidth=0)
    marker = "o" if len(rows) == 1 else ""
    ax.plot(rows["x"], rows["median"], color=colour, linewidth=1.5, marker=marker)


def _across(panel: Panel) -> tuple[float, float]:
    if not panel.axis.numeric:
        return -0.5, len(panel.axis.levels) - 0.5
    low, high = float(panel.table["x"].min()), float(panel.table["x"].max())
    if low == high:
        return (low / 1.5, high * 1.5) if panel.axis.log else (low - 0.5, high + 0.5)
    if not panel.dots:
        return low, high
    if panel.axis.log:
        factor = (high / low) ** MARGIN
        return low / factor, high * factor
    return low - MARGIN * (high - low), high + MARGIN * (high - low)


def _upwards(ax: Axes, panel: Panel, *, log: bool) -> None:
    low, high = panel.ends
    if log:
        factor = (high / low) ** MARGIN
        low, high = low / factor, high * factor
    else:
        step = (high - low or abs(high) or 1.0) * MARGIN
        low, high = low - step, high + step
    ax.set_ylim(low, high)
    sweep_axis.number_ticks(ax.yaxis, panel.unit, (low, high), log=log)


def _names(ax: Axes, lines: Sequence[tuple[str, pd.DataFrame]]) -> None:
    """Names at the right ends of lines, none over another."""
    to_axes = ax.transData + ax.transAxes.inverted()
    ends = [rows.dropna(subset="median").tail(1) for _, rows in lines]
    known = [number for number, end in enumerate(ends) if not end.empty]
    heights = [
        float(to_axes.transform((end["x"].iloc[0], end["median"].iloc[0]))[1])
        for end in (ends[number] for number in known)
    ]
    for number, height in zip(known, spread(heights, LEAST_GAP), strict=True):
        ax.annotate(
            lines[number][0],
            (1, height),
            (4, 0),
            xycoords="axes fraction",
            textcoords="offset points",
            va="center",
            fontsize=LABEL_SIZE,
            color=OTHER_LINES[number % len(OTHER_LINES)] if number else INK["soft"],
            annotation_clip=False,
        )


def spread(heights: Sequence[float], gap: float) -> list[float]:
    """Heights moved apart to at least ``gap``, in their order, about where they were."""
    order = np.argsort(heights, kind="stable")
    placed = np.array(heights, dtype=float)[order]
    for number in range(1, len(placed)):
        placed[number] = max(placed[number], placed[number - 1] + gap)
    over = max(0.0, placed[-1] - 1.0) if len(placed) else 0.0
    for number in range(len(placed) - 1, -1, -1):
        most = placed[number + 1] - gap if number + 1 < len(placed) else placed[-1] - over
        placed[number] = min(placed[number], most)
    found = np.empty(len(placed))
    found[order] = placed
    return [float(height) for height in found]
