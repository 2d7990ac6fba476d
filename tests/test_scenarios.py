"""Scenarios, and the order in which settings win."""

import pytest
import yaml

from token_exports import paths, scenarios
from token_exports.parameters import NOTEBOOKS, ParameterError

NAMES = scenarios.names()
COST = "02_token_cost"


@pytest.fixture(autouse=True)
def _no_settings_of_the_machine(monkeypatch):
    monkeypatch.delenv(scenarios.SETTINGS_VARIABLE, raising=False)


def assert_refused(words, scenario="baseline", settings=()):
    with pytest.raises(ParameterError) as fault:
        scenarios.resolve(scenario, settings)
    missing = [word for word in words if word not in str(fault.value)]
    assert not missing, f"{missing} not in: {fault.value}"


# ---- the committed files


def test_the_baseline_lists_every_parameter_with_its_default():
    stated = scenarios.load("baseline")
    defaults = {}
    for model in NOTEBOOKS.values():
        defaults |= model.model_validate({}).model_dump(mode="json")
    del defaults["overrides"]
    assert {name: _plain(value) for name, value in stated.parameters.items()} == defaults
    assert stated.assumptions == {}


def _plain(value):
    return value.isoformat() if hasattr(value, "isoformat") else value


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_resolves_for_every_notebook(name):
    found = scenarios.resolve(name)
    assert list(found.notebooks) == list(NOTEBOOKS)
    assert set(found.origin.values()) == {f"scenario {name}"}
    assert found.scenario.title
    assert len(found.scenario.description) > 40


@pytest.mark.parametrize("name", [name for name in NAMES if name != "baseline"])
def test_a_scenario_changes_something(name):
    assert scenarios.resolve(name).notebooks != scenarios.resolve("baseline").notebooks


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_keeps_parameters_and_assumptions_apart(name):
    found = scenarios.load(name)
    known = {field for model in NOTEBOOKS.values() for field in model.model_fields}
    assert set(found.parameters) <= known
    assert not set(found.assumptions) & known


# ---- precedence


@pytest.mark.parametrize(
    ("scenario", "environment", "command", "value", "origin"),
    [
        ("baseline", "", [], "national_industrial", "scenario baseline"),
        ("us_power", "", [], "us_industrial", "scenario us_power"),
        ("us_power", "cn_electricity=east_coast", [], "east_coast", "environment"),
        (
            "us_power",
            "cn_electricity=east_coast",
            ["cn_electricity=subsidised_hub"],
            "subsidised_hub",
            "command line",
        ),
        ("us_power", "", ["cn_electricity=subsidised_hub"], "subsidised_hub", "command line"),
    ],
)
def test_the_later_setting_wins(monkeypatch, scenario, environment, command, value, origin):
    monkeypatch.setenv(scenarios.SETTINGS_VARIABLE, environment)
    found = scenarios.resolve(scenario, command)
    assert found.notebooks[COST].cn_electricity == value
    assert found.origin["cn_electricity"] == origin


def test_what_nobody_sets_keeps_its_default():
    found = scenarios.resolve("us_power")
    assert found.notebooks["01_openrouter_share"].top_n == 10
    assert "top_n" not in found.origin


def test_an_assumption_obeys_the_same_order(monkeypatch):
    monkeypatch.setenv(scenarios.SETTINGS_VARIABLE, "gpu_price_usd=20000 it_power_kw=0.9")
    found = scenarios.resolve("article_as_stated", ["it_power_kw=1.1"])
    overrides = found.notebooks[COST].overrides
    # the scenario says 30,000 USD and 0.7 kW
    assert overrides["gpu_price_usd"] == 20_000
    assert overrides["it_power_kw"] == 1.1
    assert overrides["load_factor_share"] == 1
    assert [found.origin[n] for n in ("gpu_price_usd", "it_power_kw", "load_factor_share")] == [
        "environment",
        "command line",
        "scenario article_as_stated",
    ]


def test_a_setting_reaches_every_notebook_that_knows_it():
    found = scenarios.resolve("baseline", ["seed=7", "pue_ratio=1.4"])
    assert [found.notebooks[n].seed for n in (COST, "03_bitcoin_vs_tokens")] == [7, 7]
    overrides = [values.overrides for values in found.notebooks.values()]
    assert overrides == [{}, {"pue_ratio": 1.4}, {"pue_ratio": 1.4}], "01 looks it up nowhere"


# ---- values


@pytest.mark.parametrize(
    ("setting", "name", "value"),
    [
        ("pue_ratio=1.4", "pue_ratio", 1.4),
        ("pue_ratio=1.1:1.2:1.3", "pue_ratio", (1.1, 1.2, 1.3)),
        ("utilisation_share.cn=0.3:0.5:0.7", "utilisation_share.cn", (0.3, 0.5, 0.7)),
        ("electricity_price_usd_per_kwh.us=0", "electricity_price_usd_per_kwh.us", 0.0),
    ],
)
def test_an_assumption_is_one_number_or_three(setting, name, value):
    assert scenarios.resolve("baseline", [setting]).notebooks[COST].overrides == {name: value}


