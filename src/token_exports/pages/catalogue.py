"""The data section: every table with its gaps and rows, every source, every assumption."""

import json
import shutil
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from token_exports import data
from token_exports.pages import coverage, rows
from token_exports.pages.reference import (
    SOURCES_A_PAGE,
    records,
    result_href,
    source_href,
    sources_page,
)
from token_exports.pages.template import Site
from token_exports.scenarios import Settings

DESCRIPTOR = "datapackage.json"
ELSEWHERE = {"sources": "sources.html", "assumptions": "assumptions.html"}
"""Tables whose rows have pages of their own."""
MOST_RESULTS = 6


def write(
    site: Site,
    recorded: Sequence[Mapping[str, Any]],
    settings: Settings,
    frames: Mapping[str, pd.DataFrame],
) -> None:
    """Write the pages of the data section and the files they offer for download.

    Parameters
    ----------
    site
        Report that is being written.
    recorded
        What its notebooks recorded.
    settings
        Scenario and validated parameters.
    frames
        Every table by name.
    """
    listed = tables(frames)
    for table in listed:
        table["results"] = _resting(recorded, table["name"])
    cited = {name: _cited(frame) for name, frame in frames.items()}
    source_rows = {row["source_id"]: row for row in records(frames["sources"])}
    beliefs = assumed(settings)
    newest = max(listed, key=lambda table: str(table["coverage"].newest))
    front: dict[str, Any] = {"tables": listed, "newest": newest, "beliefs": beliefs}
    front |= {"source_count": len(source_rows), "last_read": _last_read(source_rows)}
    _listing(site, "data.html", "data", front)
    for table in listed:
        name = table["name"]
        context = _table(table, cited[name], source_rows)
        context["shown"] = _rows(table, frames[name], cited[name])
        site.page(f"data/{name}.html", "table", context, plain=True)
    for page in _source_pages(source_rows, cited):
        _listing(site, page["file"], "sources", page)
    _listing(site, "assumptions.html", "assumptions", {"beliefs": beliefs})
    _copy(site)


def _listing(site: Site, file: str, template: str, context: Mapping[str, Any]) -> None:
    """Write a page whose entries a reader can filter by words."""
    site.page(file, template, {"section": "data", **context}, scripts=("data.js",), plain=True)


def tables(frames: Mapping[str, pd.DataFrame] | None = None) -> list[dict[str, Any]]:
    """Description, size, coverage and gaps of every table, read here unless given."""
    found = []
    for name in data.tables():
        described = data.describe(name)
        frame = frames[name] if frames else data.load(name)
        covered = coverage.of(described, frame)
        sentence = described["description"].partition(". ")[0].rstrip(".") + "."
        extent = {"row_count": len(frame), "coverage": covered, "sentence": sentence}
        found.append({**described, **extent})
    return found


def _resting(recorded: Sequence[Mapping[str, Any]], table: str) -> list[dict[str, Any]]:
    """Recorded quantities that rest on a table, by notebook, key numbers first."""
    found = []
    for content in recorded:
        named = [row for row in content["quantities"] if table in row["tables"]]
        named.sort(key=lambda row: not row["headline"])
        links = [
            (result_href(content["notebook"], row["name"]), row["label"])
            for row in named[:MOST_RESULTS]
        ]
        if named:
            found.append({**content, "count": len(named), "links": links})
    return found


def _cited(frame: pd.DataFrame) -> list[str]:
    """Sources of a table's rows, in order of appearance."""
    columns = [c for c in frame if str(c).endswith("source_id")]
    return list(dict.fromkeys(str(key) for c in columns for key in frame[c].dropna().unique()))


def _table(
    table: Mapping[str, Any], cited: list[str], sources: Mapping[str, Mapping[str, Any]]
) -> dict[str, Any]:
    name, schema = table["name"], table["schema"]
    return {
        "section": "data",
        "table": table,
        "fields": schema["fields"],
        "key": schema.get("primaryKey", []),
        "allowed": {f["name"]: _allowed(f) for f in schema["fields"]},
        "cited": [{**sources[c], "href": source_href(c)} for c in cited if name != "sources"],
        "elsewhere": ELSEWHERE.get(name, ""),
    }


def _rows(table: Mapping[str, Any], frame: pd.DataFrame, cited: list[str]) -> rows.Shown | None:
    if table["name"] in ELSEWHERE:
        return None
    schema = table["schema"]
    return rows.shown(frame, schema["fields"], schema.get("primaryKey", []), cited)


def _allowed(field: Mapping[str, Any]) -> str:
    """Values a column may hold, in words."""
    limits = field.get("constraints", {})
    if "enum" in limits:
        return ", ".join(map(str, limits["enum"]))
    ends = [_limit(limits[end]) for end in ("minimum", "maximum") if end in limits]
    if len(ends) == 2:
        return " to ".join(ends)
    if ends:
        return f"at least {ends[0]}" if "minimum" in limits else f"at most {ends[0]}"
    return ""


def _limit(value: Any) -> str:
    return f"{value:,.15g}" if isinstance(value, int | float) and value > 9999 else str(value)


# ---- sources


def _last_read(sources: Mapping[str, Mapping[str, Any]]) -> str:
    return f"{max(row['date_accessed'] for row in sources.values()):%Y-%m-%d}"


def _source_pages(
    sources: Mapping[str, Mapping[str, Any]], cited: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    """The list of sources in alphabetical order, cut into pages."""
    ids = sorted(sources)
    citing = {key: [n for n, c in cited.items() if key in c and n != "sources"] for key in ids}
    usual = Counter(row["licence"] for row in sources.values()).most_common(1)[0][0]
    pages = []
    for number, start in enumerate(range(0, len(ids), SOURCES_A_PAGE)):
        part = ids[start : start + SOURCES_A_PAGE]
        listed = [{**sources[key], "citing": citing[key]} for key in part]
        ends = [key.partition("_")[0] for key in (part[0], part[-1])]
        file = sources_page(number)
        pages.append({"file": file, "number": number + 1, "listed": listed, "ends": ends})
    index = [{"file": page["file"], "ends": page["ends"]} for page in pages]
    shared = {"index": index, "source_count": len(ids), "usual": usual}
    return [{**page, **shared} for page in pages]


# ---- assumptions


def assumed(settings: Settings) -> dict[str, dict[str, Any]]:
    """Rows of the assumptions by parameter, with what this run puts in their place."""
    own: dict[str, Any] = {}
    for values in settings.notebooks.values():
        own |= values.overrides
    groups: dict[str, dict[str, Any]] = {}
    for row in records(data.load("assumptions")):
        parameter = row["parameter"]
        group = groups.setdefault(parameter, {"rows": [], "unit": row["unit"], "largest": 0.0})
        group["rows"].append(row)
        group["largest"] = max(group["largest"], row["high"])
        group["set"] = [
            {"name": name, "value": _points(value), "origin": settings.origin.get(name, "default")}
            for name, value in own.items()
            if name.partition(".")[0] == parameter
        ]
    return groups


def _points(value: Any) -> str:
    return ":".join(f"{point:g}" for point in (value if isinstance(value, tuple) else (value,)))


# ---- files


def _copy(site: Site) -> None:
    """Put the tables beside the pages, so that every download works without a network."""
    folder = site.folder / "data"
    folder.mkdir(exist_ok=True)
    for name in data.tables():
        path = data.table_path(name)
        shutil.copyfile(path, folder / path.name)
    text = json.dumps(data.package(), ensure_ascii=False, separators=(",", ":"))
    (folder / DESCRIPTOR).write_text(text + "\n", encoding="utf-8")
