"""Figures of the cost analyses on toys: filed, named by unit, and sentences that stay true."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from token_exports import data
from token_exports.figures import (
    below_cost_chart,
    ledger_chart,
    ledger_record,
    penalty_chart,
    price_history_chart,
    price_history_record,
    price_trace_chart,
    same_weights_chart,
    sensitivity_chart,
    sensitivity_record,
    show,
    stress_chart,
    stress_record,
)
from token_exports.models import same_weights
from token_exports.models.price_ledger import FACTORS
from token_exports.results import Results
from token_exports.uncertainty import Interval
from token_exports.units import unit_of

RECORDS = [
    below_cost_chart,
    ledger_record,
    penalty_chart,
    price_history_record,
    price_trace_chart,
    same_weights_chart,
    sensitivity_record,
    stress_record,
]


@pytest.fixture
def found(monkeypatch):
    monkeypatch.setattr(show, "display", lambda *_, **__: None)
    return Results("02_token_cost", "Cost")


@pytest.mark.parametrize("module", RECORDS, ids=lambda m: m.__name__.rsplit(".", 1)[1])
def test_every_recorded_name_ends_in_its_unit_and_names_real_tables(module):
    known = set(data.tables())
    for name, (label, formula, tables) in module.RECORDED.items():
        assert unit_of(name)
        assert label
        assert formula.count(".") == 1
        assert set(tables) <= known


def ledger(**central):
    rows = []
    for name, label in FACTORS.items():
        value = central.get(name, 0.0)
        ends = {"low": value - 0.1, "central": value, "high": value + 0.1}
        rows.append(
            {"factor": name, "label": label}
            | {f"{end}_ln": v for end, v in ends.items()}
            | {f"{end}_share": v / 2 for end, v in ends.items()}
        )
    return pd.DataFrame(rows)


LEDGER = {
    "ledger_price_ratio": float(np.exp(2.0)),
    "ledger_electricity_price_share": Interval(0.01, 0.0, 0.02),
    "ledger_discount_share": Interval(0.005, 0.0, 0.01),
    "ledger_free_power_share": Interval(0.02, 0.01, 0.03),
}


def test_the_ledgers_sentence_names_the_two_largest_parts():
    table = ledger(active_parameters=2.5, margin=-0.7, traffic_mix=0.2)
    words = ledger_chart.ledger_takeaway(table, LEDGER)
    assert "model size with 125%" in words
    assert "mark-up (residual) with \N{MINUS SIGN}35.0%" in words


def test_the_ledgers_bars_climb_to_the_gap():
    table = ledger(active_parameters=1.5, margin=0.5)
    _, ax = plt.subplots()
    ledger_chart.draw_ledger(table, ax)
    whole = ax.patches[-1]
    assert whole.get_x() + whole.get_width() == pytest.approx(np.exp(2.0))
    plt.close("all")


def test_the_ledger_is_filed(found):
    ledger_chart.ledger(found, ledger(margin=2.0), LEDGER, "toy")
    assert found.figures[0]["name"] == "price_ledger"
    assert "7.39" in found.figures[0]["title"]


def test_the_stress_map_names_the_highest_point(found):
    rows = [
        {
            "label": label,
            "origin": origin,
            "electricity_cost_share": share,
            "map_cost_usd_per_h": 1.0,
            "map_cost_low_usd_per_h": 0.5,
            "map_cost_high_usd_per_h": 2.0,
            "electricity_price_usd_per_kwh": 0.08,
            "electricity_price_low_usd_per_kwh": 0.07,
            "electricity_price_high_usd_per_kwh": 0.09,
        }
        for label, origin, share in (("one", "cn", 0.05), ("two", "us", 0.2))
    ]
    stress_chart.stress_map_figure(found, pd.DataFrame(rows), 0.9, "toy")
    assert (
        found.figures[0]["title"] == "The highest of 2 operating points is 20.0% electricity: two"
    )


def test_a_contour_passes_where_the_share_holds():
    _, ax = plt.subplots()
    stress_chart.draw_map(
        pd.DataFrame(columns=["map_cost_usd_per_h", "origin"]), draw_kw=2.0, ax=ax
    )
    half = ax.lines[3]  # 5, 10, 25, 50
    x, y = half.get_data()
    assert 2.0 * y[0] / (2.0 * y[0] + x[0]) == pytest.approx(0.5)
    plt.close("all")


def test_the_sentence_of_a_fixed_tariff_says_so():
    table = pd.DataFrame(
        {
            "result": ["electricity_cost_share"] * 2,
            "input": ["gpu_price_usd", "pue_ratio"],
            "total_share": [0.7, 0.3],
        }
    )
    words = sensitivity_chart.sensitivity_takeaway(table)
    assert "accelerator price and cooling (pue)" in words
    assert "fixed in this run" in words


def hosted(price):
    return pd.DataFrame(
        [("A", "a", "CN", True, 1.0), ("A", "h", "US", False, price)],
        columns=["open_weights_model", "host", "host_country", "first_party", "input_usd_per_mtok"],
    )


def test_one_model_gets_a_sentence_without_an_effect(found):
    table = hosted(1.0)
    pairs = same_weights.pairs(table, "input_usd_per_mtok")
    words = same_weights_chart.same_weights_takeaway({}, pairs, pd.DataFrame())
    assert words.startswith("**1 of 1 open models is sold by a US host at the developer's price")
    assert "too few" in words
    same_weights_chart.same_weights_figure(found, table, "toy")


def test_equal_prices_are_told_from_near_ones():
    near = same_weights.pairs(hosted(1.01), "input_usd_per_mtok")
    assert same_weights_chart.equal_models(near) == []


def test_nothing_public_is_said_and_not_drawn():
    none = pd.DataFrame(columns=["basis", "central", "blend_ratio"])
    assert "public yet" in price_history_record.ratio_takeaway(none, none, none)
    empty = pd.DataFrame()
    assert price_trace_chart.trace_takeaway(empty, 36.0).startswith("**No two list prices")
    columns = ["value", "quantity_id"]
    words = below_cost_chart.below_cost_takeaway(empty, pd.DataFrame(columns=columns), {})
    assert words == "**No model had a cost and a price yet.**"
    assert "public yet" in penalty_chart.penalty_takeaway(empty)


def test_a_dearer_base_is_called_dearer():
    row = {"label": "East", "price_ratio": 1.1, "low": 1.4, "central": 1.5, "high": 1.6}
    table = pd.DataFrame([row | {"basis_id": "R27", "break_even_penalty_ratio": 0.91}])
    words = penalty_chart.penalty_takeaway(table)
    assert "10.0% dearer per kWh is 50.0% dearer per token" in words
    assert "no discount" in words
    assert "use it up" not in words


def test_week_bounds_are_drawn_and_filed(found):
    weekly = pd.DataFrame(
        {
            "period_start": pd.to_datetime(["2026-02-09", "2026-02-16"]),
            "period_end": pd.to_datetime(["2026-02-15", "2026-02-22"]),
            "basis": ["own_mixes", "own_mixes"],
            "low": [8.0, 12.0],
            "central": [14.0, 12.0],
            "high": [36.0, 12.0],
        }
    )
    price_history_chart.weeks(found, weekly, 17.0, "toy")
    assert (
        "12.0\N{MULTIPLICATION SIGN} to 14.0\N{MULTIPLICATION SIGN} over 2 weeks"
        in (found.figures[0]["title"])
    )
