import datetime as dt

import numpy as np
import pandas as pd
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import share_words
from token_exports.models import claimed_values, headline, leaderboard, origin_places, token_mix
from token_exports.models.claimed_values import Rows
from token_exports.models.headline import Basis
from token_exports.models.windows import Window, WindowError
from token_exports.uncertainty import Kind, bounds, exact

pytestmark = pytest.mark.usefixtures("archived")

SUNDAY = dt.date(2026, 2, 22)
ORIGIN = pd.Series({"east/a": "cn", "west/b": "us", "west/c:free": "us"})
MIX = pd.DataFrame(
    {
        "period_end": pd.to_datetime(["2026-02-22"] * 3),
        "model_slug": ["east/a", "west/b", "west/c:free"],
        "prompt_tokens": [9e6, 3e6, 1e6],
        "cached_prompt_tokens": [6e6, 1e6, 0.0],
        "completion_tokens": [1e6, 1e6, 1e6],
        "requests": [100, 400, 500],
        "input_usd_per_mtok": [1.0, 2.0, 0.0],
        "cache_read_usd_per_mtok": [np.nan, 0.5, np.nan],
        "output_usd_per_mtok": [4.0, 10.0, 0.0],
        "split_matches_total": [True, True, True],
    }
)


@pytest.fixture
def parts():
    return token_mix.week_parts(MIX, ORIGIN, SUNDAY)


@pytest.fixture(scope="module")
def rows():
    return Rows(*(data.load(name) for name in claimed_values.TABLES))


def test_parts_by_hand(parts):
    # a: 9 M prompt, 6 M of it cached, so 3 M fresh, 1 M output: 10 M tokens, 4 M computed
    first = parts.iloc[0]
    assert first["model_slug"] == "east/a"
    assert first["tokens"] == 10e6
    assert first["fresh_prompt_tokens"] == 3e6
    assert first["computed_tokens"] == 4e6
    # 3 M x 1 + 1 M x 4 = 7 USD with free cache reads; at the full price 6 USD more
    assert first["list_spend_low_usd"] == pytest.approx(7)
    assert first["list_spend_high_usd"] == pytest.approx(13)


def test_a_listed_cache_price_leaves_nothing_open_and_a_free_model_costs_nothing(parts):
    by_model = parts.set_index("model_slug")
    # b: 2 M x 2 + 1 M x 0.5 + 1 M x 10 = 14.5 USD
    assert by_model["list_spend_low_usd"]["west/b"] == pytest.approx(14.5)
    assert by_model["list_spend_high_usd"]["west/b"] == pytest.approx(14.5)
    assert by_model["list_spend_high_usd"]["west/c:free"] == 0


def test_shares_by_hand(parts):
    # tokens 10 of 16 M; computed 4 of 9 M; output 1 of 3 M; requests 100 of 1,000
    expected = {"tokens": 10 / 16, "computed_tokens": 4 / 9, "output_tokens": 1 / 3}
    for unit, value in (expected | {"requests": 0.1}).items():
        share = token_mix.unit_share(parts, unit, "cn", 3)
        assert share.kind == Kind.EXACT
        assert share.central == pytest.approx(value)
    # dollars: 7 of 21.5 to 13 of 27.5; the centre is the middle
    spend = token_mix.unit_share(parts, "list_spend_usd", "cn", 3)
    assert (spend.low, spend.high) == pytest.approx((7 / 21.5, 13 / 27.5))
    assert spend.central == pytest.approx((7 / 21.5 + 13 / 27.5) / 2)


def test_platform_bounds_by_hand(parts):
    # platform 32 M: cn 14, us 14, unknown 4; charted 10 cn and 6 us, so 4 cn and 8 us are hidden
    platform = pd.Series({"cn": 14e6, "us": 14e6, "unknown": 4e6})
    computed = token_mix.platform_unit_share(parts, "computed_tokens", "cn", platform)
    # low: none of the hidden Chinese tokens computed, all 8 + 4 others: 4 / (9 + 12)
    # high: all 4 Chinese and 4 unknown computed and Chinese, none of the 8: 12 / (9 + 8)
    assert (computed.low, computed.high) == pytest.approx((4 / 21, 12 / 17))
    tokens = token_mix.platform_unit_share(parts, "tokens", "cn", platform)
    assert (tokens.central, tokens.low, tokens.high) == pytest.approx((14 / 32, 14 / 32, 18 / 32))


@pytest.mark.parametrize("unit", ["requests", "list_spend_usd"])
def test_nothing_bounds_requests_and_dollars_of_the_whole_platform(parts, unit):
    assert token_mix.platform_unit_share(parts, unit, "cn", pd.Series({"cn": 14e6})) is None


