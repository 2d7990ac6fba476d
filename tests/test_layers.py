"""Imports point down, models know no files, and nothing grows beyond its limit."""

import ast
import sys
from pathlib import Path

import nbformat
import pytest

import token_exports
from token_exports import paths

PACKAGE = Path(token_exports.__file__).parent
MODULES = sorted(PACKAGE.rglob("*.py"))
NOTEBOOKS = sorted(paths.notebooks().glob("*.ipynb"))

LAYERS = [
    {"colours", "paths", "units"},
    {"uncertainty", "equations", "javascript"},
    {"data", "models", "formats"},
    {"fetch"},
    {"assumptions", "claims", "parameters", "results"},
    {"serving"},
    {"scenarios", "preflight", "figures", "tables"},
    {"whatif", "compare"},
    {"predict", "pages"},
    {"run"},
    {"sweep", "refresh"},
    {"cli"},
]
HALVES = {"validation": "data"}  # one module in two files: frictionless is imported when needed
OF_MODELS = {"models", "uncertainty", "units"}
MATHEMATICS = {"SALib", "numpy", "pandas", "scipy", "sympy"}
FILES = {"csv", "io", "json", "os", "pathlib", "shutil", "socket", "sqlite3", "subprocess"}
FILES |= {"tempfile", "urllib", "http"}
READERS = {"open", "read_csv", "read_json", "read_text", "read_bytes", "to_csv", "write_text"}

MOST_MODULE_LINES, MOST_BODY_LINES, MOST_ARGUMENTS = 300, 40, 5
by_name = pytest.mark.parametrize("path", MODULES, ids=lambda p: p.relative_to(PACKAGE).as_posix())


def part(path):
    """First name below the package: a module, or the folder it lies in."""
    name = path.relative_to(PACKAGE).with_suffix("").parts[0]
    return HALVES.get(name, name)


def imported(tree):
    """Dotted names of all imports, wherever they stand."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def own_parts(tree):
    """Parts of the package that a module imports."""
    found = {name.split(".")[1] for name in imported(tree) if name.startswith("token_exports.")}
    return {HALVES.get(name, name) for name in found}


def layer(name):
    found = [rank for rank, names in enumerate(LAYERS) if name in names]
    assert found, f"{name} belongs to no layer: add it to LAYERS"
    return found[0]


def parsed(path):
    return ast.parse(path.read_text(encoding="utf-8"))


@by_name
def test_imports_point_down(path):
    own = part(path)
    if path.parent == PACKAGE and own == "__init__":
        assert imported(parsed(path)) == set()
        return
    upward = {n for n in own_parts(parsed(path)) if n != own and layer(n) >= layer(own)}
    assert not upward, f"{own} must not import {upward}"


def test_every_layer_names_what_there_is():
    parts = {part(path) for path in MODULES} - {"__init__"}
    assert set().union(*LAYERS) == parts


def test_there_is_no_circle_among_the_models():
    edges = {}
    for path in (PACKAGE / "models").glob("*.py"):
        names = {n.split(".")[2] for n in imported(parsed(path)) if ".models." in f"{n}."}
        edges[path.stem] = names & {p.stem for p in (PACKAGE / "models").glob("*.py")}
    while leaves := {name for name, below in edges.items() if not below & set(edges)}:
        edges = {name: below for name, below in edges.items() if name not in leaves}
    assert edges == {}


@pytest.mark.parametrize("path", sorted((PACKAGE / "models").glob("*.py")), ids=lambda p: p.stem)
def test_a_model_knows_no_file(path):
    tree = parsed(path)
    assert own_parts(tree) <= OF_MODELS
    outside = {name.split(".")[0] for name in imported(tree)} - {"token_exports"}
    assert outside <= set(sys.stdlib_module_names) | MATHEMATICS
    assert not outside & FILES
    called = {n.func for n in ast.walk(tree) if isinstance(n, ast.Call)}
    names = {getattr(f, "attr", getattr(f, "id", "")) for f in called}
    assert not names & READERS


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_a_notebook_imports_neither_the_run_nor_the_command_line(path):
    cells = [c for c in nbformat.read(path, as_version=4).cells if c.cell_type == "code"]
    parts = set().union(*(own_parts(ast.parse(cell.source)) for cell in cells))
    assert parts
    assert not parts & {"run", "cli"}


def test_the_run_knows_no_model_by_name():
    for path in (PACKAGE / "run").glob("*.py"):
        assert not [n for n in imported(parsed(path)) if n.startswith("token_exports.models.")]


# ---- sizes


@by_name
def test_no_module_is_too_long(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_MODULE_LINES


def functions(path):
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    return [node for node in ast.walk(parsed(path)) if isinstance(node, kinds)]


def body_lines(function):
    """Lines of the body without the docstring."""
    first, *rest = function.body
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    body = rest if documented else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body else 0


def positional_arguments(function):
    names = [a.arg for a in function.args.posonlyargs + function.args.args]
    return [name for name in names if name not in ("self", "cls")]


@by_name
def test_no_function_is_too_long(path):
    long = {f.name: body_lines(f) for f in functions(path) if body_lines(f) > MOST_BODY_LINES}
    assert long == {}


@by_name
def test_no_function_takes_too_many_arguments(path):
    many = {
        f.name: len(positional_arguments(f))
        for f in functions(path)
        if len(positional_arguments(f)) > MOST_ARGUMENTS
    }
    assert many == {}


SAMPLE = '''
import token_exports.cli
from token_exports import run, validation

def sample(self, a, b, c, d, e, f, *, g):
    """Say.

    More.
    """
    x = a
    return x
'''


def test_the_rules_find_what_they_look_for():
    tree = ast.parse(SAMPLE)
    assert own_parts(tree) == {"cli", "run", "data"}
    assert body_lines(tree.body[-1]) == 2
    assert len(positional_arguments(tree.body[-1])) == 6  # neither self nor a keyword counts


# ---- live sources

FETCH = sorted((PACKAGE / "fetch").glob("*.py"))
SHARED = {"contract", "shapes"}
CONNECTIONS = {"http", "httpx", "requests", "socket", "subprocess", "tenacity", "urllib3"}
WITH_CONNECTION = {"transport", "waiting"}


def is_source(path):
    return any(
        isinstance(node, ast.Assign)
        and {"SOURCE", "SOURCES"} & {getattr(t, "id", "") for t in node.targets}
        for node in parsed(path).body
    )


SOURCE_MODULES = {path.stem for path in FETCH if is_source(path)}


def test_there_are_source_modules():
    assert len(SOURCE_MODULES) >= 10


@pytest.mark.parametrize("path", FETCH, ids=lambda path: path.stem)
def test_sources_know_neither_each_other_nor_the_network(path):
    names = imported(parsed(path))
    if path.stem in SOURCE_MODULES:
        others = {name.split(".")[2] for name in names if name.startswith("token_exports.fetch.")}
        assert others & (SOURCE_MODULES - {path.stem}) == set()
        assert others & {"transport", "store", "gather"} == set()
    if path.stem not in WITH_CONNECTION:
        assert {name.split(".")[0] for name in names} & CONNECTIONS == set()
