"""What a user has after a fault: the old report or the new one, whole, and a clear message."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import toys

from token_exports.pages import runs
from token_exports.pages import write as pages
from token_exports.parameters import NOTEBOOKS
from token_exports.run import pipeline, publish, status

COMMAND = [sys.executable, "-m", "token_exports.cli", "report"]
SEED, KILLS = 20260226, int(os.environ.get("TOKEN_EXPORTS_KILLS", "40"))
SECOND = "02_token_cost"
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


@pytest.fixture
def project(home):
    toys.write(home / "notebooks")
    return home


def run(*arguments, **options):
    return subprocess.run([*COMMAND, *arguments], capture_output=True, text=True, **options)


def whole(folder):
    """Settings of a report all of whose files are those its record names."""
    made = status.manifest(folder)
    assert made is not None, f"{folder} is no report"
    assert status.damaged(folder, made) == []
    return tuple(made["request"]["settings"])


def left_over(project):
    return sorted(p.name for p in (project / "reports").iterdir() if p.name.startswith("."))


def processes(project):
    """Processes whose environment names the project: kernels of a run."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int(folder.name) != os.getpid() and str(project) in _environment(folder):
                found.append(int(folder.name))
        except OSError:
            continue
    return found


def _environment(folder):
    return (folder / "environ").read_bytes().decode(errors="replace")


def eventually(holds, seconds=15):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.1)


# ---- a notebook fails


def test_a_cell_that_raises_leaves_a_partial_report_beside_the_last_whole_one(project):
    pipeline.report("baseline")
    toys.write(project / "notebooks", breaking=SECOND)
    answer = run("--quiet")
    assert answer.returncode == 1
    assert "notebooks/02_token_cost.ipynb, cell 'figure' (number 5): ValueError" in answer.stderr
    assert "baseline.partial/index.html" in answer.stderr
    assert "the last complete report is as it was" in answer.stderr
    assert whole(project / "reports" / "baseline") == ()
    partial = project / "reports" / "baseline.partial"
    page = (partial / f"{SECOND}.html").read_text()
    assert "ValueError" in page
    assert "no such week" in page
    assert "Three." in (partial / "01_openrouter_share.html").read_text()
    toys.write(project / "notebooks")
    assert run("--quiet").returncode == 0
    assert not partial.exists(), "a partial report goes once a whole one is there"


BAD = {
    "killed": ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", "the kernel died"),
    "hangs": ("while True: pass", "longer than a cell may"),
    "writes": (
        "from token_exports import paths; open(paths.data() / 'x.csv', 'w')",
        "writing into the",
    ),
}


@pytest.fixture(scope="module")
def badly(copied):
    """Root and answer of a run in which a cell of each notebook ends badly, each in its way."""
    with copied() as root:
        codes = (code for code, _ in BAD.values())
        toys.write(root / "notebooks", codes=dict(zip(NOTEBOOKS, codes, strict=True)))
        return root, run("--quiet", "--cell-timeout", "3")


@pytest.mark.parametrize("way", BAD)
def test_a_cell_that_ends_badly_is_named_in_the_partial_report(badly, way):
    root, answer = badly
    name, words = list(NOTEBOOKS)[list(BAD).index(way)], BAD[way][1]
    assert answer.returncode == 1
    (line,) = [line for line in answer.stderr.splitlines() if words in line]
    assert f"notebooks/{name}.ipynb, cell 'figure' (number 5)" in line
    assert words in (root / "reports" / "baseline.partial" / f"{name}.html").read_text()
    assert not (root / "reports" / "baseline").exists()
    assert not (root / "data" / "x.csv").exists()


# ---- the run is interrupted or killed


@LINUX
@pytest.mark.parametrize("stage", ["start", "planned", "cell", "rendering", "publishing"])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "term"])
def test_an_interrupt_keeps_the_last_report_and_ends_every_kernel(project, stage, number):
    if number == signal.SIGTERM and stage not in ("cell", "rendering"):
        pytest.skip("the same path as Ctrl-C")
    toys.write(project / "notebooks", breaking=SECOND, code="import time; time.sleep(2)")
    command = [*COMMAND, "--json"]
    started = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    if stage == "start":
        time.sleep(0.5)
    for line in started.stdout if stage != "start" else ():
        event = json.loads(line)
        if stage in (event["event"], event.get("stage")):
            break
    started.send_signal(number)
    _, said = started.communicate(timeout=60)
    if stage == "publishing":
        there = (project / "reports" / "baseline").exists()  # it was quicker than the signal
        assert started.returncode in ((0, 130, -number) if there else (130,))  # Python was ending
        if there:
            assert whole(project / "reports" / "baseline") == ()
    elif stage == "start" and started.returncode < 0:
        assert started.returncode == -number  # Python itself was still starting
    else:
        assert started.returncode == 130
        assert "interrupted; what is published is the last complete report" in said
        assert "Traceback" not in said
        assert not (project / "reports" / "baseline").exists()
    assert not (project / "reports").exists() or left_over(project) == []
    eventually(lambda: processes(project) == [])


