"""Price of power at which a machine earns nothing, by generation, beside tariffs.

    power only   [USD/kWh] = hashprice / (24 h x J/TH)
    running cost [USD/kWh] = power only - operation
    all costs    [USD/kWh] = power only x (1 - machine's part of revenue) - operation
    headroom               = break-even price / tariff

A business whose break-even price lies close to the tariff sells little else than electricity: that
is what "exporting electricity" can be held to mean. Inference enters with a break-even price of
its own, revenue per kilowatt-hour less what it pays besides power.

Left out on purpose: overhead of the site (prices are at the plug, as the index takes them), and
the fleet between the generations.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from token_exports.models import electricity_export
from token_exports.models.windows import WindowError
from token_exports.uncertainty import Interval, bounds

GENERATIONS = {
    "S5": "Bitmain Antminer S5",
    "S7": "Bitmain Antminer S7",
    "S9": "Bitmain Antminer S9 (11.5Th)",
    "S11": "Bitmain Antminer S11 (20.5Th)",
    "S17": "Bitmain Antminer S17 Pro (53Th)",
    "S19 Pro": "Bitmain Antminer S19 Pro (110Th)",
    "S19 XP": "Bitmain Antminer S19 XP (140Th)",
    "S21": "Bitmain Antminer S21 (200Th)",
    "S21 XP Hyd": "Bitmain Antminer S21 XP Hyd (473Th)",
    "S23 Hyd": "Bitmain Antminer S23 Hyd (580Th)",
}
"""Short name to model in table ``asics``, one maker's line from 2014 on."""
LARGE_USERS = (
    "industrial",
    "business",
    "data_centre_hub",
    "bitcoin_mining",
    "market_participant",
    "non_participant",
)
"""Customer classes a large load can buy in; wholesale prices lack the grid and are left out."""
NETWORK = "Network, all machines"
"""Row of the mean machine."""
TARIFF_MONTHS = 24
STATED_PLACES_ONLY = "unspecified"


def machines(asics: pd.DataFrame) -> pd.DataFrame:
    """Generations that the table knows, oldest first.

    Returns
    -------
    DataFrame
        ``generation``, ``release_month``, ``efficiency_j_per_th``. A machine that was not public
        yet has no row.
    """
    names = {model: short for short, model in GENERATIONS.items()}
    rows = asics[asics["model"].isin(list(names)) & asics["release_month"].notna()]
    table = rows[["release_month", "efficiency_j_per_th"]].copy()
    table.insert(0, "generation", rows["model"].map(names))
    return table.sort_values("release_month", ignore_index=True)


def by_machine(generations: pd.DataFrame, network: pd.DataFrame) -> pd.DataFrame:
    """Break-even price of power of each generation, from its release on.

    Parameters
    ----------
    generations
        From `machines`.
    network
        Table ``bitcoin_network``.

    Returns
    -------
    DataFrame
        ``generation``, ``month``, ``efficiency_j_per_th``, ``power_only_usd_per_kwh``.
    """
    table = generations.merge(network[["month", "hashprice_usd_per_ph_day"]], how="cross")
    table = table[table["month"] >= table["release_month"]]
    table["power_only_usd_per_kwh"] = electricity_export.mining_value_usd_per_kwh(
        table["hashprice_usd_per_ph_day"].to_numpy(dtype=float),
        table["efficiency_j_per_th"].to_numpy(dtype=float),
    )
    kept = ["generation", "month", "efficiency_j_per_th", "power_only_usd_per_kwh"]
    return table[kept].reset_index(drop=True)


def in_month(
    prices: pd.DataFrame, month: str, operations: Interval, machine_share: Interval
) -> pd.DataFrame:
    """Break-even prices of one month, from power only to all costs.

    Parameters
    ----------
    prices
        From `by_machine`.
    month
        Month of the hashprice.
    operations
        Running cost besides power, in USD/kWh.
    machine_share
        Part of gross revenue that pays for the machine.

    Returns
    -------
    DataFrame
        ``label``, ``kind``, ``low_usd_per_kwh`` (all costs), ``central_usd_per_kwh`` (running cost
        only), ``high_usd_per_kwh`` (power only).

    Raises
    ------
    WindowError
        The month has no machine.
    """
    rows = prices[prices["month"] == month]
    if rows.empty:
        known = f"{prices['month'].min()} to {prices['month'].max()}" if len(prices) else "none"
        raise WindowError(f"no break-even price for {month}; months: {known}")
    power = rows["power_only_usd_per_kwh"]
    table = {"label": rows["generation"], "kind": "mining"}
    return pd.DataFrame(table | prices_of(power, operations, machine_share)).reset_index(drop=True)


def prices_of(power_only: Any, operations: Interval, machine_share: Interval) -> dict[str, Any]:
    """Break-even price after all costs, after running cost only, and of power only.

    Parameters
    ----------
    power_only
        Gross revenue of a kilowatt-hour.
    operations, machine_share
        As in `in_month`.
    """
    return {
        "low_usd_per_kwh": power_only * (1 - machine_share.central) - operations.central,
        "central_usd_per_kwh": power_only - operations.central,
        "high_usd_per_kwh": power_only,
    }


