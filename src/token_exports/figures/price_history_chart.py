"""Figures of notebook 02: one price ratio by week, by pair of models and by solved task."""

import datetime as dt
from itertools import zip_longest

import matplotlib.dates as mdates
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from token_exports import formats
from token_exports.figures import hits, show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside, rows
from token_exports.figures.theme import INK, ORIGIN_COLOURS
from token_exports.results import Results

TIMES = "\N{MULTIPLICATION SIGN}"
TICKS = (0.5, 1, 2, 5, 10, 20, 50, 100)
OWN, LISTED, FAMILY = ORIGIN_COLOURS["us"], INK["soft"], ORIGIN_COLOURS["other"]
TASK_NAMES = {
    "SWE-bench Verified": "SWE-bench Verified",
    "OpenHands Index: gaia": "GAIA",
    "OpenHands Index: swt-bench": "SWT-Bench",
    "OpenHands Index: commit0": "Commit0",
    "OpenHands Index: swe-bench-multimodal": "SWE-bench Multimodal",
}
PAIRS = (
    ("Claude Opus", "MiniMax M"),
    ("Claude Opus", "DeepSeek, large"),
    ("Claude Opus", "GLM"),
    ("Claude Opus", "Kimi K"),
    ("GPT, largest", "DeepSeek, large"),
    ("GPT, largest", "Kimi K"),
)


def draw_weeks(weekly: pd.DataFrame, stated: float, ax: Axes) -> Axes:
    """Ratio of effective prices by week: own mixes as dots with bounds, one mix as lines.

    Parameters
    ----------
    weekly : DataFrame
        From `price_history.weekly`.
    stated : float
        The essay's ratio.
    ax : Axes
        Where to draw.
    """
    own = weekly[weekly["basis"] == "own_mixes"]
    with hits.series("own mixes", ax):
        for row in rows(own):
            ax.plot([row["period_end"]] * 2, [row["low"], row["high"]], color=OWN, lw=2)
            ax.plot(row["period_end"], row["central"], "o", color=OWN, ms=5)
            beside(ax, f"{row['central']:.0f}", (row["period_end"], row["high"]), OWN, shift=0)
    same = weekly[weekly["basis"] == "cheaper_mix"].sort_values("period_end")
    for name, colour, part in (("own mixes", OWN, own), ("M2.5's mix for both", LISTED, same)):
        told = hits.told(part, "period_end", "central", ends=("low", "high"), unit="ratio")
        hits.points(ax, name, colour, told)
    with hits.series("M2.5's mix for both", ax):
        ax.plot(same["period_end"], same["central"], color=LISTED, lw=1.4)
        for last in rows(same.tail(1)):
            words = "M2.5's mix for both,\nown list prices"
            beside(ax, words, (last["period_end"], last["central"] / 1.28), LISTED, shift=-2)
    theme.essay_line(ax, stated, f"essay: {stated:g}{TIMES}", horizontal=True)
    ratio_axis(ax, "y", (5, max(50.0, float(weekly["high"].max()) * 1.3)))
    days = [f"{day.day}\n{day:%b}" for day in own["period_end"]]
    years = [f"\n{day:%Y}" for day in own["period_end"].head(1)]  # under the first day only
    ax.set_xticks(
        own["period_end"], [day + year for day, year in zip_longest(days, years, fillvalue="")]
    )
    ax.set_ylabel("Opus 4.6 over M2.5, times (log scale)")
    ax.margins(x=0.06)
    return ax


def dates(ax: Axes) -> None:
    """Short dates along the bottom."""
    locator = ax.xaxis.get_major_locator()
    ax.xaxis.set_major_formatter(mdates.ConciseDateFormatter(locator))  # type: ignore[no-untyped-call]


