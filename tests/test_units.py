"""Units at the end of names, and the conversions between them."""

import importlib
import inspect
import pkgutil
from dataclasses import fields, is_dataclass

import pytest

from token_exports import models, units
from token_exports.units import UNITS, unit_of

MODEL_MODULES = [
    importlib.import_module(f"{models.__name__}.{info.name}")
    for info in pkgutil.iter_modules(models.__path__)
]
INPUTS = [
    member
    for module in MODEL_MODULES
    for name, member in inspect.getmembers(module, is_dataclass)
    if member.__module__ == module.__name__ and name.endswith("Inputs")
]


@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("electricity_price_usd_per_kwh", "usd_per_kwh"),  # not kwh
        ("throughput_tok_per_s_per_gpu", "tok_per_s_per_gpu"),
        ("opex_share_per_year", "share_per_year"),  # not year
        ("mining_electricity_twh_per_year", "twh_per_year"),
        ("fresh_prompt_energy_j_per_token", "j_per_token"),
        ("tokens", "tokens"),
        ("cn_token_share", "share"),
        ("marketshare", None),  # a unit is a word of its own
        ("kwh_used", None),
        ("n_draws", None),
        ("", None),
    ],
)
def test_a_name_ends_in_its_unit(name, unit):
    assert unit_of(name) == unit


@pytest.mark.parametrize("unit", UNITS)
def test_no_unit_hides_behind_a_shorter_one(unit):
    assert unit_of(f"quantity_{unit}") == unit
    assert UNITS[unit].minimum < UNITS[unit].maximum


@pytest.mark.parametrize(
    ("name", "by_hand"),
    [
        ("HOURS_PER_YEAR", 8_766),  # 365.25 x 24
        ("J_PER_KWH", 3_600_000),  # 1,000 W x 3,600 s
        ("KWH_PER_TWH", 1_000_000_000),  # 1 TWh = 1e12 Wh
        ("KWH_PER_GWH", 1_000_000),
        ("MWH_PER_TWH", 1_000_000),
        ("W_PER_TW", 1_000_000_000_000),
        ("W_PER_GW", 1_000_000_000),
        ("TH_PER_EH", 1_000_000),  # exa over tera
        ("PH_PER_EH", 1_000),
        ("TOKENS_PER_MTOK", 1_000_000),
        ("TOKENS_PER_TTOK", 1_000_000_000_000),
        ("PARAMETERS_PER_BILLION", 1_000_000_000),
        ("BYTES_PER_GB", 1_000_000_000),
    ],
)
def test_conversions_by_hand(name, by_hand):
    assert getattr(units, name) == by_hand


def test_conversions_agree_with_each_other():
    assert units.J_PER_KWH == units.W_PER_KW * units.SECONDS_PER_HOUR
    assert units.KWH_PER_TWH == units.KWH_PER_MWH * units.MWH_PER_TWH
    assert units.W_PER_MW == units.W_PER_KW * units.KW_PER_MW
    assert units.HOURS_PER_YEAR == units.DAYS_PER_YEAR * units.HOURS_PER_DAY


def test_models_state_their_inputs():
    assert len(INPUTS) >= 3  # serving, token exports, token prices: else the next test is empty


@pytest.mark.parametrize("inputs", INPUTS, ids=lambda c: c.__name__)
def test_every_input_of_a_model_ends_in_its_unit(inputs):
    assert [f.name for f in fields(inputs) if unit_of(f.name) is None] == []
