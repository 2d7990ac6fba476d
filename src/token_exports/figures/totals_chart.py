"""Figure of notebook 01: the share by the number of models that are counted."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from matplotlib.axes import Axes

from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside
from token_exports.figures.share_words import count, of_list, percent
from token_exports.figures.theme import INK, ORIGIN_COLOURS, ORIGIN_NAMES
from token_exports.models import truncation
from token_exports.models.windows import Window
from token_exports.results import Results
from token_exports.uncertainty import Interval

ORIGINS = ("cn", "us")
GAP_BEFORE_WHOLE = 2.5
"""Room along the axis between the longest list and the whole platform, in models."""
LEAST_LABEL_DISTANCE = 0.075
LABEL_MODELS = 2
"""Models along the axis that a number takes the room of."""
ROOM = 7.5
"""Room for the names at the right, in models."""

_DAILY = ("openrouter_tokens_daily", "openrouter_totals_daily", "model_authors", "stealth_models")

RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "cn_truncation_gap_share": (
        "Chinese share of the list less Chinese share of all tokens, study window",
        "truncation.gap",
        _DAILY,
    ),
    "least_cn_truncation_gap_share": (
        "Smallest gap between list and all tokens, all windows of the study's length",
        "truncation.window_gaps",
        _DAILY,
    ),
    "median_cn_truncation_gap_share": (
        "Median gap between list and all tokens, all windows of the study's length",
        "truncation.window_gaps",
        _DAILY,
    ),
    "largest_cn_truncation_gap_share": (
        "Largest gap between list and all tokens, all windows of the study's length",
        "truncation.window_gaps",
        _DAILY,
    ),
    "list_coverage_share": (
        "Part of all tokens that the list holds, study window",
        "truncation.gap_values",
        _DAILY,
    ),
    "cn_half_model_count": (
        "Fewest models that hold half of all Chinese tokens, study window",
        "truncation.half_count",
        _DAILY,
    ),
    "us_half_model_count": (
        "Fewest models that hold half of all US tokens, study window",
        "truncation.half_count",
        _DAILY,
    ),
}


@dataclass(frozen=True)
class Scene:
    """What the run chose, as the words of a figure need it."""

    period: str
    n: int
    stated: float
    source: str


def quantities(
    daily: pd.DataFrame, totals: pd.DataFrame, origin: pd.Series, window: Window, n: int
) -> dict[str, Interval | float | None]:
    """Values of ``RECORDED``; parameters as in `truncation.gap_values`."""
    return truncation.gap_values(daily, totals, origin, window, n)


def draw_lengths(table: pd.DataFrame, scene: Scene, ax: Axes) -> Axes:
    """Line per origin over the number of models counted, with the whole platform at the right.

    Parameters
    ----------
    table : DataFrame
        From `truncation.share_by_length`.
    scene : Scene
        The run; its length is marked.
    ax : Axes
        Where to draw.
    """
    listed, whole = table.iloc[:-1], table.iloc[-1]
    steps = listed["listed_count"].astype(int)
    end = float(steps.max()) + GAP_BEFORE_WHOLE
    for origin in ORIGINS:
        colour = ORIGIN_COLOURS[origin]
        low, high = listed[f"{origin}_low_share"], listed[f"{origin}_high_share"]
        ax.fill_between(steps, low, high, color=colour, alpha=0.25, lw=0)
        ax.plot(steps, listed[f"{origin}_share"], color=colour, lw=1.8, marker="o", ms=2.8)
        side = end + (-0.22 if origin == "cn" else 0.22)
        ax.vlines(side, whole[f"{origin}_low_share"], whole[f"{origin}_high_share"], colour, lw=2.4)
        ax.scatter(side, whole[f"{origin}_share"], s=30, color=colour, zorder=3)
    _name_ends(whole, end, ax)
    _mark_length(listed, scene.n, ax)
    _length_axes(listed, end, ax)
    theme.essay_line(ax, scene.stated, "", horizontal=True)
    ax.annotate(
        "essay",
        (end + ROOM - 0.1, scene.stated),
        xytext=(0, 3),
        textcoords="offset points",
        ha="right",
        color=theme.ESSAY,
        fontsize=8,
    )
    return ax


def _name_ends(whole: pd.Series, end: float, ax: Axes) -> None:
    """Name both origins at the right, far enough apart to read."""
    high, low = sorted(ORIGINS, key=lambda o: -whole[f"{o}_share"])
    above, below = float(whole[f"{high}_share"]), float(whole[f"{low}_share"])
    short = max(0.0, LEAST_LABEL_DISTANCE - (above - below)) / 2
    for origin, place in ((high, above + short), (low, below - short)):
        text = f"{ORIGIN_NAMES[origin]} {percent(float(whole[f'{origin}_share']))}"
        beside(ax, text, (end + 0.5, place), ORIGIN_COLOURS[origin])


def _mark_length(listed: pd.DataFrame, n: int, ax: Axes) -> None:
    """Ring the length of the run; its numbers stand clear of the lines that go on beneath."""
    ahead = listed[listed["listed_count"].between(n, n + LABEL_MODELS)]
    if ahead.empty:
        return
    first = ahead.iloc[0]
    upper = max(ORIGINS, key=lambda o: float(first[f"{o}_share"]))
    for origin in ORIGINS:
        line = ahead[f"{origin}_share"]
        ax.scatter(n, line.iloc[0], s=70, facecolor="none", edgecolor=INK["text"], zorder=4)
        ax.annotate(
            percent(float(line.iloc[0])),
            (n, float(line.max() if origin == upper else line.min())),
            (0, 8 if origin == upper else -8),
            textcoords="offset points",
            va="bottom" if origin == upper else "top",
            color=ORIGIN_COLOURS[origin],
            fontsize=8.5,
        )


def _length_axes(listed: pd.DataFrame, end: float, ax: Axes) -> None:
    part = listed.set_index("listed_count")["coverage_share"]
    ticks = [n for n in (1, 5, 10, 15, 20) if n in part.index]
    labels = [f"{n}\n{part[n]:.0%}" for n in ticks]
    ax.set_xticks([*ticks, end], [*labels, "all\n100%"])
    ax.set_xlabel("models counted, and their part of all tokens")
    ax.set_xlim(0.2, end + ROOM)
    ax.set_ylim(-0.1, 1.04)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.grid(axis="y")
    ax.set_axisbelow(True)


def share_by_length(found: Results, table: pd.DataFrame, scene: Scene) -> None:
    """File the figure of the share by the number of models that are counted.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `truncation.share_by_length`.
    scene
        The run.
    """
    fig, (ax,) = theme.canvas(3.2)
    draw_lengths(table, scene, ax)
    at = table.set_index("models")["cn_share"]
    top, whole = at.get(str(scene.n)), float(at[truncation.WHOLE])
    title = f"China's share: {percent(top)} of {of_list(scene.n)} tokens, {percent(whole)} of all"
    subtitle = (
        f"Share of tokens among the largest models, {scene.period}; bands and bars: what days"
        " without a row and unknown origin leave open"
    )
    alt = (
        f"Two lines over one to {len(table) - 1} models and a point for all tokens."
        f" {extremes(table, 'models', 'cn_share', 'Chinese share, by number of models')}"
    )
    words = show.Caption(
        title=title, subtitle=subtitle, source=scene.source, alt=alt, units=("share",)
    )
    show.figure(found, "share_by_length", fig, words, table)


def share_by_length_takeaway(
    table: pd.DataFrame, gaps: Mapping[str, Interval | float | None], scene: Scene
) -> str:
    """What the length of the list does to the share, in two sentences.

    Parameters
    ----------
    table
        From `truncation.share_by_length`.
    gaps
        From `truncation.gap_values`.
    scene
        The run.
    """
    at = table.set_index("models")["cn_share"]
    lengths = sorted({1, scene.n, len(table) - 1} & set(range(1, len(table))))
    shares = [f"{percent(float(at[str(n)]))} of {of_list(n)} tokens" for n in lengths]
    least, middle, most = (
        points(gaps[f"{name}_cn_truncation_gap_share"]) for name in ("least", "median", "largest")
    )
    return (
        f"**Over {scene.period} China's share was {', '.join(shares)} and"
        f" {percent(float(at[truncation.WHOLE]))} of all, with {_halves(gaps)}. Over all windows of"
        f" that length the list's share less that of all tokens runs from {least} to {most} points"
        f" (median {middle}).**"
    )


def points(value: Interval | float | None) -> str:
    """A difference of shares in percentage points, without the word."""
    if value is None:
        return "unknown"
    return percent(value).removesuffix("%")


def _halves(gaps: Mapping[str, Interval | float | None]) -> str:
    words = []
    for origin, name in (("cn", "Chinese"), ("us", "US")):
        half = gaps[f"{origin}_half_model_count"]
        number = half.central if isinstance(half, Interval) else half
        many = "an unknown number of models" if number is None else _models(int(number))
        words.append(f"half of the {name} tokens in {many}")
    return " and ".join(words)


def _models(number: int) -> str:
    return f"{count(number)} model{'s' if number != 1 else ''}"