def ratio_axis(ax: Axes, which: str, ends: tuple[float, float]) -> None:
    """Log axis of times, ``which`` of the two, with plain numbers."""
    axis = ax.xaxis if which == "x" else ax.yaxis
    (ax.set_xscale if which == "x" else ax.set_yscale)("log")
    (ax.set_xlim if which == "x" else ax.set_ylim)(*ends)
    shown = [t for t in TICKS if ends[0] <= t <= ends[1]]
    axis.set_ticks(shown, [f"{t:g}" for t in shown])
    axis.set_minor_locator(NullLocator())


def weeks(found: Results, weekly: pd.DataFrame, stated: float, source: str) -> None:
    """File the ratio of effective prices by week.

    Parameters
    ----------
    found
        Results of the notebook.
    weekly
        From `price_history.weekly`; not empty.
    stated
        The essay's ratio.
    source
        Where prices and mixes come from.
    """
    fig, (ax,) = theme.canvas(3.2)
    draw_weeks(weekly, stated, ax)
    title = f"By what buyers paid the ratio was {span(weekly)} over {count_weeks(weekly)}"
    subtitle = (
        "Effective price on each model's own mix at the platform's prices; bars: a missing price"
        " of cache reads at its two extremes"
    )
    alt = (
        "Dots by week on a log scale, a line for one mix and the dashed line of the essay."
        f" {extremes(own_mixes(weekly), 'period_end', 'central', 'ratio', 'ratio')}"
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("ratio",))
    show.figure(found, "ratio_by_week", fig, words, weekly)


def own_mixes(weekly: pd.DataFrame) -> pd.DataFrame:
    """Rows in which each model is taken on its own mix."""
    return weekly[weekly["basis"] == "own_mixes"]


def count_weeks(weekly: pd.DataFrame) -> str:
    """Number of weeks in words."""
    count = len(own_mixes(weekly))
    return "one week" if count == 1 else f"{count} weeks"


def span(weekly: pd.DataFrame) -> str:
    """Lowest to highest week."""
    own = own_mixes(weekly)["central"]
    low, high = (formats.quantity(float(v), "ratio") for v in (own.min(), own.max()))
    return low if low == high else f"{low} to {high}"


# ---- newest models of each family


def draw_families(then: pd.DataFrame, now: pd.DataFrame, ax: Axes) -> Axes:
    """Ratio of the blend for pairs of families, on the essay's day and today.

    Parameters
    ----------
    then, now : DataFrame
        From `price_history.families`.
    ax : Axes
        Where to draw.
    """
    old = then.set_index("pair")["blend_ratio"]
    order = now.sort_values("blend_ratio", ascending=False, kind="stable")
    for y, row in enumerate(rows(order)):
        before = old.get(row["pair"])
        if before is not None:
            ax.plot([before, row["blend_ratio"]], [y, y], color=INK["rule"], lw=2, zorder=0)
            ax.plot(before, y, "o", color=LISTED, ms=5, mfc="none")
        ax.plot(row["blend_ratio"], y, "o", color=FAMILY, ms=5.5)
        ends = sorted([row["blend_ratio"], before or row["blend_ratio"]])
        words = formats.quantity(row["blend_ratio"], "ratio", 2)
        if before is not None:
            words += f" (was {formats.quantity(before, 'ratio', 2)})"
        beside(ax, words, (ends[1], y), shift=8)
    names = [f"{r['dearer_model']}\nover {r['cheaper_model']}" for r in rows(order)]
    ax.set_yticks(range(len(order)), names)
    ax.set_ylim(len(order) - 0.4, -0.6)
    ax.axvline(1, color=INK["soft"], lw=0.8)
    top = max(float(order["blend_ratio"].max()), float(old.max()) if len(old) else 1.0)
    ratio_axis(ax, "x", (min(0.8, float(order["blend_ratio"].min()) / 1.2), top * 5))
    ax.set_xlabel("List price of three parts input, one part output: times (log scale)")
    ax.tick_params(axis="y", length=0, labelcolor=INK["text"])
    ax.spines["left"].set_visible(False)
    return ax


