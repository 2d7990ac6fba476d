"""Figure of notebook 02: what one model's token costs on the accelerators of both countries."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, NullLocator

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.chip_record import MODEL
from token_exports.figures.marks import beside, percent, rows
from token_exports.figures.theme import COMPONENT_COLOURS, INK, ORIGIN_COLOURS, ORIGIN_NAMES
from token_exports.results import Results

TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5)
ROOM_RATIO = 2.4
"""Room for words right of the longest line, on the log axis."""


def draw_cost(chips: pd.DataFrame, ax: Axes) -> Axes:
    """Cost of a million tokens with its interval, a row per accelerator.

    Parameters
    ----------
    chips : DataFrame
        From `chip_record.table`.
    ax : Axes
        Where to draw.
    """
    for y, row in enumerate(rows(chips)):
        colour = ORIGIN_COLOURS[row["region"]]
        ax.plot([row["low_usd_per_mtok"], row["high_usd_per_mtok"]], [y, y], color=colour, lw=2)
        ax.plot(row["central_usd_per_mtok"], y, "o", color=colour, ms=5)
        words = formats.number(row["central_usd_per_mtok"], "usd_per_mtok")
        beside(ax, words, (row["high_usd_per_mtok"], y))
    _rows(ax, chips)
    low, high = chips["low_usd_per_mtok"].min(), chips["high_usd_per_mtok"].max()
    ax.set_xscale("log")
    ax.set_xlim(float(low) / 1.2, float(high) * ROOM_RATIO)
    shown = [t for t in TICKS if low / 1.2 <= t <= high * 1.3]
    ax.set_xticks(shown, [f"{t:g}" for t in shown])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("USD per million tokens, log scale")
    return ax


def draw_share(chips: pd.DataFrame, ax: Axes) -> Axes:
    """Electricity's share of that cost, beside it.

    Parameters
    ----------
    chips : DataFrame
        From `chip_record.table`.
    ax : Axes
        Where to draw.
    """
    colour, name = COMPONENT_COLOURS["electricity"], "electricity_cost_share"
    for y, row in enumerate(rows(chips)):
        ax.barh(y, row[f"central_{name}"], height=0.5, color=colour, lw=0)
        ends = [row[f"low_{name}"], row[f"high_{name}"]]
        ax.plot(ends, [y, y], color=INK["text"], lw=1.1)
    _rows(ax, chips)
    ax.set_yticklabels([])
    ax.set_xlim(0, float(chips[f"high_{name}"].max()) * 1.1)
    ax.xaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 5, 10]))
    percent(ax, "Electricity in cost")
    return ax


def _rows(ax: Axes, chips: pd.DataFrame) -> None:
    ax.set_yticks(range(len(chips)), chips["label"])
    for tick, region in zip(ax.get_yticklabels(), chips["region"], strict=True):
        tick.set_color(ORIGIN_COLOURS[region])
    ax.set_ylim(len(chips) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def chips(found: Results, table: pd.DataFrame, traffic: str, source: str) -> None:
    """File the comparison of accelerators.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `chip_record.table`; not empty.
    traffic
        What the mix and the lengths are those of.
    source
        Where assumptions, prices of hardware and benchmarks come from.
    """
    fig, axes = theme.canvas(1.0 + 0.3 * len(table), columns=2)
    draw_cost(table, axes[0])
    draw_share(table, axes[1])
    title = _title(table)
    subtitle = (
        f"Full cost of {MODEL}, {traffic}; red: bought and run in China, blue: in the United"
        " States; lines: 90% of the draws"
    )
    alt = (
        "Intervals of cost and bars of electricity's share by accelerator, cheapest first."
        f" {extremes(table, 'label', 'central_usd_per_mtok', 'cost')}"
        f" {extremes(table, 'label', 'central_electricity_cost_share', 'share of electricity')}"
    )
    words = show.Caption(
        title=title, subtitle=subtitle, source=source, alt=alt, units=("usd_per_mtok", "share")
    )
    show.figure(found, "accelerators", fig, words, table)


def _title(table: pd.DataFrame) -> str:
    first = table.iloc[0]
    cost = formats.quantity(float(first["central_usd_per_mtok"]), "usd_per_mtok")
    place = ORIGIN_NAMES[first["region"]]
    return f"Cheapest is {first['label']} in {_the(place)}, {cost}"


def _the(place: str) -> str:
    return f"the {place}" if place.startswith("United") else place


def chips_takeaway(table: pd.DataFrame) -> str:
    """Cheapest accelerator of each country, and the range of electricity's share.

    Parameters
    ----------
    table
        From `chip_record.table`.
    """
    if table.empty:
        return "**Traffic, architecture or benchmarks of the model were not public yet.**"
    best = table.drop_duplicates("region").set_index("region")["central_usd_per_mtok"]
    told = []
    if {"cn", "us"} <= set(best.index):
        ratio = formats.quantity(float(best["cn"] / best["us"]), "ratio")
        told.append(f"the cheapest accelerator in China costs {ratio} the cheapest American one")
    share = table["central_electricity_cost_share"]
    ends = [formats.number(float(v), "share") for v in (share.min(), share.max())]
    told.append(f"electricity is {ends[0]} to {ends[1]} of cost, whatever the accelerator")
    words = "; ".join(told)
    return f"**{words[0].upper()}{words[1:]}.**"
