"""Figure of notebook 03: where the gross revenue of mining goes, by year."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter
from numpy.typing import NDArray

from token_exports.figures import mining_marks as marks
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.mining import MINING_COLOUR
from token_exports.figures.theme import COMPONENT_COLOURS, INK
from token_exports.results import Results

PARTS = {
    "electricity": ("electricity", COMPONENT_COLOURS["electricity"]),
    "operations": ("operation", COMPONENT_COLOURS["operations"]),
    "machine": ("machines", COMPONENT_COLOURS["accelerator"]),
}
LEAST_ROOM = 0.09
"""Part of revenue that a number needs inside its bar."""


def draw_parts(years: pd.DataFrame, ax: Axes) -> Axes:
    """Costs of each year stacked over gross revenue; what passes the line is a loss.

    Parameters
    ----------
    years : DataFrame
        From `mining_margin.by_month` on years.
    ax : Axes
        Where to draw.
    """
    places = np.arange(len(years))[::-1]
    left = np.zeros(len(years))
    for part, (_, colour) in PARTS.items():
        width = years[f"{part}_share"].to_numpy(dtype=float)
        ax.barh(places, width, left=left, height=0.66, color=colour, edgecolor="none")
        for y, start, share in zip(places, left, width, strict=True):
            if share >= LEAST_ROOM and part != "operations" and not start < 1 < start + share:
                ax.annotate(
                    f"{share:.0%}",
                    (start + share / 2, y),
                    ha="center",
                    va="center",
                    fontsize=8,
                    color="#101010" if part == "electricity" else "#ffffff",
                )
        left = left + width
    ax.axvline(1, color=INK["text"], linewidth=1)
    _part_axes(years, places, float(left.max()), ax)
    return ax


def _part_axes(
    years: pd.DataFrame,
    places: NDArray[np.int64],
    widest: float,
    ax: Axes,
) -> None:
    names = [
        f"{int(row['year'])}"
        + (f", {int(row['months_count'])} m." if row["months_count"] < 12 else "")
        for _, row in years.iterrows()
    ]
    ax.set_yticks(places, names)
    right = max(1.0, widest) + 0.03
    for y, net in zip(places, years["net_share"], strict=True):
        ax.annotate(
            marks.percent(float(net)),
            (right, y),
            va="center",
            fontsize=8.5,
            color=MINING_COLOUR if net >= 0 else INK["soft"],
        )
    ax.annotate("net", (right, len(years) - 0.45), va="bottom", fontsize=8.5, color=INK["soft"])
    for number, (name, colour) in enumerate(PARTS.values()):
        place = (0.02 + 0.2 * number, len(years) - 0.2)
        ax.plot(*place, "s", color=colour, markersize=6)
        ax.annotate(
            name,
            place,
            (7, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
            color=INK["soft"],
        )
    ax.set_xlim(0, right + 0.16)
    ax.set_ylim(-0.6, len(years) + 0.2)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    ax.set_xticks(np.arange(0, right, 0.25))
    ax.set_xlabel("Costs over gross revenue; the line is all revenue")


def revenue_parts(found: Results, years: pd.DataFrame, source: str) -> None:
    """File the figure of where the revenue goes.

    Parameters
    ----------
    found
        Results of the notebook.
    years
        From `mining_margin.by_month` on years.
    source
        Attribution.
    """
    fig, (ax,) = theme.canvas(0.29 * len(years) + 0.9)
    draw_parts(years, ax)
    low, high = years["electricity_share"].min(), years["electricity_share"].max()
    title = (
        f"Power took {marks.percent(low)} to {marks.percent(high)} of what mining earned,"
        f" {int(years['year'].min())} to {int(years['year'].max())}"
    )
    words = show.Caption(
        title=title,
        subtitle="Costs over gross revenue by year, at the best estimate of electricity and the"
        " central costs; machines at the median quote",
        source=source,
        alt="Stacked bars by year: electricity, operation, machines; a line where they reach all"
        f" revenue. {extremes(years, 'year', 'electricity_share', 'part of electricity')}",
        units=("share",),
    )
    show.figure(found, "mining_revenue_parts", fig, words, years)


def revenue_parts_takeaway(years: pd.DataFrame) -> str:
    """In which years mining was little else than power.

    Parameters
    ----------
    years
        From `mining_margin.by_month` on years.
    """
    most = years.sort_values("electricity_share").iloc[-1]
    least = years.sort_values("electricity_share").iloc[0]
    over_half = int((years["electricity_share"] > 0.5).sum())
    losing = [f"{int(y)}" for y in years.loc[years["net_share"] < 0, "year"]]
    lost = (
        f"A loss at the best estimate: {marks.listed(losing)}."
        if losing
        else ("No year was a loss at the best estimate.")
    )
    return (
        f"**Power was more than half of gross revenue in {over_half} of {len(years)} years: most"
        f" in {int(most['year'])}"
        f" ({_ends(most)}), least in {int(least['year'])} ({_ends(least)}).** {lost}"
    )


def _ends(row: "pd.Series[float]") -> str:
    centre = marks.percent(float(row["electricity_share"]))
    low, high = float(row["electricity_low_share"]), float(row["electricity_high_share"])
    if np.isnan([low, high]).any():
        return centre
    return f"{centre}, {marks.percent(low)} to {marks.percent(high)}"
