import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import show, totals_chart
from token_exports.figures.totals_chart import Scene
from token_exports.models import claimed_values, truncation
from token_exports.models.claimed_values import Rows
from token_exports.models.windows import Window, WindowError
from token_exports.results import Results
from token_exports.uncertainty import Kind, bounds, exact

MONDAY, TUESDAY = dt.date(2026, 2, 16), dt.date(2026, 2, 17)
BOTH = Window(TUESDAY, 2)
ORIGIN = pd.Series({"east/a": "cn", "west/b": "us", "west/c": "us", "anon/d": "unknown"})

# tokens by day: a 6 + 4 = 10; b 3 + 3 = 6; c 2 + nothing = 2; d 1 + 1 = 2 (c and d tie)
LISTED = [
    (MONDAY, "east/a", 1, 6),
    (MONDAY, "west/b", 2, 3),
    (MONDAY, "west/c", 3, 2),
    (MONDAY, "anon/d", 4, 1),
    (TUESDAY, "east/a", 1, 4),
    (TUESDAY, "west/b", 2, 3),
    (TUESDAY, "anon/d", 3, 1),
]
# platform by day: cn 7 + 5 = 12; us 8 + 6 = 14; unknown 2 + 2 = 4; all 30
TOTALS = [
    (MONDAY, "cn", 7),
    (MONDAY, "us", 8),
    (MONDAY, "unknown", 2),
    (TUESDAY, "cn", 5),
    (TUESDAY, "us", 6),
    (TUESDAY, "unknown", 2),
]


@pytest.fixture(scope="module")
def daily():
    frame = pd.DataFrame(LISTED, columns=["date", "model_permaslug", "rank", "tokens"])
    return frame.assign(date=pd.to_datetime(frame["date"]))


@pytest.fixture(scope="module")
def totals():
    frame = pd.DataFrame(TOTALS, columns=["date", "origin_resolved", "tokens"])
    return frame.assign(date=pd.to_datetime(frame["date"]), origin_by_slug=frame["origin_resolved"])


@pytest.fixture(scope="module")
def lengths(daily, totals):
    return truncation.share_by_length(daily, totals, ORIGIN, BOTH, "resolved")


@pytest.fixture(scope="module")
def rows():
    return Rows(*(data.load(name) for name in claimed_values.TABLES))


def test_share_by_length_by_hand(lengths):
    # 10/10; 10/16; the tie goes to anon/d: 10/18; then west/c: 10/20; all: 12/30
    assert lengths["models"].tolist() == ["1", "2", "3", "4", "all"]
    assert lengths["cn_share"].tolist() == pytest.approx([1, 10 / 16, 10 / 18, 10 / 20, 12 / 30])
    # US: 0; 6/16; 6/18 (the preview is nobody's); 8/20; 14/30
    assert lengths["us_share"].tolist() == pytest.approx([0, 6 / 16, 6 / 18, 8 / 20, 14 / 30])
    assert lengths["coverage_share"].tolist() == pytest.approx([10 / 30, 16 / 30, 0.6, 20 / 30, 1])
    assert lengths["listed_count"].isna().tolist() == [False] * 4 + [True]


def test_unknown_origin_and_a_missing_day_widen_only_what_they_touch(lengths):
    by = lengths.set_index("models")
    assert by["cn_low_share"]["2"] == by["cn_high_share"]["2"] == pytest.approx(10 / 16)
    # west/c has no row on Tuesday, where the last listed model has 1: c may have 3, so 10/21
    assert by["cn_low_share"]["4"] == pytest.approx(10 / 21)
    assert by["us_high_share"]["4"] == pytest.approx(9 / 21)
    # the platform's 4 of unknown origin belong to nobody, or to the origin asked for
    assert (by["cn_low_share"]["all"], by["cn_high_share"]["all"]) == pytest.approx((0.4, 16 / 30))
    assert by["us_high_share"]["all"] == pytest.approx(18 / 30)


def test_a_window_over_a_gap_is_refused(daily, totals):
    with pytest.raises(WindowError, match=r"no rows for 18 Feb 2026; days with rows: 16"):
        truncation.share_by_length(
            daily, totals, ORIGIN, Window(dt.date(2026, 2, 18), 3), "resolved"
        )


def test_gap_takes_opposite_ends():
    # 60% of the list; 40 to 50% of all, 45% named: 15 points, at least 10, at most 20
    found = truncation.gap(exact(0.6), bounds(0.45, 0.4, 0.5))
    assert (found.central, found.low, found.high) == pytest.approx((0.15, 0.1, 0.2))
    assert truncation.gap(exact(0.6), exact(0.5)).kind == Kind.EXACT


def board(tokens, missing=()):
    frame = pd.DataFrame({"tokens": tokens, "origin": "cn"})
    extra = pd.Series(list(missing) or 0, index=frame.index, dtype=float)
    return frame.assign(tokens_high=frame["tokens"] + extra)


