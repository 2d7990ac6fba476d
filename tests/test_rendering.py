"""Rendering does its work once, on all cores, and its pages do not depend on how."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading

import pytest
from jinja2 import Environment, FileSystemLoader

from token_exports import scenarios
from token_exports.pages import formulas, kept, parallel, write
from token_exports.results import FigureError

LATER = ("IPython", "matplotlib", "scipy", "seaborn", "sympy")
"""Heavy libraries that no page needs as long as the models' source is the same."""


# ---- tasks


def noting(folder, number):
    """Task that leaves its number and its process in a file of its own."""
    return lambda: (folder / f"{number}").write_text(str(os.getpid()))


def failing(error):
    def task():
        raise error

    return task


@pytest.mark.parametrize("count", [1, 2, 5])
def test_every_task_is_done_once_by_whatever_number_of_processes(tmp_path, count):
    parallel.run([noting(tmp_path, n) for n in range(20)], count)
    assert sorted(int(path.name) for path in tmp_path.iterdir()) == list(range(20))
    workers = {path.read_text() for path in tmp_path.iterdir()}
    assert len(workers) <= count


def test_two_processes_share_the_work(tmp_path):
    ask, answer = os.pipe(), os.pipe()

    def first():
        os.write(answer[1], b"x")
        assert os.read(ask[0], 1) == b"y"

    def second():
        assert os.read(answer[0], 1) == b"x"
        os.write(ask[1], b"y")

    parallel.run([first, second], 2)  # in one process the first would wait for ever
    for end in (*ask, *answer):
        os.close(end)


@pytest.mark.parametrize("count", [1, 2])
def test_an_error_surfaces_as_it_was_raised(count):
    with pytest.raises(FigureError, match="^figure x: no alt$"):
        parallel.run([failing(FigureError("figure x: no alt")), lambda: None], count)


@pytest.mark.parametrize("count", [1, 2])
def test_nothing_new_is_begun_after_an_error(tmp_path, count):
    wrong = [failing(FigureError("no"))] * count
    with pytest.raises(FigureError):
        parallel.run([*wrong, *(noting(tmp_path, n) for n in range(9))], count)
    assert not list(tmp_path.iterdir())


class Odd(Exception):
    """Cannot be sent to another process."""

    def __init__(self, one, two):
        super().__init__(f"{one} {two}")
        self.held = threading.Lock()  # no way of pickling can send it, whatever is installed


def in_a_helper(task):
    """Task list of which the helper gets at least one: this process waits in the other."""
    own, (ready, done) = os.getpid(), os.pipe()

    def turn():
        if os.getpid() == own:
            os.read(ready, 1)
        else:
            os.write(done, b"x")
            task()

    return [turn, turn]


def test_an_error_that_cannot_be_sent_keeps_its_words():
    with pytest.raises(RuntimeError, match="Odd: this that"):
        parallel.run(in_a_helper(failing(Odd("this", "that"))), 2)


def test_an_error_of_a_helper_comes_with_its_traceback():
    with pytest.raises(FigureError) as caught:
        parallel.run(in_a_helper(failing(FigureError("there"))), 2)
    assert "in task" in caught.value.__notes__[0]


def test_a_helper_that_is_killed_is_an_error():
    with pytest.raises(RuntimeError, match=f"ended with -{signal.SIGKILL.value}"):
        parallel.run(in_a_helper(lambda: os.kill(os.getpid(), signal.SIGKILL)), 2)


def test_an_interrupt_ends_the_helpers():
    own, (ready, done), (never, held) = os.getpid(), os.pipe(), os.pipe()
    helpers = []

    def turn():
        if os.getpid() == own:
            helpers.append(int(os.read(ready, 9)))
            raise KeyboardInterrupt
        os.write(done, str(os.getpid()).encode())
        os.read(never, 1)

    with pytest.raises(KeyboardInterrupt):
        parallel.run([turn, turn], 2)
    os.close(held)
    with pytest.raises(ProcessLookupError):
        os.kill(helpers[0], 0)


def test_a_helper_begins_nothing_once_its_parent_is_gone(tmp_path):
    child = os.fork()
    if not child:
        parallel._while(os.getpid(), noting(tmp_path, 1))()  # nobody is its own parent
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 1
    assert not list(tmp_path.iterdir())


