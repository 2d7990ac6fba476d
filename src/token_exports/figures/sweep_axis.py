"""One varied quantity as an axis of a figure: its name for people, its scale and its ticks."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any

from matplotlib.axis import Axis as Drawn
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from token_exports import formats
from token_exports.figures import theme
from token_exports.units import UNITS, unit_of

PANEL_IN = (3.3, 2.4)
"""Width and height of a small figure: its words keep their size on a phone."""
LABEL_SIZE = 8.5
LONGEST_LABEL = 44
LOG_STEPS = ((1, 2, 5), (1, 3), (1,))
MOST_TICKS = 6


@dataclass(frozen=True)
class Axis:
    """What a sweep varies.

    Parameters
    ----------
    name
        As it is set, such as ``electricity_price_usd_per_kwh.cn``.
    numeric
        Whether its values have a distance.
    levels
        Distinct values in order, only the first and the last where there are very many.
    count
        Number of distinct values, of a large sample no more than an upper limit.
    log
        Whether equal factors are equal distances.
    """

    name: str
    numeric: bool
    levels: tuple[Any, ...]
    count: int
    log: bool = False

    @property
    def unit(self) -> str:
        """Unit of a numeric axis, ``count`` where its name has none."""
        return unit_of(self.name.partition(".")[0]) or "count"

    @property
    def label(self) -> str:
        """Name in words, without the unit."""
        stem, _, member = self.name.partition(".")
        words = stem.removesuffix(f"_{unit_of(stem)}") if self.numeric else stem
        return worded(words, member)

    @property
    def inside(self) -> str:
        """The label within a sentence: a small first letter unless it is an abbreviation."""
        return self.label if self.label[:2].isupper() else self.label[:1].lower() + self.label[1:]

    def text(self, value: Any) -> str:
        """A value in words, with its unit."""
        if self.numeric:
            return formats.quantity(float(value), self.unit)
        return str(value).lower() if isinstance(value, bool) else str(value)


def worded(stem: str, member: str) -> str:
    """Name in words: ``gpu_price`` of ``cn`` as GPU price, China; so is ``cn_gpu_price``."""
    first, *rest = stem.split("_")
    if rest and not member and first in theme.ORIGIN_NAMES:
        member, first, *rest = first, *rest
    short = first.upper() if first in ("gpu", "pue", "it") else first.capitalize()
    place = theme.ORIGIN_NAMES.get(member, member)
    return " ".join([short, *rest]) + (f", {place}" if place else "")


def figure(height_in: float = PANEL_IN[1]) -> Figure:
    """Empty figure of a panel's width in the look of the report."""
    theme.apply()
    return Figure(figsize=(PANEL_IN[0], height_in), layout="constrained")


def dress(drawn: Drawn, axis: Axis, ends: tuple[float, float]) -> None:
    """Scale, limits, ticks and label of an axis that shows what is varied."""
    ax = drawn.axes
    across = drawn is ax.xaxis
    if axis.log:
        (ax.set_xscale if across else ax.set_yscale)("log")
    (ax.set_xlim if across else ax.set_ylim)(*ends)
    if axis.numeric:
        number_ticks(drawn, axis.unit, ends, log=axis.log)
    else:
        names = [shorter(axis.text(level), 14) for level in axis.levels]
        drawn.set_major_locator(FixedLocator(range(len(names))))
        drawn.set_ticklabels(names)
    drawn.set_label_text(label(axis))


def label(axis: Axis) -> str:
    """Label of an axis with unit and scale, in as many lines as it needs."""
    unit = UNITS[axis.unit].label if axis.numeric else ""
    text = f"{axis.label}, {unit}" if unit else axis.label
    return "\n".join(textwrap.wrap(text + (" (log)" if axis.log else ""), LONGEST_LABEL))


def number_ticks(drawn: Drawn, unit: str, ends: tuple[float, float], *, log: bool) -> None:
    """A handful of round values, the same way on every figure."""
    if log:
        drawn.set_major_locator(FixedLocator(round_values(*ends, MOST_TICKS)))
        drawn.set_minor_locator(NullLocator())
    else:
        drawn.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    drawn.set_major_formatter(FuncFormatter(lambda value, _: tick(value, unit)))


def round_values(low: float, high: float, most: int) -> Sequence[float]:
    """Round values between positive ends on a logarithmic scale, as dense as ``most`` allows."""
    powers = range(floor(log10(low)), ceil(log10(high)) + 1)
    found: list[float] = []
    for steps in LOG_STEPS:
        found = [
            value for p in powers for s in steps if low <= (value := float(f"{s}e{p}")) <= high
        ]
        if len(found) <= most:
            break
    if len(found) < 2:
        return [v for v in MaxNLocator(4).tick_values(low, high) if low <= v <= high]
    return found[:: ceil(len(found) / most)]


def tick(value: float, unit: str) -> str:
    """A round value without its unit; a share in percent."""
    if unit == "share":
        return f"{100 * value:.6g}%".replace("-", formats.MINUS)
    if abs(value) >= 1e4:
        return formats.number(value, unit)
    return f"{value:.6g}".replace("-", formats.MINUS)


def shorter(text: str, most: int) -> str:
    """Text that ends in an ellipsis where it is longer than ``most``."""
    return text if len(text) <= most else text[: most - 1] + "\N{HORIZONTAL ELLIPSIS}"
