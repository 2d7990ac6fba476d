"""The rule that judges a claim. No verdict is ever typed.

A claim states its value, relation and tolerance, and its bases (which computed result, under
which definition) before any result is known. On each basis it is *supported* if the central value
lies in the stated band, *within-uncertainty* if only the interval reaches the band, and
*contradicted* if it does not. Where the bases disagree the claim *depends-on-basis*. A claim
without a number is *cited*: for, against or mixed, by the direction of its evidence rows.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from token_exports.uncertainty import Interval, Kind

FLOAT_NOISE = 1e-12  # the last digit of a float decides nothing


class Verdict(StrEnum):
    """What the data say of a claim."""

    SUPPORTED = "supported"
    WITHIN_UNCERTAINTY = "within-uncertainty"
    CONTRADICTED = "contradicted"
    DEPENDS_ON_BASIS = "depends-on-basis"
    CITED_FOR = "cited: for"
    CITED_AGAINST = "cited: against"
    CITED_MIXED = "cited: mixed"
    NOT_CHECKABLE = "not-checkable"


@dataclass(frozen=True)
class Claim:
    """A number the essay states, with how near a result must come to support it."""

    claim_id: str
    stated_value: float
    relation: str  # equal, at_least, at_most
    tolerance_ratio: float
    unit: str = "ratio"

    @property
    def edges(self) -> tuple[float, float]:
        """Smallest and largest value that the statement covers."""
        slack = abs(self.stated_value) * self.tolerance_ratio
        low, high = self.stated_value - slack, self.stated_value + slack
        if self.relation == "at_least":
            return low, float("inf")
        if self.relation == "at_most":
            return -float("inf"), high
        return low, high

    @property
    def band(self) -> tuple[float, float]:
        """The edges, wider by the last digit of a float."""
        noise = abs(self.stated_value) * FLOAT_NOISE
        return self.edges[0] - noise, self.edges[1] + noise


JUDGED = (
    Verdict.CONTRADICTED,
    Verdict.WITHIN_UNCERTAINTY,
    Verdict.SUPPORTED,
    Verdict.DEPENDS_ON_BASIS,
)
"""What a number can come to; its place here stands for it in a column of points."""


def judge_basis(claim: Claim, computed: Interval) -> Verdict:
    """Verdict of one claim on one basis.

    Bounds are limits, not beliefs: a middle that nobody measured must not decide, so both have to
    lie in the stated band.
    """
    return JUDGED[int(_places(claim, computed))]


def _places(claim: Claim, computed: Interval) -> NDArray[np.int8]:
    low, high = claim.band
    limits = computed.kind is Kind.BOUNDS
    decisive = (computed.low, computed.high) if limits else (computed.central,)
    inside = np.logical_and.reduce([(low <= value) & (value <= high) for value in decisive])
    touching = (computed.low <= high) & (computed.high >= low)
    return np.where(inside, 2, np.where(touching, 1, 0)).astype(np.int8)


def judge(claim: Claim, computed: Mapping[str, Interval]) -> Verdict:
    """Verdict of one claim over all its bases.

    Parameters
    ----------
    claim
        What is stated.
    computed
        Basis to result; a claim without results is not checkable.
    """
    found = {judge_basis(claim, result) for result in computed.values()}
    if not found:
        return Verdict.NOT_CHECKABLE
    return found.pop() if len(found) == 1 else Verdict.DEPENDS_ON_BASIS


def judge_points(claim: Claim, computed: Sequence[Interval], points: int) -> NDArray[np.int8]:
    """Verdicts of one claim at many points.

    Parameters
    ----------
    claim
        What is stated.
    computed
        All bases, at least one; ends are numbers or have the shape (points, 1).
    points
        How many there are.

    Returns
    -------
    ndarray
        Place in ``JUDGED`` at each point, -1 where a basis has no value.
    """
    shape = (points, 1)
    places = np.stack([np.broadcast_to(_places(claim, one), shape) for one in computed])
    unknown = [np.isnan(one.central + one.low + one.high) for one in computed]
    missing = np.any([np.broadcast_to(one, shape) for one in unknown], axis=0)
    found = np.where((places == places[0]).all(axis=0), places[0], len(JUDGED) - 1)
    return np.where(missing, -1, found).astype(np.int8)[:, 0]


def judge_cited(directions: set[str]) -> Verdict:
    """Verdict of a claim without a number, from the directions of its evidence."""
    speaking = directions & {"for", "against"}
    if not speaking:
        return Verdict.NOT_CHECKABLE
    if len(speaking) == 2:
        return Verdict.CITED_MIXED
    return Verdict.CITED_FOR if "for" in speaking else Verdict.CITED_AGAINST
