"""The committed tables against their description, and what a broken one is answered with."""

import re
import subprocess
import sys

import pandas as pd
import pytest

from token_exports import data
from token_exports.data import DataError
from token_exports.units import UNITS, unit_of

TODAY = pd.Timestamp.now("UTC").tz_localize(None).normalize()
TABLES = data.tables()
LONG = {"value", "low", "central", "high", "stated_value"}  # a unit column says what they are
NUMERIC = {"integer", "number"}


def fields_of(name, kinds=NUMERIC):
    return [field for field in data.fields(name) if field["type"] in kinds]


def all_fields():
    return [(name, field) for name in TABLES for field in data.fields(name)]


# ---- what is committed


@pytest.mark.parametrize("name", TABLES)
def test_a_table_matches_its_description(name):
    frame = data.load(name)
    assert len(frame) > 0
    assert list(frame) == [field["name"] for field in data.fields(name)]


@pytest.mark.parametrize("name", TABLES)
def test_a_table_says_what_it_is_and_who_made_it(name):
    described = data.describe(name)
    for part in ("title", "description", "attribution"):
        assert described[part].strip()
    assert all(licence["name"] and licence["title"] for licence in described["licenses"])
    assert [f["name"] for f in data.fields(name) if not f["description"].strip()] == []


@pytest.mark.parametrize("name", TABLES)
def test_a_primary_key_identifies_a_row(name):
    key = data.describe(name)["schema"]["primaryKey"]
    assert key
    frame = data.load(name)
    assert frame[frame.duplicated(key, keep=False)][key].values.tolist() == []


@pytest.mark.parametrize("name", TABLES)
def test_a_numeric_column_ends_in_its_unit(name):
    for field in fields_of(name):
        if field["name"] in LONG:
            assert "unit" in data.load(name), field["name"]
        elif not field["name"].startswith("n_"):
            assert field["unit"] == unit_of(field["name"]), field["name"]
            assert field["unit"] in UNITS


@pytest.mark.parametrize("name", TABLES)
def test_a_numeric_column_has_a_plausible_range(name):
    for field in fields_of(name):
        limits = field["constraints"]
        assert limits["minimum"] < limits["maximum"], field["name"]


@pytest.mark.parametrize("name", TABLES)
def test_only_numbers_have_a_unit(name):
    others = fields_of(name, {"string", "date", "boolean", "yearmonth"})
    assert [field["name"] for field in others if "unit" in field] == []
    assert len(others) + len(fields_of(name)) == len(data.fields(name))


def test_a_column_name_means_one_quantity_everywhere():
    meanings = {}
    for name, field in all_fields():
        meaning = (field["type"], field.get("unit"))
        assert meanings.setdefault(field["name"], meaning) == meaning, f"{name}.{field['name']}"


def test_every_described_file_is_a_table_and_every_table_is_described():
    folder = data.table_path("sources").parent
    assert {data.table_path(name).name for name in TABLES} == {p.name for p in folder.glob("*.csv")}
    assert len(set(TABLES)) == len(TABLES)


def test_every_source_of_a_row_exists_and_every_source_is_used():
    used = set()
    for name, field in all_fields():
        if field["name"].endswith("source_id") and name != "sources":
            used |= set(data.load(name)[field["name"]].dropna())
    known = set(data.load("sources")["source_id"])
    assert sorted(used - known) == []
    assert sorted(known - used) == []


def test_every_source_column_is_a_key_into_the_sources():
    keys = {
        (name, column)
        for name in TABLES
        for key in data.describe(name)["schema"].get("foreignKeys", [])
        if key["reference"] == {"resource": "sources", "fields": ["source_id"]}
        for column in key["fields"]
    }
    columns = {(name, f["name"]) for name, f in all_fields() if f["name"].endswith("source_id")}
    assert columns - keys == {("sources", "source_id")}


FACTS = [name for name in TABLES if "public_since" in {f["name"] for f in data.fields(name)}]


