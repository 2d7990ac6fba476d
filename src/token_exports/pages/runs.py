"""The page of the run itself: parameters, versions, hashes of inputs and outputs, durations.

It is the only page that differs between equal runs, because it says when and how long they ran.
"""

import shlex
from collections.abc import Mapping
from typing import Any

from token_exports.pages import reference
from token_exports.pages.template import Site
from token_exports.scenarios import Settings

SHORT_HASH = 12


def write(
    site: Site, settings: Settings, manifest: Mapping[str, Any], record: Mapping[str, Any]
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
    """
    parameters = {name: reference.parameters(settings, name) for name in settings.notebooks}
    own = {
        "command": command(settings),
        "parameters": parameters,
        "record": record,
        "libraries": manifest["libraries"],
        "files": {
            "Inputs": _short(manifest["inputs"]),
            "Outputs": _short(manifest["outputs"]),
        },
    }
    site.page("runs.html", "runs", own)


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
