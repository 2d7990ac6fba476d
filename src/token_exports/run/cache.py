"""What notebooks gave, kept by content, so that nothing runs twice.

An entry belongs to the code cells of a notebook, its parameters, the library versions and the
modules that start a kernel; beside them it lists every file that the notebook read, with its hash.
It is used while all of these are as they were: a constructive trace. Text cells do not matter, the
current ones are put between the outputs. Every file of an entry is checked before it is used.
"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

from token_exports import paths, results
from token_exports.run import archive, fingerprint

FOLDER = "executed"
ENTRY = "entry.json"
NOTEBOOK = "notebook.ipynb"
MOST_ENTRIES = 24
"""Kept of each notebook; the longest unused are forgotten when a new one is kept."""
MOST_VARIABLE = "TOKEN_EXPORTS_MOST_KEPT"
"""Another limit for whoever works on many reports at once; the next run without it trims."""
ENGINE = ["__init__.py", *(f"run/{name}.py" for name in ("__init__", "execute", "filed", "kernel"))]
ENGINE += [f"run/{name}.py" for name in ("kernels", "preload", "reads", "surroundings", "warm")]


@dataclass(frozen=True)
class Entry:
    """One kept execution; ``reads`` and ``files`` map names to hashes."""

    folder: Path
    reads: Mapping[str, str]
    files: Mapping[str, str]
    duration_s: float
    cell_duration_s: Mapping[str, float]


def base(notebook: Path, parameters: Mapping[str, Any]) -> str:
    """Hash of what an execution depends on before it has read anything."""
    content = json.loads(notebook.read_text(encoding="utf-8"))
    code = [
        (cell.get("id"), "".join(cell["source"]), cell["metadata"])
        for cell in content["cells"]
        if cell["cell_type"] == "code"
    ]
    engine = {name: fingerprint.file_hash(fingerprint.PACKAGE / name) for name in ENGINE}
    versions = [fingerprint.python(), fingerprint.libraries(), fingerprint.switches()]
    parts = [notebook.stem, code, content["metadata"], parameters, engine, versions]
    return fingerprint.text_hash(parts)[:24]


def find(notebook: str, key: str, input_hash: Callable[[str], str]) -> Entry | None:
    """The kept execution whose inputs are all as they are now, if there is one."""
    for folder in _folder(notebook).glob(f"{key}-*"):
        entry = read(folder)
        if entry and all(input_hash(name) == digest for name, digest in entry.reads.items()):
            return entry
    return None


def read(folder: Path) -> Entry | None:
    """The kept execution in a folder, or None where there is none."""
    try:
        content = json.loads((folder / ENTRY).read_text(encoding="utf-8"))
        return Entry(folder, **content)
    except (OSError, ValueError, TypeError):
        return None


def fill(entry: Entry, target: Path) -> bool:
    """Copy a kept execution into an empty folder; False, and forgotten, where it is damaged."""
    for name, digest in entry.files.items():
        copy = target / name
        copy.parent.mkdir(parents=True, exist_ok=True)
        source = entry.folder / name
        if source.is_file():
            shutil.copyfile(source, copy)
        if fingerprint.file_hash(copy) != digest:
            shutil.rmtree(entry.folder, ignore_errors=True)
            shutil.rmtree(target, ignore_errors=True)
            return False
    with suppress(OSError):
        os.utime(entry.folder)  # the longest unused are forgotten first
    return True


def keep(notebook: str, key: str, made: Entry) -> None:
    """Keep what lies in the folder of ``made``; where the cache cannot be written, do nothing."""
    content = {
        "reads": dict(made.reads),
        "files": fingerprint.tree_hashes(made.folder),
        "duration_s": made.duration_s,
        "cell_duration_s": dict(made.cell_duration_s),
    }
    target = _folder(notebook) / f"{key}-{fingerprint.text_hash(made.reads)[:12]}"
    new = target.with_name(f".new-{os.getpid()}-{target.name}")
    try:
        shutil.copytree(made.folder, new)
        (new / ENTRY).write_text(results.to_json(content), encoding="utf-8")
        shutil.rmtree(target, ignore_errors=True)
        new.rename(target)
        _forget_old(target.parent)
    except OSError:
        shutil.rmtree(new, ignore_errors=True)


def pack(entry: Entry) -> bytes:
    """An entry as bytes, for another machine to :func:`adopt`."""
    name = f"{entry.folder.parent.name}/{entry.folder.name}"
    files = archive.of_folder(entry.folder)
    return archive.pack({f"{name}/{path}": content for path, content in files.items()}, "gz")


def adopt(packed: bytes) -> None:
    """Keep an entry that another machine has made, unless it is kept here already.

    Raises
    ------
    ArchiveError
        The bytes are no entry.
    """
    notebook, _, rest = min(archive.read(packed), default="").partition("/")
    name = rest.partition("/")[0]
    if not name:
        raise archive.ArchiveError("no entry of a notebook")
    target = _folder(notebook) / name
    if target.is_dir():
        with suppress(OSError):
            os.utime(target)
        return
    new = target.with_name(f".new-{os.getpid()}-{uuid4().hex}-{name}")
    try:
        archive.unpack(packed, new)
        (new / notebook / name).rename(target)
        _forget_old(target.parent)
    except OSError:
        pass  # another process was first, or nothing can be kept: the notebook runs again
    finally:
        shutil.rmtree(new, ignore_errors=True)


def most_entries() -> int:
    """How many entries of a notebook are kept."""
    return int(os.environ.get(MOST_VARIABLE) or MOST_ENTRIES)


def _forget_old(folder: Path) -> None:
    entries = [path for path in folder.iterdir() if not path.name.startswith(".")]
    entries.sort(key=lambda path: path.stat().st_mtime, reverse=True)
    for path in entries[most_entries() :]:
        shutil.rmtree(path, ignore_errors=True)
    for path in folder.glob(".new-*"):
        if not runs(int(path.name.split("-")[1])):
            shutil.rmtree(path, ignore_errors=True)


def runs(process: int) -> bool:
    """Whether a process of this machine runs."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def expected(notebook: str) -> Entry | None:
    """The newest kept execution of a notebook, whatever its inputs: how long it took."""
    folders = [path for path in _folder(notebook).glob("*-*") if not path.name.startswith(".")]
    entries = map(read, sorted(folders, key=lambda path: path.stat().st_mtime, reverse=True))
    return next((entry for entry in entries if entry), None)


def _folder(notebook: str) -> Path:
    return paths.cache() / FOLDER / notebook
