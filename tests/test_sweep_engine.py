"""Every point of a sweep is computed and kept once, whatever order, failure or interruption."""

import errno
import json
import os
import shutil
import signal
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sweep_toys
from sweep_toys import Toy, executions, traced

from token_exports import cli
from token_exports.run import signals
from token_exports.run.progress import Progress
from token_exports.sweep import (
    cluster,
    columns,
    compaction,
    dataset,
    engine,
    keep,
    record,
    run,
    versions,
    work,
)
from token_exports.sweep.flight import Flight
from token_exports.sweep.work import DONE, FAILED

QUIET = Progress()
OF_A_RUN = ["duration_s", "attempts"]


@pytest.fixture(autouse=True)
def _toys(monkeypatch):
    sweep_toys.register(monkeypatch.setattr)


@pytest.fixture
def toy(tmp_path):
    (tmp_path / "traces").mkdir()
    return Toy(tmp_path / "traces")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "sweep"


def swept(toy, folder, workers=2, **options):
    return run.sweep(toy, folder, run.Options(workers=workers, **options), QUIET)


def stated(folder):
    return json.loads((folder / "sweep.json").read_text(encoding="utf-8"))


def parts(folder):
    return sorted(path.name for path in (folder / "points").iterdir())


# ---- content


def test_a_sweep_keeps_rows_files_and_a_record(toy, folder):
    outcome = swept(toy, folder)
    frame = dataset.read(folder)
    assert (outcome.n_done, outcome.n_failed) == (40, 0)
    assert list(frame["point"]) == list(range(40))
    assert list(frame["x:double"]) == [2.0 * point for point in range(40)]
    assert list(frame["price"]) == [point / 4 for point in range(40)]
    assert set(frame["word"]) == {"odd", "3"}
    assert list(frame) == [
        *("point", "price", "word", "x:double", "x:double.low", "verdict.big"),
        *("status", "error", "duration_s", "attempts"),
    ]
    assert set(frame["status"]) == {DONE}
    assert parts(folder) == [f"part-{n:07}-{n + 7:07}.parquet" for n in range(0, 40, 8)]
    assert (folder / "files" / "008.txt").read_text() == "toy inputs"
    made = stated(folder)
    assert made["state"] == "done"
    assert made["counts"] == {"done": 40, "failed": 0}
    assert made["times"][0]["points"] == 40
    assert made["versions"]["numpy"] == versions.own()["numpy"]
    assert outcome.page.read_text() == "done"


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_content_does_not_depend_on_workers_or_order(toy, folder, tmp_path, workers):
    swept(toy, tmp_path / "plain", workers=1)
    mixed = replace(toy, pause_s=(0.0, 0.02))
    swept(mixed, folder, workers=workers)
    one, other = (dataset.read(f).drop(columns=OF_A_RUN) for f in (tmp_path / "plain", folder))
    pd.testing.assert_frame_equal(one, other)
    assert parts(folder) == parts(tmp_path / "plain")


def test_few_tasks_are_in_flight_at_a_time(toy, folder, monkeypatch):
    most = []
    monkeypatch.setattr(engine, "LOOK_S", 0.0)
    submitted = Flight.job

    def counting(flight, job, needed):
        most.append(len(flight._client.futures))
        return submitted(flight, job, needed)

    monkeypatch.setattr(Flight, "job", counting)
    swept(replace(toy, n_points=60, part_points=1), folder, workers=2)
    assert len(most) == 60
    assert max(most) <= engine.PER_THREAD * 2 + 2  # and the inputs, and one that is let go


def test_a_short_sweep_is_cut_so_that_all_workers_have_work():
    cut = engine.pieces([range(0, 1000), range(1000, 1681)], 2)
    assert [point for piece in cut for point in piece] == list(range(1681))
    assert max(map(len, cut)) == 211
    assert {len(piece) for piece in engine.pieces([range(10_000)] * 100, 2)} == {10_000}


