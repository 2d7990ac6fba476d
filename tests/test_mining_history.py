"""China's mining by source: spans, sums that must add up, provinces."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import mining_history_chart, province_chart
from token_exports.models import mining, mining_history
from token_exports.models.windows import WindowError


def shares(*rows):
    names = ["period", "country", "basis", "hashrate_low_share", "hashrate_high_share"]
    return pd.DataFrame(rows, columns=names)


def a_map(values, first="2019-09", country="CN"):
    names = pd.period_range(first, periods=len(values), freq="M").strftime("%Y-%m")
    return pd.DataFrame(
        {
            "month": names,
            "country": country,
            "hashrate_share": values,
            "hashrate_eh_per_s": [100 * v for v in values],
        }
    )


def network(count=24, first="2018-01", twh=2.0):
    names = pd.period_range(first, periods=count, freq="M").strftime("%Y-%m")
    energies = dict(zip(mining.ENERGIES, (twh / 2, twh, twh * 2), strict=True))
    return pd.DataFrame({"month": names, "hashrate_eh_per_s": 100.0, **energies})


def test_spans_by_hand():
    table = mining_history.spans(
        shares(
            ("2017/2018", "CN", "pool_management", 0.71, 0.71),
            ("2018", "CN", "not_stated", 0.74, 0.74),
            ("2019-06", "CN", "industry_survey", 0.6, 0.6),
            ("2024-06", "US", "industry_survey", 0.6, 0.6),
            ("2024-06", "CN", "share_of_surveyed_activity", 0.0, 0.0),  # no share of the network
        ),
        "CN",
    )
    assert list(table["first_month"]) == ["2017-01", "2018-01", "2019-06"]
    assert list(table["last_month"]) == ["2018-12", "2018-12", "2019-06"]
    assert list(table["pool_based"]) == [True, True, False]


def test_electricity_of_a_span_by_hand():
    estimates = mining_history.spans(
        shares(
            ("2018", "CN", "pool_management", 0.7, 0.8),
            ("2017", "CN", "pool_management", 0.7, 0.8),  # the network begins later
            ("2018-06", "CN", "paper_statement", 0.5, np.nan),  # at least
        ),
        "CN",
    )
    table = mining_history.with_electricity(estimates, network()).set_index("first_month")
    # mean month 1, 2, 4 TWh: 0.7 x 1, 0.75 x 2, 0.8 x 4
    assert list(table.loc["2018-01", mining.ENERGIES]) == pytest.approx([0.7, 1.5, 3.2])
    assert table.loc["2017-01", mining.ENERGIES].isna().all()
    assert list(table.loc["2018-06", mining.ENERGIES]) == pytest.approx([0.5, 1.0, 2.0])


def test_when_a_share_was_exceeded():
    mapped = a_map([0.72, 0.70, 0.71, 0.5])
    estimates = mining_history.spans(shares(("2018", "CN", "not_stated", 0.74, 0.74)), "CN")
    table = mining_history.above(mapped, estimates, "CN", 0.70)
    # exactly 0.70 is not above it
    assert list(table["above_count"]) == [2, 1]
    assert (table["first_month"].iloc[0], table["last_month"].iloc[0]) == ("2019-09", "2019-11")
    assert mining_history.months_above_count(mapped, "CN", 0.9) == 0
    none = mining_history.above(mapped, estimates, "CN", 0.9).iloc[0]
    assert none["above_count"] == 0
    assert none["months_count"] == 4


def test_before_the_ban_only():
    mapped = a_map([0.5, 0.4, 0.3], first="2021-05")
    assert list(mining_history.before_ban(mapped, "CN")) == [0.5]
    with pytest.raises(WindowError, match="before 2021-06"):
        mining_history.before_ban(a_map([0.3], first="2021-07"), "CN")


# ---- sums


@given(st.lists(st.floats(0.01, 1), min_size=2, max_size=6))
def test_shares_times_consumption_add_up_to_the_world(parts):
    whole = sum(parts)
    mapped = pd.concat([a_map([part / whole], "2018-01", f"C{n}") for n, part in enumerate(parts)])
    row = mining_history.reconciliation(mapped, network()).iloc[0]
    assert row["sum_share"] == pytest.approx(1)
    assert row["sum_twh"] == pytest.approx(row["network_twh"])
    assert row["hashrate_ratio"] == pytest.approx(1)


def test_a_month_without_electricity_sums_to_nothing_known():
    row = mining_history.reconciliation(a_map([1.0], "2030-01"), network()).iloc[0]
    assert np.isnan(row["sum_twh"])
    assert np.isnan(row["network_twh"])


# ---- the real tables


@pytest.fixture(scope="module")
def mapped():
    return data.load("bitcoin_mining_map")


@pytest.fixture(scope="module")
def months():
    rates = mining.continued_series(data.load("bitcoin_electricity"), "revised_2023", True)
    return mining.by_month(data.load("bitcoin_network"), rates)


@pytest.fixture(scope="module")
def provinces():
    return data.load("bitcoin_provinces")


def test_the_areas_of_the_map_add_up_to_the_network(mapped, months):
    table = mining_history.reconciliation(mapped, months)
    assert len(table) == 29
    assert ((table["sum_share"] - 1).abs() <= table["rounding_share"]).all()
    # the map's EH/s come from the same daily hashrate as ours, rounded to a hundredth
    assert table["hashrate_ratio"].to_numpy() == pytest.approx(np.ones(29), abs=5e-4)
    assert table["sum_twh"].to_numpy() == pytest.approx(table["network_twh"].to_numpy(), rel=5e-4)


def test_months_add_up_to_the_year(mapped, months):
    china = mining.by_country(months, mapped, "CN")
    years = mining_history.by_year(china).set_index("year")
    total = mining.over_period(china, "2020-01", "2020-12", ["energy_guess_twh"])
    assert years.loc[2020, "energy_guess_twh"] == pytest.approx(total["energy_guess_twh"])
    assert years.loc[2020, "energy_guess_twh"] == pytest.approx(43.5, abs=0.05)  # printed elsewhere
    assert years.loc[2019, "months_count"] == 4
    # revenue: twelve months of the network are the network's year
    whole = mining.by_year(months).set_index("year").loc[2020, "miner_revenue_usd"]
    own = months[months["month"].str.startswith("2020")]["miner_revenue_usd"].sum()
    assert own == pytest.approx(whole)


def test_six_months_above_seventy_percent(mapped):
    assert mining_history.months_above_count(mapped, "CN", 0.70) == 6


def test_a_province_by_hand(provinces, mapped, months):
    table = mining_history.province_table(provinces, mapped, months)
    texas = table[table["area"] == "Texas"].iloc[0]
    # 11.2% of the US, which held 37.84% in January 2022
    assert texas["world_share"] == pytest.approx(0.112 * 0.3784)
    season = table[table["wet_season_stage"] == "peak"].iloc[0]
    assert np.isnan(season["world_share"])  # no month is stated


def test_shares_of_the_world_meet_the_start_of_the_season(provinces):
    """April 2020 of the first vintage and "start of the wet season" say the same of Sichuan."""
    seasons = province_chart.of_2020(provinces)
    sichuan = seasons[seasons["area"] == "Sichuan"].set_index("wet_season_stage")["country_share"]
    assert sichuan["none"] == pytest.approx(0.0966 / 0.6508)
    assert sichuan["none"] == pytest.approx(sichuan["start"], abs=0.002)
    assert "China" not in set(seasons["area"])
    # Sichuan of December 2019 is of the world, and that vintage has no whole country
    assert not seasons["period"].eq("2019-12").any()


# ---- words


def test_words_hold_for_any_threshold(mapped):
    estimates = mining_history.spans(data.load("bitcoin_share_estimates"), "CN")
    for stated in (0.70, 0.99):
        above = mining_history.above(mapped, estimates, "CN", stated)
        words = mining_history_chart.china_over_time_takeaway(mapped, above, stated)
        assert ("in none of 21" in words) == (stated == 0.99)
        assert ("Other sources" in words) == (stated == 0.70)


def test_every_value_has_a_record(mapped, months):
    estimates = mining_history.spans(data.load("bitcoin_share_estimates"), "CN")
    sums = mining_history.reconciliation(mapped, months)
    years = mining_history.by_year(mining.by_country(months, mapped, "CN"))
    values = mining_history_chart.quantities(mapped, estimates, sums, years, 0.70)
    assert set(values) == set(mining_history_chart.RECORDED)
    part = mining_history_chart.quantities(mapped, estimates.iloc[:0], sums, years.iloc[:1], 0.70)
    assert part["cn_largest_pool_share"] is None
    assert part["cn_mined_2020_twh"] is None
