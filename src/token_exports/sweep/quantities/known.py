"""Assumptions over many points at once: what varies is a column, all else is as in a report.

A varied assumption has the shape (points, 1), draws of the others the shape (draws,). The model
functions are written value by value, so numpy's broadcasting gives (points, draws) exactly where a
result depends on both, and keeps small what does not.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from token_exports.assumptions import Assumption, Assumptions
from token_exports.models.accelerator_hour import ServingInputs

Column = NDArray[np.float64]

VECTORISED = frozenset(field.name for field in fields(ServingInputs)) | {
    "asic_lifetime_years",
    "cache_read_cost_ratio",
    "energy_j_per_token",
    "energy_kwh_per_mtok",
    "energy_penalty_ratio",
    "mining_operations_usd_per_kwh",
    "rental_usd_per_h",
    "served_in_china_share",
    "throughput_tok_per_s_per_gpu",
}
"""Assumptions that every model function here takes as columns. The others choose a layout, a batch
or a class of benchmarks, and are computed value by value."""


@dataclass(frozen=True)
class Varied(Assumption):
    """Assumption that is fixed at every point, at another value each."""

    def draw(self, n_draws: int, seed: int) -> Any:
        """Its value at each point, whatever the draw."""
        return self.central


@dataclass(frozen=True)
class Drawn(Assumption):
    """Assumption that no point varies; its draws are the same in every block and made once."""

    drawn: dict[tuple[int, int], Column] = field(default_factory=dict, compare=False)

    def draw(self, n_draws: int, seed: int) -> Column:
        """The same draws as in a report."""
        if (n_draws, seed) not in self.drawn:
            self.drawn[n_draws, seed] = super().draw(n_draws, seed)
        return self.drawn[n_draws, seed]


class PointAssumptions(Assumptions):
    """All rows, with the overrides of one run and columns of varied values.

    Parameters
    ----------
    known
        As in a report.
    varied
        ``parameter`` or ``parameter.region`` to values of shape (points, 1).
    found
        Rows that were looked up for other points of the same run and columns.
    """

    def __init__(
        self, known: Assumptions, varied: Mapping[str, Column], found: dict[Any, Drawn]
    ) -> None:
        self.rows = known.rows
        self.overrides = {k: v for k, v in known.overrides.items() if k not in varied}
        self.varied, self._found = dict(varied), found

    @property
    def stated(self) -> set[str]:
        """Names that are overridden, here or there."""
        return {*self.overrides, *self.varied}

    def row(self, parameter: str, region: str, variants: Collection[str] = ()) -> Assumption:
        """As in a report; what no point varies is looked up once."""
        key = (parameter, region, frozenset(variants))
        if key in self._found:
            return self._found[key]
        row = super().row(parameter, region, variants)
        if isinstance(row, Varied):
            return row
        self._found[key] = Drawn(*(getattr(row, f.name) for f in fields(row)))
        return self._found[key]

    def varies(self, *parameters: str) -> bool:
        """Whether a column is one of these parameters, of any region."""
        return any(name.partition(".")[0] in parameters for name in self.varied)

    def overridden(self, row: Assumption, region: str) -> Assumption:
        """The row with the more specific of the overrides that name it."""
        for name in (f"{row.parameter}.{region}", row.parameter):
            if name in self.varied:
                column: Any = self.varied[name]
                return Varied(row.parameter, row.region, row.variant, column, column, column)
            if name in self.overrides:
                break
        return super().overridden(row, region)


def vectorised(name: str) -> bool:
    """Whether a varied name can be a column."""
    return name.partition(".")[0] in VECTORISED
