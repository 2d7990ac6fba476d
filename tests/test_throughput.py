"""Throughput at a load and at a user's speed; layouts, energy of a token."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving_toys import CHIP, IDEAL, SHAPE, TOY

from token_exports.models import energy_per_token, layout, roofline, throughput
from token_exports.models.energy_per_token import PowerInputs
from token_exports.models.throughput import Workload

CHAT = Workload(input_tokens=1_000.0, output_tokens=500.0)
APART = replace(CHAT, separated=True)
speeds = st.floats(1.0, 20.0)  # one sequence alone gets 24
SITE = PowerInputs(
    board_idle_power_share=0.2,
    board_busy_power_share=0.6,
    it_power_kw=1.0,
    pue_ratio=1.2,
    utilisation_share=0.5,
)


def test_prompt_tokens_by_hand():
    # 2 x 20e9 FLOP at 1e15 a second = 40 us; reduces of 40,000 bytes at 50e9 a second = 0.8 us
    rates = throughput.operate(TOY, CHAT, 10.0)
    assert rates.fresh_prompt_tok_per_s_per_gpu == pytest.approx(1 / 40.8e-6 / 2)


def test_bases_of_tokens_by_hand():
    rates = throughput.operate(TOY, CHAT, 10.0)
    # two prompt tokens for a written one: accelerator time of both adds up
    each = 1 / rates.decode_tok_per_s_per_gpu + 2 / rates.fresh_prompt_tok_per_s_per_gpu
    assert rates.output_tok_per_s_per_gpu == pytest.approx(1 / each)
    assert rates.computed_tok_per_s_per_gpu == pytest.approx(3 * rates.output_tok_per_s_per_gpu)
    # 10 users on 2 chips: each sees a tenth of what both write
    speed = rates.output_tok_per_s_per_gpu * 2 / 10
    assert rates.interactivity_tok_per_s_per_user == pytest.approx(speed)


def test_users_do_not_wait_for_prompts_read_elsewhere():
    together, apart = (throughput.operate(TOY, work, 10.0) for work in (CHAT, APART))
    assert apart.interactivity_tok_per_s_per_user > together.interactivity_tok_per_s_per_user
    assert apart.output_tok_per_s_per_gpu == together.output_tok_per_s_per_gpu


def test_drafts_advance_several_tokens_for_more_arithmetic():
    drafted = replace(CHAT, accepted_tokens=2.0, verified_tokens=3.0)
    step = roofline.decode_step(TOY, 10.0, 1_250.0, 3.0).total_s
    assert throughput.decode_s(TOY, drafted, 10.0) == pytest.approx(step / 2)


def test_no_speed_asked_fills_the_memory():
    rates = throughput.throughput(TOY, CHAT)
    # 45e9 bytes on each of two chips, 1,250 x 10,000 bytes a sequence in two parts
    assert rates.batch_count == pytest.approx(45e9 * 2 / 1.25e7)


@given(speeds)
def test_the_batch_is_the_largest_that_keeps_the_speed(speed):
    work = replace(CHAT, interactivity_tok_per_s_per_user=speed)
    batch = float(throughput.batch_at_speed(TOY, work))
    fits = float(throughput.largest_batch(TOY, work))
    reached = 1 / float(throughput.round_s(TOY, work, batch))
    assert reached >= speed * (1 - 1e-9)
    assert batch == pytest.approx(fits) or reached == pytest.approx(speed, rel=1e-6)


@given(speeds, st.floats(1.01, 4))
def test_throughput_never_rises_with_the_speed_asked(speed, factor):
    slow, fast = (
        throughput.throughput(TOY, replace(CHAT, interactivity_tok_per_s_per_user=s))
        for s in (speed, speed * factor)
    )
    outputs = np.nan_to_num([slow.output_tok_per_s_per_gpu, fast.output_tok_per_s_per_gpu])
    assert outputs[1] <= outputs[0] * (1 + 1e-9)


@given(st.floats(1.001, 5), speeds)
def test_more_active_parameters_are_never_faster(factor, speed):
    work = replace(CHAT, interactivity_tok_per_s_per_user=speed)
    heavy = replace(TOY, shape=replace(SHAPE, active_params_b=SHAPE.active_params_b * factor))
    light, dear = (throughput.throughput(each, work) for each in (TOY, heavy))
    slack = 1 + 1e-9
    slower = np.nan_to_num(dear.output_tok_per_s_per_gpu)
    assert slower <= light.output_tok_per_s_per_gpu * slack


@given(st.floats(100, 1e5), st.floats(0.1, 1e3))
def test_a_cached_prompt_token_is_never_dearer_than_a_fresh_one(elements, link):
    deployment = replace(
        TOY,
        shape=replace(SHAPE, kv_elements=elements),
        accelerator=replace(CHIP, scale_out_gb_per_s=link),
    )
    rates = throughput.operate(deployment, CHAT, 1.0)
    slack = 1 - 1e-9
    assert rates.cache_read_tok_per_s_per_gpu >= rates.fresh_prompt_tok_per_s_per_gpu * slack


def test_a_speed_beyond_one_sequence_alone_is_missing():
    work = replace(CHAT, interactivity_tok_per_s_per_user=1e6)
    assert np.isnan(throughput.throughput(TOY, work).output_tok_per_s_per_gpu)


def test_a_model_that_does_not_fit_has_no_batch():
    alone = replace(TOY, layout=layout.tensor_parallel(1.0))
    assert np.isnan(throughput.throughput(alone, CHAT).batch_count)


def test_draws_agree_with_single_values():
    drawn = np.array([0.3, 0.5, 0.9])
    speed = np.array([5.0, 20.0, 30.0])
    many = replace(TOY, efficiencies=replace(IDEAL, compute_efficiency_share=drawn))
    work = replace(CHAT, interactivity_tok_per_s_per_user=speed)
    rates = throughput.throughput(many, work).output_tok_per_s_per_gpu
    for i in range(3):
        one = replace(TOY, efficiencies=replace(IDEAL, compute_efficiency_share=drawn[i]))
        single = throughput.throughput(
            one, replace(CHAT, interactivity_tok_per_s_per_user=float(speed[i]))
        )
        assert single.output_tok_per_s_per_gpu == pytest.approx(rates[i], rel=1e-12)


# ---- layouts


def test_layouts_that_do_not_fit_are_not_weighed():
    sizes = {each.layout.accelerators_count for each in layout.groups(TOY)}
    # 110e9 bytes do not fit into one chip of 100e9
    assert 1.0 not in sizes
    assert {2.0, 8.0} <= sizes
    huge = replace(TOY, shape=replace(SHAPE, total_params_b=1e6, expert_params_b=9e5))
    with pytest.raises(ValueError, match="toy fits no group of chip"):
        layout.groups(huge)


def test_the_fastest_layout_is_no_slower_than_any():
    work = replace(CHAT, interactivity_tok_per_s_per_user=20.0)
    found = layout.groups(TOY)
    best = throughput.throughput(layout.fastest(found, work), work).output_tok_per_s_per_gpu
    others = [throughput.throughput(each, work).output_tok_per_s_per_gpu for each in found]
    assert best == np.nanmax(others)


def test_stacked_layouts_have_the_rates_of_each_alone():
    work = replace(CHAT, interactivity_tok_per_s_per_user=20.0)
    found = layout.groups(TOY)
    rows = throughput.throughput(layout.stacked(found), work).output_tok_per_s_per_gpu
    single = [throughput.throughput(each, work).output_tok_per_s_per_gpu for each in found]
    assert rows[:, 0] == pytest.approx(single, rel=1e-12, nan_ok=True)


def test_pools_of_several_groups_are_those_of_the_best():
    found = layout.groups(TOY)
    alone = [layout.separate_pools(each, APART, 16.0, 200.0) for each in found]
    best = max(alone, key=lambda point: point.output_tok_per_s_per_gpu)
    assert layout.separate_pools(layout.stacked(found), APART, 16.0, 200.0) == best


def test_load_beyond_the_memory_waits():
    fits = float(throughput.largest_batch(TOY, CHAT))
    assert layout.at_load(TOY, CHAT, fits * 3).batch_count == pytest.approx(fits)


def test_separate_pools_are_limited_by_the_slower_one():
    rates = layout.separate_pools(TOY, APART, 16.0, 200.0)
    reading = rates.fresh_prompt_tok_per_s_per_gpu * (1 - rates.decode_time_share) / 2
    writing = rates.decode_tok_per_s_per_gpu * rates.decode_time_share
    assert rates.output_tok_per_s_per_gpu == pytest.approx(min(reading, writing))


# ---- energy


def test_energy_by_hand():
    rates = replace(
        throughput.operate(TOY, CHAT, 10.0),
        decode_busy_share=0.5,
        prompt_busy_share=1.0,
        decode_tok_per_s_per_gpu=100.0,
        fresh_prompt_tok_per_s_per_gpu=1_000.0,
    )
    found = energy_per_token.energy_j_per_token(rates, SITE)
    # idle 0.2 x 500 = 100 W, an idle hour for every serving one; 1,000 W IT / 500 W x PUE 1.2 = 2.4
    # writing: 500 x (0.2 + 0.6 x 0.5) = 250 W, + 100 W = 350 W x 2.4 = 840 W over 100 tok/s
    assert found.output_j_per_token == pytest.approx(8.4)
    # reading: 500 x 0.8 = 400 W, + 100 W = 500 W x 2.4 = 1,200 W over 1,000 tok/s
    assert found.fresh_prompt_j_per_token == pytest.approx(1.2)


@given(st.floats(0.1, 0.9), st.floats(1.01, 1.1))
def test_a_fuller_fleet_needs_less_energy_a_token(utilisation, factor):
    rates = throughput.operate(TOY, CHAT, 10.0)
    spare, full = (
        energy_per_token.energy_j_per_token(rates, replace(SITE, utilisation_share=u))
        for u in (utilisation, utilisation * factor)
    )
    assert full.output_j_per_token < spare.output_j_per_token
