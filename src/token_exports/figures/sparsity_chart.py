"""Figures of notebook 02: what few active experts save of cost and energy, and what keeps it."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, NullFormatter, PercentFormatter

from token_exports import formats
from token_exports.figures import show, sparsity_record, sparsity_words, theme
from token_exports.figures.alt import extremes
from token_exports.figures.chip_record import short
from token_exports.figures.marks import beside, percent, rows
from token_exports.figures.sparsity_record import CONTEXTS_TOKENS, PARTS, STEPS_COUNT, Twins
from token_exports.figures.sparsity_words import Values
from token_exports.figures.theme import INK, ORIGIN_COLOURS
from token_exports.models import sparsity
from token_exports.results import Results

COLOURS = ("#5c9c6b", "#2f6db3", "#7a5fb0")
"""Contexts, from the shortest."""
NAIVE_COLOUR = "#6b747d"
PART_COLOURS = {
    "weight_arithmetic": ORIGIN_COLOURS["unknown"],
    "own_weights": "#4f9ab8",
    "other_experts": "#2f6db3",
    "attention": "#7a5fb0",
    "link": "#3f7d52",
    "waiting": "#a86a12",
}
TICKS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0)
LETTER_SHARE = 0.0195
"""Width of a letter inside a bar; a piece too narrow for its name carries none."""
WORTH_A_NAME_SHARE = 0.005


def draw_batch(table: pd.DataFrame, naive: float, ax: Axes) -> Axes:
    """Cost and energy shares over the batch, a pair of lines per context.

    Parameters
    ----------
    table : DataFrame
        From `sparsity.over_batch`.
    naive : float
        Share expected from the parameters.
    ax : Axes
        Where to draw.
    """
    lines = _lines(table, ax, "batch_count")
    for context, line in lines:
        end = (float(line["batch_count"].iloc[-1]), float(line["cost_share"].iloc[-1]))
        ax.plot(*end, "o", ms=4, color=_colour(context))
        crossed = context == lines[-1][0]  # it ends first, so the others pass on its right
        beside(ax, _context(context), end, _colour(context), shift=0 if crossed else 6)
    _name_energy(ax, *lines[0])
    ax.axhline(naive, color=NAIVE_COLOUR, lw=1.1, ls=(0, (4, 3)))
    words = f"active parameters: {formats.number(naive, 'share')}"
    ax.annotate(words, (1, naive), (0, 4), textcoords="offset points", fontsize=8)
    ax.set_xscale("log")
    ax.set_xlim(0.9, float(table["batch_count"].max()) * 5)
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    ax.set_xlabel("Sequences written at once")
    _share_axis(ax, naive)
    return ax


def draw_active(table: pd.DataFrame, naive: float, ax: Axes) -> Axes:
    """The same over the active share, at one batch.

    Parameters
    ----------
    table : DataFrame
        From `sparsity.over_active_share`.
    naive : float
        The model's own active share, which is marked.
    ax : Axes
        Where to draw.
    """
    for context, line in _lines(table, ax, "active_share"):
        own = line.iloc[[int(np.argmin(np.abs(line["active_share"] - naive)))]]
        ax.plot(own["active_share"], own["cost_share"], "o", ms=4, color=_colour(context))
    lowest = float(table["active_share"].min())
    ax.plot([lowest, 1], [lowest, 1], color=NAIVE_COLOUR, lw=1.1, ls=(0, (4, 3)))
    ax.annotate("naive", (0.3, 0.3), (4, -4), textcoords="offset points", va="top", fontsize=8)
    ax.axvline(naive, color=INK["rule"], lw=1, zorder=0)
    ax.annotate(
        "M2.5",
        (naive, 0),
        (3, 3),
        ("data", "axes fraction"),
        "offset points",
        fontsize=8,
        color=INK["soft"],
    )
    ax.set_xscale("log")
    ax.set_xlim(lowest / 1.1, 1.1)
    ax.xaxis.set_major_locator(FixedLocator([t for t in TICKS if t >= lowest]))
    ax.xaxis.set_minor_formatter(NullFormatter())
    percent(ax, "Active share of parameters")
    _share_axis(ax, naive)
    ax.set_yticklabels([])
    return ax


def _lines(table: pd.DataFrame, ax: Axes, x: str) -> list[tuple[float, pd.DataFrame]]:
    found = [(float(str(context)), line) for context, line in table.groupby("context_tokens")]
    for context, line in found:
        ax.plot(line[x], line["cost_share"], color=_colour(context), lw=1.8)
        ax.plot(line[x], line["energy_share"], color=_colour(context), lw=1, ls=(0, (2, 1.5)))
    return found


def _name_energy(ax: Axes, context_tokens: float, line: pd.DataFrame) -> None:
    """Name the dashed line where it is furthest below the solid one."""
    below = np.argmax(np.asarray(line["cost_share"] / line["energy_share"]))
    point = line.iloc[[int(below)]]
    ax.annotate(
        "energy",
        (float(point["batch_count"].iloc[0]), float(point["energy_share"].iloc[0])),
        (12, -2),
        textcoords="offset points",
        va="top",
        fontsize=8,
        color=_colour(context_tokens),
    )


def _colour(context_tokens: float) -> str:
    return COLOURS[CONTEXTS_TOKENS.index(context_tokens) % len(COLOURS)]


def _context(context_tokens: float) -> str:
    return f"{context_tokens / 1e3:g}k"


def _share_axis(ax: Axes, naive: float) -> None:
    ax.set_yscale("log")
    ax.set_ylim(naive / 1.35, 1.15)
    ax.yaxis.set_major_locator(FixedLocator([t for t in TICKS if t >= naive / 1.35]))
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.yaxis.set_minor_formatter(NullFormatter())
    ax.tick_params(axis="both", which="minor", length=0)


def saving(found: Results, twins: Twins, values: Values, source: str) -> None:
    """File cost and energy over batch and active share.

    Parameters
    ----------
    found
        Results of the notebook.
    twins
        From `sparsity_record.of_run`.
    values
        From `sparsity_record.quantities`.
    source
        Where architecture, chip and assumptions come from.
    """
    group = sparsity_record.one_group(twins)
    naive = float(sparsity.naive_share(group.shape))
    by_batch = sparsity.over_batch(group, CONTEXTS_TOKENS, STEPS_COUNT, twins.power)
    held = sorted(set(by_batch["context_tokens"]))
    batch = sparsity.common_batch(group, held)
    by_share = sparsity.over_active_share(group, held, batch, twins.power)
    fig, axes = theme.canvas(2.9, columns=2)
    draw_batch(by_batch, naive, axes[0])
    draw_active(by_share, naive, axes[1])
    count = group.layout.accelerators_count
    chip = short(group.accelerator.name).upper()
    subtitle = (
        f"A written token over that of a dense model of the same shape and size, on {count:.0f}"
        f" {chip}; solid: accelerator time, dashed: energy; by tokens of context; left: up to the"
        f" batch that fills memory; right: {batch:.0f} sequences"
    )
    title = sparsity_words.title(values)
    alt = (
        "Lines that rise from the active share with batch and context."
        f" {extremes(by_batch, 'batch_count', 'cost_share', 'part of the dense time, by batch')}"
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("share",))
    whole = pd.concat([by_batch, by_share.assign(batch_count=batch)], ignore_index=True)
    show.figure(found, "sparsity", fig, words, whole)


# ---- parts


def draw_parts(table: pd.DataFrame, ax: Axes) -> Axes:
    """Naive share and what each part adds, a bar per kind of token.

    Parameters
    ----------
    table : DataFrame
        From `sparsity_record.explained`.
    ax : Axes
        Where to draw.
    """
    named: set[str] = set()
    for y, row in enumerate(rows(table)):
        pieces = {"naive": row["naive_share"]}
        pieces |= {part: row[f"{part}_gap_share"] for part in PARTS}
        right, left = 0.0, 0.0
        for part, width in pieces.items():
            start = right if width >= 0 else left
            colour = NAIVE_COLOUR if part == "naive" else PART_COLOURS[part]
            ax.barh(y, width, left=start, height=0.62, color=colour, lw=0)
            if part != "naive" and _inside(ax, PARTS[part], (start + width / 2, y), width):
                named.add(part)
            right, left = right + max(width, 0.0), left + min(width, 0.0)
        beside(ax, formats.number(row["cost_share"], "share"), (right, y))
    ax.set_yticks(range(len(table)), table["label"])
    ax.tick_params(axis="y", length=0, labelcolor=INK["text"])
    ax.set_ylim(len(table) - 0.5, -1.0)
    ax.set_xlim(min(0.0, _lowest(table)), 1.1)
    _key(ax, table, named)
    ax.spines["left"].set_visible(False)
    percent(ax, "Accelerator time over that of the dense model")
    return ax


def _inside(ax: Axes, name: str, centre: tuple[float, float], width: float) -> bool:
    """Write a name on a piece, on two lines where one is too long, if it has room at all."""
    for words in (name, name.replace(" ", "\n", 1)):
        if max(map(len, words.split("\n"))) * LETTER_SHARE < width:
            ax.annotate(words, centre, ha="center", va="center", fontsize=8, color="#ffffff")
            return True
    return False


def _key(ax: Axes, table: pd.DataFrame, named: set[str]) -> None:
    """Names, in their colours above the bars, of parts that no piece had room for."""
    largest = {part: float(table[f"{part}_gap_share"].abs().max()) for part in PARTS}
    words = {"naive": NAIVE_COLOUR}
    for part, size in largest.items():
        if part not in named and size > WORTH_A_NAME_SHARE:
            words[PARTS[part]] = PART_COLOURS[part]
    left = 0.0
    for name, colour in words.items():
        ax.annotate(name, (left, -0.45), fontsize=8, va="bottom", color=colour)
        left += (len(name) + 2) * LETTER_SHARE


def _lowest(table: pd.DataFrame) -> float:
    gaps = table[[f"{part}_gap_share" for part in PARTS]]
    return float(gaps.clip(upper=0.0).sum(axis=1).min())


def parts(found: Results, table: pd.DataFrame, values: Values, source: str) -> None:
    """File what keeps the saving.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `sparsity_record.explained`.
    values
        From `sparsity_record.quantities`.
    source
        Where architecture, chip and assumptions come from.
    """
    fig, (ax,) = theme.canvas(0.75 + 0.42 * len(table))
    draw_parts(table, ax)
    title = sparsity_words.largest_part(values)
    subtitle = (
        "Naive share of the parameters, and what each part adds because sparsity shrinks it less;"
        " as served: each in its own best batch and layout, over M2.5's traffic; others: one group,"
        " by tokens of context"
    )
    alt = (
        "Stacked bars in a row per kind of token."
        f" {extremes(table, 'label', 'cost_share', 'part of the dense time')}"
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("share",))
    show.figure(found, "sparsity_parts", fig, words, table)
