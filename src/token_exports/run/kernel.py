"""The kernel process: an ordinary ipykernel that notes what its notebook reads.

Either started as a program, or as the child of a process that has the libraries loaded already.
"""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


def main(arguments: Sequence[str]) -> None:
    """Serve a kernel until it is told to stop; ``arguments`` are those of ipykernel."""
    from ipykernel.kernelapp import IPKernelApp

    from token_exports import paths, results
    from token_exports.run import reads

    app: Any = IPKernelApp.instance(parent_handle=os.getppid())  # ends when its parent does
    app.initialize(list(arguments))
    log, output = os.environ.get(reads.LOG_VARIABLE), os.environ.get(results.OUTPUT_VARIABLE)
    if log:
        own = [Path(output or log).parent, reads.temporary() / f"ipykernel_{os.getpid()}"]
        reads.start(Path(log), paths.root(), own)
    app.start()


def forked(arguments: Sequence[str], environment: Mapping[str, str], folder: str) -> None:
    """Become a kernel in a forked child: nothing that differs from a new process may be left."""
    import random
    from multiprocessing import parent_process
    from multiprocessing.connection import wait
    from threading import Thread

    import numpy as np

    os.setsid()  # Ctrl-C in the terminal is for the run, which ends its kernels
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.path[:] = [place for place in sys.path if place]
    random.seed()
    np.random.seed()  # noqa: NPY002 - the state that all children would share
    parent = parent_process()
    assert parent is not None

    def end_with_the_run() -> None:
        wait([parent.sentinel])
        os._exit(1)

    Thread(target=end_with_the_run, daemon=True).start()
    main(arguments)


if __name__ == "__main__":
    main(sys.argv[1:])
