"""A sweep ready to run: a checked file and its points, and what decides on its content."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from token_exports import scenarios
from token_exports.assumptions import AssumptionError, Assumptions
from token_exports.parameters import ParameterError
from token_exports.run import fingerprint
from token_exports.sweep import axes, file, sample, values
from token_exports.sweep.axes import Axis
from token_exports.sweep.beliefs import HOURS, Context
from token_exports.sweep.checks import (
    require_answerable,
    require_different,
    require_few,
    require_possible,
    require_shown,
)
from token_exports.sweep.spec import MERELY_SHOWN, Spec, SweepError
from token_exports.sweep.values import Plain


@dataclass(frozen=True, eq=False)
class Plan:
    """A sweep file and its points.

    ``points`` has a row per point, numbered from 0, and a column per varied name: float64 where
    all values are numbers of an assumption, else plain objects. A point of a list that leaves a
    name out has no value there.
    """

    spec: Spec
    points: pd.DataFrame
    axes: Mapping[str, Axis] = field(default_factory=dict)
    """Varied names to their values; empty for a list."""
    fixed: Mapping[str, Plain] = field(default_factory=dict)
    """Names to the value that all points share."""

    def settings(self, point: int) -> tuple[str, ...]:
        """Settings of one point as ``name=value``, for `scenarios.resolve`."""
        found = ((name, cells[point]) for name, cells in self._cells.items())
        stated = {name: value for name, value in found if not _missing(value)}
        return tuple(f"{k}={values.written(v)}" for k, v in {**self.fixed, **stated}.items())

    @cached_property
    def _cells(self) -> dict[str, NDArray[Any]]:
        return {str(name): self.points[name].to_numpy() for name in self.points}

    @cached_property
    def key(self) -> str:
        """Hash of all that decides on the content of the results.

        Title, description, what the page shows and how often a point is retried do not.
        """
        code = fingerprint.code()
        if self.spec.level == "quantities":  # no template or document is read
            code = {k: v for k, v in code.items() if k.startswith(fingerprint.PACKAGE_NAME)}
        stated = {k: v for k, v in self.spec.stated().items() if k not in MERELY_SHOWN}
        return fingerprint.text_hash(
            {
                "spec": stated | {"set": dict(self.fixed)},
                "points": self._digest(),
                "inputs": fingerprint.facts(self.spec.scenario),
                "code": code,
                "libraries": fingerprint.libraries(),
                "python": fingerprint.python(),
            }
        )

    def _digest(self) -> str:
        content = sha256()
        for name, cells in self._cells.items():
            content.update(name.encode() + b"\0")
            if cells.dtype == object:
                numbers, distinct = pd.factorize(cells)
                content.update(json.dumps(list(distinct)).encode())
                cells = numbers
            content.update(cells.tobytes())
        return content.hexdigest()


def _missing(value: Any) -> bool:
    return value is None or value != value  # NaN alone differs from itself


def read(path: Path | str) -> Plan:
    """Plan of a sweep file, everything in it checked.

    Raises
    ------
    SweepError
        Names file, name, value and what is allowed; nothing has run yet.
    """
    place = Path(path)
    try:
        return of(file.load(place))
    except (SweepError, ParameterError, AssumptionError) as fault:
        raise SweepError(f"{file.shown(place)}: {fault}") from None


def of(stated: Spec) -> Plan:
    """Plan of the content of a sweep file.

    Raises
    ------
    SweepError, ParameterError, AssumptionError
        A name, a value or a combination that a report would refuse.
    """
    if os.environ.get(scenarios.SETTINGS_VARIABLE):
        raise SweepError(
            f"{scenarios.SETTINGS_VARIABLE} is in the environment, where a result does not record"
            " it: unset it, or write its settings below 'set'"
        )
    require_shown(stated)
    known = Assumptions()
    fixed = {name: values.checked(name, value, known) for name, value in stated.fixed.items()}
    base = scenarios.resolve(
        stated.scenario, [f"{k}={values.written(v)}" for k, v in fixed.items()]
    )
    believed = Assumptions(base.notebooks[HOURS].overrides)
    context = Context(base, believed, stated.vary)
    found = {name: axes.axis(name, one, context) for name, one in stated.vary.items()}
    plan = Plan(stated, _points(stated, found, known), found, fixed)
    require_possible(plan.points, known)
    require_different(plan.points, stated)
    require_answerable(plan.points, base)
    scenarios.resolve(stated.scenario, plan.settings(0))
    return plan


def _points(stated: Spec, found: Mapping[str, Axis], known: Assumptions) -> pd.DataFrame:
    method = stated.sample.method
    if method == "list":
        require_few(stated, len(stated.points))
        rows = [_point(number, point, known) for number, point in enumerate(stated.points)]
        return sample.listed(stated.names, rows)
    if method == "grid":
        require_few(stated, prod(len(axis.grid()) for axis in found.values()))
        return sample.grid(found)
    require_few(stated, stated.sample.points or 0)
    return sample.drawn(found, stated.sample)


def _point(number: int, stated: Mapping[str, Any], known: Assumptions) -> dict[str, Plain]:
    try:
        return {name: values.checked(name, value, known) for name, value in stated.items()}
    except ParameterError as fault:
        raise SweepError(f"point {number}: {fault}") from None
