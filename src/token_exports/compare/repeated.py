"""Whether a run repeats committed results: numbers to a tolerance, everything else exactly."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from token_exports.compare.moves import Move, moves
from token_exports.compare.reports import Finished
from token_exports.compare.verdicts import Turn, turns

TOLERANCE_RATIO = 1e-9
"""Part of a quantity's largest end by which an end may differ: libraries sum in other orders."""


@dataclass(frozen=True)
class Verified:
    """What moved between the committed results and those of a new run."""

    moves: list[Move]
    turns: list[Turn]
    answers: list[tuple[str, str, str]]  # notebook, committed, new
    quantity_count: int
    verdict_count: int

    @property
    def same(self) -> bool:
        """Nothing moved beyond the tolerance."""
        return not (self.moves or self.turns or self.answers)


def against(committed: Finished, again: Finished) -> Verified:
    """Compare quantities to the tolerance, and verdicts, answers and names exactly."""
    answers = [_answers(side) for side in (committed, again)]
    return Verified(
        moves(committed.recorded, again.recorded, tolerance_ratio=TOLERANCE_RATIO),
        turns(committed.judged, again.judged),
        [
            (name, answers[0].get(name, ""), answers[1].get(name, ""))
            for name in {**answers[0], **answers[1]}
            if answers[0].get(name) != answers[1].get(name)
        ],
        sum(len(content["quantities"]) for content in committed.recorded),
        len(committed.judged.claims),
    )


def _answers(side: Finished) -> Mapping[str, Any]:
    return {content["notebook"]: content["answer"] for content in side.recorded}
