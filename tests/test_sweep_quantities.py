"""The level `quantities`: as a report has them, at every point, whatever stands beside it."""

import json
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from token_exports import claims, paths, results
from token_exports.assumptions import Assumptions
from token_exports.claims import Claim
from token_exports.run import manifest, notebooks, status
from token_exports.run.pipeline import Options
from token_exports.run.progress import Progress
from token_exports.scenarios import resolve
from token_exports.sweep.quantities import base, level, rows
from token_exports.sweep.quantities.group import COST, NOTEBOOKS, TRADE, Evaluator, Group
from token_exports.sweep.quantities.known import VECTORISED, PointAssumptions, vectorised
from token_exports.sweep.quantities.rows import Wanted
from token_exports.sweep.quantities.split import Split
from token_exports.uncertainty import Interval, Kind, exact, interval

FEW = "n_draws=200"
PRICE, USED = "electricity_price_usd_per_kwh.cn", "utilisation_share.cn"
SHARE = f"{COST}:cn_electricity_cost_share"
ENDS = ("central", "low", "high")
LEFT_UNCERTAIN = {"hosting_usd_per_kw_month": 140.0, "opex_share_per_year": 0.06}
"""The notebook's sensitivity needs inputs with a range; these are tried point by point."""
NEW = {  # a value of every assumption that can be a column, none of them the central one
    "asic_lifetime_years": 3.4,
    "cache_read_cost_ratio": 0.17,
    "cost_of_capital_share_per_year.cn": 0.09,
    "electricity_price_usd_per_kwh.cn": 0.07,
    "electricity_price_usd_per_kwh.us": 0.11,
    "energy_j_per_token": 1.3,
    "energy_kwh_per_mtok": 0.4,
    "energy_penalty_ratio": 1.7,
    "gpu_lifetime_years": 4.5,
    "gpu_price_usd.cn": 31_000.0,
    "idle_power_share": 0.3,
    "it_power_kw": 1.4,
    "load_factor_share": 0.7,
    "mining_operations_usd_per_kwh": 0.011,
    "pue_ratio.cn": 1.31,
    "rental_usd_per_h": 2.2,
    "served_in_china_share": 0.43,
    "server_network_adder_ratio": 0.4,
    "throughput_tok_per_s_per_gpu": 1700.0,
    "utilisation_share.us": 0.61,
}


def evaluator(columns=(), settings=(FEW,), scenario="baseline"):
    return Evaluator(Group(scenario, tuple(settings), tuple(columns)))


def settings_of(values):
    return [f"{name}={value!r}" for name, value in values.items()]


def value(row, point=0):
    ends = (np.asarray(getattr(row, end), dtype=float) for end in ENDS)
    return [float(end[point, 0] if end.ndim else end) for end in ends]


def assert_same(found, expected, point=0):
    assert found.keys() == expected.keys()
    for name, row in found.items():
        assert value(row, point) == pytest.approx(value(expected[name]), rel=1e-9, abs=1e-12), name
        assert row.kind == expected[name].kind


# ---- the same as in a report


@pytest.fixture(scope="module")
def reference():
    files = sorted((paths.reports() / "reference").glob("0*.json"))
    return {
        f"{one['notebook']}:{row['name']}": results.Recorded(**row)
        for one in map(results.load, files)
        for row in one["quantities"]
    }


def test_without_a_column_everything_is_as_in_the_reference_report(reference):
    found = evaluator(settings=()).at({})
    assert_same(found, {name: reference[name] for name in found})
    assert len(found) > 200


def test_every_assumption_that_can_be_a_column_is_tried_here():
    assert {name.partition(".")[0] for name in NEW | LEFT_UNCERTAIN} == VECTORISED