@LINUX
def test_kernels_end_with_a_run_that_is_killed(project):
    for delay_s in (1.5, 3.0, 5.0):
        toys.write(project / "notebooks", breaking=SECOND, code="while True: pass")
        started = subprocess.Popen(COMMAND, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(delay_s)
        started.kill()
        started.wait()
        eventually(lambda: processes(project) == [])
    toys.write(project / "notebooks")
    assert run("--quiet").returncode == 0
    assert left_over(project) == []


@pytest.fixture
def light_pages(monkeypatch):
    """Many small files in place of pages, so that kills meet every step of filing them."""

    def write(staging, *_):
        for number in range(150):
            (staging / f"page-{number}.html").write_text("x" * 2000)
        return staging

    monkeypatch.setattr(pages, "write", write)
    monkeypatch.setattr(runs, "write", lambda site, *_, **__: (site / "runs.html").touch())


@LINUX
def test_kills_at_random_moments_never_leave_half_a_report(project, light_pages):
    """Two settings by turns, both kept, so that every run files, publishes and deletes."""
    destination, choice = project / "reports" / "baseline", random.Random(SEED)
    settings = [("top_n=5",), ("top_n=6",)]
    for one in settings:
        pipeline.report("baseline", one)
    seen = {"old": 0, "new": 0}
    for number, moment in enumerate(_moments(choice)):
        before = whole(destination)
        wanted = settings[before == settings[0]]
        if number % 20 == 0:
            longest_s = _undisturbed(wanted) + _undisturbed(before)
            longest_s *= 0.7  # of two runs: some kills come after the end, however busy the machine
            assert whole(destination) == before
        _forked(wanted, moment * longest_s)
        after = whole(destination)
        assert after in (before, wanted)
        seen["new" if after == wanted else "old"] += 1
    assert min(seen.values()) >= 3, seen
    assert _forked(settings[1], None) == 0
    assert _forked(settings[0], None) == 0
    assert left_over(project) == []


def _moments(choice):
    """Parts of the longest time, in random order: one at random in each of ``KILLS`` slices."""
    moments = [(number + choice.random()) / KILLS for number in range(KILLS)]
    choice.shuffle(moments)
    return moments


def _undisturbed(settings):
    """Seconds of a run that nobody kills."""
    begun = time.monotonic()
    assert _forked(settings, None) == 0
    return time.monotonic() - begun


def _forked(settings, delay_s):
    """Build in a child process, killed after a while; its exit status."""
    child = os.fork()
    if child == 0:
        try:
            pipeline.report("baseline", settings)
            os._exit(0)
        except BaseException:
            os._exit(1)
    if delay_s is not None:
        time.sleep(delay_s)
        os.kill(child, signal.SIGKILL)
    return os.waitpid(child, 0)[1]


# ---- the disk


@contextmanager
def mounted(folder, options):
    """A file system in memory; needs the right to mount one."""
    folder.mkdir(parents=True)
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    if not shutil.which("mount") or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("may not mount a file system here")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_said_and_the_last_report_stays(project, tmp_path):
    with mounted(tmp_path / "disk", "size=1500k") as disk:
        kept = disk / "report"
        kept.mkdir()
        (kept / "manifest.json").write_text('{"project": "token-exports"}')
        (kept / "index.html").write_text("the last one")
        answer = run("--quiet", "--out", str(kept))
        assert answer.returncode == 4, answer.stderr
        assert "No space left on device" in answer.stderr
        assert "Traceback" not in answer.stderr
        assert (kept / "index.html").read_text() == "the last one"
        assert [path.name for path in disk.iterdir()] == ["report"]


def test_a_full_disk_in_a_cell_is_the_failure_of_that_notebook(project):
    code = 'import errno, os\nraise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "figure.svg")'
    toys.write(project / "notebooks", breaking=SECOND, code=code)
    answer = run("--quiet")
    assert answer.returncode == 1
    assert "No space left on device" in answer.stderr


def test_a_target_that_may_not_be_written_is_said(project, tmp_path):
    with mounted(tmp_path / "disk", "size=64k") as disk:
        subprocess.run(["mount", "-o", "remount,ro", str(disk)], check=True)
        answer = run("--quiet", "--out", str(disk / "report"))
    assert answer.returncode == 4, answer.stderr
    assert "Read-only file system" in answer.stderr
    assert "Traceback" not in answer.stderr


def test_a_checkout_that_may_not_be_written_still_reports_elsewhere(project, tmp_path):
    """No cache and no lock file in the repository: slower, not wrong."""
    for path in (project / ".cache", project / "reports"):
        shutil.rmtree(path / "baseline", ignore_errors=True)
    shutil.rmtree(project / ".cache")
    (project / ".cache").write_text("in the way, like a file system that may not be written")
    out = tmp_path / "elsewhere"
    answer = run("--quiet", "--out", str(out))
    assert answer.returncode == 0, answer.stderr
    assert whole(out) == ()


def test_a_folder_that_is_no_report_is_not_replaced(project, tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("years of work")
    answer = run("--quiet", "--out", str(tmp_path / "thesis"))
    assert answer.returncode == 2
    assert "is no report" in answer.stderr
    assert (tmp_path / "thesis" / "chapter.tex").read_text() == "years of work"


# ---- two at once


def test_two_runs_of_one_scenario_both_succeed_and_one_waits(project):
    toys.write(project / "notebooks", breaking=SECOND, code="import time; time.sleep(3)")
    first, second = (
        subprocess.Popen(COMMAND, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    )
    said = [one.communicate(timeout=120)[1] for one in (first, second)]
    assert (first.returncode, second.returncode) == (0, 0), said
    assert sum("waiting for it" in words for words in said) == 1
    assert sum("done in" in words for words in said) == 1, "the second found the work done"
    assert whole(project / "reports" / "baseline") == ()


def test_two_runs_of_two_scenarios_both_succeed(project):
    running = [
        subprocess.Popen([*COMMAND, "--quiet", "--scenario", name], stderr=subprocess.PIPE)
        for name in ("baseline", "us_power")
    ]
    said = [one.communicate(timeout=120)[1] for one in running]
    assert [one.returncode for one in running] == [0, 0], said
    for name in ("baseline", "us_power"):
        assert whole(project / "reports" / name) == ()
    assert left_over(project) == []


def test_the_lock_lies_outside_the_reports(project):
    with publish.alone(project / "reports" / "baseline", print):
        assert not (project / "reports" / "baseline").exists()
        assert left_over(project) == []
