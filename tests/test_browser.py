"""The baseline report in a real browser, from disk: silent, self-contained, and never too wide."""

import shutil

import pytest

from token_exports.parameters import NOTEBOOKS

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
PAGES = ["index", *NOTEBOOKS, "claims", "data", "method"]
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium package")


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=SWITCHES)
        yield running
        running.close()


@pytest.fixture
def opened(browser, baseline):
    """Open a page of the baseline; afterwards nothing may have been logged or requested."""
    contexts, faults = [], []

    def open_page(name, width=1280, scheme="light"):
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda request: (
                faults.append(request.url)
                if "file:" not in request.url and not request.url.startswith("data:")
                else None
            ),
        )
        page.goto((baseline / f"{name}.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_scrolls_sideways(opened, name, width):
    page = opened(name, width)
    scrolled, visible = page.evaluate(
        "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
    )
    assert scrolled <= visible


@pytest.mark.parametrize("name", PAGES)
def test_the_page_has_one_title_and_its_text(opened, name):
    page = opened(name)
    assert page.locator("h1").count() == 1
    assert len(page.locator("main").inner_text()) > 800


def test_the_switch_turns_the_page_dark_and_back(opened):
    page = opened("index")
    colour = "getComputedStyle(document.documentElement).backgroundColor"
    light = page.evaluate(colour)
    page.get_by_role("button", name="Dark").click()
    dark = page.evaluate(colour)
    assert dark != light
    page.get_by_role("button", name="Light").click()
    assert page.evaluate(colour) == light


def test_the_system_setting_turns_the_page_dark(opened):
    page = opened("index", scheme="dark")
    red = page.evaluate(
        "parseInt(getComputedStyle(document.documentElement).backgroundColor.match(/\\d+/)[0])"
    )
    assert red < 60


def test_claims_filter_by_verdict_and_words(opened):
    page = opened("claims")
    claims = page.locator("article.claim:visible")
    everything = claims.count()
    assert everything == 86
    page.select_option("select[name=verdict]", "contradicted")
    shown = claims.count()
    assert 0 < shown < everything
    assert page.locator("article.claim:visible[data-verdict=contradicted]").count() == shown
    page.fill("input[name=words]", "no claim has these words")
    assert claims.count() == 0


def test_a_link_to_a_result_opens_what_hides_it(opened, baseline):
    page = opened("01_openrouter_share")
    row = page.locator("#result-cn_platform_share")
    assert not row.is_visible()
    page.goto((baseline / "01_openrouter_share.html").as_uri() + "#result-cn_platform_share")
    page.reload()
    assert row.is_visible()


def test_code_unfolds_at_once(opened):
    page = opened("02_token_cost")
    page.get_by_role("button", name="Show all code").click()
    folds = page.locator("details.code")
    assert folds.count() > 5
    assert page.locator("details.code[open]").count() == folds.count()
