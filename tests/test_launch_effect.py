import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import launch_chart, launch_course_chart
from token_exports.models import claimed_values, launch_course, launch_effect, leaderboard
from token_exports.models.launch_effect import SELECTIONS
from token_exports.models.market_share import UNKNOWN
from token_exports.models.selection import Selection, Usage
from token_exports.models.windows import Window, WindowError
from token_exports.uncertainty import Kind
from token_exports.units import unit_of

FEB_11_17 = Window(dt.date(2026, 2, 17), 7)
TWO_DAYS = Window(dt.date(2026, 3, 3), 2)
ORIGIN = pd.Series(
    {"east/old": "cn", "east/new": "cn", "east/gift:free": "cn", "west/old": "us"}
    | {"west/mid": "us", "west/small": "us", "openrouter/fox": UNKNOWN}
)
LAUNCHED = {
    "east/old": "2025-06-01",
    "east/new": "2026-02-20",  # ten days old on 2 March
    "east/gift:free": "2025-06-01",
    "west/old": "2025-06-01",
    "west/mid": "2025-06-01",
    "west/small": "2025-06-01",
    "openrouter/fox": "2025-06-01",
}


def models(launched=None, basis="slug_date"):
    """Table of models from ``{slug: day of launch}``."""
    days = LAUNCHED if launched is None else launched
    frame = pd.DataFrame(
        {"model_slug": list(days), "launched_on": pd.to_datetime(list(days.values()))}
    )
    free = [":free" in s or s.startswith("openrouter/") for s in days]
    return frame.assign(launch_basis=basis, free=free)


def daily(tokens):
    """Rows of the daily table from ``{day of March: {model: tokens}}``."""
    rows = []
    for day, listed in tokens.items():
        ranked = sorted(listed.items(), key=lambda item: (-item[1], item[0]))
        for rank, (model, count) in enumerate(ranked, start=1):
            rows.append((pd.Timestamp(2026, 3, 1) + pd.Timedelta(days=day - 1), model, rank, count))
    return pd.DataFrame(rows, columns=["date", "model_permaslug", "rank", "tokens"])


DAY = {"east/new": 60, "west/old": 50, "east/gift:free": 40, "east/old": 30, "west/mid": 20}
DAILY = daily({2: DAY | {"west/small": 2}, 3: DAY | {"west/small": 2}})


def by_series(table, column):
    return table.set_index("series")[column].to_dict()


def test_the_list_is_filled_up_from_below_once_models_have_left():
    found = launch_effect.windows_without(DAILY, models(), ORIGIN, [TWO_DAYS], 3)
    share = by_series(found, "cn_top_n_share")
    assert share["everything"] == pytest.approx(100 / 150)  # 60 + 40 of 60 + 50 + 40
    assert share["without_free"] == pytest.approx(90 / 140)  # 60 + 30 of 60 + 50 + 30
    assert share["without_newest"] == pytest.approx(70 / 120)  # 40 + 30 of 50 + 40 + 30
    assert share["without_free_or_young"] == pytest.approx(30 / 100)  # 30 of 50 + 30 + 20
    removed = by_series(found, "excluded_tokens_share")
    assert removed["everything"] == 0
    assert removed["without_free_or_young"] == pytest.approx(100 / 150)


def test_a_list_is_certain_if_nothing_outside_it_can_be_larger():
    # the last model of each day has 2, so a model never listed has at most 4 over two days:
    # less than the third (40), but not less than the sixth of six (4 = 4), and a list of seven
    # has no seventh model
    def certain(n):
        found = launch_effect.windows_without(DAILY, models(), ORIGIN, [TWO_DAYS], n)
        return by_series(found, "certain")["everything"]

    assert [certain(n) for n in (3, 6, 7)] == [True, True, False]
    # on 3 March only three models are listed, the least with 50: west/mid may have 20 + 50 and
    # east/old 30 + 50, so the third place (40 + at most 50) is open
    gap = daily({2: DAY, 3: {"east/new": 60, "west/old": 55, "west/small": 50}})
    found = launch_effect.windows_without(gap, models(), ORIGIN, [TWO_DAYS], 3)
    assert not by_series(found, "certain")["everything"]


