"""Predicted against published energy and cost per token, in each row's own definition.

    accelerators, per written token   = predicted power / predicted written tokens
    server, per written token         = the same x (rated with host and network / rated)
    provisioned, per token            = rated power with cooling / predicted tokens of both kinds
    cost per million                  = stated hourly rate / predicted tokens of the cost's basis

Power needs two numbers, what a waiting accelerator draws and what work adds. They are fitted by
least squares to the mean power of all rows but those of the tested row's series, at the busy share
the model predicts for them. The throughput is the one that was predicted without the row.

Left out on purpose: rows whose cost states no hourly rate.
"""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.models import energy_per_token
from token_exports.models.benchmark_rows import Row, number
from token_exports.models.throughput import Throughput
from token_exports.models.token_cost import token_usd_per_mtok
from token_exports.units import W_PER_KW

ENERGY_BASES = {
    "gpu_per_output_token": "accelerators",
    "server_per_output_token": "server",
    "provisioned_per_total_token": "provisioned",
}
FEWEST_POWER_ROWS = 4


def power_shares(busy: NDArray[np.float64], drawn: NDArray[np.float64]) -> tuple[float, float]:
    """Idle share and share added at work that fit measured draws over rated power best.

    Parameters
    ----------
    busy
        Predicted busy shares.
    drawn
        Measured power over rated power, of the same rows.
    """
    design = np.column_stack([np.ones_like(busy), busy])
    idle, added = np.linalg.lstsq(design, drawn, rcond=None)[0]
    return float(idle), float(added)


def measured_power(rows: pd.DataFrame, states: pd.DataFrame) -> pd.DataFrame:
    """Measured over rated power with predicted busy share and series, where a row states it.

    Parameters
    ----------
    rows
        Benchmarks.
    states
        Columns ``benchmark_id``, ``series``, ``busy_share`` and ``board_power_w``.
    """
    table = states.merge(rows[["benchmark_id", "average_power_w"]])
    table["drawn_share"] = table["average_power_w"].astype("Float64").astype(float)
    table["drawn_share"] /= table["board_power_w"]
    return table.dropna(subset=["drawn_share", "busy_share"])


def power_shares_without(table: pd.DataFrame, series: str) -> tuple[float, float]:
    """`power_shares` fitted without a series; missing where too few rows are left."""
    rest = table[table["series"] != series]
    if len(rest) < FEWEST_POWER_ROWS:
        return float("nan"), float("nan")
    return power_shares(rest["busy_share"].to_numpy(), rest["drawn_share"].to_numpy())


def energy(row: Row, rates: Throughput, board_power_w: float, surroundings: Row) -> float:
    """Energy per token in the row's definition.

    Parameters
    ----------
    row
        Benchmark with ``energy_basis``.
    rates
        Predicted operating point.
    board_power_w
        Predicted draw of the accelerator.
    surroundings
        Row of ``accelerators``: rated power alone, with host, and with cooling.
    """
    basis = row["energy_basis"]
    output = float(rates.output_tok_per_s_per_gpu)
    if basis == "gpu_per_output_token":
        return board_power_w / output
    if basis == "server_per_output_token":
        rated = (number(surroundings, "it_power_kw") or np.nan) * W_PER_KW
        return board_power_w * rated / float(surroundings["board_power_w"]) / output
    provisioned = (number(surroundings, "utility_power_kw") or np.nan) * W_PER_KW
    return provisioned / float(rates.computed_tok_per_s_per_gpu)


def cost(row: Row, rates: Throughput) -> float:
    """Cost per million tokens in the row's definition, at the hourly rate it states."""
    rate = number(row, "cost_rate_usd_per_h")
    if rate is None:
        return float("nan")
    if row["cost_basis"] == "per_input_token":
        made = rates.fresh_prompt_tok_per_s_per_gpu
    elif row["cost_basis"] == "per_output_token":
        alone = row["accelerators_basis"] == "decode"
        made = rates.decode_tok_per_s_per_gpu if alone else rates.output_tok_per_s_per_gpu
    elif row["tokens_basis"] == "total_incl_cached":
        lengths = (number(row, "input_tokens") or np.nan) / float(row["output_tokens"])
        made = rates.output_tok_per_s_per_gpu * (1 + lengths)
    else:
        made = rates.computed_tok_per_s_per_gpu
    return float(token_usd_per_mtok(rate, made))


# ---- all rows


def compared(
    rows: pd.DataFrame,
    results: pd.DataFrame,
    points: Mapping[str, Throughput],
    accelerators: pd.DataFrame,
) -> pd.DataFrame:
    """Predicted against published energy and cost of every row that states one.

    Parameters
    ----------
    rows
        Benchmarks completed by their setups.
    results, points
        Tested throughput of the same rows and the predicted operating points.
    accelerators
        Table of the chips.
    """
    chips = {row["accelerator"]: row for row in accelerators.to_dict("records")}
    by_id = {row["benchmark_id"]: row for row in rows.to_dict("records")}
    series = results.set_index("benchmark_id")["series"]
    states = pd.DataFrame(
        {
            "benchmark_id": name,
            "series": series[name],
            "busy_share": float(energy_per_token.mean_busy_share(rates)),
            "board_power_w": number(chips[by_id[name]["accelerator"]], "board_power_w"),
        }
        for name, rates in points.items()
    )
    power = measured_power(rows, states)
    fits = {name: power_shares_without(power, name) for name in states["series"].unique()}
    found = []
    for state in states.to_dict("records"):
        row, rates = by_id[state["benchmark_id"]], points[state["benchmark_id"]]
        idle, added = fits[state["series"]]
        board_w = (idle + added * state["busy_share"]) * (state["board_power_w"] or np.nan)
        chip = chips[row["accelerator"]]
        found += list(_compared(row, rates, board_w, chip))
    return pd.DataFrame(found, columns=["benchmark_id", "kind", "published", "predicted"]).assign(
        log_error=lambda t: np.log(t["predicted"] / t["published"])
    )


def _compared(
    row: Row, rates: Throughput, board_w: float, chip: Row
) -> Iterator[tuple[str, str, float, float]]:
    name = str(row["benchmark_id"])
    if (drawn := number(row, "average_power_w")) is not None:
        yield name, "power", drawn, board_w
    if (joules := number(row, "energy_j_per_token")) is not None:
        kind = f"energy, {ENERGY_BASES[str(row['energy_basis'])]}"
        yield name, kind, joules, energy(row, rates, board_w, chip)
    if (dollars := number(row, "cost_usd_per_mtok")) is not None:
        yield name, "cost", dollars, cost(row, rates)
