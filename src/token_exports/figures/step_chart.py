"""Figure of notebook 02: where the time of a decode step goes."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator, PercentFormatter

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.theme import COMPONENT_COLOURS
from token_exports.figures.throughput_chart import chip_words
from token_exports.figures.throughput_record import plain
from token_exports.models import layout, roofline
from token_exports.results import Results
from token_exports.serving import Basis

STEP_CHIP = "b200"
STEP_MODELS = ("MiniMax-M2.5", "Llama-3.1-70B")
STEP_CONTEXT_TOKENS = 8192.0
BATCHES = np.geomspace(1, 1024, 31)
PARTS = {
    "arithmetic_s": ("arithmetic", COMPONENT_COLOURS["accelerator"]),
    "memory_s": ("memory", COMPONENT_COLOURS["electricity"]),
    "link_s": ("links", COMPONENT_COLOURS["hosting"]),
    "waiting_s": ("waiting", COMPONENT_COLOURS["operations"]),
}
LETTERING = {"arithmetic_s": "white"}  # on the dark area; black on the others
SMALLEST_NAMED_SHARE = 0.12


def step_parts(rests_on: Basis, models: Sequence[str] = STEP_MODELS) -> pd.DataFrame:
    """Parts of the time of a decode step against the batch, on the smallest group that fits.

    Returns
    -------
    DataFrame
        ``model``, ``batch_count``, ``accelerators_count`` and the four parts in seconds.
    """
    frames = []
    for model in models:
        world = rests_on.world
        if model in world.architectures and STEP_CHIP in world.accelerators:
            single = plain(rests_on, (model, STEP_CHIP, "fp8"), 1.0)
            group = layout.groups(single)[0]
            step = roofline.decode_step(group, BATCHES, STEP_CONTEXT_TOKENS)
            values = {name: np.broadcast_to(getattr(step, name), BATCHES.shape) for name in PARTS}
            count = float(group.layout.accelerators_count)
            about = {"model": model, "accelerators_count": count, "batch_count": BATCHES}
            frames.append(pd.DataFrame(about | values))
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame()


def draw_step(table: pd.DataFrame, ax: Axes) -> Axes:
    """Shares of a step's time, one above the other, against the batch.

    Parameters
    ----------
    table : DataFrame
        Rows of one model from `step_parts`.
    ax : Axes
        Where to draw.
    """
    parts = table[list(PARTS)].to_numpy().T
    shares = parts / parts.sum(axis=0)
    colours = [colour for _, colour in PARTS.values()]
    ax.stackplot(table["batch_count"], shares, colors=colours, lw=0)
    middles = np.cumsum(shares, axis=0) - shares / 2
    for (name, (label, _)), middle, share in zip(PARTS.items(), middles, shares, strict=True):
        at = int(np.argmax(share))
        if share[at] > SMALLEST_NAMED_SHARE:
            inner = min(max(at, 5), len(share) - 6)
            place = (table["batch_count"].iloc[inner], middle[inner])
            colour = LETTERING.get(name, "black")
            ax.annotate(label, place, ha="center", va="center", fontsize=8.5, color=colour)
    ax.set_xscale("log")
    ax.set_xlim(table["batch_count"].min(), table["batch_count"].max())
    ax.set_ylim(0, 1)
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xticks([1, 10, 100, 1000], ["1", "10", "100", "1,000"])
    ax.set_xlabel("Sequences at once")
    return ax


def step(found: Results, table: pd.DataFrame, source: str) -> None:
    """File the parts of a step.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `step_parts`; not empty.
    source
        Where architectures and chips come from.
    """
    models = list(table["model"].drop_duplicates())
    fig, axes = theme.canvas(2.3, columns=max(2, len(models)))
    for ax, model in zip(axes, models, strict=False):
        rows = table[table["model"] == model]
        draw_step(rows, ax)
        count = rows["accelerators_count"].iloc[0]
        ax.set_title(f"{model} on {count:.0f} {chip_words(STEP_CHIP)}", fontsize=8.5, loc="left")
    title = _step_title(table)
    subtitle = (
        f"Part of the time of a decode step at {STEP_CONTEXT_TOKENS:,.0f} tokens of context, eight"
        f" bits, before the speed of the engine; {_thin(table)}"
    )
    whole = table[[column for column in table if str(column).endswith("_s")]].sum(axis=1)
    waiting = table.assign(waiting_share=table["waiting_s"] / whole)
    alt = (
        "Stacked areas of four parts of the time against the batch."
        f" {extremes(waiting, 'batch_count', 'waiting_share', 'part of waiting, by batch')}"
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("share",))
    show.figure(found, "decode_step", fig, words, table)


def _thin(table: pd.DataFrame) -> str:
    """Largest share of the links, whose area may be too thin for its name."""
    share = float((table["link_s"] / table[list(PARTS)].sum(axis=1)).max())
    return f"links (green) take {formats.number(share, 'share')} at most"


def _largest(table: pd.DataFrame, model: str, position: int) -> tuple[str, str]:
    """Largest part of a model's step at the smallest or largest batch, and its share."""
    rows = table[table["model"] == model].sort_values("batch_count")
    parts = rows[list(PARTS)].iloc[position].astype(float)
    name = str(parts.idxmax())
    return PARTS[name][0], formats.number(float(parts[name] / parts.sum()), "share")


def _words(table: pd.DataFrame, model: str) -> str:
    (first, alone), (last, many) = (_largest(table, model, i) for i in (0, -1))
    count = f"{table['batch_count'].max():,.0f}"
    return f"{model}: {first} {alone} for one sequence, {last} {many} for {count}"


def _step_title(table: pd.DataFrame) -> str:
    return f"Largest part of a step of {_words(table, str(table['model'].iloc[0]))}"


def step_takeaway(table: pd.DataFrame) -> str:
    """What binds a small and a large batch.

    Parameters
    ----------
    table
        From `step_parts`.
    """
    if table.empty:
        return "**Neither the architectures nor the chip were public yet.**"
    told = "; ".join(_words(table, model) for model in table["model"].drop_duplicates())
    arithmetic = (table["arithmetic_s"] / table[list(PARTS)].sum(axis=1)).max()
    return (
        f"**The largest part of a decode step is, for {told}.** Arithmetic never takes more than"
        f" {formats.number(float(arithmetic), 'share')} of a step here."
    )
