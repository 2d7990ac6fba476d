"""The method section: equations are the functions, and every formula has its place and links."""

import dataclasses
import importlib
import inspect
import re
import typing
from xml.etree import ElementTree

import numpy as np
import pytest
import site_toys
import sympy

from token_exports import equations, models
from token_exports.pages import docstrings, formulas, reference
from token_exports.pages.mathml import mathml
from token_exports.results import Results
from token_exports.units import Quantity

MOST_BYTES = 60_000
MOST_BYTES_OF_MODULES = 1_000_000
FEWEST_EQUATIONS = 80
FORMULA = "token_cost.electricity_usd_per_mtok"


def recorded():
    found = Results("02_token_cost", "What does a token cost?")
    for number in range(formulas.MOST_RESULTS + 2):
        found.add(f"n{number}_usd_per_mtok", 1.0, f"Cost <{number}>", formula=FORMULA)
    other = Results("03_bitcoin_vs_tokens", "Is it so?")
    other.add("x_ratio", 1.0, "X", formula="mining.electricity_series")
    return [found.as_dict(), other.as_dict()]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("formulas")
    formulas.write(site_toys.site(folder), recorded())
    return folder


def members():
    for module in formulas.modules():
        for member in module.members:
            yield module, member


# ---- pages


def test_every_page_is_small(made):
    pages = sorted(made.rglob("*.html"))
    assert len(pages) == len(formulas.modules()) + 1
    assert all(page.stat().st_size <= MOST_BYTES for page in pages)
    assert sum(p.stat().st_size for p in made.glob("method/*.html")) <= MOST_BYTES_OF_MODULES


def test_every_public_function_stands_where_links_point(made):
    for module, member in members():
        file, _, anchor = reference.formula_href(f"{module.name}.{member.name}").partition("#")
        assert f'id="{anchor}"' in (made / file).read_text(encoding="utf-8")


def test_a_module_alone_is_a_link_too():
    assert reference.formula_href("roofline") == "method/roofline.html"


def test_old_links_to_a_module_still_lead_to_the_method_page(made):
    page = (made / "method.html").read_text(encoding="utf-8")
    ids = re.findall(r'id="([^"]+)"', page)
    assert {m.name for m in formulas.modules()} <= set(ids)
    assert len(ids) == len(set(ids))
    assert page.count("<h1") == 1


def test_results_that_name_a_formula_are_linked_back(made):
    page = (made / reference.formula_href(FORMULA).partition("#")[0]).read_text("utf-8")
    assert f"{formulas.MOST_RESULTS + 2} results, among them" in page
    assert page.count("-results.html#n") == formulas.MOST_RESULTS
    assert "Cost &lt;0&gt;" in page


def test_a_core_equation_is_one_that_results_rest_on():
    found = formulas.modules()
    resting = {FORMULA: [{"headline": False}]}
    core = formulas.core(found, {"Any": found}, resting)
    assert [name for name, _ in core["Any"]] == [FORMULA]
    assert formulas.core(found, {"Any": found}, {}) == {}


def test_a_module_belongs_to_what_names_it_or_else_to_what_uses_it():
    groups = formulas.grouped(formulas.modules(), recorded())
    names = {title: {m.name for m in modules} for title, modules in groups.items()}
    (cost,) = [title for title, held in names.items() if "token_cost" in held]
    assert "accelerator_hour" in names[cost]  # token_cost imports it
    assert cost != formulas.OTHER
    assert sum(map(len, names.values())) == len(formulas.modules())


def test_code_is_shown_without_what_stands_above_it():
    (found,) = [m for _, m in members() if m.name == "period_electricity_twh"]
    assert found.code.startswith("return electricity_twh_per_year * period_days")
    assert '"""' not in found.code
    assert found.signature.startswith("(electricity_twh_per_year: Quantity, period_days")


# ---- equations


def functions():
    for module, member in members():
        if member.equation:
            loaded = importlib.import_module(f"{models.__name__}.{module.name}")
            yield pytest.param(getattr(loaded, member.name), id=f"{module.name}.{member.name}")


EQUATIONS = list(functions())


def test_most_plain_formulas_have_their_equation():
    assert len(EQUATIONS) >= FEWEST_EQUATIONS


def value(name, kind, owner, rng, points):
    if dataclasses.is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        parts = {
            f.name: value(f.name, hints[f.name], f"{owner}.{name}", rng, points)
            for f in dataclasses.fields(kind)
        }
        return kind(**parts)
    if kind is str:
        return name
    drawn = float(rng.uniform(0.1, 0.9))
    points[sympy.Symbol(f"{owner}.{name}", positive=True)] = drawn
    return drawn


@pytest.mark.parametrize("function", EQUATIONS)
def test_a_printed_equation_is_what_the_function_computes(function):
    expression = equations.expression(function)
    hints = typing.get_type_hints(function)
    names = inspect.signature(function).parameters
    for seed in (1, 2):
        rng, points = np.random.default_rng(seed), {}
        expected = function(*(value(n, hints[n], "", rng, points) for n in names))
        assert float(expression.evalf(subs=points)) == pytest.approx(float(expected), rel=1e-9)


@dataclasses.dataclass(frozen=True)
class Part:
    """Two numbers."""

    time_s: Quantity = dataclasses.field(metadata={"symbol": "t"})
    power_w: Quantity


def work_ratio(first: Part, second: Part) -> Quantity:
    """Two inputs of one class."""
    return first.time_s * first.power_w / (second.time_s * second.power_w)


def step_ratio(x_ratio: Quantity) -> Quantity:
    """Needs to compare with a number."""
    return x_ratio if x_ratio > 2 else 2.0


def named_ratio(table: str) -> Quantity:
    """Takes no number."""
    return len(table)


def test_two_inputs_of_one_class_are_told_apart():
    found = equations.read_off(work_ratio)
    assert r"{t}_{\text{first}}" in found
    assert r"{t}_{\text{second}}" in found


@pytest.mark.parametrize("function", [step_ratio, named_ratio])
def test_what_takes_no_symbol_has_no_equation(function):
    assert equations.read_off(function) is None


# ---- markup


def test_mathml_keeps_every_sign_and_drops_what_is_redundant():
    found = mathml(r"a_{1} = \frac{\text{b c}}{\sqrt{x}} - 2", "block")
    root = ElementTree.fromstring(found)
    assert "".join(root.itertext()).split() == ["a1=b", "cx" + "\N{MINUS SIGN}2"]
    assert "xmlns" not in found
    assert "<mrow><mn>1</mn></mrow>" not in found
    assert [len(e) for e in root.iter("mfrac")] == [2]
    assert [len(e) for e in root.iter("msub")] == [2]


def test_a_docstring_becomes_markup_that_cannot_run():
    text = "Say <b>.\n\nUse ``a < b`` and *so*.\n\nParameters\n----------\nx\n    An <i>.\n"
    found = docstrings.markup(text, level=3)
    assert docstrings.inline(docstrings.summary(text)) == "Say &lt;b&gt;."
    assert "<code>a &lt; b</code> and <em>so</em>" in found
    assert "<h3>Parameters</h3>" in found
    assert "<dt><code>x</code><dd>An &lt;i&gt;." in found


def test_an_indented_block_keeps_its_lines():
    html = docstrings.markup("S.\n\n    a = b\n    c = d\n", level=2)
    assert "<pre tabindex=0>a = b\nc = d</pre>" in html
