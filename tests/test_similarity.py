"""Mining beside inference: verdicts, and the numbers that go into them, by hand."""

import math

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.assumptions import Assumptions
from token_exports.figures import similarity_chart, similarity_words
from token_exports.models import accelerator_hour, mining_margin, similarity
from token_exports.models import similarity_columns as columns
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.similarity import ALIKE, DIFFERENT, NOT_COMPARED, Aspect
from token_exports.results import Results
from token_exports.uncertainty import bounds, exact

ROW = Aspect(label="Row", group="Cost", unit="share", mining="a", tokens="b", tables=("asics",))
ASPECTS = dict.fromkeys(("near", "wide", "far", "signs", "gone"), ROW)
MINING = {
    "near": exact(2.0),
    "wide": bounds(2.0, 1.0, 4.0),
    "far": bounds(1.0, 0.5, 2.0),
    "signs": bounds(-1.0, -2.0, 0.5),
    "gone": exact(1.0),
}
TOKENS = {
    "near": exact(3.0),
    "wide": bounds(3.0, 2.0, 6.0),
    "far": bounds(50.0, 20.0, 80.0),
    "signs": exact(4.0),
}
TABLE = similarity.compare(ASPECTS, MINING, TOKENS)
positive = st.floats(1e-3, 1e3)


# ---- verdicts


def test_the_table_by_hand():
    rows = TABLE.set_index("aspect")
    assert rows["verdict"].to_dict() == {
        "near": ALIKE,  # 3 / 2 = 1.5
        "wide": ALIKE,  # 1.5 too
        "far": DIFFERENT,  # 50
        "signs": DIFFERENT,
        "gone": NOT_COMPARED,
    }
    # wide: 2 / 4 to 6 / 1 leaves the factor of two; far: 20 / 2 = 10 does not reach it
    assert rows["firm"].to_dict() == {
        "near": True,
        "wide": False,
        "far": True,
        "signs": False,  # mining may be above zero
        "gone": False,
    }
    assert rows.loc["wide", ["low_ratio", "high_ratio"]].tolist() == [0.5, 6.0]
    assert math.isnan(rows.loc["signs", "central_ratio"])
    assert similarity.counts(TABLE) == {ALIKE: 2, DIFFERENT: 2, NOT_COMPARED: 1, "firm": 2}
    assert similarity.alike_by_factor(TABLE, (1.0, 1.5, 60.0)) == {1.0: 0, 1.5: 2, 60.0: 3}


def test_an_end_at_zero_has_no_limit():
    assert similarity.ratio_ends(bounds(1, 0, 2), exact(1)) == (0.5, 1, math.inf)
    assert similarity.ratio_ends(exact(1), bounds(1, -1, 2)) == (0, 1, 2)
    # two losses: -4 / -2, with ends -2 / -4 ... -8 / -1 mirrored
    assert similarity.ratio_ends(bounds(-2, -4, -1), bounds(-4, -8, -2)) == (0.5, 2, 8)


def test_zeros():
    assert similarity.verdict(exact(0), exact(0), 2) == (ALIKE, True)
    assert similarity.verdict(exact(0), exact(1), 2)[0] == DIFFERENT
    assert similarity.verdict(exact(-1), exact(1), 2) == (DIFFERENT, True)


def test_what_cannot_be_asked():
    with pytest.raises(ValueError, match="below one"):
        similarity.verdict(exact(1), exact(1), 0.5)
    with pytest.raises(ValueError, match="no aspect for typo"):
        similarity.compare(ASPECTS, {"typo": None}, {})


@given(positive, positive, st.floats(1.0, 50.0))
def test_the_verdict_does_not_depend_on_who_comes_first(one, other, factor):
    there = similarity.verdict(exact(one), exact(other), factor)
    back = similarity.verdict(exact(other), exact(one), factor)
    on_the_edge = math.isclose(max(one / other, other / one), factor, rel_tol=1e-9)
    assert there == back or on_the_edge


@given(positive, positive, st.floats(1.0, 5.0), st.floats(1.0, 5.0), st.floats(1.0, 20.0))
def test_a_firm_verdict_holds_for_every_pair_of_ends(one, other, wide, wider, factor):
    ours, theirs = bounds(one, one / wide, one * wide), bounds(other, other / wider, other * wider)
    said, firm = similarity.verdict(ours, theirs, factor)
    slack = factor * (1 + 1e-9)
    pairs = [b / a for a in (ours.low, ours.high) for b in (theirs.low, theirs.high)]
    if firm and said == ALIKE:
        assert all(1 / slack <= ratio <= slack for ratio in pairs)
    if firm and said == DIFFERENT:
        assert not any(slack / factor**2 <= ratio <= factor / (1 + 1e-9) for ratio in pairs)


# ---- the numbers

COSTS = mining_margin.MinerCosts(
    electricity_usd_per_kwh=bounds(0.05, 0.03, 0.08),
    operations_usd_per_kwh=exact(0.01),
    machine_price_days=exact(365.25),
    machine_lifetime_years=exact(5.0),
)


def test_cost_of_mining_by_hand():
    found = columns.mining_cost_shares(exact(0.2), COSTS)
    # the machine takes a fifth of 0.20 = 0.04: all 0.05 + 0.01 + 0.04 = 0.10
    assert found["electricity_cost_share"].central == pytest.approx(0.5)
    assert found["hardware_cost_share"].central == pytest.approx(0.4)
    # power at 0.03: 0.03 / 0.08, machine 0.04 / 0.08
    assert found["electricity_cost_share"].low == pytest.approx(0.375)
    assert found["hardware_cost_share"].high == pytest.approx(0.5)


