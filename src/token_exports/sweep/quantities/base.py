"""What the notebooks give where no column moves it: run once, or taken from what is kept."""

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from token_exports import parameters, scenarios
from token_exports.results import Recorded
from token_exports.run import archive, fingerprint
from token_exports.sweep import reports
from token_exports.sweep.inputs import Inputs
from token_exports.sweep.work import Shared

Base = dict[str, Recorded]


def needs(scenario: str, settings: tuple[str, ...]) -> tuple[Shared, ...]:
    """Shared work that gives the results of every notebook under these settings."""
    found = _plain(scenario, settings)
    return tuple(
        Shared(f"results-{name}-{fingerprint.text_hash(values)[:24]}", results, (name, values))
        for name, values in found.items()
    )


@lru_cache(maxsize=1024)
def _plain(scenario: str, settings: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    notebooks = scenarios.resolve(scenario, settings).notebooks
    return {name: values.model_dump(mode="json") for name, values in notebooks.items()}


def results(inputs: Inputs, name: str, values: Mapping[str, Any]) -> Base:
    """Quantities of a notebook under ``<notebook>:<name>``; it runs unless its outputs are kept."""
    recorded = f"results/{name}.json"
    with inputs.at_home():
        kept = reports.kept(name, values)
        if kept is not None and (kept.folder / recorded).is_file():
            text = (kept.folder / recorded).read_bytes()
        else:
            files = archive.read(reports.notebook(inputs, name, values))
            text = next(one for path, one in files.items() if path.endswith(recorded))
    return {f"{name}:{row['name']}": Recorded(**row) for row in json.loads(text)["quantities"]}


def uncertain(base: Mapping[str, Recorded], varied: frozenset[str]) -> set[str]:
    """Results of a notebook that a varied assumption may move, by the tables they rest on."""
    reached = {n for n, model in parameters.NOTEBOOKS.items() if any(map(model.takes, varied))}
    return {
        name
        for name, row in base.items()
        if "assumptions" in row.tables and name.partition(":")[0] in reached
    }
