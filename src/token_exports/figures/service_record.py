"""What the notebook on cost records of a disclosed service, and of what cheaper power explains."""

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd

from token_exports.assumptions import Assumptions
from token_exports.figures.cost_record import INPUT_TABLES, assumed, inputs
from token_exports.figures.theme import ORIGIN_NAMES
from token_exports.models import (
    accelerator_hour,
    disclosed_service,
    list_price,
    price_facts,
    price_gap,
    token_cost,
)
from token_exports.models.disclosed_service import Day
from token_exports.parameters import TokenCost
from token_exports.results import Results
from token_exports.uncertainty import Both, Interval
from token_exports.units import W_PER_KW

REFERENCE = {"cn": "h800-sxm", "us": "h100-sxm"}
"""Accelerator of the measured service, and the same chip as sold in the United States."""
COST_COLUMNS = {
    "label": "Hour",
    "fresh_prompt_central_usd_per_mtok": "Fresh prompt",
    "cache_read_central_usd_per_mtok": "Cache read",
    "output_central_usd_per_mtok": "Output",
    "output_low_usd_per_mtok": "Output, low",
    "output_high_usd_per_mtok": "Output, high",
}
DAY_QUANTITIES: dict[str, tuple[Callable[[Day], Any], str]] = {
    "lease_usd": (disclosed_service.lease_cost_usd, "lease of the mean fleet"),
    "implied_node_count": (disclosed_service.implied_nodes_count, "nodes the two rates imply"),
    "input_usd_per_mtok": (disclosed_service.input_usd_per_mtok, "lease of prompt tokens"),
    "fresh_prompt_usd_per_mtok": (
        disclosed_service.fresh_prompt_usd_per_mtok,
        "lease of prompt tokens not read from the cache",
    ),
    "output_usd_per_mtok": (disclosed_service.output_usd_per_mtok, "lease of output tokens"),
    "blended_usd_per_mtok": (disclosed_service.blended_usd_per_mtok, "lease over all tokens"),
    "gross_margin_share": (disclosed_service.gross_margin_share, "theoretical gross margin"),
}


def reference_services(known: Assumptions, p: TokenCost, day: Day) -> dict[str, tuple[str, Both]]:
    """Token inputs on a leased and an owned hour of the measured chip, by region."""
    share = float(disclosed_service.cached_prompt_share(day))
    classes = {"cn": p.cn_electricity, "us": p.us_electricity}
    found = {}
    for region, chip in REFERENCE.items():
        owned = inputs(known, p, region, {chip, classes[region]})
        costs = {
            "lease": ("leased", assumed(known, p, "rental_usd_per_h", region, {chip})),
            "owned": ("owned", owned.of(accelerator_hour.paid_cost_usd_per_h)),
        }
        for kind, (word, cost) in costs.items():
            label = f"{ORIGIN_NAMES[region]}, {word} {chip}"
            found[f"{region}_{kind}"] = (label, token_inputs(known, p, cost, share))
    return found


def token_inputs(known: Assumptions, p: TokenCost, hour_cost: Both, cached_share: float) -> Both:
    """An hour's cost with the rates of the measured service and the cost of its cache reads."""
    rate = "throughput_tok_per_s_per_gpu"
    fresh = assumed(known, p, rate, "cn", {"input_computed"})
    output = assumed(known, p, rate, "cn", {"output"})
    reads = assumed(known, p, "cache_read_cost_ratio", "cn")
    return hour_cost.of(_token_inputs, fresh, output, reads, cached_share)


def _token_inputs(hour: Any, fresh: Any, output: Any, reads: Any, cached: float) -> Any:
    return token_cost.TokenInputs(
        hour_cost_usd_per_h=hour,
        fresh_prompt_tok_per_s_per_gpu=fresh,
        output_tok_per_s_per_gpu=output,
        cached_prompt_share=cached,
        cache_read_cost_ratio=reads,
    )


