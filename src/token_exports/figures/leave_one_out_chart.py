"""Figure of notebook 01: the Chinese share without each model and each developer of the list."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, PercentFormatter

from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import rows
from token_exports.figures.share_words import count, model_name, of_list, percent, share
from token_exports.figures.theme import INK, ORIGIN_COLOURS
from token_exports.models import leave_one_out
from token_exports.models.leave_one_out import AUTHOR, MODEL
from token_exports.results import Results
from token_exports.uncertainty import Interval

_DAILY = ("openrouter_tokens_daily", "model_authors", "stealth_models")
HEADS = {MODEL: "without this model", AUTHOR: "without this developer"}
PADDING = 0.02
"""Room beside the outermost marks, as a share."""
COLUMN = 1.14
"""Right end of the column of numbers, in widths of the axis."""

RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "without_largest_cn_top_n_share": (
        "Chinese share of the list without its largest Chinese model",
        "leave_one_out.without_largest",
        _DAILY,
    ),
    "without_largest_author_cn_top_n_share": (
        "Chinese share of the list without its largest Chinese developer",
        "leave_one_out.without_largest",
        _DAILY,
    ),
    "cn_models_to_below_half_count": (
        "Chinese models to take away until their share of the list is below one half",
        "leave_one_out.models_to_below",
        _DAILY,
    ),
    "one_model_majority_share": (
        "Windows with a Chinese majority in which it rests on one model",
        "leave_one_out.one_model_majority_share",
        _DAILY,
    ),
}


def quantities(
    table: pd.DataFrame, to_below: int | None, one_model_share: float | None
) -> dict[str, Interval | float | None]:
    """What the list is without its largest Chinese model and developer, by recorded names."""
    return {
        "without_largest_cn_top_n_share": leave_one_out.without_largest(table, MODEL),
        "without_largest_author_cn_top_n_share": leave_one_out.without_largest(table, AUTHOR),
        "cn_models_to_below_half_count": None if to_below is None else float(to_below),
        "one_model_majority_share": one_model_share,
    }


def without_dots(table: pd.DataFrame, whole: float, stated: float, ax: Axes) -> Axes:
    """Dot per model and developer left out: the Chinese share that remains.

    Parameters
    ----------
    table : DataFrame
        From `leave_one_out.without_each`.
    whole : float
        Share with all of them.
    stated : float
        The essay's share.
    ax : Axes
        Where to draw.
    """
    names: list[str] = []
    places: list[int] = []
    for kind, part in table.groupby("kind", sort=False):
        names.append(HEADS[str(kind)])
        places += range(len(names), len(names) + len(part))
        names += _names([str(slug) for slug in part["left_out"]])
    _dots(ax, table, places, whole)
    for row, place in zip(rows(table), places, strict=True):
        _number(ax, row, place)
    shares = pd.concat([table["refilled_share"], table["shorter_share"]]).dropna()
    known = [*shares, whole, stated]
    ax.set_xlim(min(known) - PADDING, max(known) + PADDING)
    ax.axvline(whole, color=INK["soft"], lw=1, zorder=0)
    _name_rows(ax, names)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    theme.essay_line(ax, stated, "essay")
    return ax


def _names(slugs: list[str]) -> list[str]:
    """Names without a date, except where two models differ by nothing else."""
    short = [model_name(slug) for slug in slugs]
    return [
        name if short.count(name) == 1 else slug.split("/")[-1]
        for name, slug in zip(short, slugs, strict=True)
    ]


def _dots(ax: Axes, table: pd.DataFrame, places: list[int], whole: float) -> None:
    colours = [ORIGIN_COLOURS[str(origin)] for origin in table["origin"]]
    moved, low, high = (table[f"refilled_{end}share"] for end in ("", "low_", "high_"))
    ax.hlines(places, moved.fillna(whole), whole, colours, lw=1.6)
    ax.hlines(places, low, high, colours, lw=5, alpha=0.4)
    ax.scatter(moved, places, s=30, c=colours, zorder=4)
    ax.scatter(table["shorter_share"], places, s=22, facecolor="none", edgecolor=colours, zorder=3)


def _number(ax: Axes, row: dict[str, Any], place: int) -> None:
    """Share behind the dot in a column of its own, where it cannot be taken for the ring's."""
    value = None if pd.isna(row["refilled_share"]) else float(row["refilled_share"])
    ax.text(
        *(COLUMN, place),
        percent(value),
        transform=ax.get_yaxis_transform(),
        ha="right",
        va="center",
        fontsize=8,
        color=ORIGIN_COLOURS[str(row["origin"])],
    )


def _name_rows(ax: Axes, names: list[str]) -> None:
    ax.set_yticks(range(len(names)), names)
    for label in ax.get_yticklabels():
        head = label.get_text() in HEADS.values()
        label.set(color=INK["soft" if head else "text"], fontstyle="italic" if head else "normal")
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(names) - 0.4, -0.6)


def leave_one_out_dots(
    found: Results, table: pd.DataFrame, study: str, n: int, levels: tuple[Interval, float, str]
) -> None:
    """File the dot plot of the Chinese share without each model and developer.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `leave_one_out.without_each`.
    study
        Window in words.
    n
        Length of the list.
    levels
        Share with all, the essay's share, and the source.
    """
    whole, stated, source = levels
    fig, (ax,) = theme.canvas(0.75 + 0.225 * (len(table) + 2))
    without_dots(table, whole.central, stated, ax)
    left = leave_one_out.without_largest(table, MODEL)
    title = (
        f"Without its largest Chinese model, {percent(whole)} become {share(left)}"
        if left
        else f"A Chinese share of {percent(whole)}, and who would move up is not known"
    )
    caption = show.Caption(
        title=title,
        subtitle=f"Chinese share of {of_list(n)} tokens, {study}; dot: the next moves up;"
        " ring: nobody does; grey line: with all",
        source=source,
        alt=f"Dots in a row for each of {len(table)} models and developers left out."
        f" {extremes(table, 'left_out', 'refilled_share', 'share without one')}",
        units=("share",),
    )
    show.figure(found, "leave_one_out", fig, caption, table)


def leave_one_out_takeaway(
    table: pd.DataFrame, whole: Interval, to_below: int | None, one_model_share: float | None
) -> str:
    """What is left without the largest Chinese model, and how many the majority rests on."""
    own = table[(table["kind"] == MODEL) & (table["origin"] == "cn")]
    if own.empty:
        return "**No Chinese model is among the largest, so none can be left out.**"
    place = int(own["tokens"].to_numpy().argmax())
    name = _names([str(slug) for slug in own["left_out"]])[place]
    left = leave_one_out.without_largest(table, MODEL)
    is_left = (
        share(left) if left else "another that is not known, for no listed model is sure to move up"
    )
    return (
        f"**Without {name} the Chinese share of {percent(whole)} would be {is_left}."
        f"{_rests(to_below)}{_elsewhere(one_model_share)}**"
    )


def _rests(to_below: int | None) -> str:
    if to_below is None:
        return " On how many models a majority rests is not known."
    if to_below == 0:
        return " It is no majority as it stands."
    if to_below == 1:
        return " The majority rests on this one model."
    return f" It takes the {count(to_below)} largest Chinese models to bring it below one half."


def _elsewhere(one_model_share: float | None) -> str:
    if one_model_share is None:
        return ""
    return f" Of all windows with a Chinese majority, {percent(one_model_share)} rest on one model."
