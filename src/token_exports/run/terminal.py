"""What a person sees in the terminal: progress while notebooks run, and the list of parameters."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from token_exports import parameters as model
from token_exports import scenarios
from token_exports.assumptions import Assumptions
from token_exports.run.execute import Executed, Progress


@contextmanager
def progress() -> Iterator[Progress]:
    """Live bars on a terminal, one line per finished notebook in a log."""
    if not sys.stderr.isatty():
        yield Progress(finished=_line)
        return
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Bars(*columns, TimeElapsedColumn(), console=Console(stderr=True)) as bars:
        tasks = {name: bars.add_task(name, total=None) for name in model.NOTEBOOKS}

        def cell(name: str, done: int, total: int) -> None:
            bars.update(tasks[name], completed=done, total=total)

        yield Progress(cell=cell)


def _line(executed: Executed) -> None:
    outcome = "failed" if executed.failure else "done"
    print(f"{executed.name} {outcome} in {executed.duration_s:.1f} s", file=sys.stderr)


def parameters(scenario: str) -> None:
    """Print parameters, scenarios and assumptions as tables."""
    console = Console()
    settings = scenarios.resolve(scenario)
    for notebook, values in settings.notebooks.items():
        table = Table(
            "parameter", "value", "allowed", "meaning", title=notebook, title_justify="left"
        )
        for name, field in type(values).model_fields.items():
            if name != "overrides":
                allowed = model.allowed(type(values), name)
                table.add_row(name, str(getattr(values, name)), allowed, field.description)
        console.print(table)
    table = Table("scenario", "what it changes", title="scenarios", title_justify="left")
    for name in scenarios.names():
        table.add_row(name, scenarios.load(name).title)
    console.print(table)
    table = Table(
        "assumption",
        "region",
        "variant",
        "5%",
        "central",
        "95%",
        title="assumptions",
        title_justify="left",
    )
    for row in Assumptions().rows:
        points = [f"{value:g}" for value in (row.low, row.central, row.high)]
        table.add_row(row.parameter, row.region, row.variant, *points)
    console.print(table)
