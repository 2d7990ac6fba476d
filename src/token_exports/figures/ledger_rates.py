"""Rates of the two models of the price ledger on both chips, from two sources.

*Predicted*: the throughput model, the unpublished model as a published one stretched to the size
that a third party estimates. *Scaled*: a disclosed service over the time it served, by active
parameters and by the speed of the chip alone; an upper bound of what fewer active parameters buy.
"""

from typing import Any, NamedTuple

import pandas as pd

from token_exports import uncertainty
from token_exports.assumptions import Assumptions
from token_exports.figures import served_record
from token_exports.figures.cost_record import assumed
from token_exports.figures.served_record import Given
from token_exports.models import disclosed_service, price_facts, price_ledger
from token_exports.models.price_ledger import Rates
from token_exports.models.token_cost import Outcome
from token_exports.parameters import TokenCost
from token_exports.uncertainty import Both

CHEAP, DEAR = "MiniMax-M2.5", "Claude Opus 4.6"
MEASURED, MEASURED_ON = "DeepSeek-V3", "h800-sxm"
ESTIMATE = "opus46_active_params"
OCCUPANCY = "fleet_occupancy"


def predicted(given: Given) -> Both:
    """Rates of both models on both chips by the throughput model, each on its own traffic.

    Raises
    ------
    ValueError
        A mix, an architecture or the estimate of the unpublished model was not public yet.
    """
    p = given.p
    size = _estimated_params_b(p, given.reported)
    shape = served_record.stretched(given, DEAR, MEASURED, size)
    wanted = {CHEAP: (price_facts.M25_SLUG, None), DEAR: (price_facts.OPUS_SLUG, shape)}
    central, draws = {}, {}
    for model, (slug, drawn_shape) in wanted.items():
        of = served_record.traffic_of(given, slug)
        for region, chip in (("cn", p.cn_accelerator), ("us", p.us_accelerator)):
            asked = served_record.asked(given, model, region, chip)
            rates = served_record.predict(given, asked, of, drawn_shape).outcome.of(_of)
            central[model, chip], draws[model, chip] = rates.central, rates.draws
    return Both(central, draws)


def _of(outcome: Outcome) -> Rates:
    return Rates(
        fresh_prompt_tok_per_s_per_gpu=outcome.rates.fresh_prompt_tok_per_s_per_gpu,
        output_tok_per_s_per_gpu=outcome.rates.decode_tok_per_s_per_gpu,
    )


def _estimated_params_b(p: TokenCost, reported: pd.DataFrame) -> Both:
    rows = reported[reported["quantity_id"] == ESTIMATE]
    if rows.empty:
        raise ValueError(f"reported_quantities has no {ESTIMATE} yet")
    low, high = (float(rows[end].iloc[0]) for end in ("low", "high"))
    central = (low * high) ** 0.5
    z = uncertainty.standard_normals(p.n_draws, p.seed, ESTIMATE)
    return Both(central, uncertainty.lognormal(z, low, central, high))


# ---- one measured service, scaled


class Facts(NamedTuple):
    """Tables the scaled rates are read from, as far as public."""

    reported: pd.DataFrame
    architectures: pd.DataFrame
    accelerators: pd.DataFrame
    parameters: pd.DataFrame


def scaled(known: Assumptions, p: TokenCost, facts: Facts) -> Both:
    """Rates of both models on both chips, scaled from the disclosed service."""
    reference = measured_rates(known, p, facts)
    sizes = {
        CHEAP: _published_ratio(facts),
        DEAR: _estimated_params_b(p, facts.reported).of(_over, _own(facts)),
    }
    central, draws = {}, {}
    for model, size in sizes.items():
        for chip in {p.cn_accelerator, p.us_accelerator}:
            rates = reference.of(price_ledger.scaled_rates, size, speed_ratios(facts, chip))
            central[model, chip], draws[model, chip] = rates.central, rates.draws
    return Both(central, draws)


def measured_rates(known: Assumptions, p: TokenCost, facts: Facts) -> Both:
    """Rates of the disclosed service while it served, fresh tokens relieved of cache reads."""
    day = disclosed_service.read_day(facts.reported)
    cached = float(disclosed_service.cached_prompt_share(day))
    rows = facts.parameters
    occupied = float(rows.loc[rows["metric"] == OCCUPANCY, "value"].iloc[0])
    rate = "throughput_tok_per_s_per_gpu"
    fresh = assumed(known, p, rate, "cn", {"input_computed"})
    output = assumed(known, p, rate, "cn", {"output"})
    reads = assumed(known, p, "cache_read_cost_ratio", "cn")
    return fresh.of(_rates, output, reads, cached / (1 - cached), occupied)


def _rates(fresh: Any, output: Any, reads: Any, per_fresh: float, occupied: float) -> Rates:
    return Rates(
        fresh_prompt_tok_per_s_per_gpu=fresh * (1 + reads * per_fresh) / occupied,
        output_tok_per_s_per_gpu=output / occupied,
    )


def _published_ratio(facts: Facts) -> Both:
    active = facts.architectures.set_index("model")["computed_active_params_b"]
    if CHEAP not in active.index:
        raise ValueError(f"model_architectures has no {CHEAP} yet")
    ratio = float(active[CHEAP] / active[MEASURED])
    return Both(ratio, ratio)


def _own(facts: Facts) -> float:
    active = facts.architectures.set_index("model")["computed_active_params_b"]
    return float(active[MEASURED])


def _over(above: Any, below: float) -> Any:
    return above / below


def speed_ratios(facts: Facts, chip: str) -> tuple[float, float]:
    """Speed of a chip over the measured one: peak for fresh prompt, bandwidth for output."""
    rows = facts.accelerators.set_index("accelerator")
    peak = rows["peak_fp8_tflops"].fillna(rows["peak_int8_tflops"])
    ratios = (
        peak[chip] / peak[MEASURED_ON],
        rows["hbm_tb_per_s"][chip] / rows["hbm_tb_per_s"][MEASURED_ON],
    )
    return float(ratios[0]), float(ratios[1])
