"""Figure of notebook 01: the share without free and young models; what is recorded of launches."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from token_exports.figures import hits, share_words, show
from token_exports.figures.alt import extremes
from token_exports.figures.launch_marks import launches
from token_exports.figures.share import ALL_TOKENS, CN, essay_line_left
from token_exports.figures.share_marks import day_number, month_ticks, unbroken
from token_exports.figures.share_words import percent
from token_exports.figures.theme import INK, ORIGIN_NAMES, canvas
from token_exports.models import launch_course
from token_exports.models.launch_effect import NEWEST_DAYS, YOUNG_DAYS
from token_exports.models.windows import Window, when_known
from token_exports.results import Results
from token_exports.uncertainty import Interval

EVERYTHING, LEFT = "everything", "without_free_or_young"
LINES = {LEFT: ("without free and young", ALL_TOKENS), EVERYTHING: ("all models", CN)}
STEP_DAYS = {"window": 1, "chart": 7}
NAME_HEIGHTS, NAME_CLEARANCE, NAME_WIDTH_SHARE = (0.05, 0.45, 0.95), 0.05, 0.19
"""Where the study window can be named, and the room that its name takes."""
ORIGINS = ("cn", "us")

_DAILY = ("openrouter_tokens_daily", "openrouter_models", "model_authors", "stealth_models")
_TOTALS = ("openrouter_totals_daily", *_DAILY)
_LEFT_OUT = {
    "free": "free models",
    "newest": f"models younger than {NEWEST_DAYS} days",
    "young": f"models younger than {YOUNG_DAYS} days",
    "free_or_young": f"free models and models younger than {YOUNG_DAYS} days",
}
_ON_LISTS = {
    f"without_{key}_cn_top_n_share": (
        f"Chinese share of the largest models' tokens without {words}",
        "market_share.top_n_share",
        _DAILY,
    )
    for key, words in _LEFT_OUT.items()
}
_ON_PLATFORM = {
    f"without_{key}_cn_platform_share": (
        f"Chinese share of all tokens without {words}",
        "selection.platform_share",
        _TOTALS,
    )
    for key, words in _LEFT_OUT.items()
}
_PARTS = {
    f"cn_{key}_tokens_share": (
        f"Part of the largest Chinese models' tokens that went to {words}",
        "launch_effect.study_values",
        _DAILY,
    )
    for key, words in _LEFT_OUT.items()
}
_COURSES = {
    f"{origin}_{name}": (f"{words}, {ORIGIN_NAMES[origin]}", f"launch_course.{formula}", _TOTALS)
    for origin in ORIGINS
    for name, words, formula in (
        ("launch_week_platform_share", "Median share in the week of launch", "first_week_share"),
        ("launch_to_best_weeks", "Median weeks from launch to the best week", "best_week_weeks"),
        ("launch_kept_ratio", "Median share kept since the best week", "kept_ratio"),
    )
}
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    **_ON_LISTS,
    **_ON_PLATFORM,
    **_PARTS,
    **_COURSES,
}


@dataclass(frozen=True)
class Study:
    """What the figures compare with: the study window, its list and the essay's share."""

    window: Window
    n: int
    stated_share: float


def quantities(course: pd.DataFrame | None) -> dict[str, Interval | float | None]:
    """Medians over the models since launch, to be recorded beside `launch_effect.study_values`.

    Parameters
    ----------
    course
        From `launch_course.courses`, None where no launch can be followed.
    """
    if course is None:
        return dict.fromkeys(_COURSES)
    best = launch_course.best_weeks(course)
    found: dict[str, Interval | float | None] = {}
    for origin in ORIGINS:
        first = when_known(launch_course.first_week_share, course, origin)
        found[f"{origin}_launch_week_platform_share"] = first
        weeks = when_known(launch_course.best_week_weeks, best, origin)
        found[f"{origin}_launch_to_best_weeks"] = weeks
        kept = when_known(launch_course.kept_ratio, best, origin)
        found[f"{origin}_launch_kept_ratio"] = kept
    return found


def without_launches(
    found: Results, history: pd.DataFrame, ticks: pd.DataFrame, study: Study, source: str
) -> None:
    """File the figure of the share with and without free and young models.

    Parameters
    ----------
    found
        Results of the notebook.
    history
        From `launch_effect.history`.
    ticks
        From `launch_effect.launches`.
    study
        What to mark.
    source
        Attribution.
    """
    fig, (ax,) = canvas(3.9)
    draw_history(history, ticks, study, ax)
    with_all, without = (_at(history, series, study.window) for series in (EVERYTHING, LEFT))
    title = (
        f"{percent(with_all)} Chinese over {study.window.label};"
        f" {percent(without)} without free and young models"
    )
    subtitle = (
        f"Chinese share of {share_words.of_list(study.n)} tokens; young: under {YOUNG_DAYS} days;"
        " dots: weekly chart;\nmarks above: launches of later leaders, hollow if free"
    )
    alt = "Two lines with gaps and the band between them. " + " ".join(
        extremes(history[history["series"] == series], "window_end", "cn_top_n_share", what)
        for series, what in ((EVERYTHING, "share of all models"), (LEFT, "share of the rest"))
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("share",))
    show.figure(found, "without_launches", fig, words, history)


