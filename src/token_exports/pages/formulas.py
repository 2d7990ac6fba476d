"""The method section: definitions, equations read off the functions, one page per model module."""

import ast
import dataclasses
import importlib
import inspect
import pkgutil
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from html import escape
from textwrap import dedent
from typing import Any, get_type_hints

from markupsafe import Markup

from token_exports import equations, models, paths
from token_exports.pages import docstrings, kept, markup
from token_exports.pages.mathml import mathml
from token_exports.pages.reference import result_href
from token_exports.pages.template import Site
from token_exports.parameters import NOTEBOOKS
from token_exports.units import UNITS, unit_of

CORE_A_SUBJECT = 8
LONGEST_CORE = 450
"""Characters of LaTeX: the front page of the method shows equations one can take in."""
MOST_RESULTS = 5
WRITERS = ("sympy", "latex2mathml", "markupsafe")
"""Libraries that equations and their markup come from."""
OTHER = "Shared by several"
FOLDER, PARTS = "formulas", 4
"""Where modules are kept, and the number of tasks that their making is divided into."""


@dataclass(frozen=True)
class Member:
    """A public function or inputs class of a model module."""

    name: str
    kind: str
    signature: str
    summary: Markup
    text: Markup
    code: Markup
    latex: str = ""
    equation: Markup = Markup()
    symbols_of: tuple[str, ...] = ()
    """``module.class`` of the inputs whose symbols the equation uses."""
    fields: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True)
class Module:
    """A model module as its page shows it."""

    name: str
    title: str
    summary: Markup
    text: Markup
    members: tuple[Member, ...]
    uses: frozenset[str] = field(default_factory=frozenset)
    """Other model modules that it imports."""


def write(site: Site, recorded: Sequence[Mapping[str, Any]]) -> None:
    """Write the method page and the page of every model module."""
    found = modules()
    resting = _resting(recorded)
    groups = grouped(found, recorded)
    shown = {
        "section": "method",
        "definitions": Markup(_definitions()),
        "groups": groups,
        "core": core(found, groups, resting),
        "equation_count": sum(bool(m.equation) for module in found for m in module.members),
    }
    site.page("method.html", "method", shown, scripts=("data.js",), plain=True)
    for module in found:
        own = {m.name: resting.get(f"{module.name}.{m.name}", []) for m in module.members}
        context = {"section": "method", "module": module, "resting": own, "most": MOST_RESULTS}
        site.page(f"method/{module.name}.html", "module", context, plain=True)


def _definitions() -> str:
    text = (paths.root() / "docs" / "method.md").read_text(encoding="utf-8")
    return markup.markdown(text.partition("\n")[2], written=True)  # the page has its own title


# ---- modules


@lru_cache(maxsize=1)
def modules() -> tuple[Module, ...]:
    """Every model module with its public functions and classes, in source order.

    To read the equations off takes seconds, so what the same source gave is kept.
    """
    key = kept.key("", *WRITERS)
    return tuple(kept.kept(f"{FOLDER}/{name}", key, partial(_module, name)) for name in _names())


def preparations() -> list[Callable[[], None]]:
    """What to do beforehand, in any order, so that :func:`modules` finds all of it kept."""
    key = kept.key("", *WRITERS)
    missing = [name for name in _names() if kept.read(kept.path(f"{FOLDER}/{name}"), key) is None]
    return [partial(_keep, missing[first::PARTS], key) for first in range(PARTS) if missing]


def _keep(names: Sequence[str], key: str) -> None:
    for name in names:
        kept.kept(f"{FOLDER}/{name}", key, partial(_module, name))


def _names() -> list[str]:
    return [info.name for info in pkgutil.iter_modules(models.__path__)]


def _module(name: str) -> Module:
    loaded = importlib.import_module(f"{models.__name__}.{name}")
    source = inspect.getsource(loaded)
    tree = ast.parse(source)
    text = inspect.getdoc(loaded) or ""
    members = [
        _member(node, getattr(loaded, node.name), source)
        for node in tree.body
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_")
    ]
    return Module(
        name=name,
        title=name.replace("_", " ").capitalize(),
        summary=docstrings.inline(docstrings.summary(text)),
        text=docstrings.markup(text, level=2),
        members=tuple(members),
        uses=frozenset(_uses(tree)),
    )


def _uses(tree: ast.Module) -> set[str]:
    found = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    prefix = models.__name__
    whole = {a.name for node in found if node.module == prefix for a in node.names}
    parts = {str(n.module).rpartition(".")[2] for n in found if f"{prefix}." in f"{n.module}"}
    return whole | parts


