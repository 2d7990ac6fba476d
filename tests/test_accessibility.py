"""The baseline report for every reader: nothing for axe-core to find, all within the keyboard."""

import browser_tools
import pytest
from browser_tools import OF_COLOUR, OPEN_ALL, background, violations, with_faults

pytestmark = [browser_tools.needed, pytest.mark.slow]

FOCUSED = "document.activeElement"


def test_axe_finds_nothing_by_day_and_by_night(opened, baseline):
    def find(name):
        page = opened(name)
        page.evaluate(OPEN_ALL)
        found = violations(page)
        page.emulate_media(color_scheme="dark")
        found |= {f"{rule} (dark)": v for rule, v in violations(page, only=OF_COLOUR).items()}
        opened.close()
        return found

    assert with_faults(baseline, find) == {}


def test_axe_finds_nothing_on_a_phone(opened):
    assert violations(opened("index.html", width=360)) == {}


# ---- keyboard


def focused(page):
    return page.evaluate(f"{FOCUSED}.outerHTML.slice(0, 200)")


def tabbed(page, most=60):
    """What the keyboard reaches from the top of a page, in order."""
    seen = []
    for _ in range(most):
        page.keyboard.press("Tab")
        seen.append(focused(page))
    return seen


def test_the_keyboard_reaches_skip_link_pages_and_switch_first(opened):
    page = opened("index.html")
    seen = tabbed(page, 25)
    assert 'href="#main"' in seen[0]
    (switch,) = [i for i, html in enumerate(seen) if 'class="theme"' in html]
    first = next(i for i, html in enumerate(seen) if 'href="claims.html"' in html)
    assert max(switch, first) < 20


def test_the_skip_link_shows_and_leads_to_the_text(opened):
    page = opened("index.html")
    page.keyboard.press("Tab")
    skip = page.locator("a.skip")
    assert skip.bounding_box()["x"] >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate(f"document.querySelector('main').contains({FOCUSED})")


def test_the_switch_works_by_keyboard(opened):
    page = opened("index.html")
    before = background(page)
    page.locator("button.theme").focus()
    page.keyboard.press("Enter")
    assert background(page) != before


def test_the_keyboard_reaches_the_filter_of_the_claims(opened):
    seen = "".join(tabbed(opened("claims.html")))
    assert 'name="verdict"' in seen
    assert 'name="words"' in seen


def test_focus_can_be_seen(opened):
    page = opened("index.html")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    assert page.evaluate(f"getComputedStyle({FOCUSED}).outlineStyle") != "none"
