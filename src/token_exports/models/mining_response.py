"""How the hashrate answers to the price and to a ban, and where it went.

    cumulative elasticity after L months = sum of b_0 .. b_L in
        d log hashrate(t) = a + sum over l of b_l x d log price(t - l) + e(t)
    drop     = 1 - lowest month after the ban / highest month before
    recovery = months from the lowest until the highest is reached again

The intercept takes the trend of better machines. Blocks of months are drawn again with
replacement, so the interval keeps the months' dependence; it holds for this sample, which has few
independent booms. Correlation, not cause: a price also moves with what moves miners.

Left out on purpose: supply of machines, halvings as events, and the split of a country's gain into
moved and new machines, which no source makes.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.models.windows import WindowError
from token_exports.uncertainty import HIGH_QUANTILE, LOW_QUANTILE, Interval, exact

LAST_BEFORE_BAN = "2021-05"
SEARCH_UNTIL = "2021-12"
"""The low after the ban is looked for up to here."""
LONGEST_LAG = 12
BLOCK_MONTHS = 12
SHOWN_LAGS = (0, 1, 3, 6, 9, 12)
STARRED = "stars"


# ---- the ban


@dataclass(frozen=True, kw_only=True)
class BanResponse:
    """Hashrate around the ban, from monthly means."""

    high_month: str
    low_month: str
    recovered_month: str | None
    high_eh_per_s: float
    low_eh_per_s: float

    @property
    def drop_share(self) -> float:
        """Part of the highest month's hashrate that was gone in the lowest."""
        return 1 - self.low_eh_per_s / self.high_eh_per_s

    @property
    def recovery_count(self) -> int | None:
        """Months from the lowest to the first that reaches the highest again."""
        if self.recovered_month is None:
            return None
        return int((pd.Period(self.recovered_month, "M") - pd.Period(self.low_month, "M")).n)


def ban_response(network: pd.DataFrame) -> BanResponse:
    """Highest month before the ban, lowest after it, and the return.

    Raises
    ------
    WindowError
        A month around the ban is missing.
    """
    rate = network.set_index("month")["hashrate_eh_per_s"].sort_index()
    needed = pd.period_range(LAST_BEFORE_BAN, SEARCH_UNTIL, freq="M").strftime("%Y-%m")
    missing = [month for month in needed if month not in rate.index]
    if missing:
        raise WindowError(f"no hashrate for {', '.join(missing)}")
    before = rate[rate.index <= LAST_BEFORE_BAN]
    after = rate[(rate.index > LAST_BEFORE_BAN) & (rate.index <= SEARCH_UNTIL)]
    high, low = str(before.idxmax()), str(after.idxmin())
    later = rate[(rate.index > low) & (rate >= before.max())]
    return BanResponse(
        high_month=high,
        low_month=low,
        recovered_month=None if later.empty else str(later.index[0]),
        high_eh_per_s=float(before.max()),
        low_eh_per_s=float(after.min()),
    )


# ---- the price


def changes(network: pd.DataFrame, first_month: str) -> pd.DataFrame:
    """Monthly changes of the logarithms, with the price at every lag.

    Parameters
    ----------
    network
        Table ``bitcoin_network``.
    first_month
        First month whose change counts; its lagged prices may lie before.

    Returns
    -------
    DataFrame
        ``month``, ``hashrate`` and ``lag_0`` to the longest lag; only rows without a gap.

    Raises
    ------
    WindowError
        A month is missing between the first and the last.
    """
    table = network.sort_values("month", ignore_index=True)
    whole = pd.period_range(table["month"].iloc[0], table["month"].iloc[-1], freq="M")
    if len(whole) != len(table):
        raise WindowError("the network table has a gap: monthly changes need every month")
    price = _log_change(table["price_usd_per_btc"])
    found = pd.DataFrame(
        {
            "month": table["month"],
            "hashrate": _log_change(table["hashrate_eh_per_s"]),
        }
    )
    for lag in range(LONGEST_LAG + 1):
        found[f"lag_{lag}"] = price.shift(lag)
    return found[found["month"] >= first_month].dropna().reset_index(drop=True)


def _log_change(values: "pd.Series[float]") -> "pd.Series[float]":
    return pd.Series(np.log(values.to_numpy(dtype=float)), index=values.index).diff()


def cumulative(table: pd.DataFrame) -> NDArray[np.float64]:
    """Cumulative elasticities by least squares, one for each lag."""
    lags = table[[f"lag_{lag}" for lag in range(LONGEST_LAG + 1)]].to_numpy(dtype=float)
    return _cumulative(table["hashrate"].to_numpy(dtype=float), lags)


def _cumulative(y: NDArray[np.float64], lags: NDArray[np.float64]) -> NDArray[np.float64]:
    """The same for one series, or for each of a stack of them, by QR decomposition."""
    x = np.concatenate([np.ones_like(y)[..., None], lags], axis=-1)
    q, r = np.linalg.qr(x)
    slopes = np.linalg.solve(r, q.swapaxes(-1, -2) @ y[..., None])[..., 0]
    return np.asarray(np.cumsum(slopes[..., 1:], axis=-1), dtype=np.float64)


