import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from token_exports import data
from token_exports.figures import leader_chart, leader_record, leader_words
from token_exports.models import (
    claimed_values,
    leader_survival,
    leaderboard,
    market_share,
    survival,
)
from token_exports.models.leader_survival import durations, entered, stays
from token_exports.models.survival import Durations
from token_exports.models.windows import WindowError
from token_exports.results import Results
from token_exports.uncertainty import Interval
from token_exports.units import unit_of

pytestmark = pytest.mark.usefixtures("archived")

MONDAY = pd.Timestamp(2025, 3, 3)


def lists(charts, start=MONDAY, origins=None):
    """Weekly lists from ``{week number: models by rank}``."""
    rows = [
        (start + week * leaderboard.WEEK, rank, slug, market_share.author_of(slug))
        for week, slugs in charts.items()
        for rank, slug in enumerate(slugs, start=1)
    ]
    frame = pd.DataFrame(rows, columns=["period_start", "rank", "model_slug", "author_slug"])
    frame["period_end"] = frame["period_start"] + pd.Timedelta(days=6)
    frame["tokens"] = 100 - frame["rank"]
    return frame.assign(origin=[(origins or {}).get(a, "unknown") for a in frame["author_slug"]])


def lasting(*lengths, open_ended=()):
    """Lengths that ended, and lengths that are only known to be exceeded."""
    ended = [True] * len(lengths) + [False] * len(open_ended)
    return Durations(np.array([*lengths, *open_ended], dtype=float), np.array(ended, dtype=bool))


@pytest.fixture(scope="module")
def charted():
    rows = claimed_values.Rows(*(data.load(name) for name in claimed_values.TABLES))
    return leaderboard.weekly_lists(rows.weekly, rows.resolved)


# ---- stays and what was seen of them


def test_stays_by_hand_with_a_missing_week():
    # week 3 has no list: b's second week is cut there, and its return has no known start
    found = stays(lists({0: "a", 1: "a", 2: "b", 4: "b", 5: "a", 6: "b"}), 1)
    facts = found[["name", "length_weeks", "start_seen", "end_seen"]].to_numpy().tolist()
    assert facts == [
        ["a", 2, False, True],
        ["b", 1, True, False],
        ["b", 1, False, True],
        ["a", 1, True, True],
        ["b", 1, True, False],
    ]
    # only a in week 5 has both ends; a's first stay exceeds 2 - 1 = 1 week, b's each exceed none
    assert durations(found).length.tolist() == [1, 0, 0, 1, 0]
    assert durations(found).ended.tolist() == [False, False, False, True, False]


def test_variants_are_one_model_and_a_free_week_marks_the_stay():
    # the free variant leads, then the paid one: one stay; the previews of nobody are free as well
    charts = {0: ["z/z", "y/y"], 1: ["x/m:free", "y/y"], 2: ["x/m", "openrouter/fox"], 3: ["z/z"]}
    found = stays(lists(charts), 2).set_index("name")
    assert found.loc["x/m", ["length_weeks", "promoted"]].tolist() == [2, True]
    assert found.loc["openrouter/fox", "promoted"]
    assert not found.loc["y/y", "promoted"]


def test_both_variants_in_one_chart_are_one_week_of_a_stay():
    found = stays(lists({0: ["x/m", "x/m:free"], 1: ["x/m:free", "x/m"]}), 2)
    assert found["length_weeks"].tolist() == [2]


def test_a_developer_leads_on_when_its_next_model_takes_over():
    found = stays(lists({0: ["z/z"], 1: ["x/m1"], 2: ["x/m2"], 3: ["z/z"]}), 1, "author_slug")
    assert found.set_index("name")["length_weeks"].to_dict() == {"x": 2, "z": 1}


def test_ranks_beyond_those_asked_for_do_not_count():
    assert set(stays(lists({0: "abc", 1: "bac"}), 2)["name"]) == {"a", "b"}


