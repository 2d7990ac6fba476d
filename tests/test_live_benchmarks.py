"""InferenceX and ML.ENERGY: answers read right, refused when they differ, and as rows."""

import datetime as dt
import json
from collections.abc import Mapping

import live_benchmarks as live
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.fetch import inferencex, mlenergy
from token_exports.fetch.contract import Asked, Reading, Request
from token_exports.fetch.shapes import ShapeError

pytestmark = pytest.mark.usefixtures("archived")

NEEDED = (
    "accelerators",
    "benchmark_setups",
    "measured_energy",
    "model_architectures",
    "serving_benchmarks",
)


class Archived(Mapping):
    """Tables as the archives gave them, read when they are asked for."""

    def __getitem__(self, name):
        if name not in NEEDED:
            raise KeyError(name)
        return data.load(name)

    def __iter__(self):
        return iter(NEEDED)

    def __len__(self):
        return len(NEEDED)

    def __or__(self, others):
        return dict(self) | others


TABLES = Archived()
SOURCES = {source.name: source for source in (inferencex.SOURCE, mlenergy.SOURCE)}
FETCHED = dt.date(2026, 11, 28)
ASKED = Asked(None, FETCHED, FETCHED)
ENERGY, SERVING, SETUPS = "measured_energy", "serving_benchmarks", "benchmark_setups"
MADE_BY_OURS = ["benchmark_id", "framework", "source_id", "source_locator", "note"]
WITHOUT_SPEED = "interactivity_tok_per_s_per_user"  # the committed rows of this source have none


def readings(source, bodies, fetched=FETCHED):
    return [
        Reading(Request("a.json", "https://x"), source.read(body), fetched, "arxiv_2601_2")
        for body in bodies
    ]


def found(source, bodies, tables=TABLES):
    return {rows.table: rows for rows in source.rows(readings(source, bodies), tables)}


def without(table, column, names):
    return TABLES | {table: TABLES[table][~TABLES[table][column].isin(names)]}


def inferencex_rows(points, tables=TABLES):
    return found(inferencex.SOURCE, [live.benchmarks(points)], tables)[SERVING]


def changed(place, value):
    """First point of a valid answer with one field replaced, or left out where value is None."""
    points = live.deepseek_v4()
    inside = points[0]
    *outer, last = place.split(".")
    for name in outer:
        inside[name] = inside[name] | {}
        inside = inside[name]
    if value is None:
        del inside[last]
    else:
        inside[last] = value
    return live.benchmarks(points)


# ---- what an answer is


@pytest.mark.parametrize("name", SOURCES)
def test_each_answer_that_the_publisher_documents_is_read(name):
    assert [bool(SOURCES[name].read(body)) for body in live.SAMPLES[name]]


@pytest.mark.parametrize(
    ("place", "value", "words"),
    [
        ("id", None, "0.id: field is missing"),
        ("date", "2026-13-01", "0.date"),
        ("date", "0001-01-01", "0.date"),
        ("date", "9999-12-31", "0.date"),
        ("hardware", "<b>b200</b>", "0.hardware"),
        ("conc", 0, "0.conc"),
        ("conc", 10**400, "0.conc"),
        ("isl", -8192, "0.isl"),
        ("osl", 1024.5, "0.osl"),
        ("disagg", "no", "0.disagg"),
        ("run_url", "https://example.org/", "0.run_url"),
        ("metrics.tput_per_gpu", -1.0, "0.metrics.tput_per_gpu"),
        ("metrics.tput_per_gpu", 1449619.9, "1449619.9 is beyond any accelerator"),
        ("metrics.tput_per_gpu", "1449.6", "0.metrics.tput_per_gpu"),
        ("metrics.tput_per_gpu", None, "metrics.tput_per_gpu: field is missing in benchmark"),
        ("metrics.median_intvty", float("nan"), "0.metrics.median_intvty"),
        ("metrics.avg_power_w", 645911.0, "0.metrics.avg_power_w"),
        ("id", "440980", "benchmark '440980' is there twice"),
    ],
)
def test_a_point_that_is_not_as_documented_is_refused_by_name(place, value, words):
    with pytest.raises(ShapeError) as fault:
        inferencex.read(changed(place, value))
    assert words in str(fault.value)


