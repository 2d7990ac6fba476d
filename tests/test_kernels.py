"""Kernels that are forked give what kernels of their own give, and share nothing."""

import json
import os
import subprocess
import sys

import nbformat
import pytest
import toys
from nbformat.v4 import new_code_cell, new_notebook

from token_exports import parameters
from token_exports.run import execute, filed, preload, surroundings, warm
from token_exports.run.execute import Task
from token_exports.run.progress import Progress

NAME = "01_openrouter_share"
STATE = """
import json, os, random, sys
import matplotlib, matplotlib.pyplot as plt, numpy as np, pandas as pd, seaborn
shown = {name: pd.get_option(name) for name in
         ("display.max_columns", "display.width", "display.max_rows", "display.precision")}
print(json.dumps({
    "pandas": shown, "backend": matplotlib.get_backend(), "hash": os.environ["PYTHONHASHSEED"],
    "figures": plt.get_fignums(), "main": sys.modules["__main__"].__name__,
    "own": sorted(m for m in sys.modules if m.startswith("token_exports.models")),
    "rc": {k: str(v) for k, v in matplotlib.rcParams.items()}}, sort_keys=True))
"""
INLINE = """
import matplotlib.pyplot as plt
_ = plt.plot([1, 2])
"""
LEAK = """
import random
import numpy as np, pandas as pd
try:
    print("seen", pd.leak)
except AttributeError:
    pd.leak = "left behind"
print(random.random(), np.random.rand())
"""


def code(*cells):
    found = [new_code_cell(text, id=f"cell-{number}") for number, text in enumerate(cells)]
    return new_notebook(cells=found, metadata=toys.METADATA)


def ran(folder, notebook, *, name=NAME, seconds=60.0):
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.ipynb"
    nbformat.write(notebook, path)
    task = Task(path, parameters.NOTEBOOKS[name](), folder / "work" / name)
    with surroundings.repeatable():
        (one,) = execute.run_all([task], Progress(), seconds)
    return one


def printed(one):
    assert one.failure is None, one.failure
    return "".join(o["text"] for c in one.notebook.cells for o in c.get("outputs", []))


@pytest.fixture(params=["forked", "plain"])
def kind(request, monkeypatch):
    monkeypatch.setenv(warm.KERNELS_VARIABLE, request.param)
    return request.param


def in_both(monkeypatch, tmp_path, notebook):
    found = {}
    for kind in ("forked", "plain"):
        monkeypatch.setenv(warm.KERNELS_VARIABLE, kind)
        found[kind] = ran(tmp_path / kind, notebook)
    return found["forked"], found["plain"]


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
def test_a_forked_kernel_starts_in_the_state_of_a_new_one(monkeypatch, tmp_path):
    forked, plain = in_both(monkeypatch, tmp_path, code(STATE))
    assert json.loads(printed(forked)) == json.loads(printed(plain))


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
def test_a_forked_kernel_shows_inline_figures(monkeypatch, tmp_path):
    forked, plain = in_both(monkeypatch, tmp_path, code(INLINE))
    one, other = (run.notebook.cells[-1]["outputs"] for run in (forked, plain))
    assert [o["data"].get("image/png") for o in one] == [o["data"].get("image/png") for o in other]
    assert len(one) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="kernels are forked on Linux only")
def test_no_state_is_left_for_the_next_notebook(tmp_path):
    first, second = (printed(ran(tmp_path / str(n), code(LEAK))) for n in (1, 2))
    assert "seen" not in first + second
    assert first != second, "two kernels draw the same random numbers"


def test_the_toys_equal_plain_papermill(kind, home, tmp_path):
    """Through this pipeline, and by papermill's own command in a process of its own."""
    toys.write(home / "notebooks")
    source, target = home / "notebooks" / f"{NAME}.ipynb", tmp_path / f"{NAME}.ipynb"
    task = Task(source, parameters.NOTEBOOKS[NAME](), tmp_path / "work" / NAME)
    values, output = tmp_path / "values.yaml", tmp_path / "output"
    values.write_text(json.dumps(task.parameters.model_dump(mode="json")))
    with surroundings.repeatable():
        (one,) = execute.run_all([task], Progress(), 60)
        command = [sys.executable, "-m", "papermill", "--no-progress-bar", str(source)]
        command += [str(target), "-f", str(values)]
        subprocess.run(command, check=True, capture_output=True, env=_with_output(output))
    assert filed.stable(one.notebook) == filed.stable(nbformat.read(target, as_version=4))
    assert _files(task.output) == _files(output)


def _with_output(folder):
    return {**os.environ, "TOKEN_EXPORTS_OUTPUT": str(folder)}


def _files(folder):
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*.*")}


def test_a_notebook_may_not_read_what_nobody_recorded(kind, tmp_path):
    facts = tmp_path / "elsewhere.csv"
    facts.write_text("1")
    one = ran(tmp_path / "run", code(f"text = open({str(facts)!r}).read()", "print(1)"))
    assert one.failure.kind == "raised"
    assert "UndeclaredInput" in one.failure.error
    assert str(facts) in one.failure.error
    assert one.failure.cell_id == "cell-0"


def test_an_undeclared_read_that_was_caught_fails_the_notebook_all_the_same(kind, tmp_path):
    hidden = "import socket\ntry: socket.create_connection(('127.0.0.1', 9))\nexcept Exception: 0"
    one = ran(tmp_path / "run", code(hidden))
    assert "the network" in one.failure.error


def test_a_killed_kernel_is_named(kind, tmp_path):
    one = ran(tmp_path / "run", code("x = 1", "import os, signal; os.kill(os.getpid(), 9)", "x"))
    assert (one.failure.kind, one.failure.cell_id) == ("died", "cell-1")


def test_a_cell_that_hangs_is_named(kind, tmp_path):
    one = ran(tmp_path / "run", code("print('so far')", "while True: pass"), seconds=1.0)
    assert (one.failure.kind, one.failure.cell_id) == ("timeout", "cell-1")
    assert one.notebook.cells[-2]["outputs"][0]["text"] == "so far\n"


def test_what_is_loaded_beforehand_leaves_figures_alone():
    """The inline backend registers itself when a notebook draws: not before the fork."""
    asked = "'matplotlib_inline.backend_inline' in sys.modules, 'get_ipython' in dir(builtins)"
    program = f"import builtins, sys, {preload.__name__}; print({asked})"
    answer = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "False False"
