"""Predictions against benchmarks: no row tests what it set, and what is off says why."""

from math import log

import numpy as np
import pandas as pd
import pytest
from serving_toys import CHIP, IDEAL, SHAPE, TOY

from token_exports import data
from token_exports.assumptions import AssumptionError, Assumptions
from token_exports.models import (
    benchmark_rows,
    energy_validation,
    engine_speed,
    prediction_errors,
    transformer,
)
from token_exports.models import throughput_validation as validation
from token_exports.models.benchmark_rows import Case, Drafts, Links, NotExpressible, World
from token_exports.models.roofline import Efficiencies
from token_exports.models.throughput import Workload

FACTOR_OF_FOUR, FACTOR_OF_ONE_AND_A_HALF = log(4), log(1.5)
WORLD = World(
    architectures={"toy": SHAPE},
    accelerators={"chip": CHIP},
    efficiencies=IDEAL,
    drafts=Drafts(accepted_tokens=2.0, verified_tokens=3.0),
)
ROW = {
    "benchmark_id": "r",
    "model": "toy",
    "accelerator": "chip",
    "accelerators_count": 2.0,
    "precision": "fp8",
    "phase": "mixed",
    "input_tokens": 1_000.0,
    "output_tokens": 500.0,
    "concurrency_count": 10.0,
    "interactivity_tok_per_s_per_user": np.nan,
    "throughput_tok_per_s_per_gpu": 100.0,
    "tokens_basis": "total",
    "accelerators_basis": "all",
    "framework": "vLLM 1.0",
    "speculative_decoding": "none",
    "disaggregated": False,
}


def known_world():
    """Everything the project's tables know."""
    beliefs = Assumptions()
    shapes, chips = {}, {}
    for row in data.load("model_architectures").to_dict("records"):
        try:
            cache = beliefs.row("kv_cache_per_token_elements", "us", [row["model"].lower()]).central
        except AssumptionError:
            cache = None
        try:
            shapes[row["model"]] = transformer.architecture(row, cache)
        except transformer.ArchitectureError:
            continue
    for row in data.load("accelerators").to_dict("records"):
        try:
            links = beliefs.central(Links, "us", [row["accelerator"]])
        except AssumptionError:
            continue
        chips[row["accelerator"]] = benchmark_rows.accelerator(row, links)
    return World(
        architectures=shapes,
        accelerators=chips,
        efficiencies=beliefs.central(Efficiencies, "us"),
        drafts=beliefs.central(Drafts, "us", ["mtp"]),
    )


@pytest.fixture(scope="module")
def rows():
    return benchmark_rows.completed(data.load("serving_benchmarks"), data.load("benchmark_setups"))


@pytest.fixture(scope="module")
def tested(rows):
    return validation.compared(rows, known_world())


# ---- a row as a case


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({}, "load"),
        ({"phase": "prefill"}, "prompts"),
        ({"accelerators_count": None, "interactivity_tok_per_s_per_user": 20.0}, "speed"),
        ({"concurrency_count": None}, "memory"),
    ],
)
def test_what_a_row_states_decides_the_path(change, path):
    assert benchmark_rows.case(ROW | change, WORLD).path == path


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"throughput_tok_per_s_per_gpu": None}, "cost only"),
        ({"tokens_basis": "input_incl_cached"}, "cached prompt tokens"),
        ({"model": "unheard"}, "no configuration of unheard"),
        ({"accelerator": "unheard"}, "specifications of unheard"),
        ({"output_tokens": None}, "lengths"),
        ({"accelerators_count": 1.0}, "do not fit into 1"),
    ],
)
def test_a_row_that_cannot_be_stated_says_why(change, reason):
    with pytest.raises(NotExpressible, match=reason):
        benchmark_rows.case(ROW | change, WORLD)


def test_drafts_are_used_where_the_row_says_so():
    drafted = benchmark_rows.case(ROW | {"speculative_decoding": "mtp"}, WORLD)
    assert (drafted.workload.accepted_tokens, drafted.workload.verified_tokens) == (2, 3)
    assert benchmark_rows.case(ROW, WORLD).workload.accepted_tokens == 1