@given(st.lists(st.sets(st.sampled_from("abcde"), min_size=1), min_size=1, max_size=12))
def test_stays_hold_every_charted_week_once(charts):
    table = lists({week: sorted(chart) for week, chart in enumerate(charts)})
    found = stays(table, 5)
    assert found["length_weeks"].sum() == len(table)
    span = (found["last_week"] - found["first_week"]) / leaderboard.WEEK + 1
    assert (span == found["length_weeks"]).all()


def test_leads_are_those_of_the_leaderboard(charted):
    # no two variants of one model ever follow each other at rank one
    ours = stays(charted, 1)
    theirs = leaderboard.spells(charted)
    assert ours["length_weeks"].tolist() == theirs["length_weeks"].tolist()
    assert ours["first_week"].tolist() == theirs["first_week"].tolist()


# ---- survival


def test_survival_by_hand():
    # at risk after week 1: 5, one ends: 4/5. After week 2: 4 (the open one was seen beyond 2),
    # two end: 4/5 x 2/4 = 2/5. After week 3: one, and it ends: 0.
    found = survival.survival(lasting(1, 2, 2, 3, open_ended=[2]), np.arange(4.0))
    assert found["survival_share"].tolist() == pytest.approx([1, 0.8, 0.4, 0])


def test_limits_by_hand():
    # variance of log(-log S) after week 1: 1/(5 x 4) / ln(0.8)^2 = 0.05 / 0.0497930 = 1.00416,
    # root 1.00208; log(-log 0.8) = -1.49994; z of 90% is 1.644854, the step 1.64827
    # low: exp(-exp(0.14833)) = exp(-1.15990) = 0.31352
    # high: exp(-exp(-3.14821)) = exp(-0.042929) = 0.95798
    found = survival.survival(lasting(1, 2, 2, 3, open_ended=[2]), np.array([1.0, 3.0]))
    assert found.loc[1.0, "low_share"] == pytest.approx(0.31352, abs=2e-5)
    assert found.loc[1.0, "high_share"] == pytest.approx(0.95798, abs=2e-5)
    # none of four left: 5% of such samples come from 1 - 0.05^(1/4) = 1 - 0.47287 = 0.52713
    assert found.loc[3.0, "low_share"] == 0
    assert found.loc[3.0, "high_share"] == pytest.approx(0.52713, abs=1e-5)


def test_before_the_first_end_all_may_stay_and_the_limit_is_a_binomial():
    # all of three stay: 0.05^(1/3) = 0.36840
    found = survival.survival(lasting(4, open_ended=[4, 4]), np.array([0.0, 1.0]))
    assert found["high_share"].tolist() == [1, 1]
    assert found["low_share"].tolist() == pytest.approx([1, 0.36840], abs=1e-5)


def test_median_by_hand():
    # S = 4/5 after 1 and 2/5 after 2; the upper limit passes one half where none is left only if
    # 1 - 0.05^(1/ends) does: with four ends it is 0.527, with five 1 - 0.05^(1/5) = 0.451
    assert survival.median(lasting(1, 2, 2, 3, open_ended=[2])).central == 2
    assert survival.median(lasting(1, 2, 2, 3, open_ended=[2])).high == math.inf
    assert survival.median(lasting(1, 2, 2, 3, 7)).high == 7


def test_exactly_one_half_is_the_median():
    assert survival.median(lasting(1, 4)).central == 1
    # three of four are left after 1, then two of three: 3/4 x 2/3 = 1/2
    assert survival.median(lasting(1, 2, 9, 9)).central == 2
    # one of six ends after 1, two were not seen further: 5/6, then 5/6 x 2/3 = 5/9, then none
    assert survival.median(lasting(1, 2, 9, 9, open_ended=[1, 1])).central == 9


def test_a_median_that_is_not_reached_is_refused():
    with pytest.raises(WindowError, match="fewer than half"):
        survival.median(lasting(1, open_ended=[2, 2]))
    with pytest.raises(WindowError, match="nothing to follow"):
        survival.median(lasting())


