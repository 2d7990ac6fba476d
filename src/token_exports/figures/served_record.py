"""Predictions of notebook 02: the traffic of a run, and models served on chips of a region."""

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pandas as pd

from token_exports import serving
from token_exports.assumptions import Assumptions
from token_exports.models import disclosed_service, list_price, price_facts, traffic, transformer
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.list_price import TokenMix
from token_exports.models.token_cost import Outcome
from token_exports.models.traffic import Traffic
from token_exports.parameters import TokenCost
from token_exports.serving import Asked, Basis, Prediction
from token_exports.uncertainty import Both
from token_exports.units import J_PER_KWH, TOKENS_PER_MTOK, Quantity

SLUGS = {
    "minimax-m2.5": price_facts.M25_SLUG,
    "claude-opus-4.6": price_facts.OPUS_SLUG,
    "deepseek-v3.2": price_facts.DEEPSEEK_SLUG,
}
OWN, DAY = "own", "disclosed_day"
CONTEXT = "deepseek_context_per_output_token"
ROUNDING = 0.999  # of the search for the batch


class Given(NamedTuple):
    """What every prediction of a run takes."""

    known: Assumptions
    p: TokenCost
    rests_on: Basis
    mixes: pd.DataFrame
    reported: pd.DataFrame

    @property
    def draws(self) -> tuple[int, int]:
        """Number of draws and their seed."""
        return self.p.n_draws, self.p.seed


def traffic_of(given: Given, slug: str) -> Traffic:
    """Traffic that a model's cost is taken over in this run.

    Raises
    ------
    ValueError
        The week, its requests or the disclosed day are not in the tables of this run.
    """
    chosen = given.p.traffic
    if chosen == DAY:
        return _disclosed(given.reported)
    name = slug if chosen == OWN else SLUGS[chosen]
    label = "its own traffic" if chosen == OWN else f"the traffic of {chosen}"
    return traffic.of_week(given.mixes, name, price_facts.MIX_WEEK, label)


def _disclosed(reported: pd.DataFrame) -> Traffic:
    values = reported.set_index("quantity_id")["value"]
    if CONTEXT not in values.index:
        raise ValueError(f"reported_quantities has no {CONTEXT} yet")
    day = disclosed_service.read_day(reported)
    return traffic.of_day(day, float(values[CONTEXT]), "the disclosed day's traffic")


def asked(given: Given, model: str, region: str, chip: str) -> Asked:
    """A model on a chip in a region, at the region's price class and the run's way of serving."""
    classes = {"cn": given.p.cn_electricity, "us": given.p.us_electricity}
    return Asked(
        model=model,
        accelerator=chip,
        region=region,
        electricity=classes[region],
        serving=given.p.serving,
    )


def predict(given: Given, wanted: Asked, of: Traffic, shape: Both | None = None) -> Prediction:
    """Prediction over a traffic; the user's speed is promised, not drawn.

    Where a chip cannot keep it, a lower one is promised, since a service that nobody can run would
    have no cost.

    Parameters
    ----------
    given
        Assumptions, parameters and tables of the run.
    wanted
        Model, chip and place.
    of
        Lengths and mix.
    shape
        Architecture at the centre and as draws, where the model's own is not published.
    """
    speed = given.known.row(serving.USER_SPEED, wanted.region).central
    work = replace(traffic.workload(of, speed), settles=True)
    if shape is None:
        return serving.predict(wanted, Both(work, work), given.known, given.rests_on, given.draws)
    pair = (given.known, given.rests_on)
    return serving.predict_shape(wanted, shape, Both(work, work), pair, given.draws)


def stretched(given: Given, name: str, like: str, active_params_b: Both) -> Both:
    """Architecture of a published model stretched to a size that is only estimated.

    Raises
    ------
    ValueError
        The published model is not in the tables of this run.
    """
    if like not in given.rests_on.world.architectures:
        raise ValueError(f"model_architectures has no {like} yet")
    own = given.rests_on.world.architectures[like]
    ratio = active_params_b.of(_over, own.active_params_b)
    return ratio.of(_stretched, own, name)


def _over(above: Quantity, below: Quantity) -> Quantity:
    return above / below


def _stretched(
    ratio: Quantity, shape: transformer.Architecture, name: str
) -> transformer.Architecture:
    return transformer.stretched(shape, ratio, name)


# ---- over a mix


def unit_cost_usd_per_mtok(outcome: Outcome, mix: TokenMix) -> Quantity:
    """Full cost of a million tokens in a mix."""
    return list_price.effective_usd_per_mtok(outcome.cost, mix)


def blended_kwh_per_mtok(outcome: Outcome, mix: TokenMix) -> Quantity:
    """Facility electricity of a million tokens in a mix."""
    energy = outcome.energy
    joules = (
        mix.fresh_prompt_share * energy.fresh_prompt_j_per_token
        + mix.cache_read_share * energy.cache_read_j_per_token
        + mix.output_share * energy.output_j_per_token
    )
    return joules * TOKENS_PER_MTOK / J_PER_KWH


def electricity_cost_share(outcome: Outcome, mix: TokenMix, price: Quantity) -> Quantity:
    """Electricity in the full cost of a mix."""
    return blended_kwh_per_mtok(outcome, mix) * price / unit_cost_usd_per_mtok(outcome, mix)


def blended(prediction: Prediction, of: Traffic) -> Mapping[str, Both]:
    """Cost, electricity and electricity's share over a traffic."""
    price = prediction.hour.of(_price)
    return {
        "usd_per_mtok": prediction.outcome.of(unit_cost_usd_per_mtok, of.mix),
        "kwh_per_mtok": prediction.outcome.of(blended_kwh_per_mtok, of.mix),
        "electricity_cost_share": prediction.outcome.of(electricity_cost_share, of.mix, price),
    }


def _price(hour: ServingInputs) -> Quantity:
    return hour.electricity_price_usd_per_kwh


def speed_kept_share(prediction: Prediction) -> float:
    """Part of the draws in which some batch keeps the speed asked for in full."""
    speed = prediction.outcome.draws.rates.interactivity_tok_per_s_per_user
    asked = np.max(prediction.asked_speed_tok_per_s_per_user)
    return float(np.mean(np.asarray(speed) >= asked * ROUNDING))
