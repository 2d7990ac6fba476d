"""OpenRouter's rankings in their documented shape: known days as committed, later ones made up."""

import datetime as dt
import json
from functools import lru_cache

import pandas as pd

from token_exports import data

HOST, PATH = "openrouter.ai", "/api/v1/datasets/rankings-daily"
AUTHORS = {"cn": "deepseek", "us": "openai", "eu": "mistralai", "other": "sakana"}


@lru_cache
def _committed():
    return data.load("openrouter_tokens_daily"), data.load("openrouter_totals_daily")


def day_tokens(day):
    """Tokens by model of a day, ``other`` last; committed days add up to the committed totals."""
    daily, totals = _committed()
    day = pd.Timestamp(day)
    if (daily["date"] == day).any():
        return _known(*(frame[frame["date"] == day] for frame in (daily, totals)))
    return made_up_day(day)


def _known(daily, cube):
    """Listed models of a day, smaller ones that make up each cell of its totals, and the rest."""
    tokens = dict(zip(daily["model_permaslug"], map(int, daily["tokens"]), strict=True))
    listed = totals_of(tokens)
    for cell in cube[cube["named"]].itertuples():
        key = (cell.origin_by_slug, cell.origin_resolved, bool(cell.free))
        known = listed.get(key, {})
        count = int(cell.model_count) - len(known)
        left = int(cell.tokens) - sum(known.values())
        for place in range(count):
            part = left // (count - place)
            left -= part
            tokens[_unlisted(key, place)] = part
    return tokens | {"other": int(cube.loc[~cube["named"], "tokens"].sum())}


def totals_of(tokens):
    """Models of each cell of the totals: origin by slug, origin resolved, free."""
    authors = data.load("model_authors").set_index("author_slug")["origin"]
    revealed = data.load("stealth_models").set_index("model_permaslug")["true_author_slug"].dropna()
    cells = {}
    for model, count in tokens.items():
        author = model.split("/")[0]
        free = model.endswith(":free") or author in ("openrouter", "stealth")
        cell = (authors[author], authors[revealed.get(model, author)], free)
        cells.setdefault(cell, {})[model] = count
    return cells


def _unlisted(cell, place):
    """Slug of a model that a committed day sums up, but does not list."""
    by_slug, resolved, free = cell
    if by_slug == "unknown":
        stealth = data.load("stealth_models")
        same = stealth[stealth["origin"] == resolved]["model_permaslug"]
        return same.iloc[-1 - place] if resolved != "unknown" else f"openrouter/small-{place}-alpha"
    return f"{AUTHORS[by_slug]}/small-{place}" + (":free" if free else "")


def made_up_day(day):
    """A day that is not committed: the last list that is, each model a little moved."""
    daily, cube = _committed()
    last = daily["date"].max()
    age = (pd.Timestamp(day) - last).days
    listed = daily[daily["date"] == last]
    moved = {
        model: int(count * (1 + 0.01 * ((age * 7 + place) % 11 - 5)))
        for place, (model, count) in enumerate(
            zip(listed["model_permaslug"], listed["tokens"], strict=True)
        )
    }
    rest = cube.loc[(cube["date"] == last) & ~cube["named"], "tokens"].sum()
    return moved | {"other": int(rest)}


def rows(day, changed=None):
    """Rows of a day as the API orders them: falling tokens, ``other`` last."""
    tokens = day_tokens(day) | (changed or {})
    order = sorted(tokens, key=lambda model: (model == "other", -tokens[model], model))
    return [
        {"date": f"{day:%Y-%m-%d}", "model_permaslug": model, "total_tokens": str(tokens[model])}
        for model in order
    ]


def body(first, last, changed=None, as_of=None):
    """Answer for some days."""
    days = pd.date_range(first, last)
    moment = as_of or f"{pd.Timestamp(last) + pd.Timedelta(days=1):%Y-%m-%d}T02:00:00.000Z"
    found = [row for day in days for row in rows(day, (changed or {}).get(f"{day:%Y-%m-%d}"))]
    meta = {"as_of": moment, "version": "v1", "start_date": f"{days[0]:%Y-%m-%d}"}
    return json.dumps({"data": found, "meta": meta | {"end_date": f"{days[-1]:%Y-%m-%d}"}}).encode()


def answer(host, path, query):
    if host != HOST or path != PATH:
        return None
    return body(query["start_date"], query["end_date"])


SAMPLES = {"openrouter/rankings": [body(dt.date(2026, 10, 10), dt.date(2026, 10, 12))]}
