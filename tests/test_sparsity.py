"""A sparse model against its dense twin, by hand on a round chip, and what always holds."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving_toys import CHIP, IDEAL, SHAPE, TOY

from token_exports import data
from token_exports.models import layout, sparsity, throughput, transformer
from token_exports.models.energy_per_token import PowerInputs
from token_exports.models.throughput import Workload

TWIN = replace(TOY, shape=sparsity.dense(SHAPE))
CACHED = replace(TOY, shape=replace(SHAPE, decode_attention_flops_count=1e6))
CHAT = Workload(input_tokens=1_000.0, output_tokens=0.0)
SITE = PowerInputs(
    board_idle_power_share=0.2,
    board_busy_power_share=0.6,
    it_power_kw=1.0,
    pue_ratio=1.2,
    utilisation_share=0.5,
)
batches, contexts = st.floats(1, 2_000), st.floats(1, 2e5)


def pair(deployment, context, batch):
    work = replace(CHAT, input_tokens=context)
    twin = replace(deployment, shape=sparsity.dense(deployment.shape))
    return [sparsity.written_token(each, work, batch) for each in (deployment, twin)]


# ---- by hand


def test_the_twin_uses_every_expert():
    # one of ten experts with 100e9: nine more add 90e9 to 20e9 active
    assert sparsity.dense(SHAPE).active_params_b == pytest.approx(110)
    assert sparsity.naive_share(SHAPE) == pytest.approx(20 / 110)
    # four of ten: 20 + 3 x 10
    assert sparsity.choosing(SHAPE, 4.0).active_params_b == pytest.approx(50)


def test_parts_of_a_written_token_by_hand():
    own, twin = pair(TOY, 1_000.0, 1.0)
    # 2 x 20e9 FLOP at 1e15 x 0.5 a second and accelerator = 80 us; the twin 2 x 110e9 = 440 us
    assert own.weight_arithmetic_s == pytest.approx(80e-6)
    assert twin.weight_arithmetic_s == pytest.approx(440e-6)
    # 10e9 bytes that all read and 10e9 of one expert, at 0.5e12 = 40 ms; the twin 110e9 = 220 ms
    assert own.own_weights_s == pytest.approx(40e-3)
    assert twin.own_weights_s == pytest.approx(220e-3)
    assert own.other_experts_s == twin.other_experts_s == pytest.approx(0, abs=1e-15)
    # cache 1,000 x 10,000 bytes = 20 us; 2 chips wait 10 x 0.1 ms + 10 us each
    assert own.attention_s == pytest.approx(20e-6) == pytest.approx(twin.attention_s)
    assert own.waiting_s == pytest.approx(2.02e-3) == pytest.approx(twin.waiting_s)
    # 40,000 bytes at 50e9 a second on each of two chips
    assert own.link_s == pytest.approx(1.6e-6)


def test_two_tokens_read_experts_of_each_other():
    # 1 - 0.9^2 = 0.19 of 100e9 bytes where one token needs 0.1: 9e9 more for two, 9 ms for each
    own, twin = pair(TOY, 1_000.0, 2.0)
    assert own.own_weights_s == pytest.approx(20e-3)
    assert own.other_experts_s == pytest.approx(9e-3)
    assert twin.own_weights_s == pytest.approx(110e-3)
    gaps = sparsity.gap_shares(own, twin, 20 / 110)
    assert gaps["other_experts"] == pytest.approx(9e-3 / twin.total_s)
    # 20 of 110 bytes, as naive says; waiting is the same and keeps all but the naive share
    assert gaps["own_weights"] == pytest.approx(0, abs=1e-12)
    assert gaps["waiting"] == pytest.approx(90 / 110 * twin.waiting_s / twin.total_s)


def test_prompt_token_by_hand():
    # 2 x 20e9 at 0.5e15 = 80 us and 1.6 us on the link; the twin 440 us and the same link
    own, twin = (sparsity.prompt_token(each, CHAT) for each in (TOY, TWIN))
    assert own.total_s == pytest.approx(81.6e-6)
    assert sparsity.cost_share(own, twin) == pytest.approx(81.6 / 441.6)


def test_energy_by_hand():
    # half of the time waiting draws 0.2 + 0.3, none 0.8; idle hours add 0.2 to both: 0.7 over 1
    rest = {"own_weights_s": 0.0, "other_experts_s": 0.0, "attention_s": 0.0, "link_s": 0.0}
    own = sparsity.TokenTime(weight_arithmetic_s=1.0, waiting_s=1.0, **rest)
    twin = sparsity.TokenTime(weight_arithmetic_s=4.0, waiting_s=0.0, **rest)
    assert sparsity.cost_share(own, twin) == 0.5
    assert sparsity.energy_share(own, twin, SITE) == pytest.approx(0.35)


def test_only_a_lone_token_without_context_or_waiting_costs_the_naive_share():
    # one chip sends nothing; the weights read and multiplied are the active ones
    large = replace(CHIP, hbm_gb=1_000.0)
    ideal = replace(IDEAL, layer_latency_s=0.0, sequence_host_s=0.0)
    alone = replace(TOY, accelerator=large, efficiencies=ideal, layout=layout.tensor_parallel(1.0))
    own, twin = pair(alone, 0.0, 1.0)
    assert sparsity.cost_share(own, twin) == pytest.approx(sparsity.naive_share(SHAPE))
    assert sparsity.energy_share(own, twin, SITE) == pytest.approx(sparsity.naive_share(SHAPE))


# ---- what always holds


@given(batches, contexts, st.sampled_from([TOY, CACHED]))
def test_parts_add_up_to_the_step(batch, context, deployment):
    work = replace(CHAT, input_tokens=context)
    whole = sparsity.written_token(deployment, work, batch).total_s
    step = throughput.decode_s(deployment, work, batch)
    assert whole == pytest.approx(step * 2 / batch)
    rates = throughput.operate(deployment, replace(work, output_tokens=1e-9), batch)
    assert sparsity.written_token(deployment, work, batch).busy_share == pytest.approx(
        rates.decode_busy_share
    )


@given(batches, batches, contexts)
def test_the_gap_is_the_sum_of_its_parts_at_any_two_batches(batch, twins_batch, context):
    own, twin = pair(CACHED, context, batch)[0], pair(CACHED, context, twins_batch)[1]
    naive = sparsity.naive_share(SHAPE)
    parts = sparsity.gap_shares(own, twin, naive)
    share = sparsity.cost_share(own, twin)
    assert naive + sum(parts.values()) == pytest.approx(share)
    prompts = [sparsity.prompt_token(each, CHAT) for each in (CACHED, TWIN)]
    parts = sparsity.gap_shares(*prompts, naive)
    assert naive + sum(parts.values()) == pytest.approx(sparsity.cost_share(*prompts))


@given(batches, contexts)
def test_in_one_layout_the_share_lies_between_naive_and_one(batch, context):
    own, twin = pair(CACHED, context, batch)
    share = sparsity.cost_share(own, twin)
    assert sparsity.naive_share(SHAPE) <= share <= 1
    assert min(sparsity.gap_shares(own, twin, sparsity.naive_share(SHAPE)).values()) > -1e-12


@given(batches, contexts, st.floats(1, 10), st.floats(1, 10), st.booleans())
def test_more_active_parameters_are_never_cheaper(batch, context, first, second, spread):
    way = layout.expert_parallel(2.0) if spread else TOY.layout
    few, many = sorted((first, second))
    work = replace(CHAT, input_tokens=context)
    times = []
    for count in (few, many):
        each = replace(TOY, shape=sparsity.choosing(SHAPE, count), layout=way)
        times.append(sparsity.written_token(each, work, batch).total_s)
        assert each.shape.total_params_b == SHAPE.total_params_b
    assert times[0] <= times[1] * (1 + 1e-12)


@given(batches, contexts)
def test_choosing_every_expert_is_the_twin(batch, context):
    every = replace(TOY, shape=sparsity.choosing(SHAPE, 10.0))
    own, twin = pair(every, context, batch)
    assert sparsity.cost_share(own, twin) == pytest.approx(1)


@given(batches, contexts, st.floats(1.1, 10))
def test_a_longer_context_leaves_less_of_the_saving(batch, context, factor):
    short, long = (
        sparsity.cost_share(*pair(CACHED, length, batch)) for length in (context, context * factor)
    )
    assert long > short


# ---- tables


def test_batches_end_where_memory_does():
    table = sparsity.over_batch(TOY, (1_000.0, 1e4, 1e9), 5, SITE)
    # 45e9 free on each of two chips: 9,000 sequences of 1,000 x 10,000 bytes, 900 of ten times it;
    # none of the longest
    last = table.groupby("context_tokens")["batch_count"].max()
    assert last.to_dict() == pytest.approx({1_000.0: 9_000, 1e4: 900})
    assert len(table) == 10
    assert sparsity.common_batch(TOY, (1_000.0, 1e4)) == pytest.approx(900)
    assert sparsity.over_batch(TOY, (1e9,), 5, SITE).empty


def test_shares_rise_to_one_with_the_experts_per_token():
    table = sparsity.over_active_share(TOY, (1_000.0,), 8.0, SITE)
    assert list(table["experts_count"]) == list(range(1, 11))
    assert table["active_share"].iloc[0] == pytest.approx(20 / 110)
    assert table["cost_share"].is_monotonic_increasing
    assert table[["active_share", "cost_share", "energy_share"]].iloc[-1].tolist() == (
        pytest.approx([1, 1, 1])
    )


def test_the_twin_of_m25_uses_all_but_its_table():
    rows = data.load("model_architectures").set_index("model", drop=False)
    shape = transformer.architecture(rows.loc["MiniMax-M2.5"].to_dict())
    # 200,064 x 3,072 entries of the table are looked up; the configuration rounds to 0.01e9
    twins = sparsity.dense(shape).active_params_b
    assert twins == pytest.approx(shape.total_params_b - 0.6146, abs=0.01)
    assert sparsity.naive_share(shape) == pytest.approx(10.42 / 228.08, rel=1e-4)
