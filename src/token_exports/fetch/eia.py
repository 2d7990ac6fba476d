"""Prices of electricity by state, sector and year, from the interface of the US EIA.

    https://api.eia.gov/v2/electricity/retail-sales/data/, key in EIA_API_KEY

Numbers arrive as strings or null, the unit in two spellings. A warning of an incomplete return
also comes with whole answers, so ``total`` says whether there is a further page.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import AfterValidator, Field

from token_exports.fetch.contract import Asked, Key, Pace, Reading, Request, Rows, Source, Tables
from token_exports.fetch.shapes import (
    Shape,
    ShapeError,
    framed,
    json_as,
    require_some,
    require_unique,
)

URL = "https://api.eia.gov/v2/electricity/retail-sales/data/"
MOST_ROWS = 5000
TABLE = "electricity_prices"
CENTS_PER_USD = 100
EQUAL_WITHIN_USD = 1e-9
PUBLISHED = (2, 25)  # of the next year, as for the table's other annual rows
CLASSES = {"IND": "industrial", "COM": "commercial"}
REGIONS = {
    "US": "national",
    "AZ": "Arizona",
    "CA": "California",
    "GA": "Georgia",
    "IA": "Iowa",
    "IL": "Illinois",
    "ND": "North Dakota",
    "NE": "Nebraska",
    "NV": "Nevada",
    "OH": "Ohio",
    "OR": "Oregon",
    "TX": "Texas",
    "VA": "Virginia",
    "WA": "Washington",
}


def _plausible(text: str) -> str:
    if not Decimal("0.5") <= Decimal(text) <= 60:
        raise ValueError("is not between 0.5 and 60 cents")
    return text


class Price(Shape):
    """Average price of one state, sector and year."""

    period: Annotated[str, Field(pattern=r"^(19|20)[0-9]{2}$")]
    state: Annotated[str, Field(alias="stateid", pattern=r"^[A-Z]{2,4}$")]
    sector: Annotated[str, Field(alias="sectorid", pattern=r"^[A-Z]{3}$")]
    cents: (
        Annotated[str, Field(pattern=r"^[0-9]{1,3}(\.[0-9]{1,6})?$"), AfterValidator(_plausible)]
        | None
    ) = Field(alias="price")
    unit: Literal["cents per kilowatthour", "cents per kilowatt-hour"] = Field(alias="price-units")

    @property
    def key(self) -> tuple[str, str, str]:
        """What identifies the price."""
        return self.state, self.sector, self.period


class Response(Shape):
    """Rows of one page and the number of rows of all pages."""

    total: Annotated[str, Field(pattern=r"^[0-9]{1,9}$")] | Annotated[int, Field(ge=0, lt=10**9)]
    frequency: Literal["annual"]
    data: list[Price]


class Answer(Shape):
    """One page."""

    response: Response


def plan(asked: Asked, tables: Tables) -> list[Request]:
    """Ask for years that are over: from the first one that a series of the table lacks."""
    annual = _annual(tables[TABLE])
    ends = annual.groupby(["region", "customer_class"])["year"].max()
    first = asked.since.year if asked.since else int(ends.min()) + 1
    last = min(asked.until.year, asked.today.year) - 1
    if last < first:
        return []
    known = set(tables[TABLE].loc[tables[TABLE]["country"] == "US", "region"])
    params = [
        ("frequency", "annual"),
        ("data[0]", "price"),
        *(("facets[sectorid][]", sector) for sector in CLASSES),
        *(("facets[stateid][]", code) for code, region in REGIONS.items() if region in known),
        ("start", str(first)),
        ("end", str(last)),
        ("sort[0][column]", "period"),
        ("sort[0][direction]", "asc"),
        ("sort[1][column]", "stateid"),
        ("sort[1][direction]", "asc"),
        ("sort[2][column]", "sectorid"),
        ("sort[2][direction]", "asc"),
        ("offset", "0"),
        ("length", str(MOST_ROWS)),
    ]
    return [Request(f"retail-sales-{first}-{last}.json", URL, tuple(params))]


def read(body: bytes) -> Response:
    """Prices of one page."""
    response = json_as(Answer, body).response
    require_some(response.data, "price")
    require_unique((price.key for price in response.data), "price")
    return response


def follow(request: Request, body: bytes) -> Request | None:
    """Next page, as long as there are further rows."""
    response = read(body)
    offset = int(dict(request.params)["offset"]) + len(response.data)
    if offset >= int(response.total):
        return None
    params = [(name, str(offset) if name == "offset" else to) for name, to in request.params]
    stem = request.name.removesuffix(".json").partition("-from")[0]
    return Request(f"{stem}-from{offset}.json", URL, tuple(params))


def rows(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """Annual rows of ``electricity_prices``: cents over 100, to the publisher's last digit.

    The id is ``EIA-state-sector-year``; another price under a known id gets the day on which it
    was read behind it. What the table holds from another source at the same price is left out.
    """
    prices = [price for reading in readings for price in reading.content.data]
    require_unique((price.key for price in prices), "price")
    total = int(readings[-1].content.total)
    if prices and int(max(price.period for price in prices)) >= readings[-1].retrieved_on.year:
        raise ShapeError("holds years that were not over when it was read")
    if len(prices) != total:
        raise ShapeError(f"holds {len(prices)} of {total} prices")
    wanted = [price for price in prices if price.state in REGIONS and price.sector in CLASSES]
    table, annual = tables[TABLE], _annual(tables[TABLE])
    made = [_row(price, readings[-1], annual) for price in wanted if price.cents is not None]
    found = [row for row in made if row["price_id"] is not None]
    frame = framed(found, table)
    counts = {
        "of places or sectors that the table does not hold": len(prices) - len(wanted),
        "that were not published": sum(price.cents is None for price in wanted),
        "that the table has already, from another source": len(made) - len(found),
    }
    notes = tuple(f"Prices {what}: {count}." for what, count in counts.items() if count)
    series = ("country", "region", "customer_class")
    return [Rows(TABLE, frame, series, "period_start", ("price_usd_per_kwh",), notes)]


def _annual(table: pd.DataFrame) -> pd.DataFrame:
    """Rows of the table of the kind made here, with their ``year``."""
    year = table["period_start"].dt.year
    kept: pd.DataFrame = table[
        (table["country"] == "US")
        & (table["period_start"] == pd.to_datetime(year.astype(str) + "-01-01"))
        & (table["period_end"] == pd.to_datetime(year.astype(str) + "-12-31"))
        & table["region"].isin(REGIONS.values())
        & table["customer_class"].isin(CLASSES.values())
        & (table["price_basis"] == "average_delivered")
    ]
    return kept.assign(year=year)


def _row(price: Price, reading: Reading, annual: pd.DataFrame) -> dict[str, Any]:
    year, region, sector = int(price.period), REGIONS[price.state], CLASSES[price.sector]
    usd = float(Decimal(price.cents or "0") / CENTS_PER_USD)
    own = annual["region"].eq(region) & annual["customer_class"].eq(sector)
    known = annual[own & annual["year"].eq(year)].set_index("price_id")["price_usd_per_kwh"]
    base = "-".join(("EIA", *price.key))
    identity = _identity(base, usd, dict(known), f"{base}-{reading.retrieved_on:%Y%m%d}")
    public = min(dt.date(year + 1, *PUBLISHED), reading.retrieved_on)
    return {
        "price_id": identity,
        "country": "US",
        "region": region,
        "customer_class": sector,
        "period_start": pd.Timestamp(year, 1, 1),
        "period_end": pd.Timestamp(year, 12, 31),
        "price_local_per_kwh": usd,
        "currency": "USD",
        "price_usd_per_kwh": usd,
        "price_basis": "average_delivered",
        "publisher": "EIA",
        "source_id": reading.source_id,
        "public_since": pd.Timestamp(public if identity == base else reading.retrieved_on),
        "confidence": "primary",
    }


def _identity(base: str, usd: float, known: Mapping[str, float], revised: str) -> str | None:
    """Key of the row; None if the table has the same price from another source."""
    own = [name for name in known if name.startswith(base)]
    equal = [name for name, value in known.items() if abs(value - usd) < EQUAL_WITHIN_USD]
    if equal:
        return next((name for name in equal if name in own), None)
    return revised if own else base


SOURCE = Source(
    name="eia/retail-sales",
    title="EIA API v2, electricity retail sales: average price by state and sector, annual",
    publisher="U.S. Energy Information Administration",
    url="https://www.eia.gov/opendata/browser/electricity/retail-sales",
    licence="public domain; name the EIA as the source",
    pace=Pace(2, 1),
    tables=(TABLE,),
    plan=plan,
    read=read,
    rows=rows,
    follow=follow,
    as_of=lambda response: max(price.period for price in response.data),
    key=Key("EIA_API_KEY", "api_key", "https://www.eia.gov/opendata/register.php"),
)
