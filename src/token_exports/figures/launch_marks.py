"""Launches of models as marks above a figure, the largest with their names."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from token_exports.figures.marks import rows
from token_exports.figures.share_marks import day_number
from token_exports.figures.share_words import model_name
from token_exports.figures.theme import ORIGIN_COLOURS

MOST_NAMES, NAME_SPACE_DAYS = 8, 34
MARKS_AT, NAMES_AT = 1.03, 1.06
"""Heights of the launches, in shares of the axis: above everything."""


def launches(ticks: pd.DataFrame, ax: Axes) -> None:
    """Marks above the axes, the most used ones with their names."""
    low, high = ax.get_xlim()
    days = ticks["launched_on"].map(day_number)
    shown = ticks[days.between(low, high)]
    for (origin, free), part in shown.groupby(["origin", "free"]):
        colour = ORIGIN_COLOURS[str(origin)]
        face = "none" if free else colour
        at = part["launched_on"].map(day_number)
        height = [MARKS_AT] * len(part)
        ax.plot(at, height, "v", color=colour, markerfacecolor=face, ms=4, clip_on=False)
    for row in _named(shown):
        ax.annotate(
            model_name(row["model"]),
            (day_number(row["launched_on"]), NAMES_AT),
            rotation=38,
            fontsize=8,
            color=ORIGIN_COLOURS[row["origin"]],
            annotation_clip=False,
        )


def _named(shown: pd.DataFrame) -> list[dict[str, Any]]:
    """The largest launches whose names do not run into each other."""
    named: list[dict[str, Any]] = []
    for row in rows(shown.sort_values("peak_chart_share", ascending=False)):
        away = [abs((row["launched_on"] - other["launched_on"]).days) for other in named]
        if len(named) < MOST_NAMES and all(days >= NAME_SPACE_DAYS for days in away):
            named.append(row)
    return named
