"""The panels in the built pages, from disk: every control moves what Python says it moves."""

from urllib.parse import quote

import panel_toys
import pytest
from browser_tools import CHROMIUM

pytestmark = pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium package")

NOTEBOOKS = ("02_token_cost", "03_bitcoin_vs_tokens")
CLOSE = 1e-9
REST = 400  # milliseconds after which address and words have followed the controls
READ = """() => {
  const read = (selector) => Object.fromEntries([...document.querySelectorAll(selector)]
    .map((e) => [e.dataset.name, Number(e.dataset.value)]));
  return [read("#whatif .cell"), read("#whatif .outcomes td")];
}"""
MOVE = """([name, position]) => {
  const slider = document.querySelector(`.cell[data-name="${name}"] input[type=range]`);
  slider.value = position;
  slider.dispatchEvent(new Event("input", { bubbles: true }));
}"""


@pytest.fixture
def opened(browser, baseline):
    """Open a page of the baseline; afterwards nothing may have been logged or requested."""
    contexts, faults = [], []

    def watch(page):
        page.on("console", lambda message: faults.append(message.text))
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on(
            "request",
            lambda request: None if "file:" in request.url else faults.append(request.url),
        )

    def open_page(name, fragment="", **settings):
        context = browser.new_context(viewport={"width": 1280, "height": 900}, **settings)
        contexts.append(context)
        page = context.new_page()
        watch(page)
        page.goto((baseline / f"{name}.html").as_uri() + fragment)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert faults == []


def agrees(page, built):
    """Inputs of the page, after its quantities were held against Python's at the same inputs."""
    inputs, outcomes = page.evaluate(READ)
    expected = built.values(inputs)
    assert set(inputs) == set(built.central)
    assert set(outcomes) == {shown.name for shown in built.shown}
    for name, value in outcomes.items():
        assert value == pytest.approx(expected[name], rel=CLOSE), (name, inputs)
    return inputs


def typed(page, name, text):
    field = page.locator(f'.cell[data-name="{name}"] input[type=number]')
    page.locator("#whatif details").evaluate("(fold) => { fold.open = true; }")
    field.fill(text)
    return field


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_control_moves_what_the_models_say(opened, name):
    built, page = panel_toys.of_notebook(name), opened(name)
    assert agrees(page, built) == pytest.approx(built.central, rel=CLOSE)
    for control in built.controls:
        seen = []
        for position in (0, 37, 100, 163, 200):
            page.evaluate(MOVE, [control.name, position])
            seen.append(agrees(page, built)[control.name])
        assert seen[0] == pytest.approx(control.low, rel=CLOSE)
        assert seen[-1] == pytest.approx(control.high, rel=CLOSE)
        assert seen == sorted(seen)
        assert len(set(seen)) == len(seen)
        page.get_by_role("button", name="Reset").click()


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_option_sets_its_values(opened, name):
    built, page = panel_toys.of_notebook(name), opened(name)
    for choice, select in zip(built.choices, page.locator("#whatif select").all(), strict=True):
        for option in choice.options:
            select.select_option(label=option.label)
            inputs = agrees(page, built)
            chosen = {key: inputs[key] for key in option.values}
            assert chosen == pytest.approx(dict(option.values), rel=CLOSE)
    page.evaluate(MOVE, [next(iter(built.choices[0].options[0].values)), 3])
    assert page.locator("#whatif select").first.input_value() == ""  # own values


def test_a_typed_value_is_taken_exactly(opened):
    page = opened("02_token_cost")
    typed(page, "electricity_price_usd_per_kwh.cn", "0.123456789")
    typed(page, "utilisation_share.us", "47.5")
    inputs, _ = page.evaluate(READ)
    assert inputs["electricity_price_usd_per_kwh.cn"] == 0.123456789
    assert inputs["utilisation_share.us"] == 0.475


@pytest.mark.parametrize("text", ["", "0", "7", "-1"])
def test_a_value_out_of_range_is_marked_and_not_taken(opened, text):
    page = opened("02_token_cost")
    field = typed(page, "pue_ratio.cn", text)
    assert field.get_attribute("aria-invalid") == "true"
    assert page.evaluate(READ)[0]["pue_ratio.cn"] == 1.25
    field.blur()
    assert field.get_attribute("aria-invalid") == "false"
    assert field.input_value() == "1.25"


def test_reset_brings_the_report_back(opened):
    built, page = panel_toys.of_notebook("02_token_cost"), opened("02_token_cost")
    page.evaluate(MOVE, ["pue_ratio.cn", 150])
    page.evaluate(MOVE, ["gpu_price_usd.us", 10])
    page.wait_for_timeout(REST)
    assert "#whatif:" in page.url
    page.get_by_role("button", name="Reset").click()
    page.wait_for_timeout(REST)
    assert agrees(page, built) == pytest.approx(built.central, rel=CLOSE)
    assert "#" not in page.url
    assert page.locator("#whatif .outcomes small").count() == 0


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_a_link_brings_every_setting_back(opened, name):
    built, page = panel_toys.of_notebook(name), opened(name)
    for i, control in enumerate(built.controls):
        page.evaluate(MOVE, [control.name, 20 + 5 * i])
    page.wait_for_timeout(REST)
    moved = agrees(page, built)
    fragment = page.get_by_role("link", name="Link to these settings").get_attribute("href")
    assert page.url.endswith(fragment)
    again = opened(name, fragment)
    assert agrees(again, built) == moved
    assert again.evaluate("document.getElementById('whatif').getBoundingClientRect().top") < 300
    assert again.locator("#whatif details").get_attribute("open") is not None


