"""A week of tokens on every basis of revenue and energy: by hand, as properties, on real weeks."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import ROUND

from token_exports import data
from token_exports.models import token_basis, token_earnings, token_mix, token_trade, week_energy
from token_exports.models.disclosed_service import Day
from token_exports.models.week_energy import Bases
from token_exports.models.windows import WindowError
from token_exports.uncertainty import Both

# In each second a node of two accelerators reads 200 prompt tokens, half of them cached, or writes
# 50: an accelerator-hour reads 180,000 fresh ones or writes 90,000.
DAY = Day(
    nodes_count=1,
    accelerators_per_node_count=2,
    input_tokens=2e6,
    cached_input_tokens=1e6,
    output_tokens=1e6,
    input_tok_per_s=200,
    output_tok_per_s=50,
    lease_usd_per_h=2,
    revenue_usd=100,
)
BELIEFS = {
    "prompt_energy_j_per_token": 1.1,  # over fresh ones; 1.0 J once cached ones bear a tenth
    "output_energy_j_per_token": 7.2,
    "cache_read_cost_ratio": 0.1,
    "served_in_china_share": 0.5,
    "broker_kwh_per_mtok": 1.0,
}
N_DRAWS = 4
DRAWN = {name: np.full(N_DRAWS, value) for name, value in BELIEFS.items()}


def bases(**more):
    return Bases(
        day=DAY, n_draws=N_DRAWS, beliefs=Both(BELIEFS, DRAWN), hour=Both(ROUND, ROUND), **more
    )


# Two models: a paid one of 2 M fresh, 1 M cached, 1 M output, and a free one of 1 M fresh.
MIX = pd.DataFrame(
    {
        "model_slug": ["minimax/paid", "stepfun/free:free"],
        "period_end": pd.Timestamp("2026-02-22"),
        "tokens": [4e6, 1e6],
        "prompt_tokens": [3e6, 1e6],
        "cached_prompt_tokens": [1e6, 0.0],
        "completion_tokens": [1e6, 0.0],
        "requests": [10, 5],
        "input_usd_per_mtok": [10.0, 0.0],
        "cache_read_usd_per_mtok": [4.0, np.nan],
        "output_usd_per_mtok": [30.0, 0.0],
        "split_matches_total": True,
    }
)
ORIGIN = pd.Series("cn", index=MIX["model_slug"])


@pytest.fixture
def parts():
    return token_mix.week_parts(MIX, ORIGIN, dt.date(2026, 2, 22))


# ---- revenue


def test_three_bases_of_revenue_by_hand(parts):
    on = {b: token_basis.on_revenue_basis(parts, MIX, b) for b in token_basis.REVENUES}
    # effective: 2 x 10 + 1 x 4 + 1 x 30 = 54 USD; list: 3 x 10 + 30 = 60 USD
    assert token_trade.list_revenue_usd(on["effective"]).central == pytest.approx(54)
    assert token_trade.list_revenue_usd(on["list"]).central == pytest.approx(60)
    assert token_trade.list_revenue_usd(on["paid"]).central == pytest.approx(54)
    assert list(on["paid"]["model_slug"]) == ["minimax/paid"]
    assert on["list"]["tokens"].sum() == on["effective"]["tokens"].sum() == 5e6


def test_a_missing_cache_price_moves_no_list_revenue(parts):
    unlisted = MIX.assign(cache_read_usd_per_mtok=np.nan)
    open_parts = token_mix.week_parts(unlisted, ORIGIN, dt.date(2026, 2, 22))
    effective = token_trade.list_revenue_usd(open_parts)
    assert (effective.low, effective.high) == pytest.approx((50, 60))
    on_list = token_basis.on_revenue_basis(open_parts, unlisted, "list")
    listed_as_fresh = token_trade.list_revenue_usd(on_list)
    assert (listed_as_fresh.low, listed_as_fresh.high) == pytest.approx((60, 60))


def test_a_week_of_free_models_has_no_paid_revenue(parts):
    free = parts[parts["model_slug"] == "stepfun/free:free"]
    with pytest.raises(WindowError, match="free"):
        token_basis.on_revenue_basis(free, MIX, "paid")


# ---- energy


def test_production_and_broker_by_hand(parts):
    kwh = week_energy.energy_kwh(parts, bases())
    # fresh 1.1 / (1 + 1 x 0.1) = 1 J; (3 M + 0.1 M) x 1 J + 1 M x 7.2 J = 10.3 MJ = 2.8611 kWh
    assert kwh["deepseek"].central == pytest.approx(10.3e6 / 3.6e6)
    assert kwh["broker"].central == pytest.approx(5.0)  # 5 Mtok x 1 kWh
    assert list(kwh) == ["deepseek", "broker"]  # what was not public is absent


def test_accelerator_energy_becomes_a_facility_s_by_hand():
    # ROUND: 1 kW all in over 0.8 kW rated board = 1.25; draw 0.8 + 0.3 x (1 / 0.5 - 1) = 1.1 over
    # 0.8 = 1.375; PUE 1.25: 2.1484375
    assert week_energy.facility_ratio(ROUND, 800.0) == pytest.approx(1.25 * 1.375 * 1.25)


def points():
    rows = []
    for point, users, prompt, output in (
        ("alone", 1, 50.0, 500.0),
        ("fast", 8, 2.0, 30.0),
        ("full", 64, 1.0, 10.0),
        ("middle", 32, 1.5, 20.0),
    ):
        for metric, value in zip(week_energy.MEASURED, (prompt, output), strict=True):
            rows.append((f"{point}_{metric}", "model", "chip", metric, users, value))
    names = ["measurement_id", "model", "accelerator", "metric", "concurrency_count", "value"]
    return week_energy.measured_points(pd.DataFrame(rows, columns=names))


def test_operating_points_leave_the_single_user_out():
    assert list(points()["point"]) == ["full", "middle", "fast"]


def test_measured_energy_takes_the_median_and_the_extremes(parts):
    site = Both(ROUND, ROUND)
    facility = week_energy.measured_energy(points(), site, 800.0, (N_DRAWS, 1))
    ratio = 1.25 * 1.375 * 1.25
    assert facility.central["prompt_energy_j_per_token"] == pytest.approx(1.5 * ratio)
    assert facility.central["output_energy_j_per_token"] == pytest.approx(20 * ratio)
    kwh = week_energy.energy_kwh(parts, bases(measured=facility))
    # (3 M + 0.1 M) x 1.5 J + 1 M x 20 J = 24.65 MJ at the accelerators
    assert kwh["benchmark"].central == pytest.approx(24.65e6 * ratio / 3.6e6)
    assert week_energy.measured_energy(points().head(0), site, 800.0, (N_DRAWS, 1)) is None


def test_calculator_charges_output_and_bounds_an_unknown_laboratory():
    written = pd.DataFrame(
        {
            "author_slug": ["minimax", "xiaomi"],
            "fresh_prompt_tokens": [9e9, 9e9],
            "cache_read_tokens": [0.0, 0.0],
            "output_tokens": [3.6e6, 3.6e6],
        }
    )
    by_author = {"minimax": 2.0, "deepseek": 8.0, "z-ai": 5.0}
    kwh = week_energy.energy_kwh(written, bases(calculated_j_per_token=by_author))["ecologits"]
    # MiniMax 2 J x 3.6e6 = 2 kWh; the other 2 to 8 kWh, median of 2, 5, 8: 5 kWh
    assert kwh.central == pytest.approx(7)
    assert (kwh.draws.min(), kwh.draws.max()) == pytest.approx((4, 10))


# ---- value of a kilowatt-hour


def test_earned_by_hand(parts):
    values = token_basis.earned(parts, bases())["broker"]
    # 54 USD over 5 kWh
    assert values["gross"].central == pytest.approx(10.8)
    # 3 M fresh / 180,000 + 1 M output / 90,000 = 27.78 h, at 2 USD 55.56 USD
    hours = 3e6 / 180e3 + 1e6 / 90e3
    assert token_basis.service_hours(token_trade.sold_by_class(parts), DAY) == pytest.approx(hours)
    assert values["rent_net"].central == pytest.approx((54 - 2 * hours) / 5)
    # owned: what is not power of ROUND's serving hour, half of it a paid hour
    other = hours * (token_basis.accelerator_hour.other_cost_usd_per_h(ROUND) * 0.5)
    assert values["break_even"].central == pytest.approx((54 - other) / 5)
    assert values["owned_net"].central == pytest.approx((54 - other) / 5 - 0.08)


@given(st.floats(1e-3, 1e6))
def test_value_does_not_know_the_volume(factor):
    week = token_mix.week_parts(MIX, ORIGIN, dt.date(2026, 2, 22))
    columns = [*token_trade.CLASSES, "list_spend_low_usd", "list_spend_high_usd"]
    scaled = week.assign(**{name: week[name] * factor for name in columns})
    one, many = (token_basis.earned(p, bases())["deepseek"] for p in (week, scaled))
    for name in token_basis.QUANTITIES:
        assert many[name].central == pytest.approx(one[name].central)


def test_every_combination_stands_once(parts):
    table = token_basis.combinations(parts, MIX, bases(), 0.05)
    assert len(table) == 6
    assert not table.duplicated(["revenue_basis", "energy_basis"]).any()
    # power at 0.05 USD over 10.8 USD a kWh
    row = table[(table["revenue_basis"] == "effective") & (table["energy_basis"] == "broker")]
    assert row["electricity_central_share"].iloc[0] == pytest.approx(0.05 / 10.8)


def test_chosen_basis_joins_the_week(parts):
    week = token_trade.trade(parts, DAY, BELIEFS, DRAWN)
    energies = week_energy.energy_kwh(parts, bases(calculated_j_per_token={"minimax": 7.2}))
    more = token_basis.with_chosen(week, energies, "ecologits")
    # 1 M output x 7.2 J = 2 kWh over a week of 168 h
    assert more.power_mw["ecologits"].central == pytest.approx(2 / 168 / 1e3)
    assert more.power_mw["broker"] == week.power_mw["broker"]
    assert token_basis.with_chosen(week, energies, "broker") is week
    per_mtok = token_basis.kwh_per_mtok(parts, energies)
    assert per_mtok["ecologits"].central == pytest.approx(0.4)  # 2 kWh over 5 Mtok
    stream = token_basis.stream_mw(24e9, per_mtok, "ecologits")
    assert stream["ecologits"].central == pytest.approx(0.4)  # 24,000 Mtok a day, 1,000 an hour
    with pytest.raises(WindowError, match="'benchmark' was not public"):
        token_basis.with_chosen(week, energies, "benchmark")


# ---- over time


def price(**changed):
    row = {"input_usd_per_mtok": 1.0, "cache_read_usd_per_mtok": 0.5, "output_usd_per_mtok": 4.0}
    return pd.Series(row | changed)


def test_the_disclosed_day_at_a_list_price_by_hand():
    # 1 M fresh x 1 + 1 M cached x 0.5 + 1 M output x 4 = 5.5 USD; all as fresh 6 USD
    spend = token_earnings.day_parts(DAY, price())["list_spend_high_usd"]
    assert spend.iloc[0] == pytest.approx(5.5)
    whole = token_earnings.day_parts(DAY, token_earnings.all_fresh(price()))
    assert whole["list_spend_low_usd"].iloc[0] == pytest.approx(6)
    unlisted = token_earnings.day_parts(DAY, price(cache_read_usd_per_mtok=np.nan))
    ends = unlisted[["list_spend_low_usd", "list_spend_high_usd"]].iloc[0]
    assert list(ends) == pytest.approx([5, 6])


def listed(days):
    return pd.DataFrame(
        {
            "model_key": "deepseek-chat",
            "provider": "deepseek",
            "channel": "first_party_api",
            "price_tier": "standard",
            "effective_date": pd.to_datetime(days),
            "public_since": pd.to_datetime(days),
            "input_usd_per_mtok": [1.0, 2.0],
            "cache_read_usd_per_mtok": [0.5, 1.0],
            "output_usd_per_mtok": [4.0, 8.0],
        }
    )


def test_priced_months_stop_before_the_first_sold_week():
    prices = listed(["2025-12-20", "2026-02-10"])
    table = token_earnings.series((MIX, prices), ORIGIN, bases(), "effective")
    own = token_earnings.on_basis(table, "broker")
    # no price in the middle of December; January at the first, mid-February at the second, which
    # is twice it; then the week to 22 February
    assert list(own["label"]) == ["January 2026", "February 2026", "16–22 Feb 2026"]
    ratio = own["gross_central_usd_per_kwh"].iloc[1] / own["gross_central_usd_per_kwh"].iloc[0]
    assert ratio == pytest.approx(2)
    assert own["gross_central_usd_per_kwh"].iloc[0] == pytest.approx(5.5 / 3)  # 3 Mtok x 1 kWh


def test_no_week_and_no_price_is_an_error():
    nothing = listed(["2025-12-20", "2026-02-10"]).head(0)
    with pytest.raises(WindowError, match="no list price"):
        token_earnings.series((MIX.head(0), nothing), ORIGIN, bases(), "effective")


# ---- real tables


def test_published_operating_points():
    table = week_energy.measured_points(data.load("measured_energy"))
    # five layouts of one model with more than one user; the median writes at 0.579 J
    assert len(table) == 5
    assert table["output_energy_j_per_token"].median() == pytest.approx(0.579487)
    assert week_energy.calculated_energy(data.load("measured_energy"))["minimax"] == 2.64


def test_nothing_measured_was_public_when_the_essay_appeared():
    early = data.load("measured_energy", dt.date(2026, 2, 26))
    assert week_energy.measured_points(early).empty
    assert week_energy.calculated_energy(early) is None
