"""What a notebook records: checked, sorted, rounded, and written only into a build."""

import json

import pytest

from token_exports import results
from token_exports.results import ResultError, Results
from token_exports.uncertainty import Interval, Kind, bounds, exact


@pytest.fixture
def found():
    return Results("02_token_cost", "What is a token made of?", {"seed": 1})


@pytest.fixture
def build(tmp_path, monkeypatch):
    monkeypatch.setenv(results.OUTPUT_VARIABLE, str(tmp_path))
    return tmp_path


def test_a_single_value_is_recorded_as_exact(found):
    assert found.add("token_count", 3, "tokens") == exact(3)
    assert found.quantities["token_count"].unit == "count"
    assert found.quantities["token_count"].kind == "exact"


@pytest.mark.parametrize("value", [Interval(2, 1, 3), bounds(2, 1, 3), exact(2)])
def test_an_interval_comes_back_as_it_was_recorded(found, build, value):
    found.add("cost_usd", value, "cost", formula="token_cost.cost", tables=("claims",))
    found.write()
    recorded = results.load(build / "results" / "02_token_cost.json")
    assert results.intervals([recorded]) == {"02_token_cost:cost_usd": value}
    assert recorded["quantities"][0]["formula"] == "token_cost.cost"
    assert recorded["quantities"][0]["tables"] == ["claims"]


def test_the_same_name_in_two_notebooks_is_two_results():
    recorded = []
    for value, notebook in enumerate(("01_openrouter_share", "02_token_cost")):
        found = Results(notebook, "?")
        found.add("a_count", value, "a")
        recorded.append(found.as_dict())
    assert results.intervals(recorded) == {
        "01_openrouter_share:a_count": exact(0),
        "02_token_cost:a_count": exact(1),
    }


def test_a_name_without_a_unit_is_refused(found):
    with pytest.raises(ResultError, match="'cost' does not end in a unit"):
        found.add("cost", 1, "cost")


def test_a_name_recorded_twice_is_refused(found):
    found.add("cost_usd", 1, "cost")
    with pytest.raises(ResultError, match="'cost_usd' is recorded twice"):
        found.add("cost_usd", 1, "cost")


def test_a_value_that_is_no_number_is_refused(found):
    with pytest.raises(ValueError, match="not ordered"):
        found.add("cost_usd", float("nan"), "cost")
    assert found.quantities == {}


def test_quantities_are_sorted_whatever_came_first(found):
    other = Results(found.notebook, found.title, found.parameters)
    for name in ("b_usd", "a_usd"):
        found.add(name, 1, name)
    for name in ("a_usd", "b_usd"):
        other.add(name, 1, name)
    assert results.to_json(found.as_dict()) == results.to_json(other.as_dict())
    assert [row["name"] for row in found.as_dict()["quantities"]] == ["a_usd", "b_usd"]


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (1 / 3, "0.333333333333"),
        (2 / 3, "0.666666666667"),
        (0.1 + 0.2, "0.3"),
        (8_724_123_456_789.25, "8724123456790.0"),  # thirteen digits before the point
        (8_724_123_456_789, "8724123456789"),  # a whole number is counted, not computed
        (1e-20, "1e-20"),
        (True, "true"),
        (None, "null"),
    ],
)
def test_numbers_keep_twelve_digits(value, written):
    assert results.to_json({"a": value}) == f'{{\n"a":{written}\n}}\n'


def test_json_is_sorted_at_every_depth_and_keeps_its_letters():
    text = results.to_json({"b": [{"d": (0.1 + 0.2,), "c": "é"}], "a": 1})
    assert text == results.to_json({"a": 1, "b": [{"c": "é", "d": [0.3]}]})
    assert '"é"' in text
    assert json.loads(text) == {"a": 1, "b": [{"c": "é", "d": [0.3]}]}


def test_json_has_a_line_for_each_entry():
    text = results.to_json({"rows": [{"b": 1, "a": 2}, {"a": 3}], "map": {"y": 1, "x": 2}})
    assert text == '{\n"map":{\n"x":2,\n"y":1\n},\n"rows":[\n{"a":2,"b":1},\n{"a":3}\n]\n}\n'


def test_outside_a_build_nothing_is_written(found, tmp_path, monkeypatch):
    monkeypatch.delenv(results.OUTPUT_VARIABLE, raising=False)
    monkeypatch.chdir(tmp_path)
    found.add("cost_usd", 1, "cost")
    found.write()
    assert results.output_folder() is None
    assert list(tmp_path.iterdir()) == []


def test_inside_a_build_the_file_bears_the_name_of_the_notebook(found, build):
    found.answer = "It is **3**."
    found.write()
    recorded = results.load(build / "results" / "02_token_cost.json")
    assert recorded == {
        "notebook": "02_token_cost",
        "title": "What is a token made of?",
        "answer": "It is **3**.",
        "parameters": {"seed": 1},
        "quantities": [],
        "headlines": [],
        "figures": [],
        "tables": [],
    }


def test_headlines_keep_the_order_they_were_recorded_in(found):
    for name, headline in [("b_usd", True), ("c_usd", False), ("a_usd", True)]:
        found.add(name, 1, name, headline=headline)
    assert found.as_dict()["headlines"] == ["b_usd", "a_usd"]


def test_a_recorded_quantity_knows_its_interval(found):
    found.add("cost_usd", bounds(2, 1, 3), "cost", headline=True)
    assert found.quantities["cost_usd"].interval == Interval(2, 1, 3, Kind.BOUNDS)
    assert found.quantities["cost_usd"].headline
