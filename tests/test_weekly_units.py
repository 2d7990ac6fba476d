import datetime as dt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import show, units_chart, waterfall_chart
from token_exports.figures.totals_chart import Scene
from token_exports.models import claimed_values, weekly_units
from token_exports.models.claimed_values import Rows
from token_exports.models.windows import WindowError
from token_exports.results import Results

ORIGIN = pd.Series({"east/a": "cn", "west/b": "us", "west/c:free": "us"})
SUNDAYS = [dt.date(2026, 2, 8), dt.date(2026, 2, 15), dt.date(2026, 2, 22), dt.date(2026, 3, 1)]
SCENE = Scene("16–22 Feb 2026", 3, 0.61, "toy")
COLUMNS = ["model_slug", "prompt_tokens", "cached_prompt_tokens", "completion_tokens", "requests"]
COLUMNS += ["input_usd_per_mtok", "cache_read_usd_per_mtok", "output_usd_per_mtok"]
COLUMNS += ["reasoning_tokens", "split_matches_total"]
A = ("east/a", 9e6, 6e6, 1e6, 100, 1.0, np.nan, 4.0, 0.5e6, True)
B = ("west/b", 3e6, 1e6, 1e6, 400, 2.0, 0.5, 10.0, 0.25e6, True)
C = ("west/c:free", 1e6, 0.0, 1e6, 500, 0.0, np.nan, 0.0, np.nan, True)


def week(end, *models):
    frame = pd.DataFrame(models, columns=COLUMNS)
    return frame.assign(period_end=pd.Timestamp(end))


# First week: all three. Second: no Chinese model. Third does not add up. Fourth: only free ones.
MIX = pd.concat(
    [
        week(SUNDAYS[0], A, B, C),
        week(SUNDAYS[1], B, C),
        week(SUNDAYS[2], (*A[:-1], False), B),
        week(SUNDAYS[3], C, ("east/a", *C[1:])),
    ],
    ignore_index=True,
)


@pytest.fixture(scope="module")
def shares():
    return weekly_units.unit_shares(MIX, ORIGIN, 10)


@pytest.fixture(scope="module")
def rows():
    return Rows(*(data.load(name) for name in claimed_values.TABLES))


def test_a_week_that_does_not_add_up_is_left_out_and_counted():
    assert weekly_units.whole_weeks(MIX) == [SUNDAYS[0], SUNDAYS[1], SUNDAYS[3]]
    assert weekly_units.left_out_count(MIX) == 1


def test_shares_by_hand(shares):
    first = shares[(shares["period_end"] == "2026-02-08") & (shares["origin"] == "cn")]
    by_unit = first.set_index("unit")
    # tokens 10 of 16 M; computed 4 of 9 M; output 1 of 3 M; requests 100 of 1,000
    expected = {"tokens": 10 / 16, "computed_tokens": 4 / 9, "output_tokens": 1 / 3}
    for unit, value in (expected | {"requests": 0.1}).items():
        assert by_unit["central_share"][unit] == pytest.approx(value)
    # dollars: 7 of 21.5 with free cache reads, 13 of 27.5 at the input price
    spend = by_unit.loc["list_spend_usd"]
    assert (spend["low_share"], spend["high_share"]) == pytest.approx((7 / 21.5, 13 / 27.5))
    assert by_unit["charted_count"].tolist() == [3] * 5


def test_a_week_of_free_models_has_no_share_of_dollars(shares):
    units = shares.loc[shares["period_end"] == "2026-03-01", "unit"]
    assert "list_spend_usd" not in set(units)
    assert "requests" in set(units)


def test_drops_by_hand(shares):
    drops = weekly_units.unit_drops(shares, "cn").set_index("unit")
    # The second week has no Chinese tokens, so nothing can fall. In the fourth both models are
    # alike: half of everything, no drop. The first falls from 10/16 to 1/10 of requests.
    assert drops["compared_weeks"]["requests"] == 2
    assert drops["lower_weeks"]["requests"] == 1
    drop = 10 / 16 - 0.1
    assert drops["median_drop_share"]["requests"] == pytest.approx(drop / 2)
    assert drops["least_drop_share"]["requests"] == pytest.approx(0)
    assert drops["largest_drop_share"]["requests"] == pytest.approx(drop)
    # dollars: only the first week has any, and its upper end 13/27.5 is below 10/16
    assert drops["compared_weeks"]["list_spend_usd"] == 1
    assert drops["lower_weeks"]["list_spend_usd"] == 1


def test_dollars_on_both_sides_are_undecided():
    # a: 10 of 14 M tokens; b paid 0.5 USD a million tokens: its dollars are
    # (2 + 1 + 1) M x 0.5 = 2 USD, so China has 7/9 to 13/15, above 10/14: not lower
    cheap = (*B[:5], 0.5, 0.5, 0.5, *B[8:])
    above = weekly_units.unit_shares(week(SUNDAYS[0], A, cheap), ORIGIN, 10)
    row = weekly_units.unit_drops(above, "cn").set_index("unit").loc["list_spend_usd"]
    assert (row["lower_weeks"], row["open_weeks"]) == (0, 0)
    # at 1 USD: 4 USD, China 7/11 to 13/17, on both sides of 10/14
    dearer = (*B[:5], 1.0, 1.0, 1.0, *B[8:])
    both = weekly_units.unit_shares(week(SUNDAYS[0], A, dearer), ORIGIN, 10)
    row = weekly_units.unit_drops(both, "cn").set_index("unit").loc["list_spend_usd"]
    assert (row["lower_weeks"], row["open_weeks"]) == (0, 1)


