"""Read a sweep file, and say what is wrong with its form."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ValidationError

from token_exports import paths, scenarios
from token_exports.data import nearest
from token_exports.sweep.spec import Range, Sample, Show, Spec, SweepError


def load(path: Path) -> Spec:
    """Content of a sweep file.

    Raises
    ------
    SweepError
        Not readable, not YAML, or not in the form of a sweep.
    """
    try:
        content = scenarios.parsed(path.read_text(encoding="utf-8"))
    except OSError as fault:
        raise SweepError(f"cannot be read: {fault.strerror}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as fault:
        kind = "UTF-8 text" if isinstance(fault, UnicodeDecodeError) else "valid YAML"
        raise SweepError(f"is not {kind}: {fault}") from None
    if not isinstance(content, dict):
        raise SweepError(f"needs {', '.join(_keys(Spec))}, each as key: value")
    stated = {key: value for key, value in content.items() if value is not None}
    try:
        return Spec.model_validate(stated)
    except ValidationError as fault:
        raise SweepError("; ".join(_explain(error) for error in fault.errors())) from None


def _keys(model: type[BaseModel]) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


_MODELS: Mapping[str, type[BaseModel]] = {"sample": Sample, "show": Show, "vary": Range}
_NEEDED = {
    "tuple_type": "a list is needed",
    "dict_type": "a list of name: value is needed",
    "model_type": "a list of name: value is needed",
    "string_type": "a text is needed",
}


def _explain(error: Any) -> str:
    place = [str(part) for part in error["loc"]]
    if place[:1] == ["vary"] and len(place) > 2:
        del place[2]  # the tag of the form
    *above, last = place or [""]
    if error["type"] == "extra_forbidden":
        model = _MODELS[above[0]] if above else Spec
        return ": ".join([*above, f"no key {last!r}; {nearest(last, _keys(model))}"])
    reason = _NEEDED.get(error["type"]) or str(error["msg"]).removeprefix("Value error, ")
    if error["type"] == "missing":
        return ": ".join([*above, f"{last} is missing"])
    stated = "" if isinstance(error["input"], dict) else f" = {error['input']!r}"
    return f"{': '.join(place)}{stated}: {reason[0].lower()}{reason[1:]}" if place else reason


def shown(path: Path) -> str:
    """Path of a file as messages name it: from the repository where it lies within."""
    whole, root = path.resolve(), paths.root().resolve()
    return whole.relative_to(root).as_posix() if whole.is_relative_to(root) else str(path)
