"""Bitcoin mining beside tokens: value of a kilowatt-hour, part of electricity, China's share."""

from collections.abc import Hashable, Mapping
from typing import Any, Literal

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter, PercentFormatter

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
    axis.set_minor_formatter(NullFormatter())
    ax.tick_params(axis=which, which="minor", length=0)
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


def value_per_kwh(
    years: pd.DataFrame,
    months: pd.DataFrame,
    earners: pd.DataFrame,
    power_usd_per_kwh: float,
    axes: list[Axes],
) -> None:
    """Mining by year in the left panel; what else earns on a kilowatt-hour in the right one.

    Parameters
    ----------
    years, months
        ``value_usd_per_kwh`` with its ``low`` and ``high`` names, by ``year`` and ``month``.
    earners
        ``label``, ``kind``, ``low_usd_per_kwh``, ``central_usd_per_kwh``, ``high_usd_per_kwh``.
    power_usd_per_kwh
        Price of power that is drawn across both panels.
    axes
        Two axes.
    """
    left, right = axes
    left.get_gridspec().set_width_ratios([1.55, 1])  # type: ignore[union-attr]
    left.sharey(right)
    mid = years["year"].astype(float) + 0.5
    low, high = years["value_low_usd_per_kwh"], years["value_high_usd_per_kwh"]
    left.fill_between(mid, low, high, color=MINING_COLOUR, alpha=0.18, linewidth=0)
    when = pd.PeriodIndex(months["month"], freq="M")
    position = when.year + (when.month - 0.5) / 12
    left.plot(position, months["value_usd_per_kwh"], color=MINING_COLOUR, linewidth=0.7, alpha=0.6)
    left.plot(mid, years["value_usd_per_kwh"], color=MINING_COLOUR, marker="o", markersize=4)
    left.set_xlim(mid.min() - 0.7, mid.max() + 0.7)
    left.set_title("Bitcoin mining, by year", color=MINING_COLOUR, loc="left")
    left.set_ylabel("USD per kWh, each step ten times")
    for row, earner in enumerate(earners.to_dict("records")):
        _interval_column(right, row, earner)
    right.set_xticks(range(len(earners)), earners["label"])
    right.set_xlim(-0.6, len(earners) - 0.4)
    right.tick_params(labelleft=False)
    right.set_title("Tokens and hosting", color=INK["text"], loc="left")
    for ax in axes:
        ax.set_yscale("log")
        log_axis(ax, "y")
        ax.axhline(power_usd_per_kwh, color=INK["soft"], linewidth=0.9, linestyle=":")
    left.annotate(
        f"power at {power_usd_per_kwh:g} USD/kWh",
        (0.02, power_usd_per_kwh),
        xycoords=("axes fraction", "data"),
        xytext=(0, -3),
        textcoords="offset points",
        va="top",
        fontsize=8,
        color=INK["soft"],
    )


def _interval_column(ax: Axes, x: float, earner: Row) -> None:
    colour = KIND_COLOURS[earner["kind"]]
    low, central, high = (earner[f"{end}_usd_per_kwh"] for end in ("low", "central", "high"))
    ax.plot([x, x], [low, high], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt")
    ax.plot(x, central, marker="o", color=colour, markersize=6)
    ax.annotate(
        formats.significant(central, 2),
        (x, central),
        xytext=(7, 0),
        textcoords="offset points",
        va="center",
        fontsize=8.5,
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


def china_history(
    china: pd.DataFrame,
    estimates: pd.DataFrame,
    period: tuple[str, str],
    period_label: str,
    axes: list[Axes],
) -> None:
    """China's share of the network above, its electricity below; months without data stay empty.

    Parameters
    ----------
    china
        ``month``, ``hashrate_share`` and the three energy bounds in TWh.
    estimates
        Shares of other sources: ``month``, ``basis``, ``low_share``, ``high_share`` and the
        electricity at them.
    period, period_label
        First and last month of the shaded total, and its words.
    axes
        Two axes, one above the other.
    """
    share, energy = axes
    when = pd.PeriodIndex(china["month"], freq="M").to_timestamp(how="start")
    share.plot(when, china["hashrate_share"], color=MINING_COLOUR, marker="o", markersize=3)
    energy.plot(when, china["energy_guess_twh"], color=MINING_COLOUR, marker="o", markersize=3)
    energy.fill_between(
        when,
        china["energy_lower_twh"],
        china["energy_upper_twh"],
        color=MINING_COLOUR,
        alpha=0.18,
        linewidth=0,
    )
    _shade_period(axes, period, period_label)
    for ax in axes:
        ax.grid(axis="y")
        ax.set_axisbelow(True)
        ax.set_ylim(bottom=0)
        ax.spines["bottom"].set_color(INK["soft"])
    _label_zeros(share, china, when)
    _label_estimates(axes, estimates)
    share.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
    share.set_ylim(-0.03, 0.9)
    share.set_ylabel("Share of hashrate")
    energy.set_ylabel("TWh a month")
    energy.sharex(share)
    energy.set_ylim(0, energy.get_ylim()[1] * 1.12)
    share.margins(x=0.12)
    share.tick_params(labelbottom=False)


def _shade_period(axes: list[Axes], period: tuple[str, str], label: str) -> None:
    first, last = (pd.Period(month, "M") for month in period)
    start, end = first.to_timestamp(how="start"), last.to_timestamp(how="end")
    for ax in axes:
        ax.axvspan(start, end, color=REPORTED_COLOUR, alpha=0.14, linewidth=0)  # type: ignore[arg-type]
    axes[-1].annotate(
        label,
        (start, 0.98),
        xycoords=("data", "axes fraction"),
        xytext=(3, 0),
        textcoords="offset points",
        va="top",
        fontsize=8,
        color=INK["soft"],
    )


def _label_zeros(ax: Axes, china: pd.DataFrame, when: pd.DatetimeIndex) -> None:
    zero = (china["hashrate_share"] == 0).to_numpy()
    if not zero.any():
        return
    ax.annotate(
        f"measured zero,\n{when[zero][0]:%b} to {when[zero][-1]:%b %Y}",
        (when[zero][-1], 0),
        xytext=(16, 4),
        textcoords="offset points",
        fontsize=8,
        color=INK["soft"],
        arrowprops={"arrowstyle": "-", "color": INK["soft"], "linewidth": 0.7},
    )


def _label_estimates(axes: list[Axes], estimates: pd.DataFrame) -> None:
    """Open marks for shares of other sources, one label for each kind of source."""
    known = estimates[estimates["basis"].isin(list(SOURCES))]
    for basis, rows in known.groupby("basis", sort=False):
        when = pd.PeriodIndex(rows["month"], freq="M").to_timestamp(how="start")
        pairs = (("low_share", "high_share"), ("energy_low_twh", "energy_high_twh"))
        for ax, (low, high) in zip(axes, pairs, strict=True):
            middle = (rows[low] + rows[high]) / 2
            ax.vlines(when, rows[low], rows[high], color=REPORTED_COLOUR, linewidth=4, alpha=0.6)
            ax.plot(when, middle, "D", color=INK["soft"], markerfacecolor="none", markersize=5)
        name, shift = SOURCES[str(basis)]
        axes[0].annotate(
            name,
            (when[len(when) // 2], float(rows["high_share"].iloc[-1])),
            xytext=(0, shift),
            textcoords="offset points",
            ha="center",
            fontsize=8,
            color=INK["soft"],
        )
