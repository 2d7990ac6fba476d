"""The essay's price statements: dated list prices, their ratios, and what a mix makes of them.

    list ratio   = price of one model / price of the other, same class and day
    mix ratio    = effective price of one model / of the other, on one mix or on each one's own
    same weights = 1 - developer's own price / median price of hosts in another country

Which models, days and weeks are compared follows the essay: it appeared on 26 February 2026 and
quotes prices of 24 February; the weeks are those before, around and after it.
"""

import datetime as dt
from collections.abc import Iterator

import pandas as pd

from token_exports import uncertainty
from token_exports.models import list_price
from token_exports.models.list_price import ANNOUNCED, CLASSES, OPENROUTER, OWN_INTERFACE
from token_exports.models.model_facts import Fact
from token_exports.uncertainty import Interval

OPUS, M25, GPT4O, DEEPSEEK = "claude-opus-4.6", "minimax-m2.5", "gpt-4o-2024-08-06", "deepseek-chat"
OPUS_SLUG, M25_SLUG = "anthropic/claude-4.6-opus-20260205", "minimax/minimax-m2.5-20260211"
DEEPSEEK_SLUG = "deepseek/deepseek-v3.2-20251201"
QUOTED, LISTED = dt.date(2026, 2, 24), dt.date(2026, 2, 25)
PROMOTION_END, STANDARD = dt.date(2025, 2, 7), dt.date(2025, 2, 9)
MIX_WEEK = dt.date(2026, 2, 16)
HOST_COUNTRY = "US"

PRICES = {
    "m25_input_usd_per_mtok": (M25, QUOTED, OWN_INTERFACE, "M2.5, own interface"),
    "m25_openrouter_input_usd_per_mtok": (M25, LISTED, OPENROUTER, "M2.5, OpenRouter"),
    "m25_announced_input_usd_per_mtok": (M25, QUOTED, ANNOUNCED, "M2.5, as announced"),
    "opus46_input_usd_per_mtok": (OPUS, QUOTED, OWN_INTERFACE, "Opus 4.6, own interface"),
    "opus46_openrouter_input_usd_per_mtok": (OPUS, LISTED, OPENROUTER, "Opus 4.6, OpenRouter"),
}
OPUS_PAIR, GPT4O_PAIR = "Opus 4.6 over M2.5", "GPT-4o over DeepSeek"
RATIOS = {
    "opus_m25_input_price_ratio": (OPUS, M25, QUOTED, OWN_INTERFACE, "input", "Input list price"),
    "opus_m25_output_price_ratio": (
        OPUS,
        M25,
        QUOTED,
        OWN_INTERFACE,
        "output",
        "Output list price",
    ),
    "opus_m25_cache_read_price_ratio": (
        *(OPUS, M25, QUOTED, OWN_INTERFACE),
        *("cache_read", "Cache-read list price"),
    ),
    "opus_m25_announced_price_ratio": (OPUS, M25, QUOTED, ANNOUNCED, "input", "Input as announced"),
    "gpt4o_dsv3_promo_output_price_ratio": (
        *(GPT4O, DEEPSEEK, PROMOTION_END, OWN_INTERFACE),
        *("output", "Output, V3 in promotion"),
    ),
    "gpt4o_dsv3_promo_input_price_ratio": (
        *(GPT4O, DEEPSEEK, PROMOTION_END, OWN_INTERFACE),
        *("input", "Input, V3 in promotion"),
    ),
    "gpt4o_dsv3_output_price_ratio": (
        *(GPT4O, DEEPSEEK, STANDARD, OWN_INTERFACE),
        *("output", "Output, V3 after promotion"),
    ),
    "gpt4o_dsv3_input_price_ratio": (
        *(GPT4O, DEEPSEEK, STANDARD, OWN_INTERFACE),
        *("input", "Input, V3 after promotion"),
    ),
    "gpt4o_dsv32_output_price_ratio": (
        *(GPT4O, DEEPSEEK, QUOTED, OWN_INTERFACE),
        *("output", "Output, V3.2 in Feb 2026"),
    ),
    "gpt4o_dsv32_input_price_ratio": (
        *(GPT4O, DEEPSEEK, QUOTED, OWN_INTERFACE),
        *("input", "Input, V3.2 in Feb 2026"),
    ),
}
WEEKS = {
    "prior_iso_week_opus_m25_own_mix_price_ratio": (dt.date(2026, 2, 9), "Own mixes, 9 to 15 Feb"),
    "opus_m25_own_mix_price_ratio": (MIX_WEEK, "Own mixes, 16 to 22 Feb"),
    "next_iso_week_opus_m25_own_mix_price_ratio": (
        dt.date(2026, 2, 23),
        "Own mixes, 23 Feb to 1 Mar",
    ),
}


