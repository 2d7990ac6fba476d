"""Inputs that travel, processes that make reports, and the level ``reports`` on toy notebooks."""

import io
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tarfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
import toys

from token_exports import data, paths
from token_exports.run import archive, cache, pipeline, status
from token_exports.sweep import home as homes
from token_exports.sweep import inputs, reporters, reports

ASK = {"do": "nothing of the kind"}


@pytest.fixture(autouse=True)
def scratch(tmp_path_factory, monkeypatch):
    """A machine of its own: nothing unpacked, no reporter running."""
    folder = tmp_path_factory.mktemp("scratch")
    monkeypatch.setenv(homes.SCRATCH_VARIABLE, str(folder))
    monkeypatch.setattr(homes, "_checked", set())
    yield folder
    reporters.end_all()


# ---- archives


def test_equal_files_give_equal_bytes_and_come_back():
    files = {"b/c.csv": b"1,2\n", "a.txt": "ä".encode(), "empty": b""}
    for kind in ("gz", "xz"):
        packed = archive.pack(files, kind)
        assert packed == archive.pack(dict(reversed(files.items())), kind)
        assert archive.read(packed) == files


def tar_of(name, kind=tarfile.REGTYPE):
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w") as tar:
        member = tarfile.TarInfo(name)
        member.type, member.linkname = kind, "elsewhere"
        tar.addfile(member)
    return plain.getvalue()


@pytest.mark.parametrize(
    ("name", "kind"),
    [("../outside", tarfile.REGTYPE), ("link", tarfile.SYMTYPE), ("pipe", tarfile.FIFOTYPE)],
)
def test_an_archive_of_more_than_plain_files_is_refused(tmp_path, name, kind):
    with pytest.raises(archive.ArchiveError):
        archive.unpack(tar_of(name, kind), tmp_path / "in")
    assert list(tmp_path.iterdir()) == []


def test_a_path_from_the_root_ends_beneath_the_folder(tmp_path):
    archive.unpack(tar_of(f"{tmp_path}/outside"), tmp_path / "in")
    assert list(tmp_path.iterdir()) == [tmp_path / "in"]
    assert archive.of_folder(tmp_path / "in") == {f"{tmp_path}/outside".lstrip("/"): b""}


# ---- inputs


def test_inputs_travel_whole(home, monkeypatch):
    monkeypatch.setenv("TOKEN_EXPORTS_SET", "top_n=3")
    sent = pickle.loads(pickle.dumps(inputs.carried()))
    assert sent.digest == inputs.here().digest
    assert len(sent.content) < 500_000
    with sent.at_home() as folder:
        assert paths.root() == folder != home
        assert "TOKEN_EXPORTS_SET" not in os.environ  # only the file of a sweep decides
        assert data.unchecked() == []
        for name in ("data/claims.csv", "docs/method.md", "reports/template/pages/index.html.j2"):
            assert (folder / name).read_bytes() == (home / name).read_bytes()
        with sent.at_home() as again:
            assert again == folder
    assert paths.root() == home
    assert os.environ["TOKEN_EXPORTS_SET"] == "top_n=3"


def test_a_copy_states_the_commit_it_was_taken_from(monkeypatch):
    commit, day = status.revision(), status.day(status.revision().rstrip("+"))
    with inputs.carried().at_home():
        assert (status.revision(), status.day(commit)) == (commit, day)
        assert len(day) == 10 or not commit


def test_damaged_inputs_are_refused(home, scratch):
    sent = inputs.carried()
    other = archive.pack({"data/claims.csv": b""}, "xz")
    for content, said in [
        (sent.content[:-200], "damaged"),
        (other, "are not"),
        (b"", "cannot read"),
    ]:
        with pytest.raises(inputs.InputsError, match=said):
            replace(sent, content=content).home()
    assert list(scratch.iterdir()) == []


def test_a_copy_that_was_altered_is_unpacked_again(home, monkeypatch):
    sent = inputs.carried()
    table = sent.home() / "data" / "claims.csv"
    table.write_text("cut")
    monkeypatch.setattr(homes, "_checked", set())  # as another process
    assert (sent.home() / "data" / "claims.csv").read_bytes() == (
        home / "data" / "claims.csv"
    ).read_bytes()


def test_several_workers_unpack_at_once(home, scratch, tmp_path):
    sent = tmp_path / "sent"
    sent.write_bytes(pickle.dumps(inputs.carried()))
    program = f"import pickle; print(pickle.load(open({str(sent)!r}, 'rb')).home())"
    command = [sys.executable, "-c", program]
    working = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    found = {one.communicate()[0].strip() for one in working}
    assert [str(path) for path in scratch.iterdir()] == list(found)


def test_a_repository_that_changed_is_not_used(home, edit):
    planned = inputs.here()
    assert planned.home() == home
    edit("fleet_efficiency", 2, "note", "later")
    with pytest.raises(inputs.InputsError, match="not those that this sweep was planned with"):
        planned.home()


