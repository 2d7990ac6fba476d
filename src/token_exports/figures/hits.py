"""Points of a figure that a reader can look at closer, and series that a reader can hide.

A drawing function names its points as it draws them; the SVG then carries them in its own units,
and the script of the page does the rest. Without the script the figure is the plain picture.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from html import escape
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from token_exports import formats
from token_exports.figures.alt import called
from token_exports.figures.svg import SERIES
from token_exports.units import UNITS, unit_of

Point: TypeAlias = tuple[Any, Any, str]
"""Place across, place upwards, and what is said there."""
_POINTS_PER_INCH = 72
_LABELS = {unit.label for unit in UNITS.values() if unit.label}


@dataclass(frozen=True)
class _Points:
    """Points of one series in one panel, in units of the data."""

    ax: Axes
    name: str
    colour: str
    places: list[tuple[float, float]]
    tips: list[str]


_OF_FIGURE: "WeakKeyDictionary[Figure, list[_Points]]" = WeakKeyDictionary()


@contextmanager
def series(name: str, *axes: Axes) -> Iterator[None]:
    """Whatever is drawn inside belongs to a series and is hidden with it."""
    before = {id(artist) for ax in axes for artist in ax.get_children()}
    yield
    for ax in axes:
        for artist in ax.get_children():
            if id(artist) not in before:
                artist.set_gid(SERIES + name)


def told(
    frame: pd.DataFrame,
    name: str,
    value: str,
    *,
    across: Iterable[Any] | None = None,
    ends: tuple[str, str] | None = None,
    unit: str | None = None,
) -> Iterator[Point]:
    """Points of a table whose values run upwards.

    Parameters
    ----------
    frame
        A row per point.
    name
        Column that tells the points apart, in words or as a day.
    value
        Column of the height; its unit stands at its end.
    across
        Places of the points, where the names are no places.
    ends
        Columns of the low and the high end.
    unit
        Of a column that does not say it.
    """
    unit = unit or unit_of(value) or "count"
    places = frame[name] if across is None else across
    low, high = (frame[column] for column in ends or (value, value))
    rows = zip(places, frame[value], frame[name], low, high, strict=True)
    for x, y, row_name, least, most in rows:
        if y == y:
            yield x, y, f"{called(row_name)}: {_quantity(float(y), (least, most), unit)}"


def _quantity(value: float, ends: tuple[float, float], unit: str) -> str:
    """Value with its ends and, last, its unit."""
    shown, thin, label = formats.quantity(value, unit).partition(formats.THIN)
    low, high = (formats.number(float(end), unit) for end in ends)
    return shown + (f" ({low} to {high})" if ends[0] < ends[1] else "") + thin + label


def points(ax: Axes, name: str, colour: str, noted: Iterable[Point]) -> None:
    """Note points that a reader can ask for.

    Parameters
    ----------
    ax
        Axes they are drawn on.
    name
        Their series, as the legend of the page names it.
    colour
        Of the series.
    noted
        Place across, place upwards, and what is said there; a point without a place is left out.
    """
    known = [(x, y, tip) for x, y, tip in noted if x == x and y == y]
    if not known:
        return
    across = ax.convert_xunits([x for x, _, _ in known])  # type: ignore[no-untyped-call]
    upwards = ax.convert_yunits([y for _, y, _ in known])  # type: ignore[no-untyped-call]
    places = [(float(x), float(y)) for x, y in zip(across, upwards, strict=True)]
    fig = ax.get_figure(root=True)
    assert fig is not None
    tips = [re.sub("[ \n]+", " ", tip.replace("|", "/")) for _, _, tip in known]
    _OF_FIGURE.setdefault(fig, []).append(_Points(ax, name, colour, places, tips))


def markup(fig: Figure) -> str:
    """Unseen group with the points of a drawn figure, which are then forgotten; or nothing.

    A unit that ends what is said of a point stands once at the head of its group.
    """
    each: dict[tuple[str, str, str], list[str]] = {}
    for part in _OF_FIGURE.pop(fig, []):
        for place, tip in _placed(fig, part):
            words, thin, unit = tip.rpartition(formats.THIN)
            words, unit = (words, thin + unit) if unit in _LABELS else (tip, "")
            own = each.setdefault((part.name, part.colour, unit), [])
            own.append(f"{place} {escape(words)}")
    groups = "".join(
        f'<g data-name="{escape(name)}" data-unit="{escape(unit)}" fill="{colour}"'
        f' data-points="{"|".join(said)}"/>'
        for (name, colour, unit), said in each.items()
    )
    return f'<g class="hits">{groups}</g>' if groups else ""


def _placed(fig: Figure, part: _Points) -> Iterator[tuple[str, str]]:
    """Points in units of the SVG; those beyond the ends of an axis are not drawn and left out."""
    scale = _POINTS_PER_INCH / fig.dpi
    height = fig.get_figheight() * _POINTS_PER_INCH
    seen = part.ax.bbox.padded(2)
    for (x, y), tip in zip(part.ax.transData.transform(part.places), part.tips, strict=True):
        if seen.contains(x, y):
            yield f"{x * scale:.1f} {height - y * scale:.1f}", tip