def test_no_window_no_rows():
    found = launch_effect.windows_without(DAILY, models(), ORIGIN, [], 3)
    assert found.empty
    assert "window_end" in found


def test_a_list_without_some_models_keeps_its_bounds():
    # west/mid has no row on the 3rd, where the last of the unbroken ranks has 30; the young leave
    rows = daily({2: DAY, 3: {k: v for k, v in DAY.items() if k != "west/mid"}})
    chosen = Selection(min_age_days=28)
    board = launch_effect.board_without(rows, models(), ORIGIN, TWO_DAYS, 4, chosen=chosen)
    assert board["model_permaslug"].tolist() == [
        "west/old",
        "east/gift:free",
        "east/old",
        "west/mid",
    ]
    assert board["tokens"].tolist() == [100, 80, 60, 20]
    assert board["tokens_high"].tolist() == [100, 80, 60, 50]
    assert board["rank"].tolist() == [1, 2, 3, 4]


@settings(max_examples=40)
@given(st.permutations(list(DAY)), st.integers(1, 6))
def test_equal_models_rank_by_slug_whatever_the_order_of_rows(order, n):
    rows = daily({2: dict.fromkeys(order, 5), 3: dict.fromkeys(order, 5)})
    board = launch_effect.board_without(rows, models(), ORIGIN, TWO_DAYS, n, chosen=Selection())
    assert board["model_permaslug"].tolist() == sorted(DAY)[:n]


def lists(rows, end="2026-03-08"):
    frame = pd.DataFrame(rows, columns=["model_slug", "rank", "tokens"])
    stop = pd.Timestamp(end)
    return frame.assign(period_end=stop, period_start=stop - pd.Timedelta(days=6))


def test_a_chart_is_not_filled_up_and_may_be_empty():
    chart = lists([("east/new", 1, 60), ("east/gift:free", 2, 40)])
    found = launch_effect.charts_without(chart, models(), ORIGIN, 10)
    share = by_series(found, "cn_top_n_share")
    assert share["without_newest"] == 1  # east/new is 16 days old on 8 March
    assert pd.isna(share["without_free_or_young"])  # nothing remains: no share, not zero
    assert by_series(found, "excluded_tokens_share")["without_young"] == pytest.approx(0.6)


def test_a_chart_gives_way_to_a_window_of_the_same_last_day():
    windows = launch_effect.windows_without(DAILY, models(), ORIGIN, [TWO_DAYS], 3)
    rows = [("east/old", 1, 6), ("west/old", 2, 4)]
    charts = pd.concat([lists(rows, "2026-03-03"), lists(rows, "2026-03-10")])
    found = launch_effect.history(
        windows, launch_effect.charts_without(charts, models(), ORIGIN, 9)
    )
    kinds = found.drop_duplicates(["window_end", "basis"]).set_index("window_end")["basis"]
    assert [(k.day, v) for k, v in kinds.items()] == [(3, "window"), (10, "chart")]


def test_launches_of_models_that_later_ranked_high():
    weekly = lists([("east/old", 1, 60), ("east/gift:free", 2, 30), ("west/mid", 4, 10)])
    found = launch_effect.launches(weekly, DAILY, models(), ORIGIN).set_index("model")
    # west/mid was never above rank four; east/old leads the week with 60 of 100
    assert sorted(found.index) == ["east/gift", "east/new", "east/old", "west/old"]
    assert found["peak_chart_share"]["east/old"] == pytest.approx(0.6)
    assert found["free"].to_dict() == {
        "east/gift": True,
        "east/new": False,
        "east/old": False,
        "west/old": False,
    }


# ---- since launch


def followed(tokens, launched, platform_tokens=1000, basis="slug_date"):
    rows = daily(tokens)
    days = rows["date"].drop_duplicates()
    totals = pd.DataFrame({"date": days, "tokens": platform_tokens})
    return launch_course.courses(rows, totals, models(launched, basis), ORIGIN)


