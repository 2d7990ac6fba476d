"""What a worker needs of the repository: tables, notebooks, templates and words of the report.

On this machine that is the repository itself. Elsewhere it is an archive of less than half a
megabyte, sent along or left in an object store, which each machine unpacks once. Both are known by
the digest of their content, so no worker computes from anything else.
"""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from token_exports import data, paths
from token_exports.run import archive, fingerprint, status
from token_exports.sweep import home

WANTED = (
    "data/*.csv",
    "data/datapackage.yaml",
    "data/scenarios/*.yaml",
    "notebooks/*.ipynb",
    "reports/template/**/*",
    "reports/reference/*",
    "docs/**/*.md",
    "CITATION.cff",
)
STAMPS = ".cache/valid"
_PIN = re.compile(r"^[A-Za-z0-9._-]+==\S+", re.MULTILINE)


class InputsError(RuntimeError):
    """Inputs that are damaged, missing or not those that a sweep was planned with."""


@dataclass(frozen=True)
class Inputs:
    """Where a worker finds its inputs: in a folder, at an address, or right here.

    Parameters
    ----------
    digest
        Of the files and, after a hyphen, of the commit that a report states.
    folder
        Repository on this machine.
    url
        Address of an archive that fsspec can read.
    content
        The archive itself.
    """

    digest: str
    folder: str = ""
    url: str = ""
    content: bytes = field(default=b"", repr=False)

    def home(self) -> Path:
        """Folder of these inputs on this machine, unpacked there if need be.

        Raises
        ------
        InputsError
            The folder has changed since, or the archive is damaged or cannot be read.
        """
        if not self.folder:
            return home.of(self.digest, self._unpack, self._fits)
        root = Path(self.folder)
        if _digest(_files(root)) != self.digest.partition("-")[0]:
            raise InputsError(
                f"{root}: tables, notebooks, templates or documents are not those that this sweep"
                " was planned with. Start the sweep again; what does not depend on them is kept"
            )
        return root

    @contextmanager
    def at_home(self) -> Iterator[Path]:
        """Make these inputs those of the package for as long as this lasts; see `home.entered`."""
        with home.entered(self.digest, self.home) as folder:
            yield folder

    def _unpack(self, folder: Path) -> None:
        try:
            content = self.content or _read(self.url)
            archive.unpack(content, folder)
        except archive.ArchiveError as fault:
            raise InputsError(f"inputs {self.url or 'sent along'} are damaged: {fault}") from None
        if not self._fits(folder):
            raise InputsError(
                f"inputs {self.url or 'sent along'} are not {self.digest}: damaged or replaced"
            )

    def _fits(self, folder: Path) -> bool:
        stated = folder / status.STATED
        commit = {status.STATED: stated.read_bytes()} if stated.is_file() else {}
        return _of_archive({**_files(folder), **commit}) == self.digest


def here() -> Inputs:
    """Inputs of a worker that sees this repository."""
    root = paths.root().resolve()
    return Inputs(f"{_digest(_files(root))}-{_digest(_stated())}", folder=str(root))


def carried() -> Inputs:
    """Inputs that travel with the work.

    Raises
    ------
    DataError
        A table is not as described: nobody has to find out elsewhere.
    """
    data.check()
    root = paths.root()
    files = {**_files(root), **_stated()}
    stamps = {f"{STAMPS}/{path.name}": b"" for path in data.check()}  # no worker validates again
    return Inputs(_of_archive(files), content=archive.pack({**files, **stamps}, "xz"))


def at(url: str) -> Inputs:
    """Inputs that workers fetch from a folder in a store, put there unless it has them.

    Parameters
    ----------
    url
        Folder as fsspec names it: ``s3://bucket/sweeps``, ``file:///scratch/sweeps``.

    Raises
    ------
    InputsError
        The store cannot be written.
    """
    sent = carried()
    place = f"{url.rstrip('/')}/inputs-{sent.digest}.tar.xz"
    try:
        there = _of_archive(archive.read(_read(place))) == sent.digest
    except (InputsError, archive.ArchiveError):
        there = False
    if not there:
        _write(place, sent.content)
    return Inputs(sent.digest, url=place)


def _read(url: str) -> bytes:
    try:
        system, path = _system(url)
        return bytes(system.cat_file(path))
    except (OSError, ValueError, ImportError) as fault:
        raise InputsError(f"cannot read inputs {url}: {type(fault).__name__}: {fault}") from None


def _write(url: str, content: bytes) -> None:
    try:
        system, path = _system(url)
        system.makedirs(path.rpartition("/")[0], exist_ok=True)
        system.pipe_file(path, content)
    except (OSError, ValueError, ImportError) as fault:
        raise InputsError(f"cannot store inputs {url}: {type(fault).__name__}: {fault}") from None


def _system(url: str) -> tuple[Any, str]:
    """File system of an address, and the path there."""
    import fsspec  # only who names a store needs it

    system, path = fsspec.url_to_fs(url)
    return system, str(path)


def _files(root: Path) -> dict[str, bytes]:
    """Every file that travels, by its path; of the pinned libraries the names and versions."""
    found = sorted({path for one in WANTED for path in root.glob(one) if path.is_file()})
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in found}
    with suppress(FileNotFoundError):
        lock = (root / fingerprint.LOCK).read_text(encoding="utf-8")
        files[fingerprint.LOCK] = "".join(f"{pin}\n" for pin in _PIN.findall(lock)).encode()
    return files


def _stated() -> dict[str, bytes]:
    """File that says which commit this is; empty without git, as here."""
    revision = status.revision()
    day = status.day(revision.rstrip("+")) if revision else ""
    return {status.STATED: json.dumps({"revision": revision, "day": day}).encode()}


def _of_archive(files: Mapping[str, bytes]) -> str:
    commit = {name: one for name, one in files.items() if name == status.STATED}
    rest = {
        name: one
        for name, one in files.items()
        if name not in commit and not name.startswith(STAMPS)
    }
    return f"{_digest(rest)}-{_digest(commit)}"


def _digest(files: Mapping[str, bytes]) -> str:
    return fingerprint.text_hash({k: sha256(one).hexdigest() for k, one in files.items()})[:24]
