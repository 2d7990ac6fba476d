"""What became of a refresh, source by source."""

from dataclasses import dataclass, field
from pathlib import Path

from token_exports.compare import Comparison
from token_exports.fetch.contract import Source
from token_exports.refresh.changes import Change
from token_exports.refresh.jumps import Jump

DONE, FAILED, SKIPPED = "done", "failed", "skipped"


@dataclass
class Outcome:
    """What became of one source."""

    source: Source
    state: str = DONE
    reason: str = ""
    changes: list[Change] = field(default_factory=list)
    jumps: list[Jump] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def rows_count(self) -> int:
        """Rows to append."""
        return sum(len(change.rows) for change in self.changes)


@dataclass
class Refreshed:
    """What became of all of it."""

    outcomes: list[Outcome]
    page: Path | None = None
    effects: Comparison | None = None
    files: list[str] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Whether any source failed."""
        return any(outcome.state == FAILED for outcome in self.outcomes)

    @property
    def rows_count(self) -> int:
        """Rows to append."""
        return sum(outcome.rows_count for outcome in self.outcomes)
