"""Shape of an answer of InferenceX: operating points with their configuration and measurements."""

import datetime as dt
from typing import Annotated

from pydantic import ConfigDict, Field, RootModel, StringConstraints

from token_exports.fetch.shapes import Shape, ShapeError, json_as, require_some, require_unique

FIRST_DAY, LAST_DAY = dt.date(2025, 1, 1), dt.date(2099, 12, 31)
FIXED_LENGTHS = "single_turn"
MOST_TOK_PER_S_PER_GPU = 200_000
"""Of fixed lengths; replayed sessions count what a cache held, and get beyond it."""
RUNS = "https://github.com/SemiAnalysisAI/InferenceX/actions/runs/"

Word = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9._+\-]{0,39}$")]
Count = Annotated[int, Field(ge=0, le=5000)]
Throughput = Annotated[float, Field(ge=0, le=1e7)]
Quantity = Annotated[float, Field(ge=0, le=1e6)]
Run = Annotated[str, StringConstraints(pattern=rf"^{RUNS}[0-9]{{1,18}}(/attempts/[0-9]{{1,4}})?$")]


class Metrics(Shape):
    """Measurements of one point, as far as they are read."""

    tput_per_gpu: Throughput | None = None
    output_tput_per_gpu: Throughput | None = None
    median_intvty: Quantity | None = None
    median_tpot: Quantity | None = None
    avg_power_w: Annotated[float, Field(ge=0, le=3000)] | None = None
    joules_per_output_token: Annotated[float, Field(ge=0, le=1e5)] | None = None
    power_valid: float | None = None
    power_metric_schema_version: float | None = None


class Point(Shape):
    """One operating point of one configuration."""

    id: Annotated[str, StringConstraints(pattern=r"^[0-9]{1,18}$")]
    hardware: Word
    framework: Word
    model: Word
    precision: Word
    spec_method: Word
    disagg: bool
    prefill_tp: Count
    prefill_ep: Count
    num_prefill_gpu: Count
    num_decode_gpu: Count
    benchmark_type: Word = FIXED_LENGTHS
    isl: Annotated[int, Field(ge=1, le=2_000_000)] | None
    osl: Annotated[int, Field(ge=1, le=200_000)] | None
    conc: Annotated[int, Field(ge=1, le=100_000)]
    offload_mode: str | None = None
    metrics: Metrics
    date: Annotated[dt.date, Field(ge=FIRST_DAY, le=LAST_DAY)]
    run_url: Run | None


class Answer(RootModel[list[Point]]):
    """Whole answer."""

    model_config = ConfigDict(strict=True, frozen=True, allow_inf_nan=False)


def read(body: bytes) -> list[Point]:
    """Points of an answer.

    Raises
    ------
    ShapeError
        It is no list, a field is missing or of another type or size, a point is there twice, or one
        of fixed lengths has no throughput or an impossible one.
    """
    found = json_as(Answer, body).root
    require_some(found, "benchmark")
    require_unique((point.id for point in found), "benchmark")
    for point in found:
        throughput = point.metrics.tput_per_gpu
        if point.benchmark_type != FIXED_LENGTHS:
            continue
        if throughput is None:
            raise ShapeError(f"metrics.tput_per_gpu: field is missing in benchmark {point.id}")
        if throughput > MOST_TOK_PER_S_PER_GPU:
            raise ShapeError(f"metrics.tput_per_gpu: {throughput} is beyond any accelerator")
    return found
