"""Figures of notebook 01: who leads the weekly chart, how long, and what is left after a peak."""

import re
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from token_exports import formats
from token_exports.figures import hits, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside
from token_exports.figures.share_marks import day_number, month_ticks, unbroken
from token_exports.figures.share_words import model_name
from token_exports.figures.show import Caption, figure
from token_exports.figures.theme import INK, ORIGIN_COLOURS, ORIGIN_NAMES, PATCH
from token_exports.models import leaderboard
from token_exports.models.peak_decay import WEEK_DAYS
from token_exports.models.survival import HALF
from token_exports.results import Results

YEAR_COLOURS = ("#6a8cae", "#d9861c")
"""Entries of the earlier and of the later year."""
GROUP_NAMES = {"lead": "Rank one", "chart": "Stay in the chart"}
GROUP_NOUNS = {"lead": "leads", "chart": "stays"}
SHOWN_WEEKS = {"lead": 14, "chart": 26}
"""Lengths that are drawn; the table holds all."""
LABEL_DAYS = 14.0
"""Room that a name takes along the time axis."""
NAME_RANKS = 6.6
"""Room above rank one for the names."""
Points = tuple[list[float], list[float]]
_DATE_END = re.compile(r"\d{4}$")


def who_leads(
    found: Results, lists: pd.DataFrame, spells: pd.DataFrame, n: int, *, source: str
) -> None:
    """Bump chart of the weekly ranks, filed as a figure.

    Parameters
    ----------
    found
        Results of the notebook.
    lists
        Weekly lists, from `leaderboard.weekly_lists`.
    spells
        Leads, from `leaderboard.spells`.
    n
        Ranks to draw.
    source
        Attribution of the data.
    """
    n = min(n, leaderboard.LONGEST_CHART)
    fig, (ax,) = theme.canvas(4.3)
    draw_ranks(lists, spells, n, ax)
    weeks, models = lists["period_start"].nunique(), spells["model_slug"].nunique()
    title = f"{models} models have led the chart in {weeks} weeks"
    subtitle = (
        f"Ranks 1 to {n} by week; strong lines: models that led; a break: outside, or no list"
    )
    leads = lists[lists["rank"] == 1].value_counts("model_slug").rename("lead_weeks").reset_index()
    alt = (
        "A line of ranks for each model, coloured by its developer's origin."
        f" {extremes(leads, 'model_slug', 'lead_weeks', 'count of weeks at rank one')}"
    )
    words = Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("rank",))
    figure(found, "who_leads", fig, words, lists[lists["rank"] <= n])


def draw_ranks(lists: pd.DataFrame, spells: pd.DataFrame, n: int, ax: Axes) -> Axes:
    """Lines of ranks by week, broken on exit and at gaps; leaders strong and named once.

    Parameters
    ----------
    lists : DataFrame
        ``period_start``, ``rank``, ``model_slug``, ``origin``.
    spells : DataFrame
        ``model_slug``, ``origin``, ``first_week``, ``length_weeks``; leads.
    n : int
        Ranks to draw.
    ax : Axes
        Where to draw.
    """
    top = lists[lists["rank"] <= n]
    led = top["model_slug"].isin(spells["model_slug"])
    for part, (width, alpha, layer) in ((top[~led], (0.9, 0.35, 2)), (top[led], (1.7, 1.0, 3))):
        for origin, rows in part.groupby("origin"):
            line, dots = _runs(rows)
            colour = ORIGIN_COLOURS[str(origin)]
            with hits.series(ORIGIN_NAMES[str(origin)], ax):
                ax.plot(*line, lw=width, color=colour, alpha=alpha, zorder=layer)
                ax.plot(*dots, "o", ms=2, color=colour, alpha=alpha, zorder=layer)
    for origin, rows in top.groupby("origin"):
        said = rows.assign(name=rows["model_slug"].map(model_name))
        told = ((r.period_start, r.rank, f"{r.rank}. {r.name}") for r in said.itertuples())
        hits.points(ax, ORIGIN_NAMES[str(origin)], ORIGIN_COLOURS[str(origin)], told)
    _name_leaders(spells, ax)
    ax.set_ylim(n + 0.5, 1 - NAME_RANKS)
    ax.set_yticks(range(1, n + 1))
    ax.set_ylabel("rank in the week", loc="bottom")
    ax.tick_params(axis="y", length=0)
    ax.margins(x=0.02)
    month_ticks(ax)
    ax.spines[["left", "bottom"]].set_visible(False)
    shown = [o for o in ORIGIN_COLOURS if o in set(lists.loc[lists["rank"] <= n, "origin"])]
    handles = [Patch(color=ORIGIN_COLOURS[o], label=ORIGIN_NAMES[o]) for o in shown]
    ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.1), ncols=5, handlelength=1
    )
    return ax


def _runs(rows: pd.DataFrame) -> tuple[Points, Points]:
    """Unbroken runs of all models as one line with breaks, and weeks that stand alone."""
    line: Points = ([], [])
    dots: Points = ([], [])
    for _, own in rows.groupby("model_slug"):
        for run in unbroken(own, "period_start", days=WEEK_DAYS):
            days, ranks = [day_number(week) for week in run["period_start"]], list(run["rank"])
            to, end = (line, [float("nan")]) if len(run) > 1 else (dots, [])
            to[0].extend(days + end)
            to[1].extend(ranks + end)
    return line, dots


