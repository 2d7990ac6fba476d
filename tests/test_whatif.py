"""Panels: checked descriptions, the report's numbers at its inputs, text that stays text."""

import base64
import hashlib
import json
import re

import pytest
from panel_toys import control, of_notebook, panel

from token_exports import results, whatif
from token_exports.assumptions import Assumptions
from token_exports.figures.mining_text import BASES
from token_exports.pages import template
from token_exports.units import unit_of
from token_exports.whatif import markup, ranges
from token_exports.whatif.mining_inputs import REVENUES
from token_exports.whatif.panel import Choice, Option, PanelError, Shown, Verdict

NOTEBOOKS = ("02_token_cost", "03_bitcoin_vs_tokens")
CLOSE = 1e-9
RUNS = [
    ("02_token_cost", "article_as_stated"),
    ("02_token_cost", "domestic_chips", "pue_ratio.cn=1.05:1.1:1.2"),
    ("02_token_cost", "us_power", "traffic=minimax-m2.5", "electricity_price_usd_per_kwh.us=0.9"),
    ("03_bitcoin_vs_tokens", "served_abroad", "energy_basis=ecologits"),
    ("03_bitcoin_vs_tokens", "baseline", "energy_basis=broker", "revenue_basis=paid"),
    ("03_bitcoin_vs_tokens", "baseline", "energy_basis=benchmark", "revenue_basis=list"),
]


# ---- descriptions


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"low": 30.0}, "not in order"),
        ({"high": 15.0}, "not in order"),
        ({"low": 20.0, "high": 20.0, "believed": (20.0, 20.0)}, "not in order"),
        ({"believed": (25.0, 30.0)}, "not in order"),
        ({"name": "price"}, "does not end in a unit"),
    ],
)
def test_a_control_that_cannot_move_is_refused(changes, fault):
    with pytest.raises(PanelError, match=fault):
        control(**changes)


def test_a_slider_over_a_decade_multiplies():
    assert not control().logarithmic
    assert control(low=4.0).logarithmic
    assert not control(low=0.0).logarithmic  # nothing has no logarithm


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"controls": (control(), control())}, "named twice: gpu_price_usd"),
        ({"shown": (Shown(name="other_usd", label="Other"),)}, "not computed: other_usd"),
        ({"compute": lambda v: {"gpu_price_usd": v["gpu_price_usd"]}}, "named twice"),
    ],
)
def test_a_panel_that_does_not_fit_together_is_refused(changes, fault):
    with pytest.raises(PanelError, match=fault):
        panel(**changes)


@pytest.mark.parametrize("values", [{"gpu_price_usd": 41.0}, {"pue_ratio": 1.2}])
def test_an_option_stays_within_the_controls(values):
    with pytest.raises(PanelError, match="an option sets"):
        panel(choices=(Choice(label="x", options=(Option(label="y", values=values),)),))


def test_a_value_replaces_that_of_the_run():
    assert panel().values() == {"cost_usd_per_year": 2.0}
    assert panel().values({"gpu_price_usd": 40.0}) == {"cost_usd_per_year": 4.0}


def test_an_open_end_is_missing_in_the_file():
    (row,) = panel().as_dict()["verdicts"]
    assert (row["low"], row["high"]) == (3.0, None)
    json.loads(results.to_json(panel().as_dict()), parse_constant=pytest.fail)


# ---- ranges


def test_a_range_holds_every_row_with_room_and_stays_possible():
    known = Assumptions()
    for parameter in ("gpu_price_usd", "utilisation_share", "pue_ratio"):
        rows = [row for row in known.rows if row.parameter == parameter]
        low, high = ranges.widened(parameter, ranges.of_rows(known, parameter))
        assert all(low <= row.low and row.high <= high for row in rows)
    assert ranges.widened("gpu_price_usd", [10.0, 30.0]) == (5.0, 60.0)
    assert ranges.widened("pue_ratio", [1.1, 1.4]) == (1.0, 2.8)
    assert ranges.widened("utilisation_share", [0.3, 0.8]) == (0.15, 1.0)


def test_a_range_follows_a_reader_who_leaves_it():
    known = Assumptions({"gpu_price_usd.cn": 900_000.0})
    row = known.row("gpu_price_usd", "cn", {"h800-sxm"})
    found = ranges.control(row, known, "Price", "cn")
    assert (found.name, found.central, found.high) == ("gpu_price_usd.cn", 9e5, 9e5)


# ---- the real panels


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_panel_gives_the_results_of_its_notebook(baseline, name):
    content = results.load(baseline / "results" / f"{name}.json")
    known = {row["name"]: row["central"] for row in content["quantities"]}
    built = of_notebook(name)
    values = built.values()
    compared = [s for s in built.shown if s.recorded]
    assert len(compared) >= 9
    for shown in compared:
        assert values[shown.name] == pytest.approx(known[shown.recorded], rel=CLOSE), shown.name


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_recorded_panel_is_the_one_the_notebook_builds(baseline, name):
    content = results.load(baseline / "results" / f"{name}.json")
    built = json.loads(results.to_json(of_notebook(name).as_dict()))
    controls = {row["name"]: row["central"] for row in content["what_if"]["controls"]}
    assert controls == {row["name"]: row["central"] for row in built["controls"]}
    assert content["what_if"]["formulas"] == built["formulas"]


