"""What the sensitivity figures vary: every assumption behind an hour and a token of one region."""

from collections.abc import Mapping
from dataclasses import fields
from functools import partial
from typing import NamedTuple

import numpy as np
import pandas as pd

from token_exports.assumptions import Assumption, Assumptions
from token_exports.models import accelerator_hour, price_ledger, sensitivity
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.list_price import TokenMix
from token_exports.models.price_ledger import Rates, Side
from token_exports.models.sensitivity import Points, Quantile, Result
from token_exports.uncertainty import Interval
from token_exports.units import Quantity

FRESH, OUTPUT, READS = "fresh_prompt_tok_per_s_per_gpu", "output_tok_per_s_per_gpu", "cache_read"
TOKEN_INPUTS = {
    FRESH: ("throughput_tok_per_s_per_gpu", "input_computed", "Speed, fresh prompt"),
    OUTPUT: ("throughput_tok_per_s_per_gpu", "output", "Speed, output"),
    READS: ("cache_read_cost_ratio", "", "Cost of a cache read"),
}
SHORT = {
    "it_power_kw": "Rated power",
    "server_network_adder_ratio": "Server and network",
    "cost_of_capital_share_per_year": "Cost of capital",
    "utilisation_share": "Utilisation",
    "load_factor_share": "Load while serving",
    "idle_power_share": "Draw while idle",
    "hosting_usd_per_kw_month": "Hosting rent",
    "opex_share_per_year": "Operations",
    "pue_ratio": "Cooling (PUE)",
    "gpu_price_usd": "Accelerator price",
    "gpu_lifetime_years": "Life of hardware",
    "electricity_price_usd_per_kwh": "Electricity price",
}
NAMES = SHORT | {name: label for name, (_, _, label) in TOKEN_INPUTS.items()}
BASE_DRAWS = 1024
OUTCOMES = {
    "electricity_cost_share": "Electricity in full cost",
    "unit_cost_usd_per_mtok": "Cost of a million tokens",
}
TABLES = ("assumptions", "reported_quantities", "datacenter_parameters")
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    f"{short}_{name}_total_order_share": (
        f"{label} in the variance of {outcome}, alone and together with others",
        "sensitivity.sobol",
        TABLES,
    )
    for short, outcome in (("share", "electricity's share"), ("cost", "cost per token"))
    for name, label in NAMES.items()
    if short == "cost" or name in SHORT
}


class Study(NamedTuple):
    """Assumptions that vary, and the two results that depend on them."""

    rows: Mapping[str, Assumption]
    results: Mapping[str, Result]

    def points(self) -> dict[str, Points]:
        """Low, central and high value of every input."""
        return {name: (row.low, row.central, row.high) for name, row in self.rows.items()}

    def quantiles(self) -> dict[str, Quantile]:
        """Inputs that have a range, each as a map from standard normal draws."""
        return {name: row.at for name, row in self.rows.items() if row.low < row.high}

    def complete(self, result: Result) -> Result:
        """The result as a function of the inputs that have a range; the others stay fixed."""
        fixed = {name: row.central for name, row in self.rows.items() if row.low == row.high}
        return lambda values: result(fixed | dict(values))


def study(
    known: Assumptions, region: str, variants: set[str], mix: TokenMix, occupied_share: float
) -> Study:
    """All inputs of a region's hour and token.

    Parameters
    ----------
    known, region, variants
        As for `Assumptions.row`.
    mix
        Token mix the cost is taken over.
    occupied_share
        Part of the paid time in which the measured service served.
    """
    hour = {f.name: known.row(f.name, region, variants) for f in fields(ServingInputs)}
    token = {
        name: known.row(parameter, region, {variant})
        for name, (parameter, variant, _) in TOKEN_INPUTS.items()
    }
    results: dict[str, Result] = {
        "electricity_cost_share": _share,
        "unit_cost_usd_per_mtok": partial(_unit_cost, mix, occupied_share),
    }
    return Study(hour | token, results)


def _hour(values: Mapping[str, Quantity]) -> ServingInputs:
    return ServingInputs(**{f.name: values[f.name] for f in fields(ServingInputs)})


def _share(values: Mapping[str, Quantity]) -> Quantity:
    return accelerator_hour.electricity_cost_share(_hour(values))


def _unit_cost(mix: TokenMix, occupied: float, values: Mapping[str, Quantity]) -> Quantity:
    side = Side(
        model="measured",
        chip="measured",
        hour=_hour(values),
        mix=mix,
        cache_read_cost_ratio=values[READS],
        price_usd_per_mtok=np.nan,
    )
    rates = Rates(
        fresh_prompt_tok_per_s_per_gpu=values[FRESH] / occupied,
        output_tok_per_s_per_gpu=values[OUTPUT] / occupied,
    )
    return price_ledger.unit_cost_usd_per_mtok(side, {("measured", "measured"): rates})


def tornados(varied: Study) -> dict[str, pd.DataFrame]:
    """Tornado of both results."""
    points = varied.points()
    kept = {"electricity_cost_share": set(SHORT), "unit_cost_usd_per_mtok": set(NAMES)}
    return {
        name: sensitivity.tornado(result, {k: v for k, v in points.items() if k in kept[name]})
        for name, result in varied.results.items()
    }


def indices(varied: Study, base_draws: int, seed: int) -> pd.DataFrame:
    """Sobol indices of both results over all inputs with a range; none where fewer than two."""
    if len(varied.quantiles()) < 2:
        return pd.DataFrame(columns=["result", "input"])
    results = {name: varied.complete(result) for name, result in varied.results.items()}
    return sensitivity.sobol(results, varied.quantiles(), base_draws, seed)


def quantities(table: pd.DataFrame) -> dict[str, Interval | float | None]:
    """Total-order indices to record, from `indices`."""
    short = {"electricity_cost_share": "share", "unit_cost_usd_per_mtok": "cost"}
    found: dict[str, Interval | float | None] = {}
    for row in table.to_dict("records"):
        name = f"{short[str(row['result'])]}_{row['input']}_total_order_share"
        if name in RECORDED:
            ends = (row[f"total_{end}share"] for end in ("", "low_", "high_"))
            central, low, high = (float(end) for end in ends)
            found[name] = Interval(central, low, high)
    return found
