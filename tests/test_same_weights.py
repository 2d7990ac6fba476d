"""Prices of the same weights by country: by hand, exact tests on toys, and the real table."""

import math

import numpy as np
import pandas as pd
import pytest

from token_exports import data
from token_exports.models import same_weights
from token_exports.uncertainty import Kind

PRICE = "input_usd_per_mtok"


def hosted(*rows):
    columns = ["open_weights_model", "host", "host_country", "first_party", PRICE]
    return pd.DataFrame(rows, columns=columns)


# Two models: the host asks twice the developer's price for one, the same for the other.
TOY = hosted(
    ("A", "a", "CN", True, 1.0),
    ("A", "h", "US", False, 2.0),
    ("B", "b", "CN", True, 4.0),
    ("B", "h", "US", False, 4.0),
)


def test_pairs_by_hand():
    table = same_weights.pairs(TOY, PRICE)
    assert table["host_own_price_ratio"].to_list() == [2.0, 1.0]


def test_a_missing_price_makes_no_pair():
    gone = TOY.assign(**{PRICE: [1.0, None, None, 4.0]})
    assert same_weights.pairs(gone, PRICE).empty


def test_effect_by_hand():
    # with a constant per model and one host each, the effect is the mean of the differences:
    # (ln(1/2) + ln(4/4)) / 2 = -0.693147 / 2 = -0.346574; as a ratio 0.5 ** 0.5 = 0.7071
    found = same_weights.effect(TOY, PRICE, 1)
    assert found.ln_price.central == pytest.approx(-0.346574, rel=1e-5)
    assert same_weights.price_ratio(found.ln_price).central == pytest.approx(0.7071, rel=1e-4)
    assert (found.models_count, found.prices_count) == (2, 4)


def test_more_hosts_weigh_a_model_by_its_spread():
    # A has one Chinese and two US hosts: x less its mean is 2/3, -1/3, -1/3, sum of squares 2/3;
    # B has one of each: 1/2. Effects ln(1/2) and 0, weights 2/3 and 1/2:
    # -0.693147 x (2/3) / (2/3 + 1/2) = -0.396084
    more = pd.concat([TOY, hosted(("A", "i", "US", False, 2.0))], ignore_index=True)
    found = same_weights.effect(more, PRICE, 1)
    assert found.ln_price.central == pytest.approx(-0.396084, rel=1e-5)


def test_permutation_of_two_models_by_hand():
    # four ways to name the Chinese hosts: effects of A are -0.69 or +0.69, of B always 0,
    # so all four means are as large: p = 1
    assert same_weights.effect(TOY, PRICE, 1).permutation_p_value == 1


def test_permutation_of_three_equal_models_by_hand():
    # three models, each at half price: 2 of the 8 ways (all or none) reach the mean: p = 0.25
    rows = [
        row
        for m in "ABC"
        for row in ((m, "own", "CN", True, 1.0), (m, "h", "US", False, 2.0 + 0.001 * ord(m)))
    ]
    found = same_weights.effect(hosted(*rows), PRICE, 1)
    assert found.permutation_p_value == pytest.approx(0.25)


def test_a_host_of_unknown_country_is_left_out_and_bounds_the_effect():
    # unknown host of A at 1.0. Left out: -0.346574. Given to the US: x of A as above, its US mean
    # price sqrt(2), so ln(1 / sqrt(2)) = -0.346574 x (2/3) / (7/6) = -0.198042. Given to China:
    # both Chinese prices 1.0 against 2.0, same weights: -0.396084
    more = pd.concat([TOY, hosted(("A", "u", None, False, 1.0))], ignore_index=True)
    assert same_weights.effect(more, PRICE, 1).prices_count == 4
    found = same_weights.effect_bounds(more, PRICE)
    assert (found.low, found.central, found.high) == pytest.approx(
        (-0.396084, -0.346574, -0.198042), rel=1e-5
    )
    assert found.kind == Kind.BOUNDS


def test_one_model_has_no_interval():
    assert same_weights.effect(TOY[:2], PRICE, 1) is None
    assert same_weights.effect_bounds(TOY[:0], PRICE) is None


def test_leave_one_out_by_hand():
    table = same_weights.leave_one_out(TOY, PRICE).set_index("without_model")["ln_price_effect"]
    assert table.to_dict() == pytest.approx({"A": 0.0, "B": -math.log(2)})


@pytest.mark.parametrize(("shift", "seed"), [(-1.0, 0), (0.3, 1), (1.0, 2)])
def test_the_effect_moves_with_the_prices_of_one_side(shift, seed):
    rng = np.random.default_rng(seed)
    rows = [
        row
        for m in "ABCD"
        for row in (
            (m, "own", "CN", True, float(rng.uniform(0.5, 2))),
            (m, "h", "US", False, float(rng.uniform(0.5, 2))),
        )
    ]
    table = hosted(*rows)
    moved = table.assign(
        **{PRICE: table[PRICE] * np.where(table["first_party"], math.exp(shift), 1)}
    )
    before, after = (same_weights.effect(t, PRICE, 1) for t in (table, moved))
    assert after.ln_price.central == pytest.approx(before.ln_price.central + shift)
    assert before.ln_price.low <= before.ln_price.central <= before.ln_price.high


def test_a_clear_effect_excludes_none_and_noise_does_not():
    rng = np.random.default_rng(3)
    noise = rng.normal(0, 0.1, size=8)

    def rows(effect):
        return [
            row
            for m, e in zip("ABCDEFGH", noise, strict=True)
            for row in ((m, "o", "CN", True, math.exp(effect + e)), (m, "h", "US", False, 1.0))
        ]

    clear, none = (same_weights.effect(hosted(*rows(e)), PRICE, 1) for e in (-0.7, 0.0))
    assert clear.ln_price.high < 0
    assert clear.p_value < 0.05
    assert none.ln_price.low < 0 < none.ln_price.high


def test_interval_and_p_value_agree_on_the_real_table():
    table = same_weights.own_lists(data.load("same_weights_prices"))
    for column in (PRICE, "output_usd_per_mtok", "cache_read_usd_per_mtok"):
        found = same_weights.effect(table, column, 1)
        inside = found.ln_price.low <= 0 <= found.ln_price.high
        assert inside == (found.p_value > same_weights.LEVEL)


def test_v4_pro_is_the_widest_real_pair():
    # 1.74 at Fireworks over 0.435 at DeepSeek
    table = same_weights.pairs(same_weights.own_lists(data.load("same_weights_prices")), PRICE)
    widest = table.loc[table["host_own_price_ratio"].idxmax()]
    assert widest["open_weights_model"] == "DeepSeek-V4-Pro"
    assert widest["host_own_price_ratio"] == pytest.approx(4.0)


def test_a_t_value_from_sums_is_that_of_the_prices():
    generator = np.random.default_rng(5)
    models = np.array([0, 0, 0, 1, 1, 2, 2, 2])
    y, x = (same_weights._within(generator.normal(size=8), models) for _ in range(2))
    wild = same_weights._Wild(y, x, models, 1)
    signs, null = np.array([1.0, -1.0, 1.0]), 0.3
    drawn = signs[models] * (y - null * x)
    slope = drawn @ x / (x @ x)
    scores = np.bincount(models, (drawn - slope * x) * x)
    by_hand = slope / (math.sqrt(scores @ scores) / (x @ x))
    assert wild._t((signs * (wild.xy - null * wild.xx))[None, :])[0] == pytest.approx(by_hand)