CLASS_COSTS: dict[str, Callable[..., Any]] = {
    "fresh_prompt": token_cost.fresh_prompt_usd_per_mtok,
    "cache_read": token_cost.cache_read_usd_per_mtok,
    "output": token_cost.output_usd_per_mtok,
}


def record_token_costs(found: Results, services: Mapping[str, tuple[str, Both]]) -> pd.DataFrame:
    """Record cost by token class for every kind of hour, and tabulate it.

    Parameters
    ----------
    found
        Results of the notebook.
    services
        Name of the kind of hour to its label and token inputs.
    """
    rows = []
    for name, (label, service) in services.items():
        row: dict[str, object] = {"label": label}
        for token_class, function in CLASS_COSTS.items():
            value = found.add(
                f"{name}_{token_class}_usd_per_mtok",
                service.of(function).interval,
                f"Cost of {token_class.replace('_', ' ')} tokens, {label}",
                formula=f"token_cost.{function.__name__}",
                tables=("assumptions", "reported_quantities"),
            )
            row |= {
                f"{token_class}_{end}_usd_per_mtok": getattr(value, end)
                for end in ("low", "central", "high")
            }
        rows.append(row)
    return pd.DataFrame(rows)


def energies(known: Assumptions, p: TokenCost) -> tuple[Both, Both]:
    """Electricity of a million tokens: of the disclosed day, and as a broker has it."""
    name = "energy_kwh_per_mtok"
    day, broker = (assumed(known, p, name, "cn", {v}) for v in ("deepseek_blended", "broker"))
    return day, broker


def record_service(found: Results, day: Day, energy: Both, price: Both) -> dict[str, Interval]:
    """Record the disclosed day and electricity's part in it.

    Parameters
    ----------
    found
        Results of the notebook.
    day
        The disclosed day.
    energy
        Facility electricity over all its tokens, kWh/Mtok.
    price
        Price of that electricity, USD/kWh.
    """
    known = {}
    for name, (function, label) in DAY_QUANTITIES.items():
        known[name] = found.add(
            f"deepseek_{name}",
            float(function(day)),
            f"DeepSeek's disclosed day: {label}",
            formula=f"disclosed_service.{function.__name__}",
            tables=("reported_quantities",),
        )
    share = energy.of(_lease_share, day, price)
    known["electricity_cost_share"] = found.add(
        "deepseek_electricity_cost_share",
        share.interval,
        "DeepSeek's disclosed day: electricity in the lease",
        formula="disclosed_service.electricity_cost_share",
        tables=("reported_quantities", *INPUT_TABLES),
    )
    return known


def _lease_share(energy: Any, day: Day, price: Any) -> Any:
    return disclosed_service.electricity_cost_share(day, energy, price)


def record_margin(found: Results, service: Both, mixes: pd.DataFrame) -> Interval | None:
    """Record the gross margin of DeepSeek V3.2 in the essay's week, if its mix is known."""
    rows = mixes[
        (mixes["model_slug"] == price_facts.DEEPSEEK_SLUG)
        & (mixes["period_start"] == pd.Timestamp(price_facts.MIX_WEEK))
    ]
    if rows.empty:
        return None
    mix = list_price.row_mix(rows.iloc[0])
    price = list_price.bounded_effective_usd_per_mtok(rows.iloc[0], mix)
    cost = service.of(token_cost.token_costs).of(list_price.effective_usd_per_mtok, mix)
    return found.add(
        "dsv32_gross_margin_share",
        cost.of(_margin, price.central).interval,
        "Gross margin of DeepSeek V3.2 at list price, cost of the disclosed service",
        formula="token_cost.token_costs",
        tables=("openrouter_token_mix", "reported_quantities", *INPUT_TABLES),
    )


def _margin(cost: Any, price: float) -> Any:
    return 1 - cost / price


