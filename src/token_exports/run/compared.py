"""Find or build the two reports of a comparison, and publish its page."""

import os
import re
from pathlib import Path

from token_exports import paths, scenarios
from token_exports.compare import CompareError, Comparison, Finished
from token_exports.compare import compare as compared
from token_exports.compare import report as finished
from token_exports.pages import comparison
from token_exports.run import publish
from token_exports.run.progress import Progress

_UNSAFE = re.compile(r"[^\w.-]+")
SEPARATORS = tuple(filter(None, (os.sep, os.altsep)))


def compare(first: str, second: str, progress: Progress | None = None) -> tuple[Path, Comparison]:
    """Compare two reports and write ``reports/compare-<first>-<second>``.

    Parameters
    ----------
    first, second
        Each the name of a scenario, whose report is built where it is missing or stale, or the
        folder of a finished report, which is taken as it is.
    progress
        Called while notebooks run.

    Returns
    -------
    tuple
        The page and the comparison.

    Raises
    ------
    ParameterError
        No such scenario; nothing has run.
    CompareError
        No finished report in that folder; nothing has run.
    """
    folders = [_folder(name) for name in (first, second)]
    ends = [_built(folder, progress) for folder in folders]
    found = compared(*ends)
    names = "-".join(_UNSAFE.sub("-", end.name) for end in ends)
    destination = paths.reports() / f"compare-{names}"
    told = progress or Progress()
    alone = publish.alone(destination, lambda owner: told.waiting(str(destination), owner))
    with alone, publish.staging(destination) as staging:
        comparison.write(staging, found)
        publish.publish(staging, destination)
    return destination / comparison.PAGE, found


def builds(*names: str) -> bool:
    """Whether a comparison of these runs notebooks, or asks whether they have to run."""
    return not set(names).isdisjoint(scenarios.names())


def _folder(name: str) -> str | Path:
    """A scenario by its name, or the folder of a finished report."""
    if name in scenarios.names():
        return name
    folder = Path(name)
    if name and folder.is_dir():
        finished(folder)
        return folder
    if not name or any(separator in name for separator in SEPARATORS):
        raise CompareError(f"{name!r} is neither a scenario nor the folder of a finished report")
    scenarios.load(name)
    return name


def _built(report: str | Path, progress: Progress | None) -> Finished:
    if isinstance(report, Path):
        return finished(report)
    from token_exports.run import pipeline  # finished reports need none of what it imports

    return finished(pipeline.report(report, progress=progress).parent, report)
