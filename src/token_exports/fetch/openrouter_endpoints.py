"""Hosts of single models on OpenRouter, and what each of them asks for the same weights.

A list of a model is written whole, and only where it differs from the newest one in the table:
the rows of one day are all hosts of that day. A host with several endpoints has one price: that
of the endpoint without region or variant, else the cheapest. Discounts are already taken off.
"""

from collections.abc import Sequence
from typing import Any

import pandas as pd
from pydantic import Field

from token_exports.fetch.contract import Asked, Pace, Reading, Request, Rows, Source, Tables
from token_exports.fetch.shapes import Shape, framed, json_as
from token_exports.fetch.token_prices import Left, Pricing, Slug

MODELS, ENDPOINTS = "https://openrouter.ai/api/v1/models/", "/endpoints"
LISTED, CHANNEL = "endpoint_listed", "openrouter"
CHINA = "CN"
APART = "--"  # author and name in a file name
LINKS = {"yes": "operator linked to China", "contested": "link to China contested"}
MOST_USD_PER_MTOK = {
    "input_usd_per_mtok": 200.0,
    "output_usd_per_mtok": 1000.0,
    "cache_read_usd_per_mtok": 100.0,
}
"""Highest plausible prices, as ``same_weights_prices`` describes them."""
HOST_FACTS = ("provider_slug", "hq_country", "datacenter_countries", "china_linked")
PRICE_FACTS = ("host", "host_country", *MOST_USD_PER_MTOK)


class Endpoint(Shape):
    """One offer of a model: host, perhaps with a region or a variant, and price."""

    tag: str = Field(pattern=r"^[a-z0-9][a-z0-9.\-]*(/[A-Za-z0-9._\-]+)*$", max_length=120)
    quantization: str | None = Field(default=None, pattern=r"^[a-z0-9]*$", max_length=12)
    pricing: Pricing

    @property
    def host(self) -> str:
        """Slug of the host."""
        return self.tag.split("/")[0]

    @property
    def prices(self) -> dict[str, float | None]:
        """Prices by column of ``same_weights_prices``."""
        columns = self.pricing.columns()
        return {name: columns[name] for name in MOST_USD_PER_MTOK}


class Model(Shape):
    """A model and its offers."""

    id: Slug
    endpoints: list[Endpoint]


class Answer(Shape):
    """Answer of ``GET /models/{author}/{slug}/endpoints``."""

    data: Model


def plan(_asked: Asked, tables: Tables) -> list[Request]:
    """One request a model of ``model_hosts`` and ``same_weights_prices``."""
    slugs = {slug.split(":")[0] for slug in tables["model_hosts"]["model_slug"]}
    slugs |= set(_open_weights(tables))
    return [
        Request(slug.replace("/", APART), f"{MODELS}{slug}{ENDPOINTS}", optional=True)
        for slug in sorted(slugs)
    ]


def read(body: bytes) -> Model:
    """A model with its offers; one that nobody sells at present has none."""
    return json_as(Answer, body).data


