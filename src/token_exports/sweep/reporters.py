"""The reporters of a worker: started when first needed, used again, replaced when they die.

A reporter ends when its input does. So it also ends with a worker that is killed, and nothing has
to be told to end.
"""

import atexit
import json
import os
import selectors
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any

from token_exports.run import cache, pipeline
from token_exports.sweep import home

MODULE = "token_exports.sweep.reporter"
CELL_SECONDS = pipeline.Options.cell_seconds
ANSWER_SECONDS = 3600.0
MOST_ANSWERS = 500
"""A reporter is replaced after so many, whatever its libraries may have piled up."""
SAID_BYTES = 2000
OF_THIS_MACHINE = f"reporter-{socket.gethostname()}-"

_idle: list["Reporter"] = []
_one = Lock()


class ReporterError(RuntimeError):
    """A reporter that died, did not answer in time, or met an error."""


class Reporter:
    """A running reporter, and the folder that it works in."""

    def __init__(self) -> None:
        folder = home.scratch()
        _forget_dead(folder)
        prefix = f"{OF_THIS_MACHINE}{os.getpid()}-"
        self.scratch = Path(tempfile.mkdtemp(prefix=prefix, dir=folder))
        with self._said.open("wb") as said:
            self._process = subprocess.Popen(
                [sys.executable, "-m", MODULE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=said,
                start_new_session=True,  # Ctrl-C is for whoever runs the sweep
                bufsize=0,
            )
        self.answers = 0

    @property
    def _said(self) -> Path:
        return self.scratch / "said"

    @property
    def pid(self) -> int:
        """Number of its process."""
        return self._process.pid

    def ask(self, request: Mapping[str, Any], seconds: float = ANSWER_SECONDS) -> dict[str, str]:
        """Have something done.

        Parameters
        ----------
        request
            ``do``, ``home``, and what else that takes.
        seconds
            How long to wait for an answer.

        Raises
        ------
        NotebookFailure
            A notebook did not finish.
        ReporterError
            See the class; after all but an error that it met, the reporter is gone.
        """
        text = json.dumps({"scratch": str(self.scratch), "cell_seconds": CELL_SECONDS, **request})
        assert self._process.stdin
        with suppress(BrokenPipeError):  # it is dead; reading says so
            self._process.stdin.write(text.encode() + b"\n")
        answer = json.loads(self._line(monotonic() + seconds, seconds))
        self.answers += 1
        if kind := answer.get("error"):
            if kind == pipeline.NotebookFailure.__name__:
                raise pipeline.NotebookFailure(answer["message"])
            raise ReporterError(f"{kind}: {answer['message']}")
        return dict(answer)

    def _line(self, until: float, seconds: float) -> bytes:
        """Next line of its output."""
        assert self._process.stdout
        line = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            while not line.endswith(b"\n"):
                if not selector.select(max(until - monotonic(), 0)):
                    self.close()
                    raise ReporterError(f"no answer within {seconds:.0f} s; the process was ended")
                part = os.read(self._process.stdout.fileno(), 65_536)
                if not part:
                    raise ReporterError(self._death())
                line += part
        return line

    def _death(self) -> str:
        """How the process ended, and what it said last."""
        status = self._process.wait()
        said = self._said.read_bytes()[-SAID_BYTES:].decode(errors="replace").strip()
        self.close()
        how = f"ended with status {status}" if status >= 0 else f"was ended by signal {-status}"
        why = ": killed, or the machine ran out of memory" if status == -9 else ""
        return f"the process that makes reports {how}{why}" + (f"\n{said}" if said else "")

    @property
    def usable(self) -> bool:
        """Whether it runs and may go on."""
        return self._process.poll() is None and self.answers < MOST_ANSWERS

    def close(self) -> None:
        """End the process and remove its folder."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream:
                stream.close()
        shutil.rmtree(self.scratch, ignore_errors=True)


def _forget_dead(folder: Path) -> None:
    """Remove what reporters of killed workers left."""
    for left in folder.glob(f"{OF_THIS_MACHINE}*"):
        worker = left.name.removeprefix(OF_THIS_MACHINE).partition("-")[0]
        if not cache.runs(int(worker)):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def one() -> Iterator[Reporter]:
    """A reporter for one thread at a time; of each thread that works at once there is one."""
    with _one:
        reporter = _idle.pop() if _idle else None
    if reporter and not reporter.usable:
        reporter.close()
        reporter = None
    reporter = reporter or Reporter()
    try:
        yield reporter
    finally:
        if reporter.usable:
            with _one:
                _idle.append(reporter)
        else:
            reporter.close()


def end_all() -> None:
    """End every reporter that waits for work."""
    with _one:
        while _idle:
            _idle.pop().close()


atexit.register(end_all)
