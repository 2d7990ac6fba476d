"""Figures of prices: bases of the electricity price gap, ratios of token prices."""

from collections.abc import Mapping
from textwrap import wrap
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator, NullLocator

from token_exports import formats
from token_exports.figures import hits, theme
from token_exports.figures.marks import beside, percent, rows

GROUP_NAMES = {
    "national_same_class": "National averages, same customer class",
    "national_class_mismatch": "National averages, classes mixed",
    "subsidised_hub": "Western hub, subsidised",
    "unsubsidised_hub": "Western hub, not subsidised",
    "east_coast": "Eastern China, implied",
    "generation_only": "Generation only",
    "exchange_rate_and_chips": "Exchange rate and domestic chips",
}
SHORTER = {
    "Subsidised hub": "Hub",
    " with the lower energy penalty of domestic chips": ", lower penalty",
    " with the upper energy penalty of domestic chips": ", upper penalty",
    " at the rate of": ",",
    "China business": "Business",
    "China industry": "Industry",
    "Eastern China": "East",
    " without subsidy": "",
    " implied by Qingyang": "",
    " mechanism price": "",
    " annual contract": "",
    " contract": "",
    "Lowest claimed hub price": "Lowest claim",
    " quoted in": "",
    "first half ": "H1 ",
    " over ": " / ",
    **{
        month: month[:3]
        for month in ("January", "February", "March", "June", "July", "August")
        + ("October", "November")
    },
}
LABEL_WIDTH = 1.9  # times, on the log axis of ratios


def price_bases(ax: Axes, table: pd.DataFrame, stated: float, band: tuple[float, float]) -> None:
    """One dot per basis of comparison, grouped, with what the essay states.

    Parameters
    ----------
    ax
        Where to draw; tall enough for a row per basis and per group.
    table
        ``basis_id``, ``basis_group``, ``label``, ``price_gap_share``.
    stated, band
        The essay's gap and the range that counts as agreeing with it.
    """
    ax.axvspan(*band, color=theme.ESSAY, alpha=0.12, linewidth=0)
    ax.axvline(0, color=theme.INK["soft"], linewidth=0.8)
    y, ticks, labels = 0.0, [], []
    for group, members in table.groupby("basis_group", sort=False):
        name = GROUP_NAMES[str(group)]
        ax.text(-0.62, y, name, fontsize=8, fontweight="bold", va="center", bbox=theme.PATCH)
        y += 1
        points: list[hits.Point] = []
        for row in rows(members.sort_values("price_gap_share", ascending=False)):
            gap = row["price_gap_share"]
            agrees = band[0] <= gap <= band[1]
            colour = theme.ESSAY if agrees else theme.INK["soft"]
            ax.plot([0, gap], [y, y], color=colour, linewidth=0.9)
            ax.plot(gap, y, "o", color=colour, markersize=4.2)
            ticks.append(y)
            labels.append(f"{_short(row['label'])}  {row['basis_id']}")
            points.append((gap, y, _basis_words(row)))
            y += 1
        hits.points(ax, name, theme.INK["soft"], points)
        y += 0.25
    ax.set_yticks(ticks, labels, fontsize=8)
    ax.set_ylim(y - 0.5, -0.8)
    ax.set_xlim(-0.62, 0.9)
    theme.essay_line(ax, stated, f"essay: {stated:.0%}")
    ax.xaxis.set_major_locator(MultipleLocator(0.25))
    percent(ax, "China cheaper by (negative: dearer)")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _basis_words(row: dict[str, Any]) -> str:
    """Both prices of a basis and their gap."""
    china, us = (
        formats.number(row[f"{country}_price_usd_per_kwh"], "usd_per_kwh")
        for country in ("china", "us")
    )
    gap = formats.number(row["price_gap_share"], "share")
    return f"{row['basis_id']}, {row['label']}: {china} over {us} USD/kWh, {gap}"


def _short(label: str, longest: int = 46) -> str:
    """Label in as few words as the axis has room for; the table of the figure has all of them."""
    short = label.split(",")[0]
    for long, brief in SHORTER.items():
        short = short.replace(long, brief)
    return "\n".join(wrap(short, longest))


def ratio_canvas(table: pd.DataFrame) -> tuple[Figure, list[Axes]]:
    """Figure with an axes for each pair of models, as high as its rows."""
    theme.apply()
    sizes = table.groupby("pair", sort=False).size()
    fig, axes = plt.subplots(
        len(sizes),
        1,
        figsize=(theme.WIDTH_IN, 1.0 + 0.6 * len(sizes) + 0.21 * len(table)),
        layout="constrained",
        squeeze=False,
        sharex=True,
        height_ratios=list(sizes),
    )
    return fig, list(axes.flat)


def price_ratios(axes: list[Axes], table: pd.DataFrame, stated: Mapping[str, float]) -> None:
    """One dot per way to divide two models' prices, on a log scale, a panel per pair.

    Parameters
    ----------
    axes
        One for each pair.
    table
        ``pair``, ``label``, ``low``, ``central``, ``high``; first row on top.
    stated
        The essay's ratio for each pair.
    """
    for ax, (pair, members) in zip(axes, table.groupby("pair", sort=False), strict=True):
        times = stated[str(pair)]
        _ratio_panel(ax, members.iloc[::-1], times)
        theme.essay_line(ax, times, f"essay: {times:g}\N{MULTIPLICATION SIGN}")
        ax.set_title(str(pair), loc="left", fontweight="bold", pad=10)
    axes[-1].set_xlabel("Times, log scale")


def _ratio_panel(ax: Axes, table: pd.DataFrame, stated: float) -> None:
    colour = theme.ORIGIN_COLOURS["us"]
    for y, row in enumerate(rows(table)):
        ax.plot([row["low"], row["high"]], [y, y], color=colour, linewidth=2)
        ax.plot(row["central"], y, "o", color=colour, markersize=5)
        words = f"{row['central']:.1f}\N{MULTIPLICATION SIGN}"
        crossed = 1 < stated / row["high"] < LABEL_WIDTH  # the essay's line would run through it
        beside(ax, words, (row["low"] if crossed else row["high"], y), shift=-6 if crossed else 6)
    ax.set_yticks(range(len(table)), table["label"])
    ax.set_xscale("log")
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xlim(1, 100)
    ax.set_xticks([1, 2, 5, 10, 20, 50, 100], ["1", "2", "5", "10", "20", "50", "100"])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