def test_half_count_by_hand():
    # 5 + 3 = 8 reach half of 16, 5 + 3 + 2 = 10 are needed for half of 17, 10 of 21 never
    assert truncation.half_count(board([5, 3, 2]), "cn", 16).central == 2
    assert truncation.half_count(board([5, 3, 2]), "cn", 17).central == 3
    assert truncation.half_count(board([5, 3, 2]), "cn", 21) is None
    assert truncation.half_count(board([5, 3, 2]), "us", 16) is None
    assert truncation.half_count(board([0, 0]), "cn", 0) is None
    # the third may have 9 more, 11 in all: then it alone holds half of 17
    found = truncation.half_count(board([5, 3, 2], [0, 0, 9]), "cn", 17)
    assert (found.low, found.central, found.high) == (1, 3, 3)


@given(
    st.lists(st.integers(0, 1000), min_size=1, max_size=12),
    st.integers(1, 3000),
)
def test_half_count_is_the_fewest(tokens, total):
    found = truncation.half_count(board(tokens), "cn", total)
    ordered = sorted(tokens, reverse=True)
    if found is None:
        assert 2 * sum(tokens) < total
        return
    n = int(found.central)
    assert 2 * sum(ordered[:n]) >= total
    assert 2 * sum(ordered[: n - 1]) < total


@given(st.integers(0, 40))
def test_the_gap_never_leaves_its_ends(hidden_chinese):
    # whatever part of the unknown 40 of 100 tokens is Chinese, 40 being known as Chinese
    found = truncation.gap(exact(0.6), bounds(0.4, 0.4, 0.8))
    assert found.low - 1e-12 <= 0.6 - (40 + hidden_chinese) / 100 <= found.high + 1e-12


def test_gaps_over_all_windows_by_hand(daily, totals):
    values = truncation.gap_values(daily, totals, ORIGIN, Window(TUESDAY, 1), 2)
    # Monday 6/9 - 7/17; Tuesday 4/7 - 5/13
    monday, tuesday = 6 / 9 - 7 / 17, 4 / 7 - 5 / 13
    assert values["cn_truncation_gap_share"].central == pytest.approx(tuesday)
    assert values["least_cn_truncation_gap_share"] == pytest.approx(tuesday)
    assert values["largest_cn_truncation_gap_share"] == pytest.approx(monday)
    assert values["median_cn_truncation_gap_share"] == pytest.approx((monday + tuesday) / 2)
    assert values["list_coverage_share"] == pytest.approx(7 / 13)
    # a holds 4 of 5 Chinese tokens; b holds 3 of 6 US ones, just half
    assert values["cn_half_model_count"].central == values["us_half_model_count"].central == 1


def test_no_window_is_said():
    empty = pd.DataFrame({"cn_top_n_share": [], "cn_platform_share": []})
    with pytest.raises(WindowError, match="no window with both shares"):
        truncation.window_gaps(empty)


# Sums made apart from the package, from the rows of 11 to 17 February 2026 in the two tables
def test_the_share_falls_with_every_length_that_matters(rows):
    study = Window(dt.date(2026, 2, 17), 7)
    table = truncation.share_by_length(
        rows.daily, rows.totals, rows.origins("by_slug"), study, "by_slug"
    ).set_index("models")
    days = rows.daily[rows.daily["date"].between("2026-02-11", "2026-02-17")]
    tokens = days.groupby("model_permaslug")["tokens"].sum().nlargest(10)
    chinese = tokens.index.str.startswith(("minimax", "moonshotai", "z-ai", "deepseek"))
    assert table["cn_share"]["10"] == pytest.approx(tokens[chinese].sum() / tokens.sum())
    assert table["cn_share"]["10"] == pytest.approx(0.606, abs=5e-4)
    assert table["cn_share"]["all"] == pytest.approx(0.470, abs=5e-4)
    assert table["coverage_share"]["10"] == pytest.approx(0.628, abs=5e-4)


def test_words_hold_without_half_counts_and_for_any_length(lengths):
    gaps = dict.fromkeys(totals_chart.RECORDED)
    scene = Scene("16–17 Feb 2026", 2, 0.61, "toy")
    text = totals_chart.share_by_length_takeaway(lengths, gaps, scene)
    assert "62.5% of the two largest models' tokens, 50.0% of the four" in text
    assert "half of the US tokens in an unknown number of models" in text
    assert "runs from unknown to unknown points" in text
    # a list longer than the rows reach is left out of the sentence, not invented
    long = totals_chart.share_by_length_takeaway(lengths, gaps, Scene("x", 9, 0.61, "toy"))
    assert "nine" not in long


@pytest.mark.parametrize("n", [1, 2, 4])
def test_the_figure_files_its_words_and_rows(lengths, n, monkeypatch):
    monkeypatch.setattr(show, "display", lambda *_, **__: None)
    found = Results("01_openrouter_share", "?")
    totals_chart.share_by_length(found, lengths, Scene("16–17 Feb 2026", n, 0.61, "toy"))
    assert "40.0% of all" in found.figures[0]["title"]


def test_every_value_is_recorded(daily, totals):
    values = totals_chart.quantities(daily, totals, ORIGIN, BOTH, 2)
    assert set(values) == set(totals_chart.RECORDED)