def test_pieces_of_a_part_are_merged_in_the_end(toy, folder, monkeypatch):
    monkeypatch.setattr(engine, "FEWEST_POINTS", 1)
    swept(toy, folder)
    assert len(os.listdir(toy.traces)) == 40
    assert len(list((folder / "files").iterdir())) == 10  # of five and three points
    assert parts(folder) == [f"part-{n:07}-{n + 7:07}.parquet" for n in range(0, 40, 8)]


# ---- failure


def test_a_point_that_fails_stands_alone_and_the_rest_is_done(toy, folder):
    outcome = swept(replace(toy, fails=(11,), retries=2), folder)
    frame = dataset.read(folder).set_index("point")
    assert (outcome.n_done, outcome.n_failed) == (39, 1)
    assert list(frame.index[frame["status"] == FAILED]) == [11]
    assert frame.loc[11, "error"] == "ArithmeticError: no <number> at 11"
    assert pd.isna(frame.loc[11, "x:double"])
    assert pd.isna(frame.loc[11, "verdict.big"])
    assert frame.loc[11, "price"] == 2.75
    alone = 3  # once and two retries; before that in parts of 8, 4 and 2
    assert traced(toy.traces, 11) == frame.loc[11, "attempts"] == alone + 3
    assert parts(folder) == [f"part-{n:07}-{n + 7:07}.parquet" for n in range(0, 40, 8)]


@pytest.mark.parametrize("retries", [0, 1, 3])
def test_a_part_of_one_point_is_tried_as_often_as_stated(toy, folder, retries):
    swept(replace(toy, n_points=3, part_points=1, fails=(1,), retries=retries), folder)
    frame = dataset.read(folder)
    assert list(frame["status"]) == [DONE, FAILED, DONE]
    assert list(frame["attempts"]) == [1, retries + 1, 1]
    assert traced(toy.traces, 1) == retries + 1


def test_a_point_that_fails_once_is_done_by_the_second_try(toy, folder):
    swept(replace(toy, n_points=4, part_points=1, fails_first=(2,)), folder)
    frame = dataset.read(folder)
    assert list(frame["status"]) == [DONE] * 4
    assert list(frame["attempts"]) == [1, 1, 2, 1]


def test_when_all_points_fail_parts_are_soon_recorded_whole(toy, folder, monkeypatch):
    monkeypatch.setattr(engine, "MOST_SPLIT", 10)
    every = tuple(range(400))
    outcome = swept(replace(toy, n_points=400, part_points=100, fails=every, retries=0), folder)
    assert outcome.n_failed == 400
    assert len(dataset.read(folder)) == 400
    assert sum(executions(replace(toy, n_points=400))) < 120  # of 800 or so


def test_shared_work_is_done_once_and_let_go(toy, folder, tmp_path):
    swept(replace(toy, shared="one"), folder)
    assert traced(toy.traces, "shared-0") == 1
    assert dataset.read(folder)["x:double"][0] == 0.5
    swept(replace(toy, shared="each"), tmp_path / "each")
    assert traced(toy.traces, "shared-0") == 2
    assert stated(folder)["times"][0]["worker_seconds"] > 0


def test_shared_results_are_released_when_no_job_waits(toy):
    from token_exports.sweep.shared import SharedWork

    jobs = list(sweep_toys.LEVEL.jobs(replace(toy, shared="one"), [range(2), range(2, 4)]))
    work = SharedWork(lambda need: object(), retries=1)
    work.expect(jobs)
    first = work.futures(jobs[0])
    assert work.futures(jobs[1]) == first
    work.release(jobs[0])
    assert work._futures
    work.release(jobs[1])
    assert not work._futures


def test_shared_work_that_fails_is_tried_as_stated_for_all_jobs_together(toy, folder):
    outcome = swept(replace(toy, shared="raises", part_points=2, retries=1), folder)
    assert outcome.n_failed == 40
    assert set(dataset.read(folder)["error"]) == {"LookupError: no half"}
    assert traced(toy.traces, "shared-0") == 2
    assert sum(executions(toy)) == 0


def test_rows_that_are_not_those_asked_for_are_a_failure(toy):
    with pytest.raises(columns.RowsError, match="2 rows came back for points 4 to 6, 3 were"):
        columns.require_rows(pd.DataFrame({"x:y": [1.0, 2.0]}), range(4, 7))
    with pytest.raises(columns.RowsError, match="in their order"):
        columns.require_rows(pd.DataFrame({"point": [5, 4]}), range(4, 6))