@pytest.fixture(scope="module")
def moved(tmp_path_factory):
    """Results of both notebooks, really run, with every such assumption moved."""
    asked = resolve("baseline", [FEW, *settings_of(NEW)])
    plans = notebooks.plan({n: asked.notebooks[n] for n in NOTEBOOKS}, fresh=True)
    request = status.Request.of("baseline", (), single_file=False)
    before = manifest.sources(asked) | status.state(request)
    staging = tmp_path_factory.mktemp("moved")
    hashes = before["inputs"] | before["code"]
    outcomes = notebooks.run(plans, staging, Progress(), Options(), hashes)
    assert not [one.failure for one in outcomes if one.failure]
    return {
        f"{name}:{row['name']}": results.Recorded(**row)
        for name in NOTEBOOKS
        for row in results.load(staging / "results" / f"{name}.json")["quantities"]
    }


@pytest.mark.slow
def test_columns_give_what_the_notebooks_give(moved):
    columns = {name: np.array([[v * 0.9], [v]]) for name, v in NEW.items()}
    columns["pue_ratio.cn"][0] = 1.05
    found = evaluator(columns).at(columns)
    assert_same(found, {name: moved[name] for name in found}, point=1)


@pytest.mark.slow
def test_what_a_column_moves_is_computed_or_known_to_be_missing(moved, reference):
    """A constant of a sweep must be one: nothing that moves is taken from the base report."""
    computed = set(evaluator(settings=()).at({}))
    changed = {
        name
        for name, row in moved.items()
        if value(row) != pytest.approx(value(reference[name]), rel=1e-9, abs=1e-12)
    }
    uncertain = base.uncertain(reference, frozenset(NEW))
    assert changed - computed <= uncertain
    assert len(changed & computed) > 150


@pytest.mark.parametrize("names", [(PRICE,), (USED,), tuple(LEFT_UNCERTAIN), (PRICE, USED)])
def test_a_point_does_not_depend_on_its_neighbours(names):
    values = {
        name: (NEW | LEFT_UNCERTAIN).get(name, 0.4) * np.array([[0.7], [1.0], [1.2]])
        for name in names
    }
    many = evaluator(names).at(values)
    for point in range(3):
        alone = {name: float(column[point, 0]) for name, column in values.items()}
        assert_same(many, evaluator(settings=[FEW, *settings_of(alone)]).at({}), point)


def test_a_region_goes_before_the_name_alone_as_in_a_report():
    known = Assumptions({"pue_ratio": 1.4})
    column = np.array([[1.1], [1.2]])
    points = PointAssumptions(known, {"pue_ratio.cn": column}, {})
    assert points.row("pue_ratio", "cn").central is column
    assert points.row("pue_ratio", "us").central == 1.4
    other = PointAssumptions(Assumptions({"pue_ratio.cn": 1.4}), {"pue_ratio": column}, {})
    assert other.row("pue_ratio", "cn").central == 1.4
    assert other.row("pue_ratio", "us").central is column
    assert points.varies("pue_ratio")
    assert not points.varies("utilisation_share")


def test_what_chooses_a_layout_is_no_column():
    assert vectorised("pue_ratio.cn")
    assert not vectorised("interactivity_tok_per_s_per_user.cn")
    assert not vectorised("mfu_prefill_share")


# ---- intervals and verdicts of many points


def test_quantiles_are_numpys_to_the_last_bit():
    from token_exports.uncertainty import spread

    draws = np.random.default_rng(1).lognormal(size=(7, 333))
    asked = [0.05, 0.5, 0.73, 0.95]
    assert np.array_equal(spread(draws[0], asked), np.quantile(draws[0], asked))
    rows_of = np.quantile(draws, asked, axis=-1, keepdims=True)
    assert np.array_equal(spread(draws, asked), rows_of)
    draws[3, :5] = np.nan
    assert spread(draws, asked)[1][3, 0] == np.nanquantile(draws[3], 0.5)


def test_intervals_of_points_are_ordered_point_by_point():
    with pytest.raises(ValueError, match="not ordered"):
        Interval(np.array([[1.0], [3.0]]), np.array([[0.0], [4.0]]), np.array([[2.0], [5.0]]))
    known = Interval(
        np.array([[1.0], [np.nan]]), np.array([[0.0], [np.nan]]), np.array([[2.0]] * 2)
    )
    assert np.isnan(known.central[1, 0])


