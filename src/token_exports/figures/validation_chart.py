"""Figure of notebook 02: how far predictions are from published benchmarks."""

from collections.abc import Hashable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from token_exports import formats
from token_exports.figures import hits, show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.theme import COMPONENT_COLOURS, INK
from token_exports.figures.validation_record import (
    ENERGY,
    LARGEST_RATIO,
    PATHS,
    POWER,
    ROW,
    SERIES,
    TARGET_RATIO,
    THROUGHPUT,
    USER_SPEED,
    Validation,
    covered_share,
    filed,
    summary,
)
from token_exports.results import Results

NAMES = {
    THROUGHPUT: "throughput",
    "throughput, load stated": "  load stated",
    USER_SPEED: "  user's speed stated",
    "throughput, neither stated": "  neither stated",
    POWER: "power",
    ENERGY: "energy",
    "cost": "cost",
}
MARKS = {
    ROW: (COMPONENT_COLOURS["accelerator"], 0.17),
    SERIES: (COMPONENT_COLOURS["electricity"], -0.17),
}
LETTERING = {ROW: MARKS[ROW][0], SERIES: "#8a6100"}
MEANINGS = {
    "median_ratio": "half of the rows within",
    "p90_ratio": "nine in ten within",
    "largest_ratio": "the furthest off by",
}
TICKS = (1, 1.5, 2, 3, 4, 6, 10, 20, 50)
TIMES = "\N{MULTIPLICATION SIGN}"
TOLD = {THROUGHPUT: "throughputs", "cost": "costs", POWER: "powers", ENERGY: "energies"}


def draw_errors(table: pd.DataFrame, ax: Axes) -> Axes:
    """Median, nine tenths and largest error by kind, with the row and with its series left out.

    Parameters
    ----------
    table : DataFrame
        From `validation_record.summary`.
    ax : Axes
        Where to draw.
    """
    kinds = [kind for kind in NAMES if kind in set(table["kind"])]
    for place, kind in enumerate(reversed(kinds)):
        for row in table[table["kind"] == kind].to_dict("records"):
            _strip(row, place, ax)
    counts = table.groupby("kind")["rows_count"].max()
    ax.set_yticks(range(len(kinds)), [f"{NAMES[k]} ({counts[k]})" for k in reversed(kinds)])
    for label in ax.get_yticklabels():
        label.set_horizontalalignment("left")
    ax.tick_params(axis="y", pad=122, length=0)
    for ratio in (TARGET_RATIO, LARGEST_RATIO):
        ax.axvline(ratio, color=INK["soft"], lw=0.8, ls=(0, (4, 3)), zorder=0)
    largest = max(float(table["largest_ratio"].max()), TARGET_RATIO) * 1.15
    ax.set_xscale("log")
    ax.set_xlim(1, largest)
    shown = [t for t in TICKS if t <= largest]
    ax.set_xticks(shown, [f"{t:g}{TIMES}" for t in shown])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_ylim(-0.6, len(kinds) - 0.1)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel("Factor between predicted and published, log scale")
    for x, left_out in ((1.0, ROW), (0.74, SERIES)):
        text = ax.annotate(f"without {left_out}", (x, 1), xycoords="axes fraction", ha="right")
        text.set(va="bottom", color=LETTERING[left_out], fontsize=8.5)
    return ax


def _strip(row: dict[Hashable, Any], place: int, ax: Axes) -> None:
    """Median, nine tenths and largest error of one kind and one way of leaving out."""
    colour, shift = MARKS[row["left_out"]]
    y, series = place + shift, f"without {row['left_out']}"
    with hits.series(series, ax):
        ax.plot(
            [1, row["p90_ratio"]], [y, y], color=colour, lw=5, alpha=0.35, solid_capstyle="butt"
        )
        ax.plot(row["median_ratio"], y, "o", color=colour, ms=5.5)
        ax.plot(row["largest_ratio"], y, "|", color=colour, ms=7, mew=1.5)
    kind = NAMES[row["kind"]].strip()
    hits.points(
        ax,
        series,
        colour,
        [
            (row[column], y, f"{kind}, {meaning} {row[column]:.2f}{TIMES}")
            for column, meaning in MEANINGS.items()
        ],
    )


