"""Figure of notebook 02: published benchmarks beside the roofline, with and without them."""

from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from token_exports import formats
from token_exports.figures import hits, show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.theme import COMPONENT_COLOURS, ORIGIN_COLOURS
from token_exports.figures.throughput_record import (
    KEYS,
    LENGTHS,
    SEEN,
    UNSEEN,
    Curves,
    apart,
    inside_count,
)
from token_exports.models.benchmark_frontier import SPEED
from token_exports.results import Results

MEASURED, BAND = ORIGIN_COLOURS["us"], COMPONENT_COLOURS["electricity"]


def chip_words(chip: str) -> str:
    """Short name of an accelerator."""
    return chip.removesuffix("-sxm").upper()


def draw_paths(table: pd.DataFrame, ax: Axes) -> Axes:
    """Published points, their frontier, and the roofline with the range of its engine's speed.

    Parameters
    ----------
    table : DataFrame
        One of `throughput_record.curves`.
    ax : Axes
        Where to draw.
    """
    line = table[table["kind"] == SEEN].dropna(subset=["high"])
    edge, points = (table[table["kind"] == kind] for kind in ("frontier", "point"))
    shown = pd.concat([line["central"].dropna(), points["central"]])
    bottom = float(shown.min()) / 1.6
    ax.set_xscale("log")
    ax.set_yscale("log")
    low = line["low"].fillna(0.0).clip(lower=bottom)  # no batch keeps so high a speed
    high, unseen = line["high"].clip(lower=bottom), table[table["kind"] == UNSEEN]
    with hits.series("roofline", ax):
        ax.fill_between(line[SPEED], low, high, color=BAND, alpha=0.3, lw=0)
        ax.plot(line[SPEED], line["central"], color=BAND, lw=1.8)
        ax.plot(unseen[SPEED], unseen["central"].where(unseen["central"] > bottom), ":", color=BAND)
    with hits.series("published", ax):
        ax.plot(edge[SPEED], edge["central"], color=MEASURED, lw=1.2)
        ax.plot(points[SPEED], points["central"], "o", color=MEASURED, ms=3.5)
    for name, colour, part in (("published", MEASURED, points), ("roofline", BAND, line)):
        told = (
            (x, y, f"{x:.3g} tok/s of a user, {y:,.0f} tok/s per accelerator")
            for x, y in zip(part[SPEED], part["central"], strict=True)
        )
        hits.points(ax, name, colour, told)
    tops = [shown.max(), *line["high"], *unseen["central"].dropna()]
    ax.set_ylim(bottom, max(tops) * 1.25)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_minor_locator(NullLocator())
    ax.set_xticks(*_ticks(table[SPEED]))
    ax.set_yticks(*_ticks([bottom * 1.5, *tops]))
    return ax


def _ticks(values: Any) -> tuple[list[float], list[str]]:
    low, high = float(np.nanmin(values)), float(np.nanmax(values))
    steps = [m * 10.0**e for e in range(-1, 5) for m in (1, 2, 5)]
    shown = [s for s in steps if low / 1.1 <= s <= high * 1.1]
    return shown, [f"{s:,g}" for s in shown]


def _name_lines(ax: Axes) -> None:
    named = (
        ("published", MEASURED),
        ("roofline", BAND),
        ("\N{MIDDLE DOT} \N{MIDDLE DOT} unseen", BAND),
    )
    for place, (words, colour) in enumerate(reversed(named)):
        y = 0.04 + 0.1 * place
        ax.annotate(words, (0.04, y), xycoords="axes fraction", color=colour, fontsize=8.5)


def two_paths(found: Results, drawn: Curves, source: str) -> None:
    """File benchmarks beside the roofline.

    Parameters
    ----------
    found
        Results of the notebook.
    drawn
        From `throughput_record.curves`; not empty.
    source
        Where the benchmarks come from.
    """
    rows = (len(drawn) + 1) // 2
    fig, axes = theme.canvas(2.2 * rows, rows=rows, columns=2)
    for ax, (names, table) in zip(axes, drawn.items(), strict=False):
        draw_paths(table, ax)
        ax.set_title(f"{names[0]}, {chip_words(names[1])}, {names[2]}", fontsize=8.5, loc="left")
    _name_lines(axes[0])
    for ax in axes[len(drawn) :]:
        ax.set_axis_off()
    fig.supxlabel("Output tok/s of a user", fontsize=9, color=theme.INK["soft"])
    fig.supylabel("Output tok/s per accelerator", fontsize=9, color=theme.INK["soft"])
    title = _title(drawn)
    subtitle = (
        "Written tokens per second over all accelerators against those of a user, log scales;"
        f" prompts of {LENGTHS[0]:,.0f}, answers of {LENGTHS[1]:,.0f} tokens, no cache, no drafts,"
        " prompts and writing together; band: 90% of the engine speeds of the class; dots: the"
        " roofline without the rows of the pair itself"
    )
    named = [t.assign(**dict(zip(KEYS, names, strict=True))) for names, t in drawn.items()]
    every = pd.concat(named, ignore_index=True)
    points = every[every["kind"] == "point"]
    alt = (
        "Small panels of falling curves, published and predicted."
        f" {extremes(points, 'model', 'central', 'published speed', 'tok_per_s_per_gpu')}"
    )
    units = ("tok_per_s_per_gpu", "tok_per_s_per_user")
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=units)
    show.figure(found, "two_paths", fig, words, every)


def _title(drawn: Curves) -> str:
    (seen, count), (unseen, _) = apart(drawn, SEEN), apart(drawn, UNSEEN)
    if not count:
        return f"{len(drawn)} measured frontiers"
    words = f"Roofline and frontier differ by {formats.quantity(seen, 'ratio')} in the median"
    if not np.isfinite(unseen):
        return words
    return f"{words}, by {formats.quantity(unseen, 'ratio')} if the roofline has not seen it"


def two_paths_takeaway(drawn: Curves) -> str:
    """How far the two paths are apart where both exist.

    Parameters
    ----------
    drawn
        From `throughput_record.curves`.
    """
    _, count = apart(drawn, SEEN)
    if not count:
        return "**No frontier was public yet beside other benchmarks; rates are the roofline's.**"
    inside = inside_count(drawn)
    return (
        f"**{_title(drawn)}; {inside} of {count} points of the frontiers lie in its band.** Seen or"
        " not, at a fixed speed of the user an engine's speed counts more than once: it also sets"
        " the batch."
    )