def record_essay_inputs(found: Results, hour: Both, reported: pd.DataFrame) -> Interval | None:
    """Record electricity's share with the essay's own chip at full load, once it is public."""
    values = reported.set_index("quantity_id")["value"]
    if "essay_h100_price_usd" not in values.index:
        return None
    essay = values["essay_h100_price_usd"], values["essay_gpu_power_w"] / W_PER_KW
    chip = hour.of(accelerator_hour.at_full_load, *essay)
    return found.add(
        "essay_inputs_electricity_cost_share",
        chip.of(accelerator_hour.two_component_electricity_share).interval,
        "Electricity in the essay's two parts, with its price and power of a chip",
        formula="accelerator_hour.two_component_electricity_share",
        tables=("reported_quantities", *INPUT_TABLES),
    )


def record_broker(
    found: Results, energy: Both, price: Both, mixes: pd.DataFrame
) -> Interval | None:
    """Record electricity in M2.5's price if every token used what a broker says."""
    try:
        paid = price_facts.effective_price(mixes, price_facts.M25_SLUG)
    except ValueError:
        return None
    return found.add(
        "broker_electricity_in_m25_price_share",
        energy.of(_price_share, price, paid.central).interval,
        "A broker's electricity per token in the effective price of M2.5",
        formula="list_price.effective_usd_per_mtok",
        tables=("openrouter_token_mix", *INPUT_TABLES),
    )


def _price_share(energy: Any, price: Any, paid: float) -> Any:
    return energy * price / paid


def electricity_price_usd_per_kwh(hour: accelerator_hour.ServingInputs) -> Any:
    """Electricity price of an hour's inputs."""
    return hour.electricity_price_usd_per_kwh


def explained_cases(
    hours: Mapping[str, Both], discount_share: float
) -> dict[str, tuple[str, Both, Any]]:
    """Changes of the American electricity price to explain a token price gap with.

    Parameters
    ----------
    hours
        Inputs of an hour by region.
    discount_share
        The essay's statement of how much cheaper China's electricity is.
    """
    full = hours["us"].of(accelerator_hour.electricity_cost_share)
    two = hours["us"].of(accelerator_hour.two_component_electricity_share)
    prices = (hours[r].of(electricity_price_usd_per_kwh) for r in ("cn", "us"))
    pair = next(prices).of(_quotient, next(prices))
    cheaper, words = 1 - discount_share, f"{discount_share:.0%} cheaper"
    return {
        "cheaper_power": (f"{words},\nin full cost", full, cheaper),
        "free_power": ("Free power,\nin full cost", full, 0.0),
        "price_pair": ("Prices of this run,\nin full cost", full, pair),
        "two_part_cheaper_power": (f"{words},\nin the two parts", two, cheaper),
        "two_part_free_power": ("Free power,\nin the two parts", two, 0.0),
        "whole_cost_cheaper_power": (
            f"{words}, were power\nthe whole cost",
            Both(1.0, 1.0),
            cheaper,
        ),
    }


def _quotient(above: Any, below: Any) -> Any:
    return above / below


def record_explained(
    found: Results, cases: Mapping[str, tuple[str, Both, Any]], token_price_ratio: float
) -> pd.DataFrame:
    """Record what each change of the electricity price explains of a token price gap.

    Parameters
    ----------
    found
        Results of the notebook.
    cases
        Name to label, electricity's share of cost, and electricity price ratio.
    token_price_ratio
        The gap.
    """
    rows = []
    for name, (label, share, ratio) in cases.items():
        saved = share.of(price_gap.cost_saving_share, ratio).interval
        value = share.of(price_gap.explained_gap_share, ratio, token_price_ratio).interval
        for suffix, words, result in (
            ("saving", "Cost saved", saved),
            ("explained_gap", "Part of the price gap explained", value),
        ):
            found.add(
                f"{name}_{suffix}_share",
                result,
                f"{words}: {label.replace(chr(10), ' ')}",
                formula=f"price_gap.{'cost_saving' if suffix == 'saving' else suffix}_share",
                tables=(*INPUT_TABLES, "claims"),
                headline=name == "cheaper_power" and suffix == "explained_gap",
            )
        ends = {"low": value.low, "central": value.central, "high": value.high}
        rows.append({"name": name, "label": label, **ends, "saving_share": saved.central})
    return pd.DataFrame(rows)
