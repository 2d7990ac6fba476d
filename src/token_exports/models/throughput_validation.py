"""Predicted against published throughput, and the engine's speed that each class of rows implies.

    implied speed = published / predicted at engine speed one
    speed used for a row = median implied speed of the other rows of its narrowest class
    log error = ln(predicted / published)

Other rows are all but the tested one, or all but its whole series (same model, chip, format and
engine): the first asks how well a class fits, the second how well it carries over to a model or
chip that was not measured. Where a user's speed is close to what one sequence alone would get, the
batch and with it the throughput hang on the engine's speed; the elasticity says by how much.

Left out on purpose: fitting more than one parameter to a class, weights by age of the software.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import log

import numpy as np
import pandas as pd

from token_exports import uncertainty
from token_exports.models import engine_speed, layout, prediction_errors, throughput
from token_exports.models.benchmark_rows import Case, NotExpressible, Row, World, case
from token_exports.models.engine_speed import classes, series
from token_exports.models.roofline import Deployment
from token_exports.models.throughput import Throughput
from token_exports.units import Quantity

STEEP = 1.5  # elasticity from which the batch is badly determined
FAMILY_PARTS = 2  # slashes in a class that names family, format and way of serving
NOTABLE_RATIO = 1.1  # of a model's speed to that of its classes
ROW_KEY = "benchmark_id"
NUDGE = 1.02  # of the engine's speed, to see how much hangs on it
ENGINE_SPEEDS = np.geomspace(0.05, 20.0, 400)  # wider than any row implies


# ---- one row


def point(found: Case, speed: float) -> Throughput:
    """Operating point of a case at an engine's speed."""
    candidates = [_at_engine_speed(each, speed) for each in found.candidates]
    work = found.workload
    if found.path == "prompts":
        return throughput.operate(candidates[0], work, 1.0)
    if found.path != "load" or found.load_count is None or found.accelerators_count is None:
        if work.separated:
            readers = layout.best_readers(candidates, work)
            return throughput.throughput(layout.best_writers(candidates, work), work, readers)
        return throughput.throughput(layout.fastest(candidates, work), work)
    if work.separated:
        groups = layout.stacked(candidates)
        return layout.separate_pools(groups, work, found.accelerators_count, found.load_count)
    return layout.fastest_at_batch(candidates, work, found.load_count)[1]


def _at_engine_speed(deployment: Deployment, speed: Quantity) -> Deployment:
    return replace(
        deployment, efficiencies=replace(deployment.efficiencies, engine_speed_ratio=speed)
    )


def at_engine_speed(rates: Throughput, speed: float) -> Throughput:
    """Operating point of engine speed one at another, where a load or the memory sets the batch."""
    return replace(
        rates,
        interactivity_tok_per_s_per_user=rates.interactivity_tok_per_s_per_user * speed,
        fresh_prompt_tok_per_s_per_gpu=rates.fresh_prompt_tok_per_s_per_gpu * speed,
        cache_read_tok_per_s_per_gpu=float("nan"),  # may be fetched, at whatever engine speed
        decode_tok_per_s_per_gpu=rates.decode_tok_per_s_per_gpu * speed,
        output_tok_per_s_per_gpu=rates.output_tok_per_s_per_gpu * speed,
        computed_tok_per_s_per_gpu=rates.computed_tok_per_s_per_gpu * speed,
    )


def on_basis(row: Row, found: Case, rates: Throughput) -> Quantity:
    """Predicted throughput of the tokens and the accelerators that the row counts."""
    if row["phase"] == "prefill":
        return rates.fresh_prompt_tok_per_s_per_gpu
    if row["accelerators_basis"] == "decode":
        return rates.decode_tok_per_s_per_gpu
    if row["tokens_basis"] == "total_incl_cached":
        work = found.workload
        return rates.output_tok_per_s_per_gpu * (1 + work.input_tokens / work.output_tokens)
    if row["tokens_basis"] == "total":
        return rates.computed_tok_per_s_per_gpu
    return rates.output_tok_per_s_per_gpu


def implied_engine_speed(row: Row, found: Case) -> float:
    """Engine's speed at which the prediction is what was published.

    At a given load every time shrinks with the engine's speed, so the rate is in proportion to it.
    At a given speed of the user a faster engine also carries a larger batch; there the layout that
    is fastest at engine speed one is kept and the rate is inverted on a grid.
    """
    published = float(row["throughput_tok_per_s_per_gpu"])
    if found.path != "speed":
        return published / float(on_basis(row, found, point(found, 1.0)))
    candidates = [_at_engine_speed(each, 1.0) for each in found.candidates]
    best = layout.fastest(candidates, found.workload)
    rates = throughput.throughput(_at_engine_speed(best, ENGINE_SPEEDS), found.workload)
    curve = np.nan_to_num(on_basis(row, found, rates))
    if not curve[0] < published < curve[-1]:
        return float("nan")
    return float(np.exp(np.interp(log(published), np.log(curve + 1e-9), np.log(ENGINE_SPEEDS))))


# ---- all rows


def cases(rows: pd.DataFrame, world: World) -> tuple[dict[str, Case], dict[str, str]]:
    """Cases by row, and the reason of every row that is none."""
    found: dict[str, Case] = {}
    reasons: dict[str, str] = {}
    for row in rows.to_dict("records"):
        try:
            found[row["benchmark_id"]] = case(row, world)
        except (NotExpressible, ValueError) as reason:
            reasons[row["benchmark_id"]] = str(reason)
    return found, reasons


def _classes(row: Row, found: Case) -> tuple[str, ...]:
    return classes(row, dense=bool(found.candidates[0].shape.n_experts <= 1))


