"""One varied name: its values in a grid, and its value at each quantile in a sample."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy import special

from token_exports.assumptions import Assumption, Assumptions
from token_exports.sweep import values
from token_exports.sweep.beliefs import Context, believed
from token_exports.sweep.spec import ASSUMED, Range, Stated, SweepError
from token_exports.sweep.values import Plain

DIGITS = 12  # of a step between two round ends: 0.12, not 0.12000000000000001
EDGE = 2.0**-31  # half a cell of Sobol's points; the normal quantile has no value at 0 and 1

Uniform = NDArray[np.float64]


class Axis(Protocol):
    """Values of one name."""

    def grid(self) -> list[Plain]:
        """Every value of a grid, in order, none twice."""

    def at(self, quantile: Uniform) -> NDArray[Any]:
        """Value at each quantile from 0 to 1: float64, or objects where it is no number."""

    def words(self, unit: str) -> str:
        """The values in words, with their unit."""


@dataclass(frozen=True)
class Choices:
    """Stated values, each equally likely."""

    values: tuple[Plain, ...]

    def grid(self) -> list[Plain]:
        """All of them."""
        return list(self.values)

    def at(self, quantile: Uniform) -> NDArray[Any]:
        """Value whose equal part of 0 to 1 holds the quantile."""
        numbers = np.minimum((quantile * len(self.values)).astype(int), len(self.values) - 1)
        return np.asarray(column(self.values)[numbers])

    def words(self, unit: str) -> str:
        """All of them."""
        listed = (f"{v:g}" if type(v) is float else values.written(v) for v in self.values)
        return f"{', '.join(listed)} {unit}".rstrip()


@dataclass(frozen=True)
class Span:
    """Anything between two numbers, evenly or evenly on a log scale; whole where it counts."""

    stated: Range
    whole: bool

    def grid(self) -> list[Plain]:
        """Steps from end to end, whole numbers at the nearest."""
        stated = self.stated
        space = np.geomspace if stated.scale == "log" else np.linspace
        steps = space(stated.low, stated.high, stated.steps or 2)
        if self.whole:
            return [int(step) for step in np.rint(steps)]
        return [float(f"{step:.{DIGITS}g}") for step in steps]

    def at(self, quantile: Uniform) -> NDArray[Any]:
        """Uniform, or uniform in the logarithm; every whole number has its equal part."""
        low, high = self.stated.low, self.stated.high
        if self.whole:
            low, high = low - 0.5, high + 0.5
        if self.stated.scale == "log":
            found = np.exp(np.log(low) + quantile * (np.log(high) - np.log(low)))
        else:
            found = low + quantile * (high - low)
        found = np.clip(found, low, high)
        if not self.whole:
            return np.asarray(found)
        nearest = np.clip(np.rint(found), self.stated.low, self.stated.high)
        return np.asarray(nearest.astype(np.int64), dtype=object)

    def words(self, unit: str) -> str:
        """Both ends, steps and scale."""
        ends = f"{self.stated.low:g} to {self.stated.high:g} {unit}".rstrip()
        steps = f", {self.stated.steps} steps" if self.stated.steps else ""
        return ends + steps + (", log scale" if self.stated.scale == "log" else "")


@dataclass(frozen=True)
class Belief:
    """What a report believes of an assumption: the distribution that it draws from."""

    row: Assumption

    def grid(self) -> list[Plain]:
        """The 5%, 50% and 95% points."""
        return [self.row.low, self.row.central, self.row.high]

    def at(self, quantile: Uniform) -> NDArray[Any]:
        """Quantile of the belief."""
        return self.row.at(special.ndtri(np.clip(quantile, EDGE, 1 - EDGE)))

    def words(self, unit: str) -> str:
        """The three points, and what they belong to."""
        points = f"assumed: {self.row.low:g}, {self.row.central:g}, {self.row.high:g} {unit}"
        return points.rstrip() + (f" ({self.row.variant})" if self.row.variant else "")


def column(found: Sequence[Plain | None]) -> NDArray[Any]:
    """Column of points: numbers of assumptions as float64, anything else as plain objects.

    Where one value is a range all are text, so that a column has one type. A point that leaves
    the name out has no value there.
    """
    stated = [value for value in found if value is not None]
    if stated and all(type(value) is float for value in stated):
        return np.array([np.nan if value is None else value for value in found])
    if any(type(value) is float for value in stated):
        found = [values.written(value) if type(value) is float else value for value in found]
    cells = np.empty(len(found), dtype=object)
    cells[:] = found
    return cells


def axis(name: str, stated: Stated, context: Context) -> Axis:
    """Values of a name.

    Raises
    ------
    ParameterError
        Unknown name, or a value that a report would refuse.
    SweepError
        A form that the name cannot have.
    """
    found: Axis
    if stated == ASSUMED:
        return Belief(believed(name, context))
    if isinstance(stated, Range):
        found = _span(name, stated, context.known)
    else:
        found = Choices(tuple(values.checked(name, v, context.known) for v in stated))
    listed = found.grid()
    if len(set(listed)) < len(listed):
        twice = next(value for value in listed if listed.count(value) > 1)
        raise SweepError(f"{name}: the value {values.written(twice)} stands twice")
    return found


def _span(name: str, stated: Range, known: Assumptions) -> Span:
    whole = values.is_whole(name)
    if values.is_parameter(name) and not whole:
        raise SweepError(f"{name} has no range: give a list of values; {values.allowed(name)}")
    for end in (stated.low, stated.high):
        values.checked(name, end, known)
    return Span(stated, whole)