def test_only_what_is_no_fact_has_no_date():
    assert set(TABLES) - set(FACTS) == {"assumptions", "claim_bases", "sources"}


@pytest.mark.parametrize("name", FACTS)
def test_no_fact_is_from_the_future(name):
    since = data.load(name)["public_since"]
    assert since.notna().all()
    assert since.max() <= TODAY


# ---- as of a day


@pytest.mark.parametrize("name", ["list_prices", "electricity_prices", "openrouter_tokens_daily"])
def test_a_row_appears_on_the_day_it_was_public(name):
    whole = data.load(name)
    day = whole["public_since"].sort_values().iloc[len(whole) // 2]
    known = data.load(name, as_of=day)
    assert len(known) == (whole["public_since"] <= day).sum() < len(whole)
    assert known["public_since"].max() == day
    before = data.load(name, as_of=(day - pd.Timedelta(days=1)).date())
    assert len(known) - len(before) == (whole["public_since"] == day).sum() > 0
    assert list(known.index) == list(range(len(known)))


def test_nothing_was_public_before_there_were_facts():
    assert data.load("list_prices", as_of="1999-12-31").empty


def test_assumptions_do_not_depend_on_the_day():
    assert data.load("assumptions", as_of="1999-12-31").equals(data.load("assumptions"))


def test_columns_have_the_described_types():
    totals = data.load("openrouter_totals_daily")
    assert totals["date"].dtype.kind == "M"
    assert totals["tokens"].dtype == "int64"
    assert totals["named"].dtype == "bool"
    assert totals["free"].isna().any()  # not published is missing, neither true nor false
    assert totals["model_count"].isna().any()


# ---- broken input


def assert_told(words, action):
    with pytest.raises(DataError) as fault:
        action()
    missing = [word for word in words if word not in str(fault.value)]
    assert not missing, f"{missing} not in: {fault.value}"


@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        ("price_usd_per_kwh", "0.o88", ["number"]),
        ("price_usd_per_kwh", "8.8", ["allowed: minimum 0.005, maximum 0.6"]),  # cents
        ("price_usd_per_kwh", "-0.08", ["minimum", "0.005"]),
        ("price_usd_per_kwh", "nan", ["minimum"]),
        ("public_since", "spring 2025", ["date"]),
        ("confidence", "certain", ["enum", "primary", "general_knowledge"]),
        ("source_id", "", ["required"]),
        ("price_usd_per_kwh", "", ["required"]),
        ("price_id", "row five", ["pattern"]),
    ],
)
def test_a_wrong_cell_is_named_with_its_value_and_its_rule(edit, column, value, rule):
    edit("electricity_prices", 5, column, value)
    words = ["data/electricity_prices.csv", "row 5", f"column {column}", repr(value), *rule]
    assert_told(words, lambda: data.load("electricity_prices"))


def test_a_wrong_integer_and_a_wrong_boolean_are_named(edit):
    edit("openrouter_totals_daily", 3, "tokens", "1.5")
    edit("openrouter_totals_daily", 4, "named", "perhaps")
    words = ["row 3, column tokens", "'1.5'", "integer", "row 4, column named", "'perhaps'"]
    assert_told([*words, "boolean"], lambda: data.load("openrouter_totals_daily"))


def test_an_unknown_source_is_named(edit):
    edit("electricity_prices", 5, "source_id", "hearsay")
    words = ["data/electricity_prices.csv", "row 5", "source_id", '"hearsay"', "no such row"]
    assert_told([*words, "sources"], lambda: data.load("electricity_prices"))


def test_a_repeated_key_is_named_with_both_rows(edit):
    first = data.load("electricity_prices")["price_id"][0]
    edit("electricity_prices", 5, "price_id", first)
    words = ["data/electricity_prices.csv", "row 5", "price_id", first, "position 2"]
    assert_told(words, lambda: data.load("electricity_prices"))


