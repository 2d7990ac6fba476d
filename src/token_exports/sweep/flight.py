"""Tasks in flight on a cluster, and their results as they arrive."""

import asyncio
import concurrent.futures
import itertools
import queue
import uuid
from collections.abc import Iterable, Sequence
from contextlib import suppress
from typing import Any

from token_exports.sweep import tasks, versions
from token_exports.sweep.work import Job, Shared

FETCHES = 4
"""Results on their way at a time; one whose worker died waits until it is computed again."""
CANCELLED = (asyncio.CancelledError, concurrent.futures.CancelledError)


class Flight:
    """Submits work of one sweep and fetches what comes of it.

    Parameters
    ----------
    client
        Of a distributed cluster.
    inputs
        Passed to every function first; sent once and passed on between workers.
    """

    def __init__(self, client: Any, inputs: Any) -> None:
        self._client = client
        self._name = uuid.uuid4().hex[:12]  # two sweeps on one cluster share no task
        self._count = itertools.count()
        self._versions = versions.own()
        self._arrived: queue.SimpleQueue[tuple[str, Any]] = queue.SimpleQueue()
        self._threads = concurrent.futures.ThreadPoolExecutor(FETCHES, thread_name_prefix="fetch")
        self._futures: dict[str, Any] = {}
        self._inputs = client.submit(tasks.given, inputs, key=self._key("inputs"), pure=False)

    def __len__(self) -> int:
        return len(self._futures)

    def _key(self, kind: str) -> str:
        return f"{kind}-{self._name}-{next(self._count)}"

    def job(self, job: Job, needed: Sequence[Any]) -> str:
        """Submit a job and the futures of what it needs; its key comes back from `arrived`."""
        call = tasks.Call(job.function, job.arguments, self._versions)
        key = self._key("points")
        future = self._client.submit(
            tasks.job, self._inputs, call, job.points, *needed, key=key, pure=False
        )
        self._futures[key] = future
        future.add_done_callback(self._fetch)
        return key

    def shared(self, need: Shared) -> Any:
        """Submit shared work; its future."""
        call = tasks.Call(need.function, need.arguments, self._versions)
        return self._client.submit(
            tasks.shared, self._inputs, call, need.key, key=self._key("shared"), pure=False
        )

    def _fetch(self, future: Any) -> None:
        """Fetch a result in a thread: the one that waits goes on, whatever gets lost."""

        def fetch() -> None:
            try:
                outcome = future.result()
            except BaseException as fault:  # a cancelled future raises none of Exception
                outcome = fault
            self._arrived.put((future.key, outcome))

        with suppress(RuntimeError):  # closed meanwhile
            self._threads.submit(fetch)

    def arrived(self, timeout_s: float) -> tuple[str, Any]:
        """Key of a job and its result, or what it raised.

        Raises
        ------
        queue.Empty
            Nothing has come in time.
        """
        key, outcome = self._arrived.get(timeout=timeout_s)
        self._futures.pop(key, None)
        return key, outcome

    def ready(self, timeout_s: float) -> Iterable[tuple[str, Any]]:
        """Results of all jobs that are computed, waiting for none that is not."""
        with suppress(queue.Empty):
            while any(future.status == "finished" for future in self._futures.values()):
                yield self.arrived(timeout_s)

    def cancel(self) -> None:
        """Take back all that has not been computed."""
        with suppress(Exception):
            self._client.cancel(list(self._futures.values()), force=True)

    def close(self) -> None:
        """Forget all futures."""
        self._futures.clear()
        self._threads.shutdown(wait=False, cancel_futures=True)
