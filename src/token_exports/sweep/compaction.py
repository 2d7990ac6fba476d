"""Rewrite parts of a dataset: many small ones into one, or one without its failed points."""

from collections import defaultdict
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from token_exports.sweep import columns, dataset
from token_exports.sweep.dataset import Part
from token_exports.sweep.work import FAILED


def compact(folder: Path, key: str, part_points: int, n_points: int) -> None:
    """Merge the parts of every block of points that is complete.

    The wide part is written before the narrow ones are deleted; until then they are ignored.

    Parameters
    ----------
    folder
        Of the sweep.
    key
        Of the sweep.
    part_points
        Points of a block; only the last one may be shorter.
    n_points
        Points of the sweep.
    """
    blocks: dict[int, list[Part]] = defaultdict(list)
    for part in dataset.parts(folder, key):
        blocks[part.points[0][0] // part_points].append(part)
    for number, found in blocks.items():
        first = number * part_points
        size = min(part_points, n_points - first)
        if len(found) > 1 and sum(part.n_points for part in found) >= size:
            whole = columns.joined(dataset.rows(part) for part in found)
            if len(whole) == size:
                dataset.write(folder, key, whole)
    sweep_up(folder, key)


def sweep_up(folder: Path, key: str) -> None:
    """Delete parts that wider ones cover, and what a killed process left half written."""
    counting = {part.path for part in dataset.parts(folder, key)}
    place = folder / dataset.PARTS
    for path in [*place.glob("part-*.parquet"), *place.glob(".part-*")]:
        if path not in counting:
            path.unlink(missing_ok=True)


def forget_failed(folder: Path, key: str) -> None:
    """Take failed points out of their parts, so that they are missing and are computed again."""
    for part in dataset.parts(folder, key):
        if part.n_failed:
            table = dataset.rows(part)
            kept = table.filter(pc.not_equal(table[columns.STATUS], pa.scalar(FAILED)))
            if not len(kept) or dataset.write(folder, key, kept) != part.path:
                part.path.unlink()