def network_row(gross: Interval, operations: Interval, machine_share: Interval) -> pd.DataFrame:
    """The network's mean machine in the same form, at the bounds of the electricity estimate.

    Parameters
    ----------
    gross
        Gross revenue of a kilowatt-hour with its bounds.
    operations, machine_share
        As in `in_month`.
    """
    return pd.DataFrame(
        {
            "label": [NETWORK],
            "kind": ["mining"],
            "low_usd_per_kwh": [gross.low * (1 - machine_share.central) - operations.central],
            "central_usd_per_kwh": [gross.central - operations.central],
            "high_usd_per_kwh": [gross.high],
        }
    )


def inference_usd_per_kwh(revenue_usd_per_kwh: Interval, other_usd_per_kwh: Interval) -> Interval:
    """Price of power at which inference earns nothing.

    Parameters
    ----------
    revenue_usd_per_kwh
        Revenue of a kilowatt-hour at the meter.
    other_usd_per_kwh
        All cost besides power, per kilowatt-hour; negative results mean that no price is low
        enough.
    """
    return bounds(
        revenue_usd_per_kwh.central - other_usd_per_kwh.central,
        revenue_usd_per_kwh.low - other_usd_per_kwh.high,
        revenue_usd_per_kwh.high - other_usd_per_kwh.low,
    )


def with_inference(rows: pd.DataFrame, inference: Mapping[str, Interval]) -> pd.DataFrame:
    """Machines and inference in one table, each with its two ends."""
    added = [
        {
            "label": label,
            "kind": "tokens",
            "low_usd_per_kwh": price.low,
            "central_usd_per_kwh": price.central,
            "high_usd_per_kwh": price.high,
        }
        for label, price in inference.items()
    ]
    return pd.concat([rows, pd.DataFrame(added)], ignore_index=True) if added else rows


# ---- tariffs


def since_day(month: str) -> str:
    """First day that a tariff must still hold on to stand beside prices of that month."""
    return (pd.Period(month, "M") - TARIFF_MONTHS).strftime("%Y-%m-01")


def tariffs(prices: pd.DataFrame, country: str, since: str) -> pd.DataFrame:
    """Delivered prices that a large user in a named place of one country could have paid.

    Parameters
    ----------
    prices
        Table ``electricity_prices``.
    country
        Country code.
    since
        First day that a price must still hold on.

    Returns
    -------
    DataFrame
        ``price_id``, ``region``, ``customer_class``, ``period_start``, ``price_usd_per_kwh``,
        cheapest first.
    """
    kept = prices[
        (prices["country"] == country)
        & prices["customer_class"].isin(LARGE_USERS)
        & (prices["region"] != STATED_PLACES_ONLY)
        & (prices["period_end"] >= pd.Timestamp(since))
    ]
    columns = ["price_id", "region", "customer_class", "period_start", "price_usd_per_kwh"]
    return kept[columns].sort_values("price_usd_per_kwh", ignore_index=True)


def tariff_range(prices: pd.DataFrame, country: str, since: str) -> Interval:
    """Cheapest to dearest tariff, around the newest national price.

    Industry's price comes before that of other classes.

    Raises
    ------
    WindowError
        There is no tariff, or no national one.
    """
    known = tariffs(prices, country, since)
    national = known[known["region"] == "national"].sort_values("period_start")
    industry = national[national["customer_class"] == "industrial"]
    national = national if industry.empty else industry
    if national.empty:
        raise WindowError(f"no national tariff of {country} since {since}")
    ends = known["price_usd_per_kwh"]
    middle = float(national["price_usd_per_kwh"].iloc[-1])
    return bounds(middle, float(ends.min()), float(ends.max()))


def headroom_ratio(break_even: Interval, tariff_usd_per_kwh: float) -> Interval:
    """Break-even price over a tariff; below one the business cannot pay it.

    Losses before power count as no headroom at all.
    """
    ends = (break_even.central, break_even.low, break_even.high)
    return bounds(*(np.maximum(0.0, end / tariff_usd_per_kwh) for end in ends))


def last_profitable(prices: pd.DataFrame, tariff_usd_per_kwh: float) -> pd.DataFrame:
    """How long each generation could pay a tariff.

    Returns
    -------
    DataFrame
        ``generation``, ``first_month``, ``last_profitable_month`` (missing if there was none),
        ``profitable_count`` and ``months_count``.
    """
    paid = prices["power_only_usd_per_kwh"] >= tariff_usd_per_kwh
    rows = []
    for generation, own in prices.groupby("generation", sort=False):
        able = own.loc[paid[own.index], "month"]
        last = able.max() if len(able) else None
        rows.append((generation, own["month"].min(), last, len(able), len(own)))
    columns = ["generation", "first_month", "last_profitable_month", "profitable_count"]
    return pd.DataFrame(rows, columns=[*columns, "months_count"])
