"""InferenceX: serving throughput, user speed and power of open models on accelerators.

Shape as in the examples of the publisher's repository (SemiAnalysisAI/InferenceX-app,
docs/examples/inferencex-api): a list of operating points, the latest of every configuration as of
``date``. Throughput is tokens per second and accelerator; energy is joules of the accelerators.

    throughput = metrics.tput_per_gpu, prompt and written tokens over all accelerators
    written    = metrics.output_tput_per_gpu; where prefill and decode run apart it counts decode
                 accelerators only and is multiplied by their share
    user speed = metrics.median_intvty, else 1 / metrics.median_tpot. Never 1 / median_itl: with
                 drafts or batched streaming a gap between messages is no gap between tokens
    energy     = metrics.joules_per_output_token where the publisher holds it valid, version 2
    count      = GPUs of both pools if apart; else ``num_prefill_gpu``, but the larger of tensor and
                 expert parallelism where that field holds their product (both span the same GPUs)

Of the hundreds of points only those that no other point of the same model, accelerator, format
and lengths beats at both throughput and user speed become rows, once among all points and once
among those with measured power; and of these, those as new as the newest such row of the table.
Where prefill and decode run apart, a row of ``benchmark_setups`` holds the two pools.

Left out on purpose: replayed agent sessions, which have no fixed lengths. The publisher's
``tco-feed``, which interpolates these same points, is a check: `inferencex_tco`.
"""

from collections import Counter
from collections.abc import Iterable, Sequence

import pandas as pd

from token_exports.fetch import inferencex_selection as selection
from token_exports.fetch.contract import Asked, Pace, Reading, Request, Rows, Source, Tables
from token_exports.fetch.inferencex_selection import (
    ACCELERATORS,
    MODELS,
    SPEED,
    TABLE,
    THROUGHPUT,
)
from token_exports.fetch.inferencex_shapes import FIXED_LENGTHS, Metrics, Point, read
from token_exports.fetch.shapes import ShapeError, framed

SETUPS = "benchmark_setups"
URL = "https://inferencex.semianalysis.com/api/v1/benchmarks"
PRECISIONS = ("bf16", "fp8", "int8", "fp4", "nvfp4", "mxfp4", "int4")
NOTE = "Random prompts, prefix cache off."


def plan(asked: Asked, tables: Tables) -> list[Request]:
    """One request a model: its newest points as of the last day; a first day cannot be asked."""
    names = dict.fromkeys(asks for asks, name in MODELS.values() if name in selection.sizes(tables))
    return [
        Request(
            f"benchmarks_{name}_{asked.until}.json",
            URL,
            (("model", name), ("date", asked.until.isoformat())),
            optional=True,  # a model that is no longer shown
        )
        for name in names
    ]


