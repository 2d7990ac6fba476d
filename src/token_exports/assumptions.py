"""Rows of ``assumptions.csv`` as the inputs of a model: central values, draws, overrides.

A model states what it needs as a frozen dataclass; the field name is the parameter name. A row
belongs to a region (``cn``, ``us`` or ``all``) and may belong to a variant (an accelerator, a price
class). The most specific row that fits is taken. An override replaces a row's three values: a
single number fixes the quantity, three numbers state a new range.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from math import isfinite
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from token_exports import data, uncertainty
from token_exports.units import UNITS, Quantity, unit_of

Inputs = TypeVar("Inputs")
OverrideValue = float | tuple[float, float, float]
Overrides = Mapping[str, OverrideValue]

FLOORS = {
    "pue_ratio": 1.0,  # a facility cannot draw less than the machines in it
    "cost_of_capital_share_per_year": 1e-4,  # the annuity has no value at exactly nothing
}


class AssumptionError(ValueError):
    """No row, several rows or an impossible value for a parameter."""


@dataclass(frozen=True)
class Assumption:
    """Belief about one parameter: its 5%, 50% and 95% points."""

    parameter: str
    region: str
    variant: str
    low: float
    central: float
    high: float

    @property
    def key(self) -> str:
        """Name of the row's stream of random draws."""
        return "/".join((self.parameter, self.region, self.variant))

    def draw(self, n_draws: int, seed: int) -> NDArray[np.float64]:
        """Values with the stated points; constant where the range has no width."""
        if self.low == self.high:
            return np.full(n_draws, self.central)
        return self.at(uncertainty.standard_normals(n_draws, seed, self.key))

    def at(self, z: NDArray[np.float64]) -> NDArray[np.float64]:
        """Values at standard normal points; the row needs a range."""
        if unit_of(self.parameter) == "share":
            return uncertainty.logit_normal(z, self.low, self.central, self.high)
        floor = FLOORS.get(self.parameter, 0.0)
        points = (self.low - floor, self.central - floor, self.high - floor)
        return floor + uncertainty.lognormal(z, *points)


class Assumptions:
    """All rows, with the overrides of one run.

    Parameters
    ----------
    overrides
        ``parameter`` or ``parameter.region`` to its new value or its new (low, central, high).

    Raises
    ------
    AssumptionError
        An override names no row or leaves the range its unit allows.
    """

    def __init__(self, overrides: Overrides | None = None) -> None:
        table = data.load("assumptions").fillna({"variant": ""})
        columns = ["parameter", "region", "variant", "low", "central", "high"]
        self.rows = [Assumption(*row) for row in table[columns].itertuples(index=False)]
        self.overrides = dict(overrides or {})
        for name, value in self.overrides.items():
            self.check_override(name, value)

    def names(self) -> list[str]:
        """Every name an override may use."""
        plain = {row.parameter for row in self.rows}
        regional = {f"{row.parameter}.{row.region}" for row in self.rows if row.region != "all"}
        return sorted(plain | regional | {f"{name}.{r}" for name in plain for r in ("cn", "us")})

    def knows(self, name: str) -> bool:
        """Whether an override may use this name."""
        return name in self.names()

    def check_override(self, name: str, value: OverrideValue) -> None:
        """Refuse an unknown name or an impossible value."""
        if not self.knows(name):
            plain = {row.parameter for row in self.rows}
            raise AssumptionError(f"no assumption {name!r}; {data.nearest(name, plain)}")
        low, high = limits(name.split(".")[0])
        points = value if isinstance(value, tuple) else (value,)
        inside = all(isfinite(p) and low <= p <= high for p in points)
        # a distribution through three points cannot start at the end of what is possible
        if len(points) > 1 and points[0] != points[-1]:
            inside = inside and low < points[0] and points[-1] < high
        if list(points) != sorted(points) or not inside:
            raise AssumptionError(
                f"{name} = {value}: must be finite, lie in {low:g} to {high:g} (within, for a"
                " range) and be in order low, central, high"
            )

    def row(self, parameter: str, region: str, variants: Collection[str] = ()) -> Assumption:
        """The most specific row for a parameter, with its override applied.

        Raises
        ------
        AssumptionError
            No row fits, or two rows fit equally well.
        """
        fits = [
            row
            for row in self.rows
            if row.parameter == parameter
            and row.region in (region, "all")
            and (not row.variant or row.variant in variants)
        ]
        if not fits:
            self._refuse(parameter, region, variants)
        ranked = sorted(fits, key=_specificity, reverse=True)
        if len(ranked) > 1 and _specificity(ranked[0]) == _specificity(ranked[1]):
            raise AssumptionError(
                f"{parameter} for {region}: both {ranked[0].key} and {ranked[1].key} fit"
            )
        return self.overridden(ranked[0], region)

    def _refuse(self, parameter: str, region: str, variants: Collection[str]) -> None:
        known = {row.parameter for row in self.rows}
        if parameter not in known:
            raise AssumptionError(f"no assumption {parameter!r}; {data.nearest(parameter, known)}")
        rows = [f"{r.region}/{r.variant}" for r in self.rows if r.parameter == parameter]
        raise AssumptionError(
            f"no row of {parameter} for {region} and variants {sorted(variants)}; rows: {rows}"
        )

    def overridden(self, row: Assumption, region: str) -> Assumption:
        """The row with the more specific of the overrides that name it."""
        for name in (f"{row.parameter}.{region}", row.parameter):
            if name in self.overrides:
                value = self.overrides[name]
                points = value if isinstance(value, tuple) else (value, value, value)
                return Assumption(row.parameter, row.region, row.variant, *map(float, points))
        return row

    def central(self, inputs: type[Inputs], region: str, variants: Collection[str] = ()) -> Inputs:
        """Inputs of a model at the central value of every row."""
        return inputs(**{n: self.row(n, region, variants).central for n in _names(inputs)})

    def draw(
        self,
        inputs: type[Inputs],
        region: str,
        variants: Collection[str] = (),
        *,
        n_draws: int,
        seed: int,
    ) -> Inputs:
        """Inputs of a model as arrays of ``n_draws`` values; regions share shared rows."""
        values: dict[str, Quantity] = {
            name: self.row(name, region, variants).draw(n_draws, seed) for name in _names(inputs)
        }
        return inputs(**values)


def limits(parameter: str) -> tuple[float, float]:
    """Smallest and largest value a parameter of that name can take."""
    unit = unit_of(parameter)
    if unit is None:
        raise AssumptionError(f"{parameter!r} does not end in a unit")
    if unit == "share":
        return 0.0, 1.0
    return FLOORS.get(parameter, max(0.0, UNITS[unit].minimum)), UNITS[unit].maximum


def _names(inputs: type[Any]) -> Iterable[str]:
    return (field.name for field in fields(inputs))


def _specificity(row: Assumption) -> tuple[bool, bool]:
    return bool(row.variant), row.region != "all"
