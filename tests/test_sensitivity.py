"""Tornado by hand, Sobol indices of models whose variance is known, and the project's inputs."""

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from token_exports.assumptions import Assumption, Assumptions
from token_exports.figures import sensitivity_chart, sensitivity_record
from token_exports.models import accelerator_hour, sensitivity
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.list_price import TokenMix
from token_exports.results import Results

MIX = TokenMix(fresh_prompt_share=0.2, cache_read_share=0.7, output_share=0.1)
CHINA = {"h800-sxm", "national_industrial"}


def plain(z):
    return z


def test_tornado_by_hand():
    # 3 a - b at a = 2, b = 1 is 5; a 1 to 4: 2 to 11, swing 9; b 0 to 3: 6 to 3, swing 3
    points = {"b": (0.0, 1.0, 3.0), "a": (1.0, 2.0, 4.0), "fixed": (7.0, 7.0, 7.0)}
    table = sensitivity.tornado(lambda v: 3 * v["a"] - v["b"], points)
    assert table["input"].to_list() == ["a", "b"]
    assert table[["at_low", "central", "at_high", "swing"]].to_numpy().tolist() == [
        [2, 5, 11, 9],
        [6, 5, 3, 3],
    ]


def test_indices_of_a_sum_are_its_shares_of_variance():
    # 2 a + b of standard normals: variances 4 and 1 of 5, so 0.8 and 0.2; c has none
    found = sensitivity.sobol(
        {"sum": lambda v: 2 * v["a"] + v["b"]}, dict.fromkeys("abc", plain), 2048, 1
    ).set_index("input")
    for order in ("first", "total"):
        assert found[f"{order}_share"].to_dict() == pytest.approx(
            {"a": 0.8, "b": 0.2, "c": 0.0}, abs=0.02
        )


def test_a_product_is_all_interaction():
    # a x b of standard normals: knowing one alone leaves the mean at zero: first 0, total 1
    found = sensitivity.sobol(
        {"product": lambda v: v["a"] * v["b"]}, dict.fromkeys("ab", plain), 4096, 1
    ).set_index("input")
    assert found["first_share"].to_list() == pytest.approx([0, 0], abs=0.06)
    assert found["total_share"].to_list() == pytest.approx([1, 1], abs=0.1)


def test_agrees_with_the_estimator_of_another_library():
    def model(v):
        return v["a"] + v["a"] * v["b"] + 0.5 * v["c"] ** 2

    found = sensitivity.sobol({"y": model}, dict.fromkeys("abc", plain), 4096, 1)
    normal = stats.norm()
    other = stats.sobol_indices(
        func=lambda x: model(dict(zip("abc", x, strict=True))),
        n=4096,
        dists=[normal] * 3,
        rng=np.random.default_rng(1),
    )
    np.testing.assert_allclose(found["first_share"], other.first_order, atol=0.05)
    np.testing.assert_allclose(found["total_share"], other.total_order, atol=0.05)


def test_intervals_hold_the_estimate_and_the_seed_fixes_them():
    inputs = dict.fromkeys("ab", plain)
    first, again = (
        sensitivity.sobol({"y": lambda v: v["a"] + v["b"]}, inputs, 256, 5) for _ in range(2)
    )
    assert first.equals(again)
    for order in ("first", "total"):
        assert (first[f"{order}_low_share"] <= first[f"{order}_share"]).all()
        assert (first[f"{order}_share"] <= first[f"{order}_high_share"]).all()
        assert (first[f"{order}_low_share"] < first[f"{order}_high_share"]).all()


@pytest.mark.parametrize(("inputs", "draws"), [("a", 256), ("ab", 100)])
def test_refuses_one_input_and_an_uneven_sample(inputs, draws):
    with pytest.raises(ValueError, match="two inputs or more and a power of two"):
        sensitivity.sobol({"y": lambda v: v["a"]}, dict.fromkeys(inputs, plain), draws, 1)


# ---- the inputs of the project


@given(st.sampled_from(["gpu_price_usd", "pue_ratio", "utilisation_share"]), st.integers(0, 99))
def test_the_quantile_map_is_the_one_that_draws(parameter, seed):
    row = {r.parameter: r for r in Assumptions().rows}[parameter]
    from token_exports import uncertainty

    z = uncertainty.standard_normals(64, seed, row.key)
    np.testing.assert_allclose(row.at(z), row.draw(64, seed))


def test_the_quantile_map_hits_its_three_points():
    row = Assumption("gpu_price_usd", "cn", "", 10.0, 20.0, 50.0)
    z = np.array([-1.6448536, 0.0, 1.6448536])
    assert row.at(z).tolist() == pytest.approx([10, 20, 50])


def test_results_at_the_centre_are_those_of_the_cost_model():
    known = Assumptions()
    varied = sensitivity_record.study(known, "cn", CHINA, MIX, 0.8)
    central = {name: middle for name, (_, middle, _) in varied.points().items()}
    share = varied.results["electricity_cost_share"](central)
    inputs = known.central(ServingInputs, "cn", CHINA)
    assert share == pytest.approx(accelerator_hour.electricity_cost_share(inputs))


def test_speed_of_the_chip_has_no_part_in_electricitys_share():
    varied = sensitivity_record.study(Assumptions(), "cn", CHINA, MIX, 0.8)
    found = sensitivity_record.indices(varied, 64, 1).set_index(["result", "input"])
    assert found.loc[("electricity_cost_share", sensitivity_record.FRESH), "total_share"] == 0
    assert found.loc[("unit_cost_usd_per_mtok", sensitivity_record.FRESH), "total_share"] > 0
    assert set(sensitivity_record.quantities(found.reset_index())) == set(
        sensitivity_record.RECORDED
    )


def test_a_run_without_uncertain_inputs_has_no_indices_and_no_figure():
    found, varied = Results("02_token_cost", ""), study_of_fixed_inputs()
    table = sensitivity_record.indices(varied, 64, 1)
    sensitivity_chart.tornado(found, sensitivity_record.tornados(varied), "")
    sensitivity_chart.sobol(found, table, "")
    assert found.figures == []
    assert sensitivity_record.quantities(table) == {}
    assert "uncertain" in sensitivity_chart.sensitivity_takeaway(table)


def study_of_fixed_inputs():
    known = Assumptions()
    token = {parameter for parameter, _, _ in sensitivity_record.TOKEN_INPUTS.values()}
    names = {f.name for f in fields(ServingInputs)} | token
    values = {name: next(r for r in known.rows if r.parameter == name).central for name in names}
    mix = TokenMix(fresh_prompt_share=0.3, cache_read_share=0.6, output_share=0.1)
    fixed = Assumptions(values)
    return sensitivity_record.study(fixed, "cn", {"h800-sxm", "national_industrial"}, mix, 0.9)
