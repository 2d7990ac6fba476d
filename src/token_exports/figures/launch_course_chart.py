"""Figure of notebook 01: shares of all tokens week by week since launch."""

import re

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MultipleLocator, PercentFormatter

from token_exports.figures import share_words, show
from token_exports.figures.alt import extremes
from token_exports.figures.marks import rows
from token_exports.figures.share_words import model_name
from token_exports.figures.theme import INK, ORIGIN_COLOURS, ORIGIN_NAMES, PATCH, canvas
from token_exports.models import launch_course
from token_exports.models.windows import when_known
from token_exports.results import Results

PANELS = ("cn", "us")
MOST_NAMES, NAME_SPACE_SHARE = 4, 0.055
"""Names in a panel, and what part of its height one needs."""
_SIZE = re.compile(r"-\d+b\b.*")
FEWEST_FOR_A_MEDIAN = 3


def event_study(found: Results, course: pd.DataFrame | None, source: str) -> None:
    """File the figure of shares since launch; nothing is filed where no launch can be followed.

    Parameters
    ----------
    found
        Results of the notebook.
    course
        From `launch_course.courses`, None where there is none.
    source
        Attribution.
    """
    if course is None or not course["origin"].isin(PANELS).any():
        return
    fig, axes = canvas(3.4, columns=len(PANELS))
    for origin, ax in zip(PANELS, axes, strict=True):
        draw(course, origin, ax)
    axes[1].set_ylabel("")
    cn, us = (_first_week(course, origin) for origin in PANELS)
    title = f"First week: the median Chinese model takes {cn} of all tokens, the American {us}"
    subtitle = (
        "Share of all tokens by week since launch; thin: one model, thick: median of at least"
        f" {share_words.count(FEWEST_FOR_A_MEDIAN)};\nbelow the weeks: models followed so long"
    )
    alt = (
        "Lines since launch, a panel for China and one for the United States."
        f" {extremes(course, 'model', 'high_share', 'share of a model in a week')}"
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("share",))
    show.figure(found, "event_study", fig, words, course)


def _first_week(course: pd.DataFrame, origin: str) -> str:
    value = when_known(launch_course.first_week_share, course, origin)
    return share_words.share(value)


def draw(course: pd.DataFrame, origin: str, ax: Axes) -> Axes:
    """Lines of an origin's models since launch with their median.

    Parameters
    ----------
    course
        From `launch_course.courses`.
    origin
        Whose models.
    ax
        Where to draw.
    """
    own, colour = course[course["origin"] == origin], ORIGIN_COLOURS[origin]
    for _, part in own.groupby("model"):
        dot = "o" if len(part) == 1 else ""
        ax.plot(part["week"], part["low_share"], color=colour, lw=0.8, alpha=0.6, marker=dot, ms=3)
    counted = launch_course.typical(own)
    middle = counted[counted["model_count"] >= FEWEST_FOR_A_MEDIAN]
    ax.fill_between(
        middle["week"], middle["median_share"], middle["median_high_share"], color=colour, alpha=0.3
    )
    ax.plot(middle["week"], middle["median_share"], color=colour, lw=2.6)
    weeks = int(course["week"].max()) + 1
    counts = dict(zip(counted["week"], counted["model_count"], strict=True))
    ax.set_xticks(range(weeks), [f"{k}\n{counts.get(k, 0)}" for k in range(weeks)])
    ax.set_xlim(-0.4, max(weeks - 1, 3) + 0.4)
    ax.set_ylim(0, float(course.loc[course["origin"].isin(PANELS), "low_share"].max()) * 1.1)
    ax.yaxis.set_major_locator(MultipleLocator(0.05))
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_title(ORIGIN_NAMES[origin], color=colour, loc="left", fontweight="bold")
    ax.set_xlabel("weeks since launch")
    ax.set_ylabel("share of all tokens")
    ax.grid(axis="y")
    _name_courses(own, ax)
    return ax


def _name_courses(own: pd.DataFrame, ax: Axes) -> None:
    """Name the models with the best weeks, where there is room."""
    peaks = own.sort_values("low_share", ascending=False).drop_duplicates("model")
    single = own.groupby("model")["week"].size() == 1
    height = ax.get_ylim()[1]
    taken: list[float] = []
    for row in rows(peaks.head(MOST_NAMES)):
        below = bool(single[row["model"]])  # a dot is named under it, out of the lines' way
        level = row["low_share"] / height - (NAME_SPACE_SHARE if below else 0)
        if all(abs(level - other) >= NAME_SPACE_SHARE for other in taken):
            taken.append(level)
            ax.annotate(
                _SIZE.sub("", model_name(row["model"])),
                (row["week"], row["low_share"]),
                (4, -9 if below else 3),
                textcoords="offset points",
                fontsize=8,
                color=INK["text"],
                bbox=PATCH,
            )


def event_study_takeaway(course: pd.DataFrame | None) -> str:
    """Median share in the week of launch, the best week and what is kept of it, by origin.

    Parameters
    ----------
    course
        From `launch_course.courses`, None where there is none.
    """
    if course is None:
        return "**No launch lies in the days with rows, so none can be followed.**"
    best = launch_course.best_weeks(course)
    sentences = [_followed(course, best, origin) for origin in PANELS]
    return f"**{' '.join(sentences)}**"


def _followed(course: pd.DataFrame, best: pd.DataFrame, origin: str) -> str:
    own = course[course["origin"] == origin]
    name, models = ORIGIN_NAMES[origin], own["model"].nunique()
    if not models:
        return f"{name}: no launch can be followed."
    launches = f"{share_words.count(models)} launch{'es' if models > 1 else ''}"
    first = f"{name}: {launches}, {_first_week(course, origin)} in the median first week"
    followed = int((best["origin"] == origin).sum())
    if not followed:
        return f"{first}; none followed long enough for a best week."
    weeks = launch_course.best_week_weeks(best, origin)
    kept = launch_course.kept_ratio(best, origin)
    return (
        f"{first}; of {share_words.count(followed)} followed for"
        f" {share_words.count(launch_course.FEWEST_WEEKS)} weeks or more, the best came in the"
        f" median after {weeks:g} weeks, and {share_words.share(kept)} of it"
        " was left in the last week followed."
    )
