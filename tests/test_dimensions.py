"""Formulas keep their units: in other units of money, time, power and tokens they say the same.

Every base unit is rescaled by its own factor, in the inputs, in the conversion constants and in the
expected result. A forgotten or doubled conversion then changes the result in the wrong proportion.
Years and days stay as they are: interest compounds by the year, and the disclosed fleet is
stated by its totals of one day.
"""

import dataclasses
import inspect
import typing
from math import prod

import numpy as np
import pytest
import sympy

from token_exports import units
from token_exports.models import (
    accelerator_hour,
    below_cost,
    disclosed_service,
    electricity_export,
    emissions,
    energy_per_token,
    price_gap,
    stress_map,
    token_cost,
)
from token_exports.units import unit_of

MODULES = [
    accelerator_hour,
    below_cost,
    disclosed_service,
    electricity_export,
    emissions,
    energy_per_token,
    price_gap,
    stress_map,
    token_cost,
]
FEWEST_CHECKED = 60
FACTORS = {"usd": 7.0, "h": 3.0, "s": 5.0, "kw": 11.0, "w": 13.0, "token": 17.0, "mtok": 19.0}
FACTORS |= {"month": 23.0, "day": 1.0, "twh": 31.0, "mw": 37.0, "g": 41.0, "eh": 43.0, "th": 47.0}
FACTORS |= {"btc": 53.0, "ph": 59.0, "gwh": 61.0, "mwh": 67.0, "gw": 71.0, "tw": 73.0}
FACTORS |= {"ttok": 79.0}
DIMENSIONS = {
    "share": {},
    "ratio": {},
    "count": {},
    "years": {},
    "share_per_year": {},
    "usd": {"usd": 1},
    "usd_per_year": {"usd": 1},
    "usd_per_h": {"usd": 1, "h": -1},
    "usd_per_kwh": {"usd": 1, "kw": -1, "h": -1},
    "usd_per_kw_month": {"usd": 1, "kw": -1, "month": -1},
    "usd_per_mtok": {"usd": 1, "mtok": -1},
    "kw": {"kw": 1},
    "w": {"w": 1},
    "mw": {"mw": 1},
    "kwh": {"kw": 1, "h": 1},
    "twh": {"twh": 1},
    "kwh_per_mtok": {"kw": 1, "h": 1, "mtok": -1},
    "j_per_token": {"w": 1, "s": 1, "token": -1},
    "g_per_kwh": {"g": 1, "kw": -1, "h": -1},
    "g_per_mtok": {"g": 1, "mtok": -1},
    "g_per_usd": {"g": 1, "usd": -1},
    "tokens": {"token": 1},
    "tok_per_s": {"token": 1, "s": -1},
    "tok_per_s_per_gpu": {"token": 1, "s": -1},
    "tok_per_s_per_user": {"token": 1, "s": -1},
    "hours": {"h": 1},
    "days": {"day": 1},
    "s": {"s": 1},
    "eh_per_s": {"eh": 1, "s": -1},
    "th_per_s": {"th": 1, "s": -1},
    "j_per_th": {"w": 1, "s": 1, "th": -1},
    "usd_per_ph_day": {"usd": 1, "ph": -1, "s": 1, "day": -1},  # of a petahash a second
    "usd_per_btc": {"usd": 1, "btc": -1},
    "btc": {"btc": 1},
}
CONSTANTS = {
    "HOURS_PER_DAY": {"h": 1, "day": -1},
    "DAYS_PER_YEAR": {"day": 1},
    "DAYS_PER_WEEK": {"day": 1},
    "HOURS_PER_YEAR": {"h": 1},
    "MONTHS_PER_YEAR": {"month": 1},
    "SECONDS_PER_HOUR": {"s": 1, "h": -1},
    "J_PER_KWH": {"w": 1, "s": 1, "kw": -1, "h": -1},
    "KWH_PER_TWH": {"kw": 1, "h": 1, "twh": -1},
    "KWH_PER_MWH": {"kw": 1, "h": 1, "mwh": -1},
    "KWH_PER_GWH": {"kw": 1, "h": 1, "gwh": -1},
    "MWH_PER_TWH": {"mw": 1, "h": 1, "twh": -1},
    "W_PER_KW": {"w": 1, "kw": -1},
    "W_PER_MW": {"w": 1, "mw": -1},
    "W_PER_GW": {"w": 1, "gw": -1},
    "W_PER_TW": {"w": 1, "tw": -1},
    "KW_PER_MW": {"kw": 1, "mw": -1},
    "TH_PER_EH": {"th": 1, "eh": -1},
    "PH_PER_EH": {"ph": 1, "eh": -1},
    "TOKENS_PER_MTOK": {"token": 1, "mtok": -1},
    "TOKENS_PER_TTOK": {"token": 1, "ttok": -1},
}


def factor(dimension):
    return prod(FACTORS[base] ** power for base, power in dimension.items())