def test_a_level_may_say_itself_which_of_its_points_failed(toy):
    table = pd.DataFrame({"x:y": [1.0, None], "status": [DONE, FAILED], "error": ["", "no batch"]})
    found = columns.finished(range(2), table, seconds=1, attempts=1)
    rows = columns.typed([found], toy.points, columns.kinds(toy.points))
    assert rows["status"].to_pylist() == [DONE, FAILED]
    assert rows["error"].to_pylist() == ["", "no batch"]
    assert rows["duration_s"].to_pylist() == [0.5, 0.5]


def test_a_worker_with_other_versions_ends_the_sweep_and_leaves_what_is_done(
    toy, folder, monkeypatch
):
    own = versions.own()
    calls = []

    def changing():
        calls.append(1)
        return own if len(calls) < 6 else own | {"numpy": "1.0"}

    monkeypatch.setattr(versions, "own", changing)
    with pytest.raises(versions.VersionError, match=r"numpy 1\.0 there") as fault:
        swept(toy, folder, workers=1)
    kept = dataset.read(folder)
    assert 0 < len(kept) < 40
    assert f"{len(kept)} of 40 points are kept" in fault.value.__notes__[0]
    assert stated(folder)["state"] == "stopped"


def test_a_full_disk_is_said_and_parts_stay(toy, folder, monkeypatch):
    written = []
    write = dataset._write

    def full(path, table):
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        written.append(path)
        write(path, table)

    monkeypatch.setattr(dataset, "_write", full)
    with pytest.raises(OSError, match="No space left on device") as fault:
        swept(toy, folder)
    assert cli._exit_status(fault.value) == 4
    assert parts(folder) == sorted(path.name for path in written)
    monkeypatch.setattr(dataset, "_write", write)
    assert swept(toy, folder).n_done == 40


# ---- going on


def test_a_second_run_computes_what_is_missing_and_nothing_twice(toy, folder):
    swept(toy, folder)
    for name in ("part-0000008-0000015.parquet", "part-0000032-0000039.parquet"):
        (folder / "points" / name).unlink()
    outcome = swept(replace(toy, title="another title"), folder)
    assert outcome.n_done == 40
    again = {*range(8, 16), *range(32, 40)}
    assert executions(toy) == [1 + (point in again) for point in range(40)]
    assert [time["points"] for time in stated(folder)["times"]] == [40, 16]
    assert stated(folder)["title"] == "another title"


def test_a_finished_sweep_starts_no_worker(toy, folder, monkeypatch):
    swept(toy, folder)
    monkeypatch.setattr(cluster, "here", None)
    assert swept(toy, folder).n_done == 40
    assert len(stated(folder)["times"]) == 1


def test_failed_points_are_kept_unless_asked_for(toy, folder):
    broken = replace(toy, fails=(3, 4, 17))
    swept(broken, folder)
    before = executions(toy)
    assert swept(toy, folder).n_failed == 3
    assert executions(toy) == before
    outcome = swept(toy, folder, retry_failed=True)
    assert (outcome.n_done, outcome.n_failed) == (40, 0)
    assert [p for p in range(40) if executions(toy)[p] > before[p]] == [3, 4, 17]
    assert list(dataset.read(folder)["x:double"]) == [2.0 * point for point in range(40)]
    assert parts(folder) == [f"part-{n:07}-{n + 7:07}.parquet" for n in range(0, 40, 8)]


def test_another_sweep_in_the_folder_is_refused_and_fresh_replaces_it(toy, folder):
    swept(toy, folder)
    other = replace(toy, a_factor=3.0)
    with pytest.raises(record.FolderError, match="holds 40 points .*a_factor of the file changed"):
        swept(other, folder)
    assert len(dataset.read(folder)) == 40
    swept(other, folder, fresh=True)
    assert list(dataset.read(folder)["x:double"]) == [3.0 * point for point in range(40)]
    assert [path.name for path in folder.parent.glob(".old-*")] == []


