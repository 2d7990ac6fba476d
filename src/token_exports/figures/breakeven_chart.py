"""Figure of notebook 03: price of power at which a machine or a token service earns nothing."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from token_exports import formats
from token_exports.figures import mining_marks as marks
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.mining import KIND_COLOURS, log_axis
from token_exports.figures.theme import ORIGIN_COLOURS, ORIGIN_NAMES
from token_exports.models import mining_breakeven
from token_exports.results import Results
from token_exports.uncertainty import Interval

FLOOR = 0.005
"""Lowest price drawn; a break-even below it lies at the edge of the axis."""
TABLES = ("asics", "bitcoin_network")


def name_of(machine: str) -> str:
    """Name under which the break-even price of a machine is recorded."""
    return f"{machine.lower().replace(' ', '_')}_break_even_usd_per_kwh"


RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    **{
        name_of(name): (
            f"Price of power at which the {name} earns nothing, latest month",
            "mining_breakeven.in_month",
            (*TABLES, "asic_prices", "assumptions"),
        )
        for name in mining_breakeven.GENERATIONS
    },
    "cn_tariff_usd_per_kwh": (
        "Tariffs of large users in China",
        "mining_breakeven.tariff_range",
        ("electricity_prices",),
    ),
    "us_tariff_usd_per_kwh": (
        "Tariffs of large users in the United States",
        "mining_breakeven.tariff_range",
        ("electricity_prices",),
    ),
    "mining_over_tariff_ratio": (
        "Break-even price of the newest machine, power only to all costs, over China's tariff",
        "mining_breakeven.headroom_ratio",
        (*TABLES, "electricity_prices", "assumptions"),
    ),
}
Tariffs = dict[str, Interval]


def quantities(rows: pd.DataFrame, tariffs: Tariffs) -> dict[str, Interval | float | None]:
    """Values of ``RECORDED`` for the machines of one month.

    Parameters
    ----------
    rows
        From `mining_breakeven.in_month`, machines only.
    tariffs
        ``cn`` and ``us``, from `mining_breakeven.tariff_range`.
    """
    found: dict[str, Interval | float | None] = {
        name_of(str(row["label"])): interval(row) for _, row in rows.iterrows()
    }
    for country, tariff in tariffs.items():
        found[f"{country}_tariff_usd_per_kwh"] = tariff
    newest = interval(rows.iloc[-1])
    found["mining_over_tariff_ratio"] = mining_breakeven.headroom_ratio(
        newest, tariffs["cn"].central
    )
    return found


def interval(row: "pd.Series[float]") -> Interval:
    """Ends of a row of break-even prices."""
    low, central, high = (float(row[f"{e}_usd_per_kwh"]) for e in ("low", "central", "high"))
    return Interval(central, low, high)


# ---- one month, with inference


def draw_rows(rows: pd.DataFrame, tariffs: Tariffs, ax: Axes) -> Axes:
    """Interval of break-even prices of each machine and service, over the tariffs.

    Parameters
    ----------
    rows : DataFrame
        From `mining_breakeven.in_month`, with inference or without.
    tariffs : dict
        Ranges by country code in lower case.
    ax : Axes
        Where to draw.
    """
    marks.tariff_bands(tariffs, ax, horizontal=False)
    places = np.arange(len(rows))[::-1]
    for y, (_, row) in zip(places, rows.iterrows(), strict=True):
        colour = KIND_COLOURS[str(row["kind"])]
        low, central, high = (
            max(FLOOR, float(row[f"{e}_usd_per_kwh"])) for e in ("low", "central", "high")
        )
        ax.plot([low, high], [y, y], color=colour, linewidth=6, alpha=0.4, solid_capstyle="butt")
        if float(row["central_usd_per_kwh"]) >= FLOOR:
            ax.plot(central, y, "o", color=colour, markersize=5)
        else:
            ax.plot(FLOOR, y, "<", color=colour, markersize=6)
    ax.set_yticks(places, list(rows["label"]))
    ax.set_xscale("log")
    log_axis(ax, "x")
    ax.set_xlim(FLOOR * 0.8, max(0.6, float(rows["high_usd_per_kwh"].max()) * 1.5))
    ax.set_ylim(-0.6, len(rows) + 0.2)
    ax.set_xlabel("USD/kWh at which nothing is earned; each step is ten times")
    _name_bands(tariffs, len(rows) - 0.45, ax)
    return ax


def _name_bands(tariffs: Tariffs, y: float, ax: Axes) -> None:
    sides = {"cn": ("right", "low"), "us": ("left", "high")}
    for country, tariff in tariffs.items():
        side, end = sides[country]
        ax.annotate(
            f"{ORIGIN_NAMES[country]}'s tariffs" if country == "cn" else "US tariffs",
            (getattr(tariff, end), y),
            (3 if side == "left" else -3, 0),
            textcoords="offset points",
            ha=side,
            va="bottom",
            fontsize=8,
            color=ORIGIN_COLOURS[country],
        )


def break_even_rows(
    found: Results, rows: pd.DataFrame, tariffs: Tariffs, month: str, source: str
) -> None:
    """File the figure of break-even prices in one month.

    Parameters
    ----------
    found
        Results of the notebook.
    rows
        From `mining_breakeven.in_month` and `mining_breakeven.with_inference`.
    tariffs
        Ranges by country code in lower case.
    month
        Month of the hashprice.
    source
        Attribution.
    """
    fig, (ax,) = theme.canvas(0.27 * len(rows) + 0.9)
    draw_rows(rows, tariffs, ax)
    mining = rows[(rows["kind"] == "mining") & (rows["label"] != mining_breakeven.NETWORK)]
    able = int((mining["central_usd_per_kwh"] >= tariffs["cn"].central).sum())
    title = (
        f"{able} of {len(mining)} machine generations can pay China's national tariff,"
        f" {marks.month_name(month)}"
    )
    words = show.Caption(
        title=title,
        subtitle="Bars: from all costs (left) over running cost (dot) to power only (right); tokens"
        " with both ends of their own estimate. An arrow: below the axis",
        source=source,
        alt="Intervals in rows over two bands of tariffs, older machines to the left."
        f" {extremes(rows, 'label', 'central_usd_per_kwh', 'price that can be paid')}",
        units=("usd_per_kwh",),
    )
    show.figure(found, "break_even_prices", fig, words, rows)


def break_even_rows_takeaway(rows: pd.DataFrame, tariffs: Tariffs, month: str) -> str:
    """Who sells little else than power.

    Parameters
    ----------
    rows
        Machines and, if supplied, inference.
    tariffs
        Ranges by country code in lower case.
    month
        Month of the hashprice.
    """
    mining = rows[rows["kind"] == "mining"]
    newest = mining[mining["label"] != mining_breakeven.NETWORK].iloc[-1]
    tariff = tariffs["cn"].central
    words = [_headroom(interval(newest), tariff, f"the {newest['label']}")]
    for _, row in mining[mining["label"] == mining_breakeven.NETWORK].iterrows():
        words.append(_headroom(interval(row), tariff, "the network's mean machine"))
    for _, row in rows[rows["kind"] == "tokens"].iterrows():
        words.append(_headroom(interval(row), tariff, f"inference ({row['label']})"))
    return (
        f"**Against China's national tariff of {marks.money(tariff)},"
        f" {marks.listed(words)} ({marks.month_name(month)}).** Who breaks even near the tariff"
        " sells little else than power, and exports electricity in the essay's sense; who could"
        " pay many times the tariff sells something else."
    )


def _headroom(break_even: Interval, tariff: float, name: str) -> str:
    ratio = mining_breakeven.headroom_ratio(break_even, tariff)
    if ratio.high == 0:
        return f"{name} could not pay for power at any price"
    return f"{name} could pay {formats.interval(ratio, 'ratio', 2)}"
