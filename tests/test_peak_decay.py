import math

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import decay_chart, leader_record, leader_words
from token_exports.models import claimed_values, leaderboard, peak_decay
from token_exports.models.peak_decay import after_peak, daily_levels, weekly_levels
from token_exports.models.windows import WindowError
from token_exports.results import Results

pytestmark = pytest.mark.usefixtures("archived")

MONDAY = pd.Timestamp(2026, 3, 2)
ORIGINS = {"east": "cn", "west": "us"}


def lists(weeks):
    """Weekly lists from ``{week number: {model: tokens}}``, ranked by tokens."""
    rows = []
    for week, tokens in weeks.items():
        ranked = sorted(tokens.items(), key=lambda item: (-item[1], item[0]))
        for rank, (slug, count) in enumerate(ranked, start=1):
            rows.append((MONDAY + week * leaderboard.WEEK, rank, slug, count))
    frame = pd.DataFrame(rows, columns=["period_start", "rank", "model_slug", "tokens"])
    authors = frame["model_slug"].str.split("/").str[0]
    return frame.assign(origin=[ORIGINS.get(author, "unknown") for author in authors])


# every week has 100 tokens; east/a peaks in week 1 at 60% and leaves in week 3
TOY = {
    0: {"east/a": 50, "west/b": 30, "nobody/c": 20},
    1: {"east/a": 60, "west/b": 20, "nobody/c": 20},
    2: {"east/a": 40, "west/b": 45, "nobody/c": 15},
    3: {"west/b": 65, "nobody/c": 35},
    4: {"west/b": 75, "nobody/c": 25},
    5: {"west/b": 50, "nobody/c": 50},
}


def peaks(weeks, measure="share"):
    return after_peak(weekly_levels(lists(weeks), measure)).set_index("model")


@pytest.fixture(scope="module")
def rows():
    return claimed_values.Rows(*(data.load(name) for name in claimed_values.TABLES))


@pytest.fixture(scope="module")
def real(rows):
    return weekly_levels(leaderboard.weekly_lists(rows.weekly, rows.resolved))


def test_the_half_by_hand_between_leaving_and_certainty():
    # half of 60% is 30%. Week 2: 40%. Week 3: a is outside, at most the last model's 35%: it may
    # have halved, 14 days after the peak. Week 4: at most 25%, so it has for certain, after 21.
    a = peaks(TOY).loc["east/a"]
    assert (a["peak_day"], a["peak"]) == (MONDAY + leaderboard.WEEK, 0.6)
    assert (a["earliest_days"], a["latest_days"], a["followed_days"]) == (14, 21, 28)
    assert (a["origin"], a["usable"]) == ("cn", True)


def test_a_peak_that_is_still_more_than_half_at_the_end_never_halves():
    # b peaks at 75% in week 4 and has 50% in week 5, the last: not at most 37.5%
    b = peaks(TOY).loc["west/b"]
    assert math.isnan(b["earliest_days"])
    assert math.isnan(b["latest_days"])
    assert b["followed_days"] == 7


def test_exactly_half_is_half():
    # 60%, then 30% while charted
    weeks = {0: {"east/a": 50, "west/b": 50}, 1: {"east/a": 60, "west/b": 20, "nobody/c": 20}}
    a = peaks(weeks | {2: {"west/b": 40, "nobody/c": 30, "east/a": 30}}).loc["east/a"]
    assert (a["earliest_days"], a["latest_days"]) == (7, 7)


def test_which_peaks_say_nothing():
    usable = peaks(TOY)["usable"]
    # b's 75% in week 4 is at least twice the 25% of the last model there; c peaks in the last week
    assert usable.to_dict() == {"east/a": True, "west/b": True, "nobody/c": False}
    # a peaks in the first week known: it may have been higher before
    assert not peaks({week - 1: tokens for week, tokens in TOY.items() if week})["usable"]["east/a"]
    # 40% is less than twice the last model's 25%: leaving could not be told from halving
    low = {0: {"east/a": 30, "west/b": 70}, 1: {"east/a": 40, "west/b": 35, "nobody/c": 25}}
    assert not peaks(low | {2: {"west/b": 60, "nobody/c": 40}})["usable"]["east/a"]


