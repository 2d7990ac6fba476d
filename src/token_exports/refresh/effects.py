"""What new rows would change in results and verdicts: the baseline with and without them."""

import os
import subprocess
import sys
from pathlib import Path

from token_exports import paths
from token_exports.compare import Comparison, compare
from token_exports.compare import report as finished
from token_exports.refresh.staged import HOME_VARIABLE, Staged
from token_exports.run import pipeline
from token_exports.run.progress import Progress

SCENARIO, PROPOSED = "baseline", "refresh-proposed"


class EffectsError(RuntimeError):
    """The report cannot be made with the new rows; nothing is appended."""


def effects(staged: Staged, progress: Progress | None = None) -> tuple[Path, Comparison]:
    """Build the baseline as it is and with the new rows, and compare.

    The second report stays in ``reports/refresh-proposed``.

    Raises
    ------
    EffectsError
        A notebook fails with the new rows; the message ends in what it said.
    """
    before = pipeline.report(SCENARIO, progress=progress).parent
    after = paths.reports() / PROPOSED
    command = [sys.executable, "-m", "token_exports.cli", "report", "--quiet"]
    command += ["--scenario", SCENARIO, "--out", str(after.resolve())]
    # a process of its own: kernels and caches of this one know the tables as they are
    environment = {**os.environ, HOME_VARIABLE: str(staged.folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise EffectsError(f"no report with the new rows: {done.stderr.strip()}")
    return after / "index.html", compare(finished(before), finished(after, PROPOSED))
