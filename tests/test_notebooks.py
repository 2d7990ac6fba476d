"""The committed notebooks: clean, thin, question first, and one with their parameter models."""

import ast
import re

import nbformat
import pytest

from token_exports import paths, scenarios
from token_exports.parameters import NOTEBOOKS

FILES = sorted(paths.notebooks().glob("*.ipynb"))
LOOKED_UP = re.compile(r'Assumptions\(p\.overrides\)\.row\(\s*"(\w+)"')
MOST_CELLS, MOST_LINES, MOST_LINES_IN_ALL = 75, 15, 320


def cells(path, kind):
    return [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == kind]


def tagged(path, tag):
    return [c for c in cells(path, "code") if tag in c.metadata.get("tags", [])]


def literals(source):
    tree = ast.parse(source)
    return {node.targets[0].id: ast.literal_eval(node.value) for node in tree.body}


def test_there_is_a_notebook_for_every_parameter_model():
    assert [path.stem for path in FILES] == list(NOTEBOOKS)


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.stem)
class TestNotebook:
    def test_is_stored_without_outputs(self, path):
        for cell in cells(path, "code"):
            assert cell.outputs == []
            assert cell.execution_count is None

    def test_has_stable_cell_names(self, path):
        names = [c.id for c in nbformat.read(path, as_version=4).cells]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z][a-z0-9-]{2,40}", name) for name in names), names

    def test_is_thin(self, path):
        code = cells(path, "code")
        assert len(code) <= MOST_CELLS
        lengths = {c.id: len(c.source.splitlines()) for c in code}
        set_up = {"parameters", "setup"}
        assert max(n for name, n in lengths.items() if name not in set_up) <= MOST_LINES, lengths
        assert sum(n for name, n in lengths.items() if name not in set_up) <= MOST_LINES_IN_ALL

    def test_defines_no_function_or_class(self, path):
        for cell in cells(path, "code"):
            kinds = (ast.FunctionDef, ast.ClassDef, ast.Lambda)
            assert not [n for n in ast.walk(ast.parse(cell.source)) if isinstance(n, kinds)]

    def test_asks_its_question_first(self, path):
        first = nbformat.read(path, as_version=4).cells[0]
        assert first.cell_type == "markdown"
        assert first.source.startswith("# ")
        assert first.source.splitlines()[0].endswith("?")
        for part in ("**Question.**", "**Claims tested.**", "**Method.**"):
            assert part in first.source

    def test_types_no_result_into_prose(self, path):
        for cell in cells(path, "markdown"):
            text = re.sub(r"`[^`]*`|\$[^$]*\$|\b(19|20)\d\d\b", "", cell.source)
            assert not re.search(r"\d+([.,]\d+)?\s?(%|T\b|USD|kWh|TWh|times)", text), cell.source

    def test_parameters_cell_states_the_defaults(self, path):
        (cell,) = tagged(path, "parameters")
        default = NOTEBOOKS[path.stem].model_validate({}).model_dump(mode="json")
        assert literals(cell.source) == default
        assert list(literals(cell.source)) == list(default)

    def test_baseline_scenario_states_the_defaults(self, path):
        settings = scenarios.resolve("baseline")
        assert settings.notebooks[path.stem] == NOTEBOOKS[path.stem].model_validate({})

    def test_reads_data_only_through_the_loader(self, path):
        text = "\n".join(c.source for c in cells(path, "code"))
        assert not re.search(r"read_csv|open\(|import (requests|httpx|urllib)", text)


def test_a_notebook_looks_up_no_other_assumptions_than_it_says():
    """An override that is not passed on would otherwise be ignored without a word."""
    for path in FILES:
        named = NOTEBOOKS[path.stem].assumptions
        code = "\n".join(cell.source for cell in cells(path, "code"))
        if named is not None:
            assert set(LOOKED_UP.findall(code)) == named
            assert code.count("Assumptions(") == len(named), "handed on, so used elsewhere too"
