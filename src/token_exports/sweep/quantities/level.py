"""Jobs of the level ``quantities``: which points form a group, and one part of the dataset."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from token_exports import claims
from token_exports.results import Recorded
from token_exports.sweep import reports, work
from token_exports.sweep.inputs import Inputs, here
from token_exports.sweep.quantities import base as bases
from token_exports.sweep.quantities import rows
from token_exports.sweep.quantities.base import Base
from token_exports.sweep.quantities.group import Evaluator, evaluator
from token_exports.sweep.quantities.rows import Wanted
from token_exports.sweep.quantities.split import Part, Split
from token_exports.sweep.work import ABOUT, Finished, Job
from token_exports.uncertainty import Interval

if TYPE_CHECKING:
    from token_exports.sweep.plan import Plan

PILOT_POINTS = 400
TRIES = 25
CONSTANTS = "constants.json"


class Quantities:
    """See the module; implements `work.Level`."""

    def jobs(self, plan: "Plan", points: Sequence[range]) -> Iterable[Job]:
        """A job for each run of points."""
        split = Split(plan)
        for one in points:
            part, needs = split.part(one)
            yield Job(one, compute, (part, one.start == 0), needs)

    def expected_s(self, plan: "Plan", workers: int) -> float | None:
        """From some points computed here and now, and what the notebooks took last time."""
        split = Split(plan)
        part, needs = split.part(range(len(plan.points)))
        notebooks = [reports.expected_run_s(*need.arguments) for need in needs]
        known_s = [seconds for seconds in notebooks if seconds is not None]
        if len(known_s) < len(notebooks):
            return None
        started = monotonic()
        first = part.members[0]
        made = evaluator(first.group, here().digest)
        frame = part.frame.iloc[first.positions[:PILOT_POINTS]]
        wanted = wanted_of(made, frame, {}, part)
        rows.table(made, frame.iloc[:1], wanted)
        background_s, started = monotonic() - started, monotonic()
        rows.table(made, frame, wanted)
        each_s = (monotonic() - started) / len(frame)
        whole = sum(known_s) + background_s * len(part.members) + each_s * len(part.frame)
        return float(whole / workers)

    def described(self, plan: "Plan", folder: Path) -> Mapping[str, Any]:
        """As the worker of the first part has written it."""
        path = folder / CONSTANTS
        return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


LEVEL = Quantities()


# ---- on a worker


def compute(inputs: Inputs, part: Part, first: bool, *needed: Base) -> Finished:
    """Rows of one part.

    Parameters
    ----------
    inputs
        Where the tables are.
    part
        Points and their groups.
    first
        Whether to describe the quantities, for the record of the sweep.
    needed
        Results of the notebooks of every group.
    """
    with inputs.at_home():
        tables, described = [], dict[str, Any]()
        for one in part.members:
            base = {k: row for place in one.needs for k, row in needed[place].items()}
            frame = part.frame.iloc[one.positions]
            made = evaluator(one.group, inputs.digest)
            wanted = wanted_of(made, frame, base, part)
            tables.append(rows.table(made, frame, wanted))
            if first and not described:
                described = _described(made, frame, base, wanted)
    table = pd.concat(tables).sort_index().rename_axis("point").reset_index()
    text = json.dumps(described, indent=1, sort_keys=True, ensure_ascii=False)
    return Finished(table, {CONSTANTS: text.encode()} if first else {})


def wanted_of(made: Evaluator, frame: pd.DataFrame, base: Base, part: Part) -> Wanted:
    """What the rows of a group hold: what moves and is kept, and verdicts that can turn."""
    found = _tried(made, frame)
    moving = {n for n, row in found.items() if np.ndim(row.central) or np.ndim(row.low)}
    lost = bases.uncertain(base, part.varied) - found.keys()
    fixed = {n: row for n, row in base.items() if n not in lost}
    known = fixed.keys() | found.keys()
    shown = known if part.whole else moving
    kept = sorted(n for n in shown if work.kept(n, part.keep))
    judged = rows.judged_on(shown, known)
    asked = set(kept).union(*judged.values())
    families = frozenset(name for name, makes in made.makes.items() if makes & asked)
    return Wanted(tuple(kept), judged, families, {n: row.interval for n, row in fixed.items()})


def _tried(made: Evaluator, frame: pd.DataFrame) -> dict[str, Recorded]:
    """Quantities at the first point that can be computed; all families give theirs."""
    for position in range(min(len(frame), TRIES)):
        values = {n: frame[n].to_numpy(float)[[position], None] for n in made.group.columns}
        try:
            with np.errstate(all="ignore"):
                return made.at(values)
        except Exception:
            continue
    return {}


def _described(made: Evaluator, frame: pd.DataFrame, base: Base, wanted: Wanted) -> dict[str, Any]:
    """Of every quantity what it is and what the base report says; all that no point moves."""
    found = _tried(made, frame)
    about = {n: row for n, row in {**base, **found}.items() if n in wanted.quantities}
    constant = {n: row for n, row in wanted.fixed.items() if n not in wanted.quantities}
    judged = rows.judged_on(constant, constant)
    steady = [claim for claim in judged if claim not in wanted.claims]
    stated = claims.numeric()
    return {
        "quantities": {n: {k: getattr(row, k) for k in ABOUT} for n, row in about.items()},
        "base": {n: _ends(base[n].interval) for n in about if n in base},
        "constant": {n: _ends(value) for n, value in constant.items()},
        "constant_verdicts": {
            claim: str(claims.judge(stated[claim], {b: constant[b] for b in judged[claim]}))
            for claim in steady
        },
        "not_at_this_level": sorted(base.keys() - wanted.fixed.keys() - found.keys()),
    }


def _ends(value: Interval) -> dict[str, float]:
    return {"central": value.central, "low": value.low, "high": value.high}
