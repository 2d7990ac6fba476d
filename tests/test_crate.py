"""The crate of a run is valid, names who made what from what, and is the same for equal runs."""

import json
import subprocess
from functools import partial

import pytest
import toys

from token_exports import data, results, scenarios
from token_exports.pages import runs
from token_exports.run import crate, manifest

READS = {
    "01_openrouter_share": ["data/openrouter_tokens_daily.csv", "data/datapackage.yaml"],
    "02_token_cost": ["data/list_prices.csv"],
    "03_bitcoin_vs_tokens": [],
}
ERROR = "notebooks/02_token_cost.ipynb, cell 'figure' (number 4): ValueError: no such week"
SMALL = [
    "index.html",
    "notebooks/01_openrouter_share.ipynb",
    "results/01_openrouter_share.json",
    "figures/01_share.svg",
    "tables/01_share.csv",
    "tables/claims.csv",
    "results/02_token_cost.json",
    "results/03_bitcoin_vs_tokens.json",
    "manifest.json",
    "run.json",
    "runs.html",
]
UNMET = {
    "The SoftwareApplication id SHOULD be an absolute URI",  # package URLs are, but not of http
    "The Application SHOULD have a url",
    "The Action SHOULD have an endTime in ISO 8601 format",  # times stand in run.json
    "The Action SHOULD have an agent that is a Person or Organization",  # nobody asks who ran it
    "The `publisher` property of a `Root Data Entity` SHOULD be an `Organization`",
    "The organization SHOULD have a URL.",
}
"""Recommendations that we do not follow."""


@pytest.fixture(scope="module")
def settings():
    return scenarios.resolve("us_power", ["top_n=5", "interactivity_tok_per_s_per_user=30"])


@pytest.fixture
def small(tmp_path):
    """A report of a few files; its copy of one table is whole, that of another is not."""
    folder = tmp_path / "report"
    for name in SMALL:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(name)
    (folder / "data").mkdir()
    whole, cut = (data.table_path(name) for name in ("list_prices", "openrouter_tokens_daily"))
    (folder / "data" / whole.name).write_bytes(whole.read_bytes())
    (folder / "data" / cut.name).write_bytes(cut.read_bytes()[:100])
    return folder


@pytest.fixture
def described(small, settings):
    return {**manifest.sources(settings), "outputs": manifest.outputs(small)}


def entities(content):
    return {entity["@id"]: entity for entity in content["@graph"]}


def ids(value):
    """Ids that a property refers to."""
    found = value if isinstance(value, list) else [value]
    return [one["@id"] for one in found if isinstance(one, dict)]


def maker(graph, path):
    """The one action that a file is the result of."""
    actions = [e for e in graph.values() if e["@type"] == "CreateAction"]
    (found,) = [a for a in actions if path in ids(a.get("result", []))]
    return found


# ---- who made what


def test_it_says_which_notebook_made_a_figure_from_which_tables_and_parameters(settings, described):
    graph = entities(crate.metadata(settings, described, READS, {}))
    action = maker(graph, "figures/01_share.svg")
    program = graph[action["instrument"]["@id"]]
    assert program["sha256"] == described["inputs"]["notebooks/01_openrouter_share.ipynb"]
    given = [graph[key] for key in ids(action["object"])]
    tables = {e["sha256"] for e in given if e["@type"] != "PropertyValue"}
    assert tables == {described["inputs"][path] for path in READS["01_openrouter_share"]}
    told = {e["name"]: e for e in given if e["@type"] == "PropertyValue"}
    assert (told["top_n"]["value"], told["top_n"]["description"]) == ("5", "Set by: command line")
    assert told["interactivity_tok_per_s_per_user"]["value"] == "30.0"
    assert told["min_age_days"]["unitText"] == "days"
    values = settings.notebooks["01_openrouter_share"]
    assert set(told) == {*type(values).model_fields, *values.overrides} - {"overrides"}


def test_every_file_of_a_report_was_made_once_or_is_an_input(settings, described):
    graph = entities(crate.metadata(settings, described, READS, {}))
    files = {key for key, entity in graph.items() if entity["@type"] == "File"}
    assert files == {*described["outputs"], "manifest.json", "run.json", "runs.html"}
    assert set(ids(graph["./"]["hasPart"])) == files
    for path in files - {"data/list_prices.csv"}:
        assert maker(graph, path)
    assert maker(graph, "tables/claims.csv")["@id"] == "#run/pages"
    assert "figures/01_share.svg" in ids(graph["#run/pages"]["object"])
    unhashed = {key for key in files if "sha256" not in graph[key]}
    assert unhashed == {"manifest.json", "run.json", "runs.html"}


def test_an_input_is_the_reports_copy_only_where_that_is_the_same(settings, described):
    graph = entities(crate.metadata(settings, described, READS, {}))
    assert ids(graph["#run/02_token_cost"]["object"])[0] == "data/list_prices.csv"
    read = ids(graph["#run/01_openrouter_share"]["object"])
    assert "#input/data/openrouter_tokens_daily.csv" in read
    table = graph["#input/data/openrouter_tokens_daily.csv"]
    assert table["contentSize"] == str(data.table_path("openrouter_tokens_daily").stat().st_size)
    assert table["license"]["@id"] == "https://creativecommons.org/licenses/by/4.0/"
    assert table["creditText"].startswith("Source: OpenRouter")


def test_commit_versions_and_uncommitted_changes_are_named(settings, described):
    described |= {"commit": "0" * 40, "uncommitted_changes": True}
    graph = entities(crate.metadata(settings, described, READS, {}))
    assert graph["#token-exports"]["identifier"] == "swh:1:rev:" + "0" * 40
    assert graph["#uncommitted-changes"]["value"] == "true"
    program = graph[maker(graph, "figures/01_share.svg")["instrument"]["@id"]]
    needed = [graph[key] for key in ids(program["softwareRequirements"])]
    versions = {entity["name"]: entity["softwareVersion"] for entity in needed}
    assert versions == {**described["libraries"], "token-exports": described["version"]}


