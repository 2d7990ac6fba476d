"""Throughput figures: two paths, a step, errors; filed, named by unit, sentences that stay true."""

from dataclasses import replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from token_exports import data, serving
from token_exports.assumptions import Assumptions
from token_exports.figures import (
    show,
    step_chart,
    throughput_chart,
    throughput_record,
    validation_chart,
    validation_record,
)
from token_exports.models.benchmark_frontier import SPEED
from token_exports.results import Results
from token_exports.units import unit_of

PAIR = ("MiniMax-M2.5", "b200", "fp4")


@pytest.fixture(scope="module")
def rests_on():
    return serving.basis(Assumptions())


@pytest.fixture(scope="module")
def drawn(rests_on):
    return throughput_record.curves(rests_on)


@pytest.fixture(scope="module")
def checked(rests_on):
    return validation_record.validate(rests_on, data.load("accelerators"))


@pytest.fixture
def found(monkeypatch):
    monkeypatch.setattr(show, "display", lambda *_, **__: None)
    yield Results("02_token_cost", "Cost")
    plt.close("all")


def nothing_public(rests_on):
    return replace(rests_on, benchmarks=rests_on.benchmarks[:0], implied=rests_on.implied.iloc[:0])


@pytest.mark.parametrize("module", [throughput_record, validation_record])
def test_every_recorded_name_ends_in_its_unit_and_names_real_tables(module):
    known = set(data.tables())
    for name, (label, formula, needed) in module.RECORDED.items():
        assert unit_of(name), name
        assert label
        assert formula.count(".") == 1
        assert set(needed) <= known


# ---- two paths


def toy_curves():
    # frontier 100 and 10 at 10 and 100 tokens a second; roofline 200 and 10, unseen 400 and 40
    edge = pd.DataFrame({SPEED: [10.0, 100.0], "kind": "frontier", "central": [100.0, 10.0]})
    line = edge.assign(
        kind="roofline", central=[200.0, 10.0], low=[150.0, np.nan], high=[300.0, 30]
    )
    unseen = edge.assign(kind="unseen", central=[400.0, 40.0])
    return {PAIR: pd.concat([edge, line, unseen], ignore_index=True)}


def test_paths_are_compared_by_hand():
    # factors 2 and 1, unseen 4 and 4; the first point lies below the band, the second within
    curves = toy_curves()
    assert throughput_record.apart(curves, "roofline") == (pytest.approx(1.5), 2)
    assert throughput_record.apart(curves, "unseen") == (pytest.approx(4.0), 2)
    assert throughput_record.inside_count(curves) == 1
    assert throughput_record.quantities(curves)["frontier_in_band_share"] == 0.5


def test_a_pair_that_is_left_out_changes_its_own_roofline_only_through_the_engine(drawn):
    table = drawn[PAIR]
    classes = table.groupby("kind")["engine_class"].first()
    assert classes["roofline"].endswith(PAIR[0])
    assert not classes["unseen"].endswith(PAIR[0])
    assert table.loc[table["kind"] == "point", "benchmark_id"].str.contains("b200").all()


def test_faster_users_leave_fewer_tokens(drawn):
    for table in drawn.values():
        line = table[table["kind"] == "roofline"].sort_values(SPEED)
        for name in ("low", "central", "high"):
            assert line[name].dropna().is_monotonic_decreasing
        kept = line.dropna()
        assert (kept["low"] <= kept["central"]).all()
        assert (kept["central"] <= kept["high"]).all()


def test_measured_models_come_first(drawn):
    assert list(drawn)[0][0] == throughput_record.FIRST_MODELS[0]
    assert len({names[:2] for names in drawn}) == len(drawn) <= throughput_record.PANELS


def test_no_benchmark_gives_a_sentence_and_no_quantity(rests_on):
    curves = throughput_record.curves(nothing_public(rests_on))
    assert curves == {}
    assert set(throughput_record.quantities(curves).values()) == {None}
    assert "No frontier" in throughput_chart.two_paths_takeaway(curves)


def test_two_paths_are_filed(found, drawn):
    throughput_chart.two_paths(found, drawn, "serving_benchmarks.csv")
    assert found.figures[0]["name"] == "two_paths"
    throughput_chart.two_paths(Results("02_token_cost", "Cost"), toy_curves(), "toy")
    assert "1.50" in throughput_chart.two_paths_takeaway(toy_curves())


# ---- a step


