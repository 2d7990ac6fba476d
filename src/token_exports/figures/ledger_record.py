"""The two sides of the price ledger, put together from assumptions, mixes and prices.

Rates stand in for a throughput model: those of DeepSeek's disclosed service, over the time it
served, scaled by active parameters and by the speed of the chip. Hand other rates to
`price_ledger.decompose` in their place.
"""

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import pandas as pd

from token_exports import uncertainty
from token_exports.assumptions import Assumptions
from token_exports.figures.cost_record import Both, assumed
from token_exports.models import disclosed_service, list_price, price_facts, price_ledger
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.list_price import TokenMix
from token_exports.models.price_ledger import FACTORS, Rates, Side, Throughput
from token_exports.parameters import TokenCost
from token_exports.uncertainty import Interval
from token_exports.units import Quantity

CHEAP, DEAR = "MiniMax-M2.5", "Claude Opus 4.6"
MEASURED, MEASURED_ON = "DeepSeek-V3", "h800-sxm"
ESTIMATE = "opus46_active_params"
OCCUPANCY = "fleet_occupancy"
TABLES = (
    "assumptions",
    "list_prices",
    "openrouter_token_mix",
    "reported_quantities",
    "model_architectures",
)
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    f"ledger_{name}_share": (
        f"{label} in the logarithm of the price gap Opus 4.6 over M2.5",
        "price_ledger.decompose",
        TABLES,
    )
    for name, label in FACTORS.items()
} | {
    "ledger_price_ratio": (
        "Effective price, Opus 4.6 over M2.5, each on its own mix at its own list price",
        "list_price.effective_usd_per_mtok",
        TABLES,
    ),
    "ledger_discount_share": (
        "Part of the logarithm of the gap that the essay's discount on power explains",
        "price_ledger.electricity_saving",
        (*TABLES, "claims"),
    ),
    "ledger_free_power_share": (
        "Part of the logarithm of the gap that free power explains",
        "price_ledger.electricity_saving",
        TABLES,
    ),
}


class Facts(NamedTuple):
    """Tables the sides are read from, as far as public."""

    prices: pd.DataFrame
    mixes: pd.DataFrame
    reported: pd.DataFrame
    architectures: pd.DataFrame
    accelerators: pd.DataFrame
    parameters: pd.DataFrame


class Case(NamedTuple):
    """Both sides and the rates of both models on both chips, at the centre and as draws."""

    dear: Both
    cheap: Both
    throughput: Both


def case(known: Assumptions, p: TokenCost, hours: Mapping[str, Both], facts: Facts) -> Case:
    """The two models of the essay, each in its region on the accelerator of the run.

    Raises
    ------
    ValueError
        A price, a mix or the estimate of the unpublished model was not public yet.
    """
    reads = assumed(known, p, "cache_read_cost_ratio", "cn")
    dear = _side(facts, (DEAR, price_facts.OPUS, price_facts.OPUS_SLUG), p.us_accelerator)
    cheap = _side(facts, (CHEAP, price_facts.M25, price_facts.M25_SLUG), p.cn_accelerator)
    sides = (hours[r].of(_with, reads, s) for r, s in (("us", dear), ("cn", cheap)))
    return Case(next(sides), next(sides), throughput(known, p, facts))


def case_if_public(
    known: Assumptions, p: TokenCost, hours: Mapping[str, Both], facts: Facts
) -> Case | None:
    """As `case`; None where a price, a mix or the size of a model was not public yet."""
    try:
        return case(known, p, hours, facts)
    except ValueError:
        return None


def _side(facts: Facts, names: tuple[str, str, str], chip: str) -> dict[str, Any]:
    label, key, slug = names
    weeks = facts.mixes[facts.mixes["period_start"] == pd.Timestamp(price_facts.MIX_WEEK)]
    rows = weeks[weeks["model_slug"] == slug]
    if rows.empty:
        raise ValueError(f"openrouter_token_mix has no {slug} from {price_facts.MIX_WEEK}")
    mix: TokenMix = list_price.row_mix(rows.iloc[0])
    row = list_price.in_force(facts.prices, key, price_facts.QUOTED)
    price = list_price.bounded_effective_usd_per_mtok(row, mix).central
    return {"model": label, "chip": chip, "mix": mix, "price_usd_per_mtok": price}


