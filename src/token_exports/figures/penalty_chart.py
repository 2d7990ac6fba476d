"""Figure of notebook 02: the discount on Chinese electricity net of domestic chips."""

import pandas as pd
from matplotlib.axes import Axes

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside, rows
from token_exports.figures.theme import COMPONENT_COLOURS, INK
from token_exports.results import Results
from token_exports.uncertainty import Interval

TARIFF, NET = INK["soft"], COMPONENT_COLOURS["electricity"]
HEIGHT = 0.34
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    f"{basis}_net_electricity_ratio": (
        f"Electricity per token on domestic chips, China over United States: {label}",
        "domestic_penalty.net_of_penalty",
        ("electricity_price_bases", "electricity_prices", "fx_rates", "assumptions"),
    )
    for basis, label in (
        ("r08", "subsidised hub"),
        ("r21", "hub without subsidy"),
        ("r27", "eastern China"),
        ("r01", "national industry"),
    )
}


def draw_penalty(table: pd.DataFrame, ax: Axes) -> Axes:
    """Tariff ratio and net ratio, two bars per basis.

    Parameters
    ----------
    table : DataFrame
        From `domestic_penalty.net_of_penalty`.
    ax : Axes
        Where to draw.
    """
    for y, row in enumerate(rows(table)):
        above, below = y - HEIGHT / 2, y + HEIGHT / 2
        ax.barh(above, row["price_ratio"], height=HEIGHT, color=TARIFF, alpha=0.55, lw=0)
        ax.barh(below, row["central"], height=HEIGHT, color=NET, lw=0)
        ax.plot([row["low"], row["high"]], [below, below], color=INK["text"], lw=1.2)
        beside(
            ax, f"{row['price_ratio']:.2f} per kWh", (row["price_ratio"], above), ground=theme.PATCH
        )
        words = f"{row['central']:.2f} per token ({row['low']:.2f} to {row['high']:.2f})"
        beside(ax, words, (row["high"], below), ground=theme.PATCH)
    ax.axvline(1, color=INK["text"], lw=1, zorder=0.5)
    ax.annotate("US = 1", (1, 1), (3, 0), ("data", "axes fraction"), "offset points", fontsize=8)
    ax.set_yticks(range(len(table)), table["label"])
    ax.set_ylim(len(table) - 0.4, -0.6)
    ax.set_xlim(0, float(table["high"].max()) * 1.7)
    ax.set_xlabel("Electricity, China over US industry")
    ax.tick_params(axis="y", length=0, labelcolor=INK["text"])
    ax.spines["left"].set_visible(False)
    return ax


def penalty(found: Results, table: pd.DataFrame, source: str) -> None:
    """File the discount net of domestic chips.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `domestic_penalty.net_of_penalty`; not empty.
    source
        Where tariffs and the penalty come from.
    """
    fig, (ax,) = theme.canvas(0.9 + 0.52 * len(table))
    draw_penalty(table, ax)
    title = _first(table)
    subtitle = (
        "Grey: price per kWh; amber: cost per token on domestic chips, line: range of their"
        " reported extra consumption"
    )
    alt = (
        "Pairs of bars by basis of the price, a line where China costs what the US does."
        f" {extremes(table, 'label', 'central', 'cost per token', 'ratio')}"
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("ratio",))
    show.figure(found, "domestic_penalty", fig, words, table)


def _first(table: pd.DataFrame) -> str:
    row = rows(table)[0]
    tariff, net = (_gap(row[name]) for name in ("price_ratio", "central"))
    return f"{row['label']}: {tariff} per kWh is {net} per token on domestic chips"


def _gap(ratio: float) -> str:
    gap = formats.number(abs(1 - ratio), "share")
    return f"{gap} {'cheaper' if ratio < 1 else 'dearer'}"


def penalty_takeaway(table: pd.DataFrame) -> str:
    """What is left of each discount, and what penalty would use it up.

    Parameters
    ----------
    table
        From `domestic_penalty.net_of_penalty`.
    """
    if table.empty:
        return "**No basis to compare was public yet.**"
    row = rows(table)[0]
    limit = formats.quantity(row["break_even_penalty_ratio"], "ratio")
    spent = f"chips that draw {limit} as much would use it up"
    if row["price_ratio"] >= 1:
        spent = "there is no discount that they could use up"
    dearer = int((table["central"] >= 1).sum())
    return (
        f"**{_first(table)}; {spent}. On {dearer} of"
        f" {len(table)} bases the electricity of a token on domestic chips is no cheaper than in"
        " the United States.**"
    )


def quantities(table: pd.DataFrame) -> dict[str, Interval | float | None]:
    """What the notebook records of the net ratios."""
    return {
        f"{str(row['basis_id']).lower()}_net_electricity_ratio": Interval(
            row["central"], row["low"], row["high"]
        )
        for row in rows(table)
    }