def rows(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """Hosts of every model, and prices of the models whose weights are compared.

    A developer's own interface has the country of the developer, another host the headquarters
    that it declares. A list with a host that ``providers`` does not have yet waits for it.
    """
    places, prices, left = [], [], Left()
    names, hosts = _open_weights(tables), _hosts(tables)
    for reading in readings:
        slug = reading.request.name.replace(APART, "/", 1)
        model: Model = reading.content
        if model.id != slug:
            left.add("Models that were answered under another name", [slug])
            continue
        unknown = {endpoint.host for endpoint in model.endpoints} - hosts.keys()
        if unknown or not model.endpoints:
            left.add("Models without a host", [] if unknown else [slug])
            left.add("Hosts that providers lacks, so that a list of hosts waits", unknown)
            continue
        places += _new_list(_places(slug, reading, hosts), _listed(slug, tables), HOST_FACTS)
        if slug in names:
            cheapest = _cheapest(model, left)
            offers = [_offer(names[slug], e, reading, hosts) for e in cheapest]
            _mark_own(offers, slug, tables)
            prices += _new_list(offers, _offered(names[slug], tables), PRICE_FACTS)
    hosted = tables["same_weights_prices"]
    series, measures = ("open_weights_model", "host", "channel"), tuple(MOST_USD_PER_MTOK)[:2]
    return [
        Rows("model_hosts", framed(places, tables["model_hosts"]), notes=left.notes()),
        Rows("same_weights_prices", framed(prices, hosted), series, "observed_on", measures),
    ]


# ---- what tables know


def _open_weights(tables: Tables) -> dict[str, str]:
    """Models of ``same_weights_prices`` by their slug, which ``list_prices`` gives."""
    authors = tables["list_prices"].drop_duplicates("model_key").set_index("model_key")
    names = tables["same_weights_prices"]["open_weights_model"].unique()
    keys = {name: name.lower() for name in names}
    return {
        f"{authors.loc[key, 'author_slug']}/{key}": name
        for name, key in keys.items()
        if key in authors.index
    }


def _hosts(tables: Tables) -> dict[Any, dict[Any, Any]]:
    """Newest row of every host, missing values as None."""
    newest = tables["providers"].sort_values("public_since", kind="stable")
    newest = newest.drop_duplicates("provider_slug", keep="last").set_index("provider_slug")
    return newest.astype("object").where(newest.notna(), None).to_dict("index")


def _listed(slug: str, tables: Tables) -> pd.DataFrame:
    table = tables["model_hosts"]
    return table[(table["model_slug"] == slug) & (table["evidence"] == LISTED)]


def _offered(name: str, tables: Tables) -> pd.DataFrame:
    table = tables["same_weights_prices"]
    return table[(table["open_weights_model"] == name) & (table["channel"] == CHANNEL)]


def _new_list(
    found: list[dict[str, Any]], known: pd.DataFrame, facts: Sequence[str]
) -> list[dict[str, Any]]:
    """All rows of a list, if it is younger than the newest one in the table and differs."""
    if not found:
        return []
    newest = known[known["observed_on"] == known["observed_on"].max()][list(facts)]
    before = newest.astype("object").where(newest.notna(), None)
    same = set(before.itertuples(index=False, name=None)) == {
        tuple(row[fact] for fact in facts) for row in found
    }
    old = known["observed_on"].max() >= found[0]["observed_on"]
    return [] if same or old else found


# ---- rows


def _places(slug: str, reading: Reading, hosts: dict[Any, dict[Any, Any]]) -> list[dict[str, Any]]:
    found = sorted({endpoint.host for endpoint in reading.content.endpoints})
    return [
        {
            "model_slug": slug,
            "provider_slug": host,
            "evidence": LISTED,
            **{name: hosts[host][name] for name in HOST_FACTS[1:]},
            **_origin(reading),
        }
        for host in found
    ]


def _origin(reading: Reading) -> dict[str, Any]:
    return {
        "observed_on": pd.Timestamp(reading.retrieved_on),
        "source_id": reading.source_id,
        "public_since": pd.Timestamp(reading.retrieved_on),
        "confidence": "primary",
    }


def _cheapest(model: Model, left: Left) -> list[Endpoint]:
    """One offer a host: that without region or variant, else the cheapest."""
    ranked = []
    for endpoint in model.endpoints:
        if _sold(endpoint):
            prices = endpoint.prices
            rank = (endpoint.tag != endpoint.host, *(v or 0.0 for v in prices.values()))
            ranked.append((endpoint.host, rank, endpoint))
        else:
            left.add("Offers whose price varies, is zero or is not plausible", [endpoint.tag])
    best: dict[str, Endpoint] = {}
    for host, _, endpoint in sorted(ranked, key=lambda entry: entry[:2]):
        best.setdefault(host, endpoint)
    return list(best.values())


def _sold(endpoint: Endpoint) -> bool:
    """Whether an offer has a price: known, not zero, and plausible."""
    prices = endpoint.prices
    if not prices["input_usd_per_mtok"] or not prices["output_usd_per_mtok"]:
        return False
    return all(price is None or price <= MOST_USD_PER_MTOK[n] for n, price in prices.items())


def _offer(
    name: str, endpoint: Endpoint, reading: Reading, hosts: dict[Any, dict[Any, Any]]
) -> dict[str, Any]:
    host, discount = hosts[endpoint.host], endpoint.pricing.discount
    words = (
        endpoint.quantization if endpoint.quantization != "unknown" else "",
        f"discount of {discount:.0%} taken off" if discount else "",
        "other prices at some hours" if endpoint.pricing.by_hour else "",
        LINKS.get(host["china_linked"]) if host["hq_country"] != CHINA else "",
    )
    return {
        "open_weights_model": name,
        "host": endpoint.host,
        "host_country": host["hq_country"],
        "first_party": False,
        "channel": CHANNEL,
        **endpoint.prices,
        **_origin(reading),
        "source_locator": endpoint.tag,
        "note": "; ".join(word for word in words if word) or None,
    }


def _mark_own(offers: list[dict[str, Any]], slug: str, tables: Tables) -> None:
    """Say which offer is the developer's own, and give it the developer's country."""
    authors = tables["model_authors"].set_index("author_slug")
    author = slug.split("/")[0]
    if author in authors.index:
        own = authors.loc[author]
        for offer in offers:
            if offer["host"] == own["own_provider_slug"]:
                offer |= {"first_party": True, "host_country": own["hq_country"]}


SOURCE = Source(
    name="openrouter/endpoints",
    title="OpenRouter endpoints API: hosts of single models and their prices",
    publisher="OpenRouter",
    url="https://openrouter.ai/docs/api/api-reference/endpoints/list-endpoints",
    licence="not stated; single figures quoted as facts",
    pace=Pace(30, 60),
    tables=("model_hosts", "same_weights_prices"),
    plan=plan,
    read=read,
    rows=rows,
)
