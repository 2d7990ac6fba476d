"""Gross and net of a kilowatt-hour of mining, and the buyers of quoted machines."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.assumptions import Assumptions
from token_exports.figures import mining_margin_chart, revenue_parts_chart, vintage_chart
from token_exports.models import electricity_export, mining, mining_margin, mining_vintage
from token_exports.models.mining_margin import MinerCosts
from token_exports.models.windows import WindowError
from token_exports.uncertainty import Interval, bounds, exact

pytestmark = pytest.mark.usefixtures("archived")

POSITIVE = st.floats(0.01, 1e4)


def costs(power=0.05, running=0.01, days=365.25, years=4.0):
    return MinerCosts(
        electricity_usd_per_kwh=exact(power),
        operations_usd_per_kwh=exact(running),
        machine_price_days=exact(days),
        machine_lifetime_years=exact(years),
    )


def months(gross=(0.1, 0.2, 0.4), names=("2020-01",)):
    low, central, high = gross
    columns = dict(zip(mining.VALUES, (high, central, low), strict=True))
    return pd.DataFrame({"month": list(names), **columns})


def a_network(first="2020-01", count=6, hashprice=100.0):
    names = pd.period_range(first, periods=count, freq="M").strftime("%Y-%m")
    return pd.DataFrame(
        {"month": names, "days_count": 30, "hashprice_usd_per_ph_day": float(hashprice)}
    )


def a_quote(month="2020-01", price=2.0, efficiency=(50.0, 50.0)):
    return pd.DataFrame(
        {
            "quote_date": [pd.Timestamp(f"{month}-15")],
            "machine": ["toy"],
            "price_basis": ["list"],
            "efficiency_lower_j_per_th": efficiency[0],
            "efficiency_upper_j_per_th": efficiency[1],
            "price_usd": price * 10,
            "hashrate_th_per_s": 10.0,
        }
    )


# ---- by hand


def test_the_unit_chain_from_hashrate_to_electricity():
    # 100 EH/s = 1e8 TH/s at 50 J/TH = 5e9 W = 5 GW; x 8766 h = 43.83 TWh
    assert electricity_export.mining_electricity_twh_per_year(100.0, 50.0) == pytest.approx(43.83)


def test_the_unit_chain_from_hashprice_to_a_kilowatt_hour():
    # 1 PH/s at 20 J/TH draws 20 kW, 480 kWh a day; 48 USD a day is 0.10 USD/kWh
    assert electricity_export.mining_value_usd_per_kwh(48.0, 20.0) == pytest.approx(0.10)


def test_a_machine_over_the_electricity_of_its_life():
    # 1 TH/s at 20 J/TH draws 0.02 kW, 701.28 kWh in four years of 8766 h; 20 / 701.28
    found = mining_margin.machine_usd_per_kwh(20.0, 20.0, 4.0)
    assert found == pytest.approx(20 / 701.28)


def test_net_by_hand():
    row = mining_margin.by_month(months(), costs()).iloc[0]
    # a machine of 365.25 days of revenue over 4 years takes a quarter of it:
    # 0.2 x 0.75 - 0.05 - 0.01 = 0.09; 0.1 x 0.75 - 0.06 = 0.015; 0.4 x 0.75 - 0.06 = 0.24
    assert row["net_central_usd_per_kwh"] == pytest.approx(0.09)
    assert row["net_low_usd_per_kwh"] == pytest.approx(0.015)
    assert row["net_high_usd_per_kwh"] == pytest.approx(0.24)
    # shares of 0.2: power 0.25, operation 0.05, machine 0.25, rest 0.45
    shares = [row[f"{part}_share"] for part in ("electricity", "operations", "machine", "net")]
    assert shares == pytest.approx([0.25, 0.05, 0.25, 0.45])
    # power at the dear end of electricity: 0.05 / 0.1
    assert row["electricity_high_share"] == pytest.approx(0.5)


def test_the_outer_bounds_let_the_costs_move():
    wide = MinerCosts(
        electricity_usd_per_kwh=bounds(0.05, 0.03, 0.08),
        operations_usd_per_kwh=bounds(0.01, 0.0, 0.02),
        machine_price_days=bounds(365.25, 182.625, 730.5),
        machine_lifetime_years=bounds(4.0, 2.0, 5.0),
    )
    row = mining_margin.by_month(months(), wide).iloc[0]
    # worst: 730.5 days over 2 years take all of 0.1; less 0.08 and 0.02
    assert row["outer_net_low_usd_per_kwh"] == pytest.approx(-0.10)
    # best: 182.625 days over 5 years take a tenth of 0.4; less 0.03
    assert row["outer_net_high_usd_per_kwh"] == pytest.approx(0.33)


def test_a_quote_in_days_of_revenue():
    quoted = mining_margin.quotes(a_quote(price=2.0), a_network(hashprice=100.0))
    # 100 USD per PH/s and day is 0.10 USD per TH/s and day: 2 USD are 20 days
    assert quoted["price_usd_per_th"].iloc[0] == pytest.approx(2.0)
    assert quoted["price_days"].iloc[0] == pytest.approx(20.0)


def test_a_buyer_by_hand():
    quoted = mining_margin.quotes(a_quote(price=2.0), a_network())
    row = mining_vintage.follow(quoted, a_network(), costs()).iloc[0]
    # a month of one TH/s: revenue 0.1 x 30 = 3 USD, 0.05 kW x 720 h = 36 kWh x 0.06 = 2.16 USD;
    # margin 0.84; five months after January: 4.2; over 2 USD = 2.1 times, paid in the third month
    assert row["followed_count"] == 5
    assert row["earned_back_high_ratio"] == pytest.approx(2.1)
    assert row["paid_back_high_count"] == 3
    # (4.2 - 2) / 180 kWh
    assert row["net_high_usd_per_kwh"] == pytest.approx(2.2 / 180)
    assert not row["life_over"]


def test_a_machine_stands_still_where_it_would_lose():
    dear = costs(power=0.2)
    quoted = mining_margin.quotes(a_quote(), a_network())
    row = mining_vintage.follow(quoted, a_network(), dear).iloc[0]
    # 36 kWh x 0.21 = 7.56 USD against 3 USD of revenue: never on, nothing earned
    assert row["earned_back_high_ratio"] == 0
    assert np.isnan(row["net_high_usd_per_kwh"])


def test_a_buyer_of_the_last_month_is_not_judged():
    quoted = mining_margin.quotes(a_quote("2020-06"), a_network())
    followed = mining_vintage.follow(quoted, a_network(), costs())
    assert followed["earned_back_high_ratio"].isna().all()
    assert mining_vintage.never_paid_back(followed).empty
    with pytest.raises(WindowError, match="whole life"):
        mining_vintage.newest_complete(followed)


def test_a_life_ends_at_the_age_limit():
    network = a_network(count=80)
    quoted = mining_margin.quotes(a_quote(), network)
    row = mining_vintage.follow(quoted, network, costs(years=5.0)).iloc[0]
    assert row["followed_count"] == 60  # five years of months, though 79 follow
    assert row["life_over"]


# ---- properties


@given(POSITIVE, POSITIVE, st.floats(0.1, 500))
def test_value_does_not_depend_on_the_hashrate(first, second, efficiency):
    """At fixed hashprice and efficiency revenue and electricity grow alike."""
    values = []
    for hashrate in (first, second):
        revenue = 60.0 * hashrate * 1e3 * 365.25
        twh = electricity_export.mining_electricity_twh_per_year(hashrate, efficiency)
        values.append(electricity_export.value_usd_per_kwh(revenue, twh))
    assert values[0] == pytest.approx(values[1])
    assert values[0] == pytest.approx(electricity_export.mining_value_usd_per_kwh(60.0, efficiency))


@given(st.floats(1, 900), st.floats(5, 300), st.floats(1, 10), st.floats(5, 500))
def test_both_ways_to_a_machines_cost_agree(days, efficiency, years, hashprice):
    """Days of revenue over the life, times gross, is price over electricity of the life."""
    gross = electricity_export.mining_value_usd_per_kwh(hashprice, efficiency)
    price = days * hashprice / 1e3
    direct = mining_margin.machine_usd_per_kwh(price, efficiency, years)
    assert direct == pytest.approx(gross * mining_margin.machine_revenue_share(days, years))


@given(st.floats(0.01, 1), st.floats(0, 0.2), st.floats(0, 0.1))
def test_parts_and_net_add_up_to_the_revenue(gross, power, running):
    table = mining_margin.by_month(months((gross, gross, gross)), costs(power, running))
    parts = sum(
        table[f"{p}_share"].iloc[0] for p in ("electricity", "operations", "machine", "net")
    )
    assert parts == pytest.approx(1)


# ---- holes


def test_a_month_without_electricity_stays_missing():
    table = months()
    table[mining.VALUES] = np.nan
    kept = mining_margin.by_month(table, costs())
    assert kept["net_central_usd_per_kwh"].isna().all()
    with pytest.raises(WindowError, match="both revenue"):
        mining_margin.latest(kept)
    with pytest.raises(WindowError, match="both revenue"):
        mining_margin.loss_share(kept)


def test_a_quote_without_a_hashprice_counts_for_nothing():
    quoted = mining_margin.quotes(a_quote("2019-01"), a_network())
    assert quoted["price_days"].isna().all()
    with pytest.raises(WindowError, match="quoted"):
        mining_margin.price_days(quoted)


# ---- the real tables


@pytest.fixture(scope="module")
def real():
    network = data.load("bitcoin_network")
    rates = mining.continued_series(data.load("bitcoin_electricity"), "revised_2023", True)
    quoted = mining_margin.quotes(data.load("asic_prices"), network)
    beliefs = Assumptions()
    rows = [
        beliefs.row("electricity_price_usd_per_kwh", "cn", ["bitcoin_miner"]),
        beliefs.row("mining_operations_usd_per_kwh", "cn"),
        beliefs.row("asic_lifetime_years", "cn"),
    ]
    power, running, life = (bounds(r.central, r.low, r.high) for r in rows)
    paid = MinerCosts(
        electricity_usd_per_kwh=power,
        operations_usd_per_kwh=running,
        machine_price_days=mining_margin.price_days(quoted),
        machine_lifetime_years=life,
    )
    all_months = mining.by_month(network, rates)
    kept = mining_margin.by_month(all_months, paid)
    by_year = mining_margin.by_month(mining.by_year(all_months), paid)
    return kept, by_year, paid, mining_vintage.follow(quoted, network, paid)


def test_power_at_five_cents_over_revenue_by_year(real):
    """Published shares of the index's power price, to half of the last digit printed."""
    share = real[1].set_index("year")["electricity_share"]
    printed = {2015: 0.48, 2017: 0.19, 2018: 0.40, 2020: 0.67, 2021: 0.27, 2022: 0.50}
    for year, value in printed.items():
        assert share[year] == pytest.approx(value, abs=0.005)


