"""What differs, in words and numbers for people: the same in the terminal and on the page."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from token_exports import formats
from token_exports.claims import Claim, stated_text
from token_exports.claims.words import band_text
from token_exports.compare.moves import Move
from token_exports.compare.verdicts import Flip, Turn, found
from token_exports.results import Recorded

MOST_RELATIVE_SHARE = 10.0  # beyond it a factor says more than a percentage
ARROW = "\N{RIGHTWARDS ARROW}"


def value(row: Recorded | None) -> str:
    """A quantity with its interval; says so where a report lacks it."""
    return formats.interval(row.interval, row.unit) if row else "not recorded"


def exactly(row: Recorded | None) -> str:
    """A quantity with its ends in all digits that are kept, where a rounded one would not do."""
    if row is None:
        return "not recorded"
    ends = "" if row.low == row.high else f" ({row.low:.12g} to {row.high:.12g})"
    return f"{row.central:.12g}{ends}"


def difference(move: Move) -> str:
    """Absolute move with its sign and unit; shares move by percentage points."""
    if move.pair is None or move.difference is None:
        return "new" if move.before is None else "gone"
    if move.difference == 0:
        return "ends only"
    size, unit = abs(move.difference), move.row.unit  # two digits: it is a difference
    sign = "+" if move.difference > 0 else formats.MINUS
    if unit == "share":
        return f"{sign}{formats.significant(100 * size, 2)} points"
    return sign + formats.quantity(size, unit, 2)


def relative(move: Move) -> str:
    """Move as a part of the first value, or as a factor where it is many times that."""
    part = move.relative_share
    if part is None or move.pair is None:
        return "from zero" if move.difference else ""
    if abs(part) >= MOST_RELATIVE_SHARE:
        factor = move.pair[1].central / move.pair[0].central
        return f"{formats.significant(factor)}\N{MULTIPLICATION SIGN}"
    shown = formats.significant(100 * abs(part), 2)
    return f"{'+' if part > 0 else formats.MINUS if part else ''}{shown}%"


def against_interval(move: Move) -> str:
    """Move in widths of the wider of the two intervals."""
    if move.pair is None:
        return ""
    width = move.interval_ratio
    return "exact" if width is None else formats.significant(width, 2)


def stated(row: Mapping[str, Any]) -> str:
    """What a claim states, its tolerance, and the values that support it."""
    if pd.isna(row["stated_value"]) or row["stated_value"] is None:
        return ""
    tolerance = formats.number(row["tolerance_ratio"], "share")
    columns = ("claim_id", "stated_value", "relation", "tolerance_ratio", "unit")
    claim = Claim(*(row[name] for name in columns))
    text = stated_text(row)
    return f"{text}, tolerance {tolerance}: supported by {band_text(claim)}"


def basis(row: Mapping[str, Any] | None, unit: str) -> str:
    """What one report found on a basis."""
    return formats.interval(found(row), unit) if row else "not computed"


def flip(turned: Flip) -> str:
    """Verdict and value of a basis in both reports."""
    ends = [
        f"{side['verdict']} ({basis(side, turned.unit)})" if side else "not computed"
        for side in (turned.before, turned.after)
    ]
    own = ", the essay's own," if turned.own else ""
    name = f"\N{LEFT DOUBLE QUOTATION MARK}{turned.row['basis']}\N{RIGHT DOUBLE QUOTATION MARK}"
    return f"{name}{own} {ends[0]} {ARROW} {ends[1]}"


def reason(turn: Turn) -> str:
    """Why a claim is judged differently, in one sentence."""
    if turn.before is None or turn.after is None:
        return f"The claim is {'new' if turn.before is None else 'gone'}."
    if turn.flips:
        count = f"{len(turn.flips)} of {turn.basis_count} bases"
        text = f"{count} {'flips' if len(turn.flips) == 1 else 'flip'}."
    else:
        text = "No basis flips: the evidence or the number of bases is another."
    if turn.restated:
        text += f" Stated otherwise: {stated(turn.before)} {ARROW} {stated(turn.after)}."
    return text
