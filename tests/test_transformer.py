"""Arithmetic, weights, cache and experts of a transformer, by hand and against published shapes."""

from dataclasses import replace

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.models import transformer
from token_exports.models.transformer import ArchitectureError, architecture

ROWS = {row["model"]: row for row in data.load("model_architectures").to_dict("records")}
V3, M25 = architecture(ROWS["DeepSeek-V3"]), architecture(ROWS["MiniMax-M2.5"])
sizes = st.floats(1.0, 5_000.0)


def test_cache_of_deepseek_v3_by_hand():
    # latent 512 + rotary key 64 = 576 elements in each of 61 layers
    assert transformer.cache_elements(V3, 1.0) == 576 * 61 == 35_136


def test_cache_of_m25_by_hand():
    # keys and values of 8 heads of 128 in 62 layers: 2 x 8 x 128 x 62
    assert transformer.cache_elements(M25, 1.0) == 2 * 8 * 128 * 62 == 126_976


def test_experts_of_deepseek_v3_by_hand():
    # 58 layers x 256 experts x 3 matrices x 7168 x 2048 = 653.9 billion
    assert V3.expert_params_b == pytest.approx(58 * 256 * 3 * 7168 * 2048 / 1e9)
    # 671.03 - 653.91 - input table of 129,280 x 7,168 = 0.93 leaves 16.19
    assert transformer.rest_params_b(V3) == pytest.approx(16.19, abs=0.01)


@pytest.mark.parametrize("name", ["DeepSeek-V3", "MiniMax-M2.5", "Kimi-K2", "GLM-4.5"])
def test_active_parameters_are_the_rest_and_the_chosen_experts(name):
    # counted from the configuration elsewhere; routers and norms are all that may differ
    shape = architecture(ROWS[name])
    chosen = shape.expert_params_b * shape.n_active_experts / shape.n_experts
    assert shape.active_params_b == pytest.approx(
        transformer.rest_params_b(shape) + chosen, rel=0.01
    )


def test_attention_of_deepseek_v3_by_hand():
    # written token, per attended token: 61 layers x 128 heads x 2 x (576 for keys + 512 for values)
    assert transformer.decode_attention_flops(V3, 1.0) == 61 * 128 * 2 * 1088 == 16_990_208
    # prompt token: expanded keys of 192 and values of 128; mean position of 2 tokens is 1
    assert transformer.prefill_attention_flops(V3, 2.0) == 61 * 128 * 2 * 320 == 4_997_120


def test_attention_of_m25_by_hand():
    # 62 layers x 48 heads x 2 x (128 + 128)
    assert transformer.decode_attention_flops(M25, 10.0) == 10 * 62 * 48 * 2 * 256


def test_weight_arithmetic_by_hand():
    # two operations for each of 36.62 billion parameters
    assert transformer.weight_flops_count(V3) == pytest.approx(73.24e9)
    # no output head for a prompt token: 36.62 - 129,280 x 7,168 / 1e9 = 35.6933
    assert transformer.prompt_weight_flops_count(V3) == pytest.approx(2 * 35.6933e9, rel=1e-5)


def test_sparse_attention_stops_at_its_selection():
    shape = architecture(ROWS["DeepSeek-V3.2"])
    far, near = (transformer.decode_attention_flops(shape, c) for c in (100_000.0, 2_048.0))
    assert far == near
    # index keys of 128 in 61 layers are read for every token, 576 x 61 only for 2,048 of them
    assert transformer.read_elements(shape, 10_000.0) == 128 * 61 * 10_000 + 576 * 61 * 2_048


def test_windowed_layers_keep_their_window():
    shape = architecture(ROWS["gpt-oss-120b"])
    # 18 full layers and 18 of a window of 128, each 2 x 8 x 64 elements a token
    assert transformer.cache_elements(shape, 1_000.0) == 18 * 1_024 * 1_000 + 18 * 1_024 * 128


def test_experts_touched_by_hand():
    # one token: 8 of 256; two tokens: 256 x (1 - (31/32)^2) = 256 x 63 / 1024 = 15.75
    assert transformer.experts_touched_count(V3, 1.0) == 8
    assert transformer.experts_touched_count(V3, 2.0) == 15.75


@given(st.floats(1, 1e5), st.floats(1.01, 10))
def test_a_larger_batch_touches_more_experts_up_to_all(batch, factor):
    few = transformer.experts_touched_count(V3, batch)
    many = transformer.experts_touched_count(V3, batch * factor)
    assert 8 * (1 - 1e-9) <= few <= many <= 256


def test_a_dense_model_reads_all_its_weights():
    shape = architecture(ROWS["Llama-3.1-70B"])
    assert transformer.touched_weight_params_b(shape, 1.0) == pytest.approx(
        transformer.rest_params_b(shape)
    )
    assert transformer.active_share(M25) == pytest.approx(10.42 / 228.69)


def test_numbers_arrays_and_symbols_agree():
    batch = sympy.Symbol("B", positive=True)
    formula = transformer.touched_weight_params_b(V3, batch)
    values = np.array([1.0, 7.0, 300.0])
    drawn = transformer.touched_weight_params_b(V3, values)
    for value, one in zip(values, drawn, strict=True):
        assert transformer.touched_weight_params_b(V3, value) == pytest.approx(one, rel=1e-12)
        assert float(formula.subs(batch, value)) == pytest.approx(one, rel=1e-12)


@given(sizes, sizes)
def test_the_smaller_value_in_plain_arithmetic(first, second):
    assert transformer.smaller(first, second) == pytest.approx(min(first, second), rel=1e-9)


@pytest.mark.parametrize(
    ("model", "lacks"),
    [("Step-5-Preview", "hidden_dim"), ("DeepSeek-V4-Pro", "kv_cache"), ("Kimi-K3", "experts")],
)
def test_a_shape_that_is_not_published_is_refused(model, lacks):
    with pytest.raises(ArchitectureError, match=f"{model}.*{lacks}"):
        architecture(ROWS[model])


def test_an_assumed_cache_completes_a_shape():
    assert architecture(ROWS["DeepSeek-V4-Pro"], 4_300.0).kv_elements == 4_300


def test_more_experts_are_cheaper_to_leave_alone():
    wide = replace(V3, n_experts=512.0)
    assert transformer.touched_weight_params_b(wide, 4.0) < transformer.touched_weight_params_b(
        V3, 4.0
    )