def test_a_setup_completes_a_row_and_overrides_nothing():
    setups = pd.DataFrame(
        {
            "benchmark_id": ["r"],
            "input_tokens": [9.0],
            "output_tokens": [7.0],
            "interactivity_tok_per_s_per_user": [np.nan],
            "cached_prompt_share": [0.5],
            "prefill_accelerators_count": [4],
            "decode_accelerators_count": [None],
            "decode_group_count": [None],
            "interactivity_is_limit": [None],
        }
    )
    bare = pd.DataFrame([ROW | {"output_tokens": np.nan}])
    found = benchmark_rows.completed(bare, setups).iloc[0]
    assert (found["input_tokens"], found["output_tokens"]) == (1_000, 7)


# ---- classes


def table(*speeds):
    names = ["h/8/together/vllm/m", "h/8/together/vllm", "h/8/together", "h/together", "together"]
    frame = pd.DataFrame({"implied_engine_speed_ratio": speeds})
    frame["benchmark_id"] = frame["series"] = [str(i) for i in range(len(speeds))]
    return frame.assign(**{f"class_{i}": name for i, name in enumerate(names)})


def test_no_row_sets_the_speed_it_is_tested_with():
    # without the last row the median of 1, 2, 3 is 2, whatever the last row says
    for own in (0.1, 100.0):
        found = engine_speed.others(table(1.0, 2.0, 3.0, own), 3, "benchmark_id")
        assert (found.ratio.central, found.label, found.rows_count) == (2, "h/8/together/vllm/m", 3)


def test_a_narrow_class_with_too_few_rows_gives_way_to_a_wider_one():
    frame = table(1.0, 2.0, 3.0, 4.0)
    frame.loc[:1, "class_0"] = "h/8/together/vllm/other"
    found = engine_speed.others(frame, 3, "benchmark_id")
    assert (found.ratio.central, found.label, found.rows_count) == (2, "h/8/together/vllm", 3)


def test_a_class_of_one_series_says_nothing_about_another():
    # engine level: rows 0 to 2 are one series; without the engine a fourth row joins them
    frame = table(1.0, 2.0, 3.0, 9.0, 5.0).assign(series=["a", "a", "a", "b", "c"])
    frame["class_0"] = [f"h/8/together/vllm/{name}" for name in "mmmno"]
    frame.loc[3, "class_1"] = "h/8/together/sglang"
    label, ratios = engine_speed.peers(frame, 4, "series")
    assert label == "h/8/together"
    # half of the weight is the series of 1, 2 and 3, half that of 9: between 3 and 9
    assert 3 < np.median(ratios) < 9


def test_series_weigh_alike_however_many_rows_they_have():
    # weights 1/4 each for four rows, 1 for the last: places 1/16 ... 7/16 and 3/4 of the whole
    ratios = engine_speed.balanced(
        np.array([1.0, 1.0, 1.0, 1.0, 3.0]), np.array(["a"] * 4 + ["b"], dtype=object)
    )
    # the median lies at 1/2, a fifth of the way from 7/16 to 12/16
    assert np.median(ratios) == pytest.approx(1 + 2 * (1 / 16) / (5 / 16))
    each = np.array([3.0, 1.0, 2.0])
    assert engine_speed.balanced(each, np.array(list("abc"))) == pytest.approx([1, 2, 3])


def test_models_without_experts_have_classes_of_their_own():
    row = ROW | {"accelerator": "h200", "framework": "vLLM"}
    assert engine_speed.classes(row)[2] == "hopper/8/together"
    assert engine_speed.classes(row, dense=True)[2:] == (
        "hopper/8/dense-together",
        "hopper/dense-together",
        "dense-together",
    )


def test_a_dense_model_takes_dense_rows_and_others_only_without_them():
    frame = table(1.0, 2.0, 3.0, 7.0, 8.0, 9.0)
    for name in ("class_0", "class_1", "class_2", "class_3", "class_4"):
        frame.loc[3:, name] = frame.loc[3:, name].str.replace("together", "dense-together")
    own = engine_speed.of_deployment(frame, asked(dense=True, accelerator="y", precision="fp8"))
    assert (own.ratio.central, own.label) == (pytest.approx(8.0), "dense-together")
    own = engine_speed.of_deployment(frame[:3], asked(dense=True, accelerator="y"))
    assert (own.ratio.central, own.label) == (pytest.approx(2.0), "together")