def dated_prices(prices: pd.DataFrame) -> Iterator[Fact]:
    """Input list prices that the essay quotes, by channel."""
    for name, (model, day, channel, label) in PRICES.items():
        row = _find(prices, model, day, channel)
        if row is not None:
            value = uncertainty.exact(row[CLASSES["input"]])
            yield Fact(name, value, f"Input price of {label}", ("list_prices",))


def list_ratios(prices: pd.DataFrame) -> Iterator[Fact]:
    """Ratios of list prices; the dearer model always at its own interface."""
    for name, (dearer, cheaper, day, channel, token_class, label) in RATIOS.items():
        above = _find(prices, dearer, day, OWN_INTERFACE)
        below = _find(prices, cheaper, day, channel)
        if above is not None and below is not None:
            column = CLASSES[token_class]
            pair = OPUS_PAIR if dearer == OPUS else GPT4O_PAIR
            value = uncertainty.exact(above[column] / below[column])
            yield Fact(name, value, f"{pair}: {label}", ("list_prices",))


def mix_ratios(prices: pd.DataFrame, mixes: pd.DataFrame) -> Iterator[Fact]:
    """Ratios of effective prices, on one mix and on each model's own mix."""
    week = mixes[(mixes["model_slug"] == M25_SLUG) & _starts(mixes, MIX_WEEK)]
    above, below = (_find(prices, model, QUOTED, OWN_INTERFACE) for model in (OPUS, M25))
    if len(week) == 1 and above is not None and below is not None:
        mix = list_price.row_mix(week.iloc[0])
        value = list_price.ratio(
            list_price.bounded_effective_usd_per_mtok(above, mix),
            list_price.bounded_effective_usd_per_mtok(below, mix),
        )
        label = f"{OPUS_PAIR}: M2.5's mix for both"
        tables = ("list_prices", "openrouter_token_mix")
        yield Fact("opus_m25_same_mix_price_ratio", value, label, tables)
    own = list_price.own_mix_price_ratios(mixes, OPUS_SLUG, M25_SLUG)
    for name, (start, label) in WEEKS.items():
        for row in own[_starts(own, start)].to_dict("records"):
            value = interval_of({str(key): cell for key, cell in row.items()})
            yield Fact(name, value, f"{OPUS_PAIR}: {label}", ("openrouter_token_mix",))


def same_weights(hosted: pd.DataFrame) -> Iterator[Fact]:
    """Median over models of how much cheaper the developer's own interface is than US hosts."""
    gaps = list_price.same_weights_gaps(hosted, HOST_COUNTRY)["price_gap_share"]
    if not gaps.empty:
        label = "Own interface cheaper than US hosts, same weights: median of models"
        value = uncertainty.exact(gaps.median())  # the spread over models is no uncertainty
        yield Fact("same_weights_price_gap_share", value, label, ("same_weights_prices",))


def effective_price(mixes: pd.DataFrame, model_slug: str) -> Interval:
    """Effective price of a model in the week around the essay.

    Raises
    ------
    ValueError
        The week was not public yet.
    """
    weeks = list_price.weekly_effective_prices(mixes, model_slug)
    rows = weeks[_starts(weeks, MIX_WEEK)].to_dict("records")
    if not rows:
        raise ValueError(f"openrouter_token_mix has no {model_slug} in the week from {MIX_WEEK}")
    return interval_of({str(key): cell for key, cell in rows[0].items()})


def interval_of(row: dict[str, float]) -> Interval:
    """Interval from ``low``, ``central`` and ``high``: bounds, or exact where they agree."""
    if row["low"] == row["high"]:
        return uncertainty.exact(row["central"])
    return uncertainty.bounds(row["central"], row["low"], row["high"])


def _find(
    prices: pd.DataFrame, model: str, day: dt.date, channel: str
) -> "pd.Series[float] | None":
    try:
        return list_price.in_force(prices, model, day, channel)
    except ValueError:
        return None


def _starts(table: pd.DataFrame, day: dt.date) -> "pd.Series[bool]":
    return table["period_start"] == pd.Timestamp(day)
