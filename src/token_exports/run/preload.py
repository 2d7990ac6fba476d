"""Libraries that every notebook imports, loaded once into the process that kernels fork from.

Imported as a kernel would import them: pandas asks at import whether it runs in a kernel, and
matplotlib reads its backend from the environment. The inline backend itself must not be imported
here, or figures of the forked kernels would get lost; the project's own modules are left to the
kernels, which note what they read.
"""

import builtins
import gc
import os
from types import SimpleNamespace

os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
builtins.get_ipython = lambda: SimpleNamespace(kernel=None)  # type: ignore[attr-defined]
try:
    import pandas  # noqa: F401
finally:
    del builtins.get_ipython  # type: ignore[attr-defined]

import ipykernel.ipkernel  # noqa: E402, F401
import ipykernel.kernelapp  # noqa: E402, F401
import matplotlib.pyplot  # noqa: E402, F401
import PIL.Image  # noqa: E402, F401
import pydantic  # noqa: E402, F401
import SALib  # noqa: E402, F401
import scipy.stats  # noqa: E402, F401
import seaborn  # noqa: E402, F401
import sympy  # noqa: E402, F401
import yaml  # noqa: E402, F401

gc.collect()
gc.freeze()  # a child's garbage collector would write into pages that all share, and copy them
