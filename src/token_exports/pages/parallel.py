"""Independent work on both cores: processes forked from this one, which share what it has read.

Each takes the next task from a pipe until that is empty, this process too. Nothing comes back but
an error, which is raised here as it was there. Where a process cannot safely be forked, everything
is done in this one.
"""

import os
import pickle
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Sequence
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection
from typing import Any

Task = Callable[[], None]
MOST_TASKS = 256
"""The pipe holds the number of a task in one byte."""


def processes() -> int:
    """How many processes may work: one a core, or this one only.

    Forking is left alone outside Linux, beside running threads, whose locks a child would inherit
    for ever, and in a process that may have no children.
    """
    alone = threading.active_count() > 1 or current_process().daemon
    return 1 if alone or sys.platform != "linux" else len(os.sched_getaffinity(0))


def run(tasks: Sequence[Task], count: int | None = None) -> None:
    """Do every task once, in any order.

    Parameters
    ----------
    tasks
        What to do, the longest first; at most ``MOST_TASKS``. They write files and return nothing.
    count
        Processes to share the work; as many as :func:`processes` allows where not given.

    Raises
    ------
    Exception
        What a task raised; of several the one that stands first. No further task is begun.
    RuntimeError
        A process was killed.
    """
    helpers = min(count or processes(), len(tasks)) - 1
    if helpers < 1:
        for task in tasks:
            task()
        return
    queue = _filled(len(tasks))
    running = [_Helper(tasks, queue) for _ in range(helpers)]
    try:
        errors = [_work(tasks, queue), *(helper.error() for helper in running)]
    finally:
        os.close(queue)
        for helper in running:
            helper.stop()
    for _, error in sorted((e for e in errors if e), key=lambda e: e[0]):
        raise error


def _filled(count: int) -> int:
    """Reading end of a pipe with a byte for each task."""
    queue, filling = os.pipe()
    os.write(filling, bytes(range(count)))
    os.close(filling)
    return queue


def _work(tasks: Sequence[Task], queue: int) -> tuple[int, Exception] | None:
    """Do tasks until none is left; an error empties the queue."""
    while taken := os.read(queue, 1):
        try:
            tasks[taken[0]]()
        except Exception as error:
            while os.read(queue, MOST_TASKS):
                pass  # nobody begins another
            return taken[0], error
    return None


class _Helper:
    """A forked process that works on the same queue."""

    def __init__(self, tasks: Sequence[Task], queue: int) -> None:
        self.answer, answering = get_context("fork").Pipe(duplex=False)
        parent = os.getpid()
        self.process = get_context("fork").Process(
            target=_help, args=(tasks, queue, answering, parent), daemon=True
        )
        self.process.start()
        answering.close()

    def error(self) -> tuple[int, Exception] | None:
        """What went wrong, once the process has ended."""
        try:
            found: tuple[int, Exception] | None = self.answer.recv()
        except EOFError:
            self.process.join()
            return MOST_TASKS, RuntimeError(f"a process ended with {self.process.exitcode}")
        return found

    def stop(self) -> None:
        """End the process if it still works."""
        self.answer.close()
        self.process.terminate()
        self.process.join()


def _help(tasks: Sequence[Task], queue: int, answering: Connection, parent: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent is interrupted too, and ends this
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    wanted: list[Task] = [_while(parent, task) for task in tasks]
    found = _work(wanted, queue)
    if found:
        found[1].add_note("".join(traceback.format_exception(found[1])))
    answering.send(_portable(found))


def _while(parent: int, task: Task) -> Task:
    """A task that is not begun once the parent has been killed."""

    def begun() -> None:
        if os.getppid() != parent:
            os._exit(1)
        task()

    return begun


def _portable(found: tuple[int, Exception] | None) -> Any:
    """An error that can be sent; of one that cannot, type and message."""
    try:
        pickle.loads(pickle.dumps(found))
    except Exception:
        assert found is not None
        return found[0], RuntimeError(f"{type(found[1]).__name__}: {found[1]}")
    return found
