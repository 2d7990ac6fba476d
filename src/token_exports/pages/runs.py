"""The page of the run itself: who made what from which inputs, parameters, versions, hashes, times.

It is the only page that differs between equal runs, because it says when and how long they ran.
"""

import shlex
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from token_exports.pages import reference
from token_exports.pages.template import Site
from token_exports.scenarios import Settings

SHORT_HASH = 12


RECORDS = ("manifest.json", "ro-crate-metadata.json", "run.json")
"""Files about the run, where they were written."""
CHECK_COMMAND = """python3 -c '
import hashlib, json, pathlib
outputs = json.load(open("manifest.json"))["outputs"]
found = {p: pathlib.Path(p).is_file() and hashlib.sha256(open(p, "rb").read()).hexdigest()
         for p in outputs}
print([p for p in outputs if outputs[p] != found[p]])'"""
"""What lists the files of a report that differ from its manifest; needs Python only."""


def write(
    site: Site,
    settings: Settings,
    manifest: Mapping[str, Any],
    record: Mapping[str, Any],
    *,
    reads: Mapping[str, Sequence[str]] | None = None,
    statuses: Mapping[str, str] | None = None,
) -> None:
    """Write ``runs.html``.

    Parameters
    ----------
    site
        Report whose other pages are finished.
    settings
        Scenario and validated parameters.
    manifest
        What the report was made from and what it consists of, with hashes.
    record
        When and where this run happened and how long it took.
    reads
        Files that each notebook read, like ``data/list_prices.csv``; where it is not given, the
        tables that its results name.
    statuses
        Why a notebook failed; empty or missing for one that did not.
    """
    parameters = {name: reference.parameters(settings, name) for name in settings.notebooks}
    read = tables_named(site.shared["recorded"]) if reads is None else reads
    own = {
        "command": command(settings),
        "check_command": CHECK_COMMAND,
        "parameters": parameters,
        "record": record,
        "manifest": manifest,
        "records": [name for name in RECORDS if (site.folder / name).is_file()],
        "measured": reads is not None,
        "steps": [
            _step(site, name, manifest, read.get(name, ()))
            | _outcome(record, name, (statuses or {}).get(name, ""))
            | {"changed": _changed(settings, name)}
            for name in settings.notebooks
        ],
        "rendered_count": _rendered_count(manifest, settings.notebooks),
        "files": {
            "Inputs": _short(manifest["inputs"]),
            "Outputs": _short(manifest["outputs"]),
        },
    }
    site.page("runs.html", "runs", own)


def tables_named(recorded: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """Tables that the results of each notebook say they rest on, as files it read."""
    return {
        content["notebook"]: sorted(
            {f"data/{table}.csv" for row in content["quantities"] for table in row["tables"]}
        )
        for content in recorded
    }


def made_by(outputs: Iterable[str], notebook: str) -> list[str]:
    """Files of a report that a notebook filed, among ``outputs``."""
    number = notebook.partition("_")[0]
    own = {f"notebooks/{notebook}.ipynb", f"results/{notebook}.json"}
    filed = (f"figures/{number}_", f"tables/{number}_")
    return [path for path in outputs if path in own or path.startswith(filed)]


def _step(
    site: Site, name: str, manifest: Mapping[str, Any], read: Sequence[str]
) -> dict[str, Any]:
    """What a notebook read and made."""
    files = sorted(set(read))
    page = f"{name}.html"
    return {
        "name": name,
        "page": page if (site.folder / page).is_file() else "",
        "tables": [PurePosixPath(path).stem for path in files if path.endswith(".csv")],
        "other_files": [path for path in files if not path.endswith(".csv")],
        "output_count": len(made_by(manifest["outputs"], name)),
    }


def _outcome(record: Mapping[str, Any], name: str, failure: str) -> dict[str, Any]:
    """How long a notebook took, or the first line of why it failed."""
    duration = record.get("notebook_duration_s", {}).get(name)
    kept = name in record.get("reused", ())
    return {"duration_s": duration, "kept": kept, "failure": failure.partition("\n")[0]}


def _changed(settings: Settings, name: str) -> list[str]:
    """Parameters and assumptions of a notebook that differ from the defaults."""
    values = settings.notebooks[name]
    own = {*type(values).model_fields, *values.overrides}
    return [row["name"] for row in reference.changed(settings) if row["name"] in own]


def _rendered_count(manifest: Mapping[str, Any], notebooks: Iterable[str]) -> int:
    """Number of files that no notebook filed and that are no copy of an input."""
    outputs, inputs = manifest["outputs"], manifest["inputs"]
    filed = {path for name in notebooks for path in made_by(outputs, name)}
    made = {path for path, digest in outputs.items() if inputs.get(path) != digest}
    return len(made - filed)


def command(settings: Settings) -> str:
    """What to type for the same report."""
    words = ["make", "report"]
    if settings.scenario.name != "baseline":
        words.append(f"SCENARIO={settings.scenario.name}")
    own = reference.set_beyond_scenario(settings)
    if own:
        words.append("SET=" + shlex.quote(" ".join(f"{name}={value}" for name, value in own)))
    return " ".join(words)


def _short(hashes: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(name, digest[:SHORT_HASH]) for name, digest in hashes.items()]
