"""Which recorded quantities moved, by how much, and whether their intervals still meet."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from token_exports.results import Recorded
from token_exports.uncertainty import Interval


@dataclass(frozen=True)
class Move:
    """A quantity that is another in the second report, new in it, or gone from it."""

    result: str  # <notebook>:<quantity>, as the claims name it
    before: Recorded | None
    after: Recorded | None

    @property
    def row(self) -> Recorded:
        """The quantity as the second report knows it, or the first where it is gone."""
        found = self.after or self.before
        assert found is not None
        return found

    @property
    def notebook(self) -> str:
        """Notebook that recorded it."""
        return self.result.partition(":")[0]

    @property
    def pair(self) -> tuple[Interval, Interval] | None:
        """Both values with their ends; None where one report lacks the quantity."""
        if self.before is None or self.after is None:
            return None
        return self.before.interval, self.after.interval

    @property
    def difference(self) -> float | None:
        """Second central value less the first, in the unit of the quantity."""
        return self.pair and self.pair[1].central - self.pair[0].central

    @property
    def relative_share(self) -> float | None:
        """Difference over the size of the first central value; None from zero."""
        if self.pair is None or self.difference is None or self.pair[0].central == 0:
            return None
        return self.difference / abs(self.pair[0].central)

    @property
    def interval_ratio(self) -> float | None:
        """Size of the difference over the wider of the two intervals; None without a width."""
        if self.pair is None or self.difference is None:
            return None
        width = max(value.high - value.low for value in self.pair)
        return abs(self.difference) / width if width else None

    @property
    def apart(self) -> bool:
        """The two intervals share no value; two exact values have no interval."""
        if self.pair is None or self.interval_ratio is None:
            return False
        before, after = self.pair
        return before.high < after.low or after.high < before.low

    @property
    def rank(self) -> tuple[bool, float, float, str]:
        """Place in a list: intervals apart first, then by the move over the larger value."""
        if self.pair is None:
            return (True, 0.0, 0.0, self.result)
        centre, *ends = (_part(*values) for values in zip(*map(_ends, self.pair), strict=True))
        return (not self.apart, -centre, -max(ends), self.result)


def moves(
    before: Iterable[Mapping[str, Any]],
    after: Iterable[Mapping[str, Any]],
    *,
    tolerance_ratio: float = 0.0,
) -> list[Move]:
    """Quantities that differ, the largest move first; new and vanished ones come last.

    Parameters
    ----------
    before, after
        What the notebooks of the two reports recorded.
    tolerance_ratio
        Ends that differ by no more than this part of the quantity's largest end are the same.
    """
    first, second = _rows(before), _rows(after)
    found = [Move(name, first.get(name), second.get(name)) for name in {**first, **second}]
    return sorted((m for m in found if not _same(m, tolerance_ratio)), key=lambda m: m.rank)


def _rows(recorded: Iterable[Mapping[str, Any]]) -> dict[str, Recorded]:
    return {
        f"{content['notebook']}:{row['name']}": Recorded(**row)
        for content in recorded
        for row in content["quantities"]
    }


def _same(move: Move, tolerance_ratio: float) -> bool:
    if move.pair is None:
        return False
    before, after = move.pair
    ends = list(zip(_ends(before), _ends(after), strict=True))
    slack = tolerance_ratio * max(abs(end) for pair in ends for end in pair)
    return before.kind is after.kind and all(abs(a - b) <= slack for a, b in ends)


def _ends(value: Interval) -> tuple[float, float, float]:
    return value.central, value.low, value.high


def _part(first: float, second: float) -> float:
    """Difference over the larger of two sizes, so that a move and its way back weigh the same."""
    size = max(abs(first), abs(second))
    return abs(second - first) / size if size else 0.0
