"""Where the machines of the Bitcoin network stand: shares, gains, seasons, provinces.

    gain [EH/s] = hashrate in the last month - hashrate in the first month, where positive
    season ratio = mean hashrate of the wet half-year / mean of the dry half-year

The map places machines by the addresses that pools see; proxies and hidden mining escape it.
Left out on purpose: any split of the rest of the world, and months the map does not have.
"""

import pandas as pd

from token_exports.uncertainty import Interval, bounds

WET_SEASON = ("05", "10")
DRY_SEASON = ("11", "04")
WET_YEAR, DRY_MONTH = 2020, "2020-04"
BEFORE_BAN = "2021-04"
AFTER_BAN = ("2021-07", "2021-08")
RETURN = ("2021-09", "2022-01")
SECOND_SOURCES = {
    "cn_survey_hashrate_share": ("2019-12", "industry_survey"),
    "cn_2025_hashrate_share": ("2025-10", "hashrate_index_heatmap"),
}


def of_country(mining_map: pd.DataFrame, country: str, column: str) -> "pd.Series[float]":
    """One column of the map for one country, by month."""
    rows = mining_map[mining_map["country"] == country]
    if rows.empty:
        known = ", ".join(sorted(mining_map["country"].unique())) or "none is public yet"
        raise ValueError(f"no country {country!r} in the mining map; known: {known}")
    return rows.set_index("month")[column].sort_index()


def mean_over(monthly: "pd.Series[float]", first_month: str, last_month: str) -> float:
    """Mean of a monthly series from first to last month, both included.

    Raises
    ------
    ValueError
        A month of the period has no value.
    """
    wanted = pd.period_range(first_month, last_month, freq="M").strftime("%Y-%m")
    values = monthly.reindex(wanted)
    if values.empty or values.isna().any():
        missing = ", ".join(values[values.isna()].index[:3]) or "every month"
        raise ValueError(
            f"{first_month} to {last_month}: no value for {missing}; the months run from "
            f"{monthly.index.min()} to {monthly.index.max()}"
        )
    return float(values.mean())


def wet_over_dry_ratio(hashrate_eh_per_s: "pd.Series[float]", year: int) -> float:
    """Mean hashrate of a wet half-year over that of the dry half-year before it."""
    wet = mean_over(hashrate_eh_per_s, *(f"{year}-{month}" for month in WET_SEASON))
    dry = mean_over(hashrate_eh_per_s, f"{year - 1}-{DRY_SEASON[0]}", f"{year}-{DRY_SEASON[1]}")
    return wet / dry


def gains_eh_per_s(
    mining_map: pd.DataFrame, first_month: str, last_month: str
) -> "pd.Series[float]":
    """Hashrate that countries gained between two months, largest first; losers are left out."""
    wide = mining_map.pivot(index="country", columns="month", values="hashrate_eh_per_s")
    change = (wide[last_month] - wide[first_month]).dropna()
    return change[change > 0].sort_values(ascending=False)


def gain_share(gains: "pd.Series[float]", countries: list[str]) -> float:
    """Part of all gains that went to some countries."""
    return float(gains.reindex(countries).fillna(0).sum() / gains.sum())


def province_share(provinces: pd.DataFrame, area: str, period: str, stage: str = "none") -> float:
    """Reported share of one province, of its country or of the world as its row says.

    Raises
    ------
    ValueError
        There is not exactly one such row.
    """
    rows = provinces[
        (provinces["area"] == area)
        & (provinces["period"] == period)
        & (provinces["wet_season_stage"] == stage)
    ]
    if len(rows) != 1:
        raise ValueError(f"{len(rows)} rows of bitcoin_provinces for {area}, {period}, {stage}")
    return float(rows["hashrate_share"].iloc[0])


def estimates(share_estimates: pd.DataFrame, country: str) -> pd.DataFrame:
    """Shares of one country from other sources than the map, where a month is stated.

    Returns
    -------
    DataFrame
        ``month``, ``basis``, ``low_share``, ``high_share``; a lower bound has no high end and
        counts at its low one.
    """
    rows = share_estimates[
        (share_estimates["country"] == country)
        & share_estimates["period"].str.fullmatch(r"\d{4}-\d{2}")
    ]
    low = rows["hashrate_low_share"]
    return pd.DataFrame(
        {
            "month": rows["period"],
            "basis": rows["basis"],
            "low_share": low,
            "high_share": rows["hashrate_high_share"].fillna(low),
        }
    ).reset_index(drop=True)


