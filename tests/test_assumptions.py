"""Rows of assumptions: which one is taken, what an override may say, what is drawn."""

import typing
from dataclasses import dataclass

import numpy as np
import pytest

from token_exports import data
from token_exports.assumptions import Assumption, AssumptionError, Assumptions, limits
from token_exports.parameters import TokenCost
from token_exports.units import UNITS, unit_of

ROWS = Assumptions().rows
N_DRAWS = 40_000
# The part of the draws below the 5% point scatters by sqrt(0.05 x 0.95 / 40,000) = 0.0011, below
# the median by sqrt(0.5 x 0.5 / 40,000) = 0.0025; five times that.
TAIL, MIDDLE = 0.0055, 0.0125

PLAIN = Assumption("pue_ratio", "all", "", 1.1, 1.2, 1.4)
CHINA = Assumption("pue_ratio", "cn", "", 1.1, 1.3, 1.5)
IMMERSED = Assumption("pue_ratio", "all", "immersed", 1.01, 1.02, 1.03)
CHINA_IMMERSED = Assumption("pue_ratio", "cn", "immersed", 1.02, 1.03, 1.04)
SHARE = Assumption("utilisation_share", "all", "", 0.2, 0.5, 0.8)


@dataclass(frozen=True)
class HallInputs:
    pue_ratio: float
    utilisation_share: float


def having(*rows, overrides=None):
    found = Assumptions(overrides)
    found.rows = list(rows)
    return found


# ---- which row


@pytest.mark.parametrize(
    ("region", "variants", "expected"),
    [
        ("us", [], PLAIN),
        ("cn", [], CHINA),  # a region's row before the common one
        ("us", ["immersed"], IMMERSED),
        ("cn", ["immersed"], CHINA_IMMERSED),
        ("cn", ["by_air"], CHINA),  # a variant without a row
    ],
)
def test_the_most_specific_row_is_taken(region, variants, expected):
    found = having(PLAIN, CHINA, IMMERSED, CHINA_IMMERSED)
    assert found.row("pue_ratio", region, variants) == expected


def test_a_variant_comes_before_a_region():
    assert having(CHINA, IMMERSED).row("pue_ratio", "cn", ["immersed"]) == IMMERSED


def test_two_rows_that_fit_equally_well_are_refused():
    dry = Assumption("pue_ratio", "all", "dry", 1.1, 1.2, 1.3)
    with pytest.raises(AssumptionError, match=r"both pue_ratio/all/.* and pue_ratio/all/.* fit"):
        having(IMMERSED, dry).row("pue_ratio", "cn", ["immersed", "dry"])


def test_a_parameter_without_a_fitting_row_lists_those_there_are():
    with pytest.raises(AssumptionError, match=r"no row of pue_ratio for us .*'cn/immersed'"):
        having(CHINA_IMMERSED).row("pue_ratio", "us")


def test_an_unknown_parameter_gets_the_nearest_name():
    with pytest.raises(AssumptionError, match="no assumption 'pue_ration'.*'pue_ratio'"):
        Assumptions().row("pue_ration", "cn")


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.key)
def test_every_row_can_be_reached(row):
    variants = [row.variant] if row.variant else []
    regions = [row.region] if row.region != "all" else ["cn", "us"]
    assert row in [Assumptions().row(row.parameter, region, variants) for region in regions]


@pytest.mark.parametrize(
    ("choice", "parameter"),
    [("accelerator", "gpu_price_usd"), ("electricity", "electricity_price_usd_per_kwh")],
)
@pytest.mark.parametrize("region", ["cn", "us"])
def test_every_choice_of_a_notebook_has_a_row_of_its_own(region, choice, parameter):
    options = typing.get_args(TokenCost.model_fields[f"{region}_{choice}"].annotation)
    found = Assumptions()
    taken = [found.row(parameter, region, [option]).variant for option in options]
    assert taken == list(options)


# ---- overrides


@pytest.mark.parametrize(
    ("overrides", "region", "points"),
    [
        ({"pue_ratio": 1.5}, "us", (1.5, 1.5, 1.5)),
        ({"pue_ratio": (1.1, 1.5, 1.9)}, "us", (1.1, 1.5, 1.9)),
        ({"pue_ratio.cn": 1.5}, "us", (1.1, 1.2, 1.4)),  # not its region
        ({"pue_ratio.cn": 1.5}, "cn", (1.5, 1.5, 1.5)),
        ({"pue_ratio": 1.6, "pue_ratio.cn": 1.5}, "cn", (1.5, 1.5, 1.5)),  # the region wins
        ({"pue_ratio": 1}, "cn", (1, 1, 1)),  # no overhead at all is possible
    ],
)
def test_an_override_replaces_the_three_points(overrides, region, points):
    row = having(PLAIN, overrides=overrides).row("pue_ratio", region)
    assert (row.low, row.central, row.high) == points


