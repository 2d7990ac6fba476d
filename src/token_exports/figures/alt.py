"""Words for who cannot see a figure: its extremes from the data, its axes from the drawing."""

import datetime as dt
import re

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure

from token_exports import formats
from token_exports.units import unit_of

_NUMBER = re.compile(r"[<≤−+-]?[0-9][0-9.,/]*\W?[%×A-Za-z]{0,3}")


def extremes(
    frame: pd.DataFrame, name: str, value: str, what: str = "value", unit: str | None = None
) -> str:
    """Sentence with the highest and the lowest value of a table, and whose they are.

    Parameters
    ----------
    frame
        Rows that are drawn.
    name
        Column that tells the rows apart.
    value
        Column of the quantity; its unit stands at its end.
    what
        The quantity in words.
    unit
        Of a column that does not say it.
    """
    known = frame[[name, value]].dropna().reset_index(drop=True)
    if known.empty:
        return f"No {what} is known."
    values = known[value].astype(float)
    unit = unit or unit_of(value) or "count"
    high, low = (
        f"{formats.quantity(float(values.iloc[row]), unit)} ({called(known[name].iloc[row])})"
        for row in (int(values.argmax()), int(values.argmin()))
    )
    if values.min() == values.max():
        return f"Every {what}: {formats.quantity(float(values.iloc[0]), unit)}."
    return f"Highest {what}: {high}; lowest: {low}."


def called(name: object) -> str:
    """Name of a row or point; a day as a reader writes it."""
    if isinstance(name, dt.date):
        return f"{name.day} {name:%b %Y}"
    return f"{name:.4g}" if isinstance(name, float) else _plain(str(name))


def axes(fig: Figure) -> str:
    """Sentences on the panels and axes of a drawn figure, each said once."""
    shown = [ax for ax in fig.axes if ax.axison and ax.get_visible()]
    titles = [title for ax in shown if (title := _title(ax))]
    said = [f"Panels: {'; '.join(titles)}."] if len(titles) > 1 else []
    for ax in shown:
        said += [_axis(ax.xaxis, "Across"), _axis(ax.yaxis, "Upwards")]
    beyond = [fig.get_supxlabel(), fig.get_supylabel()]
    said += [f"{_plain(label)}." for label in beyond if label]
    return " ".join(dict.fromkeys(sentence for sentence in said if sentence))


def _title(ax: Axes) -> str:
    each = (ax.get_title(loc="left"), ax.get_title(loc="center"), ax.get_title(loc="right"))
    return _plain(next(filter(None, each), ""))


def _axis(axis: Axis, direction: str) -> str:
    label, words = _plain(axis.get_label_text()), _ticks(axis)
    if not words or not axis.get_visible():
        return ""
    if direction == "Upwards" and not any(map(_NUMBER.fullmatch, words)):
        first, last = (words[0], words[-1]) if axis.get_inverted() else (words[-1], words[0])
        return f"{len(words)} rows, from {first} down to {last}."
    return f"{direction}: {label + ', ' if label else ''}{words[0]} to {words[-1]}."


def _ticks(axis: Axis) -> list[str]:
    """Labels of the ticks in view, from the low end of the axis to its high end."""
    low, high = sorted(float(end) for end in axis.get_view_interval())
    places = [float(place) for place in axis.get_ticklocs()]
    labels = [_plain(tick.get_text()) for tick in axis.get_ticklabels()]
    pairs = sorted(zip(places, labels, strict=False))
    return [label for place, label in pairs if label and low <= place <= high]


def _plain(text: str) -> str:
    return " ".join(text.replace("$", "").split())
