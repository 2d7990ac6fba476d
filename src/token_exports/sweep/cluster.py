"""Workers of a sweep: threads or processes of this machine, or a dask cluster that is running."""

import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

LOOPBACK = "127.0.0.1"
LONG_S = 10.0
"""Starting processes takes seconds: shorter sweeps stay in this process."""
ANSWER_S = 10.0
DEAF_TO_CTRL_C = "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN)"
"""A terminal sends it to every process; this one says what is to end."""
_QUIET = {
    "distributed.scheduler.http.routes": [],
    "distributed.worker.http.routes": [],
    "distributed.nanny.preload": [],
    "distributed.worker.preload": [DEAF_TO_CTRL_C],
    "distributed.scheduler.allowed-failures": 2,
    "distributed.admin.system-monitor.gil.enabled": False,
    "distributed.version-check.interval": None,
    "logging.distributed": "critical",
}


class ClusterError(ValueError):
    """No scheduler or no worker answers; nothing has run."""


def cores() -> int:
    """Cores that this process may use."""
    from dask.system import CPU_COUNT

    return int(CPU_COUNT)


@contextmanager
def here(workers: int, *, processes: bool) -> Iterator[Any]:
    """Client of a cluster on this machine, which ends with it.

    Parameters
    ----------
    workers
        How many, each with one thread.
    processes
        Whether each is a process of its own; else a thread of this one.
    """
    import dask
    from distributed import Client, LocalCluster

    quiet = _QUIET if processes else {**_QUIET, "distributed.worker.preload": []}
    memory = {} if processes else {"memory_limit": 0}  # no process to be ended for it
    with (
        dask.config.set(quiet),
        _silence(),
        LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            processes=processes,
            host=LOOPBACK if processes else None,
            dashboard_address=f"{LOOPBACK}:0",
            worker_dashboard_address=f"{LOOPBACK}:0",
            scheduler_kwargs={"dashboard": False},
            silence_logs=logging.CRITICAL,
            **memory,
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        yield client


@contextmanager
def at(address: str, *, wait_s: float, tell: Callable[[str], None]) -> Iterator[Any]:
    """Client of a cluster that is running elsewhere, once it has a worker.

    Parameters
    ----------
    address
        Of its scheduler, as ``tcp://host:port`` or ``tls://host:port``; certificates are taken from
        dask's own configuration.
    wait_s
        How long to wait for the first worker.
    tell
        Called with a message when there is something to wait for.

    Raises
    ------
    ClusterError
        Nobody answers there, or no worker has come in time.
    """
    from distributed import Client

    with _silence():
        try:
            client = Client(address, timeout=ANSWER_S, set_as_default=False)
        except (OSError, TimeoutError, ValueError, TypeError) as fault:
            raise ClusterError(
                f"no scheduler answers at {address} within {ANSWER_S:.0f} s ({_brief(fault)});"
                " is it running, and can this machine reach it?"
            ) from None
        with client:
            _wait_for_workers(client, address, wait_s, tell)
            yield client


def _brief(fault: Exception) -> str:
    return (str(fault) or type(fault).__name__).splitlines()[0][:200]


def _wait_for_workers(
    client: Any, address: str, wait_s: float, tell: Callable[[str], None]
) -> None:
    if n_threads(client):
        return
    tell(f"no worker yet at {address}; waiting up to {wait_s:.0f} s for one")
    end = time.monotonic() + wait_s
    while not n_threads(client):
        if time.monotonic() > end:
            raise ClusterError(
                f"no worker has joined {address} within {wait_s:.0f} s: start one with"
                f" 'dask worker {address} --nthreads 1', or wait longer with --wait"
            )
        time.sleep(0.2)


def n_threads(client: Any) -> int:
    """Threads of all workers that are there now."""
    workers = client.scheduler_info()["workers"]
    return sum(worker["nthreads"] for worker in workers.values())


@contextmanager
def _silence() -> Iterator[None]:
    """Keep what the libraries log off the terminal; faults are told in our own words.

    ``DASK_LOGGING__DISTRIBUTED`` set by the user keeps it on.
    """
    if "DASK_LOGGING__DISTRIBUTED" in os.environ:
        yield
        return
    loggers = [
        logging.getLogger(name)
        for name in ["distributed", *logging.root.manager.loggerDict]
        if name.split(".")[0] in ("distributed", "tornado", "asyncio", "bokeh")
    ]
    levels = [(logger, logger.level) for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in levels:
            logger.setLevel(level)
