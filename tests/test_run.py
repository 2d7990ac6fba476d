"""The pipeline on toy notebooks: complete, repeatable, and harmless when something fails."""

import json
import re
import subprocess
import sys
from pathlib import Path

import html_tools
import pytest
import toys

from token_exports import cli, data, parameters
from token_exports.run import pipeline

PAGES = ["index", *parameters.NOTEBOOKS, "claims", "data", "method", "runs"]
VOLATILE = {"run.json", "runs.html"}  # when and how long, the only parts that may differ


@pytest.fixture
def project(home):
    toys.write(home / "notebooks")
    return home


def files(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def command(*arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "token_exports.cli", *arguments],
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_report_is_complete_and_the_same_twice(project):
    first = pipeline.report("baseline").parent
    second = pipeline.report("baseline", folder=project / "elsewhere" / "again").parent
    assert first == project / "reports" / "baseline"
    once, again = files(first), files(second)
    for name in VOLATILE:
        assert again.pop(name)
    runs_page = once.pop("runs.html").decode()
    assert once.pop("run.json")
    assert once["ro-crate-metadata.json"]
    assert once == again
    for page in PAGES:
        assert f"{page}.html" in {*once, "runs.html"}
    assert "make report" in runs_page
    outputs = json.loads(once.pop("manifest.json"))["outputs"]
    assert set(outputs) == set(once) - {"ro-crate-metadata.json"}
    assert html_tools.link_faults(first) == []
    page = once["02_token_cost.html"].decode()
    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert(1)" not in page
    assert "Tokens &lt;i&gt;written" in page
    assert page.count('<img src="figures/') == 1
    assert not list(first.parent.glob(".*"))


def test_a_scenario_says_what_it_moves_against_the_baseline(project):
    built = pipeline.report("baseline").parent
    assert "Beside the baseline" not in (built / "index.html").read_text()
    reference = project / "reports" / "reference"
    reference.mkdir()
    for path in (built / "results").glob("*.json"):
        moved = re.sub(r'"(central|low|high)":3', r'"\1":2', path.read_text())
        (reference / path.name).write_text(moved)
    front = pipeline.report("us_power", ["top_n=5"])
    assert html_tools.link_faults(front.parent) == []
    page = front.read_text()
    assert "Beside the baseline" in page
    assert re.search("<td>2[^<]*tokens</td><td>3[^<]*tokens</td>", page)


def test_settings_reach_notebook_and_page(project):
    page = pipeline.report("us_power", ["top_n=5", "pue_ratio=1.4"])
    assert page == project / "reports" / "us_power" / "index.html"
    recorded = json.loads((page.parent / "results" / "01_openrouter_share.json").read_text())
    assert recorded["parameters"]["top_n"] == 5
    assert recorded["parameters"]["overrides"] == {}, "it looks this assumption up nowhere"
    recorded = json.loads((page.parent / "results" / "02_token_cost.json").read_text())
    assert recorded["parameters"]["overrides"] == {"pue_ratio": 1.4}
    manifest = json.loads((page.parent / "manifest.json").read_text())
    assert manifest["origin"]["cn_electricity"] == "scenario us_power"
    assert manifest["origin"]["top_n"] == "command line"
    assert "top_n = 5" in page.read_text()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--scenario", "us_powr"], ["no scenario 'us_powr'", "'us_power'"]),
        (["--set", "top_m=5"], ["no parameter or assumption 'top_m'", "'top_n'"]),
        (["--set", "pue_ration=1.2"], ["'pue_ratio'"]),
        (["--set", "top_n=50"], ["top_n", "50", "20"]),
        (["--set", "n_draws=many"], ["n_draws", "many", "integer"]),
        (["--set", "pue_ratio=0.9"], ["pue_ratio", "0.9", "1 to"]),
        (["--set", "top_n"], ["name=value"]),
        (
            ["--set", "window=2026-03-15"],
            ["no rows for 9\N{EN DASH}15 Mar 2026", "9\N{EN DASH}23 Feb 2026", "24 May"],
        ),
        (["--set", "served_in_china.minmax=0.5"], ["no lab 'minmax'", "'minimax'"]),
        (["--set", "served_in_china.minimax=2"], ["served_in_china.minimax", "0 and 1"]),
        (["--set", "mix_week_end=2026-02-20"], ["20", "2026-02-22"]),
        (["--set", "period_start=2021-07"], ["2021-07 to 2021-06"]),
        (["--set", "period_end=2023-01"], ["2022-02", "2022-01"]),
        (["--set", "as_of=2016-01-01"], ["none"]),
        (["--set", "top_n=3", "--set", "top_n=4"], ["top_n", "twice"]),
    ],
)
def test_wrong_use_exits_with_2_before_anything_runs(
    project, arguments, words, monkeypatch, capsys
):
    monkeypatch.setattr(sys, "argv", ["token-exports", "report", *arguments])
    with pytest.raises(SystemExit) as end:
        cli.main()
    said = capsys.readouterr().err
    assert end.value.code == 2
    assert all(word in said for word in words), said
    assert "Traceback" not in said
    assert "done in" not in said
    assert not (project / "reports" / "baseline").exists()


def test_a_broken_table_exits_with_2(project):
    path = data.table_path("fleet_efficiency")
    path.write_text(path.read_text().replace("2015,", "2015,x", 1))
    answer = command("report")
    assert answer.returncode == 2
    assert "data/fleet_efficiency.csv" in answer.stderr
    assert not (project / "reports" / "baseline").exists()


def test_the_last_line_is_the_path_of_the_report(project):
    answer = command("report", "--scenario", "us_power")
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.splitlines()[-1].endswith("reports/us_power/index.html")
    assert "02_token_cost done in" in answer.stderr
