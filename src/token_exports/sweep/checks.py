"""What can only be seen of a sweep as a whole; quick for a million points.

Bounds of numbers are tested at their ends, parameters once per combination that occurs.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from token_exports import data, parameters, preflight, scenarios
from token_exports.assumptions import Assumptions
from token_exports.parameters import NOTEBOOKS, ParameterError, Parameters
from token_exports.scenarios import Settings
from token_exports.sweep import values
from token_exports.sweep.spec import Spec, SweepError

MOST_POINTS = {"quantities": 10_000_000, "reports": 10_000}


def require_few(stated: Spec, n_points: int) -> None:
    """Refuse more points than a level can do.

    Raises
    ------
    SweepError
        Names the limit, and how to go on.
    """
    most = MOST_POINTS[stated.level]
    if n_points > most:
        raise SweepError(
            f"{n_points:,} points; a sweep of level {stated.level} has at most {most:,}:"
            " split it into several files, each with a part of the values of one name"
        )


def require_shown(stated: Spec) -> None:
    """Refuse a page about axes and claims that there are not.

    Raises
    ------
    SweepError
        Names what is shown, and the nearest that there is.
    """
    show = stated.show
    for name in show.across or ():
        if name not in stated.names:
            nearest = data.nearest(name, stated.names)
            raise SweepError(f"show: across: {name!r} is not varied; {nearest}")
    if show.across and show.across[0] == show.across[1]:
        raise SweepError(f"show: across: {show.across[0]!r} stands twice; two names are needed")
    claims = set(data.load("claims")["claim_id"])
    for claim in show.claims:
        if claim not in claims:
            raise SweepError(f"show: claims: no claim {claim!r}; {data.nearest(claim, claims)}")
    for name in (*show.response, *([show.heat] if show.heat else [])):
        notebook, colon, _ = name.partition(":")
        if not colon:
            raise SweepError(f"show: {name!r}: a quantity is written notebook:name")
        if notebook not in NOTEBOOKS:
            nearest = data.nearest(notebook, NOTEBOOKS)
            raise SweepError(f"show: {name!r}: no notebook {notebook!r}; {nearest}")


def require_possible(points: pd.DataFrame, known: Assumptions) -> None:
    """Refuse a number that its assumption cannot have.

    Raises
    ------
    ParameterError
        Names the value and what is possible.
    """
    for name in points.select_dtypes("float64"):
        for end in (points[name].min(), points[name].max()):
            values.checked(str(name), float(end), known)


def require_different(points: pd.DataFrame, spec: Spec) -> None:
    """Refuse points that stand twice; those of a grid differ already.

    Raises
    ------
    SweepError
        Names two points that are the same, and how to go on.
    """
    if spec.sample.method == "grid" or any(points[name].is_unique for name in points):
        return
    repeated = np.flatnonzero(points.duplicated())
    if not len(repeated):
        return
    again = int(repeated[0])
    first = int(np.flatnonzero(points.iloc[: again + 1].duplicated(keep="last"))[0])
    advice = (
        "a sample needs a name that takes any value; vary these as a grid"
        if spec.sample.drawn
        else "leave one out"
    )
    raise SweepError(
        f"points {first} and {again} are the same, {_said(points.iloc[first])}: {advice}"
    )


def require_answerable(points: pd.DataFrame, base: Settings) -> None:
    """Refuse parameters that no row of the tables can answer, as a report would.

    Raises
    ------
    SweepError
        Names a point, its parameters and what exists.
    """
    for notebook, model in NOTEBOOKS.items():
        taken = points[[name for name in points if _decides(str(name), model)]]
        stated = base.notebooks[notebook].model_dump(exclude_unset=True)
        for point in _combinations(taken):
            row = taken.iloc[point].dropna()
            try:
                preflight.check({notebook: parameters.validated(notebook, _merged(stated, row))})
            except ParameterError as fault:
                place = f"point {point} ({_said(row)}): " if len(row) else ""
                raise SweepError(f"{place}{fault}") from None


def _combinations(taken: pd.DataFrame) -> list[int]:
    """A point for each combination; of a member it matters whether it is stated."""
    if taken.columns.empty:
        return [0]
    stated = {
        str(name): taken[name].notna() if values.is_member(str(name)) else taken[name]
        for name in taken
    }
    return np.flatnonzero(~pd.DataFrame(stated).duplicated()).tolist()


def _decides(name: str, model: type[Parameters]) -> bool:
    """Whether a varied name can decide on which rows the notebook needs."""
    own = name.split(".")[0]
    return own in model.model_fields and own in preflight.LOOKED_AT


def _merged(stated: Mapping[str, Any], row: "pd.Series[Any]") -> dict[str, Any]:
    merged = dict(stated)
    for name, value in row.items():
        group, dot, member = str(name).partition(".")
        if dot:
            points = scenarios.points(str(name), value)
            merged[group] = {**merged.get(group, {}), member: points}
        else:
            merged[group] = None if value == values.NOTHING else value
    return merged


def _said(row: "pd.Series[Any]") -> str:
    return ", ".join(f"{name}={values.written(value)}" for name, value in row.dropna().items())
