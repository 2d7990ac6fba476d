"""Answers of Coin Metrics and the Cambridge index: read, refused, turned into rows."""

import datetime as dt
import json
import re
from functools import partial

import live_bitcoin
import live_tools
import pandas as pd
import pytest
from hypothesis import given, settings
from live_bitcoin import MAY, PUBLISHED, consumption, days, free_tier, metrics, page
from live_tools import READ_ON, asked, assert_fits, assert_told_on_one_line, mutated, refused

from token_exports import data
from token_exports.fetch import cbeci, coin_metrics
from token_exports.fetch.contract import Reading, Request
from token_exports.fetch.shapes import ShapeError

pytestmark = pytest.mark.usefixtures("archived")

NETWORK = coin_metrics.SOURCE
CONSUMPTION, MAP = cbeci.SOURCES
ALL = {source.name: source for source in (NETWORK, CONSUMPTION, MAP)}
KNOWN_SOURCE = "coin_metrics_api"
PAGE_1 = Request("series.json", f"https://{coin_metrics.HOST}{coin_metrics.PATH}")
rows_of = partial(live_tools.rows_of, PAGE_1, KNOWN_SOURCE)


@pytest.fixture(scope="module")
def tables():
    return {name: data.load(name) for source in ALL.values() for name in source.tables}


def same_as_committed(found, table, key, columns):
    both = found.frame.merge(table, on=key, suffixes=("", "_committed"))
    assert len(both) == len(found.frame) > 0
    for column in columns:
        assert both[column].tolist() == both[f"{column}_committed"].tolist(), column


# ---- Coin Metrics: what is asked


def test_network_goes_on_after_the_last_month_of_the_table_and_asks_for_whole_months(tables):
    (request,) = NETWORK.plan(asked(None, "2026-11-28"), tables)
    params = dict(request.params)
    assert request.url == "https://community-api.coinmetrics.io/v4/timeseries/asset-metrics"
    assert (params["start_time"], params["end_time"]) == ("2026-06-01", "2026-10-31")
    assert params["paging_from"] == "start"  # the publisher's default is the end
    assert set(params["metrics"].split(",")) <= set(MAY[0])


def test_network_asks_from_the_first_of_the_month_of_since(tables):
    (request,) = NETWORK.plan(asked("2025-03-17", "2025-04-30"), tables)
    assert dict(request.params)["start_time"] == "2025-03-01"
    assert dict(request.params)["end_time"] == "2025-04-30"


def test_network_asks_for_no_month_that_is_not_over_or_not_settled(tables):
    assert NETWORK.plan(asked(None, "2026-06-29"), tables) == []
    assert NETWORK.plan(asked(None, "2026-06-30", today="2026-07-01"), tables) == []
    assert len(NETWORK.plan(asked(None, "2026-06-30", today="2026-07-02"), tables)) == 1


# ---- Coin Metrics: pages


def test_network_follows_the_next_page_until_there_is_none():
    address = "assets=btc&metrics=PriceUSD,HashRate&page_size=5"
    second = NETWORK.follow(PAGE_1, page(MAY[:5], address))
    assert second.url == PAGE_1.url
    assert dict(second.params) == {
        "assets": "btc",
        "metrics": "PriceUSD,HashRate",
        "page_size": "5",
        "next_page_token": "0.MjAyMS0wNS0x",
    }
    third = NETWORK.follow(second, page(MAY[:5], f"{address}&x=1"))
    assert [second.name, third.name] == ["series-page2.json", "series-page3.json"]
    assert NETWORK.follow(third, page(MAY[5:])) is None


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("https://elsewhere.example/v4/timeseries/asset-metrics?next_page_token=1", "leaves"),
        ("https://community-api.coinmetrics.io/v4/other?next_page_token=1", "leaves"),
        ("http://community-api.coinmetrics.io/v4/timeseries/asset-metrics?a=1", "leaves"),
        ("https://community-api.coinmetrics.io:81/v4/timeseries/asset-metrics?a=1", "leaves"),
        ("https://me@community-api.coinmetrics.io/v4/timeseries/asset-metrics?a=1", "leaves"),
        ("https://community-api.coinmetrics.io/v4/timeseries/asset-metrics?a=1", "no further"),
        ("https://[", "no address"),
        ("", "leaves"),
    ],
)
def test_network_follows_no_address_but_its_own(address, word):
    body = json.dumps({"data": MAY[:1], "next_page_url": address}).encode()
    with pytest.raises(ShapeError, match=word):
        NETWORK.follow(PAGE_1, body)