def test_a_missing_list_ends_the_follow_up():
    # week 3 has no list: a is followed for one week after its peak in week 1, at 40%
    a = peaks({week: tokens for week, tokens in TOY.items() if week != 3}).loc["east/a"]
    assert a["followed_days"] == 7
    assert math.isnan(a["latest_days"])
    # and b, which peaks in week 4 right after the gap, may have peaked inside it
    assert not peaks({w: t for w, t in TOY.items() if w != 3})["usable"]["west/b"]


def test_a_charted_model_may_have_more_in_a_variant_outside():
    # peak 30 + 30 = 60%. Week 2: 25% seen, the free variant outside has at most the last 25%:
    # 50% in all, so halved at the earliest (7 days). Week 3: 20% + 5%, certain (14 days).
    weeks = {
        0: {"west/b": 80, "east/a": 20},
        1: {"west/b": 40, "east/a": 30, "east/a:free": 30},
        2: {"west/b": 50, "nobody/c": 25, "east/a": 25},
        3: {"west/b": 75, "east/a": 20, "nobody/c": 5},
    }
    # twice the last model's 30% is 60%: just usable
    a = peaks(weeks).loc["east/a"]
    assert (a["peak"], a["free_share"], a["usable"]) == (0.6, 0.5, True)
    assert (a["earliest_days"], a["latest_days"]) == (7, 14)


def test_a_preview_is_free_and_of_unknown_origin():
    table = peaks({0: {"openrouter/fox": 1, "west/b": 9}, 1: {"openrouter/fox": 5, "west/b": 5}})
    assert table.loc["openrouter/fox", ["origin", "free_share"]].tolist() == ["unknown", 1.0]


def test_tokens_do_not_fall_when_others_grow():
    # a keeps 60 tokens while the others grow: 60%, then 60/240 = 25%
    weeks = {
        0: {"east/a": 50, "west/b": 50},
        1: {"east/a": 60, "west/b": 20, "nobody/c": 20},
        2: {"east/a": 60, "west/b": 90, "nobody/c": 90},
    }
    assert peaks(weeks).loc["east/a", "latest_days"] == 7
    assert math.isnan(peaks(weeks, "tokens").loc["east/a", "latest_days"])
    assert peaks(weeks, "tokens").loc["east/a", "peak"] == 60
    with pytest.raises(ValueError, match="no measure 'dollars'"):
        weekly_levels(lists(weeks), "dollars")


def test_a_model_without_tokens_has_no_peak():
    assert (
        "zero/z" not in peaks({0: {"east/a": 5, "zero/z": 0}, 1: {"east/a": 5, "zero/z": 0}}).index
    )
    with pytest.raises(WindowError, match="no model has a token"):
        after_peak(weekly_levels(lists({0: {"zero/z": 0}})))


def test_only_the_nine_largest_count():
    # ranks 10 and 11 are left out of the total: 9 models of 10 tokens are 90
    many = {f"x/{i:02d}": 10 for i in range(11)}
    low = weekly_levels(lists({0: many})).low
    assert low.shape[1] == 9
    assert low.iloc[0].tolist() == pytest.approx([1 / 9] * 9)


weeks = st.dictionaries(
    st.integers(0, 9),
    st.dictionaries(
        st.sampled_from(["east/a", "east/a:free", "west/b", "nobody/c"]),
        st.integers(1, 1000),
        min_size=1,
    ),
    min_size=2,
)


@settings(max_examples=40)
@given(weeks, st.integers(2, 50))
def test_shares_do_not_depend_on_the_size_of_the_platform(table, factor):
    # a power of two scales every float exactly, so no comparison with one half can tip
    larger = {w: {m: t * 2**factor for m, t in row.items()} for w, row in table.items()}
    pd.testing.assert_frame_equal(peaks(table), peaks(larger))


@settings(max_examples=40)
@given(weeks)
def test_the_certain_half_never_comes_before_the_earliest(table):
    for measure in peak_decay.MEASURES:
        levels = weekly_levels(lists(table), measure)
        assert (levels.low <= levels.high).all(axis=None)
        found = after_peak(levels)
        certain = found[found["latest_days"].notna()]
        assert (certain["earliest_days"] <= certain["latest_days"]).all()
        assert (certain["latest_days"] <= certain["followed_days"]).all()


