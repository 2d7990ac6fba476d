import datetime as dt
from math import isnan

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import app_chart
from token_exports.models import app_dependence
from token_exports.models.windows import Window, WindowError
from token_exports.results import Results
from token_exports.uncertainty import exact
from token_exports.units import unit_of

SUNDAYS = pd.to_datetime(["2026-03-01", "2026-03-08", "2026-03-15", "2026-03-22"])


def reports(days=None):
    """Four weeks of 700 tokens, 350 Chinese among the 560 of all developers shown."""
    days = days or {"2026-03-07": 28, "2026-03-14": 14, "2026-03-21": 7, "2026-03-28": 3.5}
    saturday = pd.Timedelta(days=6)
    facts = {
        "total_tokens": 700,
        "cn_tokens_lower_bound": 350,
        "us_tokens_lower_bound": 200,
        "cn_share_of_named_authors": 0.625,
        "cn_share_lower_bound": 0.5,
    }
    weeks = [
        (start, start + saturday, app_dependence.WEEK, metric, value)
        for start in SUNDAYS
        for metric, value in facts.items()
    ]
    apps = [
        (pd.Timestamp(day), pd.Timestamp(day), app_dependence.APP, "daily_tokens", tokens)
        for day, tokens in days.items()
    ]
    names = ["period_start", "period_end", "scope", "metric", "value"]
    return pd.DataFrame(weeks + apps, columns=names)


def charts(shares, start="2026-01-05"):
    """Weekly charts from Monday to Monday; a None is a gap."""
    weeks = pd.date_range(start, periods=len(shares), freq="7D")
    frame = pd.DataFrame({"period_start": weeks, "cn_chart_share": shares})
    return frame.dropna()


def test_shares_of_one_snapshot():
    # 28 tokens on a Saturday; the week has 6 days and between none and all of the seventh:
    # 28 x 6 / 700 = 0.24, x 6.5 = 0.26, x 7 = 0.28. Chinese 350 / 700 = 0.5; shown in all are
    # 350 / 0.625 = 560, so 140 more may be Chinese: 0.7.
    # Without the app: (0.5 - 0.28) / 0.72 = 0.30556 to 0.7 / 0.72 = 0.97222.
    row = app_dependence.app_weeks(reports()).iloc[0]
    ends = row[["app_low_share", "app_share", "app_high_share"]]
    assert list(ends) == pytest.approx([0.24, 0.26, 0.28])
    assert (row["cn_share"], row["cn_high_share"]) == pytest.approx((0.5, 0.7))
    assert row["unshown_tokens"] == pytest.approx(140)
    # as if every token of the app were Chinese, or none: 0.24 / 0.74 and 0.5 / 0.74
    inner = row[["cn_without_app_all_share", "cn_without_app_none_share"]]
    assert list(inner) == pytest.approx([0.24 / 0.74, 0.5 / 0.74])
    found = app_dependence.without_app(app_dependence.app_weeks(reports()), 0)
    assert (found.low, found.central, found.high) == pytest.approx(
        (0.30556, 0.5, 0.97222), rel=1e-4
    )


def test_a_sunday_page_shows_the_week_before():
    table = app_dependence.app_weeks(reports({"2026-03-08": 7, "2026-03-09": 7}))
    assert list(table["period_start"]) == [SUNDAYS[0], SUNDAYS[1]]


def test_a_week_that_ends_early_has_fewer_days():
    # seen on Wednesday: 3 full days and up to a fourth; 28 x 3 / 700 to 28 x 4 / 700
    early = reports({"2026-03-04": 28})
    first = early["period_start"] == SUNDAYS[0]
    early.loc[first & (early["scope"] == app_dependence.WEEK), "period_end"] = pd.Timestamp(
        "2026-03-04"
    )
    found = app_dependence.app_share(app_dependence.app_weeks(early), 0)
    assert (found.low, found.high) == pytest.approx((0.12, 0.16))


