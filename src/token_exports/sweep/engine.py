"""Run the jobs of a sweep on workers: a bounded number at a time, each result kept once.

A part that raises is split in halves until the points that fail stand alone; a point alone is tried
again as often as the sweep says, then recorded as failed, and the rest goes on. A task whose worker
dies is done again elsewhere by dask; what was at several workers that died is done last, one at a
time, and counts as having raised where its worker dies once more.
"""

import queue
import time
from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any, Protocol

from token_exports.run import signals
from token_exports.sweep import cluster, tasks, versions
from token_exports.sweep.flight import CANCELLED, Flight
from token_exports.sweep.shared import SharedWork
from token_exports.sweep.work import Finished, Job

PER_THREAD = 3
"""Tasks in flight for each thread: one at work, the next ones on their way."""
TICK_S, LOOK_S = 0.5, 5.0
MOST_SPLIT = 200
"""Points that failed alone, after which a part that raises is recorded whole: all may fail."""

JOBS_PER_WORKER, FEWEST_POINTS = 4, 200
"""A short sweep is cut into more jobs than parts, so that no worker waits long for another."""
DIED = "WorkerDied"

Jobs = Callable[[Sequence[range]], Iterable[Job]]


class SweepLost(RuntimeError):
    """The cluster is gone; what was computed is kept."""


class Keeper(Protocol):
    """Takes results as they come; ``tick`` is called at least twice a second."""

    def done(self, points: range, finished: Finished, *, seconds: float, attempts: int) -> None:
        """Keep the rows and files of a job."""

    def failed(self, points: range, error: str, *, attempts: int) -> None:
        """Record points that could not be computed."""

    def shared(self, seconds: float) -> None:
        """Shared work has taken so long."""

    def tick(self) -> None:
        """Time has passed."""


@dataclass(frozen=True)
class Options:
    """How jobs are run.

    Attributes
    ----------
    retries
        How often a point that fails is tried again.
    wait_s
        How long a cluster may be without any worker before it is given up.
    """

    retries: int = 1
    wait_s: float = 60.0


@dataclass(frozen=True)
class _Try:
    job: Job
    before: int = 0  # times that its points have been tried before, in whatever job
    tries: int = 0  # of these, in this very job
    used: tuple[Any, ...] = ()  # futures of what it needs
    suspect: bool = False  # was at a worker that died; it may have been another's fault


def run(
    client: Any, jobs: Jobs, runs: Sequence[range], *, inputs: Any, keep: Keeper, options: Options
) -> None:
    """Compute runs of points and hand every result to ``keep``, in whatever order they come.

    Parameters
    ----------
    client
        Of a distributed cluster with workers.
    jobs
        Jobs that compute given runs of points; called again for the halves of one that raised.
    runs
        Points to compute.
    inputs
        Passed to every function first.
    keep
        Where results go.
    options
        Retries and patience.

    Raises
    ------
    SweepLost
        The scheduler, or every worker, is gone.
    VersionError
        A worker that joined late runs other versions.
    """
    flight = Flight(client, inputs)
    engine = _Engine(client, jobs, flight, keep, options)
    try:
        with signals.held() as may_end:
            try:
                engine.compute(runs, may_end)
            except BaseException as fault:
                if not isinstance(fault, Exception):  # asked to end: take what is ready
                    engine.harvest()
                raise
    except SweepLost:
        raise
    except BaseException:
        flight.cancel()
        raise
    finally:
        flight.close()