@given(st.integers(0, 4), st.integers(0, 8), st.integers(0, 4), st.booleans())
def test_platform_bounds_hold_every_way_to_fill_the_rest(cn, us, unknown, chinese):
    # whatever part of the hidden 4, 8 and 4 M tokens is output, and whoever wrote the unknown ones
    charted = token_mix.week_parts(MIX, ORIGIN, SUNDAY)
    platform = pd.Series({"cn": 14e6, "us": 14e6, "unknown": 4e6})
    found = token_mix.platform_unit_share(charted, "output_tokens", "cn", platform)
    own = 1 + cn + (unknown if chinese else 0)
    truth = own / (3 + cn + us + unknown)
    assert found.low - 1e-12 <= truth <= found.high + 1e-12


@given(st.floats(0, 1))
def test_any_cache_price_up_to_the_input_price_lies_within_the_bounds(price):
    priced = MIX.assign(cache_read_usd_per_mtok=[price, 0.5, np.nan])
    wide = token_mix.unit_share(
        token_mix.week_parts(MIX, ORIGIN, SUNDAY), "list_spend_usd", "cn", 3
    )
    truth = token_mix.unit_share(
        token_mix.week_parts(priced, ORIGIN, SUNDAY), "list_spend_usd", "cn", 3
    )
    assert wide.low - 1e-12 <= truth.central <= wide.high + 1e-12


def test_a_week_that_does_not_add_up_is_refused_by_name():
    broken = MIX.assign(split_matches_total=[True, False, True])
    with pytest.raises(WindowError, match=r"does not add up for west/b"):
        token_mix.week_parts(broken, ORIGIN, SUNDAY)
    with pytest.raises(WindowError, match=r"is not in the table; weeks .* on: 2026-02-22"):
        token_mix.week_parts(MIX, ORIGIN, dt.date(2026, 3, 1))


def test_a_list_longer_than_the_chart_is_refused(parts):
    with pytest.raises(WindowError, match="charts 3 models, not 4"):
        token_mix.unit_share(parts, "requests", "cn", 4)


def test_list_spend_is_one_formula_for_numbers_arrays_and_symbols():
    f, c, o, p, q, r = sympy.symbols("f c o p q r")
    formula = token_mix.list_spend_usd(f, c, o, (p, q, r))
    # 3 M x 1 + 6 M x 0.5 + 1 M x 4 = 10 USD
    at = {f: 3e6, c: 6e6, o: 1e6, p: 1, q: 0.5, r: 4}
    assert float(formula.subs(at)) == pytest.approx(10)
    assert token_mix.list_spend_usd(3e6, 6e6, 1e6, (1, 0.5, 4)) == pytest.approx(10)
    doubled = token_mix.list_spend_usd(np.array([3e6, 6e6]), 12e6, 2e6, (1, 0.5, 4))
    assert doubled == pytest.approx([17, 20])


def test_headline_follows_unit_and_denominator(parts):
    shares = {"top_n": exact(0.6), "platform": bounds(0.47, 0.47, 0.53)}
    platform = pd.Series({"cn": 14e6, "us": 14e6, "unknown": 4e6})

    def pick(unit, denominator, tokens=platform):
        return headline.cn_share(Basis(unit, denominator, 3), shares, parts, tokens)

    assert pick("tokens", "top_n") is shares["top_n"]
    assert pick("tokens", "platform") is shares["platform"]
    assert pick("requests", "top_n").central == pytest.approx(0.1)
    assert pick("requests", "platform") is None
    assert pick("output_tokens", "platform", None) is None


def test_words_follow_the_basis_and_the_number():
    assert share_words.of_what(Basis("tokens", "top_n", 10)) == "of the ten largest models' tokens"
    assert share_words.of_what(Basis("requests", "platform", 10)) == "of all requests"
    assert share_words.share(bounds(0.35, 0.3, 0.4)) == "between 30.0% and 40.0%"
    assert share_words.share(None) == "an unknown part"
    assert share_words.against(exact(0.7), 0.61) == "above"
    assert share_words.against(bounds(0.5, 0.4, 0.7), 0.61) == "on either side of"


# Numbers of the issue: percent printed with two digits
def test_little_of_the_chinese_tokens_was_generated_and_most_read_from_a_cache(rows):
    found = claimed_values.mix_values(rows, SUNDAY)
    assert found["cn_generated_share"] == pytest.approx(0.015, abs=5e-4)
    assert found["cn_cache_read_share"] == pytest.approx(0.69, abs=5e-3)
    spend = found["cn_list_spend_share"]
    assert (spend.low, spend.high) == pytest.approx((0.316, 0.382), abs=5e-4)
    assert found["cn_request_share"].central == pytest.approx(0.319, abs=5e-4)
    assert found["cn_output_token_share"].central == pytest.approx(0.295, abs=5e-4)