def estimated_electricity_twh(shares: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """Add the electricity of a month at each estimated share and the network's mean machine.

    Parameters
    ----------
    shares
        From `estimates`.
    months
        Network by month, with its best guess of electricity.
    """
    known = months.set_index("month")["energy_guess_twh"]
    network = shares["month"].map(known)
    return shares.assign(
        energy_low_twh=shares["low_share"] * network, energy_high_twh=shares["high_share"] * network
    )


def findings(
    mining_map: pd.DataFrame, provinces: pd.DataFrame, first_month: str, last_month: str
) -> pd.DataFrame:
    """What the map says of peak, ban, return, seasons and of who took over.

    Parameters
    ----------
    mining_map
        Table ``bitcoin_mining_map``.
    provinces
        Table ``bitcoin_provinces``. The dry-season figures of provinces come from an older vintage
        of the map than the national share they are divided by.
    first_month, last_month
        Period of the mean share.

    Returns
    -------
    DataFrame
        ``name``, ``value``, ``label``: one quantity a row, its name ending in the unit.
    """
    share = of_country(mining_map, "CN", "hashrate_share")
    peak, start = (province_share(provinces, "Sichuan", "2020", s) for s in ("peak", "start"))
    rows = [
        ("cn_peak_hashrate_share", share.max(), f"China's largest share, {share.idxmax()}"),
        (
            "cn_mean_hashrate_share",
            mean_over(share, first_month, last_month),
            f"China's mean share, {first_month} to {last_month}",
        ),
        ("cn_last_hashrate_share", share[BEFORE_BAN], f"China's share, {BEFORE_BAN}"),
        ("cn_after_ban_hashrate_share", mean_over(share, *AFTER_BAN), _label(*AFTER_BAN)),
        ("cn_return_hashrate_share", mean_over(share, *RETURN), _label(*RETURN)),
        ("wet_season_sichuan_share", peak, "Sichuan in China, wet-season peak of 2020"),
        ("sichuan_wet_over_dry_ratio", peak / start, "Sichuan in China, wet peak over start"),
        (
            "dry_season_hydro_province_share",
            sum(province_share(provinces, area, DRY_MONTH) for area in ("Sichuan", "Yunnan"))
            / share[DRY_MONTH],
            f"Sichuan and Yunnan in China, {DRY_MONTH}",
        ),
        (
            "cn_wet_over_dry_hashrate_ratio",
            wet_over_dry_ratio(of_country(mining_map, "CN", "hashrate_eh_per_s"), WET_YEAR),
            f"China's hashrate, wet half-year {WET_YEAR} over the dry one before",
        ),
        *_moved(mining_map, provinces),
    ]
    return pd.DataFrame(rows, columns=["name", "value", "label"])


def _label(first_month: str, last_month: str) -> str:
    return f"China's mean share, {first_month} to {last_month}"


def _moved(mining_map: pd.DataFrame, provinces: pd.DataFrame) -> list[tuple[str, float, str]]:
    last = RETURN[1]
    gains = gains_eh_per_s(mining_map, BEFORE_BAN, last)
    us_eh_per_s = of_country(mining_map, "US", "hashrate_eh_per_s")[last]
    texas = us_eh_per_s * province_share(provinces, "Texas", last)
    near = gain_share(gains, ["KZ", "CA"])
    return [
        (
            "kz_us_ca_hashrate_gain_share",
            gain_share(gains, ["KZ", "US", "CA"]),
            "Gains of Kazakhstan, United States and Canada over all gains",
        ),
        (
            "kz_tx_ca_hashrate_gain_share",
            near + texas / float(gains.sum()),
            "The same with the level of Texas for the United States",
        ),
    ]


def estimate(shares: pd.DataFrame, month: str, basis: str) -> Interval:
    """One estimate of another source, around the middle of what it prints.

    Raises
    ------
    ValueError
        There is not exactly one such estimate.
    """
    rows = shares[(shares["month"] == month) & (shares["basis"] == basis)]
    if len(rows) != 1:
        raise ValueError(f"{len(rows)} rows of bitcoin_share_estimates for {month}, {basis}")
    low, high = float(rows["low_share"].iloc[0]), float(rows["high_share"].iloc[0])
    return bounds((low + high) / 2, low, high)


def second_sources(shares: pd.DataFrame) -> dict[str, Interval]:
    """Estimates that claims refer to, under the names they are recorded by."""
    return {name: estimate(shares, *row) for name, row in SECOND_SOURCES.items()}