@pytest.mark.parametrize("word", ["none", "None", "null"])
def test_none_takes_a_setting_back(monkeypatch, word):
    monkeypatch.setenv(scenarios.SETTINGS_VARIABLE, "as_of=2026-02-26")
    assert str(scenarios.resolve("baseline").notebooks[COST].as_of) == "2026-02-26"
    assert scenarios.resolve("baseline", [f"as_of={word}"]).notebooks[COST].as_of is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (["top_m=5"], ["no parameter or assumption 'top_m'", "'top_n'"]),
        (["pue_ration=1.2"], ["no parameter or assumption 'pue_ration'", "'pue_ratio'"]),
        (["pue_ratio.eu=1.2"], ["no assumption 'pue_ratio.eu'", "'pue_ratio'"]),
        (["overrides=1"], ["no parameter or assumption 'overrides'"]),
        (["top_n=many"], ["top_n = 'many'", "integer"]),
        (["top_n=50"], ["top_n = '50'", "20"]),
        (["seed=none"], ["seed = None"]),
        (["pue_ratio=low"], ["pue_ratio = 'low'", "low:central:high"]),
        (["pue_ratio=none"], ["pue_ratio = None", "low:central:high"]),
        (["pue_ratio=1.1:1.2"], ["pue_ratio = '1.1:1.2'", "low:central:high"]),
        (["pue_ratio=1.3:1.2:1.1"], ["pue_ratio", "in order"]),
        (["pue_ratio=0.9"], ["pue_ratio = 0.9", "1 to"]),
        (["utilisation_share=40"], ["utilisation_share = 40", "0 to 1"]),  # percent
        (["top_n"], ["'top_n'", "name=value"]),
        (["=5"], ["'=5'", "name=value"]),
        (["top_n="], ["'top_n='", "name=value"]),
        (["top_n=3", "top_n=4"], ["top_n is set twice"]),
        (["pue_ratio=1.2", "pue_ratio=1.2"], ["pue_ratio is set twice"]),
    ],
)
def test_a_wrong_setting_is_refused(settings, words):
    assert_refused(words, settings=settings)


def test_a_wrong_setting_of_the_environment_is_refused(monkeypatch):
    monkeypatch.setenv(scenarios.SETTINGS_VARIABLE, "top_n=3 top_n=4")
    assert_refused(["top_n is set twice"])
    monkeypatch.setenv(scenarios.SETTINGS_VARIABLE, "top_n='3")
    assert_refused([scenarios.SETTINGS_VARIABLE, "top_n='3"])


def test_an_unknown_scenario_gets_the_nearest_name():
    assert_refused(["no scenario 'us_powr'", "did you mean 'us_power'?"], scenario="us_powr")
    assert_refused(["no scenario '../claims'"], scenario="../claims")


# ---- malformed files

WHOLE = {"title": "A title", "description": "What it changes and why."}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("title: [unclosed", ["not valid YAML"]),
        ("title: One\ntitle: Two\ndescription: Both\n", ["title set twice"]),
        ("", ["title, description"]),
        ("- a\n- list\n", ["title, description"]),
        ({"title": "A title"}, ["title, description"]),
        (WHOLE | {"assumption": {"pue_ratio": 1.2}}, ["title, description", "assumptions"]),
        (WHOLE | {"parameters": ["top_n"]}, ["parameters"]),
        (WHOLE | {"assumptions": "pue_ratio"}, ["assumptions"]),
    ],
)
def test_a_malformed_scenario_file_is_named(home, content, words):
    text = content if isinstance(content, str) else yaml.safe_dump(content)
    (paths.data() / "scenarios" / "mine.yaml").write_text(text, encoding="utf-8")
    assert_refused(["data/scenarios/mine.yaml", *words], scenario="mine")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"parameters": {"top_m": 5}}, ["'top_m'", "'top_n'"]),
        ({"parameters": {"top_n": 50}}, ["top_n = 50", "20"]),
        ({"assumptions": {"pue_ratio": [1.1, 1.2]}}, ["pue_ratio = [1.1, 1.2]"]),
        ({"assumptions": {"served_in_china_share": True}}, ["served_in_china_share = True"]),
    ],
)
def test_a_scenario_file_obeys_the_rules_of_a_setting(home, content, words):
    path = paths.data() / "scenarios" / "mine.yaml"
    path.write_text(yaml.safe_dump(WHOLE | content), encoding="utf-8")
    assert_refused(words, scenario="mine")


def test_a_new_scenario_is_a_new_file(home):
    content = WHOLE | {"parameters": {"top_n": 5}, "assumptions": {"pue_ratio": [1.1, 1.2, 1.3]}}
    (paths.data() / "scenarios" / "mine.yaml").write_text(yaml.safe_dump(content))
    found = scenarios.resolve("mine")
    assert found.notebooks["01_openrouter_share"].top_n == 5
    assert found.notebooks[COST].overrides == {"pue_ratio": (1.1, 1.2, 1.3)}
    assert "mine" in scenarios.names()


# ---- parameters with members


def test_a_member_is_set_alone_and_adds_to_the_others(monkeypatch):
    monkeypatch.setenv(scenarios.SETTINGS_VARIABLE, "served_in_china.minimax=0")
    found = scenarios.resolve("baseline", ["served_in_china.deepseek=0.5:0.7:0.9"])
    share = found.notebooks["01_openrouter_share"]
    assert share.served_in_china == {"minimax": 0.0, "deepseek": (0.5, 0.7, 0.9)}
    assert found.origin["served_in_china"] == "command line"


def test_a_later_layer_wins_over_the_same_member(monkeypatch):
    monkeypatch.setenv(scenarios.SETTINGS_VARIABLE, "served_in_china.minimax=0")
    found = scenarios.resolve("baseline", ["served_in_china.minimax=1"])
    assert found.notebooks["01_openrouter_share"].served_in_china == {"minimax": 1.0}


@pytest.mark.parametrize("value", ["2", "-0.1", "0.5:0.4:0.6", "much"])
def test_a_member_out_of_range_is_refused(value):
    assert_refused(["served_in_china.minimax"], settings=[f"served_in_china.minimax={value}"])