def test_days_without_a_week_are_refused():
    with pytest.raises(WindowError, match="2026-05-01"):
        app_dependence.app_weeks(reports({"2026-05-01": 7}))
    with pytest.raises(WindowError, match="its days: none"):
        app_dependence.app_weeks(reports(), "app_other")


@settings(max_examples=40)
@given(st.floats(0.1, 90), st.floats(0.1, 90))
def test_a_smaller_app_leaves_narrower_bounds(one, other):
    small, large = sorted((one, other))
    table = app_dependence.app_weeks(reports({"2026-03-07": small, "2026-03-14": large}))
    inner, outer = (app_dependence.without_app(table, place) for place in (0, 1))
    assert outer.low <= inner.low <= 0.5 <= inner.high <= outer.high
    assert outer.low >= 0
    assert outer.high <= 1


def test_even_out_share():
    # 0.6 x 100 = 60 Chinese; without 20 Chinese 40 of 80 are: one half
    assert app_dependence.even_out_share(0.6) == pytest.approx(0.2)
    with pytest.raises(WindowError, match="not above"):
        app_dependence.even_out_share(0.5)


def test_rank_correlation_by_hand():
    # Ranks 1 2 3 4 and 1 2 4 3: 1 - 6 x 2 / (4 x 15) = 0.8. Of 24 orders one has 1, three have
    # 0.8, and as many the opposite sign: 8/24. Fisher: artanh 0.8 = 1.0986, standard error
    # sqrt((1 + 0.32) / 1) = 1.1489, x 1.6449 = 1.8898; tanh(-0.7912) = -0.6591, tanh(2.9884)
    # = 0.9949.
    found = app_dependence.rank_correlation(pd.Series([1, 2, 3, 4]), pd.Series([10, 20, 40, 30]))
    assert found.rho == pytest.approx(0.8)
    assert found.as_strong_share == pytest.approx(8 / 24)
    assert (found.low, found.high) == pytest.approx((-0.6591, 0.9949), abs=1e-3)
    assert found.weeks_count == 4


def test_perfect_order_has_no_interval():
    found = app_dependence.rank_correlation(pd.Series([1, 2, 3, 4]), pd.Series([4, 3, 2, 1]))
    assert found.rho == pytest.approx(-1)
    assert isnan(found.low)
    # 2 of 24 orders
    assert found.as_strong_share == pytest.approx(1 / 12)


def test_ties_share_their_rank():
    # ranks 1.5 1.5 3 4 and 1 2 3 4: deviations -1 -1 .5 1.5 and -1.5 -.5 .5 1.5; products
    # 1.5 + .5 + .25 + 2.25 = 4.5; sqrt(4.5 x 5) = 4.7434; 0.94868
    found = app_dependence.rank_correlation(pd.Series([1, 1, 3, 4]), pd.Series([1, 2, 3, 4]))
    assert found.rho == pytest.approx(0.94868, rel=1e-4)


@pytest.mark.parametrize("other", [[1, 2, 3], list(range(10)), [5, 5, 5, 5]])
def test_rank_correlation_needs_weeks_that_move(other):
    with pytest.raises(WindowError):
        app_dependence.rank_correlation(pd.Series(range(len(other))), pd.Series(other))


@settings(max_examples=40)
@given(st.permutations(range(6)), st.permutations(range(6)))
def test_rank_correlation_is_symmetric_and_bounded(one, other):
    forth, back = (
        app_dependence.rank_correlation(pd.Series(a), pd.Series(b))
        for a, b in ((one, other), (other, one))
    )
    assert forth.rho == pytest.approx(back.rho)
    assert forth.as_strong_share == pytest.approx(back.as_strong_share)
    assert -1 - 1e-12 <= forth.rho <= 1 + 1e-12
    assert 0 < forth.as_strong_share <= 1


