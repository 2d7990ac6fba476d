"""Sweeps of a toy model, for tests of the engine; workers import this module by name.

Every computed point leaves a file in a folder of traces, so that a test can count. Run as a program
it is the command line with one more command, ``toy``.
"""

import functools
import json
import os
import random
import signal
import sys
import time
import uuid
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

import click
import pandas as pd

from token_exports.sweep.work import Finished, Job, Shared

TESTS = Path(__file__).parent


@dataclass(frozen=True)
class Toy:
    """A sweep of ``points``; what its jobs do beside computing."""

    traces: Path
    n_points: int = 40
    part_points: int = 8
    sleep_s: float = 0.0
    fails: tuple = ()  # points that raise whenever they are tried
    fails_first: tuple = ()  # points that raise the first time
    kills: tuple = ()  # points that end their worker
    pause_s: tuple = (0.0, 0.0)  # drawn at random before each job
    retries: int = 1
    shared: str = ""  # "one", "each", "raises"
    title: str = "toy"
    a_factor: float = 2.0
    expected_s: float = 1.0

    @property
    def spec(self):
        stated = {"title": self.title, "level": "toys", "a_factor": self.a_factor}
        return SimpleNamespace(
            title=self.title,
            level="toys",
            scenario="baseline",
            retries=self.retries,
            points_per_part=self.part_points,
            stated=lambda: stated,
        )

    @functools.cached_property
    def points(self):
        numbers = range(self.n_points)
        words = ["odd" if n % 2 else 3 for n in numbers]  # of two types, as parameters may be
        return pd.DataFrame({"price": [n / 4 for n in numbers], "word": words})

    @property
    def key(self):
        return f"toy-{self.n_points}-{self.part_points}-{self.a_factor}"


def trace(folder, name):
    (Path(folder) / f"{name}-{uuid.uuid4().hex}").touch()


def traced(folder, name):
    return len(list(Path(folder).glob(f"{name}-*")))


def executions(toy):
    """How often each point has been computed."""
    counts = Counter(name.rpartition("-")[0] for name in os.listdir(toy.traces))
    return [counts[str(point)] for point in range(toy.n_points)]


def compute(inputs, toy, points, *shared):
    time.sleep(random.uniform(*toy.pause_s))
    rows = []
    for point in points:
        first = point in toy.fails_first and not traced(toy.traces, point)
        trace(toy.traces, point)
        if point in toy.kills:
            os.kill(os.getpid(), signal.SIGKILL)
        if point in toy.fails or first:
            raise ArithmeticError(f"no <number> at {point}")
        time.sleep(toy.sleep_s)
        value = point * toy.a_factor + sum(shared)
        rows.append({"x:double": value, "x:double.low": value - 1, "verdict.big": str(value > 20)})
    files = {f"files/{points[0]:03}.txt": str(inputs).encode()}
    return Finished(pd.DataFrame(rows), files)


def half(inputs, toy, name):
    trace(toy.traces, f"shared-{name}")
    if toy.shared == "raises":
        raise LookupError("no half")
    return 0.5


@dataclass
class Level:
    seen: list = field(default_factory=list)

    def jobs(self, plan, points):
        for run in points:
            number = {"one": 0, "raises": 0, "each": run.start}.get(plan.shared)
            needs = [] if number is None else [Shared(f"half-{number}", half, (plan, number))]
            yield Job(run, compute, (plan, run), needs)

    def expected_s(self, plan, workers):
        return plan.expected_s

    def described(self, plan, folder):
        row = {"label": "Twice", "unit": "", "formula": "", "kind": "number"}
        return {"quantities": {"x:double": row}, "constant": {}, "constant_verdicts": {}}


LEVEL = Level()


def register(patch=setattr):
    """Let sweeps of the level ``toys`` run, with a line of text for inputs and for a page."""
    from token_exports.sweep import keep, run

    run.LEVELS["toys"] = __name__
    patch(keep, "FLUSH_S", 0.0)  # a test looks at parts while a sweep runs
    patch(run, "_inputs", lambda options: "toy inputs")
    patch(run, "write_page", page)


def page(folder):
    path = Path(folder) / "sweep.html"
    path.write_text(json.loads((folder / "sweep.json").read_text())["state"])
    return path


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.argument("content")
@click.option("--scheduler", default="")
@click.option("--workers", type=int, default=2)
@click.option("--wait", type=float, default=20.0)
def toy(folder, content, scheduler, workers, wait):
    """Run a toy sweep as the command line runs a real one."""
    from token_exports.run import display
    from token_exports.sweep import run

    options = run.Options(workers=workers, scheduler=scheduler, wait_s=wait)
    values = json.loads(content)
    plan = Toy(**values | {"traces": Path(values["traces"])})
    with display.progress("json") as progress:
        outcome = run.sweep(plan, folder, options, progress)
    sys.exit(3 if outcome.n_failed else 0)


def main():
    from token_exports import cli

    module = sys.modules["sweep_toys"] = __import__("sweep_toys")  # workers know it by this name
    module.register()
    cli.app.add_command(module.toy)
    cli.main()


if __name__ == "__main__":
    main()
