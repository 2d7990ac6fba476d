"""The page of all claims: verdict, bases, what would turn it, evidence with numbered sources."""

from pathlib import Path
from typing import Any

from markupsafe import Markup

from token_exports import claims
from token_exports.pages import reading, reference
from token_exports.pages.notes import Notes
from token_exports.pages.template import Site
from token_exports.results import intervals

ASKED = ["public_since", "source_id", "method", "tolerance_reason"]
"""Columns of the claims that say how they are tested; they stand in ``data/claims.csv``."""


def write(site: Site) -> None:
    """Write ``claims.html`` and, as data, the verdicts and the bases they rest on."""
    notes = Notes(reference.source_href)
    sections: dict[str, list[dict[str, Any]]] = {}
    for row in site.shared["ledger"]:
        evidence = [{**item, "mark": _mark(notes, item)} for item in row["evidence"]]
        sections.setdefault(row["section"], []).append({**row, "evidence": evidence})
    own = {"sections": sections, "notes": list(notes.entries.values())}
    site.page("claims.html", "claims", own, scripts=(*reading.SCRIPTS, "claims.js"))
    _as_data(site.folder / "tables", site)


def _mark(notes: Notes, item: dict[str, Any]) -> Markup:
    return Markup(notes.source(item["source_id"])) if item["source_id"] else Markup()


def _as_data(folder: Path, site: Site) -> None:
    folder.mkdir(exist_ok=True)
    found = intervals(site.shared["recorded"])
    ledger = claims.ledger(found).drop(columns=ASKED)
    ledger["verdict"] = [row["verdict"] for row in site.shared["ledger"]]
    ledger.to_csv(folder / "claims.csv", index=False, lineterminator="\n")
    bases = claims.judge_bases(found)
    bases.to_csv(folder / "claim_bases.csv", index=False, lineterminator="\n")
