"""Fleet efficiency from the table of machines, by hand and against the Cambridge index."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import fleet_check_chart
from token_exports.models import fleet_check, mining
from token_exports.models.windows import WindowError

pytestmark = pytest.mark.usefixtures("archived")


def machines(*rows):
    names = ["model", "hardware_class", "release_month", "efficiency_j_per_th"]
    return pd.DataFrame(rows, columns=names)


TOYS = machines(
    ("old", "machine", "2016-01", 100.0),
    ("new", "machine", "2019-06", 50.0),
    ("future", "machine", "2021-01", 20.0),
    ("undated", "machine", np.nan, 10.0),
    ("class", "class", "2013-01", 1000.0),
)


def a_network(month="2020-01", hashprice=240.0, hashrate=100.0):
    return pd.DataFrame(
        {"month": [month], "hashprice_usd_per_ph_day": hashprice, "hashrate_eh_per_s": hashrate}
    )


def test_a_month_by_hand():
    row = fleet_check.by_month(TOYS, a_network(), 0.05).iloc[0]
    # threshold 240 / (24 x 0.05) = 200 J/TH; old is 4 full years: 0.2; new is 0: 1
    # mean (0.2 x 100 + 1 x 50) / 1.2 = 58.333; neither the future nor the undated machine counts
    assert row["threshold_j_per_th"] == pytest.approx(200)
    assert row["machines_count"] == 2
    assert row["efficiency_guess_j_per_th"] == pytest.approx(70 / 1.2)
    assert (row["efficiency_lower_j_per_th"], row["efficiency_upper_j_per_th"]) == (50, 100)
    # 1e8 TH/s x 50 J/TH = 5 GW x 8766 h x 1.01 = 44.2683 TWh
    assert row["energy_lower_twh_per_year"] == pytest.approx(43.83 * 1.01)
    assert row["energy_upper_twh_per_year"] == pytest.approx(87.66 * 1.20)


def test_a_machine_that_does_not_pay_its_power_stands_still():
    row = fleet_check.by_month(TOYS, a_network(hashprice=72.0), 0.05).iloc[0]
    # threshold 72 / 1.2 = 60: only the new one runs
    assert row["machines_count"] == 1
    assert row["efficiency_guess_j_per_th"] == 50


def test_nothing_pays():
    row = fleet_check.by_month(TOYS, a_network(hashprice=12.0), 0.05).iloc[0]
    assert row["machines_count"] == 0
    assert np.isnan(row["energy_guess_twh_per_year"])


def test_a_class_counts_only_without_machines():
    early = fleet_check.on_market(TOYS, "2014-01", np.inf)
    assert list(early["model"]) == ["class"]
    assert "class" not in set(fleet_check.on_market(TOYS, "2016-06", np.inf)["model"])


@pytest.mark.parametrize(
    ("age", "weight"), [(-0.1, 0), (0, 1), (0.99, 1), (1, 0.8), (4.9, 0.2), (5, 0), (9, 0)]
)
def test_weights_fall_by_a_fifth_a_year(age, weight):
    assert fleet_check.age_weights(np.array([age]))[0] == pytest.approx(weight)


@given(st.floats(0.02, 0.2), st.floats(1.01, 3))
def test_dearer_power_never_worsens_the_worst_machine(price, factor):
    cheap = fleet_check.by_month(TOYS, a_network(), price).iloc[0]
    dear = fleet_check.by_month(TOYS, a_network(), price * factor).iloc[0]
    assert dear["machines_count"] <= cheap["machines_count"]
    if dear["machines_count"]:
        assert dear["efficiency_upper_j_per_th"] <= cheap["efficiency_upper_j_per_th"]


@given(st.floats(1, 1e3), st.floats(1, 1e3))
def test_electricity_is_proportional_to_the_hashrate(first, second):
    energies = [
        fleet_check.by_month(TOYS, a_network(hashrate=h), 0.05)["energy_guess_twh_per_year"].iloc[0]
        for h in (first, second)
    ]
    assert energies[0] / energies[1] == pytest.approx(first / second)


# ---- words and runs


def compared(ratios, counts=None, first="2019-01"):
    names = pd.period_range(first, periods=len(ratios), freq="M").strftime("%Y-%m")
    table = pd.DataFrame({"month": names, "guess_ratio": ratios})
    table["machines_count"] = counts or [20.0] * len(ratios)
    table["list_complete"] = table["month"] <= fleet_check.LIST_ENDS
    table["within"] = (table["guess_ratio"] - 1).abs() <= fleet_check.TOLERANCE_RATIO
    return table


def test_runs_outside_and_their_reasons():
    table = compared([1.0, 0.5, 0.6, 1.0, np.nan, 1.3], [20.0, 2.0, 3.0, 20.0, 0.0, 20.0])
    runs = fleet_check.runs_outside(table)
    # months 2 and 3 with too few machines; months 5 and 6, of which one has none
    assert list(runs["months_count"]) == [2, 2]
    assert list(runs["reason"]) == [
        "too few machines in the table",
        "no machine of the table pays its power",
    ]
    assert fleet_check.within_share(table) == pytest.approx(2 / 6)


def test_a_late_run_is_put_down_to_the_list():
    runs = fleet_check.runs_outside(compared([1.5], first="2023-01"))
    assert runs["reason"].iloc[0].startswith("the index's own list")


def test_nothing_to_compare_is_refused():
    with pytest.raises(WindowError, match="share no month"):
        fleet_check.within_share(compared([]))
    with pytest.raises(WindowError, match="pay their power"):
        fleet_check.ratio_interval(compared([np.nan]))


def test_the_takeaway_says_when_no_month_lies_outside():
    words = fleet_check_chart.fleet_against_index_takeaway(compared([1.0, 1.1]), compared([]))
    assert "No month lies outside." in words
    assert "extension" not in words
    assert (
        fleet_check_chart.quantities(compared([1.0]), compared([]))["fleet_check_extension_ratio"]
        is None
    )


# ---- the independent estimate


@pytest.fixture(scope="module")
def ours():
    return fleet_check.by_month(data.load("asics"), data.load("bitcoin_network"), 0.05)


@pytest.fixture(scope="module")
def against(ours):
    index = mining.electricity_series(data.load("bitcoin_electricity"), "revised_2023")
    return fleet_check.against(ours, index)


def test_our_table_gives_the_indexs_electricity_within_the_tolerance(against):
    """From 2018 on the table is a market: every month but none outside a quarter."""
    market = against[against["month"] >= "2018-01"]
    assert len(market) == 69
    assert market["within"].all()


def test_the_best_machine_is_the_indexs_own(against):
    """The lower bound has no weights: the median month must agree almost exactly."""
    assert against["lower_ratio"].median() == pytest.approx(1, abs=0.02)


def test_before_2016_the_table_is_too_thin(against):
    early = against[against["month"] < "2016-01"]
    assert early["machines_count"].max() < fleet_check.LEAST_MACHINES_COUNT
    assert not early["within"].all()


def test_the_survey_of_2024_is_met(ours):
    table = fleet_check.against_fleet(ours, data.load("fleet_efficiency"))
    survey = table[table["basis"] == "survey_2024"].iloc[0]
    assert survey["ours_over_printed_ratio"] == pytest.approx(1, abs=fleet_check.TOLERANCE_RATIO)
