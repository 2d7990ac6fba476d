"""Bitcoin network by month, from the daily series of Coin Metrics' community interface.

    https://community-api.coinmetrics.io/v4/timeseries/asset-metrics, no key

Numbers arrive as strings. A metric may be null on a day, or absent where the free tier no longer
holds it; issuance and blocks can then be had from dollar issuance and price, as the table's
snapshot B has them. Only whole months are made.
"""

import calendar
import datetime as dt
import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
from pydantic import AfterValidator, Field

from token_exports.fetch.contract import Asked, Pace, Reading, Request, Rows, Source, Tables
from token_exports.fetch.shapes import (
    Shape,
    ShapeError,
    framed,
    json_as,
    require_some,
    require_unique,
)

HOST = "community-api.coinmetrics.io"
PATH = "/v4/timeseries/asset-metrics"
METRICS = "PriceUSD,HashRate,IssTotUSD,FeeTotNtv,IssTotNtv,BlkCnt"
TABLE = "bitcoin_network"
TABLE_BEGINS = dt.date(2014, 1, 1)
SETTLED_DAYS = 2  # the publisher may still correct younger days

TH_PER_EH = 1e6
HASHES_PER_DIFFICULTY = 2**32
SECONDS_PER_DAY = 86_400
SUBSIDY_BTC = 3.125
SUBSIDY_SINCE = dt.date(2024, 5, 1)  # first month after the halving of 2024-04-20
WHOLE_BLOCKS_WITHIN = 0.05
PLAUSIBLE = {
    "price_usd_per_btc": (100, 1e6),
    "hashrate_eh_per_s": (0, 5000),
    "difficulty_ratio": (1e9, 1e15),
    "mined_blocks": (3000, 6500),
    "issuance_btc": (5000, 200_000),
    "fees_btc": (10, 50_000),
    "issuance_usd": (1e7, 1e10),
    "fees_usd": (1e4, 1e9),
    "miner_revenue_usd": (1e7, 1e10),
    "hashprice_usd_per_ph_day": (10, 500_000),
}


def _midnight(time: str) -> str:
    if not dt.date(2009, 1, 3) <= dt.date.fromisoformat(time[:10]) <= dt.date(2100, 1, 1):
        raise ValueError("is outside 2009 to 2100")
    return time


Midnight = Annotated[
    str,
    Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T00:00:00(\.0{1,9})?Z$"),
    AfterValidator(_midnight),
]
Number = Annotated[str, Field(pattern=r"^[0-9]{1,15}(\.[0-9]{1,30})?$")]


class Day(Shape):
    """Metrics of one UTC day."""

    asset: Literal["btc"]
    time: Midnight
    price_usd: Number | None = Field(default=None, alias="PriceUSD")
    hashrate_th_per_s: Number | None = Field(default=None, alias="HashRate")
    issuance_usd: Number | None = Field(default=None, alias="IssTotUSD")
    fees_btc: Number | None = Field(default=None, alias="FeeTotNtv")
    issuance_btc: Number | None = Field(default=None, alias="IssTotNtv")
    blocks: Number | None = Field(default=None, alias="BlkCnt")

    @property
    def date(self) -> dt.date:
        """Day that the metrics are of."""
        return dt.date.fromisoformat(self.time[:10])


class Page(Shape):
    """One page of the series."""

    data: list[Day]
    next_page_url: Annotated[str, Field(max_length=4000)] | None = None


def plan(asked: Asked, tables: Tables) -> list[Request]:
    """Ask for whole months: from the one after the table's last, or from that of ``since``."""
    first = asked.since
    if first is None:
        last = pd.Period(tables[TABLE]["month"].max(), "M")
        first = (last + 1).start_time.date()
    first = max(first.replace(day=1), TABLE_BEGINS)
    settled = min(asked.until, asked.today - dt.timedelta(days=SETTLED_DAYS))
    end = (settled + dt.timedelta(days=1)).replace(day=1) - dt.timedelta(days=1)
    if end < first:
        return []
    params = {
        "assets": "btc",
        "metrics": METRICS,
        "frequency": "1d",
        "start_time": first.isoformat(),
        "end_time": end.isoformat(),
        "page_size": "10000",
        "paging_from": "start",
        "ignore_forbidden_errors": "true",  # a metric of the paid tier is left out, not refused
    }
    name = f"asset-metrics-{first:%Y-%m}-{end:%Y-%m}.json"
    return [Request(name, f"https://{HOST}{PATH}", tuple(params.items()))]


def read(body: bytes) -> tuple[Day, ...]:
    """Days of one page."""
    days = json_as(Page, body).data
    require_some(days, "day")
    require_unique((day.date for day in days), "day")
    return tuple(days)


def follow(request: Request, body: bytes) -> Request | None:
    """Next page, which must be of the same series and must not be the same page."""
    address = json_as(Page, body).next_page_url
    if address is None:
        return None
    try:
        parts = urlsplit(address)
        params = tuple(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=True))
    except ValueError as fault:
        raise ShapeError(f"next_page_url is no address: {fault}") from None
    if (parts.scheme, parts.netloc, parts.path, parts.fragment) != ("https", HOST, PATH, ""):
        raise ShapeError(f"next_page_url leaves https://{HOST}{PATH}")
    if params == request.params or "next_page_token" not in dict(params):
        raise ShapeError("next_page_url leads to no further page")
    stem, _, number = request.name.removesuffix(".json").partition("-page")
    return Request(f"{stem}-page{int(number or 1) + 1}.json", request.url, params)


