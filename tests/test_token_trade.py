"""The week of tokens, sizes beside each other and what mining earned: by hand and against print."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.assumptions import Assumptions
from token_exports.figures import mining_words
from token_exports.models import (
    disclosed_service,
    electricity_export,
    market_share,
    mining,
    mining_map,
    mining_value,
    scale,
    token_mix,
    token_trade,
)
from token_exports.uncertainty import bounds, exact

pytestmark = pytest.mark.usefixtures("archived")

ESSAY_WEEK = pd.Timestamp("2026-02-22")


@pytest.fixture(scope="module")
def essay_week():
    mix = data.load("openrouter_token_mix")
    tables = data.load("model_authors"), data.load("stealth_models")
    origin = market_share.origins(mix["model_slug"], *tables, "resolved")
    parts = token_mix.week_parts(mix, origin, ESSAY_WEEK)
    return parts[parts["origin"] == "cn"]


@pytest.fixture(scope="module")
def trade(essay_week):
    beliefs = Assumptions()
    rows = {
        name: beliefs.row(key, "cn", [variant])
        for name, (key, variant) in mining_words.ASKED.items()
    }
    day = disclosed_service.read_day(data.load("reported_quantities"))
    return token_trade.trade(
        essay_week,
        day,
        {name: row.central for name, row in rows.items()},
        {name: row.draw(2_000, 1) for name, row in rows.items()},
    )


# ---- the essay's week, against what others computed from it


def test_chinese_tokens_of_the_week(trade):
    # 5.155e12 by the exact daily rows; the weekly chart rounds its totals to three digits
    assert trade.tokens == pytest.approx(5.155e12, rel=1e-3)
    # 1.515e12 computed prompt and 79.7e9 generated tokens
    assert trade.sold["fresh_prompt_tokens"] == pytest.approx(1.515e12, rel=1e-3)
    assert trade.sold["output_tokens"] == pytest.approx(79.7e9, rel=1e-3)


def test_broker_power_of_the_week(trade):
    # 5.155e6 million tokens x 0.875 kWh = 4.51 GWh in 168 h: 26.85 MW
    assert trade.power_mw["broker"].central == pytest.approx(26.85, rel=2e-3)


def test_production_power_of_the_week(trade):
    # 0.297 J over 1 + 0.1 x 342/266 = 1.12857 gives 0.26317 J per fresh token;
    # (1.5147e12 + 0.1 x 3.5620e12) x 0.26317 + 79.70e9 x 0.646 = 5.4385e11 J; in 604,800 s 899 kW
    assert trade.power_mw["deepseek"].central == pytest.approx(0.8992, rel=1e-3)


def test_list_revenue_of_the_week(trade):
    # by model, fresh + output at list price, thousand USD: M2.5 165.95, K2.5 133.15, GLM-5 344.57,
    # V3.2 138.78; cache reads with a price: 311.71 + 179.11 + 29.26; GLM-5 lists none: 0 to 439.69
    assert trade.revenue_usd.low == pytest.approx(1_302.5e3, rel=1e-3)
    assert trade.revenue_usd.high == pytest.approx(1_742.2e3, rel=1e-3)


def test_value_ends_combine_cache_prices_and_draws(trade):
    value = trade.value_usd_per_kwh["broker"]
    assert value.low == pytest.approx(trade.revenue_usd.low / (trade.tokens / 1e6 * 0.875))
    assert value.high == pytest.approx(trade.revenue_usd.high / (trade.tokens / 1e6 * 0.875))
    wide = trade.value_usd_per_kwh["deepseek"]
    assert wide.high / wide.low > value.high / value.low


def test_rent_of_the_week(trade):
    # 1,514.7e3 x 0.1378 + 79.70e3 x 0.3003 = 232.7e3 USD
    day = disclosed_service.read_day(data.load("reported_quantities"))
    rest = token_trade.less_lease_usd(trade.revenue_usd, trade.sold, day)
    assert trade.revenue_usd.central - rest.central == pytest.approx(232.7e3, rel=1e-3)


def test_no_model_of_the_origin_is_an_error(essay_week):
    with pytest.raises(ValueError, match="no model of that origin"):
        token_trade.sold_by_class(essay_week.head(0))


# ---- by hand


def test_draws_put_together_keep_their_values_and_follow_the_leader():
    moved = token_trade.together(np.array([5.0, 1.0, 3.0]), np.array([0.2, 0.9, 0.5]))
    assert list(moved) == [1.0, 5.0, 3.0]


def totals(days):
    return pd.DataFrame(
        {
            "date": pd.to_datetime([day for day, _ in days]),
            "origin_resolved": "cn",
            "tokens": [tokens for _, tokens in days],
        }
    )


def test_latest_days_stop_at_a_gap():
    table = totals([("2026-01-01", 9e9), ("2026-01-03", 1e9), ("2026-01-04", 3e9)])
    found = token_trade.latest_covered_days(table, "cn")
    assert (found.first, found.last) == (pd.Timestamp("2026-01-03"), pd.Timestamp("2026-01-04"))
    assert found.tokens_per_day == pytest.approx(2e9)
    with pytest.raises(ValueError, match="origin 'eu'"):
        token_trade.latest_covered_days(table, "eu")


def test_latest_days_are_a_week_at_most():
    table = totals([(f"2026-01-{day:02d}", float(day)) for day in range(1, 13)])
    found = token_trade.latest_covered_days(table, "cn")
    assert found.first == pd.Timestamp("2026-01-06")
    assert found.tokens_per_day == pytest.approx(9)  # mean of 6 to 12


def test_stream_power_by_hand():
    # 1.4e14 tokens a day = 1.4e8 Mtok x 0.06 kWh = 8.4e6 kWh in 24 h: 350 MW; at 0.6: 3,500 MW
    power = token_trade.stream_power_mw(1.4e14, bounds(0.06, 0.03, 0.12), 0.6)
    assert power["deepseek"].central == pytest.approx(350)
    assert power["deepseek"].high == pytest.approx(700)
    assert power["broker"].central == pytest.approx(3_500)


def test_quotient_takes_the_widest_ends():
    ratio = scale.quotient(bounds(6, 4, 8), bounds(2, 1, 4))
    assert (ratio.low, ratio.central, ratio.high) == (1, 3, 8)
    assert scale.quotient(exact(6), exact(2)) == exact(3)


def test_reported_flow_by_hand():
    # 15.5e6 MWh from January to October 2012, 305 days of 24 h: 2,117.5 MW
    flow = scale.reported_power_mw(data.load("reported_quantities"), "electricity_exports", "china")
    assert flow == pytest.approx(2_117.5, abs=0.5)


def test_what_was_not_public_has_no_rung():
    nothing = data.load("reported_quantities").head(0)
    assert scale.reported_ladder(nothing, bounds(0.06, 0.03, 0.12), 0.9) == []
    assert scale.reported_power_mw(nothing, "electricity_exports", "china") is None


def test_ladder_is_sorted_and_keeps_missing_missing():
    steps = scale.ladder(
        [
            scale.power_rung("mining", "2020", "mining", bounds(5_000, 2_600, 8_000)),
            scale.token_rung("tokens", "week", 1e12, bounds(0.06, 0.03, 0.12), 0.9),
        ]
    )
    assert list(steps["rung"]) == ["tokens", "mining"]
    assert steps["broker_mw"].isna().tolist() == [False, True]


@given(st.floats(0.01, 1e5), st.floats(0.01, 1e5))
def test_a_flow_equals_the_reference_at_its_flip_point(flow, reference):
    table = scale.flips({"flow": exact(flow)}, {"reference": reference})
    share = table["flip_served_in_china_ratio"].iloc[0]
    assert share * flow == pytest.approx(reference)
    assert table["enough"].iloc[0] == (share <= 1)


def test_fan_ends_at_the_whole_flow():
    fan = scale.fan("flow", bounds(10, 5, 20))
    assert list(fan.iloc[-1][["low", "central", "high"]]) == pytest.approx([5, 10, 20])
    assert (fan["central"] / fan["served_in_china_share"]).to_numpy() == pytest.approx(10)


# ---- what mining earned, and where


def test_high_energy_is_low_value_and_high_share():
    # 1e9 USD over 10 (5 to 20) TWh: 0.10 (0.05 to 0.20) USD/kWh; at 0.05 USD: 0.5 (0.25 to 1)
    energies = dict(zip(mining.ENERGIES, (5.0, 10.0, 20.0), strict=True))
    value = mining_value.period_value_usd_per_kwh(energies | {"mining_value_usd": 1e9})
    assert (value.low, value.central, value.high) == pytest.approx((0.05, 0.10, 0.20))
    share = mining_value.electricity_share(value, 0.05)
    assert (share.low, share.central, share.high) == pytest.approx((0.25, 0.5, 1.0))


def test_a_hole_in_the_period_is_an_error():
    with pytest.raises(ValueError, match="period_end"):
        mining_value.energy_interval(dict.fromkeys(mining.ENERGIES, float("nan")))


def test_a_period_without_mining_has_no_value():
    with pytest.raises(ValueError, match="no mining was measured"):
        mining_value.period_value_usd_per_kwh(
            dict.fromkeys(mining.ENERGIES, 0.0) | {"mining_value_usd": 0.0}
        )


def test_year_power_counts_the_leap_day():
    months = [f"2020-{month:02d}" for month in range(1, 13)]
    table = pd.DataFrame({"month": months} | dict.fromkeys(mining.ENERGIES, 0.732))
    # 12 x 0.732 TWh = 8.784e6 MWh in 366 x 24 = 8,784 h
    assert mining_value.year_power_mw(table, 2020).central == pytest.approx(1_000)


def test_reported_middle_of_two_ends():
    hosting = mining_value.reported_interval(
        data.load("mining_and_hosting_economics"), "ai_hosting_revenue"
    )
    assert (hosting.low, hosting.central, hosting.high) == pytest.approx((0.25, 0.30, 0.35))


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("cn_peak_hashrate_share", 0.7553),
        ("cn_mean_hashrate_share", 0.615),
        ("cn_after_ban_hashrate_share", 0.0),
        ("cn_return_hashrate_share", 0.1975),
        ("cn_wet_over_dry_hashrate_ratio", 1.09),
        ("sichuan_wet_over_dry_ratio", 4.1),  # 61.1% over 14.9%
        ("kz_us_ca_hashrate_gain_share", 0.876),  # 63.8 of 72.9 EH/s
        ("kz_tx_ca_hashrate_gain_share", 0.375),  # 27.3 of 72.9 EH/s
    ],
)
def test_findings_of_the_map(name, printed):
    tables = data.load("bitcoin_mining_map"), data.load("bitcoin_provinces")
    found = mining_map.findings(*tables, "2019-09", "2021-06").set_index("name")["value"]
    assert found[name] == pytest.approx(printed, abs=0.001)


def test_mean_of_a_period_with_a_missing_month_is_an_error():
    share = mining_map.of_country(data.load("bitcoin_mining_map"), "CN", "hashrate_share")
    with pytest.raises(ValueError, match="no value for 2022-02"):
        mining_map.mean_over(share, "2021-12", "2022-03")


def test_a_range_of_shares_keeps_its_ends():
    shares = mining_map.estimates(data.load("bitcoin_share_estimates"), "CN")
    survey = mining_map.estimate(shares, "2019-12", "industry_survey")
    assert (survey.low, survey.central, survey.high) == pytest.approx((0.65, 0.655, 0.66))
    with pytest.raises(ValueError, match="0 rows"):
        mining_map.estimate(shares, "2020-12", "industry_survey")


def test_series_without_its_extension_stops_where_it_stops():
    electricity = data.load("bitcoin_electricity")
    short = electricity[electricity["series"] != mining.DERIVED]
    rates = mining.continued_series(short, "revised_2023", include_derived=True)
    assert rates["month"].max() == "2023-09"
    whole = mining.continued_series(electricity, "revised_2023", include_derived=True)
    assert whole["month"].max() == "2026-05"


def test_net_of_nothing_is_gross(trade):
    net = trade.worth_usd_per_kwh(trade.revenue_usd)
    assert net == trade.value_usd_per_kwh
    assert trade.served_power_mw["broker"].central == pytest.approx(
        electricity_export.average_power_mw(
            electricity_export.exported_electricity_twh(trade.central)
            * trade.central_twh["broker"]
            / trade.central_twh["deepseek"],
            7,
        )
    )