@pytest.mark.parametrize("body", [b"[]", b'{"error": "Unknown model"}', b"<html>", b"", b"\xff"])
def test_an_answer_without_points_is_refused(body):
    with pytest.raises(ShapeError):
        inferencex.read(body)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"energy_per_token_joules": -0.2}, "configurations.0.energy_per_token_joules"),
        ({"energy_per_token_joules": 1384.6}, "configurations.0.energy_per_token_joules"),
        ({"num_gpus": 0}, "configurations.0.num_gpus"),
        ({"num_gpus": "8"}, "configurations.0.num_gpus"),
        ({"median_itl_ms": 0.0459}, "configurations.0.median_itl_ms"),
        ({"nickname": "<i>Qwen</i>"}, "configurations.0.nickname"),
        ({"avg_power_watts": float("inf")}, "configurations.0.avg_power_watts"),
        ({"model_id": "Qwen"}, "configurations.0.model_id"),
    ],
)
def test_a_configuration_that_is_not_as_documented_is_refused_by_name(changes, words):
    body = live.task("gpqa", [live.configuration("Qwen 3 14B", "H100", 1.0, **changes)])
    with pytest.raises(ShapeError) as fault:
        mlenergy.read(body)
    assert words in str(fault.value)


def test_a_configuration_that_is_there_twice_is_refused():
    twice = [live.configuration("Qwen 3 14B", "H100", energy) for energy in (1.0, 1.1)]
    with pytest.raises(ShapeError, match="is there twice"):
        mlenergy.read(live.task("gpqa", twice))


def test_a_name_that_stands_for_two_models_is_refused():
    first = live.configuration("Qwen 3 14B", "H100", 1.0)
    other = live.configuration("Qwen 3 14B", "B200", 1.0, model_id="Qwen/Qwen3-14B-AWQ")
    with pytest.raises(ShapeError, match="'Qwen 3 14B' stands for two models"):
        mlenergy.read(live.task("gpqa", [first, other]))


@pytest.mark.parametrize("body", [live.task("gpqa", []), live.task("math", [{}]), b"{}", b"null"])
def test_a_file_without_configurations_or_day_is_refused(body):
    with pytest.raises(ShapeError):
        mlenergy.read(body)


@given(st.data())
@pytest.mark.parametrize("name", SOURCES)
def test_no_bytes_bring_reading_down(name, data):
    body = bytearray(data.draw(st.sampled_from(live.SAMPLES[name])))
    for _ in range(data.draw(st.integers(1, 6))):
        place = data.draw(st.integers(0, len(body) - 1))
        body[place : place + data.draw(st.integers(0, 9))] = data.draw(
            st.sampled_from([b"", b"9" * 400, b"null", b'"', b"-1e999", b"NaN", b"\xff", b"[[["])
            | st.binary(max_size=4)
        )
    try:
        SOURCES[name].read(bytes(body))
    except ShapeError:
        return


# ---- what is asked


def test_inferencex_is_asked_for_every_model_that_the_tables_know_as_of_the_last_day():
    requests = inferencex.SOURCE.plan(ASKED, TABLES)
    params = [dict(request.params) for request in requests]
    assert {each["date"] for each in params} == {"2026-11-28"}
    models = [each["model"] for each in params]
    assert len(set(models)) == len(models) == len({r.name for r in requests})
    assert {"DeepSeek-V4-Pro", "Kimi-K3", "Qwen-3.5-397B-A17B", "GLM-5"} <= set(models)


def test_a_model_that_no_table_knows_is_not_asked_for():
    few = TABLES | {
        name: TABLES[name][TABLES[name]["model"] == "MiniMax-M3"]
        for name in (SERVING, "model_architectures")
    }
    (request,) = inferencex.SOURCE.plan(ASKED, few)
    assert dict(request.params)["model"] == "MiniMax-M3"


