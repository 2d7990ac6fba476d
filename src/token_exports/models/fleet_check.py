"""Fleet efficiency from the table of machines, against what the Cambridge index made of it.

    threshold [J/TH] = hashprice / (24 h x power price)          machines above it stand still
    age weight       = 1 - completed years on the market / age limit, never below zero
    fleet [J/TH]     = weighted mean over the machines on the market and below the threshold
    ratio            = our annualised electricity / the index's own guess of the same month

The bounds take the best machine on the market and the worst that pays its power, each with the
overhead of the index. Months of a mean hashprice stand in for the index's days.

Left out on purpose: how many of each machine were sold, which nobody counts (the index weights
models, not machines), and machines whose month of release the table does not know.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.models import electricity_export
from token_exports.models.windows import WindowError
from token_exports.uncertainty import Interval, bounds
from token_exports.units import MONTHS_PER_YEAR

AGE_LIMIT_YEARS = 5
OVERHEAD_RATIOS = {"lower": 1.01, "guess": 1.10, "upper": 1.20}
"""Electricity of the site over that of its machines, as the index sets it for each of its lines."""
TOLERANCE_RATIO = 0.25
"""Stated beforehand: monthly means for days, models for machines, and a list that ends early."""
SINCE = "2015-01"
"""Before, the table holds single machines and classes of hardware, not a market."""
LIST_ENDS = "2021-02"
"""Last release month of the index's own list; later machines come from vendors and press."""
LEAST_MACHINES_COUNT = 5
CLASS = "class"


def _month_number(months: "pd.Series[str]") -> NDArray[np.float64]:
    """Months since the year nought of texts like 2021-06; missing where there is none."""
    year, month = (pd.to_numeric(part).astype(float) for part in (months.str[:4], months.str[5:]))
    return np.asarray(year * MONTHS_PER_YEAR + month, dtype=np.float64)


