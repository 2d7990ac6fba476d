"""The points of a sweep as Parquet files: a part is there whole, or not at all.

``points/part-<first>-<last>.parquet``; its footer names the sweep and the points it holds, so what
there is can be told without reading a row. A part all of whose points stand in wider ones is
ignored: small parts can be merged, and a kill at any moment does no harm.
"""

import json
import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from token_exports.sweep import columns
from token_exports.sweep.work import FAILED

PARTS = "points"
NOTE = b"token_exports"


class DatasetError(ValueError):
    """A part of the points is damaged, or of another sweep."""


@dataclass(frozen=True)
class Part:
    """One file: which points it holds, as runs of first and last, and how many of them failed."""

    path: Path
    key: str
    points: tuple[tuple[int, int], ...]
    n_failed: int

    @property
    def n_points(self) -> int:
        """Number of its points."""
        return sum(last - first + 1 for first, last in self.points)


def write(folder: Path, key: str, table: pa.Table) -> Path:
    """Put one part into the dataset in a single step.

    Parameters
    ----------
    folder
        Of the sweep.
    key
        Of the sweep; it is written into the part.
    table
        Rows from ``columns``, sorted by point.
    """
    numbers = table[columns.POINT].to_numpy()
    failures = int(np.sum(table[columns.STATUS].to_numpy(zero_copy_only=False) == FAILED))
    note = {"key": key, "points": runs(numbers), "failed": failures}
    path = folder / PARTS / f"part-{numbers[0]:07d}-{numbers[-1]:07d}.parquet"
    _write(path, columns.noted(table, note))
    return path


def _write(path: Path, table: pa.Table) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    words = [f.name for f in table.schema if f.type != pa.float64() and f.type != pa.int64()]
    try:
        with new.open("wb") as file:
            pq.write_table(
                table,
                file,
                compression="zstd",
                use_dictionary=words,  # of numbers it takes four times as long, and more room
                write_statistics=[columns.POINT],
                write_page_checksum=True,
            )
            file.flush()
            os.fsync(file.fileno())
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


def runs(numbers: Any) -> list[tuple[int, int]]:
    """First and last of every run of consecutive numbers, which rise."""
    found = np.asarray(numbers, dtype="int64")
    if not len(found):
        return []
    breaks = np.flatnonzero(np.diff(found) != 1)
    firsts, lasts = found[np.r_[0, breaks + 1]], found[np.r_[breaks, len(found) - 1]]
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def parts(
    folder: Path, key: str | None = None, damaged: Callable[[Path], None] | None = None
) -> list[Part]:
    """Parts that count, the widest first: none whose points all stand in wider ones.

    Parameters
    ----------
    folder
        Of the sweep.
    key
        Of the sweep; without it that of the first part.
    damaged
        Called with each part that cannot be read, which then counts as absent.

    Raises
    ------
    DatasetError
        A part of another sweep; or a damaged one, where nobody is to be called.
    """
    found = []
    for path in sorted((folder / PARTS).glob("part-*.parquet")):
        part = _part(path)
        if part is not None:
            found.append(part)
        elif damaged is None:
            raise DatasetError(_broken(path))
        else:
            damaged(path)
    for part in found:
        if part.key != (key or found[0].key):
            raise DatasetError(f"{part.path} belongs to another sweep: move it away, or --fresh")
    return _counting(sorted(found, key=lambda part: (-part.n_points, part.path.name)))


def _part(path: Path) -> Part | None:
    with suppress(OSError, ValueError, KeyError, TypeError, pa.ArrowException):
        note = json.loads(pq.read_metadata(path).metadata[NOTE])
        points = tuple((int(first), int(last)) for first, last in note["points"])
        return Part(path, str(note["key"]), points, int(note["failed"]))
    return None


def _broken(path: Path) -> str:
    return f"{path} is damaged: delete it, and the same command computes its points again"


def _counting(found: Sequence[Part]) -> list[Part]:
    """Parts that hold at least one point which none before them holds."""
    seen = np.zeros(_size(found), dtype=bool)
    counting = []
    for part in found:
        if not all(seen[first : last + 1].all() for first, last in part.points):
            counting.append(part)
        _mark(seen, part)
    return counting


def _size(found: Iterable[Part]) -> int:
    return max((last + 1 for part in found for _, last in part.points), default=0)


def _mark(seen: Any, part: Part) -> None:
    for first, last in part.points:
        seen[first : last + 1] = True


def missing(found: Iterable[Part], n_points: int, part_points: int) -> list[range]:
    """Runs of points that no part holds, none of them across the border of two blocks."""
    seen = np.zeros(n_points, dtype=bool)
    for part in found:
        _mark(seen, part)
    return [
        range(start, min(last + 1, start - start % part_points + part_points))
        for first, last in runs(np.flatnonzero(~seen))
        for start in _starts(first, last, part_points)
    ]


def _starts(first: int, last: int, part_points: int) -> list[int]:
    border = first - first % part_points + part_points
    return [first, *range(border, last + 1, part_points)]


def rows(part: Part, names: Sequence[str] | None = None) -> pa.Table:
    """Rows of one part, or some of their columns.

    Raises
    ------
    DatasetError
        It is damaged.
    """
    try:
        with pq.ParquetFile(part.path, page_checksum_verification=True) as file:
            has = file.schema_arrow.names
            wanted = None if names is None else [n for n in dict.fromkeys(names) if n in has]
            return file.read(wanted)
    except (OSError, ValueError, pa.ArrowException):
        raise DatasetError(_broken(part.path)) from None


def read(folder: Path, names: Sequence[str] | None = None) -> pd.DataFrame:
    """Points of a sweep, finished or not, sorted by their number.

    Parameters
    ----------
    folder
        Of the sweep.
    names
        Columns to read beside ``point``; all of them by default. One that no part has is left out.

    Returns
    -------
    DataFrame
        A row per point; what a part does not have is missing. Verdicts are categories.

    Raises
    ------
    DatasetError
        A part is damaged or of another sweep.
    """
    wanted = None if names is None else [columns.POINT, *names]
    return columns.as_frame(columns.joined(rows(part, wanted) for part in parts(folder)))
