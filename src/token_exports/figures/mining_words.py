"""Names of the comparison of mining and tokens: what is asked, drawn, listed and recorded."""

from collections.abc import Hashable, Mapping
from typing import Any

import pandas as pd

from token_exports.figures.mining_text import BASES, PREFIXES, Span, month_name
from token_exports.models import electricity_export, scale
from token_exports.models.token_trade import Trade
from token_exports.uncertainty import Interval
from token_exports.units import Quantity

TITLE = "Are tokens the new Bitcoin?"
ASKED = {
    "prompt_energy_j_per_token": ("energy_j_per_token", "input_computed"),
    "output_energy_j_per_token": ("energy_j_per_token", "output"),
    "cache_read_cost_ratio": ("cache_read_cost_ratio", ""),
    "served_in_china_share": ("served_in_china_share", ""),
    "blended_kwh_per_mtok": ("energy_kwh_per_mtok", "deepseek_blended"),
    "broker_kwh_per_mtok": ("energy_kwh_per_mtok", "broker"),
    "miner_usd_per_kwh": ("electricity_price_usd_per_kwh", "bitcoin_miner"),
}
"""Name in this comparison to parameter and variant of the assumption."""
INPUT_HEADS = {
    "parameter": "Assumption",
    "variant": "Variant",
    "low": "5%",
    "central": "Central",
    "high": "95%",
    "unit": "Unit",
    "source_id": "Source",
}
WEEK_HEADS = {
    "model_slug": "Model",
    "fresh_prompt_tokens": "Fresh prompt",
    "cache_read_tokens": "Cached prompt",
    "output_tokens": "Output",
    "list_spend_low_usd": "List price, low",
    "list_spend_high_usd": "List price, high",
}
FLIP_HEADS = {
    "flow": "Chinese tokens",
    "reference": "Reference",
    "flip_served_in_china_ratio": "Flip point",
}
REFERENCES = {"Exported power, China 2012": "china", "Exported power, Yunnan 2016": "yunnan"}
MONTHS_OF_A_YEAR = 12

Parts = Mapping[Hashable, Interval]
Drawn = dict[str, tuple[str, Interval]]


def value_results(
    trade: Trade, net: Interval, mined: Interval, reported: tuple[Interval, Interval]
) -> dict[str, Interval]:
    """Values of a kilowatt-hour and their ratios under the names they are recorded by.

    Parameters
    ----------
    trade
        The week of tokens.
    net
        Value after the rent of the servers.
    mined
        Value in mining.
    reported
        What hosting and mining were reported to earn.
    """
    results = {
        "net_token_value_usd_per_kwh": net,
        "net_token_over_mining_usd_per_kwh_ratio": scale.quotient(net, mined),
        "hosting_over_mining_usd_per_kwh_ratio": scale.quotient(*reported),
    }
    for basis, value in trade.value_usd_per_kwh.items():
        name = f"{PREFIXES[basis]}token"
        results[f"{name}_value_usd_per_kwh"] = value
        results[f"{name}_over_mining_usd_per_kwh_ratio"] = scale.quotient(value, mined)
    return results


def part_results(
    mined: Parts, tokens: Mapping[str, Interval], local: Interval
) -> dict[str, Interval]:
    """Parts of electricity in revenue under the names they are recorded by."""
    named = {"cn_mining_electricity_revenue_share": mined["China"]}
    for year in (key for key in mined if key != "China"):
        named[f"mining_{year}_electricity_revenue_share"] = mined[year]
    for basis, share in tokens.items():
        named[f"{PREFIXES[basis]}token_electricity_revenue_share"] = share
    return named | {"mining_2020_sichuan_electricity_revenue_share": local}


def cost_results(in_cost: Interval, in_rent: Interval, mined: Parts) -> dict[str, Interval]:
    """Parts of electricity in cost, alone and over mining, under their recorded names."""
    named = {"token": (in_cost, mined["China"]), "deepseek": (in_rent, mined[2020])}
    results = {}
    for name, (part, reference) in named.items():
        results[f"{name}_electricity_cost_share"] = part
        results[f"{name}_over_mining_electricity_share_ratio"] = scale.quotient(part, reference)
    return results