def test_ml_energy_is_asked_for_its_index_and_three_tasks():
    urls = [request.url for request in mlenergy.SOURCE.plan(ASKED, TABLES)]
    assert urls[0] == f"{mlenergy.FILES}/index.json"
    assert [url.rpartition("/")[2] for url in urls[1:]] == [
        "gpqa.json",
        "lm-arena-chat.json",
        "sourcegraph-fim.json",
    ]


@pytest.mark.parametrize("name", SOURCES)
def test_the_publisher_answers_every_request_that_is_planned(name):
    for request in SOURCES[name].plan(ASKED, TABLES):
        host, _, path = request.url.removeprefix("https://").partition("/")
        assert live.answer(host, f"/{path}", dict(request.params)) is not None


# ---- InferenceX as rows


COMMITTED = {
    "px_b200_vllm_dep8_c64": "vllm_none_8192x1024_c64_n8_20260903",
    "px_b200_vllm_mtp_8p8d_c512": "dynamo-vllm_mtp_8192x1024_c512_8p8d_20260826",
    "px_b200_sgl_8p8d_c512": "dynamo-sglang_none_8192x1024_c512_8p8d_20260901",
    "px_b200_sgl_8p32d_c64": "dynamo-sglang_none_8192x1024_c64_8p32d_20260901",
    "px_b200_sgl_48p16d_c8192": "dynamo-sglang_none_8192x1024_c8192_48p16d_20260901",
}


@pytest.mark.parametrize(("committed", "ours"), COMMITTED.items())
def test_a_point_gives_the_row_that_was_committed_from_the_same_answer(committed, ours):
    alone = [point for point in live.deepseek_v4() if ours.endswith(_ending(point))]
    tables = TABLES | {SERVING: TABLES[SERVING][TABLES[SERVING]["model"] != "DeepSeek-V4-Pro"]}
    frame = inferencex_rows(alone, tables).frame
    assert list(frame["benchmark_id"]) == [f"ix_dsv4_b200_fp4_{ours}"]
    row = TABLES[SERVING].set_index("benchmark_id").loc[committed]
    same = frame.columns.drop([*MADE_BY_OURS, WITHOUT_SPEED])
    pd.testing.assert_series_equal(frame.loc[0, same], row[same], check_names=False)


def _ending(point):
    pools = f"{point['num_prefill_gpu']}p{point['num_decode_gpu']}d" if point["disagg"] else "n8"
    return f"c{point['conc']}_{pools}_{point['date'].replace('-', '')}"


@pytest.mark.parametrize(
    ("committed", "ours"), [pair for pair in COMMITTED.items() if "n8" not in pair[1]]
)
def test_pools_that_run_apart_are_kept_as_they_were_committed(committed, ours):
    alone = [point for point in live.deepseek_v4() if ours.endswith(_ending(point))]
    tables = TABLES | {SERVING: TABLES[SERVING][TABLES[SERVING]["model"] != "DeepSeek-V4-Pro"]}
    frame = found(inferencex.SOURCE, [live.benchmarks(alone)], tables)[SETUPS].frame
    assert frame["benchmark_id"].tolist() == [f"ix_dsv4_b200_fp4_{ours}"]
    row = TABLES[SETUPS].set_index("benchmark_id").loc[committed]
    same = frame.columns.drop(["benchmark_id", "source_id", "source_locator"])
    pd.testing.assert_series_equal(frame.loc[0, same], row[same], check_names=False)


def test_pools_are_told_of_rows_only_that_are_added():
    assert len(found(inferencex.SOURCE, [live.benchmarks(live.deepseek_v4())])[SETUPS].frame) == 0


def test_user_speed_is_that_of_tokens_not_of_messages():
    bare = live.point(1, 65, (1449.6, 160.8, 20.05))
    bare["metrics"]["median_itl"] = 0.0278  # a batch of tokens in one message
    assert inferencex_rows([bare]).frame[WITHOUT_SPEED].tolist() == [20.05]
    del bare["metrics"]["median_intvty"]
    bare["metrics"]["median_tpot"] = 0.05  # 1 / 0.05 s = 20 tokens a second
    assert inferencex_rows([bare]).frame[WITHOUT_SPEED].tolist() == [20.0]


