"""What is fresh, what is stale and why, without importing what builds a report."""

import json
import shutil
import subprocess
import sys

import pytest
import toys

from token_exports import scenarios
from token_exports.run import pipeline, status
from token_exports.run.status import Request

NOTEBOOKS = ["01_openrouter_share", "02_token_cost", "03_bitcoin_vs_tokens"]
LOADING = 'from token_exports import data\ndata.load("fleet_efficiency")\n' + toys.FIGURE


@pytest.fixture(scope="module")
def made(copied):
    """Copy of the repository with a finished report of toys; the first notebook loads a table."""
    with copied() as root, pytest.MonkeyPatch.context() as patch:
        names = ("index", *NOTEBOOKS, "claims", "data", "method", "runs")
        toys.plain_pages(patch, [f"{name}.html" for name in names])
        toys.write(root / "notebooks", breaking=NOTEBOOKS[0], code=LOADING)
        shutil.copyfile(toys.LOCK, root / "requirements.lock")
        pipeline.report("baseline")
    return root


@pytest.fixture
def home(made, tmp_path, monkeypatch):
    """Copy of it that a test may change."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("TOKEN_EXPORTS_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def folder(home):
    """Folder of the report."""
    return home / "reports" / "baseline"


def stale(folder, *settings):
    found = status.pages(folder, Request.of("baseline", settings, single_file=False))
    return {name: lines for name, lines in found.items() if lines}


def drop_last_row(path):
    path.write_text(path.read_text().rsplit("\n", 2)[0] + "\n")


def test_every_page_of_a_new_report_is_fresh(folder):
    assert stale(folder) == {}
    assert status.reasons(folder, Request.of("baseline", (), single_file=False)) == []


def test_a_missing_report_is_stale(home):
    assert stale(home / "reports" / "none")["index"] == ["no report is there yet"]


def test_a_table_makes_stale_what_shows_it(folder, home):
    drop_last_row(home / "data" / "fleet_efficiency.csv")
    found = stale(folder)
    line = "data/fleet_efficiency.csv changed"
    assert set(found) == {"index", NOTEBOOKS[0], "claims", "data", "runs"}
    assert all(lines == [line] for lines in found.values())


def test_a_notebook_makes_stale_its_page_and_the_answers(folder, home):
    toys.write(home / "notebooks", breaking=NOTEBOOKS[1], code=LOADING)
    found = stale(folder)
    assert {NOTEBOOKS[0], NOTEBOOKS[1], "index", "claims"} <= set(found)
    assert {NOTEBOOKS[2], "data", "method"}.isdisjoint(found)


def test_a_template_makes_every_page_stale(folder, home):
    path = home / "reports" / "template" / "pages" / "layout.html.j2"
    path.write_text(path.read_text() + "<!-- -->")
    found = stale(folder)
    assert len(found) == 8
    assert found["method"] == ["reports/template/pages/layout.html.j2 changed"]


def test_a_setting_is_named_with_both_values(folder):
    assert stale(folder, "top_n=5")["index"] == ["settings: none -> top_n=5"]


def test_a_setting_of_the_environment_counts(folder, monkeypatch):
    monkeypatch.setenv(scenarios.SETTINGS_VARIABLE, "top_n=5")
    assert stale(folder)["index"] == ["environment: none -> top_n=5"]
    assert status.SETTINGS_VARIABLE == scenarios.SETTINGS_VARIABLE


def test_a_library_is_named_with_both_versions(folder, monkeypatch):
    newer = {**status.fingerprint.libraries(), "pandas": "99.0"}
    monkeypatch.setattr(status.fingerprint, "libraries", lambda: newer)
    assert any(line.endswith("-> 99.0") for line in stale(folder)["data"])


def test_an_altered_page_is_stale(folder):
    (folder / "claims.html").write_text("mine")
    assert stale(folder) == {"claims": ["claims.html is missing or altered"]}


def test_a_record_of_an_older_version_is_built_anew(folder):
    path = folder / "manifest.json"
    content = json.loads(path.read_text())
    del content["code"]
    path.write_text(json.dumps(content))
    assert "does not say code" in status.reasons(folder, Request("baseline"))[0]


def test_the_terminal_says_why_and_json_the_same(folder, home):
    drop_last_row(home / "data" / "fleet_efficiency.csv")
    command = [sys.executable, "-m", "token_exports.cli", "status"]
    words = subprocess.run([*command, "--why"], capture_output=True, text=True, check=True).stdout
    assert "02_token_cost           fresh" in words
    assert "    data/fleet_efficiency.csv changed" in words
    plain = subprocess.run([*command, "--json"], capture_output=True, text=True, check=True).stdout
    assert json.loads(plain)["01_openrouter_share"] == ["data/fleet_efficiency.csv changed"]


def test_a_fresh_report_needs_no_heavy_import(folder):
    program = (
        "import sys; from token_exports.cli import app\n"
        "app(['report', '--quiet'], standalone_mode=False)\n"
        "print(sorted(m for m in sys.modules if '.' not in m))"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert answer.returncode == 0, answer.stderr
    loaded = answer.stdout.splitlines()[-1]
    for name in ("pandas", "numpy", "matplotlib", "papermill", "nbconvert", "pydantic", "yaml"):
        assert repr(name) not in loaded
