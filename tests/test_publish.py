"""One report replaces another in one step, and only a report is ever replaced."""

import multiprocessing
import os

import pytest

from token_exports.run import publish


def report(folder, text="x"):
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text('{"project": "token-exports"}')
    (folder / "index.html").write_text(text)
    return folder


@pytest.fixture(params=["exchange", "aside"])
def swap(request, monkeypatch):
    """Both ways of replacing: by one system call, and where the system has none."""
    if request.param == "aside":
        monkeypatch.setattr(publish, "_exchange", lambda one, other: False)


def test_a_report_takes_the_place_of_the_one_before(tmp_path, swap):
    old, new = report(tmp_path / "baseline", "old"), report(tmp_path / "new", "new")
    publish.publish(new, old)
    assert (old / "index.html").read_text() == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["baseline"]


def test_the_first_report_needs_no_predecessor(tmp_path, swap):
    publish.publish(report(tmp_path / "new"), tmp_path / "baseline")
    assert (tmp_path / "baseline" / "index.html").is_file()


def test_the_system_exchanges_two_folders_in_one_step(tmp_path):
    one, other = report(tmp_path / "one", "1"), report(tmp_path / "other", "2")
    if not publish._exchange(one, other):
        pytest.skip("this system cannot exchange two folders")
    assert ((one / "index.html").read_text(), (other / "index.html").read_text()) == ("2", "1")


def test_a_failed_replacement_leaves_the_old_report(tmp_path, monkeypatch):
    monkeypatch.setattr(publish, "_exchange", lambda one, other: False)
    old = report(tmp_path / "baseline", "old")
    with pytest.raises(OSError, match="No such file"):
        publish.publish(tmp_path / "missing", old)
    assert (old / "index.html").read_text() == "old"


def test_a_report_that_stepped_aside_comes_back(tmp_path):
    report(tmp_path / ".old-baseline", "old")
    with publish.staging(tmp_path / "baseline"):
        assert (tmp_path / "baseline" / "index.html").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["baseline"]


def test_what_killed_runs_left_is_removed(tmp_path):
    report(tmp_path / ".building-baseline-abc")
    report(tmp_path / ".old-baseline")
    report(tmp_path / "baseline")
    with publish.staging(tmp_path / "baseline") as staging:
        assert sorted(path.name for path in tmp_path.iterdir()) == [staging.name, "baseline"]


@pytest.mark.parametrize("content", ["thesis.tex", "manifest.json"])
def test_a_folder_that_is_no_report_is_never_replaced(tmp_path, content):
    (tmp_path / content).write_text("{}")
    with pytest.raises(publish.TargetError, match="is no report"):
        publish.require_replaceable(tmp_path)


def test_a_report_an_empty_and_a_new_folder_can_be_replaced(tmp_path):
    (tmp_path / "empty").mkdir()
    for folder in (report(tmp_path / "report"), tmp_path / "empty", tmp_path / "new"):
        publish.require_replaceable(folder)


def hold(destination, held, release):
    with publish.alone(destination, print):
        held.set()
        release.wait(30)


def test_the_second_run_waits_for_the_first_and_names_it(home):
    context = multiprocessing.get_context("fork")
    held, release = context.Event(), context.Event()
    other = context.Process(target=hold, args=(home / "reports" / "baseline", held, release))
    other.start()
    assert held.wait(30)
    told = []

    def waiting(process):
        told.append(process)
        release.set()

    with publish.alone(home / "reports" / "baseline", waiting):
        assert told == [str(other.pid)]
    other.join()


def test_a_killed_run_frees_its_lock(home):
    context = multiprocessing.get_context("fork")
    held = context.Event()
    other = context.Process(target=hold, args=(home / "reports" / "a", held, context.Event()))
    other.start()
    assert held.wait(30)
    os.kill(other.pid, 9)
    other.join()
    with publish.alone(home / "reports" / "a", lambda process: None):
        pass


def test_two_reports_do_not_wait_for_each_other(home):
    def never(process):
        raise AssertionError(process)

    with publish.alone(home / "reports" / "a", never), publish.alone(home / "reports" / "b", never):
        pass
