"""ML.ENERGY Leaderboard: measured energy of the accelerators per written token.

Files of the publisher's repository (ml-energy/leaderboard, branch ``master``), which GitHub serves
as plain text: ``public/data/index.json`` says when the data changed last, a file a task holds every
configuration measured. Power and throughput count all accelerators of a configuration.

    row             = configuration of least ``energy_per_token_joules`` of a model and accelerator
    average power   = avg_power_watts / num_gpus
    user speed      = 1000 / median_itl_ms (in ``measured_energy`` from whole milliseconds)
    throughput      = output_throughput_tokens_per_sec / num_gpus, written tokens only
    concurrency     = max_num_seqs, the scheduler's cap

Every model gets a row of ``measured_energy``; a row of ``serving_benchmarks`` only where that table
has the model from this task already, by the name it uses. A figure that stands in the table as the
latest of its kind keeps that row; a changed one is a row more, dated by the index.

Left out on purpose: tasks with pictures and video; other configurations.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from token_exports.fetch.contract import Asked, Pace, Reading, Request, Rows, Source, Tables
from token_exports.fetch.mlenergy_shapes import Configuration, Index, Task, read
from token_exports.fetch.shapes import ShapeError, framed

FILES = "https://raw.githubusercontent.com/ml-energy/leaderboard/master/public/data"
TASKS = ("gpqa", "lm-arena-chat", "sourcegraph-fim")
ACCELERATORS = {"H100": "h100-sxm", "H200": "h200", "B200": "b200", "B300": "b300"}
PRECISIONS = {"bfloat16": "bf16", "fp8": "fp8", "mxfp4": "mxfp4"}
ENERGY, SERVING = "measured_energy", "serving_benchmarks"
KEYS = {ENERGY: "measurement_id", SERVING: "benchmark_id"}
MEASURED = {
    ENERGY: ("value", "accelerators_count", "output_tokens", "concurrency_count"),
    SERVING: ("energy_j_per_token", "accelerators_count", "output_tokens", "concurrency_count"),
}
NOTES = {
    ENERGY: "Configuration of least energy.",
    SERVING: "Configuration of least energy for this model and chip; "
    "concurrency is the scheduler's cap.",
}


@dataclass(frozen=True)
class Origin:
    """Where a row comes from: key of its source, task and day of the data."""

    source_id: str
    task: str
    day: dt.date


def plan(asked: Asked, tables: Tables) -> list[Request]:
    """The index and a file a task; they hold the present state, whatever days are asked for."""
    files = ("index", *(f"tasks/{task}" for task in TASKS))
    return [Request(f"{name.rpartition('/')[2]}.json", f"{FILES}/{name}.json") for name in files]


def rows(readings: Sequence[Reading], tables: Tables) -> list[Rows]:
    """Configurations of least energy, as energy and as benchmarks.

    Raises
    ------
    ShapeError
        The index is missing or dated after the day on which it was fetched.
    """
    day, left = _day(readings), Counter[str]()
    energies, benchmarks = [], []
    for reading in readings:
        if not isinstance(reading.content, Task):
            continue
        origin = Origin(reading.source_id, reading.content.task, day)
        for one in _least(reading.content):
            if reason := _reason(one, tables):
                left[reason] += 1
                continue
            energies.append(_kept(_energy(one, origin), ENERGY, tables, origin))
            if name := _name(one, origin, tables):
                row = _serving(one, origin) | {"model": name}
                benchmarks.append(_kept(row, SERVING, tables, origin))
    notes = tuple(f"{count} left out: {reason}" for reason, count in sorted(left.items()))
    series = ("model", "accelerator", "precision")
    return [
        Rows(
            ENERGY,
            framed(energies, tables[ENERGY]),
            (*series, "metric"),
            "date",
            ("value",),
            notes,
        ),
        Rows(
            SERVING,
            framed(benchmarks, tables[SERVING]),
            (*series, "phase"),
            "date",
            ("energy_j_per_token",),
        ),
    ]


def _day(readings: Sequence[Reading]) -> dt.date:
    for reading in readings:
        if isinstance(reading.content, Index):
            if reading.content.last_updated > reading.retrieved_on:
                raise ShapeError("last_updated: is after the day of retrieval")
            return reading.content.last_updated
    raise ShapeError("index.json is missing: nothing says of which day the data are")


def _least(task: Task) -> list[Configuration]:
    """Configuration of least energy of each model and accelerator, in the order of the file."""
    least: dict[tuple[str, str], Configuration] = {}
    for one in task.configurations:
        key = (one.nickname, one.gpu_model)
        if key not in least or one.energy_per_token_joules < least[key].energy_per_token_joules:
            least[key] = one
    return list(least.values())


def _reason(one: Configuration, tables: Tables) -> str:
    """Why the tables cannot hold a configuration; empty if they can."""
    chip = ACCELERATORS.get(one.gpu_model)
    if chip not in set(tables["accelerators"]["accelerator"]):
        return f"no table knows the accelerator {one.gpu_model}."
    if one.weight_precision not in PRECISIONS:
        return f"the table has no format {one.weight_precision}."
    power, speed = one.avg_power_watts, one.output_throughput_tokens_per_sec
    plausible = 50 <= power / one.num_gpus <= 3000 and 1 <= speed / one.num_gpus <= 100_000
    return "" if plausible else "no plausible power or throughput."


def _shared(one: Configuration, origin: Origin) -> dict[str, Any]:
    return {
        "accelerator": ACCELERATORS[one.gpu_model],
        "accelerators_count": one.num_gpus,
        "precision": PRECISIONS[one.weight_precision],
        "total_params_b": one.total_params_billions,
        "active_params_b": one.activated_params_billions,
        "output_tokens": round(one.avg_output_len),
        "concurrency_count": one.max_num_seqs,
        "date": pd.Timestamp(origin.day),
        "source_id": origin.source_id,
        "source_locator": f"blob/master/public/data/tasks/{origin.task}.json",
        "public_since": pd.Timestamp(origin.day),
        "confidence": "primary",
    }


def _energy(one: Configuration, origin: Origin) -> dict[str, Any]:
    return _shared(one, origin) | {
        "measurement_id": f"{_prefix(one, origin)}{one.gpu_model}",
        "model": one.nickname,
        "scope": "gpu",
        "method": "measured",
        "metric": "energy_per_output_token",
        "value": round(one.energy_per_token_joules, 4),
        "unit": "j_per_token",
        "interactivity_tok_per_s_per_user": round(1000 / round(one.median_itl_ms), 2),
        "average_power_w": round(one.avg_power_watts / one.num_gpus),
    }


def _serving(one: Configuration, origin: Origin) -> dict[str, Any]:
    throughput = round(one.output_throughput_tokens_per_sec / one.num_gpus, 1)
    return _shared(one, origin) | {
        "benchmark_id": f"{_prefix(one, origin)}{one.gpu_model}",
        "phase": "mixed",
        "interactivity_tok_per_s_per_user": round(1000 / one.median_itl_ms, 2),
        "throughput_tok_per_s_per_gpu": throughput,
        "tokens_basis": "output",
        "accelerators_basis": "all",
        "output_tok_per_s_per_gpu": throughput,
        "energy_j_per_token": round(one.energy_per_token_joules, 4),
        "energy_basis": "gpu_per_output_token",
        "average_power_w": round(one.avg_power_watts / one.num_gpus, 1),
        "framework": "vLLM",
        "speculative_decoding": "none",
        "disaggregated": False,
    }


def _prefix(one: Configuration, origin: Origin) -> str:
    return f"mlenergy_{origin.task}_{one.nickname.replace(' ', '_')}_"


def _name(one: Configuration, origin: Origin, tables: Tables) -> str:
    """Name that benchmarks use for the model; empty if they do not have it."""
    table = tables[SERVING]
    of_model = rf"{re.escape(_prefix(one, origin))}[A-Z0-9]+(_\d{{8}})?"
    names = table.loc[table["benchmark_id"].str.fullmatch(of_model), "model"]
    return str(names.iloc[0]) if len(names) else ""


def _kept(row: dict[str, Any], name: str, tables: Tables, origin: Origin) -> dict[str, Any]:
    """The row of the table that already states this, or a new one."""
    table, key = tables[name], KEYS[name]
    of_kind = rf"{re.escape(str(row[key]))}(_\d{{8}})?"
    earlier = table[table[key].str.fullmatch(of_kind)].dropna(subset=list(MEASURED[name]))
    earlier = earlier.sort_values("date")
    row["note"] = NOTES[name]
    if earlier.empty:
        return row
    latest = earlier.iloc[-1].to_dict()
    if all(latest[column] == row[column] for column in MEASURED[name]):
        return {str(column): stated for column, stated in latest.items()}
    return row | {key: f"{row[key]}_{origin.day:%Y%m%d}"}


def as_of(content: Task | Index) -> str:
    """Day of the data, which the index states."""
    return content.last_updated.isoformat() if isinstance(content, Index) else ""


SOURCE = Source(
    name="ml-energy/leaderboard",
    title="ML.ENERGY Leaderboard, energy of inference",
    publisher="ml-energy",
    url="https://github.com/ml-energy/leaderboard",
    licence="not stated; single figures quoted as facts",
    pace=Pace(10, 60.0),
    tables=(ENERGY, SERVING),
    plan=plan,
    read=read,
    rows=rows,
    as_of=as_of,
)