@pytest.mark.parametrize(
    ("tensor", "expert", "stated", "count"),
    [(8, 8, 64, 8), (8, 1, 8, 8), (1, 8, 8, 8), (4, 1, 4, 4)],
)
def test_accelerators_are_counted_once_where_two_ways_of_splitting_span_them(
    tensor, expert, stated, count
):
    split = {"prefill_tp": tensor, "prefill_ep": expert, "num_prefill_gpu": stated}
    frame = inferencex_rows([live.point(1, 65, (1449.6, 160.8, 20.05), **split)]).frame
    assert frame["accelerators_count"].tolist() == [count]


def test_energy_that_the_publisher_does_not_hold_valid_is_left_out():
    unsure = live.point(1, 64, (1449.6, 160.8, 20.05, 645.9, 4.0))
    columns = ["energy_j_per_token", "energy_basis", "average_power_w"]
    for changes in ({"power_valid": 0}, {"power_metric_schema_version": 1}, {"avg_power_w": 3.0}):
        frame = inferencex_rows([unsure | {"metrics": unsure["metrics"] | changes}]).frame
        assert frame[columns].isna().all(axis=None)


def test_only_points_that_no_other_beats_become_rows():
    speeds = {1: (1000.0, 111.1, 50.0), 2: (2000.0, 222.2, 20.0), 3: (900.0, 100.0, 40.0)}
    points = [live.point(n, n, values) for n, values in speeds.items()]
    frame = inferencex_rows(points).frame
    assert sorted(frame["concurrency_count"]) == [1, 2]


def test_a_beaten_point_with_measured_power_stays_if_no_measured_one_beats_it():
    points = [
        live.point(1, 1, (1000.0, 111.1, 50.0)),
        live.point(2, 2, (900.0, 100.0, 40.0, 600.0, 5.0)),
        live.point(3, 3, (800.0, 88.9, 30.0, 600.0, 6.0)),
    ]
    assert sorted(inferencex_rows(points).frame["concurrency_count"]) == [1, 2]


def test_points_of_other_lengths_or_formats_do_not_compete():
    slow = live.point(2, 2, (500.0, 55.5, 10.0), precision="fp8")
    short = live.point(3, 3, (400.0, 200.0, 10.0), isl=1024)
    points = [live.point(1, 1, (1000.0, 111.1, 50.0)), slow, short]
    assert sorted(inferencex_rows(points).frame["concurrency_count"]) == [1, 2, 3]


def test_points_older_than_the_newest_of_their_kind_are_no_news():
    point = live.point(1, 1, (1000.0, 111.1, 50.0))
    newest = TABLES[SERVING].query("model == 'DeepSeek-V4-Pro' and accelerator == 'b200'")["date"]
    assert newest.max() == pd.Timestamp("2026-09-03")
    assert len(inferencex_rows([point]).frame) == 1
    assert len(inferencex_rows([point | {"date": "2026-09-02"}]).frame) == 0


def test_a_point_that_the_table_has_by_another_name_is_not_added_again():
    frame = inferencex_rows(live.deepseek_v4()).frame
    names = frame["benchmark_id"].str.removeprefix("ix_dsv4_b200_fp4_")
    assert not set(COMMITTED.values()) & set(names)


def test_rows_that_were_applied_come_back_as_the_same_rows():
    later = live.point(441001, 2048, (12185.4, 1353.9, 10.0), date="2026-10-01")
    points = [*live.deepseek_v4(), *live.other_model("kimik3"), later]
    first = inferencex_rows(points).frame
    assert len(first) == 3
    applied = pd.concat([TABLES[SERVING], first], ignore_index=True)
    again = inferencex_rows(points, TABLES | {SERVING: applied}).frame
    pd.testing.assert_frame_equal(again, first)


