"""What a notebook records: quantities with intervals, its answer, its figures and tables.

One JSON file per notebook, sorted and rounded to twelve significant digits, so that the same
commit, data and parameters give the same bytes. Where nothing is being built (a notebook opened in
JupyterLab) everything is shown and nothing is written.
"""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from token_exports import uncertainty
from token_exports.uncertainty import Interval, Kind
from token_exports.units import Quantity, unit_of

if TYPE_CHECKING:
    import pandas as pd

OUTPUT_VARIABLE = "TOKEN_EXPORTS_OUTPUT"
FILED_DIGITS = 6
"""Significant digits of a fraction in a download; a figure shows four at most."""


class ResultError(ValueError):
    """A quantity is recorded twice, without a unit or out of its range."""


class FigureError(ValueError):
    """A figure lacks what makes it readable or checkable."""


def output_folder() -> Path | None:
    """Where the running report collects its files, or None outside a build."""
    folder = os.environ.get(OUTPUT_VARIABLE)
    return Path(folder) if folder else None


def running_cell() -> int:
    """Number of the notebook cell that runs now, 0 outside a notebook."""
    from IPython import get_ipython

    shell = get_ipython()
    return int(shell.execution_count) if shell else 0


def file_table(frame: "pd.DataFrame", stem: str) -> None:
    """Write the rows behind a figure or table into the report that is being built, if any."""
    folder = output_folder()
    if folder is None:
        return
    path = folder / "tables" / f"{stem}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    frame.to_csv(path, index=False, lineterminator="\n", float_format=_filed)


def _filed(value: Any) -> str:
    """Counts in full, fractions without the noise of the arithmetic."""
    if value.is_integer():
        return f"{value:.0f}"
    return repr(float(f"{value:.{FILED_DIGITS}g}")).removesuffix(".0")


@dataclass(frozen=True)
class Failure:
    """Why a notebook did not finish.

    Parameters
    ----------
    notebook
        Its name.
    cell_id
        Identifier of the cell at which it ended, empty if not known.
    cell_number
        Number of that cell in the committed notebook, counted from one; 0 if not known.
    error
        What happened, such as ``ZeroDivisionError: division by zero``.
    kind
        ``raised``, ``died`` (the kernel) or ``timeout``.
    """

    notebook: str
    cell_id: str
    cell_number: int
    error: str
    kind: str


@dataclass(frozen=True)
class Recorded:
    """One quantity as the report knows it; ``cell`` is the number of the cell that recorded it."""

    name: str
    label: str
    unit: str
    central: float
    low: float
    high: float
    kind: str
    formula: str
    tables: list[str]
    headline: bool
    cell: int = 0

    @property
    def interval(self) -> Interval:
        """Value with its ends."""
        return Interval(self.central, self.low, self.high, Kind(self.kind))


@dataclass
class Results:
    """Quantities, answer, figures and tables of one notebook."""

    notebook: str
    title: str
    parameters: dict[str, Any] = field(default_factory=dict)
    answer: str = ""
    quantities: dict[str, Recorded] = field(default_factory=dict)
    figures: list[dict[str, Any]] = field(default_factory=list)
    tables: list[dict[str, Any]] = field(default_factory=list)
    what_if: dict[str, Any] = field(default_factory=dict)
    """What a reader may move on the page; empty where the notebook offers nothing."""

    def add(
        self,
        name: str,
        value: Interval | Quantity,
        label: str,
        *,
        formula: str = "",
        tables: tuple[str, ...] = (),
        headline: bool = False,
    ) -> Interval:
        """Record a quantity and hand back its interval.

        Parameters
        ----------
        name
            Ends in its unit; claims refer to it as ``<notebook>:<name>``.
        value
            An interval, or a single value that carries no uncertainty.
        label
            What it is, in a few words, for the table of results.
        formula
            Model function it came from, ``module.function``; the report links to it.
        tables
            Tables in ``data/`` it rests on; the report links to them.
        headline
            Shown among the key numbers of the page.
        """
        unit = unit_of(name)
        if unit is None:
            raise ResultError(f"{name!r} does not end in a unit")
        if name in self.quantities:
            raise ResultError(f"{name!r} is recorded twice")
        found = value if isinstance(value, Interval) else uncertainty.exact(float(value))
        if not all(isfinite(end) for end in (found.central, found.low, found.high)):
            raise ResultError(f"{name!r} has an end that is no number: {found}")
        self.quantities[name] = Recorded(
            name,
            label,
            unit,
            found.central,
            found.low,
            found.high,
            str(found.kind),
            formula,
            list(tables),
            headline,
            running_cell(),
        )
        return found

    def new_stem(self, name: str) -> str:
        """File stem of a figure or table that is about to be filed.

        Raises
        ------
        ResultError
            The name is taken.
        """
        if any(entry["name"] == name for entry in self.figures + self.tables):
            raise ResultError(f"{name!r} exists already in {self.notebook}")
        return f"{self.notebook[:2]}_{name}"

    def number(self, count: int) -> str:
        """Number of the notebook's figure or table ``count`` in the whole report, like 1.3."""
        return f"{int(self.notebook[:2])}.{count}"

    def intervals(self) -> dict[str, Interval]:
        """``<notebook>:<quantity>`` to interval, as the claims name them."""
        return {f"{self.notebook}:{name}": row.interval for name, row in self.quantities.items()}

    def as_dict(self) -> dict[str, Any]:
        """Everything recorded, as plain values in a fixed order."""
        panel = {"what_if": self.what_if} if self.what_if else {}
        return panel | {
            "notebook": self.notebook,
            "title": self.title,
            "answer": self.answer,
            "parameters": self.parameters,
            "headlines": [k for k, row in self.quantities.items() if row.headline],
            "quantities": [asdict(self.quantities[k]) for k in sorted(self.quantities)],
            "figures": self.figures,
            "tables": self.tables,
        }

    def write(self) -> None:
        """Write ``results/<notebook>.json`` into the report that is being built, if any."""
        folder = output_folder()
        if folder is None:
            return
        path = folder / "results" / f"{self.notebook}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(to_json(self.as_dict()), encoding="utf-8")


def to_json(content: Mapping[str, Any]) -> str:
    """JSON text that is the same for the same content, whatever built it: one entry a line."""
    plain = _plain(content)
    parts = (f"{_text(key)}:{_lines(plain[key])}" for key in sorted(plain))
    return "{\n" + ",\n".join(parts) + "\n}\n"


def _lines(value: Any) -> str:
    """A list of entries, or a mapping, with a line for each; anything else on one line."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "[\n" + ",\n".join(map(_text, value)) + "\n]"
    if isinstance(value, dict) and len(value) > 1:
        parts = (f"{_text(key)}:{_text(value[key])}" for key in sorted(value))
        return "{\n" + ",\n".join(parts) + "\n}"
    return _text(value)


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def _plain(content: Any) -> Any:
    if isinstance(content, dict):
        return {str(k): _plain(v) for k, v in content.items()}
    if isinstance(content, list | tuple):
        return [_plain(v) for v in content]
    if isinstance(content, float):
        return float(f"{content:.12g}")
    return content


def load(path: Path) -> dict[str, Any]:
    """Recorded content of one notebook."""
    return dict(json.loads(path.read_text(encoding="utf-8")))


def intervals(recorded: list[dict[str, Any]]) -> dict[str, Interval]:
    """``<notebook>:<quantity>`` to interval, over the recorded content of all notebooks."""
    return {
        f"{content['notebook']}:{row['name']}": Recorded(**row).interval
        for content in recorded
        for row in content["quantities"]
    }