def test_no_process_is_forked_beside_a_thread():
    held = threading.Event()
    thread = threading.Thread(target=held.wait)
    thread.start()
    try:
        assert parallel.processes() == 1
    finally:
        held.set()
        thread.join()


# ---- pages


def rendered(baseline, folder, processes):
    for part in ("results", "figures", "tables", "notebooks"):
        shutil.copytree(baseline / part, folder / part)
    made_from = json.loads((baseline / "manifest.json").read_text(encoding="utf-8"))
    write.write(folder, scenarios.resolve("baseline"), made_from, processes=processes)
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_pages_are_the_same_by_one_process_and_by_two_cached_or_not(
    baseline, tmp_path, monkeypatch
):
    one = rendered(baseline, tmp_path / "one", 1)
    monkeypatch.setattr(kept.paths, "cache", lambda: tmp_path / "empty")
    formulas.modules.cache_clear()
    two = rendered(baseline, tmp_path / "two", 2)
    assert (tmp_path / "empty" / "pages" / "formulas" / "mining").is_file()
    assert one.keys() == two.keys()
    assert [name for name in one if one[name] != two[name]] == []
    assert len(one) > 400


def test_a_page_that_fails_in_another_process_fails_the_report(baseline, tmp_path, monkeypatch):
    def refuse(*_):
        raise FigureError("no such page")

    for part in ("ledger", "front", "catalogue", "formulas"):
        monkeypatch.setattr(getattr(write, part), "write", refuse)
    with pytest.raises(FigureError, match="no such page"):
        rendered(baseline, tmp_path / "report", 2)


def test_rendering_needs_no_library_that_only_notebooks_and_equations_need():
    formulas.modules()  # kept from now on
    code = (
        "import sys; from token_exports.pages import formulas, write; formulas.modules();"
        f"print([name for name in {LATER} if name in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


# ---- what is kept


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setattr(kept.paths, "cache", lambda: tmp_path)
    return tmp_path / "pages" / "x"


def made(calls):
    def make():
        calls.append(1)
        return {"value": len(calls)}

    return make


def test_a_value_is_made_once_for_each_key(cache):
    calls = []
    assert kept.kept("x", "a", made(calls)) == kept.kept("x", "a", made(calls)) == {"value": 1}
    assert kept.kept("x", "b", made(calls)) == {"value": 2}
    assert [path.name for path in cache.parent.iterdir()] == ["x"]


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content[:-1] + bytes([content[-1] ^ 1]),
        lambda content: b"a" + content,
        lambda content: content.replace(b"\n", b"", 1),
        lambda content: content + b"x",
    ],
)
def test_a_damaged_file_is_made_again(cache, damage):
    calls = []
    kept.kept("x", "a", made(calls))
    cache.write_bytes(damage(cache.read_bytes()))
    assert kept.kept("x", "a", made(calls)) == {"value": 2}
    assert kept.kept("x", "a", made(calls)) == {"value": 2}


def test_where_nothing_can_be_kept_the_value_is_made_each_time(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setattr(kept.paths, "cache", lambda: tmp_path / "file")
    calls = []
    assert kept.kept("x", "a", made(calls)) == {"value": 1}
    assert kept.kept("x", "a", made(calls)) == {"value": 2}


def test_the_key_follows_every_line_of_the_package(tmp_path, monkeypatch):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "a.py").write_text("x = 1\n")
    monkeypatch.setattr(kept.token_exports, "__file__", str(tmp_path / "__init__.py"))
    keys = [kept.source.__wrapped__()]
    for name, text in (("models/a.py", "x = 2\n"), ("models/b.py", "x = 2\n")):
        (tmp_path / name).write_text(text)
        keys.append(kept.source.__wrapped__())
    (tmp_path / "models" / "b.py").rename(tmp_path / "models" / "c.py")
    keys.append(kept.source.__wrapped__())
    assert len(set(keys)) == 4


def test_a_changed_template_is_compiled_again(cache, tmp_path):
    def shown():
        folder = FileSystemLoader(tmp_path)
        page = Environment(loader=folder, autoescape=True, bytecode_cache=kept.Compiled())
        return page.get_template("t").render()

    (tmp_path / "t").write_text("one")
    assert shown() == shown() == "one"
    (path,) = cache.parent.rglob("templates/*")
    path.write_bytes(path.read_bytes()[:-9])
    assert shown() == "one"
    (tmp_path / "t").write_text("two")
    assert shown() == "two"
