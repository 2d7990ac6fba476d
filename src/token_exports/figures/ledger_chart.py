"""Figure of notebook 02: what a price gap is made of, factor by factor, on a log scale."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside, rows
from token_exports.figures.theme import COMPONENT_COLOURS, INK, ORIGIN_COLOURS
from token_exports.results import Results
from token_exports.uncertainty import Interval

COLOURS = {
    "electricity_price": COMPONENT_COLOURS["electricity"],
    "accelerator_cost": COMPONENT_COLOURS["accelerator"],
    "chip_efficiency": COMPONENT_COLOURS["server_network"],
    "active_parameters": COMPONENT_COLOURS["capital"],
    "traffic_mix": COMPONENT_COLOURS["hosting"],
    "utilisation": ORIGIN_COLOURS["us"],
    "margin": INK["soft"],
}
TICKS = (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100, 200)
TIMES = "\N{MULTIPLICATION SIGN}"
ROOM = 3.4
"""Room for words right of the longest bar, in times."""
Recorded = Mapping[str, Interval | float | None]


def draw_ledger(ledger: pd.DataFrame, ax: Axes) -> Axes:
    """Steps that multiply from one token's price up to the other's.

    Parameters
    ----------
    ledger : DataFrame
        From `ledger_record.table`; parts as logarithms, in ``low_ln``, ``central_ln``, ``high_ln``.
    ax : Axes
        Where to draw.
    """
    start, furthest, nearest = 0.0, 0.0, 0.0
    for y, row in enumerate(rows(ledger)):
        end = start + row["central_ln"]
        ends = start + row["low_ln"], start + row["high_ln"]
        left, right = np.exp(min(start, end)), np.exp(max(start, end))
        ax.barh(y, right - left, left=left, color=COLOURS[row["factor"]], height=0.56, lw=0)
        ax.plot(np.exp(ends), [y, y], color=INK["text"], lw=1.1)
        ax.plot(np.exp([end, end]), [y, y + 1], color=INK["rule"], lw=1, zorder=0)
        beside(ax, _words(row), (float(np.exp(max(*ends, end, start))), y))
        start, furthest, nearest = end, max(furthest, *ends, end), min(nearest, *ends, end)
    y = len(ledger)
    ax.barh(y, np.exp(start) - 1, left=1, color=INK["rule"], height=0.56, lw=0)
    beside(ax, _times(start), (float(np.exp(start)), y))
    ax.axvline(1, color=INK["soft"], lw=0.8)
    ax.set_yticks(range(y + 1), [*ledger["label"], "Price gap"])
    ax.set_ylim(y + 0.6, -0.6)
    ax.set_xscale("log")
    ax.set_xlim(np.exp(nearest) / 1.15, np.exp(furthest) * ROOM)
    _ticks(ax, furthest)
    ax.set_xlabel(f"Price of M2.5 = 1, log scale: each step multiplies ({TIMES})")
    ax.tick_params(axis="y", length=0, labelcolor=INK["text"])
    ax.spines["left"].set_visible(False)
    return ax


def _ticks(ax: Axes, furthest: float) -> None:
    low = ax.get_xlim()[0]
    shown = [t for t in TICKS if low <= t <= np.exp(furthest) * 1.1]
    ax.set_xticks(shown, [f"{t:g}" for t in shown])
    ax.xaxis.set_minor_locator(NullLocator())


def _times(ln_ratio: float) -> str:
    return formats.quantity(float(np.exp(ln_ratio)), "ratio")


def _words(row: Mapping[str, float]) -> str:
    return f"{_times(row['central_ln'])}, {formats.number(row['central_share'], 'share')}"


def ledger(found: Results, table: pd.DataFrame, recorded: Recorded, source: str) -> None:
    """File the ledger.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `ledger_record.table`.
    recorded
        From `ledger_record.quantities`.
    source
        Where assumptions, prices and mixes come from.
    """
    fig, (ax,) = theme.canvas(1.1 + 0.34 * (len(table) + 1))
    draw_ledger(table, ax)
    power = formats.interval(_interval(recorded["ledger_electricity_price_share"]), "share")
    title = f"Of the gap {_gap(recorded)} the electricity price explains {power}"
    subtitle = (
        "Effective price, Opus 4.6 over M2.5, each on its own mix; percent: part of the"
        " logarithm; mean over all orders; lines: 90% of the draws"
    )
    alt = (
        "Waterfall of factors that multiply to the price gap."
        f" {extremes(table, 'label', 'central_share', 'part of the gap')}"
    )
    words = show.Caption(
        title=title, subtitle=subtitle, source=source, alt=alt, units=("ratio", "share")
    )
    show.figure(found, "price_ledger", fig, words, table)


def ledger_takeaway(table: pd.DataFrame | None, recorded: Recorded) -> str:
    """Largest parts, and what cheaper and free power would explain.

    Parameters
    ----------
    table
        From `ledger_record.table`; None where the two sides were not public.
    recorded
        From `ledger_record.quantities`.
    """
    if table is None:
        return "**The two prices, their mixes or the sizes of the models were not public yet.**"
    order = table["central_share"].abs().sort_values(ascending=False).index
    first, second = rows(table.loc[order[:2]])
    cheaper, free = (
        formats.interval(_interval(recorded[f"ledger_{name}_share"]), "share")
        for name in ("discount", "free_power")
    )
    return (
        f"**The two largest parts of the gap {_gap(recorded)} are {_part(first)} and"
        f" {_part(second)}. Power at the essay's discount explains {cheaper} of it, free power"
        f" {free}.**{_cross_check(recorded)}"
    )


def answer(table: pd.DataFrame | None, recorded: Recorded) -> str:
    """What the largest part and the electricity price explain, for the notebook's answer."""
    if table is None:
        return "What the price gap is made of was not public yet."
    first = rows(table.loc[table["central_share"].abs().sort_values(ascending=False).index[:1]])[0]
    power = formats.interval(_interval(recorded["ledger_electricity_price_share"]), "share")
    return (
        f"Of the price gap {_gap(recorded)} between the essay's two models the largest part is"
        f" {_part(first)}; the electricity price explains {power}."
    )


def _cross_check(recorded: Recorded) -> str:
    names = ("active_parameters", "margin", "electricity_price")
    values = [recorded.get(f"scaled_ledger_{name}_share") for name in names]
    if None in values:
        return ""
    size, margin, power = (formats.interval(_interval(value), "share") for value in values)
    return (
        " With the rates of the disclosed service scaled by active parameters instead, model size"
        f" takes {size}, mark-up {margin}, the electricity price {power}."
    )


def _part(row: Mapping[str, object]) -> str:
    central, low, high = (float(str(row[f"{end}_share"])) for end in ("central", "low", "high"))
    words, part = str(row["label"]), formats.interval(Interval(central, low, high), "share")
    return f"{words[0].lower()}{words[1:]} with {part}"


def _gap(recorded: Recorded) -> str:
    ratio = recorded["ledger_price_ratio"]
    value = ratio.central if isinstance(ratio, Interval) else ratio
    return f"of {formats.quantity(value, 'ratio')}"


def _interval(value: Interval | float | None) -> Interval:
    if not isinstance(value, Interval):
        raise TypeError(f"no interval: {value!r}")
    return value