def test_values_carry_every_recorded_name_and_missing_stays_missing():
    values = units_chart.quantities(MIX, ORIGIN, 10)
    assert set(values) == set(units_chart.RECORDED)
    assert values["lower_request_weeks_share"] == 0.5
    assert (values["whole_mix_weeks"], values["uneven_mix_weeks"]) == (3, 1)
    none = units_chart.quantities(week(SUNDAYS[0], B, C), ORIGIN, 10)
    assert none["lower_request_weeks_share"] is None
    assert none["median_list_spend_drop_share"] is None


# ---- from counted to generated


def test_ledger_by_hand():
    ledger = weekly_units.token_ledger(MIX, ORIGIN, SUNDAYS[0])
    own = ledger[ledger["origin"] == "cn"].set_index("step")
    # 10 M counted, 6 M cached, 3 M fresh, 1 M generated, half a million of it reasoning
    assert own["tokens"].to_dict() == {
        "counted": 10e6,
        "cache_read": 6e6,
        "fresh_prompt": 3e6,
        "generated": 1e6,
        "reasoning": 0.5e6,
    }
    assert own["left_share"].tolist() == pytest.approx([0, 0.4, 0.1, 0, 0])
    # one US model reports no reasoning tokens: their number is not known
    assert "reasoning" not in set(ledger.loc[ledger["origin"] == "us", "step"])


def test_an_origin_without_tokens_has_no_ledger():
    assert set(weekly_units.token_ledger(MIX, ORIGIN, SUNDAYS[1])["origin"]) == {"us"}
    elsewhere = pd.Series({"west/b": "eu", "west/c:free": "eu"})
    with pytest.raises(WindowError, match="no tokens of cn or us in the week to 2026-02-15"):
        weekly_units.token_ledger(MIX, elsewhere, SUNDAYS[1])
    with pytest.raises(WindowError, match="does not add up for east/a"):
        weekly_units.token_ledger(MIX, ORIGIN, SUNDAYS[2])


@given(st.integers(1, 10**6), st.integers(0, 10**6), st.integers(0, 10**6))
def test_the_steps_add_up_to_what_was_counted(fresh, cached, output):
    model = ("east/a", float(fresh + cached), float(cached), float(output), *A[4:])
    ledger = weekly_units.token_ledger(week(SUNDAYS[0], model), ORIGIN, SUNDAYS[0])
    step = ledger.set_index("step")["tokens"]
    assert step["cache_read"] + step["fresh_prompt"] + step["generated"] == step["counted"]


# ---- words and figures


def test_words_without_a_week_to_compare():
    none = weekly_units.unit_drops(weekly_units.unit_shares(week(SUNDAYS[0], B), ORIGIN, 9), "cn")
    text = units_chart.units_by_week_takeaway(none, 2)
    assert text.startswith("**No week with Chinese tokens in its chart adds up.")
    assert "2.**" in text


def test_words_name_undecided_weeks(shares):
    drops = weekly_units.unit_drops(shares, "cn").assign(open_weeks=1)
    text = units_chart.units_by_week_takeaway(drops, 0)
    # computed: half of 10/16 - 4/9
    assert "computed tokens in 1 of 2 weeks (median drop 9.0 points; 1 undecided)" in text


def test_figures_file_their_words(shares, monkeypatch):
    monkeypatch.setattr(show, "display", lambda *_, **__: None)
    found = Results("01_openrouter_share", "?")
    units_chart.units_by_week(found, shares, SUNDAYS[0], SCENE)
    waterfall_chart.waterfall(found, weekly_units.token_ledger(MIX, ORIGIN, SUNDAYS[1]), SCENE)
    titles = [figure["title"] for figure in found.figures]
    assert titles[0] == "In dollars China's share is lower in 1 of 1 weeks"
    # b and c: 2 M of 6 M tokens were generated
    assert titles[1] == "United States: 33.3% of 6.00M counted tokens were generated"


def test_waterfall_words_leave_unknown_reasoning_out():
    ledger = weekly_units.token_ledger(MIX, ORIGIN, SUNDAYS[0])
    text = waterfall_chart.waterfall_takeaway(ledger, SCENE)
    assert "of 10.0M tokens of Chinese models 60.0% were cache reads" in text
    assert "10.0% generated (5.0% reasoning); of 6.00M" in text
    assert text.endswith("33.3% generated.**")


# Printed with two digits elsewhere: 100, 31 and 1.5% of 5.16T
def test_little_of_the_chinese_count_is_left(rows):
    ledger = weekly_units.token_ledger(rows.mix, rows.resolved, dt.date(2026, 2, 22))
    own = ledger[ledger["origin"] == "cn"].set_index("step")
    assert own["tokens"]["counted"] == pytest.approx(5.16e12, abs=5e9)
    assert own["left_share"]["cache_read"] == pytest.approx(0.31, abs=5e-3)
    assert own["token_share"]["generated"] == pytest.approx(0.015, abs=5e-4)


def test_a_week_of_the_series_is_the_week_of_the_claims(rows):
    # two ways to one number: the series and the single week that claims rest on
    known = claimed_values.mix_values(rows, dt.date(2026, 2, 22))
    series = weekly_units.unit_shares(rows.mix, rows.resolved, 10)
    week_rows = series[(series["period_end"] == "2026-02-22") & (series["origin"] == "cn")]
    by_unit = week_rows.set_index("unit")
    spend = known["cn_list_spend_share"]
    assert by_unit["low_share"]["list_spend_usd"] == pytest.approx(spend.low)
    assert by_unit["high_share"]["list_spend_usd"] == pytest.approx(spend.high)
    # evidence of the same week: 31.6 to 38.2% of dollars against 59.0% of tokens
    assert by_unit["central_share"]["tokens"] == pytest.approx(0.590, abs=5e-4)
