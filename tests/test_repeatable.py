"""The real notebooks give the same bytes however, wherever and on however many cores they run."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest

from token_exports import paths, scenarios
from token_exports.run import filed, warm

COPIED = ("data", "docs", "notebooks", "src", "reports/template", "reports/reference")
FILES = ("CITATION.cff", "requirements.lock")
OF_THE_RUN = {"run.json", "runs.html", "report.html"}
SHORTEST = "03_bitcoin_vs_tokens"


def contents(folder):
    found = {p.relative_to(folder).as_posix(): p for p in folder.rglob("*") if p.is_file()}
    return {name: path.read_bytes() for name, path in found.items() if name not in OF_THE_RUN}


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory, checked):
    """Copy of the repository in another folder: nothing is kept there but which tables passed."""
    folder = tmp_path_factory.mktemp("elsewhere")
    for name in COPIED:
        shutil.copytree(paths.root() / name, folder / name)
    for name in FILES:
        shutil.copyfile(paths.root() / name, folder / name)
    shutil.copytree(checked / "valid", folder / ".cache" / "valid")
    return folder


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="binds a process to a core")
def test_another_folder_one_core_and_kernels_of_their_own_give_the_same_bytes(baseline, elsewhere):
    environment = os.environ | {
        "TOKEN_EXPORTS_HOME": str(elsewhere),
        "GIT_DIR": str(paths.root() / ".git"),  # the same commit, seen from the copy
        "GIT_WORK_TREE": str(elsewhere),
        warm.KERNELS_VARIABLE: "plain",
    }
    command = [sys.executable, "-m", "token_exports.cli", "report", "--quiet"]
    subprocess.run(
        command,
        check=True,
        env=environment,
        cwd=elsewhere,
        preexec_fn=lambda: os.sched_setaffinity(0, {min(os.sched_getaffinity(0))}),
    )
    once, again = contents(baseline), contents(elsewhere / "reports" / "baseline")
    assert sorted(once) == sorted(again)
    assert [name for name in once if once[name] != again[name]] == []
    assert len([name for name in once if name.endswith(".svg")]) > 50


@pytest.mark.slow
def test_a_real_notebook_equals_what_papermill_gives(baseline, tmp_path):
    """By papermill's own command, in an ordinary kernel, without this pipeline."""
    values = scenarios.resolve("baseline").notebooks[SHORTEST].model_dump_json()
    (tmp_path / "values.yaml").write_text(values)
    target = tmp_path / f"{SHORTEST}.ipynb"
    command = [sys.executable, "-m", "papermill", "--no-progress-bar"]
    command += [str(paths.notebooks() / target.name), str(target)]
    command += ["-f", str(tmp_path / "values.yaml")]
    environment = os.environ | {"TOKEN_EXPORTS_OUTPUT": str(tmp_path / "output")}
    subprocess.run(command, check=True, capture_output=True, env=environment)
    slow = filed.linked(filed.stable(nbformat.read(target, as_version=4)))
    fast = nbformat.read(baseline / "notebooks" / target.name, as_version=4)
    assert [cell.get("outputs") for cell in slow.cells] == [c.get("outputs") for c in fast.cells]
    figures = sorted((tmp_path / "output" / "figures").iterdir())
    assert len(figures) > 30
    for path in figures:
        assert path.read_bytes() == (baseline / "figures" / path.name).read_bytes(), path.name