def rows(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """Months of ``bitcoin_network``: means of price, hashrate, difficulty; sums of the rest.

        fees_usd          = sum of fees_btc x price, day by day
        difficulty        = mean of hashrate [TH/s] x 1e12 x 86,400 s / (2^32 x blocks)
        miner_revenue_usd = issuance_usd + fees_usd
        hashprice         = miner_revenue_usd / days / (hashrate [EH/s] x 1000)

    Where the publisher gives no issuance, it is the dollar issuance over the price, in whole
    blocks of 3.125 BTC.
    """
    days = [day for reading in readings for day in reading.content]
    require_unique((day.date for day in days), "day")
    if days and max(day.date for day in days) > readings[-1].retrieved_on:
        raise ShapeError("holds days after the one on which it was read")
    months: dict[str, list[dict[str, float]]] = {}
    for day in sorted(days, key=lambda day: day.date):
        months.setdefault(f"{day.date:%Y-%m}", []).append(_numbers(day))
    found, short, without = [], [], []
    for month, values in months.items():
        if len(values) < calendar.monthrange(int(month[:4]), int(month[5:]))[1]:
            short.append(month)
        elif any(math.isnan(number) for numbers in values for number in numbers.values()):
            without.append(month)
        else:
            found.append(_month(month, pd.DataFrame(values)) | _origin(month, readings, tables))
    table = tables[TABLE]
    frame = framed(found, table)
    notes = [
        *_note(short, "days are missing"),
        *_note(without, "a metric is missing on some day, or there was no block"),
    ]
    return [Rows(TABLE, frame, order="month", measures=tuple(PLAUSIBLE), notes=tuple(notes))]


def _numbers(day: Day) -> dict[str, float]:
    """Metrics as numbers; what is missing and cannot be derived is not a number."""
    given = day.model_dump(exclude={"asset", "time"})
    numbers = {name: float("nan" if text is None else text) for name, text in given.items()}
    if day.issuance_btc is None and day.blocks is None and day.date >= SUBSIDY_SINCE:
        blocks = numbers["issuance_usd"] / (numbers["price_usd"] or math.nan) / SUBSIDY_BTC
        whole = round(blocks) if math.isfinite(blocks) else 0
        if abs(blocks - whole) < WHOLE_BLOCKS_WITHIN:
            numbers |= {"blocks": whole, "issuance_btc": whole * SUBSIDY_BTC}
    numbers["blocks"] = numbers["blocks"] or math.nan  # without a block there is no difficulty
    return numbers


def _month(month: str, days: pd.DataFrame) -> dict[str, Any]:
    hashes = days["hashrate_th_per_s"] * 1e12 * SECONDS_PER_DAY
    hashrate = days["hashrate_th_per_s"].mean() / TH_PER_EH
    fees_usd = (days["fees_btc"] * days["price_usd"]).sum()
    revenue = days["issuance_usd"].sum() + fees_usd
    row = {
        "price_usd_per_btc": round(days["price_usd"].mean(), 2),
        "hashrate_eh_per_s": round(hashrate, 6),
        "difficulty_ratio": round((hashes / (HASHES_PER_DIFFICULTY * days["blocks"])).mean()),
        "mined_blocks": round(days["blocks"].sum()),
        "issuance_btc": round(days["issuance_btc"].sum(), 8),
        "fees_btc": round(days["fees_btc"].sum(), 8),
        "issuance_usd": round(days["issuance_usd"].sum()),
        "fees_usd": round(fees_usd),
        "miner_revenue_usd": round(revenue),
        "hashprice_usd_per_ph_day": round(revenue / len(days) / (hashrate * 1000 or math.nan), 4),
    }
    for name, (low, high) in PLAUSIBLE.items():
        if not low <= row[name] <= high:
            raise ShapeError(f"{month}: {name} is {row[name]:g}, expected {low:g} to {high:g}")
    return {"month": month, "days_count": len(days), "snapshot": "B"} | row


def _origin(month: str, readings: Sequence[Reading], tables: Tables) -> dict[str, Any]:
    """Public on the day after the month; another figure for a known month, since it was read."""
    last = readings[-1]
    public = (pd.Period(month, "M") + 1).start_time
    if month in set(tables[TABLE]["month"]):
        public = pd.Timestamp(last.retrieved_on)
    return {"source_id": last.source_id, "public_since": public, "confidence": "derived"}


def _note(months: list[str], fault: str) -> list[str]:
    if not months:
        return []
    return [f"Months left out because {fault}: {len(months)} ({', '.join(months)})."]


SOURCE = Source(
    name="coin-metrics/network",
    title="Coin Metrics community API, asset btc, daily network metrics",
    publisher="Coin Metrics",
    url="https://docs.coinmetrics.io/access-our-data/api",
    licence="CC BY-NC 4.0",
    pace=Pace(10, 6),
    tables=(TABLE,),
    plan=plan,
    read=read,
    rows=rows,
    follow=follow,
    as_of=lambda days: max(day.date for day in days).isoformat(),
)
