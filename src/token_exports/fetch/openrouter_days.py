"""Rows of OpenRouter's daily lists: lists, totals by origin, whole weeks, new authors and models.

Each function takes ``daily``: ``date``, ``model_permaslug`` (or ``other``), ``tokens`` and
``source_id``, sorted by day and falling tokens.
"""

import datetime as dt
import re
from contextlib import suppress

import numpy as np
import pandas as pd

from token_exports import data
from token_exports.fetch.contract import Tables

OTHER, UNKNOWN = "other", "unknown"
PREVIEW_AUTHORS = ("openrouter", "stealth")
WEEK_DAYS, WEEK_MODELS = 7, 25
DAY = pd.Timedelta(days=1)
_SLUG_DAY = re.compile(r"-(20\d{6})(?::[a-z0-9-]+)?$")


def lists(daily: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``openrouter_tokens_daily``: every named model with its rank on the day."""
    named = daily[daily["model_permaslug"] != OTHER]
    rows = named.assign(
        author_slug=_authors(named["model_permaslug"]),
        rank=named.groupby("date").cumcount() + 1,
        public_since=named["date"] + DAY,
        confidence="primary",
    )
    return _described("openrouter_tokens_daily", rows)


def totals(daily: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Rows of ``openrouter_totals_daily``: sums of a day by origin, free or not, named or not."""
    slugs = daily["model_permaslug"]
    authors, named = _authors(slugs), slugs != OTHER
    revealed = tables["stealth_models"].set_index("model_permaslug")["true_author_slug"].dropna()
    free = slugs.str.endswith(":free") | authors.isin(PREVIEW_AUTHORS)
    rows = daily.assign(
        origin_by_slug=_origins(authors, tables),
        origin_resolved=_origins(slugs.map(revealed).fillna(authors), tables),
        free=free.astype("boolean").where(named),
        named=named,
        model_count=1,
    )
    keys = ["date", "origin_by_slug", "origin_resolved", "free", "named"]
    sums = rows.groupby(keys, dropna=False, as_index=False).agg(
        tokens=("tokens", "sum"),
        model_count=("model_count", "sum"),
        source_id=("source_id", "last"),
    )
    sums["model_count"] = sums["model_count"].astype("Int64").where(sums["named"])
    return _described(
        "openrouter_totals_daily",
        sums.assign(public_since=sums["date"] + DAY, confidence="derived"),
    )


def weeks(daily: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``openrouter_tokens_weekly``: the largest models of every whole ISO week."""
    named = daily[daily["model_permaslug"] != OTHER]
    monday = named["date"] - pd.to_timedelta(named["date"].dt.day_of_week, unit="D")
    whole = named.groupby(monday)["date"].nunique() == WEEK_DAYS
    inside = named.assign(period_start=monday)[monday.map(whole).astype(bool)]
    sums = inside.groupby(["period_start", "model_permaslug"], as_index=False).agg(
        tokens=("tokens", "sum"), source_id=("source_id", "last")
    )
    sums = sums.sort_values(
        ["period_start", "tokens", "model_permaslug"], ascending=[True, False, True]
    )
    sums["rank"] = sums.groupby("period_start").cumcount() + 1
    kept = sums[sums["rank"] <= WEEK_MODELS]
    rows = kept.assign(
        period_end=kept["period_start"] + (WEEK_DAYS - 1) * DAY,
        window_kind="iso_week",
        model_slug=kept["model_permaslug"],
        author_slug=_authors(kept["model_permaslug"]),
        tokens_precision="exact",
        source_locator=np.nan,
        public_since=kept["period_start"] + WEEK_DAYS * DAY,
        confidence="derived",
        note=np.nan,
    )
    return _described("openrouter_tokens_weekly", rows)


def new_authors(daily: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Rows of ``model_authors`` for authors not seen before; their origin is unknown."""
    first = _first_rows(daily, _authors(daily["model_permaslug"]))
    first = first[~first.index.isin(tables["model_authors"]["author_slug"])]
    rows = first.assign(
        author_slug=first.index,
        company=first.index,
        hq_city=np.nan,
        hq_country=np.nan,
        origin=UNKNOWN,
        contested=False,
        own_provider_slug=np.nan,
        source_locator=np.nan,
        public_since=first["date"] + DAY,
        confidence="primary",
        note="seen in the rankings; company and origin still to be looked up",
    )
    return _described("model_authors", rows)


def new_models(daily: pd.DataFrame, tables: Tables) -> pd.DataFrame:
    """Rows of ``openrouter_models`` for models not seen before: a dated slug, or the first row."""
    named = daily[daily["model_permaslug"] != OTHER]
    first = _first_rows(named, named["model_permaslug"])
    first = first[~first.index.isin(tables["openrouter_models"]["model_slug"])]
    slugs = pd.Series(first.index, index=first.index, dtype="object")
    dated = pd.to_datetime(slugs.map(_slug_day))
    by_slug = dated.notna() & (dated <= first["date"])
    launched = dated.where(by_slug, first["date"])
    rows = first.assign(
        model_slug=slugs,
        launched_on=launched,
        launch_basis=np.where(by_slug, "slug_date", "first_row"),
        free=slugs.str.endswith(":free") | _authors(slugs).isin(PREVIEW_AUTHORS),
        weights_origin=UNKNOWN,
        public_since=first["date"] + DAY,
        confidence="derived",
        note=by_slug.map(
            {True: None, False: "no published day found; the launch is this day or earlier"}
        ),
    )
    return _described("openrouter_models", rows)


def _first_rows(daily: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    return daily.groupby(names.rename("name")).agg(
        date=("date", "min"), source_id=("source_id", "last")
    )


def _authors(slugs: pd.Series) -> pd.Series:
    return slugs.map(lambda slug: slug.partition("/")[0]).astype("object")


def _origins(authors: pd.Series, tables: Tables) -> pd.Series:
    known = tables["model_authors"].set_index("author_slug")["origin"]
    return authors.map(known).fillna(UNKNOWN)


def _slug_day(slug: str) -> dt.date | None:
    found = _SLUG_DAY.search(slug)
    with suppress(ValueError):
        return dt.datetime.strptime(found[1], "%Y%m%d").date() if found else None
    return None


def _described(table: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the described columns in their order."""
    names = [field["name"] for field in data.fields(table)]
    return rows.reset_index(drop=True)[names]
