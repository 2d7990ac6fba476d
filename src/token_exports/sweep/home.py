"""Folders of inputs on a worker's machine: unpacked once, whole or not at all, left when old.

``TOKEN_EXPORTS_SCRATCH`` names where, best a disk of the machine itself; the folder for temporary
files where it is not set.
"""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from uuid import uuid4

from token_exports import paths
from token_exports.run import cache
from token_exports.scenarios import SETTINGS_VARIABLE

HOME_VARIABLE = "TOKEN_EXPORTS_HOME"
SCRATCH_VARIABLE = "TOKEN_EXPORTS_SCRATCH"
KEPT_DAYS = 7
SPARE_ENTRIES = 8
"""Kept outputs of a notebook for each core, beside the usual: none is forgotten before its use."""

_checked: set[Path] = set()
_checking = threading.Lock()


def scratch() -> Path:
    """Folder of this user for what can be made again.

    Raises
    ------
    PermissionError
        The folder belongs to somebody else.
    """
    named = os.environ.get(SCRATCH_VARIABLE)
    folder = Path(named) if named else Path(tempfile.gettempdir(), f"token-exports-{os.getuid()}")
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not named and (folder.is_symlink() or folder.stat().st_uid != os.getuid()):
        raise PermissionError(f"{folder} belongs to somebody else; set {SCRATCH_VARIABLE}")
    return folder


def of(digest: str, unpack: Callable[[Path], None], fits: Callable[[Path], bool]) -> Path:
    """Folder of the inputs with a digest; the first to ask unpacks them.

    Several processes may ask at once: each that finds none unpacks its own, one is put in place.

    Parameters
    ----------
    digest
        Names the folder.
    unpack
        Fills an empty folder, or raises.
    fits
        Whether a folder is as it should be; asked once in each process.
    """
    folder = scratch() / digest
    with _checking:
        if folder not in _checked or not folder.is_dir():
            if folder.is_dir() and not fits(folder):
                remove(folder)
            if not folder.is_dir():
                _put(folder, unpack)
            _checked.add(folder)
        os.utime(folder)
    return folder


def _put(folder: Path, unpack: Callable[[Path], None]) -> None:
    new = Path(tempfile.mkdtemp(prefix=".new-", dir=folder.parent))
    try:
        unpack(new)
        with suppress(OSError):  # another process was first
            new.rename(folder)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    _forget_old(folder.parent)


def _forget_old(scratch: Path) -> None:
    """Remove what nobody has used for days, also what killed processes left."""
    for folder in scratch.iterdir():
        with suppress(OSError):
            if folder.stat().st_mtime < time.time() - KEPT_DAYS * 86_400:
                remove(folder)


def remove(folder: Path) -> None:
    """Remove a folder; nobody ever sees half of it."""
    aside = folder.with_name(f".old-{uuid4().hex}")
    with suppress(OSError):  # another process does the same
        folder.rename(aside)
    shutil.rmtree(aside, ignore_errors=True)


# ---- entering


@contextmanager
def without_settings() -> Iterator[None]:
    """Hide the settings of the environment: the file of a sweep says all there is to say."""
    with _environment({SETTINGS_VARIABLE: None}):
        yield


@contextmanager
def _environment(values: Mapping[str, str | None]) -> Iterator[None]:
    """Set variables of this process, or unset those that are None, and put them back."""
    before = {name: os.environ.get(name) for name in values}
    try:
        _set(values)
        yield
    finally:
        _set(before)


def _set(values: Mapping[str, str | None]) -> None:
    for name, value in values.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


@dataclass
class _Entered:
    """Inputs that the package uses now, and how many calls in all threads are at it."""

    digest: str = ""
    count: int = 0
    restore: ExitStack = field(default_factory=ExitStack)


_now, _turn, _own = _Entered(), threading.Condition(), threading.local()


@contextmanager
def entered(digest: str, find: Callable[[], Path]) -> Iterator[Path]:
    """Name a folder as the repository for this process and its children.

    The name is a variable of the whole process. So threads with the same inputs share it, others
    wait; calls may be nested. Settings of the environment do not reach a sweep, and more outputs of
    notebooks are kept while it lasts.

    Parameters
    ----------
    digest
        Of the inputs.
    find
        Finds their folder; not called while they are entered already.

    Raises
    ------
    RuntimeError
        This thread is at other inputs.
    """
    _enter(digest, find)
    try:
        yield paths.root()
    finally:
        _leave()


def _enter(digest: str, find: Callable[[], Path]) -> None:
    with _turn:
        nested = getattr(_own, "depth", 0)
        if nested and digest != _now.digest:
            raise RuntimeError(f"inputs {digest} inside of inputs {_now.digest}")
        _turn.wait_for(lambda: not _now.count or _now.digest == digest)
        if not _now.count:
            most = cache.MOST_ENTRIES + SPARE_ENTRIES * (os.cpu_count() or 1)
            values = {SETTINGS_VARIABLE: None, cache.MOST_VARIABLE: str(most)}
            _now.restore.enter_context(_environment({HOME_VARIABLE: str(find()), **values}))
            _now.digest = digest
        _now.count += 1
        _own.depth = nested + 1


def _leave() -> None:
    with _turn:
        _now.count -= 1
        _own.depth -= 1
        if not _now.count:
            _now.restore.close()
            _turn.notify_all()
