"""Level ``reports``: a whole report for each point.

Notebooks run apart from rendering. One with the same parameters runs once for all points; its
outputs travel to the workers that render. What a worker gives back is the row and the report.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import pandas as pd

from token_exports import parameters, paths, results, scenarios
from token_exports.compare import reports as finished_reports
from token_exports.run import archive, cache, fingerprint
from token_exports.sweep import home, reporters, work
from token_exports.sweep.inputs import Inputs
from token_exports.sweep.work import ABOUT, DONE, ENDS, Finished, Job, Shared

if TYPE_CHECKING:
    from token_exports.parameters import Parameters
    from token_exports.sweep.plan import Plan

FOLDER = "reports"
RENDERING = "sweep-rendering.json"
SAMPLED = 200
"""Points that an estimate of the time looks at; finding out parameters takes 10 ms each."""


class Reports:
    """The level; see the module."""

    def jobs(self, plan: "Plan", points: Sequence[range]) -> Iterable[Job]:
        """A job for each point; each needs every notebook with the parameters of the point."""
        for point in (point for run in points for point in run):
            settings = plan.settings(point)
            arguments = (point, plan.spec.scenario, settings, tuple(plan.spec.keep))
            needs = [_shared(*one) for one in _notebooks(plan, settings).items()]
            yield Job(range(point, point + 1), report, arguments, needs)

    def expected_s(self, plan: "Plan", workers: int) -> float | None:
        """Seconds of notebooks that are not kept, and of rendering, as they took last here."""
        rendering = _rendering_s()
        lasts = {name: cache.expected(name) for name in parameters.NOTEBOOKS}
        known = {name: last.duration_s for name, last in lasts.items() if last}
        if rendering is None or len(known) < len(lasts):
            return None
        runs = _runs(plan)
        whole = len(plan.points) * rendering + sum(runs[name] * known[name] for name in known)
        return float(whole / max(workers, 1))

    def described(self, plan: "Plan", folder: Path) -> Mapping[str, Any]:
        """Labels, units and formulas as the reference has them: those of a point come too late."""
        files = sorted((paths.reports() / "reference").glob("0*.json"))
        rows = {
            f"{one['notebook']}:{row['name']}": row
            for one in map(results.load, files)
            for row in one["quantities"]
        }
        quantities = {
            name: {key: row[key] for key in ABOUT}
            for name, row in rows.items()
            if work.kept(name, plan.spec.keep)
        }
        return {"quantities": quantities, "constant": {}, "constant_verdicts": {}}


LEVEL = Reports()


# ---- on a worker


def notebook(inputs: Inputs, name: str, values: Mapping[str, Any]) -> bytes:
    """What a notebook gives, to be adopted elsewhere; it runs unless that is kept here.

    Parameters
    ----------
    inputs
        Where the notebook and its tables are.
    name, values
        Notebook and its parameters as plain values.

    Raises
    ------
    NotebookFailure
        It did not finish; nothing is kept.
    """
    with inputs.at_home() as folder, reporters.one() as reporter:
        request = {"do": "execute", "home": str(folder), "notebook": name, "parameters": values}
        answer = reporter.ask(request)
        kept = cache.read(Path(answer["folder"]))
        if kept is None:
            raise reporters.ReporterError(f"{name}: its outputs were forgotten at once")
        return cache.pack(kept)


def report(
    inputs: Inputs,
    point: int,
    scenario: str,
    settings: tuple[str, ...],
    keep: tuple[str, ...],
    *outputs: bytes,
) -> Finished:
    """The row of a point and its report, rendered from what its notebooks gave.

    Parameters
    ----------
    inputs
        Where tables and templates are.
    point
        Its number.
    scenario, settings
        As `scenarios.resolve` takes them.
    keep
        Patterns of quantities for the row; all where there are none.
    outputs
        Of :func:`notebook`, for each notebook.
    """
    started = monotonic()
    with inputs.at_home() as folder, reporters.one() as reporter:
        for packed in outputs:
            cache.adopt(packed)
        request = {"do": "report", "home": str(folder), "scenario": scenario, "settings": settings}
        made = Path(reporter.ask(request)["folder"])
        try:
            row, files = _row(made, keep), archive.of_folder(made)
        finally:
            home.remove(made)
        seconds = monotonic() - started
        _note(seconds)
    table = pd.DataFrame([{"point": point, **row, "status": DONE, "duration_s": seconds}])
    return Finished(table, {f"{FOLDER}/{point:07d}/{name}": one for name, one in files.items()})


def _row(folder: Path, keep: Sequence[str]) -> dict[str, Any]:
    """Quantities with their ends, and verdicts, of a finished report."""
    found = finished_reports.report(folder)
    row: dict[str, Any] = {}
    for name, interval in results.intervals(list(map(dict, found.recorded))).items():
        if work.kept(name, keep):
            row |= {f"{name}{suffix}": getattr(interval, end) for suffix, end in ENDS.items()}
    verdicts = {f"verdict.{key}": one["verdict"] for key, one in found.judged.by_claim.items()}
    return row | verdicts


# ---- before the work


def _notebooks(plan: "Plan", settings: tuple[str, ...]) -> dict[str, "Parameters"]:
    with home.without_settings():
        return dict(scenarios.resolve(plan.spec.scenario, settings).notebooks)


def _shared(name: str, values: "Parameters") -> Shared:
    plain = values.model_dump(mode="json")
    return Shared(f"{name}-{fingerprint.text_hash(plain)[:24]}", notebook, (name, plain))


def _runs(plan: "Plan") -> dict[str, float]:
    """How often each notebook has to run; reckoned from a sample where points are many."""
    count = len(plan.points)
    chosen = range(0, count, -(-count // SAMPLED))
    different: dict[str, dict[str, Parameters]] = {name: {} for name in parameters.NOTEBOOKS}
    for point in chosen:
        for name, values in _notebooks(plan, plan.settings(point)).items():
            different[name].setdefault(_shared(name, values).key, values)
    return {name: _to_run(name, found, count / len(chosen)) for name, found in different.items()}


def _to_run(name: str, different: Mapping[str, "Parameters"], scale: float) -> float:
    """Runs of a notebook; one that is the same at all points of the sample runs once."""
    looked_at = islice(different.values(), cache.most_entries())
    times = [expected_run_s(name, values.model_dump(mode="json")) for values in looked_at]
    kept = times.count(0.0)
    whole = len(different) * scale if len(different) > 1 else len(different)
    return float(max(whole - kept, 0))


def kept(name: str, values: Mapping[str, Any]) -> cache.Entry | None:
    """What is kept of a notebook with these parameters, if anything is."""
    digest = lru_cache(maxsize=None)(fingerprint.input_hash)
    return cache.find(name, cache.base(paths.notebooks() / f"{name}.ipynb", values), digest)


def expected_run_s(name: str, values: Mapping[str, Any]) -> float | None:
    """Seconds that a notebook takes with these parameters, as it did last; none if it is kept."""
    if kept(name, values):
        return 0.0
    last = cache.expected(name)
    return last.duration_s if last else None


def _note(seconds: float) -> None:
    """Note how long rendering took, for the next estimate."""
    with suppress(OSError):
        (paths.cache() / RENDERING).write_text(json.dumps({"seconds": seconds}), encoding="utf-8")


def _rendering_s() -> float | None:
    try:
        return float(json.loads((paths.cache() / RENDERING).read_text(encoding="utf-8"))["seconds"])
    except (OSError, ValueError, KeyError):
        return None