def test_parts_agree_with_the_daily_rows(rows):
    # two archives of one platform: seven days of rows against the page's own week, within 1%
    parts = token_mix.week_parts(rows.mix, rows.resolved, SUNDAY)
    days = rows.board(Window(SUNDAY, 7), 10)
    assert parts["model_slug"].tolist() == days["model_permaslug"].tolist()
    assert parts["tokens"].to_numpy() == pytest.approx(days["tokens"].to_numpy(), rel=0.01)


def weekly(lists):
    """Rows of the weekly table from ``{Monday: models in order}``, filled up to nine ranks."""
    out = []
    for monday, models in lists.items():
        filled = [*models, *(f"filler/{i}" for i in range(9 - len(models)))]
        for rank, model in enumerate(filled, start=1):
            start = pd.Timestamp(monday)
            out.append((start, start + pd.Timedelta(days=6), "iso_week", model, rank, 100 - rank))
    names = ["period_start", "period_end", "window_kind", "model_slug", "rank", "tokens"]
    frame = pd.DataFrame(out, columns=names)
    return frame.assign(author_slug=frame["model_slug"].str.split("/").str[0])


CHARTS = {
    "2025-12-15": ["east/a"],
    "2025-12-22": ["east/a"],
    "2025-12-29": ["east/a"],
    "2026-01-05": ["west/b"],
    # the week from 12 January is missing
    "2026-01-19": ["west/b"],
}


def test_a_missing_week_ends_a_spell():
    runs = leaderboard.spells(leaderboard.weekly_lists(weekly(CHARTS), ORIGIN))
    assert runs["model_slug"].tolist() == ["east/a", "west/b", "west/b"]
    assert runs["length_weeks"].tolist() == [3, 1, 1]
    # 2026: (1 + 1) / 2 = 1 week; 2025: 3 weeks
    assert leaderboard.spell_length_ratio(runs, 2026, 2025) == pytest.approx(1 / 3)


def test_turnover_compares_neighbouring_weeks_only():
    lists = leaderboard.weekly_lists(weekly(CHARTS), ORIGIN)
    found = leaderboard.turnover(lists)
    # nine models; only from 29 December to 5 January one of them changes
    assert found["turnover_share"].tolist() == pytest.approx([0, 0, 1 / 9])


def test_short_lists_are_not_charts():
    short = weekly(CHARTS)
    short = short[(short["period_start"] != "2026-01-05") | (short["rank"] == 1)]
    lists = leaderboard.weekly_lists(short, ORIGIN)
    assert pd.Timestamp("2026-01-05") not in set(lists["period_start"])


def test_spells_of_2026_are_a_third_as_long(rows):
    # 2025: 47 weeks in 8 spells; 2026: 30 weeks in 15 spells; 2.0 / 5.875
    found = claimed_values.leader_values(rows)
    assert found["leader_spell_length_ratio"] == pytest.approx(2.0 / 5.875)
    # 1.100e12 of 2.570e12
    assert found["m25_tokens_after_peak_ratio"] == pytest.approx(0.428, abs=1e-3)


BOARD = pd.DataFrame(
    {
        "model_permaslug": ["a/x", "b/y", "c/z", "d/w"],
        "origin": ["cn", "cn", "cn", "us"],
        "tokens": [50, 30, 20, 900],
    }
)
DEVELOPER = pd.Series({"a/x": "a", "b/y": "b", "c/z": "c", "d/w": "d"})


def test_datacentre_shares_by_hand():
    # a sells as p, which declares SG and CN; b declares US, c nothing: 50 of 100, at most 50 + 20
    providers = pd.DataFrame(
        {"provider_slug": ["p", "b", "c"], "datacenter_countries": ["SG|CN", "US", None]}
    )
    authors = pd.DataFrame({"author_slug": ["a", "b", "c"], "own_provider_slug": ["p", "b", "c"]})
    shares = origin_places.datacentre_shares(BOARD, DEVELOPER, authors, providers, "CN")
    assert shares == pytest.approx((0.5, 0.7))
    with pytest.raises(WindowError, match="no provider"):
        origin_places.datacentre_shares(BOARD, DEVELOPER, authors, providers.head(0), "CN")


def test_city_share_by_hand():
    # a in Beijing, b in Shenzhen, c unknown: 50 of 100
    authors = pd.DataFrame(
        {"author_slug": ["a", "b", "c"], "hq_city": ["Beijing", "Shenzhen", None]}
    )
    assert origin_places.city_share(BOARD, DEVELOPER, authors) == pytest.approx(0.5)


def test_a_faster_rate_writes_the_reply_sooner(rows):
    # M2.5: 22.53e9 / 49.15e6 = 458.3 tokens a reply; at 35 tokens/s 13.1 s, at 100 and 20 the ends
    found = claimed_values.request_values(rows, SUNDAY, (20.0, 35.0, 100.0))["m25_reply_s"]
    assert (found.low, found.central, found.high) == pytest.approx((4.58, 13.1, 22.9), abs=0.05)