def test_inputs_are_stored_once_and_replaced_if_damaged(home):
    import fsspec

    sent = inputs.at("memory://sweeps/")
    system = fsspec.filesystem("memory")
    (name,) = system.ls("/sweeps", detail=False)
    stored = system.cat_file(name)
    made = system.created(name)
    assert inputs.at("memory://sweeps") == sent
    assert system.created(name) == made
    assert sent.content == b""
    assert (sent.home() / "data" / "claims.csv").is_file()
    system.pipe_file(name, stored[:100])
    with pytest.raises(inputs.InputsError, match="damaged"):
        replace(sent, digest="another").home()
    inputs.at("memory://sweeps")
    assert system.cat_file(name) == stored
    with pytest.raises(inputs.InputsError, match="cannot read"):
        replace(sent, digest="another", url="memory://nowhere/x").home()
    with pytest.raises(inputs.InputsError, match="cannot store"):
        inputs.at("nothing-of-the-kind://sweeps")


def test_two_sweeps_with_other_data_do_not_mix(home, edit):
    def label():
        return data.load("fleet_efficiency")["note"].iloc[0]

    edit("fleet_efficiency", 2, "note", before := "a note")
    first = inputs.carried()
    edit("fleet_efficiency", 2, "note", "another note")
    second = inputs.carried()
    for sent, expected in [(first, before), (second, "another note"), (first, before)]:
        with sent.at_home():
            assert label() == expected
    with first.at_home(), pytest.raises(RuntimeError, match="inside of inputs"), second.at_home():
        pass


def test_threads_share_inputs_and_wait_for_others(home):
    order = []

    def enter(name):
        with homes.entered(name, lambda: home / name):
            order.append(paths.root().name)

    with homes.entered("one", lambda: home / "one"):
        same = threading.Thread(target=enter, args=("one",))
        same.start()
        same.join()
        other = threading.Thread(target=enter, args=("two",))
        other.start()
        other.join(0.2)
        assert order == ["one"]
        assert paths.root().name == "one"  # the thread that left has not taken it away
    other.join()
    assert order == ["one", "two"]
    assert paths.root() == home


def test_what_nobody_used_for_days_is_removed(home, scratch):
    left, used = scratch / "left", scratch / "used"
    left.mkdir()
    used.mkdir()
    long_ago = time.time() - (homes.KEPT_DAYS + 1) * 86_400
    os.utime(left, (long_ago, long_ago))
    found = inputs.carried().home()
    assert set(scratch.iterdir()) == {used, found}


# ---- reporters


def test_a_reporter_survives_an_error_and_is_used_again(home):
    with reporters.one() as first:
        with pytest.raises(reporters.ReporterError, match="KeyError: 'nothing of the kind'"):
            first.ask(ASK | {"home": str(home)})
        with reporters.one() as second:
            assert second.pid != first.pid
    with reporters.one() as again:
        assert again.pid in (first.pid, second.pid)


def test_a_reporter_that_was_killed_is_told_and_replaced(home):
    with reporters.one() as killed:
        os.kill(killed.pid, signal.SIGKILL)
        with pytest.raises(reporters.ReporterError, match="signal 9: killed, or .* out of memory"):
            killed.ask(ASK | {"home": str(home)})
    assert not killed.scratch.exists()
    with reporters.one() as next_one:
        assert next_one.pid != killed.pid


def test_the_last_words_of_a_reporter_are_told(home, monkeypatch):
    monkeypatch.setattr(reporters, "MODULE", "token_exports.no_such_module")
    with reporters.one() as reporter, pytest.raises(reporters.ReporterError) as told:
        reporter.ask(ASK | {"home": str(home)})
    assert "ended with status 1" in str(told.value)
    assert "no_such_module" in str(told.value)


def test_a_reporter_that_does_not_answer_is_ended(home):
    with reporters.one() as reporter, pytest.raises(reporters.ReporterError, match="no answer"):
        reporter.ask(ASK | {"home": str(home)}, seconds=0.01)
    assert gone(reporter.pid)


def test_a_reporter_ends_with_a_worker_that_is_killed():
    program = (
        "import time\nfrom token_exports.sweep import reporters\n"
        "with reporters.one() as one: print(one.pid, flush=True); time.sleep(600)"
    )
    worker = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    reporter = int(worker.stdout.readline())
    assert not gone(reporter, seconds=0)
    worker.kill()
    worker.wait()
    assert gone(reporter)
    assert len(left(homes.scratch())) == 1
    with reporters.one() as own:
        assert left(homes.scratch()) == [own.scratch]


def left(scratch):
    return list(scratch.glob("reporter-*"))


def gone(process, seconds=20):
    """Whether a process has ended by then; one that nobody waits for counts as ended."""
    until = time.monotonic() + seconds
    while True:
        try:
            state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z" or time.monotonic() > until:
            return state == "Z"
        time.sleep(0.05)


# ---- the level


@pytest.fixture
def project(home):
    """Toy notebooks in a copy of the repository."""
    toys.write(home / "notebooks")
    shutil.copyfile(toys.LOCK, home / "requirements.lock")
    return home


