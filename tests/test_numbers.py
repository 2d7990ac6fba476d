"""Numbers of a sentence lead to the result they are, or nowhere."""

import pytest

from token_exports.pages.numbers import Numbers


def quantity(name, central, ends=None, *, headline=False, tables=("claims",)):
    low, high = ends or (central, central)
    unit = name.rpartition("_")[2]
    return {
        "name": name,
        "label": name,
        "unit": unit,
        "central": central,
        "low": low,
        "high": high,
        "kind": "interval" if ends else "exact",
        "formula": "",
        "tables": list(tables),
        "headline": headline,
    }


QUANTITIES = [
    quantity("near_share", 0.606),
    quantity("far_share", 0.606),
    quantity("lead_share", 0.057, (0.032, 0.088), headline=True, tables=("assumptions", "claims")),
    quantity("gap_ratio", 24.4),
    quantity("elsewhere_ratio", 3.1, (2.2, 4.4)),
    quantity("few_count", 28.0),
]
SECTIONS = {"near_share": 2, "far_share": 5, "gap_ratio": 2, "elsewhere_ratio": 9, "few_count": 2}


@pytest.fixture
def numbers():
    return Numbers(QUANTITIES, SECTIONS, "01-results.html")


def link(name, text):
    return f'<a href="01-results.html#{name}">{text}</a>'


def test_of_two_alike_the_one_of_the_same_section_is_meant(numbers):
    assert numbers.linked("took 60.6% of", 2) == f"took {link('near_share', '60.6%')} of"
    assert numbers.linked("took 60.6% of", 5) == f"took {link('far_share', '60.6%')} of"


def test_where_two_can_be_meant_none_is_linked(numbers):
    assert numbers.linked("took 60.6% of", 3) == "took 60.6% of"


def test_a_headline_is_known_everywhere_and_by_its_ends(numbers):
    text = numbers.linked("5.7% (3.2% to 8.8%) or as little as 3.2%", 7)
    first, last = link("lead_share", "5.7%"), link("lead_share", "3.2%")
    assert text == f"{first} (3.2% to 8.8%) or as little as {last}"


def test_elsewhere_only_the_same_range_identifies(numbers):
    assert numbers.linked("3.10× of", 1) == "3.10× of"
    assert link("elsewhere_ratio", "3.10×") in numbers.linked("3.10× (2.20× to 4.40×) of", 1) or (
        link("elsewhere_ratio", "3.10×") in numbers.linked("3.10× (2.20 to 4.40) of", 1)
    )


@pytest.mark.parametrize(
    "text", ["28 days", "11–17 Feb 2026", "version 24.4.1", "x24.4×", "1.24.4×", "24.45×"]
)
def test_days_years_and_parts_of_longer_numbers_are_text(numbers, text):
    assert numbers.linked(text, 2) == text


def test_links_and_tags_stay_as_they_are(numbers):
    html = '<a href="x.html#60.6%">60.6%</a> <b title="24.4×">so</b>'
    assert numbers.linked(html, 2) == html


def test_the_tables_behind_the_links_are_told_once(numbers):
    numbers.linked("5.7% and 24.4×", 2)
    assert numbers.tables() == ["assumptions", "claims"]
    assert numbers.tables() == []
