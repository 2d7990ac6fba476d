"""All notebooks of a run: kept outputs where nothing they depend on has changed, else executed."""

import json
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat

from token_exports import paths, results
from token_exports.pages import traces
from token_exports.parameters import Parameters
from token_exports.results import Failure
from token_exports.run import cache, execute, filed, fingerprint, reads
from token_exports.run.execute import Executed, Task
from token_exports.run.progress import Progress

if TYPE_CHECKING:
    from token_exports.run.pipeline import Options

WORK = ".work"


@dataclass(frozen=True)
class Outcome:
    """What became of one notebook; ``reads`` are the inputs it read, by name."""

    name: str
    reads: Mapping[str, str]
    duration_s: float
    cell_duration_s: Mapping[str, float]
    reused: bool
    failure: Failure | None = None


@dataclass(frozen=True)
class Plan:
    """Notebook with its parameters, its key, and what is kept of it: for this key, and newest."""

    name: str
    parameters: Parameters
    key: str
    entry: cache.Entry | None
    last: cache.Entry | None

    @property
    def path(self) -> Path:
        """Committed notebook."""
        return paths.notebooks() / f"{self.name}.ipynb"

    @property
    def expected_s(self) -> float:
        """Seconds of last time; the size of the notebook where it has not run here yet."""
        return self.last.duration_s if self.last else self.path.stat().st_size / 1e3


def plan(notebooks: Mapping[str, Parameters], *, fresh: bool) -> list[Plan]:
    """Look up what is kept of every notebook; with ``fresh`` nothing is used."""
    digest = lru_cache(maxsize=None)(fingerprint.input_hash)
    plans = []
    for name, values in notebooks.items():
        key = cache.base(paths.notebooks() / f"{name}.ipynb", values.model_dump(mode="json"))
        entry = None if fresh else cache.find(name, key, digest)
        plans.append(Plan(name, values, key, entry, cache.expected(name)))
    return plans


def run(
    plans: Sequence[Plan],
    staging: Path,
    progress: Progress,
    options: "Options",
    before: Mapping[str, str],
) -> list[Outcome]:
    """Fill ``staging`` with notebooks, results, figures and tables.

    Parameters
    ----------
    plans
        What to reuse and what to run.
    staging
        New folder of the report.
    progress
        Told what is reused and what runs.
    options
        How long a cell may take, and how many kernels run at once.
    before
        Hashes of inputs and code as the run began; what changes meanwhile is not kept.

    Returns
    -------
    list of Outcome
        In the order of ``plans``.
    """
    plans = [_reused(one, staging, progress) for one in plans]
    to_run = sorted((p for p in plans if not p.entry), key=lambda p: p.expected_s, reverse=True)
    times = {one.name: one.last.duration_s if one.last else None for one in to_run}
    progress.planned([one.name for one in plans if one.entry], times)
    tasks = [_task(p, staging) for p in to_run]
    executed = execute.run_all(tasks, progress, options.cell_seconds, options.kernels)
    ran = {one.name: one for one in executed}
    outcomes = []
    for one in plans:
        task = _task(one, staging)
        outcomes.append(_from_entry(one, task) if one.entry else _file(one, ran[one.name], before))
        _gather(task.output, staging)
    shutil.rmtree(staging / WORK, ignore_errors=True)
    return outcomes


def _task(one: Plan, staging: Path) -> Task:
    times = one.last.cell_duration_s if one.last else {}
    return Task(one.path, one.parameters, staging / WORK / one.name, times)


def _reused(one: Plan, staging: Path, progress: Progress) -> Plan:
    if one.entry is None or cache.fill(one.entry, _task(one, staging).output):
        return one
    progress.notice(f"{one.name}: what was kept of it is damaged; it runs again")
    return replace(one, entry=None)


def _from_entry(one: Plan, task: Task) -> Outcome:
    """Outputs are those kept, text cells the current ones."""
    entry, path = one.entry, task.output / cache.NOTEBOOK
    assert entry is not None
    committed = nbformat.read(one.path, as_version=4)
    _write(filed.grafted(committed, nbformat.read(path, as_version=4)), path)
    return Outcome(one.name, entry.reads, entry.duration_s, entry.cell_duration_s, reused=True)


def _file(plan: Plan, one: Executed, before: Mapping[str, str]) -> Outcome:
    """File what ran, and keep it if it finished and nothing changed under its feet."""
    noted = reads.recorded(one.task.log)
    names = noted["read"] + [fingerprint.LISTED + name for name in noted["listed"]]
    read = {name: fingerprint.input_hash(name) for name in names}
    output = one.task.output
    if one.notebook is not None:
        notebook = filed.linked(filed.stable(one.notebook))
        _shorten(notebook, output)
        _write(notebook, output / cache.NOTEBOOK)
    if one.failure is not None:
        (output / "results" / f"{one.name}.json").unlink(missing_ok=True)
    elif all(digest.startswith(before.get(name, digest)) for name, digest in read.items()):
        made = cache.Entry(output, read, {}, one.duration_s, one.cell_duration_s)
        cache.keep(one.name, plan.key, made)
    times = (one.duration_s, one.cell_duration_s)
    return Outcome(one.name, read, *times, reused=False, failure=one.failure)


def _shorten(notebook: nbformat.NotebookNode, folder: Path) -> None:
    """Take colour codes and folders of this machine out of tracebacks."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output["output_type"] == "error":
                output["traceback"] = [traces.shortened(t, folder) for t in output["traceback"]]


def _write(notebook: nbformat.NotebookNode, path: Path) -> None:
    text = results.to_json(json.loads(nbformat.writes(notebook)))  # a cell a line
    path.write_text(text, encoding="utf-8")


def _gather(output: Path, staging: Path) -> None:
    """Move one notebook's files into the report."""
    filed_as = staging / "notebooks" / f"{output.parent.name}.ipynb"
    filed_as.parent.mkdir(exist_ok=True)
    if (output / cache.NOTEBOOK).is_file():
        (output / cache.NOTEBOOK).rename(filed_as)
    for path in sorted(path for path in output.rglob("*") if path.is_file()):
        target = staging / path.relative_to(output)
        target.parent.mkdir(parents=True, exist_ok=True)
        path.rename(target)


def inputs(outcomes: Sequence[Outcome]) -> dict[str, list[str]]:
    """Names of the inputs that each notebook read."""
    return {outcome.name: sorted(outcome.reads) for outcome in outcomes}
