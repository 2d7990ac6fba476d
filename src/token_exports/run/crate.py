"""The provenance of a report as an RO-Crate: which program made which file from what.

``ro-crate-metadata.json`` follows RO-Crate 1.1 with the profile Process Run Crate 0.5: an action
per notebook, from the tables it read and its parameters to what it filed, and one that renders the
pages. It holds no time of day, so equal runs give equal bytes; times stand in ``run.json``.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from token_exports import results
from token_exports.pages.runs import made_by
from token_exports.run import crate_parts as parts
from token_exports.run import manifest as manifests
from token_exports.run.crate_parts import Entity, references
from token_exports.scenarios import Settings

FILE = "ro-crate-metadata.json"
SPECIFICATION = "https://w3id.org/ro/crate/1.1"
PROFILE = "https://w3id.org/ro/wfrun/process/0.5"
CONTEXT = [
    f"{SPECIFICATION}/context",
    {name: f"http://schema.org/{name}" for name in ("creditText", "sha256")},  # not in it
]


def write(
    folder: Path,
    settings: Settings,
    manifest: Mapping[str, Any],
    reads: Mapping[str, Sequence[str]],
    statuses: Mapping[str, str],
) -> Path:
    """Write ``ro-crate-metadata.json`` into a report; for the rest see `metadata`."""
    path = folder / FILE
    content = metadata(settings, manifest, reads, statuses)
    path.write_text(results.to_json(content), encoding="utf-8")
    return path


def metadata(
    settings: Settings,
    manifest: Mapping[str, Any],
    reads: Mapping[str, Sequence[str]],
    statuses: Mapping[str, str],
) -> dict[str, Any]:
    """Content of ``ro-crate-metadata.json``.

    Parameters
    ----------
    settings
        Scenario and validated parameters.
    manifest
        What the report was made from, and ``outputs`` with the hash of each file.
    reads
        Files that each notebook read, like ``data/list_prices.csv``.
    statuses
        Why a notebook failed; empty or missing for one that did not.

    Returns
    -------
    dict
        JSON-LD: a root data set, its files, the programs, their parameters and their actions.
    """
    inputs = parts.inputs(manifest, (path for group in reads.values() for path in group))
    described: list[Entity] = [
        *inputs.values(),
        *parts.outputs(manifest, {entity["@id"] for entity in inputs.values()}),
        *parts.programs(manifest),
        *parts.licences(),
        *_authors(),
        {"@id": PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
    ]
    for name in settings.notebooks:
        program = parts.notebook(manifest, inputs[f"notebooks/{name}.ipynb"])
        told = parts.parameters(settings, name)
        given = [inputs[path] for path in sorted(set(reads.get(name, ())))] + told
        action = _execution(manifest, program, given, statuses.get(name, ""))
        described += [program, *told, action]
    described.append(_rendering(manifest, settings.notebooks, inputs))
    listed = {entity["@id"]: entity for entity in described}  # a notebook is a program, lastly
    ordered = [listed[key] for key in sorted(listed)]
    graph = [_descriptor(), _root(settings, manifest, ordered), *ordered]
    return {"@context": CONTEXT, "@graph": [_without_gaps(entity) for entity in graph]}


def _without_gaps(entity: Entity) -> Entity:
    return {key: value for key, value in entity.items() if value not in ("", [])}


# ---- the report


def _descriptor() -> Entity:
    about = {"about": {"@id": "./"}, "conformsTo": {"@id": SPECIFICATION}}
    return {"@id": FILE, "@type": "CreativeWork", **about}


def _root(settings: Settings, manifest: Mapping[str, Any], described: list[Entity]) -> Entity:
    title = manifests.citation().get("title", manifest["project"])
    scenario = settings.scenario
    return {
        "@id": "./",
        "@type": "Dataset",
        "name": f"{title} Report, scenario {scenario.name}",
        "description": f"{scenario.title}. {scenario.description} Tables keep their own licences.",
        "datePublished": manifest["date"],
        "version": manifest["version"],
        "license": {"@id": parts.own_licence()},
        "author": references(author["@id"] for author in _authors()),
        "conformsTo": {"@id": PROFILE},
        "hasPart": references(e["@id"] for e in described if e["@type"] == "File"),
        "mentions": references(e["@id"] for e in described if e["@type"] == "CreateAction"),
    }


def _authors() -> list[Entity]:
    found = []
    for number, author in enumerate(manifests.citation().get("authors", []), 1):
        person = " ".join(author[k] for k in ("given-names", "family-names") if k in author)
        key = author.get("orcid") or author.get("website") or f"#author-{number}"
        kind = "Person" if person else "Organization"
        found.append({"@id": key, "@type": kind, "name": person or author["name"]})
    return found


# ---- actions


def _execution(
    manifest: Mapping[str, Any], program: Entity, given: list[Entity], error: str
) -> Entity:
    """From a notebook's tables and parameters to what it filed, also where it failed."""
    name = Path(program["@id"]).stem
    action: Entity = {
        "@id": f"#run/{name}",
        "@type": "CreateAction",
        "name": f"Execute {name}",
        "description": "A kernel runs the notebook with its parameters; times stand in run.json",
        "actionStatus": _status("Failed" if error else "Completed"),
        "instrument": {"@id": program["@id"]},
        "object": references(entity["@id"] for entity in given),
        "result": references(made_by(manifest["outputs"], name)),
    }
    return action | ({"error": error} if error else {})


def _rendering(
    manifest: Mapping[str, Any], notebooks: Iterable[str], inputs: Mapping[str, Entity]
) -> Entity:
    """From what the notebooks filed, the tables and their description to the pages."""
    filed = [path for name in notebooks for path in made_by(manifest["outputs"], name)]
    tables = [entity["@id"] for path, entity in inputs.items() if path.startswith("data/")]
    made = [path for path in manifest["outputs"] if path not in {*filed, *tables}]
    nbconvert = parts.library(("nbconvert", manifest["libraries"]["nbconvert"]))
    return {
        "@id": "#run/pages",
        "@type": "CreateAction",
        "name": "Judge the claims and render the pages",
        "description": "Verdicts by rule from all results, then pages from templates",
        "actionStatus": _status("Completed"),
        "instrument": references([parts.PROJECT, nbconvert]),
        "object": references([*filed, *tables]),
        "result": references([*made, *parts.RECORDS]),
    }


def _status(word: str) -> str:
    return f"http://schema.org/{word}ActionStatus"
