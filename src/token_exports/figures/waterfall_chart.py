"""Figure of notebook 01: from all counted tokens down to the generated ones."""

import pandas as pd
from matplotlib.axes import Axes

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside, rows
from token_exports.figures.share_words import percent
from token_exports.figures.theme import INK, ORIGIN_COLOURS, ORIGIN_NAMES
from token_exports.figures.token_chart import PART_COLOURS
from token_exports.figures.totals_chart import Scene
from token_exports.results import Results

STEPS = {
    "counted": ("counted", INK["soft"]),
    "cache_read": ("cache reads", PART_COLOURS["cache_read_tokens"]),
    "fresh_prompt": ("fresh prompt", PART_COLOURS["fresh_prompt_tokens"]),
    "generated": ("generated", PART_COLOURS["output_tokens"]),
    "reasoning": ("of it reasoning", PART_COLOURS["output_tokens"]),
}


def draw_waterfall(ledger: pd.DataFrame, ax: Axes) -> Axes:
    """Steps of one origin from all counted tokens down to the generated ones.

    Parameters
    ----------
    ledger : DataFrame
        Rows of one origin, from `weekly_units.token_ledger`.
    ax : Axes
        Where to draw.
    """
    for place, row in enumerate(rows(ledger)):
        left, width = row["left_share"], row["token_share"]
        inside = row["step"] == "reasoning"
        colour, height = STEPS[row["step"]][1], 0.34 if inside else 0.62
        ax.barh(place, width, left=left, color=colour, height=height, lw=0)
        text = f"{percent(width)}\n{formats.number(row['tokens'], 'tokens')}"
        beside(ax, text, (left + width, place))
        if place + 1 < len(ledger) and not inside:
            edge = left + width if row["step"] == "counted" else left
            ax.vlines(edge, place, place + 1, INK["soft"], lw=0.8, zorder=0)
    ax.set_yticks(range(len(ledger)), [STEPS[step][0] for step in ledger["step"]])
    ax.tick_params(axis="y", labelcolor=INK["text"])
    ax.set_ylim(len(ledger) - 0.5, -0.5)
    ax.set_xlim(0, 1.42)
    ax.set_xticks([0, 0.5, 1], ["0%", "50%", "100%"])
    ax.set_xlabel("of all counted tokens", loc="left")
    ax.spines[["left", "bottom"]].set_visible(False)
    return ax


def waterfall(found: Results, ledger: pd.DataFrame, scene: Scene) -> None:
    """File the figure of what a count of tokens holds, one panel per origin.

    Parameters
    ----------
    found
        Results of the notebook.
    ledger
        From `weekly_units.token_ledger`.
    scene
        The run, with the mix week as its period.
    """
    origins = list(dict.fromkeys(ledger["origin"]))
    fig, axes = theme.canvas(2.9, columns=len(origins))
    for ax, origin in zip(axes, origins, strict=True):
        draw_waterfall(ledger[ledger["origin"] == origin], ax)
        ax.set_title(ORIGIN_NAMES[origin], color=ORIGIN_COLOURS[origin], loc="left")
    for ax in axes[1:]:
        ax.set_yticklabels([])
    title = "; ".join(_left(ledger, origin) for origin in origins)
    subtitle = (
        f"Tokens of the charted models in percent of all counted and in number, {scene.period}"
    )
    parts = ledger[ledger["step"] != "counted"]
    parts = parts.assign(part=parts["origin"].map(ORIGIN_NAMES) + ", " + parts["step"])
    alt = (
        "Bars that step down from all counted tokens to the generated ones."
        f" {extremes(parts, 'part', 'token_share', 'part of the counted tokens')}"
    )
    words = show.Caption(
        title=title, subtitle=subtitle, source=scene.source, alt=alt, units=("share",)
    )
    show.figure(found, "waterfall", fig, words, ledger)


def _left(ledger: pd.DataFrame, origin: str) -> str:
    step = ledger[ledger["origin"] == origin].set_index("step")
    counted = formats.number(float(step["tokens"]["counted"]), "tokens")
    made = percent(float(step["token_share"]["generated"]))
    return f"{ORIGIN_NAMES[origin]}: {made} of {counted} counted tokens were generated"


def waterfall_takeaway(ledger: pd.DataFrame, scene: Scene) -> str:
    """What was read from a cache, read afresh, generated and reasoned, per origin.

    Parameters
    ----------
    ledger
        From `weekly_units.token_ledger`.
    scene
        The run, with the mix week as its period.
    """
    told = []
    for origin, own in ledger.groupby("origin", sort=False):
        step = own.set_index("step")
        share = {name: percent(float(value)) for name, value in step["token_share"].items()}
        thought = f" ({share['reasoning']} reasoning)" if "reasoning" in share else ""
        told.append(
            f"of {formats.number(float(step['tokens']['counted']), 'tokens')} tokens of"
            f" {_the(str(origin))} {share['cache_read']} were cache reads,"
            f" {share['fresh_prompt']} fresh prompt and {share['generated']} generated{thought}"
        )
    return f"**Over {scene.period}, {'; '.join(told)}.**"


def _the(origin: str) -> str:
    return "US models" if origin == "us" else "Chinese models"
