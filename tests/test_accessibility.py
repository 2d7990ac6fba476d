"""The baseline report for every reader: nothing for axe-core to find, all within the keyboard."""

import browser_tools
import html_tools
import pytest
from browser_tools import OF_COLOUR, OPEN_ALL, background, faint, violations, with_faults

pytestmark = [browser_tools.needed, pytest.mark.slow]

FOCUSED = "document.activeElement"


def test_axe_finds_nothing_by_day_and_by_night(opened, baseline):
    def find(name):
        page = opened(name)
        page.evaluate(OPEN_ALL)
        found = violations(page, without=OF_COLOUR) | faint(page)
        page.emulate_media(color_scheme="dark")
        found |= {f"{rule} (dark)": v for rule, v in faint(page).items()}
        opened.close()
        return found

    assert with_faults(html_tools.kinds(baseline), find) == {}


FAINT = """<!doctype html><html lang="en"><head><title>x</title><style>
.badge {{ background: #eee }} .hidden {{ display: none }}</style></head><body><main><h1>x</h1>
<p class="hidden">aside</p><table>{rows}</table><p>{last}</p></main></body></html>"""
ROW = '<tr><td>before</td><td class="badge">count</td></tr>'


@pytest.mark.parametrize(
    ("rows", "last", "count"),
    [
        (ROW * 9, "done", 0),
        (ROW * 9 + '<tr><td style="color: #aaa">before</td></tr>', "done", 1),
        (ROW * 9 + '<tr style="background: #333"><td>before</td></tr>', "done", 1),
        (ROW + '<tr><td style="opacity: 0.4">before</td></tr>', "done", 1),
        (ROW.replace("badge", "hidden") + ROW.replace(">c", ' style="color: #999">c'), "done", 1),
        (ROW, '<a href="#" style="color: #222; text-decoration: none">All</a> of it is done', 1),
    ],
    ids=["nothing", "colour", "ground", "opacity", "beside hidden ones", "link"],
)
def test_the_check_of_colours_finds_one_among_many(browser, tmp_path, rows, last, count):
    (tmp_path / "x.html").write_text(FAINT.format(rows=rows, last=last))
    opener = browser_tools.Opener(browser, tmp_path)
    assert len(faint(opener("x.html"))) == count
    opener.close()


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
