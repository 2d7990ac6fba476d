"""Variables that make results repeatable, for this process and every kernel that it starts."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from token_exports import paths


@contextmanager
def repeatable() -> Iterator[None]:
    """Give this process, and so every kernel, the variables that make results repeatable."""
    before = dict(os.environ)
    os.environ.update(
        {
            "PYTHONHASHSEED": "0",
            "OMP_NUM_THREADS": "1",  # sums in one order
            "OPENBLAS_NUM_THREADS": "1",
            "PYDEVD_DISABLE_FILE_VALIDATION": "1",
            "TZ": "UTC",
            "TOKEN_EXPORTS_HOME": str(paths.root()),
            "IPYTHONDIR": str(paths.cache() / "ipython"),  # nobody's own start-up files
        }
    )
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
