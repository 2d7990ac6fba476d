"""Dated list prices of the package model-prices: what is read, refused, and which rows it gives."""

import contextlib
import datetime as dt

import live_prices as live
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.fetch import model_prices
from token_exports.fetch.contract import Asked, Reading
from token_exports.fetch.shapes import ShapeError

pytestmark = pytest.mark.usefixtures("archived")

SOURCE = model_prices.SOURCE
TODAY = dt.date(2026, 11, 29)
SOURCE_ID = "gh_sst_models_dev"  # one that the sources have
PRICES = ["input_usd_per_mtok", "cache_read_usd_per_mtok", "output_usd_per_mtok"]
PRO = ("deepseek", "deepseek-v4-pro")


@pytest.fixture(scope="module")
def tables():
    return {"list_prices": data.load("list_prices")}


def proposed(body, tables):
    (request,) = SOURCE.plan(Asked(None, TODAY, TODAY), tables)
    (rows,) = SOURCE.rows([Reading(request, SOURCE.read(body), TODAY, SOURCE_ID)], tables)
    return rows


def test_the_file_inside_the_package_is_read(tables):
    (request,) = SOURCE.plan(Asked(None, TODAY, TODAY), tables)
    assert request.url == "package://model_prices/snapshot.json"
    assert SOURCE.package == "model-prices"
    assert SOURCE.as_of(SOURCE.read(live.snapshot())) == "2026-10-26T18:46:35Z"


def test_prices_that_the_table_has_are_no_rows(tables):
    assert proposed(live.snapshot(), tables).frame.empty


@pytest.mark.parametrize(("provider", "model"), [PRO, ("openai", "gpt-5.6-sol")])
def test_a_course_is_the_one_of_the_committed_rows(tables, provider, model):
    table = tables["list_prices"].query("provider == @provider and model == @model")
    course = SOURCE.read(live.snapshot()).course(provider, model)
    read = [[r.input, r.cache_read, r.output] for r in course]
    changes = [prices for n, prices in enumerate(read) if n == 0 or prices != read[n - 1]]
    assert changes == table.sort_values("effective_date")[PRICES].to_numpy().tolist()


def test_a_change_after_the_last_row_is_a_row(tables):
    step = live.step("2026-11-10", (0.5, 1.5, 0.02), "documented", source="https://x.org/prices")
    rows = proposed(live.changed(*PRO, step), tables)
    (row,) = rows.frame.to_dict("records")
    assert [row[name] for name in PRICES] == [0.5, 0.02, 1.5]
    assert row["effective_date"] == row["public_since"] == pd.Timestamp("2026-11-10")
    assert (row["effective_date_basis"], row["confidence"]) == ("documented", "primary")
    assert row["source_locator"] == "https://x.org/prices"
    words = "off-peak price; peak hours cost twice as much; via model-prices, data of 2026-10-26"
    assert row["note"] == words
    old = tables["list_prices"].query("model == 'deepseek-v4-pro'").iloc[-1]
    same = ["model_key", "author_slug", "origin", "open_weights", "provider", "channel"]
    assert [row[name] for name in same] == old[same].to_list()


def test_a_commit_gives_a_late_day_and_a_secondary_row_with_its_tiers(tables):
    tier = {"above": 200_000, "input": 2.0, "output": 6.0, "cache_read": 0.2}
    step = live.step("2026-11-10", (1, 3, 0.1), tiers=[tier])
    (row,) = proposed(live.changed("zai", "glm-5.3", step), tables).frame.to_dict("records")
    assert (row["effective_date_basis"], row["confidence"]) == ("catalogue_commit", "secondary")
    assert row["long_context_tier"] == ">200k: in 2.0 cache 0.2 out 6.0"
    assert row["note"] == "via model-prices, data of 2026-10-26"


def test_of_two_prices_on_one_day_the_later_holds(tables):
    steps = [live.step("2026-11-10", (9, 9)), live.step("2026-11-10", (0.5, 1.5))]
    rows = proposed(live.changed(*PRO, *steps), tables)
    assert rows.frame["input_usd_per_mtok"].to_list() == [0.5]