def test_network_does_not_ask_for_the_same_page_again():
    second = NETWORK.follow(PAGE_1, page(MAY[:5], "assets=btc"))
    with pytest.raises(ShapeError, match="no further page"):
        NETWORK.follow(second, page(MAY[5:10], "assets=btc"))


# ---- Coin Metrics: what is read


def test_network_reads_strings_of_digits_and_the_last_day():
    found = NETWORK.read(page(MAY))
    assert len(found) == 31
    assert found[0].price_usd == "57863.5903927528"
    assert found[-1].blocks == "141"
    assert NETWORK.as_of(found) == "2021-05-31"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"PriceUSD": 57863.59}, ["data.0.PriceUSD", "string"]),
        ({"PriceUSD": "-1"}, ["data.0.PriceUSD", "pattern"]),
        ({"HashRate": "1e8"}, ["data.0.HashRate"]),
        ({"HashRate": "NaN"}, ["data.0.HashRate"]),
        ({"BlkCnt": "9" * 400}, ["data.0.BlkCnt"]),
        ({"BlkCnt": "٣"}, ["data.0.BlkCnt"]),
        ({"asset": "eth"}, ["data.0.asset", "btc"]),
        ({"time": "2021-02-30T00:00:00.000000000Z"}, ["data.0.time"]),
        ({"time": "0001-01-01T00:00:00.000000000Z"}, ["data.0.time", "2009"]),
        ({"time": "9999-12-31T00:00:00.000000000Z"}, ["data.0.time", "2100"]),
        ({"time": "2021-05-01T12:00:00.000000000Z"}, ["data.0.time", "pattern"]),
    ],
)
def test_network_refuses_a_departure_and_says_where(change, words):
    refused(NETWORK, page([MAY[0] | change]), *words)


def test_network_refuses_an_error_an_empty_page_and_a_day_given_twice():
    error = {"error": {"type": "bad_parameter", "message": "Bad parameter 'assets'."}}
    refused(NETWORK, json.dumps(error).encode(), "data: field is missing")
    refused(NETWORK, page([]), "holds no day")
    refused(NETWORK, page([MAY[0], MAY[0]]), "2021", "twice")
    refused(NETWORK, b"<html>", "JSON")


# ---- Coin Metrics: rows


def test_network_month_by_hand(tables):
    # 30 equal days: 1e9 TH/s = 1000 EH/s; difficulty 1e21 x 86,400 / (2^32 x 150) = 1.34110e14;
    # 150 blocks x 3.125 BTC x 30 = 14,062.5 BTC; x 80,000 = 1.125e9 USD; fees 2 x 30 = 60 BTC =
    # 4.8e6 USD; hashprice (1.125e9 + 4.8e6) / 30 / 1e6 PH/s = 37.66
    price = {"PriceUSD": "80000", "IssTotUSD": "37500000", "FeeTotNtv": "2"}
    june = days(dt.date(2026, 6, 1), dt.date(2026, 6, 30))
    body = page([metrics(day, HashRate="1000000000", **price) for day in june])
    (row,) = rows_of(NETWORK, tables, body).frame.to_dict("records")
    assert (row["month"], row["days_count"], row["snapshot"]) == ("2026-06", 30, "B")
    assert row["price_usd_per_btc"] == 80_000
    assert row["hashrate_eh_per_s"] == 1000
    assert row["difficulty_ratio"] == pytest.approx(1.34110e14, rel=1e-5)
    assert (row["mined_blocks"], row["issuance_btc"], row["fees_btc"]) == (4500, 14_062.5, 60)
    assert (row["issuance_usd"], row["fees_usd"]) == (1_125_000_000, 4_800_000)
    assert row["miner_revenue_usd"] == 1_129_800_000
    assert row["hashprice_usd_per_ph_day"] == 37.66
    assert row["public_since"] == pd.Timestamp("2026-07-01")
    assert row["confidence"] == "derived"


