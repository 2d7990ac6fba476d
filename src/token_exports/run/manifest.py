"""What a report was made from and what it consists of.

``manifest.json`` holds only what the same commit, data and parameters reproduce; times and the
machine stand apart in ``run.json``.
"""

import datetime as dt
import importlib.metadata
import platform
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

import token_exports
from token_exports import data, paths
from token_exports.run import fingerprint, status
from token_exports.run.notebooks import Outcome
from token_exports.scenarios import Settings

LIBRARIES = (
    "ipykernel",
    "latex2mathml",
    "matplotlib",
    "nbconvert",
    "numpy",
    "pandas",
    "papermill",
    "pydantic",
    "seaborn",
    "sympy",
)
RECORDS = {"manifest.json", "ro-crate-metadata.json", "run.json", "runs.html", "report.html"}
"""Files about the run or made of all others, so their hashes cannot stand among the others'."""


def sources(settings: Settings) -> dict[str, Any]:
    """Commit, versions, parameters with their origin, and the hash of every input file.

    Without git, as in a source archive, ``commit`` and ``uncommitted_changes`` are None and the
    date is that of the version.
    """
    revision = status.revision()
    commit = revision.rstrip("+") or None
    return {
        "project": "token-exports",
        "version": token_exports.__version__,
        "commit": commit,
        "date": _day(commit),
        "uncommitted_changes": revision.endswith("+") if commit else None,
        "scenario": settings.scenario.name,
        "parameters": {k: p.model_dump(mode="json") for k, p in settings.notebooks.items()},
        "origin": dict(settings.origin),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "inputs": fingerprint.facts(settings.scenario.name),
    }


def outputs(folder: Path) -> dict[str, str]:
    """Hash of every file of a finished report, but for the records of the run itself."""
    hashes = fingerprint.tree_hashes(folder)
    return {name: digest for name, digest in hashes.items() if Path(name).name not in RECORDS}


def citation() -> dict[str, Any]:
    """Content of ``CITATION.cff``, or nothing where it is missing."""
    path = paths.root() / "CITATION.cff"
    return _parsed(path, path.stat().st_mtime_ns) if path.is_file() else {}


@lru_cache(maxsize=4)
def _parsed(path: Path, _changed: int) -> dict[str, Any]:
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


def record(started: dt.datetime, outcomes: list[Outcome]) -> dict[str, Any]:
    """When and where this run happened, and how long each notebook took."""
    return {
        "started": started.isoformat(timespec="seconds"),
        "duration_s": round((dt.datetime.now(dt.UTC) - started).total_seconds(), 2),
        "notebook_duration_s": {run.name: round(run.duration_s, 2) for run in outcomes},
        "reused": [run.name for run in outcomes if run.reused],
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


def _day(commit: str | None) -> str:
    """Day of the commit; without git that of the version, else of the tables."""
    if commit:
        return status.day(commit)
    return str(citation().get("date-released") or data.package()["created"])[:10]
