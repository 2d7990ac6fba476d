"""What-if of the cost of a token: an accelerator-hour in two countries and the tokens it makes.

Everything is computed by the functions of the report, at one value of each input instead of its
range. Rates are those of a service that disclosed them, over all hours it paid for.
"""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

import pandas as pd

from token_exports.assumptions import Assumptions
from token_exports.figures.cost import COMPONENT_NAMES
from token_exports.figures.service_record import REFERENCE
from token_exports.figures.theme import ORIGIN_NAMES
from token_exports.models import (
    accelerator_hour,
    disclosed_service,
    electricity_price,
    list_price,
    price_gap,
    token_cost,
)
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.disclosed_service import Day
from token_exports.parameters import TokenCost
from token_exports.whatif import conditions, cost_inputs
from token_exports.whatif.cost_inputs import CHEAPER, ESSENCE, RATES, REGIONS, Given
from token_exports.whatif.panel import Chart, Panel, Shown

NOTES = (
    "Speeds are those of a service on H800 that disclosed them, over all hours it paid for: a"
    " change of utilisation moves the cost of its tokens through power only, and another chip"
    " keeps these speeds until you change them.",
)


def panel(
    known: Assumptions, p: TokenCost, day: Day, mixes: pd.DataFrame, stated: Mapping[str, float]
) -> Panel:
    """Panel of a run.

    Parameters
    ----------
    known, p
        Assumptions and parameters of the run.
    day
        The disclosed day.
    mixes
        Table ``openrouter_token_mix``.
    stated
        Claim to the value it states.
    """
    given = Given(known, p, day, mixes, stated)
    essence = float(stated[ESSENCE])
    shares = {ORIGIN_NAMES[r]: f"{r}_electricity_cost_share" for r in REGIONS}
    chart = Chart(
        title="Cost of a serving hour, USD",
        bars={
            ORIGIN_NAMES[r]: tuple(f"{r}_{part}_usd_per_h" for part in COMPONENT_NAMES)
            for r in REGIONS
        },
        parts=COMPONENT_NAMES,
    )
    return Panel(
        columns={r: ORIGIN_NAMES[r] for r in REGIONS},
        notes=NOTES,
        controls=tuple(cost_inputs.controls(given)),
        choices=tuple(cost_inputs.all_choices(given)),
        shown=tuple(_shown(given)),
        charts=(chart,),
        verdicts=(
            conditions.verdict(ESSENCE, shares, "Electricity in full cost"),
            conditions.verdict(CHEAPER, {"China": "electricity_price_gap_share"}),
        ),
        compute=lambda values: compute(values, day, essence),
    )


# ---- quantities


def compute(values: Mapping[str, Any], day: Day, essence_share: float) -> dict[str, Any]:
    """Every quantity of the panel from its inputs, numbers or symbols.

    Parameters
    ----------
    values
        Control to its value.
    day
        The disclosed day, whose cached prompt tokens belong to the rates.
    essence_share
        Share of cost at which a good is made of electricity.
    """
    found: dict[str, Any] = {}
    for region in REGIONS:
        of_hour = _hour(values, region, essence_share) | _tokens(values, region, day)
        found |= {f"{region}_{name}": value for name, value in of_hour.items()}
    prices = (values[f"electricity_price_usd_per_kwh.{region}"] for region in REGIONS)
    ratio = electricity_price.china_us_price_ratio(*prices)
    explained = price_gap.explained_gap_share(
        found["us_electricity_cost_share"], ratio, values["token_price_ratio"]
    )
    gap = electricity_price.price_gap_share(ratio)
    return found | {"electricity_price_gap_share": gap, "explained_gap_share": explained}


def _inputs(values: Mapping[str, Any], region: str) -> ServingInputs:
    return ServingInputs(
        **{
            f.name: values.get(f"{f.name}.{region}", values.get(f.name))
            for f in fields(ServingInputs)
        }
    )


def _hour(values: Mapping[str, Any], region: str, essence_share: float) -> dict[str, Any]:
    hour = _inputs(values, region)
    parts = {f"{n}_usd_per_h": part(hour) for n, part in accelerator_hour.COMPONENTS.items()}
    functions = (
        accelerator_hour.cost_usd_per_h,
        accelerator_hour.electricity_cost_share,
        accelerator_hour.two_component_electricity_share,
        accelerator_hour.running_cost_electricity_share,
    )
    breaking = (
        accelerator_hour.break_even_other_cost_usd_per_h,
        accelerator_hour.break_even_electricity_price_usd_per_kwh,
    )
    found = {f.__name__: f(hour) for f in functions}
    return parts | found | {f.__name__: f(hour, essence_share) for f in breaking}


def _tokens(values: Mapping[str, Any], region: str, day: Day) -> dict[str, Any]:
    costs = token_cost.token_costs(
        token_cost.TokenInputs(
            hour_cost_usd_per_h=accelerator_hour.paid_cost_usd_per_h(_inputs(values, region)),
            cached_prompt_share=disclosed_service.cached_prompt_share(day),
            cache_read_cost_ratio=values["cache_read_cost_ratio"],
            **{name: values[name] for name in RATES},
        )
    )
    prompt, cached = 1 - values["output_share"], values["cached_prompt_share"]
    mix = list_price.TokenMix(
        fresh_prompt_share=prompt * (1 - cached),
        cache_read_share=prompt * cached,
        output_share=values["output_share"],
    )
    return vars(costs) | {"blended_usd_per_mtok": list_price.effective_usd_per_mtok(costs, mix)}


LABELS = {
    "electricity_cost_share": "Electricity in full cost",
    "two_component_electricity_share": "Electricity in the essay's two parts",
    "running_cost_electricity_share": "Electricity in running cost",
    "cost_usd_per_h": "Full cost of a serving hour",
    "break_even_other_cost_usd_per_h": "Other cost at which electricity is {essence:.0%}",
    "break_even_electricity_price_usd_per_kwh": "Electricity price at which it is {essence:.0%}",
    "fresh_prompt_usd_per_mtok": "Fresh prompt tokens",
    "cache_read_usd_per_mtok": "Cache reads",
    "output_usd_per_mtok": "Output tokens",
    "blended_usd_per_mtok": "Tokens in this mix",
}
RECORDED = {name: "{region}_" + name for name in list(LABELS)[:5]} | {
    f"{name}_usd_per_mtok": "{region}_owned_" + f"{name}_usd_per_mtok"
    for name in ("fresh_prompt", "cache_read", "output")
}


def _shown(given: Given) -> list[Shown]:
    found = []
    for name, label in LABELS.items():
        for region in REGIONS:
            recorded = RECORDED.get(name, "").format(region=region)
            own_chip = getattr(given.p, f"{region}_accelerator") == REFERENCE[region]
            found.append(
                Shown(
                    name=f"{region}_{name}",
                    label=label.format(essence=given.stated[ESSENCE]),
                    recorded=recorded if own_chip or "_owned_" not in recorded else "",
                    headline=name == "electricity_cost_share",
                )
            )
    explained = "Price gap that the electricity price explains"
    return [
        *found,
        Shown(name="electricity_price_gap_share", label="Electricity cheaper in China by"),
        Shown(
            name="explained_gap_share", label=explained, recorded="price_pair_explained_gap_share"
        ),
    ]