def _with(hour: ServingInputs, reads: Quantity, rest: Mapping[str, Any]) -> Side:
    return Side(hour=hour, cache_read_cost_ratio=reads, **rest)


# ---- rates in place of a throughput model


def throughput(known: Assumptions, p: TokenCost, facts: Facts) -> Both:
    """Rates of both models on both chips, scaled from the disclosed service."""
    reference = measured_rates(known, p, facts)
    sizes = {CHEAP: _published_ratio(facts), DEAR: _estimated_ratio(p, facts)}
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


def _estimated_ratio(p: TokenCost, facts: Facts) -> Both:
    rows = facts.reported[facts.reported["quantity_id"] == ESTIMATE]
    if rows.empty:
        raise ValueError(f"reported_quantities has no {ESTIMATE} yet")
    own = facts.architectures.set_index("model")["computed_active_params_b"][MEASURED]
    low, high = (float(rows[end].iloc[0] / own) for end in ("low", "high"))
    central = (low * high) ** 0.5
    z = uncertainty.standard_normals(p.n_draws, p.seed, ESTIMATE)
    return Both(central, uncertainty.lognormal(z, low, central, high))


def speed_ratios(facts: Facts, chip: str) -> tuple[float, float]:
    """Speed of a chip over the measured one: peak for fresh prompt, bandwidth for output."""
    rows = facts.accelerators.set_index("accelerator")
    peak = rows["peak_fp8_tflops"].fillna(rows["peak_int8_tflops"])
    ratios = (
        peak[chip] / peak[MEASURED_ON],
        rows["hbm_tb_per_s"][chip] / rows["hbm_tb_per_s"][MEASURED_ON],
    )
    return float(ratios[0]), float(ratios[1])


# ---- the ledger as a table


def table(sides: Case) -> pd.DataFrame:
    """Parts of the gap, each as a ratio and as a share of the gap's logarithm.

    Returns
    -------
    DataFrame
        ``factor``, ``label``, and ``low``, ``central`` and ``high`` of both.
    """
    central = price_ledger.decompose(
        sides.dear.central, sides.cheap.central, sides.throughput.central
    )
    draws = price_ledger.decompose(sides.dear.draws, sides.cheap.draws, sides.throughput.draws)
    whole = ln_gap(sides)
    rows = []
    for name, label in FACTORS.items():
        value = uncertainty.interval(draws[name], float(central[name]))
        row: dict[str, object] = {"factor": name, "label": label}
        for end in ("low", "central", "high"):
            row[f"{end}_ln"] = getattr(value, end)
            row[f"{end}_share"] = getattr(value, end) / whole
        rows.append(row)
    return pd.DataFrame(rows)


def ln_gap(sides: Case) -> float:
    """Logarithm of the price gap at the central prices."""
    above, below = sides.dear.central, sides.cheap.central
    return float(price_ledger.ln_price_gap(above, below))


def quantities(
    ledger: pd.DataFrame, sides: Case, discount_share: float
) -> dict[str, Interval | float | None]:
    """What the notebook records of the ledger.

    Parameters
    ----------
    ledger
        From `table`.
    sides
        The two models.
    discount_share
        The essay's statement of how much cheaper China's electricity is.
    """
    found: dict[str, Interval | float | None] = {}
    for row in ledger.to_dict("records"):
        name = f"ledger_{row['factor']}_share"
        found[name] = Interval(row["central_share"], row["low_share"], row["high_share"])
    whole = ln_gap(sides)
    found["ledger_price_ratio"] = math.exp(whole)
    for name, ratio in (("discount", 1 - discount_share), ("free_power", 0.0)):
        saved = sides.dear.of(price_ledger.electricity_saving, sides.throughput, ratio)
        value = saved.interval
        found[f"ledger_{name}_share"] = Interval(
            value.central / whole, value.low / whole, value.high / whole
        )
    return found


def with_throughput(sides: Case, rates: Throughput, drawn: Throughput) -> Case:
    """The same case on the rates of a throughput model."""
    return sides._replace(throughput=replace(sides.throughput, central=rates, draws=drawn))
