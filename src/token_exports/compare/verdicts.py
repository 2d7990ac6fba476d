"""Which verdicts two reports give differently, and which basis made the difference."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pandas as pd

from token_exports.uncertainty import Interval
from token_exports.units import unit_of

STATED = ["stated_value", "unit", "relation", "tolerance_ratio"]
"""Columns that say what a claim states; another value is another claim."""


@dataclass(frozen=True)
class Judged:
    """The claims of a report with their verdicts, and the bases each was judged on."""

    claims: pd.DataFrame
    bases: pd.DataFrame = field(default_factory=pd.DataFrame)

    @cached_property
    def by_claim(self) -> dict[str, dict[str, Any]]:
        """Row of each claim; missing is None."""
        return {row["claim_id"]: row for row in _records(self.claims)}

    @cached_property
    def by_basis(self) -> dict[str, dict[str, dict[str, Any]]]:
        """Rows of the bases of each claim."""
        found: dict[str, dict[str, dict[str, Any]]] = {}
        for row in _records(self.bases):
            found.setdefault(row["claim_id"], {})[row["basis_id"]] = row
        return found


@dataclass(frozen=True)
class Flip:
    """A basis with another verdict; the side on which it was not computed is None."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def row(self) -> Mapping[str, Any]:
        """The basis as the second report knows it, or the first where it is gone."""
        return _newest(self.before, self.after)

    @property
    def own(self) -> bool:
        """It is the reading closest to the essay's words."""
        return bool(self.row["role"] == "as_stated")

    @property
    def unit(self) -> str:
        """Unit of its result."""
        return unit_of(str(self.row["result"])) or "ratio"


@dataclass(frozen=True)
class Turn:
    """A claim whose verdict, or a basis of it, differs between two reports."""

    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    flips: tuple[Flip, ...] = ()
    basis_count: int = 0

    @property
    def row(self) -> Mapping[str, Any]:
        """The claim as the second report knows it, or the first where it is gone."""
        return _newest(self.before, self.after)

    @property
    def verdicts(self) -> tuple[str, str]:
        """Both verdicts; empty where a report lacks the claim."""
        before, after = (str(side["verdict"]) if side else "" for side in (self.before, self.after))
        return before, after

    @property
    def changed(self) -> bool:
        """The verdict over all bases is another."""
        return self.verdicts[0] != self.verdicts[1]

    @property
    def restated(self) -> bool:
        """The two reports do not test the same statement."""
        if not self.before or not self.after:
            return False
        return any(self.before.get(name) != self.after.get(name) for name in STATED)


def _newest(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Mapping[str, Any]:
    found = after or before
    assert found is not None
    return found


def turns(before: Judged, after: Judged) -> list[Turn]:
    """Claims judged differently, in the order of the essay; changed verdicts come first."""
    found = []
    for claim_id in {**after.by_claim, **before.by_claim}:
        first, second = (side.by_basis.get(claim_id, {}) for side in (before, after))
        flips = _flips(first, second)
        ends = (before.by_claim.get(claim_id), after.by_claim.get(claim_id))
        found.append(Turn(*ends, flips, len({**first, **second})))
    return sorted((t for t in found if t.changed or t.flips), key=lambda t: not t.changed)


def _flips(
    first: Mapping[str, Mapping[str, Any]], second: Mapping[str, Mapping[str, Any]]
) -> tuple[Flip, ...]:
    pairs = [(first.get(key), second.get(key)) for key in {**second, **first}]
    sides = [Flip(_computed(a), _computed(b)) for a, b in pairs]
    return tuple(flip for flip in sides if _verdict(flip.before) != _verdict(flip.after))


def _computed(row: Mapping[str, Any] | None) -> Mapping[str, Any] | None:
    return row if row and row["verdict"] else None


def _verdict(row: Mapping[str, Any] | None) -> str:
    return str(row["verdict"]) if row else ""


def found(row: Mapping[str, Any]) -> Interval:
    """What a report found on a basis."""
    return Interval(float(row["central"]), float(row["low"]), float(row["high"]))


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(key): value for key, value in row.items()} for row in plain.to_dict("records")]
