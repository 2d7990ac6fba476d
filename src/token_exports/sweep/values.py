"""Names and values that a sweep may set: typed, checked and written as those of a report."""

from typing import Any, TypeAlias

from token_exports import parameters, scenarios
from token_exports.assumptions import Assumptions
from token_exports.parameters import NOTEBOOKS, ParameterError
from token_exports.units import UNITS, unit_of

Plain: TypeAlias = str | int | float | bool
NOTHING = "none"
"""How a setting writes that a parameter has no value, as in ``as_of=none``."""


def is_parameter(name: str) -> bool:
    """Whether a name is a parameter of a notebook, not an assumption or a member."""
    return name in scenarios.parameter_names()


def is_member(name: str) -> bool:
    """Whether a name is a member of a parameter, as ``served_in_china.minimax``."""
    return "." in name and name.split(".")[0] in scenarios.mappings()


def is_whole(name: str) -> bool:
    """Whether a name is a parameter that counts."""
    return any(
        name in model.model_fields and model.model_fields[name].annotation is int
        for model in NOTEBOOKS.values()
    )


def checked(name: str, value: Any, known: Assumptions) -> Plain:
    """Value as the notebooks take it, in one plain form: equal values are equal here.

    Parameters
    ----------
    name
        Parameter, assumption or member, as in ``--set``.
    value
        As a file states it: text, number, switch, date, or low, central and high as a list.
    known
        All assumptions.

    Returns
    -------
    str, int, float or bool
        A range as ``low:central:high``, a date as ISO text, no value as ``none``.

    Raises
    ------
    ParameterError
        Unknown name, wrong type or value out of range.
    """
    if is_member(name):
        group, _, member = name.partition(".")
        stated = scenarios.points(name, value)
        _through_notebooks(group, {member: stated})
        return _number(stated)
    if not is_parameter(name):
        return _number(scenarios.override(name, value, known))
    if name in scenarios.mappings():
        raise ParameterError(f"{name}: set its members one by one, as {name}.minimax")
    if isinstance(value, str) and value.lower() in (NOTHING, "null"):
        value = None
    found = _through_notebooks(name, value)
    return NOTHING if found is None else found


def _through_notebooks(name: str, value: Any) -> Any:
    """Value of a parameter as every notebook that has it reads it, dates as text."""
    found = None
    for notebook, model in NOTEBOOKS.items():
        if name in model.model_fields:
            taken = parameters.validated(notebook, {name: value})
            found = taken.model_dump(mode="json", include={name})[name]
    return found


def _number(points: float | tuple[float, float, float]) -> float | str:
    return ":".join(map(repr, points)) if isinstance(points, tuple) else float(points)


def written(value: Plain) -> str:
    """Value as the text of a setting, which reads back equal."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(float(value)) if isinstance(value, float) else str(value)


def allowed(name: str) -> str:
    """What a parameter may be, in words."""
    models = [model for model in NOTEBOOKS.values() if name in model.model_fields]
    return parameters.allowed(models[0], name)


def unit_label(name: str) -> str:
    """Unit of a name as it is printed, empty where it has none."""
    own = name.split(".")[0]
    if is_member(name):
        return "share"
    if not is_parameter(name):
        unit = unit_of(own) or ""
        return unit if unit in ("share", "ratio") else UNITS[unit].label if unit else ""
    models = [model for model in NOTEBOOKS.values() if name in model.model_fields]
    return parameters.unit(models[0], name).replace("count", "")
