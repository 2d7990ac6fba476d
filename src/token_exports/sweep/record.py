"""The record of a sweep, ``sweep.json``: what was asked for, how far it came, and when.

It is replaced in one step; the points themselves are the dataset's.
"""

import datetime as dt
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from token_exports.run import fingerprint
from token_exports.sweep.spec import MERELY_SHOWN

NAME = "sweep.json"
PROJECT, KIND = "token-exports", "sweep"
RUNNING, DONE, INTERRUPTED, STOPPED = "running", "done", "interrupted", "stopped"
_READ = ("src/token_exports/", "data/", "notebooks/")


class FolderError(ValueError):
    """The folder of a sweep holds something else, or another state of this sweep."""


def load(folder: Path) -> dict[str, Any] | None:
    """Record of the sweep in a folder, None where there is none."""
    with suppress(OSError, ValueError):
        content = json.loads((folder / NAME).read_text(encoding="utf-8"))
        if isinstance(content, dict) and content.get("project") == PROJECT:
            return content if content.get("kind") == KIND and "key" in content else None
    return None


def save(folder: Path, record: Mapping[str, Any]) -> None:
    """Replace the record."""
    new = folder / f".{NAME}.new"
    with new.open("w", encoding="utf-8") as file:
        file.write(json.dumps(record, indent=1, ensure_ascii=False, default=str) + "\n")
        file.flush()
        os.fsync(file.fileno())
    new.replace(folder / NAME)


def inputs(scenario: str) -> dict[str, str]:
    """Hashes of what a sweep may read and of the code that computes it, by name."""
    found = {**fingerprint.facts(scenario), **fingerprint.code(), **fingerprint.libraries()}
    return {k: v for k, v in found.items() if k.startswith(_READ) or "/" not in k}


def require_ours(folder: Path) -> dict[str, Any] | None:
    """Record in a folder that a sweep may write to, None where it is new.

    Raises
    ------
    FolderError
        A file stands there, or a folder with something else in it.
    """
    if not folder.exists():
        return None
    found = load(folder) if folder.is_dir() else None
    if found is None and (not folder.is_dir() or any(folder.iterdir())):
        raise FolderError(
            f"{folder} exists and is no sweep of this project: name a new or empty folder (--out)"
        )
    return found


def require_same(folder: Path, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Refuse to go on with a sweep whose content would be another one now.

    Raises
    ------
    FolderError
        Says what differs.
    """
    if before["key"] == now["key"]:
        return
    lines = _differing_keys(before.get("spec") or {}, now["spec"])
    lines += fingerprint.changed(before.get("inputs") or {}, now["inputs"])
    shown = "; ".join(lines[:5]) + (f"; and {len(lines) - 5} more" if len(lines) > 5 else "")
    counts = before.get("counts") or {}
    raise FolderError(
        f"{folder} holds {counts.get('done', 0):,} points of this sweep as it was before"
        f" ({shown or 'its points or its surroundings changed'}): --fresh deletes them and starts"
        " over, --out names another folder"
    )


def _differing_keys(before: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    names = sorted((before.keys() | now.keys()) - MERELY_SHOWN)
    return [f"{name} of the file changed" for name in names if before.get(name) != now.get(name)]


def delete(folder: Path) -> None:
    """Delete a sweep of ours; one that is killed meanwhile leaves nothing half deleted in place."""
    require_ours(folder)
    old = _aside(folder)
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.rename(old)
    shutil.rmtree(old, ignore_errors=True)


def _aside(folder: Path) -> Path:
    return folder.with_name(f".old-{folder.name}")


def now() -> str:
    """The present moment, as it stands in the record."""
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