def test_the_peak_of_2021_in_days(real):
    """119.25 USD a terahash on 7 May 2021 over 0.2895 USD a day is 412 days."""
    quoted = mining_margin.quotes(data.load("asic_prices"), data.load("bitcoin_network"))
    row = quoted[(quoted["month"] == "2021-05") & quoted["machine"].str.contains("below 38")]
    assert row["price_days"].iloc[0] == pytest.approx(119.25 / 0.289493)


def test_real_bounds_are_in_order(real):
    kept = real[0].dropna(subset=["net_low_usd_per_kwh"])
    for quantity in ("gross", "net"):
        low, central, high = (
            kept[f"{quantity}_{e}_usd_per_kwh"] for e in ("low", "central", "high")
        )
        assert (low <= central).all()
        assert (central <= high).all()
    assert (kept["outer_net_low_usd_per_kwh"] <= kept["net_low_usd_per_kwh"]).all()
    assert (kept["outer_net_high_usd_per_kwh"] >= kept["net_high_usd_per_kwh"]).all()


def test_every_value_has_a_record(real):
    kept, by_year, paid, followed = real
    values = mining_margin_chart.quantities(kept, by_year, paid, followed)
    assert set(values) <= set(mining_margin_chart.RECORDED)
    assert values["mining_2020_net_value_usd_per_kwh"].central == pytest.approx(
        by_year.set_index("year").loc[2020, "net_central_usd_per_kwh"]
    )


