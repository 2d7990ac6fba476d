"""The roofline path: rates, energy and cost by class of token, at the centre and as draws."""

from collections.abc import Hashable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from token_exports import data, uncertainty
from token_exports.assumptions import Assumption, Assumptions
from token_exports.models import benchmark_rows, engine_speed, token_cost, transformer
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.engine_speed import EngineSpeed
from token_exports.models.roofline import Accelerator, Deployment, Efficiencies
from token_exports.models.throughput import Workload
from token_exports.models.token_cost import Outcome, Service
from token_exports.models.transformer import Architecture
from token_exports.serving.basis import Asked, Basis, ServingError, named, narrowest
from token_exports.uncertainty import Both, Interval

POWER = ("board_idle_power_share", "board_busy_power_share")
SPEED_ROW = "engine_speed_ratio"
USER_SPEED = "interactivity_tok_per_s_per_user"


@dataclass(frozen=True)
class Prediction:
    """Rates, energy and cost at the central values and as draws, and what they rest on."""

    asked: Asked
    writers: Deployment
    readers: Deployment
    speed: EngineSpeed
    outcome: Both
    service: Both
    asked_speed_tok_per_s_per_user: float

    @property
    def hour(self) -> Both:
        """Inputs of the accelerator-hour."""
        return self.service.of(_hour)


def predict(
    asked: Asked, workload: Both, known: Assumptions, rests_on: Basis, draws: tuple[int, int]
) -> Prediction:
    """Rates, energy and cost by class of token.

    The layout is the fastest at the central values and is kept for the draws.

    Parameters
    ----------
    asked
        Model, chip, place and format.
    workload
        At the central values and as draws; way of serving and drafts are set here.
    known
        Assumptions, with the overrides of the run.
    rests_on
        From `basis`.
    draws
        How many, and their seed.

    Raises
    ------
    ServingError
        An unknown name, or a model that no group of the accelerators holds.
    """
    model, shape = named(rests_on.world.architectures, asked.model, "model")
    name, chip = named(rests_on.world.accelerators, asked.accelerator, "accelerator")
    shape_both = Both(shape, shape)
    exact = replace(asked, model=model, accelerator=name)
    return predict_shape(exact, shape_both, workload, (known, rests_on), draws)


def predict_shape(
    asked: Asked,
    shape: Both,
    workload: Both,
    given: tuple[Assumptions, Basis],
    draws: tuple[int, int],
) -> Prediction:
    """As `predict`, for an architecture that may itself be drawn; its layout fits most draws."""
    known, rests_on = given
    chip = rests_on.world.accelerators[asked.accelerator]
    asked = replace(asked, precision=asked.precision or narrowest(chip))
    speed = speed_of(asked, known, rests_on)
    drafted = workload.of(_completed, asked.serving, *_drafts(known, asked, draws))
    services = _services(known, asked, (chip, shape.central), speed, draws)
    try:
        best = token_cost.deployments(_roomy(shape), chip, drafted.central, services.central)
    except ValueError as fault:
        raise ServingError(str(fault)) from None
    services = services.of(_in_layouts, *(each.layout for each in best))
    outcome = shape.of(token_cost.outcome, chip, drafted, services)
    asked_speed = float(np.median(drafted.central.interactivity_tok_per_s_per_user))
    return Prediction(asked, *best, speed, outcome, services, asked_speed)


def _roomy(shape: Both) -> Architecture:
    """Shape the layout is chosen for: of a drawn size one that few draws exceed."""
    central: Architecture = shape.central
    largest = float(np.quantile(shape.draws.total_params_b, uncertainty.HIGH_QUANTILE))
    ratio = largest / float(central.total_params_b)
    return transformer.stretched(central, ratio, central.name) if ratio != 1 else central


def _in_layouts(service: Service, layout: Any, readers: Any) -> Service:
    return replace(service, layout=layout, readers=readers)


def _hour(service: Service) -> ServingInputs:
    return service.hour


def in_hour(prediction: Prediction, hour: Both) -> Prediction:
    """The same deployment in another hour: its rates stay, energy and cost follow."""
    service = prediction.service.of(_with_hour, hour)
    return replace(prediction, service=service, outcome=prediction.outcome.of(_priced, service))