# ---- half-lives


def table(rows):
    columns = ["model", "origin", "peak_day", "free_share", "followed_days"]
    columns += ["earliest_days", "latest_days", "usable"]
    frame = pd.DataFrame(rows, columns=columns).astype({"earliest_days": float})
    return frame.assign(latest_days=frame["latest_days"].astype(float))


EARLY, LATE = pd.Timestamp(2025, 5, 5), pd.Timestamp(2026, 5, 4)
PEAKS = table(
    [
        ("a", "cn", EARLY, 0.0, 70, 7, 14, True),
        ("b", "cn", LATE, 1.0, 70, 14, 14, True),
        ("c", "us", EARLY, 0.0, 70, 14, 28, True),
        ("d", "us", LATE, 0.0, 70, 28, 35, True),
        ("e", "us", LATE, 0.0, 21, None, None, True),
        ("f", "us", LATE, 0.0, 70, 7, 7, False),
    ]
)


def test_half_life_by_hand():
    # certain: 14, 14, 28, 35, and e known to exceed 21: 3/5 left after 14, then two at risk:
    # 3/5 x 1/2 = 3/10 after 28. Earliest: 7, 14, 14, 28: 4/5, then 2/5 after 14.
    row = peak_decay.half_lives(PEAKS).set_index("group").loc["All"]
    assert (row["peak_count"], row["halved_count"]) == (5, 4)
    assert (row["half_life_soonest_days"], row["half_life_days"]) == (14, 28)
    found = peak_decay.half_life(PEAKS.query("usable"))
    assert found.central == 28
    assert found.low == row["half_life_low_days"] == 7


def test_groups_by_hand():
    row = peak_decay.half_lives(PEAKS).set_index("group")
    assert row["peak_count"].to_dict() == {
        "All": 5,
        "China": 2,
        "United States": 3,
        "Peak in 2025": 2,
        "Peak in 2026": 3,
        "China, peak in 2026": 1,
        "United States, peak in 2026": 2,
        "Free or preview at the peak": 1,
        "Paid at the peak": 4,
    }
    # c 28, d 35, e beyond 21: nothing ends before 28, then 1/2
    assert row.loc["United States", "half_life_days"] == 28
    empty = peak_decay.half_lives(PEAKS.query("origin == 'cn'")).set_index("group")
    assert math.isnan(empty.loc["United States", "half_life_days"])


def test_a_half_life_that_is_not_reached_is_refused():
    with pytest.raises(WindowError, match="fewer than half"):
        peak_decay.half_life(PEAKS.query("model == 'e'"))
    assert peak_decay.compared_share(PEAKS.query("origin == 'us'"), "China", "All") is None


def test_the_median_path_stops_where_few_are_followed():
    # at the peak 8 models stand at one; a week later only 7 are followed
    names = [f"m{i}" for i in range(8)]
    each = pd.DataFrame(
        [(n, "cn", 0, 1.0, 1.0) for n in names] + [(n, "cn", 7, 0.5, 0.6) for n in names[1:]],
        columns=["model", "origin", "days", "low_ratio", "high_ratio"],
    )
    found = peak_decay.median_path(each)
    assert found[["days", "followed_count", "low_ratio"]].to_numpy().tolist() == [[0, 8, 1]]


def test_paths_start_at_one_and_leave_at_the_bound():
    levels = weekly_levels(lists(TOY))
    own = peak_decay.paths(levels, after_peak(levels)).query("model == 'east/a'")
    # 60%, 40%, then outside: nothing seen, at most 35, 25 and 50 of 60
    assert own["days"].tolist() == [0, 7, 14, 21, 28]
    assert own["low_ratio"].tolist() == pytest.approx([1, 4 / 6, 0, 0, 0])
    assert own["high_ratio"].tolist() == pytest.approx([1, 4 / 6, 35 / 60, 25 / 60, 50 / 60])
    assert own["listed"].tolist() == [True, True, False, False, False]
    with pytest.raises(WindowError, match="no peak is usable"):
        peak_decay.paths(levels, after_peak(levels).assign(usable=False))


# ---- days