def test_a_repeated_key_of_several_columns_is_named(edit):
    first = data.load("fx_rates").iloc[0]
    for column in ("currency", "fx_period", "public_since"):
        edit("fx_rates", 5, column, str(first[column])[:10])
    words = ["data/fx_rates.csv", "row 5", "currency", "fx_period", "position 2"]
    assert_told(words, lambda: data.load("fx_rates"))


def test_many_faults_are_counted_and_not_all_printed(home):
    path = data.table_path("electricity_prices")
    path.write_text(path.read_text(encoding="utf-8").replace(",0.0", ",x0.0"), encoding="utf-8")
    with pytest.raises(DataError) as fault:
        data.load("electricity_prices")
    *lines, last = str(fault.value).splitlines()
    assert len(lines) == data.MOST_FAULTS
    assert re.fullmatch(r"\.\.\. and [1-9]\d* more", last)


def test_a_column_that_is_missing_is_named(home):
    path = data.table_path("fx_rates")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    frame.drop(columns="local_per_usd").to_csv(path, index=False)
    assert_told(["data/fx_rates.csv", "local_per_usd"], lambda: data.load("fx_rates"))


def test_a_table_without_a_file_is_named(home):
    data.table_path("fx_rates").unlink()
    words = ["data/fx_rates.csv is missing", "datapackage.yaml"]
    assert_told(words, lambda: data.load("fx_rates"))
    assert_told(words, data.check)


def test_an_unreadable_table_is_named(home):
    data.table_path("fx_rates").write_bytes(b"currency\n\xff\xfe\n")
    assert_told(["data/fx_rates.csv"], lambda: data.load("fx_rates"))
    data.table_path("fx_rates").write_text("")
    assert_told(["data/fx_rates.csv", "empty"], lambda: data.load("fx_rates"))


def test_an_unknown_table_gets_the_nearest_name():
    words = ["no table 'electricity_price'", "did you mean 'electricity_prices'?"]
    assert_told(words, lambda: data.load("electricity_price"))
    assert_told(["no table 'q'", "known:", "sources"], lambda: data.load("q"))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"resources: [unclosed", ["not valid YAML", "line 1"]),
        (b"", ["resources"]),
        (b"- a list\n", ["resources"]),
        (b"name: no tables\n", ["resources"]),
        (b"resources: [sources]\n", ["resource 1", "name"]),
        (b"resources: [{path: x.csv}]\n", ["resource 1", "name"]),
        (b"resources: [{name: sources, path: sources.csv}]\n", ["sources", "schema"]),
        (b"name: \xff\n", ["UTF-8"]),
        (None, ["missing"]),
    ],
)
def test_an_unreadable_descriptor_is_named(home, content, words):
    path = home / "data" / data.DESCRIPTOR
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    assert_told(["data/datapackage.yaml", *words], lambda: data.load("sources"))


def test_a_type_that_does_not_exist_is_named(home):
    path = home / "data" / data.DESCRIPTOR
    path.write_text(path.read_text(encoding="utf-8").replace("type: number", "type: nmber"))
    assert_told(["data/datapackage.yaml", "nmber"], lambda: data.load("fx_rates"))


# ---- once per content


FRICTIONLESS_USED = """
import sys
from token_exports import data
data.load("fx_rates")
print("frictionless" in sys.modules)
"""


def loads_frictionless():
    answer = subprocess.run(
        [sys.executable, "-c", FRICTIONLESS_USED], capture_output=True, text=True, check=True
    )
    return answer.stdout.strip() == "True"


def test_only_changed_content_is_validated_again(home, edit):
    for stamp in (home / ".cache").rglob("fx_rates-*"):
        stamp.unlink()
    assert loads_frictionless()
    assert not loads_frictionless()
    edit("fx_rates", 2, "note", "a new remark")
    assert loads_frictionless()


def test_a_fault_is_told_every_time(edit):
    edit("fx_rates", 2, "local_per_usd", "-1")
    for _ in range(2):
        assert_told(["data/fx_rates.csv", "row 2"], lambda: data.load("fx_rates"))
