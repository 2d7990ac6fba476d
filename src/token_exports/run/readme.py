"""The committed reference of the baseline, and the numbers of the README that come from it."""

import re
import shutil
from pathlib import Path
from typing import Any

from token_exports import paths, results
from token_exports.pages import catalogue, reference
from token_exports.run.pipeline import report
from token_exports.run.progress import Progress
from token_exports.uncertainty import Interval

LEAD_FIGURE = "02_electricity_share.png"
BLOCK = re.compile(r"(<!-- (\w+): made by `make reference` -->\n).*?(<!-- /\2 -->)", re.S)


def update(progress: Progress) -> Path:
    """Build the baseline, keep its results in ``reports/reference`` and refresh the README.

    Returns
    -------
    Path
        The folder of the reference.
    """
    built = report("baseline", progress=progress).parent
    folder = paths.reports() / "reference"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path in sorted((built / "results").glob("*.json")):
        shutil.copyfile(path, folder / path.name)
    for name in ("claims.csv", "claim_bases.csv"):
        shutil.copyfile(built / "tables" / name, folder / name)
    shutil.copyfile(built / "figures" / LEAD_FIGURE, folder / LEAD_FIGURE)
    (paths.data() / "README.md").write_text(table_list(), encoding="utf-8")
    readme = paths.root() / "README.md"
    readme.write_text(filled(readme.read_text(encoding="utf-8"), folder), encoding="utf-8")
    return folder


def table_list() -> str:
    """Text of ``data/README.md``: every table with what one row is, its size and its licence."""
    lines = [
        "# Tables",
        "",
        "Made by `make reference` from `datapackage.yaml`, which describes every column. A row",
        "is a fact with its source (`sources.csv`) and the day since when it was public.",
        "",
        "| table | what it holds | rows | licence |",
        "|---|---|---|---|",
    ]
    for table in catalogue.tables():
        licences = ", ".join(licence["title"] for licence in table["licenses"])
        name = f"[{table['path']}]({table['path']})"
        lines.append(f"| {name} | {table['title']} | {table['row_count']} | {licences} |")
    return "\n".join(lines) + "\n"


def filled(text: str, folder: Path) -> str:
    """README text with each marked block made anew from the reference in ``folder``."""
    recorded = [results.load(path) for path in sorted(folder.glob("0*.json"))]
    blocks = {"answers": _answers(recorded), "verdicts": _verdicts(recorded)}
    return BLOCK.sub(lambda found: found[1] + blocks[found[2]] + found[3], text)


def _answers(recorded: list[dict[str, Any]]) -> str:
    return "".join(
        f"{number}. **{content['title']}** {content['answer']}\n"
        for number, content in enumerate(recorded, 1)
    )


def _verdicts(recorded: list[dict[str, Any]]) -> str:
    rows = ["| The essay says | Stated | We find, on its own basis | Verdict over all bases |"]
    rows.append("|---|---|---|---|")
    intervals: dict[str, Interval] = results.intervals(recorded)
    for claim in reference.judged(intervals):
        if claim["main"]:
            verdict = f"**{claim['verdict']}**"
            cells = (claim["statement"], claim["stated"], claim["found"], verdict)
            rows.append("| " + " | ".join(cells) + " |")
    return "\n".join(rows) + "\n"
