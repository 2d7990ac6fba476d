"""What is written about the project agrees with what is in it."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from token_exports import cli, paths, scenarios
from token_exports.parameters import NOTEBOOKS
from token_exports.sweep import command

ROOT = paths.root()
THIS = Path(__file__).name  # it has to spell what it forbids
README = (ROOT / "README.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("data/*.md")])

MACHINE = re.compile(r"(?<![\w.\-])/(work|tmp/w|root|home/\w+)\b(?!\.)|\.\./shared|work/shared")
INDEX = re.compile(r"pypi\.org|pythonhosted\.org|--(extra-)?index-url|anaconda\.(org|com)", re.I)
CITED = {"data/sources.csv"}  # a package's page may be the source of a fact


def committed():
    """Files that are committed or about to be, without what git ignores."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git checkout")
    names = sorted({name for name in listed.stdout.split("\0") if name})
    return [name for name in names if (ROOT / name).is_file() and Path(name).name != THIS]


def text_of(name):
    """Text of a file, empty where it is binary."""
    content = (ROOT / name).read_bytes()
    return "" if b"\0" in content else content.decode("utf-8")


def found_in(pattern, names):
    return [
        f"{name}: {match[0]}"
        for name in names
        for match in pattern.finditer(text_of(name))
        if match
    ]


@pytest.mark.parametrize(
    ("pattern", "text", "forbidden"),
    [
        (MACHINE, 'open("/wor' + 'k/main/x")', True),  # split: this file is searched as well
        (MACHINE, "cd /ro" + "ot && ls", True),
        (MACHINE, "see .." + "/shared/notes.md", True),
        (MACHINE, "/tm" + "p/w/dev/bin/python", True),
        (MACHINE, "https://example.org/wor" + "k/", False),
        (MACHINE, "./wor" + "k/ and networks/root.txt", False),
        (INDEX, "--index" + "-url https://mirror.example/simple", True),
        (INDEX, "https://files.python" + "hosted.org/a.whl", True),
        (INDEX, "--no-emit-index-url", False),
    ],
)
def test_the_patterns_find_what_they_look_for(pattern, text, forbidden):
    assert bool(pattern.search(text)) is forbidden


def test_the_list_of_committed_files_is_whole():
    assert {"README.md", "Makefile", "requirements.lock", "data/datapackage.yaml"} <= set(
        committed()
    )


def test_no_committed_file_names_a_path_of_a_machine():
    assert found_in(MACHINE, committed()) == []


def test_no_committed_file_names_a_package_index():
    assert found_in(INDEX, [name for name in committed() if name not in CITED]) == []


def test_text_files_end_their_lines_alike():
    assert [name for name in committed() if "\r" in text_of(name)] == []


# ---- make


def targets():
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text("utf-8"), re.M))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_a_document_names_only_targets_that_exist(path):
    text = path.read_text(encoding="utf-8")
    named = re.findall(r"(?:^    |`)make ([a-z-]+)", text, re.M)
    assert set(named) <= targets()


def test_the_readme_shows_the_first_two_commands():
    assert {"report", "test"} <= set(re.findall(r"^    make ([a-z-]+)", README, re.M)) <= targets()


def test_every_target_is_phony_and_explained():
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert set(re.findall(r"^\.PHONY: (\S+)$", makefile, re.M)) == targets()
    assert len(targets()) >= 6


# ---- documents


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda p: p.name)
def test_a_link_inside_the_project_leads_somewhere(path):
    links = re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", path.read_text(encoding="utf-8"))
    local = [link for link in links if not re.match(r"[a-z]+:", link)]
    assert [link for link in local if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("name", scenarios.names())
def test_the_readme_mentions_every_scenario(name):
    assert f"`{name}`" in README


def test_the_readme_names_only_scenarios_that_exist():
    named = re.findall(r"SCENARIO=([a-z_]+)", README)
    assert named
    assert set(named) <= set(scenarios.names())


def test_the_settings_shown_in_the_readme_work():
    for settings in re.findall(r'SET="([^"]+)"', README):
        found = scenarios.resolve("baseline", settings.split())
        assert found.notebooks != scenarios.resolve("baseline").notebooks
        assert list(found.notebooks) == list(NOTEBOOKS)


# ---- dependencies


def plain(requirement):
    """Name of a requirement as every tool spells it."""
    return re.split(r"[\s<>=!~;\[]", requirement.strip())[0].lower().replace("_", "-")


def locked(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    return {plain(found) for found in re.findall(r"^([A-Za-z0-9_.\-]+)==", text, re.M)}


EXTRAS = {
    extra: [r for r in requirements if plain(r) != PROJECT["name"]]  # an extra may hold another
    for extra, requirements in PROJECT["optional-dependencies"].items()
}
GROUPS = [
    (PROJECT["dependencies"], "requirements.lock"),
    *((PROJECT["dependencies"] + EXTRAS[x], f"requirements-{x}.lock") for x in EXTRAS),
]


@pytest.mark.parametrize(("requirements", "lock"), GROUPS, ids=[lock for _, lock in GROUPS])
def test_every_dependency_is_locked(requirements, lock):
    assert {plain(r) for r in requirements} - locked(lock) == set()


@pytest.mark.parametrize("lock", [lock for _, lock in GROUPS])
def test_every_pin_has_a_hash(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    pins = re.split(r"^(?=[A-Za-z0-9])", text, flags=re.M)[1:]
    assert len(pins) > 50
    assert [pin.split()[0] for pin in pins if "--hash=sha256:" not in pin] == []


def test_the_locks_agree_where_they_overlap():
    versions = {}
    for _, lock in GROUPS:
        text = (ROOT / lock).read_text(encoding="utf-8")
        for name, rest in re.findall(r"^([A-Za-z0-9_.\-]+)==(.*?)(?= \\$)", text, re.M):
            versions.setdefault((name, rest.partition(";")[2]), set()).add(rest.partition(";")[0])
    assert {name: found for name, found in versions.items() if len(found) > 1} == {}


def test_the_conda_environment_holds_every_group():
    environment = yaml.safe_load((ROOT / "environment.yml").read_text(encoding="utf-8"))
    *channel, by_pip = environment["dependencies"]
    conda = {plain(entry): entry for entry in [*channel, *by_pip["pip"]]}
    everything = sum((EXTRAS[x] for x in EXTRAS), PROJECT["dependencies"])
    assert {plain(r) for r in everything} - set(conda) == set()
    bounds = {r: re.search(r">=([\d.]+)", r) for r in everything}
    for requirement, bound in bounds.items():
        assert bound is None or f">={bound[1]}" in conda[plain(requirement)], requirement


def test_the_command_is_the_one_of_the_package():
    assert PROJECT["scripts"] == {"token-exports": "token_exports.cli:main"}
    assert re.search(r"token-exports", README)


def test_every_fault_names_a_test_that_is_there():
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    named = re.findall(r"`(test_\w+\.py)(?:::(\w+))?", text)
    assert len(named) >= 20
    for file, function in named:
        source = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert f"def {function}(" in source or not function, f"{file}::{function}"


def test_every_exit_status_is_documented():
    text = (ROOT / "docs" / "reliability.md").read_text(encoding="utf-8")
    statuses = {value for name, value in vars(cli).items() if name.endswith("_STATUS")}
    assert {int(n) for n in re.findall(r"^\| (\d+) \|", text, re.M)} == statuses | {
        0,
        command.POINTS_STATUS,
    }
