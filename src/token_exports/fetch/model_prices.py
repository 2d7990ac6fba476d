"""First-party list prices with their dates, from the snapshot inside the package model-prices.

The snapshot has a course of prices per seller and model. What it lists is followed where
``list_prices`` has that model of that seller, from the day after its last row on: a price that
has not changed is no row (input, cache reads and output count), of several on one day the last
holds, and zeros are placeholders. A date that rests on a commit of models.dev can lag by days.
DeepSeek's prices are those of off-peak hours.
"""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import BeforeValidator, Field

from token_exports.fetch.contract import Asked, Pace, Reading, Request, Rows, Source, Tables
from token_exports.fetch.shapes import Shape, framed, json_as, require_some
from token_exports.fetch.token_prices import SERIES, Left, differ, unfit

SNAPSHOT = "package://model_prices/snapshot.json"
FACTS = ("model_key", "author_slug", "origin", "open_weights")
BASES = {
    "models.dev commit": "catalogue_commit",
    "documented": "documented",
    "first observed": "first_observed",
}
PRIMARY = "documented"
_MOMENT = re.compile(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def _day(text: Any) -> dt.date:
    """UTC day of a moment."""
    if not isinstance(text, str) or not _MOMENT.fullmatch(text):
        raise ValueError("must be a moment such as 2026-10-26T18:46:35Z")
    return dt.date.fromisoformat(text[:10])


Day = Annotated[dt.date, BeforeValidator(_day)]
UsdPerMtok = Annotated[float, Field(ge=0, le=10_000)]


class Tier(Shape):
    """Prices of prompts above a length."""

    above: int = Field(ge=1, le=10**9)
    input: UsdPerMtok
    output: UsdPerMtok
    cache_read: UsdPerMtok | None = None


class Rates(Shape):
    """Prices of a model from one moment on, USD per million tokens."""

    input: UsdPerMtok
    output: UsdPerMtok
    cache_read: UsdPerMtok | None = None
    cache_write: UsdPerMtok | None = None
    tiers: list[Tier] = []
    source: str = Field(pattern=r"^https?://[^\s<>]+$", max_length=400)
    valid_from: Day
    valid_from_basis: Literal["models.dev commit", "documented", "first observed"]

    def columns(self) -> dict[str, float | None]:
        """Prices by column of ``list_prices``, to six decimals."""
        prices = {
            "input_usd_per_mtok": self.input,
            "cache_read_usd_per_mtok": self.cache_read,
            "cache_write_usd_per_mtok": self.cache_write,
            "output_usd_per_mtok": self.output,
        }
        return {name: None if price is None else round(price, 6) for name, price in prices.items()}

    def long_context_tier(self) -> str | None:
        """Surcharges for long prompts, written as in ``list_prices``."""
        words = []
        for tier in self.tiers:
            cache = "" if tier.cache_read is None else f" cache {tier.cache_read}"
            words.append(f">{tier.above / 1000:g}k: in {tier.input}{cache} out {tier.output}")
        return ";".join(words) or None


class Entry(Shape):
    """One step of a course; a mode that ended has no prices."""

    rates: Rates | None


class Schedule(Shape):
    """Hours with other prices."""

    provider: str
    valid_from: Day
    valid_until: Day | None = None
    peak_multiplier: float | None = Field(default=None, gt=0, le=100)

    def holds(self, day: dt.date) -> bool:
        """Whether it is in force on a day."""
        return self.valid_from <= day and (self.valid_until is None or day < self.valid_until)


class Schedules(Shape):
    """All hours with other prices."""

    schedule: list[Schedule] = []


class Snapshot(Shape):
    """The file: course of prices by seller, model and mode."""

    version: Literal[1] = Field(alias="schema")
    updated_at: str = Field(pattern=f"^{_MOMENT.pattern}$")
    prices: dict[str, dict[str, dict[str, list[Entry]]]]
    schedules: Schedules = Schedules()

    def course(self, provider: str, model: str) -> list[Rates]:
        """Standard prices of a model, the last of every day, in order."""
        steps = self.prices.get(provider, {}).get(model, {}).get("standard", [])
        by_day = {step.rates.valid_from: step.rates for step in steps if step.rates}
        return [by_day[day] for day in sorted(by_day)]

    def hours(self, provider: str, day: dt.date) -> str:
        """What a note says of hours with other prices."""
        for schedule in self.schedules.schedule:
            if schedule.provider == provider and schedule.peak_multiplier and schedule.holds(day):
                factor = schedule.peak_multiplier
                times = "twice" if factor == 2 else f"{factor:g} times"
                return f"off-peak price; peak hours cost {times} as much; "
        return ""


def plan(_asked: Asked, _tables: Tables) -> list[Request]:
    """Read the file inside the installed package."""
    return [Request("snapshot", SNAPSHOT)]


def read(body: bytes) -> Snapshot:
    """Snapshot of all prices."""
    snapshot = json_as(Snapshot, body)
    models = [m for models in snapshot.prices.values() for m in models.values()]
    require_some([m for m in models if m.get("standard")], "standard prices")
    return snapshot


def rows(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """Changes of price since the last row of every model that ``list_prices`` follows."""
    table = tables["list_prices"]
    own = table[(table["channel"] == "first_party_api") & (table["price_tier"] == "standard")]
    own = own.sort_values("effective_date", kind="stable")
    last = own.drop_duplicates(["provider", "model"], keep="last")
    known: dict[Any, Any] = last.set_index(["provider", "model"]).to_dict("index")
    found, left = [], Left()
    for reading in readings:
        snapshot: Snapshot = reading.content
        listed = {(p, m) for p, models in snapshot.prices.items() for m in models}
        sellers = {provider for provider, _ in known}
        left.add("Followed models that the snapshot lacks", _names(known.keys() - listed))
        new = {key for key in listed - known.keys() if key[0] in sellers}
        left.add("Models of followed sellers that the table does not follow", _names(new))
        for key, before in known.items():
            found += list(_changes(reading, key, before, left))
    measures = ("input_usd_per_mtok", "output_usd_per_mtok")
    frame = framed(found, table)
    return [Rows("list_prices", frame, SERIES, "effective_date", measures, left.notes())]


def _names(keys: set[tuple[Any, Any]]) -> set[str]:
    return {f"{provider}/{model}" for provider, model in keys}


def _changes(
    reading: Reading, key: tuple[Any, Any], before: Mapping[Any, Any], left: Left
) -> Iterator[dict[str, Any]]:
    """Rows of one model, each unlike the one before."""
    facts, in_force = {name: before[name] for name in FACTS}, before
    for rates in reading.content.course(*key):
        prices = rates.columns()
        if rates.valid_from <= before["effective_date"].date() or not differ(prices, in_force):
            continue
        if reason := unfit(prices, free=False):
            left.add(reason, _names({key}))
            continue
        if rates.valid_from > reading.retrieved_on:
            left.add("Prices that hold from a day to come", _names({key}))
            break
        in_force = prices
        yield facts | prices | _listing(reading, key, rates)


def _listing(reading: Reading, key: tuple[Any, Any], rates: Rates) -> dict[str, Any]:
    snapshot: Snapshot = reading.content
    day = pd.Timestamp(rates.valid_from)
    hours = snapshot.hours(key[0], rates.valid_from)
    return {
        "provider": key[0],
        "model": key[1],
        "channel": "first_party_api",
        "price_tier": "standard",
        "effective_date": day,
        "effective_date_basis": BASES[rates.valid_from_basis],
        "long_context_tier": rates.long_context_tier(),
        "source_id": reading.source_id,
        "source_locator": rates.source,
        "public_since": day,
        "confidence": "primary" if rates.valid_from_basis == PRIMARY else "secondary",
        "note": f"{hours}via model-prices, data of {snapshot.updated_at[:10]}",
    }


SOURCE = Source(
    name="model-prices/list-prices",
    title="model-prices: first-party list prices with their dates",
    publisher="model-prices contributors",
    url="https://github.com/wakamex/model-prices",
    licence="MIT, as models.dev, which it is derived from",
    pace=Pace(1, 1),
    tables=("list_prices",),
    plan=plan,
    read=read,
    rows=rows,
    as_of=lambda snapshot: str(snapshot.updated_at),
    package="model-prices",
)
