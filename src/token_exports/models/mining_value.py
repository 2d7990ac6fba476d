"""What a kilowatt-hour of mining earned, as intervals, and what part of it paid for power.

    electricity share = price of power / value of a kilowatt-hour

The high bound of the electricity gives the low value of a kilowatt-hour and the high share.
Left out on purpose: machines, staff and sites, which the gross value still has to pay.
"""

import calendar
from collections.abc import Mapping
from typing import TypeVar, cast

import numpy as np
import pandas as pd

from token_exports.models import electricity_export, mining
from token_exports.uncertainty import Interval, bounds

Key = TypeVar("Key")


def latest_month(months: pd.DataFrame, last_month: str) -> "pd.Series[float]":
    """The newest month, up to ``last_month``, with both revenue and electricity.

    Raises
    ------
    ValueError
        There is no such month.
    """
    known = months.dropna(subset=["value_usd_per_kwh"])
    known = known[known["month"] <= last_month]
    if known.empty:
        raise ValueError(f"no month up to {last_month} has both revenue and electricity")
    return cast("pd.Series[float]", known.sort_values("month").iloc[-1])


def value_interval(row: "pd.Series[float]") -> Interval:
    """Value of a kilowatt-hour with the bounds of the electricity series."""
    high, central, low = (float(row[name]) for name in mining.VALUES)
    return bounds(central, low, high)


def energy_interval(totals: Mapping[str, float]) -> Interval:
    """Electricity in TWh with the bounds of its series, from `mining.over_period`.

    Raises
    ------
    ValueError
        A month of the period has no electricity.
    """
    low, central, high = (float(totals[name]) for name in mining.ENERGIES)
    if np.isnan(central):
        raise ValueError(
            "a month of the period has no electricity or no share: choose period_start and"
            " period_end within the mining map"
        )
    return bounds(central, low, high)


def period_value_usd_per_kwh(totals: Mapping[str, float]) -> Interval:
    """Value of a kilowatt-hour over a period, from `mining.over_period`.

    Raises
    ------
    ValueError
        Nothing was mined in the period, or a month of it is missing.
    """
    energy = energy_interval(totals)
    if energy.low <= 0:
        raise ValueError("no mining was measured between period_start and period_end")
    ends = (energy.central, energy.high, energy.low)
    revenue = totals["mining_value_usd"]
    return bounds(*(float(electricity_export.value_usd_per_kwh(revenue, twh)) for twh in ends))


def electricity_share(
    value_usd_per_kwh: Interval, electricity_price_usd_per_kwh: float
) -> Interval:
    """Electricity over gross revenue; the high value of a kilowatt-hour gives the low share."""
    ends = (value_usd_per_kwh.central, value_usd_per_kwh.high, value_usd_per_kwh.low)
    price = electricity_price_usd_per_kwh
    shares = (electricity_export.electricity_cost_share(price, value) for value in ends)
    return bounds(*shares)


def electricity_shares(
    values: Mapping[Key, Interval], electricity_price_usd_per_kwh: float
) -> dict[Key, Interval]:
    """Electricity over gross revenue of several values of a kilowatt-hour."""
    price = electricity_price_usd_per_kwh
    return {key: electricity_share(value, price) for key, value in values.items()}


def values_by_year(years: pd.DataFrame) -> dict[int, Interval]:
    """Value of a kilowatt-hour of each year, from `mining.by_year`."""
    return {int(row["year"]): value_interval(row) for _, row in years.iterrows()}


def reported_interval(
    economics: pd.DataFrame, metric: str, case: str = "all", period: str = ""
) -> Interval:
    """A reported value per kilowatt-hour; where only ends are printed, around their middle.

    Parameters
    ----------
    economics
        Table ``mining_and_hosting_economics``.
    metric, case, period
        Which row; an empty period takes the only one there is.

    Raises
    ------
    ValueError
        There is not exactly one such row.
    """
    rows = economics[
        (economics["metric"] == metric)
        & (economics["case"] == case)
        & (economics["unit"] == "usd_per_kwh")
        & economics["period"].str.startswith(period)
    ]
    if len(rows) != 1:
        raise ValueError(
            f"{len(rows)} rows of mining_and_hosting_economics for {metric}, {case}, {period}"
        )
    low, central, high = (float(rows[end].iloc[0]) for end in ("low", "central", "high"))
    centre = (low + high) / 2 if np.isnan(central) else central
    return bounds(centre, *(centre if np.isnan(end) else end for end in (low, high)))


def year_power_mw(country: pd.DataFrame, year: int) -> Interval:
    """Average power of a country's miners over a calendar year, from `mining.by_country`."""
    totals = mining.over_period(country, f"{year}-01", f"{year}-12", mining.ENERGIES)
    used = energy_interval(totals)
    days = 366.0 if calendar.isleap(year) else 365.0
    ends = (used.central, used.low, used.high)
    return bounds(*(float(electricity_export.average_power_mw(twh, days)) for twh in ends))
