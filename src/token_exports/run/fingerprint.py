"""Hashes of all that a report is made from, without importing anything heavy.

Freshness is a matter of content, never of times: a clock that jumps changes nothing.
"""

import json
import os
import platform
import re
import site
import sys
import sysconfig
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from token_exports import paths

PACKAGE = Path(__file__).resolve().parents[1]
PACKAGE_NAME = "src/token_exports"
LOCK = "requirements.lock"
LISTED = "listing of "
CODE_DIGITS = 16
"""Of a hash of code, which tells whether it changed; tables and outputs have all 64."""
_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
_INSTALLED = re.compile(r"^(.+?)-([^-]+)\.dist-info$")


def file_hash(path: Path) -> str:
    """SHA-256 of a file, empty where there is none."""
    try:
        return sha256(path.read_bytes()).hexdigest()
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return ""


def tree_hashes(folder: Path) -> dict[str, str]:
    """Hash of every file below a folder, by its path from there."""
    return {path.relative_to(folder).as_posix(): file_hash(path) for path in _files(folder)}


def text_hash(content: Any) -> str:
    """SHA-256 of plain values, the same for the same values in any order of keys."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, default=str)
    return sha256(text.encode()).hexdigest()


def place(name: str) -> Path:
    """Path of an input from its name; the package may lie elsewhere than the repository."""
    if name == PACKAGE_NAME or name.startswith(PACKAGE_NAME + "/"):
        return PACKAGE / name[len(PACKAGE_NAME) :].lstrip("/")
    return paths.root() / name


def input_hash(name: str) -> str:
    """Hash of an input file, or of the names in a folder that was listed."""
    if name.startswith(LISTED):
        folder = place(name.removeprefix(LISTED))
        return text_hash(sorted(os.listdir(folder)) if folder.is_dir() else [])
    return file_hash(place(name))


def facts(scenario: str) -> dict[str, str]:
    """Hashes of tables, their description, the scenario and the notebooks."""
    root = paths.root()
    files = [
        *sorted(paths.data().glob("*.csv")),
        paths.data() / "datapackage.yaml",
        paths.data() / "scenarios" / f"{scenario}.yaml",
        *sorted(paths.notebooks().glob("*.ipynb")),
    ]
    return {path.relative_to(root).as_posix(): file_hash(path) for path in files}


def code() -> dict[str, str]:
    """Hashes of the package, of templates and of whatever else the pages are written from."""
    found = {
        f"{PACKAGE_NAME}/{path.relative_to(PACKAGE).as_posix()}": file_hash(path)[:CODE_DIGITS]
        for path in sorted(PACKAGE.rglob("*.py"))
    }
    root, reports = paths.root(), paths.reports()
    others = [
        *_files(reports / "template"),
        *_files(reports / "reference"),
        *_files(root / "docs", "*.md"),
        *_files(paths.data() / "scenarios", "*.yaml"),
        root / "CITATION.cff",
    ]
    return found | {
        path.relative_to(root).as_posix(): file_hash(path)[:CODE_DIGITS] for path in others
    }


def _files(folder: Path, pattern: str = "*") -> Iterable[Path]:
    return sorted(path for path in folder.rglob(pattern) if path.is_file())


def libraries() -> dict[str, str]:
    """Installed versions of the libraries that the lock names, by name."""
    found: dict[str, str] = {}
    for folder in dict.fromkeys([*_site_folders(), *sys.path]):
        if folder and os.path.isdir(folder):
            for name in os.listdir(folder):
                if parts := _INSTALLED.match(name):
                    found.setdefault(_normal(parts[1]), parts[2])
    lock = paths.root() / LOCK
    names = set(map(_normal, _PINNED.findall(lock.read_text()))) if lock.is_file() else set(found)
    return {name: found[name] for name in sorted(names) if name in found}


def _site_folders() -> list[str]:
    own = sysconfig.get_paths()
    return [own["purelib"], own["platlib"], *site.getsitepackages()]


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def python() -> str:
    """Interpreter and kind of machine: sums may differ in the last digit between two kinds."""
    return f"{platform.python_implementation()} {platform.python_version()} {platform.machine()}"


def switches() -> list[str]:
    """Options and variables that change how Python itself behaves, beside the usual ones."""
    usual = {"PYTHONHASHSEED", "PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE"}
    own = [f"{k}={v}" for k, v in os.environ.items() if k.startswith("PYTHON") and k not in usual]
    options = [f"-X {name}={value}" for name, value in sys._xoptions.items()]
    return sorted(own + options + [f"-W {option}" for option in sys.warnoptions])


def changed(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """One line for each input that is new, gone or different."""
    lines = []
    for name in sorted(before.keys() | now.keys()):
        if not before.get(name):
            lines += [f"{name} is new"] if now.get(name) else []
        elif not now.get(name):
            lines.append(f"{name} is gone")
        elif before[name] != now[name]:
            lines.append(f"{name} changed")
    return lines
