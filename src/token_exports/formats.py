"""Numbers in print: one rule per unit, so that prose, tables and pages round alike."""

import math

from token_exports.uncertainty import Interval, Kind
from token_exports.units import UNITS

_SCALES = ((1e15, "Q"), (1e12, "T"), (1e9, "B"), (1e6, "M"))
_LARGE = {"tokens", "requests", "usd", "stars", "usd_per_year", "btc", "blocks"}
_COUNTED = {"count", "rank", "weeks", "days"}
SMALLEST_DECIMAL_RATIO = 0.005
MINUS = "\N{MINUS SIGN}"
THIN = "\N{NARROW NO-BREAK SPACE}"


def significant(value: float, digits: int = 3) -> str:
    """Value with ``digits`` significant digits, thousands grouped, no exponent."""
    if value == 0:
        return "0"
    places = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(places, 9)}f}".replace("-", MINUS)


def number(value: float | None, unit: str, digits: int = 3) -> str:
    """Value without its unit: shares as percent, large counts as 8.72T."""
    if value is None or math.isnan(value):
        return "unknown"
    if math.isinf(value):
        return "no limit" if value > 0 else "no lower limit"
    if unit == "share":
        percent = value * 100
        places = 1 if abs(percent) < 99.95 else 0
        return f"{round(percent, places) + 0.0:.{places}f}%".replace("-", MINUS)
    if unit == "year" or (unit in _COUNTED and float(value).is_integer()):
        whole = f"{value + 0.0:.0f}" if unit == "year" else f"{value + 0.0:,.0f}"
        return whole.replace("-", MINUS)
    if unit == "ratio" and 0 < abs(value) < SMALLEST_DECIMAL_RATIO:
        return f"1/{significant(1 / value, digits)}"
    if unit in _LARGE:
        for scale, letter in _SCALES:
            if abs(value) >= scale:
                return significant(value / scale, digits) + letter
    return significant(value, digits)


def quantity(value: float | None, unit: str, digits: int = 3) -> str:
    """Value with its unit."""
    shown = number(value, unit, digits)
    label = UNITS[unit].label
    if value is None or not math.isfinite(value):
        return shown
    if unit == "ratio":
        return shown if "/" in shown else f"{shown}\N{MULTIPLICATION SIGN}"
    return f"{shown}{THIN}{label}" if label else shown


def span(value: Interval, unit: str, digits: int = 3) -> str:
    """Both ends without the centre, empty for an exact value."""
    if value.kind == Kind.EXACT or value.low == value.high:
        return ""
    return f"{number(value.low, unit, digits)} to {number(value.high, unit, digits)}"


def interval(value: Interval, unit: str, digits: int = 3) -> str:
    """Central value with its unit and, in brackets, its two ends."""
    ends = span(value, unit, digits)
    return quantity(value.central, unit, digits) + (f" ({ends})" if ends else "")
