"""The essay's claims and the rule that judges them. No verdict is ever typed.

A claim states its value, relation and tolerance, and its bases (which computed result, under
which definition) before any result is known. On each basis it is *supported* if the central value
lies in the stated band, *within-uncertainty* if only the interval reaches the band, and
*contradicted* if it does not. Where the bases disagree the claim *depends-on-basis*. A claim
without a number is *cited*: for, against or mixed, by the direction of its evidence rows.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

import pandas as pd

from token_exports import data
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

    @property
    def band(self) -> tuple[float, float]:
        """Smallest and largest value that the statement covers."""
        slack = abs(self.stated_value) * (self.tolerance_ratio + FLOAT_NOISE)
        low, high = self.stated_value - slack, self.stated_value + slack
        if self.relation == "at_least":
            return low, float("inf")
        if self.relation == "at_most":
            return -float("inf"), high
        return low, high


def judge_basis(claim: Claim, computed: Interval) -> Verdict:
    """Verdict of one claim on one basis.

    Bounds are limits, not beliefs: a middle that nobody measured must not decide, so both have to
    lie in the stated band.
    """
    low, high = claim.band
    limits = computed.kind is Kind.BOUNDS
    decisive = (computed.low, computed.high) if limits else (computed.central,)
    if all(low <= value <= high for value in decisive):
        return Verdict.SUPPORTED
    if computed.low <= high and computed.high >= low:
        return Verdict.WITHIN_UNCERTAINTY
    return Verdict.CONTRADICTED


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


def judge_cited(directions: set[str]) -> Verdict:
    """Verdict of a claim without a number, from the directions of its evidence."""
    speaking = directions & {"for", "against"}
    if not speaking:
        return Verdict.NOT_CHECKABLE
    if len(speaking) == 2:
        return Verdict.CITED_MIXED
    return Verdict.CITED_FOR if "for" in speaking else Verdict.CITED_AGAINST


def judge_bases(results: Mapping[str, Interval]) -> pd.DataFrame:
    """Every basis of every numeric claim with its result and verdict.

    Parameters
    ----------
    results
        ``<notebook>:<quantity>`` to its interval.

    Returns
    -------
    DataFrame
        Rows of ``claim_bases`` with ``central``, ``low``, ``high`` and ``verdict``; the columns
        are empty where the result was not recorded.
    """
    claims = {c.claim_id: c for c in _numeric(data.load("claims"))}
    bases = data.load("claim_bases")
    rows = []
    for basis in bases.to_dict("records"):
        result = results.get(str(basis["result"]))
        ends: dict[str, object] = {"central": None, "low": None, "high": None, "verdict": None}
        if result is not None:
            verdict = judge_basis(claims[str(basis["claim_id"])], result)
            ends = {
                "central": result.central,
                "low": result.low,
                "high": result.high,
                "verdict": str(verdict),
            }
        rows.append({str(k): v for k, v in basis.items()} | ends)
    return pd.DataFrame(rows)


def ledger(results: Mapping[str, Interval]) -> pd.DataFrame:
    """All claims with their verdict, in the order of the essay.

    Returns
    -------
    DataFrame
        Rows of ``claims`` with ``verdict`` and ``basis_count`` (results it was judged on).
    """
    claims = data.load("claims")
    numeric = {c.claim_id: c for c in _numeric(claims)}
    bases = data.load("claim_bases")
    evidence = data.load("claim_evidence")
    directions: defaultdict[str, set[str]] = defaultdict(set)
    for claim_id, direction in zip(evidence["claim_id"], evidence["direction"], strict=True):
        directions[claim_id].add(direction)
    verdicts, counts = [], []
    for claim_id in claims["claim_id"]:
        own = [str(name) for name in bases[bases["claim_id"] == claim_id]["result"]]
        computed = {name: results[name] for name in own if name in results}
        counts.append(len(computed))
        verdicts.append(
            judge(numeric[claim_id], computed)
            if claim_id in numeric
            else judge_cited(directions[claim_id])
        )
    return claims.assign(verdict=[str(v) for v in verdicts], basis_count=counts)


def verdict(claim_id: str, results: Mapping[str, Interval]) -> Verdict:
    """Verdict of one numeric claim on those of its bases that ``results`` holds.

    Raises
    ------
    DataError
        No such claim.
    """
    table = ledger(results).set_index("claim_id")
    if claim_id not in table.index:
        raise data.DataError(f"no claim {claim_id!r}; {data.nearest(claim_id, table.index)}")
    return Verdict(str(table.loc[claim_id, "verdict"]))


def _numeric(claims: pd.DataFrame) -> list[Claim]:
    rows = claims[claims["test"] == "number"]
    columns = ["claim_id", "stated_value", "relation", "tolerance_ratio"]
    return [Claim(*row) for row in rows[columns].itertuples(index=False)]
