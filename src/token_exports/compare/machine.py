"""A comparison as plain values for machines, whole and in a fixed order."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from token_exports.compare.comparison import Comparison
from token_exports.compare.moves import Move
from token_exports.compare.reports import MADE_FROM, Finished
from token_exports.compare.verdicts import STATED, Flip, Turn
from token_exports.results import Recorded

FOUND = ("verdict", "central", "low", "high")


def plain(compared: Comparison) -> dict[str, Any]:
    """Everything a comparison says; what a report lacks is None."""
    return {
        "before": _report(compared.before),
        "after": _report(compared.after),
        "settings": [{**asdict(s), "notebooks": sorted(s.notebooks)} for s in compared.settings],
        "quantity_count": compared.quantity_count,
        "quantities": [
            {**move_row(move), "because": compared.because(move)} for move in compared.moves
        ],
        "headlines": [move.result for move in compared.headlines],
        "answers": [
            {"notebook": after["notebook"], "before": before["answer"], "after": after["answer"]}
            for before, after in compared.answers
        ],
        "claims": [turn_row(turn) for turn in compared.turns],
        "inputs": [asdict(change) for change in compared.inputs],
        "figures": {
            "same": [pair.stem for pair in compared.pictures if pair.same],
            "differ": [p.stem for p in compared.pictures if not p.same and p.before and p.after],
            "only_before": [p.stem for p in compared.pictures if not p.after],
            "only_after": [p.stem for p in compared.pictures if not p.before],
        },
    }


def move_row(move: Move) -> dict[str, Any]:
    """One moved quantity."""
    return {
        "result": move.result,
        "label": move.row.label,
        "unit": move.row.unit,
        "headline": move.row.headline,
        "before": _interval(move.before),
        "after": _interval(move.after),
        "difference": move.difference,
        "relative_share": move.relative_share,
        "interval_ratio": move.interval_ratio,
        "apart": move.apart,
    }


def turn_row(turn: Turn) -> dict[str, Any]:
    """One claim that is judged differently, or of which a basis is."""
    before, after = turn.verdicts
    return {
        "claim_id": turn.row["claim_id"],
        "statement": turn.row["statement"],
        **{name: turn.row.get(name) for name in STATED},
        "before": before or None,
        "after": after or None,
        "changed": turn.changed,
        "restated": turn.restated,
        "basis_count": turn.basis_count,
        "flips": [_flip(flip) for flip in turn.flips],
    }


def _report(report: Finished) -> dict[str, Any]:
    return {"name": report.name, **{key: report.made_from[key] for key in MADE_FROM}}


def _interval(row: Recorded | None) -> dict[str, Any] | None:
    return {k: getattr(row, k) for k in ("central", "low", "high", "kind")} if row else None


def _flip(flip: Flip) -> dict[str, Any]:
    names = ("basis_id", "basis", "role", "result")
    ends = {"before": _found(flip.before), "after": _found(flip.after)}
    return {**{name: flip.row[name] for name in names}, "unit": flip.unit, **ends}


def _found(row: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return {name: row[name] for name in FOUND} if row else None
