"""Shapes of the files of the ML.ENERGY Leaderboard: its index, and configurations of one task."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from token_exports.fetch.shapes import (
    Shape,
    ShapeError,
    json_as,
    require_some,
    require_unique,
    shown,
)

MEASUREMENTS = {
    "avg_output_len",
    "avg_power_watts",
    "energy_per_token_joules",
    "median_itl_ms",
    "output_throughput_tokens_per_sec",
}
FIRST_DAY, LAST_DAY = dt.date(2023, 1, 1), dt.date(2099, 12, 31)

Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9 .\-]{0,79}$")]
Parallel = Annotated[int, Field(ge=1, le=5000)]


class Configuration(Shape):
    """One measured configuration of a model."""

    model_id: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._\-]+/[A-Za-z0-9._\-]+$")]
    nickname: Name
    gpu_model: Name
    num_gpus: Parallel
    tensor_parallel: Parallel
    expert_parallel: Parallel
    data_parallel: Parallel
    max_num_seqs: Annotated[int, Field(ge=1, le=100_000)]
    max_num_batched_tokens: int | None
    weight_precision: Name
    total_params_billions: Annotated[float, Field(ge=0.1, le=5000)]
    activated_params_billions: Annotated[float, Field(ge=0.1, le=2000)]
    avg_output_len: Annotated[float, Field(ge=1, le=200_000)]
    avg_power_watts: Annotated[float, Field(ge=50, le=15_000_000)]
    energy_per_token_joules: Annotated[float, Field(ge=0.001, le=1000)]
    output_throughput_tokens_per_sec: Annotated[float, Field(gt=0, le=1e9)]
    median_itl_ms: Annotated[float, Field(ge=1, le=2000)]


class Task(Shape):
    """File of one task."""

    task: Literal["gpqa", "lm-arena-chat", "sourcegraph-fim"]
    configurations: list[Configuration]


class Index(Shape):
    """File that says when the data changed last."""

    last_updated: Annotated[dt.date, Field(ge=FIRST_DAY, le=LAST_DAY)]
    tasks: list[Name]


def read(body: bytes) -> Task | Index:
    """The index, or the configurations of a task.

    Raises
    ------
    ShapeError
        A field is missing or of another type or size, a configuration is there twice, or a name
        stands for two models.
    """
    if b'"configurations"' not in body:
        return json_as(Index, body)
    found = json_as(Task, body)
    require_some(found.configurations, "configuration")
    require_unique(
        (one.model_dump_json(exclude=MEASUREMENTS) for one in found.configurations),
        "configuration",
    )
    models: dict[str, str] = {}
    for one in found.configurations:
        if models.setdefault(one.nickname, one.model_id) != one.model_id:
            raise ShapeError(f"nickname: {shown(one.nickname)} stands for two models")
    return found