def test_the_range_for_one_more_row_by_hand():
    # logarithms -1, 0, 1: deviation 1, times sqrt(4 / 3), times t of 2 degrees at 95%, 2.920
    found = engine_speed.one_more(np.exp([-1.0, 0.0, 1.0]))
    assert found.central == pytest.approx(1.0)
    assert log(found.high) == pytest.approx(2.920 * (4 / 3) ** 0.5, abs=1e-3)
    assert found.low == pytest.approx(1 / found.high)
    assert engine_speed.one_more(np.array([2.0])).high == np.inf


def asked(**changes):
    return {"model": "m", "accelerator": "h", "precision": "fp8", "serving": "together"} | changes


@pytest.mark.parametrize(
    ("changes", "label"),
    [
        ({}, "h/8/together/m"),
        ({"model": "n"}, "h/8/together"),
        ({"precision": "fp4"}, "h/together"),
        ({"accelerator": "other"}, "together"),
    ],
)
def test_speed_of_a_deployment_is_that_of_its_nearest_relatives(changes, label):
    found = engine_speed.of_deployment(table(1.0, 2.0, 3.0), asked(**changes))
    assert (found.ratio.central, found.label, found.rows_count) == (2.0, label, 3)


def test_too_few_relatives_give_no_speed():
    assert engine_speed.of_deployment(table(1.0, 2.0), asked()) is None
    assert engine_speed.of_deployment(table(1.0, 2.0, 3.0), asked(serving="apart")) is None


def test_wide_serving_takes_rows_of_either_phase():
    # three rows of one phase on the chip's family, one of another family
    frame = table(1.0, 2.0, 3.0, 9.0).assign(
        class_3=["h/wide", "h/wide", "h/wide", "x/wide"], class_4=["wide"] * 4
    )
    found = engine_speed.of_deployment(frame, asked(serving="wide"))
    assert (found.ratio.central, found.label, found.rows_count) == (2.0, "h/wide", 3)
    # no row of its family: the median logarithm of 1, 2, 3 and 9 is that of the root of 2 x 3
    found = engine_speed.of_deployment(frame, asked(accelerator="y", serving="wide"))
    assert found.ratio.central == pytest.approx(6**0.5)
    assert (found.label, found.rows_count) == ("wide", 4)


@pytest.mark.parametrize(
    ("written", "name"),
    [("Dynamo vLLM", "vllm"), ("TensorRT 10.8", "trt"), ("dynamo-trt", "trt"), ("own", "other")],
)
def test_engine_without_wrapper_and_version(written, name):
    assert engine_speed.engine(written) == name


# ---- the prediction


def test_at_a_load_the_implied_speed_is_the_ratio():
    found = benchmark_rows.case(ROW, WORLD)
    at_one = float(validation.on_basis(ROW, found, validation.point(found, 1.0)))
    assert validation.implied_engine_speed(ROW, found) == pytest.approx(100.0 / at_one)
    doubled = float(validation.on_basis(ROW, found, validation.point(found, 2.0)))
    assert doubled == pytest.approx(2 * at_one)


def test_at_a_users_speed_the_implied_speed_returns_the_published_rate():
    row = ROW | {"accelerators_count": None, "interactivity_tok_per_s_per_user": 30.0}
    work = Workload(
        input_tokens=1_000.0, output_tokens=500.0, interactivity_tok_per_s_per_user=30.0
    )
    case = Case(
        path="speed", candidates=(TOY,), workload=work, accelerators_count=None, load_count=None
    )
    published = float(validation.on_basis(row, case, validation.point(case, 0.7)))
    row |= {"throughput_tok_per_s_per_gpu": published}
    assert validation.implied_engine_speed(row, case) == pytest.approx(0.7, rel=1e-3)


