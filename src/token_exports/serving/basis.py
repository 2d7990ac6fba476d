"""What a prediction rests on: tables and assumptions by name, and the measured path.

Left out on purpose: rows whose configuration or links are not published far enough.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import pandas as pd

from token_exports import data
from token_exports.assumptions import AssumptionError, Assumptions
from token_exports.models import (
    benchmark_frontier,
    benchmark_rows,
    engine_speed,
    throughput_validation,
    transformer,
)
from token_exports.models.benchmark_frontier import Measured
from token_exports.models.benchmark_rows import Drafts, Links, World
from token_exports.models.roofline import Accelerator, Efficiencies
from token_exports.models.throughput import Workload
from token_exports.models.transformer import Architecture

Named = TypeVar("Named")


class ServingError(ValueError):
    """A model, an accelerator or a format that is not known, or that do not go together."""


@dataclass(frozen=True)
class Basis:
    """What predictions rest on: architectures, chips, benchmarks and the speeds they imply."""

    world: World
    benchmarks: pd.DataFrame
    implied: pd.DataFrame


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is to be served, and where."""

    model: str
    accelerator: str
    region: str
    electricity: str = ""
    precision: str = ""  # the narrowest the chip computes in, where none is given
    serving: str = engine_speed.WIDE
    drafts: bool = False


def basis(known: Assumptions, as_of: dt.date | None = None) -> Basis:
    """Everything public on a day that a prediction may rest on."""
    benchmarks = benchmark_rows.completed(
        data.load("serving_benchmarks", as_of), data.load("benchmark_setups", as_of)
    )
    world = World(
        architectures=_architectures(known, as_of),
        accelerators=_accelerators(known, as_of),
        efficiencies=known.central(Efficiencies, "us"),
        drafts=known.central(Drafts, "us", ["mtp"]),
    )
    cases, _ = throughput_validation.cases(benchmarks, world)
    return Basis(world, benchmarks, throughput_validation.raw(benchmarks, cases))


def _architectures(known: Assumptions, as_of: dt.date | None) -> dict[str, Architecture]:
    found = {}
    for row in data.load("model_architectures", as_of).to_dict("records"):
        try:
            cache = known.row("kv_cache_per_token_elements", "us", [row["model"].lower()]).central
        except AssumptionError:
            cache = None
        try:
            found[row["model"]] = transformer.architecture(row, cache)
        except transformer.ArchitectureError:
            continue
    return found


def _accelerators(known: Assumptions, as_of: dt.date | None) -> dict[str, Accelerator]:
    found = {}
    for row in data.load("accelerators", as_of).to_dict("records"):
        try:
            links = known.central(Links, "us", [row["accelerator"]])
        except AssumptionError:
            continue
        found[row["accelerator"]] = benchmark_rows.accelerator(row, links)
    return found


def named(things: Mapping[str, Named], name: str, kind: str) -> tuple[str, Named]:
    """A thing by its name in any case.

    Raises
    ------
    ServingError
        There is none; the message says which valid name is nearest.
    """
    lower = {key.lower(): key for key in things}
    if name.lower() not in lower:
        raise ServingError(f"no {kind} {name!r}; {data.nearest(name.lower(), lower)}")
    key = lower[name.lower()]
    return key, things[key]


def narrowest(chip: Accelerator) -> str:
    """Narrowest format a chip computes in."""
    return next(name for name in benchmark_rows.PEAKS if name in chip.peak_tflops)


# ---- measured


def measured(asked: Asked, workload: Workload, rests_on: Basis) -> Measured:
    """Value on the published frontier at the workload's speed; missing beyond its ends.

    Raises
    ------
    FrontierError
        No benchmark of this model, chip, format and lengths.
    """
    same_shape = [n for n, shape in benchmark_rows.SAME_SHAPE.items() if shape == asked.model]
    faults = []
    for name in (asked.model, *same_shape):
        try:
            rows = benchmark_frontier.select(
                rests_on.benchmarks,
                model=name,
                accelerator=asked.accelerator,
                precision=asked.precision,
                input_tokens=float(workload.input_tokens),
                output_tokens=float(workload.output_tokens),
            )
        except benchmark_frontier.FrontierError as fault:
            faults.append(str(fault))
            continue
        edge = benchmark_frontier.frontier(rows)
        speed = float(np.median(workload.interactivity_tok_per_s_per_user))
        return benchmark_frontier.at_speed(edge, speed)
    told = next((f for f in faults if not f.endswith("nothing")), faults[0])
    raise benchmark_frontier.FrontierError(told)
