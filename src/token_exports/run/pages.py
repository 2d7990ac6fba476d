"""All pages of a report: front page, one per notebook, claims, data and method."""

import base64
import shutil
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup
from nbformat import NotebookNode

from token_exports import claims, data, formats, paths, results
from token_exports.parameters import NOTEBOOKS
from token_exports.run import reference, render
from token_exports.scenarios import Settings
from token_exports.uncertainty import Interval
from token_exports.units import UNITS

FIXED_PAGES = {"index": "Answers", "claims": "Claims", "data": "Data", "method": "Method"}


def write(
    folder: Path,
    settings: Settings,
    made_from: Mapping[str, Any],
    recorded: list[dict[str, Any]],
    notebooks: Mapping[str, NotebookNode],
) -> None:
    """Write every page and what its links point to.

    Parameters
    ----------
    folder
        Report that is being built; holds results, figures and tables already.
    settings
        Scenario and validated parameters.
    made_from
        Commit, versions and inputs, shown at the foot of each page.
    recorded
        Results of each notebook.
    notebooks
        Executed notebook by name.
    """
    intervals = results.intervals(recorded)
    ledger = reference.judged(intervals)
    shared = {
        "settings": settings,
        "made_from": made_from,
        "recorded": recorded,
        "ledger": ledger,
        "navigation": _navigation(recorded),
        "changed": reference.changed(settings),
    }
    _write_ledger(folder, intervals)
    for content in recorded:
        name = content["notebook"]
        body = render.body(notebooks[name])
        own = {"content": content, "body": Markup(body), "toc": render.headings(body)}
        own["parameters"] = reference.parameters(settings, name)
        _page(folder, name, "notebook", {**shared, **own})
    _page(folder, "index", "index", {**shared, "lead_figures": _lead_figures(folder, recorded)})
    _page(folder, "claims", "claims", {**shared, "sections": _sections(ledger)})
    _page(folder, "data", "data", {**shared, "tables": reference.tables(), **reference.lists()})
    _page(folder, "method", "method", {**shared, "modules": reference.modules()})
    _copy_data(folder)


def _navigation(recorded: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """File stem and short title of each page, in reading order."""
    front, *rest = FIXED_PAGES.items()
    titles = {name: str(model.model_config.get("title")) for name, model in NOTEBOOKS.items()}
    return [front, *((c["notebook"], titles[c["notebook"]]) for c in recorded), *rest]


def _sections(ledger: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Claims by section, in the order of the essay."""
    sections: dict[str, list[dict[str, Any]]] = {}
    for row in ledger:
        sections.setdefault(row["section"], []).append(row)
    return sections


def _page(folder: Path, stem: str, template: str, context: Mapping[str, Any]) -> None:
    environment = _environment(str(paths.reports() / "template"))
    text = environment.get_template(f"{template}.html.j2").render(page=stem, **context)
    (folder / f"{stem}.html").write_text(text, encoding="utf-8")


@lru_cache(maxsize=4)
def _environment(templates: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(templates) / "pages"),
        autoescape=select_autoescape(["html.j2"], default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "markdown": lambda text: Markup(render.markdown(text)),
        "number": lambda value, unit: formats.number(value, unit),
        "quantity": lambda value, unit: formats.quantity(value, unit),
        "span": lambda row: formats.span(results.Recorded(**row).interval, row["unit"]),
        "unit": lambda name: UNITS[name].label if name in UNITS else name,
        "slug": lambda text: text.replace(":", "").replace(" ", "-"),
    }
    script = Path(templates, "pages", "script.js").read_text(encoding="utf-8")
    environment.globals |= {
        "style": Markup(Path(templates, "pages", "style.css").read_text(encoding="utf-8")),
        "script": Markup(script),
        "script_hash": base64.b64encode(sha256(script.encode()).digest()).decode(),
    }
    return environment


def _lead_figures(folder: Path, recorded: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """First figure of each notebook, inline, for the front page."""
    leads = {}
    for content in recorded:
        for entry in content["figures"][:1]:
            svg = (folder / "figures" / f"{entry['stem']}.svg").read_text(encoding="utf-8")
            inline = Markup(render.inline_svg(svg, entry["alt"]))
            leads[content["notebook"]] = {**entry, "svg": inline}
    return leads


def _write_ledger(folder: Path, intervals: Mapping[str, Interval]) -> None:
    (folder / "tables").mkdir(exist_ok=True)
    ledger = claims.ledger(intervals).drop(columns=["public_since", "source_id"])
    ledger.to_csv(folder / "tables" / "claims.csv", index=False, lineterminator="\n")
    bases = claims.judge_bases(intervals)
    bases.to_csv(folder / "tables" / "claim_bases.csv", index=False, lineterminator="\n")


def _copy_data(folder: Path) -> None:
    """Put the tables beside the pages, so that every download works without a network."""
    (folder / "data").mkdir()
    for path in [*(data.table_path(n) for n in data.tables()), paths.data() / data.DESCRIPTOR]:
        shutil.copyfile(path, folder / "data" / path.name)
