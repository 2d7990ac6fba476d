"""Cambridge Bitcoin Electricity Consumption Index: consumption by day, mining by country.

    https://ccaf.io/cbeci/api/v1.4.0/download/data?price=0.05
    https://ccaf.io/cbeci/api/v1.2.0/download/mining_countries

Both are CSV without a key. A version in the path is one of the interface: whether the figures are
those of the method in the table is seen from the figures.
"""

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from typing import Annotated, Any

import pandas as pd
from pydantic import AfterValidator, Field, model_validator

from token_exports.fetch.contract import Asked, Pace, Reading, Request, Rows, Source, Tables
from token_exports.fetch.shapes import (
    Shape,
    ShapeError,
    csv_lines,
    framed,
    objects_as,
    require_some,
    require_unique,
    shown,
)

CALLED = "text/html"  # as which its files of CSV come
BASE = "https://ccaf.io/cbeci/api"
PRICE_USD_PER_KWH = "0.05"
CONSUMPTION, MAP = "bitcoin_electricity", "bitcoin_mining_map"
SERIES = {"publisher": "ccaf", "series": "revised_2023"}
SAME_SERIES_WITHIN_SHARE = 0.02
TWH_PER_GW_YEAR = 24 * 365.25 / 1000
SHARES_WITHIN = Decimal(2)  # percent; a month's shares are rounded and sum to 100

ASSUMPTION = re.compile(r"Average electricity cost assumption: ([0-9.]{1,9}) USD/kWh,*")
BEFORE_TABLE = re.compile(r"20(0[0-9]|1[0-3])-")
BOUNDS = {"lower": "MIN", "guess": "GUESS", "upper": "MAX"}
DAILY_COLUMNS = (
    "Timestamp",
    "Date and Time",
    *(f"power {bound}, GW" for bound in BOUNDS.values()),
    *(f"annualised consumption {bound}, TWh" for bound in BOUNDS.values()),
)
MAP_COLUMNS = ("date", "country", "monthly_hashrate_%", "monthly_absolute_hashrate_EH/S")
PLACES = {
    "Mainland China": ("CN", "China"),
    "Other": ("OTHER", "Other"),
    "Russian Federation": ("RU", "Russia"),
    "United States": ("US", "United States"),
    "Malaysia": ("MY", "Malaysia"),
    "Iran, Islamic Rep.": ("IR", "Iran"),
    "Kazakhstan": ("KZ", "Kazakhstan"),
    "Canada": ("CA", "Canada"),
    "Germany": ("DE", "Germany"),
    "Ireland": ("IE", "Ireland"),
}
STARRED = "the publisher stars this country; read as inflated by VPN and proxy routing"


def _known_day(text: str) -> str:
    if not dt.date(2009, 1, 1) <= dt.date.fromisoformat(text[:10]) <= dt.date(2100, 1, 1):
        raise ValueError("is outside 2009 to 2100")
    return text


def _below(most: int) -> AfterValidator:
    def check(text: str) -> str:
        if float(text) > most:
            raise ValueError(f"is more than {most}")
        return text

    return AfterValidator(check)


Number = Annotated[str, Field(pattern=r"^[0-9]{1,6}(\.[0-9]{1,30})?(e-[0-9]{1,2})?$")]
Seconds = Annotated[str, Field(pattern=r"^[0-9]{9,10}$")]
Midnight = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00$"),
    AfterValidator(_known_day),
]
FirstOfMonth = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-01$"), AfterValidator(_known_day)]