def _member(node: ast.FunctionDef | ast.ClassDef, member: Any, source: str) -> Member:
    text = inspect.getdoc(member) or ""
    plain: dict[str, Any] = {
        "name": node.name,
        "summary": docstrings.inline(docstrings.summary(text)),
        "text": docstrings.markup(text, level=3),
        "code": Markup(escape(_code(node, source), quote=False)),
    }
    if isinstance(node, ast.ClassDef):
        listed = _fields(member)
        return Member(kind="class", signature="", fields=listed, **plain)
    returns = f" -> {ast.unparse(node.returns)}" if node.returns else ""
    latex = equations.read_off(member) or ""
    return Member(
        kind="function",
        signature=f"({ast.unparse(node.args)}){returns}",
        latex=latex,
        equation=Markup(mathml(latex, "block")) if latex else Markup(),
        symbols_of=_symbols_of(member) if latex else (),
        **plain,
    )


def _code(node: ast.FunctionDef | ast.ClassDef, source: str) -> str:
    """Body of a definition without its docstring: the page shows signature and text apart."""
    first, *rest = node.body
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    start = (first.end_lineno or first.lineno) if documented and rest else first.lineno - 1
    return dedent("\n".join(source.splitlines()[start : node.end_lineno])).strip("\n")


def _fields(inputs: type[Any]) -> tuple[Mapping[str, Any], ...]:
    listed = dataclasses.fields(inputs) if dataclasses.is_dataclass(inputs) else ()
    named = [f for f in listed if f.metadata]  # the code shows the others
    return tuple(
        {
            "name": f.name,
            "unit": UNITS[unit].label if (unit := unit_of(f.name)) else "",
            "symbol": Markup(mathml(f.metadata["symbol"])) if "symbol" in f.metadata else "",
            "meaning": f.metadata.get("meaning", ""),
        }
        for f in named
    )


def _symbols_of(function: Callable[..., Any]) -> tuple[str, ...]:
    kinds = [k for k in get_type_hints(function).values() if dataclasses.is_dataclass(k)]
    named = [k for k in kinds if any("symbol" in f.metadata for f in dataclasses.fields(k))]
    found = [f"{k.__module__.rpartition('.')[2]}.{getattr(k, '__name__', '')}" for k in named]
    return tuple(dict.fromkeys(found))


# ---- what rests on a formula, and which subject it belongs to


def _resting(recorded: Sequence[Mapping[str, Any]]) -> dict[str, list[Mapping[str, Any]]]:
    """Recorded quantities by formula, key numbers first."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    for content in recorded:
        for row in content["quantities"]:
            if row["formula"]:
                href = result_href(content["notebook"], row["name"])
                found.setdefault(row["formula"], []).append({**row, "href": href})
    return {name: sorted(rows, key=lambda row: not row["headline"]) for name, rows in found.items()}


def grouped(
    found: Sequence[Module], recorded: Sequence[Mapping[str, Any]]
) -> dict[str, list[Module]]:
    """Modules by subject: the notebook whose results name them, or that of what imports them."""
    votes: dict[str, Counter[str]] = {module.name: Counter() for module in found}
    for content in recorded:
        for row in content["quantities"]:
            name = row["formula"].partition(".")[0]
            if name in votes:
                votes[name][content["notebook"]] += 1
    chosen = {name: counts.most_common(1)[0][0] for name, counts in votes.items() if counts}
    while new := _inherited(found, chosen):
        chosen |= new
    titles = {name: str(model.model_config.get("title")) for name, model in NOTEBOOKS.items()}
    order = [c["notebook"] for c in recorded]
    groups = {titles[n]: [m for m in found if chosen.get(m.name) == n] for n in order}
    groups[OTHER] = [m for m in found if m.name not in chosen]
    return {title: members for title, members in groups.items() if members}


def _inherited(found: Sequence[Module], chosen: Mapping[str, str]) -> dict[str, str]:
    """Subjects of modules without one that modules with one import."""
    new = {}
    for module in found:
        users = Counter(chosen[m.name] for m in found if module.name in m.uses and m.name in chosen)
        if module.name not in chosen and users:
            new[module.name] = users.most_common(1)[0][0]
    return new


def core(
    found: Sequence[Module],
    groups: Mapping[str, Sequence[Module]],
    resting: Mapping[str, Sequence[Mapping[str, Any]]],
) -> dict[str, list[tuple[str, Member]]]:
    """Per subject the equations on which most recorded results rest, key numbers counted first."""
    subjects = {}
    for title, members in groups.items():
        named = [
            (f"{module.name}.{member.name}", member)
            for module in members
            for member in module.members
            if member.equation and len(member.latex) <= LONGEST_CORE
        ]
        used = [(name, member) for name, member in named if name in resting]
        used.sort(key=lambda pair: -len(resting[pair[0]]))
        used.sort(key=lambda pair: -sum(row["headline"] for row in resting[pair[0]]))
        if used:
            subjects[title] = used[:CORE_A_SUBJECT]
    return subjects
