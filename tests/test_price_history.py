"""Price ratios by day, week, pair and task: by hand on toys, and where the essay's come from."""

import datetime as dt

import pandas as pd
import pytest

from token_exports import data
from token_exports.models import price_facts, price_history

DAY = dt.date(2026, 2, 24)


def listed(*rows):
    """Rows of (key, day, input, cache read, output), all at the developer's own interface."""
    columns = ["model_key", "effective_date", "input", "cache", "output"]
    table = pd.DataFrame(rows, columns=columns).rename(
        columns={
            "input": "input_usd_per_mtok",
            "cache": "cache_read_usd_per_mtok",
            "output": "output_usd_per_mtok",
        }
    )
    table["effective_date"] = pd.to_datetime(table["effective_date"])
    table["public_since"] = table["effective_date"]
    origin = table["model_key"].str.startswith("dear").map({True: "us", False: "cn"})
    return table.assign(channel="first_party_api", price_tier="standard", origin=origin)


TOY = listed(
    ("dear-1", "2026-01-01", 4.0, 0.4, 20.0),
    ("cheap-1", "2026-01-10", 0.5, None, 1.0),
    ("cheap-1", "2026-01-20", 0.25, 0.1, 1.0),
    ("dear-2", "2026-01-15", 2.0, 0.2, 10.0),
)


def test_a_pair_by_hand():
    # 10 Jan: 4 / 0.5 = 8 and 20 / 1 = 20; blend (3 x 4 + 20) / (3 x 0.5 + 1) = 32 / 2.5 = 12.8
    # 20 Jan: 4 / 0.25 = 16, cache 0.4 / 0.1 = 4, blend 32 / (0.75 + 1) = 18.2857
    found = price_history.history(TOY, "dear-1", "cheap-1")
    assert found["date"].dt.day.to_list() == [10, 20]
    assert found["input_ratio"].to_list() == pytest.approx([8, 16])
    assert found["output_ratio"].to_list() == pytest.approx([20, 20])
    assert found["blend_ratio"].to_list() == pytest.approx([12.8, 18.2857], rel=1e-5)
    assert pd.isna(found["cache_read_ratio"][0])
    assert found["cache_read_ratio"][1] == pytest.approx(4)


def test_a_family_is_followed_to_its_newest_model():
    found = price_history.history(TOY, r"dear-\d", "cheap-1")
    assert found["dearer_model"].to_list() == ["dear-1", "dear-2", "dear-2"]
    assert found["input_ratio"].to_list() == pytest.approx([8, 4, 8])


def test_a_model_not_yet_sold_has_no_history():
    assert price_history.history(TOY[:1], "dear-1", "cheap-1").empty


def test_cheapest_by_origin_takes_the_price_in_force():
    # cheap-1 on 20 Jan: 0.75 x 0.25 + 0.25 x 1 = 0.4375; dear-2: 1.5 + 2.5 = 4
    found = price_history.cheapest(TOY, dt.date(2026, 1, 20)).set_index("origin")
    assert found["blend_usd_per_mtok"].to_dict() == pytest.approx({"cn": 0.4375, "us": 4.0})


def test_trace_finds_the_two_prices_and_their_days():
    # 4 / 0.25 = 16 applied from 20 Jan, 20 / 1 = 20 from 10 Jan on; nearest to 16 first
    found = price_history.trace(TOY, ["dear-1"], "cheap-1", 16.0)
    first = found.iloc[0]
    assert (first["basis"], first["price_ratio"], first["miss_ratio"]) == ("input", 16, 1)
    assert first["first_day"] == pd.Timestamp("2026-01-20")
    assert pd.isna(first["last_day"])
    earlier = found[(found["basis"] == "input") & (found["price_ratio"] == 8)].iloc[0]
    assert earlier["last_day"] == pd.Timestamp("2026-01-19")
    assert earlier["miss_ratio"] == 2


