"""How far the data reach: the same on every page, as known then, and how long ago by the reader."""

import datetime as dt
import re

import browser_tools
import html_tools
import pandas as pd
import pytest
import site_toys
from browser_tools import Opener, too_wide, violations

from token_exports import data, scenarios
from token_exports.pages import ages
from token_exports.pages.ages import Age
from token_exports.pages.template import Site, script

PAST = dt.date(2026, 3, 1)
SHOWN = [
    Age("OpenRouter rankings", "2026-11-06", "openrouter_tokens_weekly"),
    Age("list prices", "2026-11-09", "list_prices"),
    Age("Bitcoin network", "2026-05", "bitcoin_network"),
]
TOY = """{% extends "layout.html.j2" %}
{% block title %}Toy{% endblock %}
{% block main %}<h1>Toy</h1>{% endblock %}
"""
MOST_BYTES = 600
LINE = re.compile(r"Data(?: known on \S+)? to: .*?</p>", re.S)


def written(home, folder, page="toy.html", **shared):
    """A page of a site with the layout of all, and the line that says how far the data reach."""
    (home / "reports/template/pages/toy.html.j2").write_text(TOY, encoding="utf-8")
    known = site_toys.site(folder).shared | {"ages": SHOWN, "known_on": None} | shared
    site = Site(folder, known)
    site.style()
    site.page(page, "toy", {})
    return folder / page


def line(path):
    (found,) = LINE.findall(path.read_text(encoding="utf-8"))
    return found


# ---- what is known of the series


@pytest.mark.parametrize("title", ages.SERIES)
def test_a_series_reaches_to_the_newest_day_of_its_tables(title):
    (found,) = [age for age in ages.of_tables(None) if age.title == title]
    columns = ages.SERIES[title]
    lasts = [str(data.load(name)[column].max())[:10] for name, column in columns.items()]
    assert found.last == max(lasts)
    assert str(data.load(found.table)[columns[found.table]].max())[:10] == found.last


def test_no_contract_for_years_to_come_makes_prices_young():
    (found,) = [age for age in ages.of_tables(None) if age.title == "electricity prices"]
    assert data.load("electricity_prices")["period_end"].max() > pd.Timestamp("2027-01-01")
    assert found.last <= "2026-11-23"


def test_a_scenario_of_the_past_shows_what_was_known_then():
    settings = scenarios.resolve("baseline", [f"as_of={PAST}"])
    assert ages.known_on(settings.notebooks) == PAST
    then, now = ages.of_tables(PAST), ages.of_tables(None)
    assert [age.title for age in then] == [age.title for age in now]
    assert all(old.last < new.last for old, new in zip(then, now, strict=True))
    assert max(age.last for age in then) <= PAST.isoformat()


def test_the_baseline_uses_whatever_is_public():
    assert ages.known_on(scenarios.resolve("baseline").notebooks) is None


def test_a_series_that_was_not_public_yet_is_left_out():
    titles = [age.title for age in ages.of_tables(dt.date(2016, 1, 1))]
    assert "OpenRouter rankings" not in titles
    assert "Bitcoin network" in titles


def test_the_newest_fact_of_a_scenario_of_the_past_is_not_newer_than_its_day():
    frames = {"fx_rates": data.load("fx_rates"), "sources": data.load("sources")}
    newest = frames["fx_rates"]["public_since"].max().date()
    assert ages.newest(frames, None) == newest.isoformat()
    assert ages.newest(frames, PAST) == PAST.isoformat()


# ---- what a page says without a script


@pytest.mark.parametrize("page", ["toy.html", "data/toy.html"])
def test_a_page_states_the_last_day_of_every_series_as_a_date(home, tmp_path, page):
    said = line(written(home, tmp_path / "site", page))
    for age in SHOWN:
        assert f'{age.title} <time datetime="{age.last}">{age.last}</time>' in said
    assert "ago" not in said


def test_a_page_of_the_past_says_when_its_data_were_known_and_hints_at_nothing(home, tmp_path):
    said = line(written(home, tmp_path / "site", known_on=PAST))
    assert said.startswith("Data known on 2026-03-01 to: ")
    assert "refresh" not in said


