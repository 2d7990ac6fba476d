"""OpenRouter: tokens of the fifty largest models of every day, and of all others together.

Documented at openrouter.ai/docs/api/api-reference/datasets/get-rankings-daily: days are UTC; a row
is a model, or ``other`` for all outside the fifty; tokens are prompt plus completion tokens as
decimal text; at most 366 days a request, from 2025-01-01 on. Figures can be restated.

    tokens of an origin = sum over the models whose author has that origin
    week                = Monday to Sunday; tokens = sum over its seven days

A model outside the fifty on a day counts as zero that day, so a weekly sum is a lower bound.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import pandas as pd
from pydantic import AwareDatetime, Field, StringConstraints

from token_exports.fetch import openrouter_days as days
from token_exports.fetch.contract import Asked, Key, Pace, Reading, Request, Rows, Source, Tables
from token_exports.fetch.shapes import (
    Shape,
    ShapeError,
    json_as,
    require_some,
    require_unique,
    shown,
)

URL = "https://openrouter.ai/api/v1/datasets/rankings-daily"
FIRST_DAY, MOST_DAYS = dt.date(2025, 1, 1), 366
OTHER = "other"
MOST_NAMED = 50
SLUG = r"[a-z0-9][a-z0-9._\-]*/[A-Za-z0-9][A-Za-z0-9._\-]*(:[a-z0-9\-]+)?"
_SLUG = re.compile(SLUG)


class Row(Shape):
    """Tokens of one model on one day."""

    date: dt.date
    model_permaslug: Annotated[str, StringConstraints(max_length=120)]
    total_tokens: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,15}$", strict=True)]


class Meta(Shape):
    """What the answer says of itself."""

    as_of: AwareDatetime
    version: Literal["v1"]
    start_date: dt.date
    end_date: dt.date


class Answer(Shape):
    """Whole answer."""

    data: list[Row] = Field(max_length=200_000)
    meta: Meta


def read(body: bytes) -> Answer:
    """Rows of an answer.

    Raises
    ------
    ShapeError
        A field is missing or of another type, a day or a model is there twice, lies outside the
        answer's range or in the future of the answer, or a slug is none.
    """
    answer = json_as(Answer, body)
    require_some(answer.data, "row")
    last = min(answer.meta.end_date, answer.meta.as_of.date())
    for row in answer.data:
        if row.model_permaslug != OTHER and not _SLUG.fullmatch(row.model_permaslug):
            raise ShapeError(f"model_permaslug: no slug, found {shown(row.model_permaslug)}")
        if not FIRST_DAY <= row.date <= last:
            raise ShapeError(f"date: {row.date} is outside {FIRST_DAY} to {last}")
    require_unique(((str(r.date), r.model_permaslug) for r in answer.data), "day and model")
    named = pd.Series([r.date for r in answer.data if r.model_permaslug != OTHER])
    if not named.empty and (most := int(named.value_counts().max())) > MOST_NAMED:
        raise ShapeError(f"data: {most} models on one day, documented are {MOST_NAMED}")
    return answer


def plan(asked: Asked, tables: Tables) -> list[Request]:
    """One request for every 366 days: from the day asked for, or from the first unknown one.

    The first day is moved to a Monday, so that every week is whole and a restated day is seen.
    """
    known = tables["openrouter_tokens_daily"]["date"]
    first = asked.since or (known.max().date() + dt.timedelta(days=1) if len(known) else FIRST_DAY)
    first = max(first - dt.timedelta(days=first.weekday()), FIRST_DAY)
    requests = []
    while first <= asked.until:
        last = min(first + dt.timedelta(days=MOST_DAYS - 1), asked.until)
        params = (("start_date", first.isoformat()), ("end_date", last.isoformat()))
        requests.append(Request(f"rankings-daily_{first}_{last}.json", URL, params))
        first = last + dt.timedelta(days=1)
    return requests


def rows(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """Daily lists, totals by origin and whole weeks, with authors and models not seen before."""
    daily = pd.concat([_frame(reading) for reading in readings], ignore_index=True)
    daily = daily[daily["tokens"] > 0].drop_duplicates(["date", "model_permaslug"], keep="last")
    daily = daily.sort_values(
        ["date", "tokens", "model_permaslug"], ascending=[True, False, True], ignore_index=True
    )
    return [
        Rows("model_authors", days.new_authors(daily, tables)),
        Rows("openrouter_models", days.new_models(daily, tables)),
        Rows(
            "openrouter_tokens_daily",
            days.lists(daily),
            series=("model_permaslug",),
            order="date",
            measures=("tokens",),
        ),
        Rows("openrouter_totals_daily", days.totals(daily, tables)),
        Rows(
            "openrouter_tokens_weekly",
            days.weeks(daily),
            series=("window_kind", "model_slug"),
            order="period_end",
            measures=("tokens",),
        ),
    ]


def _frame(reading: Reading) -> pd.DataFrame:
    answer: Answer = reading.content
    frame = pd.DataFrame(
        {
            "date": pd.to_datetime([row.date for row in answer.data]),
            "model_permaslug": [row.model_permaslug for row in answer.data],
            "tokens": [int(row.total_tokens) for row in answer.data],
        }
    )
    return frame.assign(source_id=reading.source_id)


def as_of(content: Any) -> str:
    """Moment of the data, which a citation has to name."""
    moment: dt.datetime = content.meta.as_of
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%MZ")


SOURCE = Source(
    name="openrouter/rankings",
    title="OpenRouter rankings, tokens by model and day",
    publisher="openrouter.ai",
    url="https://openrouter.ai/rankings",
    licence="CC BY 4.0 (OpenRouter Data API figures)",
    pace=Pace(30, 60.0),
    tables=(
        "model_authors",
        "openrouter_models",
        "openrouter_tokens_daily",
        "openrouter_totals_daily",
        "openrouter_tokens_weekly",
    ),
    plan=plan,
    read=read,
    rows=rows,
    as_of=as_of,
    key=Key("OPENROUTER_API_KEY", register="https://openrouter.ai/settings/keys"),
)