def block_rows(
    n: int, block: int, n_draws: int, generator: np.random.Generator
) -> NDArray[np.int64]:
    """Row numbers of resampled series: overlapping blocks in a row, cut to the same length."""
    starts = generator.integers(0, n - block + 1, size=(n_draws, -(-n // block)))
    rows = (starts[..., None] + np.arange(block)).reshape(n_draws, -1)[:, :n]
    return rows.astype(np.int64)


def elasticities(table: pd.DataFrame, n_draws: int, seed: int) -> pd.DataFrame:
    """Cumulative elasticity of the hashrate to the price, with its bootstrap interval.

    Parameters
    ----------
    table
        From `changes`.
    n_draws, seed
        Resampled series and their seed.

    Returns
    -------
    DataFrame
        ``lag_count`` (months after the price), ``low_ratio``, ``central_ratio``, ``high_ratio``.

    Raises
    ------
    WindowError
        There are too few months for so many lags.
    """
    if len(table) < 3 * (LONGEST_LAG + 2):
        raise WindowError(f"{len(table)} months are too few for {LONGEST_LAG} lags")
    lags = table[[f"lag_{lag}" for lag in range(LONGEST_LAG + 1)]].to_numpy(dtype=float)
    y = table["hashrate"].to_numpy(dtype=float)
    generator = np.random.default_rng(seed)
    rows = block_rows(len(y), BLOCK_MONTHS, n_draws, generator)
    drawn = _cumulative(y[rows], lags[rows])
    low, high = np.quantile(drawn, [LOW_QUANTILE, HIGH_QUANTILE], axis=0)
    central = _cumulative(y, lags)
    return pd.DataFrame(
        {
            "lag_count": range(LONGEST_LAG + 1),
            "low_ratio": np.minimum(low, central),
            "central_ratio": central,
            "high_ratio": np.maximum(high, central),
        }
    )


def elasticity(table: pd.DataFrame, lag: int) -> Interval:
    """One row of `elasticities`."""
    row = table[table["lag_count"] == lag].iloc[0]
    low, central, high = (float(row[f"{end}_ratio"]) for end in ("low", "central", "high"))
    return Interval(central, low, high)


# ---- where it went


def moves(mining_map: pd.DataFrame, first_month: str, last_month: str) -> pd.DataFrame:
    """Hashrate and share of each area in two months of the map.

    Returns
    -------
    DataFrame
        ``area``, ``country``, ``first_eh_per_s``, ``last_eh_per_s``, ``change_eh_per_s`` (largest
        first), the two shares and ``starred``: the publisher holds the area to be inflated.

    Raises
    ------
    WindowError
        The map lacks a month.
    """
    known = set(mining_map["month"])
    for month in (first_month, last_month):
        if month not in known:
            raise WindowError(f"the map has no {month}; it has {min(known)} to {max(known)}")
    first, last = (
        mining_map[mining_map["month"] == month].set_index("country")
        for month in (first_month, last_month)
    )
    table = pd.DataFrame(
        {
            "area": last["area"],
            "first_eh_per_s": first["hashrate_eh_per_s"],
            "last_eh_per_s": last["hashrate_eh_per_s"],
            "first_share": first["hashrate_share"],
            "last_share": last["hashrate_share"],
            "starred": last["note"].fillna("").str.contains(STARRED),
        }
    ).rename_axis("country")
    table["change_eh_per_s"] = table["last_eh_per_s"] - table["first_eh_per_s"]
    return table.sort_values("change_eh_per_s", ascending=False).reset_index()


def conversions_by_country(conversions: pd.DataFrame, asked: tuple[str, ...]) -> pd.DataFrame:
    """Documented conversions of farms to AI data centres, a row a country.

    Parameters
    ----------
    conversions
        Table ``farm_conversions``.
    asked
        Countries that get a row even where nothing was found.

    Returns
    -------
    DataFrame
        ``country``, ``sites_count`` and ``former_mining_count`` (rows whose text says that the
        site mined), ``gross_mw`` and ``critical_mw``, which must not be added, and
        ``operating_count``. Zero means that nothing was found.
    """
    rows = []
    for country in sorted({*conversions["country"], *asked}):
        own = conversions[conversions["country"] == country]
        power = own.groupby("power_basis")["power_mw"].sum()
        rows.append(
            {
                "country": country,
                "sites_count": len(own),
                "former_mining_count": int((own["former_mining"] != "not_stated").sum()),
                "operating_count": int((own["stage"] == "operating").sum()),
                "gross_mw": float(power.get("gross", 0.0)),
                "critical_mw": float(power.get("critical", 0.0)),
            }
        )
    table = pd.DataFrame(rows)
    return table.sort_values(["sites_count", "country"], ascending=[False, True], ignore_index=True)


FLEXIBILITY = (
    "hashrate_drop",
    "hashrate_7_day_range",
    "mining_curtailed_power",
    "mining_curtailed_share",
    "mining_curtailment_credit",
    "mining_output_drop",
)


def flexibility(economics: pd.DataFrame) -> pd.DataFrame:
    """Reported facts on how fast mining stops, from table ``mining_and_hosting_economics``."""
    rows = economics[economics["metric"].isin(FLEXIBILITY)]
    kept = ["metric", "case", "period", "low", "central", "high", "unit", "source_id", "note"]
    return rows[kept].sort_values(["period", "metric"], ignore_index=True)


def reported_drop(economics: pd.DataFrame, case: str) -> Interval | None:
    """Reported drop of the hashrate in one case, or None where it was not public."""
    rows = economics[
        (economics["metric"] == "hashrate_drop")
        & (economics["case"] == case)
        & (economics["unit"] == "share")
    ]
    return exact(float(rows["central"].iloc[0])) if len(rows) else None
