"""The command line of sweeps: what it finds, what it says, and what it loads."""

import subprocess
import sys

import pytest
from click.testing import CliRunner

from token_exports import cli
from token_exports.run.display import line
from token_exports.sweep import command, run
from token_exports.sweep.spec import SweepError

SWEEP = """
title: Two prices
level: quantities
vary:
  electricity_price_usd_per_kwh.cn: [0.05, 0.1]
"""


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "expected_s", lambda plan, options: 42.0)
    path = tmp_path / "two.yaml"
    path.write_text(SWEEP)
    return path


def invoked(*arguments):
    return CliRunner().invoke(cli.app, ["sweep", *map(str, arguments)])


def test_a_dry_run_describes_the_sweep_and_leaves_nothing(file, tmp_path):
    ended = invoked(file, "--dry-run", "--out", tmp_path / "out")
    assert ended.exit_code == 0
    assert "Two prices" in ended.output
    assert "electricity_price_usd_per_kwh.cn" in ended.output
    assert not (tmp_path / "out").exists()


def test_a_sweep_is_found_by_its_name_or_its_path(file):
    assert command.located(str(file)) == file
    assert command.located("half_electricity").name == "half_electricity.yaml"
    with pytest.raises(SweepError, match="no file 'half_elektricity'.*'half_electricity'"):
        command.located("half_elektricity")


def test_without_the_libraries_of_sweeps_the_way_to_install_them_is_said(file, monkeypatch):
    monkeypatch.setattr(command, "find_spec", lambda name: None if name == "pyarrow" else 1)
    ended = invoked(file)
    assert ended.exit_code == 2
    assert "a sweep needs pyarrow: 'make sweep' installs" in ended.output


def test_a_page_of_a_folder_without_a_sweep_is_refused(file, tmp_path):
    ended = invoked(file, "--page", "--out", tmp_path / "nowhere")
    assert "holds no sweep yet" in str(ended.exception)


def test_the_command_line_loads_nothing_of_a_cluster():
    code = "import sys, token_exports.cli; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    roots = {name.split(".")[0] for name in loaded.stdout.split()}
    assert "click" in roots
    assert not roots & {"dask", "distributed", "pyarrow", "fsspec", "pandas"}


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"failed": 0, "points_per_s": 0, "left_s": None}, "1,200 of 4,000 points"),
        (
            {"failed": 3, "points_per_s": 240.4, "left_s": 12.2},
            "1,203 of 4,000 points, 3 failed, 240 a second, 12 s left",
        ),
        (
            {"failed": 0, "points_per_s": 0.25, "left_s": 11200},
            "1,200 of 4,000 points, 0.25 a second, 3 h 06 min left",
        ),
    ],
)
def test_progress_is_told_in_words(state, words):
    event = {"event": "points", "done": 1200, "total": 4000, **state}
    assert line(event) == words


def test_a_log_has_a_line_each_tenth(capsys):
    from token_exports.run import display

    with display.progress() as progress:
        for done in range(0, 101):
            progress.points(
                {"done": done, "failed": 0, "total": 100, "points_per_s": 0, "left_s": None}
            )
    assert len(capsys.readouterr().err.splitlines()) == 11
