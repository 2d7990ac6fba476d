"""Points of a sweep as its page sees them: what varied, what was computed, what failed."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports import colours
from token_exports.figures.sweep_axis import Axis

DONE, VERDICT = "done", "verdict."
LOG_FROM_RATIO = 30.0
"""Largest over smallest value from which an axis is logarithmic where the sweep does not say."""
FEW_POINTS = 60
"""Up to so many points of a list or a sample each stand alone."""
MANY_POINTS = 200_000
"""More points than this are thinned for medians and the like, which would take long."""
MOST_LEVELS = 1000
"""Distinct values of an axis that are kept; of a sample there can be a million."""
Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """A computed quantity with its label and unit."""

    name: str
    label: str
    unit: str


@dataclass(frozen=True)
class Swept:
    """Record of a sweep, all its points, and those of them that were computed."""

    record: Mapping[str, Any]
    frame: pd.DataFrame

    @property
    def spec(self) -> Mapping[str, Any]:
        """The sweep as it was asked for."""
        return dict(self.record["spec"])

    @property
    def shown(self) -> Mapping[str, Any]:
        """What the page was asked to show."""
        return dict(self.spec.get("show") or {})

    @property
    def method(self) -> str:
        """How the points were chosen."""
        default = "list" if self.spec.get("points") else "grid"
        return str((self.spec.get("sample") or {}).get("method", default))

    @cached_property
    def done(self) -> pd.DataFrame:
        """Points that were computed."""
        return self.frame[self.frame["status"] == DONE].reset_index(drop=True)

    @cached_property
    def failed(self) -> pd.DataFrame:
        """Points that were tried and not computed."""
        return self.frame[self.frame["status"] != DONE].reset_index(drop=True)

    @cached_property
    def axes(self) -> list[Axis]:
        """Everything that was varied, in the order of the sweep."""
        return [self._axis(name) for name in varied(self.spec) if name in self.frame]

    @property
    def moving(self) -> list[Axis]:
        """Axes with more than one value."""
        return [axis for axis in self.axes if axis.count > 1]

    @property
    def is_grid(self) -> bool:
        """Whether every value of an axis meets every value of the others."""
        return self.method == "grid"

    @property
    def alone(self) -> bool:
        """Whether each point stands on its own: too few for bins."""
        return not self.is_grid and len(self.done) <= FEW_POINTS

    @cached_property
    def thinned(self) -> "Swept":
        """The same sweep with a part of its computed points, drawn at random, if there are many."""
        if len(self.done) <= MANY_POINTS or (self.is_grid and len(self.moving) <= 2):
            return self
        drawn = np.random.default_rng(0).choice(len(self.done), MANY_POINTS, replace=False)
        part = Swept(self.record, self.done.iloc[np.sort(drawn)].reset_index(drop=True))
        vars(part)["axes"] = self.axes  # those of all points
        return part

    def values(self, axis: Axis) -> Numbers:
        """Value of each computed point on an axis; of a category, the place of its level."""
        column = self.done[axis.name]
        if axis.numeric:
            return np.asarray(pd.to_numeric(column), dtype=float)
        codes, distinct = pd.factorize(column)
        order = {level: float(place) for place, level in enumerate(axis.levels)}
        places = np.array([*(order[_plain(value)] for value in distinct), np.nan])
        return np.asarray(places[codes])  # the code of a missing value is -1

    def of(self, quantity: str) -> Numbers:
        """Value of a column of numbers at each computed point, missing where it is no number."""
        found = np.asarray(self.done[quantity], dtype=float)
        return np.where(np.isfinite(found), found, np.nan)

    def quantity(self, name: str) -> Quantity:
        """A quantity by its name, whether it varies or not."""
        row = self.record.get("quantities", {}).get(name, {})
        return Quantity(name, str(row.get("label", name)), str(row.get("unit", "count")))

    def verdicts(self, claim: str) -> tuple[NDArray[np.int64], list[str]]:
        """Verdict of each computed point as a place among their names, negative where missing."""
        found = pd.Categorical(self.done[VERDICT + claim])
        rank = {name: place for place, name in enumerate(colours.VERDICTS)}
        names = sorted(map(str, found.categories), key=lambda n: (rank.get(n, len(rank)), n))
        codes = found.set_categories(names).codes
        return np.asarray(codes, dtype=np.int64), names

    @cached_property
    def claims(self) -> list[str]:
        """Claims that the dataset holds a verdict of."""
        names = (str(column) for column in self.frame.columns)
        return [name.removeprefix(VERDICT) for name in names if name.startswith(VERDICT)]

    def _axis(self, name: str) -> Axis:
        column = self.frame[name].dropna()
        asked = (self.spec.get("vary") or {}).get(name)
        first = pd.unique(column.head(MANY_POINTS // 10))
        if not self.is_grid and len(first) > MOST_LEVELS and is_numeric(first):
            levels = (float(column.min()), float(column.max()))
            return Axis(name, True, levels, len(column), log=_is_log(asked, levels))
        distinct = pd.unique(column)
        if is_numeric(distinct):
            ordered = np.sort(np.asarray(distinct, dtype=float))
            kept = ordered if len(ordered) <= MOST_LEVELS else ordered[[0, -1]]
            ends = tuple(kept.tolist())
            return Axis(name, True, ends, len(ordered), log=_is_log(asked, ends))
        listed = [_plain(v) for v in asked] if isinstance(asked, list) else []
        order = {value: place for place, value in enumerate(listed)}
        words = sorted(map(_plain, distinct), key=lambda v: (order.get(v, len(order)), v))
        return Axis(name, False, tuple(words), len(words))


def varied(spec: Mapping[str, Any]) -> list[str]:
    """Names that a sweep varies, in the order in which they were written."""
    points = spec.get("points") or []
    listed = {name: None for point in points for name in point}
    return list(spec.get("vary") or listed)


def is_numeric(values: Any) -> bool:
    """Whether all values are numbers; true and false are none."""
    if values.dtype != object:
        return len(values) > 0 and values.dtype.kind in "iuf"
    kinds = (int, float, np.integer, np.floating)
    return len(values) > 0 and all(
        isinstance(v, kinds) and not isinstance(v, bool | np.bool_) for v in values
    )


def _plain(value: Any) -> str:
    """Text of a value, as YAML writes a switch: what a dataset reads back may be another type."""
    return str(value).lower() if isinstance(value, bool | np.bool_) else str(value)


def _is_log(asked: Any, levels: tuple[float, ...]) -> bool:
    if levels[0] <= 0:
        return False
    if isinstance(asked, Mapping):
        return asked.get("scale") == "log"
    return levels[-1] / levels[0] > LOG_FROM_RATIO
