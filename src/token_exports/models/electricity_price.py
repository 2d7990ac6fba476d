"""Chinese over American electricity price, on every basis of comparison by one formula.

    ratio = Chinese price / divisor x penalty / US price        [all in USD/kWh]
    gap   = 1 - ratio

The divisor turns a western price into the eastern one it implies; the penalty turns a price per
kilowatt-hour into a cost per token on less efficient chips. Left out on purpose: value added tax,
which businesses reclaim and which the sources do not say they include.
"""

import pandas as pd

from token_exports.units import Quantity

CURRENCY = "CNY"


def china_us_price_ratio(
    china_price_usd_per_kwh: Quantity,
    us_price_usd_per_kwh: Quantity,
    china_price_divisor_ratio: Quantity = 1.0,
    energy_penalty_ratio: Quantity = 1.0,
) -> Quantity:
    """Chinese over US price; above one China is dearer.

    Parameters
    ----------
    china_price_usd_per_kwh, us_price_usd_per_kwh
        The two prices, each in dollars.
    china_price_divisor_ratio
        Price in the west of China over price in the east.
    energy_penalty_ratio
        Electricity per token of the chips in China over that of the chips they replace.
    """
    per_token = china_price_usd_per_kwh / china_price_divisor_ratio * energy_penalty_ratio
    return per_token / us_price_usd_per_kwh


def price_gap_share(china_us_price_ratio: Quantity) -> Quantity:
    """How much lower the Chinese price is; negative where it is higher."""
    return 1 - china_us_price_ratio


def compare(bases: pd.DataFrame, prices: pd.DataFrame, rates: pd.DataFrame) -> pd.DataFrame:
    """Ratio and gap on every basis.

    Parameters
    ----------
    bases
        Table ``electricity_price_bases``.
    prices
        Table ``electricity_prices``.
    rates
        Table ``fx_rates``.

    Returns
    -------
    DataFrame
        A row per basis with ``china_price_usd_per_kwh``, ``us_price_usd_per_kwh``,
        ``china_us_price_ratio`` and ``price_gap_share``.

    Raises
    ------
    ValueError
        A basis names a price or a rate that is not there.
    """
    usd = prices.set_index("price_id")["price_usd_per_kwh"]
    table = bases[["basis_id", "basis_group", "label"]].copy()
    table["china_price_usd_per_kwh"] = _china_prices(bases, prices, rates)
    table["us_price_usd_per_kwh"] = bases["us_price_id"].map(usd).to_numpy()
    incomplete = table[table.isna().any(axis="columns")]
    if not incomplete.empty:
        raise ValueError(f"no price or rate for bases {', '.join(incomplete['basis_id'])}")
    table["china_us_price_ratio"] = china_us_price_ratio(
        table["china_price_usd_per_kwh"].to_numpy(),
        table["us_price_usd_per_kwh"].to_numpy(),
        bases["china_price_divisor_ratio"].to_numpy(),
        bases["energy_penalty_ratio"].to_numpy(),
    )
    table["price_gap_share"] = price_gap_share(table["china_us_price_ratio"].to_numpy())
    return table.reset_index(drop=True)


def _china_prices(
    bases: pd.DataFrame, prices: pd.DataFrame, rates: pd.DataFrame
) -> "pd.Series[float]":
    """Dollar price of the row, or its local price at the rate the basis names."""
    quoted = prices.set_index("price_id")
    cny = rates[rates["currency"] == CURRENCY].set_index("fx_period")["local_per_usd"]
    converted = bases["china_price_id"].map(quoted["price_local_per_kwh"]) / bases[
        "china_fx_period"
    ].map(cny)
    as_quoted = bases["china_price_id"].map(quoted["price_usd_per_kwh"])
    return converted.where(bases["china_fx_period"].notna(), as_quoted)
