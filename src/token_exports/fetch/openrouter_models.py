"""Catalogue of OpenRouter: list prices of the models that are followed, and when models came.

The price of a model is that of its default route, which moves between hosts; a discount is
already taken off it. A price that has not changed is no row: input, cache reads and output count,
as in the rows that are there. `-1` is a price that varies and no row, nor is zero under a name
without ``:free``.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pandas as pd
from pydantic import Field

from token_exports.fetch.contract import Asked, Pace, Reading, Request, Rows, Source, Tables
from token_exports.fetch.shapes import (
    Shape,
    ShapeError,
    framed,
    json_as,
    require_some,
    require_unique,
)
from token_exports.fetch.token_prices import SERIES, Left, Pricing, Slug, differ, unfit

HOST, PATH = "openrouter.ai", "/api/v1/models"
URL = f"https://{HOST}{PATH}"
EVERYTHING = (("output_modalities", "all"),)
MOST_PAGES = 20
PREVIEWS = {"openrouter", "stealth"}
RANKED = {
    "openrouter_tokens_daily": "model_permaslug",
    "openrouter_tokens_weekly": "model_slug",
    "openrouter_token_mix": "model_slug",
}
"""Tables whose models have a row in ``openrouter_models``, with their column."""
FACTS = ("model_key", "author_slug", "origin", "open_weights")
FIRST, LAST = 1_577_836_800, 4_102_444_799  # 2020-01-01 to 2099-12-31
LONGEST_LEAD_DAYS, LONGEST_LAG_DAYS = 90, 7  # of a date in a slug before or after the listing

_DATE = re.compile(r"-(?:(20[0-9]{2})-?)?(0[1-9]|1[0-2])-?(0[1-9]|[12][0-9]|3[01])$")
_RANKED_SLUG = re.compile(r"[a-z0-9][a-z0-9.\-]*/[A-Za-z0-9][A-Za-z0-9.\-]*(:[a-z]+)?")
_HUGGING_FACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._\-]*/[A-Za-z0-9][A-Za-z0-9._\-]*")


class Model(Shape):
    """One entry of the catalogue."""

    id: Slug
    canonical_slug: Slug
    created: int = Field(ge=FIRST, le=LAST)
    hugging_face_id: str | None = Field(default=None, pattern=r"^[^<>\p{C}]*$", max_length=200)
    alias_target: Any = None
    pricing: Pricing

    @property
    def listed_on(self) -> dt.date:
        """Day on which OpenRouter listed the model."""
        return dt.datetime.fromtimestamp(self.created, dt.UTC).date()


class Links(Shape):
    """Where the next page is, if there is one."""

    next: str | None = Field(default=None, max_length=500)


class Catalogue(Shape):
    """Answer of ``GET /models``."""

    data: list[Model]
    links: Links | None = None


Entry = tuple[Model, Reading]


def plan(_asked: Asked, _tables: Tables) -> list[Request]:
    """Ask for the whole catalogue as it is now."""
    return [Request("models", URL, EVERYTHING)]


def read(body: bytes) -> Catalogue:
    """Catalogue, or one page of it."""
    catalogue = json_as(Catalogue, body)
    require_some(catalogue.data, "models")
    require_unique((model.id for model in catalogue.data), "model")
    return catalogue


def follow(request: Request, body: bytes) -> Request | None:
    """Next page, asked of the same address whatever the link says."""
    links = json_as(Catalogue, body).links
    if links is None or not links.next:
        return None
    try:
        parts = urlsplit(links.next)
        params = tuple(parse_qsl(parts.query, max_num_fields=20))
    except ValueError:
        raise ShapeError("links.next is no address") from None
    number = int(request.name.removeprefix("models").removeprefix("-") or 1) + 1
    if parts.path != PATH or parts.netloc not in ("", HOST):
        raise ShapeError("links.next leads away from the catalogue")
    if number > MOST_PAGES or params == request.params:
        raise ShapeError("links.next does not come to an end")
    return Request(f"models-{number}", URL, params)


def rows(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """Prices that differ from those in force, and ranked models that have no row yet.

    Prices: of models that ``list_prices`` follows on OpenRouter, and of those that stand in
    ``openrouter_models``, without their variants. Models: of all slugs in the rankings. The day
    of the launch is the date in the slug where it lies near the day of listing, else that day.
    The origin of weights is never guessed: that they are on Hugging Face is a hint in the note.
    """
    entries = [
        (model, reading)
        for reading in readings
        for model in reading.content.data
        if not model.alias_target
    ]
    return [_price_rows(entries, tables), _model_rows(entries, tables)]


# ---- list prices


def _price_rows(entries: Sequence[Entry], tables: Tables) -> Rows:
    table, authors = tables["list_prices"], tables["model_authors"].set_index("author_slug")
    known = table[table["channel"] == "openrouter"].sort_values("effective_date", kind="stable")
    newest = known.drop_duplicates("model", keep="last").set_index("model")
    last: dict[Any, Any] = newest.to_dict("index")
    bases = {slug.split(":")[0] for slug in tables["openrouter_models"]["model_slug"]}
    found, left = {}, Left()
    for model, reading in entries:
        before = last.get(model.id)
        if before is None and (":" in model.id or not bases & {model.id, model.canonical_slug}):
            continue
        facts = before or _facts(model, authors)
        prices = model.pricing.columns()
        reason = unfit(prices, free=model.id.endswith(":free"))
        if facts is None:
            left.add("Prices of authors that model_authors lacks", [model.id])
        elif reason:
            left.add(reason, [model.id])
        elif before is None or _moved(prices, before, reading):
            kept = {name: facts[name] for name in FACTS}
            found[model.id] = kept | prices | _listing(model, reading)
    left.add(
        "Followed models that the catalogue does not list",
        set(last) - {model.id for model, _ in entries},
    )
    measures = ("input_usd_per_mtok", "output_usd_per_mtok")
    frame = framed(list(found.values()), table)
    return Rows("list_prices", frame, SERIES, "effective_date", measures, left.notes())


def _moved(prices: dict[str, float | None], before: dict[Any, Any], reading: Reading) -> bool:
    """Whether an answer that is younger than the price in force has another one."""
    return before["effective_date"].date() < reading.retrieved_on and differ(prices, before)


def _facts(model: Model, authors: pd.DataFrame) -> dict[Any, Any] | None:
    """What a first row says of a model; None where its author is not known."""
    author, _, name = model.id.partition("/")
    if author not in authors.index:
        return None
    weights, origin = bool(model.hugging_face_id), authors.loc[author, "origin"]
    return dict(zip(FACTS, (name, author, origin, weights), strict=True))


def _listing(model: Model, reading: Reading) -> dict[str, Any]:
    hours = "; other prices at some hours" if model.pricing.by_hour else ""
    return {
        "model": model.id,
        "provider": "openrouter",
        "channel": "openrouter",
        "price_tier": "free" if model.id.endswith(":free") else "default_route",
        "effective_date": pd.Timestamp(reading.retrieved_on),
        "effective_date_basis": "first_observed",
        "long_context_tier": model.pricing.long_context_tier(),
        "source_id": reading.source_id,
        "public_since": pd.Timestamp(reading.retrieved_on),
        "confidence": "primary",
        "note": f"default route, can be a third-party host{hours}",
    }


# ---- models of the rankings


def _model_rows(entries: Sequence[Entry], tables: Tables) -> Rows:
    table = tables["openrouter_models"]
    ranked = {slug for name, column in RANKED.items() for slug in tables[name][column].dropna()}
    listed: dict[str, Entry] = {}
    for entry in sorted(entries, key=lambda e: e[0].created, reverse=True):
        for slug in (entry[0].id, entry[0].canonical_slug):
            listed[slug.split(":")[0]] = entry  # the first listing of a slug stays
    found, left = [], Left()
    for slug in sorted(ranked - set(table["model_slug"])):
        base = slug.split(":")[0]
        if base not in listed or not _RANKED_SLUG.fullmatch(slug):
            left.add("Ranked models without a row that the catalogue does not list", [slug])
            continue
        model, reading = listed[base]
        if model.listed_on > reading.retrieved_on + dt.timedelta(days=1):
            left.add("Ranked models without a row that are listed for a day to come", [slug])
        else:
            found.append(_model_row(slug, model, reading))
    return Rows("openrouter_models", framed(found, table), notes=left.notes())


def _model_row(slug: str, model: Model, reading: Reading) -> dict[str, Any]:
    base, _, variant = slug.partition(":")
    dated = _slug_date(base, model.listed_on)
    day = pd.Timestamp(dated or model.listed_on)
    hint = model.hugging_face_id or ""
    weights = f"; on Hugging Face as {hint}" if _HUGGING_FACE.fullmatch(hint) else ""
    return {
        "model_slug": slug,
        "launched_on": day,
        "launch_basis": "slug_date" if dated else "published",
        "free": variant == "free" or base.split("/")[0] in PREVIEWS,
        "weights_origin": "unknown",
        "source_id": reading.source_id,
        "public_since": day,
        "confidence": "derived" if dated else "primary",
        "note": f"origin of the weights not looked up yet{weights}",
    }


def _slug_date(base: str, listed: dt.date) -> dt.date | None:
    """Date in a slug that lies near the listing; a missing year is the listing's or the last."""
    match = _DATE.search(base)
    if match is None:
        return None
    for year in [int(match[1])] if match[1] else [listed.year, listed.year - 1]:
        try:
            day = dt.date(year, int(match[2]), int(match[3]))
        except ValueError:
            continue
        if -LONGEST_LAG_DAYS <= (listed - day).days <= LONGEST_LEAD_DAYS:
            return day
    return None


SOURCE = Source(
    name="openrouter/models",
    title="OpenRouter models API: catalogue and list prices",
    publisher="OpenRouter",
    url="https://openrouter.ai/docs/api/api-reference/models/get-models",
    licence="not stated; single figures quoted as facts",
    pace=Pace(30, 60),
    tables=("list_prices", "openrouter_models"),
    plan=plan,
    read=read,
    rows=rows,
    follow=follow,
)