BAD = [
    "pue_ratio.cn=9&utilisation_share.cn=-1&it_power_kw.cn=NaN&opex_share_per_year=Infinity",
    "nothing=1&constructor=2&__proto__=3&toString=4",
    "pue_ratio.cn=&pue_ratio.us&=1&&&",
    "gpu_price_usd.cn=0x5000&gpu_price_usd.us=1e",
    "pue_ratio.cn=%zz&%=1",
    quote("pue_ratio.cn=<img src=x onerror=alert(1)>"),
]


@pytest.mark.parametrize("text", BAD)
def test_a_link_that_makes_no_sense_leaves_the_report(opened, text):
    built, page = (
        panel_toys.of_notebook("02_token_cost"),
        opened("02_token_cost", "#whatif:" + text),
    )
    assert agrees(page, built) == pytest.approx(built.central, rel=CLOSE)


def test_what_makes_sense_in_a_link_is_kept(opened):
    page = opened("02_token_cost", "#whatif:nothing=1&pue_ratio.cn=1.5&pue_ratio.us=99")
    inputs, _ = page.evaluate(READ)
    assert (inputs["pue_ratio.cn"], inputs["pue_ratio.us"]) == (1.5, 1.2)


@pytest.mark.parametrize("wait", [0, 240, 250, 260, REST])  # while the page keeps the first one
def test_a_second_link_replaces_the_first(opened, wait):
    page = opened("02_token_cost", "#whatif:pue_ratio.cn=1.5")
    page.wait_for_timeout(wait)
    page.evaluate("location.hash = '#whatif:pue_ratio.us=1.6'")
    page.wait_for_timeout(REST)
    inputs, _ = page.evaluate(READ)
    assert (inputs["pue_ratio.cn"], inputs["pue_ratio.us"]) == (1.25, 1.6)


def test_the_address_follows_after_another_place_of_the_page(opened):
    page = opened("02_token_cost", "#results")
    page.wait_for_timeout(REST)
    assert page.url.endswith("#results")
    page.evaluate(MOVE, ["pue_ratio.cn", 200])
    page.wait_for_timeout(REST)
    assert page.url.endswith("#whatif:pue_ratio.cn=2.9")


def test_the_page_says_now_and_report_and_how_to_run_it(opened):
    page = opened("02_token_cost", "#whatif:pue_ratio.cn=2")
    page.wait_for_timeout(REST)
    summary = page.get_by_role("status").inner_text()
    assert "China, Electricity in full cost: now " in summary
    assert "report 5.7%" in summary
    assert 'make report SET="pue_ratio.cn=2"' in page.locator("#whatif").inner_text()
    assert "report 5.7%" in page.locator("[data-name=cn_electricity_cost_share]").inner_text()


def test_the_essays_condition_turns_where_the_numbers_turn(opened):
    page = opened("02_token_cost")
    condition = page.locator("#whatif .conditions li").first
    assert "China 5.7%: does not hold" in condition.inner_text()
    typed(page, "electricity_price_usd_per_kwh.cn", "0.2")
    typed(page, "gpu_price_usd.cn", "5500")
    typed(page, "hosting_usd_per_kw_month.cn", "30")
    typed(page, "gpu_lifetime_years.cn", "12")
    typed(page, "utilisation_share.cn", "100")
    assert page.evaluate(READ)[1]["cn_electricity_cost_share"] >= 0.5
    assert ": holds; United States 5.0%: does not hold" in condition.inner_text()


def test_bars_have_the_lengths_of_their_parts(opened):
    built, page = panel_toys.of_notebook("02_token_cost"), opened("02_token_cost")
    page.evaluate(MOVE, ["gpu_price_usd.cn", 120])
    expected = built.values(page.evaluate(READ)[0])
    script = "(parts) => parts.map((part) => part.getBoundingClientRect().width)"
    widths = page.locator("#whatif .track.now i").evaluate_all(script)
    names = [name for bar in built.charts[0].bars.values() for name in bar]
    assert len(widths) == len(names)
    scale = widths[1] / expected[names[1]]
    for name, width in zip(names, widths, strict=True):
        assert width == pytest.approx(expected[name] * scale, abs=0.6), name


def test_a_slider_moves_by_the_keyboard(opened):
    page = opened("02_token_cost")
    slider = page.get_by_role("slider", name="China: Electricity USD/kWh, slider")
    slider.focus()
    page.keyboard.press("ArrowRight")
    more = page.evaluate(READ)[0]["electricity_price_usd_per_kwh.cn"]
    assert more > 0.088
    assert slider.get_attribute("aria-valuetext") == f"{more:.4f}\N{NARROW NO-BREAK SPACE}USD/kWh"


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_without_script_there_are_two_tables(browser, baseline, name):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto((baseline / f"{name}.html").as_uri())
    built, values = panel_toys.of_notebook(name), page.locator("#whatif td")
    assert values.count() >= len(built.controls) + len(built.shown)
    assert page.locator("#whatif input").count() == 0
    context.close()