def test_parts_of_a_step_fill_it(rests_on, found):
    table = step_chart.step_parts(rests_on)
    assert set(table["model"]) == set(step_chart.STEP_MODELS)
    assert (table[list(step_chart.PARTS)].to_numpy() >= 0).all()
    step_chart.step(found, table, "accelerators.csv")
    # one sequence reads weights and waits; it never computes for long
    assert "waiting" in step_chart.step_takeaway(table)


def test_a_step_names_its_largest_part():
    parts = {"arithmetic_s": [1.0, 6.0], "memory_s": [3.0, 3.0], "link_s": 0.0, "waiting_s": 1.0}
    table = pd.DataFrame({"model": "m", "batch_count": [1.0, 64.0], **parts})
    words = step_chart.step_takeaway(table)
    # 3 of 5 and 6 of 10
    assert "m: memory 60.0% for one sequence, arithmetic 60.0% for 64" in words


def test_an_unknown_chip_gives_a_sentence(rests_on):
    world = replace(rests_on.world, accelerators={})
    table = step_chart.step_parts(replace(rests_on, world=world))
    assert table.empty
    assert "public yet" in step_chart.step_takeaway(table)


# ---- errors


def test_every_benchmark_is_tested_or_says_why(checked, rests_on):
    for left_out in validation_record.BY:
        tested = checked.errors[checked.errors["kind"] == "throughput"]
        known = set(tested.loc[tested["left_out"] == left_out, "benchmark_id"])
        lost = checked.missing["left_out"].isin(["either", left_out])
        assert known | set(checked.missing.loc[lost, "benchmark_id"]) == set(
            rests_on.benchmarks["benchmark_id"]
        )
    assert checked.errors["remark"].str.len().gt(0).all()


def test_the_summary_counts_every_row_once_by_path_and_once_by_way(checked):
    table = validation_record.summary(checked.errors).set_index(["kind", "left_out"])
    rows = table["rows_count"].xs("its row", level="left_out")
    for names in (validation_record.PATHS, validation_record.WAYS):
        assert rows[[n for n in names.values() if n in rows]].sum() == rows["throughput"]


def test_quantities_are_those_declared(checked):
    values = validation_record.quantities(checked)
    assert set(values) == set(validation_record.RECORDED)
    assert values["validated_rows_count"] < values["benchmark_rows_count"]
    for what in ("points_row", "next_row_series"):
        assert 0 < values[f"engine_speed_{what}_covered_share"] <= 1


def test_what_is_filed_has_five_digits(checked):
    table = validation_record.filed(checked.errors)
    assert len(table) == len(checked.errors)
    first = table["predicted"].iloc[0]
    assert first == float(f"{checked.errors['predicted'].iloc[0]:.5g}")


def test_the_worst_come_first_and_nothing_better_than_two_is_shown(checked):
    size = np.abs(np.log(validation_record.worst(checked.errors)["error_ratio"]))
    assert size.is_monotonic_decreasing
    assert size.min() > np.log(2)


def test_the_validation_is_filed(found, checked):
    validation_chart.validation(found, checked, "serving_benchmarks.csv")
    assert found.figures[0]["name"] == "validation"


def errors(**factors):
    """One row per factor; kinds by name."""
    rows = [
        {"kind": kind, "left_out": left, "log_error": np.log(f), "path": "load", "way": "apart"}
        for kind, values in factors.items()
        for left, f in zip(validation_record.BY, values, strict=True)
    ]
    return pd.DataFrame(rows).assign(remark="no cause known", error_ratio=1.0)


def said(**factors):
    coverage = pd.DataFrame({"left_out": [], "rows_count": [], "inside_share": []})
    coverage["wide_inside_share"] = []
    table = errors(**factors)
    return validation_chart.validation_takeaway(
        validation_record.Validation(table, table[:0], coverage, 9)
    )


def test_the_takeaway_says_what_misses_the_target():
    assert "Every kind meets the target" in said(throughput=(1.2, 0.8), cost=(1.1, 1.1))
    words = said(throughput=(1.2, 0.5), cost=(1.1, 1.1))
    assert "missed by throughput without its series (2.00" in words
    assert "No prediction is off by more" in words
    assert "1 without a known reason" in said(throughput=(1.2, 5.0))


def test_without_benchmarks_there_is_a_sentence(rests_on):
    early = validation_record.validate(nothing_public(rests_on), data.load("accelerators"))
    assert early is None
    assert "public yet" in validation_chart.validation_takeaway(early)
