"""Electricity of one week of tokens on every basis of energy per token.

    deepseek    production: energy by class of token of a disclosed service, idle hours inside
    benchmark   accelerator energy by class measured on one open Chinese model, times
                (rated power with host and network / rated) x (draw with idle hours / draw) x PUE
    broker      one figure on every token
    ecologits   a public calculator's energy of output tokens by laboratory; prompts draw nothing

The middle of the benchmark is the median of its operating points, its ends are their extremes.

Left out on purpose: that models differ in size (one service and one benchmark stand for all but
the calculator's), and the length of prompts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from token_exports.models import accelerator_hour, token_trade
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.disclosed_service import Day
from token_exports.uncertainty import Both, lognormal, standard_normals
from token_exports.units import J_PER_KWH, KWH_PER_TWH, W_PER_KW, Quantity

ENERGIES = PRODUCTION, BENCHMARK, BROKER, ECOLOGITS = (
    "deepseek",
    "benchmark",
    "broker",
    "ecologits",
)
ENDS = ("low", "central", "high")
MEASURED = {
    "prefill_energy_per_input_token": "prompt_energy_j_per_token",
    "decode_energy_per_output_token": "output_energy_j_per_token",
}
SINGLE_USER_COUNT = 1
CALCULATED = "ecologits_out_"
MODEL_OF = {
    "deepseek": "DeepSeek-V3",
    "minimax": "MiniMax-M2.5",
    "moonshotai": "Kimi-K2.5",
    "z-ai": "GLM-5",
    "qwen": "Qwen3-235B",
}
"""Author to the model of that author which the calculator was run for."""


@dataclass(frozen=True, kw_only=True)
class Bases:
    """What every combination needs besides the tokens; a basis that was not public is None."""

    day: Day
    n_draws: int
    beliefs: Both  # names of `token_trade.BELIEFS` and broker_kwh_per_mtok, as mappings
    hour: Both  # `ServingInputs` of the disclosed service's accelerator, owned
    measured: Both | None = None  # facility energy by class, as mappings
    calculated_j_per_token: Mapping[str, float] | None = None  # of output, by author


def measured_points(measured: pd.DataFrame) -> pd.DataFrame:
    """Operating points with energy of prompt and of output tokens apart, least output energy first.

    A point with one user at a time is left out: nobody sells tokens that way.

    Parameters
    ----------
    measured
        Table ``measured_energy``.

    Returns
    -------
    DataFrame
        ``point``, ``model``, ``accelerator`` and the two energies of the accelerators alone.
    """
    rows = measured[measured["metric"].isin(list(MEASURED))]
    rows = rows[rows["concurrency_count"] > SINGLE_USER_COUNT]
    names = zip(rows["measurement_id"], rows["metric"], strict=True)
    rows = rows.assign(point=[name.removesuffix(f"_{metric}") for name, metric in names])
    keys = ["point", "model", "accelerator"]
    table = rows.pivot(index=keys, columns="metric", values="value").rename(columns=MEASURED)
    both = table.reindex(columns=list(MEASURED.values())).dropna().reset_index()
    return both.sort_values("output_energy_j_per_token", ignore_index=True)


def facility_ratio(hour: ServingInputs, board_power_w: float) -> Quantity:
    """Electricity of the facility in all paid hours over that of the accelerators while serving.

    Parameters
    ----------
    hour
        Accelerator that was measured, with the site it would stand in.
    board_power_w
        Rated power of the bare accelerator.
    """
    rated = hour.it_power_kw * W_PER_KW * hour.load_factor_share
    paid = accelerator_hour.facility_power_kw(hour) * W_PER_KW
    return hour.it_power_kw * W_PER_KW / board_power_w * paid / rated


def measured_energy(
    points: pd.DataFrame, hour: Both, board_power_w: float, draws: tuple[int, int]
) -> Both | None:
    """Facility energy by class over the operating points, or None where there is none.

    Parameters
    ----------
    points
        From `measured_points`, of one accelerator.
    hour
        `ServingInputs` of that accelerator.
    board_power_w
        Its rated power.
    draws
        How many, and their seed; both classes rise and fall together.
    """
    if points.empty:
        return None
    z = standard_normals(*draws, "measured_energy/operating_points")
    facility = hour.of(lambda inputs: facility_ratio(inputs, board_power_w))
    central, drawn = {}, {}
    for name in MEASURED.values():
        values = points[name].to_numpy(float)
        low, middle, high = values.min(), float(np.median(values)), values.max()
        central[name] = middle * facility.central
        drawn[name] = lognormal(z, low, middle, high) * facility.draws
    return Both(central, drawn)


def calculated_energy(measured: pd.DataFrame) -> dict[str, float] | None:
    """The calculator's energy of an output token by author, or None where it was not public."""
    values = measured.set_index("measurement_id")["value"]
    known = {a: CALCULATED + model for a, model in MODEL_OF.items()}
    found = {author: float(values[row]) for author, row in known.items() if row in values.index}
    return found or None


def energy_kwh(parts: pd.DataFrame, bases: Bases) -> dict[str, Both]:
    """Electricity of some tokens on every basis that was public.

    Parameters
    ----------
    parts
        Models with their classes of tokens, from `token_mix.week_parts`.
    bases
        Beliefs and measurements.
    """
    sold = token_trade.sold_by_class(parts)
    inputs = bases.beliefs.of(lambda b: token_trade.export_inputs(sold, 0.0, bases.day, b))
    broker = bases.beliefs.of(lambda b: b["broker_kwh_per_mtok"])
    twh = inputs.of(token_trade.week_electricity_twh, broker)
    found = {name: twh.of(lambda by, n=name: by[n] * KWH_PER_TWH) for name in (PRODUCTION, BROKER)}
    if bases.measured is not None:
        ratio = bases.beliefs.of(lambda b: b["cache_read_cost_ratio"])
        found[BENCHMARK] = bases.measured.of(_class_energy_kwh, ratio, sold)
    if bases.calculated_j_per_token is not None:
        found[ECOLOGITS] = _calculated_kwh(parts, bases.calculated_j_per_token, bases.n_draws)
    return {name: found[name] for name in ENERGIES if name in found}


def _class_energy_kwh(
    energy: Mapping[str, Quantity], cache_ratio: Quantity, sold: Mapping[str, float]
) -> Quantity:
    read = sold["fresh_prompt_tokens"] + cache_ratio * sold["cached_prompt_tokens"]
    written = sold["output_tokens"] * energy["output_energy_j_per_token"]
    return (read * energy["prompt_energy_j_per_token"] + written) / J_PER_KWH


def _calculated_kwh(parts: pd.DataFrame, by_author: Mapping[str, float], n_draws: int) -> Both:
    """A laboratory without a value takes the range of the others; the draws are the two ends."""
    known = list(by_author.values())
    missing = {"low": min(known), "central": float(np.median(known)), "high": max(known)}
    written = parts["output_tokens"].astype(float)
    low, central, high = (
        float((parts["author_slug"].map(by_author).fillna(missing[end]) * written).sum())
        for end in ENDS
    )
    ends = np.where(np.arange(n_draws) % 2 == 0, low, high)
    return Both(central / J_PER_KWH, ends / J_PER_KWH)