def test_what_the_table_cannot_hold_is_said_once_a_kind():
    metrics = (1449.6, 160.8, 20.05)
    points = [
        live.point(1, 64, metrics, hardware="jalapeno"),
        live.point(2, 128, metrics, hardware="jalapeno"),
        live.point(3, 64, metrics, model="glm9"),
        live.point(4, 64, metrics, precision="fp6"),
        live.point(5, 64, metrics, spec_method="draft_model"),
        live.point(6, 64, metrics, offload_mode="on"),
        live.point(7, 64, (0.0, 0.0, 0.0)),
        live.deepseek_v4()[-1],
    ]
    rows = inferencex_rows(points)
    assert len(rows.frame) == 0
    assert len(rows.notes) == 7
    assert "2 left out: no table knows the accelerator jalapeno." in rows.notes


def test_a_point_of_the_future_is_refused():
    with pytest.raises(ShapeError, match="2026-12-01 is after the day of retrieval"):
        inferencex_rows([live.point(1, 64, (1449.6, 160.8, 20.05), date="2026-12-01")])


def test_points_after_the_last_day_asked_for_are_left_out():
    points = [live.point(1, 1, (1449.6, 160.8, 20.05)), live.point(2, 2, (1450.0, 160.9, 21.0))]
    points[1]["date"] = "2026-10-01"
    request = Request("a.json", "https://x", (("model", "DeepSeek-V4-Pro"), ("date", "2026-09-30")))
    answer = inferencex.read(live.benchmarks(points))
    rows, _ = inferencex.SOURCE.rows([Reading(request, answer, FETCHED, "arxiv_2601_2")], TABLES)
    assert rows.frame["concurrency_count"].tolist() == [1]


# ---- ML.ENERGY as rows


def ml_energy_rows(files=None, day="2026-02-13", tables=TABLES):
    bodies = [live.index(day), *(files or live.tasks()).values()]
    return found(mlenergy.SOURCE, bodies, tables)


KNOWN = {
    ENERGY: [
        "mlenergy_gpqa_Qwen_3_235B_A22B_Thinking_FP8_H100",
        "mlenergy_gpqa_Qwen_3_14B_H100",
        "mlenergy_lm-arena-chat_Qwen_3_14B_H100",
    ],
    SERVING: ["mlenergy_gpqa_Qwen_3_235B_A22B_Thinking_FP8_H100"],
}
NAMED = {ENERGY: "measurement_id", SERVING: "benchmark_id", SETUPS: "benchmark_id"}


@pytest.mark.parametrize("table", KNOWN)
def test_a_published_file_gives_the_rows_that_were_committed_from_it(table):
    key, names = NAMED[table], KNOWN[table]
    frame = ml_energy_rows(tables=without(table, key, names))[table].frame.set_index(key)
    committed = TABLES[table].set_index(key)
    own = ["date", "public_since", "source_id", "source_locator", "framework"]
    same = committed.columns.drop(own, errors="ignore")
    for name in names:
        pd.testing.assert_series_equal(frame.loc[name, same], committed.loc[name, same])


@pytest.mark.parametrize("table", KNOWN)
def test_a_figure_that_stands_in_the_table_keeps_its_row(table):
    frame = ml_energy_rows(day="2026-10-01")[table].frame.set_index(NAMED[table])
    committed = TABLES[table].set_index(NAMED[table])
    pd.testing.assert_frame_equal(frame.loc[KNOWN[table]], committed.loc[KNOWN[table]])


def test_a_changed_figure_is_a_row_more_dated_by_the_index():
    dense = live.configuration("Qwen 3 14B", "H100", 0.25, **live.DENSE)
    files = {"gpqa": live.task("gpqa", [dense])}
    first = ml_energy_rows(files, "2026-10-01")[ENERGY].frame
    assert first["measurement_id"].tolist() == ["mlenergy_gpqa_Qwen_3_14B_H100_20261001"]
    assert first[["date", "public_since"]].eq(pd.Timestamp("2026-10-01")).all(axis=None)
    applied = TABLES | {ENERGY: pd.concat([TABLES[ENERGY], first], ignore_index=True)}
    again = ml_energy_rows(files, "2026-11-01", applied)[ENERGY].frame
    pd.testing.assert_frame_equal(again, first)