def test_logrank_by_hand():
    # after 1: 4 at risk, 2 of them of the first group: expected 1/2, variance 2x2x1x3/(16x3) = 1/4
    # after 2: 3 at risk, 1 of the first: expected 1/3, variance 1x2x1x2/(9x2) = 2/9
    # later none of the first is at risk. (2 - 5/6) / root(17/36) = 1.16667 / 0.68718 = 1.69775
    # both tails of a normal beyond 1.69775: 0.0896
    found = survival.logrank_share(lasting(1, 2), lasting(3, 4))
    assert found == pytest.approx(math.erfc(1.69775 / math.sqrt(2)), abs=1e-5)
    assert found == pytest.approx(0.0896, abs=1e-4)


def test_logrank_without_an_end_or_a_group_says_nothing():
    assert survival.logrank_share(lasting(open_ended=[1, 2]), lasting(open_ended=[3])) is None
    assert survival.logrank_share(lasting(), lasting(3)) is None


lengths = arrays(float, st.integers(1, 30), elements=st.integers(1, 12).map(float))


@given(lengths)
def test_without_censoring_survival_is_the_part_that_lasts_longer(length):
    found = survival.survival(Durations(length, np.ones(len(length), bool)), np.arange(13.0))
    longer = [(length > t).mean() for t in range(13)]
    assert found["survival_share"].to_numpy() == pytest.approx(longer)


@given(lengths, st.data())
def test_limits_hold_the_curve_and_censoring_never_lowers_it(length, data):
    ended = np.array(data.draw(st.lists(st.booleans(), min_size=len(length), max_size=len(length))))
    times = np.arange(length.max() + 1)
    found = survival.survival(Durations(length, ended), times)
    assert (found["low_share"] <= found["survival_share"] + 1e-12).all()
    assert (found["survival_share"] <= found["high_share"] + 1e-12).all()
    assert (found["survival_share"].diff().dropna() <= 1e-12).all()
    every = survival.survival(Durations(length, np.ones(len(length), bool)), times)
    assert (found["survival_share"] >= every["survival_share"] - 1e-12).all()


# ---- years against each other


# 2025 (weeks 0 to 8): z is cut off at the front; a leads 1 week, b 3, c 1, d 3; then 2026
TWO_YEARS = {w: [name] for w, name in enumerate("zabbbcddd")}


def two_years(later):
    early, late = lists(TWO_YEARS), lists({w: [n] for w, n in enumerate(later)}, JANUARY)
    return pd.concat([early, late], ignore_index=True)


JANUARY = pd.Timestamp(2026, 1, 5)


def test_mean_ratio_by_hand():
    # 2025: z exceeds 0 weeks, a 1, b 3, c 1, and d, cut by the gap, exceeds 2 weeks.
    # 2026: y exceeds 0, e 1, f 1, g exceeds 0: followed to 1 week, so both means run to 1 week.
    # 2025 after week 1: 4 at risk (a b c d), 2 end: S(1) = 1/2, mean 1 + 1/2 = 3/2
    # 2026 after week 1: 2 at risk, both end: mean 1. Ratio 2/3.
    found = leader_survival.mean_ratio(stays(two_years("yefg"), 1))
    assert found.central == pytest.approx(2 / 3)
    assert found.low <= found.central <= found.high


def test_a_stay_that_was_cut_does_not_end_in_the_mean():
    # 2026: e leads 3 weeks, y and g exceed 0: means run to 3 weeks. 2025: S(1) = 1/2; after week 2
    # b and d are at risk and neither ends, d was cut: 1/2; after week 3 b ends: 0. Mean 2.
    # 2026: 1 + 1 + 1 + 0 = 3. Ratio 3/2.
    found = leader_survival.mean_ratio(stays(two_years("yeeeg"), 1))
    assert found.central == pytest.approx(3 / 2)