def test_what_changed_outside_the_file_is_named(toy, folder):
    swept(toy, folder)
    before = stated(folder)
    now = before | {"key": "new", "inputs": before["inputs"] | {"data/claims.csv": "0"}}
    with pytest.raises(record.FolderError, match=r"\(data/claims.csv changed\)"):
        record.require_same(folder, before, now)


@pytest.mark.parametrize("fresh", [False, True])
def test_a_folder_that_is_no_sweep_is_left_alone(toy, folder, fresh):
    folder.mkdir()
    (folder / "manifest.json").write_text('{"project": "token-exports"}')
    with pytest.raises(record.FolderError, match="is no sweep of this project"):
        swept(toy, folder, fresh=fresh)
    assert (folder / "manifest.json").is_file()


def test_a_damaged_part_is_computed_again(toy, folder):
    swept(toy, folder)
    path = folder / "points" / "part-0000016-0000023.parquet"
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(dataset.DatasetError, match=r"part-0000016.*is damaged: delete it"):
        dataset.read(folder)
    told = []
    run.sweep(toy, folder, run.Options(workers=1), Progress(told.append))
    assert "part-0000016-0000023.parquet is damaged" in str(told)
    assert executions(toy) == [1 + (16 <= point < 24) for point in range(40)]
    assert len(dataset.read(folder)) == 40


def test_damage_inside_a_part_is_noticed_when_it_is_read(toy, folder):
    swept(toy, folder)
    path = folder / "points" / "part-0000016-0000023.parquet"
    content = bytearray(path.read_bytes())
    content[60:70] = b"0123456789"
    path.write_bytes(content)
    with pytest.raises(dataset.DatasetError, match="is damaged: delete it"):
        dataset.read(folder)


def test_a_part_of_another_sweep_is_refused(toy, folder, tmp_path):
    swept(toy, folder)
    swept(replace(toy, a_factor=5.0), tmp_path / "other")
    shutil.copy(tmp_path / "other" / "points" / parts(folder)[2], folder / "points")
    with pytest.raises(dataset.DatasetError, match="belongs to another sweep"):
        swept(toy, folder)


# ---- requests to end


def test_a_request_to_end_is_taken_where_nothing_is_half_done():
    seen = []
    before = signal.signal(signal.SIGTERM, lambda *_: seen.append("taken"))
    try:
        with signals.held() as may_end:
            may_end()
            signal.raise_signal(signal.SIGTERM)
            assert seen == []
            may_end()
            assert seen == ["taken"]
            signal.raise_signal(signal.SIGTERM)  # a second one is not held
            assert seen == ["taken"] * 2
        with signals.held():
            signal.raise_signal(signal.SIGTERM)
        assert seen == ["taken"] * 3  # at the latest when all is done
    finally:
        signal.signal(signal.SIGTERM, before)


# ---- the dataset


def typed(found):
    points = pd.DataFrame({"a": [float(n) for n in range(10)]})
    return columns.typed([found], points, columns.kinds(points))


def rows(first, last, value=1.0, **more):
    points = range(first, last + 1)
    table = pd.DataFrame({"x:y": value, **more}, index=points)
    return typed(columns.finished(points, table, seconds=0, attempts=1))


@pytest.mark.parametrize("left", [0, 1, 3, 4])
def test_a_kill_while_parts_are_merged_does_no_harm(folder, left):
    for first in range(4):
        dataset.write(folder, "k", rows(first, first, first))
    narrow = {path.name: path.read_bytes() for path in (folder / "points").iterdir()}
    compaction.compact(folder, "k", 4, 4)
    assert parts(folder) == ["part-0000000-0000003.parquet"]
    for name in sorted(narrow)[:left]:  # those that were not yet deleted
        (folder / "points" / name).write_bytes(narrow[name])
    assert list(dataset.read(folder)["x:y"]) == [0, 1, 2, 3]
    assert dataset.missing(dataset.parts(folder, "k"), 4, 4) == []
    compaction.compact(folder, "k", 4, 4)
    assert parts(folder) == ["part-0000000-0000003.parquet"]


