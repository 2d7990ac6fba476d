"""InferenceX's feed at fixed user speeds: read right, and held against the table's benchmarks."""

import datetime as dt
import json

import live_benchmarks as live
import pandas as pd
import pytest

from token_exports import data
from token_exports.fetch import inferencex_tco as tco
from token_exports.fetch.contract import Asked, Reading
from token_exports.fetch.shapes import ShapeError

pytestmark = pytest.mark.usefixtures("archived")
TODAY = dt.date(2026, 11, 29)
ASKED = Asked(None, dt.date(2026, 11, 28), TODAY)
MODEL, CHIP, LENGTHS, TIER = "Kimi-K2.5", "b200", "8192x1024", 50


@pytest.fixture
def tables():
    return {name: data.load(name) for name in ("serving_benchmarks", "benchmark_setups")}


def own(tables, *points, **cells):
    """The tables with these points, as speed and throughput, in place of a model's rows."""
    table = tables["serving_benchmarks"]
    row = table[(table["model"] == MODEL) & (table["accelerator"] == CHIP)].head(1)
    names = ["interactivity_tok_per_s_per_user", "output_tok_per_s_per_gpu"]
    rows = [row.assign(**(dict(zip(names, point, strict=True)) | cells)) for point in points]
    return tables | {"serving_benchmarks": pd.concat(rows, ignore_index=True)}


def found(body, tables):
    (request, *_) = [r for r in tco.plan(ASKED, tables) if ("model", MODEL) in r.params]
    (rows,) = tco.rows([Reading(request, tco.read(body), TODAY, "s")], tables)
    return rows


def test_every_model_of_the_table_is_asked_for_at_the_same_speeds(tables):
    for request in tco.plan(ASKED, tables):
        asked = dict(request.params)
        assert (asked["tiers"], asked["date"]) == ("30,50,75,100", "2026-11-28")
        assert (asked["view"], asked["format"]) == ("points", "json")
    assert len({r.name for r in tco.plan(ASKED, tables)}) == len(tco.plan(ASKED, tables)) > 5


@pytest.mark.parametrize(("throughput", "told"), [(270.0, False), (286.0, True)])
def test_a_table_that_lags_by_a_quarter_is_told(tables, throughput, told):
    # between 300 at 40 and 150 at 60 tok/s a user: 225 at 50; the slow point of 100 is beaten
    rows = found(
        live.feed(MODEL, [(CHIP, LENGTHS, TIER, throughput)]),
        own(tables, (60.0, 150.0), (40.0, 300.0), (30.0, 100.0)),
    )
    assert len(rows.frame) == 0
    assert list(rows.frame) == list(tables["serving_benchmarks"])
    assert [f"{throughput:,.0f} against 225" in note for note in rows.notes] == [True] * told


def test_the_feed_of_the_committed_rows_themselves_tells_no_lag(tables):
    table = tables["serving_benchmarks"]
    same = table[(table["model"] == MODEL) & (table["accelerator"] == CHIP)]
    same = same[(same["input_tokens"] == 8192) & (same["output_tokens"] == 1024)]
    columns = ["interactivity_tok_per_s_per_user", "output_tok_per_s_per_gpu"]
    points = [(CHIP, LENGTHS, speed, known) for speed, known in same[columns].to_numpy()]
    assert len(points) > 5
    notes = found(live.feed(MODEL, points), tables).notes
    assert not any("at least" in note for note in notes)


def test_pools_that_run_apart_are_counted_as_the_feed_counts_them(tables):
    # published for 8 + 8 accelerators: 1,523.4 over those that write, 761.7 over all
    setups = tables["benchmark_setups"]
    pools = setups[setups["benchmark_id"] == "px_b200_vllm_mtp_8p8d_c512"]
    assert pools["prefill_accelerators_count"].eq(pools["decode_accelerators_count"]).all()
    name = {"benchmark_id": pools["benchmark_id"].item(), "disaggregated": True}
    apart = own(tables, (TIER, 761.7), **name)
    body = live.feed(MODEL, [(CHIP, LENGTHS, TIER, 1523.4)])
    assert found(body, apart).notes == ()
    (note,) = found(body, apart | {"benchmark_setups": setups.head(0)}).notes
    assert note.startswith("Places of the feed where the table does not know the pools: 1")


def test_a_point_of_a_day_to_come_is_refused(tables):
    body = live.feed(MODEL, latest_date="2026-11-30")
    with pytest.raises(ShapeError, match="after the day of retrieval"):
        found(body, tables)


def test_a_name_that_stands_for_two_models_is_held_against_both(tables):
    table = tables["serving_benchmarks"]
    (request,) = [r for r in tco.plan(ASKED, tables) if ("model", "GLM-5") in r.params]
    assert (table["model"] == "GLM-5").any()
    body = live.feed("GLM-5", [(CHIP, LENGTHS, TIER, 1.0)])
    (rows,) = tco.rows([Reading(request, tco.read(body), TODAY, "s")], tables)
    assert rows.notes == ()


def test_a_place_without_a_point_is_counted(tables):
    rows = found(live.feed(MODEL, [("mi999x", LENGTHS, TIER, 500.0)]), tables)
    (note,) = rows.notes
    assert note.startswith("Places of the feed that the table has no points around: 1")
    assert f"{MODEL} on mi999x, {LENGTHS}, {TIER} tok/s a user" in note


@pytest.mark.parametrize("boundary", ["clamped_low", "unreachable"])
def test_what_is_not_interpolated_says_nothing(tables, boundary):
    body = live.feed(MODEL, [(CHIP, LENGTHS, TIER, 90_000.0)], boundary=boundary)
    assert found(body, tables).notes == ()


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"boundary": "guessed"}, "boundary"),
        ({"output_tput_per_gpu": -1.0}, "output_tput_per_gpu"),
        ({"output_tput_per_gpu": "900"}, "output_tput_per_gpu"),
        ({"hardware": "<b>"}, "hardware"),
        ({"latest_date": "1999-01-01"}, "latest_date: 1999-01-01 is outside"),
        ({"frontier_min_interactivity": 200}, "ends before it begins"),
    ],
)
def test_another_shape_is_refused_with_what_differs(cells, reason):
    with pytest.raises(ShapeError, match=reason):
        tco.read(live.feed(**cells))


def test_a_point_twice_is_refused_and_no_point_is_an_answer():
    twice = [(CHIP, LENGTHS, TIER, 900.0)] * 2
    with pytest.raises(ShapeError, match="there twice"):
        tco.read(live.feed(points=twice))
    empty = json.dumps(json.loads(live.feed()) | {"rows": []}).encode()
    assert tco.SOURCE.as_of(tco.read(empty)) == ""
