import datetime as dt

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import world_chart
from token_exports.models import published_tokens, world_tokens
from token_exports.models.published_tokens import Published
from token_exports.models.windows import WindowError
from token_exports.results import Results
from token_exports.uncertainty import Interval, Kind, bounds, exact
from token_exports.units import unit_of

FACTS = {"definition": "toy", "source_id": "toy", "confidence": "secondary", "note": None}
SHARES = st.floats(min_value=0, max_value=1)


def span(start, end):
    return {"period_start": pd.Timestamp(start), "period_end": pd.Timestamp(end)}


def count(who, start, end, tokens, bound="about", region="us"):
    operator, scope = who
    row = {"operator": operator, "scope": scope, "region": region, "daily_tokens": tokens}
    since = {"public_since": pd.Timestamp(end)}
    return row | {"bound": bound} | span(start, end) | since | FACTS


def report(metric, start, end, value, scope="platform"):
    since = {"public_since": pd.Timestamp(end)}
    row = {"scope": scope, "metric": metric, "value": float(value), "unit": "tokens"}
    return row | span(start, end) | since | FACTS


def quantity(name, kind, value, start="2026-01-01", end="2026-01-31", note=None):
    row = {"quantity_id": name, "quantity": kind, "value": value, "region": "cn"}
    since = {"public_since": pd.Timestamp(end)}
    return row | span(start, end) | since | FACTS | {"note": note}


REPORTS = pd.DataFrame(
    [
        report("total_tokens", "2026-01-01", "2026-01-31", 310),  # 10 a day
        report("total_tokens", "2026-02-01", "2026-02-28", 560),  # 20 a day
        report("total_tokens", "2026-01-01", "2026-01-07", 700),  # a week in the press
        report("open_weight_tokens", "2026-01-01", "2026-01-31", 99),
        report("daily_tokens", "2026-01-01", "2026-01-31", 400, scope="china_domestic"),
        report("anthropic_share", "2025-01-01", "2025-12-31", 0.7, scope="enterprise_api"),
        report("other_share", "2025-01-01", "2025-12-31", 0.3, scope="enterprise_api"),
    ]
)
REPORTED = pd.DataFrame(
    [
        quantity("cn_01", "china_tokens_per_day", 400.0, note="Lower bound, printed as over."),
        quantity("world_tokens_per_week_analyst", "world_tokens_per_week", 14_000.0),
        quantity("openrouter_tokens_per_week_analyst", "platform_tokens_per_week", 140.0),
        quantity("deepseek_input_tokens", "input_tokens_per_day", 30.0),
        quantity("deepseek_output_tokens", "output_tokens_per_day", 10.0),
    ]
)
WORLD = pd.DataFrame(
    [
        count(("Google", "all_products"), "2026-01-01", "2026-01-31", 1_000, "at_least"),
        count(("Google", "all_products"), "2026-02-01", "2026-02-28", 1_600),
        count(("OpenAI", "api"), "2026-01-01", "2026-02-28", 200),
        count(("Microsoft", "api"), "2025-12-01", "2025-12-31", 100),
        count(("Fireworks AI", "api"), "2025-11-01", "2025-11-30", 50),
        count(("ByteDance", "all_products"), "2026-01-01", "2026-01-31", 300, region="cn"),
        count(("Somebody", "world"), "2026-02-01", "2026-02-28", 4_000, region="world"),
        count(("Broker", "world_scenario"), "2026-01-01", "2026-01-31", 9_999, region="world"),
        count(("Agent", "app"), "2026-01-01", "2026-01-31", 2, region="world"),
    ]
)
TOY = Published(WORLD, REPORTS, REPORTED)
FEB = dt.date(2026, 2, 17)


def row(table, operator, start=None):
    found = table[table["operator"] == operator]
    if start is not None:
        found = found[found["period_start"] == pd.Timestamp(start)]
    assert len(found) == 1
    return found.iloc[0]


# ---- counts


def test_every_fact_is_there_once():
    # nine rows of the table; China's 400 of both other tables once; the analyst; DeepSeek
    assert len(TOY.counts) == len(WORLD) + 3
    china = row(TOY.counts, "China")
    assert (china["daily_tokens"], china["bound"]) == (400, "at_least")
    assert row(TOY.counts, "Analyst on Digg")["daily_tokens"] == 2_000  # 14,000 over 7 days
    deepseek = row(TOY.counts, "DeepSeek")
    assert (deepseek["daily_tokens"], deepseek["bound"]) == (40, "exact")  # 30 in, 10 out


def test_half_of_a_disclosed_day_is_no_count():
    half = REPORTED[REPORTED["quantity_id"] != "deepseek_output_tokens"]
    assert "DeepSeek" not in set(published_tokens.counts(WORLD, REPORTS, half)["operator"])