def test_the_hint_at_newer_data_waits_for_the_script(home, tmp_path):
    said = line(written(home, tmp_path / "site"))
    assert "<span hidden>Some are older than 60 days; <code>make refresh</code>" in said


def test_a_site_without_such_data_says_nothing(home, tmp_path):
    text = written(home, tmp_path / "site", ages=[]).read_text(encoding="utf-8")
    assert "Data to" not in text
    assert "RelativeTimeFormat" not in text


@pytest.mark.parametrize("page", ["toy.html", "data/toy.html"])
def test_every_page_has_the_script_and_lists_it(home, tmp_path, page):
    path = written(home, tmp_path / "site", page)
    assert html_tools.policy_faults(path) == []
    assert len(html_tools.parsed(path).scripts) == 3


def test_the_script_is_a_few_bytes():
    assert len(script("ages.js").text.encode()) < MOST_BYTES


def test_equal_sites_have_equal_pages(home, tmp_path):
    texts = {written(home, tmp_path / name).read_bytes() for name in ("a", "b")}
    assert len(texts) == 1


# ---- what the reader's clock adds


@pytest.fixture
def opened(browser, home, tmp_path):
    """Open the toy page at a time of the reader's clock."""
    opener = Opener(browser, tmp_path / "site")
    sites = {}

    def open_at(moment, width=1280, scheme="light", **shared):
        sites["path"] = written(home, tmp_path / "site", **shared)
        page = opener("toy.html", width, scheme)
        page.clock.set_fixed_time(f"{moment}T12:00:00Z")
        page.reload()
        return page

    yield open_at
    opener.close()
    assert opener.faults == []


@browser_tools.needed
@pytest.mark.parametrize(
    ("moment", "words"),
    [
        ("2026-11-29", ["(23 days ago)", "(20 days ago)", "(182 days ago)"]),  # May has 31 days
        ("2026-11-09", ["(3 days ago)", "(today)", "(162 days ago)"]),
        ("2026-11-10", ["(4 days ago)", "(yesterday)", "(163 days ago)"]),
        ("2026-11-07", ["(yesterday)", "(in 2 days)", "(160 days ago)"]),  # a clock that is slow
    ],
)
def test_the_reader_sees_how_long_ago_each_series_ends(opened, moment, words):
    assert opened(moment).locator("time + span").all_inner_texts() == words


@browser_tools.needed
@pytest.mark.parametrize(("moment", "seen"), [("2026-07-30", False), ("2026-07-31", True)])
def test_the_hint_comes_when_a_series_is_older_than_sixty_days(opened, moment, seen):
    hint = opened(moment).get_by_text("older than 60 days; make refresh looks for newer.")
    assert hint.is_visible() is seen  # May 2026 ended sixty days before 30 July


@browser_tools.needed
def test_a_scenario_of_the_past_gets_ages_and_no_hint(opened):
    page = opened("2026-11-29", known_on=PAST)
    assert page.locator("time + span").count() == 3
    assert page.get_by_text("make refresh").count() == 0


@browser_tools.needed
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_line_can_be_read_and_fits_every_width(opened, scheme):
    page = opened("2026-11-29", 360, scheme)
    assert too_wide(page) == ""
    assert violations(page) == {}


@browser_tools.needed
def test_paper_carries_the_days_and_not_their_age(opened):
    page = opened("2026-11-29")
    page.emulate_media(media="print")
    shown = page.locator("footer .ages").inner_text()
    assert "list prices 2026-11-09" in shown
    assert "ago" not in shown
    assert "refresh" not in shown


# ---- the report


def test_every_page_of_the_report_says_how_far_the_data_reach(baseline):
    days = [age.last for age in ages.of_tables(None)]
    without = [
        name
        for name in html_tools.names(baseline)
        if re.findall(r'<time datetime="([^"]+)">', line(baseline / name)) != days
    ]
    assert without == []


def test_the_front_page_leads_from_each_series_to_its_table(baseline):
    text = (baseline / "index.html").read_text(encoding="utf-8")
    section = text.partition('id="data-age"')[2].partition("</section>")[0]
    for age in ages.of_tables(None):
        assert f'<a href="data/{age.table}.html">' in section
        assert f'<time datetime="{age.last}">' in section
