"""Show the progress of a run: live bars, plain lines for a log, JSON for a program, or nothing."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Literal

from token_exports.run.progress import Event, Progress

Style = Literal["auto", "quiet", "json"]


@contextmanager
def progress(style: Style = "auto") -> Iterator[Progress]:
    """Where the events of a run go.

    Parameters
    ----------
    style
        ``auto`` shows bars on a terminal and one line per notebook in a log; ``json`` prints one
        event a line on the standard output; ``quiet`` shows nothing.
    """
    if style == "quiet":
        yield Progress()
    elif style == "json":
        yield Progress(lambda event: print(json.dumps(event), flush=True))
    elif sys.stderr.isatty():
        with _Bars() as bars:
            yield Progress(bars.tell)
    else:
        yield Progress(_Log().tell)


def line(event: Event) -> str:
    """One event in words, empty where a log needs none."""
    match event:
        case {"event": "waiting", "folder": folder, "process": process}:
            return f"another run (process {process}) builds {folder}; waiting for it"
        case {"event": "planned", "kept": kept, "expected_s": expected}:
            parts = [f"{name} kept" for name in kept]
            parts += [
                f"{name} to run" + (f" ({seconds:.0f} s last time)" if seconds else "")
                for name, seconds in expected.items()
            ]
            return ", ".join(parts)
        case {"event": "notebook", "notebook": name, "error": error, "duration_s": took}:
            return f"{name} failed after {took:.1f} s: {error}"
        case {"event": "notebook", "notebook": name, "duration_s": took}:
            return f"{name} done in {took:.1f} s"
        case {"event": "points"}:
            return _points(event)
        case {"event": "stage", "stage": stage}:
            return str(stage)
        case {"event": "notice", "text": text}:
            return str(text)
        case {"event": "report", "fresh": True}:
            return "nothing has changed since this report was made"
    return ""


def _points(event: Event) -> str:
    """Points of a sweep, as ``1,200 of 4,000 points, 3 failed, 240 a second, 12 s left``."""
    parts = [f"{event['done'] + event['failed']:,} of {event['total']:,} points"]
    if event["failed"]:
        parts.append(f"{event['failed']:,} failed")
    if event["points_per_s"]:
        parts.append(f"{event['points_per_s']:,.3g} a second")
    if event["left_s"]:
        parts.append(f"{_duration(event['left_s'])} left")
    return ", ".join(parts)


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes:02} min"
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"


class _Log:
    """One line an event; of the points of a sweep, a line each tenth and each minute."""

    def __init__(self) -> None:
        self._share, self._at = -1, -float("inf")

    def tell(self, event: Event) -> None:
        """Take an event, from whatever thread."""
        text = line(event)
        if text and (event["event"] != "points" or self._due(event)):
            print(text, file=sys.stderr, flush=True)

    def _due(self, event: Event) -> bool:
        share = 10 * (event["done"] + event["failed"]) // max(event["total"], 1)
        due = share != self._share or time.monotonic() - self._at > 60
        if due:
            self._share, self._at = share, time.monotonic()
        return due


class _Bars:
    """One bar per running notebook; lengths are the seconds that its cells took last time."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
        from rich.progress import Progress as Bars

        name, at = TextColumn("{task.description:20}"), TextColumn("{task.fields[at]}")
        self._bars = Bars(name, BarColumn(), at, TimeElapsedColumn(), console=Console(stderr=True))
        self._tasks: dict[str, Any] = {}
        self._expected: dict[str, float | None] = {}

    def __enter__(self) -> "_Bars":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def tell(self, event: Event) -> None:
        """Take an event, from whatever thread."""
        kind = event["event"]
        if kind == "stage":
            self._bars.stop()  # rendering forks, which a thread that draws bars forbids
        if kind == "planned":
            self._plan(event)
        elif kind == "cell":
            self._cell(event)
        elif kind == "points":
            self._sweep(event)
        elif text := line(event):
            self._bars.console.print(text, markup=False, highlight=False)

    def _plan(self, event: Event) -> None:
        for name in event["kept"]:
            self._bars.console.print(f"{name} kept", markup=False, highlight=False)
        for name, seconds in event["expected_s"].items():
            at = f"about {seconds:.0f} s" if seconds else ""
            self._tasks[name] = self._bars.add_task(name, total=None, at=at)
            self._expected[name] = seconds

    def _cell(self, event: Event) -> None:
        name, done, total = event["notebook"], event["done"], event["total"]
        expected = self._expected.get(name)
        left = f", about {expected:.0f} s in all" if expected else ""
        at = f"cell {done}/{total} {event['cell'][:24]}{left}"
        self._bars.update(self._tasks[name], completed=event["share"] * total, total=total, at=at)

    def _sweep(self, event: Event) -> None:
        total, ended = event["total"], event["done"] + event["failed"]
        if "points" not in self._tasks:
            self._tasks["points"] = self._bars.add_task("sweep", total=total, at="")
        self._bars.update(self._tasks["points"], completed=ended, at=_points(event))