def age_weights(age_years: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weight of a machine: falls by a fixed step with every completed year to zero."""
    weight = np.clip(1 - np.floor(age_years) / AGE_LIMIT_YEARS, 0, 1)
    return np.where(age_years >= 0, weight, 0.0)  # not yet released, or nobody knows when


def market_weights(machines: pd.DataFrame, months: "pd.Series[str]") -> NDArray[np.float64]:
    """Weights of machines by age, a row a month.

    Parameters
    ----------
    machines
        Table ``asics``. Classes of hardware count only as long as no machine does.
    months
        Months of operation.
    """
    released = _month_number(machines["release_month"])
    weights = age_weights((_month_number(months)[:, None] - released) / MONTHS_PER_YEAR)
    single = np.where(machines["hardware_class"] == CLASS, 0.0, weights)
    return np.where(single.any(axis=1, keepdims=True), single, weights)


def on_market(machines: pd.DataFrame, month: str, threshold_j_per_th: float) -> pd.DataFrame:
    """Machines that count in a month, with their ``weight_ratio``.

    Parameters
    ----------
    machines
        Table ``asics``.
    month
        Month of operation.
    threshold_j_per_th
        Efficiency at which revenue just pays the power.
    """
    table = machines.assign(weight_ratio=market_weights(machines, pd.Series([month]))[0])
    pays = table["efficiency_j_per_th"] <= threshold_j_per_th
    return table[(table["weight_ratio"] > 0) & pays]


def fleet_efficiency_j_per_th(
    efficiency_j_per_th: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, float, float]:
    """Best, weighted mean and worst efficiency of the machines that count, missing without any."""
    counted = weights > 0
    if not counted.any():
        return np.nan, np.nan, np.nan
    values = efficiency_j_per_th[counted]
    mean = float(np.average(values, weights=weights[counted]))
    return float(values.min()), mean, float(values.max())


def by_month(
    machines: pd.DataFrame, network: pd.DataFrame, electricity_price_usd_per_kwh: float
) -> pd.DataFrame:
    """Fleet and annualised electricity of each month from the table of machines.

    Parameters
    ----------
    machines
        Table ``asics``.
    network
        Table ``bitcoin_network``.
    electricity_price_usd_per_kwh
        Price every miner pays.

    Returns
    -------
    DataFrame
        ``month``, ``threshold_j_per_th``, ``machines_count``, the three efficiencies and the three
        annualised rates, all missing in a month in which no machine pays its power.
    """
    threshold = electricity_export.break_even_efficiency_j_per_th(
        network["hashprice_usd_per_ph_day"].to_numpy(dtype=float), electricity_price_usd_per_kwh
    )
    efficiency = machines["efficiency_j_per_th"].to_numpy(dtype=float)
    weights = market_weights(machines, network["month"])
    weights = np.where(efficiency <= np.asarray(threshold)[:, None], weights, 0.0)
    table = pd.DataFrame({"month": network["month"], "threshold_j_per_th": threshold})
    table["machines_count"] = (weights > 0).sum(axis=1).astype(float)
    names = [f"efficiency_{bound}_j_per_th" for bound in OVERHEAD_RATIOS]
    table[names] = [fleet_efficiency_j_per_th(efficiency, row) for row in weights]
    hashrate = network["hashrate_eh_per_s"].to_numpy(dtype=float)
    for bound, overhead in OVERHEAD_RATIOS.items():
        table[f"energy_{bound}_twh_per_year"] = electricity_export.mining_electricity_twh_per_year(
            hashrate, table[f"efficiency_{bound}_j_per_th"].to_numpy(dtype=float), overhead
        )
    return table


# ---- against the index


def against(ours: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Our electricity over that of a series, month by month.

    Parameters
    ----------
    ours
        From `by_month`.
    rates
        One series without extension, from `mining.electricity_series`.

    Returns
    -------
    DataFrame
        Months since ``SINCE`` that both have: ``month``, ``machines_count``, ``list_complete``,
        ``lower_ratio``, ``guess_ratio``, ``upper_ratio`` and ``within``.
    """
    both = ours[ours["month"] >= SINCE].merge(
        rates, on="month", suffixes=("", "_index"), validate="one_to_one"
    )
    table = both[["month", "machines_count"]].copy()
    table["list_complete"] = table["month"] <= LIST_ENDS
    for bound in OVERHEAD_RATIOS:
        name = f"energy_{bound}_twh_per_year"
        table[f"{bound}_ratio"] = both[name] / both[f"{name}_index"]
    table["within"] = (table["guess_ratio"] - 1).abs() <= TOLERANCE_RATIO
    return table


def against_fleet(ours: pd.DataFrame, fleet: pd.DataFrame) -> pd.DataFrame:
    """Our efficiency by year beside the efficiencies that others print.

    Parameters
    ----------
    ours
        From `by_month`; a year counts at the mean of its months.
    fleet
        Table ``fleet_efficiency``.

    Returns
    -------
    DataFrame
        ``period``, ``publisher``, ``basis``, ``printed_j_per_th``, ``ours_j_per_th`` and
        ``ours_over_printed_ratio``, missing where no machine pays its power.
    """
    mean = ours.groupby(ours["month"].str[:4])["efficiency_guess_j_per_th"].mean()
    single = ours.set_index("month")["efficiency_guess_j_per_th"]
    found = [mean.get(p, single.get(p, np.nan)) for p in fleet["period"]]
    table = fleet[["period", "publisher", "basis"]].copy()
    table["printed_j_per_th"] = fleet["efficiency_guess_j_per_th"]
    table["ours_j_per_th"] = np.array(found, dtype=float)
    table["ours_over_printed_ratio"] = table["ours_j_per_th"] / table["printed_j_per_th"]
    return table.reset_index(drop=True)


def within_share(table: pd.DataFrame) -> float:
    """Part of the months whose ratio lies within the tolerance; a missing ratio does not.

    Raises
    ------
    WindowError
        There is no month to compare.
    """
    if table.empty:
        raise WindowError("machines and electricity series share no month")
    return float(table["within"].mean())


def runs_outside(table: pd.DataFrame) -> pd.DataFrame:
    """Unbroken runs of months outside the tolerance, and what is known of them.

    Returns
    -------
    DataFrame
        ``first_month``, ``last_month``, ``months_count``, ``median_ratio``, ``machines_count`` (the
        fewest of the run) and ``reason``.
    """
    ordered = table.sort_values("month", ignore_index=True)
    number = (ordered["within"] != ordered["within"].shift()).cumsum()
    runs = [rows for _, rows in ordered.groupby(number) if not rows["within"].iloc[0]]
    columns = ["first_month", "last_month", "months_count", "median_ratio", "machines_count"]
    found = [
        (
            rows["month"].iloc[0],
            rows["month"].iloc[-1],
            len(rows),
            rows["guess_ratio"].median(),
            rows["machines_count"].min(),
        )
        for rows in runs
    ]
    listed = pd.DataFrame(found, columns=columns)
    return listed.assign(reason=[_reason(row) for row in runs])


def _reason(run: pd.DataFrame) -> str:
    if run["guess_ratio"].isna().any():
        return "no machine of the table pays its power"
    if run["machines_count"].min() < LEAST_MACHINES_COUNT:
        return "too few machines in the table"
    if not run["list_complete"].any():
        return "the index's own list of machines ends before"
    return "other: days for months, or models for machines"


def ratio_interval(table: pd.DataFrame) -> Interval:
    """Median ratio between its extremes.

    Raises
    ------
    WindowError
        No month has a ratio.
    """
    known: NDArray[np.float64] = table["guess_ratio"].dropna().to_numpy(dtype=float)
    if not len(known):
        raise WindowError("no month with machines that pay their power")
    return bounds(float(np.median(known)), float(known.min()), float(known.max()))


def machine_months(machines: pd.DataFrame, months: Iterable[str]) -> pd.DataFrame:
    """How many machines of known age stand in the table each month, before the threshold."""
    months = list(months)
    rated = machines["efficiency_j_per_th"].notna().to_numpy()
    counted = (market_weights(machines, pd.Series(months, dtype="str")) > 0) & rated
    return pd.DataFrame({"month": months, "machines_count": counted.sum(axis=1)})