def pieces(runs: Sequence[range], n_workers: int) -> list[range]:
    """Runs of points cut into about four jobs a worker, none of them very small for that."""
    total = sum(len(run) for run in runs)
    size = max(-(-total // (JOBS_PER_WORKER * n_workers)), FEWEST_POINTS)
    return [run[first : first + size] for run in runs for first in range(0, len(run), size)]


class _Engine:
    def __init__(self, client: Any, jobs: Jobs, flight: Flight, keep: Keeper, options: Options):
        self._client, self._jobs, self._flight = client, jobs, flight
        self._keep, self._options = keep, options
        self._tries: dict[str, _Try] = {}
        self._waiting: deque[_Try] = deque()
        self._suspects: deque[_Try] = deque()
        self._shared = SharedWork(flight.shared, options.retries)
        self._timed: set[str] = set()
        self._n_alone = 0
        self._limit = PER_THREAD
        self._looked = self._peopled = -float("inf")

    def compute(self, runs: Sequence[range], may_end: Callable[[], None]) -> None:
        """Compute runs of points until nothing is left."""
        self._waiting.extend(_Try(job) for job in self._jobs(runs))
        self._shared.expect(tried.job for tried in self._waiting)
        self._fill()
        while self._tries:
            may_end()
            with suppress(queue.Empty):
                self._settle(*self._flight.arrived(TICK_S))
            self._keep.tick()
            self._fill()

    def harvest(self) -> None:
        """Keep results that are ready, waiting for none."""
        for key, outcome in self._flight.ready(TICK_S):
            if isinstance(outcome, tasks.Done):
                self._done(self._tries.pop(key), outcome)

    # ---- submitting

    def _fill(self) -> None:
        self._look_around()
        while self._waiting and len(self._tries) < self._limit:
            self._start(self._waiting.popleft())
        while self._suspects and not self._tries and not self._waiting:  # each by itself
            self._start(self._suspects.popleft())

    def _start(self, tried: _Try) -> None:
        if error := self._shared.dead(tried.job):
            attempts = max(tried.before, self._shared.attempts(tried.job))
            self._record_failure(tried, error, attempts=attempts)
        else:
            self._submit(tried)

    def _again(self, *tries: _Try) -> None:
        for tried in reversed(tries):
            (self._suspects if tried.suspect else self._waiting).appendleft(tried)

    def _submit(self, tried: _Try) -> None:
        needed = self._shared.futures(tried.job)
        key = self._flight.job(tried.job, needed)
        self._tries[key] = replace(tried, used=tuple(needed))

    def _look_around(self) -> None:
        """Follow workers that come and go; give up once none has been there for long."""
        now = time.monotonic()
        if now - self._looked < LOOK_S:
            return
        self._looked = now
        threads = self._n_threads()
        self._limit = max(PER_THREAD * threads, PER_THREAD)
        if threads or self._peopled < 0:
            self._peopled = now
        elif now - self._peopled > self._options.wait_s:
            raise SweepLost(f"no worker has been there for {self._options.wait_s:.0f} s")

    def _n_threads(self) -> int:
        try:
            return cluster.n_threads(self._client)
        except Exception as fault:
            raise SweepLost(f"the scheduler does not answer ({fault})") from None

    # ---- taking results

    def _settle(self, key: str, outcome: Any) -> None:
        tried = self._tries.pop(key)
        if isinstance(outcome, tasks.Done):
            self._done(tried, outcome)
        elif isinstance(outcome, CANCELLED):
            raise SweepLost("the connection to the scheduler is lost")
        else:
            tried = replace(tried, tries=tried.tries + 1, before=tried.before + 1)
            self._raised(tried, outcome)

    def _done(self, tried: _Try, done: tasks.Done) -> None:
        for key, seconds in done.shared_seconds.items():
            if key not in self._timed:
                self._timed.add(key)
                self._keep.shared(seconds)
        self._keep.done(
            tried.job.points, done.finished, seconds=done.seconds, attempts=tried.before + 1
        )
        self._shared.release(tried.job)

    def _raised(self, tried: _Try, fault: Exception) -> None:
        if isinstance(fault, versions.VersionError):
            raise fault
        if missing := versions.unfit(fault):
            raise versions.VersionError(f"a worker cannot compute: {missing}")
        error = _words(fault)
        if self._shared.blame(tried.job, tried.used, error):
            self._again(tried)
        elif error.startswith(DIED) and not tried.suspect:
            self._suspects.append(replace(tried, tries=0, suspect=True))
        elif len(tried.job.points) > 1 and self._n_alone < MOST_SPLIT:
            self._split(tried)
        elif tried.tries <= self._options.retries:
            self._again(tried)
        else:
            self._record_failure(tried, error, attempts=tried.before)

    def _split(self, tried: _Try) -> None:
        points = tried.job.points
        middle = points.start + len(points) // 2
        halves = list(self._jobs([range(points.start, middle), range(middle, points.stop)]))
        self._shared.expect(halves)
        self._shared.release(tried.job)
        self._again(*[replace(tried, job=half, tries=0) for half in halves])

    def _record_failure(self, tried: _Try, error: str, *, attempts: int) -> None:
        self._n_alone += len(tried.job.points) == 1
        self._keep.failed(tried.job.points, error, attempts=attempts)
        self._shared.release(tried.job)


def _words(fault: Exception) -> str:
    from distributed.scheduler import KilledWorker

    if isinstance(fault, KilledWorker):
        return (
            f"{DIED}: its worker died {fault.allowed_failures + 1} times while it was computed;"
            " too little memory?"
        )
    return f"{type(fault).__name__}: {fault}"
