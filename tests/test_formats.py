"""Numbers in print: one rule per unit."""

import math

import pytest

from token_exports import formats
from token_exports.formats import MINUS, THIN
from token_exports.uncertainty import Interval, Kind, bounds, exact
from token_exports.units import UNITS


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.614, "share", "61.4%"),
        (-0.052, "share", MINUS + "5.2%"),
        (0.0, "share", "0.0%"),
        (1.0, "share", "100%"),
        (8.72e12, "tokens", "8.72T"),
        (8.7e15, "tokens", "8.70Q"),
        (950e9, "tokens", "950B"),
        (1_250_000, "usd", "1.25M"),
        (30_000, "usd", "30,000"),
        (-2_000_000, "usd", MINUS + "2.00M"),
        (0.0671, "kwh_per_mtok", "0.0671"),
        (0.08, "usd_per_kwh", "0.0800"),
        (12.345, "twh", "12.3"),
        (1234.5, "twh", "1,234"),  # half to even, no false digits
        (0, "twh", "0"),
        (3.0, "count", "3"),
        (2.5, "count", "2.50"),
        (1858, "year", "1858"),  # a year is not grouped
        (float("inf"), "ratio", "no limit"),
        (-float("inf"), "usd", "no lower limit"),
        (None, "tokens", "unknown"),
        (float("nan"), "share", "unknown"),
    ],
)
def test_a_number_in_print(value, unit, shown):
    assert formats.number(value, unit) == shown


def test_a_share_that_rounds_to_nothing_has_no_sign():
    assert formats.number(-0.0001, "share") == "0.0%"


def test_more_digits_on_request():
    assert formats.number(0.067123, "kwh_per_mtok", 2) == "0.067"
    assert formats.significant(math.pi, 5) == "3.1416"


@pytest.mark.parametrize(
    ("value", "unit", "shown"),
    [
        (0.0671, "kwh_per_mtok", f"0.0671{THIN}kWh/Mtok"),
        (8.72e12, "tokens", f"8.72T{THIN}tokens"),
        (1.4, "ratio", "1.40\N{MULTIPLICATION SIGN}"),
        (0.004, "ratio", "1/250"),  # 0.00400 times is hard to picture
        (0.01, "ratio", "0.0100\N{MULTIPLICATION SIGN}"),
        (0, "ratio", "0\N{MULTIPLICATION SIGN}"),
        (0.614, "share", "61.4%"),
        (1858, "year", "1858"),
        (None, "twh", "unknown"),
        (None, "ratio", "unknown"),
        (float("inf"), "ratio", "no limit"),
        (float("inf"), "usd_per_kwh", "no limit"),
    ],
)
def test_a_quantity_carries_its_unit(value, unit, shown):
    assert formats.quantity(value, unit) == shown


@pytest.mark.parametrize("unit", UNITS)
def test_every_unit_prints(unit):
    assert formats.quantity(1900.0, unit).startswith(("1,9", "1900", "190,000%"))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (Interval(0.61, 0.6, 0.62), "61.0% (60.0% to 62.0%)"),
        (bounds(0.4, 0.0, 1.0), "40.0% (0.0% to 100%)"),
        (exact(0.61), "61.0%"),
        (Interval(0.61, 0.61, 0.61, Kind.INTERVAL), "61.0%"),  # no width, nothing to say
    ],
)
def test_an_interval_shows_its_ends_where_it_has_any(value, shown):
    assert formats.interval(value, "share") == shown


def test_an_end_may_have_no_limit():
    assert formats.span(bounds(2.0, 1.0, float("inf")), "usd_per_kwh") == "1.00 to no limit"
