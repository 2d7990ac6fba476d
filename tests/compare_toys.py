"""Small finished reports that differ in what a test says, and in nothing else."""

import json
import shutil
from pathlib import Path

import pandas as pd

from token_exports import claims, results
from token_exports.results import Results
from token_exports.uncertainty import Interval, exact

NOTEBOOK = "02_token_cost"
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 100"><path d="M0 0H{}"/></svg>'
TRYING = "<script>alert(1)</script>"

VALUES = {
    "unit_cost_usd": Interval(2.0, 1.0, 3.0),
    "power_share": Interval(0.6, 0.55, 0.7),
    "power_of_all_share": Interval(0.3, 0.2, 0.4),
    "models_count": exact(4),
}
LABELS = {"unit_cost_usd": f"Cost of a unit {TRYING}"}
HEADLINES = ("unit_cost_usd",)
BASES = {"b01": ("Of the two parts", "power_share"), "b02": ("Of all", "power_of_all_share")}
MADE_FROM = {
    "scenario": "baseline",
    "commit": "0123456789abcdef",
    "version": "0.1.0",
    "python": "3.11",
    "uncommitted_changes": False,
    "parameters": {
        "01_openrouter_share": {"top_n": 10, "overrides": {}},
        NOTEBOOK: {"seed": 1, "cn_electricity": "national", "overrides": {}},
    },
    "origin": {"cn_electricity": "scenario baseline"},
    "libraries": {"numpy": "2.0.0"},
    "inputs": {"data/prices.csv": "a" * 64, f"notebooks/{NOTEBOOK}.ipynb": "b" * 64},
}
ASSUMPTIONS = "parameter,region,variant,low,central,high\npue_ratio,cn,,1.1,1.2,1.3\n"
PRICES = "place,usd\ncn,1\nus,2\n"


def write(  # noqa: PLR0913 - one argument per kind of difference
    folder,
    *,
    values=VALUES,
    stated=0.5,
    answer="It is **two** dollars.",
    lines=None,
    made_from=(),
    tables=(),
):
    """Write a finished report; ``lines`` draws a figure a length."""
    for name in ("results", "tables", "figures", "data"):
        (folder / name).mkdir(parents=True)
    recorded = _recorded(values, answer, lines or {"cost": 100, "parts": 50})
    (folder / "results" / f"{NOTEBOOK}.json").write_text(results.to_json(recorded), "utf-8")
    for name, length in (lines or {"cost": 100, "parts": 50}).items():
        (folder / "figures" / f"02_{name}.svg").write_text(SVG.format(length), "utf-8")
    judge(folder / "tables", values, stated)
    files = {"assumptions": ASSUMPTIONS, "prices": PRICES, **dict(tables)}
    for name, text in files.items():
        (folder / "data" / f"{name}.csv").write_text(text, "utf-8")
    manifest = {**MADE_FROM, **dict(made_from)}
    (folder / "manifest.json").write_text(json.dumps(manifest), "utf-8")
    return folder


def keep(report, folder):
    """Write the committed results of a report, as ``reports/reference`` holds them."""
    folder.mkdir(parents=True)
    for file in [*(report / "results").glob("*.json"), *(report / "tables").glob("*.csv")]:
        (folder / file.name).write_bytes(file.read_bytes())
    return folder


def _recorded(values, answer, lines):
    found = Results(NOTEBOOK, "What does a token cost?", answer=answer)
    for name, value in values.items():
        label = LABELS.get(name, f"Label of {name}")
        found.add(name, value, label, tables=("prices",), headline=name in HEADLINES)
    found.figures = [_figure(*item) for item in enumerate(lines, 1)]
    return found.as_dict()


def _figure(number, name):
    words = {"title": f"Line of {name} {TRYING}", "subtitle": "in dollars", "source": "a toy"}
    place = {"stem": f"02_{name}", "name": name, "number": f"2.{number}"}
    return {**words, **place, "alt": f"A line, the {name}, from nothing to its end."}


def judge(folder: Path, values, stated):
    """Write the verdict on the one claim that a number tests, and on one that none does."""
    claim = claims.Claim("mostly_power", stated, "at_least", 0.02, "share")
    found = {key: values[name] for key, (_, name) in BASES.items() if name in values}
    columns = {"stated_value": stated, "unit": "share", "relation": "at_least"}
    numeric = {"claim_id": "mostly_power", "statement": "A token is power.", "test": "number"}
    numeric |= {**columns, "tolerance_ratio": 0.02, "verdict": str(claims.judge(claim, found))}
    cited = {"claim_id": "old_cable", "statement": "A cable was laid.", "test": "cited"}
    rows = [numeric, {**cited, "verdict": "cited: for"}]
    pd.DataFrame(rows).to_csv(folder / "claims.csv", index=False)
    bases = []
    empty = dict.fromkeys(("central", "low", "high", "verdict"))
    for key, (label, name) in BASES.items():
        row = {"claim_id": "mostly_power", "basis_id": key, "basis": label, **empty}
        row |= {"result": f"{NOTEBOOK}:{name}", "role": "as_stated" if key == "b01" else "ours"}
        if key in found:
            ends = {end: getattr(found[key], end) for end in ("central", "low", "high")}
            row |= {**ends, "verdict": str(claims.judge_basis(claim, found[key]))}
        bases.append(row)
    pd.DataFrame(bases).to_csv(folder / "claim_bases.csv", index=False)


def halved(baseline, folder):
    """Copy of a real report without its data and method pages, shares of notebook 02 halved."""
    shutil.copytree(baseline, folder, ignore=shutil.ignore_patterns("method", "*.png"))
    file = folder / "results" / f"{NOTEBOOK}.json"
    content = results.load(file)
    for row in content["quantities"]:
        if row["unit"] == "share":
            row |= {end: row[end] / 2 for end in ("central", "low", "high")}
    file.write_text(results.to_json(content), encoding="utf-8")
    found = results.intervals([results.load(path) for path in (folder / "results").glob("*.json")])
    claims.ledger(found).to_csv(folder / "tables" / "claims.csv", index=False)
    claims.judge_bases(found).to_csv(folder / "tables" / "claim_bases.csv", index=False)
    for path in sorted((folder / "figures").glob("02_[a-c]*.svg")):
        path.write_text(path.read_text(encoding="utf-8").replace("#2", "#3"), encoding="utf-8")
    return folder
