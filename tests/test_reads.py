"""What a kernel notes of the files that it opens, and what it refuses."""

import os
import sys

import pytest

from token_exports.run import reads


@pytest.fixture
def watch(tmp_path):
    for folder in ("home/data", "home/.cache", "outside", "own", "package/models"):
        (tmp_path / folder).mkdir(parents=True)
    lines = []
    root, package = tmp_path / "home", tmp_path / "package"
    free = tuple(str(tmp_path / folder) for folder in ("own", "home/.cache"))
    searched = frozenset({str(root)})
    watched = reads.Watch(str(root), str(package), free, searched, lines.append)
    watched.lines, watched.top = lines, tmp_path
    return watched


def opened(watch, name, flags=os.O_RDONLY):
    watch("open", (str(watch.top / name), "r", flags))


def test_a_file_of_the_repository_is_noted_once(watch):
    opened(watch, "home/data/claims.csv")
    opened(watch, "home/data/../data/claims.csv")
    assert watch.lines == ["read\tdata/claims.csv"]


def test_a_module_counts_as_its_source(watch):
    opened(watch, "package/models/__pycache__/mining.cpython-311.pyc")
    assert watch.lines == ["read\tsrc/token_exports/models/mining.py"]


def test_a_file_that_is_looked_for_in_vain_is_an_input_too(watch):
    opened(watch, "home/data/later.csv")
    assert watch.lines == ["read\tdata/later.csv"]


def test_a_listed_folder_is_noted(watch):
    watch("os.scandir", (str(watch.top / "home/data"),))
    assert watch.lines == ["listed\tdata"]


def test_python_looking_for_modules_is_no_input(watch):
    watch("os.listdir", (str(watch.top / "package/models"),))
    watch("os.listdir", (str(watch.top / "home"),))
    assert watch.lines == []


@pytest.mark.parametrize("place", [".", "data", ".."])
def test_where_python_looks_does_not_make_the_repository_free(tmp_path, monkeypatch, place):
    root = tmp_path / "home"
    (root / "data").mkdir(parents=True)
    monkeypatch.setattr(sys, "path", [*sys.path, str((root / place).resolve())])
    free = reads._interpreter(root.resolve(), reads.Path(reads.__file__).parents[1])
    assert not reads._inside(str((root / "data" / "claims.csv").resolve()), map(str, free))
    assert len(free) > 2


def test_a_package_installed_among_the_libraries_is_noted_and_they_are_free(tmp_path, monkeypatch):
    site = tmp_path / "site-packages"
    package, home, lines = site / "token_exports", tmp_path / "home", []
    monkeypatch.setattr(sys, "path", [*sys.path, str(site)])
    free = tuple(map(str, reads._interpreter(home, package)))
    watch = reads.Watch(str(home), str(package), free, frozenset(), lines.append)
    for path in (site / "numpy" / "core.py", package / "units.py", home / "data" / "a.csv"):
        path.parent.mkdir(parents=True)
        path.touch()
        watch("open", (str(path), "r", os.O_RDONLY))
    assert lines == ["read\tsrc/token_exports/units.py", "read\tdata/a.csv"]


def test_a_repository_inside_a_folder_of_the_system_is_noted(tmp_path):
    lines, home = [], tmp_path / "opt" / "home"
    home.mkdir(parents=True)
    folders = (str(tmp_path / "opt"), str(home / ".cache"))
    watch = reads.Watch(str(home), str(tmp_path / "package"), folders, frozenset(), lines.append)
    watch("open", (str(home / "data.csv"), "r", os.O_RDONLY))
    watch("open", (str(home / ".cache" / "stamp"), "r", os.O_RDONLY))
    watch("open", (str(tmp_path / "opt" / "library.so"), "r", os.O_RDONLY))
    assert lines == ["read\tdata.csv"]


def test_own_folders_and_descriptors_need_no_record(watch):
    opened(watch, "own/results.json", os.O_WRONLY | os.O_CREAT)
    opened(watch, "home/.cache/valid/claims", os.O_WRONLY | os.O_CREAT)
    watch("open", (3, "r", 0))
    assert watch.lines == []


@pytest.mark.parametrize("name", ["home/data/claims.csv", "package/models/mining.py"])
def test_the_repository_may_not_be_written(watch, name):
    with pytest.raises(reads.UndeclaredInput, match="writing into the repository"):
        opened(watch, name, os.O_WRONLY | os.O_TRUNC)
    assert watch.lines[0].startswith("refused\t")


def test_a_file_from_elsewhere_is_refused(watch):
    (watch.top / "outside" / "prices.csv").touch()
    with pytest.raises(reads.UndeclaredInput, match=r"prices\.csv"):
        opened(watch, "outside/prices.csv")
    opened(watch, "outside/absent.csv")  # the notebook meets its own error


def test_a_file_may_be_read_that_the_notebook_has_written(watch):
    opened(watch, "outside/scratch", os.O_WRONLY | os.O_CREAT)
    (watch.top / "outside" / "scratch").touch()
    opened(watch, "outside/scratch")
    assert watch.lines == []


@pytest.mark.parametrize("event", sorted(reads.OUTSIDE))
def test_network_and_other_programs_are_refused(watch, event):
    with pytest.raises(reads.UndeclaredInput, match="network|program"):
        watch(event, ("curl",))


def test_python_tells_of_every_event_that_is_refused(watch, tmp_path):
    """The names above are Python's own: a misspelt one would never be met."""
    import subprocess
    import sys

    program = (
        "import sys, os, socket, subprocess\n"
        "sys.addaudithook(lambda event, _: print(event))\n"
        "subprocess.run(['true']); os.system('true'); os.spawnl(os.P_WAIT, '/bin/true', 'true')\n"
        "os.posix_spawn('/bin/true', ['true'], {}); socket.getaddrinfo('127.0.0.1', 1)\n"
        "try: socket.create_connection(('127.0.0.1', 1), 0.1)\n"
        "except OSError: pass\n"
        "sys.stdout.flush(); os.execl('/bin/true', 'true')\n"
    )
    answer = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    told = set(answer.stdout.split())
    assert set(reads.OUTSIDE) - {"os.spawn"} <= told | {"os.exec"}
    assert answer.returncode == 0


def test_the_log_is_read_back_sorted_and_once(tmp_path):
    log = tmp_path / "reads.log"
    log.write_text("read\tb\nread\ta\nread\ta\nlisted\tdata\n")
    assert reads.recorded(log) == {"read": ["a", "b"], "listed": ["data"], "refused": []}
    assert reads.recorded(tmp_path / "none")["read"] == []
