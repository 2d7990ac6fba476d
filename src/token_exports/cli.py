"""Command line: ``token-exports report | pdf | check | parameters | predict | reference``.

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
    single: Annotated[
        bool, typer.Option("--single", help="Also write report.html, the whole report in one file")
    ] = False,
) -> None:
    """Run the notebooks and write the HTML report; the last line is its path."""
    from token_exports.run import pipeline, terminal

    with terminal.progress() as progress:
        page = pipeline.report(
            scenario, set_ or [], folder=out, progress=progress, single_file=single
        )
    print(_short(page))


@app.command()
def pdf(
    scenario: Annotated[str, typer.Option(help="Scenario in data/scenarios")] = "baseline",
) -> None:
    """Print reports/<scenario> as report.pdf with Chromium; the report is built if missing."""
    from token_exports import paths, scenarios
    from token_exports.run import pdf as printing
    from token_exports.run import pipeline, terminal

    scenarios.resolve(scenario)
    printing.browser()  # before minutes are spent on the notebooks
    folder = paths.reports() / scenario
    if not (folder / "index.html").is_file():
        with terminal.progress() as progress:
            pipeline.report(scenario, progress=progress)
    print(_short(printing.write(folder)))


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
def predict(  # noqa: PLR0913 - one argument per option
    *,
    model: Annotated[str, typer.Option(help="Model, as minimax-m2.5")],
    accelerator: Annotated[str, typer.Option(help="Accelerator, as h100-sxm")],
    input_len: Annotated[float, typer.Option(help="Tokens of a prompt, cached ones included")],
    output_len: Annotated[float, typer.Option(help="Tokens of an answer")],
    cached: Annotated[float, typer.Option(help="Share of the prompt read from a cache")] = 0.0,
    interactivity: Annotated[
        float | None, typer.Option(help="Tokens a second that a user sees; else the assumption's")
    ] = None,
    precision: Annotated[str, typer.Option(help="Format; else the chip's narrowest")] = "",
    serving: Annotated[str, typer.Option(help="wide | apart | together")] = "wide",
    drafts: Annotated[bool, typer.Option(help="The model drafts its own tokens")] = False,
    region: Annotated[str, typer.Option(help="Prices of this country: cn | us")] = "us",
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="name=value of a parameter or an assumption; repeatable"),
    ] = None,
    json: Annotated[bool, typer.Option(help="Print JSON instead of tables")] = False,
) -> None:
    """Predict tokens a second, joules and dollars per token of a model on an accelerator."""
    from token_exports.predict import Question, answer
    from token_exports.run import terminal

    question = Question(
        model=model,
        accelerator=accelerator,
        input_tokens=input_len,
        output_tokens=output_len,
        cached_share=cached,
        interactivity_tok_per_s_per_user=interactivity,
        precision=precision,
        serving=serving,
        drafts=drafts,
        region=region,
    )
    terminal.prediction(answer(question, set_ or []), as_json=json)


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
    except ValueError as fault:
        from token_exports.serving import ServingError

        if not isinstance(fault, ServingError):
            raise
        _fail(str(fault), USAGE_STATUS)
    except RuntimeError as fault:
        from token_exports.run.execute import NotebookFailure
        from token_exports.run.pdf import PdfError

        if isinstance(fault, PdfError):
            _fail(str(fault), USAGE_STATUS)
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
