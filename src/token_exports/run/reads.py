"""What a notebook reads, noted inside its kernel while it runs.

Python tells an audit hook of every file it opens. A file of the repository is noted, so that what
the notebook gave is reused only while that file stays as it is; the interpreter, its libraries and
the system are covered by their versions. Anything else would make a result depend on what nobody
recorded: opening it raises, and so do network, other programs and writing into the repository.
"""

import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from importlib.util import source_from_cache
from pathlib import Path
from typing import Any

LOG_VARIABLE = "TOKEN_EXPORTS_READS"
SYSTEM = ("/dev", "/proc", "/sys", "/etc", "/usr", "/lib", "/lib64", "/bin", "/sbin", "/opt")
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
OUTSIDE = {
    "os.exec": "another program",
    "os.posix_spawn": "another program",
    "os.spawn": "another program",
    "os.system": "another program",
    "socket.connect": "the network",
    "socket.getaddrinfo": "the network",
    "subprocess.Popen": "another program",
}
LISTING = {"os.listdir", "os.scandir"}


class UndeclaredInput(RuntimeError):
    """A notebook used what the record of its inputs does not cover."""


@dataclass
class Watch:
    """Decides on every path; ``note`` is told each one that has to be recorded, once.

    Parameters
    ----------
    root, package
        Repository and package: reading is recorded, writing refused.
    free
        Folders that need no record: the interpreter's, the system's, the run's own. One may hold
        the repository or the package, as where that is installed among the libraries: the
        innermost folder around a file decides.
    searched
        Folders that Python lists when it looks for modules.
    note
        Takes one line: ``read``, ``listed`` or ``refused``, a tab, and the path.
    """

    root: str
    package: str
    free: tuple[str, ...]
    searched: frozenset[str]
    note: Callable[[str], None]
    seen: set[str] = field(default_factory=set)
    written: set[str] = field(default_factory=set)

    def __call__(self, event: str, arguments: tuple[Any, ...]) -> None:
        """Hook for ``sys.addaudithook``."""
        if event == "open":
            self._opened(arguments[0], arguments[2] or 0)
        elif event in LISTING:
            self._listed(arguments[0])
        elif event in OUTSIDE:
            self._refuse(OUTSIDE[event], str(arguments[0])[:200])

    def _opened(self, opened: Any, flags: int) -> None:
        path = _path(opened)
        if path is None or path in self.seen:
            return
        if self._is_free(path):
            self.seen.add(path)
        elif flags & WRITING:
            if _inside(path, (self.root, self.package)):
                self._refuse("writing into the repository", path)
            self.written.add(path)
        elif name := self._name(path):
            self.seen.add(path)
            self.note(f"read\t{name}")
        elif path not in self.written and os.path.exists(path):
            self._refuse("a file outside the repository", path)

    def _listed(self, opened: Any) -> None:
        path = _path("." if opened is None else opened)
        if path and path not in self.seen and not self._needs_no_record(path):
            self.seen.add(path)
            if path not in self.searched and (name := self._name(path)):
                self.note(f"listed\t{name}")

    def _needs_no_record(self, folder: str) -> bool:
        return self._is_free(folder) or _inside(folder, (self.package,))

    def _is_free(self, path: str) -> bool:
        return _innermost(path, self.free) > _innermost(path, (self.root, self.package))

    def _name(self, path: str) -> str | None:
        """Path as the record spells it; a compiled module counts as its source."""
        if path.endswith(".pyc"):
            path = source_from_cache(path)
        if _inside(path, (self.package,)):
            return "src/token_exports" + path[len(self.package) :].replace(os.sep, "/")
        if _inside(path, (self.root,)):
            return path[len(self.root) + 1 :].replace(os.sep, "/") or "."
        return None

    def _refuse(self, what: str, detail: str) -> None:
        self.note(f"refused\t{what}: {detail}")
        raise UndeclaredInput(
            f"this notebook used {what} ({detail}), which the record of its inputs does not cover;"
            " a result could change without anyone seeing why. Facts belong into data/"
        )


def _path(opened: Any) -> str | None:
    if isinstance(opened, int):
        return None  # a descriptor: its file has been opened before
    return os.path.realpath(os.fsdecode(opened))


def _inside(path: str, folders: Iterable[str]) -> bool:
    return any(path == folder or path.startswith(folder + os.sep) for folder in folders)


def _innermost(path: str, folders: Iterable[str]) -> int:
    """Length of the longest of the folders that hold a path, -1 where none does."""
    return max((len(folder) for folder in folders if _inside(path, (folder,))), default=-1)


def start(log: Path, root: Path, own: Iterable[Path]) -> None:
    """Watch this process from now on; there is no way back.

    Parameters
    ----------
    log
        File that takes a line for each path, at once: a kernel ends by a signal.
    root
        Repository.
    own
        Folders of this run, free to read and write.
    """
    descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def note(line: str) -> None:
        os.write(descriptor, (line + "\n").encode())

    package = Path(__file__).resolve().parents[1]
    folders = [*own, root / ".cache", *_interpreter(root.resolve(), package), *map(Path, SYSTEM)]
    free = tuple(dict.fromkeys(str(folder.resolve()) for folder in folders))
    searched = frozenset(os.path.realpath(place) for place in sys.path)
    sys.addaudithook(Watch(str(root.resolve()), str(package), free, searched, note))


def _interpreter(root: Path, package: Path) -> list[Path]:
    """Folders of Python and its libraries, and where they keep what they make once.

    Python also searches the folder a process was started in: a folder of the repository is free
    only if Python itself is installed there, and one that holds the repository never is. One that
    holds the package may be, if that is installed there.
    """
    import matplotlib

    installed = {Path(p).resolve() for p in (sys.prefix, sys.base_prefix, sys.exec_prefix)}
    places = {*filter(None, sys.path), matplotlib.get_configdir(), matplotlib.get_cachedir()}
    outside = {p for p in (Path(p).resolve() for p in places) if not p.is_relative_to(root)}
    usual = installed | {package.parent}
    return sorted(
        p
        for p in installed | outside
        if not root.is_relative_to(p) and (p in usual or not package.is_relative_to(p))
    )


def recorded(log: Path) -> dict[str, list[str]]:
    """Lines of a log by kind, sorted; a file that was looked for in vain counts as read."""
    found: dict[str, list[str]] = {"read": [], "listed": [], "refused": []}
    if log.is_file():
        for line in log.read_text(encoding="utf-8").splitlines():
            kind, _, what = line.partition("\t")
            found[kind].append(what)
    return {kind: sorted(set(what)) for kind, what in found.items()}


def temporary() -> Path:
    """Folder of a kernel's sockets and of the sources that its tracebacks name."""
    return Path(tempfile.gettempdir())
