"""What a kilowatt-hour of mining earns before and after electricity, operation and machines.

    gross   [USD/kWh] = miner revenue / electricity, at the meter
    machine [USD/kWh] = gross x days of revenue a machine costs / days of its life
                      = price per TH/s / (J/TH x hours of its life / 1000)
    net     [USD/kWh] = gross - electricity price - operation - machine

A machine's price follows what it earns, so between the few quotes its cost is taken as days of
gross revenue: the median of the public quotes with the central nine tenths of them as its range.
Every value is given at the lower, best and upper estimate of the network's electricity; the outer
bounds let the costs move too.

Left out on purpose: interest, taxes, pool fees, the shell of the site, and resale of machines.
The buyers of single quotes, who know what came after, stand in `mining_vintage`.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from token_exports.models.mining import VALUES
from token_exports.models.windows import WindowError
from token_exports.uncertainty import Interval, bounds, interval
from token_exports.units import DAYS_PER_YEAR, HOURS_PER_YEAR, PH_PER_EH, TH_PER_EH, W_PER_KW

TH_PER_PH = TH_PER_EH / PH_PER_EH
_ENDS = ("low", "central", "high")


@dataclass(frozen=True, kw_only=True)
class MinerCosts:
    """What a miner pays, each as a belief with its two ends."""

    electricity_usd_per_kwh: Interval
    operations_usd_per_kwh: Interval
    machine_price_days: Interval  # price of a machine over its gross revenue of a day
    machine_lifetime_years: Interval


def machine_usd_per_kwh(
    price_usd_per_th: float, efficiency_j_per_th: float, lifetime_years: float
) -> float:
    """Price of a machine over the electricity it draws in its life, running all the time."""
    kwh_per_th = efficiency_j_per_th / W_PER_KW * HOURS_PER_YEAR * lifetime_years
    return price_usd_per_th / kwh_per_th


def machine_revenue_share(price_days: float, lifetime_years: float) -> float:
    """Part of gross revenue that pays for the machine; above one it is never earned back."""
    return price_days / (lifetime_years * DAYS_PER_YEAR)


def machine_revenue_interval(costs: MinerCosts) -> Interval:
    """The same at the beliefs: dear and short-lived at the high end."""
    days, life = costs.machine_price_days, costs.machine_lifetime_years
    return bounds(
        machine_revenue_share(days.central, life.central),
        machine_revenue_share(days.low, life.high),
        machine_revenue_share(days.high, life.low),
    )


def quotes(prices: pd.DataFrame, network: pd.DataFrame) -> pd.DataFrame:
    """Quoted machines with their price a terahash and as days of gross revenue.

    Parameters
    ----------
    prices
        Table ``asic_prices``.
    network
        Table ``bitcoin_network``; a quote takes the hashprice of its month.

    Returns
    -------
    DataFrame
        ``month``, ``machine``, ``price_basis``, the two efficiencies, ``price_usd_per_th``,
        ``hashprice_usd_per_ph_day`` and ``price_days``, missing where the month is not public.
    """
    table = prices.copy()
    table["month"] = table["quote_date"].dt.strftime("%Y-%m")
    table["price_usd_per_th"] = table["price_usd"] / table["hashrate_th_per_s"]
    earned = network.set_index("month")["hashprice_usd_per_ph_day"]
    table["hashprice_usd_per_ph_day"] = table["month"].map(earned)
    daily = table["hashprice_usd_per_ph_day"] / TH_PER_PH
    table["price_days"] = table["price_usd_per_th"] / daily
    kept = ["month", "quote_date", "machine", "price_basis", "efficiency_lower_j_per_th"]
    kept += ["efficiency_upper_j_per_th", "price_usd_per_th", "hashprice_usd_per_ph_day"]
    table = table[[*kept, "price_days"]]
    return table.sort_values(["quote_date", "machine"], ignore_index=True)


def price_days(quoted: pd.DataFrame) -> Interval:
    """Days of gross revenue that a machine costs: median and central nine tenths of the quotes.

    Raises
    ------
    WindowError
        No quote was public.
    """
    days = quoted["price_days"].dropna()
    if days.empty:
        raise WindowError("no quoted machine price with a hashprice of its month")
    return interval(days.to_numpy(dtype=float))


def by_month(months: pd.DataFrame, costs: MinerCosts) -> pd.DataFrame:
    """Gross and net of a kilowatt-hour and the parts between them.

    Parameters
    ----------
    months
        Network by month or by year, from `mining.by_month` or `mining.by_year`.
    costs
        What miners pay.

    Returns
    -------
    DataFrame
        The key of ``months``; ``gross`` and ``net`` at the low, best and high value, in USD/kWh;
        ``electricity``, ``operations``, ``machine`` and ``net`` as shares of gross at the best
        estimate, with the electricity share at both bounds; and ``outer_net``, where the costs
        stand at their ends as well.
    """
    high, central, low = (months[name] for name in VALUES)
    table = months[[name for name in ("month", "year", "months_count") if name in months]].copy()
    for end, gross in (("low", low), ("central", central), ("high", high)):
        table[f"gross_{end}_usd_per_kwh"] = gross
        table[f"net_{end}_usd_per_kwh"] = net_usd_per_kwh(gross, costs)
    spent = (costs.electricity_usd_per_kwh, costs.operations_usd_per_kwh)
    machine = machine_revenue_interval(costs)
    table["outer_net_low_usd_per_kwh"] = low * (1 - machine.high) - sum(c.high for c in spent)
    table["outer_net_high_usd_per_kwh"] = high * (1 - machine.low) - sum(c.low for c in spent)
    table["electricity_share"] = spent[0].central / central
    table["electricity_low_share"] = spent[0].central / high
    table["electricity_high_share"] = spent[0].central / low
    table["operations_share"] = spent[1].central / central
    table["machine_share"] = machine.central + 0 * central
    table["net_share"] = table["net_central_usd_per_kwh"] / central
    return table.reset_index(drop=True)


def net_usd_per_kwh(gross_usd_per_kwh: Any, costs: MinerCosts) -> Any:
    """What is left of a gross value at the central costs."""
    kept = 1 - machine_revenue_interval(costs).central
    return (
        gross_usd_per_kwh * kept
        - costs.electricity_usd_per_kwh.central
        - costs.operations_usd_per_kwh.central
    )


def net_interval(gross_usd_per_kwh: Interval, costs: MinerCosts) -> Interval:
    """What is left of a gross value and of its two bounds."""
    gross = gross_usd_per_kwh
    ends = (gross.central, gross.low, gross.high)
    return bounds(*(net_usd_per_kwh(end, costs) for end in ends))


def latest(table: pd.DataFrame) -> "pd.Series[float]":
    """The newest row with a gross value.

    Raises
    ------
    WindowError
        There is none.
    """
    known = table.dropna(subset=["gross_central_usd_per_kwh"])
    if known.empty:
        raise WindowError("no month has both revenue and electricity")
    newest: pd.Series[float] = known.iloc[-1]
    return newest


def as_interval(row: "pd.Series[float]", quantity: str) -> Interval:
    """``gross`` or ``net`` of a row, with the bounds of the electricity estimate.

    Raises
    ------
    ValueError
        The row lacks a bound.
    """
    low, central, high = (float(row[f"{quantity}_{e}_usd_per_kwh"]) for e in _ENDS)
    if np.isnan([low, central, high]).any():
        raise ValueError(f"{quantity}: a bound of the electricity estimate is missing")
    return bounds(central, low, high)


def loss_share(table: pd.DataFrame, quantity: str = "net") -> Interval:
    """Part of the months with a net loss, at the best, high and low value of a kilowatt-hour.

    Without an upper estimate of electricity every month might have been one.

    Raises
    ------
    WindowError
        There is no month.
    """
    known = table.dropna(subset=[f"{quantity}_central_usd_per_kwh"])
    if known.empty:
        raise WindowError("no month has both revenue and electricity")
    high, central, low = (known[f"{quantity}_{end}_usd_per_kwh"].dropna() < 0 for end in _ENDS)
    return bounds(
        float(central.mean()),
        float(low.mean()) if len(low) == len(central) else 0.0,
        float(high.mean()) if len(high) == len(central) else 1.0,
    )
