"""List prices, effective prices, and the essay's statements about models."""

import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.models import list_price, model_facts, price_facts, same_weights
from token_exports.models.list_price import TokenMix, TokenPrices
from token_exports.uncertainty import Kind, bounds, exact


def priced(fresh, cached, output):
    return pd.Series(
        {
            "input_usd_per_mtok": fresh,
            "cache_read_usd_per_mtok": cached,
            "output_usd_per_mtok": output,
        },
        dtype=float,
    )


MIX = TokenMix(fresh_prompt_share=0.2, cache_read_share=0.7, output_share=0.1)


# ---- by hand


def test_effective_price_by_hand():
    # 0.2 x 1 + 0.7 x 0.1 + 0.1 x 5 = 0.77
    found = list_price.bounded_effective_usd_per_mtok(priced(1, 0.1, 5), MIX)
    assert (found.low, found.central, found.high) == pytest.approx((0.77, 0.77, 0.77))
    assert found.kind == Kind.EXACT


def test_a_missing_cache_price_gives_two_bounds():
    # free reads 0.2 + 0.5 = 0.7; reads at the input price 0.9 + 0.5 = 1.4; middle 1.05
    found = list_price.bounded_effective_usd_per_mtok(priced(1, None, 5), MIX)
    assert (found.low, found.central, found.high) == pytest.approx((0.7, 1.05, 1.4))
    assert found.kind == Kind.BOUNDS


def test_a_listed_price_of_zero_is_no_missing_price():
    found = list_price.bounded_effective_usd_per_mtok(priced(1, 0, 5), MIX)
    assert (found.low, found.high) == pytest.approx((0.7, 0.7))


def test_mix_by_hand():
    # 90 prompt of which 70 cached, 10 generated: 20, 70 and 10 of 100
    assert vars(list_price.token_mix(90, 70, 10)) == pytest.approx(vars(MIX))


def test_ratio_of_bounds_by_hand():
    # 6 / 2 = 3; least 4 / 4 = 1, most 8 / 1 = 8
    found = list_price.ratio(bounds(6, 4, 8), bounds(2, 1, 4))
    assert (found.low, found.central, found.high) == (1, 3, 8)
    assert list_price.ratio(exact(6), exact(2)) == exact(3)


@given(st.floats(0, 100), st.floats(0.001, 10_000), st.floats(0, 1))
def test_one_price_for_all_classes_is_the_effective_price(price, tokens, cached):
    mix = list_price.token_mix(tokens, tokens * cached, tokens / 7)
    prices = TokenPrices(
        fresh_prompt_usd_per_mtok=price, cache_read_usd_per_mtok=price, output_usd_per_mtok=price
    )
    assert list_price.effective_usd_per_mtok(prices, mix) == pytest.approx(price)


# ---- prices in force


@pytest.mark.parametrize(
    ("day", "usd_per_mtok"),
    [("2025-02-07", 0.28), ("2025-02-08", 1.10), ("2026-02-24", 0.42)],
)
def test_the_latest_price_that_has_taken_effect_counts(day, usd_per_mtok):
    day = dt.date.fromisoformat(day)
    row = list_price.in_force(data.load("list_prices"), "deepseek-chat", day)
    assert row["output_usd_per_mtok"] == usd_per_mtok


def test_a_free_route_is_no_list_price():
    prices = data.load("list_prices")
    row = list_price.in_force(prices, "minimax-m2.5", dt.date(2026, 4, 10), "openrouter")
    assert row["input_usd_per_mtok"] > 0


def test_no_price_yet_is_an_error():
    with pytest.raises(ValueError, match=r"claude-opus-4\.6"):
        list_price.in_force(data.load("list_prices"), "claude-opus-4.6", dt.date(2026, 1, 1))


# ---- the essay's ratios, tolerance half of the printed digit


@pytest.fixture(scope="module")
def facts():
    prices, mixes = data.load("list_prices"), data.load("openrouter_token_mix")
    known = [
        *price_facts.dated_prices(prices),
        *price_facts.list_ratios(prices),
        *price_facts.mix_ratios(prices, mixes),
        *price_facts.same_weights(same_weights.own_lists(data.load("same_weights_prices"))),
        *model_facts.benchmarks(data.load("model_benchmarks")),
        *model_facts.words_per_token(data.load("tokens_per_word")),
        *model_facts.active_parameters(data.load("model_architectures")),
        *model_facts.hardware(data.load("accelerators")),
    ]
    return {fact.name: fact.value for fact in known}


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("opus_m25_input_price_ratio", 16.7),  # 5.00 / 0.30
        ("opus_m25_output_price_ratio", 20.8),  # 25.00 / 1.20
        ("opus_m25_announced_price_ratio", 33.3),  # 5.00 / 0.15
        ("gpt4o_dsv3_promo_output_price_ratio", 35.7),  # 10.00 / 0.28
        ("gpt4o_dsv3_output_price_ratio", 9.1),  # 10.00 / 1.10
        ("gpt4o_dsv3_input_price_ratio", 9.3),  # 2.50 / 0.27
        ("gpt4o_dsv32_output_price_ratio", 23.8),  # 10.00 / 0.42
        ("prior_iso_week_opus_m25_own_mix_price_ratio", 32.5),
        ("opus_m25_own_mix_price_ratio", 11.8),
        ("next_iso_week_opus_m25_own_mix_price_ratio", 21.0),
        ("opus_m25_same_mix_price_ratio", 17.2),
        ("opus_m25_task_cost_ratio", 2.5),  # 0.77 / 0.3066
        ("opus_m25_first_task_cost_ratio", 5.6),  # 0.56 / 0.0993
    ],
)
def test_ratio_of_two_models(facts, name, times):
    assert facts[name].central == pytest.approx(times, abs=0.051)


@pytest.mark.parametrize(
    ("name", "value", "digit"),
    [
        ("prose_words_per_token_ratio", 0.739, 0.0005),
        ("code_words_per_token_ratio", 0.44, 0.005),
        ("openhands_five_suite_gap_share", 0.215, 0.0005),
        ("dsv3_active_param_share", 0.0546, 0.00005),
        ("h20_over_b200_fp8_ratio", 0.066, 0.0005),
        ("same_weights_price_gap_share", 0, 1e-9),
    ],
)
def test_other_statements(facts, name, value, digit):
    assert facts[name].central == pytest.approx(value, abs=digit)


def test_a_week_that_was_not_public_is_left_out():
    mixes = data.load("openrouter_token_mix", "2026-02-26")
    names = [f.name for f in price_facts.mix_ratios(data.load("list_prices"), mixes)]
    assert "opus_m25_own_mix_price_ratio" in names
    assert "next_iso_week_opus_m25_own_mix_price_ratio" not in names


def test_same_weights_by_hand():
    hosted = pd.DataFrame(
        {
            "open_weights_model": ["a", "a", "a", "b", "b"],
            "first_party": [True, False, False, True, False],
            "host_country": ["CN", "US", "US", "CN", None],
            "input_usd_per_mtok": [0.6, 0.9, 1.5, 1.0, 2.0],
        }
    )
    found = list_price.same_weights_gaps(hosted, "US")
    # the median of 0.9 and 1.5 is 1.2: the developer is half as dear; b has no US host
    assert found["open_weights_model"].tolist() == ["a"]
    assert found["price_gap_share"].tolist() == pytest.approx([0.5])


def test_power_bill_by_hand():
    # 100 MW x 8,766 h = 876,600 MWh; x 80 USD/MWh = 70.1 million USD
    assert model_facts.yearly_bill_usd(100, 0.08) == pytest.approx(70.128e6)