def test_price_of_a_watt_by_hand():
    quoted = pd.DataFrame(
        {
            "quote_date": pd.to_datetime(["2020-01-01", "2025-06-01", "2025-12-01"]),
            "price_usd_per_th": [100.0, 8.0, 5.0],
            "efficiency_lower_j_per_th": [50.0, 16.0, 20.0],
            "efficiency_upper_j_per_th": [50.0, 20.0, 20.0],
        }
    )
    # of the last year: 8 / 20 to 8 / 16 with middle 0.45, and 5 / 20 = 0.25; median 0.35
    found = columns.machine_usd_per_w(quoted)
    assert (found.central, found.low, found.high) == pytest.approx((0.35, 0.25, 0.5))
    assert columns.machine_usd_per_w(quoted.iloc[:0]) is None


def test_cost_of_an_accelerator_hour_adds_up():
    inputs = Assumptions({}).central(ServingInputs, "cn", ("h800-sxm", "national_industrial"))
    cost = accelerator_hour.cost_usd_per_h(inputs)
    named = ("accelerator", "server_network", "capital")
    hardware = sum(accelerator_hour.COMPONENTS[name](inputs) for name in named)
    assert columns.hardware_cost_share(inputs) == pytest.approx(hardware / cost)
    # 28,000 USD with 45% for server and network, over 1,370 W
    assert columns.server_usd_per_w(inputs) == pytest.approx(28_000 * 1.45 / 1_370)
    # other cost per hour over kWh per hour, plus the tariff, is all cost of a kWh
    whole = columns.other_usd_per_kwh(inputs) + inputs.electricity_price_usd_per_kwh
    assert whole == pytest.approx(cost / accelerator_hour.facility_power_kw(inputs))


def test_countries_by_hand():
    # two halves; then 0.5 and 0.25 with a rest of 0.25 thin (0.3125) or one country (0.375)
    assert columns.equal_countries([0.5, 0.5], 0.1).central == pytest.approx(2)
    found = columns.equal_countries([0.5, 0.25], 0.25)
    assert (found.low, found.high) == pytest.approx((1 / 0.375, 1 / 0.3125))
    # a rest of 0.25 in pieces of 0.1, 0.1 and 0.05: 0.3125 + 0.01 + 0.01 + 0.0025
    assert columns.equal_countries([0.5, 0.25], 0.1).low == pytest.approx(1 / 0.335)


def test_behaviour_by_hand():
    network = pd.DataFrame({"month": ["2026-01"], "days_count": [31], "mined_blocks": [4464]})
    assert columns.block_s(network).central == pytest.approx(600)  # 31 x 86,400 / 4,464
    parts = pd.DataFrame({"requests": [2.0, 2.0, 0.0], "output_tokens": [1000.0, 600.0, 9.0]})
    found = columns.reply_s(parts, bounds(40, 20, 100))  # 400 tokens a request
    assert (found.central, found.low, found.high) == (10, 4, 20)
    hosted = pd.DataFrame(
        {"open_weights_model": ["a", "a", "b", "b", "c"], "output_usd_per_mtok": [1, 3, 2, 2, 9.0]}
    )
    found = columns.price_spread(hosted)  # a 3, b 1, c has one host and no spread
    assert (found.central, found.low, found.high) == (2, 1, 3)


def test_nothing_public_is_nothing_measured():
    empty = pd.DataFrame(columns=["metric", "unit", "low", "central", "high"])
    assert columns.curtailed_share(empty) is None
    assert columns.mining_utilisation_share(empty) is None
    reported = pd.DataFrame(columns=["quantity_id", "value"])
    assert columns.mean_over_peak(reported) is None
    assert columns.data_centre_countries(reported) is None
    hosted = pd.DataFrame(columns=["open_weights_model", "output_usd_per_mtok"], dtype=float)
    assert columns.price_spread(hosted) is None
    assert columns.mining_countries(pd.DataFrame(columns=["month"])) is None


def test_real_tables():
    economics, reported = (
        data.load(name) for name in ("mining_and_hosting_economics", "reported_quantities")
    )
    assert columns.curtailed_share(economics).low == 0.95
    assert columns.mining_utilisation_share(economics).low == pytest.approx(0.72)  # 1 - 0.28
    assert columns.mean_over_peak(reported).central == pytest.approx(226.75 / 278)
    # 183 and 102 of 415 TWh: 1 / (0.44096^2 + 0.24578^2) = 3.924 if the rest is many
    assert columns.data_centre_countries(reported).high == pytest.approx(3.924, abs=1e-3)


# ---- words and figure


def test_every_row_has_a_column_or_says_what_was_looked_for():
    for name, aspect in similarity_words.ASPECTS.items():
        assert aspect.unit in name
        assert aspect.mining
        assert aspect.tokens
        assert aspect.tables


def test_the_words_are_true_for_any_table(tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN_EXPORTS_OUTPUT", str(tmp_path))
    said = similarity_chart.takeaway(TABLE, 2.0)
    assert "2 of 4 measured" in said
    assert "50×" in said
    none = similarity.compare(ASPECTS, {}, {})
    assert "nothing can be compared" in similarity_chart.takeaway(none, 2.0)
    alike = similarity.compare({"near": ROW}, {"near": exact(1)}, {"near": exact(1)})
    assert "Every row" in similarity_chart.takeaway(alike, 2.0)
    found = Results("03_bitcoin_vs_tokens", "Title", {})
    similarity_chart.side_by_side(found, TABLE, 2.0, "Source")
    assert "2 of 4" in found.figures[0]["title"]
    shown = similarity_chart.printed(TABLE).set_index("aspect")
    assert shown.loc["gone", "tokens"] == "not measured"
    assert shown.loc["signs", "distance"] == "opposite signs"
    assert similarity_chart.quantities(TABLE)["firm_rows_count"] == 2
