"""All pages of a report: front page, one per notebook, claims, data and method."""

import functools
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pandas import DataFrame

from token_exports import data, results
from token_exports.pages import (
    ages,
    catalogue,
    checks,
    formulas,
    front,
    ledger,
    parallel,
    partial,
    reading,
    reference,
)
from token_exports.pages.parallel import Task
from token_exports.pages.reading import Read
from token_exports.pages.template import Site
from token_exports.parameters import NOTEBOOKS
from token_exports.results import Failure
from token_exports.scenarios import Settings

FIXED_PAGES = {
    "index": "Answers",
    "claims": "Claims",
    "data": "Data",
    "method": "Method",
    "runs": "This run",
}


def write(
    folder: Path,
    settings: Settings,
    made_from: Mapping[str, Any],
    failures: Mapping[str, Failure] | None = None,
    processes: int | None = None,
) -> Site:
    """Write every page but that of the run, and what their links point to.

    Parameters
    ----------
    folder
        Report that is being built; holds executed notebooks, results, figures and tables already.
    settings
        Scenario and validated parameters.
    made_from
        Commit, versions and inputs, shown at the foot of each page.
    failures
        Notebooks that did not finish, by name. The folder holds them as far as they were executed,
        and no results of them; pages say what is not computed for that reason.
    processes
        How many share the work; as many as the machine allows where not given. The pages do not
        depend on it.

    Raises
    ------
    FigureError
        A figure lacks words, data or a file.
    """
    finished = [results.load(path) for path in sorted((folder / "results").glob("*.json"))]
    checks.figures(folder, finished)
    left = {name: partial.unfinished(folder, one) for name, one in (failures or {}).items()}
    recorded = [*finished, *(one.content for one in left.values())]
    recorded.sort(key=lambda content: str(content["notebook"]))
    frames = {name: data.load(name) for name in data.tables()}
    as_of = ages.known_on(settings.notebooks)
    shared: dict[str, Any] = {
        "settings": settings,
        "made_from": made_from,
        "recorded": recorded,
        "unfinished": left,
        "ledger": reference.judged(results.intervals(recorded), left),
        "navigation": _navigation(recorded),
        "changed": reference.changed(settings),
        "data_until": ages.newest(frames, as_of),
        "known_on": as_of,
        "ages": ages.of_tables(as_of),
    }
    site = Site(folder, shared)
    site.style()
    reads = reading.read(site)
    shared["standing"] = reading.standing(reads)
    parallel.run(formulas.preparations(), processes)
    parallel.run(_tasks(site, reads, frames), processes)
    return site


def _tasks(site: Site, reads: list[Read], frames: Mapping[str, DataFrame]) -> list[Task]:
    """Groups of pages that do not need each other, the longest first."""
    recorded, settings = site.shared["recorded"], site.shared["settings"]
    return [
        lambda: formulas.write(site, recorded),
        lambda: catalogue.write(site, recorded, settings, frames),
        *(functools.partial(reading.write, site, one) for one in reads),
        lambda: ledger.write(site),
        lambda: front.write(site, reads),
    ]


def _navigation(recorded: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """File stem and short title of each page, in reading order."""
    front, *rest = FIXED_PAGES.items()
    titles = {name: str(model.model_config.get("title")) for name, model in NOTEBOOKS.items()}
    return [front, *((c["notebook"], titles[c["notebook"]]) for c in recorded), *rest]
