import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import concentration_chart, leave_one_out_chart
from token_exports.models import claimed_values, concentration, leave_one_out, market_share
from token_exports.models.concentration import AUTHOR, MODEL, Market, hhi_share
from token_exports.models.windows import Window, WindowError
from token_exports.results import Results
from token_exports.uncertainty import exact
from token_exports.units import unit_of

TWO_DAYS = Window(dt.date(2026, 3, 3), 2)
approx = pytest.approx

DAYS = {
    2: {"east/a": 50, "west/b": 30},
    3: {"east/a": 40, "west/c": 20},
}
SUMS = {2: {"cn": 60, "us": 50, "unknown": 10}, 3: {"cn": 40, "us": 50, "unknown": 10}}
HOME = {"east": "cn", "west": "us"}


def daily(days=DAYS):
    """Rows of the daily table from ``{day of March: {model: tokens}}``."""
    rows = []
    for day, models in days.items():
        ranked = sorted(models.items(), key=lambda item: (-item[1], item[0]))
        for rank, (model, tokens) in enumerate(ranked, start=1):
            rows.append((pd.Timestamp(2026, 3, day), model, rank, tokens))
    return pd.DataFrame(rows, columns=["date", "model_permaslug", "rank", "tokens"])


def market(days=DAYS, sums=SUMS):
    totals = pd.DataFrame(
        [
            (pd.Timestamp(2026, 3, day), origin, tokens)
            for day, parts in sums.items()
            for origin, tokens in parts.items()
        ],
        columns=["date", "origin_resolved", "tokens"],
    )
    models = sorted({model for listed in days.values() for model in listed})
    developer = pd.Series([model.split("/")[0] for model in models], index=models)
    makers = pd.DataFrame(
        {"developer": developer, "origin": developer.map(HOME).fillna("unknown")}, index=models
    )
    return concentration.market(daily(days), totals, makers, "resolved")


def test_bounds_by_model():
    # a 90, b 30, c 20 of 220. Low: 8,100 + 900 + 400 = 9,400.
    # Rest: 40 on either day; an unlisted model has at most 30, then 20 (the last rank): 50 in all.
    # Day 2: c is not listed and can take 30 at 2 x 20 + 30 = 70 each, the other 10 at 50 each;
    # day 3: b can take 20 at 2 x 30 + 20 = 80 each, the other 20 at 50:
    # 2,100 + 500 + 1,600 + 1,000 = 5,200.
    found = hhi_share(market(), TWO_DAYS, MODEL)
    assert (found.low, found.high) == approx((9_400 / 48_400, 14_600 / 48_400))
    assert found.central == found.low


def test_bounds_by_developer():
    # east 90, west 50. Low: 8,100 + 2,500. High: east owns the 10 Chinese, west the 20 + 30 US
    # tokens that nobody lists: 100 each; one of them the 20 of unknown origin: 120^2 + 100^2.
    found = hhi_share(market(), TWO_DAYS, AUTHOR)
    assert (found.low, found.high) == approx((10_600 / 48_400, 24_400 / 48_400))


def test_bounds_within_an_origin():
    # a 90 of 100 Chinese tokens, 10 more on day 2. By model: 0.81, or one more of 10: 0.82;
    # by developer: 0.81, or all east's: 1. Unknown origin is in neither.
    known = market()
    by_model, by_maker = (hhi_share(known, TWO_DAYS, g, "cn") for g in (MODEL, AUTHOR))
    assert (by_model.low, by_model.high) == approx((0.81, 0.82))
    assert (by_maker.low, by_maker.high) == approx((0.81, 1.0))


def test_a_preview_is_a_developer_of_its_own_or_the_largest():
    # a 50, preview 30, all listed. Low: 2,500 + 900; high: (50 + 30)^2; by model always the low.
    known = market(
        {2: {"east/a": 50, "openrouter/fox": 30}}, {2: {"cn": 50, "us": 0, "unknown": 30}}
    )
    day = Window(dt.date(2026, 3, 2), 1)
    by_maker, by_model = (hhi_share(known, day, g) for g in (AUTHOR, MODEL))
    assert (by_maker.low, by_maker.high) == approx((3_400 / 6_400, 1.0))
    assert (by_model.low, by_model.high) == approx((3_400 / 6_400, 3_400 / 6_400))


