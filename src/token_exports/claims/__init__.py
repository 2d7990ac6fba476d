"""The essay's claims: the rule that judges them, what would turn a verdict, the tables of both."""

from token_exports.claims.flips import Basis, Move
from token_exports.claims.rule import (
    JUDGED,
    Claim,
    Verdict,
    judge,
    judge_basis,
    judge_cited,
    judge_points,
)
from token_exports.claims.tables import bases, judge_bases, ledger, numeric, verdict
from token_exports.claims.words import condition, stated_text

__all__ = [
    "JUDGED",
    "Basis",
    "Claim",
    "Move",
    "Verdict",
    "bases",
    "condition",
    "judge",
    "judge_bases",
    "judge_basis",
    "judge_cited",
    "judge_points",
    "ledger",
    "numeric",
    "stated_text",
    "verdict",
]