def test_a_benchmark_needs_a_name_that_the_table_uses():
    frame = ml_energy_rows()[SERVING].frame
    assert frame["model"].tolist() == ["Qwen 3 235B A22B Thinking FP8"]


def test_energy_is_read_from_the_configuration_that_needs_least():
    frame = ml_energy_rows()[ENERGY].frame.set_index("measurement_id")
    row = frame.loc[KNOWN[ENERGY][0]]
    # 3,918.1 W over 8 accelerators = 489.8 W; 45.9 ms a token is 46 ms, 21.74 tokens a second
    assert row["value"] == 1.3846
    assert row["average_power_w"] == 490
    assert row[WITHOUT_SPEED] == 21.74


def test_chips_and_formats_that_no_table_knows_are_noted():
    strange = [
        live.configuration("Qwen 3 14B", "A900", 1.0),
        live.configuration("Qwen 3 8B", "H100", 1.0, weight_precision="int3"),
        live.configuration("Qwen 3 32B", "H100", 1.0, avg_power_watts=80.0),
    ]
    rows = ml_energy_rows({"gpqa": live.task("gpqa", strange)})[ENERGY]
    assert len(rows.frame) == 0
    assert len(rows.notes) == 3
    assert "1 left out: no table knows the accelerator A900." in rows.notes


def test_without_an_index_or_with_one_of_the_future_no_row_is_made():
    with pytest.raises(ShapeError, match="index.json is missing"):
        found(mlenergy.SOURCE, live.tasks().values())
    with pytest.raises(ShapeError, match="after the day of retrieval"):
        ml_energy_rows(day="2026-12-01")


# ---- both


def test_the_day_of_the_data_is_stated():
    assert inferencex.SOURCE.as_of(inferencex.read(live.benchmarks(live.deepseek_v4()))) == (
        "2026-09-03"
    )
    assert mlenergy.SOURCE.as_of(mlenergy.read(live.index("2026-02-13"))) == "2026-02-13"


def test_rows_fit_the_tables_that_they_are_added_to(home):
    points = [*live.deepseek_v4(), *live.other_model("kimik3")]
    new = inferencex_rows(points).frame
    coder = ml_energy_rows({"sourcegraph-fim": live.tasks()["sourcegraph-fim"]}, "2026-10-01")
    thinking = live.configuration("Qwen 3 235B A22B Thinking FP8", "H100", 1.2)
    changed = ml_energy_rows({"gpqa": live.task("gpqa", [thinking])}, "2026-10-01")
    apart = live.point(1, 4096, (20000.0, 4444.4, 70.0), **live.APART)
    both = found(inferencex.SOURCE, [live.benchmarks([apart])])
    for table, frames in {
        SERVING: [new, changed[SERVING].frame, both[SERVING].frame],
        SETUPS: [both[SETUPS].frame],
        ENERGY: [coder[ENERGY].frame, changed[ENERGY].frame],
    }.items():
        added = pd.concat(frames, ignore_index=True)
        known = TABLES[table][NAMED[table]]
        added = added[~added[NAMED[table]].isin(known)]
        assert len(added) > 0
        added = added.assign(
            **{
                name: added[name].map({True: "true", False: "false"})
                for name in ["disaggregated"]
                if name in added
            }
        )
        added.to_csv(
            data.table_path(table), mode="a", header=False, index=False, date_format="%Y-%m-%d"
        )
        data.check([table])
        assert len(data.load(table)) == len(known) + len(added)


def test_rows_have_the_types_of_the_tables():
    for name in SOURCES:
        bodies = live.SAMPLES[name]
        for table, rows in found(SOURCES[name], bodies).items():
            assert rows.frame.dtypes.to_dict() == TABLES[table].dtypes.to_dict()
            assert {*rows.series, rows.order, *rows.measures} - {""} <= set(rows.frame)
            json.dumps(rows.notes)
