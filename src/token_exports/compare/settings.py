"""Parameters and assumptions of a run, and those in which two runs differ."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

DEFAULT = "default"
OVERRIDES = "overrides"


@dataclass(frozen=True)
class Given:
    """What a run was given: values by notebook as plain data, and where each came from."""

    notebooks: Mapping[str, Mapping[str, Any]]
    origin: Mapping[str, str] = field(default_factory=dict)

    def values(self) -> dict[str, Any]:
        """Value of every parameter and of every assumption that was replaced."""
        found: dict[str, Any] = {}
        for values in self.notebooks.values():
            found |= {name: value for name, value in values.items() if name != OVERRIDES}
            found |= values.get(OVERRIDES) or {}
        return found

    def readers(self, name: str) -> frozenset[str]:
        """Notebooks that take a parameter or a replaced assumption of this name."""
        return frozenset(
            notebook
            for notebook, values in self.notebooks.items()
            if name in values or name in (values.get(OVERRIDES) or {})
        )

    def where(self, name: str) -> str:
        """Origin of a value."""
        return self.origin.get(name, DEFAULT)


@dataclass(frozen=True)
class Setting:
    """A parameter or an assumption that two runs give different values, in print."""

    name: str
    before: str
    before_origin: str
    after: str
    after_origin: str
    notebooks: frozenset[str]


def differing(before: Given, after: Given) -> list[Setting]:
    """Settings in which two runs differ, in the order of the notebooks.

    An assumption that only one of them replaces differs, whatever its row in the table says.
    """
    first, second = before.values(), after.values()
    return [
        Setting(
            name,
            *_end(before, first, name),
            *_end(after, second, name),
            before.readers(name) | after.readers(name),
        )
        for name in {**second, **first}
        if name not in first or name not in second or first[name] != second[name]
    ]


def _end(given: Given, values: Mapping[str, Any], name: str) -> tuple[str, str]:
    if name not in values:
        return "as in the table", "assumptions.csv"
    return text(values[name]), given.where(name)


def text(value: Any) -> str:
    """A setting in print: ranges as low to high, mappings as name = value."""
    if value is None or value == {}:
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} = {text(member)}" for key, member in value.items())
    if isinstance(value, tuple | list):
        return " to ".join(f"{point:g}" for point in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