@pytest.mark.parametrize(
    "change", [{}, {"disaggregated": True}, {"concurrency_count": None}, {"phase": "prefill"}]
)
def test_times_shrink_alike_where_the_engine_does_not_set_the_batch(change):
    found = benchmark_rows.case(ROW | change, WORLD)
    scaled = validation.at_engine_speed(validation.point(found, 1.0), 1.7)
    again = validation.point(found, 1.7)
    for name in ("output", "computed", "decode", "fresh_prompt"):
        name += "_tok_per_s_per_gpu"
        assert getattr(scaled, name) == pytest.approx(getattr(again, name))
    assert scaled.decode_busy_share == pytest.approx(again.decode_busy_share)


def test_bases_of_a_row_by_hand():
    found = benchmark_rows.case(ROW, WORLD)
    rates = validation.point(found, 1.0)
    output = rates.output_tok_per_s_per_gpu
    # two prompt tokens for a written one
    assert validation.on_basis(ROW, found, rates) == pytest.approx(3 * output)
    assert validation.on_basis(ROW | {"tokens_basis": "output"}, found, rates) == output
    decode = ROW | {"accelerators_basis": "decode", "tokens_basis": "output"}
    assert validation.on_basis(decode, found, rates) == rates.decode_tok_per_s_per_gpu


def test_power_shares_by_hand():
    # 0.3 at rest and 0.9 at full work: 0.3 + 0.6 x busy
    shares = energy_validation.power_shares(np.array([0.0, 0.5, 1.0]), np.array([0.3, 0.6, 0.9]))
    assert shares == pytest.approx((0.3, 0.6))


# ---- what errors say


def test_coverage_by_hand():
    # ranges 1 to 3 and, wide, 0.5 to 6: two of four inside, three of four inside the wide one
    results = pd.DataFrame({"implied_engine_speed_ratio": [1.5, 2.0, 5.0, 9.0, np.nan, 2.0]})
    results = results.assign(
        low_engine_speed_ratio=1.0,
        high_engine_speed_ratio=3.0,
        wide_low_engine_speed_ratio=0.5,
        wide_high_engine_speed_ratio=6.0,
        efficiency_class="h/8/together/vllm",
        others_count=[5, 5, 5, 5, 5, 2],  # the fifth has no speed of its own, the last no class
    )
    found = prediction_errors.coverage(results).iloc[0]
    assert (found["shared"], found["rows_count"]) == ("engine", 4)
    assert (found["inside_share"], found["wide_inside_share"]) == (0.5, 0.75)


def test_a_name_with_a_slash_is_still_the_narrowest_class():
    results = pd.DataFrame({"implied_engine_speed_ratio": [1.0], "others_count": [3]})
    for end in ("low", "high", "wide_low", "wide_high"):
        results[f"{end}_engine_speed_ratio"] = 1.0
    results["efficiency_class"] = "h/8/wide/other/DeepSeek-V3/R1"
    assert prediction_errors.coverage(results)["shared"].to_list() == ["model"]


def test_a_model_is_judged_by_its_other_series():
    results = pd.DataFrame(
        {
            "model": ["m"] * 4 + ["n"],
            "series": ["a", "b", "b", "b", "c"],
            "engine_speed_ratio": 1.0,
            "implied_engine_speed_ratio": [9.0, 0.5, 0.6, 0.7, 1.0],
        }
    )
    found = prediction_errors.relatives_ratio(results)
    assert found[0] == pytest.approx(0.6)  # of the three rows of b
    assert found[1:].isna().all()  # one row of a is too few


def test_errors_are_told_as_factors_either_way():
    errors = pd.DataFrame({"kind": "x", "log_error": np.log([0.5, 2.0, 1.0, np.nan])})
    found = prediction_errors.factors(errors, ["kind"], 1.5).iloc[0]
    assert (found["rows_count"], found["within_target_share"]) == (3, pytest.approx(1 / 3))
    assert (found["median_ratio"], found["largest_ratio"]) == pytest.approx((2.0, 2.0))


# ---- all published rows