def _name_leaders(spells: pd.DataFrame, ax: Axes) -> None:
    """Name each leader above the start of its longest lead, the names apart from each other."""
    longest = spells.sort_values(["length_weeks", "first_week"], ascending=[False, True])
    each = longest.drop_duplicates("model_slug").sort_values("first_week")
    starts = [day_number(week) for week in each["first_week"]]
    names = leader_names(list(each["model_slug"]))
    for start, place, name, origin in zip(
        starts, apart(starts, LABEL_DAYS), names, each["origin"], strict=True
    ):
        colour = ORIGIN_COLOURS[origin]
        look: dict[str, Any] = {"rotation": 90, "fontsize": 8, "ha": "center", "va": "bottom"}
        with hits.series(ORIGIN_NAMES[origin], ax):
            ax.plot([start, place, place], [1, 0.2, -0.1], color=colour, lw=0.6, zorder=1)
            ax.text(place, -0.25, name, color=colour, **look)


def leader_names(slugs: list[str]) -> list[str]:
    """Names as short as a label needs; versions of one name keep the end of their date."""
    names = [model_name(slug) for slug in slugs]
    ends = [_DATE_END.search(slug) for slug in slugs]
    return [
        f"{name} {end[0]}" if end and names.count(name) > 1 else name
        for name, end in zip(names, ends, strict=True)
    ]


def apart(places: list[float], least: float) -> list[float]:
    """Ascending places moved as little as a sweep needs to stand ``least`` apart.

    Names that would pass the last place by more than their room are pushed back to the left.
    """
    moved: list[float] = []
    for place in places:
        moved.append(max(place, moved[-1] + least) if moved else place)
    limit = places[-1] + least if places else 0.0
    for i in range(len(moved) - 1, -1, -1):
        moved[i] = min(moved[i], limit)
        limit = moved[i] - least
    return moved


def survival_curves(found: Results, table: pd.DataFrame, *, source: str) -> None:
    """Survival at rank one and in the chart by year of entry, filed as a figure.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `leader_survival.curves`.
    source
        Attribution of the data.
    """
    groups = [g for g in GROUP_NAMES if g in set(table["group"])]
    fig, axes = theme.canvas(2.9, columns=len(groups))
    for group, ax in zip(groups, axes, strict=True):
        draw_survival(table[table["group"] == group], ax)
    axes[0].set_ylabel("part that lasts longer")
    title = "; ".join(f"{GROUP_NAMES[g].lower()}: {_medians(table, g)}" for g in groups)
    title = f"Median weeks at {title}" if groups[0] == "lead" else f"Median weeks, {title}"
    subtitle = "Kaplan-Meier by year of entry with 90% limits; stays cut by a missing list censored"
    last = table.groupby(["group", "entry_year"], as_index=False).tail(1)
    last = last.assign(stay=last["group"].map(GROUP_NAMES) + " " + last["entry_year"].astype(str))
    alt = (
        f"Falling steps with bands, one per year of entry, in {len(groups)} panels."
        f" {extremes(last, 'stay', 'survival_share', 'part left at the end of its line')}"
    )
    words = Caption(
        title=title, subtitle=subtitle, source=source, alt=alt, units=("share", "weeks")
    )
    figure(found, "leader_survival", fig, words, table)


def _medians(table: pd.DataFrame, group: str) -> str:
    each = table[table["group"] == group].groupby("entry_year", sort=True)
    return ", ".join(f"{formats.number(_median(part), 'weeks', 1)} ({y})" for y, part in each)


def _median(part: pd.DataFrame) -> float | None:
    """Shortest length that at most half exceed."""
    reached = part.loc[part["survival_share"] <= HALF, "length_weeks"]
    return None if reached.empty else float(reached.min())


def draw_survival(table: pd.DataFrame, ax: Axes) -> Axes:
    """Step curve with its band for each year of entry; a dot where it passes one half.

    Parameters
    ----------
    table : DataFrame
        ``group``, ``entry_year``, ``stay_count``, ``length_weeks``, ``survival_share``,
        ``low_share``, ``high_share``; one group.
    ax : Axes
        Where to draw.
    """
    group = str(table["group"].iloc[0])
    ax.axhline(0.5, color=INK["soft"], lw=0.8, ls=(0, (2, 2)))
    for row, (year, part) in enumerate(table.groupby("entry_year", sort=True)):
        colour = YEAR_COLOURS[row % len(YEAR_COLOURS)]
        weeks = part["length_weeks"]
        bounds = (part["low_share"], part["high_share"])
        ax.fill_between(weeks, *bounds, step="post", color=colour, alpha=0.2, lw=0)
        ax.step(weeks, part["survival_share"], where="post", color=colour, lw=1.8)
        middle = _median(part)
        if middle is not None:
            ax.plot(middle, 0.5, "o", color=colour, ms=5, zorder=3)
            beside(ax, f"{middle:.0f}", (middle, 0.5), colour, shift=0, ground=PATCH)
        count = int(part["stay_count"].iloc[0])
        text = f"{year}: {count} {GROUP_NOUNS[group]}"
        ax.text(
            1, 0.98 - 0.09 * row, text, transform=ax.transAxes, ha="right", va="top", color=colour
        )
    ax.set_title(GROUP_NAMES[group], loc="left", color=INK["text"])
    ax.set_xlim(0, min(SHOWN_WEEKS[group], float(table["length_weeks"].max()) + 1))
    ax.set_ylim(0, 1.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=6))
    ax.set_xlabel("weeks since entry")
    return ax
