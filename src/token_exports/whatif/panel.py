"""What a reader may move on a page and what is computed again: plain descriptions, checked.

A panel holds one function from inputs to quantities, made of model functions. With numbers it gives
the values of the report, with symbols the formulas of the page's script.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from typing import Any

from token_exports import javascript
from token_exports.units import unit_of

DECADE = 10.0
ORDERED = ("columns", "bars", "parts", "quantities")


class PanelError(ValueError):
    """A panel that could not be shown or computed."""


def unit(name: str) -> str:
    """Unit of a control or quantity, whose name may end in a region after a dot.

    Raises
    ------
    PanelError
        The name does not end in a unit.
    """
    found = unit_of(name.partition(".")[0])
    if found is None:
        raise PanelError(f"{name!r} does not end in a unit")
    return found


@dataclass(frozen=True, kw_only=True)
class Control:
    """An input that a reader may move between two ends.

    ``believed`` are the ends of the report's own range; ``more`` folds the control away;
    ``setting`` says that a run takes the name in ``SET``.
    """

    name: str
    label: str
    low: float
    central: float
    high: float
    believed: tuple[float, float]
    more: bool = False
    setting: bool = False

    def __post_init__(self) -> None:
        unit(self.name)
        points = [self.low, self.believed[0], self.central, self.believed[1], self.high]
        if points != sorted(points) or self.low == self.high:
            raise PanelError(f"{self.name}: {points} not in order")

    @property
    def region(self) -> str:
        """Column it belongs to; empty if it serves all."""
        return self.name.partition(".")[2]

    @property
    def logarithmic(self) -> bool:
        """Whether equal steps multiply: where the ends are a decade apart or more."""
        return self.low > 0 and self.high / self.low >= DECADE


@dataclass(frozen=True, kw_only=True)
class Option:
    """A named set of values for some controls."""

    label: str
    values: Mapping[str, float]


@dataclass(frozen=True, kw_only=True)
class Choice:
    """A list of options that set several controls at once."""

    label: str
    options: tuple[Option, ...]


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A quantity that is computed again; ``recorded`` names the result it must reproduce."""

    name: str
    label: str
    recorded: str = ""
    headline: bool = False

    def __post_init__(self) -> None:
        unit(self.name)


@dataclass(frozen=True, kw_only=True)
class Chart:
    """Bars stacked from parts, or dots on a logarithmic scale.

    ``bars`` maps the label of a bar to its quantities: several parts, or one dot. ``parts`` names
    the parts, for the legend and for the colour.
    """

    title: str
    bars: Mapping[str, tuple[str, ...]]
    parts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """A condition of the essay: quantities, by what they are of, between two ends."""

    claim_id: str
    statement: str
    asked: str
    quantities: Mapping[str, str]
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Panel:
    """Controls, choices, quantities, charts and verdicts of a page, and how to compute them.

    ``compute`` takes and returns mappings by name. ``columns`` maps a region to its heading;
    a panel without regions has the empty one only.
    """

    columns: Mapping[str, str]
    notes: tuple[str, ...]
    controls: tuple[Control, ...]
    choices: tuple[Choice, ...]
    shown: tuple[Shown, ...]
    charts: tuple[Chart, ...]
    verdicts: tuple[Verdict, ...]
    compute: Callable[[Mapping[str, Any]], Mapping[str, Any]]

    def __post_init__(self) -> None:
        controls = _once(c.name for c in self.controls)
        known = _once([*self.values(), *controls])
        used = [name for v in self.verdicts for name in v.quantities.values()]
        used += [name for chart in self.charts for bar in chart.bars.values() for name in bar]
        if unknown := sorted({*used, *(s.name for s in self.shown)} - set(known)):
            raise PanelError(f"not computed: {', '.join(unknown)}")
        for option in (o for choice in self.choices for o in choice.options):
            for name, value in option.values.items():
                self._check(name, value)

    def _check(self, name: str, value: float) -> None:
        ends = {c.name: (c.low, c.high) for c in self.controls}
        if name not in ends or not ends[name][0] <= value <= ends[name][1]:
            raise PanelError(f"an option sets {name} to {value}, allowed: {ends.get(name)}")

    @property
    def central(self) -> dict[str, float]:
        """Inputs of the run."""
        return {c.name: c.central for c in self.controls}

    def values(self, inputs: Mapping[str, float] | None = None) -> dict[str, float]:
        """Every quantity at the run's inputs with some replaced."""
        found = self.compute({**self.central, **(inputs or {})})
        return {name: float(value) for name, value in found.items()}

    def formulas(self) -> str:
        """Body of the JavaScript function that computes every quantity."""
        arguments = javascript.symbols(self.central)
        return javascript.function_body(arguments, self.compute(arguments))

    def as_dict(self) -> dict[str, Any]:
        """Plain values, with the quantities at the run's inputs and the formulas."""
        plain = asdict(self)
        del plain["compute"]
        for row in [*plain["charts"], *plain["verdicts"], plain]:  # results sort names, not rows
            row |= {n: list(row[n].items()) for n in ORDERED if n in row}
        central = self.values()
        for control, row in zip(self.controls, plain["controls"], strict=True):
            row |= {"unit": unit(control.name), "log": control.logarithmic}
        for row in plain["verdicts"]:
            row |= {end: row[end] if isfinite(row[end]) else None for end in ("low", "high")}
        quantities = [{"name": n, "unit": unit(n), "central": v} for n, v in central.items()]
        return plain | {"quantities": quantities, "formulas": self.formulas()}


def _once(names: Iterable[str]) -> list[str]:
    listed = list(names)
    if twice := sorted({name for name in listed if listed.count(name) > 1}):
        raise PanelError(f"named twice: {', '.join(twice)}")
    return listed