def test_a_fixed_quantity_does_not_vary():
    drawn = having(PLAIN, SHARE, overrides={"pue_ratio": 1.5}).draw(
        HallInputs, "cn", n_draws=50, seed=1
    )
    assert (drawn.pue_ratio == 1.5).all()
    assert np.unique(drawn.utilisation_share).size == 50


@pytest.mark.parametrize("name", ["pue_ration", "pue_ratio.eu", "pue"])
def test_an_override_of_an_unknown_name_gets_the_nearest(name):
    with pytest.raises(AssumptionError, match=f"no assumption {name!r}.*'pue_ratio'"):
        Assumptions({name: 1.2})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("pue_ratio", 0.99),  # a hall that draws less than its machines
        ("pue_ratio.cn", (0.9, 1.2, 1.4)),
        ("utilisation_share", 1.01),
        ("utilisation_share", -0.01),
        ("electricity_price_usd_per_kwh", -0.05),
        ("gpu_price_usd", -30_000.0),  # a unit may be negative where an assumption is not
        ("gpu_price_usd", float("nan")),
        ("gpu_price_usd", float("inf")),
        ("gpu_price_usd", (3.0, 2.0, 1.0)),
        ("gpu_price_usd", (0.0, 2.0, 3.0)),  # a range of factors cannot start at nothing
        ("pue_ratio", (1.0, 1.2, 1.4)),
        ("utilisation_share", (0.2, 0.5, 1.0)),
    ],
)
def test_an_impossible_value_is_refused(name, value):
    with pytest.raises(AssumptionError, match=f"{name} = "):
        Assumptions({name: value})


# ---- draws


def test_regions_share_what_they_share():
    found = having(PLAIN, CHINA, SHARE)
    china, america = (found.draw(HallInputs, r, n_draws=2_000, seed=3) for r in ("cn", "us"))
    assert (china.utilisation_share == america.utilisation_share).all()
    # 2,000 independent pairs correlate by 1 / sqrt(2,000) = 0.022; five times that
    assert abs(np.corrcoef(china.pue_ratio, america.pue_ratio)[0, 1]) < 0.11


def test_a_new_row_moves_no_old_result():
    before = having(PLAIN, SHARE).draw(HallInputs, "us", n_draws=200, seed=3)
    after = having(CHINA, IMMERSED, SHARE, PLAIN).draw(HallInputs, "us", n_draws=200, seed=3)
    assert (before.pue_ratio == after.pue_ratio).all()
    assert (before.utilisation_share == after.utilisation_share).all()


def test_another_seed_draws_other_values():
    first, second = (PLAIN.draw(100, seed) for seed in (1, 2))
    assert not np.isclose(first, second).any()


def test_central_inputs_are_the_central_points():
    assert having(PLAIN, CHINA, SHARE).central(HallInputs, "cn") == HallInputs(1.3, 0.5)


def test_a_facility_never_draws_less_than_its_machines():
    # at the third standard deviation below the centre: 1 + 0.2 x (0.1 / 0.2)^(3 / 1.645) = 1.056
    draws = PLAIN.draw(N_DRAWS, 5)
    assert draws.min() > 1
    assert np.quantile(draws, 0.00135) == pytest.approx(1.056, abs=0.005)


@pytest.mark.parametrize("row", ROWS, ids=lambda r: r.key)
def test_the_draws_of_every_row_hit_its_points(row):
    draws = row.draw(N_DRAWS, 20260226)
    if row.low == row.high:
        assert (draws == row.central).all()
        return
    lowest, highest = limits(row.parameter)
    assert lowest < draws.min()
    assert draws.max() < highest
    if row.low < row.central:
        assert (draws < row.low).mean() == pytest.approx(0.05, abs=TAIL)
        assert (draws < row.central).mean() == pytest.approx(0.50, abs=MIDDLE)
    if row.central < row.high:
        assert (draws > row.high).mean() == pytest.approx(0.05, abs=TAIL)


# ---- the table


def test_a_parameter_ends_in_the_unit_of_its_row():
    table = data.load("assumptions")
    named = table["parameter"].map(unit_of)
    assert table.loc[named != table["unit"], ["parameter", "unit"]].values.tolist() == []
    assert set(table["unit"]) <= set(UNITS)


def test_the_points_of_a_row_are_in_order():
    table = data.load("assumptions")
    assert (table["low"] <= table["central"]).all()
    assert (table["central"] <= table["high"]).all()


def test_a_parameter_without_a_unit_has_no_limits():
    with pytest.raises(AssumptionError, match="'n_draws' does not end in a unit"):
        limits("n_draws")