def test_a_launch_is_followed_by_whole_weeks_to_the_end_of_the_run():
    # launched on 3 March, days to 18 March: sixteen days are two whole weeks, 3-9 and 10-16
    tokens = {day: {"east/new": 10 * day, "west/old": 5} for day in range(1, 19)}
    found = followed(tokens, {"east/new": "2026-03-03"})
    assert found["week"].tolist() == [0, 1]
    # 30 + ... + 90 = 420 and 100 + ... + 160 = 910, of 7 x 1000 tokens
    assert found["low_share"].tolist() == pytest.approx([0.06, 0.13])
    assert found["high_share"].tolist() == found["low_share"].tolist()
    assert found["listed_days"].tolist() == [7, 7]


def test_days_without_a_row_hold_between_nothing_and_the_floor():
    tokens = {day: {"west/old": 50, "west/mid": 20} for day in range(1, 8)}
    tokens[7]["east/new"] = 70
    found = followed(tokens, {"east/new": "2026-03-01"})
    assert found["low_share"].tolist() == pytest.approx([0.01])  # 70 of 7000
    assert found["high_share"].tolist() == pytest.approx([(70 + 6 * 20) / 7000])
    assert found["listed_days"].tolist() == [1]


def test_variants_of_a_model_are_one_model():
    tokens = {
        d: {"east/gift:free" if d < 5 else "east/gift": 70, "west/old": 7} for d in range(1, 8)
    }
    launched = {"east/gift:free": "2026-03-01", "east/gift": "2026-03-01"}
    found = followed(tokens, launched)
    assert found["model"].tolist() == ["east/gift"]
    assert found["low_share"].tolist() == pytest.approx([0.07])
    # each variant may have as much as the last listed on the days it is missing: 3 and 4 x 7
    assert found["high_share"].tolist() == pytest.approx([(490 + 7 * 7) / 7000])
    assert bool(found["free"].iloc[0])


def test_no_course_reaches_across_a_gap_or_starts_before_the_rows():
    tokens = {day: {"east/new": 10, "east/old": 5} for day in (*range(1, 10), *range(12, 25))}
    found = followed(tokens, {"east/new": "2026-03-02", "east/old": "2026-02-20"})
    assert found["model"].unique().tolist() == ["east/new"]
    assert found["week"].tolist() == [0]  # 2-8 March; 9 March is the last day before the gap


@pytest.mark.parametrize("basis", ["published", "first_row"])
def test_a_launch_known_by_its_first_row_only_is_not_followed(basis):
    tokens = {day: {"east/new": 10} for day in range(1, 9)}
    if basis == "first_row":
        with pytest.raises(WindowError, match="followed for a week"):
            followed(tokens, {"east/new": "2026-03-01"}, basis=basis)
    else:
        assert len(followed(tokens, {"east/new": "2026-03-01"}, basis=basis)) == 1


def course(shares, origin="cn", listed=7, high=None):
    """A course of one model per list of weekly shares."""
    rows = []
    for number, weeks in enumerate(shares):
        for week, share in enumerate(weeks):
            rows.append((f"lab/m{number}", origin, False, week, listed, share, high or share))
    names = ["model", "origin", "free", "week", "listed_days", "low_share", "high_share"]
    return pd.DataFrame(rows, columns=names)


def test_the_median_is_over_the_models_then_at_risk():
    found = launch_course.typical(course([[0.1, 0.2], [0.3, 0.4], [0.5]]))
    assert found["model_count"].tolist() == [3, 2]
    assert found["median_share"].tolist() == pytest.approx([0.3, 0.3])
    assert found["lower_quartile_share"].tolist() == pytest.approx([0.2, 0.25])


def test_the_best_week_and_what_is_left_of_it():
    table = course([[0.1, 0.4, 0.3, 0.2, 0.1], [0.2, 0.2, 0.2, 0.2, 0.1], [0.9, 0.1]])
    best = launch_course.best_weeks(table)
    assert best["best_week"].tolist() == [1, 0]  # the third is followed for two weeks only
    assert best["kept_low_ratio"].tolist() == pytest.approx([0.25, 0.5])
    assert launch_course.best_week_weeks(best, "cn") == 1.5  # after weeks two and one
    assert launch_course.kept_ratio(best, "cn").central == pytest.approx(0.375)
    assert launch_course.kept_ratio(best, "cn").kind == Kind.EXACT
    with pytest.raises(WindowError, match="origin us"):
        launch_course.kept_ratio(best, "us")


