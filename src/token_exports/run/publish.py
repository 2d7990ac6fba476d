"""Put a finished report in place in one step, and let one run at a time build it.

The folder is exchanged with its predecessor by one system call, so that whoever looks, and a
process killed at any moment, finds the old report or the new one, always whole. Where the system
cannot exchange two folders the old one steps aside first, and the next run puts it back if that was
as far as it came.
"""

import ctypes
import errno
import json
import os
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from hashlib import sha256
from pathlib import Path

from token_exports import paths

HERE, EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux
CANNOT = {errno.EINVAL, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP}
TRIES, PAUSE_S = 40, 0.05
MARK, PARTIAL = "manifest.json", ".partial"


class TargetError(ValueError):
    """The folder that a report would replace is not a report."""


def require_replaceable(destination: Path) -> None:
    """Refuse to replace what no run has written.

    Raises
    ------
    TargetError
        A file stands there, or a folder with something else in it.
    """
    if not destination.exists():
        return
    if not destination.is_dir() or (any(destination.iterdir()) and not _is_report(destination)):
        raise TargetError(
            f"{destination} exists and is no report of this project; it would be replaced."
            " Name a new or an empty folder"
        )


def _is_report(folder: Path) -> bool:
    with suppress(OSError, ValueError, AttributeError):
        content = json.loads((folder / MARK).read_text(encoding="utf-8"))
        return bool(content.get("project") == "token-exports")
    return False


@contextmanager
def alone(destination: Path, waiting: Callable[[str], None]) -> Iterator[None]:
    """Hold the lock of a destination; it is freed even if this process is killed.

    Parameters
    ----------
    destination
        Folder of the report.
    waiting
        Called once, with the number of the process that holds the lock.
    """
    from filelock import FileLock, Timeout

    name = sha256(str(destination.resolve()).encode()).hexdigest()[:16]
    folder = _writable(paths.cache() / "locks")
    lock, owner = FileLock(folder / f"{name}.lock"), folder / f"{name}.owner"
    try:
        lock.acquire(timeout=0)
    except Timeout:
        waiting(owner.read_text() if owner.is_file() else "unknown")
        lock.acquire()
    try:
        owner.write_text(str(os.getpid()))
        yield
    finally:
        lock.release()


def _writable(folder: Path) -> Path:
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
        if os.access(folder, os.W_OK):
            return folder
    return Path(tempfile.gettempdir())


@contextmanager
def staging(destination: Path) -> Iterator[Path]:
    """A new folder beside the destination; what earlier runs left of theirs is removed first."""
    destination.parent.mkdir(parents=True, exist_ok=True)
    _recover(destination)
    for left in destination.parent.glob(f".building-{destination.name}-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix=f".building-{destination.name}-", dir=destination.parent))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    """Delete a folder; a kernel that is being ended may still write into it for a moment."""
    for _ in range(TRIES):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(PAUSE_S)


def publish(finished: Path, destination: Path) -> None:
    """Make ``finished`` the report; the one before is deleted after that."""
    if not destination.exists():
        finished.rename(destination)
    elif _exchange(finished, destination):
        shutil.rmtree(finished, ignore_errors=True)
    else:
        old = _aside(destination)
        destination.rename(old)
        try:
            finished.rename(destination)
        except OSError:
            old.rename(destination)
            raise
        shutil.rmtree(old, ignore_errors=True)


def partial(destination: Path) -> Path:
    """Where a report goes in which a notebook failed: beside the last whole one."""
    return destination.with_name(destination.name + PARTIAL)


def forget_partial(destination: Path) -> None:
    """Remove a partial report that a whole one has succeeded."""
    shutil.rmtree(partial(destination), ignore_errors=True)


def _exchange(one: Path, other: Path) -> bool:
    """Swap two folders in one step; False where the system cannot."""
    exchange = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if exchange is None:
        return False
    if exchange(HERE, os.fsencode(one), HERE, os.fsencode(other), EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in CANNOT:
        return False
    raise OSError(number, os.strerror(number), str(other))


def _aside(destination: Path) -> Path:
    return destination.with_name(f".old-{destination.name}")


def _recover(destination: Path) -> None:
    """Put back a report whose successor never came; drop one that has been succeeded."""
    old = _aside(destination)
    if old.exists():
        if destination.exists():
            shutil.rmtree(old, ignore_errors=True)
        else:
            old.rename(destination)