def test_trace_leaves_out_a_record_that_changed_nothing():
    again = listed(("cheap-1", "2026-01-25", 0.25, 0.1, 1.0))
    both = pd.concat([TOY, again], ignore_index=True)
    assert price_history.trace(both, ["dear-1"], "cheap-1", 16.0).shape == (
        price_history.trace(TOY, ["dear-1"], "cheap-1", 16.0).shape
    )


def test_task_ratio_by_hand():
    # per task 2 / 0.5 = 4; per solved task (2 / 0.8) / (0.5 / 0.4) = 2.5 / 1.25 = 2;
    # as first published 3 / 0.5 = 6 and 3.75 / 1.25 = 3
    columns = ["benchmark", "model", "task_cost_usd", "score_share"]
    rows = [
        ("t", "dear", 2.0, 0.8),
        ("t", "cheap", 0.5, 0.4),
        ("t", "dear", 3.0, 0.8),
        ("t", "cheap", 0.5, 0.4),
        ("u", "dear", 1.0, 0.5),
        ("v", "dear", 1.0, 0.5),
        ("v", "cheap", None, 0.5),
    ]
    found = price_history.task_ratios(pd.DataFrame(rows, columns=columns), "dear", "cheap")
    ends = found.set_index("basis")[["low", "central", "high"]]
    assert ends.loc["task"].to_list() == pytest.approx([4, 4, 6])
    assert ends.loc["solved_task"].to_list() == pytest.approx([2, 2, 3])


# ---- the project's tables


def test_the_essays_pair_at_its_list_prices():
    # 5 / 0.3, 25 / 1.2, (15 + 25) / (0.9 + 1.2)
    prices = data.load("list_prices")
    row = price_history.history(prices, price_facts.OPUS, price_facts.M25).iloc[0]
    assert row["input_ratio"] == pytest.approx(16.667, rel=1e-4)
    assert row["output_ratio"] == pytest.approx(20.833, rel=1e-4)
    assert row["blend_ratio"] == pytest.approx(19.048, rel=1e-4)


def test_36_times_are_three_pairs_of_list_prices():
    # 10 / 0.28, 5 / 0.14 and 15 / 0.42 are all 35.71
    prices = data.load("list_prices")
    known = prices[prices["effective_date"] <= pd.Timestamp(price_facts.QUOTED)]
    versions = ("gpt-4o-2024-05-13", price_facts.GPT4O)
    found = price_history.trace(known, versions, price_facts.DEEPSEEK, 36.0)
    hits = found[found["miss_ratio"] < 1.02]
    assert hits["price_ratio"].to_list() == pytest.approx([35.714] * 3, rel=1e-4)
    pairs = set(zip(hits["dearer_usd_per_mtok"], hits["cheaper_usd_per_mtok"], strict=True))
    assert pairs == {(10.0, 0.28), (5.0, 0.14), (15.0, 0.42)}


def test_weekly_ratios_on_one_mix_lie_between_the_class_ratios():
    prices, mixes = data.load("list_prices"), data.load("openrouter_token_mix")
    pair = (price_facts.OPUS, price_facts.M25)
    slugs = (price_facts.OPUS_SLUG, price_facts.M25_SLUG)
    found = price_history.weekly(prices, mixes, pair, slugs)
    same = found[found["basis"] != "own_mixes"]["central"]
    assert same.between(16.667, 20.834).all()
    counts = found.groupby("basis").size()
    assert counts.nunique() == 1
    missing = found[(found["basis"] == "own_mixes") & (found["low"] < found["high"])]
    assert missing["period_start"].dt.date.to_list() == [dt.date(2026, 3, 9)]


def test_pairs_of_families_use_what_was_sold_on_the_day():
    prices = data.load("list_prices")
    pairs = [("Claude Opus", "MiniMax M"), ("Claude Opus", "Kimi K")]
    then = price_history.families(prices, DAY, pairs)
    assert then["dearer_model"].unique().tolist() == ["claude-opus-4.6"]
    assert then["cheaper_model"].to_list() == ["minimax-m2.5", "kimi-k2.5"]
    assert price_history.families(prices, dt.date(2020, 1, 1), pairs).empty
