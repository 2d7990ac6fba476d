"""Execute notebooks with papermill, several kernels at once, in one process.

Kernels talk over Unix sockets, so that two of them cannot race for a port; no notebook is given a
working directory, because papermill would change that of the whole process.
"""

import logging
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from nbformat import NotebookNode
from traitlets import CaselessStrEnum, default

from token_exports.parameters import Parameters

CELL_SECONDS = 300
START_SECONDS = 120


class NotebookFailure(RuntimeError):
    """A notebook raised; the message names notebook, cell and error."""


class LocalKernelManager(AsyncKernelManager):
    """Kernel manager whose sockets are files in a folder of its own, on systems that have such.

    Left alone, every kernel would name its sockets alike, in the current folder.
    """

    transport = CaselessStrEnum(
        ["tcp", "ipc"], default_value="ipc" if os.name == "posix" else "tcp", config=True
    )

    @default("ip")
    def _own_address(self) -> str:
        if self.transport == "tcp":
            return "127.0.0.1"
        self._sockets = tempfile.mkdtemp(prefix="kernel-")
        return str(Path(self._sockets, "s"))

    async def _async_cleanup_resources(self, restart: bool = False) -> None:
        await super()._async_cleanup_resources(restart)
        if not restart and hasattr(self, "_sockets"):
            shutil.rmtree(self._sockets, ignore_errors=True)


@dataclass
class Executed:
    """One executed notebook, how long it took, and why it failed if it did."""

    name: str
    notebook: NotebookNode | None = None
    duration_s: float = 0.0
    failure: str = ""


@dataclass(frozen=True)
class Progress:
    """What to call while notebooks run."""

    cell: Callable[[str, int, int], None] = field(default=lambda name, done, total: None)
    finished: Callable[[Executed], None] = field(default=lambda executed: None)


def run_all(
    notebooks: Mapping[Path, Parameters], environment: Mapping[str, str], progress: Progress
) -> list[Executed]:
    """Execute every notebook; a failing one does not stop the others.

    Parameters
    ----------
    notebooks
        Notebook file to its validated parameters.
    environment
        Variables that every kernel sees, on top of the caller's.
    progress
        Called after each cell and each notebook.

    Returns
    -------
    list of Executed
        In the order of ``notebooks``.
    """
    logging.getLogger("papermill").setLevel(logging.ERROR)
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        with ThreadPoolExecutor((os.cpu_count() or 1) + 1) as pool:
            return list(pool.map(lambda item: _run(item[0], item[1], progress), notebooks.items()))
    finally:
        os.environ.clear()
        os.environ.update(before)


def _run(path: Path, parameters: Parameters, progress: Progress) -> Executed:
    import papermill
    from papermill.exceptions import PapermillExecutionError

    started = monotonic()
    executed = Executed(path.stem)
    try:
        executed.notebook = papermill.execute_notebook(
            path,
            None,
            parameters=parameters.model_dump(mode="json"),
            progress_bar=False,
            kernel_manager_class=LocalKernelManager,
            shutdown_kernel="immediate",
            start_timeout=START_SECONDS,
            execution_timeout=CELL_SECONDS,
            on_cell_executed=_counter(path, progress),
        )
    except PapermillExecutionError as error:
        executed.failure = _explain(path, error.cell_index, f"{error.ename}: {error.evalue}")
    except Exception as error:
        executed.failure = f"notebooks/{path.name}: {type(error).__name__}: {error}"
    executed.duration_s = monotonic() - started
    progress.finished(executed)
    return executed


def _counter(path: Path, progress: Progress) -> Callable[..., None]:
    import nbformat

    total = sum(c.cell_type == "code" for c in nbformat.read(path, as_version=4).cells)
    done = iter(range(1, 2 * total + 2))

    def count(**_: Any) -> None:
        progress.cell(path.stem, next(done), total + 1)

    return count


def _explain(path: Path, index: int, error: str) -> str:
    """Say which cell of the committed notebook raised; papermill has inserted one above it."""
    import nbformat

    cells = nbformat.read(path, as_version=4).cells
    tagged = [i for i, c in enumerate(cells) if "parameters" in c.metadata.get("tags", [])]
    own = index - 1 if tagged and index > tagged[0] else index
    label = cells[own].get("id", own) if own < len(cells) else own
    return f"notebooks/{path.name}, cell {label!r} (number {own + 1}): {error}"
