"""Figure of notebook 02: the two list prices behind a stated ratio."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import rows
from token_exports.figures.price_history_chart import TIMES, dates, ratio_axis
from token_exports.figures.price_history_record import Quantities
from token_exports.figures.theme import COMPONENT_COLOURS
from token_exports.results import Results

BASIS_NAMES = {"input": "input", "cache_read": "cache read", "output": "output", "blend": "3:1"}
BASIS_COLOURS = {
    "input": COMPONENT_COLOURS["accelerator"],
    "cache_read": COMPONENT_COLOURS["server_network"],
    "output": COMPONENT_COLOURS["electricity"],
    "blend": COMPONENT_COLOURS["operations"],
}
NEAR = 1.02
"""A list ratio within this factor of the stated one reproduces it."""
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "reproducing_price_pairs_count": (
        "Pairs of list prices that give the essay's ratio of GPT-4o over DeepSeek",
        "price_history.trace",
        ("list_prices",),
    ),
}


def draw_trace(traced: pd.DataFrame, stated: float, last: dt.date, ax: Axes) -> Axes:
    """Every ratio of the two list prices over the days it applied, coloured by basis.

    Parameters
    ----------
    traced : DataFrame
        From `price_history.trace`.
    stated : float
        The essay's ratio.
    last : date
        End of the time axis.
    ax : Axes
        Where to draw.
    """
    end = pd.Timestamp(last)
    for row in rows(traced):
        until = end if pd.isna(row["last_day"]) else min(row["last_day"], end)
        newest = row["dearer_model"] == traced["dearer_model"].max()
        look: dict[str, Any] = {
            "lw": 2.4 if newest else 1.2,
            "ls": "-" if newest else (0, (3, 1.5)),
        }
        colour = BASIS_COLOURS[row["basis"]]
        ax.plot([row["first_day"], until], [row["price_ratio"]] * 2, color=colour, **look)
    for basis, name in BASIS_NAMES.items():
        if (traced["basis"] == basis).any():
            ax.plot([], [], color=BASIS_COLOURS[basis], lw=2.4, label=name)
    ax.legend(ncols=4, loc="lower center", bbox_to_anchor=(0.45, 1.0), handlelength=1.2)
    theme.essay_line(ax, stated, f"essay: {stated:g}{TIMES}", horizontal=True)
    ends = traced["price_ratio"].min() / 1.3, traced["price_ratio"].max() * 1.3
    ratio_axis(ax, "y", (float(ends[0]), float(ends[1])))
    dates(ax)
    ax.set_ylabel("GPT-4o over DeepSeek, times (log scale)")
    return ax


def trace(found: Results, traced: pd.DataFrame, stated: float, last: dt.date, source: str) -> None:
    """File where the essay's second ratio comes from.

    Parameters
    ----------
    found
        Results of the notebook.
    traced
        From `price_history.trace`; not empty.
    stated
        The essay's ratio.
    last
        End of the time axis.
    source
        Where the prices come from.
    """
    fig, (ax,) = theme.canvas(3.4)
    draw_trace(traced, stated, last, ax)
    hits = near(traced)
    title = f"{len(hits)} of {len(traced)} pairs of list prices give {stated:g}{TIMES}"
    subtitle = (
        "Ratio of two list prices over the days both applied, by token class; thick: newer"
        " GPT-4o of August 2024, dashed: first one"
    )
    named = traced.assign(pair=traced["cheaper_tier"] + ", " + traced["basis"])
    alt = (
        "Level lines of price ratios over time that step where a price changed."
        f" {extremes(named, 'pair', 'price_ratio', 'ratio')}"
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("ratio",))
    show.figure(found, "ratio_traced", fig, words, traced)


def near(traced: pd.DataFrame) -> pd.DataFrame:
    """Pairs of prices that reproduce the stated ratio."""
    return traced[traced["miss_ratio"] <= NEAR] if len(traced) else traced


def trace_takeaway(traced: pd.DataFrame, stated: float) -> str:
    """Which two prices, on which days, give the stated ratio.

    Parameters
    ----------
    traced
        From `price_history.trace`.
    stated
        The essay's ratio.
    """
    hits = near(traced)
    if hits.empty:
        return f"**No two list prices of that time give {stated:g}{TIMES}.**"
    told = [
        f"{row['dearer_usd_per_mtok']:g} over {row['cheaper_usd_per_mtok']:g} USD for"
        f" {BASIS_NAMES[row['basis']]} ({row['dearer_model']}, {_days(row)})"
        for row in rows(hits.sort_values("first_day", kind="stable"))
    ]
    others = traced[traced["miss_ratio"] > NEAR]["price_ratio"]
    rest = ""
    if len(others):
        ends = [formats.quantity(float(v), "ratio", 2) for v in (others.min(), others.max())]
        rest = f" All other classes and days give {ends[0]} to {ends[1]}."
    return f"**{stated:g}{TIMES} is a ratio of list prices: {'; '.join(told)}.{rest}**"


def _days(row: Mapping[str, pd.Timestamp]) -> str:
    first, last = row["first_day"], row["last_day"]
    return f"from {first:%Y-%m-%d}" + ("" if pd.isna(last) else f" to {last:%Y-%m-%d}")


def quantities(traced: pd.DataFrame) -> Quantities:
    """What the notebook records of the trace."""
    return {"reproducing_price_pairs_count": float(len(near(traced)))}
