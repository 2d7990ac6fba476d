"""What the buyer of a quoted machine had earned since, month by month.

    margin of a month [USD/TH] = hashprice x days - J/TH x hours x (power price + operation)
    earned            [USD/TH] = sum of the positive margins since the month after the quote
    earned back                = earned / price

A machine stands still in a month that does not pay its running cost, and leaves after its age
limit. Both ends of a class's efficiency are followed, the better one gives the high end.

Left out on purpose: interest, delivery (a machine ordered runs months later), failures, resale.
A quote of the last years is followed only as far as the data reach, and says so.
"""

import numpy as np
import pandas as pd

from token_exports.models.mining_margin import TH_PER_PH, MinerCosts
from token_exports.models.windows import WindowError
from token_exports.units import HOURS_PER_DAY, MONTHS_PER_YEAR, W_PER_KW

ENDS = {"low": "efficiency_upper_j_per_th", "high": "efficiency_lower_j_per_th"}


def margins(network: pd.DataFrame, efficiency_j_per_th: float, costs: MinerCosts) -> pd.DataFrame:
    """Margin of one TH/s in each month, before its price.

    Returns
    -------
    DataFrame
        ``month``, ``used_kwh`` and ``margin_usd`` of one TH/s that runs all month; a month without
        revenue is missing.
    """
    hours = network["days_count"] * HOURS_PER_DAY
    used = efficiency_j_per_th / W_PER_KW * hours
    revenue = network["hashprice_usd_per_ph_day"] / TH_PER_PH * network["days_count"]
    price = costs.electricity_usd_per_kwh.central + costs.operations_usd_per_kwh.central
    return pd.DataFrame(
        {"month": network["month"], "used_kwh": used, "margin_usd": revenue - used * price}
    )


def life(network: pd.DataFrame, month: str, costs: MinerCosts) -> pd.DataFrame:
    """Months of the network from the one after ``month`` to the end of a machine's life."""
    last = pd.Period(month, "M") + round(
        costs.machine_lifetime_years.high * MONTHS_PER_YEAR
    )  # the age limit: a machine that still pays its power is not written off earlier
    rows = network[(network["month"] > month) & (network["month"] <= last.strftime("%Y-%m"))]
    return rows.sort_values("month", ignore_index=True)


def follow(quoted: pd.DataFrame, network: pd.DataFrame, costs: MinerCosts) -> pd.DataFrame:
    """What the buyer at each quote had earned over the price.

    Parameters
    ----------
    quoted
        From `mining_margin.quotes`.
    network
        Table ``bitcoin_network``.
    costs
        What miners pay; machines run to the high end of their life.

    Returns
    -------
    DataFrame
        ``machine``, ``month``, ``price_usd_per_th``, ``followed_count`` (months),
        ``life_over``, and at the two ends of the efficiency: ``earned_back_low_ratio`` and
        ``earned_back_high_ratio``, ``paid_back_low_count`` and ``paid_back_high_count`` (months
        until the price was earned, missing while it was not), ``net_low_usd_per_kwh`` and
        ``net_high_usd_per_kwh`` of the electricity used.
    """
    rows = [_one(quote, network, costs) for _, quote in quoted.iterrows()]
    return pd.DataFrame(rows)


def _one(
    quote: "pd.Series[float]", network: pd.DataFrame, costs: MinerCosts
) -> dict[str, float | str | bool]:
    month = str(quote["month"])
    months = life(network, month, costs)
    limit = round(costs.machine_lifetime_years.high * MONTHS_PER_YEAR)
    found: dict[str, float | str | bool] = {
        "machine": str(quote["machine"]),
        "month": month,
        "price_usd_per_th": float(quote["price_usd_per_th"]),
        "followed_count": float(len(months)),
        "life_over": len(months) >= limit,
    }
    for end, column in ENDS.items():
        found |= _at(months, float(quote[column]), float(quote["price_usd_per_th"]), costs, end)
    return found


def _at(
    months: pd.DataFrame, efficiency: float, price: float, costs: MinerCosts, end: str
) -> dict[str, float]:
    table = margins(months, efficiency, costs)
    earned = table["margin_usd"].clip(lower=0).cumsum()
    used = float(table.loc[table["margin_usd"] > 0, "used_kwh"].sum())
    total = float(earned.iloc[-1]) if len(earned) else np.nan
    back = np.flatnonzero(earned.to_numpy() >= price)
    return {
        f"earned_back_{end}_ratio": total / price,
        f"paid_back_{end}_count": float(back[0] + 1) if len(back) else np.nan,
        f"net_{end}_usd_per_kwh": (total - price) / used if used > 0 else np.nan,
    }


def never_paid_back(followed: pd.DataFrame) -> pd.DataFrame:
    """Quotes whose price was not earned back even at the better efficiency, life over or not."""
    known = followed.dropna(subset=["earned_back_high_ratio"])
    return known[known["earned_back_high_ratio"] < 1]


def newest_complete(followed: pd.DataFrame) -> "pd.Series[float]":
    """The latest quote that was followed for a whole life.

    Raises
    ------
    WindowError
        No quote is that old.
    """
    over = followed[followed["life_over"]]
    if over.empty:
        raise WindowError("no quoted machine was followed for a whole life")
    newest: pd.Series[float] = over.sort_values("month").iloc[-1]
    return newest