def test_a_listed_origin_without_a_developer_in_the_list():
    # east/a 60 listed; 40 US tokens unlisted: spread thinly 0.36; one US developer 0.36 + 0.16.
    known = market({2: {"east/a": 60}}, {2: {"cn": 60, "us": 40}})
    found = hhi_share(known, Window(dt.date(2026, 3, 2), 1), AUTHOR)
    assert (found.low, found.high) == approx((0.36, 0.52))


def test_a_preview_resolved_only_in_the_totals_counts_once():
    # fox (30) is unknown to the list, Chinese in the totals: 80 tokens, not 110. Two developers,
    # or one: (50^2 + 30^2) / 80^2 and 1.
    known = market({2: {"east/a": 50, "openrouter/fox": 30}}, {2: {"cn": 80}})
    found = hhi_share(known, Window(dt.date(2026, 3, 2), 1), AUTHOR)
    assert (found.low, found.high) == approx((3_400 / 6_400, 1.0))


def test_a_gap_and_an_empty_origin_are_refused():
    known = market({2: DAYS[2], 4: DAYS[3]}, {2: SUMS[2], 4: SUMS[3]})
    with pytest.raises(WindowError, match="no rows for 3 Mar 2026"):
        hhi_share(known, Window(dt.date(2026, 3, 4), 3), MODEL)
    with pytest.raises(WindowError, match="no tokens of eu"):
        hhi_share(known, Window(dt.date(2026, 3, 4), 1), MODEL, "eu")


def test_effective_count_turns_the_bounds_round():
    # HHI 9,400 / 48,400 to 14,600 / 48,400: 5.149 to 3.315 equal models
    count = concentration.effective_count(hhi_share(market(), TWO_DAYS, MODEL))
    assert (count.low, count.central, count.high) == approx((3.31507, 5.14894, 5.14894), rel=1e-5)


tokens = st.integers(1, 1000)


@settings(max_examples=40)
@given(st.lists(tokens, min_size=1, max_size=6), st.integers(2, 50))
def test_concentration_does_not_depend_on_the_size_of_the_market(sizes, factor):
    models = {f"east/m{i}": size for i, size in enumerate(sizes)}
    day = Window(dt.date(2026, 3, 2), 1)
    small = market({2: models}, {2: {"cn": sum(sizes) + 7}})
    larger = {model: size * factor for model, size in models.items()}
    large = market({2: larger}, {2: {"cn": (sum(sizes) + 7) * factor}})
    for group in concentration.GROUPS:
        one, other = (hhi_share(known, day, group) for known in (small, large))
        assert (one.low, one.high) == approx((other.low, other.high))