def part_rows(
    mined: Parts, tokens: Mapping[str, Interval], in_cost: Interval, years: pd.DataFrame
) -> Drawn:
    """Rows of the figure of parts, from label to kind and part; a part of a year says so."""
    months = years.set_index("year")["months_count"].to_dict()
    rows: Drawn = {}
    for key, part in mined.items():
        count = months.get(key, MONTHS_OF_A_YEAR)
        label = f"Mining {key}" + (f", {count} months" if count < MONTHS_OF_A_YEAR else "")
        rows["Miners in China, period" if key == "China" else label] = ("mining", part)
    for basis, part in tokens.items():
        rows[f"Tokens, {BASES[basis]}"] = ("tokens", part)
    return rows | {"Token cost in China": ("tokens", in_cost)}


def size_results(
    trade: Trade, latest: Mapping[str, Interval], mined: Interval
) -> dict[str, Interval]:
    """Powers and their ratios to mining under the names they are recorded by."""
    results = {"cn_mining_2020_power_mw": mined}
    for basis in trade.power_mw:
        prefix = PREFIXES[basis]
        results[f"{prefix}exported_token_power_mw"] = trade.served_power_mw[basis]
        for when, power in (("", trade.power_mw[basis]), ("latest_", latest[basis])):
            name = f"{when}{prefix}token"
            results[f"{name}_average_power_mw"] = power
            results[f"{name}_over_mining_electricity_ratio"] = scale.quotient(power, mined)
    return results


def own_rungs(
    trade: Trade, latest: Mapping[str, Interval], mined: Interval, labels: Span
) -> list[dict[str, Any]]:
    """Computed flows as rows of the ladder; ``labels`` name the week and the latest days."""
    week, days = labels
    streams = (
        ("Chinese tokens, top ten", week, trade.power_mw),
        ("The same, served in China", week, trade.served_power_mw),
        ("All Chinese tokens, OpenRouter", days, latest),
    )
    rungs = [scale.stream_rung(name, when, flow) for name, when, flow in streams]
    return [*rungs, scale.power_rung("Bitcoin mining in China", "2020", "mining", mined)]


def peak_rungs(china: pd.DataFrame) -> list[dict[str, Any]]:
    """Month in which China's miners drew most, as a row of the ladder, or no row."""
    peak = scale.peak_month(china)
    if peak is None:
        return []
    month, power = peak
    return [scale.power_rung("Bitcoin in China, peak", month_name(month), "mining", power)]


def references(mined: Interval, quantities: pd.DataFrame) -> dict[str, float]:
    """Flows to compare an export with, in MW; what was not public is left out."""
    known = {"China's mining of 2020": mined.central}
    for label, place in REFERENCES.items():
        flow = scale.reported_power_mw(quantities, "electricity_exports", place)
        if flow is not None:
            known[label] = flow
    return known


def place_flows(
    trade: Trade, latest: Mapping[str, Interval], labels: Span, basis: str
) -> dict[str, Interval]:
    """The week's leaders and all Chinese tokens of the latest days, on one basis."""
    flows = (trade.power_mw[basis], latest[basis])
    names = (f"top ten, {labels[0]}", f"all on OpenRouter, {labels[1]}")
    return dict(zip(names, flows, strict=True))


def place_results(
    trade: Trade, flows: Mapping[str, Interval], mined_mw: float, served: Interval, basis: str
) -> dict[str, Interval | Quantity]:
    """Export at the assumed share and flip points against mining, under their recorded names.

    Parameters
    ----------
    trade
        The week of tokens.
    flows
        Power of the week's leaders and of the latest days, from `place_flows`.
    mined_mw
        Power of China's mining.
    served
        Share served in China.
    basis
        Of energy.
    """
    flip = electricity_export.flip_served_in_china_share
    week, latest = (flip(mined_mw, flow.central) for flow in flows.values())
    name = f"{PREFIXES[basis]}flip_served_in_china_ratio"
    return {
        "served_in_china_share": served,
        "exported_list_revenue_usd": trade.served_revenue_usd,
        name: week,
        f"latest_{name}": latest,
    }