def test_network_gives_the_committed_figures_of_a_month_again(tables):
    found = rows_of(NETWORK, tables, page(MAY[:20]), page(MAY[20:]))
    columns = [*found.measures, "days_count", "confidence"]
    same_as_committed(found, tables["bitcoin_network"], ["month"], columns)
    assert found.frame["public_since"].tolist() == [pd.Timestamp(READ_ON)]  # were it another one


def test_network_derives_issuance_and_blocks_where_the_free_tier_has_none(tables):
    june = [metrics(day) for day in days(dt.date(2026, 6, 1), dt.date(2026, 6, 30))]
    whole = rows_of(NETWORK, tables, page(june))
    derived = rows_of(NETWORK, tables, page([free_tier(row) for row in june]))
    pd.testing.assert_frame_equal(whole.frame, derived.frame)
    assert derived.notes == ()


def test_network_leaves_out_and_notes_a_month_that_it_cannot_make(tables):
    july = [metrics(day) for day in days(dt.date(2026, 7, 1), dt.date(2026, 7, 31))]
    august = [metrics(day) for day in days(dt.date(2026, 8, 1), dt.date(2026, 8, 30))]
    july[3] = july[3] | {"FeeTotNtv": None}
    old = [free_tier(row) for row in MAY]  # another subsidy: not derived
    found = rows_of(NETWORK, tables, page([*old, *july, *august]))
    assert len(found.frame) == 0
    assert list(found.frame.dtypes) == list(tables["bitcoin_network"].dtypes)
    short, without = found.notes
    assert "days are missing: 1 (2026-08)" in short
    assert "a metric is missing" in without
    assert "2 (2021-05, 2026-07)" in without


def test_network_does_not_count_half_a_block(tables):
    june = [metrics(day) for day in days(dt.date(2026, 6, 1), dt.date(2026, 6, 30))]
    june[0] = free_tier(june[0]) | {"IssTotUSD": str(78_000.5 * 3.125 * 150.5)}
    assert "2026-06" in rows_of(NETWORK, tables, page(june)).notes[0]


def test_network_refuses_another_unit_and_days_to_come(tables):
    june = days(dt.date(2026, 6, 1), dt.date(2026, 6, 30))
    body = page([metrics(day, HashRate="1000.5") for day in june])  # EH/s
    with pytest.raises(ShapeError, match=r"2026-06: difficulty_ratio is .* expected"):
        rows_of(NETWORK, tables, body)
    with pytest.raises(ShapeError, match="after"):
        rows_of(NETWORK, tables, page([metrics(dt.date(2026, 6, 1))]), on=dt.date(2026, 5, 31))
    with pytest.raises(ShapeError, match="twice"):
        rows_of(NETWORK, tables, page(MAY), page(MAY[:1]))


def test_network_rows_fit_the_table(tables, tmp_path, monkeypatch):
    dates = days(dt.date(2026, 6, 1), dt.date(2026, 10, 31))
    found = rows_of(NETWORK, tables, page([metrics(day) for day in dates]))
    assert len(found.frame) == 5
    assert_fits(tmp_path, monkeypatch, found)


def test_network_ranges_are_those_of_the_table():
    fields = data.fields("bitcoin_network")
    described = {field["name"]: field.get("constraints", {}) for field in fields}
    for name, limits in coin_metrics.PLAUSIBLE.items():
        assert limits == (described[name]["minimum"], described[name]["maximum"]), name


# ---- Cambridge: consumption


def test_consumption_is_asked_for_at_the_price_of_the_table(tables):
    (request,) = CONSUMPTION.plan(asked(None, "2026-11-28"), tables)
    assert request.url == "https://ccaf.io/cbeci/api/v1.4.0/download/data"
    assert request.params == (("price", "0.05"),)


