"""Marks that the figures of notebook 01 share."""

from itertools import pairwise

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import date2num


def unbroken(
    frame: pd.DataFrame, when: str, days: int, same: str | None = None
) -> list[pd.DataFrame]:
    """Unbroken stretches of a series, so that a gap is drawn as a gap."""
    ordered = frame.sort_values(when)
    breaks = pd.to_datetime(ordered[when]).diff() != pd.Timedelta(days=days)
    if same is not None:
        breaks |= ordered[same] != ordered[same].shift()
    edges = [*breaks.to_numpy().nonzero()[0], len(ordered)]
    return [ordered.iloc[a:b] for a, b in pairwise(edges)]


def day_number(when: object) -> float:
    """Place of a date along a time axis."""
    return float(date2num(pd.Timestamp(when)))  # type: ignore[no-untyped-call, arg-type]


def share_axis(ax: Axes) -> None:
    """Axis of a share from nothing to everything."""
    ax.set_xlim(0, 1)
    ax.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)


def name_last(
    ax: Axes, frame: pd.DataFrame, columns: tuple[str, str], name: str, colour: str
) -> None:
    """Name a line at its last point."""
    last = frame.sort_values(columns[0]).iloc[-1]
    ax.annotate(
        name,
        (pd.Timestamp(last[columns[0]]), last[columns[1]]),
        xytext=(6, 0),
        textcoords="offset points",
        color=colour,
        fontsize=8.5,
        va="center",
    )


def month_ticks(ax: Axes) -> None:
    """Quarters along a time axis, the year under January."""
    low, high = (pd.Timestamp(x, unit="D") for x in ax.get_xlim())
    months = pd.date_range(low, high, freq="QS")
    ax.set_xticks(months, [f"{m:%b}\n{m:%Y}" if m.month == 1 else f"{m:%b}" for m in months])
