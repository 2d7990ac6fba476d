"""InferenceX's feed for cost models: throughput at fixed user speeds; a check of our benchmarks.

Shape as in the publisher's repository (SemiAnalysisAI/InferenceX-app, the route ``tco-feed``): one
row for every accelerator, pair of lengths and user speed, interpolated on the frontier of all
formats at once. Such a row has no precision and is no operating point, so it becomes no row of
``serving_benchmarks``. It says where that table lags:

    lag = throughput of the feed / throughput of the table's own frontier at that user speed,
          straight between its two neighbours; same model, accelerator and lengths, any format

Both in output tokens per second and accelerator; where prefill and decode run apart the feed counts
decode accelerators only (see `inferencex`), so the table's rows are divided by their share, and
nothing is said where the pools are not known. The feed's curve is a spline, so a lag of a tenth is
nothing; from a quarter on it is told.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Annotated, Literal

import pandas as pd
from pydantic import Field, StringConstraints

from token_exports.fetch import inferencex_selection as selection
from token_exports.fetch.contract import Asked, Pace, Reading, Request, Rows, Source, Tables
from token_exports.fetch.inferencex_selection import ACCELERATORS, MODELS, SPEED, TABLE
from token_exports.fetch.inferencex_shapes import FIRST_DAY, LAST_DAY, Quantity, Word
from token_exports.fetch.shapes import (
    Shape,
    ShapeError,
    json_as,
    require_unique,
    shown,
)

URL = "https://inferencex.semianalysis.com/api/v1/tco-feed"
WORKLOADS, TIERS = ("1024x1024", "8192x1024"), (30, 50, 75, 100)
OUTPUT = "output_tok_per_s_per_gpu"
LAG_RATIO, NAMED = 1.25, 3
AS_FED = "output_tok_per_s_per_gpu_as_fed"

Lengths = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,6}x[0-9]{1,6}$")]


class Point(Shape):
    """Throughput of one accelerator at one user speed."""

    hardware: Word
    workload: Lengths
    tier: Annotated[float, Field(gt=0, le=10_000)]
    output_tput_per_gpu: Annotated[float, Field(ge=0, le=100_000)]
    boundary: Literal["interpolated", "clamped_low", "unreachable"]
    frontier_min_interactivity: Quantity
    frontier_max_interactivity: Quantity
    latest_date: dt.date


class Feed(Shape):
    """Answer for one model."""

    model: Annotated[str, StringConstraints(min_length=1, max_length=60)]
    rows: Annotated[list[Point], Field(max_length=10_000)]


def plan(asked: Asked, tables: Tables) -> list[Request]:
    """One request a model that the table knows."""
    known = set(tables[TABLE]["model"])
    fixed = {"workloads": ",".join(WORKLOADS), "tiers": ",".join(map(str, TIERS))}
    fixed |= {"date": asked.until.isoformat(), "view": "points", "format": "json"}
    names = dict.fromkeys(asks for asks, name in MODELS.values() if name in known)
    return [
        Request(f"tco_{name}.json", URL, (("model", name), *fixed.items()), optional=True)
        for name in names
    ]


def read(body: bytes) -> Feed:
    """Feed of one model.

    Raises
    ------
    ShapeError
        It is not in the documented shape, holds a point twice, or a bound that is none. No point
        at all is an answer: the model has not been run at these lengths.
    """
    feed = json_as(Feed, body)
    require_unique(((p.hardware, p.workload, p.tier) for p in feed.rows), "point")
    for point in feed.rows:
        if point.frontier_min_interactivity > point.frontier_max_interactivity:
            raise ShapeError(f"{shown(point.hardware)}: the frontier ends before it begins")
        if not FIRST_DAY <= point.latest_date <= LAST_DAY:
            raise ShapeError(
                f"latest_date: {point.latest_date} is outside {FIRST_DAY} to {LAST_DAY}"
            )
    return feed


def rows(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """No rows, but sentences that say where ``serving_benchmarks`` lags behind the feed.

    Raises
    ------
    ShapeError
        A point is dated after the day on which it was fetched.
    """
    table = _as_fed(selection.with_lengths(tables[TABLE]), tables["benchmark_setups"])
    lags: list[tuple[float, str]] = []
    missing: list[str] = []
    unknown: list[str] = []
    for reading in readings:
        asks = dict(reading.request.params).get("model", "")
        own = table[table["model"].isin([name for model, name in MODELS.values() if model == asks])]
        for point in _dated(reading):
            if point.boundary != "interpolated" or not point.output_tput_per_gpu:
                continue
            where, known = _place(asks, point), _known(own, point)
            if known is None:
                missing.append(where)
            elif pd.isna(known):
                unknown.append(where)
            elif (lag := point.output_tput_per_gpu / known) >= LAG_RATIO:
                lags.append(
                    (lag, f"{where}: {point.output_tput_per_gpu:,.0f} against {known:,.0f}")
                )
    notes = [
        *_lagging(lags),
        *_counted("that the table has no points around", missing),
        *_counted("where the table does not know the pools", unknown),
    ]
    return [Rows(TABLE, tables[TABLE].head(0), notes=tuple(notes))]


def _dated(reading: Reading) -> list[Point]:
    """Points of an answer, none of them of a day to come."""
    for point in reading.content.rows:
        if point.latest_date > reading.retrieved_on:
            raise ShapeError(f"latest_date: {point.latest_date} is after the day of retrieval")
    return list(reading.content.rows)


def _as_fed(table: pd.DataFrame, setups: pd.DataFrame) -> pd.DataFrame:
    """Rows with their throughput as the feed counts it; missing where pools are not known."""
    pools = setups.set_index("benchmark_id")[
        ["prefill_accelerators_count", "decode_accelerators_count"]
    ]
    found = pools.astype("float64").reindex(table["benchmark_id"])
    prefill, decode = (found[name].set_axis(table.index) for name in found)
    apart = table["disaggregated"].eq(True).fillna(False).astype(bool)
    factor = ((prefill + decode) / decode).where(apart, 1.0)
    return table.assign(**{AS_FED: table[OUTPUT] * factor})


def _place(model: str, point: Point) -> str:
    chip = ACCELERATORS.get(point.hardware, point.hardware)
    return f"{model} on {chip}, {point.workload}, {point.tier:g} tok/s a user"


def _known(own: pd.DataFrame, point: Point) -> float | None:
    """Throughput of a model's rows at a user speed; None beyond their ends, NaN if not known."""
    chip = ACCELERATORS.get(point.hardware, point.hardware)
    same = own[(own["accelerator"] == chip) & (own["lengths"] == point.workload)]
    ranked = same.dropna(subset=[SPEED, OUTPUT]).assign(rank=same[AS_FED].fillna(same[OUTPUT]))
    ranked = ranked.sort_values([SPEED, "rank"], ascending=False)
    knots = ranked[ranked["rank"] > ranked["rank"].cummax().shift(fill_value=0.0)]
    faster, slower = knots[knots[SPEED] >= point.tier], knots[knots[SPEED] <= point.tier]
    if faster.empty or slower.empty:
        return None
    high, few = faster.iloc[-1][[SPEED, AS_FED]]
    low, many = slower.iloc[0][[SPEED, AS_FED]]
    share = (point.tier - low) / (high - low) if high > low else 0.0
    return float(many + share * (few - many))


def _lagging(lags: list[tuple[float, str]]) -> list[str]:
    if not lags:
        return []
    largest = "; ".join(text for _, text in sorted(lags, reverse=True)[:NAMED])
    return [
        f"Places where the feed is at least {LAG_RATIO:g} times the table, in output tok/s a GPU:"
        f" {len(lags)} ({largest})."
    ]


def _counted(kind: str, places: list[str]) -> list[str]:
    if not places:
        return []
    more = "; ..." if len(places) > NAMED else ""
    return [f"Places of the feed {kind}: {len(places)} ({'; '.join(places[:NAMED])}{more})."]


SOURCE = Source(
    name="inferencex/tco-feed",
    title="InferenceX, throughput at fixed user speeds",
    publisher="SemiAnalysis",
    url="https://inferencex.semianalysis.com",
    licence="Apache-2.0 (benchmark results), with attribution",
    pace=Pace(10, 60.0),
    tables=(TABLE,),
    plan=plan,
    read=read,
    rows=rows,
    as_of=lambda feed: max((str(point.latest_date) for point in feed.rows), default=""),
)
