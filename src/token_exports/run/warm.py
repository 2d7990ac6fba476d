"""A process that has the libraries loaded, for kernels to fork from.

Forking saves the seconds that pandas, matplotlib and scipy take to load, once per notebook, and the
memory of their copies. It needs Linux; elsewhere, and with ``TOKEN_EXPORTS_KERNELS=plain``, every
kernel is a new process. Light to import: the loading begins before this process has loaded its own.
"""

import multiprocessing
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from types import ModuleType

KERNELS_VARIABLE = "TOKEN_EXPORTS_KERNELS"
PRELOAD = ["token_exports.run.preload"]
_starting = Lock()


def forking() -> bool:
    """Whether kernels are forked here."""
    return sys.platform == "linux" and os.environ.get(KERNELS_VARIABLE, "forked") != "plain"


def up() -> None:
    """Begin to load the libraries, so that they are there when the first kernel is asked for."""
    if forking():
        from multiprocessing.forkserver import ensure_running

        with nothing_of_the_caller():
            multiprocessing.get_context("forkserver").set_forkserver_preload(PRELOAD)
            ensure_running()


@contextmanager
def nothing_of_the_caller() -> Iterator[None]:
    """Hide the main module, which multiprocessing would import again in every child."""
    with _starting:
        main = sys.modules["__main__"]
        sys.modules["__main__"] = ModuleType("__main__")
        try:
            yield
        finally:
            sys.modules["__main__"] = main
