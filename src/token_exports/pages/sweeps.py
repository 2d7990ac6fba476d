"""The page of a sweep: one file that shows what thousands of points say, and where they fail."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

import token_exports
from token_exports import claims, paths
from token_exports.pages import (
    sweep_curves,
    sweep_failed,
    sweep_maps,
    sweep_points,
    sweep_verdicts,
    sweep_words,
)
from token_exports.pages.sweep_drawn import Numbering
from token_exports.pages.sweep_points import VERDICT, Swept
from token_exports.pages.template import Site, script_of, stylesheet

PAGE = "sweep.html"
MOST_CONSTANTS = 300
ALWAYS = ("point", "status", "error")


def columns(record: Mapping[str, Any]) -> list[str]:
    """Columns of the dataset that the page needs.

    Parameters
    ----------
    record
        Content of ``sweep.json``.

    Returns
    -------
    list of str
        What is varied, the quantities that may be shown, and the verdict of every claim that is
        not the same throughout; what the dataset lacks can be left out.
    """
    names = sweep_points.varied(record["spec"])
    responses = sweep_curves.candidates(record)
    ends = [f"{r}.{side}" for r in responses for side in ("low", "high")] if len(names) == 1 else []
    heat = (record["spec"].get("show") or {}).get("heat")
    maps = [str(heat)] if heat in (record.get("quantities") or {}) else []
    held = record.get("constant_verdicts") or {}
    verdicts = [f"{VERDICT}{claim}" for claim in claims.numeric() if claim not in held]
    return list(dict.fromkeys([*ALWAYS, *names, *responses, *ends, *maps, *verdicts]))


def write(folder: Path, record: Mapping[str, Any], frame: pd.DataFrame) -> Path:
    """Write ``sweep.html``, which holds all that it shows.

    Parameters
    ----------
    folder
        Of the sweep.
    record
        Content of ``sweep.json``. Intervals of the report without any change, by quantity, are
        marked in the figures where it holds them as ``base``.
    frame
        Points so far, with the columns that `columns` names.

    Returns
    -------
    Path
        The page.
    """
    site = Site(folder, {"navigation": [], "version": token_exports.__version__})
    site.page(PAGE, "sweep", _content(Swept(record, frame), folder))
    return folder / PAGE


def _content(swept: Swept, folder: Path) -> dict[str, Any]:
    numbering = Numbering()
    responses = sweep_curves.responses(swept, numbering)
    on = sweep_maps.plane(swept, responses)
    heat = sweep_maps.heat(swept, on, numbering) if on else None
    tallies = sweep_verdicts.tallies(swept)
    chosen = sweep_verdicts.chosen(swept, tallies)
    reports, judged = sweep_failed.pages(swept, tallies)
    return {
        "record": swept.record,
        "spec": swept.spec,
        "swept": swept,
        "style": script_of(stylesheet()),
        "lead": sweep_words.lead(swept, responses, chosen),
        "varied": sweep_words.varied(swept),
        "fixed": sweep_words.fixed(swept),
        "sampled": sweep_words.sampled(swept),
        "times": sweep_words.times(swept),
        "constants": sweep_words.constants(swept),
        "responses": responses,
        "heat": heat,
        "tallies": tallies,
        "boundaries": sweep_verdicts.boundaries(swept, chosen, on, numbering),
        "failures": sweep_failed.groups(swept),
        "failed_rows": sweep_failed.rows(swept),
        "alone": sweep_failed.computed(swept, [r.quantity.name for r in responses], chosen),
        "chosen": chosen,
        "reports": reports,
        "judged": judged,
        "has_base": any(r.quantity.name in (swept.record.get("base") or {}) for r in responses),
        "statements": sweep_verdicts.statements(),
        "few": sweep_points.FEW_POINTS,
        "most_constants": MOST_CONSTANTS,
        "dataset": _shown(folder),
    }


def _shown(folder: Path) -> str:
    """Path of the dataset, from the top of the repository where it lies there."""
    root, found = paths.root().resolve(), folder.resolve() / "points"
    return (found.relative_to(root) if found.is_relative_to(root) else found).as_posix()
