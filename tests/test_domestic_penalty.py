"""The discount on electricity net of domestic chips."""

import pandas as pd
import pytest

from token_exports import data
from token_exports.models import domestic_penalty, electricity_price
from token_exports.uncertainty import Interval

PENALTY = Interval(1.4, 1.3, 1.5)


def test_by_hand():
    # 0.62 x 1.3 = 0.806, x 1.4 = 0.868, x 1.5 = 0.93; 1 / 0.62 = 1.6129
    compared = pd.DataFrame({"basis_id": ["R08", "R99"], "china_us_price_ratio": [0.62, 9.0]})
    (row,) = domestic_penalty.net_of_penalty(compared, PENALTY).to_dict("records")
    assert (row["low"], row["central"], row["high"]) == pytest.approx((0.806, 0.868, 0.93))
    assert row["break_even_penalty_ratio"] == pytest.approx(1.6129, rel=1e-4)


def test_the_penalty_at_break_even_uses_up_the_discount():
    ratio = 0.62
    limit = domestic_penalty.break_even_penalty_ratio(ratio)
    assert domestic_penalty.net_price_ratio(ratio, limit) == pytest.approx(1)


def test_no_basis_gives_an_empty_table():
    none = pd.DataFrame({"basis_id": [], "china_us_price_ratio": []})
    assert domestic_penalty.net_of_penalty(none, PENALTY).empty


def test_ends_are_the_bases_that_carry_the_penalty_themselves():
    names = ("electricity_price_bases", "electricity_prices", "fx_rates")
    compared = electricity_price.compare(*(data.load(name) for name in names))
    own = compared.set_index("basis_id")["china_us_price_ratio"]
    found = domestic_penalty.net_of_penalty(compared, PENALTY).set_index("basis_id")
    assert found["low"]["R08"] == pytest.approx(own["R34"])
    assert found["high"]["R08"] == pytest.approx(own["R35"])
