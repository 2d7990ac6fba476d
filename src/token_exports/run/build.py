"""Build a report in a staging folder and publish it; what a notebook gave before is reused."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from token_exports import data, preflight, results, scenarios
from token_exports.pages import parallel
from token_exports.results import Failure
from token_exports.run import crate, execute, manifest, notebooks, publish, status, warm
from token_exports.run.pipeline import NotebookFailure
from token_exports.run.progress import Progress
from token_exports.run.status import Request
from token_exports.scenarios import Settings

if TYPE_CHECKING:
    from token_exports.run.pipeline import Options

GROUPS = 3  # of tables: the validator reads the whole description for each


def build(request: Request, destination: Path, progress: Progress, options: "Options") -> Path:
    """Build and publish; the caller holds the lock of ``destination``.

    Returns
    -------
    Path
        Front page of the published report.

    Raises
    ------
    NotebookFailure
        What there is has been published beside ``destination``.
    """
    started = dt.datetime.now(dt.UTC)
    settings = scenarios.resolve(request.scenario, request.settings)
    plans = notebooks.plan(settings.notebooks, fresh=options.fresh)
    if not all(one.entry for one in plans):
        warm.up()  # meanwhile the tables are checked
    _check_tables()
    preflight.check(settings.notebooks)
    with publish.staging(destination) as staging:
        made_from = manifest.sources(settings) | status.state(request)
        before = made_from["inputs"] | made_from["code"]
        outcomes = notebooks.run(plans, staging, progress, options, before)
        progress.stage("rendering")
        made_from["reads"] = notebooks.inputs(outcomes)
        record = partial(manifest.record, started, outcomes)
        failures = {o.name: o.failure for o in outcomes if o.failure}
        _write(staging, settings, made_from, record, failures)
        if options.single_file:
            from token_exports.pages import single

            single.write(staging)
        progress.stage("publishing")
        _publish(staging, destination, failures)
    progress.ended(folder=str(destination), fresh=False)
    return destination / "index.html"


def _check_tables() -> None:
    """Validate every table; those that are new share the cores."""

    def check(names: list[str]) -> None:
        with suppress(data.DataError):  # all faults are told together, below
            data.check(names)

    new = data.unchecked()
    parallel.run([partial(check, new[first::GROUPS]) for first in range(GROUPS) if new])
    data.check()


def _write(
    staging: Path,
    settings: Settings,
    made_from: Mapping[str, Any],
    record: Callable[[], Mapping[str, Any]],
    failures: Mapping[str, Failure],
) -> None:
    """Write the pages, then the records of what they were made from and consist of."""
    from token_exports.pages import runs  # heavy: the kernels run already
    from token_exports.pages import write as pages

    site = pages.write(staging, settings, made_from, failures)
    reads = {name: tables(read) for name, read in made_from["reads"].items()}
    statuses = {name: failures[name].error if name in failures else "" for name in reads}
    complete = {**made_from, "outputs": manifest.outputs(staging)}
    (staging / "manifest.json").write_text(results.to_json(complete), encoding="utf-8")
    crate.write(staging, settings, complete, reads, statuses)
    times = record()  # once everything else is written
    (staging / "run.json").write_text(results.to_json(times), encoding="utf-8")
    runs.write(site, settings, complete, times, reads=reads, statuses=statuses)


def tables(read: Iterable[str]) -> list[str]:
    """Tables among the files that a notebook read."""
    return sorted(name for name in read if name.startswith("data/") and name.endswith(".csv"))


def _publish(staging: Path, destination: Path, failures: Mapping[str, Failure]) -> None:
    """Publish a whole report; a partial one beside the last whole one, which stays."""
    if not failures:
        publish.publish(staging, destination)
        publish.forget_partial(destination)
        return
    partial = publish.partial(destination)
    publish.publish(staging, partial)
    lines = [execute.describe(failure) for failure in failures.values()]
    lines.append(f"partial report: {partial / 'index.html'}")
    if (destination / "index.html").is_file():
        lines.append(f"the last complete report is as it was: {destination / 'index.html'}")
    raise NotebookFailure("\n".join(lines))