def test_a_month_is_its_total_over_its_days_and_a_week_in_the_press_is_no_month():
    months = published_tokens.openrouter_months(REPORTS)
    assert months["month"].tolist() == ["2026-01", "2026-02"]
    assert months["daily_tokens"].tolist() == [10, 20]  # 310 / 31, 560 / 28


def test_a_running_month_counts_the_days_it_has():
    running = report("total_tokens", "2026-03-01", "2026-03-09", 270)  # 30 a day
    months = published_tokens.openrouter_months(pd.DataFrame([running]))
    assert months["daily_tokens"].tolist() == [30]


def test_a_count_stands_beside_the_platform_of_the_same_months():
    table = TOY.compared
    assert row(table, "Google", "2026-01-01")["openrouter_share"] == pytest.approx(0.01)  # 10/1,000
    assert row(table, "Google", "2026-01-01")["share_bound"] == "at_most"
    # January and February: (310 + 560) / 59 days = 14.7458 a day, of 200
    both = row(table, "OpenAI")
    assert both["openrouter_daily_tokens"] == pytest.approx(14.7458, rel=1e-5)
    assert (both["apart_days"], both["openrouter_months"]) == (0, "2026-01 to 2026-02")
    # December has no month of the platform: 16 December to 16 January are 31 days
    before = row(table, "Microsoft")
    assert (before["apart_days"], before["openrouter_share"]) == (31, 0.1)  # 10/100
    # mid November is 61.5 days before 16 January: too far for a ratio
    early = row(table, "Fireworks AI")
    assert early["apart_days"] == 62
    assert pd.isna(early["openrouter_share"])


def test_without_months_nothing_is_compared():
    none = published_tokens.openrouter_months(REPORTS.iloc[:0])
    table = published_tokens.beside_openrouter(TOY.counts, none)
    assert table["openrouter_share"].isna().all()
    assert published_tokens.nearest(table, FEB).empty


def test_the_nearest_count_is_taken_and_of_two_the_smaller():
    near = published_tokens.nearest(TOY.compared, FEB)
    assert row(near, "Google")["daily_tokens"] == 1_600  # mid February, not mid January
    assert set(near["operator"]) & {"Broker", "Agent", "Fireworks AI"} == set()
    assert near["daily_tokens"].is_monotonic_decreasing
    twice = pd.concat(
        [WORLD, pd.DataFrame([count(("OpenAI", "api"), "2026-01-01", "2026-02-28", 250)])]
    )
    both = Published(twice, REPORTS, REPORTED).compared
    assert published_tokens.share_of(both, FEB, "OpenAI", "api") == pytest.approx(
        14.7458 / 200, 1e-5
    )
    assert published_tokens.share_of(both, FEB, "OpenAI", "chat") is None


# ---- the world


def test_counts_that_share_tokens_are_added_once():
    table = world_tokens.disclosed(TOY.counts, FEB)
    # by 17 February: Google of January 1,000, Microsoft 100, Fireworks 50, and the larger of
    # China 400 and ByteDance 300; OpenAI's period is not over
    assert dict(zip(table["group"], table["daily_tokens"], strict=True)) == {
        "Google": 1_000,
        "Microsoft": 100,
        "Fireworks AI": 50,
        "China": 400,
    }
    assert world_tokens.carried_share(TOY.counts, FEB, 31) == pytest.approx(0.02)  # 31 / 1,550


def test_before_the_first_count_nothing_is_disclosed():
    with pytest.raises(WindowError, match="ends by 2024-01-01"):
        world_tokens.disclosed(TOY.counts, dt.date(2024, 1, 1))


def test_what_the_platform_leaves_open_by_hand():
    # a quarter of the world, 60% of it Chinese: 0.15 for sure, and up to 0.75 more
    found = world_tokens.world_share(exact(0.6), 0.25)
    assert (found.low, found.central, found.high) == pytest.approx((0.15, 0.6, 0.9))
    assert world_tokens.world_share(exact(0.6), 1).low == pytest.approx(0.6)
    with pytest.raises(ValueError, match="between 0 and 1"):
        world_tokens.world_share(exact(0.6), 1.2)


@given(SHARES, SHARES, SHARES, SHARES)
def test_no_rest_of_the_world_escapes_the_bounds(one, other, carried, rest):
    low, high = sorted((one, other))
    found = world_tokens.world_share(bounds(high, low, high), carried)
    for share in (low, high):
        truth = carried * share + (1 - carried) * rest
        assert found.low - 1e-9 <= truth <= found.high + 1e-9


def test_the_world_by_the_analyst_and_by_all_estimates():
    # the analyst: 140 of 14,000 a week; his world of January 10 / 2,000; somebody's 20 / 4,000
    assert world_tokens.world_shares(TOY) == bounds(0.01, 0.005, 0.01)
    assert world_tokens.world_shares(Published(WORLD, REPORTS, REPORTED.iloc[:1])) is None