def test_blocks_are_merged_only_when_they_are_complete(folder):
    for first, last in [(0, 1), (2, 3), (4, 5), (8, 8)]:
        dataset.write(folder, "k", rows(first, last))
    (folder / "points" / ".part-0000006-0000007.parquet.new").write_bytes(b"half")
    compaction.compact(folder, "k", 4, 9)
    assert parts(folder) == [
        f"part-{n}.parquet" for n in ("0000000-0000003", "0000004-0000005", "0000008-0000008")
    ]
    assert dataset.missing(dataset.parts(folder), 9, 4) == [range(6, 8)]


def test_missing_points_never_cross_a_border():
    assert dataset.missing([], 10, 4) == [range(4), range(4, 8), range(8, 10)]


def test_parts_with_other_columns_are_read_together(folder):
    dataset.write(folder, "k", rows(2, 3, **{"verdict.b": "holds", "z:z": 5.0}))
    dataset.write(folder, "k", rows(0, 1, **{"verdict.b": "fails"}))
    dataset.write(folder, "k", typed(columns.failed(range(4, 5), "E: why", attempts=2)))
    frame = dataset.read(folder)
    assert list(frame["point"]) == [0, 1, 2, 3, 4]
    assert list(frame["verdict.b"])[:4] == ["fails", "fails", "holds", "holds"]
    assert frame["z:z"].isna().tolist() == [True, True, False, False, True]
    assert list(frame)[-4:] == ["status", "error", "duration_s", "attempts"]
    some = dataset.read(folder, ["z:z", "nowhere"])
    assert list(some) == ["point", "z:z"]


def test_narrow_results_share_files_while_a_sweep_runs(toy, folder, monkeypatch):
    """A point a job must not leave a file a point: reading thousands takes minutes."""
    monkeypatch.setattr(keep, "WIDE_POINTS", 10)
    one_by_one = replace(toy, part_points=1, n_points=25)
    kept = keep.Keeper(folder, one_by_one, keep.Counts(25), per_file=20)
    for point in [*range(1, 25), 0]:
        table = pd.DataFrame({"x:double": [2.0 * point]})
        kept.done(range(point, point + 1), work.Finished(table), seconds=1, attempts=1)
    assert (
        parts(folder)
        == [
            *("part-0000000-0000019.parquet", "part-0000001-0000010.parquet"),
            *("part-0000011-0000018.parquet", "part-0000020-0000024.parquet"),
        ]
        or len(parts(folder)) <= 4
    )
    assert list(dataset.read(folder)["x:double"]) == [2.0 * point for point in range(25)]
    assert kept.counts.done == 25


def test_rows_wait_two_seconds_at_most(toy, folder, monkeypatch):
    monkeypatch.setattr(keep, "FLUSH_S", 2.0)
    kept = keep.Keeper(folder, toy, keep.Counts(40))
    kept.failed(range(3, 4), "E", attempts=1)
    kept.tick()
    assert not folder.exists()
    monkeypatch.setattr(keep, "FLUSH_S", 0.0)
    kept.tick()
    assert list(dataset.read(folder)["point"]) == [3]


def test_verdicts_are_dictionary_encoded_and_compressed(toy, folder):
    swept(toy, folder)
    path = folder / "points" / parts(folder)[0]
    assert pa.types.is_dictionary(pq.read_schema(path).field("verdict.big").type)
    assert pq.read_metadata(path).row_group(0).column(0).compression == "ZSTD"


def test_an_empty_sweep_reads_as_no_rows(folder):
    assert len(dataset.read(folder)) == 0


def test_types_follow_from_all_points_not_from_a_part():
    points = pd.DataFrame(
        {"n": [1, 2], "mixed": [1.5, "1:2:3"], "flag": [True, None]}, dtype=object
    )
    kinds = columns.kinds(points)
    assert kinds == {"n": pa.int64(), "mixed": pa.string(), "flag": pa.bool_()}
    made = columns.typed([columns.failed(range(1), "E", attempts=1)], points, kinds)
    assert made["mixed"].to_pylist() == ["1.5"]
