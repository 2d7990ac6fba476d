"""Flip conditions in words; every number in them is computed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from math import isclose
from typing import Any

import pandas as pd

from token_exports import formats
from token_exports.claims.flips import Basis, Move, longest, shortest
from token_exports.claims.rule import Claim, Verdict

COUNTED = {"count", "rank", "year"}  # one model more says more than a factor of 1.5
SMALLEST_FACTOR, SMALLEST_CHANGE = 0.1, 0.005  # less prints as a fraction, as a difference
MOST_LABELS, MOST_DIGITS = 3, 6
GROUPS = {
    Verdict.SUPPORTED: "Holds",
    Verdict.WITHIN_UNCERTAINTY: "In doubt",
    Verdict.CONTRADICTED: "Fails",
}


def stated_text(row: Mapping[str, Any]) -> str:
    """What the essay states, with the side on which it may be missed; empty without a number."""
    if row["test"] != "number" or pd.isna(row["stated_value"]):
        return ""
    words = {"at_least": "at least ", "at_most": "at most "}.get(str(row["relation"]), "")
    return words + formats.quantity(row["stated_value"], str(row["unit"]))


def band_text(claim: Claim) -> str:
    """The values that support a claim."""
    low, high = claim.edges
    least, most = (formats.quantity(end, claim.unit) for end in (low, high))
    if claim.relation == "at_least":
        return f"{least} or more"
    if claim.relation == "at_most":
        return f"{most} or less"
    return most if low == high else f"{formats.number(low, claim.unit)} to {most}"


def move_text(claim: Claim, move: Move, *, beyond: bool = False) -> str:
    """Where a value would have to come, as a multiple of what was found.

    Parameters
    ----------
    claim
        Gives the unit and the relation.
    move
        Value and edge.
    beyond
        The edge still belongs to the side where the value is, so it has to be passed.
    """
    end = f"with its {move.end} end " if move.end else ""
    side = "at"
    if beyond:
        low, high = claim.edges
        side = "other than" if low == high else "below" if move.edge == low else "above"
    if side == "other than" or isclose(move.value, move.edge):
        return f"{end}{side} the {formats.quantity(move.value, claim.unit)} found"
    here, there = _apart(move, claim.unit)
    return f"{end}{side} {there}, {_size(move, claim.unit)} the {here} found"


def _size(move: Move, unit: str) -> str:
    """How far a move goes: a factor, or a difference where a factor says nothing."""
    ratio = move.ratio
    if ratio is not None and unit not in COUNTED:
        if ratio < SMALLEST_FACTOR:
            return f"1/{formats.significant(1 / ratio)} of"
        if abs(ratio - 1) >= SMALLEST_CHANGE:
            return f"{formats.significant(ratio)} times"
    size, up = abs(move.difference), move.difference > 0
    if unit == "share":
        return f"{formats.significant(100 * size)} percentage points {'above' if up else 'below'}"
    shown = formats.significant(size) if unit == "ratio" else formats.number(size, unit)
    return f"{shown} {'more' if up else 'less'} than"


def _apart(move: Move, unit: str) -> tuple[str, str]:
    """Value and edge with as many digits as tell them apart."""
    for digits in range(3, MOST_DIGITS + 1):
        here, there = (formats.quantity(v, unit, digits) for v in (move.value, move.edge))
        if here != there:
            break
    return here, there


def basis_text(basis: Basis) -> str:
    """Flip condition of one basis."""
    claim = basis.claim
    if basis.leaving:
        return f"no longer supported {move_text(claim, basis.leaving, beyond=True)}"
    text = _way_in(basis)
    if basis.outward:
        text += f"; contradicted {move_text(claim, basis.outward, beyond=True)}"
    return f"supported {text}"


def condition(bases: Sequence[Basis], missing: int = 0, *, brief: bool = False) -> str:
    """Flip condition of a claim over its bases.

    Parameters
    ----------
    bases
        The computed ones, in order.
    missing
        How many were written down but not computed in this run.
    brief
        Count the bases that hold instead of naming them, and leave out what would merely put a
        claim in doubt.
    """
    if not bases:
        return "Needs a result: no basis was computed in this run."
    kinds = {basis.verdict for basis in bases}
    if len(bases) == 1:
        text = f"{basis_text(bases[0])}."
        text = text[0].upper() + text[1:]
    elif len(kinds) > 1:
        text = f"{_count(bases) if brief else _groups(bases)} {_agreement(bases)}"
    else:
        hold = Verdict.SUPPORTED in kinds
        text = _supported(bases) if hold else _unsupported(bases, brief=brief)
    return text + (f" Not computed in this run: {missing} more." if missing else "")


def _supported(bases: Sequence[Basis]) -> str:
    basis, move = _holder(bases, [basis.leaving for basis in bases], shortest)
    return (
        f"Holds on {_every(bases)} bases. No longer supported if the nearest to the edge,"
        f" {_name(basis)}, came {move_text(basis.claim, move, beyond=True)}."
    )


def _unsupported(bases: Sequence[Basis], *, brief: bool) -> str:
    """All in doubt or all against: what every basis would have to reach."""
    inward = [basis.inward for basis in bases]
    words: dict[str, list[str]] = {basis.label: [] for basis in bases if basis.own}
    for choose, word in ((shortest, "the nearest"), (longest, "the farthest")):
        words.setdefault(_holder(bases, inward, choose)[0].label, []).append(word)
    by_label = {basis.label: basis for basis in bases}
    ways = [
        f"{_name(by_label[label], *roles)} {_way_in(by_label[label], brief=brief)}"
        for label, roles in words.items()
    ]
    text = f"Supported if {_every(bases)} bases came to {band_text(bases[0].claim)}:"
    text = f"{text} {'; '.join(ways)}."
    if bases[0].verdict is Verdict.WITHIN_UNCERTAINTY:
        text += f" Contradicted if all left it: {_far(bases, 'outward')}."
    return text


def _every(bases: Sequence[Basis]) -> str:
    return "both" if len(bases) == 2 else f"all {len(bases)}"


def _way_in(basis: Basis, *, brief: bool = False) -> str:
    assert basis.inward is not None  # it does not support, so an edge is still to be reached
    near = move_text(basis.claim, basis.touching) if basis.touching and not brief else ""
    doubt = f" ({Verdict.WITHIN_UNCERTAINTY} {near})" if near else ""
    return move_text(basis.claim, basis.inward) + doubt


def _count(bases: Sequence[Basis]) -> str:
    held = sum(basis.verdict is Verdict.SUPPORTED for basis in bases)
    return f"Holds on {held or 'none'} of {len(bases)} bases."


def _groups(bases: Sequence[Basis]) -> str:
    """Bases by verdict; the largest group is only counted if it is long."""
    groups = {word: [b for b in bases if b.verdict is v] for v, word in GROUPS.items()}
    largest = max(reversed(groups), key=lambda word: len(groups[word]))
    parts = []
    for word, group in groups.items():
        others = word == largest and len(group) > MOST_LABELS
        labels = f"the other {len(group)}" if others else "; ".join(_name(b) for b in group)
        parts += [f"{word} on {labels}."] if group else []
    return " ".join(parts)


def _agreement(bases: Sequence[Basis]) -> str:
    """The longest of the moves after which all bases say the same, in each direction."""
    return (
        f"Supported if all came to {band_text(bases[0].claim)}: {_far(bases, 'inward')}."
        f" Contradicted if all left it: {_far(bases, 'outward')}."
    )


def _far(bases: Sequence[Basis], way: str) -> str:
    """The longest of the moves needed, with the basis that has to make it."""
    moves = [getattr(basis, way) for basis in bases]
    basis, move = _holder(bases, moves, longest)
    role = ["the farthest"] if sum(other is not None for other in moves) > 1 else []
    return f"{_name(basis, *role)} {move_text(basis.claim, move, beyond=way == 'outward')}"


def _holder(
    bases: Sequence[Basis],
    moves: Sequence[Move | None],
    choose: Callable[[Iterable[Move | None]], Move | None],
) -> tuple[Basis, Move]:
    chosen = choose(moves)
    assert chosen is not None
    return next(b for b, m in zip(bases, moves, strict=True) if m is chosen), chosen


def _name(basis: Basis, *roles: str) -> str:
    words = [*(["the essay's own"] if basis.own else []), *roles]
    about = f" ({', '.join(words)})" if words else ""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{basis.label}\N{RIGHT DOUBLE QUOTATION MARK}{about}"
