"""A sweep on a real cluster: schedulers and workers are processes, and some of them are killed."""

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from dataclasses import asdict, replace

import pandas as pd
import pytest
import sweep_toys
from sweep_toys import TESTS, Toy, executions

from token_exports import paths
from token_exports.run import publish
from token_exports.run.progress import Progress
from token_exports.sweep import cluster, dataset, engine, run, versions
from token_exports.sweep.work import DONE, FAILED

SOURCE = paths.root() / "src"
SOON_S = 30.0
OF_A_RUN = ["duration_s", "attempts"]


def environment(source=SOURCE):
    path = os.pathsep.join([str(source), str(TESTS)])
    return os.environ | {"PYTHONPATH": path, "TOKEN_EXPORTS_HOME": str(paths.root())}


def started(*command, source=SOURCE, log=None, **options):
    return subprocess.Popen(
        [sys.executable, "-m", *map(str, command)],
        env=environment(source),
        stdout=log or subprocess.DEVNULL,
        stderr=log or subprocess.DEVNULL,
        **options,
    )


def until(condition, seconds=SOON_S):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
    return found


class Cluster:
    """A scheduler and workers of one thread each, on the loopback interface."""

    def __init__(self, folder, n_workers):
        self.folder, self.processes = folder, []
        about = folder / "scheduler.json"
        self.scheduler = started(
            *("distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", 0),
            *("--no-dashboard", "--scheduler-file", about),
            cwd=folder,
        )
        until(about.is_file)
        self.address = until(lambda: self._address(about))
        self.workers = [self.worker() for _ in range(n_workers)]
        self.ready(n_workers)

    def ready(self, n_workers):
        if n_workers:
            with cluster.at(self.address, wait_s=SOON_S, tell=str) as client:
                until(lambda: cluster.n_threads(client) == n_workers)

    @staticmethod
    def _address(about):
        with suppress(ValueError):
            return json.loads(about.read_text())["address"]

    def worker(self, source=SOURCE):
        return started(
            *("distributed.cli.dask_worker", self.address, "--host", "127.0.0.1"),
            *("--nthreads", 1, "--no-nanny", "--no-dashboard", "--memory-limit", 0),
            *("--local-directory", self.folder),
            source=source,
            cwd=self.folder,
        )

    def end(self):
        for process in [*self.workers, self.scheduler]:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def three(tmp_path_factory):
    found = Cluster(tmp_path_factory.mktemp("cluster"), 3)
    yield found
    found.end()


@pytest.fixture
def own(tmp_path):
    found = Cluster(tmp_path, 2)
    yield found
    found.end()


@pytest.fixture(autouse=True)
def _toys(monkeypatch):
    sweep_toys.register(monkeypatch.setattr)


@pytest.fixture
def toy(tmp_path):
    (tmp_path / "traces").mkdir()
    return Toy(tmp_path / "traces", n_points=60, part_points=4)


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "sweep"


def swept(toy, folder, address, wait_s=20.0, tell=lambda event: None):
    options = run.Options(scheduler=address, wait_s=wait_s)
    return run.sweep(toy, folder, options, Progress(tell))


def after(toy, n_points, action):
    """Do something once so many points have been begun."""

    def wait():
        until(lambda: len(os.listdir(toy.traces)) >= n_points)
        action()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def expected(toy):
    return [point * toy.a_factor for point in range(toy.n_points)]


# ---- workers


def test_a_killed_worker_costs_no_point_and_doubles_none(toy, folder, three):
    many = replace(toy, n_points=500, part_points=5, sleep_s=0.004)
    killer = after(many, 120, three.workers[0].kill)
    outcome = swept(many, folder, three.address)
    killer.join()
    three.workers[0].wait()
    three.workers[0] = three.worker()
    three.ready(3)
    frame = dataset.read(folder)
    assert (outcome.n_done, outcome.n_failed) == (500, 0)
    assert list(frame["point"]) == list(range(500))
    assert list(frame["x:double"]) == expected(many)
    assert min(executions(many)) == 1
    assert sum(executions(many)) - 500 <= 5 * engine.PER_THREAD  # what that worker had at hand


