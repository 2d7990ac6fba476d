"""From a scenario to a published report: validate, execute, judge, render, publish.

Everything is built in a staging folder beside the reports and published by one rename, so a failed
build leaves the last good report as it was.
"""

import datetime as dt
import json
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat

from token_exports import data, paths, preflight, results, scenarios
from token_exports.pages import runs, single
from token_exports.pages import write as pages
from token_exports.run import execute, manifest, stable
from token_exports.run.execute import Executed, NotebookFailure, Progress
from token_exports.scenarios import Settings

KERNEL_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",  # sums in one order
    "OPENBLAS_NUM_THREADS": "1",
    "PYDEVD_DISABLE_FILE_VALIDATION": "1",
    "TZ": "UTC",
}


def report(
    scenario: str,
    assignments: Iterable[str] = (),
    *,
    folder: Path | None = None,
    progress: Progress | None = None,
    single_file: bool = False,
) -> Path:
    """Build the report of a scenario and return its front page.

    Parameters
    ----------
    scenario
        Name of a file in ``data/scenarios``.
    assignments
        ``name=value`` for parameters and assumptions.
    folder
        Where to publish; ``reports/<scenario>`` where not given.
    progress
        Called while notebooks run.
    single_file
        Also write the whole report as one file that can be mailed.

    Raises
    ------
    ParameterError, DataError
        Before any kernel starts; nothing is written.
    NotebookFailure
        A notebook raised; nothing is published.
    """
    settings = scenarios.resolve(scenario, assignments)
    data.check()
    preflight.check(settings.notebooks)
    destination = folder or paths.reports() / scenario
    with _staging(destination) as staging:
        _build(settings, staging, progress or Progress(), single_file=single_file)
        _publish(staging, destination)
    return destination / "index.html"


def _build(settings: Settings, staging: Path, progress: Progress, *, single_file: bool) -> None:
    started = dt.datetime.now(dt.UTC)
    made_from = manifest.sources(settings)
    executed = _execute(settings, staging, progress)
    site = pages.write(staging, settings, made_from)
    complete = {**made_from, "outputs": manifest.outputs(staging)}
    (staging / "manifest.json").write_text(results.to_json(complete), encoding="utf-8")
    record = manifest.record(started, executed)
    (staging / "run.json").write_text(results.to_json(record), encoding="utf-8")
    runs.write(site, settings, complete, record)
    if single_file:
        single.write(staging)


def _execute(settings: Settings, staging: Path, progress: Progress) -> list[Executed]:
    files = {paths.notebooks() / f"{name}.ipynb": p for name, p in settings.notebooks.items()}
    environment = KERNEL_ENVIRONMENT | {
        results.OUTPUT_VARIABLE: str(staging),
        "TOKEN_EXPORTS_HOME": str(paths.root()),
        "IPYTHONDIR": str(paths.cache() / "ipython"),  # nobody's own start-up files
    }
    executed = execute.run_all(files, environment, progress)
    failures = [run.failure for run in executed if run.failure]
    if failures:
        raise NotebookFailure("\n".join(failures))
    (staging / "notebooks").mkdir()
    for run in executed:
        assert run.notebook is not None
        filed = stable.linked(stable.stable(run.notebook))
        text = results.to_json(json.loads(nbformat.writes(filed)))  # a cell a line
        (staging / "notebooks" / f"{run.name}.ipynb").write_text(text, encoding="utf-8")
    return executed


@contextmanager
def _staging(destination: Path) -> Iterator[Path]:
    destination.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".building-", dir=destination.parent))
    folder.chmod(0o755)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _publish(staging: Path, destination: Path) -> None:
    """Put the finished folder in place; the old one steps aside until that has worked."""
    old = destination.with_name(f".old-{os.getpid()}-{destination.name}")
    if destination.exists():
        destination.rename(old)
    try:
        staging.rename(destination)
    except OSError:
        if old.exists():
            old.rename(destination)
        raise
    shutil.rmtree(old, ignore_errors=True)
