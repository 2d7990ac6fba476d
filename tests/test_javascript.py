"""The page's formulas and rounding: the same numbers in a browser as in Python."""

import os
import subprocess
import sys

import numpy as np
import panel_toys
import pytest
import sympy
from browser_tools import CHROMIUM

from token_exports import formats, javascript, paths
from token_exports.units import UNITS

NOTEBOOKS = ("02_token_cost", "03_bitcoin_vs_tokens")
CLOSE, DRAWS = 1e-9, 300
in_a_browser = pytest.mark.skipif(not CHROMIUM, reason="needs Debian's chromium package")


@pytest.fixture(scope="module")
def page(browser):
    opened = browser.new_page()
    script = paths.reports() / "template" / "pages" / "formats.js"
    opened.add_script_tag(content=script.read_text(encoding="utf-8"))
    yield opened
    opened.close()


def run(page, body, rows):
    """Values of a generated function at every row of arguments."""
    return page.evaluate(f"(rows) => rows.map((v) => {{ {body} }})", rows)


@in_a_browser
@pytest.mark.parametrize("name", NOTEBOOKS)
def test_the_script_computes_what_the_models_compute(page, name):
    panel = panel_toys.of_notebook(name)
    random = np.random.default_rng(20260226)
    rows = []
    for _ in range(DRAWS):
        rows.append([float(random.uniform(c.low, c.high)) for c in panel.controls])
    found = run(page, panel.formulas(), rows)
    for row, values in zip(rows, found, strict=True):
        inputs = dict(zip(panel.central, row, strict=True))
        assert values == pytest.approx(list(panel.values(inputs).values()), rel=CLOSE)


@in_a_browser
def test_cases_and_extremes_become_javascript(page):
    given = javascript.symbols(["load_share", "pue_ratio"])
    load, pue = given.values()
    wanted = {
        "least": sympy.Min(load, pue, 0.5),
        "most": sympy.Max(load, pue),
        "step": sympy.Piecewise((load / pue, load < 0.5), (sympy.log(pue), True)),
        "constant": sympy.Float(0.1),
    }
    rows = [[0.25, 2.0], [0.75, 1.5]]
    found = run(page, javascript.function_body(given, wanted), rows)
    assert found[0] == pytest.approx([0.25, 2.0, 0.125, 0.1], rel=1e-15)
    assert found[1] == pytest.approx([0.5, 1.5, np.log(1.5), 0.1], rel=1e-15)


def test_a_number_keeps_all_its_digits():
    given = javascript.symbols(["load_share"])
    body = javascript.function_body(given, {"x": given["load_share"] * 0.1234567890123456789})
    assert repr(0.1234567890123456789) in body


def test_a_common_part_is_computed_once():
    given = javascript.symbols(["load_share"])
    part = sympy.exp(given["load_share"])
    assert javascript.function_body(given, {"x": part + 1, "y": part * 2}).count("Math.exp") == 1


def test_a_symbol_that_is_no_argument_is_refused():
    with pytest.raises(ValueError, match="no argument for stray"):
        javascript.function_body(javascript.symbols(["load_share"]), {"x": sympy.Symbol("stray")})


PROGRAM = """
import panel_toys
print(panel_toys.of_notebook("02_token_cost").formulas())
"""


def test_the_text_does_not_depend_on_the_order_of_hashes():
    texts = set()
    for seed in ("1", "2"):
        folders = os.pathsep.join([str(paths.root() / "tests"), *sys.path])
        environment = os.environ | {"PYTHONHASHSEED": seed, "PYTHONPATH": folders}
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        texts.add(done.stdout)
    assert len(texts) == 1


# ---- rounding


def samples():
    """Values of every size, halves that a float can hold, round powers, both signs."""
    random = np.random.default_rng(1)
    sizes = 10.0 ** random.uniform(-11, 17, 1500)
    halves = [k / 2**n for k in range(1, 60, 2) for n in range(12)]
    powers = [m * 10.0**n for m in (1, 5, 9.995, 0.99949) for n in range(-9, 17)]
    values = [*sizes.tolist(), *halves, *powers, 0.0, 0.9995, 0.0005, 0.00049]
    return [*values, *(-value for value in values)]


@in_a_browser
def test_the_script_rounds_as_the_report(page):
    values = samples()
    for unit, facts in UNITS.items():
        script = "([values, unit, label]) => values.map((v) => formats.quantity(v, unit, label))"
        found = page.evaluate(script, [values, unit, facts.label])
        expected = [formats.quantity(value, unit) for value in values]
        wrong = [(v, e, f) for v, e, f in zip(values, expected, found, strict=True) if e != f]
        assert wrong == [], f"{unit}: {wrong[:5]}"


@in_a_browser
def test_what_is_no_number_is_said_alike(page):
    found = page.evaluate("[NaN, Infinity, -Infinity].map((v) => formats.number(v, 'usd'))")
    known = (float("nan"), float("inf"), float("-inf"))
    assert found == [formats.number(value, "usd") for value in known]
