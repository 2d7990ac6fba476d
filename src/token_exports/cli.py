"""Command line: ``token-exports report | status | compare | sweep | refresh | verify | ...``.

Exit status 0: done. 1: a notebook failed, or ``verify`` finds that the baseline has moved. 2: wrong
use or wrong data, nothing has run. 3: a sweep or a refresh is finished, but some of its points or
sources failed. 4: the report cannot be written. 5: a sweep has lost its cluster. 130: interrupted.
"""

import errno
import signal
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from token_exports import paths
from token_exports.refresh.command import refresh
from token_exports.sweep.command import sweep

FAILURE_STATUS, USAGE_STATUS, WRITE_STATUS, LOST_STATUS, INTERRUPTED_STATUS = 1, 2, 4, 5, 130
CANNOT_WRITE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EFBIG}
KNOWN_FAULTS = {  # looked up by name: a module that is not loaded has raised nothing
    "assumptions.AssumptionError": USAGE_STATUS,
    "compare.CompareError": USAGE_STATUS,
    "data.DataError": USAGE_STATUS,
    "refresh.catalogue.SourceError": USAGE_STATUS,
    "refresh.effects.EffectsError": FAILURE_STATUS,
    "refresh.run.RefreshError": USAGE_STATUS,
    "parameters.ParameterError": USAGE_STATUS,
    "run.pdf.PdfError": USAGE_STATUS,
    "run.pipeline.NotebookFailure": FAILURE_STATUS,
    "run.publish.TargetError": USAGE_STATUS,
    "serving.ServingError": USAGE_STATUS,
    "sweep.cluster.ClusterError": USAGE_STATUS,
    "sweep.dataset.DatasetError": USAGE_STATUS,
    "sweep.engine.SweepLost": LOST_STATUS,
    "sweep.inputs.InputsError": USAGE_STATUS,
    "sweep.record.FolderError": USAGE_STATUS,
    "sweep.spec.SweepError": USAGE_STATUS,
    "sweep.versions.VersionError": USAGE_STATUS,
}

FOLDER = click.Path(path_type=Path)
SCENARIO = click.option(
    "--scenario", default="baseline", show_default=True, help="Scenario in data/scenarios."
)
SET = click.option(
    "--set",
    "settings",
    multiple=True,
    metavar="NAME=VALUE",
    help="A parameter or an assumption; repeatable.",
)


class Interrupted(BaseException):
    """Ctrl-C, or a request to end; passes everything that handles errors."""


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def app() -> None:
    """Recompute, from cited data, whether AI tokens are exports of electricity."""


@app.command()
@SCENARIO
@SET
@click.option("--out", type=FOLDER, help="Folder of the report instead of reports/SCENARIO.")
@click.option("--single", is_flag=True, help="Also write report.html, all in one file.")
@click.option("--fresh", is_flag=True, help="Run every notebook, whatever is kept of it.")
@click.option(
    "--cell-timeout",
    type=click.FloatRange(min=1),
    default=300.0,
    show_default=True,
    help="Longest time that one cell may take, in seconds.",
)
@click.option("--quiet", "style", flag_value="quiet", help="Show no progress.")
@click.option("--json", "style", flag_value="json", help="One event a line as JSON.")
def report(  # noqa: PLR0913 - one argument per option
    *,
    scenario: str,
    settings: tuple[str, ...],
    out: Path | None,
    single: bool,
    fresh: bool,
    cell_timeout: float,
    style: Any,
) -> None:
    """Write the HTML report, running what has to run; the last line is its path."""
    from token_exports.run import display, pipeline

    options = pipeline.Options(single_file=single, fresh=fresh, cell_seconds=cell_timeout)
    with display.progress(style or "auto") as progress:
        page = pipeline.report(scenario, settings, folder=out, progress=progress, options=options)
    if style != "json":
        print(paths.short(page))


@app.command()
@SCENARIO
@SET
@click.option("--out", type=FOLDER, help="Folder of the report instead of reports/SCENARIO.")
@click.option("--why", is_flag=True, help="Say which input changed.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def status(
    *, scenario: str, settings: tuple[str, ...], out: Path | None, why: bool, as_json: bool
) -> None:
    """Say which pages of a report are fresh or stale."""
    from token_exports.run import status as freshness

    request = freshness.Request.of(scenario, settings, single_file=False)
    pages = freshness.pages(out or paths.reports() / scenario, request)
    print(freshness.as_json(pages) if as_json else freshness.words(pages, why=why))


