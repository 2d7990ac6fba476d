"""The page of the run: how to make the same report again, and who made what from which inputs."""

import json
import subprocess
from hashlib import sha256

import html_tools
import pytest
from bs4 import BeautifulSoup

from token_exports import data, results, scenarios
from token_exports.pages import runs
from token_exports.pages.template import Site
from token_exports.run import crate, manifest


@pytest.mark.parametrize(
    ("scenario", "pairs", "typed"),
    [
        ("baseline", [], "make report"),
        ("us_power", [], "make report SCENARIO=us_power"),
        ("baseline", ["pue_ratio=1.4"], "make report SET=pue_ratio=1.4"),
        ("us_power", ["top_n=5", "include_free=false"], ""),
        ("baseline", ["utilisation_share.cn=0.3:0.5:0.7", "served_in_china.deepseek=0.5"], ""),
    ],
)
def test_the_command_makes_the_same_settings_again(scenario, pairs, typed):
    settings = scenarios.resolve(scenario, pairs)
    command = runs.command(settings)
    if typed:
        assert command == typed
    quoted = command.partition("SET=")[2].strip("'")
    again = scenarios.resolve(scenario, quoted.split())
    assert again.notebooks == settings.notebooks


# ---- provenance

MOST_BYTES = 60_000
READS = {"01_openrouter_share": ["data/datapackage.yaml", "data/list_prices.csv"]}
ERROR = "notebooks/02_token_cost.ipynb, cell 'figure' (number 4): ValueError: no <such> week\nmore"


@pytest.fixture(scope="module")
def described(baseline):
    settings = scenarios.resolve("baseline")
    return {**manifest.sources(settings), "outputs": manifest.outputs(baseline)}


@pytest.fixture
def site(baseline, described, tmp_path):
    """The baseline's files, of which a test writes its own page of the run."""
    for path in baseline.iterdir():
        (tmp_path / path.name).symlink_to(path)
    for name in ("runs.html", "manifest.json", crate.FILE):
        (tmp_path / name).unlink(missing_ok=True)
    settings = scenarios.resolve("baseline")
    recorded = [results.load(path) for path in sorted((baseline / "results").glob("*.json"))]
    shared = {"settings": settings, "recorded": recorded, "navigation": [("runs", "This run")]}
    shared |= {"changed": [], "data_until": "2026-11-01", "made_from": dict(described)}
    return Site(tmp_path, shared)


def record(**durations):
    return {
        "started": "2026-11-28T20:00:00+00:00",
        "duration_s": 63.2,
        "notebook_duration_s": durations,
        "python": "3.11.7",
        "platform": "toy",
    }


def written(site, times, **options):
    """Text of the rows of the page's table of provenance, and the page."""
    settings = site.shared["settings"]
    described = site.shared["made_from"]
    (site.folder / "manifest.json").write_text(results.to_json(described))
    crate.write(site.folder, settings, described, options.get("reads") or {}, {})
    runs.write(site, settings, described, times, **options)
    path = site.folder / "runs.html"
    page = BeautifulSoup(path.read_text(), "html.parser")
    rows = page.find(id="provenance").find_next("table").find("tbody").find_all("tr")
    return (
        path,
        page,
        [
            [" ".join(cell.get_text(" ").split()).replace(" ,", ",") for cell in row("td")]
            for row in rows
        ],
    )


