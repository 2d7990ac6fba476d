"""One model on one accelerator, predicted without a notebook: both paths, intervals, provenance.

Left out on purpose: prices (see notebook 02), and whatever the two paths leave out.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np

from token_exports import data, formats, scenarios, serving
from token_exports.assumptions import AssumptionError, Assumptions
from token_exports.models import engine_speed, throughput
from token_exports.models.benchmark_frontier import FrontierError
from token_exports.models.throughput import Workload
from token_exports.parameters import ParameterError, TokenCost
from token_exports.serving import Asked, Basis, Prediction, ServingError
from token_exports.uncertainty import Both, Interval
from token_exports.units import J_PER_KWH, TOKENS_PER_MTOK, unit_of

# class of token to its name and to what the counted accelerators, or their time, do
CLASSES = {
    "fresh_prompt": ("fresh prompt", "reads"),
    "cache_read": ("cache read", "reads"),
    "output": ("output", "writes"),
}
RATES = {"fresh_prompt": "fresh_prompt", "cache_read": "cache_read", "output": "decode"}
WHOLE = ("output_tok_per_s_per_gpu", "computed_tok_per_s_per_gpu", "batch_count")
REGIONS = ("cn", "us")


@dataclass(frozen=True, kw_only=True)
class Question:
    """What the command line asks."""

    model: str
    accelerator: str
    input_tokens: float
    output_tokens: float
    cached_share: float = 0.0
    interactivity_tok_per_s_per_user: float | None = None
    precision: str = ""
    serving: str = engine_speed.WIDE
    drafts: bool = False
    region: str = "us"


def answer(question: Question, settings: list[str]) -> dict[str, Any]:
    """Rates, energy and cost by class of token, and the measured frontier at the same point.

    Parameters
    ----------
    question
        Model, accelerator, lengths and speed.
    settings
        ``name=value`` of parameters and assumptions, as for a report.

    Raises
    ------
    ServingError
        An unknown name, or a speed that no batch keeps; says the nearest name or fastest speed.
    ParameterError
        A value out of range.
    """
    _check(question)
    p = scenarios.resolve("baseline", settings).notebooks["02_token_cost"]
    assert isinstance(p, TokenCost)
    known = Assumptions(p.overrides)
    rests_on = serving.basis(known, p.as_of)
    work = _workload(question, known)
    asked = _asked(question, p, rests_on)
    try:
        found = serving.predict(asked, Both(work, work), known, rests_on, (p.n_draws, p.seed))
    except AssumptionError as fault:
        raise ServingError(str(fault)) from None
    _refuse_out_of_reach(found, work)
    return {
        "asked": asdict(found.asked) | _lengths(question, work),
        "classes": _classes(found),
        "whole": _whole(found, question),
        "provenance": _provenance(found),
        "measured": _measured(found.asked, work, rests_on),
    }


def _check(question: Question) -> None:
    named = ((question.serving, engine_speed.WAYS), (question.region, REGIONS))
    for kind, (value, allowed) in zip(("serving", "region"), named, strict=True):
        if value not in allowed:
            raise ServingError(f"no {kind} {value!r}; {data.nearest(value, allowed)}")
    lengths = {"input-len": question.input_tokens, "output-len": question.output_tokens}
    speed = question.interactivity_tok_per_s_per_user
    lengths |= {} if speed is None else {"interactivity": speed}
    for name, number in lengths.items():
        if not (np.isfinite(number) and number > 0):
            raise ParameterError(f"{name} = {number:g}: must be above zero")
    if not 0 <= question.cached_share < 1:
        raise ParameterError(f"cached = {question.cached_share:g}: must lie in 0 to below 1")


def _workload(question: Question, known: Assumptions) -> Workload:
    speed = question.interactivity_tok_per_s_per_user
    central = known.row(serving.USER_SPEED, question.region).central
    return Workload(
        input_tokens=question.input_tokens,
        output_tokens=question.output_tokens,
        cached_prompt_share=question.cached_share,
        interactivity_tok_per_s_per_user=central if speed is None else speed,
    )


def _asked(question: Question, p: TokenCost, rests_on: Basis) -> Asked:
    model, _ = serving.named(rests_on.world.architectures, question.model, "model")
    name, chip = serving.named(rests_on.world.accelerators, question.accelerator, "accelerator")
    return Asked(
        model=model,
        accelerator=name,
        region=question.region,
        electricity={"cn": p.cn_electricity, "us": p.us_electricity}[question.region],
        precision=question.precision or serving.narrowest(chip),
        serving=question.serving,
        drafts=question.drafts,
    )


def _refuse_out_of_reach(found: Prediction, work: Workload) -> None:
    if np.isfinite(found.outcome.central.rates.batch_count):
        return
    together = found.asked.serving == engine_speed.WAYS[0]
    alone = 1 / throughput.round_s(found.writers, replace(work, separated=not together), 1.0)
    asked = float(np.max(work.interactivity_tok_per_s_per_user))
    raise ServingError(
        f"no batch gives a user {asked:g} tok/s; one sequence alone would get {float(alone):.3g}"
    )


def _lengths(question: Question, work: Workload) -> dict[str, Any]:
    return {
        "input_tokens": question.input_tokens,
        "output_tokens": question.output_tokens,
        "cached_prompt_share": question.cached_share,
        serving.USER_SPEED: float(np.max(work.interactivity_tok_per_s_per_user)),
    }


# ---- answers


def ends(value: Interval) -> dict[str, float]:
    """Interval as plain numbers."""
    return {"central": value.central, "low": value.low, "high": value.high}


def _classes(found: Prediction) -> dict[str, dict[str, Any]]:
    parts = (("rates", "tok_per_s_per_gpu"), ("energy", "j_per_token"), ("cost", "usd_per_mtok"))
    values = {part: serving.intervals(found.outcome.of(getattr_of, part)) for part, _ in parts}
    table: dict[str, dict[str, Any]] = {}
    for name in CLASSES:
        row: dict[str, Any] = {"basis": CLASSES[name][1]}
        for part, unit in parts:
            stem = RATES[name] if part == "rates" else name
            row[unit] = ends(values[part][f"{stem}_{unit}"])
        table[name] = row
    return table


def getattr_of(outcome: Any, part: str) -> Any:
    """Rates, energy or cost of an outcome."""
    return getattr(outcome, part)


def _whole(found: Prediction, question: Question) -> dict[str, Any]:
    rates = serving.intervals(found.outcome.of(getattr_of, "rates"))
    whole = {name: ends(rates[name]) for name in WHOLE}
    cost = found.outcome.of(_request_usd, question)
    power = found.outcome.of(_request_electricity_usd, question, found.hour)
    return whole | {
        "request_cost_usd": ends(cost.interval),
        "electricity_cost_share": ends(power.of(_over, cost).interval),
        "speed_kept_share": float(np.mean(serving.feasible(found))),
    }


def _counts(question: Question) -> Mapping[str, float]:
    cached = question.input_tokens * question.cached_share
    fresh = question.input_tokens - cached
    return {"fresh_prompt": fresh, "cache_read": cached, "output": question.output_tokens}


def _request_usd(outcome: Any, question: Question) -> Any:
    counts = _counts(question)
    parts = (getattr(outcome.cost, f"{n}_usd_per_mtok") * k for n, k in counts.items())
    return sum(parts) / TOKENS_PER_MTOK


def _request_electricity_usd(outcome: Any, question: Question, hour: Any) -> Any:
    counts = _counts(question)
    joules = sum(getattr(outcome.energy, f"{n}_j_per_token") * k for n, k in counts.items())
    return joules / J_PER_KWH * hour.electricity_price_usd_per_kwh


def _over(above: Any, below: Any) -> Any:
    return above / below


def _provenance(found: Prediction) -> dict[str, Any]:
    layouts = {"writers": found.writers.layout, "readers": found.readers.layout}
    return {name: asdict(value) for name, value in layouts.items()} | {
        "engine_speed_ratio": ends(found.speed.ratio),
        "engine_class": found.speed.label,
        "engine_benchmarks_count": found.speed.rows_count,
        "tables": [
            "model_architectures.csv",
            "accelerators.csv",
            "serving_benchmarks.csv",
            "benchmark_setups.csv",
            "assumptions.csv",
        ],
    }


def _measured(asked: Asked, work: Workload, rests_on: Basis) -> dict[str, Any]:
    try:
        found = serving.measured(asked, work, rests_on)
    except FrontierError as fault:
        return {"reason": str(fault)}
    return asdict(found)


def shown(value: Mapping[str, float], name: str) -> str:
    """Interval in words, unit left to the heading."""
    unit = unit_of(name) or "count"
    central, low, high = (formats.number(value[e], unit) for e in ("central", "low", "high"))
    return central if low == high else f"{central} ({low} to {high})"