def test_before_and_after_a_day():
    # weeks 0 0 .2 .4 .4 .4 .4, two on each side. Third: 0 to .4. Fourth: .1 to .4. Fifth: .3 to .4.
    # The fourth week rises by .3, as do two of the three cuts or more.
    table = charts([0, 0, 0.2, 0.4, 0.4, 0.4, 0.4])
    found = app_dependence.before_after(table, pd.Timestamp("2026-01-28"), 2)
    assert (found.before_share, found.after_share) == pytest.approx((0.1, 0.4))
    assert found.as_large_share == pytest.approx(2 / 3)
    assert found.cuts_count == 3


def test_a_gap_beside_the_day_is_not_bridged():
    table = charts([0, 0, None, 0.4, 0.4, 0.4])
    with pytest.raises(WindowError, match="2026-01-28"):
        app_dependence.before_after(table, pd.Timestamp("2026-01-28"), 2)
    with pytest.raises(WindowError, match="not known"):
        app_dependence.before_after(table, None, 2)


def test_openclaw_and_the_chinese_share_in_spring_2026():
    # Seven weeks, app falling throughout: ranks 7 6 5 4 3 2 1; Chinese share 50.0 45.1 36.0 32.7
    # 41.2 45.9 42.7%: ranks 7 5 2 1 3 6 4. Squared differences 0 1 9 9 0 16 9 = 44;
    # 1 - 6 x 44 / (7 x 48) = 3/14.
    # 28 March: 803 of 21,675 billion in a week: x 6 = 22.2%, x 7 = 25.9%.
    table = app_dependence.app_weeks(data.load("platform_reports"))
    assert len(table) == 7
    found = app_dependence.rank_correlation(table["app_share"], table["cn_share"])
    assert found.rho == pytest.approx(3 / 14)
    first = app_dependence.app_share(table, 0)
    assert (first.low, first.high) == pytest.approx((0.2223, 0.2593), abs=1e-4)


def test_names_end_in_a_unit():
    assert all(unit_of(name) for name in app_chart.RECORDED)


def test_figure_and_takeaway():
    table = app_dependence.app_weeks(reports())
    found = Results("01_toy", "Toy")
    app_chart.one_app(found, table, table.tail(1), "toy")
    # 28 x 6.5 / 700 and 3.5 x 6.5 / 700
    assert "26.0% to 3.2%" in found.figures[0]["title"]
    tie = app_dependence.rank_correlation(table["app_share"], pd.Series([1, 2, 4, 3]))
    words = app_chart.one_app_takeaway(table, tie, Window(dt.date(2026, 2, 17), 7))
    assert "between 30.6% and 97.2%" in words
    assert "No app figure falls into 11–17 Feb 2026" in words
    inside = app_chart.one_app_takeaway(table, None, Window(dt.date(2026, 3, 14), 8))
    assert "two fall into" in inside
    assert "correlation" not in inside


def test_words_without_snapshots():
    study = Window(dt.date(2026, 2, 17), 7)
    assert "no figure of OpenClaw" in app_chart.one_app_takeaway(None, None, study)
    known = app_chart.quantities(None, None, None, exact(0.4))
    assert set(known) == set(app_chart.RECORDED)
    assert all(value is None for value in known.values())
    assert "Neither side" in app_chart.fuse_takeaway(None, None)


def test_words_about_the_fuse():
    change = app_dependence.before_after(
        charts([0, 0, 0.2, 0.4, 0.4, 0.4, 0.4]), pd.Timestamp("2026-01-28"), 2
    )
    words = app_chart.fuse_takeaway(change, 0.2)
    assert "10.0% Chinese in the two weeks before" in words
    assert "40.0% in the two after" in words
    assert "20.0% of the list's tokens" in words
    table = app_dependence.app_weeks(reports())
    known = app_chart.quantities(table, None, change, exact(0.6))
    assert known["even_out_app_share"] == pytest.approx(0.2)
    assert known["openclaw_order_share"] is None