@app.command()
@click.argument("first")
@click.argument("second")
@click.option("--all", "everything", is_flag=True, help="Every moved quantity, not the largest.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def compare(*, first: str, second: str, everything: bool, as_json: bool) -> None:
    """Say what differs between two reports; the last line is a page that shows it.

    FIRST and SECOND are scenarios, or folders of finished reports.
    """
    from token_exports.run import compared, differences, display

    with display.progress() if compared.builds(first, second) else nullcontext() as progress:
        page, found = compared.compare(first, second, progress)
    differences.comparison(found, everything=everything, as_json=as_json)
    if not as_json:
        print(paths.short(page))


@app.command()
def verify() -> None:
    """Run the baseline again and compare it with the results in reports/reference."""
    from token_exports.run import differences, display
    from token_exports.run import verify as verifying

    with display.progress() as progress:
        found = verifying.verify(progress)
    differences.verification(found)
    if not found.same:
        sys.exit(FAILURE_STATUS)


@app.command()
@SCENARIO
def pdf(*, scenario: str) -> None:
    """Print reports/SCENARIO as report.pdf with Chromium; the report is built if missing."""
    from token_exports import scenarios
    from token_exports.run import display, pipeline
    from token_exports.run import pdf as printing

    scenarios.resolve(scenario)
    printing.browser()  # before minutes are spent on the notebooks
    folder = paths.reports() / scenario
    if not (folder / "index.html").is_file():
        with display.progress() as progress:
            pipeline.report(scenario, progress=progress)
    print(paths.short(printing.write(folder)))


@app.command()
def check() -> None:
    """Validate every table, every scenario and every sweep in data/."""
    from token_exports import data, paths, scenarios
    from token_exports.sweep import plan

    data.check()
    for name in scenarios.names():
        scenarios.resolve(name)
    sweeps = sorted((paths.data() / "sweeps").glob("*.yaml"))
    for path in sweeps:
        plan.read(path)
    counts = (len(data.tables()), len(scenarios.names()), len(sweeps))
    print("{} tables, {} scenarios and {} sweeps are as described".format(*counts))


@app.command()
@SCENARIO
def parameters(*, scenario: str) -> None:
    """List parameters, their values and what is allowed; then scenarios and assumptions."""
    from token_exports.run import terminal

    terminal.parameters(scenario)


@app.command()
@click.option("--model", required=True, help="Model, as minimax-m2.5.")
@click.option("--accelerator", required=True, help="Accelerator, as h100-sxm.")
@click.option("--input-len", type=float, required=True, help="Tokens of a prompt, cached included.")
@click.option("--output-len", type=float, required=True, help="Tokens of an answer.")
@click.option("--cached", type=float, default=0.0, help="Share of the prompt read from a cache.")
@click.option("--interactivity", type=float, help="Tokens a second a user sees; or as assumed.")
@click.option("--precision", default="", help="Format; else the chip's narrowest.")
@click.option("--serving", default="wide", show_default=True, help="wide, apart or together.")
@click.option("--drafts", is_flag=True, help="The model drafts its own tokens.")
@click.option("--region", default="us", show_default=True, help="Prices of this country: cn or us.")
@SET
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of tables.")
def predict(*, settings: tuple[str, ...], as_json: bool, **asked: Any) -> None:
    """Predict tokens a second, joules and dollars per token of a model on an accelerator."""
    from token_exports.predict import Question, answer
    from token_exports.run import terminal

    question = Question(
        input_tokens=asked.pop("input_len"),
        output_tokens=asked.pop("output_len"),
        cached_share=asked.pop("cached"),
        interactivity_tok_per_s_per_user=asked.pop("interactivity"),
        **asked,
    )
    terminal.prediction(answer(question, list(settings)), as_json=as_json)


@app.command()
def reference() -> None:
    """Build the baseline, keep its results in reports/reference, refresh the README's numbers."""
    from token_exports.run import display, readme

    with display.progress() as progress:
        folder = readme.update(progress)
    print(paths.short(folder))


app.add_command(sweep)
app.add_command(refresh)


def main() -> None:
    """Entry point: one clear message and the right exit status instead of a traceback."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as a shell leaves it in background
            signal.signal(number, _interrupt)
    try:
        app(standalone_mode=True)
    except Interrupted as request:
        kept = _notes(request) or "what is published is the last complete report"
        _fail(f"interrupted; {kept}", INTERRUPTED_STATUS)
    except Exception as fault:
        status = _exit_status(fault)
        if status is None:
            raise
        _fail("\n".join(filter(None, [str(fault), _notes(fault)])), status)


def _notes(fault: BaseException) -> str:
    """What was added to a fault on its way: what is kept, how to go on; no traceback."""
    return "; ".join(note for note in getattr(fault, "__notes__", []) if "\n" not in note)


def _interrupt(*_: object) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)  # a second one ends everything at once
    raise Interrupted


def _exit_status(fault: Exception) -> int | None:
    """Exit status of a fault that a user can do something about, else None."""
    if isinstance(fault, OSError) and fault.errno in CANNOT_WRITE:
        return WRITE_STATUS
    for name, status in KNOWN_FAULTS.items():
        module, _, kind = name.rpartition(".")
        loaded = sys.modules.get(f"token_exports.{module}")
        if loaded and isinstance(fault, getattr(loaded, kind)):
            return status
    return None


def _fail(message: str, status: int) -> None:
    print(f"token-exports: {message}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
