"""Named scenarios, and the settings of one run in their fixed order of precedence.

Defaults < scenario file < environment (``TOKEN_EXPORTS_SET``) < command line. Every value keeps
its origin, and all of it is validated before a kernel starts.
"""

import os
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from token_exports import data, parameters, paths
from token_exports.assumptions import AssumptionError, Assumptions, OverrideValue
from token_exports.parameters import NOTEBOOKS, ParameterError, Parameters

try:
    from yaml import CSafeLoader as _Loader  # ten times faster
except ImportError:
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]


class _Once(_Loader):
    """YAML in which a name stands once; the plain loader silently keeps the last."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        names = [self.construct_object(key, deep=True) for key, _ in node.value]
        twice = sorted({str(name) for name in names if names.count(name) > 1})
        if twice:
            raise yaml.MarkedYAMLError(problem=f"{', '.join(twice)} set twice")
        return super().construct_mapping(node, deep)


def _as_written(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> Any:
    """Number, but for what YAML would take for hours and minutes: 3:5:6 is low:central:high."""
    if ":" in node.value:
        return node.value
    whole = node.tag.endswith("int")
    return (loader.construct_yaml_int if whole else loader.construct_yaml_float)(node)


for _kind in ("int", "float"):
    _Once.add_constructor(f"tag:yaml.org,2002:{_kind}", _as_written)

KEYS = {"title", "description", "parameters", "assumptions"}
SETTINGS_VARIABLE = "TOKEN_EXPORTS_SET"


@dataclass(frozen=True)
class Scenario:
    """One file of ``data/scenarios``: what it changes, and why."""

    name: str
    title: str
    description: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    assumptions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Settings:
    """Validated parameters of every notebook of one run.

    ``origin`` maps ``notebook.parameter`` and ``assumption`` names to where the value came from.
    """

    scenario: Scenario
    notebooks: Mapping[str, Parameters]
    origin: Mapping[str, str]


def names() -> list[str]:
    """Names of all scenarios."""
    return sorted(path.stem for path in (paths.data() / "scenarios").glob("*.yaml"))


def parsed(text: str) -> Any:
    """Content of a YAML text in which every name stands once.

    Raises
    ------
    yaml.YAMLError
        Not valid YAML, or a name stands twice.
    """
    return yaml.load(text, _Once)


def load(name: str) -> Scenario:
    """Scenario ``name``.

    Raises
    ------
    ParameterError
        Unknown scenario or a malformed file.
    """
    path = paths.data() / "scenarios" / f"{name}.yaml"
    if name not in names():
        raise ParameterError(f"no scenario {name!r}; {data.nearest(name, names())}")
    try:
        content = parsed(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as fault:
        raise ParameterError(f"data/scenarios/{path.name} is not valid YAML: {fault}") from None
    sections = content if isinstance(content, dict) else {}
    groups = [sections.get(key) or {} for key in ("parameters", "assumptions")]
    whole = {"title", "description"} <= set(sections) <= KEYS
    if not whole or not all(isinstance(group, dict) for group in groups):
        raise ParameterError(
            f"data/scenarios/{path.name}: needs the texts title, description, and may have"
            " parameters and assumptions, each a list of name: value"
        )
    return Scenario(name, sections["title"], sections["description"], *groups)


def resolve(scenario: str, settings: Iterable[str] = ()) -> Settings:
    """Parameters of every notebook under a scenario and settings of the form ``name=value``.

    Raises
    ------
    ParameterError
        Unknown or repeated name, wrong type or value out of range; nothing has run yet.
    """
    chosen = load(scenario)
    layers: list[tuple[str, dict[str, Any]]] = [
        (f"scenario {scenario}", {**chosen.parameters, **chosen.assumptions}),
        ("environment", _pairs(_from_environment())),
        ("command line", _pairs(settings)),
    ]
    values: dict[str, Any] = {}
    origin: dict[str, str] = {}
    for source, layer in layers:
        for name, value in layer.items():
            group, dot, member = name.partition(".")
            if dot and group in mappings():
                values[group] = {**(values.get(group) or {}), member: points(name, value)}
                origin[group] = source
            else:
                values[name], origin[name] = value, source
    own = {name: v for name, v in values.items() if name in parameter_names()}
    overrides = _overrides({name: v for name, v in values.items() if name not in own})
    notebooks = {
        notebook: parameters.validated(
            notebook,
            {k: v for k, v in own.items() if k in model.model_fields}
            | {"overrides": {k: v for k, v in overrides.items() if model.takes(k)}},
        )
        for notebook, model in NOTEBOOKS.items()
    }
    return Settings(chosen, notebooks, origin)


def _from_environment() -> list[str]:
    text = os.environ.get(SETTINGS_VARIABLE, "")
    try:
        return shlex.split(text)
    except ValueError as fault:
        raise ParameterError(f"{SETTINGS_VARIABLE}={text}: {fault}") from None


def _overrides(values: dict[str, Any]) -> dict[str, Any]:
    known = Assumptions()
    return {name: override(name, values[name], known) for name in sorted(values)}


def override(name: str, value: Any, known: Assumptions) -> OverrideValue:
    """Override of an assumption from what a file or a command line states.

    Raises
    ------
    ParameterError
        No such assumption, or a value that it cannot have.
    """
    if name.split(".")[0] not in {row.parameter for row in known.rows}:
        every = {row.parameter for row in known.rows} | parameter_names()
        raise ParameterError(f"no parameter or assumption {name!r}; {data.nearest(name, every)}")
    checked = points(name, value)
    try:
        known.check_override(name, checked)
    except AssumptionError as fault:
        raise ParameterError(str(fault)) from None
    return checked


def points(name: str, value: Any) -> OverrideValue:
    """One number, or low, central and high.

    Raises
    ------
    ParameterError
        Neither.
    """
    parts = value if isinstance(value, list) else str(value).split(":")
    try:
        numbers = [float(part) for part in parts]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) == 1:
        return numbers[0]
    if len(numbers) == 3:
        return (numbers[0], numbers[1], numbers[2])
    raise ParameterError(f"{name} = {value!r}: give one number, or low:central:high")


def _pairs(settings: Iterable[str]) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not name or not value:
            raise ParameterError(f"{setting!r}: a setting is written name=value")
        if name in pairs:
            raise ParameterError(f"{name} is set twice")
        pairs[name] = None if value.lower() in ("none", "null") else value
    return pairs


def mappings() -> set[str]:
    """Parameters whose members are set one by one, as ``served_in_china.minimax=0``."""
    fields = {k: f for model in NOTEBOOKS.values() for k, f in model.model_fields.items()}
    return {k for k, f in fields.items() if f.default_factory is dict} - {"overrides"}


def parameter_names() -> set[str]:
    """Names of all parameters of the notebooks."""
    every = {name for model in NOTEBOOKS.values() for name in model.model_fields}
    return every - {"overrides"}
