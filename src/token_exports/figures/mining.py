"""Bitcoin mining beside tokens: value of a kilowatt-hour, part of electricity, China's share."""

from collections.abc import Hashable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator, PercentFormatter

from token_exports import formats
from token_exports.figures.theme import INK, ORIGIN_COLOURS
from token_exports.uncertainty import Interval

MINING_COLOUR = "#1f8a8a"
TOKEN_COLOUR = ORIGIN_COLOURS["cn"]
REPORTED_COLOUR = ORIGIN_COLOURS["unknown"]
KIND_COLOURS = {"mining": MINING_COLOUR, "tokens": TOKEN_COLOUR, "reported": REPORTED_COLOUR}
SOURCES = {
    "pool_management": ("by pool managers", 6),
    "industry_survey": ("surveys", -15),
    "hashrate_index_heatmap": ("Hashrate Index", -15),
    "analyst_estimate": ("analyst", 8),
}
"""Sources that are drawn beside the map: name, and where it stands from its last mark."""

Row = Mapping[Hashable, Any]


def _plain(value: float, _position: int = 0) -> str:
    return f"{value:g}"


def log_axis(ax: Axes, which: Literal["x", "y"], formatter: Any = _plain) -> None:
    """Grid and labels of a logarithmic axis at its powers of ten."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    axis.set_major_locator(LogLocator(numticks=20))
    axis.set_major_formatter(FuncFormatter(formatter))
    axis.set_minor_locator(NullLocator())
    ax.grid(axis=which, which="major")
    ax.set_axisbelow(True)


def rows(found: Mapping[str, tuple[str, Interval]], unit: str) -> pd.DataFrame:
    """Intervals as rows to draw, from label to kind and interval; ``unit`` ends their columns."""
    return pd.DataFrame(
        [
            {
                "label": label,
                "kind": kind,
                f"low_{unit}": value.low,
                f"central_{unit}": value.central,
                f"high_{unit}": value.high,
            }
            for label, (kind, value) in found.items()
        ]
    )


def electricity_share(table: pd.DataFrame, half_label: str, ax: Axes) -> None:
    """Part of gross revenue that pays for electricity, a row each.

    Parameters
    ----------
    table
        ``label``, ``kind``, ``low_share``, ``central_share``, ``high_share``; first row on top.
    half_label
        Words at the line that marks one half.
    ax
        Where to draw.
    """
    places = np.arange(len(table))[::-1]
    for y, row in zip(places, table.to_dict("records"), strict=True):
        colour = KIND_COLOURS[row["kind"]]
        ends = [row["low_share"], row["high_share"]]
        ax.plot(ends, [y, y], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt")
        ax.plot(row["central_share"], y, marker="o", color=colour, markersize=6)
        ax.annotate(
            formats.number(row["central_share"], "share"),
            (1.02, y),
            xycoords=("axes fraction", "data"),
            va="center",
            fontsize=8.5,
            color=colour,
            annotation_clip=False,
        )
    ax.set_yticks(places, table["label"])
    ax.set_xlim(-0.015, max(1.0, table["high_share"].max()) * 1.03)
    ax.axvline(0.5, color=INK["soft"], linewidth=0.9, linestyle=":")
    ax.annotate(
        half_label,
        (0.5, 1),
        xycoords=("data", "axes fraction"),
        xytext=(3, 0),
        textcoords="offset points",
        fontsize=8,
        color=INK["soft"],
    )
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.set_xlabel("Electricity over gross revenue")
