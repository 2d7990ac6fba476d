"""What takes long to make and depends on known content only, kept under the cache folder.

A file holds its key, the digest of what follows, and a pickled value; it deserves the trust that
Python gives the compiled modules beside their source. One that is cut, changed or of another key
is made again.
"""

import importlib.metadata
import os
import pickle
import platform
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from jinja2.bccache import Bucket, BytecodeCache

import token_exports
from token_exports import paths

T = TypeVar("T")


def kept(name: str, key: str, make: Callable[[], T]) -> T:
    """Value of ``make``, from the cache where that has it.

    Parameters
    ----------
    name
        File under the cache folder, perhaps in a folder; only its newest content is kept.
    key
        Stands for everything that the value depends on.
    make
        Makes the value, which must not be None.
    """
    found = read(path(name), key)
    if found is None:
        found = make()
        write(path(name), key, found)
    value: T = found
    return value


def path(name: str) -> Path:
    """Where the value of a name is kept."""
    return paths.cache() / "pages" / name


def read(file: Path, key: str) -> Any:
    """What a file holds under a key; None where it holds nothing or is damaged."""
    try:
        head, _, body = file.read_bytes().partition(b"\n")
    except OSError:
        return None
    return pickle.loads(body) if head == _head(key, body) else None


def write(file: Path, key: str, value: Any) -> None:
    """Put a value into a file at once; a full or read-only disk only costs the next run time."""
    body = pickle.dumps(value)
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, part = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
        with suppress(FileNotFoundError), os.fdopen(handle, "wb") as opened:
            opened.write(_head(key, body) + b"\n" + body)
        Path(part).replace(file)


class Compiled(BytecodeCache):
    """Page templates as Python compiled them; a changed template has another key."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill a bucket from the cache, if it is there and whole."""
        code = read(*_of(bucket))
        if code is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what a bucket holds."""
        write(*_of(bucket), bucket.bytecode_to_string())


def _of(bucket: Bucket) -> tuple[Path, str]:
    return path(f"templates/{bucket.key}"), key(bucket.checksum, "jinja2", "nbconvert")


def key(content: str, *libraries: str) -> str:
    """Key of what this package makes of a content with some libraries."""
    versions = [f"{name}{importlib.metadata.version(name)}" for name in libraries]
    return "-".join([source(), platform.python_version(), *versions, content])


def _head(key: str, body: bytes) -> bytes:
    return f"{key} {sha256(body).hexdigest()}".encode()


@lru_cache(maxsize=1)
def source() -> str:
    """Digest of the package's own source: whatever it computes from nothing else has this key."""
    content = sha256()
    folder = Path(token_exports.__file__).parent
    for path in sorted(folder.rglob("*.py")):
        content.update(f"{path.relative_to(folder).as_posix()}\0".encode())
        content.update(sha256(path.read_bytes()).digest())
    return content.hexdigest()
