"""Pieces that the figures of mining share: months on an axis, ranges, the mean of a tariff."""

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MultipleLocator
from numpy.typing import NDArray

from token_exports import formats
from token_exports.figures import theme
from token_exports.figures.theme import INK, ORIGIN_COLOURS
from token_exports.uncertainty import Interval

MONTH_NAMES = "%B %Y"


def decimal_years(months: Iterable[str]) -> NDArray[np.float64]:
    """Middle of each month as a year with its fraction."""
    when = pd.PeriodIndex(list(months), freq="M")
    return np.asarray(when.year + (when.month - 0.5) / 12, dtype=float)


def month_name(month: str) -> str:
    """Month in words."""
    return pd.Period(month, "M").strftime(MONTH_NAMES)


def year_axis(ax: Axes, step: int = 2) -> None:
    """Whole years along the bottom."""
    ax.xaxis.set_major_locator(MultipleLocator(step))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda value, _position: f"{value:.0f}"))


def note(
    ax: Axes,
    words: str,
    place: tuple[float, float],
    shift: tuple[float, float] = (0, 4),
    colour: str | None = None,
    *,
    right: bool = False,
) -> None:
    """Small words beside a point of the data, legible where a line crosses them."""
    ax.annotate(
        words,
        place,
        shift,
        textcoords="offset points",
        fontsize=8,
        color=colour or INK["soft"],
        ha="right" if right else "left",
        va="bottom" if shift[1] >= 0 else "top",
        bbox=theme.PATCH | {"alpha": 0.75},
        zorder=3,
    )


def money(value: float) -> str:
    """A price of a kilowatt-hour with its unit."""
    return formats.quantity(value, "usd_per_kwh", 2)


def money_range(value: Interval) -> str:
    """The same with both ends."""
    return formats.interval(value, "usd_per_kwh", 2)


def percent(value: float) -> str:
    """A share as percent."""
    return formats.number(value, "share")


def percent_range(value: Interval) -> str:
    """The same with both ends."""
    return formats.interval(value, "share")


def listed(names: list[str]) -> str:
    """Names in a row, the last after "and"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def months_text(number: float) -> str:
    """A count of months in words."""
    return f"{number:,.0f} month{'' if number == 1 else 's'}"


def tariff_bands(tariffs: Mapping[str, Interval], ax: Axes, *, horizontal: bool) -> None:
    """Band of tariffs by country, with the national price dotted."""
    for country, tariff in tariffs.items():
        colour = ORIGIN_COLOURS[country]
        span, line = (ax.axhspan, ax.axhline) if horizontal else (ax.axvspan, ax.axvline)
        span(tariff.low, tariff.high, color=colour, alpha=0.1, linewidth=0)
        line(tariff.central, color=colour, linewidth=1, linestyle=":")
