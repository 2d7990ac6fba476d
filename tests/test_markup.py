"""References, notes and Markdown of a page."""

import pytest

from token_exports import data
from token_exports.pages import markup, reference
from token_exports.pages.notes import Notes

RECORDED = [
    {
        "notebook": "02_token_cost",
        "figures": [{"stem": "02_hour", "number": "2.1"}],
        "tables": [{"stem": "02_inputs", "number": "2.1"}],
    }
]
STANDING = {"02_hour": "02_token_cost", "02_inputs": "02_token_cost-2"}


@pytest.fixture
def own():
    return markup.references("02_token_cost", RECORDED, STANDING)


def test_a_reference_prints_the_number_of_its_figure(own):
    assert own.linked("see @fig:hour.") == "see [Figure 2.1](#figure-02_hour)."


def test_a_reference_finds_a_table_on_a_later_page(own):
    assert own.linked("@tbl:inputs") == "[Table 2.1](02_token_cost-2.html#table-02_inputs)"


def test_another_notebook_is_named_by_its_number():
    other = markup.references("01_openrouter_share", RECORDED, STANDING)
    assert other.linked("@fig:02_hour") == "[Figure 2.1](02_token_cost.html#figure-02_hour)"
    assert other.linked("@fig:hour") == "Figure hour (not in this run)"


def test_a_formula_becomes_markup_that_needs_no_script():
    html = markup.markdown("With $a = b$ and\n\n$$\\frac{a}{b}$$\n")
    assert html.count("<math") == 2
    assert "$" not in html


@pytest.fixture
def notes():
    return Notes(reference.source_href)


def test_a_table_has_one_number_however_often_it_is_cited(notes):
    html = notes.cited("assumptions.csv and claims.csv, again assumptions.csv; other.csv")
    assert html.count('<a href="#n1">1</a>') == 2
    assert html.count('<a href="#n2">2</a>') == 1
    assert "other.csv" in html
    assert [note.number for note in notes.entries.values()] == [1, 2]
    assert notes.entries["claims"].href == "data/claims.html"


def test_a_link_to_a_source_becomes_a_numbered_note(notes):
    key = data.load("sources")["source_id"].iloc[0]
    html = notes.cited(f'<td><a href="data.html#source-{key}" title="x">source</a></td>')
    assert html == '<td><sup><a href="#n1">1</a></sup></td>'
    assert notes.entries[key].href == reference.source_href(key)


def test_an_attribution_gives_way_to_the_note_that_holds_it(notes):
    attribution = data.describe("openrouter_tokens_daily")["attribution"]
    short = attribution.removeprefix("Source: ").rstrip(". ")
    html = notes.credited(short)
    assert html == 'OpenRouter<sup><a href="#n1">1</a></sup>'
    assert attribution in next(iter(notes.entries.values())).more
