"""A figure with points in a real browser: values on hover and by key, series that can be hidden."""

import re

import matplotlib.pyplot as plt
import nbformat
import pandas as pd
import pytest
from browser_tools import CHROMIUM
from nbformat.v4 import new_code_cell, new_notebook, new_output

from token_exports import figures, results
from token_exports.figures import hits, show, theme
from token_exports.pages import notebook, template
from token_exports.pages.markup import References
from token_exports.pages.notebook import Words
from token_exports.pages.notes import Notes
from token_exports.pages.numbers import Numbers
from token_exports.results import Results

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium package")

CN, US = "China <img src=x onerror=alert(1)>", "United States"
FRAME = pd.DataFrame(
    {
        "window": ["9 Feb", "16 Feb", "23 Feb"] * 2,
        "place": [0, 1, 2] * 2,
        "series": [CN] * 3 + [US] * 3,
        "token_share": [0.55, 0.61, 0.59, 0.3, 0.25, 0.2],
    }
)
CSP = "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'sha256-{}'"
PAGE = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Toy</title>
<meta http-equiv="Content-Security-Policy" content="{csp}">
<link rel="stylesheet" href="assets/style.css"></head>
<body><main>{body}</main><script>{script}</script></body></html>"""


def draw():
    fig, (ax,) = figures.canvas(2.5)
    for (name, rows), colour in zip(FRAME.groupby("series"), ("cn", "us"), strict=True):
        with hits.series(name, ax):
            ax.plot(rows["place"], rows["token_share"], color=theme.ORIGIN_COLOURS[colour])
        told = hits.told(rows, "window", "token_share", across=rows["place"])
        hits.points(ax, name, theme.ORIGIN_COLOURS[colour], told)
    return fig


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A page with one figure, as the report writes it."""
    folder, outputs = tmp_path_factory.mktemp("site"), []
    found = Results("01_openrouter_share", "?")
    caption = figures.Caption(
        title="A title", subtitle="Share", source="toy", alt="Two lines. " * 5, units=("share",)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(results.OUTPUT_VARIABLE, str(folder))
        patch.setattr(show, "display", lambda *_, **more: outputs.append(more["metadata"]))
        figures.figure(found, "lines", draw(), caption, FRAME)
    plt.close("all")
    shown = new_output("display_data", {"text/html": "<img>"}, metadata=outputs[0])
    cells = [new_code_cell("draw()", id="draw", outputs=[shown])]
    nothing = {"numbers": Numbers([], {}, ""), "notes": Notes(str), "section": {}}
    words = Words("01_openrouter_share", folder, References(), claims=frozenset(), **nothing)
    body = notebook.body(nbformat.from_dict(new_notebook(cells=cells)), words)
    script = template.script("chart.js")
    page = PAGE.format(csp=CSP.format(script.hash), body=body, script=script.text)
    (folder / "page.html").write_text(page, encoding="utf-8")
    template.Site(folder, {}).style()
    return folder


@pytest.fixture
def opened(browser, site):
    """Open the page; afterwards nothing may have been logged."""
    contexts, faults = [], []

    def open_page(width=800, **more):
        contexts.append(browser.new_context(viewport={"width": width, "height": 700}, **more))
        page = contexts[-1].new_page()
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.goto((site / "page.html").as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def hover(page, name, row):
    """Move to a point of a series, as far off as a hand is; return what is shown."""
    place = page.evaluate(
        """([name, row]) => {
          const svg = document.querySelector('.chart svg');
          const group = [...svg.querySelectorAll('.hits > g')].find(g => g.dataset.name === name);
          const [x, y] = group.dataset.points.split('|')[row].split(' ');
          const scale = svg.clientWidth / svg.viewBox.baseVal.width;
          svg.closest('.scroll').scrollLeft = x * scale - 100;
          const box = svg.getBoundingClientRect();
          return [box.left + x * scale + 6, box.top + y * scale - 5];
        }""",
        [name, row],
    )
    page.mouse.move(*place)
    return page.locator(".tip").inner_text()


@pytest.mark.parametrize("width", [360, 800])
@pytest.mark.parametrize("name", [CN, US])
@pytest.mark.parametrize("row", [0, 1, 2])
def test_hovering_shows_the_value_of_the_row(opened, site, name, row, width):
    filed = pd.read_csv(site / "tables" / "01_lines.csv")
    mine = filed[filed["series"] == name].iloc[row]
    shown = hover(opened(width), name, row)
    assert shown == f"{name}, {mine['window']}: {mine['token_share']:.1%}"


def test_a_ring_marks_the_point_that_is_told(opened):
    page = opened()
    ring = page.locator(".chart .at")
    assert not ring.is_visible()
    hover(page, US, 1)
    assert ring.is_visible()
    page.mouse.move(1, 1)
    assert not ring.is_visible()


def test_words_of_a_point_are_no_markup(opened):
    page = opened()
    assert "<img" in hover(page, CN, 0)
    assert page.locator(".chart img, .legend img, .tip img").count() == 0


def test_nothing_is_shown_far_from_any_point(opened):
    page = opened()
    hover(page, CN, 0)
    page.mouse.move(1, 1)
    assert page.locator(".tip").inner_text() == ""


def test_arrow_keys_read_the_points_and_escape_closes(opened):
    page = opened()
    page.locator("figure .scroll").focus()
    tip = page.locator(".tip")
    heard = []
    for key in ("ArrowRight", "ArrowRight", "ArrowDown", "End", "ArrowRight", "Home", "ArrowUp"):
        page.keyboard.press(key)
        heard.append(tip.inner_text())
    values = [float(re.search(r"([\d.]+)%$", text)[1]) for text in heard]
    assert values == [55, 61, 25, 20, 20, 30, 55]
    assert tip.get_attribute("role") == "status"
    page.keyboard.press("Escape")
    assert tip.inner_text() == ""


def test_a_key_brings_its_point_into_view(opened):
    page = opened(360)
    box = page.locator("figure .scroll")
    box.focus()
    for key in ("ArrowRight", "End"):
        page.keyboard.press(key)
    right = "document.querySelector('.tip').getBoundingClientRect().right"
    assert page.evaluate(right) <= page.evaluate("innerWidth")


def test_a_series_is_hidden_and_shown_again(opened):
    page = opened()
    button, line = page.get_by_role("button", name=US), page.locator(f'[data-series="{US}"]').first
    assert button.get_attribute("aria-pressed") == "true"
    assert line.is_visible()
    button.click()
    assert button.get_attribute("aria-pressed") == "false"
    assert not line.is_visible()
    assert page.locator("[data-series]").first.is_visible()  # China's
    assert hover(page, US, 0) == ""
    button.click()
    assert line.is_visible()
    assert hover(page, US, 0) != ""


def test_hidden_series_are_left_out_by_keys(opened):
    page = opened()
    page.get_by_role("button", name="China").click()
    page.locator("figure .scroll").focus()
    page.keyboard.press("ArrowRight")
    assert page.locator(".tip").inner_text().startswith(US)


@pytest.mark.parametrize(("scheme", "index"), [("light", 0), ("dark", 1)])
def test_colours_follow_the_scheme_of_the_page(opened, scheme, index):
    page = opened(color_scheme=scheme)
    stroke = page.evaluate(
        "getComputedStyle(document.querySelector('[data-series] path')).stroke.match(/\\d+/g)"
    )
    light = theme.ORIGIN_COLOURS["cn"]
    wanted = (light, theme.DARK[light])[index]
    assert [int(part) for part in stroke] == [int(wanted[i : i + 2], 16) for i in (1, 3, 5)]


def test_a_printed_figure_is_light_and_plain(opened):
    page = opened(color_scheme="dark")
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    hover(page, CN, 0)
    page.emulate_media(media="print")
    assert page.locator(".legend, .tip").filter(visible=True).count() == 0
    scheme = "getComputedStyle(document.querySelector('figure.plot')).colorScheme"
    assert page.evaluate(scheme) == "light"


def test_without_a_script_the_figure_is_the_plain_picture(opened):
    page = opened(java_script_enabled=False)
    assert page.locator(".chart svg").is_visible()
    assert page.locator(".legend, .tip").count() == 0


def test_the_chart_does_not_scroll_the_page_sideways(opened):
    page = opened(360)
    hover(page, CN, 2)
    width = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert page.evaluate(width) <= 0