@settings(max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_no_division_of_the_rest_leaves_the_bounds(seed):
    # Split each day's rest among five unlisted and all absent models, none above the last rank.
    rng = np.random.default_rng(seed)
    listed = pd.DataFrame(rng.integers(5, 60, (3, 4)).astype(float), columns=list("abcd"))
    listed = listed.mask(rng.random((3, 4)) < 0.3)
    listed["e"] = 60.0
    cap = listed.min(axis="columns")
    hidden = pd.DataFrame(0.0, index=listed.index, columns=list("vwxyz"))
    every = pd.concat([listed, hidden], axis="columns")
    room = listed.isna().join(hidden == 0)
    full = every.fillna(0.0)
    for day in every.index:
        part = rng.random(len(room.columns)) ** 4 * cap[day]  # uneven: some full, some near nothing
        full.loc[day] += np.where(room.loc[day], part, 0)
    rest = pd.DataFrame({"cn": full.sum(axis="columns") - listed.sum(axis="columns")})
    days = pd.date_range("2026-03-02", periods=3)
    origin = pd.Series("cn", index=listed.columns)
    frames = (frame.set_axis(days) for frame in (listed, cap, rest))
    known = Market(*frames, origin, origin)
    found = hhi_share(known, Window(dt.date(2026, 3, 4), 3), MODEL)
    truth = (full.sum() ** 2).sum() / full.sum().sum() ** 2
    assert found.low - 1e-12 <= truth <= found.high + 1e-12


def test_history_has_a_row_for_each_window_group_and_origin_with_tokens():
    single = [Window(dt.date(2026, 3, day), 1) for day in (2, 3)]
    table = concentration.history(market(), single)
    assert len(table) == 2 * 2 * 3
    day = table[table["window_end"] == dt.date(2026, 3, 3)].set_index(["group", "within"])
    # day 3: a 40, c 20, rest 40 in pieces of at most 20: 2,000 to 2,000 + 2 x 400 of 10,000
    ends = day.loc[(MODEL, "all"), ["hhi_low_share", "hhi_high_share"]]
    assert list(ends) == approx([0.20, 0.28])
    assert not table.duplicated(["window", "group", "within"]).any()


def ranked(n_west=3):
    """a 40, b 30, c 20, d 10, e 5: two Chinese models, then US ones."""
    rows = [("east/a", 40), ("west/b", 30), ("east/c", 20), ("west/d", 10), ("west/e", 5)]
    found = pd.DataFrame(rows[: 2 + n_west], columns=["model_permaslug", "tokens"])
    found["author_slug"] = found["model_permaslug"].str.split("/").str[0]
    found["origin"] = found["author_slug"].map(HOME)
    return found.assign(tokens_high=found["tokens"])


MAKERS = ranked().set_index("model_permaslug")["author_slug"]


def test_shares_without_each_model_and_developer():
    # With all three: 60/90. Without a: c of b, c, d = 20/60, of b, c = 20/50. Without b: 60/70, 1.
    # Without c: 40/80, 40/70. Without east: 0. Without west: two models are left, no list of three.
    table = leave_one_out.without_each(ranked(), MAKERS, 3, 1.0).set_index("left_out")
    assert list(table["refilled_share"][:4]) == approx([1 / 3, 6 / 7, 1 / 2, 0.0])
    assert list(table["shorter_share"]) == approx([0.4, 1.0, 4 / 7, 0.0, 1.0])
    assert np.isnan(table["refilled_share"]["west"])
    assert table["change_share"]["east/a"] == approx(-1 / 3)
    assert list(table["tokens"]) == [40, 30, 20, 60, 30]


def test_without_the_largest_chinese_model_and_developer():
    table = leave_one_out.without_each(ranked(), MAKERS, 3, 1.0)
    assert leave_one_out.without_largest(table, leave_one_out.MODEL) == exact(1 / 3)
    assert leave_one_out.without_largest(table, leave_one_out.AUTHOR) == exact(0.0)
    nobody = table[table["origin"] == "us"]
    assert leave_one_out.without_largest(nobody, leave_one_out.MODEL) is None


def test_a_model_missing_on_a_day_gives_bounds():
    # c holds 20, or 30 with its missing day. Without a: 20/60, or 30/70.
    unsure = ranked()
    unsure.loc[2, "tokens_high"] = 30
    table = leave_one_out.without_each(unsure, MAKERS, 3, 1.0)
    found = leave_one_out.without_largest(table, leave_one_out.MODEL)
    assert (found.low, found.central, found.high) == approx((1 / 3, 1 / 3, 3 / 7))


def test_no_model_moves_up_where_an_unlisted_one_may_be_larger():
    # d, who would move up, has 10; a model that nobody lists may have 12
    table = leave_one_out.without_each(ranked(), MAKERS, 3, 12.0)
    assert table["refilled_share"].isna().all()
    assert table["shorter_share"].notna().all()
    with pytest.raises(WindowError, match="1 of 5 listed models taken away"):
        leave_one_out.models_to_below(ranked(), 3, 12.0)


def test_models_to_below():
    # 60/90, then 20/60, then 0/45
    assert leave_one_out.models_to_below(ranked(), 3, 1.0) == 1
    assert leave_one_out.models_to_below(ranked(), 3, 1.0, 0.7) == 0
    assert leave_one_out.models_to_below(ranked(), 3, 1.0, 0.2) == 2


def test_equal_models_leave_in_order_of_their_slug():
    days = {2: {"east/a": 10, "east/b": 10, "west/c": 10, "west/d": 10}}
    day = Window(dt.date(2026, 3, 2), 1)
    origin = pd.Series({"east/a": "cn", "east/b": "cn", "west/c": "us", "west/d": "us"})
    every = market_share.leaderboard(daily(days), origin, day, 4)
    table = leave_one_out.without_each(
        every, every.set_index("model_permaslug")["author_slug"], 2, 0
    )
    # list a, b: all Chinese; without a: b and c; without b: a and c; without east: c and d
    assert list(table["left_out"]) == ["east/a", "east/b", "east"]
    assert list(table["refilled_share"]) == approx([0.5, 0.5, 0.0])
    by_window = leave_one_out.models_to_below_by_window(
        daily(days), origin, market(days, {2: {"cn": 20, "us": 20}}).cap * 0, [day], 2
    )
    # without one of them still 0.5, which is not below one half; without both 0
    assert by_window["cn_models_to_below_half_count"].tolist() == [2]
    assert leave_one_out.one_model_majority_share(by_window) == 0.0


def test_one_model_majority_share():
    # majorities: 0.6 and 0.8, of which the first ends without its largest model
    table = pd.DataFrame(
        {
            "cn_top_n_share": [0.6, 0.8, 0.4],
            "without_largest_cn_top_n_share": [0.4, 0.7, np.nan],
        }
    )
    assert leave_one_out.one_model_majority_share(table) == 0.5
    with pytest.raises(WindowError, match="0 windows"):
        leave_one_out.one_model_majority_share(table.tail(1))
    with pytest.raises(WindowError, match="1 of them"):
        leave_one_out.one_model_majority_share(table.assign(cn_top_n_share=0.9))


def test_no_tokens_no_share():
    with pytest.raises(WindowError, match="no tokens"):
        leave_one_out.models_to_below(ranked().assign(tokens=0, tokens_high=0), 3, 0.0)


@pytest.fixture(scope="module")
def known():
    rows = claimed_values.Rows(*(data.load(name) for name in claimed_values.TABLES))
    makers = pd.DataFrame({"developer": rows.developers, "origin": rows.resolved})
    return rows, concentration.market(rows.daily, rows.totals, makers, "resolved")


def test_the_author_chart_of_another_source_lies_inside_the_bounds(known):
    # Author chart of 5-11 Apr 2026 (one day earlier): 18.9, 14.1, 13.2, 12.2, 10.3, 6.4, 5.9, 3.6
    # and 3.2%; squares add up to 0.1084, and the other 12.2% in authors of 3.2% at most: 0.1123.
    found = hhi_share(known[1], Window(dt.date(2026, 4, 12), 7), AUTHOR)
    assert found.low < 0.1084 < 0.1123 < found.high


def test_the_week_of_the_essay_without_minimax(known):
    # Billions of 11-17 Feb 2026, added up from the rows by hand: Chinese 2,453.32 + 1,204.75 +
    # 880.63 + 746.41 = 5,285.11 of 8,715.37 in the list; the eleventh has 416.74.
    # Without the first: 2,831.79 / 6,262.05 = 0.45221; with the eleventh / 6,678.79 = 0.42400.
    rows, listed = known
    week = Window(dt.date(2026, 2, 17), 7)
    every = market_share.leaderboard(rows.daily, rows.resolved, week, len(rows.models))
    unlisted = float(listed.cap.loc[week.days].sum())
    first = leave_one_out.without_each(every, rows.developers, 10, unlisted).iloc[0]
    assert first["left_out"] == "minimax/minimax-m2.5-20260211"
    assert first["shorter_share"] == approx(0.45221, abs=1e-5)
    assert first["refilled_share"] == approx(0.42400, abs=1e-5)


def test_names_end_in_a_unit():
    recorded = concentration_chart.RECORDED | leave_one_out_chart.RECORDED
    assert all(unit_of(name) for name in recorded)


def test_concentration_figure_and_takeaway():
    single = [Window(dt.date(2026, 3, day), 1) for day in (2, 3)]
    table = concentration.history(market(), single)
    found = Results("01_toy", "Toy")
    concentration_chart.concentration_over_time(found, table, "3 Mar 2026", "toy")
    # day 3, by model: 1/0.28 = 3.57 and 1/0.20 = 5
    assert "3.6 to 5 equal models" in found.figures[0]["title"]
    assert set(concentration_chart.quantities(table, "3 Mar 2026")) == set(
        concentration_chart.RECORDED
    )
    # Chinese: a alone; US: c 20 and 30 more in pieces of at most 20: 400/2,500 to (400 + 600)/2,500
    words = concentration_chart.concentration_takeaway(table, "3 Mar 2026")
    assert "Within the Chinese tokens it is a single model" in words
    assert "Chinese use sits in fewer models" in words
    nowhere = concentration_chart.concentration_takeaway(table, "4 Mar 2026")
    assert "not known" in nowhere
    assert "an unknown number of models" in nowhere


def test_leave_one_out_figure_and_takeaway():
    table = leave_one_out.without_each(ranked(), MAKERS, 3, 1.0)
    found, whole = Results("01_toy", "Toy"), exact(2 / 3)
    leave_one_out_chart.leave_one_out_dots(found, table, "2 Mar 2026", 3, (whole, 0.61, "toy"))
    assert "66.7% become 33.3%" in found.figures[0]["title"]
    assert set(leave_one_out_chart.quantities(table, 1, 0.5)) == set(leave_one_out_chart.RECORDED)
    words = leave_one_out_chart.leave_one_out_takeaway(table, whole, 1, 0.5)
    assert "Without a " in words
    assert "rests on this one model" in words
    assert "50.0% rest on one model" in words


@pytest.mark.parametrize(
    ("to_below", "words"),
    [(None, "not known"), (0, "no majority"), (3, "the three largest Chinese models")],
)
def test_leave_one_out_takeaway_of_other_weeks(to_below, words):
    table = leave_one_out.without_each(ranked(), MAKERS, 3, 12.0)
    said = leave_one_out_chart.leave_one_out_takeaway(table, exact(2 / 3), to_below, None)
    assert words in said
    assert "not known, for no listed model is sure to move up" in said
    found = Results("01_toy", "Toy")
    levels = (exact(2 / 3), 0.61, "toy")
    leave_one_out_chart.leave_one_out_dots(found, table, "2 Mar 2026", 3, levels)
    assert "who would move up is not known" in found.figures[0]["title"]


def test_a_list_without_chinese_models():
    table = leave_one_out.without_each(ranked(), MAKERS, 3, 1.0)
    nobody = table[table["origin"] == "us"]
    said = leave_one_out_chart.leave_one_out_takeaway(nobody, exact(0.0), 0, None)
    assert "No Chinese model" in said


def test_a_history_is_made_of_single_windows():
    known = market()
    chosen = [TWO_DAYS, Window(dt.date(2026, 3, 2), 1), Window(dt.date(2026, 3, 3), 1)]
    for group in concentration.GROUPS:
        for within in concentration.WITHIN:
            ends = concentration.hhi_ends(known, chosen, group, within)
            single = [hhi_share(known, window, group, within) for window in chosen]
            assert ends == approx(np.array([(hhi.low, hhi.high) for hhi in single]))
