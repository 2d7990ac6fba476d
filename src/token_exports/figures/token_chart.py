"""Figures of notebook 01: what a token count holds, and who ranks where in the weekly chart."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from token_exports.figures.marks import beside
from token_exports.figures.share_marks import day_number, month_ticks, unbroken
from token_exports.figures.share_words import model_name, percent
from token_exports.figures.theme import INK, ORIGIN_COLOURS, ORIGIN_NAMES, PATCH

PART_COLOURS = {
    "cache_read_tokens": "#b9c6d3",
    "fresh_prompt_tokens": "#6a8cae",
    "output_tokens": "#d99a1c",
}
LONG_SPELL_WEEKS = 4
"""Shorter spells at rank one have no room for a name."""
PART_NAMES = {
    "cache_read_tokens": "cache reads",
    "fresh_prompt_tokens": "fresh prompt",
    "output_tokens": "generated",
}


def token_parts(parts: pd.DataFrame, ax: Axes) -> Axes:
    """Stacked bar per model: cache reads, fresh prompt and generated tokens.

    Parameters
    ----------
    parts : DataFrame
        ``model_slug``, ``origin``, ``tokens`` and the columns of ``PART_COLOURS``, largest first.
    ax : Axes
        Where to draw.
    """
    places = range(len(parts))
    left = pd.Series(0.0, index=parts.index)
    for part, colour in PART_COLOURS.items():
        ax.barh(places, parts[part] / 1e12, left=left / 1e12, color=colour, height=0.7, lw=0)
        left = left + parts[part]
    for place, (total, output) in enumerate(
        zip(parts["tokens"], parts["output_tokens"], strict=True)
    ):
        text = f"{percent(output / total)} generated"
        beside(ax, text, (total / 1e12, place), INK["soft"], ground=PATCH)
    ax.set_yticks(places, [model_name(slug) for slug in parts["model_slug"]])
    for label, origin in zip(ax.get_yticklabels(), parts["origin"], strict=True):
        label.set_color(ORIGIN_COLOURS[origin])
    ax.set_ylim(len(parts) - 0.4, -0.6)
    ax.set_xlabel("trillion tokens in the week")
    ax.margins(x=0.2)
    ax.spines["left"].set_visible(False)
    handles = [Patch(color=PART_COLOURS[part], label=PART_NAMES[part]) for part in PART_COLOURS]
    ax.legend(handles=handles, loc="lower right", handlelength=1)
    return ax


def rank_strip(lists: pd.DataFrame, spells: pd.DataFrame, n: int, ax: Axes) -> Axes:
    """Ranks by week, coloured by origin; long spells at rank one carry their model's name.

    Parameters
    ----------
    lists : DataFrame
        ``period_start``, ``rank``, ``model_slug``, ``origin``.
    spells : DataFrame
        ``model_slug``, ``first_week``, ``length_weeks``; spells at rank one.
    n : int
        Ranks to draw.
    ax : Axes
        Where to draw.
    """
    for rank in range(1, n + 1):
        row = lists[lists["rank"] == rank]
        for run in unbroken(row, "period_start", days=7, same="origin"):
            colour = ORIGIN_COLOURS[run["origin"].iloc[0]]
            bar = (day_number(run["period_start"].iloc[0]), 7.0 * len(run))
            ax.broken_barh([bar], (rank - 0.46, 0.92), color=colour, lw=0)
    for week, slug, length in zip(
        spells["first_week"], spells["model_slug"], spells["length_weeks"], strict=True
    ):
        start = day_number(week)
        ax.vlines(start, 0.3, 0.5, INK["text"], lw=0.8)
        if length >= LONG_SPELL_WEEKS:
            at = (start, 0.2)
            ax.annotate(model_name(slug), at, rotation=32, fontsize=8, annotation_clip=False)
    ax.set_ylim(n + 0.5, 0.3)
    ax.set_yticks(range(1, n + 1))
    ax.set_ylabel("rank in the week")
    shown = [o for o in ORIGIN_COLOURS if o in set(lists["origin"])]
    handles = [Patch(color=ORIGIN_COLOURS[o], label=ORIGIN_NAMES[o]) for o in shown]
    ax.legend(
        handles=handles, loc="upper center", bbox_to_anchor=(0.5, -0.17), ncols=5, handlelength=1
    )
    ax.xaxis_date()
    month_ticks(ax)
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax
