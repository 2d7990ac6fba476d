"""Parts of a step and of a prompt token, by hand on a round chip."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from serving_toys import CHIP, EIGHT_BIT, IDEAL, SHAPE, TOY

from token_exports.models import roofline
from token_exports.models.layout import expert_parallel, tensor_parallel

SPREAD = replace(TOY, layout=expert_parallel(2.0))
batches = st.floats(1, 2_000)


def test_arithmetic_by_hand():
    # 100 tokens x 2 x 20e9 = 4e12 FLOP over 2 chips x 1e15 x 0.5 = 1e15 a second
    step = roofline.decode_step(TOY, 100.0, 1_000.0)
    assert step.arithmetic_s == pytest.approx(4e-3)


def test_memory_by_hand():
    # 1 token touches one of ten experts: 100e9 x 0.1 / 2 + 10e9 / 2 = 10e9 bytes;
    # cache 1,000 x 10,000 = 1e7 bytes in two parts; at 0.5e12 a second
    step = roofline.decode_step(TOY, 1.0, 1_000.0)
    assert step.memory_s == pytest.approx((10e9 + 0.5e7) / 0.5e12)


def test_attention_of_its_own_is_copied():
    # experts are halved, the other 10e9 bytes are not
    assert roofline.weight_bytes(TOY) == pytest.approx(55e9)
    assert roofline.weight_bytes(SPREAD) == pytest.approx(60e9)


def test_waiting_by_hand():
    # 10 layers x 0.1 ms + 100 sequences of the one rank x 10 us; two ranks share the sequences
    assert roofline.decode_step(TOY, 100.0, 1.0).waiting_s == pytest.approx(2e-3)
    assert roofline.decode_step(SPREAD, 100.0, 1.0).waiting_s == pytest.approx(1.5e-3)


def test_all_reduce_by_hand():
    # 10 layers x 2 sums x 2 passes x 2 bytes x 1,000 wide, half of it leaves each of two chips
    assert roofline.link_bytes(TOY, 1.0) == pytest.approx(10 * 2 * 2 * 2 * 1_000 * 0.5)


def test_all_to_all_by_hand():
    # 10 layers x 1 expert x 1,000 x (1 + 2) bytes of the half of tokens here, half goes elsewhere
    assert roofline.link_bytes(SPREAD, 1.0) == pytest.approx(10 * 1_000 * 3 * 0.5 * 0.5)


def test_a_token_crosses_the_slow_link_once_per_domain():
    shape = replace(SHAPE, n_active_experts=2.0, n_experts=20.0)
    wide = replace(TOY, shape=shape, layout=expert_parallel(16.0))
    # two domains, two experts: 2 x (1 - 1/4) = 1.5 domains reached, half of them not the own
    assert roofline.copies_count(wide) == pytest.approx(0.75)
    assert roofline.copies_count(replace(wide, layout=expert_parallel(8.0))) == 2


def test_one_chip_sends_nothing():
    assert roofline.link_bytes(replace(TOY, layout=tensor_parallel(1.0)), 50.0) == 0


def test_largest_batch_by_hand():
    # 100e9 - 55e9 bytes free on each of two; cache of a sequence 1e7 bytes in two parts
    assert roofline.largest_batch(TOY, 1_000.0) == pytest.approx(45e9 * 2 / 1e7)


def test_a_latent_cache_is_copied_within_a_rank():
    latent = replace(TOY, shape=replace(SHAPE, kv_shards_count=1.0))
    assert roofline.cache_parts_count(latent) == 1
    assert roofline.cache_parts_count(replace(latent, layout=expert_parallel(2.0))) == 2
    # no more parts than there are key and value heads
    assert roofline.cache_parts_count(replace(TOY, layout=tensor_parallel(8.0))) == 2


def test_the_first_format_the_chip_computes_in_counts():
    assert roofline.peak_flops_per_s(TOY) == 1e15
    four = replace(TOY, precision=replace(EIGHT_BIT, arithmetic=("fp4", "bf16")))
    assert roofline.peak_flops_per_s(four) == 5e14
    bare = replace(four, accelerator=replace(CHIP, peak_tflops={}))
    with pytest.raises(ValueError, match="chip: no peak for fp4, bf16"):
        roofline.peak_flops_per_s(bare)


def test_the_whole_is_the_sum_at_the_engines_speed():
    fast = replace(TOY, efficiencies=replace(IDEAL, engine_speed_ratio=2.0))
    step = roofline.decode_step(TOY, 8.0, 100.0)
    parts = step.arithmetic_s + step.memory_s + step.link_s + step.waiting_s
    assert step.total_s == pytest.approx(parts)
    assert roofline.decode_step(fast, 8.0, 100.0).total_s == pytest.approx(parts / 2)
    assert step.busy_share == pytest.approx(1 - step.waiting_s / parts)


@given(batches, st.floats(100, 1e5), st.floats(1.001, 4))
def test_time_grows_with_batch_and_context(batch, context, factor):
    now = roofline.decode_step(TOY, batch, context).total_s
    assert roofline.decode_step(TOY, batch * factor, context).total_s > now
    assert roofline.decode_step(TOY, batch, context * factor).total_s > now


@given(batches)
def test_overlap_never_takes_longer_than_the_sum(batch):
    step = roofline.decode_step(TOY, batch, 500.0)
    assert step.overlapped_s <= step.total_s


@given(st.floats(1.001, 5))
def test_a_larger_cache_never_allows_a_larger_batch(factor):
    larger = replace(TOY, shape=replace(SHAPE, kv_elements=SHAPE.kv_elements * factor))
    assert roofline.largest_batch(larger, 100.0) < roofline.largest_batch(TOY, 100.0)
