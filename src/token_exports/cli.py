"""Command line: ``token-exports report | check | parameters | reference``.

Exit status 2 stands for wrong use or wrong data (nothing has run), 1 for a notebook that failed.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Recompute, from cited data, whether AI tokens are exports of electricity.",
)

USAGE_STATUS, FAILURE_STATUS = 2, 1


@app.command()
def report(
    scenario: Annotated[str, typer.Option(help="Scenario in data/scenarios")] = "baseline",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="name=value of a parameter or an assumption; repeatable"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Folder of the report instead of reports/<scenario>")
    ] = None,
) -> None:
    """Run the notebooks and write the HTML report; the last line is its path."""
    from token_exports.run import pipeline, terminal

    with terminal.progress() as progress:
        page = pipeline.report(scenario, set_ or [], folder=out, progress=progress)
    print(_short(page))


@app.command()
def check() -> None:
    """Validate every table and every scenario in data/."""
    from token_exports import data, scenarios

    data.check()
    for name in scenarios.names():
        scenarios.resolve(name)
    print(f"{len(data.tables())} tables and {len(scenarios.names())} scenarios are as described")


@app.command()
def parameters(
    scenario: Annotated[str, typer.Option(help="Show the values of this scenario")] = "baseline",
) -> None:
    """List parameters, their values and what is allowed; then scenarios and assumptions."""
    from token_exports.run import terminal

    terminal.parameters(scenario)


@app.command()
def reference() -> None:
    """Build the baseline, keep its results in reports/reference, refresh the README's numbers."""
    from token_exports.run import readme, terminal

    with terminal.progress() as progress:
        folder = readme.update(progress)
    print(_short(folder))


def main() -> None:
    """Entry point: one clear message and the right exit status instead of a traceback."""
    from token_exports.data import DataError
    from token_exports.parameters import ParameterError

    try:
        app(standalone_mode=True)
    except (DataError, ParameterError) as fault:
        _fail(str(fault), USAGE_STATUS)
    except RuntimeError as fault:
        from token_exports.run.execute import NotebookFailure

        if not isinstance(fault, NotebookFailure):
            raise
        _fail(str(fault), FAILURE_STATUS)


def _fail(message: str, status: int) -> None:
    print(f"token-exports: {message}", file=sys.stderr)
    sys.exit(status)


def _short(path: Path) -> str:
    resolved = path.resolve()
    here = Path.cwd()
    return str(resolved.relative_to(here) if resolved.is_relative_to(here) else resolved)


if __name__ == "__main__":
    main()