def test_china_of_the_world():
    # China's 400 over the analyst's 2,000 and somebody's 4,000: 0.2 and 0.1, median 0.15
    found = world_tokens.china_of_world(TOY.counts)
    assert (found.central, found.low, found.high) == pytest.approx((0.15, 0.1, 0.2))
    assert world_tokens.china_of_world(TOY.counts[TOY.counts["scope"] != "world"]) is None


def test_company_spending_is_sorted():
    table = world_tokens.enterprise(REPORTS)
    assert table.to_numpy().tolist() == [["anthropic", 0.7], ["other", 0.3]]


# ---- words and figure


def test_what_is_recorded_has_a_unit_a_label_and_a_model():
    values = world_chart.quantities(TOY, FEB, 31, exact(0.6))
    assert set(values) == set(world_chart.RECORDED)
    assert all(unit_of(name) == "share" for name in values)
    for _, formula, _ in world_chart.RECORDED.values():
        module, function = formula.split(".")
        assert hasattr(
            {"world_tokens": world_tokens, "published_tokens": published_tokens}[module], function
        )
    assert values["cn_world_share"].kind == Kind.BOUNDS


def test_the_takeaway_says_when_nothing_is_known():
    early = world_chart.quantities(TOY, dt.date(2024, 1, 1), 31, exact(0.6))
    assert early["cn_world_share"] is None
    assert "not known" in world_chart.world_takeaway(early)
    more = world_chart.quantities(TOY, FEB, 5_000, exact(0.6))  # more than all that is disclosed
    assert more["cn_world_share"] is None
    assert "not known" in world_chart.world_takeaway(more)
    assert "No survey" in world_chart.enterprise_takeaway(world_tokens.enterprise(REPORTS.iloc[:1]))


def test_the_takeaway_says_what_is_carried_and_left_open():
    words = world_chart.world_takeaway(world_chart.quantities(TOY, FEB, 31, exact(0.6)))
    # r = 2%: 0.02 x 0.6 = 1.2%, and 1.2% + 98% = 99.2%
    assert "at most 2.0%" in words
    assert "between 1.2% and 99.2%" in words
    assert "between 10.0% and 20.0%" in words


def test_the_figure_has_a_row_for_every_count_it_can_compare():
    table = world_chart.charted(TOY, FEB)
    _, ax = plt.subplots()
    world_chart.draw(table, ax)
    names = [label.get_text() for label in ax.get_yticklabels()]
    assert names[0] == "Somebody, world, Feb 2026"
    # two worlds, Google, China, ByteDance, OpenAI, Microsoft, DeepSeek; Fireworks has no ratio
    assert len(names) == len(table) == 8
    plt.close()


def test_no_count_no_figure():
    found = Results("01_openrouter_share", "toy")
    nothing = Published(WORLD.iloc[:0], REPORTS.iloc[:0], REPORTED.iloc[:0])
    world_chart.world_counts(found, nothing, FEB, "toy")
    assert found.figures == []


# ---- the real tables

REAL = Published(
    *(data.load(n) for n in ("world_tokens", "platform_reports", "reported_quantities"))
)


def test_google_in_may_2026():
    # 3,200T in the month against OpenRouter's 122.9047T: 3.84%; 19 billion a minute x 1,440
    table = REAL.compared
    own = table[(table["operator"] == "Google") & (table["period_start"] == "2026-05-01")]
    by_scope = own.set_index("scope")
    share = by_scope["openrouter_share"]["all_products"]
    assert share == pytest.approx(122.904718 / 3_200, rel=1e-6)
    assert by_scope["daily_tokens"]["api"] == pytest.approx(27.36e12)


def test_no_fact_stands_in_two_tables():
    facts = REAL.counts.duplicated(["operator", "scope", "period_start", "daily_tokens"])
    assert not facts.any()
    own = set(zip(REAL.world["operator"], REAL.world["scope"], strict=True))
    assert ("China", "country") not in own
    assert "DeepSeek" not in set(REAL.world["operator"])


def test_no_disclosed_count_exceeds_every_estimate_of_the_world():
    world = REAL.counts[REAL.counts["scope"] == "world"]["daily_tokens"].max()
    named = REAL.counts[~REAL.counts["scope"].isin(["world", "world_scenario"])]
    assert named["daily_tokens"].max() < world


def test_the_essay_week_speaks_for_about_a_hundredth():
    # 13.885T in seven days over 41.9 + 8.64 + 1.37 + 10 + 100 = 161.9T a day: 1.22%
    carried = world_tokens.carried_share(REAL.counts, FEB, 13.885e12 / 7)
    assert carried == pytest.approx(0.01225, abs=1e-4)
    world = world_tokens.world_share(Interval(0.47, 0.47, 0.53), carried)
    assert world.high - world.low > 0.98
