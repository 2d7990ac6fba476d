"""What would turn a verdict: how far each basis is from the edge of the band that decides.

A basis comes to support a claim when the value that decides (the centre, of bounds the farther
end) reaches the band; it stops when that value passes the nearest edge; it contradicts when the
whole interval, judged by its nearer end, lies outside. Bases move by themselves: where several
must move, the longest way among them is named. Ways are compared by factor, and by difference
where a factor says nothing (zero, a negative value). The sentences made of this stand in
``words``.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, log

from token_exports.claims.rule import Claim, Verdict, judge_basis
from token_exports.uncertainty import Interval, Kind


@dataclass(frozen=True)
class Move:
    """A value of a basis and the edge of the band it would have to come to."""

    value: float
    edge: float
    end: str = ""  # lower, upper; empty for the centre

    @property
    def difference(self) -> float:
        """What the value would have to gain or, if negative, to lose."""
        return self.edge - self.value

    @property
    def ratio(self) -> float | None:
        """Factor by which the value would have to change, None where none leads there."""
        return self.edge / self.value if self.value > 0 and self.edge > 0 else None


@dataclass(frozen=True)
class Basis:
    """One computed basis of a claim."""

    claim: Claim
    label: str
    own: bool  # the reading closest to the essay's words
    found: Interval

    @property
    def verdict(self) -> Verdict:
        """Verdict on this basis alone."""
        return judge_basis(self.claim, self.found)

    @property
    def inward(self) -> Move | None:
        """Move after which the basis supports the claim; None if it does.

        Bounds need both ends in the band: of two moves the longer one.
        """
        (low, high), (least, most) = self.claim.edges, self.claim.band
        moves = [Move(v, low, end) for v, end in self._decisive if v < least]
        moves += [Move(v, high, end) for v, end in self._decisive if v > most]
        return longest(moves)

    @property
    def leaving(self) -> Move | None:
        """Shortest move after which a supporting basis no longer does; None if it does not."""
        if self.verdict is not Verdict.SUPPORTED:
            return None
        (least, lower), (most, upper) = self._decisive[0], self._decisive[-1]
        low, high = self.claim.edges
        return shortest(_limited(Move(least, low, lower), Move(most, high, upper)))

    @property
    def outward(self) -> Move | None:
        """Shortest move after which no part of the interval reaches the band; None if so now."""
        if self.verdict is Verdict.CONTRADICTED:
            return None
        low, high = self.claim.edges
        return shortest(
            _limited(
                Move(self.found.high, low, self._end("upper")),
                Move(self.found.low, high, self._end("lower")),
            )
        )

    @property
    def touching(self) -> Move | None:
        """Move of the nearer end after which a contradicting basis reaches the band."""
        if self.verdict is not Verdict.CONTRADICTED or self.found.low == self.found.high:
            return None
        low, high = self.claim.edges
        if self.found.high < low:
            return Move(self.found.high, low, "upper")
        return Move(self.found.low, high, "lower")

    @property
    def _decisive(self) -> list[tuple[float, str]]:
        if self.found.kind is Kind.BOUNDS and self.found.low < self.found.high:
            return [(self.found.low, "lower"), (self.found.high, "upper")]
        return [(self.found.central, "")]

    def _end(self, name: str) -> str:
        return name if self.found.low < self.found.high else ""


def _limited(*moves: Move) -> list[Move]:
    return [move for move in moves if isfinite(move.edge)]


def _way(moves: Sequence[Move]) -> Callable[[Move], float]:
    """Length of a move: by factor if every one of ``moves`` has a factor."""
    if all(move.ratio for move in moves):
        return lambda move: abs(log(move.edge / move.value))
    return lambda move: abs(move.difference)


def shortest(moves: Iterable[Move | None]) -> Move | None:
    """Nearest of the moves there are; of equal ones the first."""
    there = [move for move in moves if move is not None]
    return min(there, key=_way(there)) if there else None


def longest(moves: Iterable[Move | None]) -> Move | None:
    """Farthest of the moves there are; of equal ones the first."""
    there = [move for move in moves if move is not None]
    return max(there, key=_way(there)) if there else None
