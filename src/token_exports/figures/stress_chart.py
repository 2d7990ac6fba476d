"""Figure of notebook 02: electricity's share over the cost of an hour and the price of power."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from token_exports import formats
from token_exports.figures import show, stress_record, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import rows
from token_exports.figures.theme import INK, ORIGIN_COLOURS
from token_exports.models import stress_map
from token_exports.results import Results
from token_exports.uncertainty import Interval

COSTS, PRICES = (0.025, 14.0), (0.02, 0.45)
COST_TICKS, PRICE_TICKS = (0.03, 0.1, 0.3, 1, 3, 10), (0.02, 0.05, 0.1, 0.2, 0.4)
COLOURS = {**ORIGIN_COLOURS, "essay": theme.ESSAY}
STEPS = (1.32, 1.72, 2.24)
"""How far, in times, the numbers of neighbouring points stand above or below them."""
COLUMNS = 2
TILT = 54
"""Of the contours on paper, in degrees."""
Recorded = Mapping[str, Interval | float | None]


def draw_map(points: pd.DataFrame, draw_kw: float, ax: Axes) -> Axes:
    """Contours of equal share and the operating points, numbered as in the key.

    Parameters
    ----------
    points : DataFrame
        From `stress_record.points`, in the order of the key.
    draw_kw : float
        Draw of the map.
    ax : Axes
        Where to draw.
    """
    across = np.array(COSTS)
    for share in stress_map.CONTOURS:
        ax.plot(across, _contour(across, share, draw_kw), color=INK["soft"], lw=0.9)
        edge = float(stress_map.break_even_cost_usd_per_h(draw_kw, PRICES[1], share))
        ax.annotate(
            f"{share:.0%}",
            (edge, PRICES[1]),
            (0, 3),
            textcoords="offset points",
            ha="center",
            fontsize=8,
        )
    low, high = (_contour(across, share, draw_kw) for share in stress_record.BROKER)
    ax.fill_between(across, low, high, color=INK["soft"], alpha=0.18, lw=0)
    _band_label(draw_kw, ax)
    steps = {"cn": 0, "us": 0, "essay": 0}
    for row in rows(points.sort_values("map_cost_usd_per_h")):
        _point(row, steps, ax)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(COSTS)
    ax.set_ylim(PRICES)
    ax.set_xticks(COST_TICKS, [f"{v:g}" for v in COST_TICKS])
    ax.set_yticks(PRICE_TICKS, [f"{v:g}" for v in PRICE_TICKS])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.yaxis.set_minor_locator(NullLocator())
    ax.set_xlabel(f"All other cost of a paid hour at a draw of {draw_kw:.2f} kW, USD (log scale)")
    ax.set_ylabel("Electricity, USD/kWh (log scale)")
    return ax


def _contour(
    costs: np.ndarray[tuple[int], np.dtype[np.float64]], share: float, draw_kw: float
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return costs * share / (1 - share) / draw_kw


def _band_label(draw_kw: float, ax: Axes) -> None:
    low, high = stress_record.BROKER
    price = (PRICES[0] * PRICES[1] ** 2) ** (1 / 3)
    middle = float(stress_map.break_even_cost_usd_per_h(draw_kw, price, (low + high) / 2))
    words = f"{low:.0%} to {high:.0%}"
    ax.text(middle, price, words, ha="center", va="center", fontsize=8, rotation=TILT)


def _point(row: dict[str, object], steps: dict[str, int], ax: Axes) -> None:
    x, y = float(str(row["map_cost_usd_per_h"])), float(str(row["electricity_price_usd_per_kwh"]))
    origin = str(row["origin"])
    colour = COLOURS[origin]
    ends = [float(str(row[f"map_cost_{end}_usd_per_h"])) for end in ("low", "high")]
    height = [float(str(row[f"electricity_price_{end}_usd_per_kwh"])) for end in ("low", "high")]
    ax.plot(ends, [y, y], color=colour, lw=1, alpha=0.55)
    ax.plot([x, x], height, color=colour, lw=1, alpha=0.55)
    ax.plot(x, y, "o", color=colour, ms=4.5)
    step = STEPS[steps[origin] % len(STEPS)]
    steps[origin] += 1
    at = y / step if origin == "us" else y * step
    ax.plot([x, x], [y, at], color=colour, lw=0.6, alpha=0.7)
    ax.text(
        x,
        at,
        str(row["number"]),
        color=colour,
        ha="center",
        va="center",
        fontsize=8,
        bbox=theme.PATCH,
    )


def draw_key(points: pd.DataFrame, ax: Axes) -> Axes:
    """Numbers, names and shares of the points, in columns."""
    per_column = -(-len(points) // COLUMNS)
    for place, row in enumerate(rows(points)):
        column, line = divmod(place, per_column)
        share = formats.number(row["electricity_cost_share"], "share")
        words = f"{row['number']}  {row['label']}: {share}"
        ax.text(
            column / COLUMNS - 0.1 * (1 - column),
            1 - line / per_column,
            words,
            color=COLOURS[row["origin"]],
            fontsize=8,
            va="top",
            transform=ax.transAxes,
        )
    ax.axis("off")
    return ax


def stress_map_figure(found: Results, points: pd.DataFrame, draw_kw: float, source: str) -> None:
    """File the map.

    Parameters
    ----------
    found
        Results of the notebook.
    points
        From `stress_record.points` and `stress_record.essay_point`, one table.
    draw_kw
        Draw of the map.
    source
        Where the assumptions and rents come from.
    """
    table = points.assign(number=[str(n) for n in range(1, len(points) + 1)])
    key = 0.2 * -(-len(table) // COLUMNS)
    theme.apply()
    fig, axes = plt.subplots(
        2, figsize=(theme.WIDTH_IN, 3.9 + key), layout="constrained", height_ratios=[3.9, key]
    )
    draw_map(table, draw_kw, axes[0])
    draw_key(table, axes[1])
    most = rows(table.nlargest(1, "electricity_cost_share"))[0]
    share = formats.number(most["electricity_cost_share"], "share")
    title = f"The highest of {len(table)} operating points is {share} electricity: {most['label']}"
    subtitle = (
        "Lines: equal share of electricity in cost, as labelled above; band: 60 to 70%; bars: 90%"
    )
    alt = (
        "Map with slanting lines of equal share and numbered operating points, listed below."
        f" {extremes(table, 'label', 'electricity_cost_share', 'share of electricity')}"
    )
    words = show.Caption(
        title=title, subtitle=subtitle, source=source, alt=alt, units=("usd_per_kwh", "usd_per_h")
    )
    show.figure(found, "stress_map", fig, words, table)


def stress_map_takeaway(recorded: Recorded, conditions: pd.DataFrame) -> str:
    """What would have to be true for electricity to be half of a token, or 60 to 70%.

    Parameters
    ----------
    recorded
        From `stress_record.quantities`.
    conditions
        From `stress_map.conditions`, the first row for half.
    """
    cost = formats.interval(_interval(recorded["break_even_paid_cost_usd_per_h"]), "usd_per_h")
    first = conditions.iloc[0]
    half = formats.number(float(first["electricity_cost_share"]), "share")
    ratio = formats.quantity(float(first["electricity_price_ratio"]), "ratio")
    price = formats.quantity(float(first["electricity_price_usd_per_kwh"]), "usd_per_kwh")
    gift = formats.number(
        _interval(recorded["free_accelerator_electricity_share"]).central, "share"
    )
    paid = formats.number(_interval(recorded["written_off_electricity_share"]).central, "share")
    return (
        f"**For electricity to be {half} of an hour in China, everything else in a paid hour would"
        f" have to cost {cost}, or power {price}, {ratio} of what it costs. A free accelerator"
        f" would bring it to {gift}, hardware that is paid off to {paid}; {_broker(conditions)}**"
    )


def _broker(conditions: pd.DataFrame) -> str:
    last = conditions.iloc[1:]
    if last.empty:
        return "no higher share was asked for."
    ends = [formats.number(float(s), "share") for s in last["electricity_cost_share"]]
    costs = [formats.quantity(float(c), "usd_per_h") for c in last["other_cost_usd_per_h"]]
    return f"{' and '.join(ends)} would need {' and '.join(costs)}."


def _interval(value: Interval | float | None) -> Interval:
    if not isinstance(value, Interval):
        raise TypeError(f"no interval: {value!r}")
    return value