def test_mean_ratio_draws_models_with_all_their_stays():
    # 2025: a and b take turns for one week, c leads three; drawn models make the mean vary.
    # 2026 every stay that ended lasted one week, so its mean never varies
    found = leader_survival.mean_ratio(stays(two_years("yefef"), 1))
    same = leader_survival.mean_ratio(stays(two_years("yefef"), 1))
    assert found == same
    # the mean of 2025 lies between 1 (all drawn end after a week) and 2 (none does)
    assert 0.5 <= found.low < found.high <= 1


def test_a_year_without_a_stay_cannot_be_compared():
    with pytest.raises(WindowError, match="2026"):
        leader_survival.mean_ratio(stays(lists(TWO_YEARS), 1))
    table = leader_survival.compared(lists(TWO_YEARS)).set_index("definition")
    assert table.loc["Rank one", "before_count"] == 5
    assert table.loc["Rank one", "after_count"] == 0
    assert table[["after_median_weeks", "mean_ratio", "logrank_share"]].isna().all(axis=None)


def test_exit_shares_by_hand():
    # a ends after 4 weeks, b after 6, c exceeds 5 (six weeks seen, cut by the end of the lists)
    charts = {w: ["z", "y", "x"] for w in (0,)}
    charts |= {w: ["a", "b", "c"] for w in range(1, 5)}
    charts |= {w: ["b", "c", "d"] for w in (5, 6)}
    found = leader_survival.exit_shares(stays(lists(charts), 3).query("name in ('a', 'b', 'c')"))
    # b is cut as well: six weeks seen to the last list, so b and c exceed 5
    # early: 4 + 4 + 4 = 12 stay-weeks, one end (after exactly four); later: 1 + 1 = 2, none
    assert found[["part", "at_risk_count", "ended_count"]].to_numpy().tolist() == [
        ["early", 12, 1],
        ["later", 2, 0],
    ]
    assert found["exit_share"].tolist() == pytest.approx([1 / 12, 0])
    # exact binomial upper limit without an end in two: 1 - 0.05^(1/2) = 0.7764
    assert found["high_share"].iloc[1] == pytest.approx(0.7764, abs=1e-4)


def test_curves_stop_where_nobody_was_followed_further():
    table = leader_survival.curves(two_years("yefg"))
    leads = table[table["group"] == "lead"].groupby("entry_year")["length_weeks"].max()
    assert leads.to_dict() == {2025: 3, 2026: 1}


def test_turnover_of_a_year_by_hand():
    # of the three steps z-a-b-b two bring a new leader
    value = leader_survival.yearly_turnover(lists({0: "z", 1: "a", 2: "b", 3: "b"}), 1, 2025)
    assert value.central == pytest.approx(2 / 3)
    steady = leader_survival.yearly_turnover(lists(dict.fromkeys(range(9), "a")), 1, 2025)
    assert (steady.low, steady.central, steady.high) == (0, 0, 0)
    with pytest.raises(WindowError, match="in 2026"):
        leader_survival.yearly_turnover(lists(TWO_YEARS), 1, 2026)


@settings(max_examples=25)
@given(st.lists(st.sampled_from("abc"), min_size=3, max_size=20))
def test_turnover_lies_between_its_ends_and_within_one(leaders):
    value = leader_survival.yearly_turnover(lists(dict(enumerate(leaders))), 1, 2025)
    assert 0 <= value.low <= value.central <= value.high <= 1


def test_change_of_turnover_is_the_difference_of_the_years():
    # 2025: z-a, a-b, b-b, b-b, b-c, c-d, d-d, d-d: 4 of 8; 2026: y-e, e-f, f-g: 3 of 3
    change = leader_survival.turnover_change(two_years("yefg"))
    assert change.central == pytest.approx(1 - 4 / 8)


def test_leads_grew_shorter_and_stays_did_not(charted):
    # leads begun in 2025 with both ends seen: 3, 8, 5, 12, 12, 1, 5 weeks; half of the seven are
    # over after 5. Of 2026, 15 leads, 7 ended after one week (8/15 left), 4 of the 6 then at risk
    # after two (8/15 x 2/6 = 0.18): the median is 2
    leads = stays(charted, 1)
    before, after = (durations(entered(leads, year)) for year in leader_survival.YEARS)
    assert survival.median(before).central == 5
    assert survival.median(after).central == 2
    assert survival.survival(after, np.array([2.0]))["survival_share"].iloc[0] == pytest.approx(
        8 / 15 * 2 / 6
    )


