"""Figures of notebook 01: shares by window, over time and by unit."""

import pandas as pd
from matplotlib.axes import Axes

from token_exports.figures import hits
from token_exports.figures.marks import beside
from token_exports.figures.share_marks import (
    day_number,
    month_ticks,
    name_last,
    share_axis,
    unbroken,
)
from token_exports.figures.share_words import percent
from token_exports.figures.theme import INK, ORIGIN_COLOURS, ORIGIN_NAMES, PATCH, essay_line

CN = ORIGIN_COLOURS["cn"]
ALL_TOKENS = INK["soft"]


def window_shares(table: pd.DataFrame, study: str, stated: float, ax: Axes) -> Axes:
    """Dumbbell per window: share among the largest models and of all tokens.

    Parameters
    ----------
    table : DataFrame
        ``window``, ``cn_top_n_share``, ``cn_least_share``, ``cn_platform_share``,
        ``cn_most_share``; one row per window in order of time.
    study : str
        Window printed in bold.
    stated : float
        The essay's share.
    ax : Axes
        Where to draw.
    """
    places = range(len(table))
    ax.hlines(places, table["cn_platform_share"], table["cn_top_n_share"], INK["rule"], lw=2)
    ax.hlines(places, table["cn_least_share"], table["cn_most_share"], ALL_TOKENS, lw=1.2)
    ax.scatter(table["cn_platform_share"], places, s=34, color=ALL_TOKENS, zorder=3)
    ax.scatter(table["cn_top_n_share"], places, s=42, color=CN, zorder=3)
    for place, row in enumerate(table.to_dict("records")):
        top, whole = row["cn_top_n_share"], row["cn_platform_share"]
        side = 1 if top >= whole else -1
        beside(ax, percent(top), (top, place), CN, shift=6 * side, ground=PATCH)
        end = row["cn_least_share"] if side == 1 else row["cn_most_share"]
        beside(ax, percent(whole), (end, place), ALL_TOKENS, shift=-8 * side, ground=PATCH)
    _name_dots(table, ax)
    ax.set_yticks(places, table["window"])
    for label in ax.get_yticklabels():
        bold = label.get_text() == study
        label.set(color=INK["text"], fontweight="bold" if bold else "normal")
    ax.set_ylim(len(table) - 0.4, -0.8)
    share_axis(ax)
    essay_line(ax, stated, "essay")
    return ax


def _name_dots(table: pd.DataFrame, ax: Axes) -> None:
    """Name both kinds of dot once, where they are furthest apart."""
    gap = (table["cn_top_n_share"] - table["cn_platform_share"]).abs()
    place = int(gap.to_numpy().argmax())
    for column, name, colour in (
        ("cn_top_n_share", "largest models", CN),
        ("cn_platform_share", "all tokens", ALL_TOKENS),
    ):
        beside(ax, name, (float(table[column].iloc[place]), place), colour, shift=0, ground=PATCH)