def test_consumption_gives_the_committed_means_of_a_month_again(tables):
    found = rows_of(CONSUMPTION, tables, consumption(PUBLISHED))
    table = tables["bitcoin_electricity"]
    columns = [*found.measures, "days_count", "complete_month"]
    same_as_committed(found, table, ["month", "publisher", "series"], columns)


def test_consumption_of_a_new_month_is_public_when_it_is_over(tables):
    dates = days(dt.date(2026, 6, 1), dt.date(2026, 7, 27))
    (row,) = rows_of(CONSUMPTION, tables, consumption(dates)).frame.to_dict("records")
    assert row["month"] == "2026-06"  # July is not over
    assert row["energy_guess_twh_per_year"] == pytest.approx(15.5 * 8.766)
    assert row["public_since"] == pd.Timestamp("2026-07-01")
    assert (row["series"], row["confidence"]) == ("revised_2023", "primary")


def test_consumption_of_a_month_with_gaps_says_so(tables):
    dates = days(dt.date(2026, 5, 3), dt.date(2026, 6, 30))
    first, second = rows_of(CONSUMPTION, tables, consumption(dates)).frame.to_dict("records")
    assert (first["days_count"], first["complete_month"]) == (29, False)
    assert first["note"] == "mean of 29 days with data"
    assert second["complete_month"]
    assert pd.isna(second["note"])


def test_consumption_does_not_read_years_before_the_table():
    old = b'1279411200,2010-07-18T00:00:00,,0,x,"",,\r\n'
    body = consumption(PUBLISHED)
    lines = body.split(b"\r\n", 2)
    assert CONSUMPTION.read(b"\r\n".join([*lines[:2], old + lines[2]])) == CONSUMPTION.read(body)


def test_consumption_refuses_another_price_and_an_unknown_sentence():
    words = ["line 1", "0.05 USD/kWh"]
    refused(CONSUMPTION, consumption(PUBLISHED, price="0.06"), *words, "0.06")
    refused(CONSUMPTION, consumption(PUBLISHED).replace(b"USD/kWh", b"USD/MWh"), *words)
    refused(CONSUMPTION, consumption(PUBLISHED).split(b"\r\n", 1)[1], *words)
    refused(CONSUMPTION, b"", *words)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b"power GUESS, GW", b"power GUESS, MW", ["columns are missing", "power GUESS, GW"]),
        (b",11.70290117,", b",-11.70290117,", ["item 1", "power GUESS", "pattern"]),
        (b",11.70290117,", b",11702.90117,", ["item 1", "GUESS: power over a year"]),
        (b",11.70290117,", b",nan,", ["item 1", "power GUESS"]),
        (b"2021-05-01T", b"2021-05-02T", ["item 1", "Timestamp"]),
        (b"2021-05-01T", b"2021-05-32T", ["item 1", "Date and Time"]),
        (b"1619827200,2021-05-01T", b"1619913600,2021-05-02T", ["twice"]),
        (b",11.70290117,", b",", ["line 3", "cells"]),
    ],
)
def test_consumption_refuses_a_departure_and_says_where(old, new, words):
    body = consumption(PUBLISHED)
    assert body.count(old) == 1
    refused(CONSUMPTION, body.replace(old, new), *words)


def test_consumption_by_another_method_is_refused_whatever_its_address(tables):
    with pytest.raises(ShapeError, match=r"is not series revised_2023: .* 18\.0%"):
        rows_of(CONSUMPTION, tables, consumption(PUBLISHED, scale=1.18))
    rows_of(CONSUMPTION, tables, consumption(PUBLISHED, scale=1.01))  # a correction


def test_consumption_refuses_bounds_in_another_order_and_days_to_come(tables):
    swapped = consumption(PUBLISHED).replace(b"MAX", b"MID").replace(b"MIN", b"MAX")
    with pytest.raises(ShapeError, match="2021-05: lower bound, guess and upper bound are"):
        rows_of(CONSUMPTION, tables, swapped.replace(b"MID", b"MIN"))
    with pytest.raises(ShapeError, match="after"):
        rows_of(CONSUMPTION, tables, consumption(PUBLISHED), on=dt.date(2021, 5, 30))


