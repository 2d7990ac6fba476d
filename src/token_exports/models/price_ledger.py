"""Why one token costs more than another: the logarithm of a price gap, factor by factor.

    price            = unit cost x mark-up
    unit cost        = serving-hour cost x seconds of an accelerator per million tokens / 3600
    ln(price gap)    = sum over factors of their parts
    part of a factor = mean, over all orders of changing the factors one by one, of the change of
                       ln(price) when its turn comes (Shapley)

The order in which factors are changed matters, because electricity is a share of cost and that
share changes with the rest; the mean over all orders favours none, and the parts still add up to
the gap exactly. The mark-up is the residual: what price leaves over unit cost, be it margin,
training, or what the model does not see.

Hour and seconds have no input in common but the accelerator, and ln(cost) is their sum. A Shapley
value of a sum is the sum of the Shapley values, so each is averaged over its own factors only.

Left out on purpose: batching and speed a provider chooses (they are in the throughputs handed in),
tokens per task (see price_history), discounts.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from itertools import combinations
from math import factorial
from typing import TypeVar

import numpy as np

from token_exports.models import accelerator_hour, list_price, token_cost
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.list_price import TokenMix
from token_exports.models.token_cost import TokenInputs
from token_exports.units import Quantity

Factor = TypeVar("Factor")
Parts = dict[str, Quantity]

FACTORS = {
    "electricity_price": "Electricity price",
    "accelerator_cost": "Accelerator, capital, hosting",
    "chip_efficiency": "Chip and site efficiency",
    "active_parameters": "Model size",
    "traffic_mix": "Caching and traffic mix",
    "utilisation": "Utilisation",
    "margin": "Mark-up (residual)",
}
SITE = ("it_power_kw", "load_factor_share", "idle_power_share", "pue_ratio")
OWNER: dict[str, tuple[str, ...]] = {
    "electricity_price": ("electricity_price_usd_per_kwh",),
    "chip_efficiency": SITE,
    "utilisation": ("utilisation_share",),
}
OWNER["accelerator_cost"] = tuple(
    f.name for f in fields(ServingInputs) if all(f.name not in names for names in OWNER.values())
)
"""Factor to the inputs of an hour it owns; every input has one owner."""


def shapley(
    value: Callable[[Mapping[str, Factor]], Quantity],
    base: Mapping[str, Factor],
    other: Mapping[str, Factor],
) -> Parts:
    """Part of each factor in ``value(other) - value(base)``, averaged over all orders.

    Parameters
    ----------
    value
        Quantity that depends on the factors; arrays of draws pass through.
    base, other
        Factor to its value on either side; anything ``value`` understands.

    Returns
    -------
    dict
        Factor to its part. The parts add up to the difference, draw by draw.

    Raises
    ------
    ValueError
        The two sides do not name the same factors.

    Notes
    -----
    Lloyd Shapley's formula (1953): a factor's gain over a set of others already changed has the
    weight ``size! x (n - size - 1)! / n!``. The value is computed once per subset.
    """
    if base.keys() != other.keys():
        raise ValueError(f"factors differ: {sorted(base.keys() ^ other.keys())}")
    names = tuple(base)
    values = {
        frozenset(changed): value({n: (other if n in changed else base)[n] for n in names})
        for size in range(len(names) + 1)
        for changed in combinations(names, size)
    }
    return {name: _mean_gain(values, name, len(names)) for name in names}


def _mean_gain(values: Mapping[frozenset[str], Quantity], name: str, count: int) -> Quantity:
    total: Quantity = 0.0
    for before, below in values.items():
        if name not in before:
            size = len(before)
            weight = factorial(size) * factorial(count - size - 1) / factorial(count)
            total = total + weight * (values[before | {name}] - below)
    return total


# ---- the ledger of two models


@dataclass(frozen=True, kw_only=True)
class Rates:
    """Tokens per second of an accelerator while it serves, by class."""

    fresh_prompt_tok_per_s_per_gpu: Quantity
    output_tok_per_s_per_gpu: Quantity


@dataclass(frozen=True, kw_only=True)
class Side:
    """One of the two models: where it is served, on what, and what it is sold for."""

    model: str
    chip: str
    hour: ServingInputs
    mix: TokenMix
    cache_read_cost_ratio: Quantity
    price_usd_per_mtok: Quantity  # effective, over the same mix


Throughput = Mapping[tuple[str, str], Rates]
"""(model, chip) to its rates; all four combinations of the two sides."""


def unit_cost_usd_per_mtok(side: Side, throughput: Throughput) -> Quantity:
    """Full cost of a million tokens in the side's mix, idle hours included."""
    hour = accelerator_hour.cost_usd_per_h(side.hour)
    return hour * hours_per_mtok(throughput[side.model, side.chip], side)