def share_history(
    weeks: pd.DataFrame, measured: pd.DataFrame, study: str, stated: float, ax: Axes
) -> Axes:
    """Line of the Chinese share over all weeks and windows that are known; gaps stay open.

    Parameters
    ----------
    weeks : DataFrame
        ``period_end``, ``cn_chart_share``; one row per weekly chart.
    measured : DataFrame
        ``window_end``, ``cn_least_share``, ``cn_platform_share``, ``cn_most_share``; one row
        per window.
    study : str
        Window that is marked.
    stated : float
        The essay's share.
    ax : Axes
        Where to draw.
    """
    marked = measured[measured["window"] == study].iloc[0]
    at = (day_number(marked["window_end"]), float(marked["cn_top_n_share"]))
    chart, whole = "weekly chart", "all tokens"
    with hits.series(chart, ax):
        for part in unbroken(weeks, "period_end", days=7):
            ends = part["period_end"]
            ax.plot(ends, part["cn_chart_share"], color=CN, lw=1.2, marker="o", ms=2.6)
        name_last(ax, weeks, ("period_end", "cn_chart_share"), chart.replace(" ", "\n"), CN)
    with hits.series(whole, ax):
        _all_tokens(measured, ax)
        last = ("window_end", "cn_platform_share")
        name_last(ax, measured, last, whole.replace(" ", "\n"), ALL_TOKENS)
    hits.points(ax, chart, CN, hits.told(weeks, "period_end", "cn_chart_share"))
    known = measured.assign(window_end=pd.to_datetime(measured["window_end"]))
    told = hits.told(known, *last, ends=("cn_least_share", "cn_most_share"))
    hits.points(ax, whole, ALL_TOKENS, told)
    ax.scatter(*at, s=70, facecolor="none", edgecolor=INK["text"], zorder=4)
    ax.annotate(
        "study window",
        at,
        xytext=(-8, 9),
        textcoords="offset points",
        ha="right",
        fontsize=8,
    )
    ax.set_ylim(0, 1)
    ax.margins(x=0.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.grid(axis="y")
    month_ticks(ax)
    essay_line_left(ax, stated)
    return ax


def _all_tokens(measured: pd.DataFrame, ax: Axes) -> None:
    """Share of all tokens with its bounds; windows that stand alone are dots."""
    for part in unbroken(measured, "window_end", days=1):
        ends = pd.to_datetime(part["window_end"])
        ax.fill_between(
            ends,
            part["cn_least_share"],
            part["cn_most_share"],
            color=ALL_TOKENS,
            alpha=0.22,
            lw=0,
        )
        dot = "." if len(part) == 1 else ""
        ax.plot(ends, part["cn_platform_share"], color=ALL_TOKENS, lw=1.4, marker=dot)


def essay_line_left(ax: Axes, stated: float) -> None:
    """The essay's mark with its flag on the left, where no line runs."""
    essay_line(ax, stated, "", horizontal=True)
    colour = ax.lines[-1].get_color()
    ax.annotate(
        "essay",
        (0, stated),
        xycoords=("axes fraction", "data"),
        xytext=(3, 3),
        textcoords="offset points",
        color=colour,
        fontsize=8,
    )


def unit_shares(table: pd.DataFrame, stated: float, ax: Axes) -> Axes:
    """Shares of China and the United States in every unit, with the platform's bounds below.

    Parameters
    ----------
    table : DataFrame
        ``unit``, ``unit_label``, ``denominator``, ``origin``, ``central_share``, ``low_share``,
        ``high_share``.
    stated : float
        The essay's share.
    ax : Axes
        Where to draw.
    """
    units = table.drop_duplicates("unit")["unit"].tolist()
    for place, unit in enumerate(units):
        rows = table[table["unit"] == unit].set_index(["denominator", "origin"])
        for origin in ("us", "cn"):
            top = rows.loc[("top_n", origin)]
            colour = ORIGIN_COLOURS[origin]
            ax.hlines(place, top["low_share"], top["high_share"], colour, lw=4, alpha=0.45)
            ax.scatter(top["central_share"], place, s=44, color=colour, zorder=3)
        cn = rows.loc[("top_n", "cn")]
        beside(
            ax,
            percent(cn["central_share"]),
            (cn["central_share"], place),
            CN,
            shift=0,
            ground=PATCH,
        )
        _platform_range(ax, rows.loc[("platform", "cn")], place + 0.34)
    ax.set_yticks(range(len(units)), table.drop_duplicates("unit")["unit_label"])
    ax.tick_params(axis="y", labelcolor=INK["text"])
    ax.set_ylim(len(units) - 0.35, -0.95)
    first = table[(table["unit"] == units[0]) & (table["denominator"] == "top_n")]
    for origin, share in zip(first["origin"], first["central_share"], strict=True):
        ax.annotate(
            ORIGIN_NAMES[origin],
            (share, -0.62),
            color=ORIGIN_COLOURS[origin],
            ha="center",
            size=8.5,
            bbox=PATCH,
        )
    share_axis(ax)
    essay_line(ax, stated, "essay")
    return ax


def _platform_range(ax: Axes, row: pd.Series, place: float) -> None:
    if pd.isna(row["low_share"]):
        ax.text(0.01, place, "all traffic: not known", fontsize=8, va="center", color=INK["soft"])
        return
    ax.hlines(place, row["low_share"], row["high_share"], CN, lw=1)
    ax.vlines([row["low_share"], row["high_share"]], place - 0.09, place + 0.09, CN, lw=1)
    ax.annotate(
        "China in all traffic",
        (row["high_share"], place),
        xytext=(5, 0),
        textcoords="offset points",
        fontsize=8,
        va="center",
        color=INK["soft"],
        bbox=PATCH,
        annotation_clip=False,
    )