def validation(found: Results, checked: Validation, source: str) -> None:
    """File the errors of all rows.

    Parameters
    ----------
    found
        Results of the notebook.
    checked
        From `validation_record.validate`.
    source
        Where the benchmarks come from.
    """
    table = summary(checked.errors)
    fig, (ax,) = theme.canvas(3.1)
    draw_errors(table, ax)
    title = _title(table)
    shown = table[table["kind"].isin(NAMES)]
    subtitle = (
        "Dot: half of the rows are within this factor; bar: nine in ten; tick: the furthest row."
        " Dashed: the target for the median and the factor that needs an explanation. Rows in"
        " brackets; a series shares model, chip, format and engine"
    )
    alt = (
        "Dots, bars and ticks of errors in a pair of strips per kind of prediction."
        f" {extremes(shown, 'kind', 'median_ratio', 'median factor')}"
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("ratio",))
    show.figure(found, "validation", fig, words, filed(checked.errors))


def _median(table: pd.DataFrame, kind: str, left_out: str) -> str | None:
    rows = table[(table["kind"] == kind) & (table["left_out"] == left_out)]
    return formats.quantity(float(rows["median_ratio"].iloc[0]), "ratio") if len(rows) else None


def _title(table: pd.DataFrame) -> str:
    near, far = (_median(table, THROUGHPUT, left_out) for left_out in (ROW, SERIES))
    words = f"Half of the throughputs are predicted within {near}"
    return words + (f", without their whole series within {far}" if far else "")


def validation_takeaway(checked: Validation | None) -> str:
    """Which kinds meet the target, which do not, and whether the ranges hold.

    Parameters
    ----------
    checked
        From `validation_record.validate`; None where no benchmark was public.
    """
    if checked is None:
        return "**No benchmark of a known model and accelerator was public yet.**"
    table = summary(checked.errors)
    told = []
    for kind, name in TOLD.items():
        factors = [_median(table, kind, left_out) for left_out in (ROW, SERIES)]
        if all(factors):
            told.append(f"{name} within {factors[0]} and {factors[1]}")
    words = f"Half of the rows, without the row and without its series: {', '.join(told)}"
    far = f"{_weakest(table)}{_far(checked.errors)}"
    return f"**{words}. {_missed(table)}** {far}{_ranges(checked.coverage)}"


def _missed(table: pd.DataFrame) -> str:
    target = f"{TARGET_RATIO:g}{TIMES}"
    off = table[table["median_ratio"] >= TARGET_RATIO]
    if off.empty:
        return f"Every kind meets the target of {target} in the median."
    listed = "; ".join(
        f"{row['kind']} without {row['left_out']}"
        f" ({formats.quantity(row['median_ratio'], 'ratio')}, {row['rows_count']} rows)"
        for row in off.to_dict("records")
    )
    return f"The target of {target} in the median is missed by {listed}."


def _weakest(table: pd.DataFrame) -> str:
    """Path whose predictions spread most where a whole series is left out."""
    paths = table[table["kind"].isin(PATHS.values()) & (table["left_out"] == SERIES)]
    if len(paths) < 2:
        return ""
    row = paths.sort_values("p90_ratio").iloc[-1]
    reach = formats.quantity(float(row["p90_ratio"]), "ratio")
    return f"Widest spread without its series: {row['kind']}, nine in ten within {reach}. "


def _far(errors: pd.DataFrame) -> str:
    rows = errors[errors["log_error"].abs() > np.log(LARGEST_RATIO)]
    limit = f"{LARGEST_RATIO:g}{TIMES}"
    if rows.empty:
        return f"No prediction is off by more than {limit}."
    unexplained = int(rows["remark"].str.startswith("no cause").sum())
    known = "each with its reason" if not unexplained else f"{unexplained} without a known reason"
    plural = "" if len(rows) == 1 else "s"
    return f"{len(rows)} prediction{plural} off by more than {limit}, {known}, stand in the table."


def _ranges(coverage: pd.DataFrame) -> str:
    """What the ranges of engine speeds, meant to hold nine in ten, do hold."""
    shares = {
        (column, left_out): covered_share(coverage, left_out, column)
        for column in ("inside_share", "wide_inside_share")
        for left_out in (ROW, SERIES)
    }
    if any(share is None for share in shares.values()):
        return ""
    points, wide = (
        [formats.number(shares[column, left_out], "share") for left_out in (ROW, SERIES)]
        for column in ("inside_share", "wide_inside_share")
    )
    return (
        f" The 5% and 95% points of a class hold {points[0]} of the engine speeds of rows left out"
        f" and {points[1]} of series left out; the range for one more row, which allows for the"
        f" small number of rows, {wide[0]} and {wide[1]}. Nine in ten would be honest."
    )
