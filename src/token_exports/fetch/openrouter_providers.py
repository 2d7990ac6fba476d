"""Hosts of OpenRouter, with the countries that they declare.

Headquarters and data centres are declarations of the hosts. Whether a host is linked to China is
classified by hand: a host that is known keeps its class and its note, a new one is unknown.
"""

from collections.abc import Sequence
from typing import Annotated, Any

import pandas as pd
from pydantic import Field

from token_exports.fetch.contract import Asked, Pace, Reading, Request, Rows, Source, Tables
from token_exports.fetch.shapes import Shape, framed, json_as, require_some, require_unique
from token_exports.fetch.token_prices import Left

URL = "https://openrouter.ai/api/v1/providers"
TEST_ENTRIES = {"fake-provider"}
NOT_CLASSIFIED = "link to China not looked up yet"

Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]


class Provider(Shape):
    """One host."""

    slug: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]*$", max_length=80)
    name: str = Field(pattern=r"^[^<>\p{C}]+$", max_length=80)
    headquarters: Country | None = None
    datacenters: list[Country] | None = None


class Providers(Shape):
    """Answer of ``GET /providers``."""

    data: list[Provider]


def plan(_asked: Asked, _tables: Tables) -> list[Request]:
    """Ask for all hosts as they are now."""
    return [Request("providers", URL)]


def read(body: bytes) -> list[Provider]:
    """Hosts, without OpenRouter's test entry."""
    found = json_as(Providers, body).data
    require_unique((provider.slug for provider in found), "host")
    kept = [provider for provider in found if provider.slug not in TEST_ENTRIES]
    require_some(kept, "hosts")
    return kept


def rows(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """Every host of the answer, public since the day of retrieval."""
    table = tables["providers"]
    newest = table.sort_values("public_since", kind="stable")
    newest = newest.drop_duplicates("provider_slug", keep="last").set_index("provider_slug")
    known: dict[Any, Any] = newest.to_dict("index")
    found = {
        provider.slug: _row(provider, known.get(provider.slug), reading)
        for reading in readings
        for provider in reading.content
    }
    left = Left()
    left.add("Hosts whose link to China is not classified", found.keys() - known.keys())
    left.add("Hosts of the table that the answer does not list", known.keys() - found.keys())
    return [Rows("providers", framed(list(found.values()), table), notes=left.notes())]


def _row(provider: Provider, known: dict[Any, Any] | None, reading: Reading) -> dict[str, Any]:
    stated = "stated" if provider.datacenters else "empty_list"
    return {
        "provider_slug": provider.slug,
        "provider_name": provider.name,
        "hq_country": provider.headquarters,
        "datacenter_countries": _countries(provider.datacenters, known),
        "datacenters_state": "null_value" if provider.datacenters is None else stated,
        "china_linked": known["china_linked"] if known else "unknown",
        "source_id": reading.source_id,
        "public_since": pd.Timestamp(reading.retrieved_on),
        "confidence": "primary",
        "note": known["note"] if known else NOT_CLASSIFIED,
    }


def _countries(found: list[str] | None, known: dict[Any, Any] | None) -> str | None:
    """Countries joined by |; in the order of the known row where they are the same ones."""
    before = known["datacenter_countries"] if known else None
    if isinstance(before, str) and set(before.split("|")) == set(found or []):
        return before
    return "|".join(dict.fromkeys(found or [])) or None


SOURCE = Source(
    name="openrouter/providers",
    title="OpenRouter providers API: hosts and the countries they declare",
    publisher="OpenRouter",
    url="https://openrouter.ai/docs/api/api-reference/providers/list-providers",
    licence="not stated; single figures quoted as facts",
    pace=Pace(30, 60),
    tables=("providers",),
    plan=plan,
    read=read,
    rows=rows,
)
