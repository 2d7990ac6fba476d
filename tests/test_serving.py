"""Predictions by name, the traffic they are made for, and the public functions below them."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from serving_toys import CHIP, EIGHT_BIT, IDEAL, SHAPE
from toys import ROUND

from token_exports import serving
from token_exports.assumptions import Assumptions
from token_exports.models import accelerator_hour, throughput, token_cost, traffic, transformer
from token_exports.models.layout import tensor_parallel
from token_exports.models.throughput import Workload
from token_exports.models.token_cost import Service
from token_exports.serving import Asked, ServingError
from token_exports.uncertainty import Both

CHAT = Workload(input_tokens=1_000.0, output_tokens=500.0, interactivity_tok_per_s_per_user=10.0)
SERVICE = Service(
    precision=EIGHT_BIT,
    efficiencies=IDEAL,
    hour=ROUND,
    board_idle_power_share=0.2,
    board_busy_power_share=0.6,
    layout=tensor_parallel(2.0),
)
TOY = (SHAPE, CHIP, CHAT, SERVICE)
DRAWS = (200, 1)


@pytest.fixture(scope="module")
def rests_on():
    return serving.basis(Assumptions())


def predicted(rests_on, known=None, **changes):
    asked = {"model": "MiniMax-M2.5", "accelerator": "h100-sxm", "region": "us"} | changes
    work = Workload(
        input_tokens=8_192.0, output_tokens=1_024.0, interactivity_tok_per_s_per_user=20.0
    )
    known = known or Assumptions()
    return serving.predict(Asked(**asked), Both(work, work), known, rests_on, DRAWS)


# ---- public functions on plain inputs


def test_cost_of_a_class_is_its_part_of_the_hour_and_its_electricity():
    rates, energy, cost = (
        token_cost.throughput(*TOY),
        token_cost.energy_j_per_token(*TOY),
        token_cost.cost_usd_per_mtok(*TOY),
    )
    # an hour without electricity, over 3600 seconds of the rate, a million times
    other = accelerator_hour.other_cost_usd_per_h(ROUND)
    hardware = other / 3_600 / rates.decode_tok_per_s_per_gpu * 1e6
    # joules over 3.6 MJ a kilowatt-hour, a million times, at 0.08 dollars
    power = energy.output_j_per_token / 3.6e6 * 1e6 * 0.08
    assert cost.output_usd_per_mtok == pytest.approx(hardware + power)


def test_a_prompt_that_is_read_on_its_own_accelerators_keeps_its_layout():
    apart = replace(CHAT, separated=True)
    wide = replace(SERVICE, readers=tensor_parallel(4.0))
    two, four = (token_cost.throughput(SHAPE, CHIP, apart, s) for s in (SERVICE, wide))
    assert four.decode_tok_per_s_per_gpu == two.decode_tok_per_s_per_gpu
    # four share the arithmetic evenly, but send 3/4 of every sum instead of 1/2
    assert four.fresh_prompt_tok_per_s_per_gpu < two.fresh_prompt_tok_per_s_per_gpu


costs = st.sampled_from(["fresh_prompt", "cache_read", "output"])


@given(st.floats(1.05, 4), costs)
def test_dearer_power_makes_every_class_dearer_and_none_slower(factor, name):
    price = ROUND.electricity_price_usd_per_kwh * factor
    dear = replace(SERVICE, hour=replace(ROUND, electricity_price_usd_per_kwh=price))
    before, after = (token_cost.outcome(SHAPE, CHIP, CHAT, s) for s in (SERVICE, dear))
    field = f"{name}_usd_per_mtok"
    assert getattr(after.cost, field) > getattr(before.cost, field)
    assert after.rates == before.rates


@given(st.floats(1.05, 4))
def test_more_parameters_are_never_cheaper(ratio):
    larger = transformer.stretched(SHAPE, ratio, "larger")
    service = replace(SERVICE, layout=tensor_parallel(8.0))
    work = replace(CHAT, settles=True)
    small, large = (token_cost.cost_usd_per_mtok(s, CHIP, work, service) for s in (SHAPE, larger))
    assert large.fresh_prompt_usd_per_mtok > small.fresh_prompt_usd_per_mtok
    assert large.output_usd_per_mtok > small.output_usd_per_mtok


@given(st.floats(0, 0.95))
def test_a_cached_prompt_token_is_never_dearer_than_a_fresh_one(share):
    work = replace(CHAT, cached_prompt_share=share)
    cost = token_cost.cost_usd_per_mtok(SHAPE, CHIP, work, SERVICE)
    assert cost.cache_read_usd_per_mtok <= cost.fresh_prompt_usd_per_mtok


def test_fresh_tokens_behind_cached_ones_attend_to_them():
    shape = replace(SHAPE, prefill_attention_flops_count=1e6)
    deployment = replace(token_cost.deployments(*TOY)[0], shape=shape)
    half, none = (
        throughput.prompt_token_s(deployment, replace(CHAT, cached_prompt_share=s))
        for s in (0.5, 0.0)
    )
    # mean position 750 instead of 500 of 1,000 tokens: 250 x 1e6 FLOP more at 2 x 0.5e15 a second
    assert half - none == pytest.approx(250e6 / 1e15)


def test_a_workload_settles_for_half_of_a_lone_sequences_speed():
    deployment = token_cost.deployments(*TOY)[0]
    fast = replace(CHAT, interactivity_tok_per_s_per_user=1e6)
    assert np.isnan(throughput.throughput(deployment, fast).batch_count)
    settled = throughput.throughput(deployment, replace(fast, settles=True))
    alone = 1 / throughput.round_s(deployment, fast, 1.0)
    assert settled.interactivity_tok_per_s_per_user == pytest.approx(alone / 2)


def test_a_stretched_model_keeps_its_proportions():
    large = transformer.stretched(SHAPE, 8.0, "large")
    # eight times the parameters: twice the depth and twice the width
    assert (large.total_params_b, large.n_layers, large.hidden_dim) == (880.0, 20.0, 2_000.0)
    assert large.kv_elements == 2 * SHAPE.kv_elements
    assert transformer.active_share(large) == transformer.active_share(SHAPE)
    assert transformer.stretched(SHAPE, 1.0, SHAPE.name) == SHAPE


# ---- traffic

WEEK = pd.DataFrame(
    {
        "period_start": [pd.Timestamp("2026-02-16")],
        "model_slug": ["a/b"],
        "tokens": [1_100],
        "prompt_tokens": [1_000.0],
        "cached_prompt_tokens": [600.0],
        "completion_tokens": [100.0],
        "requests": [10.0],
    }
)


def test_traffic_of_a_week_by_hand():
    found = traffic.of_week(WEEK, "a/b", pd.Timestamp("2026-02-16").date(), "a week")
    # 1,000 and 100 tokens over ten requests; 600 of 1,000 prompt tokens from the cache
    assert (found.input_tokens, found.output_tokens) == (100.0, 10.0)
    assert found.cached_prompt_share == pytest.approx(0.6)
    work = traffic.workload(found, 20.0)
    assert (work.input_tokens, work.interactivity_tok_per_s_per_user) == (100.0, 20.0)
    assert work.cached_prompt_share == pytest.approx(0.6)


@pytest.mark.parametrize(
    ("changes", "slug", "fault"),
    [({}, "c/d", "no c/d"), ({"requests": [np.nan]}, "a/b", "no requests of a/b")],
)
def test_traffic_that_is_not_there_is_refused(changes, slug, fault):
    with pytest.raises(ValueError, match=fault):
        traffic.of_week(WEEK.assign(**changes), slug, pd.Timestamp("2026-02-16").date(), "x")


# ---- by name


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"model": "minimax-m25"}, "no model 'minimax-m25'; did you mean 'minimax-m2.5'"),
        ({"accelerator": "h100-smx"}, "no accelerator 'h100-smx'; did you mean 'h100-sxm'"),
        ({"precision": "fp9"}, "no precision 'fp9'; did you mean 'fp"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(rests_on, changes, fault):
    with pytest.raises(ServingError, match=fault):
        predicted(rests_on, **changes)


def test_names_are_found_in_any_case(rests_on):
    found = predicted(rests_on, model="minimax-m2.5", accelerator="H100-SXM")
    assert (found.asked.model, found.asked.accelerator) == ("MiniMax-M2.5", "h100-sxm")


def test_a_prediction_names_the_benchmarks_its_speed_is_from(rests_on):
    assert predicted(rests_on).speed.label == "hopper/wide"
    together = predicted(rests_on, serving="together").speed
    assert together.label == "hopper/8/together/MiniMax-M2.5"
    assert together.rows_count >= 3


def test_a_model_too_large_for_any_group_is_refused(rests_on):
    huge = transformer.stretched(
        rests_on.world.architectures["DeepSeek-V3"], 1_000.0, "DeepSeek-V3"
    )
    world = replace(rests_on.world, architectures={"DeepSeek-V3": huge})
    with pytest.raises(ServingError, match="fits no group"):
        predicted(replace(rests_on, world=world), model="DeepSeek-V3")


@settings(max_examples=5)
@given(st.integers(0, 10))
def test_equal_seeds_give_equal_draws(rests_on, seed):
    work = Both(CHAT, CHAT)
    asked = Asked(model="gpt-oss-120b", accelerator="b200", region="us")
    first, second = (
        serving.predict(asked, work, Assumptions(), rests_on, (100, seed)) for _ in range(2)
    )
    one, two = (p.outcome.draws.cost.output_usd_per_mtok for p in (first, second))
    np.testing.assert_array_equal(one, two)


def test_an_override_reaches_a_prediction(rests_on):
    dear = Assumptions({"electricity_price_usd_per_kwh": 1.0})
    plain, moved = predicted(rests_on), predicted(rests_on, dear)
    central = (p.outcome.central for p in (plain, moved))
    first, second = central
    assert second.cost.output_usd_per_mtok > first.cost.output_usd_per_mtok
    assert second.rates == first.rates


def test_measured_path_reads_a_published_point(rests_on):
    table = rests_on.benchmarks
    rows = table[
        (table["model"] == "MiniMax-M2.5")
        & (table["accelerator"] == "h100-sxm")
        & (table["input_tokens"] == 8192)
    ]
    row = rows.iloc[0]
    speed = float(row["interactivity_tok_per_s_per_user"])
    work = Workload(
        input_tokens=8192.0,
        output_tokens=float(row["output_tokens"]),
        interactivity_tok_per_s_per_user=speed,
    )
    asked = Asked(model="MiniMax-M2.5", accelerator="h100-sxm", region="us", precision="fp8")
    found = serving.measured(asked, work, rests_on)
    # the row counts prompt and written tokens; written ones are their part by length
    total = float(row["throughput_tok_per_s_per_gpu"])
    written = total / (1 + 8192 / float(row["output_tokens"]))
    assert found.output_tok_per_s_per_gpu == pytest.approx(written, rel=0.01)


def test_interval_of_draws_without_a_value_keeps_the_others():
    values = Both(
        token_cost.outcome(*TOY).cost,
        replace(token_cost.outcome(*TOY).cost, output_usd_per_mtok=np.array([1.0, np.nan, 1.0])),
    )
    found = serving.intervals(values)
    assert np.isfinite(found["output_usd_per_mtok"].high)
