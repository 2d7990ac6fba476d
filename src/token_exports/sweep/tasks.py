"""What runs on a worker: a function of a level, timed, once the worker's versions are known to fit.

A call is closed to the scheduler, which would look for tasks in tuples and lists.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from token_exports.sweep import columns, versions
from token_exports.sweep.work import Finished


@dataclass(frozen=True)
class Call:
    """A function, its arguments after ``inputs``, and the versions it is meant for."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    versions: Mapping[str, str]


@dataclass(frozen=True)
class Timed:
    """Result of shared work, and the seconds it took."""

    result: Any
    key: str
    seconds: float


@dataclass(frozen=True)
class Done:
    """Result of a job, the seconds it took, and those of the shared work it used."""

    finished: Finished
    seconds: float
    shared_seconds: Mapping[str, float] = field(default_factory=dict)


def given(inputs: Any) -> Any:
    """Inputs as a task: a worker that lost them gets them again."""
    return inputs


def shared(inputs: Any, call: Call, key: str) -> Timed:
    """Do shared work."""
    versions.require(call.versions)
    began = time.perf_counter()
    return Timed(call.function(inputs, *call.arguments), key, time.perf_counter() - began)


def job(inputs: Any, call: Call, points: range, *needed: Timed) -> Done:
    """Do one job; raises RowsError where it gives back other rows than asked for."""
    versions.require(call.versions)
    began = time.perf_counter()
    finished = call.function(inputs, *call.arguments, *[need.result for need in needed])
    columns.require_rows(finished.table, points)
    seconds = time.perf_counter() - began
    return Done(finished, seconds, {need.key: need.seconds for need in needed})