def test_words_follow_the_table(real):
    kept, by_year, paid, followed = real
    assert mining_margin_chart.gross_and_net_takeaway(kept, paid).startswith("**In May 2026")
    assert "No year was a loss" in revenue_parts_chart.revenue_parts_takeaway(
        by_year[by_year["net_share"] > 0]
    )
    never = vintage_chart.paid_back_takeaway(followed.assign(life_over=False))
    assert never == "**No quoted machine was followed for a whole life.**"


def test_a_series_without_an_upper_bound_says_no_interval(real):
    kept, _, paid, _ = real
    table = kept.assign(gross_low_usd_per_kwh=np.nan, net_low_usd_per_kwh=np.nan)
    with pytest.raises(ValueError, match="bound"):
        mining_margin.as_interval(mining_margin.latest(table), "net")
    words = mining_margin_chart.gross_and_net_takeaway(table, paid)
    assert "(" not in words.split(" after ")[0]
    assert mining_margin.loss_share(table).high == 1  # nobody bounds the electricity from above


def test_losses_are_counted_at_every_bound():
    table = mining_margin.by_month(
        pd.concat([months((0.01, 0.2, 0.4)), months((0.01, 0.02, 0.4))]), costs()
    )
    # low loses twice, centre once, high never
    assert mining_margin.loss_share(table) == Interval(0.5, 0.0, 1.0, bounds(0, 0, 0).kind)
