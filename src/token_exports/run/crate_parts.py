"""What the provenance of a report is about: files, programs, parameters and licences, as JSON-LD.

A file of the repository is named by the report's own copy where that is the same, else by
``#input/`` and its path; a library by its package URL (ECMA-427), which holds the version.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from token_exports import data, paths
from token_exports import parameters as parameter_models
from token_exports.run import manifest as manifests
from token_exports.scenarios import Settings
from token_exports.units import UNITS

RECORDS = {
    "manifest.json": "Commit, versions, parameters, and the hash of every input and output",
    "run.json": "When and where this run happened and how long it took",
    "runs.html": "Page of the run",
}
MEDIA_TYPES = {
    ".css": "text/css",
    ".csv": "text/csv",
    ".html": "text/html",
    ".ipynb": "application/x-ipynb+json",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".yaml": "application/yaml",
}
PROJECT = "#token-exports"
SOURCES = "data/sources.csv"

Entity = dict[str, Any]
Reference = dict[str, str]


def references(keys: Iterable[str]) -> list[Reference] | Reference:
    """References to entities; one alone stands for itself, as RO-Crate recommends."""
    found = [{"@id": key} for key in keys]
    return found[0] if len(found) == 1 else found


def inputs(manifest: Mapping[str, Any], read: Iterable[str]) -> dict[str, Entity]:
    """Every file of the repository that was read, by its path there.

    Parameters
    ----------
    manifest
        What the report was made from, and ``outputs`` with the hash of each file.
    read
        Files that may be missing among the manifest's inputs.
    """
    tables = {f"data/{table['path']}": table for table in data.package()["resources"]}
    names = sorted({*manifest["inputs"], *read})
    return {name: _input(name, manifest, tables.get(name, {})) for name in names}


def _input(name: str, manifest: Mapping[str, Any], table: Mapping[str, Any]) -> Entity:
    key = _key(name, manifest)
    kind = "File" if key == name else "CreativeWork"
    entity = _file(key, manifest["inputs"].get(name))
    entity |= {"@type": kind, "name": table.get("title", name)}
    path = paths.root() / name
    if path.is_file():
        entity["contentSize"] = str(path.stat().st_size)
    if table:
        entity["license"] = references(_licence_id(one) for one in table.get("licenses", []))
        entity["creditText"] = table.get("attribution", "")
    keys = table.get("schema", {}).get("foreignKeys", [])
    if any(key["reference"]["resource"] == "sources" for key in keys):
        entity["citation"] = {"@id": _key(SOURCES, manifest)}  # each row names its source there
    return entity


def _key(name: str, manifest: Mapping[str, Any]) -> str:
    """Id of a file of the repository."""
    digest = manifest["inputs"].get(name)
    copied = digest is not None and manifest["outputs"].get(name) == digest
    return name if copied else f"#input/{name}"


def outputs(manifest: Mapping[str, Any], known: set[str]) -> Iterable[Entity]:
    """Files of the report whose ids are not known yet, and the records of the run."""
    for name, digest in manifest["outputs"].items():
        if name not in known:
            yield _file(name, digest)
    for name, meaning in RECORDS.items():
        yield _file(name, None) | {"description": meaning}


def _file(key: str, digest: str | None) -> Entity:
    entity: Entity = {"@id": key, "@type": "File"}
    if media_type := MEDIA_TYPES.get(Path(key).suffix):
        entity["encodingFormat"] = media_type
    return entity | ({"sha256": digest} if digest else {})


# ---- programs and what they were told


def notebook(manifest: Mapping[str, Any], file: Entity) -> Entity:
    """The committed notebook, as the program of an action."""
    libraries = map(library, manifest["libraries"].items())
    return file | {
        "@type": ["SoftwareSourceCode", "ComputationalWorkflow"],
        "version": manifest["version"],
        "programmingLanguage": {"@id": _python(manifest)},
        "softwareRequirements": references([PROJECT, *libraries]),
    }


def programs(manifest: Mapping[str, Any]) -> Iterable[Entity]:
    """token-exports with its commit, Python and the libraries."""
    project: Entity = {"@id": PROJECT, "@type": "SoftwareApplication", "name": manifest["project"]}
    project |= {"softwareVersion": manifest["version"], "license": {"@id": own_licence()}}
    if manifest["commit"]:
        project["identifier"] = f"swh:1:rev:{manifest['commit']}"  # ISO 18670
        project["additionalProperty"] = {"@id": "#uncommitted-changes"}
        dirty = bool(manifest["uncommitted_changes"])
        yield _value("#uncommitted-changes", "uncommitted changes", dirty)
    yield project
    python = {"@type": ["ComputerLanguage", "SoftwareApplication"], "name": "Python"}
    yield {"@id": _python(manifest), "softwareVersion": manifest["python"], **python}
    for name, version in manifest["libraries"].items():
        kind = {"@type": "SoftwareApplication", "name": name, "softwareVersion": version}
        yield {"@id": library((name, version)), **kind}


def _python(manifest: Mapping[str, Any]) -> str:
    return f"pkg:generic/python@{manifest['python']}"


def library(item: tuple[str, str]) -> str:
    """Package URL of a library's name and version."""
    return f"pkg:pypi/{item[0].lower()}@{item[1]}"


def parameters(settings: Settings, name: str) -> list[Entity]:
    """Parameters of a notebook and the assumptions set for it, each with its origin."""
    values = settings.notebooks[name]
    model, plain = type(values), values.model_dump(mode="json")
    assumed = plain.pop("overrides", {})
    found = []
    for key, value in {**plain, **assumed}.items():
        entity = _value(f"#parameter/{name}/{key}", key, value)
        entity["description"] = f"Set by: {settings.origin.get(key, 'default')}"
        unit = parameter_models.unit(model, key) if key in plain else ""
        if label := UNITS[unit].label if unit in UNITS else unit:
            entity["unitText"] = label
        found.append(entity)
    return found


def _value(key: str, name: str, value: Any) -> Entity:
    plain = value if isinstance(value, str) else json.dumps(value, sort_keys=True)
    return {"@id": key, "@type": "PropertyValue", "name": name, "value": plain}


# ---- licences


def own_licence() -> str:
    """Id of the licence of this project."""
    return f"https://spdx.org/licenses/{manifests.citation().get('license', 'MIT')}"


def licences() -> Iterable[Entity]:
    """Licences of the project and of the tables."""
    own = own_licence()
    yield {"@id": own, "@type": "CreativeWork", "name": own.rpartition("/")[2]}
    for resource in data.package()["resources"]:
        for one in resource.get("licenses", []):
            name = one["title"].partition(" (")[0]  # of the licence, not of the rows under it
            yield {"@id": _licence_id(one), "@type": "CreativeWork", "name": name}


def _licence_id(licence: Mapping[str, str]) -> str:
    return licence.get("path") or f"#licence-{licence['name']}"
