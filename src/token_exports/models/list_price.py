"""List prices of tokens: ratios of two models, and the effective price of a mix.

    effective price = fresh prompt share x input price + cached share x cache-read price
                      + output share x output price

A missing cache-read price is not zero: the effective price then has two bounds, cache reads free
and cache reads at the full input price, with their middle as centre. Left out on purpose:
discounts by contract, batch tariffs, long-context surcharges, cache writes.
"""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from token_exports import uncertainty
from token_exports.uncertainty import Interval
from token_exports.units import Quantity

OWN_INTERFACE = "first_party_api"
OPENROUTER = "openrouter"
ANNOUNCED = "vendor_announcement"
CLASSES = {
    "input": "input_usd_per_mtok",
    "cache_read": "cache_read_usd_per_mtok",
    "output": "output_usd_per_mtok",
}


@dataclass(frozen=True, kw_only=True)
class TokenPrices:
    """Price or cost of a million tokens of each class."""

    fresh_prompt_usd_per_mtok: Quantity
    cache_read_usd_per_mtok: Quantity
    output_usd_per_mtok: Quantity


@dataclass(frozen=True, kw_only=True)
class TokenMix:
    """Shares of the classes in all tokens, which add up to one."""

    fresh_prompt_share: Quantity
    cache_read_share: Quantity
    output_share: Quantity


def effective_usd_per_mtok(prices: TokenPrices, mix: TokenMix) -> Quantity:
    """Price, or cost, of a million tokens in the given mix."""
    return (
        prices.fresh_prompt_usd_per_mtok * mix.fresh_prompt_share
        + prices.cache_read_usd_per_mtok * mix.cache_read_share
        + prices.output_usd_per_mtok * mix.output_share
    )


def token_mix(
    prompt_tokens: Quantity, cached_prompt_tokens: Quantity, completion_tokens: Quantity
) -> TokenMix:
    """Mix from token counts; cached tokens are part of the prompt tokens."""
    tokens = prompt_tokens + completion_tokens
    return TokenMix(
        fresh_prompt_share=(prompt_tokens - cached_prompt_tokens) / tokens,
        cache_read_share=cached_prompt_tokens / tokens,
        output_share=completion_tokens / tokens,
    )


def row_mix(row: "pd.Series[float]") -> TokenMix:
    """Mix of a row of ``openrouter_token_mix``."""
    return token_mix(row["prompt_tokens"], row["cached_prompt_tokens"], row["completion_tokens"])


def bounded_effective_usd_per_mtok(row: "pd.Series[float]", mix: TokenMix) -> Interval:
    """Effective price of a row of list prices, with two bounds if its cache price is missing.

    Parameters
    ----------
    row
        Columns ``input_usd_per_mtok``, ``cache_read_usd_per_mtok``, ``output_usd_per_mtok``.
    mix
        Traffic the price is taken over.
    """
    fresh, cached, output = (row[column] for column in CLASSES.values())
    reads = [cached] if pd.notna(cached) else [0.0, fresh]
    low, high = (
        float(
            effective_usd_per_mtok(
                TokenPrices(
                    fresh_prompt_usd_per_mtok=fresh,
                    cache_read_usd_per_mtok=read,
                    output_usd_per_mtok=output,
                ),
                mix,
            )
        )
        for read in (reads[0], reads[-1])
    )
    return (
        uncertainty.exact(low)
        if len(reads) == 1
        else uncertainty.bounds((low + high) / 2, low, high)
    )


def ratio(numerator: Interval, denominator: Interval) -> Interval:
    """Quotient of two bounded prices, with the bounds the two unknowns allow."""
    central = numerator.central / denominator.central
    low, high = numerator.low / denominator.high, numerator.high / denominator.low
    if low == high:
        return uncertainty.exact(central)
    return uncertainty.bounds(central, low, high)


# ---- prices in force


def in_force(
    prices: pd.DataFrame, model_key: str, on: dt.date, channel: str = OWN_INTERFACE
) -> "pd.Series[float]":
    """Row of ``list_prices`` of a model that applied on a day.

    Raises
    ------
    ValueError
        No price of that model in that channel had taken effect.
    """
    fits = prices[
        (prices["model_key"] == model_key)
        & (prices["channel"] == channel)
        & (prices["price_tier"] != "free")
        & (prices["effective_date"] <= pd.Timestamp(on))
    ]
    if fits.empty:
        raise ValueError(f"no {channel} price of {model_key} in list_prices up to {on}")
    return fits.sort_values("effective_date", kind="stable").iloc[-1]


# ---- weekly mixes


def weekly_effective_prices(mixes: pd.DataFrame, model_slug: str) -> pd.DataFrame:
    """Effective price of one model on its own mix and that week's list prices.

    Parameters
    ----------
    mixes
        Table ``openrouter_token_mix``.
    model_slug
        Model as the platform names it.

    Returns
    -------
    DataFrame
        ``period_start``, ``period_end``, the three shares of the mix and ``low``, ``central``,
        ``high`` in USD/Mtok; a row per week, in order.
    """
    rows = []
    for _, row in mixes[mixes["model_slug"] == model_slug].iterrows():
        mix = row_mix(row)
        price = bounded_effective_usd_per_mtok(row, mix)
        ends = {"low": price.low, "central": price.central, "high": price.high}
        period = {"period_start": row["period_start"], "period_end": row["period_end"]}
        rows.append(period | vars(mix) | ends)
    columns = ["period_start", "period_end", *TokenMix.__dataclass_fields__]
    table = pd.DataFrame(rows, columns=[*columns, "low", "central", "high"])
    return table.sort_values("period_start", ignore_index=True)


def own_mix_price_ratios(mixes: pd.DataFrame, dearer_slug: str, cheaper_slug: str) -> pd.DataFrame:
    """Effective price of one model over another's, each on its own mix, week by week.

    Returns
    -------
    DataFrame
        ``period_start``, ``period_end`` and the ratio's ``low``, ``central``, ``high``; weeks in
        which both models have a known mix.
    """
    week = ["period_start", "period_end"]
    both = weekly_effective_prices(mixes, dearer_slug).merge(
        weekly_effective_prices(mixes, cheaper_slug), on=week, suffixes=("_above", "_below")
    )
    found = both[week].copy()
    found["low"] = both["low_above"] / both["high_below"]
    found["central"] = both["central_above"] / both["central_below"]
    found["high"] = both["high_above"] / both["low_below"]
    return found


# ---- the same weights elsewhere


def same_weights_gaps(hosted: pd.DataFrame, host_country: str) -> pd.DataFrame:
    """How much lower the developer's own input price is than the median of a country's hosts.

    Parameters
    ----------
    hosted
        Table ``same_weights_prices``.
    host_country
        Country of the other hosts.

    Returns
    -------
    DataFrame
        ``open_weights_model``, ``own_usd_per_mtok``, ``host_usd_per_mtok`` and
        ``price_gap_share``, positive where the developer is cheaper; models listed by both.
    """
    column = "input_usd_per_mtok"
    own = hosted[hosted["first_party"]].set_index("open_weights_model")[column]
    others = hosted[~hosted["first_party"] & (hosted["host_country"] == host_country)]
    table = pd.DataFrame(
        {
            "own_usd_per_mtok": own,
            "host_usd_per_mtok": others.groupby("open_weights_model")[column].median(),
        }
    ).dropna()
    table["price_gap_share"] = 1 - table["own_usd_per_mtok"] / table["host_usd_per_mtok"]
    return table.reset_index()
