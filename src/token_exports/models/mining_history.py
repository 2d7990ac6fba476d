"""China's mining over time: what was measured, what was estimated, and what adds up.

    electricity [TWh] = share of the hashrate x electricity of the network in the same months

Three kinds of source, never joined into one line: the map, which places machines by the addresses
that pools see; estimates before it, which mostly say who manages the pools; and heatmaps after it.
Months without any of them stay empty.

Left out on purpose: interpolation between sources, shares of years for which only a phrase is
known, and any correction for proxies.
"""

import pandas as pd

from token_exports.models import mining, mining_map
from token_exports.models.windows import WindowError

BAN_MONTH = "2021-06"
POOLS = ("pool_management", "not_stated")
MEASURES = {
    "pool_management": "who manages the pools",
    "not_stated": "not stated; the figure is that of the pool study",
    "industry_saying": "a saying of the trade",
    "industry_survey": "industry survey",
    "paper_statement": "statement in a paper",
    "hashrate_index_heatmap": "heatmap of one pool's operator",
    "analyst_estimate": "analyst's estimate",
    "share_of_surveyed_activity": "share of surveyed firms",
}
MAP = "map of machines"
COUNTRY_NAMES = {"China": "CN"}
"""Areas of the provincial table that are a whole country."""
ROUNDING_SHARE = 5e-5
"""The map prints shares to a hundredth of a percent; each may be off by half of that."""


def spans(share_estimates: pd.DataFrame, country: str) -> pd.DataFrame:
    """Estimates of other sources with the first and last month they are about.

    Parameters
    ----------
    share_estimates
        Table ``bitcoin_share_estimates``.
    country
        Country code.

    Returns
    -------
    DataFrame
        ``first_month``, ``last_month``, ``basis``, ``measures``, ``pool_based``, ``low_share``,
        ``high_share``; a lower bound has no high end and keeps it empty.
    """
    rows = share_estimates[
        (share_estimates["country"] == country)
        & (share_estimates["basis"] != "share_of_surveyed_activity")
    ]
    parts = rows["period"].str.split("/")
    return pd.DataFrame(
        {
            "first_month": parts.str[0].map(lambda p: p if "-" in p else f"{p}-01"),
            "last_month": parts.str[-1].map(lambda p: p if "-" in p else f"{p}-12"),
            "basis": rows["basis"],
            "measures": rows["basis"].map(MEASURES),
            "pool_based": rows["basis"].isin(POOLS),
            "low_share": rows["hashrate_low_share"],
            "high_share": rows["hashrate_high_share"],
        }
    ).sort_values(["first_month", "last_month"], ignore_index=True)