def test_two_sweeps_share_a_cluster(toy, tmp_path, three):
    (tmp_path / "other").mkdir()
    other = replace(toy, traces=tmp_path / "other", a_factor=7.0)
    results = []
    threads = [
        threading.Thread(
            target=lambda one=one, name=name: results.append(
                swept(one, tmp_path / name, three.address)
            )
        )
        for one, name in [(toy, "first"), (other, "second")]
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [(r.n_done, r.n_failed) for r in results] == [(60, 0), (60, 0)]
    assert list(dataset.read(tmp_path / "first")["x:double"]) == expected(toy)
    assert list(dataset.read(tmp_path / "second")["x:double"]) == expected(other)
    assert executions(toy) == [1] * 60


def test_a_cluster_gives_what_one_thread_gives(toy, folder, tmp_path, three):
    swept(replace(toy, shared="each"), folder, three.address)
    run.sweep(replace(toy, shared="each"), tmp_path / "plain", run.Options(workers=1), Progress())
    one, other = (dataset.read(f).drop(columns=OF_A_RUN) for f in (folder, tmp_path / "plain"))
    pd.testing.assert_frame_equal(one, other)


def test_a_worker_with_other_code_is_refused_by_name(toy, folder, tmp_path, own):
    source = tmp_path / "source"
    shutil.copytree(SOURCE, source, ignore=shutil.ignore_patterns("__pycache__"))
    with (source / "token_exports" / "units.py").open("a") as file:
        file.write("# changed\n")
    stranger = own.worker(source=source)
    own.workers.append(stranger)
    own.ready(3)
    with pytest.raises(versions.VersionError, match=r"tcp://\S+: code of token-exports \w+ there"):
        swept(toy, folder, own.address)
    assert os.listdir(toy.traces) == []


def test_a_point_that_ends_its_worker_is_recorded_and_the_rest_is_done(toy, folder, monkeypatch):
    monkeypatch.setitem(cluster._QUIET, "distributed.scheduler.allowed-failures", 1)
    deadly = replace(toy, n_points=6, part_points=1, kills=(2,), retries=0)
    with cluster.here(2, processes=True) as client:
        folder.mkdir()
        keep = run.Keeper(folder, deadly, run.Counts(6))
        engine.run(
            client,
            lambda runs: sweep_toys.LEVEL.jobs(deadly, runs),
            dataset.missing([], 6, 1),
            inputs="toy inputs",
            keep=keep,
            options=engine.Options(retries=0),
        )
    frame = dataset.read(folder)
    assert list(frame["status"]) == [DONE, DONE, FAILED, DONE, DONE, DONE]
    assert "its worker died 2 times" in frame["error"][2]


# ---- the scheduler


def test_a_lost_scheduler_is_told_and_the_next_run_computes_nothing_twice(toy, folder, own):
    slow = replace(toy, sleep_s=0.02)
    killer = after(slow, 24, own.scheduler.kill)
    with pytest.raises(engine.SweepLost, match="connection to the scheduler is lost") as fault:
        swept(slow, folder, own.address)
    killer.join()
    kept = list(dataset.read(folder)["point"])
    assert 0 < len(kept) < 60
    assert f"{len(kept)} of 60 points are kept in {folder}" in fault.value.__notes__[0]
    before = executions(slow)
    outcome = run.sweep(slow, folder, run.Options(workers=2), Progress())
    assert outcome.n_done == 60
    assert [executions(slow)[p] for p in kept] == [before[p] for p in kept]
    assert list(dataset.read(folder)["x:double"]) == expected(slow)


def test_where_nobody_answers_the_address_is_named(toy, folder, monkeypatch):
    monkeypatch.setattr(cluster, "ANSWER_S", 0.5)
    with pytest.raises(cluster.ClusterError, match="no scheduler answers at tcp://127.0.0.1:9 "):
        swept(toy, folder, "tcp://127.0.0.1:9")
    with pytest.raises(cluster.ClusterError, match="no scheduler answers at nonsense "):
        swept(toy, folder, "nonsense")


def test_without_workers_a_sweep_waits_says_so_and_gives_up(toy, folder, tmp_path):
    alone = Cluster(tmp_path, 0)
    told = []
    try:
        with pytest.raises(cluster.ClusterError, match="no worker has joined .* within 1 s"):
            swept(toy, folder, alone.address, wait_s=1, tell=told.append)
        assert "no worker yet at tcp://" in str(told)
    finally:
        alone.end()


def test_when_all_workers_are_gone_for_long_the_sweep_ends(toy, folder, own, monkeypatch):
    monkeypatch.setattr(engine, "LOOK_S", 0.2)
    slow = replace(toy, sleep_s=0.02)
    killer = after(slow, 12, lambda: [worker.kill() for worker in own.workers])
    with pytest.raises(engine.SweepLost, match="no worker has been there for 1 s"):
        swept(slow, folder, own.address, wait_s=1)
    killer.join()


# ---- this machine


def test_workers_of_this_machine_listen_on_the_loopback_interface_only():
    psutil = pytest.importorskip("psutil")
    me = psutil.Process()
    others = set(me.children(recursive=True))  # of other tests
    for processes in (False, True):
        with cluster.here(2, processes=processes) as client:
            assert cluster.n_threads(client) == 2
            own = {me, *me.children(recursive=True)} - others
            listening = [
                c.laddr.ip for p in own for c in p.net_connections() if c.status == "LISTEN"
            ]
        assert set(listening) == {"127.0.0.1"}


@pytest.mark.parametrize(("number", "where"), [(signal.SIGINT, "group"), (signal.SIGTERM, "one")])
def test_an_interrupted_command_keeps_what_is_done_and_says_so(
    toy, folder, tmp_path, number, where
):
    slow = replace(toy, sleep_s=0.03, expected_s=100.0 if where == "group" else 1.0)
    content = json.dumps(asdict(slow) | {"traces": str(slow.traces)})
    command = [sys.executable, "-m", "sweep_toys", "toy", str(folder), content]
    process = subprocess.Popen(
        command,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    until(lambda: len(list(folder.glob("points/part-*"))) >= 3)
    os.killpg(process.pid, number) if where == "group" else process.send_signal(number)
    out, err = process.communicate(timeout=SOON_S)
    kept = list(dataset.read(folder)["point"])
    assert process.returncode == 130, err
    assert 12 <= len(kept) < 60
    assert f"interrupted; {len(kept)} of 60 points are kept in {folder}" in err
    assert "Traceback" not in err
    assert "distributed" not in err
    assert json.loads((folder / "sweep.json").read_text())["state"] == "interrupted"
    again = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert again.returncode == 0, again.stderr
    assert [executions(slow)[p] for p in kept] == [1] * len(kept)
    assert list(dataset.read(folder)["x:double"]) == expected(slow)


def test_a_sweep_with_failed_points_ends_with_a_status_of_its_own(toy, folder):
    broken = replace(toy, n_points=8, fails=(3,))
    content = json.dumps(asdict(broken) | {"traces": str(broken.traces)})
    command = [sys.executable, "-m", "sweep_toys", "toy", str(folder), content]
    ended = subprocess.run(command, env=environment(), capture_output=True, text=True)
    assert ended.returncode == 3, ended.stderr
    events = [json.loads(line) for line in ended.stdout.splitlines()]
    assert events[-1] == {
        "event": "report",
        "page": str(folder / "sweep.html"),
        "done": 7,
        "failed": 1,
    }
    assert [e for e in events if e["event"] == "points"][-1]["total"] == 8


def test_a_second_run_on_the_same_folder_waits(toy, folder):
    told = []
    options = run.Options(workers=1)
    second = threading.Thread(target=run.sweep, args=(toy, folder, options, Progress(told.append)))
    with publish.alone(folder, str):
        second.start()
        waiting = until(lambda: [e for e in told if e["event"] == "waiting"])
        assert waiting[0]["process"] == str(os.getpid())
        assert not folder.exists()
    second.join()
    assert len(dataset.read(folder)) == 60
