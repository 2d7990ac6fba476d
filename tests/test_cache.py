"""Nothing runs twice, and nothing is reused that any of its inputs no longer gives."""

import json
import os
import shutil

import nbformat
import pytest
import toys

from token_exports import parameters, paths
from token_exports.run import cache, notebooks, pipeline
from token_exports.run.progress import Progress

ALL = list(parameters.NOTEBOOKS)
READING = (
    'from token_exports import data\nrows = len(data.load("fleet_efficiency"))\n' + toys.FIGURE
)
PAGES = ["index.html", "claims.html", "runs.html"]


@pytest.fixture(scope="module")
def first(copied):
    """Copy of the repository after a first run of toy notebooks, one of which loads a table."""
    with copied() as root, pytest.MonkeyPatch.context() as patch:
        toys.plain_pages(patch, PAGES)
        toys.write(root / "notebooks", breaking="01_openrouter_share", code=READING)
        shutil.copyfile(toys.LOCK, root / "requirements.lock")
        assert run() == ALL
    return root


@pytest.fixture
def project(first, tmp_path, monkeypatch):
    """Copy of what the first run left; what a page says decides on nothing here."""
    toys.plain_pages(monkeypatch, PAGES)
    shutil.copytree(first, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("TOKEN_EXPORTS_HOME", str(tmp_path))
    return tmp_path


def run(*settings, **options):
    """Build the baseline; the notebooks that ran."""
    events = []
    pipeline.report(
        "baseline",
        settings,
        progress=Progress(events.append),
        options=pipeline.Options(**options),
    )
    planned = [event for event in events if event["event"] == "planned"]
    assert len(planned) <= 1
    return sorted(planned[0]["expected_s"]) if planned else None


def append(path, text="\n"):
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")


def edit_cell(name, identifier, text):
    path = paths.notebooks() / f"{name}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    cell = next(cell for cell in notebook.cells if cell["id"] == identifier)
    cell["source"] += text
    nbformat.write(notebook, path)


def test_a_report_whose_inputs_are_as_they_were_is_left_alone(project):
    made = (project / "reports" / "baseline" / "index.html").stat().st_mtime_ns
    assert run() is None
    assert (project / "reports" / "baseline" / "index.html").stat().st_mtime_ns == made


def test_only_what_depends_on_a_change_runs(project):
    assert run("top_n=5") == ["01_openrouter_share"]
    assert run("top_n=5", "energy_basis=broker") == ["03_bitcoin_vs_tokens"]
    assert run() == []  # all outputs of the first run are still kept
    append(project / "reports" / "template" / "pages" / "index.html.j2", "<!-- wider -->")
    assert run() == []
    edit_cell("02_token_cost", "figure", "\n# another way")
    assert run() == ["02_token_cost"]


def test_a_changed_table_runs_exactly_the_notebooks_that_load_it(project):
    path = project / "data" / "fleet_efficiency.csv"
    path.write_text(path.read_text().rsplit("\n", 2)[0] + "\n")
    assert run() == ["01_openrouter_share"]
    unread = project / "data" / "list_prices.csv"
    unread.write_text(unread.read_text().rsplit("\n", 2)[0] + "\n")
    assert run() == []


def test_text_cells_change_the_page_but_run_nothing(project):
    edit_cell("01_openrouter_share", "how", " And why?")
    assert run() == []
    filed = project / "reports" / "baseline" / "notebooks" / "01_openrouter_share.ipynb"
    assert "How much? And why?" in filed.read_text()


def test_a_grafted_notebook_is_that_of_a_new_run(project):
    edit_cell("01_openrouter_share", "how", " And why?")
    run()
    filed = project / "reports" / "baseline" / "notebooks" / "01_openrouter_share.ipynb"
    grafted = filed.read_bytes()
    assert run(fresh=True) == ALL
    assert filed.read_bytes() == grafted


def test_time_stamps_decide_nothing(project):
    """A clock that jumps, a checkout or a copy that sets all times anew."""
    for moment in (0, 4_000_000_000):
        for path in [*project.rglob("*.csv"), *project.rglob("*.ipynb"), *project.rglob("*.json")]:
            os.utime(path, (moment, moment))
        assert run() is None
    path = project / "data" / "fleet_efficiency.csv"
    before, times = path.read_text(), path.stat()
    path.write_text(before[:-2] + ("1" if before[-2] != "1" else "2") + "\n")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert path.stat().st_size == times.st_size
    assert run() == ["01_openrouter_share"]


@pytest.mark.parametrize("harm", ["truncated", "missing", "no record", "not json"])
def test_a_damaged_entry_is_noticed_and_made_again(project, harm):
    name = "02_token_cost"
    (entry,) = (project / ".cache" / cache.FOLDER / name).iterdir()
    figure = next((entry / "figures").glob("*.svg"))
    if harm == "truncated":
        figure.write_bytes(figure.read_bytes()[:100])
    elif harm == "missing":
        figure.unlink()
    elif harm == "no record":
        (entry / cache.ENTRY).unlink()
    else:
        (entry / cache.ENTRY).write_text("{")
    shutil.rmtree(project / "reports" / "baseline")
    assert run() == [name]
    assert run("top_n=5") == ["01_openrouter_share"]


def test_a_page_that_was_altered_or_lost_is_written_again(project):
    page = project / "reports" / "baseline" / "claims.html"
    written = page.read_bytes()
    page.write_text("<p>mine</p>")
    assert run() == []
    assert page.read_bytes() == written
    (project / "reports" / "baseline" / "runs.html").unlink()
    assert run() == []


def test_another_library_version_runs_everything(project, monkeypatch):
    newer = {**cache.fingerprint.libraries(), "pandas": "99.0"}
    monkeypatch.setattr(cache.fingerprint, "libraries", lambda: newer)
    assert run() == ALL


def test_a_report_without_a_cache_is_the_same(project, monkeypatch):
    first = project / "reports" / "baseline" / "results" / "02_token_cost.json"
    kept = first.read_bytes()
    shutil.rmtree(project / ".cache" / cache.FOLDER)
    (project / ".cache" / cache.FOLDER).write_text("in the way")
    assert run(fresh=True) == ALL
    assert first.read_bytes() == kept


def test_the_oldest_entries_are_forgotten(project, monkeypatch):
    monkeypatch.setattr(cache, "MOST_ENTRIES", 2)
    made = project / "made"
    made.mkdir()
    for number in range(4):
        cache.keep("01_openrouter_share", f"key{number}", cache.Entry(made, {}, {}, 1.0, {}))
    kept = [path.name for path in (project / ".cache" / cache.FOLDER).rglob("key*")]
    assert len(kept) == 2
    assert cache.expected("01_openrouter_share").duration_s == 1.0


def test_an_input_that_changed_during_the_run_is_not_kept(project):
    """What was read before the change must not be filed under the hash after it."""
    shutil.rmtree(project / ".cache" / cache.FOLDER)
    shutil.rmtree(project / "reports" / "baseline")
    table = project / "data" / "fleet_efficiency.csv"

    def change(event):
        if event.get("cell") == "figure" and event["notebook"] == "01_openrouter_share":
            table.write_text(table.read_text().rsplit("\n", 2)[0] + "\n")

    pipeline.report("baseline", progress=Progress(change))
    assert not list((project / ".cache" / cache.FOLDER / "01_openrouter_share").glob("*-*"))
    manifest = json.loads((project / "reports" / "baseline" / "manifest.json").read_text())
    assert "data/fleet_efficiency.csv" in manifest["reads"]["01_openrouter_share"]
    assert notebooks.WORK not in {path.name for path in (project / "reports").rglob("*")}
