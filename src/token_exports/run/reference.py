"""What the reference pages show: verdicts with their bases, parameters, tables, formulas."""

import importlib
import inspect
import pkgutil
from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
from markupsafe import Markup

from token_exports import claims, data, formats, models
from token_exports import parameters as parameter_models
from token_exports.scenarios import Settings
from token_exports.uncertainty import Interval
from token_exports.units import unit_of


def judged(intervals: Mapping[str, Interval]) -> list[dict[str, Any]]:
    """Every claim with verdict, flip condition, bases and evidence, ready to print."""
    bases = _grouped(claims.judge_bases(intervals))
    evidence = _grouped(data.load("claim_evidence"))
    rows = _records(claims.ledger(intervals))
    for row in rows:
        row["bases"] = [_basis(basis, intervals) for basis in bases.get(row["claim_id"], [])]
        row["evidence"] = evidence.get(row["claim_id"], [])
        row["stated"] = claims.stated_text(row)
        own = [basis["found"] for basis in row["bases"] if basis["role"] == "as_stated"]
        row["found"] = own[0] if own else "evidence cited" if row["evidence"] else ""
    return rows


def _basis(basis: dict[str, Any], intervals: Mapping[str, Interval]) -> dict[str, Any]:
    notebook, _, name = str(basis["result"]).partition(":")
    unit = unit_of(name) or "ratio"
    found = intervals.get(basis["result"])
    shown = formats.interval(found, unit) if found else "not computed in this run"
    return {**basis, "notebook": notebook, "name": name, "found": shown}


def parameters(settings: Settings, notebook: str) -> list[dict[str, Any]]:
    """Value, unit, range, meaning and origin of each parameter of a notebook."""
    values = settings.notebooks[notebook]
    model = type(values)
    return [
        {
            "name": name,
            "value": _parameter_text(getattr(values, name)),
            "unit": parameter_models.unit(model, name),
            "allowed": parameter_models.allowed(model, name),
            "meaning": field.description,
            "origin": settings.origin.get(name, "default"),
        }
        for name, field in model.model_fields.items()
    ]


def changed(settings: Settings) -> list[dict[str, str]]:
    """Parameters and assumptions of this run that differ from the defaults."""
    rows: dict[str, dict[str, str]] = {}
    for values in settings.notebooks.values():
        default = type(values).model_validate({})
        shown = {k: getattr(values, k) for k in type(values).model_fields if k != "overrides"}
        for name, value in {**shown, **values.overrides}.items():
            if name in values.overrides or value != getattr(default, name):
                origin = settings.origin.get(name, "default")
                rows[name] = {"name": name, "value": _parameter_text(value), "origin": origin}
    return list(rows.values())


def _parameter_text(value: Any) -> str:
    if value is None or value == {}:
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{k} = {_parameter_text(v)}" for k, v in value.items())
    if isinstance(value, tuple):
        return " to ".join(f"{v:g}" for v in value)
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def tables() -> list[dict[str, Any]]:
    """Description, size and coverage of every table."""
    return [{**data.describe(name), **_extent(data.load(name))} for name in data.tables()]


def _extent(frame: pd.DataFrame) -> dict[str, Any]:
    dates = [c for c in ("date", "period_start", "period_end", "month") if c in frame]
    covered = [str(value)[:10] for c in dates for value in (frame[c].min(), frame[c].max())]
    covered = [value for value in covered if value[:1].isdigit()]
    coverage = f"{min(covered)} to {max(covered)}" if covered else ""
    return {"row_count": len(frame), "coverage": coverage}


def lists() -> dict[str, list[dict[str, Any]]]:
    """Rows of the sources and of the assumptions."""
    return {
        "sources": _records(data.load("sources")),
        "assumption_rows": _records(data.load("assumptions")),
    }


def modules() -> list[dict[str, Any]]:
    """Docstring of every model module and its public functions, in source order."""
    found = []
    for info in pkgutil.iter_modules(models.__path__):
        module = importlib.import_module(f"{models.__name__}.{info.name}")
        own = [
            _callable(info.name, name, member)
            for name, member in vars(module).items()
            if not name.startswith("_")
            and (inspect.isfunction(member) or inspect.isclass(member))
            and member.__module__ == module.__name__
        ]
        found.append({"name": info.name, "text": inspect.getdoc(module) or "", "members": own})
    return found


def _callable(module: str, name: str, member: Any) -> dict[str, str]:
    summary, _, rest = (inspect.getdoc(member) or "").partition("\n")
    kind = "inputs" if inspect.isclass(member) else "function"
    source = inspect.getsource(member)
    return {
        "anchor": f"{module}.{name}",
        "name": name,
        "kind": kind,
        "summary": summary,
        "text": rest.strip(),
        "source": Markup(escape(source, quote=False)),  # quotes need no escape between tags
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain dictionaries in which missing is None."""
    plain = frame.astype(object).where(frame.notna(), None)
    return [{str(k): v for k, v in row.items()} for row in plain.to_dict("records")]


def _grouped(frame: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in _records(frame):
        groups.setdefault(row["claim_id"], []).append(row)
    return groups