# ---- figures and words


def test_names_stand_apart_and_none_runs_off_the_right():
    # the third is pushed to 20, the fourth to 30, but 31 + 10 leaves it there
    assert leader_chart.apart([0.0, 10.0, 11.0, 31.0], 10) == [0, 10, 20, 31]
    # 5, 15, 25 would pass 7 + 10 = 17: pushed back to 17, 7, and -3
    assert leader_chart.apart([5.0, 6.0, 7.0], 10) == [-3, 7, 17]
    assert leader_chart.apart([], 10) == []


@given(st.lists(st.floats(0, 600), min_size=1, max_size=20).map(sorted))
def test_names_never_overlap(places):
    moved = leader_chart.apart(places, 14.0)
    assert all(b - a >= 14 - 1e-9 for a, b in zip(moved, moved[1:], strict=False))
    assert moved[-1] <= places[-1] + 14 + 1e-9


def test_versions_of_one_name_keep_their_date():
    slugs = ["x/fast-20260423", "x/fast-20260731", "y/slow-20260101"]
    assert leader_chart.leader_names(slugs) == ["fast 0423", "fast 0731", "slow"]


def test_a_break_separates_the_runs_of_a_model():
    line, dots = leader_chart._runs(lists({0: "ab", 1: "ba", 3: "a", 4: "a", 6: "b"}))
    ranks = [-1 if math.isnan(rank) else rank for rank in line[1]]
    # a: weeks 0 and 1, then 3 and 4; b: weeks 0 and 1, and week 6 alone
    assert ranks == [1, 2, -1, 1, 1, -1, 2, 1, -1]
    assert dots[1] == [1]


def test_words_for_lengths():
    assert leader_words.length(Interval(5, 1, 12), "weeks") == "5\u202fweeks (1 to 12)"
    assert leader_words.length(Interval(1, 1, math.inf), "weeks") == "1\u202fweek (1 to no limit)"
    assert leader_words.length(None, "weeks") == "an unknown time"


def test_what_is_recorded_has_a_unit_and_a_formula(charted):
    assert all(unit_of(name) for name in leader_record.RECORDED)
    value = Interval(1, 1, math.inf)
    assert leader_record.quantities({"half_life_days": value}) == {"half_life_days": None}


def test_a_takeaway_says_which_way_it_went():
    values = dict.fromkeys(leader_record.RECORDED)
    values |= {"leader_change_2025_share": 0.2, "leader_change_2026_share": 0.1}
    assert "10.0% of those of 2026: less often" in leader_words.who_leads_takeaway(values)
    values |= {"leader_median_2025_weeks": Interval(2, 1, 3)}
    values |= {"leader_median_2026_weeks": Interval(4, 1, 9)}
    text = leader_words.survival_takeaway(values)
    assert "one of 2026 4\u202fweeks (1 to 9): longer, and no test is possible" in text
    assert "stay in the chart begun in 2025 lasted an unknown time" in text
    assert "cannot be compared" in leader_words.decay_takeaway(values)


def test_figures_draw_a_single_year(tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN_EXPORTS_OUTPUT", str(tmp_path))
    found, table = Results("01_openrouter_share", "toy"), lists(TWO_YEARS)
    leader_chart.who_leads(found, table, leaderboard.spells(table), 10, source="toy")
    leader_chart.survival_curves(found, leader_survival.curves(table), source="toy")
    assert found.figures[0]["title"] == "5 models have led the chart in 9 weeks"
    # S(1) = 1/2 from test_mean_ratio_by_hand
    assert "rank one: 1 (2025)" in found.figures[1]["title"]
    assert {p.name for p in (tmp_path / "figures").glob("*.svg")} == {
        "01_who_leads.svg",
        "01_leader_survival.svg",
    }
