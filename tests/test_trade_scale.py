"""Token exports beside trade and by place, the ladder's peak, and the words about them."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import earnings_chart, token_basis_chart, trade_chart, trade_words
from token_exports.models import mining, scale, trade_scale
from token_exports.uncertainty import Interval, bounds, exact

# 70 USD list and 35 (28 to 42) USD effective a week; one model
WEEK = pd.DataFrame(
    {
        "model_slug": ["a/b"],
        "author_slug": ["a"],
        "fresh_prompt_tokens": [3e6],
        "cache_read_tokens": [2e6],
        "output_tokens": [2e6],
        "list_spend_low_usd": [28.0],
        "list_spend_high_usd": [42.0],
    }
)
PRICES = pd.DataFrame(
    {"model_slug": ["a/b"], "input_usd_per_mtok": [10.0], "output_usd_per_mtok": [10.0]}
)
QUANTITIES = data.load("reported_quantities")


def test_yearly_revenue_by_hand():
    found = trade_scale.yearly_revenue(WEEK, PRICES, bounds(0.2, 0.1, 0.5))
    year = 365.25 / 7
    assert found["list"].central == pytest.approx(70 * year)  # 7 Mtok x 10 USD
    assert found["effective"].low == pytest.approx(28 * year)
    assert found["served"].low == pytest.approx(2.8 * year)
    assert found["served"].high == pytest.approx(21 * year)
    assert (found["bounds"].low, found["bounds"].high) == pytest.approx((2.8 * year, 70 * year))


def test_free_weeks_have_no_bounds():
    free = WEEK.assign(list_spend_low_usd=0.0, list_spend_high_usd=0.0)
    found = trade_scale.yearly_revenue(free, PRICES, exact(0.5))
    assert found["paid"] is found["bounds"] is found["served"] is None
    assert "free" in trade_words.trade_takeaway(found, pd.DataFrame(), None)


def test_reported_trade_by_hand():
    table = trade_scale.against_trade(bounds(1e9, 0, 3.77e9), QUANTITIES).set_index("quantity_id")
    goods = table.loc["china_goods_exports_2025"]
    assert goods["trade_usd_per_year"] == pytest.approx(3.77e12)  # a whole year stays as printed
    assert goods["high_share"] == pytest.approx(1e-3)
    # half a year of 181 days: 120.5e9 x 365 / 181
    half = table.loc["china_knowledge_services_exports_h1_2025", "trade_usd_per_year"]
    assert half == pytest.approx(120.5e9 * 365 / 181)
    assert trade_scale.against_trade(exact(1), QUANTITIES.head(0)).empty


def test_revenue_abroad_of_the_listed_laboratory():
    assert trade_scale.firm_abroad_usd(QUANTITIES) == pytest.approx(79e6 * 0.73)
    assert trade_scale.firm_abroad_usd(QUANTITIES.head(0)) is None


def test_all_reported_tokens_at_the_week_s_price():
    # 140e12 tokens a day over 1e6 a day, times 365.25 USD a year
    found = trade_scale.all_reported_usd(exact(365.25), WEEK, QUANTITIES)
    assert found == pytest.approx(140e12 / 1e6 * 365.25)
    assert trade_scale.all_reported_usd(None, WEEK, QUANTITIES) is None


@given(st.floats(0.01, 1e4), st.floats(1e3, 1e9), st.floats(0, 1))
def test_export_is_linear_in_the_share_served(power, revenue, share):
    table = trade_scale.by_share(exact(power), exact(revenue), {"stated": share})
    served = table["served_in_china_share"].to_numpy()
    assert table["exported_central_mw"].to_numpy() == pytest.approx(served * power)
    assert table["exported_high_usd_per_year"].to_numpy() == pytest.approx(served * revenue)
    assert served[0] == 0
    assert served[-1] == 1


def test_flip_share_is_where_the_export_equals_the_reference():
    flip = trade_scale.flip_share(20.0, bounds(80, 40, 160))
    assert (flip.low, flip.central, flip.high) == pytest.approx((0.125, 0.25, 0.5))


# ---- ladder


def test_peak_month_compares_power_not_totals():
    table = pd.DataFrame({"month": ["2021-01", "2021-02", "2021-03"]})
    for name, factor in zip(mining.ENERGIES, (0.5, 1.0, 2.0), strict=True):
        table[name] = [0.744 * factor, 0.672 * factor * 1.05, np.nan]
    # 0.744 TWh in 31 x 24 = 744 h: 1,000 MW; February 0.7056 TWh in 672 h: 1,050 MW
    month, power = scale.peak_month(table)
    assert month == "2021-02"
    assert (power.low, power.central, power.high) == pytest.approx((525, 1_050, 2_100))
    assert scale.peak_month(table.tail(1)) is None


def test_more_intensities_scale_the_broker_s_power():
    rung = scale.token_rung("tokens", "week", 1e12, bounds(0.06, 0.03, 0.12), 0.8)
    flow = scale.power_rung("mining", "2020", "mining", bounds(5_000, 2_600, 8_000))
    steps = scale.with_intensities(scale.ladder([rung, flow]), {"benchmark": 0.06}, 0.8)
    assert steps["benchmark_mw"].iloc[0] == pytest.approx(steps["central_mw"].iloc[0])
    assert np.isnan(steps["benchmark_mw"].iloc[1])


# ---- words


def course(values):
    rows = []
    for day, gross in zip(("2026-02-15", "2026-02-22"), values, strict=True):
        row = {"kind": "sold", "when": pd.Timestamp(day), "label": day, "energy_basis": "deepseek"}
        for name, value in (("gross", gross), ("rent_net", gross - 1)):
            row |= {f"{name}_{end}_usd_per_kwh": value for end in ("low", "central", "high")}
        rows.append(row)
    return pd.DataFrame(rows)


def months(gross, net):
    row = {"month": "2026-02"}
    for name, value in (("gross", gross), ("net", net)):
        row |= {f"{name}_{end}_usd_per_kwh": value for end in ("low", "central", "high")}
    return pd.DataFrame([row])


def test_earnings_words_follow_the_numbers():
    words = earnings_chart.earnings_takeaway(
        months(2.0, 0.1), course([0.5, 3.0]), ("effective", "deepseek")
    )
    assert "0.50 to 3.0" in words
    assert "1 of 2 points of tokens lie above" in words
    assert "1 do not pay the rent" in words
    assert "Only one basis" in words


def combos(gross, net):
    row = {"revenue_basis": "effective", "energy_basis": "broker"}
    for name in ("gross", "rent_net", "owned_net", "break_even"):
        value = gross if name == "gross" else net
        row |= {f"{name}_{end}_usd_per_kwh": value for end in ("low", "central", "high")}
    return pd.DataFrame([row | {f"electricity_{e}_share": 0.5 for e in ("low", "central", "high")}])


@pytest.mark.parametrize(
    ("gross", "net", "said"),
    [(0.3, 0.1, "none of the 1"), (0.05, -0.1, "1 of the 1")],
)
def test_words_of_the_bases_follow_the_numbers(gross, net, said):
    table, mined = combos(gross, net), bounds(0.1, 0.05, 0.2)
    words = token_basis_chart.every_basis_takeaway(table, mined)
    assert said in words
    assert ("none of them made a loss" in words) == (net > 0)
    assert token_basis_chart.break_evens(table, "effective") == {
        "broker's energy": Interval(net, net, net)
    }


@pytest.mark.parametrize(("flip", "said"), [(0.4, "from 40.0%"), (40.0, "at no share")])
def test_words_of_the_place_follow_the_flip(flip, said):
    table = trade_scale.by_share(exact(1.0), exact(1e6), {})
    words = trade_words.place_takeaway(table, bounds(0.1, 0, 0.2), exact(0.35), exact(flip))
    assert said in words
    assert "at most 0.20" in words
    assert "No host had declared" in trade_words.place_takeaway(
        table, None, exact(0.35), exact(flip)
    )


def test_money_ladder_is_sorted_and_complete():
    revenue = trade_scale.yearly_revenue(WEEK, PRICES, bounds(0.2, 0.1, 0.5))
    table = trade_scale.against_trade(revenue["bounds"], QUANTITIES)
    steps = trade_chart.ladder(revenue, table, 5e7, None)
    assert steps["central_usd_per_year"].is_monotonic_increasing
    assert len(steps) == len(trade_chart.STREAMS) + 1 + len(trade_scale.REFERENCES)
    assert trade_chart.ladder(dict.fromkeys(trade_chart.STREAMS), table.head(0), None, None).empty
