"""What a person reads before a sweep starts, in 80 columns."""

import json
from collections.abc import Iterable, Mapping
from fnmatch import fnmatchcase
from pathlib import Path
from textwrap import fill
from typing import Any

from token_exports import paths, scenarios
from token_exports.sweep import values
from token_exports.sweep.file import shown
from token_exports.sweep.plan import Plan
from token_exports.sweep.sample import SEED

WIDTH, LABEL = 80, 10
FIRST, FIRST_POINTS = "first points", 3
SOONEST, LATEST = 2 / 3, 3 / 2
"""Of the expected time: what else a machine does is not known beforehand."""
METHODS = {
    "grid": "grid, every combination",
    "list": "list of points",
    "latin_hypercube": "Latin hypercube",
    "sobol": "Sobol sequence, scrambled",
}
SCALES = (("s", 90), ("min", 90), ("h", 48))


def text(plan: Plan, folder: Path, expected_s: float | None, kept_points: int = 0) -> str:
    """Title, what is varied and fixed, how many points, where to and how long.

    Parameters
    ----------
    plan
        The sweep.
    folder
        Where its results go.
    expected_s
        Seconds that the whole sweep takes, None where nothing is known.
    kept_points
        Points that an earlier run has finished.
    """
    spec, n_points = plan.spec, len(plan.points)
    blocks = [_wrapped(spec.title)]
    if spec.description:
        blocks.append(_wrapped(spec.description, "  "))
    sample = METHODS[spec.sample.method]
    seed = f", seed {spec.sample.seed or SEED}" if spec.sample.drawn else ""
    kept = f", {kept_points:,} of them kept from an earlier run" if kept_points else ""
    before = [
        ("level", f"{spec.level}, scenario {spec.scenario}"),
        ("sample", f"{sample}{seed}"),
        ("points", f"{n_points:,}{kept}"),
    ]
    after = [
        *_labelled("fixed", (f"{k} = {values.written(v)}" for k, v in plan.fixed.items())),
        *_labelled("keeps", spec.keep or ["every quantity"]),
        ("results", shown(folder)),
        ("time", _time(expected_s, kept_points / n_points)),
        *_labelled("note", notes(plan)),
    ]
    blocks += [_wrapped(words, f"{label:{LABEL}}") for label, words in before]
    blocks += _table("varied", _varied(plan))
    blocks += _table(FIRST, _first(plan))
    blocks += [_wrapped(words, f"{label:{LABEL}}") for label, words in after]
    return "\n".join(blocks)


def notes(plan: Plan) -> list[str]:
    """What is allowed, yet seldom meant."""
    spec, found = plan.spec, []
    n_points = len(plan.points)
    if spec.sample.method == "sobol" and n_points & (n_points - 1):
        below = 1 << n_points.bit_length() - 1
        found.append(
            f"{n_points:,} is no power of two: a Sobol sequence covers evenly at {below:,} or"
            f" {2 * below:,}"
        )
    for name in spec.names:
        regional = [f"{name}.{region}" for region in ("cn", "us")]
        found += [f"{r} is set as well and wins there" for r in regional if r in _also_set(plan)]
    if known := _known_quantities():
        for name in dict.fromkeys((*spec.keep, *spec.show.response, spec.show.heat or "*")):
            if not any(fnmatchcase(quantity, name) for quantity in known):
                found.append(f"the reference report has no quantity {name}")
    return found


def _also_set(plan: Plan) -> set[str]:
    scenario = scenarios.load(plan.spec.scenario)
    return {*plan.spec.names, *plan.fixed, *scenario.assumptions, *scenario.parameters}


def _known_quantities() -> set[str]:
    return {
        f"{path.stem}:{quantity['name']}"
        for path in (paths.reports() / "reference").glob("*.json")
        for quantity in json.loads(path.read_text(encoding="utf-8"))["quantities"]
    }


def _table(title: str, rows: Mapping[str, str]) -> list[str]:
    """Names and what belongs to them, aligned."""
    width = _lead(title, rows)
    lines = (_wrapped(words, f"  {name:{width - 2}}") for name, words in rows.items() if name)
    return [f"{title:{width}}{rows.get('', '')}".rstrip(), *lines]


def _lead(title: str, names: Iterable[str]) -> int:
    return max(len(title), *(len(name) + 2 for name in names)) + 2


def _varied(plan: Plan) -> dict[str, str]:
    return {str(name): _range(plan, str(name)) for name in plan.points}


def _range(plan: Plan, name: str) -> str:
    axis, unit = plan.axes.get(name), values.unit_label(name)
    if axis is not None:
        return axis.words(unit)
    stated = plan.points[name].dropna()
    if stated.dtype == float:
        low, high = stated.min(), stated.max()
        return f"{low:g} {unit}" if low == high else f"{low:g} to {high:g} {unit}"
    return f"{', '.join(values.written(value) for value in stated.unique())} {unit}"


def _first(plan: Plan) -> dict[str, str]:
    """Points side by side, as many as fit; the head of their columns has no name."""
    room = WIDTH - _lead(FIRST, map(str, plan.points))
    columns: list[list[str]] = []
    for number, row in plan.points.head(FIRST_POINTS).iterrows():
        cells = [str(number), *(_cell(value) for value in row)]
        width = max(map(len, cells)) + 2
        if columns and sum(len(column[0]) for column in columns) + width > room:
            break
        columns.append([f"{cell:{width}}" for cell in cells])
    lines = ("".join(cells).rstrip() for cells in zip(*columns, strict=True))
    return dict(zip(["", *map(str, plan.points)], lines, strict=True))


def _cell(value: Any) -> str:
    if value is None or value != value:
        return "-"
    return f"{value:.5g}" if isinstance(value, float) else values.written(value)


def _time(expected_s: float | None, kept_share: float) -> str:
    if kept_share >= 1:
        return "nothing is left to do"
    if expected_s is None:
        return "not known before the first points are done"
    left = expected_s * (1 - kept_share)
    divisor, unit, most = 1.0, *SCALES[0]
    for unit, most in SCALES:
        if left <= most * divisor or unit == "h":
            break
        divisor *= 60
    low, high = (max(1, round(left * factor / divisor)) for factor in (SOONEST, LATEST))
    return f"about {low} to {high} {unit}" if low < high else f"about {low} {unit}"


def _labelled(label: str, lines: Iterable[str]) -> list[tuple[str, str]]:
    return [(label if number == 0 else "", line) for number, line in enumerate(lines)]


def _wrapped(words: str, lead: str = "") -> str:
    """Words in lines of at most 80, later lines below the first."""
    return fill(
        words,
        WIDTH,
        initial_indent=lead,
        subsequent_indent=" " * len(lead),
        break_on_hyphens=False,
        break_long_words=False,
    )
