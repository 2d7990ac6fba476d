"""Points of a sweep by what they have in common, and the parts that workers are asked for."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.assumptions import Assumptions
from token_exports.sweep.quantities import base
from token_exports.sweep.quantities.group import Group
from token_exports.sweep.quantities.known import vectorised
from token_exports.sweep.work import Shared

if TYPE_CHECKING:
    from token_exports.sweep.plan import Plan


@dataclass(frozen=True)
class Members:
    """Points of one group in a part."""

    group: Group
    positions: NDArray[np.intp]
    needs: tuple[int, ...] = ()  # places among what the part needs


@dataclass(frozen=True)
class Part:
    """What a worker is asked for: points as columns, in their groups."""

    frame: pd.DataFrame  # indexed by point
    members: tuple[Members, ...]
    varied: frozenset[str]
    whole: bool  # groups differ: what no column moves is a column too
    keep: tuple[str, ...]


class Split:
    """The names of a plan by how they are computed, and its points by group."""

    def __init__(self, plan: "Plan") -> None:
        self.plan = plan
        numbers = [str(n) for n in plan.points if plan.points[n].dtype == np.float64]
        self.columns = [name for name in numbers if vectorised(name)]
        self.others = [str(n) for n in plan.points if str(n) not in self.columns]
        self.whole = bool(self.others)
        known = Assumptions()
        self._not_asked = {name for name in self.others if known.knows(name)} | {"n_draws"}

    def part(self, points: range) -> tuple[Part, tuple[Shared, ...]]:
        """Points with the groups they fall into, and the notebooks that these need."""
        frame = self.plan.points.iloc[points.start : points.stop]
        members = [(m, self.needs(m)) for m in self.groups(points)]
        needed = {need.key: need for _, needs in members for need in needs}
        order = list(needed)
        placed = tuple(
            replace(m, needs=tuple(order.index(need.key) for need in needs)) for m, needs in members
        )
        varied = frozenset(map(str, self.plan.points))
        part = Part(frame, placed, varied, self.whole, tuple(self.plan.spec.keep))
        return part, tuple(needed.values())

    def groups(self, points: range) -> list[Members]:
        """Points by what they have in common: values that are no columns, names left out."""
        frame = self.plan.points.iloc[points.start : points.stop]
        if not len(frame):
            return []
        known = frame[self.columns].notna()
        keys: list[Any] = [frame[name].map(repr) for name in self.others]
        keys += [known[name] for name in self.columns if not known[name].all()]
        numbers = pd.MultiIndex.from_arrays(keys).factorize()[0] if keys else np.zeros(len(frame))
        return [
            self._members(np.flatnonzero(numbers == n), points, known)
            for n in range(int(numbers.max()) + 1)
        ]

    def _members(self, positions: Any, points: range, known: pd.DataFrame) -> Members:
        first = int(positions[0])
        columns = tuple(name for name in self.columns if known[name].iloc[first])
        settings = self.plan.settings(points.start + first)
        own = tuple(s for s in settings if s.partition("=")[0] not in columns)
        return Members(Group(self.plan.spec.scenario, own, columns), positions)

    def needs(self, members: Members) -> tuple[Shared, ...]:
        """Notebooks of a group, with its parameters but no assumption that its points vary.

        They run with as many draws as in the report of the scenario: what no column moves is taken
        as it stands there, and is mostly kept from there.
        """
        asked = members.group.settings
        settings = (one for one in asked if one.partition("=")[0] not in self._not_asked)
        return base.needs(members.group.scenario, tuple(settings))
