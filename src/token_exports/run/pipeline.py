"""From a scenario to a published report: reuse or execute, judge, render, publish.

Everything is built in a staging folder beside the reports and published in one step, so a build
that fails or is killed leaves the last good report as it was.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from token_exports import paths
from token_exports.run import publish, status, surroundings, warm
from token_exports.run.progress import Progress


class NotebookFailure(RuntimeError):
    """A notebook did not finish; the message names notebook, cell, error and partial report."""


@dataclass(frozen=True)
class Options:
    """How to build: ``fresh`` runs every notebook even if its outputs are kept.

    At most ``kernels`` run at once, one more than cores where not given.
    """

    single_file: bool = False
    fresh: bool = False
    cell_seconds: float = 300.0
    kernels: int | None = None


def report(
    scenario: str,
    assignments: Iterable[str] = (),
    *,
    folder: Path | None = None,
    progress: Progress | None = None,
    options: Options | None = None,
) -> Path:
    """Build the report of a scenario, as far as it is not there yet; return its front page.

    Parameters
    ----------
    scenario
        Name of a file in ``data/scenarios``.
    assignments
        ``name=value`` for parameters and assumptions.
    folder
        Where to publish; ``reports/<scenario>`` where not given.
    progress
        Told of everything that happens.
    options
        How to build.

    Raises
    ------
    ParameterError, DataError, TargetError
        Before any kernel starts; nothing is written.
    NotebookFailure
        A notebook did not finish; the others and its own beginning are in a partial report beside
        the last good one.
    OSError
        The report cannot be written; the last good one is as it was.
    """
    told, chosen = progress or Progress(), options or Options()
    request = status.Request.of(scenario, tuple(assignments), single_file=chosen.single_file)
    destination = folder or paths.reports() / scenario
    publish.require_replaceable(destination)
    if chosen.fresh or status.reasons(destination, request):
        with publish.alone(destination, lambda owner: told.waiting(str(destination), owner)):
            # the run that held the lock may have built this very report
            if chosen.fresh or status.reasons(destination, request):
                return _build(request, destination, told, chosen)
    publish.forget_partial(destination)
    told.ended(folder=str(destination), fresh=True)
    return destination / "index.html"


def _build(
    request: status.Request, destination: Path, progress: Progress, options: Options
) -> Path:
    with surroundings.repeatable():
        if options.fresh or not (paths.cache() / "executed").is_dir():
            warm.up()  # notebooks will run: their libraries load while this process loads its own
        from token_exports.run import build  # heavy: only where there is work

        return build.build(request, destination, progress, options)
