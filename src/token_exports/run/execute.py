"""Execute notebooks with papermill, several kernels at once, in one process.

No notebook is given a working directory, because papermill would change that of the whole process.
A notebook that fails is kept as far as it came, and the others go on.
"""

import logging
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from nbformat import NotebookNode

from token_exports.parameters import Parameters
from token_exports.results import OUTPUT_VARIABLE, Failure
from token_exports.run import kernels, reads, signals
from token_exports.run.progress import Progress

START_SECONDS = 120


@dataclass(frozen=True)
class Task:
    """One notebook to run: its file, its parameters, and the empty folder it may fill."""

    path: Path
    parameters: Parameters
    folder: Path
    last_cell_duration_s: Mapping[str, float] = field(default_factory=dict)
    """Seconds that each cell took last time, where it has run here before."""

    @property
    def name(self) -> str:
        """Name of the notebook."""
        return self.path.stem

    @property
    def output(self) -> Path:
        """Folder of results, figures and tables."""
        return self.folder / "output"

    @property
    def log(self) -> Path:
        """File in which the kernel notes what it reads."""
        return self.folder / "reads.log"


@dataclass
class Executed:
    """One executed notebook, how long its cells took, and why it failed if it did."""

    task: Task
    notebook: NotebookNode | None = None
    duration_s: float = 0.0
    cell_duration_s: dict[str, float] = field(default_factory=dict)
    failure: Failure | None = None

    @property
    def name(self) -> str:
        """Name of the notebook."""
        return self.task.name


def run_all(
    tasks: Sequence[Task], progress: Progress, cell_seconds: float, most: int | None = None
) -> list[Executed]:
    """Execute every notebook; a failing one does not stop the others.

    Parameters
    ----------
    tasks
        Longest first, where that is known: the last to start decides when all are done.
    progress
        Told of each cell and each notebook.
    cell_seconds
        Longest time that one cell may take.
    most
        Kernels that run at once; one more than cores where not given.

    Returns
    -------
    list of Executed
        In the order of ``tasks``.

    Raises
    ------
    KeyboardInterrupt
        All kernels have been ended.
    """
    logging.getLogger("papermill").setLevel(logging.CRITICAL)
    with ThreadPoolExecutor(most or (os.cpu_count() or 1) + 1) as pool:
        try:
            with signals.held():  # a thread whose start is interrupted is one the pool forgets
                waiting = [pool.submit(_run, task, progress, cell_seconds) for task in tasks]
            return [future.result() for future in waiting]
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            kernels.end_all()
            raise


def _run(task: Task, progress: Progress, cell_seconds: float) -> Executed:
    import papermill
    from papermill.engines import NBClientEngine, papermill_engines

    class Keeping(NBClientEngine):  # type: ignore[misc]
        """Papermill's own engine; keeps hold of the notebook, also of one that fails."""

        @classmethod
        def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **options: Any) -> None:
            executed.notebook = nb_man.nb
            super().execute_managed_notebook(nb_man, kernel_name, **options)

    executed, started = Executed(task), monotonic()
    papermill_engines.register(task.name, Keeping)
    task.output.mkdir(parents=True)
    try:
        papermill.execute_notebook(
            task.path,
            None,
            parameters=task.parameters.model_dump(mode="json"),
            engine_name=task.name,
            progress_bar=False,
            kernel_manager_class=_manager(task),
            shutdown_kernel="immediate",
            start_timeout=START_SECONDS,
            execution_timeout=cell_seconds,
            on_cell_executed=_counter(task, progress),
        )
        executed.failure = _refused(task)
    except Exception as error:
        executed.failure = _failure(executed, error)
    executed.duration_s = monotonic() - started
    executed.cell_duration_s = _durations(executed.notebook)
    progress.finished(executed.name, executed.duration_s, executed.failure)
    return executed


def _manager(task: Task) -> type[kernels.LocalKernelManager]:
    environment = {OUTPUT_VARIABLE: str(task.output), reads.LOG_VARIABLE: str(task.log)}
    return type("OneNotebook", (kernels.LocalKernelManager,), {"environment": environment})


def _counter(task: Task, progress: Progress) -> Callable[..., None]:
    import nbformat

    total = sum(c.cell_type == "code" for c in nbformat.read(task.path, as_version=4).cells) + 1
    last, done = task.last_cell_duration_s, list[str]()

    def count(cell: NotebookNode, **_: Any) -> None:
        done.append(str(cell.get("id", "")))
        known = sum(last.get(name, 0.0) for name in done) / sum(last.values()) if last else 0.0
        share = min(known, 1.0) or len(done) / total
        progress.cell(task.name, done[-1], done=len(done), total=total, share=share)

    return count


def _durations(notebook: NotebookNode | None) -> dict[str, float]:
    cells = notebook.cells if notebook else []
    timed = {c.get("id"): c.metadata.get("papermill", {}).get("duration") for c in cells}
    return {str(name): round(took, 3) for name, took in timed.items() if took}


def _refused(task: Task) -> Failure | None:
    """A use of something undeclared that the notebook caught and went on from."""
    refused = reads.recorded(task.log)["refused"]
    if not refused:
        return None
    return Failure(task.name, "", 0, f"UndeclaredInput: {'; '.join(refused)}", "raised")


def _failure(executed: Executed, error: Exception) -> Failure:
    """Which cell of the committed notebook failed, and how."""
    from nbclient.exceptions import CellTimeoutError, DeadKernelError
    from papermill.exceptions import PapermillExecutionError

    if isinstance(error, PapermillExecutionError):
        kind, words = "raised", f"{error.ename}: {error.evalue}"
    elif isinstance(error, CellTimeoutError):
        kind, words = "timeout", "the cell took longer than a cell may (--cell-timeout)"
    elif isinstance(error, DeadKernelError):
        kind, words = "died", "the kernel died: it was killed, or the machine ran out of memory"
    else:
        kind, words = "raised", f"{type(error).__name__}: {error}"
    name, number = _last_begun(executed)
    return Failure(executed.name, name, number, words, kind)


def _last_begun(executed: Executed) -> tuple[str, int]:
    """Identifier and number of the cell that ran last, as the committed notebook counts."""
    import nbformat

    cells = executed.notebook.cells if executed.notebook else []
    begun = [c.get("id", "") for c in cells if c.metadata.get("papermill", {}).get("start_time")]
    own = [c.get("id", "") for c in nbformat.read(executed.task.path, as_version=4).cells]
    known = [name for name in begun if name in own]
    return (known[-1], own.index(known[-1]) + 1) if known else ("", 0)


def describe(failure: Failure) -> str:
    """One line for the terminal."""
    where = f", cell {failure.cell_id!r} (number {failure.cell_number})" if failure.cell_id else ""
    return f"notebooks/{failure.notebook}.ipynb{where}: {failure.error}"
