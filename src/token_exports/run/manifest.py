"""What a report was made from and what it consists of.

``manifest.json`` holds only what the same commit, data and parameters reproduce; times and the
machine stand apart in ``run.json``.
"""

import datetime as dt
import importlib.metadata
import platform
import subprocess
from hashlib import sha256
from pathlib import Path
from typing import Any

import token_exports
from token_exports import paths
from token_exports.run.execute import Executed
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
VOLATILE_FILES = {"manifest.json", "run.json", "runs.html", "report.html"}


def sources(settings: Settings) -> dict[str, Any]:
    """Commit, versions, parameters with their origin, and the hash of every input file."""
    root = paths.root()
    inputs = [
        *sorted(paths.data().glob("*.csv")),
        paths.data() / "datapackage.yaml",
        *sorted(paths.notebooks().glob("*.ipynb")),
    ]
    return {
        "project": "token-exports",
        "version": token_exports.__version__,
        "commit": _git("rev-parse", "HEAD"),
        "uncommitted_changes": bool(_git("status", "--porcelain")),
        "scenario": settings.scenario.name,
        "parameters": {k: p.model_dump(mode="json") for k, p in settings.notebooks.items()},
        "origin": dict(settings.origin),
        "python": ".".join(platform.python_version_tuple()[:2]),
        "libraries": {name: importlib.metadata.version(name) for name in LIBRARIES},
        "inputs": {path.relative_to(root).as_posix(): _hash(path) for path in inputs},
    }


def outputs(folder: Path) -> dict[str, str]:
    """Hash of every file of a finished report, but for the records of the run itself."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {
        path.relative_to(folder).as_posix(): _hash(path)
        for path in files
        if path.name not in VOLATILE_FILES
    }


def record(started: dt.datetime, executed: list[Executed]) -> dict[str, Any]:
    """When and where this run happened, and how long each notebook took."""
    return {
        "started": started.isoformat(timespec="seconds"),
        "duration_s": round((dt.datetime.now(dt.UTC) - started).total_seconds(), 2),
        "notebook_duration_s": {run.name: round(run.duration_s, 2) for run in executed},
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


def _hash(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _git(*arguments: str) -> str | None:
    command = ["git", "-C", str(paths.root()), *arguments]
    try:
        answer = subprocess.run(command, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return None  # a source archive has no history
    return answer.stdout.strip()