def plan(*points, keep=()):
    spec = SimpleNamespace(scenario="baseline", keep=keep)
    return SimpleNamespace(spec=spec, points=points, settings=lambda point: points[point])


def test_points_share_notebooks_with_the_same_parameters(project):
    asked = plan(("top_n=5",), ("top_n=5", "pue_ratio=1.4"), ("top_n=7",))
    jobs = list(reports.LEVEL.jobs(asked, [range(0, 2), range(2, 3)]))
    assert [job.points for job in jobs] == [range(0, 1), range(1, 2), range(2, 3)]
    needs = [[need.key for need in job.needs] for job in jobs]
    assert needs[0][0] == needs[1][0] != needs[2][0]
    assert needs[0][1:] == needs[2][1:]
    assert not set(needs[0][1:]) & set(needs[1][1:])
    assert pickle.loads(pickle.dumps(jobs)) == jobs


def test_settings_of_the_environment_do_not_reach_a_sweep(project, monkeypatch):
    keys = [need.key for need in next(iter(reports.LEVEL.jobs(plan(()), [range(1)]))).needs]
    monkeypatch.setenv("TOKEN_EXPORTS_SET", "top_n=3")
    assert [n.key for n in next(iter(reports.LEVEL.jobs(plan(()), [range(1)]))).needs] == keys


@pytest.mark.slow
def test_a_report_of_a_worker_is_that_of_this_machine(project, tmp_path):
    """Inputs and outputs travel as bytes; the worker has neither repository nor kept outputs."""
    asked, sent = plan(("top_n=5",), keep=("*:output_tokens",)), inputs.carried()
    assert reports.LEVEL.expected_s(asked, 2) is None
    (job,) = reports.LEVEL.jobs(asked, [range(1)])
    packed = [need.function(sent, *need.arguments) for need in job.needs]
    made = job.function(sent, *job.arguments, *packed)
    for one in packed:
        cache.adopt(one)
    known = project / ".cache" / "pages"
    shutil.copytree(sent.home() / ".cache" / "pages", known, dirs_exist_ok=True)
    built = pipeline.report("baseline", ("top_n=5",), folder=tmp_path / "own").parent
    times = {"run.json", "runs.html"}
    own = {k: v for k, v in archive.of_folder(built).items() if k not in times}
    begins = "reports/0000000/"
    assert {k for k, v in own.items() if made.files[begins + k] != v} == set()
    assert {k.removeprefix(begins) for k in made.files} == {*own, *times}
    run = json.loads(made.files[begins + "run.json"])
    assert len(run["reused"]) == 3  # nothing but rendering
    row = made.table.iloc[0]
    assert (row["point"], row["status"]) == (0, "done")
    assert row["02_token_cost:output_tokens"] == row["02_token_cost:output_tokens.low"] == 3
    assert row["verdict.cable_1858_laid"] == "cited: for"
    assert sum(":" in name for name in made.table) == 9
    with sent.at_home():  # what the worker has seen is what an estimate rests on
        assert 0 < reports.LEVEL.expected_s(asked, 2) < 300


def test_a_notebook_that_fails_is_told_and_not_kept(project):
    toys.write(project / "notebooks", breaking="02_token_cost")
    sent = inputs.here()
    (job,) = reports.LEVEL.jobs(plan(()), [range(1)])
    need = next(need for need in job.needs if need.arguments[0] == "02_token_cost")
    with pytest.raises(pipeline.NotebookFailure, match="'figure'.*ValueError: no such week"):
        need.function(sent, *need.arguments)
    assert not list((project / ".cache" / cache.FOLDER).glob("02_token_cost/*"))


def test_what_cannot_be_adopted_is_told(home):
    for content in (b"", archive.pack({"loose": b""}, "gz")):
        with pytest.raises(archive.ArchiveError):
            cache.adopt(content)


def test_more_outputs_are_kept_while_a_sweep_runs_and_trimmed_afterwards(home, tmp_path):
    made = cache.Entry(tmp_path / "made", {}, {}, 1.0, {})
    made.folder.mkdir()

    def kept(numbers):
        for number in numbers:
            cache.keep("01_openrouter_share", f"key{number}", made)
        return len(list((home / ".cache" / cache.FOLDER / "01_openrouter_share").iterdir()))

    many = cache.MOST_ENTRIES + 5
    with inputs.here().at_home():
        assert kept(range(many)) == many
    assert kept([many]) == cache.MOST_ENTRIES


def test_quantities_are_described_as_in_the_reference(monkeypatch):
    monkeypatch.delenv("TOKEN_EXPORTS_HOME", raising=False)
    told = reports.LEVEL.described(
        plan((), keep=("02_token_cost:cn_electricity_cost_share",)), Path()
    )
    (row,) = told["quantities"].values()
    assert row["unit"] == "share"
    assert row["formula"]
    assert told["constant"] == told["constant_verdicts"] == {}