def _at(history: pd.DataFrame, series: str, window: Window) -> float | None:
    here = (history["window_end"] == pd.Timestamp(window.end)) & (history["series"] == series)
    known = history.loc[here & (history["basis"] == "window"), "cn_top_n_share"].dropna()
    return float(known.iloc[0]) if len(known) else None


def draw_history(history: pd.DataFrame, ticks: pd.DataFrame, study: Study, ax: Axes) -> Axes:
    """Share of everything, share without free and young models, the band between; launches above.

    The tables are those of `without_launches`.
    """
    wide = history.pivot(index=["basis", "window_end"], columns="series", values="cn_top_n_share")
    for basis, days in STEP_DAYS.items():
        own = wide.reset_index().query("basis == @basis")
        for part in unbroken(own, "window_end", days=days) if len(own) else []:
            dot = "o" if basis == "chart" or len(part) == 1 else ""
            ends = part["window_end"]
            ax.fill_between(ends, part[EVERYTHING], part[LEFT], color=CN, alpha=0.18, lw=0)
            for series, (name, colour) in LINES.items():
                with hits.series(name, ax):
                    ax.plot(ends, part[series], color=colour, lw=1.2, marker=dot, ms=2.4)
    for series, (name, colour) in LINES.items():
        told = hits.told(history[history["series"] == series], "window_end", "cn_top_n_share")
        hits.points(ax, name, colour, told)
    _name_lines(wide.reset_index(), ax)
    ax.set_ylim(0, 1)
    ax.margins(x=0.02)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.grid(axis="y")
    _mark_study(history, study, ax)
    launches(ticks, ax)
    month_ticks(ax)
    essay_line_left(ax, study.stated_share)
    return ax


def _mark_study(history: pd.DataFrame, study: Study, ax: Axes) -> None:
    """Ring the study window and name it where the fewest points lie."""
    share = _at(history, EVERYTHING, study.window)
    if share is None:
        return
    at, (low, high) = day_number(study.window.end), ax.get_xlim()
    ax.scatter(at, share, s=64, facecolor="none", edgecolor=INK["text"], zorder=4)
    days = history["window_end"].map(day_number)
    width = NAME_WIDTH_SHARE * (high - low)
    places = []
    for side, edge in (("left", at), ("right", at - width)):
        for height in NAME_HEIGHTS:
            inside = days.between(edge, edge + width) & history["cn_top_n_share"].between(
                height - NAME_CLEARANCE, height + NAME_CLEARANCE
            )
            beyond = edge < low or edge + width > high
            places.append((beyond, int(inside.sum()), side, height))
    _, _, side, height = min(places, key=lambda place: place[:2])
    ax.plot([at, at], [share, height], color=INK["text"], lw=0.6)
    shift = (3 if side == "left" else -3, 0)
    text = ax.annotate("study window", (at, height), shift, textcoords="offset points")
    text.set(ha=side, va="center", fontsize=8)


def _name_lines(wide: pd.DataFrame, ax: Axes) -> None:
    """Name both lines at their ends, the upper one above."""
    last = wide.sort_values("window_end").dropna(subset=[EVERYTHING, LEFT]).tail(1)
    if last.empty:
        return
    higher = float(last[EVERYTHING].iloc[0]) >= float(last[LEFT].iloc[0])
    for series, (name, colour) in LINES.items():
        up = (series == EVERYTHING) == higher
        at = (day_number(last["window_end"].iloc[0]), float(last[series].iloc[0]))
        ax.annotate(
            name.replace("free ", "free\n"),
            at,
            (6, 7 if up else -7),
            textcoords="offset points",
            va="bottom" if up else "top",
            fontsize=8,
            color=colour,
        )


def without_launches_takeaway(
    history: pd.DataFrame, values: Mapping[str, Interval | float | None], study: Study
) -> str:
    """Share with and without free and young models, over the study window and over all windows.

    Parameters
    ----------
    history
        From `launch_effect.history`.
    values
        From `launch_effect.study_values`.
    study
        Window and list.
    """
    young, free = (values.get(f"cn_{key}_tokens_share") for key in ("young", "free"))
    share = {
        key: share_words.share(values.get(f"without_{key}_cn_top_n_share")) for key in _LEFT_OUT
    }
    first = (
        f"Over {study.window.label} Chinese models took"
        f" {percent(_at(history, EVERYTHING, study.window))} of {share_words.of_list(study.n)}"
        f" tokens. Among models neither free nor younger than {YOUNG_DAYS} days they took"
        f" {share['free_or_young']}; without models younger than {NEWEST_DAYS} days,"
        f" {share['newest']}; without free ones, {share['free']}."
    )
    second = (
        f" Of the Chinese tokens {share_words.share(young)} went to models younger than"
        f" {YOUNG_DAYS} days, {share_words.share(free)} to free ones."
    )
    return f"**{first}{second}{_over_all(history)}**"


def _over_all(history: pd.DataFrame) -> str:
    windows = history[history["basis"] == "window"]
    wide = windows.pivot(index="window_end", columns="series", values="cn_top_n_share").dropna()
    if wide.empty:
        return ""
    lower = int((wide[LEFT] < wide[EVERYTHING]).sum())
    return (
        f" Leaving both out lowers the share in {lower} of {len(wide)} overlapping windows; the"
        f" median goes from {percent(float(wide[EVERYTHING].median()))} to"
        f" {percent(float(wide[LEFT].median()))}."
    )