def raw(rows: pd.DataFrame, found: dict[str, Case]) -> pd.DataFrame:
    """Predictions at engine speed one with the speed each row implies, and its classes."""
    records = []
    for row in rows.to_dict("records"):
        if row["benchmark_id"] in found:
            own = found[row["benchmark_id"]]
            published = float(row["throughput_tok_per_s_per_gpu"])
            records.append(
                {
                    "benchmark_id": row["benchmark_id"],
                    "path": own.path,
                    "series": series(row),
                    "published": published,
                    "implied_engine_speed_ratio": implied_engine_speed(row, own),
                    **{f"class_{i}": name for i, name in enumerate(_classes(row, own))},
                }
            )
    return pd.DataFrame(records)


@dataclass(frozen=True)
class Prepared:
    """Rows as cases, the reasons of those that are none, and the speeds they imply.

    ``at_one`` holds operating points at engine speed one of rows whose batch it does not set.
    """

    rows: Mapping[str, Row]
    cases: Mapping[str, Case]
    reasons: Mapping[str, str]
    table: pd.DataFrame
    at_one: Mapping[str, Throughput]


def prepared(rows: pd.DataFrame, world: World, implied: pd.DataFrame | None = None) -> Prepared:
    """What every way of leaving rows out shares.

    Parameters
    ----------
    rows
        Benchmarks completed by their setups.
    world
        What they refer to.
    implied
        From `raw`, where it is at hand.
    """
    found, reasons = cases(rows, world)
    table = raw(rows, found) if implied is None else implied
    by_id: dict[str, Row] = {str(row[ROW_KEY]): row for row in rows.to_dict("records")}
    at_one = {name: point(own, 1.0) for name, own in found.items() if own.path != "speed"}
    return Prepared(by_id, found, reasons, table, at_one)


def compared(
    rows: pd.DataFrame, world: World, by: str = ROW_KEY
) -> tuple[pd.DataFrame, dict[str, Throughput]]:
    """Predicted against published throughput, reason where there is none, and operating points.

    Parameters
    ----------
    rows
        Benchmarks completed by their setups.
    world
        What they refer to.
    by
        Rows left out of a tested row's class: itself, or its ``series``.
    """
    return tested(prepared(rows, world), by)


def tested(ready: Prepared, by: str) -> tuple[pd.DataFrame, dict[str, Throughput]]:
    """The same for rows already prepared."""
    records, points = [], {}
    for position, name in enumerate(ready.table[ROW_KEY]):
        label, ratios = engine_speed.peers(ready.table, position, by)
        rest = uncertainty.interval(ratios) if len(ratios) else uncertainty.exact(1.0)
        wide = engine_speed.one_more(ratios) if len(ratios) else rest
        row, found = ready.rows[name], ready.cases[name]
        points[name] = (
            at_engine_speed(ready.at_one[name], rest.central)
            if name in ready.at_one
            else point(found, rest.central)
        )
        predicted = float(on_basis(row, found, points[name]))
        values = {"low": rest.low, "high": rest.high, "wide_low": wide.low, "wide_high": wide.high}
        records.append(
            {f"{end}_engine_speed_ratio": value for end, value in values.items()}
            | {ROW_KEY: name, "engine_speed_ratio": rest.central, "efficiency_class": label}
            | {"others_count": len(ratios), "model": row["model"], "predicted": predicted}
            | {"speed_is_limit": row.get("interactivity_is_limit") is True}
            | {"elasticity_ratio": _elasticity(row, found, rest.central, predicted)}
        )
    if not records:
        return pd.DataFrame(), points
    results = ready.table.merge(pd.DataFrame(records))
    results["log_error"] = np.log(results["predicted"] / results["published"])
    results["relatives_ratio"] = prediction_errors.relatives_ratio(results)
    unreached = results.loc[results["predicted"].isna(), ROW_KEY]
    no_batch = dict.fromkeys(unreached, "no batch of any layout reaches the user's speed")
    results = results[results["predicted"].notna()]
    reasons = dict(ready.reasons) | no_batch
    missing = pd.DataFrame(list(reasons.items()), columns=[ROW_KEY, "reason"])
    return pd.concat([results, missing], ignore_index=True), points


def _elasticity(row: Row, found: Case, speed: float, predicted: float) -> float:
    """Power of the engine's speed that the rate changes by; one where a load sets the batch."""
    if found.path != "speed":
        return 1.0
    faster = float(on_basis(row, found, point(found, speed * NUDGE)))
    return log(faster / predicted) / log(NUDGE)


# ---- why it is off


def remark(result: Row) -> str:
    """Why a prediction may be far off; empty where nothing speaks against it."""
    reason = result.get("reason")
    if isinstance(reason, str):
        return reason
    if result["others_count"] == 0:
        return "no other row of its class or of any relative"
    if result["elasticity_ratio"] > STEEP:
        return (
            "the user's speed is close to what one sequence alone would get: throughput changes"
            f" by the power {result['elasticity_ratio']:.1f} of the engine's speed"
        )
    too_high = result.get("log_error", 0.0) > 0
    if too_high and result.get("speed_is_limit"):
        return "the speed stated is the slowest the test allows; the mean is not published"
    if too_high and result["path"] == "memory":
        return "neither load nor user's speed is stated: a batch that fills the memory is assumed"
    ratio = result.get("relatives_ratio", 1.0)
    same_way = (ratio < 1 / NOTABLE_RATIO) if too_high else (ratio > NOTABLE_RATIO)
    if same_way:
        return f"elsewhere too the model runs at {ratio:.2f} of the speed of its classes"
    if str(result["efficiency_class"]).count("/") < FAMILY_PARTS:
        return "too few rows of its own chip family and format: speed of more distant relatives"
    return ""
