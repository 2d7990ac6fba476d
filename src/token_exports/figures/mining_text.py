"""Captions, takeaways and answer of the comparison of mining and tokens, from recorded results."""

from collections.abc import Mapping

import pandas as pd

from token_exports.figures.show import Caption
from token_exports.formats import interval as say
from token_exports.formats import number, quantity, significant
from token_exports.results import Recorded

BASES = {
    "deepseek": "production energy",
    "broker": "broker's energy",
    "benchmark": "measured energy",
    "ecologits": "calculator's energy",
}
PREFIXES = {
    "deepseek": "",
    "broker": "broker_",
    "benchmark": "benchmark_",
    "ecologits": "ecologits_",
}
NETWORK = "Coin Metrics; Cambridge index, extended"
SOURCE = f"{NETWORK}; OpenRouter; DeepSeek; Changjiang Securities"

Found = Mapping[str, Recorded]
Span = tuple[str, str]


def month_name(month: str) -> str:
    """Month in words."""
    return pd.Period(month, "M").strftime("%B %Y")


def span_name(span: Span) -> str:
    """First and last month in words."""
    return f"{month_name(span[0])} to {month_name(span[1])}"


def times_or_part(ratio: float, whole: str) -> str:
    """Say a ratio as a multiple of the whole, or as one of its parts."""
    if ratio >= 1:
        return f"{_rounded(ratio)} times {whole}"
    return f"one part in {_rounded(1 / ratio)} of {whole}"


def flip_words(flip_ratio: float) -> str:
    """Say from which share on, or that no share is enough."""
    if flip_ratio <= 1:
        return f"once {number(flip_ratio, 'share')} of them are served in China"
    return f"at no share, since it would take {_rounded(flip_ratio)} times as many"


def _rounded(ratio: float) -> str:
    return significant(float(f"{ratio:.2g}"), 2)


def _say(found: Found, name: str, digits: int = 2) -> str:
    return say(found[name].interval, found[name].unit, digits)


def _central(found: Found, name: str, digits: int = 2) -> str:
    return quantity(found[name].central, found[name].unit, digits)


def _caption(
    words: tuple[str, str], picture: str, units: tuple[str, ...], source: str = SOURCE
) -> Caption:
    title, subtitle = words
    return Caption(title=title, subtitle=subtitle, source=source, alt=picture, units=units)


# ---- a kilowatt-hour


# ---- electricity's part


def share_caption(found: Found, basis: str, price_usd_per_kwh: float) -> Caption:
    """Words around the figure of electricity's part."""
    tokens = _central(found, f"{PREFIXES[basis]}token_electricity_revenue_share")
    miners = _central(found, "cn_mining_electricity_revenue_share")
    title = (
        f"Power is {tokens} of the list price of tokens; it was {miners} of what China's miners"
        " earned"
    )
    return _caption(
        (
            title,
            f"Electricity at {price_usd_per_kwh:g} USD/kWh over gross revenue; last row: full cost",
        ),
        f"Rows of dots with bands, mining by year above, tokens below: {miners} for China's miners,"
        f" {tokens} for tokens.",
        ("share",),
    )


def share_takeaway(found: Found, basis: str, span: Span) -> str:
    """Electricity in revenue and in cost."""
    return (
        "**At the same price of power, electricity is"
        f" {_say(found, f'{PREFIXES[basis]}token_electricity_revenue_share')} of the list price of"
        f" tokens ({BASES[basis]}) and was {_say(found, 'cn_mining_electricity_revenue_share')} of"
        f" the revenue of China's miners, {span_name(span)}.** It is"
        f" {_say(found, 'token_electricity_cost_share')} of the full cost of serving and"
        f" {_say(found, 'deepseek_electricity_cost_share')} of the rent of the disclosed service."
    )


# ---- China's mining


# ---- size and place


def size_caption(found: Found, basis: str) -> Caption:
    """Words around the ladder."""
    name = f"{PREFIXES[basis]}token"
    ratio = found[f"{name}_over_mining_electricity_ratio"].central
    drew = _central(found, f"{name}_average_power_mw")
    title = (
        f"The week's Chinese tokens drew {drew},"
        f" {times_or_part(ratio, 'what Chinese mining drew in 2020')}"
    )
    return _caption(
        (title, "Average power of each flow; bars: 90% or bounds; diamonds: the broker's energy"),
        f"Ladder of flows on a log scale, token streams at its foot: {drew} for the week's tokens,"
        f" {_central(found, 'cn_mining_2020_power_mw')} for China's mining of 2020.",
        ("mw",),
        f"{SOURCE}; National Data Administration; press",
    )


def size_takeaway(found: Found, labels: Span) -> str:
    """Power of the week's tokens, of the latest days and of mining."""
    return (
        f"**The Chinese tokens of the {labels[0]} drew {_say(found, 'token_average_power_mw')}, or"
        f" {_say(found, 'broker_token_average_power_mw')} at the broker's figure; China's mining of"
        f" 2020 drew {_say(found, 'cn_mining_2020_power_mw')}.** All Chinese tokens on OpenRouter,"
        f" {labels[1]}, drew {_say(found, 'latest_token_average_power_mw')}, or"
        f" {_say(found, 'latest_broker_token_average_power_mw')}."
    )


def location_caption(flips: pd.DataFrame, basis: str) -> Caption:
    """Words around the figure of places."""
    first = flips.sort_values("flip_served_in_china_ratio").iloc[0]
    share = number(first["flip_served_in_china_ratio"], "share")
    title = "Even if all were served in China, the tokens would stay below every reference"
    if first["enough"]:
        title = f"At {share} served in China, {first['flow']} equal: {first['reference']}"
    needed = number(first["flip_served_in_china_ratio"], "ratio")
    return _caption(
        (title, f"Average power served in China ({BASES[basis]}); grey: assumed share"),
        "Curves rising with the share served in China, and level lines of reference. The nearest,"
        f" {first['reference']}, takes {needed} times the tokens: {first['flow']}.",
        ("mw", "share"),
        f"{SOURCE}; press",
    )


def location_takeaway(found: Found, basis: str, flips: pd.DataFrame) -> str:
    """What the export is at the assumed share, and when it equals China's mining."""
    first = flips.iloc[0]
    return (
        f"**At {_say(found, 'served_in_china_share')} served in China, as assumed, the"
        f" week's export is {_say(found, f'{PREFIXES[basis]}exported_token_power_mw')} and"
        f" {_say(found, 'exported_list_revenue_usd')} of list price.** Set against the power of"
        f" {first['reference']}, the week's tokens reach it"
        f" {flip_words(first['flip_served_in_china_ratio'])}. With none served in China there is"
        " no export of its power, whatever the tokens are worth."
    )


def answer(found: Found, basis: str, month: str, week: str) -> str:
    """Answer of the page in three sentences."""
    name = f"{PREFIXES[basis]}token"
    size = found[f"{name}_over_mining_electricity_ratio"].central
    return (
        f"A kilowatt-hour of Chinese tokens ({week}) earned"
        f" {_say(found, f'{name}_value_usd_per_kwh')} at list prices and gross of machines,"
        f" {_say(found, f'{name}_over_mining_usd_per_kwh_ratio')} what mining earned in"
        f" {month_name(month)} ({BASES[basis]}). Electricity is"
        f" {_say(found, f'{name}_electricity_revenue_share')} of that revenue; it was"
        f" {_say(found, 'cn_mining_electricity_revenue_share')} of the revenue of China's miners."
        f" The tokens drew {_say(found, f'{name}_average_power_mw')} on average wherever they were"
        f" served, {times_or_part(size, 'what mining in China drew in 2020')}."
    )