def dimension_of(name):
    unit = unit_of(name)
    return DIMENSIONS.get(unit) if unit else None


def value(name, rng, scaled):
    """A plain value for a named input, in the units as they are or in the rescaled ones."""
    dimension = dimension_of(name)
    if dimension is None:
        raise LookupError(name)
    drawn = rng.uniform(0.1, 0.9) if unit_of(name) in ("share", "share_per_year") else None
    drawn = rng.uniform(1.1, 3.0) if drawn is None else drawn
    return drawn * (factor(dimension) if scaled else 1.0)


def built(name, kind, rng, scaled):
    """An argument: a number by its name, or a dataclass of such numbers."""
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        fields = {
            f.name: built(f.name, hints[f.name], rng, scaled) for f in dataclasses.fields(kind)
        }
        return kind(**fields)
    return value(name, rng, scaled)


def formulas():
    """Public functions of the modules whose name and inputs all end in units."""
    for module in MODULES:
        for name, function in inspect.getmembers(module, inspect.isfunction):
            own = function.__module__ == module.__name__ and not name.startswith("_")
            many = dataclasses.is_dataclass(function.__annotations__.get("return"))
            if own and not many and dimension_of(name) is not None:
                try:
                    arguments(function, False)
                except (LookupError, TypeError, ValueError):
                    continue
                yield pytest.param(function, id=f"{module.__name__.split('.')[-1]}.{name}")


def arguments(function, scaled):
    hints = typing.get_type_hints(function)
    rng = np.random.default_rng(7)
    return [built(n, hints.get(n), rng, scaled) for n in inspect.signature(function).parameters]


CHECKED = list(formulas())


@pytest.fixture
def rescaled(monkeypatch):
    def patch():
        for module in MODULES:
            for name, dimension in CONSTANTS.items():
                if hasattr(module, name):
                    monkeypatch.setattr(module, name, getattr(units, name) * factor(dimension))

    return patch


@pytest.mark.parametrize("function", CHECKED)
def test_a_formula_says_the_same_in_other_units(function, rescaled):
    before = function(*arguments(function, scaled=False))
    rescaled()
    after = function(*arguments(function, scaled=True))
    expected = before * factor(dimension_of(function.__name__))
    np.testing.assert_allclose(after, expected, rtol=1e-9)


@pytest.mark.parametrize("function", CHECKED)
def test_a_number_and_an_array_give_the_same(function):
    single = arguments(function, scaled=False)
    several = [spread(argument) for argument in single]
    alone, together = function(*single), np.asarray(function(*several))
    np.testing.assert_allclose(together, np.full(together.shape, alone), rtol=1e-12)


def spread(argument):
    if dataclasses.is_dataclass(argument):
        values = {f.name: spread(getattr(argument, f.name)) for f in dataclasses.fields(argument)}
        return type(argument)(**values)
    return np.full(3, argument)


def test_a_symbol_and_a_number_give_the_same():
    checked = 0
    for function in (p.values[0] for p in CHECKED):
        numbers, exact = arguments(function, scaled=False), []
        pairs = {}
        for i, argument in enumerate(numbers):
            exact.append(symbols(argument, f"x{i}", pairs))
        try:
            formula = sympy.sympify(function(*exact))
        except (TypeError, AttributeError):
            continue  # numpy's own functions take no symbols
        found = float(formula.subs(pairs).evalf(30))
        assert found == pytest.approx(float(function(*numbers)), rel=1e-12), function.__name__
        checked += 1
    assert checked >= FEWEST_CHECKED // 2


def symbols(argument, name, pairs):
    if dataclasses.is_dataclass(argument):
        fields = dataclasses.fields(argument)
        parts = {
            f.name: symbols(getattr(argument, f.name), f"{name}_{f.name}", pairs) for f in fields
        }
        return type(argument)(**parts)
    symbol = sympy.Symbol(name, positive=True)
    pairs[symbol] = sympy.Rational(float(argument))
    return symbol


def test_most_formulas_are_checked():
    assert len(CHECKED) >= FEWEST_CHECKED


def test_a_missing_conversion_is_caught(rescaled):
    def electricity_usd_per_h(it_power_w, electricity_price_usd_per_kwh):
        return it_power_w * electricity_price_usd_per_kwh  # watts taken for kilowatts

    rng = [np.random.default_rng(7), np.random.default_rng(7)]
    names = ("it_power_w", "electricity_price_usd_per_kwh")
    before, after = (
        electricity_usd_per_h(*(value(n, r, scaled) for n in names))
        for r, scaled in zip(rng, (False, True), strict=True)
    )
    assert after != pytest.approx(before * factor(dimension_of("electricity_usd_per_h")))


def test_every_constant_of_conversion_has_its_units():
    stated = {n for n in vars(units) if "_PER_" in n and isinstance(getattr(units, n), float)}
    assert stated - set(CONSTANTS) <= {"PARAMETERS_PER_BILLION", "BYTES_PER_GB"}