class Day(Shape):
    """Power and annualised consumption of one day: bounds and best guess."""

    seconds: Seconds = Field(alias="Timestamp")
    midnight: Midnight = Field(alias="Date and Time")
    lower_gw: Number = Field(alias="power MIN, GW")
    guess_gw: Number = Field(alias="power GUESS, GW")
    upper_gw: Number = Field(alias="power MAX, GW")
    lower_twh: Annotated[Number, _below(1000)] = Field(alias="annualised consumption MIN, TWh")
    guess_twh: Annotated[Number, _below(1000)] = Field(alias="annualised consumption GUESS, TWh")
    upper_twh: Annotated[Number, _below(1000)] = Field(alias="annualised consumption MAX, TWh")

    @model_validator(mode="after")
    def _agrees(self) -> "Day":
        moment = dt.datetime.fromisoformat(self.midnight + "+00:00")
        if moment.timestamp() != int(self.seconds):
            raise ValueError("Timestamp is not that of Date and Time")
        for bound in BOUNDS:
            year_twh = float(getattr(self, f"{bound}_gw")) * TWH_PER_GW_YEAR
            if abs(float(getattr(self, f"{bound}_twh")) - year_twh) > 0.01 * year_twh + 1e-6:
                raise ValueError(f"{BOUNDS[bound]}: power over a year is not the consumption")
        return self

    @property
    def date(self) -> dt.date:
        """Day that the figures are of."""
        return dt.date.fromisoformat(self.midnight[:10])


class Place(Shape):
    """Share and hashrate of one country in one month."""

    date: FirstOfMonth
    country: str = Field(pattern=r"^[^<>\p{C}]{1,60}$")
    share: str = Field(
        alias="monthly_hashrate_%", pattern=r"^(100(\.0{1,9})?|[0-9]{1,2}(\.[0-9]{1,9})?)%$"
    )
    hashrate: Annotated[Number, _below(5000)] = Field(alias="monthly_absolute_hashrate_EH/S")

    @property
    def percent(self) -> Decimal:
        """Share of the world's hashrate, in percent as published."""
        return Decimal(self.share.removesuffix("%"))


def plan_consumption(_asked: Asked, _tables: Tables) -> list[Request]:
    """Ask for the whole series, the only thing there is to ask for."""
    url = f"{BASE}/v1.4.0/download/data"
    return [Request("consumption.csv", url, (("price", PRICE_USD_PER_KWH),), "csv", called=CALLED)]


def plan_map(_asked: Asked, _tables: Tables) -> list[Request]:
    """Ask for the whole map."""
    url = f"{BASE}/v1.2.0/download/mining_countries"
    return [Request("mining-countries.csv", url, kind="csv", called=CALLED)]


def read_consumption(body: bytes) -> tuple[Day, ...]:
    """Days since 2014, where the table begins, under the table's assumption of a power price."""
    first = body.partition(b"\n")[0].decode("utf-8-sig", "replace").strip()
    found = ASSUMPTION.fullmatch(first)
    if found is None or found[1] != PRICE_USD_PER_KWH:
        raise ShapeError(f"line 1 should assume {PRICE_USD_PER_KWH} USD/kWh, found {shown(first)}")
    lines = csv_lines(body, DAILY_COLUMNS, skip_lines=1)
    days = objects_as(
        Day, [line for line in lines if not BEFORE_TABLE.match(line["Date and Time"])]
    )
    require_some(days, "day since 2014")
    require_unique((day.date for day in days), "day")
    return tuple(days)


def read_map(body: bytes) -> tuple[Place, ...]:
    """Countries by month; the shares of a month sum to 100%."""
    places = objects_as(Place, csv_lines(body, MAP_COLUMNS))
    require_some(places, "country")
    require_unique(((place.date, place.country.rstrip(" *")) for place in places), "country")
    totals: dict[str, Decimal] = {}
    for place in places:
        totals[place.date] = totals.get(place.date, Decimal(0)) + place.percent
    for date, total in totals.items():
        if abs(total - 100) > SHARES_WITHIN:
            raise ShapeError(f"{date}: shares sum to {total}%")
    return tuple(places)