def test_every_pair_of_bases_is_an_option(baseline):
    content = results.load(baseline / "results" / "03_bitcoin_vs_tokens.json")
    known = {row["name"]: row["central"] for row in content["quantities"]}
    built = of_notebook("03_bitcoin_vs_tokens")
    options = {c.label: {o.label: o.values for o in c.options} for c in built.choices}
    for energy, energy_label in BASES.items():
        for revenue, revenue_label in REVENUES.items():
            inputs = options["Energy of a token"][energy_label] | options["Revenue"][revenue_label]
            value = built.values(inputs)["token_value_usd_per_kwh"]
            expected = known[f"{revenue}_{energy}_gross_usd_per_kwh"]
            assert value == pytest.approx(expected, rel=CLOSE), (energy, revenue)


@pytest.mark.parametrize("run", RUNS, ids=lambda run: "-".join(run))
def test_other_runs_have_a_panel_at_their_own_inputs(run):
    built = of_notebook(*run, "n_draws=100")
    base = of_notebook(run[0])
    assert built.central != base.central
    assert set(built.central) == set(base.central)
    assert all(value == value for value in built.values().values())


def test_the_essay_at_its_word_is_in_the_panel():
    central = of_notebook("02_token_cost", "article_as_stated", "n_draws=100").central
    assert central["gpu_price_usd.cn"] == 30_000
    assert central["it_power_kw.us"] == 0.7
    assert central["server_network_adder_ratio.cn"] == 0


def test_a_dearer_input_moves_what_it_should():
    built = of_notebook("02_token_cost")
    before = built.values()
    after = built.values({"electricity_price_usd_per_kwh.cn": 0.2})
    assert after["cn_electricity_cost_share"] > before["cn_electricity_cost_share"]
    assert after["us_electricity_cost_share"] == before["us_electricity_cost_share"]
    assert after["electricity_price_gap_share"] < before["electricity_price_gap_share"]


def test_place_of_serving_moves_the_export_but_not_its_worth():
    built = of_notebook("03_bitcoin_vs_tokens")
    none, whole = (built.values({"served_in_china_share": s}) for s in (0.0, 1.0))
    assert none["exported_electricity_mwh"] == 0
    assert whole["exported_token_power_mw"] == whole["token_average_power_mw"]
    assert none["token_value_usd_per_kwh"] == whole["token_value_usd_per_kwh"]


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_names_end_in_units_and_settings_are_settings(name):
    built, known = of_notebook(name), Assumptions().names()
    assert all(unit_of(control.name.partition(".")[0]) for control in built.controls)
    assert all(control.name in known for control in built.controls if control.setting)


# ---- markup and script

HOSTILE = '</script><!--<b>\u2028 & "quoted"'


def hostile():
    return panel(
        notes=(HOSTILE,),
        controls=(control(label=HOSTILE), control("gpu_lifetime_years")),
        shown=(Shown(name="cost_usd_per_year", label=HOSTILE),),
        choices=(
            Choice(label=HOSTILE, options=(Option(label=HOSTILE, values={"gpu_price_usd": 40}),)),
        ),
        verdicts=(
            Verdict(
                claim_id="x",
                statement=HOSTILE,
                asked=HOSTILE,
                quantities={HOSTILE: "cost_usd_per_year"},
                low=0.0,
                high=1.0,
            ),
        ),
    )


def test_text_of_tables_cannot_end_the_script():
    text = whatif.script(hostile().as_dict())
    assert not [ending for ending in ("</", "<!--", "\u2028") if ending in text]
    head = text.split(";\nwhatIf.compute")[0].removeprefix("const whatIf = ")
    assert json.loads(head)["choices"][0][0] == HOSTILE


def test_a_formula_that_would_end_the_script_is_refused():
    with pytest.raises(ValueError, match="ends a script"):
        whatif.script(panel().as_dict() | {"formulas": "return '</script>';"})


def test_text_of_tables_is_escaped_in_the_page():
    html = markup.html(hostile())
    assert not [tag for tag in ("<b>", "<script", "<!--") if tag in html]
    assert "&lt;b&gt;" in html


def test_a_reader_without_script_sees_inputs_ranges_and_outcomes():
    text = re.sub(r"<[^>]+>", " ", markup.html(panel()))
    for words in ("Straight line.", "Price", "20.0 (15.0 to 30.0)", "Cost", "2.00", "USD a year"):
        assert words in text


def test_a_script_of_is_named_by_the_hash_of_its_text():
    text = whatif.script(panel().as_dict())
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    assert template.script_of(text).hash == digest
