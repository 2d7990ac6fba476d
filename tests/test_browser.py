"""The baseline report in a real browser, from disk: silent, self-contained, never too wide."""

import re
from html import escape, unescape

import browser_tools
import html_tools
import pytest
import toys
from browser_tools import OPEN_ALL, Opener, background, too_wide, with_faults

from token_exports.pages import single
from token_exports.parameters import NOTEBOOKS
from token_exports.run import pipeline

UNFOLDED = "document.querySelectorAll('.unfolded').length"
TAG = re.compile(r"<[^>]+>")

pytestmark = [browser_tools.needed, pytest.mark.slow]

TRYING = "<script>alert(1)</script>"


# ---- every page


def test_every_page_opens_in_silence_and_asks_for_nothing_outside(opened, baseline):
    page = opened("index.html")
    for name in html_tools.names(baseline):
        opened.turn(page, name)
        assert page.locator("h1").count() == 1, name
        assert len(page.locator("main").inner_text()) > 80, name


def test_no_page_scrolls_sideways(opened, baseline):
    page = opened("index.html")

    def find(name):
        opened.turn(page, name).evaluate(OPEN_ALL)
        return too_wide(page)

    assert with_faults(html_tools.sample(baseline), find) == {}


# ---- light and dark


def test_the_switch_turns_the_page_dark_and_back(opened):
    page = opened("index.html")
    light = background(page)
    page.get_by_role("button", name="Dark").click()
    assert background(page) != light
    page.get_by_role("button", name="Light").click()
    assert background(page) == light


def test_the_system_setting_turns_the_page_dark(opened):
    page = opened("index.html", scheme="dark")
    red = int(background(page).split("(")[1].split(",")[0])
    assert red < 60


# ---- claims


def test_claims_filter_by_verdict_and_words(opened):
    page = opened("claims.html")
    claims = page.locator("article.claim:visible")
    everything = claims.count()
    assert everything == 86
    page.select_option("select[name=verdict]", "contradicted")
    shown = claims.count()
    assert 0 < shown < everything
    assert page.locator("article.claim:visible[data-verdict=contradicted]").count() == shown
    page.fill("input[name=words]", "no claim has these words")
    assert claims.count() == 0


def test_a_link_to_a_verdict_filters_the_claims(opened):
    page = opened("claims.html", fragment="#verdict=contradicted")
    shown = page.locator("article.claim:visible")
    assert 0 < shown.count() < 86
    assert page.locator("article.claim:visible:not([data-verdict=contradicted])").count() == 0


def test_a_link_to_each_claim_shows_it(opened):
    page = opened("claims.html")
    claims = page.eval_on_selector_all("article.claim", "all => all.map(c => c.id)")
    hidden = []
    for claim in claims:
        page.evaluate("id => { location.hash = id; }", claim)
        page.wait_for_function("id => document.querySelector(':target')?.id === id", arg=claim)
        top = page.evaluate("() => document.querySelector(':target').getBoundingClientRect().top")
        if not -1 <= top < 900:
            hidden.append((claim, top))
    assert hidden == []


# ---- folds


def test_a_number_of_a_sentence_leads_to_its_result(opened):
    page = opened("02_token_cost.html")
    link = page.locator(".takeaway a[href*='-results.html#']").first
    shown, target = link.inner_text(), link.get_attribute("href")
    link.click()
    page.wait_for_url(f"**/{target}")
    row = page.locator(f"[id='{target.partition('#')[2]}']")
    assert shown in row.inner_text()
    assert row.is_visible()


def test_a_note_shows_its_words_beside_the_number(opened):
    page = opened("02_token_cost.html")
    mark = page.locator(".takeaway sup > a").first
    words = page.locator(mark.get_attribute("href")).inner_text()
    mark.focus()
    assert page.get_by_role("tooltip").inner_text() == words
    page.keyboard.press("Escape")
    assert page.get_by_role("tooltip").count() == 0


def test_code_unfolds_from_its_own_page(opened, baseline):
    page = opened("02_token_cost.html")
    link = page.locator("a.code").first
    link.click()
    block = page.locator(".unfolded pre")
    block.first.wait_for()
    source = html_tools.Page(baseline / "02-code.html").text
    assert link.get_attribute("aria-expanded") == "true"
    assert block.first.inner_text().split("\n")[0].strip() in unescape(TAG.sub("", source))
    link.click()
    assert block.count() == 0
    page.get_by_role("button", name="Show all code").click()
    page.wait_for_function(f"{UNFOLDED} === document.querySelectorAll('a.code').length")
    assert page.evaluate(UNFOLDED) > 3


# ---- names that try to run


@pytest.fixture
def hostile(home):
    """Report of toy notebooks in which every word tries to run as a script."""
    toys.write(home / "notebooks")
    for path in (home / "notebooks").glob("*.ipynb"):
        text = path.read_text(encoding="utf-8")
        for word in ("Two <b>points</b>", "Tokens <i>written</i>", "It is **3** tokens."):
            assert word in text
            text = text.replace(word, f"{TRYING} {word}")
        path.write_text(text.replace('\\"Line \\" * 5', f'\\"{TRYING} and a line\\"'))
    return pipeline.report("baseline", options=pipeline.Options(single_file=True)).parent


SHOWING = {"index.html", single.FILE, *(f"{name}.html" for name in NOTEBOOKS)}
SHOWING |= {f"{name[:2]}-results.html" for name in NOTEBOOKS}
"""Pages on which the hostile words stand; the others hold no word of the notebooks."""


def test_a_name_that_is_a_script_is_shown_as_text(hostile, browser):
    opener = Opener(browser, hostile.resolve())
    page = opener("index.html")
    for name in html_tools.names(hostile):
        assert TRYING not in (hostile / name).read_text(encoding="utf-8"), name
        if name in SHOWING:
            opener.turn(page, name)
            assert page.get_by_text(TRYING).count() > 0, name
            assert escape(TRYING) in (hostile / name).read_text(encoding="utf-8")
    opener.close()
    assert opener.faults == []
