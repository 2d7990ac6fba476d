"""What an engine needs to know of a sweep: jobs, what several of them share, and their results.

Functions are named by their module, so that a worker needs nothing but the installed package.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from token_exports.sweep.plan import Plan

DONE, FAILED = "done", "failed"
ENDS = {"": "central", ".low": "low", ".high": "high"}
"""What is added to the name of a quantity, and the end of its interval in that column."""
ABOUT = ("label", "unit", "formula", "kind", "headline")
"""What the record of a sweep says of a quantity."""


def kept(name: str, patterns: Sequence[str]) -> bool:
    """Whether a quantity is kept; all are where there are no patterns."""
    return not patterns or any(fnmatchcase(name, pattern) for pattern in patterns)


@dataclass(frozen=True)
class Shared:
    """Work that several jobs need, done once: called as ``function(inputs, *arguments)``.

    ``key`` names its result; equal keys are equal results.
    """

    key: str
    function: Callable[..., Any]
    arguments: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Job:
    """One part of a sweep: called as ``function(inputs, *arguments, *results of its needs)``."""

    points: range
    function: Callable[..., "Finished"]
    arguments: tuple[Any, ...] = ()
    needs: Sequence[Shared] = ()


@dataclass(frozen=True)
class Finished:
    """Rows of a part, and files to keep beneath the folder of the sweep, by their name there."""

    table: "pd.DataFrame"
    files: Mapping[str, bytes] = field(default_factory=dict)


class Level(Protocol):
    """What is computed at each point."""

    def jobs(self, plan: "Plan", points: Sequence[range]) -> Iterable[Job]:
        """Jobs that compute these runs of points, no more than a part each."""

    def expected_s(self, plan: "Plan", workers: int) -> float | None:
        """Seconds that the whole plan takes on so many workers, None where nothing is known."""

    def described(self, plan: "Plan", folder: Path) -> Mapping[str, Any]:
        """``quantities``, ``constant`` and ``constant_verdicts`` of the record of the sweep.

        As far as what the folder holds can say; asked for as the sweep starts and as it ends.
        """