def rows(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """Points on the frontiers that are new to the table, and the pools of those that have two.

    Raises
    ------
    ShapeError
        A point is dated after the day on which it was fetched.
    """
    sizes, chips = selection.sizes(tables), set(tables["accelerators"]["accelerator"])
    left = Counter[str]()
    found, pools = [], []
    for reading in readings:
        for point in _until(reading):
            if reason := _reason(point, sizes, chips):
                left[reason] += 1
                continue
            row = _row(point, sizes) | {"source_id": reading.source_id}
            found.append(row)
            pools += [_pools(point, row)] if point.disagg else []
    frame = selection.new(selection.frontiers(framed(found, tables[TABLE])), tables[TABLE])
    setups = framed(pools, tables[SETUPS]).drop_duplicates("benchmark_id")
    setups = setups[setups["benchmark_id"].isin(frame["benchmark_id"])].reset_index(drop=True)
    notes = [f"{count} left out: {reason}" for reason, count in sorted(left.items())]
    return [
        Rows(
            TABLE,
            frame,
            series=("model", "accelerator", "precision", "input_tokens", "concurrency_count"),
            order="date",
            measures=(THROUGHPUT, "energy_j_per_token", "average_power_w"),
            notes=tuple(notes),
        ),
        Rows(SETUPS, setups),
    ]


def _until(reading: Reading) -> list[Point]:
    """Points up to the day asked for, which an answer has been seen to disregard."""
    last = dict(reading.request.params).get("date", "9999")
    for point in reading.content:
        if point.date > reading.retrieved_on:
            raise ShapeError(f"date: {point.date} is after the day of retrieval")
    return [point for point in reading.content if point.date.isoformat() <= last]


def _reason(point: Point, sizes: Iterable[str], chips: Iterable[str]) -> str:
    """Why the table cannot hold a point; empty if it can."""
    if point.benchmark_type != FIXED_LENGTHS or point.isl is None or point.osl is None:
        return "replayed sessions, which have no fixed lengths."
    if MODELS.get(point.model, ("", ""))[1] not in sizes:
        return f"no table knows the model {point.model}."
    if ACCELERATORS.get(point.hardware, point.hardware) not in chips:
        return f"no table knows the accelerator {point.hardware}."
    if point.precision not in PRECISIONS:
        return f"the table has no format {point.precision}."
    if point.spec_method not in ("none", "mtp"):
        return f"the table has no way of drafting {point.spec_method}."
    if point.offload_mode not in (None, "off"):
        return "the cache is partly kept outside the accelerators."
    if not 0.5 <= (_speed(point.metrics) or 0) <= 2000 or (point.metrics.tput_per_gpu or 0) < 1:
        return "no plausible throughput or user speed."
    return ""


def _row(point: Point, sizes: dict[str, tuple[float, float]]) -> dict[str, object]:
    name, metrics = MODELS[point.model][1], point.metrics
    count, measured = _count(point), _measured(metrics)
    return {
        "benchmark_id": _identifier(point, count),
        "model": name,
        "total_params_b": sizes[name][0],
        "active_params_b": sizes[name][1],
        "accelerator": ACCELERATORS.get(point.hardware, point.hardware),
        "accelerators_count": count or None,
        "precision": point.precision,
        "phase": "mixed",
        "input_tokens": point.isl,
        "output_tokens": point.osl,
        "concurrency_count": point.conc,
        SPEED: round(_speed(metrics) or 0.0, 2),
        THROUGHPUT: round(metrics.tput_per_gpu or 0.0, 1),
        "tokens_basis": "total",
        "accelerators_basis": "all",
        "output_tok_per_s_per_gpu": _written(point, count),
        "energy_j_per_token": metrics.joules_per_output_token if measured else None,
        "energy_basis": "gpu_per_output_token" if measured else None,
        "average_power_w": metrics.avg_power_w if measured else None,
        "framework": point.framework,
        "speculative_decoding": point.spec_method,
        "disaggregated": point.disagg,
        "date": pd.Timestamp(point.date),
        "source_locator": _run(point),
        "public_since": pd.Timestamp(point.date),
        "confidence": "primary",
        "note": NOTE,
    }


def _pools(point: Point, row: dict[str, object]) -> dict[str, object]:
    """Accelerators that read prompts and that write, where these are apart."""
    shared = ("benchmark_id", "source_id", "source_locator", "public_since", "confidence")
    return {name: row[name] for name in shared} | {
        "prefill_accelerators_count": point.num_prefill_gpu or None,
        "decode_accelerators_count": point.num_decode_gpu or None,
        "note": "Pools of the run.",
    }


def _identifier(point: Point, count: int) -> str:
    layout = f"{point.num_prefill_gpu}p{point.num_decode_gpu}d" if point.disagg else f"n{count}"
    parts = (point.model, point.hardware, point.precision, point.framework, point.spec_method)
    lengths = f"{point.isl}x{point.osl}"
    return "_".join(("ix", *parts, lengths, f"c{point.conc}", layout, f"{point.date:%Y%m%d}"))


def _count(point: Point) -> int:
    if point.disagg:
        return min(point.num_prefill_gpu + point.num_decode_gpu, 5000)
    tensor, expert = point.prefill_tp, point.prefill_ep
    both = min(tensor, expert) > 1 and point.num_prefill_gpu == tensor * expert
    return max(tensor, expert) if both else point.num_prefill_gpu


def _speed(metrics: Metrics) -> float | None:
    if metrics.median_intvty:
        return metrics.median_intvty
    return 1 / metrics.median_tpot if metrics.median_tpot else None


def _written(point: Point, count: int) -> float | None:
    written = point.metrics.output_tput_per_gpu
    if not written or (point.disagg and not count):
        return None
    share = point.num_decode_gpu / count if point.disagg else 1.0
    return round(written * share, 1) or None


def _measured(metrics: Metrics) -> bool:
    valid = metrics.power_valid == 1 and metrics.power_metric_schema_version == 2
    energy, power = metrics.joules_per_output_token or 0, metrics.avg_power_w or 0
    return valid and 0.001 <= energy <= 1000 and power >= 50


def _run(point: Point) -> str | None:
    return point.run_url.partition("/InferenceX/")[2] if point.run_url else None


def as_of(content: list[Point]) -> str:
    """Day of the newest point."""
    return max(point.date for point in content).isoformat()


SOURCE = Source(
    name="inferencex/benchmarks",
    title="InferenceX, serving benchmarks",
    publisher="SemiAnalysis",
    url="https://inferencex.semianalysis.com",
    licence="Apache-2.0 (benchmark results), with attribution",
    pace=Pace(10, 60.0),
    tables=(TABLE, SETUPS),
    plan=plan,
    read=read,
    rows=rows,
    as_of=as_of,
)
