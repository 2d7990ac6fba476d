"""Order-averaged parts of a price gap: by hand, the axioms, and the sum for every draw."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import ROUND

from token_exports.models import accelerator_hour, price_ledger
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.list_price import TokenMix
from token_exports.models.price_ledger import FACTORS, OWNER, Rates, Side

CHEAP = Side(
    model="small",
    chip="east",
    hour=ROUND,
    mix=TokenMix(fresh_prompt_share=0.2, cache_read_share=0.7, output_share=0.1),
    cache_read_cost_ratio=0.1,
    price_usd_per_mtok=0.2,
)
DEAR = Side(
    model="large",
    chip="west",
    hour=replace(
        ROUND, gpu_price_usd=20_000, electricity_price_usd_per_kwh=0.07, utilisation_share=0.7
    ),
    mix=TokenMix(fresh_prompt_share=0.5, cache_read_share=0.3, output_share=0.2),
    cache_read_cost_ratio=0.1,
    price_usd_per_mtok=3.0,
)


def rates(fresh, output):
    return Rates(fresh_prompt_tok_per_s_per_gpu=fresh, output_tok_per_s_per_gpu=output)


THROUGHPUT = {
    ("small", "east"): rates(10_000, 4_000),
    ("small", "west"): rates(15_000, 5_000),
    ("large", "east"): rates(2_000, 800),
    ("large", "west"): rates(3_000, 900),
}
numbers = st.lists(st.floats(0.5, 5), min_size=4, max_size=4)
NAMES = ("a", "b", "c", "d")


def polynomial(values):
    return values["a"] * values["b"] + values["c"] ** 2 * values["a"] + values["d"]


# ---- the rule itself


def test_two_factors_of_a_product_by_hand():
    # a 2 -> 3, b 5 -> 7. a first: (3 - 2) x 5 = 5, a last: (3 - 2) x 7 = 7, mean 6;
    # b first: (7 - 5) x 2 = 4, b last: 2 x 3 = 6, mean 5; 6 + 5 = 21 - 10
    found = price_ledger.shapley(
        lambda v: v["a"] * v["b"], {"a": 2.0, "b": 5.0}, {"a": 3.0, "b": 7.0}
    )
    assert found == pytest.approx({"a": 6.0, "b": 5.0})


def test_three_factors_by_hand():
    # from 0 to 1, value a x b + c: a and b share their one, c keeps its own
    found = price_ledger.shapley(
        lambda v: v["a"] * v["b"] + v["c"],
        dict.fromkeys("abc", 0.0),
        dict.fromkeys("abc", 1.0),
    )
    assert found == pytest.approx({"a": 0.5, "b": 0.5, "c": 1.0})


@given(numbers, numbers)
def test_parts_are_the_mean_over_all_orders(before, after):
    base, other = (dict(zip(NAMES, v, strict=True)) for v in (before, after))
    found = price_ledger.shapley(polynomial, base, other)
    expected = dict.fromkeys(NAMES, 0.0)
    orders = list(permutations(NAMES))
    for order in orders:
        now = dict(base)
        for name in order:
            last = polynomial(now)
            now[name] = other[name]
            expected[name] += (polynomial(now) - last) / len(orders)
    assert found == pytest.approx(expected, abs=1e-9)


@given(numbers, numbers)
def test_parts_sum_to_the_difference_and_a_factor_without_effect_has_none(before, after):
    base, other = (dict(zip(NAMES, v, strict=True)) for v in (before, after))
    found = price_ledger.shapley(polynomial, base, other | {"d": base["d"]})
    whole = polynomial(other | {"d": base["d"]}) - polynomial(base)
    assert sum(found.values()) == pytest.approx(whole, abs=1e-9)
    assert found["d"] == pytest.approx(0, abs=1e-9)


def test_sides_must_name_the_same_factors():
    with pytest.raises(ValueError, match="'b'"):
        price_ledger.shapley(lambda v: 0.0, {"a": 1.0}, {"a": 1.0, "b": 2.0})


# ---- the ledger


def test_every_input_of_an_hour_has_one_owner():
    owned = [name for names in OWNER.values() for name in names]
    assert sorted(owned) == sorted(ServingInputs.__dataclass_fields__)


def test_hours_of_a_mix_by_hand():
    # fresh 1e6 / 10,000 / 3,600 = 0.0277778 h, a read a tenth of it, output 0.0694444 h;
    # 0.2 x 0.0277778 + 0.7 x 0.00277778 + 0.1 x 0.0694444 = 0.0144444
    hours = price_ledger.hours_per_mtok(THROUGHPUT["small", "east"], CHEAP)
    assert hours == pytest.approx(0.0144444, rel=1e-5)


def test_mark_up_by_hand():
    cost = accelerator_hour.cost_usd_per_h(ROUND) * 0.0144444
    found = price_ledger.markup_ratio(CHEAP, THROUGHPUT)
    assert found == pytest.approx(0.2 / cost, rel=1e-5)


def test_parts_sum_to_the_gap():
    parts = price_ledger.decompose(DEAR, CHEAP, THROUGHPUT)
    assert list(parts) == list(FACTORS)
    # ln(3.0 / 0.2) = ln 15 = 2.70805
    assert sum(parts.values()) == pytest.approx(2.70805, rel=1e-5)


def test_splitting_the_sum_changes_no_part():
    """All seven factors in one game give what the two smaller games give."""

    def ln_price(values):
        inputs = {n: v for name in OWNER for n, v in values[name].items()}
        pair = values["active_parameters"], values["chip_efficiency"]["chip"]
        inputs.pop("chip", None)
        mixed = replace(values["traffic_mix"], hour=ServingInputs(**inputs))
        hours = price_ledger.hours_per_mtok(THROUGHPUT[pair], mixed)
        return np.log(accelerator_hour.cost_usd_per_h(mixed.hour) * hours * values["margin"])

    def factors(side):
        owned = {n: {f: getattr(side.hour, f) for f in own} for n, own in OWNER.items()}
        owned["chip_efficiency"]["chip"] = side.chip
        markup = price_ledger.markup_ratio(side, THROUGHPUT)
        rest = {"active_parameters": side.model, "traffic_mix": side, "margin": markup}
        return owned | rest

    whole = price_ledger.shapley(ln_price, factors(CHEAP), factors(DEAR))
    assert price_ledger.decompose(DEAR, CHEAP, THROUGHPUT) == pytest.approx(whole)


def test_parts_sum_to_the_gap_for_every_draw():
    rng = np.random.default_rng(7)
    scale = rng.uniform(0.5, 2, size=(6, 1_000))
    dear, cheap = (
        replace(
            side,
            price_usd_per_mtok=side.price_usd_per_mtok * scale[4 + i],
            hour=replace(
                side.hour,
                gpu_price_usd=side.hour.gpu_price_usd * scale[2 * i],
                electricity_price_usd_per_kwh=0.08 * scale[2 * i + 1],
            ),
        )
        for i, side in enumerate((DEAR, CHEAP))
    )
    parts = price_ledger.decompose(dear, cheap, THROUGHPUT)
    gap = np.log(dear.price_usd_per_mtok / cheap.price_usd_per_mtok)
    np.testing.assert_allclose(sum(parts.values()), gap, atol=1e-12)


def test_equal_sides_have_no_parts():
    parts = price_ledger.decompose(CHEAP, CHEAP, THROUGHPUT)
    assert {name: float(part) for name, part in parts.items()} == pytest.approx(
        dict.fromkeys(FACTORS, 0.0), abs=1e-12
    )


def test_swapping_the_sides_turns_every_sign():
    there = price_ledger.decompose(DEAR, CHEAP, THROUGHPUT)
    back = price_ledger.decompose(CHEAP, DEAR, THROUGHPUT)
    assert {n: -float(v) for n, v in back.items()} == pytest.approx(
        {n: float(v) for n, v in there.items()}
    )


def test_a_missing_rate_is_named():
    known = {pair: r for pair, r in THROUGHPUT.items() if pair != ("large", "east")}
    with pytest.raises(ValueError, match="large on east"):
        price_ledger.decompose(DEAR, CHEAP, known)


def test_free_power_saves_its_share():
    # cost falls to 1 - share, whatever the throughput
    share = accelerator_hour.electricity_cost_share(DEAR.hour)
    saved = price_ledger.electricity_saving(DEAR, THROUGHPUT, 0.0)
    assert saved == pytest.approx(-np.log(1 - share))
    assert price_ledger.electricity_saving(DEAR, THROUGHPUT, 1.0) == pytest.approx(0, abs=1e-12)


def test_scaled_rates_by_hand():
    # twice the parameters on a chip 1.5 times as fast in prefill: 1,000 x 1.5 / 2 = 750
    found = price_ledger.scaled_rates(rates(1_000, 500), 2.0, (1.5, 1.0))
    assert found == rates(750, 250)
