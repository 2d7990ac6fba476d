"""What is recorded of sparsity agrees with the served rates, and its figures stay true."""

import matplotlib.pyplot as plt
import pytest

from token_exports import data, serving
from token_exports.assumptions import Assumptions
from token_exports.figures import (
    chip_record,
    cost_values,
    served_record,
    show,
    sparsity_chart,
    sparsity_record,
    sparsity_words,
)
from token_exports.models import sparsity
from token_exports.parameters import TokenCost
from token_exports.results import Results
from token_exports.uncertainty import Interval
from token_exports.units import unit_of

TOKEN = sparsity.TokenTime(
    weight_arithmetic_s=1.0,
    own_weights_s=0.2,
    other_experts_s=1.0,
    attention_s=2.0,
    link_s=0.0,
    waiting_s=0.0,
)
TWIN = sparsity.TokenTime(
    weight_arithmetic_s=4.0,
    own_weights_s=4.0,
    other_experts_s=0.0,
    attention_s=2.0,
    link_s=0.0,
    waiting_s=0.0,
)


@pytest.fixture(scope="module")
def compared():
    p = TokenCost(n_draws=200)
    known = Assumptions(p.overrides)
    tables = (data.load(name) for name in ("openrouter_token_mix", "reported_quantities"))
    mine = served_record.Given(known, p, serving.basis(known), *tables)
    found = sparsity_record.compare(mine, chip_record.predictions(mine))
    return found, sparsity_record.of_run(mine, found)


def test_parts_add_up_to_what_the_served_rates_say(compared):
    for twins in compared[0].values():
        for parts, of in (
            (sparsity_record.written(twins), sparsity_record.decode_s),
            (sparsity_record.prompt(twins), sparsity_record.prompt_s),
        ):
            served = sparsity_record.ratio(twins, of).central
            assert sparsity.cost_share(*parts) == pytest.approx(served)


def test_energy_by_parts_is_the_served_energy(compared):
    for twins in compared[0].values():
        served = sparsity_record.ratio(twins, lambda o: o.energy.output_j_per_token).central
        parts = sparsity_record.written(twins)
        assert sparsity.energy_share(*parts, twins.power) == pytest.approx(served)


def test_the_mean_token_lies_between_its_classes(compared):
    values = sparsity_record.quantities(*compared)
    classes = [
        values[f"sparsity_{name}_cost_share"].central
        for name in ("prefill", "decode", "cache_read")
    ]
    mean = values["sparsity_traffic_cost_share"].central
    assert min(classes) <= mean <= max(classes)
    assert values["sparsity_naive_share"] < mean
    assert values["sparsity_lowest_traffic_cost_share"] <= mean
    assert mean <= values["sparsity_highest_traffic_cost_share"]


def test_every_quantity_is_declared_with_its_unit_and_tables(compared):
    values = sparsity_record.quantities(*compared)
    assert set(values) == set(sparsity_record.RECORDED)
    for name, (label, formula, tables) in sparsity_record.RECORDED.items():
        assert unit_of(name) == "share"
        assert label
        assert hasattr(sparsity, formula.removeprefix("sparsity."))
        assert set(tables) <= set(data.tables())


def test_figures_are_filed_with_what_they_found(compared, monkeypatch):
    monkeypatch.setattr(show, "display", lambda *_, **__: None)
    found, values = Results("02_token_cost", "Cost"), sparsity_record.quantities(*compared)
    cost_values.record(found, values, sparsity_record.RECORDED)
    table = sparsity_record.explained(compared[1])
    sparsity_chart.saving(found, compared[1], values, "toy")
    sparsity_chart.parts(found, table, values, "toy")
    assert [entry["name"] for entry in found.figures] == ["sparsity", "sparsity_parts"]
    assert sparsity_words.title(values) == found.figures[0]["title"]
    gaps = table.filter(like="_gap_share").sum(axis=1)
    assert (table["naive_share"] + gaps).tolist() == pytest.approx(table["cost_share"].tolist())


# ---- toys


def test_a_part_that_shrinks_more_than_naive_is_drawn_left_of_zero():
    table = sparsity_record.parts_table({"toy": (TOKEN, TWIN)}, 0.25)
    # twin 10 s; own weights (0.2 - 1) / 10 = -0.08, experts 0.1, attention (2 - 0.5) / 10 = 0.15
    row = table.iloc[0]
    assert row["own_weights_gap_share"] == pytest.approx(-0.08)
    assert row["other_experts_gap_share"] == pytest.approx(0.1)
    assert row["attention_gap_share"] == pytest.approx(0.15)
    # naive 0.25 + 0 - 0.08 + 0.1 + 0.15 = 0.42 = 4.2 s of 10 s
    assert row["cost_share"] == pytest.approx(0.42)
    _, ax = plt.subplots()
    sparsity_chart.draw_parts(table, ax)
    bars = [(bar.get_x(), bar.get_width()) for bar in ax.patches if bar.get_width()]
    assert min(x + min(width, 0) for x, width in bars) == pytest.approx(-0.08)
    assert max(x + max(width, 0) for x, width in bars) == pytest.approx(0.25 + 0.1 + 0.15)
    plt.close()


def values(**gaps):
    shares = {f"sparsity_decode_{part}_gap_share": 0.0 for part in sparsity_record.PARTS}
    shares |= {f"sparsity_decode_{part}_gap_share": value for part, value in gaps.items()}
    names = ("naive", "lowest_traffic_cost", "highest_traffic_cost", "realised")
    shares |= {f"sparsity_{name}_share": 0.1 for name in names}
    ends = Interval(0.5, 0.4, 0.6)
    names = ("decode_cost", "prefill_cost", "traffic_cost")
    return shares | {f"sparsity_{name}_share": ends for name in names}


def test_the_sentence_follows_the_numbers():
    waits = sparsity_words.takeaway(values(waiting=0.3))
    assert "Waiting adds most to a written token, 30.0%" in waits
    assert "other tokens of the batch chose add hardly anything" in waits
    mixed = sparsity_words.takeaway(values(other_experts=0.2, attention=0.1))
    assert "Others' experts add most to a written token, 20.0%" in mixed
    assert "other tokens of the batch chose add 20.0%" in mixed
    assert "not public yet" in sparsity_words.takeaway({})


def test_nothing_is_recorded_where_the_model_was_not_public():
    assert sparsity_record.quantities({}, None) == {}
