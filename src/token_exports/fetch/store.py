"""Keep answers as they came: ``data/raw/<publisher>/<date>/``, never overwritten.

Beside each file ``x.json`` stands ``x.json.meta.json``: address without key, time, status, hash and
licence. It is written last, so a file without it was never whole. The same bytes again make no new
file; other bytes on the same day go beside the first, as ``x~2.json``. A fetch in progress notes
its answers in ``<dataset>.unfinished.json``, so that an interrupted one goes on where it stopped; a
finished one lists them in ``<dataset>.fetch.json``.
"""

import datetime as dt
import json
import os
import re
from contextlib import suppress
from dataclasses import asdict, dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from token_exports import paths
from token_exports.fetch.answers import Answer, Validators
from token_exports.fetch.contract import Asked, FetchError, Request, Source

META, UNFINISHED, FINISHED = ".meta.json", ".unfinished.json", ".fetch.json"
GOES_ON_FOR = dt.timedelta(hours=6)
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True)
class Kept:
    """An answer on disk."""

    request: Request
    path: Path
    sha256: str
    retrieved_at: dt.datetime
    validators: Validators = Validators()

    @property
    def body(self) -> bytes:
        """The bytes.

        Raises
        ------
        FetchError
            They are not those that were kept.
        """
        found = self.path.read_bytes()
        if sha256(found).hexdigest() != self.sha256:
            raise FetchError(f"{self.path.name} has changed since it was kept: delete it")
        return found


def root() -> Path:
    """Folder of all that is kept."""
    return paths.data() / "raw"


class Fetch:
    """Answers of one source, while they come in.

    Parameters
    ----------
    source
        Source that is asked.
    asked
        What is asked of it.
    """

    def __init__(self, source: Source, asked: Asked) -> None:
        self._source = source
        self._folder = root() / source.provider / asked.today.isoformat()
        self._dataset = source.name.partition("/")[2]
        self._notes = self._folder / f"{self._dataset}{UNFINISHED}"
        self.kept: list[Kept] = []
        self._earlier = {_identity(kept.request): kept for kept in self._resumed()}

    def earlier(self, request: Request) -> Kept | None:
        """Answer to this request that an interrupted fetch of today has left."""
        return self._earlier.get(_identity(request))

    def latest(self, request: Request) -> Kept | None:
        """Newest kept answer to the same request, on whatever day."""
        stem, suffix = _split(request)
        places = (root() / self._source.provider).glob(f"*/{stem}*{suffix}{META}")
        same = [kept for place in places if (kept := _read(place)) is not None]
        same = [kept for kept in same if _identity(kept.request) == _identity(request)]
        return max(same, key=lambda kept: (kept.retrieved_at, kept.path), default=None)

    def keep(self, request: Request, answer: Answer, latest: Kept | None) -> Kept:
        """Keep an answer, unless the latest kept one has the same bytes."""
        digest = sha256(answer.body).hexdigest()
        if latest is not None and latest.sha256 == digest:
            return latest
        return self._write(request, answer, digest)

    def note(self, kept: Kept) -> None:
        """Count an answer, which could be read, as one of this fetch."""
        self.kept.append(kept)
        _write_json(self._notes, {"files": [_relative(kept.path) for kept in self.kept]})

    def finish(self) -> None:
        """Say that nothing is missing; a fetch that found only known bytes leaves no trace."""
        files = [_relative(kept.path) for kept in self.kept]
        newest = latest_finished(self._source)
        if newest is None or _listed(newest) != files:
            place = self._unused(self._dataset, FINISHED)
            _write_json(place, {"source": self._source.name, "files": files})
        self._notes.unlink(missing_ok=True)
        with suppress(OSError):
            self._folder.rmdir()  # nothing new: no folder of today

    def _unused(self, stem: str, suffix: str, mark: str = "") -> Path:
        """First path of today, numbered from the second on, where no file with the mark stands."""
        number, path = 1, self._folder / f"{stem}{suffix}"
        while path.with_name(path.name + mark).exists():
            number += 1
            path = self._folder / f"{stem}~{number}{suffix}"
        return path

    def _resumed(self) -> list[Kept]:
        with suppress(OSError):
            age = dt.datetime.now().timestamp() - self._notes.stat().st_mtime
            if age < GOES_ON_FOR.total_seconds():
                return _answers(_listed(self._notes))
        return []

    def _write(self, request: Request, answer: Answer, digest: str) -> Kept:
        stem, suffix = _split(request)
        path = self._unused(stem, suffix, META)
        kept = Kept(request, path, digest, answer.retrieved_at, answer.validators)
        write_whole(path, answer.body)
        meta = {
            "source": self._source.name,
            "request": asdict(request),
            "retrieved_at": answer.retrieved_at.isoformat(),
            "status": answer.status,
            "content_type": answer.content_type,
            "bytes_count": len(answer.body),
            "sha256": digest,
            "key_removed": answer.key_removed,
            "licence": self._source.licence,
            "validators": asdict(answer.validators),
        }
        _write_json(_meta(path), meta)
        return kept


def latest_finished(source: Source) -> Path | None:
    """List of the newest finished fetch of a source."""
    dataset = source.name.partition("/")[2]
    found = (root() / source.provider).glob(f"*/{dataset}*{FINISHED}")
    mine = [path for path in found if re.fullmatch(rf"{dataset}(~\d+)?{FINISHED}", path.name)]
    return max(mine, key=lambda path: (path.parent.name, path.stat().st_mtime_ns), default=None)


def of_finished(source: Source) -> list[Kept]:
    """Answers of the newest finished fetch.

    Raises
    ------
    FetchError
        There is none, or a file of it is missing.
    """
    place = latest_finished(source)
    if place is None:
        raise FetchError("nothing is kept of it")
    names = _listed(place)
    found = _answers(names)
    if len(found) < len(names):
        raise FetchError(f"{place.name} lists files that are no longer there")
    return found


def _answers(names: list[str]) -> list[Kept]:
    found = [_read(_meta(root() / name)) for name in names]
    return [kept for kept in found if kept is not None]


def _read(meta: Path) -> Kept | None:
    """A kept answer, or None if its files are not whole."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        told = json.loads(meta.read_text(encoding="utf-8"))
        asked = told["request"]
        asked["params"] = tuple((name, value) for name, value in asked["params"])
        path = meta.with_name(meta.name.removesuffix(META))
        if path.is_file():
            return Kept(
                request=Request(**asked),
                path=path,
                sha256=told["sha256"],
                retrieved_at=dt.datetime.fromisoformat(told["retrieved_at"]),
                validators=Validators(**told["validators"]),
            )
    return None


def _listed(place: Path) -> list[str]:
    with suppress(OSError, ValueError, KeyError, TypeError):
        return [str(name) for name in json.loads(place.read_text(encoding="utf-8"))["files"]]
    return []


def _identity(request: Request) -> tuple[Any, ...]:
    return request.url, request.params


def _split(request: Request) -> tuple[str, str]:
    name = _UNSAFE.sub("-", request.name).lstrip(".") or "answer"
    stem, dot, suffix = name.rpartition(".")
    return (stem, f".{suffix}") if dot else (name, "")


def _meta(path: Path) -> Path:
    return path.with_name(path.name + META)


def _relative(path: Path) -> str:
    return path.relative_to(root()).as_posix()


def _write_json(path: Path, content: Any) -> None:
    write_whole(path, (json.dumps(content, indent=1, default=str) + "\n").encode())


def write_whole(path: Path, body: bytes) -> None:
    """Write a file so that it is there as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.part")
    with part.open("wb") as file:
        file.write(body)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
