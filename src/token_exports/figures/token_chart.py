"""Figure of notebook 01: what a token count holds, model by model."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from token_exports.figures.marks import beside
from token_exports.figures.share_words import model_name, percent
from token_exports.figures.theme import INK, ORIGIN_COLOURS, PATCH

PART_COLOURS = {
    "cache_read_tokens": "#b9c6d3",
    "fresh_prompt_tokens": "#6a8cae",
    "output_tokens": "#d99a1c",
}
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
