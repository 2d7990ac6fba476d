"""Figure of notebook 02: unit cost against price per model, and the margins firms report."""

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside, percent, rows
from token_exports.figures.theme import COMPONENT_COLOURS, INK, ORIGIN_COLOURS
from token_exports.results import Results
from token_exports.uncertainty import Interval

COST, PRICE = COMPONENT_COLOURS["accelerator"], ORIGIN_COLOURS["cn"]
TICKS = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10)
FIRMS = {
    "minimax_gross_margin_2023": "MiniMax 2023",
    "minimax_gross_margin_2024": "MiniMax 2024",
    "minimax_gross_margin_2025_9m": "MiniMax 2025, nine months",
    "minimax_gross_margin_2025": "MiniMax 2025",
    "zhipu_api_gross_margin_2022": "Zhipu, cloud interface 2022",
    "zhipu_api_gross_margin_2024": "Zhipu, cloud interface 2024",
    "zhipu_gross_margin_2025_h1": "Zhipu 2025, first half",
    "anthropic_gross_margin_2025": "Anthropic 2025, expected",
    "openai_gross_margin_2025_expected": "OpenAI 2025, expected",
    "openai_gross_margin_2025": "OpenAI 2025, later papers",
}
"""Row of ``reported_quantities`` to its name; a row without one prints its key."""

OTHERS = {
    "scaled": "with the disclosed service scaled by active parameters",
    "wide": "if many accelerators tuned by hand serve",
    "apart": "if open engines serve prompts and writing apart",
    "together": "if open engines serve both together",
}
"""Estimate of cost to the words that name it."""

RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "models_below_cost_count": (
        "Models whose central unit cost exceeds their effective price",
        "below_cost.compare",
        ("assumptions", "openrouter_token_mix", "reported_quantities"),
    ),
    "thinnest_gross_margin_share": (
        "Gross margin at the central unit cost, model with the thinnest",
        "below_cost.gross_margin_share",
        ("assumptions", "openrouter_token_mix", "reported_quantities"),
    ),
    "median_gross_margin_share": (
        "Gross margin at the central unit cost, median of the models",
        "below_cost.gross_margin_share",
        ("assumptions", "openrouter_token_mix", "reported_quantities"),
    ),
    **{
        f"{name}_models_below_cost_count": (
            f"Models below cost {words}",
            "below_cost.compare",
            ("assumptions", "openrouter_token_mix", "reported_quantities", "model_architectures"),
        )
        for name, words in OTHERS.items()
    },
    "costed_models_count": (
        "Models with a unit cost and an effective price",
        "below_cost.compare",
        ("assumptions", "openrouter_token_mix", "reported_quantities"),
    ),
    "negative_reported_margins_count": (
        "Reported gross margins below zero",
        "below_cost.reported_margins",
        ("reported_quantities",),
    ),
    "reported_margins_count": (
        "Reported gross margins",
        "below_cost.reported_margins",
        ("reported_quantities",),
    ),
}


def draw_prices(table: pd.DataFrame, ax: Axes) -> Axes:
    """Interval of unit cost and effective price of every model, the thinnest margin on top.

    Parameters
    ----------
    table : DataFrame
        From `below_cost.compare`.
    ax : Axes
        Where to draw.
    """
    for y, row in enumerate(rows(table)):
        cost, price = (
            [row[f"{what}_{end}_usd_per_mtok"] for end in ("low", "central", "high")]
            for what in ("cost", "price")
        )
        ax.plot([cost[0], cost[2]], [y, y], color=COST, lw=5, alpha=0.45, solid_capstyle="butt")
        ax.plot(cost[1], y, "o", color=COST, ms=4.5)
        ax.plot([price[0], price[2]], [y, y], color=PRICE, lw=1.6)
        ax.plot(price[1], y, "D", color=PRICE, ms=5)
        words = f"{formats.number(row['below_cost_share'], 'share')} below cost"
        beside(ax, words, (max(cost[2], price[2]), y), INK["soft"])
    ax.set_yticks(range(len(table)), table["label"])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ends = (
        table[["cost_low_usd_per_mtok", "price_low_usd_per_mtok"]].min().min(),
        table[["cost_high_usd_per_mtok", "price_high_usd_per_mtok"]].max().max(),
    )
    ax.set_xscale("log")
    ax.set_xlim(float(ends[0]) / 1.3, float(ends[1]) * 9)
    shown = [t for t in TICKS if ax.get_xlim()[0] <= t <= ends[1] * 1.5]
    ax.set_xticks(shown, [f"{t:g}" for t in shown])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("USD per million tokens in the model's own mix (log scale)")
    ax.plot([], [], "o-", color=COST, lw=5, alpha=0.45, label="unit cost, 90%")
    ax.plot([], [], "D", color=PRICE, ms=5, label="effective price")
    ax.legend(ncols=2, loc="lower center", bbox_to_anchor=(0.4, 1.0))
    _plain(ax)
    return ax


def draw_margins(reported: pd.DataFrame, ax: Axes) -> Axes:
    """Gross margins that firms report, by period.

    Parameters
    ----------
    reported : DataFrame
        From `below_cost.reported_margins`.
    ax : Axes
        Where to draw.
    """
    for y, row in enumerate(rows(reported)):
        colour = ORIGIN_COLOURS[row["region"]]
        ax.plot([0, row["value"]], [y, y], color=colour, lw=1.2)
        ax.plot(row["value"], y, "o", color=colour, ms=5)
        words = formats.number(row["value"], "share")
        beside(ax, words, (max(row["value"], 0.0), y))
    ax.set_yticks(range(len(reported)), [firm(q) for q in reported["quantity_id"]])
    ax.set_ylim(len(reported) - 0.4, -0.6)
    ax.axvline(0, color=INK["soft"], lw=0.8)
    values = reported["value"]
    ax.set_xlim(min(-0.05, float(values.min())) - 0.05, max(0.5, float(values.max())) + 0.2)
    percent(ax, "Reported gross margin (red: China, blue: United States)")
    _plain(ax)
    return ax


def firm(quantity_id: str) -> str:
    """Name to print for a reported margin."""
    return FIRMS.get(quantity_id, quantity_id.replace("_gross_margin", "").replace("_", " "))


def _plain(ax: Axes) -> None:
    ax.tick_params(axis="y", length=0, labelcolor=INK["text"])
    ax.spines["left"].set_visible(False)


def below_cost(found: Results, table: pd.DataFrame, reported: pd.DataFrame, source: str) -> None:
    """File unit cost against price, with the reported margins below.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `below_cost.compare`; not empty.
    reported
        From `below_cost.reported_margins`; rows without a value are left out.
    source
        Where costs, prices and margins come from.
    """
    known = reported[reported["value"].notna()]
    heights = [0.3 * len(table) + 0.5, 0.22 * len(known) + 0.4]
    panels = 2 if len(known) else 1
    theme.apply()
    fig, axes = plt.subplots(
        panels,
        figsize=(theme.WIDTH_IN, 0.6 + sum(heights[:panels])),
        layout="constrained",
        squeeze=False,
        height_ratios=heights[:panels],
    )
    draw_prices(table, axes[0, 0])
    if panels == 2:
        draw_margins(known, axes[1, 0])
    title = _title(table)
    subtitle = (
        "Top: unit cost (draws) and effective price; percent: draws in which the token costs more"
        " than it sells for. Bottom: gross margins that firms report"
    )
    alt = (
        "Intervals of cost with a diamond for the price; below them dots of reported margins."
        f" {extremes(table, 'label', 'price_central_usd_per_mtok', 'price')}"
        f" {extremes(table, 'label', 'cost_central_usd_per_mtok', 'cost')}"
    )
    words = show.Caption(
        title=title, subtitle=subtitle, source=source, alt=alt, units=("usd_per_mtok", "share")
    )
    show.figure(found, "below_cost", fig, words, table)


def _below(table: pd.DataFrame) -> int:
    return int((table["margin_central_share"] < 0).sum())


def _title(table: pd.DataFrame) -> str:
    below = _below(table)
    verb = "sells" if below == 1 else "sell"
    return f"{below} of {len(table)} models {verb} below the central estimate of their unit cost"


def below_cost_takeaway(
    table: pd.DataFrame, reported: pd.DataFrame, others: Mapping[str, pd.DataFrame]
) -> str:
    """How many models sell below cost, and how many reported margins are negative.

    Parameters
    ----------
    table
        From `below_cost.compare`.
    reported
        From `below_cost.reported_margins`.
    others
        As ``table``, by the other estimates of cost in ``OTHERS``.
    """
    values = reported["value"].dropna()
    told = [_title(table)] if len(table) else ["No model had a cost and a price yet"]
    if len(values):
        ends = [formats.number(float(v), "share") for v in (values.min(), values.max())]
        low = int((values < 0).sum())
        told.append(
            f"of {len(values)} reported gross margins {low} {'is' if low == 1 else 'are'} below"
            f" zero, from {ends[0]} to {ends[1]}"
        )
    counted = [f"{_below(other)} {OTHERS[name]}" for name, other in others.items() if len(other)]
    if counted and len(table):
        told.append(f"by other estimates of cost {', '.join(counted)}")
    return f"**{'; '.join(told)}.**"


def quantities(
    table: pd.DataFrame, reported: pd.DataFrame, others: Mapping[str, pd.DataFrame]
) -> Mapping[str, Interval | float | None]:
    """What the notebook records of cost and price; ``others`` as ``table``, by other costs."""
    values = reported["value"].dropna()
    found: dict[str, Interval | float | None] = {
        "negative_reported_margins_count": float((values < 0).sum()),
        "reported_margins_count": float(len(values)),
        "costed_models_count": float(len(table)),
    }
    if len(table):
        thin = table.iloc[0]
        found["models_below_cost_count"] = float(_below(table))
        low, central, high = (float(thin[f"margin_{e}_share"]) for e in ("low", "central", "high"))
        found["thinnest_gross_margin_share"] = Interval(central, low, high)
        found["median_gross_margin_share"] = float(table["margin_central_share"].median())
    for name, other in others.items():
        if len(other):
            found[f"{name}_models_below_cost_count"] = float(_below(other))
    return found