def test_consumption_rows_fit_the_table(tables, tmp_path, monkeypatch):
    dates = days(dt.date(2026, 5, 3), dt.date(2026, 6, 30))
    assert_fits(tmp_path, monkeypatch, rows_of(CONSUMPTION, tables, consumption(dates)))


# ---- Cambridge: map


def test_map_gives_the_committed_shares_again(tables):
    found = rows_of(MAP, tables, live_bitcoin.MAP.encode())
    columns = ["area", "hashrate_share", "hashrate_eh_per_s", "confidence"]
    same_as_committed(found, tables["bitcoin_mining_map"], ["month", "country"], columns)
    starred = found.frame[found.frame["note"].notna()]
    assert set(starred["country"]) == {"DE", "IE"}
    assert set(starred["note"]) == set(tables["bitcoin_mining_map"]["note"].dropna())


def test_map_places_are_those_of_the_table(tables):
    table = tables["bitcoin_mining_map"]
    assert set(cbeci.PLACES.values()) == set(zip(table["country"], table["area"], strict=True))


def test_map_notes_countries_that_have_no_code_here(tables):
    body = live_bitcoin.MAP.replace("Kazakhstan", "Norway").encode()
    found = rows_of(MAP, tables, body)
    assert found.notes == ("Rows of countries that have no code here: 2 (Norway).",)
    assert len(found.frame) == 18


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("35.12%", "35.12", ["item 1", "monthly_hashrate_%", "pattern"]),
        ("35.12%", "-35.12%", ["item 1", "monthly_hashrate_%"]),
        ("35.12%", "0.3512%", ["2021-07-01", "shares sum to 65"]),
        ("35.12%", "101%", ["item 1"]),
        (",35.24", ",35240000", ["item 1", "EH/S"]),
        ("2021-07-01,United States", "2021-07-02,United States", ["item 1", "date"]),
        ("2021-07-01,United States", "2021-07-01,Kazakhstan", ["Kazakhstan", "twice"]),
        ("2021-07-01,United States", "2021-07-01,Ireland", ["Ireland", "twice"]),  # starred there
        ("2021-07-01,United States", "2021-07-01,<b>", ["item 1", "country"]),
        ("date,country", "date,nation", ["columns are missing: country"]),
    ],
)
def test_map_refuses_a_departure_and_says_where(old, new, words):
    refused(MAP, live_bitcoin.MAP.replace(old, new, 1).encode(), *words)


def test_map_rows_fit_the_table(tables, tmp_path, monkeypatch):
    body = live_bitcoin.MAP.replace("2021-07-01", "2022-02-01").replace("2022-01-01", "2022-03-01")
    found = rows_of(MAP, tables, body.encode())
    assert len(found.frame) == 20
    assert_fits(tmp_path, monkeypatch, found)


# ---- all three


@pytest.mark.parametrize("name", ALL)
def test_a_source_is_asked_where_its_answers_are_and_names_what_it_gives(name, tables):
    source = ALL[name]
    for request in source.plan(asked(None, "2026-11-28"), tables):
        host, _, path = request.url.removeprefix("https://").partition("/")
        body = live_bitcoin.answer(host, f"/{path}", dict(request.params))
        (found,) = source.rows([Reading(request, source.read(body), READ_ON, "x")], tables)
        assert (found.table,) == source.tables
        assert len(found.frame) > 0
        assert re.fullmatch(r"[a-z0-9.-]+\.(json|csv)", request.name)
    assert live_bitcoin.answer("example.org", "/", {}) is None


@given(mutated(live_bitcoin.SAMPLES, b"%", "٣".encode()))
@settings(max_examples=300)
def test_any_bytes_are_read_or_refused_on_one_line_and_nothing_else(case):
    name, body = case
    assert_told_on_one_line(ALL[name], PAGE_1, body)
