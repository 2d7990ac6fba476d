"""The tables of claims and bases with what this run found: verdict and flip condition."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pandas as pd

from token_exports import data
from token_exports.claims.flips import Basis
from token_exports.claims.rule import Claim, Verdict, judge, judge_cited
from token_exports.claims.words import basis_text, condition
from token_exports.uncertainty import Interval

_FOUND = ("central", "low", "high", "verdict", "flip_end", "flip_from", "flip_to", "flip_ratio")


def numeric() -> dict[str, Claim]:
    """Claims that a number tests, by their key, in the order of the essay."""
    claims = data.load("claims")
    columns = ["claim_id", "stated_value", "relation", "tolerance_ratio", "unit"]
    rows = claims.loc[claims["test"] == "number", columns].itertuples(index=False)
    return {row[0]: Claim(*row) for row in rows}


def bases(results: Mapping[str, Interval]) -> dict[str, list[Basis | None]]:
    """Bases of every claim that a number tests, in the order they were written down.

    Parameters
    ----------
    results
        ``<notebook>:<quantity>`` to its interval.

    Returns
    -------
    dict
        Claim to its bases; None stands for one that ``results`` does not hold.
    """
    stated = numeric()
    found: dict[str, list[Basis | None]] = {claim_id: [] for claim_id in stated}
    columns = ["claim_id", "basis", "role", "result"]
    for row in data.load("claim_bases")[columns].itertuples(index=False):
        claim_id, label, role, name = map(str, row)
        result = results.get(name)
        own = role == "as_stated"
        found[claim_id].append(Basis(stated[claim_id], label, own, result) if result else None)
    return found


def judge_bases(results: Mapping[str, Interval]) -> pd.DataFrame:
    """Every basis of every numeric claim with its result, verdict and flip condition.

    Parameters
    ----------
    results
        ``<notebook>:<quantity>`` to its interval.

    Returns
    -------
    DataFrame
        Rows of ``claim_bases`` with ``central``, ``low``, ``high``, ``verdict``; the value that
        decides next (``flip_end`` says which: central, lower or upper; ``flip_from``), the edge it
        would have to reach or pass (``flip_to``), the factor between them (``flip_ratio``, empty
        where none leads there) and ``flip`` in words. All are empty where the result was not
        recorded.
    """
    table = data.load("claim_bases")
    computed = bases(results)
    found = [_found(computed[str(claim_id)].pop(0)) for claim_id in table["claim_id"]]
    columns = pd.DataFrame(found, columns=[*_FOUND, "flip"], index=table.index)
    return pd.concat([table, columns], axis=1)


def _found(basis: Basis | None) -> dict[str, Any]:
    if basis is None:
        return {}
    move = basis.leaving or basis.inward
    assert move is not None  # a band has an edge
    ends = (basis.found.central, basis.found.low, basis.found.high, str(basis.verdict))
    way = (move.end or "central", move.value, move.edge, move.ratio)
    return {**dict(zip(_FOUND, (*ends, *way), strict=True)), "flip": basis_text(basis)}


def ledger(results: Mapping[str, Interval]) -> pd.DataFrame:
    """All claims with their verdict and what would turn it, in the order of the essay.

    Returns
    -------
    DataFrame
        Rows of ``claims`` with ``verdict`` and ``basis_count`` (results it was judged on);
        ``flip`` is computed where a number tests the claim.
    """
    claims, stated, planned = data.load("claims"), numeric(), bases(results)
    evidence = data.load("claim_evidence")
    directions: defaultdict[str, set[str]] = defaultdict(set)
    for claim_id, direction in zip(evidence["claim_id"], evidence["direction"], strict=True):
        directions[claim_id].add(direction)
    verdicts, counts, flips = [], [], []
    for claim_id, written in zip(claims["claim_id"], claims["flip"], strict=True):
        own = planned.get(claim_id)
        computed = [basis for basis in own or [] if basis]
        counts.append(len(computed))
        if own is None:
            verdicts.append(judge_cited(directions[claim_id]))
            flips.append(written)
        else:
            verdicts.append(judge(stated[claim_id], {b.label: b.found for b in computed}))
            flips.append(condition(computed, len(own) - len(computed)))
    said = [str(verdict) for verdict in verdicts]
    return claims.assign(flip=flips, verdict=said, basis_count=counts)


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
