"""The ban, the elasticity and its bootstrap, gains and conversions."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data, formats
from token_exports.figures import ban_chart, mining_response_chart
from token_exports.models import mining_response
from token_exports.models.windows import WindowError
from token_exports.uncertainty import Interval
from token_exports.units import unit_of


def a_network(rates, prices=None, first="2021-01"):
    names = pd.period_range(first, periods=len(rates), freq="M").strftime("%Y-%m")
    return pd.DataFrame(
        {
            "month": names,
            "hashrate_eh_per_s": np.asarray(rates, dtype=float),
            "price_usd_per_btc": np.asarray(prices if prices is not None else rates, dtype=float),
        }
    )


def responding(elasticity, count=90, lag=3, seed=1):
    """Hashrate that answers to the price after ``lag`` months and to nothing else."""
    steps = np.random.default_rng(seed).normal(0, 0.2, count)
    answer = np.concatenate([np.zeros(lag), elasticity * steps[: count - lag]]) + 0.02
    return a_network(np.exp(np.cumsum(answer)), np.exp(np.cumsum(steps)), "2015-01")


# ---- the ban


def test_drop_and_recovery_by_hand():
    #        Jan  Feb  Mar  Apr  May | Jun Jul Aug Sep Oct Nov  Dec
    rates = [100, 120, 150, 160, 155, 110, 80, 90, 120, 140, 159, 161]
    found = mining_response.ban_response(a_network(rates))
    assert (found.high_month, found.low_month) == ("2021-04", "2021-07")
    assert found.drop_share == pytest.approx(0.5)  # 80 of 160
    assert found.recovered_month == "2021-12"
    assert found.recovery_count == 5  # July to December


def test_no_recovery_is_none():
    rates = [160] * 5 + [80] * 7
    found = mining_response.ban_response(a_network(rates))
    assert found.recovery_count is None
    assert "had not come back" in ban_chart.ban_takeaway(found, None)


def test_a_table_that_ends_before_is_refused():
    with pytest.raises(WindowError, match="2021-12"):
        mining_response.ban_response(a_network([100] * 11))


def test_the_real_ban():
    """Monthly means of 161.22 and 100.34 EH/s: 37.8% less, back five months later."""
    found = mining_response.ban_response(data.load("bitcoin_network"))
    assert found.drop_share == pytest.approx(1 - 100.343767 / 161.224804)
    assert (found.high_month, found.low_month) == ("2021-05", "2021-07")
    assert found.recovery_count == 5
    reported = mining_response.reported_drop(data.load("mining_and_hosting_economics"), "china_ban")
    # means of a week dip deeper than means of a month
    assert reported.central > found.drop_share


# ---- the price


@pytest.mark.parametrize("elasticity", [0.0, 0.5, -0.3])
def test_a_known_answer_is_found(elasticity):
    table = mining_response.changes(responding(elasticity), "2015-01")
    found = mining_response.cumulative(table)
    assert found[2] == pytest.approx(0, abs=1e-8)  # nothing before the third month
    assert found[3:] == pytest.approx(np.full(10, elasticity), abs=1e-8)


@given(st.floats(0.1, 10), st.floats(0.1, 10))
def test_units_do_not_matter(price_scale, rate_scale):
    network = responding(0.4, lag=1)
    scaled = network.assign(
        price_usd_per_btc=network["price_usd_per_btc"] * price_scale,
        hashrate_eh_per_s=network["hashrate_eh_per_s"] * rate_scale,
    )
    plain, other = (
        mining_response.cumulative(mining_response.changes(n, "2015-01")) for n in (network, scaled)
    )
    assert other == pytest.approx(plain, abs=1e-6)


def test_blocks_keep_neighbours_together():
    rows = mining_response.block_rows(30, 12, 50, np.random.default_rng(1))
    assert rows.shape == (50, 30)
    assert rows.min() >= 0
    assert rows.max() <= 29
    assert (np.diff(rows[:, :12], axis=1) == 1).all()


def test_the_bootstrap_is_seeded_and_holds_the_estimate():
    table = mining_response.changes(responding(0.5), "2015-01")
    noisy = table.assign(
        hashrate=table["hashrate"] + np.tile([0.05, -0.05], len(table))[: len(table)]
    )
    first, again, other = (mining_response.elasticities(noisy, 200, s) for s in (7, 7, 8))
    pd.testing.assert_frame_equal(first, again)
    assert not first.equals(other)
    assert (first["low_ratio"] <= first["central_ratio"]).all()
    assert (first["central_ratio"] <= first["high_ratio"]).all()


def test_a_gap_and_too_few_months_are_refused():
    with pytest.raises(WindowError, match="gap"):
        mining_response.changes(responding(0.5).drop(index=40), "2015-01")
    short = mining_response.changes(responding(0.5, count=40), "2015-01")
    with pytest.raises(WindowError, match="too few"):
        mining_response.elasticities(short, 10, 1)


def test_the_later_sample_does_not_exclude_zero():
    network = data.load("bitcoin_network")
    tables = {
        label: mining_response.elasticities(mining_response.changes(network, first), 500, 20260226)
        for label, first in (("since 2015", "2015-01"), ("since 2019", "2019-01"))
    }
    late = mining_response.elasticity(tables["since 2019"], mining_response.LONGEST_LAG)
    assert late.low < 0 < late.high
    assert "not established" in mining_response_chart.price_response_takeaway(tables)
    # numpy's least squares against the normal equations
    table = mining_response.changes(network, "2015-01")
    x = np.column_stack([np.ones(len(table)), table.filter(like="lag_")])
    slopes = np.linalg.solve(x.T @ x, x.T @ table["hashrate"])
    assert mining_response.cumulative(table)[-1] == pytest.approx(slopes[1:].sum())


# ---- where it went


def test_moves_by_hand():
    table = pd.DataFrame(
        {
            "month": ["2021-04", "2021-04", "2022-01", "2022-01"],
            "country": ["CN", "US", "CN", "US"],
            "area": ["China", "United States"] * 2,
            "hashrate_share": [0.6, 0.4, 0.2, 0.8],
            "hashrate_eh_per_s": [60.0, 40.0, 30.0, 120.0],
            "note": [None, None, None, "the publisher stars this country"],
        }
    )
    found = mining_response.moves(table, "2021-04", "2022-01")
    assert list(found["country"]) == ["US", "CN"]
    assert list(found["change_eh_per_s"]) == [80, -30]
    assert list(found["starred"]) == [True, False]
    with pytest.raises(WindowError, match="2021-04 to 2022-01"):
        mining_response.moves(table, "2021-04", "2023-01")


def test_what_the_united_states_gained():
    """70.97 less 26.49 EH/s, of gains of 72.87 in all."""
    found = mining_response.moves(data.load("bitcoin_mining_map"), "2021-04", "2022-01")
    top = found.iloc[0]
    assert (top["country"], top["change_eh_per_s"]) == ("US", pytest.approx(44.48))
    gains = found.loc[found["change_eh_per_s"] > 0, "change_eh_per_s"].sum()
    assert gains == pytest.approx(44.48 + 11.92 + 7.61 + 7.42 + 1.32 + 0.12)


def test_a_country_without_conversions_gets_a_row_of_zeros():
    conversions = pd.DataFrame(
        {
            "country": ["US", "US", "CA"],
            "power_mw": [100.0, 50.0, np.nan],
            "power_basis": ["gross", "critical", "gross"],
            "former_mining": ["yes", "not_stated", "partly"],
            "stage": ["operating", "contracted", "operating"],
        }
    )
    found = mining_response.conversions_by_country(conversions, ("CN",)).set_index("country")
    assert list(found.loc["US", ["gross_mw", "critical_mw"]]) == [100, 50]
    assert found.loc["US", "former_mining_count"] == 1
    assert found.loc["CN", "sites_count"] == 0
    assert found.loc["CA", "gross_mw"] == 0  # one site, whose power nobody printed


def test_no_conversion_in_china_is_on_file():
    converted = mining_response.conversions_by_country(data.load("farm_conversions"), ("CN",))
    moved = mining_response.moves(data.load("bitcoin_mining_map"), "2021-04", "2022-01")
    words = ban_chart.moves_takeaway(moved, ("2021-04", "2022-01"), converted)
    assert "In China none was found." in words


def test_flexibility_lists_only_its_facts():
    economics = data.load("mining_and_hosting_economics")
    found = mining_response.flexibility(economics)
    assert set(found["metric"]) <= set(mining_response.FLEXIBILITY)
    assert {"china_ban", "riot_peak_hours"} <= set(found["case"])
    before = data.load("mining_and_hosting_economics", "2021-01-01")
    assert mining_response.reported_drop(before, "china_ban") is None


def test_every_value_has_a_record():
    network, mapped = data.load("bitcoin_network"), data.load("bitcoin_mining_map")
    table = mining_response.elasticities(mining_response.changes(network, "2015-01"), 20, 1)
    values = mining_response_chart.quantities(
        mining_response.ban_response(network),
        table,
        table,
        mining_response.moves(mapped, "2021-04", "2022-01"),
        mining_response.conversions_by_country(data.load("farm_conversions"), ("CN",)),
    )
    assert set(values) | {"ban_weekly_drop_share"} == set(mining_response_chart.RECORDED)


def test_a_small_elasticity_is_printed_as_its_ends_are():
    unit = unit_of("late_hashrate_price_elasticity")
    value = Interval(0.0042, -0.19, 0.22)
    assert formats.interval(value, unit) == "0.00420 (\N{MINUS SIGN}0.190 to 0.220)"


def test_a_stack_of_series_is_solved_like_each_alone():
    table = mining_response.changes(responding(0.4), "2015-01")
    lags = table.filter(like="lag_").to_numpy(dtype=float)
    y = table["hashrate"].to_numpy(dtype=float)
    rows = mining_response.block_rows(len(y), 12, 5, np.random.default_rng(3))
    stacked = mining_response._cumulative(y[rows], lags[rows])
    for found, r in zip(stacked, rows, strict=True):
        slopes = np.linalg.lstsq(np.column_stack([np.ones(len(y)), lags[r]]), y[r])[0]
        assert found == pytest.approx(np.cumsum(slopes[1:]), rel=1e-9, abs=1e-9)
