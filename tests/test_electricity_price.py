"""The electricity price gap: by hand, as laws, and all bases from committed data."""

import pandas as pd
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.models import electricity_price

pytestmark = pytest.mark.usefixtures("archived")

NAMES = ("electricity_price_bases", "electricity_prices", "fx_rates")
# China over US, to the two digits of the published comparison
PUBLISHED = {
    **{"R01": 1.08, "R02": 1.24, "R03": 1.17, "R04": 0.95, "R05": 1.50, "R06": 0.60, "R07": 0.62},
    **{"R08": 0.62, "R09": 0.65, "R10": 0.62, "R11": 0.40, "R12": 0.54, "R13": 0.60, "R14": 0.63},
    **{"R15": 0.85, "R16": 0.69, "R17": 0.89, "R18": 0.82, "R19": 0.81, "R20": 0.19, "R21": 0.63},
    **{"R22": 0.60, "R23": 0.78, "R24": 0.49, "R25": 0.88, "R26": 0.32, "R27": 0.90, "R28": 0.57},
    **{"R29": 0.86, "R30": 1.14, "R31": 0.91, "R32": 0.72, "R33": 0.64, "R34": 0.81, "R35": 0.93},
}


@pytest.fixture(scope="module")
def bases():
    table = electricity_price.compare(*(data.load(name) for name in NAMES))
    return table.set_index("basis_id")


def test_every_basis_is_there(bases):
    assert sorted(bases.index) == sorted(PUBLISHED)


@pytest.mark.parametrize(("basis", "ratio"), PUBLISHED.items())
def test_ratio_of_a_basis(bases, basis, ratio):
    # half of the last published digit, and a thousandth because inputs are rounded too
    assert bases.loc[basis, "china_us_price_ratio"] == pytest.approx(ratio, abs=0.006)


def test_the_two_ends_of_the_argument(bases):
    # 8.80 c against 8.11 c: 8% dearer; 5.63 c against 9.08 c: 38% cheaper
    assert bases.loc["R01", "price_gap_share"] == pytest.approx(-0.08, abs=0.006)
    assert bases.loc["R08", "price_gap_share"] == pytest.approx(0.38, abs=0.001)


def test_ratio_by_hand():
    # 0.40 CNY at 8 CNY/USD = 0.05 USD; / 0.5 = 0.10; x 1.2 = 0.12; over 0.08 USD = 1.5
    assert electricity_price.china_us_price_ratio(0.05, 0.08, 0.5, 1.2) == pytest.approx(1.5)


def test_a_named_rate_replaces_the_one_of_the_price_row():
    prices = pd.DataFrame(
        {
            "price_id": ["C", "U"],
            "price_local_per_kwh": [0.40, 0.10],
            "price_usd_per_kwh": [0.05, 0.10],
        }
    )
    rates = pd.DataFrame(
        {"currency": ["EUR", "CNY"], "fx_period": ["2026-01"] * 2, "local_per_usd": [0.9, 5.0]}
    )
    table = pd.DataFrame(
        {
            "basis_id": ["own", "named"],
            "basis_group": "a",
            "label": "b",
            "china_price_id": "C",
            "us_price_id": "U",
            "china_fx_period": [None, "2026-01"],
            "china_price_divisor_ratio": 1.0,
            "energy_penalty_ratio": 1.0,
        }
    )
    found = electricity_price.compare(table, prices, rates)
    # 0.05 / 0.10; 0.40 CNY / 5 CNY a dollar = 0.08, / 0.10
    assert list(found["china_us_price_ratio"]) == pytest.approx([0.5, 0.8])
    with pytest.raises(ValueError, match="named"):
        electricity_price.compare(table, prices, rates[rates["currency"] == "EUR"])


@given(st.floats(0.01, 1), st.floats(0.01, 1))
def test_swapping_the_countries_inverts_the_ratio(one, other):
    ratio = electricity_price.china_us_price_ratio
    assert ratio(one, other) * ratio(other, one) == pytest.approx(1)


def test_ratio_takes_symbols():
    c, u, d, e = sympy.symbols("c u d e", positive=True)
    assert electricity_price.china_us_price_ratio(c, u, d, e) == c * e / (d * u)


def test_every_basis_had_its_prices_on_the_day_it_became_public():
    days = sorted(data.load(NAMES[0])["public_since"].unique())
    for day in days:
        tables = [data.load(name, day) for name in NAMES]
        assert len(electricity_price.compare(*tables)) == len(tables[0])
