"""What pages refer to: verdicts with their bases, parameters, and where everything stands.

Links count from the top of the report; a page in a folder puts ``root`` before them.
"""

from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import pandas as pd

from token_exports import claims, data, formats
from token_exports import parameters as parameter_models
from token_exports.compare.settings import Given, differing, text
from token_exports.pages import partial
from token_exports.scenarios import Settings
from token_exports.uncertainty import Interval
from token_exports.units import unit_of

SOURCES_A_PAGE = 100


def judged(intervals: Mapping[str, Interval], failed: Collection[str] = ()) -> list[dict[str, Any]]:
    """Every claim with verdict, flip condition, bases and evidence, ready to print.

    Parameters
    ----------
    intervals
        ``<notebook>:<quantity>`` to its interval.
    failed
        Notebooks whose results are missing because they did not finish.
    """
    bases = _grouped(claims.judge_bases(intervals))
    evidence = _grouped(data.load("claim_evidence"))
    rows = records(claims.ledger(intervals))
    for row in rows:
        row["bases"] = [_basis(basis, intervals) for basis in bases.get(row["claim_id"], [])]
        row["verdict"] = partial.verdict(row, failed)
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
            "value": text(getattr(values, name)),
            "unit": parameter_models.unit(model, name),
            "allowed": parameter_models.allowed(model, name),
            "meaning": field.description,
            "origin": settings.origin.get(name, "default"),
        }
        for name, field in model.model_fields.items()
    ]


def changed(settings: Settings) -> list[dict[str, str]]:
    """Parameters and assumptions of this run that differ from the defaults."""
    own = {name: values.model_dump(mode="json") for name, values in settings.notebooks.items()}
    default = {
        name: type(values).model_validate({}).model_dump(mode="json")
        for name, values in settings.notebooks.items()
    }
    rows = differing(Given(default), Given(own, settings.origin))
    return [{"name": row.name, "value": row.after, "origin": row.after_origin} for row in rows]


def set_beyond_scenario(settings: Settings) -> list[tuple[str, str]]:
    """Names and values given by the environment or the command line, as they are typed."""
    typed: dict[str, str] = {}
    for values in settings.notebooks.values():
        named = {k: getattr(values, k) for k in type(values).model_fields if k != "overrides"}
        for name, value in {**named, **values.overrides}.items():
            if settings.origin.get(name, "default") in ("environment", "command line"):
                typed |= _typed(name, value)
    return sorted(typed.items())


def _typed(name: str, value: Any) -> dict[str, str]:
    if isinstance(value, dict):
        members = (_typed(f"{name}.{key}", member) for key, member in value.items())
        return {key: text for member in members for key, text in member.items()}
    if isinstance(value, tuple | list):
        return {name: ":".join(f"{point:g}" for point in value)}
    return {name: str(value).lower() if isinstance(value, bool) else str(value)}


def source_page(source_id: str) -> str:
    """Page of the list of sources on which a source stands, ``sources-2.html``.

    Raises
    ------
    KeyError
        No source has that id.
    """
    path = data.table_path("sources")
    return _source_pages(path, path.stat().st_mtime_ns)[source_id]


@lru_cache(maxsize=4)
def _source_pages(_path: Path, _changed: int) -> dict[str, str]:
    ids = sorted(data.load("sources")["source_id"])
    return {key: sources_page(place // SOURCES_A_PAGE) for place, key in enumerate(ids)}


def sources_page(number: int) -> str:
    """File of a page of the list of sources, counted from zero."""
    return f"sources-{number + 1}.html" if number else "sources.html"


def source_href(source_id: str) -> str:
    """Link from the top of the report to a source in the list of sources."""
    return f"{source_page(source_id)}#source-{source_id}"


def table_href(table: str) -> str:
    """Link from the top of the report to the page of a table."""
    return f"data/{table}.html"


def formula_href(formula: str) -> str:
    """Link from the top of the report to ``module.function``, or to a module."""
    module, dot, function = formula.partition(".")
    return f"method/{module}.html" + f"#{function}" * bool(dot)


def result_href(notebook: str, name: str) -> str:
    """Link from the top of the report to a recorded quantity."""
    return f"{notebook[:2]}-results.html#{name}"


def records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows as plain dictionaries in which missing is None."""
    columns = {str(name): _plain(frame[name]) for name in frame}
    return [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]


def _plain(column: "pd.Series[Any]") -> list[Any]:
    missing = column.isna().tolist()
    return [None if m else value for value, m in zip(column.tolist(), missing, strict=True)]


def _grouped(frame: pd.DataFrame) -> dict[str, list[dict[str, Any]]]:
    groups: dict[str, list[dict[str, Any]]] = {}
    for row in records(frame):
        groups.setdefault(row["claim_id"], []).append(row)
    return groups