def families(
    found: Results, then: pd.DataFrame, now: pd.DataFrame, day: dt.date, source: str
) -> None:
    """File the ratios of the newest models of each family, then and now.

    Parameters
    ----------
    found
        Results of the notebook.
    then, now
        From `price_history.families`, on the essay's day and on ``day``; ``now`` not empty.
    day
        Day whose prices count as today's.
    source
        Where the prices come from.
    """
    fig, (ax,) = theme.canvas(0.8 + 0.42 * len(now))
    draw_families(then, now, ax)
    low, high = (
        formats.quantity(float(v), "ratio", 2)
        for v in (now["blend_ratio"].min(), now["blend_ratio"].max())
    )
    title = f"Between the newest large models the ratio is {low} to {high}, by which pair is taken"
    subtitle = f"Filled: newest models on {day}; ring: newest models when the essay quoted prices"
    alt = (
        "Dots of price ratios in a row per pair of models."
        f" {extremes(now, 'pair', 'blend_ratio', 'ratio now')}"
        f" {extremes(then, 'pair', 'blend_ratio', 'ratio then')}"
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("ratio",))
    both = pd.concat([then.assign(on="essay"), now.assign(on=str(day))], ignore_index=True)
    show.figure(found, "ratio_by_pair", fig, words, both)


# ---- cost of a task


def draw_tasks(tasks: pd.DataFrame, stated: float, ax: Axes) -> Axes:
    """Cost per task (ring) and per solved task (dot) on every test.

    Parameters
    ----------
    tasks : DataFrame
        From `price_history.task_ratios`.
    stated : float
        The essay's ratio of prices.
    ax : Axes
        Where to draw.
    """
    solved = tasks[tasks["basis"] == "solved_task"].sort_values("central", kind="stable")
    plain = tasks[tasks["basis"] == "task"].set_index("benchmark")
    for y, row in enumerate(rows(solved)):
        task = float(plain["central"][row["benchmark"]])
        ax.plot([row["low"], row["high"]], [y, y], color=OWN, lw=2)
        ax.plot(task, y, "o", color=LISTED, ms=6, mfc="none")
        ax.plot(row["central"], y, "o", color=OWN, ms=5)
        words = formats.quantity(row["central"], "ratio", 2)
        beside(ax, words, (row["low"], y), OWN, shift=-8)
    ax.set_yticks(range(len(solved)), [TASK_NAMES.get(b, b) for b in solved["benchmark"]])
    ax.set_ylim(-0.6, len(solved) - 0.4)
    theme.essay_line(ax, stated, f"essay: {stated:g}{TIMES}")
    ratio_axis(ax, "x", (1, max(stated, float(tasks["high"].max())) * 1.8))
    ax.set_xlabel("Cost, Opus 4.6 over M2.5: times (log scale)")
    ax.tick_params(axis="y", length=0, labelcolor=INK["text"])
    ax.spines["left"].set_visible(False)
    return ax


def tasks(found: Results, table: pd.DataFrame, stated: float, source: str) -> None:
    """File the cost per task and per solved task.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `price_history.task_ratios`; not empty.
    stated
        The essay's ratio of prices.
    source
        Where the costs come from.
    """
    fig, (ax,) = theme.canvas(1.0 + 0.34 * table["benchmark"].nunique())
    draw_tasks(table, stated, ax)
    solved = table[table["basis"] == "solved_task"]["central"]
    ends = [formats.quantity(float(v), "ratio", 2) for v in (solved.min(), solved.max())]
    title = f"A solved task cost {ends[0]} to {ends[1]} as much with Opus 4.6 as with M2.5"
    subtitle = (
        "One harness for both (OpenHands); dot: per solved task, bar: also as first published;"
        " ring: per task"
    )
    solving = table[table["basis"] == "solved_task"]
    alt = (
        "Dots of cost ratios in a row per test, the essay's ratio as a dashed line."
        f" {extremes(solving, 'benchmark', 'central', 'ratio per solved task', 'ratio')}"
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("ratio",))
    show.figure(found, "cost_per_task", fig, words, table)