def test_verdicts_of_points_are_those_of_the_points():
    rng = np.random.default_rng(5)
    claim = Claim("c", 0.5, "at_least", 0.1)
    shape = (200, 1)
    centre = rng.uniform(0.2, 0.8, shape)
    first = Interval(
        centre, centre - rng.uniform(0, 0.2, shape), centre + rng.uniform(0, 0.2, shape)
    )
    second = Interval(0.46, 0.3, 0.6, Kind.BOUNDS)
    places = claims.judge_points(claim, [first, second], 200)
    for point in range(200):
        ends = [float(getattr(first, end)[point, 0]) for end in ENDS]
        alone = claims.judge(claim, {"a": Interval(*ends), "b": second})
        assert claims.JUDGED[places[point]] == alone
    assert len(set(places)) > 1


def test_a_point_without_a_value_has_no_verdict():
    column = np.array([[0.6], [np.nan]])
    claim = Claim("c", 0.5, "at_least", 0.0)
    places = claims.judge_points(claim, [Interval(column, column, column), exact(0.7)], 2)
    assert list(places) == [2, -1]


def test_an_interval_over_points_keeps_them_apart():
    draws = np.array([[1.0, 2.0, 3.0], [10.0, 20.0, 30.0]])
    found = interval(draws, np.array([[2.0], [5.0]]))
    assert found.low.shape == found.high.shape == (2, 1)
    assert found.low[1, 0] == 5.0
    assert found.high[0, 0] == pytest.approx(2.9)


# ---- rows


class Toy:
    """A group of which every point above two cannot be computed and every zero has no value."""

    n_draws = 1 << 15
    group = SimpleNamespace(columns=("x",))

    def at(self, values, families):
        x = values["x"]
        if (x > 2).any():
            raise ArithmeticError("no batch keeps the speed")
        return {
            "n:q_ratio": results.Recorded(
                "q_ratio", "Q", "ratio", 1 / x, 1 / x, 1 / x, "exact", "", [], False
            )
        }


def toy_rows(values):
    frame = pd.DataFrame({"x": values}, index=range(10, 10 + len(values)))
    return rows.table(Toy(), frame, Wanted(("n:q_ratio",), {}, frozenset(), {}))


def test_a_point_that_fails_leaves_the_others_of_its_block():
    table = toy_rows([1.0, 2.0, 3.0, 0.5, 0.0, 9.0])
    assert list(table["status"]) == ["done", "done", "failed", "done", "failed", "failed"]
    assert table["error"][12] == "ArithmeticError: no batch keeps the speed"
    assert table["error"][14] == "no value of n:q_ratio"
    assert list(table["n:q_ratio"][[10, 11, 13]]) == [1.0, 0.5, 2.0]
    assert table["n:q_ratio"][[12, 14, 15]].isna().all()
    assert list(table.index) == list(range(10, 16))


# ---- a part of a sweep, without notebooks


def plan(points, keep=(), fixed=(FEW,)):
    frame = pd.DataFrame(points)
    spec = SimpleNamespace(scenario="baseline", keep=list(keep))

    def settings(point):
        row = {
            n: v for n, v in frame.iloc[point].items() if not (isinstance(v, float) and np.isnan(v))
        }
        return (*fixed, *(f"{name}={value}" for name, value in row.items()))

    return SimpleNamespace(points=frame, spec=spec, settings=settings)


class Here:
    """Inputs that lie here."""

    digest = "here"

    def at_home(self):
        from contextlib import nullcontext

        return nullcontext()


def compute(asked, reference):
    part, needs = Split(asked).part(range(len(asked.points)))
    needed = [
        {k: row for k, row in reference.items() if k.startswith(need.arguments[0])}
        for need in needs
    ]
    return level.compute(Here(), part, True, *needed)


