"""The data section: complete, honest about gaps, small, and harmless whatever a cell holds."""

import json
import re
from html.parser import HTMLParser

import frictionless
import pandas as pd
import pytest
import site_toys

from token_exports import data
from token_exports.pages import catalogue, coverage, reference, rows
from token_exports.results import Results

MOST_BYTES = 60_000
MOST_BYTES_OF_TABLES = 1_000_000
SCRIPT = "<script>alert(1)</script>"


def recorded():
    found = Results("02_token_cost", "What does a token cost?")
    for number in range(catalogue.MOST_RESULTS + 3):
        found.add(f"n{number}_ratio", 1.0, f"Result {number}", tables=("accelerators",))
    found.add("key_ratio", 1.0, "The <key> number", tables=("accelerators",), headline=True)
    return [found.as_dict()]


def built(folder, *settings):
    site = site_toys.site(folder, *settings)
    frames = {name: data.load(name) for name in data.tables()}
    catalogue.write(site, recorded(), site.shared["settings"], frames)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    return built(tmp_path_factory.mktemp("catalogue"))


def text_of(made, name):
    return (made / name).read_text(encoding="utf-8")


class Ids(HTMLParser):
    """Collects the anchors of a page."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attributes):
        self.found += [value for name, value in attributes if name == "id"]


def test_every_page_is_small_and_its_anchors_are_unique(made):
    pages = sorted(made.rglob("*.html"))
    assert len(pages) > len(data.tables())
    for page in pages:
        assert page.stat().st_size <= MOST_BYTES, page.name
        ids = Ids()
        ids.feed(page.read_text(encoding="utf-8"))
        assert len(ids.found) == len(set(ids.found)), page.name


def test_all_table_pages_together_are_small(made):
    assert sum(p.stat().st_size for p in made.glob("data/*.html")) <= MOST_BYTES_OF_TABLES


def test_the_front_page_lists_every_table_with_its_download(made):
    front = text_of(made, "data.html")
    for name in data.tables():
        assert f'id="table-{name}"' in front
        assert f'href="data/{name}.html"' in front
        assert (made / "data" / f"{name}.csv").read_bytes() == data.table_path(name).read_bytes()


def test_the_front_page_tells_how_old_the_data_are(made):
    newest = max(t["coverage"].newest for t in catalogue.tables())
    assert f"public since {newest}" in text_of(made, "data.html")


def test_missing_days_are_named(made):
    page = text_of(made, "data/openrouter_tokens_daily.html")
    assert f"{data.load('openrouter_tokens_daily')['date'].nunique()} days have rows" in page
    assert "2026-02-24 to 2026-04-05" in page


def test_columns_tell_unit_limits_and_missing_cells(made):
    page = text_of(made, "data/accelerators.html")
    row = re.search(r"<code>board_power_w</code><td>.*", page)[0]
    missing = int(data.load("accelerators")["board_power_w"].isna().sum())
    assert "<b>W</b>" in row
    assert f"<td>{missing}<td>" in row
    assert "100 to 3000" in row


def test_a_long_table_says_how_much_it_shows(made):
    name = "openrouter_tokens_daily"
    page = text_of(made, f"data/{name}.html")
    said = re.search(r"<p>([\d,]+) of ([\d,]+) rows;", page)
    assert page.count("<th scope=row>") == int(said[1].replace(",", ""))
    assert int(said[2].replace(",", "")) == len(data.load(name))


def test_a_short_table_is_shown_whole(made):
    assert text_of(made, "data/asic_prices.html").count("<th scope=row>") == len(
        data.load("asic_prices")
    )


def test_a_row_has_an_anchor_from_its_key(made):
    assert "<tr id=row-h100-sxm>" in text_of(made, "data/accelerators.html")


def test_results_that_rest_on_a_table_are_counted_and_linked(made):
    page = text_of(made, "data/accelerators.html")
    assert f"{catalogue.MOST_RESULTS + 4} results" in page
    assert "The &lt;key&gt; number" in page  # key numbers come first
    assert page.count("-results.html#") == catalogue.MOST_RESULTS
    assert "No recorded result" in text_of(made, "data/fx_rates.html")


def test_the_descriptor_is_a_valid_package_for_machines(made):
    text = text_of(made, "data/datapackage.json")
    assert json.loads(text) == data.package()
    assert frictionless.Package.from_descriptor(str(made / "data/datapackage.json")).resource_names


# ---- sources


def test_every_source_stands_where_links_point(made):
    for key in data.load("sources")["source_id"]:
        page = reference.source_page(key)
        assert reference.source_href(key) == f"{page}#source-{key}"
        assert f'id="source-{key}"' in text_of(made, page)


def test_a_source_names_the_tables_that_cite_it(made):
    key = data.load("accelerators")["source_id"].iloc[0]
    entry = re.search(f'<li id="source-{key}">.*', text_of(made, reference.source_page(key)))[0]
    assert 'href="data/accelerators.html"' in entry
    assert f"#source-{key}" in text_of(made, "data/accelerators.html")


def test_an_unknown_source_has_no_page():
    with pytest.raises(KeyError):
        reference.source_page("nobody_said_so")


# ---- assumptions


def test_every_assumption_has_its_anchor(made):
    page = text_of(made, "assumptions.html")
    for name in data.load("assumptions")["parameter"].unique():
        assert f'<tbody id="{name}">' in page
    assert "This run" not in page
    assert page.count('<svg class="range"') == len(data.load("assumptions"))


def test_an_override_is_shown_with_its_parameter(tmp_path):
    folder = built(tmp_path, "pue_ratio=1.4", "utilisation_share.cn=0.3:0.5:0.7")
    page = text_of(folder, "assumptions.html")
    assert "This run: <code>pue_ratio=1.4</code> (command line)" in page
    assert "This run: <code>utilisation_share.cn=0.3:0.5:0.7</code>" in page


# ---- what a cell may hold


def test_a_cell_with_markup_is_shown_as_text(edit, tmp_path):
    edit("accelerators", 2, "note", SCRIPT)
    edit("accelerators", 2, "display_name", f"{SCRIPT}{SCRIPT}")
    edit("sources", 2, "title", SCRIPT)
    edit("assumptions", 2, "note", SCRIPT)
    folder = built(tmp_path / "out")
    for name in ("data/accelerators.html", "sources.html", "assumptions.html"):
        page = text_of(folder, name)
        assert "&lt;script&gt;alert(1)" in page
        assert SCRIPT not in page


FIELDS = [
    {"name": "key", "type": "string"},
    {"name": "price_usd", "type": "number", "unit": "usd"},
    {"name": "source_id", "type": "string"},
    {"name": "kind", "type": "string"},
    {"name": "note", "type": "string"},
]
FRAME = pd.DataFrame(
    {
        "key": ["a b", "a b", "<x>"],
        "price_usd": [1.23456, None, 2.0],
        "source_id": ["who", "whom", "who"],
        "kind": ["same", "same", "same"],
        "note": [None, None, None],
    }
)


def test_a_column_with_one_value_or_none_is_said_once():
    found = rows.shown(FRAME, FIELDS, ["key"], ["who", "whom"])
    assert found.same == {"kind": "same"}
    assert found.empty == ("note",)
    assert "same" not in found.markup


def test_rows_that_share_a_key_get_no_anchor():
    markup = rows.shown(FRAME, FIELDS, ["key"], ["who", "whom"]).markup
    assert "row-a-b" not in markup
    assert "<tr id=row--x->" in markup
    assert "&lt;x&gt;" in markup


def test_cells_are_rounded_missing_stays_empty_and_sources_are_numbered():
    markup = rows.shown(FRAME, FIELDS, ["key"], ["who", "whom"]).markup
    first, second, _ = re.findall(r"<tr[^>]*><th scope=row>(.*)", markup)
    assert "<td>1.23<td><a href=#s1>1</a>" in first
    assert "<td><td><a href=#s2>2</a>" in second
    assert '<table class="rows n2">' in markup


def test_rows_end_where_the_page_is_full():
    long = pd.DataFrame({"key": [f"{n:050}" for n in range(2000)]})
    found = rows.shown(long, FIELDS[:1], ["key"], [])
    assert 1 < found.count < len(long)
    assert len(found.markup) <= rows.PART_BYTES + 500


def test_a_single_row_that_fills_a_page_is_still_shown():
    long = pd.DataFrame({"key": ["x" * (rows.MOST_BYTES + 1), "y"]})
    assert rows.shown(long, FIELDS[:1], ["key"], []).count == 1


# ---- coverage

DAILY = {
    "schema": {
        "primaryKey": ["date", "name"],
        "fields": [{"name": "date", "type": "date"}, {"name": "public_since", "type": "date"}],
    }
}


def covered(days):
    frame = pd.DataFrame({"date": pd.to_datetime(days), "name": "a", "note": None})
    frame["public_since"] = pd.to_datetime("2026-05-01")
    return coverage.of(DAILY, frame)


def test_gaps_between_days_are_found():
    found = covered(["2026-02-27", "2026-03-01", "2026-03-01", "2026-03-04"])
    assert found.span == "2026-02-27 to 2026-03-04"
    assert found.holes == ("2026-02-28", "2026-03-02 to 2026-03-03")
    assert (found.unit_count, found.hole_unit) == (3, "day")
    assert found.newest == "2026-05-01"


def test_a_run_of_days_has_no_gap_and_notes_are_none():
    found = covered(["2026-02-28", "2026-03-01"])
    assert found.holes == ()
    assert found.gaps == {}
    assert found.missing["note"] == 2