def days(tokens, total=100):
    rows = [
        (pd.Timestamp(2026, 3, day), rank, model, count)
        for day, models in tokens.items()
        for rank, (model, count) in enumerate(models.items(), start=1)
    ]
    daily = pd.DataFrame(rows, columns=["date", "rank", "model_permaslug", "tokens"])
    totals = pd.DataFrame({"date": daily["date"].unique(), "tokens": total})
    origin = pd.Series({m: ORIGINS.get(m.split("/")[0], "unknown") for m in daily.model_permaslug})
    return daily, totals, origin


def test_daily_levels_by_hand():
    # a has 30 on each of eight days but day 8, on which it is unlisted and b, the last, has 10
    tokens = {day: {"east/a": 30, "west/b": 20} for day in range(1, 8)} | {8: {"west/b": 10}}
    levels = daily_levels(*days(tokens))
    assert levels.low.index.day.tolist() == [7, 8]
    assert levels.low["east/a"].tolist() == pytest.approx([210 / 700, 180 / 700])
    assert levels.high["east/a"].tolist() == pytest.approx([210 / 700, 190 / 700])
    # the most an unlisted model can have: 7 x 20, then 6 x 20 + 10
    assert levels.floor.tolist() == pytest.approx([140 / 700, 130 / 700])
    assert levels.step_days == 1


def test_a_row_below_a_missing_rank_bounds_nothing():
    # ranks 1 and 3 are known: a model outside may have rank 2, so at most what rank 1 has
    daily, totals, origin = days({day: {"east/a": 30, "west/b": 2} for day in range(1, 8)})
    daily.loc[daily["rank"] == 2, "rank"] = 3
    assert daily_levels(daily, totals, origin).floor.tolist() == pytest.approx([0.3])


def test_seven_days_with_a_gap_are_refused():
    tokens = {day: {"east/a": 30} for day in range(1, 10) if day != 5}
    with pytest.raises(WindowError, match="no seven days"):
        daily_levels(*days(tokens))
    daily, totals, origin = days(tokens)
    with pytest.raises(WindowError, match="no day has rows"):
        daily_levels(daily.head(0), totals, origin)


# ---- the real tables


def test_minimax_m25_lost_half_its_share_in_four_weeks(real):
    # 16 Feb 2026: 2570.4 of 8308.7 billion = 30.94%, half 15.47%; then 1630/7083 = 23.0%,
    # 1870/7827 = 23.9%, 1750/8650 = 20.2%, and in the fourth week 1300/10314 = 12.6%
    found = after_peak(real).set_index("model").loc["minimax/minimax-m2.5-20260211"]
    assert found["peak"] == pytest.approx(0.3094, abs=1e-4)
    assert (found["earliest_days"], found["latest_days"]) == (28, 28)


def test_every_recorded_half_life_is_known_and_the_takeaway_says_it(rows, real):
    charted = leaderboard.weekly_lists(rows.weekly, rows.resolved)
    by_measure = {
        "share": after_peak(real),
        "tokens": after_peak(weekly_levels(charted, "tokens")),
        leader_record.PLATFORM: after_peak(
            daily_levels(rows.daily, rows.totals, rows.resolved),
        ),
    }
    values = leader_record.measured(charted, by_measure)
    assert all(value is not None for value in leader_record.quantities(values).values())
    words = leader_words.length(values["half_life_days"], "days")
    assert f"peak share of the chart within {words}" in leader_words.decay_takeaway(values)
    assert leader_words.decay_title(values).startswith("Half the peak share is gone after")


def test_the_figure_of_half_lives_draws_without_a_known_origin(tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN_EXPORTS_OUTPUT", str(tmp_path))
    levels = weekly_levels(
        lists({w: {m.replace("east", "no"): t for m, t in r.items()} for w, r in TOY.items()})
    )
    each = peak_decay.paths(levels, after_peak(levels)).query("model == 'no/a'")
    found = Results("01_openrouter_share", "toy")
    decay_chart.half_life(found, each, peak_decay.median_path(each), "Toy", source="toy")
    assert (tmp_path / "figures" / "01_half_life.svg").stat().st_size > 1000
    assert found.figures[0]["title"] == "Toy"
