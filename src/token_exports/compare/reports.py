"""A finished report as it is read again: what it recorded, judged and was made from."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from token_exports import results
from token_exports.compare.settings import Given
from token_exports.compare.verdicts import Judged

MADE_FROM = ("scenario", "commit", "version", "python", "uncommitted_changes")
MADE_FROM_GROUPS = ("parameters", "origin", "libraries", "inputs")


class CompareError(ValueError):
    """A report that should be compared does not exist or is not whole."""


@dataclass(frozen=True)
class Finished:
    """Content of a finished report."""

    name: str
    folder: Path
    recorded: Sequence[Mapping[str, Any]]
    judged: Judged
    made_from: Mapping[str, Any]

    @property
    def given(self) -> Given:
        """Parameters and replaced assumptions with their origin."""
        return Given(self.made_from["parameters"], self.made_from["origin"])


def report(folder: Path, name: str = "") -> Finished:
    """Read the finished report in a folder.

    Parameters
    ----------
    folder
        Holds ``manifest.json``, ``results`` and ``tables``.
    name
        What to call it; the folder's own name where not given.

    Raises
    ------
    CompareError
        The folder holds no finished report, or not all of one.
    """
    made_from = _manifest(folder)
    recorded, judged = _read(folder / "results", folder / "tables")
    return Finished(name or folder.resolve().name, folder, recorded, judged, made_from)


def kept(folder: Path) -> Finished:
    """Read committed results: those of a report, without its pages and what it was made from.

    Raises
    ------
    CompareError
        The folder holds no results.
    """
    return Finished(folder.name, folder, *_read(folder, folder), {})


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / "manifest.json"
    try:
        found = dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise CompareError(f"{folder} holds no finished report: no manifest.json") from None
    except ValueError as fault:
        raise CompareError(f"{path} is no manifest: {fault}") from None
    missing = [key for key in (*MADE_FROM, *MADE_FROM_GROUPS) if key not in found]
    if missing:
        raise CompareError(f"{path} does not say: {', '.join(missing)}")
    return found


def _read(notebooks: Path, tables: Path) -> tuple[list[dict[str, Any]], Judged]:
    try:
        recorded = [results.load(path) for path in sorted(notebooks.glob("[0-9]*.json"))]
        frames = [pd.read_csv(tables / f"{name}.csv") for name in ("claims", "claim_bases")]
    except (OSError, ValueError) as fault:
        raise CompareError(f"{notebooks.parent} is no whole report: {fault}") from None
    if not recorded:
        raise CompareError(f"{notebooks} holds no results")
    return recorded, Judged(*frames)
