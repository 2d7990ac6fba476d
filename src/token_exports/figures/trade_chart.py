"""Figure of notebook 03: token exports beside China's trade."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import rows as as_dicts
from token_exports.figures.mining import REPORTED_COLOUR, TOKEN_COLOUR, log_axis
from token_exports.figures.theme import INK
from token_exports.figures.trade_words import Revenue, usd
from token_exports.results import Results
from token_exports.uncertainty import Interval, exact

SOURCE = (
    "OpenRouter; customs, MOFCOM and National Data Administration through the press; MiniMax's"
    " annual results"
)
STREAMS = {
    "served": "Tokens, paid and served in China",
    "effective": "Tokens, cached prompts at their price",
    "list": "Tokens, all at list price",
}
FIRM = "MiniMax's reported revenue abroad"
WHOLE = "If all tokens China reports were sold so"
SHORT = {
    "china_telecom_computer_services_trade_h1_2025": "Telecom, computer and information\n"
    "services, exports and imports",
    "china_knowledge_services_exports_h1_2025": "Knowledge-intensive services exports",
}


def ladder(
    revenue: Revenue, table: pd.DataFrame, firm_usd: float | None, whole_usd: float | None
) -> pd.DataFrame:
    """Every flow of money as a row, smallest first.

    Parameters
    ----------
    revenue, table, firm_usd
        As in `quantities`.
    whole_usd
        All tokens China reports at the week's mean list price, a year.
    """
    flows: list[tuple[str, str, Interval]] = [
        (label, "tokens", value) for key, label in STREAMS.items() if (value := revenue[key])
    ]
    if firm_usd is not None:
        flows.append((FIRM, "reported", exact(firm_usd)))
    if whole_usd is not None:
        flows.append((WHOLE, "extreme", exact(whole_usd)))
    for row in as_dicts(table):
        label = SHORT.get(row["quantity_id"], row["trade"])
        flows.append((label, "reported", exact(row["trade_usd_per_year"])))
    rows = [
        {
            "label": label,
            "kind": kind,
            "low_usd_per_year": value.low,
            "central_usd_per_year": value.central,
            "high_usd_per_year": value.high,
        }
        for label, kind, value in flows
    ]
    frame = pd.DataFrame(rows)
    return frame.sort_values("central_usd_per_year", ignore_index=True) if rows else frame


# ---- figure


def draw(table: pd.DataFrame, ax: Axes) -> Axes:
    """Money a year of every flow on one logarithmic ladder, smallest at the bottom.

    Parameters
    ----------
    table : DataFrame
        From `ladder`.
    ax : Axes
        Where to draw.
    """
    lowest = float(table.loc[table["central_usd_per_year"] > 0, "central_usd_per_year"].min())
    floor = 10 ** np.floor(np.log10(lowest) - 0.5)
    for y, row in enumerate(as_dicts(table)):
        colour = REPORTED_COLOUR if row["kind"] == "reported" else TOKEN_COLOUR
        ends = [max(row[f"{end}_usd_per_year"], floor) for end in ("low", "high")]
        ax.plot(ends, [y, y], color=colour, linewidth=6, alpha=0.35, solid_capstyle="butt")
        face = INK["paper"] if row["kind"] == "extreme" else colour
        middle = max(row["central_usd_per_year"], floor)
        ax.plot(middle, y, "o", color=colour, markerfacecolor=face)
        ax.annotate(
            formats.number(row["central_usd_per_year"], "usd_per_year", 2),
            (ends[1], y),
            (7, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
    ax.set_yticks(range(len(table)), list(table["label"]))
    ax.set_ylim(-0.6, len(table) - 0.4)
    ax.set_xscale("log")
    log_axis(ax, "x", FuncFormatter(lambda v, _p: formats.number(v, "usd_per_year", 1)))
    ax.xaxis.set_major_locator(LogLocator(100, numticks=12))
    ax.set_xlim(floor, float(table["high_usd_per_year"].max()) * 30)
    ax.set_xlabel("USD a year; each line is a hundred times")
    return ax


def trade_ladder(found: Results, table: pd.DataFrame, week: str, source: str) -> None:
    """File the figure of token exports beside trade.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `ladder`; nothing is drawn where it has no tokens.
    week
        Week in words.
    source
        Attribution.
    """
    if table.empty or not (table["kind"] == "tokens").any():
        return
    fig, (ax,) = theme.canvas(0.33 * len(table) + 0.7)
    draw(table, ax)
    most = table[table["kind"] == "tokens"].iloc[-1]
    title = (
        f"At list price the week's Chinese tokens are worth {usd(most['high_usd_per_year'])} a"
        f" year{_beside_goods(table, most)}"
    )
    words = show.Caption(
        title=title,
        subtitle=f"USD a year; tokens of the {week}, if every week were like it. Bars: bounds;"
        " half-years at their yearly rate; open mark: far above what is sold abroad",
        source=source,
        alt="Ladder of money flows on a log scale, tokens at its foot."
        f" {extremes(table, 'label', 'central_usd_per_year', 'flow')}",
        units=("usd_per_year",),
    )
    show.figure(found, "trade_scale", fig, words, table)


def _beside_goods(table: pd.DataFrame, most: "pd.Series[float]") -> str:
    goods = table[table["label"] == "Goods exports"]
    if goods.empty:
        return ""
    part = float(most["high_usd_per_year"]) / float(goods["central_usd_per_year"].iloc[0])
    return f", one part in {formats.significant(float(f'{1 / part:.2g}'), 2)} of goods exports"
