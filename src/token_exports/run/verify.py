"""Run the baseline again from nothing and hold it against the committed results."""

import tempfile
from pathlib import Path

from token_exports import paths, scenarios
from token_exports.compare import CompareError, Finished, kept
from token_exports.compare import report as finished
from token_exports.compare.repeated import Verified, against
from token_exports.run import pipeline
from token_exports.run.progress import Progress


def verify(progress: Progress | None = None) -> Verified:
    """Run the baseline into a folder that is removed afterwards, and compare.

    Raises
    ------
    CompareError
        No committed results, or settings of the environment would change the baseline; nothing
        has run.
    """
    committed = _committed()
    if "environment" in scenarios.resolve("baseline").origin.values():
        name = scenarios.SETTINGS_VARIABLE
        raise CompareError(f"{name} is set, so this would not be the baseline; unset it")
    with tempfile.TemporaryDirectory(prefix="token-exports-") as folder:
        return against(committed, _rerun(Path(folder) / "baseline", progress))


def _committed() -> Finished:
    folder = paths.reports() / "reference"
    try:
        return kept(folder)
    except CompareError as fault:
        hint = "make reference writes it"
        raise CompareError(f"nothing to verify against: {fault}; {hint}") from None


def _rerun(folder: Path, progress: Progress | None) -> Finished:
    # every notebook has to run: what a cache holds proves nothing about this machine
    options = pipeline.Options(fresh=True)
    page = pipeline.report("baseline", folder=folder, progress=progress, options=options)
    return finished(page.parent)