def test_a_failed_notebook_says_why_and_the_others_completed(settings, described):
    graph = entities(crate.metadata(settings, described, READS, {"02_token_cost": ERROR}))
    failed = graph["#run/02_token_cost"]
    assert failed["actionStatus"] == "http://schema.org/FailedActionStatus"
    assert failed["error"] == ERROR
    for name in ("01_openrouter_share", "03_bitcoin_vs_tokens", "pages"):
        other = graph[f"#run/{name}"]
        assert other["actionStatus"] == "http://schema.org/CompletedActionStatus"
        assert "error" not in other


def test_whatever_it_refers_to_is_described(settings, described):
    graph = entities(crate.metadata(settings, described, READS, {}))
    named = {key for entity in graph.values() for value in entity.values() for key in ids(value)}
    assert {key for key in named if key not in graph} == {crate.SPECIFICATION}


def test_equal_runs_give_equal_bytes(small, settings, described, tmp_path):
    first = crate.write(small, settings, described, READS, {}).read_bytes()
    shuffled = {name: [*reversed(READS[name])] * 2 for name in reversed(READS)}
    other = {key: described[key] for key in reversed(described)}
    assert crate.write(tmp_path, settings, other, shuffled, {}).read_bytes() == first
    assert manifest.outputs(small) == described["outputs"]  # the crate is not among them


# ---- without git


def commit(folder):
    git = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b"]
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "Nothing yet"], check=True)


def test_git_is_asked_twice(settings, home, monkeypatch):
    commit(home)
    asked = []
    run = subprocess.run
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: asked.append(a) or run(*a, **k))
    found = manifest.sources(settings)
    assert len(asked) == 2
    assert len(found["commit"]) == 40
    assert found["date"] > "2026-11"
    assert found["uncommitted_changes"] is True


def test_an_archive_inside_another_repository_has_no_commit(settings, home, monkeypatch):
    commit(home)
    (home / "archive").mkdir()
    (home / "data").rename(home / "archive" / "data")
    monkeypatch.setenv("TOKEN_EXPORTS_HOME", str(home / "archive"))
    found = manifest.sources(settings)
    assert (found["commit"], found["uncommitted_changes"]) == (None, None)


@pytest.mark.parametrize("cited", ["date-released: 2026-11-23\n", ""])
def test_without_git_the_date_is_the_versions_or_the_tables(settings, home, monkeypatch, cited):
    toys.write(home / "notebooks")
    (home / "CITATION.cff").write_text(cited) if cited else None
    monkeypatch.setenv("PATH", "")
    found = {**manifest.sources(settings), "outputs": {}}
    assert (found["commit"], found["uncommitted_changes"]) == (None, None)
    assert found["date"] == ("2026-11-23" if cited else data.package()["created"][:10])
    graph = entities(crate.metadata(settings, found, {}, {}))
    assert graph["./"]["datePublished"] == found["date"]
    assert "identifier" not in graph["#token-exports"]


# ---- the standard's own checks


@pytest.fixture(scope="module")
def faults(tmp_path_factory):
    """What the validator says of a folder; imported here, because it takes a second."""
    import crate_tools

    cache = crate_tools.cache(tmp_path_factory.mktemp("validator"))
    return partial(crate_tools.faults, cache=cache)


@pytest.mark.slow
def test_the_crate_of_the_baseline_is_valid(baseline, tmp_path, faults):
    settings = scenarios.resolve("baseline")
    recorded = [results.load(path) for path in sorted((baseline / "results").glob("*.json"))]
    whole = {**manifest.sources(settings), "outputs": manifest.outputs(baseline)}
    for path in baseline.iterdir():
        (tmp_path / path.name).symlink_to(path)
    (tmp_path / crate.FILE).unlink(missing_ok=True)
    crate.write(tmp_path, settings, whole, runs.tables_named(recorded), {})
    assert faults(tmp_path) == {}


def test_a_crate_with_a_failure_follows_all_recommendations_but_six(
    small, settings, described, faults
):
    crate.write(small, settings, described, READS, {"02_token_cost": ERROR})
    assert set(faults(small, severity="RECOMMENDED")) == UNMET


def test_the_validator_rejects_a_broken_crate(small, settings, described, faults):
    content = crate.metadata(settings, described, READS, {})
    del entities(content)["./"]["datePublished"]
    del entities(content)["#run/pages"]["instrument"]
    (small / crate.FILE).write_text(json.dumps(content))
    found = " ".join(faults(small))
    assert "MUST have a `datePublished` property" in found
    assert "The Action MUST have an instrument property" in found


def test_the_validator_rejects_a_crate_without_its_root(small, settings, described, faults):
    content = crate.metadata(settings, described, READS, {})
    content["@graph"].remove(entities(content)["./"])
    (small / crate.FILE).write_text(json.dumps(content))
    found = " ".join(faults(small))
    assert "`about` property referencing the Root Data Entity" in found


def test_ro_crate_py_reads_it(small, settings, described):
    from rocrate.rocrate import ROCrate

    crate.write(small, settings, described, READS, {})
    read = ROCrate(small)
    assert read.root_dataset["datePublished"] == described["date"]
    (first,) = [a for a in read.root_dataset["mentions"] if a.id == "#run/01_openrouter_share"]
    assert (
        first["instrument"]["sha256"] == described["inputs"]["notebooks/01_openrouter_share.ipynb"]
    )
    assert "figures/01_share.svg" in [file.id for file in first["result"]]
