"""All pages of a report: front page, one per notebook, claims, data and method."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from token_exports import data, results
from token_exports.pages import catalogue, checks, formulas, front, ledger, reading, reference
from token_exports.pages.template import Site
from token_exports.parameters import NOTEBOOKS
from token_exports.scenarios import Settings

FIXED_PAGES = {
    "index": "Answers",
    "claims": "Claims",
    "data": "Data",
    "method": "Method",
    "runs": "This run",
}


def write(folder: Path, settings: Settings, made_from: Mapping[str, Any]) -> Site:
    """Write every page but that of the run, and what their links point to.

    Parameters
    ----------
    folder
        Report that is being built; holds executed notebooks, results, figures and tables already.
    settings
        Scenario and validated parameters.
    made_from
        Commit, versions and inputs, shown at the foot of each page.

    Raises
    ------
    FigureError
        A figure lacks words, data or a file.
    """
    recorded = [results.load(path) for path in sorted((folder / "results").glob("*.json"))]
    checks.figures(folder, recorded)
    shared: dict[str, Any] = {
        "settings": settings,
        "made_from": made_from,
        "recorded": recorded,
        "ledger": reference.judged(results.intervals(recorded)),
        "navigation": _navigation(recorded),
        "changed": reference.changed(settings),
        "data_until": _data_until(),
    }
    site = Site(folder, shared)
    site.style()
    reads = reading.read(site)
    shared["standing"] = reading.standing(reads)
    for one in reads:
        reading.write(site, one)
    front.write(site, reads)
    ledger.write(site)
    catalogue.write(site, recorded, settings)
    formulas.write(site, recorded)
    return site


def _data_until() -> str:
    """Newest day since when a fact of the tables was public."""
    facts = (data.load(name) for name in data.tables())
    days = [str(f["public_since"].max())[:10] for f in facts if "public_since" in f and len(f)]
    return max(days)


def _navigation(recorded: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """File stem and short title of each page, in reading order."""
    front, *rest = FIXED_PAGES.items()
    titles = {name: str(model.model_config.get("title")) for name, model in NOTEBOOKS.items()}
    return [front, *((c["notebook"], titles[c["notebook"]]) for c in recorded), *rest]