def _with_hour(service: Service, hour: ServingInputs) -> Service:
    return replace(service, hour=hour)


def _priced(outcome: Outcome, service: Service) -> Outcome:
    return token_cost.priced(outcome.rates, service)


def speed_of(asked: Asked, known: Assumptions, rests_on: Basis) -> EngineSpeed:
    """Engine speed of the nearest class of benchmarks, or the assumption where there is none.

    Raises
    ------
    ServingError
        A format that no benchmark states.
    """
    if asked.precision not in benchmark_rows.PRECISIONS:
        raise ServingError(
            f"no precision {asked.precision!r};"
            f" {data.nearest(asked.precision, benchmark_rows.PRECISIONS)}"
        )
    shape = rests_on.world.architectures.get(asked.model)
    row: dict[Hashable, Any] = {
        "model": asked.model,
        "accelerator": asked.accelerator,
        "precision": asked.precision,
        "serving": asked.serving,
        "dense": shape is not None and shape.n_experts <= 1,
    }
    found = engine_speed.of_deployment(rests_on.implied, row)
    if found:
        return found
    stated = known.row(SPEED_ROW, asked.region)
    return EngineSpeed(Interval(stated.central, stated.low, stated.high), "assumption", 0)


def _drafts(known: Assumptions, asked: Asked, draws: tuple[int, int]) -> tuple[Both, Both]:
    variants = ["mtp"] if asked.drafts else []
    names = ("accepted_tokens", "verified_tokens")
    rows = (known.row(name, asked.region, variants) for name in names)
    accepted, verified = (Both(row.central, row.draw(*draws)) for row in rows)
    return accepted, verified


def _completed(workload: Workload, serving: str, accepted: Any, verified: Any) -> Workload:
    separated = serving != engine_speed.WAYS[0]
    return replace(
        workload, accepted_tokens=accepted, verified_tokens=verified, separated=separated
    )


def _services(
    known: Assumptions,
    asked: Asked,
    served: tuple[Accelerator, Architecture],
    speed: EngineSpeed,
    draws: tuple[int, int],
) -> Both:
    """Assumptions of the prediction; the engine's speed takes the range of its class."""
    n_draws, seed = draws
    chip, shape = served
    variants = {asked.accelerator, asked.electricity}
    drawn_speed = Assumption(SPEED_ROW, "all", speed.label, *_points(speed.ratio))
    rows = [known.row(name, asked.region) for name in POWER]
    precision = benchmark_rows.precision(asked.precision, shape, chip)
    both = []
    for drawn in (False, True):
        kept: dict[str, Any] = {"n_draws": n_draws, "seed": seed} if drawn else {}
        read = known.draw if drawn else known.central
        achieved = read(Efficiencies, asked.region, **kept)
        ratio = drawn_speed.draw(n_draws, seed) if drawn else speed.ratio.central
        shares: dict[str, Any] = {
            row.parameter: row.draw(n_draws, seed) if drawn else row.central for row in rows
        }
        hour = read(ServingInputs, asked.region, variants, **kept)
        achieved = replace(achieved, engine_speed_ratio=ratio)
        both.append(Service(precision=precision, efficiencies=achieved, hour=hour, **shares))
    return Both(*both)


def _points(ratio: Interval) -> tuple[float, float, float]:
    return ratio.low, ratio.central, ratio.high


def user_speed(known: Assumptions, region: str, draws: tuple[int, int]) -> Both:
    """Assumed output speed that a user sees."""
    row = known.row(USER_SPEED, region)
    return Both(row.central, row.draw(*draws))


# ---- results


def feasible(prediction: Prediction) -> NDArray[np.bool_]:
    """Draws in which some batch keeps the user's speed."""
    return np.asarray(np.isfinite(prediction.outcome.draws.rates.batch_count))


def intervals(values: Both) -> dict[str, Interval]:
    """Interval of every field of a dataclass of quantities, over the draws that have a value."""
    found = {}
    for field in fields(values.central):
        drawn = np.asarray(getattr(values.draws, field.name), dtype=float)
        central = float(getattr(values.central, field.name))
        kept = uncertainty.finite(drawn)
        if np.isfinite(central) and kept.size:
            found[field.name] = uncertainty.interval(kept if drawn.ndim else drawn, central)
    return found