def test_a_price_that_came_back_is_a_row_and_one_that_stayed_is_none(tables):
    steps = [
        live.step("2026-11-10", (0.5, 1.5, 0.02)),
        live.step("2026-11-11", (0.5, 1.5, 0.02, 0.6)),  # only writes to the cache
        live.step("2026-11-12", (0.66, 1.98, 0.022)),
    ]
    rows = proposed(live.changed(*PRO, *steps), tables)
    days = pd.to_datetime(["2026-11-10", "2026-11-12"]).to_list()
    assert rows.frame["effective_date"].to_list() == days


@pytest.mark.parametrize(
    ("day", "prices", "words"),
    [
        ("2026-11-10", (0, 0), "of zero"),
        ("2026-11-10", (150, 600), "plausible"),
        ("2027-01-01", (1, 2), "day to come"),
    ],
)
def test_a_price_the_table_cannot_hold_is_a_note(tables, day, prices, words):
    rows = proposed(live.changed(*PRO, live.step(day, prices)), tables)
    assert rows.frame.empty
    assert any(words in note and "deepseek/deepseek-v4-pro" in note for note in rows.notes)


def test_a_price_before_the_last_row_changes_nothing(tables):
    rows = proposed(live.changed(*PRO, live.step("2026-08-01", (9, 9))), tables)
    assert rows.frame.empty


def test_models_that_are_not_followed_are_counted(tables):
    notes = proposed(live.snapshot(), tables).notes
    assert (
        "Models of followed sellers that the table does not follow: 1 (openai/gpt-7-luna)." in notes
    )
    assert any("Followed models that the snapshot lacks" in note for note in notes)


def test_a_row_that_is_applied_is_not_proposed_again(tables):
    body = live.changed(*PRO, live.step("2026-11-10", (0.5, 1.5, 0.02)))
    now = pd.concat([tables["list_prices"], proposed(body, tables).frame], ignore_index=True)
    assert proposed(body, {"list_prices": now}).frame.empty


def test_rows_fit_the_table(home, tables):
    rows = proposed(live.changed(*PRO, live.step("2026-11-10", (0.5, 1.5, 0.02))), tables)
    frame = rows.frame.assign(open_weights="true")
    text = frame.to_csv(index=False, header=False, date_format="%Y-%m-%d", lineterminator="\n")
    path = data.table_path("list_prices")
    path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")
    data.check(["list_prices"])
    assert len(data.load("list_prices")) == len(tables["list_prices"]) + 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"input": -1.0}, "input"),
        ({"input": "1.0"}, "input"),
        ({"input": 1e300}, "input"),
        ({"output": None}, "output"),
        ({"valid_from": "2026-02-30T00:00:00Z"}, "valid_from"),
        ({"valid_from": "0001-01-01T00:00:00Z"}, "valid_from"),
        ({"valid_from": "2026-02-03"}, "valid_from"),
        ({"valid_from_basis": "guessed"}, "'documented' or 'first observed', found 'guessed'"),
        ({"source": "<script>"}, "source"),
        ({"tiers": [{"above": 0, "input": 1, "output": 2}]}, "greater than or equal to 1, found 0"),
    ],
)
def test_a_step_unlike_the_documented_one_is_refused(change, words):
    with pytest.raises(ShapeError, match=words):
        SOURCE.read(live.changed(*PRO, live.step("2026-11-10", (1, 2)), _changed(change)))


def _changed(change):
    step = live.step("2026-11-11", (1, 2))
    return step | {"rates": step["rates"] | change}


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (live.snapshot(schema=2), "schema"),
        (live.snapshot(prices={}), "no standard prices"),
        (live.snapshot(updated_at="yesterday"), "updated_at"),
        (b"", "JSON"),
        (b"[" * 100_000, "JSON"),
    ],
)
def test_a_file_unlike_the_documented_one_is_refused(body, words):
    with pytest.raises(ShapeError, match=words):
        SOURCE.read(body)


@given(draw=st.data())
def test_reading_changed_bytes_raises_nothing_but_a_shape_error(draw):
    body = live.snapshot()
    start = draw.draw(st.integers(0, len(body) - 1))
    length = draw.draw(st.integers(0, 8))
    piece = draw.draw(st.one_of(st.binary(max_size=8), st.sampled_from([b"9" * 5000, b"1e999"])))
    with contextlib.suppress(ShapeError):
        SOURCE.read(body[:start] + piece + body[start + length :])