def rows_consumption(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """Months of series revised_2023: means over the days of the annualised figures.

    The last month is left out until all of its days are there.
    """
    (reading,) = readings
    _require_past(max(day.date for day in reading.content), reading)
    table = tables[CONSUMPTION]
    series = table[(table[list(SERIES)] == pd.Series(SERIES)).all(axis="columns")]
    months: dict[str, list[Day]] = {}
    for day in sorted(reading.content, key=lambda day: day.date):
        months.setdefault(f"{day.date:%Y-%m}", []).append(day)
    found = []
    for month, days in months.items():
        row = _month(month, days)
        if row["complete_month"] or month != max(months):
            public = days[-1].date + dt.timedelta(days=1)
            known = month in set(series["month"])
            row["public_since"] = pd.Timestamp(reading.retrieved_on if known else public)
            found.append(row | {"source_id": reading.source_id})
    frame = framed(found, table)
    _require_same_series(frame, series)
    measures = tuple(f"energy_{bound}_twh_per_year" for bound in BOUNDS)
    return [Rows(CONSUMPTION, frame, tuple(SERIES), "month", measures)]


def _require_past(last: dt.date, reading: Reading) -> None:
    if last > reading.retrieved_on:
        raise ShapeError(f"holds {last}, after the day on which it was read")


def _month(month: str, days: list[Day]) -> dict[str, Any]:
    complete = len(days) == calendar.monthrange(days[0].date.year, days[0].date.month)[1]
    row: dict[str, Any] = {"month": month, **SERIES, "confidence": "primary"}
    for bound in BOUNDS:
        values = [float(getattr(day, f"{bound}_twh")) for day in days]
        row[f"energy_{bound}_twh_per_year"] = round(sum(values) / len(values), 4)
    lower, guess, upper = (row[f"energy_{bound}_twh_per_year"] for bound in BOUNDS)
    if not 0.05 <= lower <= guess <= upper <= 1000:
        found = f"{lower:g}, {guess:g} and {upper:g} TWh"
        raise ShapeError(f"{month}: lower bound, guess and upper bound are {found}")
    note = None if complete else f"mean of {len(days)} days with data"
    return row | {"days_count": len(days), "complete_month": complete, "note": note}


def _require_same_series(frame: pd.DataFrame, series: pd.DataFrame) -> None:
    """Refuse figures of another method, whatever the version in the address says."""
    both = frame.merge(series[series["complete_month"]], on="month", suffixes=("", "_known"))
    known = both["energy_guess_twh_per_year_known"]
    gap = ((both["energy_guess_twh_per_year"] - known).abs() / known).median()
    if gap > SAME_SERIES_WITHIN_SHARE:
        raise ShapeError(
            f"is not series {SERIES['series']}: the guess differs from the table's by {gap:.1%} "
            "in the median month"
        )


def rows_map(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """Countries by month; a map, or another figure of it, is public since it was read."""
    (reading,) = readings
    _require_past(dt.date.fromisoformat(max(place.date for place in reading.content)), reading)
    table = tables[MAP]
    found, unknown = [], []
    for place in reading.content:
        name = place.country.rstrip(" *")
        if name not in PLACES:
            unknown.append(name)
            continue
        code, area = PLACES[name]
        found.append(
            {
                "month": place.date[:7],
                "country": code,
                "area": area,
                "hashrate_share": float(place.percent / 100),
                "hashrate_eh_per_s": float(place.hashrate),
                "source_id": reading.source_id,
                "public_since": pd.Timestamp(reading.retrieved_on),
                "confidence": "primary",
                "note": STARRED if place.country.endswith("*") else None,
            }
        )
    frame = framed(found, table)
    names = ", ".join(sorted(set(unknown))[:10])
    notes = (f"Rows of countries that have no code here: {len(unknown)} ({names}).",)
    return [Rows(MAP, frame, ("country",), "month", notes=notes if unknown else ())]


PUBLISHER = "Cambridge Centre for Alternative Finance"
PAGE = "https://ccaf.io/cbnsi/cbeci"
LICENCE = "CC BY-NC-SA 4.0"
PACE = Pace(15, 10)
SOURCES = (
    Source(
        name="cbeci/consumption",
        title="Cambridge Bitcoin Electricity Consumption Index, daily, at 0.05 USD/kWh",
        publisher=PUBLISHER,
        url=PAGE,
        licence=LICENCE,
        pace=PACE,
        tables=(CONSUMPTION,),
        plan=plan_consumption,
        read=read_consumption,
        rows=rows_consumption,
        as_of=lambda days: max(day.date for day in days).isoformat(),
    ),
    Source(
        name="cbeci/mining-map",
        title="Cambridge Bitcoin mining map, hashrate by country and month",
        publisher=PUBLISHER,
        url=PAGE,
        licence=LICENCE,
        pace=PACE,
        tables=(MAP,),
        plan=plan_map,
        read=read_map,
        rows=rows_map,
        as_of=lambda places: max(place.date for place in places)[:7],
    ),
)
