"""Bitcoin mining by month, year and country, from the committed tables.

    electricity of a month [TWh] = annualised TWh x days / 365.25
    of a country           [TWh] = its share of the hashrate x electricity of the network
    value of a country     [USD] = its share of the hashrate x miner revenue

Left out on purpose: differences between a country's machines and the network's mean, which no
source measures. The bounds are those of the electricity series alone.
"""

from collections.abc import Iterable
from typing import cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.models import electricity_export

DERIVED = "derived_hashrate_x_j_per_th"
BOUNDS = ("lower", "guess", "upper")
RATES = [f"energy_{bound}_twh_per_year" for bound in BOUNDS]
ENERGIES = [f"energy_{bound}_twh" for bound in BOUNDS]
VALUES = ["value_high_usd_per_kwh", "value_usd_per_kwh", "value_low_usd_per_kwh"]


def electricity_series(
    electricity: pd.DataFrame, series: str, extension: str | None = None
) -> pd.DataFrame:
    """One annualised series, continued by another after its last month.

    Parameters
    ----------
    electricity
        Table ``bitcoin_electricity``.
    series
        Series to use as far as it goes.
    extension
        Series for the months after that. Months before, or gaps inside, are not filled.

    Returns
    -------
    DataFrame
        Columns ``month``, ``series`` and the three annualised rates, in month order.

    Raises
    ------
    ValueError
        The table has no such series.
    """
    chosen = _one_series(electricity, series)
    if extension is not None:
        later = _one_series(electricity, extension)
        chosen = pd.concat([chosen, later[later["month"] > chosen["month"].max()]])
    return chosen[["month", "series", *RATES]].sort_values("month", ignore_index=True)


def continued_series(electricity: pd.DataFrame, series: str, include_derived: bool) -> pd.DataFrame:
    """One annualised series, continued by hashrate times efficiency if asked for and public."""
    public = include_derived and electricity["series"].eq(DERIVED).any()
    return electricity_series(electricity, series, DERIVED if public else None)


def _one_series(electricity: pd.DataFrame, series: str) -> pd.DataFrame:
    known = sorted(electricity["series"].unique())
    if series not in known:
        raise ValueError(f"no electricity series {series!r}; known: {', '.join(known)}")
    return electricity[electricity["series"] == series]


def by_month(network: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Revenue and electricity of the network, a row for each month of ``network``.

    A month that the electricity series sampled in part counts at its sampled mean for all its
    days; a month it lacks stays missing.

    Parameters
    ----------
    network
        Table ``bitcoin_network``.
    rates
        Annualised electricity, from `electricity_series`.

    Returns
    -------
    DataFrame
        ``month``, ``days_count``, ``hashrate_eh_per_s``, ``miner_revenue_usd``, ``series``, the
        three bounds in TWh and in USD/kWh.
    """
    kept = ["month", "days_count", "hashrate_eh_per_s", "miner_revenue_usd"]
    table = network[kept].merge(rates, on="month", how="left", validate="one_to_one")
    days = _floats(table["days_count"])
    for rate, energy in zip(RATES, ENERGIES, strict=True):
        table[energy] = electricity_export.period_electricity_twh(_floats(table[rate]), days)
    return _with_values(table.drop(columns=RATES), "miner_revenue_usd")


def by_year(months: pd.DataFrame) -> pd.DataFrame:
    """Revenue, electricity and value of a kilowatt-hour by calendar year.

    Only months with both revenue and electricity count, so the ratio compares like with like;
    ``months_count`` tells a part-year from a year.

    Parameters
    ----------
    months
        Network by month, from `by_month`.
    """
    known = months.dropna(subset=["miner_revenue_usd", "energy_guess_twh"])
    grouped = known.groupby(known["month"].str[:4].astype(int).rename("year"))
    table = grouped[["miner_revenue_usd", *ENERGIES]].agg(_sum_or_missing)
    table.insert(0, "months_count", grouped.size())
    return _with_values(table.reset_index(), "miner_revenue_usd")


def by_country(months: pd.DataFrame, mining_map: pd.DataFrame, country: str) -> pd.DataFrame:
    """Electricity and gross value of one country's miners, a row for each mapped month.

    Parameters
    ----------
    months
        Network by month, from `by_month`.
    mining_map
        Table ``bitcoin_mining_map``.
    country
        Country code, or the code of the rest of the world.

    Returns
    -------
    DataFrame
        ``month``, ``hashrate_share``, ``mining_value_usd``, the three bounds in TWh and in
        USD/kWh. The value of a kilowatt-hour is missing where the share is zero.

    Raises
    ------
    ValueError
        The map has no such country.
    """
    if country not in set(mining_map["country"]):
        known = ", ".join(sorted(mining_map["country"].unique()))
        raise ValueError(f"no country {country!r} in the mining map; known: {known}")
    rows = mining_map.loc[mining_map["country"] == country, ["month", "hashrate_share"]]
    table = rows.merge(months, on="month", how="left", validate="one_to_one")
    share = table["hashrate_share"]
    table["mining_value_usd"] = share * table["miner_revenue_usd"]
    table[ENERGIES] = table[ENERGIES].mul(share, axis="index")
    kept = ["month", "hashrate_share", "mining_value_usd", *ENERGIES]
    return _with_values(table[kept].sort_values("month", ignore_index=True), "mining_value_usd")


def over_period(
    table: pd.DataFrame, first_month: str, last_month: str, columns: Iterable[str]
) -> dict[str, float]:
    """Sums of ``columns`` over the months from first to last, both included.

    A month that is absent, or empty in a column, makes that sum missing: a total with a hole in
    it is no total.

    Raises
    ------
    ValueError
        The period ends before it begins.
    """
    wanted = pd.period_range(first_month, last_month, freq="M").strftime("%Y-%m")
    if wanted.empty:
        raise ValueError(f"no month from {first_month} to {last_month}")
    rows = table.set_index("month").reindex(wanted)
    return {column: _sum_or_missing(rows[column]) for column in columns}


def _with_values(table: pd.DataFrame, revenue: str) -> pd.DataFrame:
    """Add USD/kWh: the low energy bound gives the high value, and the other way round."""
    money = _floats(table[revenue])
    for energy, value in zip(ENERGIES, VALUES, strict=True):
        used = _floats(table[energy])
        used = np.where(used > 0, used, np.nan)
        table[value] = electricity_export.value_usd_per_kwh(money, used)
    return table


def _sum_or_missing(column: "pd.Series[float]") -> float:
    return float(column.sum(skipna=False))


def _floats(column: "pd.Series[float]") -> NDArray[np.float64]:
    return cast(NDArray[np.float64], column.to_numpy(dtype=np.float64, na_value=np.nan))