def test_every_row_is_predicted_or_says_why(rows, tested):
    results, _ = tested
    assert sorted(results["benchmark_id"]) == sorted(rows["benchmark_id"])
    said = results["reason"].notna()
    assert (np.isfinite(results["log_error"]) | said).all()
    assert not (np.isfinite(results["log_error"]) & said).any()


def test_throughput_agrees_where_the_class_has_other_rows(tested):
    results, _ = tested
    size = results.loc[results["others_count"] >= engine_speed.FEWEST_OTHERS, "log_error"].abs()
    assert size.median() < FACTOR_OF_ONE_AND_A_HALF


def test_whole_series_carry_over_within_the_target(rows):
    results, _ = validation.compared(rows, known_world(), "series")
    size = results.loc[results["others_count"] >= engine_speed.FEWEST_OTHERS, "log_error"].abs()
    assert size.median() < FACTOR_OF_ONE_AND_A_HALF


def test_small_models_join_the_benchmarks(tested):
    results, _ = tested
    small = results[results["model"].isin(["Llama-3.1-8B", "Qwen 3 30B A3B Instruct"])]
    assert len(small) == 6
    # 32 layers of 41,943,040 attention and 176,160,768 feed-forward weights, two tables of
    # 128,256 x 4,096
    shape = known_world().architectures["Llama-3.1-8B"]
    counted = 32 * (41_943_040 + 176_160_768) + 2 * 128_256 * 4_096
    assert shape.total_params_b == pytest.approx(counted / 1e9, rel=1e-3)


def test_whatever_is_off_by_more_than_four_says_why(tested):
    results, _ = tested
    far = results[results["log_error"].abs() > FACTOR_OF_FOUR]
    assert all(validation.remark(row) for row in far.to_dict("records"))


def test_energy_and_cost_agree(rows, tested):
    results, points = tested
    found = energy_validation.compared(rows, results, points, data.load("accelerators"))
    for _, kind in found.groupby("kind"):
        size = kind["log_error"].abs().dropna()
        assert size.max() < FACTOR_OF_FOUR
    measured = found[found["kind"].isin(["energy, accelerators", "power", "cost"])]
    assert measured["log_error"].abs().median() < FACTOR_OF_ONE_AND_A_HALF


def test_memory_explains_where_a_series_stops_growing(tested):
    # M2.5 in four bits on one B200: the source writes 1,329 tokens at 44.29 a user, 30 at once,
    # however many more are offered
    _, points = tested
    assert points["ixb_m25_b200_fp4_tp1_c256"].batch_count == pytest.approx(1_329 / 44.29, rel=0.1)


def test_remarks_name_the_cause():
    plain = {"others_count": 5, "elasticity_ratio": 1.0, "path": "load"}
    plain |= {"efficiency_class": "h/8/together"}
    assert validation.remark(plain) == ""
    assert "alone" in validation.remark(plain | {"elasticity_ratio": 3.0})
    assert "distant" in validation.remark(plain | {"efficiency_class": "together"})
    assert validation.remark({"reason": "lengths"}) == "lengths"


def test_a_limit_or_a_full_memory_explains_only_what_is_too_high():
    limit = {"others_count": 5, "elasticity_ratio": 1.0, "path": "speed", "speed_is_limit": True}
    limit |= {"efficiency_class": "h/8/together", "log_error": 1.0}
    memory = limit | {"path": "memory", "speed_is_limit": False}
    assert "slowest the test allows" in validation.remark(limit)
    assert "fills the memory" in validation.remark(memory)
    assert validation.remark(limit | {"log_error": -1.0}) == ""
    assert validation.remark(memory | {"log_error": -1.0}) == ""


def test_a_slow_model_explains_only_what_is_too_high():
    plain = {"others_count": 5, "elasticity_ratio": 1.0, "path": "load", "relatives_ratio": 0.6}
    plain |= {"efficiency_class": "h/8/together", "log_error": 1.0}
    assert "0.60 of the speed" in validation.remark(plain)
    assert validation.remark(plain | {"log_error": -1.0}) == ""
    assert "1.60 of the speed" in validation.remark(
        plain | {"log_error": -1.0, "relatives_ratio": 1.6}
    )
