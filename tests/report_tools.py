"""Reports for tests: the baseline once for all workers, others without what they share with it."""

import os
import shutil
from pathlib import Path

import nbformat

from token_exports import results, scenarios
from token_exports.run import execute, pipeline


def other(baseline, folder, scenario, assignments=()):
    """Report of other settings; a notebook whose parameters are the baseline's is taken from it.

    A notebook is a function of data and parameters, so running it again would only repeat it.
    """
    same = scenarios.resolve("baseline").notebooks
    run = execute._run

    def run_or_take(path, parameters, progress):
        if parameters != same[path.stem]:
            return run(path, parameters, progress)
        return _taken(baseline, path.stem)

    execute._run = run_or_take
    try:
        return pipeline.report(scenario, assignments, folder=folder).parent
    finally:
        execute._run = run


def _taken(baseline, name):
    staging = Path(os.environ[results.OUTPUT_VARIABLE])
    number = name.partition("_")[0]
    for pattern in (f"results/{name}.json", f"figures/{number}_*", f"tables/{number}_*"):
        for file in baseline.glob(pattern):
            target = staging / file.relative_to(baseline)
            target.parent.mkdir(exist_ok=True)
            shutil.copyfile(file, target)
    notebook = nbformat.read(baseline / "notebooks" / f"{name}.ipynb", as_version=4)
    return execute.Executed(name, notebook)