def test_a_part_holds_what_moves_and_names_what_does_not(reference):
    done = compute(plan({PRICE: [0.03, 0.09, 0.5, 4.0]}), reference)
    table = done.table
    assert list(table["point"]) == [0, 1, 2, 3]
    assert (table["status"] == "done").all()
    assert table[SHARE].is_monotonic_increasing
    assert (table[f"{SHARE}.low"] <= table[SHARE]).all()
    told = json.loads(done.files[level.CONSTANTS])
    assert told["quantities"][SHARE]["unit"] == "share"
    assert f"{COST}:us_electricity_cost_share" in told["constant"]
    assert f"{COST}:validation_throughput_row_median_ratio" in told["not_at_this_level"]
    assert not set(told["constant"]) & set(told["quantities"])
    assert told["constant_verdicts"]["share_61_top10"]
    at_baseline = told["constant"][f"{COST}:r01_price_gap_share"]["central"]
    assert at_baseline == reference[f"{COST}:r01_price_gap_share"].central


def test_verdicts_are_those_of_a_report_at_the_point(reference):
    prices = [0.02, 0.084, 3.0]
    done = compute(plan({PRICE: prices}), reference)
    for point, price in enumerate(prices):
        alone = evaluator(settings=[FEW, f"{PRICE}={price}"]).at({})
        intervals = {k: r.interval for k, r in {**reference, **alone}.items()}
        for claim in (n.removeprefix("verdict.") for n in done.table if n.startswith("verdict.")):
            assert done.table[f"verdict.{claim}"][point] == claims.verdict(claim, intervals), claim


def test_points_that_leave_a_name_out_keep_the_scenarios_value(reference):
    done = compute(plan({PRICE: [0.05, np.nan, 0.05], USED: [0.3, 0.3, np.nan]}), reference)
    alone = {
        0: {PRICE: 0.05, USED: 0.3},
        1: {USED: 0.3},
        2: {PRICE: 0.05},
    }
    for point, values in alone.items():
        expected = evaluator(settings=[FEW, *settings_of(values)]).at({})[SHARE]
        assert done.table[SHARE][point] == pytest.approx(expected.central)


def test_parameters_make_groups_with_notebooks_of_their_own(reference):
    asked = plan({"cn_accelerator": ["h20", "h800-sxm", "h20"], PRICE: [0.05, 0.05, 0.1]})
    split = Split(asked)
    members = split.groups(range(3))
    assert [list(one.positions) for one in members] == [[0, 2], [1]]
    part, needs = split.part(range(3))
    assert part.whole
    # notebook 01 knows nothing of accelerators and runs once
    assert sorted(need.arguments[0][:2] for need in needs) == ["01", "02", "02", "03", "03"]
    done = compute(asked, reference)
    assert list(done.table["point"]) == [0, 1, 2]
    assert f"{COST}:r01_price_gap_share" in done.table  # no column moves it, a group might
    h20 = evaluator(settings=[FEW, "cn_accelerator=h20", f"{PRICE}=0.05"]).at({})[SHARE]
    assert done.table[SHARE][0] == pytest.approx(h20.central)


def test_assumptions_that_are_no_columns_share_the_notebooks(reference):
    asked = plan({"interactivity_tok_per_s_per_user": [20.0, 200.0], PRICE: [0.05, 0.05]})
    _, needs = Split(asked).part(range(2))
    assert len(needs) == 3
    done = compute(asked, reference)
    chip = f"{COST}:cn_h800_usd_per_mtok"
    assert done.table[chip][0] < done.table[chip][1]  # speed for a user costs throughput
    told = json.loads(done.files[level.CONSTANTS])
    assert "01_openrouter_share:m25_reply_s" not in told["constant"]


def test_what_is_kept_decides_on_what_is_computed(reference):
    done = compute(plan({PRICE: [0.05, 0.06]}, keep=[f"{TRADE}:mining_net_value_*"]), reference)
    quantities = [name for name in done.table if name.startswith("0") and "." not in name]
    assert quantities == [f"{TRADE}:mining_net_value_usd_per_kwh"]


def test_n_draws_does_not_ask_for_notebooks_of_its_own():
    few, many = (Split(plan({PRICE: [0.1]}, fixed=(f"n_draws={n}",))) for n in (200, 300))
    keys = [[need.key for need in split.part(range(1))[1]] for split in (few, many)]
    assert keys[0] == keys[1]