def with_electricity(estimates: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Add the electricity of a mean month at each estimate.

    Parameters
    ----------
    estimates
        From `spans`.
    months
        Network by month, from `mining.by_month`.

    Returns
    -------
    DataFrame
        With ``energy_lower_twh`` (low share, lower bound) to ``energy_upper_twh``; missing where
        the network's electricity is not known in every month of the span.
    """
    means = [
        _mean_month(months, first, last)
        for first, last in zip(estimates["first_month"], estimates["last_month"], strict=True)
    ]
    network = pd.DataFrame(means, columns=mining.ENERGIES, index=estimates.index)
    high = estimates["high_share"].fillna(estimates["low_share"])
    middle = (estimates["low_share"] + high) / 2
    table = estimates.copy()
    for name, share in zip(mining.ENERGIES, (estimates["low_share"], middle, high), strict=True):
        table[name] = share * network[name]
    return table


def _mean_month(months: pd.DataFrame, first: str, last: str) -> list[float]:
    totals = mining.over_period(months, first, last, mining.ENERGIES)
    count = len(pd.period_range(first, last, freq="M"))
    return [totals[name] / count for name in mining.ENERGIES]


def above(
    mining_map_table: pd.DataFrame, estimates: pd.DataFrame, country: str, threshold_share: float
) -> pd.DataFrame:
    """When each source puts a country above a share of the network.

    Returns
    -------
    DataFrame
        ``measures``, ``first_month``, ``last_month``, ``above_count`` and ``months_count`` (months
        of the map, one for an estimate), ``low_share``, ``high_share``; the map comes first.
    """
    share = mining_map.of_country(mining_map_table, country, "hashrate_share")
    over = share[share > threshold_share]
    known = share if over.empty else over
    rows = [
        {
            "measures": MAP,
            "first_month": known.index[0],
            "last_month": known.index[-1],
            "above_count": len(over),
            "months_count": len(share),
            "low_share": known.min(),
            "high_share": known.max(),
        }
    ]
    named = ["measures", "first_month", "last_month", "low_share", "high_share"]
    for row in estimates[named].to_dict("records"):
        count = {"above_count": int(row["low_share"] > threshold_share), "months_count": 1}
        rows.append({str(k): v for k, v in row.items()} | count)
    return pd.DataFrame(rows)


def months_above_count(mining_map_table: pd.DataFrame, country: str, threshold_share: float) -> int:
    """Measured months with more than that share."""
    share = mining_map.of_country(mining_map_table, country, "hashrate_share")
    return int((share > threshold_share).sum())


def before_ban(mining_map_table: pd.DataFrame, country: str) -> "pd.Series[float]":
    """Measured shares of the months before the ban.

    Raises
    ------
    WindowError
        The map has none.
    """
    share = mining_map.of_country(mining_map_table, country, "hashrate_share")
    early = share[share.index < BAN_MONTH]
    if early.empty:
        raise WindowError(f"the mining map has no month before {BAN_MONTH}")
    return early


# ---- provinces


def province_table(
    provinces: pd.DataFrame, mining_map_table: pd.DataFrame, months: pd.DataFrame
) -> pd.DataFrame:
    """Provincial figures, with the month's electricity where the month is known.

    Parameters
    ----------
    provinces
        Table ``bitcoin_provinces``. Vintages differ, and a season is no month.
    mining_map_table
        Table ``bitcoin_mining_map``, for shares that are of a country.
    months
        Network by month.

    Returns
    -------
    DataFrame
        ``area``, ``country``, ``period``, ``wet_season_stage``, ``share_of``, ``hashrate_share``,
        ``world_share`` and ``energy_guess_twh``, the last two missing where the month is not
        stated.
    """
    table = provinces.copy()
    whole = mining_map_table.set_index(["country", "month"])["hashrate_share"]
    keys = list(zip(table["country"], table["period"], strict=True))
    of_country = pd.Series([whole.get(key, float("nan")) for key in keys], index=table.index)
    part = of_country.where(table["share_of"] == "country", 1.0)
    stated = table["period"].str.fullmatch(r"\d{4}-\d{2}")
    table["world_share"] = (table["hashrate_share"] * part).where(stated)
    network = months.set_index("month")["energy_guess_twh"]
    table["energy_guess_twh"] = table["world_share"] * table["period"].map(network)
    kept = ["area", "country", "period", "wet_season_stage", "share_of", "hashrate_share"]
    return table[[*kept, "world_share", "energy_guess_twh"]].reset_index(drop=True)


def season_shares(provinces: pd.DataFrame, country: str) -> pd.DataFrame:
    """Shares of a country's hashrate that provinces held in one year's season.

    Parameters
    ----------
    provinces
        Table ``bitcoin_provinces``. Shares of the world are divided by the whole country's share
        of the same period, which stands in the table for the same vintage.
    country
        Country code.

    Returns
    -------
    DataFrame
        ``area``, ``period``, ``wet_season_stage``, ``country_share``; provinces whose country
        total of that vintage is missing have no row.
    """
    own = provinces[provinces["country"] == country]
    whole = own[own["area"].map(COUNTRY_NAMES.get) == country].set_index("period")["hashrate_share"]
    parts = own[own["area"].map(COUNTRY_NAMES.get) != country].copy()
    over = parts["period"].map(whole).where(parts["share_of"] == "world", 1.0)
    parts["country_share"] = parts["hashrate_share"] / over
    kept = ["area", "period", "wet_season_stage", "country_share"]
    return parts.dropna(subset=["country_share"])[kept].reset_index(drop=True)


# ---- what must add up


def reconciliation(mining_map_table: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Sums over all areas of the map against the whole network, month by month.

    Returns
    -------
    DataFrame
        ``month``, ``areas_count``, ``sum_share``, ``rounding_share`` (how far rounding alone may
        move the sum), ``hashrate_ratio`` (map over network), ``sum_twh`` and ``network_twh``.
    """
    grouped = mining_map_table.groupby("month")
    table = grouped.agg(
        areas_count=("country", "size"),
        sum_share=("hashrate_share", "sum"),
        map_eh_per_s=("hashrate_eh_per_s", "sum"),
    ).reset_index()
    table["rounding_share"] = table["areas_count"] * ROUNDING_SHARE
    known = months.set_index("month")
    hashrate = table["month"].map(known["hashrate_eh_per_s"])
    table["hashrate_ratio"] = table["map_eh_per_s"] / hashrate
    table["network_twh"] = table["month"].map(known["energy_guess_twh"])
    parts = mining_map_table["hashrate_share"] * mining_map_table["month"].map(
        known["energy_guess_twh"]
    )
    summed = parts.groupby(mining_map_table["month"]).sum(min_count=1)
    table["sum_twh"] = table["month"].map(summed)
    return table.drop(columns="map_eh_per_s")


def by_year(country: pd.DataFrame) -> pd.DataFrame:
    """Mapped electricity and value of a country by year; ``months_count`` tells a part-year.

    Parameters
    ----------
    country
        From `mining.by_country`.
    """
    known = country.dropna(subset=["energy_guess_twh"])
    grouped = known.groupby(known["month"].str[:4].astype(int).rename("year"))
    table = grouped[["mining_value_usd", *mining.ENERGIES]].sum(min_count=1)
    table.insert(0, "months_count", grouped.size())
    return table.reset_index()
