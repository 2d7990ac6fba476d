"""What the page of a sweep says in words: result, what varied, what is fixed, how long it took."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from token_exports import formats
from token_exports.figures.sweep_axis import Axis
from token_exports.pages.sweep_curves import Response, span
from token_exports.pages.sweep_points import Swept
from token_exports.pages.sweep_verdicts import Tally
from token_exports.units import unit_of

METHODS = {
    "grid": "a grid",
    "list": "a list",
    "latin_hypercube": "a Latin hypercube",
    "sobol": "a Sobol sequence",
}
MOST_NAMED = 8


@dataclass(frozen=True)
class Varied:
    """What was varied, as a row of a table."""

    label: str
    name: str
    values: str
    how: str


def lead(swept: Swept, responses: list[Response], tallies: list[Tally]) -> list[str]:
    """Result of the sweep in sentences made of numbers."""
    said: list[str] = []
    total = len(swept.frame)
    failed = len(swept.failed)
    expected = int(swept.record.get("n_points", total))
    if total < expected:
        said += [f"Unfinished: {total:,} of {expected:,} points so far."]
    tail = f"; {failed:,} failed" if failed else ", none failed"
    said += [f"{len(swept.done):,} of {total:,} point{'' if total == 1 else 's'} computed{tail}."]
    if responses and responses[0].low <= responses[0].high:
        first = responses[0]
        verb = "goes from" if first.low < first.high else "is"
        said.append(f"{first.quantity.label}: it {verb} {first.range}.")
    said += [f"{quoted(tally.statement)} {counts(tally)}." for tally in tallies if tally.counts]
    return said


def quoted(text: str) -> str:
    """A statement in quotation marks."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{text.rstrip('.')}\N{RIGHT DOUBLE QUOTATION MARK}"


def counts(tally: Tally) -> str:
    """How often each verdict of a claim occurs."""
    if not tally.turns:
        return f"is {tally.counts[0][0]} at every point"
    said = [f"{name} at {count:,}" for name, count in tally.counts]
    plural = "" if tally.counts[-1][1] == 1 else "s"
    return f"is {', '.join(said[:-1])} and {said[-1]} point{plural}"


def sampled(swept: Swept) -> str:
    """How the points were chosen."""
    sample: Mapping[str, Any] = swept.spec.get("sample") or {}
    method = METHODS.get(swept.method, swept.method)
    if swept.is_grid and swept.axes:
        times = " \N{MULTIPLICATION SIGN} ".join(f"{axis.count:,}" for axis in swept.axes)
        return f"{method} of {times} values"
    seed = f", seed {sample['seed']}" if "seed" in sample else ""
    return f"{method}, {len(swept.frame):,} point{'' if len(swept.frame) == 1 else 's'}{seed}"


def varied(swept: Swept) -> list[Varied]:
    """What was varied: name, range, and how its values were chosen."""
    return [_varied(swept, axis) for axis in swept.axes]


def _varied(swept: Swept, axis: Axis) -> Varied:
    asked = (swept.spec.get("vary") or {}).get(axis.name)
    count = f"{axis.count:,} value{'' if axis.count == 1 else 's'}"
    if axis.numeric:
        values = span(axis.levels[0], axis.levels[-1], axis.unit)
    else:
        named = [axis.text(level) for level in axis.levels[:MOST_NAMED]]
        more = len(axis.levels) - len(named)
        values = ", ".join(named) + (f" and {more} more" if more else "")
    scale = asked.get("scale") if isinstance(asked, Mapping) else ""
    sampled = axis.numeric and not (swept.is_grid or swept.method == "list")
    how = [count if not sampled else "anywhere in between" if asked != "assumed" else ""]
    how += ["log scale" if scale == "log" else ""]
    how += ["as believed" if asked == "assumed" else ""]
    return Varied(axis.label, axis.name, values, ", ".join(filter(None, how)))


def fixed(swept: Swept) -> list[tuple[str, str]]:
    """Settings that hold at every point."""
    chosen = swept.spec.get("set") or {}
    return [(str(name), _setting(value)) for name, value in chosen.items()]


def _setting(value: Any) -> str:
    if isinstance(value, list | tuple):
        return ":".join(map(str, value))
    return str(value).lower() if isinstance(value, bool) else str(value)


def constants(swept: Swept) -> list[tuple[str, str]]:
    """Quantities that are the same at every point, by name."""
    held: Mapping[str, Mapping[str, float]] = swept.record.get("constant") or {}
    shown = []
    for name, row in sorted(held.items()):
        quantity = swept.quantity(name)
        unit = unit_of_name(name) if quantity.label == name else quantity.unit
        central = formats.quantity(row["central"], unit)
        ends = span(row["low"], row["high"], unit) if row["low"] < row["high"] else ""
        shown.append((name, f"{central} ({ends})" if ends else central))
    return shown


def unit_of_name(name: str) -> str:
    """Unit at the end of a quantity's name."""
    return unit_of(name.partition(":")[2]) or "count"


# ---- time


def times(swept: Swept) -> str:
    """When the sweep ran, for how long, and how fast; empty where the record does not say."""
    runs = swept.record.get("times") or []
    seconds = sum(_seconds(run) for run in runs)
    points = sum(int(run.get("points", 0)) for run in runs)
    if not runs:
        return ""
    count = f" in {len(runs)} runs" if len(runs) > 1 else ""
    workers = max(int(run.get("workers", 0)) for run in runs)
    said = f"{_day(runs[-1]['ended'])}, {duration(seconds)}{count}"
    if workers:
        said += f" with {workers} worker{'' if workers == 1 else 's'}"
    speed = f": {formats.significant(points / seconds)} points a second" if seconds else ""
    return said + speed


def _seconds(run: Mapping[str, Any]) -> float:
    return (_moment(run["ended"]) - _moment(run["started"])).total_seconds()


def _moment(value: Any) -> dt.datetime:
    if isinstance(value, int | float):
        return dt.datetime.fromtimestamp(value, dt.UTC)
    found = dt.datetime.fromisoformat(str(value))
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _day(value: Any) -> str:
    moment = _moment(value).astimezone(dt.UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def duration(seconds: float) -> str:
    """Time in the unit that suits it."""
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 1.5 * size:
            return f"{formats.significant(seconds / size, 2)} {unit}"
    return f"{formats.significant(seconds, 2)} seconds"
