"""Keep results as they come, in one process: rows, files, counts, and word of how it goes."""

import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from token_exports.sweep import columns, dataset
from token_exports.sweep.work import FAILED, Finished

if TYPE_CHECKING:
    from token_exports.sweep.plan import Plan

TELL_S, SAVE_S, FLUSH_S = 1.0, 5.0, 2.0
WIDE_POINTS = 100


@dataclass
class Counts:
    """Points done and failed, and seconds of work; ``total`` holds all points of the sweep."""

    total: int
    done: int = 0
    failed: int = 0
    worker_seconds: float = 0.0

    @property
    def left(self) -> int:
        """Points that are neither."""
        return self.total - self.done - self.failed


@dataclass
class Keeper:
    """Writes results into the folder of a sweep: wide ones as they come, others every two seconds.

    Attributes
    ----------
    folder, plan
        Of the sweep.
    counts
        Kept up to date; begins with what an earlier run has left.
    tell
        Called about once a second with done, failed, total, points per second and seconds left.
    save
        Called every few seconds to renew the record.
    per_file
        Points of the blocks that no part crosses.
    """

    folder: Path
    plan: "Plan"
    counts: Counts
    tell: Callable[[Mapping[str, Any]], None] = lambda state: None
    save: Callable[[], None] = lambda: None
    per_file: int = 10_000
    _rows: list[pd.DataFrame] = field(default_factory=list)
    _open: dict[int, "_Open"] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._types = columns.kinds(self.plan.points)
        self._began = time.monotonic()
        self._left_first = self.counts.left
        self._told = self._saved = self._flushed = self._began

    def done(self, points: range, finished: Finished, *, seconds: float, attempts: int) -> None:
        """Keep files and rows of a job: the files first, since the rows say that they are there."""
        for name, content in finished.files.items():
            _file(self.folder, name, content)
        self.counts.worker_seconds += seconds
        self._add(columns.finished(points, finished.table, seconds=seconds, attempts=attempts))

    def failed(self, points: range, error: str, *, attempts: int) -> None:
        """Record points that could not be computed."""
        self._add(columns.failed(points, error, attempts=attempts))

    def _add(self, rows: pd.DataFrame) -> None:
        self._rows.append(rows)
        if len(rows) >= WIDE_POINTS or time.monotonic() - self._flushed >= FLUSH_S:
            self.flush()

    def flush(self) -> None:
        """Write all rows that have come since the last time."""
        blocks: dict[int, list[pd.DataFrame]] = defaultdict(list)
        for rows in self._rows:
            blocks[int(rows.index[0]) // self.per_file].append(rows)
        self._rows.clear()
        for number, found in blocks.items():
            self._write(number, columns.typed(found, self.plan.points, self._types))
        self._flushed = time.monotonic()

    def _write(self, block: int, rows: pa.Table) -> None:
        """Write rows, together with the last narrow part of their block."""
        before = self._open.pop(block, None)
        table = columns.joined([before.table, rows]) if before else rows
        path = dataset.write(self.folder, self.plan.key, table)
        if before and before.path != path:
            before.path.unlink(missing_ok=True)
        if len(table) < WIDE_POINTS:
            self._open[block] = _Open(table, path)
        failed = int(np.sum(rows[columns.STATUS].to_numpy() == FAILED))
        self.counts.failed += failed
        self.counts.done += len(rows) - failed

    def shared(self, seconds: float) -> None:
        """Add what shared work took."""
        self.counts.worker_seconds += seconds

    def tick(self) -> None:
        """Tell how far it is, and renew the record, now and then."""
        now = time.monotonic()
        if self._rows and now - self._flushed >= FLUSH_S:
            self.flush()
        if now - self._told >= TELL_S:
            self._told = now
            self.tell(self.state())
        if now - self._saved >= SAVE_S:
            self._saved = now
            self.save()

    def state(self) -> dict[str, Any]:
        """How far the sweep is."""
        counts, took = self.counts, max(time.monotonic() - self._began, 1e-9)
        rate = (self._left_first - counts.left) / took
        return {
            "done": counts.done,
            "failed": counts.failed,
            "total": counts.total,
            "points_per_s": round(rate, 2),
            "left_s": round(counts.left / rate, 1) if rate else None,
        }


@dataclass(frozen=True)
class _Open:
    """A narrow part that may still grow, so that a point a job does not leave a file a point."""

    table: pa.Table
    path: Path


def _file(folder: Path, name: str, content: bytes) -> None:
    place = PurePosixPath(name)
    if place.is_absolute() or ".." in place.parts:
        raise ValueError(f"{name!r} lies outside the folder of the sweep")
    path = folder / place
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