def test_the_page_says_what_each_notebook_read_and_made(site):
    times = {"01_openrouter_share": 56.14, "02_token_cost": 52.3, "03_bitcoin_vs_tokens": 36.9}
    path, page, rows = written(site, record(**times), reads=READS)
    filed = runs.made_by(site.shared["made_from"]["outputs"], "01_openrouter_share")
    assert len(filed) > 20
    assert rows[0][0] == "1 table, 1 other file"
    (read,) = page.find_all("details", class_="reads")
    assert read.p.get_text() == "list_prices, data/datapackage.yaml"
    assert rows[0][2:] == [str(len(filed)), "56.1 s"]
    assert [row[3] for row in rows] == ["56.1 s", "52.3 s", "36.9 s", ""]
    assert page.find("a", href="data/list_prices.html")
    assert html_tools.policy_faults(path) == []
    assert path.stat().st_size <= MOST_BYTES
    inside = {link for link in html_tools.Page(path).links if "#" not in link}
    assert {link for link in inside if not (site.folder / link).is_file()} == set()
    assert {"manifest.json", "run.json", crate.FILE} <= inside


def test_files_made_are_those_of_notebooks_and_pages(site):
    made_from = site.shared["made_from"]
    _, _, rows = written(site, record(), reads=READS)
    copies = set(made_from["outputs"].items()) & set(made_from["inputs"].items())
    assert len(copies) == len(data.tables())
    assert sum(int(row[2]) for row in rows) == len(made_from["outputs"]) - len(copies)


def test_parameters_that_differ_from_the_defaults_are_named(site):
    own = scenarios.resolve("baseline", ["top_n=5", "pue_ratio=1.4"])
    site.shared["settings"] = own
    _, page, rows = written(site, record())
    assert rows[0][1].endswith(", changed: top_n")
    assert rows[1][1].endswith(", changed: pue_ratio")
    assert page.find("a", href="#parameters-01_openrouter_share")
    assert page.find(id="parameters-01_openrouter_share")


def test_without_a_list_of_reads_the_tables_are_those_that_the_results_name(site):
    _, page, rows = written(site, record())
    named = runs.tables_named(site.shared["recorded"])
    for row, paths in zip(rows, named.values(), strict=False):
        assert row[0] == f"{len(paths)} tables"
    assert "results name" in page.find(id="provenance").find_next("p").get_text()


def test_a_failed_notebook_shows_its_error_and_no_time(site):
    (site.folder / "02_token_cost.html").unlink()
    times = record(**{"01_openrouter_share": 56.14})
    _, page, rows = written(site, times, statuses={"02_token_cost": ERROR})
    assert rows[1][3] == "failed"
    (failure,) = page.find_all(class_="failure")
    assert failure.get_text().endswith(ERROR.partition("\n")[0])
    assert rows[2][3] == "not executed in this run"
    assert page.find("a", href="02_token_cost.html") is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"uncommitted_changes": False}, "without uncommitted changes"),
        ({"uncommitted_changes": True}, ", with uncommitted changes"),
        ({"commit": None, "uncommitted_changes": None}, "unknown: no git history"),
    ],
)
def test_the_page_names_the_commit_and_what_is_not_in_it(site, changes, said):
    site.shared["made_from"].update({"commit": "0" * 40, **changes})
    _, page, _ = written(site, record())
    assert said in page.find("th", string="Commit").find_next("td").get_text()


def test_the_command_on_the_page_finds_a_changed_and_a_missing_file(tmp_path):
    hashes = {}
    for name in ("same.html", "changed.html", "missing.html"):
        (tmp_path / name).write_text(name)
        hashes[name] = sha256(name.encode()).hexdigest()
    (tmp_path / "manifest.json").write_text(json.dumps({"outputs": hashes}))

    def check():
        command = ["sh", "-c", runs.CHECK_COMMAND]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True).stdout

    assert check() == "[]\n"
    (tmp_path / "changed.html").write_text("other")
    (tmp_path / "missing.html").unlink()
    assert check() == "['changed.html', 'missing.html']\n"


def test_what_an_earlier_run_gave_is_said_to_be_kept(site):
    times = record(**{"01_openrouter_share": 32.8, "02_token_cost": 35.5})
    _, _, rows = written(site, times | {"reused": ["01_openrouter_share"]}, reads=READS)
    assert rows[0][-1] == "32.8 s, kept from an earlier run"
    assert rows[1][-1] == "35.5 s"
