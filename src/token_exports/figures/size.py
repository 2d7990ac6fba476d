"""How large the flows are, and what the place of serving changes."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from token_exports import formats
from token_exports.figures import hits
from token_exports.figures.mining import (
    KIND_COLOURS,
    MINING_COLOUR,
    REPORTED_COLOUR,
    TOKEN_COLOUR,
    Row,
    log_axis,
)
from token_exports.figures.theme import INK
from token_exports.uncertainty import Interval

OTHER_BASES = ("benchmark", "ecologits")
"""Bases of energy that are ticks on the ladder."""
KIND_NAMES = {"tokens": "tokens", "mining": "mining", "reported": "reported by others"}
MW_NAMES = {1e-2: "10 kW", 1.0: "1 MW", 100.0: "100 MW", 1e4: "10 GW", 1e6: "1 TW"}


def _power(value_mw: float, _position: int = 0) -> str:
    return MW_NAMES.get(float(f"{value_mw:.0e}"), "")


def power_text(value_mw: float) -> str:
    """Power in the unit that keeps it between one and a thousand."""
    for scale, unit in ((1e6, "TW"), (1e3, "GW"), (1.0, "MW")):
        if value_mw >= scale:
            return f"{formats.significant(value_mw / scale, 2)} {unit}"
    return f"{formats.significant(value_mw * 1e3, 2)} kW"


def ladder(table: pd.DataFrame, ax: Axes) -> None:
    """Average power of each flow on one logarithmic ladder, smallest at the bottom.

    Parameters
    ----------
    table
        ``rung``, ``period``, ``kind``, ``low_mw``, ``central_mw``, ``high_mw`` and, for tokens,
        ``broker_mw``; powers on ``OTHER_BASES`` are drawn where the table has them.
    ax
        Where to draw.
    """
    for y, row in enumerate(table.to_dict("records")):
        colour = KIND_COLOURS[row["kind"]]
        ends = [row["low_mw"], row["high_mw"]]
        last = np.nanmax([row["high_mw"], row["broker_mw"]])
        ax.plot([row["high_mw"], last], [y, y], color=colour, linewidth=1, alpha=0.7)
        ax.plot(ends, [y, y], color=colour, linewidth=6, alpha=0.35, solid_capstyle="butt")
        ax.plot(row["central_mw"], y, marker="o", color=colour, markersize=6)
        ax.plot(row["broker_mw"], y, marker="D", color=colour, markerfacecolor=INK["paper"])
        for basis in OTHER_BASES:
            ax.plot(row.get(f"{basis}_mw", np.nan), y, marker="|", color=INK["text"], markersize=9)
        ax.annotate(
            _rung_text(row),
            (last, y),
            xytext=(8, 0),
            textcoords="offset points",
            va="center",
            fontsize=8.5,
        )
        said = f"{row['rung']}, {row['period']}: {_rung_words(row)}"
        hits.points(ax, KIND_NAMES[row["kind"]], colour, [(row["central_mw"], y, said)])
    names = [
        f"{rung}\n{period}" for rung, period in zip(table["rung"], table["period"], strict=True)
    ]
    ax.set_yticks(range(len(table)), names)
    ax.set_xscale("log")
    bottom, top = np.log10([table["low_mw"].min(), table["high_mw"].max()])
    ax.set_xlim(10 ** np.floor(bottom), 10 ** (np.ceil(top) + 1.3))
    ax.set_ylim(-0.6, len(table) - 0.4)
    log_axis(ax, "x", _power)
    ax.set_xlabel("Average power; each step is ten times")


def _rung_words(row: Row) -> str:
    """A rung's power with its ends."""
    central, low, high = (power_text(float(row[f"{end}_mw"])) for end in ("central", "low", "high"))
    return central if low == high else f"{central} ({low} to {high})"


def _rung_text(row: Row) -> str:
    text = power_text(row["central_mw"])
    return text if np.isnan(row["broker_mw"]) else f"{text}; {power_text(row['broker_mw'])}"


def location(
    fan: pd.DataFrame,
    references: Mapping[str, float],
    served: Interval,
    ax: Axes,
    declared: Interval | None = None,
) -> None:
    """Power served in China, against the share of tokens served there.

    Parameters
    ----------
    fan
        ``served_in_china_share``, ``label``, ``low``, ``central``, ``high`` in MW, a line a label.
    references
        Flows to compare with, in MW.
    served
        Belief about the share.
    ax
        Where to draw.
    declared
        Limits from what hosts declare, drawn within the belief.
    """
    ax.axvspan(served.low, served.high, color=REPORTED_COLOUR, alpha=0.14, linewidth=0)
    if declared is not None:
        _declared(declared, ax)
    ax.axvline(served.central, color=INK["soft"], linewidth=0.9, linestyle=":")
    for label, rows in fan.groupby("label", sort=False):
        x = rows["served_in_china_share"]
        ax.fill_between(x, rows["low"], rows["high"], color=TOKEN_COLOUR, alpha=0.18, linewidth=0)
        ax.plot(x, rows["central"], color=TOKEN_COLOUR)
        _note(ax, str(label), (0.99, float(rows["low"].iloc[-1])), -4, TOKEN_COLOUR)
    for label, value in references.items():
        ax.axhline(value, color=MINING_COLOUR, linewidth=1.2)
        _note(ax, label, (0.99, value), 3, MINING_COLOUR)
        flip = value / fan.groupby("label")["central"].max()
        for share in flip[flip <= 1]:
            ax.plot(share, value, marker="o", color=INK["text"], markersize=6)
    ax.annotate(
        "assumed",
        (served.low, 0),
        xycoords=("data", "axes fraction"),
        xytext=(3, 4),
        textcoords="offset points",
        fontsize=8,
        color=INK["soft"],
    )
    ax.set_yscale("log")
    log_axis(ax, "y", _power)
    ax.set_xlim(0, 1)
    ax.xaxis.set_major_formatter(PercentFormatter(1.0))
    ax.set_xlabel("Tokens served in China")
    ax.set_ylabel("Average power, each step ten times")


def _declared(declared: Interval, ax: Axes) -> None:
    ax.axvspan(declared.low, declared.high, color=INK["text"], alpha=0.14, linewidth=0)
    ax.annotate(
        "as declared",
        (declared.low, 1),
        xycoords=("data", "axes fraction"),
        xytext=(3, -2),
        textcoords="offset points",
        va="top",
        fontsize=8,
        color=INK["text"],
    )


def _note(ax: Axes, text: str, place: tuple[float, float], shift: float, colour: str) -> None:
    ax.annotate(
        text,
        place,
        xytext=(0, shift),
        textcoords="offset points",
        ha="right",
        va="bottom" if shift > 0 else "top",
        fontsize=8,
        color=colour,
    )
