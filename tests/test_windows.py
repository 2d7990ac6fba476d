"""Windows as a reader writes them."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports.models.windows import Window, WindowError, parse

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2027, 12, 31))


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("2026-02-11/2026-02-17", "2026-02-11", "2026-02-17"),
        ("2026-02-17/2026-02-17", "2026-02-17", "2026-02-17"),
        ("2026-02-17", "2026-02-11", "2026-02-17"),  # the last of seven days
        ("2026-W08", "2026-02-16", "2026-02-22"),  # Monday to Sunday
        ("2026-W01", "2025-12-29", "2026-01-04"),  # a week that begins in the year before
    ],
)
def test_a_window_is_written_as_days_or_as_a_week(text, start, end):
    found = parse(text)
    assert (found.start.isoformat(), found.end.isoformat()) == (start, end)


@pytest.mark.parametrize(
    "text",
    ["", "soon", "2026-02-30", "2026-W54", "2026-W8", "2026-02-11/", "/2026-02-17", "2026-02"]
    + ["2026-02-11/2026-02-17/2026-02-20", "2026-02-11 to 2026-02-17"],
)
def test_anything_else_is_refused_with_what_is_allowed(text):
    with pytest.raises(WindowError, match="first/last day, an ISO week as 2026-W08, or one day"):
        parse(text)


def test_a_window_does_not_run_backwards():
    with pytest.raises(WindowError, match="ends before it starts"):
        parse("2026-02-17/2026-02-16")


@given(DAYS, st.integers(1, 60))
def test_a_window_survives_being_written(end, days_count):
    window = Window(end, days_count)
    assert parse(f"{window.start}/{window.end}") == window


@given(DAYS)
def test_every_day_lies_in_its_iso_week(day):
    year, week, _ = day.isocalendar()
    found = parse(f"{year}-W{week:02d}")
    assert found.start <= day <= found.end
    assert found.days_count == 7
