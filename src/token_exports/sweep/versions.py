"""Whether workers have the same code and libraries as this process: else results could differ."""

import importlib.metadata
import platform
import sys
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from token_exports.run import fingerprint

LIBRARIES = ("numpy", "pandas", "scipy", "pyarrow", "dask", "distributed")
ABSENT = "not there"
CODE = "code of token-exports"


class VersionError(ValueError):
    """A worker runs other versions than this process."""


@lru_cache(maxsize=1)
def own() -> dict[str, str]:
    """Versions of this process: Python, the package and its code, and the libraries it rests on."""
    code = {k: v for k, v in fingerprint.code().items() if k.startswith(fingerprint.PACKAGE_NAME)}
    return {
        "python": ".".join(platform.python_version_tuple()[:2]),
        CODE: fingerprint.text_hash(code)[: fingerprint.CODE_DIGITS],
        **{name: _version(name) for name in LIBRARIES},
    }


def _version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return ABSENT


def different(theirs: Mapping[str, str], ours: Mapping[str, str]) -> list[str]:
    """One phrase for each version that differs."""
    return [
        f"{name} {theirs.get(name, ABSENT)} there, {version} here"
        for name, version in ours.items()
        if theirs.get(name, ABSENT) != version
    ]


def require(ours: Mapping[str, str]) -> None:
    """Raise VersionError unless this process has these versions; called by every task.

    A worker may join at any time; what it would compute is no longer told apart.
    """
    if lines := different(own(), ours):
        raise VersionError(_words({_address(): lines}))


def _address() -> str:
    from distributed import get_worker

    try:
        return str(get_worker().address)
    except ValueError:
        return f"process on {platform.node()}"


def check(client: Any) -> None:
    """Compare all workers with this process.

    Raises
    ------
    VersionError
        Names worker, package, and both versions of each.
    """
    found = client.run(own, on_error="return")
    faults = {}
    for worker, theirs in found.items():
        if isinstance(theirs, BaseException):
            faults[worker] = [unfit(theirs) or f"{type(theirs).__name__}: {theirs}"]
        elif lines := different(theirs, own()):
            faults[worker] = lines
    if faults:
        raise VersionError(_words(faults))


def unfit(fault: BaseException | None) -> str:
    """Why a worker could not even load what it was to call, empty for any other fault."""
    while fault is not None:
        if isinstance(fault, ModuleNotFoundError):
            return f"{fault} there: install token-exports with its extra sweep"
        fault = fault.__cause__
    return ""


def _words(faults: Mapping[str, list[str]]) -> str:
    lines = [f"  {worker}: {'; '.join(lines)}" for worker, lines in sorted(faults.items())]
    return "workers must have what this process has (Python {}.{}):\n{}".format(
        *sys.version_info[:2], "\n".join(lines)
    )
