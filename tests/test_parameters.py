"""Parameters of the notebooks: what is accepted, what is refused and how that is told."""

import datetime as dt

import pytest
from pydantic import ValidationError

from token_exports import parameters
from token_exports.models.windows import Window
from token_exports.parameters import NOTEBOOKS, ParameterError, validated
from token_exports.units import UNITS

SHARE, COST, MINING = NOTEBOOKS


@pytest.mark.parametrize(
    ("notebook", "values", "words"),
    [
        (SHARE, {"top_m": 5}, ["no parameter 'top_m'", "did you mean 'top_n'?"]),
        (SHARE, {"zzz": 5}, ["no parameter 'zzz'", "known:", "window"]),
        (COST, {"top_n": 5}, ["no parameter 'top_n'"]),  # of another notebook
        (SHARE, {"top_n": "three"}, ["top_n = 'three'", "integer"]),
        (SHARE, {"top_n": 3.5}, ["top_n = 3.5", "integer"]),
        (SHARE, {"top_n": True}, ["top_n = True", "whole number"]),
        (SHARE, {"top_n": 21}, ["top_n = 21", "20"]),
        (SHARE, {"window": "2026-02-17/2026-02-11"}, ["ends before it starts"]),
        (SHARE, {"window": "2026-01-01/2026-02-01"}, ["32 days", "at most 31"]),
        (SHARE, {"window": "2026-W54"}, ["window = '2026-W54'", "ISO week"]),
        (SHARE, {"min_age_days": -1}, ["min_age_days = -1", "0"]),
        (SHARE, {"served_in_china": {"qwen": 1.2}}, ["served_in_china.qwen = 1.2", "0 and 1"]),
        (SHARE, {"served_in_china": {"qwen": [0.5, 0.4, 0.6]}}, ["served_in_china.qwen", "order"]),
        (SHARE, {"unit": "token"}, ["unit = 'token'", "'tokens'", "'list_spend_usd'"]),
        (SHARE, {"window": "2026-02-30"}, ["window = '2026-02-30'", "first/last day"]),
        (SHARE, {"as_of": "2014-12-31"}, ["as_of = '2014-12-31'", "2015-01-01"]),
        (COST, {"seed": -1}, ["seed = -1", "0"]),
        (COST, {"n_draws": 99}, ["n_draws = 99", "100"]),
        (COST, {"cn_accelerator": "gb200"}, ["cn_accelerator = 'gb200'", "'h800-sxm'"]),
        (COST, {"overrides": {"pue_ratio": [1, 2]}}, ["overrides"]),
        (MINING, {"period_start": "2021-13"}, ["period_start = '2021-13'", "pattern"]),
        (MINING, {"include_derived": "maybe"}, ["include_derived = 'maybe'", "boolean"]),
        (COST, {"seed": "x", "n_draws": "y"}, ["seed = 'x'", "n_draws = 'y'"]),  # all at once
    ],
)
def test_a_wrong_parameter_is_told_with_what_is_allowed(notebook, values, words):
    with pytest.raises(ParameterError) as fault:
        validated(notebook, values)
    for word in [f"{notebook}: ", *words]:
        assert word in str(fault.value)


@pytest.mark.parametrize(
    ("notebook", "given", "expected"),
    [
        (SHARE, {"top_n": "3"}, {"top_n": 3}),
        (SHARE, {"window": dt.date(2026, 2, 17)}, {"study": Window(dt.date(2026, 2, 17), 7)}),
        (SHARE, {"window": "2026-W08"}, {"study": Window(dt.date(2026, 2, 22), 7)}),
        (SHARE, {"window": "2026-02-12/2026-02-17"}, {"study": Window(dt.date(2026, 2, 17), 6)}),
        (
            SHARE,
            {"served_in_china": {"qwen": [0.1, 0.2, 0.3]}},
            {"served_in_china": {"qwen": (0.1, 0.2, 0.3)}},
        ),
        (SHARE, {"as_of": None}, {"as_of": None}),
        (MINING, {"include_derived": "false"}, {"include_derived": False}),
        (COST, {"overrides": {"pue_ratio": 1.4}}, {"overrides": {"pue_ratio": 1.4}}),
        (
            COST,
            {"overrides": {"pue_ratio": [1.1, 1.2, 1.3]}},
            {"overrides": {"pue_ratio": (1.1, 1.2, 1.3)}},
        ),
    ],
)
def test_text_and_lists_become_what_they_mean(notebook, given, expected):
    found = validated(notebook, given)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_parameters_survive_the_way_into_a_notebook(notebook):
    values = {"as_of": "2026-02-26", "overrides": {"pue_ratio": [1.1, 1.2, 1.3]}}
    sent = validated(notebook, values)
    names = sent.model_dump(mode="json") | {"unrelated": 1}
    assert parameters.read(notebook, names) == sent


def test_a_running_notebook_cannot_change_its_parameters():
    with pytest.raises(ValidationError, match="frozen"):
        validated(SHARE, {}).top_n = 3


@pytest.mark.parametrize(
    ("name", "words", "unit"),
    [
        ("window", "first/last day | ISO week as 2026-W08 | last of seven days", ""),
        ("as_of", "a date", ""),
        ("min_age_days", "0 to 365", "days"),
        ("top_n", "1 to 20", "count"),
        ("denominator", "top_n | platform", ""),
        ("overrides", "name to value", ""),
    ],
)
def test_what_is_allowed_in_words(name, words, unit):
    model = NOTEBOOKS[SHARE]
    assert parameters.allowed(model, name) == words
    assert parameters.unit(model, name) == unit


def test_a_switch_is_true_or_false():
    assert parameters.allowed(NOTEBOOKS[MINING], "include_derived") == "true or false"


@pytest.mark.parametrize("notebook", NOTEBOOKS)
def test_every_parameter_has_a_meaning_and_a_known_unit(notebook):
    model = NOTEBOOKS[notebook]
    for name, field in model.model_fields.items():
        assert field.description, name
        assert parameters.unit(model, name) in {"", *UNITS}


def test_a_name_means_the_same_in_every_notebook():
    meanings = {}
    for model in NOTEBOOKS.values():
        for name, field in model.model_fields.items():
            default = field.get_default(call_default_factory=True)
            meaning = (field.annotation, field.description, default)
            assert meanings.setdefault(name, meaning) == meaning, name