def hours_per_mtok(rates: Rates, side: Side) -> Quantity:
    """Serving hours of an accelerator that a million tokens of the side's mix take."""
    costs = token_cost.token_costs(
        TokenInputs(
            hour_cost_usd_per_h=1.0,
            fresh_prompt_tok_per_s_per_gpu=rates.fresh_prompt_tok_per_s_per_gpu,
            output_tok_per_s_per_gpu=rates.output_tok_per_s_per_gpu,
            cached_prompt_share=0.0,  # the rate is that of fresh tokens alone
            cache_read_cost_ratio=side.cache_read_cost_ratio,
        )
    )
    return list_price.effective_usd_per_mtok(costs, side.mix)


def markup_ratio(side: Side, throughput: Throughput) -> Quantity:
    """Price over unit cost; below one the token is sold at a loss."""
    return side.price_usd_per_mtok / unit_cost_usd_per_mtok(side, throughput)


def ln_price_gap(dear: Side, cheap: Side) -> Quantity:
    """Logarithm of the dear price over the cheap one."""
    return np.asarray(np.log(dear.price_usd_per_mtok / cheap.price_usd_per_mtok))


def decompose(dear: Side, cheap: Side, throughput: Throughput) -> Parts:
    """Parts of ln(dear price / cheap price), in the order of ``FACTORS``.

    A negative part narrows the gap: on that factor the dear model is the cheaper one to serve.

    Parameters
    ----------
    dear, cheap
        The two models; either side may hold draws.
    throughput
        Rates of both models on both chips.

    Raises
    ------
    ValueError
        A combination of model and chip has no rates.
    """
    wanted = {(m, c) for m in (dear.model, cheap.model) for c in (dear.chip, cheap.chip)}
    missing = sorted(wanted - set(throughput))
    if missing:
        raise ValueError(f"no rates of {', '.join(' on '.join(pair) for pair in missing)}")

    parts: Parts = dict.fromkeys(FACTORS, 0.0)
    hour = shapley(_ln_hour, _owned(cheap), _owned(dear))
    for name, part in hour.items():
        parts[name] = parts[name] + part
    for name, part in _time_parts(dear, cheap, throughput).items():
        parts[name] = parts[name] + part
    above, below = (np.log(markup_ratio(side, throughput)) for side in (dear, cheap))
    parts["margin"] = above - below
    return parts


def _owned(side: Side) -> dict[str, dict[str, Quantity]]:
    return {name: {f: getattr(side.hour, f) for f in own} for name, own in OWNER.items()}


def _ln_hour(values: Mapping[str, Mapping[str, Quantity]]) -> Quantity:
    inputs = {name: value for owned in values.values() for name, value in owned.items()}
    return np.asarray(np.log(accelerator_hour.cost_usd_per_h(ServingInputs(**inputs))))


def _time_parts(dear: Side, cheap: Side, throughput: Throughput) -> Parts:
    def ln_hours(values: Mapping[str, Side]) -> Quantity:
        rates = throughput[values["active_parameters"].model, values["chip_efficiency"].chip]
        return np.asarray(np.log(hours_per_mtok(rates, values["traffic_mix"])))

    names = ("chip_efficiency", "active_parameters", "traffic_mix")
    return shapley(ln_hours, dict.fromkeys(names, cheap), dict.fromkeys(names, dear))


def electricity_saving(dear: Side, throughput: Throughput, price_ratio: float) -> Quantity:
    """ln(unit cost before / after) if the dear side's electricity cost this ratio of its price.

    Zero is free power: the most that electricity can explain of any gap.
    """
    price = dear.hour.electricity_price_usd_per_kwh * price_ratio
    cheaper = replace(dear, hour=replace(dear.hour, electricity_price_usd_per_kwh=price))
    costs = (unit_cost_usd_per_mtok(side, throughput) for side in (dear, cheaper))
    return np.asarray(np.log(next(costs) / next(costs)))


def scaled_rates(
    reference: Rates, active_params_ratio: Quantity, speed_ratios: tuple[Quantity, Quantity]
) -> Rates:
    """Rates of another model and chip if speed followed active parameters and chip alone.

    Parameters
    ----------
    reference
        Rates of the model that was measured.
    active_params_ratio
        Active parameters over those of the measured model.
    speed_ratios
        Speed of the chip over the one it was measured on, for fresh prompt and for output.

    Notes
    -----
    An upper bound of what fewer active parameters buy: memory traffic follows total parameters
    and context, so a small active share saves less than this.
    """
    prefill, decode = (speed / active_params_ratio for speed in speed_ratios)
    return Rates(
        fresh_prompt_tok_per_s_per_gpu=reference.fresh_prompt_tok_per_s_per_gpu * prefill,
        output_tok_per_s_per_gpu=reference.output_tok_per_s_per_gpu * decode,
    )
