"""What tokens did when a list price changed, on weeks small enough to reckon by hand."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.models import price_events

DAY = pd.Timestamp("2026-08-16")
PRICES = pd.DataFrame(
    {
        "model_key": ["bird", "bird", "fish", "fish", "bird"],
        "channel": ["first_party_api"] * 4 + ["openrouter"],
        "price_tier": "standard",
        "effective_date": [DAY - pd.Timedelta(days=60), DAY] * 2 + [DAY],
        "effective_date_basis": ["first_listed", "documented", "first_listed", "catalogue_commit"]
        + ["documented"],
        "input_usd_per_mtok": [1.0, 2.0, 1.0, 3.0, 9.0],
        "output_usd_per_mtok": [5.0, 10.0, 1.0, 3.0, 9.0],
    }
)


def weeks(before, after, days=7, other=1000.0):
    """A model with two versions and one rival, so many tokens a day on each side of the day."""
    rows = []
    for shift in range(-days, days):
        own = before if shift < 0 else after
        date = DAY + pd.Timedelta(days=shift)
        rows += [(date, "lab/bird-20260101", own / 2), (date, "lab/bird-0731", own / 2)]
        rows += [(date, "lab/bird-20260101:free", 500.0), (date, "lab/fish", other)]
    return pd.DataFrame(rows, columns=["date", "model_permaslug", "tokens"])


def totals(daily):
    return daily.groupby("date", as_index=False)["tokens"].sum()


CHANGED = price_events.changes(PRICES)


def test_only_own_prices_with_a_documented_day_count():
    # bird: (3 x 1 + 5) / 4 = 2, then (3 x 2 + 10) / 4 = 4; fish changed when a catalogue was read
    assert CHANGED["model_key"].tolist() == ["bird"]
    assert CHANGED["before_usd_per_mtok"].tolist() == [2.0]
    assert CHANGED["after_usd_per_mtok"].tolist() == [4.0]


def test_an_event_by_hand():
    daily = weeks(500.0, 200.0)
    found = price_events.responses(CHANGED, daily, totals(daily)).iloc[0]
    # 500 of 500 + 500 free + 1000 before, 200 of 1700 after; the free variant is not the buyers'
    assert found["before_share"] == pytest.approx(0.25)
    assert found["after_share"] == pytest.approx(200 / 1700)
    # ln(0.117647 / 0.25) = -0.753772; the price doubled, ln 2 = 0.693147
    assert found["elasticity_ratio"] == pytest.approx(-1.087463, abs=1e-6)


@given(st.floats(0.1, 10.0))
def test_growth_of_the_platform_is_no_answer(times):
    daily = weeks(500.0, 500.0)
    late = daily["date"] >= DAY
    daily.loc[late, "tokens"] *= times
    found = price_events.responses(CHANGED, daily, totals(daily))
    assert found["elasticity_ratio"].iloc[0] == pytest.approx(0, abs=1e-9)


def test_too_few_days_are_no_event():
    daily = weeks(500.0, 200.0, days=price_events.FEWEST_DAYS - 1)
    assert price_events.responses(CHANGED, daily, totals(daily)).empty
    daily = weeks(500.0, 200.0, days=price_events.FEWEST_DAYS)
    assert len(price_events.responses(CHANGED, daily, totals(daily))) == 1


def test_few_events_give_their_ends_and_none_gives_nothing():
    events = pd.DataFrame({"elasticity_ratio": [-1.0, 0.5, -0.2]})
    found = price_events.elasticity(events)
    assert (found.central, found.low, found.high) == (-0.2, -1.0, 0.5)
    assert price_events.elasticity(events.iloc[:0]) is None
    empty = price_events.changes(PRICES.iloc[:0])
    daily = weeks(1.0, 1.0)
    assert price_events.responses(empty, daily, totals(daily)).empty


@pytest.mark.parametrize(
    ("slug", "key"),
    [
        ("deepseek/deepseek-v4-pro-20260813", "deepseek-v4-pro"),
        ("openai/gpt-5-mini-2025-08-07", "gpt-5-mini"),
        ("moonshotai/kimi-k2.5-0127", "kimi-k2.5"),
        ("qwen/qwen3.6-plus-04-02", "qwen3.6-plus"),
        ("google/gemini-2.5-flash", "gemini-2.5-flash"),
        ("google/gemini-2.0-flash-001", "gemini-2.0-flash-001"),
    ],
)
def test_a_dated_version_is_its_model(slug, key):
    assert price_events._key(slug) == key


def test_the_real_tables_hold_few_events_and_all_point_down():
    names = ("list_prices", "openrouter_tokens_daily", "openrouter_totals_daily")
    prices, daily, whole = (data.load(name) for name in names)
    found = price_events.responses(price_events.changes(prices), daily, whole)
    assert "deepseek-v4-pro" in set(found["model_key"])
    assert (found["elasticity_ratio"] < 0).all()
    assert np.isfinite(found["elasticity_ratio"]).all()
    # own reckoning: V4 Pro 0.54375 to 0.99 USD, from 4.369% to 3.441% of the tokens
    row = found.set_index("model_key").loc["deepseek-v4-pro"]
    by_hand = np.log(0.034411 / 0.043689) / np.log(0.99 / 0.54375)
    assert row["elasticity_ratio"] == pytest.approx(by_hand, abs=1e-4)
