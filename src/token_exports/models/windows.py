"""Windows of consecutive days, and which of them a table with gaps can fill."""

import datetime as dt
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import pandas as pd

EN_DASH = "\N{EN DASH}"
WEEK_DAYS = 7
Found = TypeVar("Found")


class WindowError(ValueError):
    """A window asks for days or weeks that the tables do not hold."""


@dataclass(frozen=True)
class Window:
    """Consecutive days up to and including ``end``."""

    end: dt.date
    days_count: int

    @property
    def start(self) -> dt.date:
        """First day."""
        return self.end - dt.timedelta(days=self.days_count - 1)

    @property
    def days(self) -> pd.DatetimeIndex:
        """Every day of the window."""
        return pd.date_range(self.start, self.end, freq="D", unit="us")

    @property
    def label(self) -> str:
        """Window in words, as short as the dates allow."""
        return span_label(self.start, self.end)


def parse(text: str) -> Window:
    """Window from its text: first and last day, an ISO week, or the last of seven days.

    Parameters
    ----------
    text
        ISO 8601: an interval (``first/last``), a week (``year-Wnumber``) or a day.

    Raises
    ------
    WindowError
        It is none of these, or ends before it starts.
    """
    try:
        if re.fullmatch(r"\d{4}-W\d{2}", text):
            return Window(dt.date.fromisoformat(f"{text}-7"), WEEK_DAYS)
        first, slash, last = text.partition("/")
        end = dt.date.fromisoformat(last if slash else first)
        days = (end - dt.date.fromisoformat(first)).days + 1 if slash else WEEK_DAYS
    except ValueError:
        raise WindowError(
            f"{text!r} is no window: write first/last day, an ISO week as 2026-W08, or one day"
        ) from None
    if days < 1:
        raise WindowError(f"window {text!r} ends before it starts")
    return Window(end, days)


def span_label(start: dt.date, end: dt.date) -> str:
    """Dates from ``start`` to ``end`` in words; a shared month or year is said once."""
    last = f"{end.day} {end:%b %Y}"
    if start == end:
        return last
    if start.year != end.year:
        return f"{start.day} {start:%b %Y}{EN_DASH}{last}"
    if start.month != end.month:
        return f"{start.day} {start:%b}{EN_DASH}{last}"
    return f"{start.day}{EN_DASH}{last}"


def available_runs(days: Iterable[object]) -> list[Window]:
    """Unbroken runs of days, in order of time."""
    dates = sorted({pd.Timestamp(day).date() for day in days})  # type: ignore[arg-type]
    runs: list[list[dt.date]] = []
    for day in dates:
        if runs and day - runs[-1][-1] == dt.timedelta(days=1):
            runs[-1].append(day)
        else:
            runs.append([day])
    return [Window(run[-1], len(run)) for run in runs]


def require(window: Window, days: Iterable[object]) -> None:
    """Refuse a window of which a day is missing.

    Raises
    ------
    WindowError
        Says which days are missing and which exist.
    """
    known = pd.DatetimeIndex(pd.Series(days).unique())
    missing = window.days[~window.days.isin(known)]
    if len(missing):
        absent = ", ".join(run.label for run in available_runs(missing))
        present = ", ".join(run.label for run in available_runs(known)) or "none"
        raise WindowError(f"window {window.label}: no rows for {absent}; days with rows: {present}")


def all_windows(days: Iterable[object], days_count: int) -> list[Window]:
    """Every window of that length without a missing day; none spans a gap."""
    return [
        Window(run.end - dt.timedelta(days=back), days_count)
        for run in available_runs(days)
        for back in range(run.days_count - days_count, -1, -1)
    ]


def latest_window(days: Iterable[object], most_days_count: int) -> Window:
    """The last unbroken days, at most so many of them.

    Raises
    ------
    WindowError
        There is no day at all.
    """
    runs = available_runs(days)
    if not runs:
        raise WindowError("the table has no days")
    return Window(runs[-1].end, min(most_days_count, runs[-1].days_count))


def when_known(quantity: Callable[..., Found], *args: Any) -> Found | None:
    """The quantity, or None where the tables do not reach far enough for it."""
    try:
        return quantity(*args)
    except WindowError:
        return None