def test_a_best_week_with_missing_days_is_none():
    assert launch_course.best_weeks(course([[0.1, 0.4, 0.3, 0.2, 0.1]], listed=6)).empty


def test_the_first_week_is_bounded_by_its_missing_days():
    found = launch_course.first_week_share(course([[0.1], [0.2]], high=0.4), "cn")
    assert (found.low, found.high) == (pytest.approx(0.15), pytest.approx(0.4))


# ---- words, and the real tables


@pytest.fixture(scope="module")
def real():
    rows = claimed_values.Rows(*(data.load(name) for name in claimed_values.TABLES))
    table = data.load("openrouter_models")
    return Usage(rows.daily, rows.totals, table, rows.origins("by_slug"), rows.resolved), rows


@pytest.fixture(scope="module")
def study(real):
    usage, _ = real
    return launch_effect.study_values(usage, usage.resolved, FEB_11_17, 10)


def test_the_essays_week_without_young_models(study):
    # Read off the daily rows of 11-17 February. Chinese models of the list: M2.5 2,453,317,917,530,
    # Kimi K2.5 1,204,745,785,742, GLM-5 880,630,914,762 and V3.2 746,413,135,346 tokens, together
    # 5,285,107,753,380; the first three are younger than 28 days, M2.5 and GLM-5 than 14.
    assert study["cn_young_tokens_share"] == pytest.approx(4538694618034 / 5285107753380)
    assert study["cn_newest_tokens_share"] == pytest.approx(3333948832292 / 5285107753380)
    # Without young models V3.2 and M2.1 (229,028,785,739) are left among the ten largest, which
    # have 4,632,368,375,345 tokens.
    young = study["without_young_cn_top_n_share"]
    assert young.central == pytest.approx(975441921085 / 4632368375345)
    assert young.kind == Kind.BOUNDS  # M2.1 has no row on some days
    assert study["cn_free_tokens_share"] == 0


def test_every_recorded_name_has_a_unit_and_a_value(real, study):
    usage, _ = real
    since = launch_course.courses(usage.daily, usage.totals, usage.models, usage.resolved)
    values = study | launch_chart.quantities(since)
    assert set(values) == set(launch_chart.RECORDED)
    assert all(unit_of(name) for name in values)
    assert None not in values.values()
    assert set(launch_chart.quantities(None).values()) == {None}


def test_the_last_place_of_the_essays_week_is_open_without_young_models(real):
    usage, rows = real
    found = launch_effect.windows_without(rows.daily, usage.models, usage.resolved, [FEB_11_17], 10)
    # Claude Opus 4.5 is last with 169 billion tokens, Gemini 3 Pro next with 168 and days missing
    certain = by_series(found, "certain")
    assert set(certain) == set(SELECTIONS)
    assert certain["everything"]
    assert not certain["without_young"]


def test_takeaways_hold_without_any_window_or_launch(real, study):
    usage, rows = real
    charts = launch_effect.charts_without(
        leaderboard.weekly_lists(rows.weekly, usage.resolved), usage.models, usage.resolved, 10
    )
    none = launch_effect.windows_without(rows.daily, usage.models, usage.resolved, [], 10)
    around = launch_chart.Study(FEB_11_17, 10, 0.61)
    history = launch_effect.history(none, charts)
    empty = dict.fromkeys(study)
    words = launch_chart.without_launches_takeaway(history, empty, around)
    assert "an unknown part" in words
    assert "overlapping" not in words
    assert "none can be followed" in launch_course_chart.event_study_takeaway(None)


def test_a_takeaway_counts_the_models_it_speaks_of():
    words = launch_course_chart.event_study_takeaway(course([[0.1], [0.3]]))
    assert "China: two launches, 20.0% in the median first week; none followed long" in words
    assert "United States: no launch can be followed." in words
