"""Label, formula and tables of every quantity of the comparison of mining and tokens."""

from collections.abc import Iterable, Mapping

import pandas as pd

from token_exports.figures.mining_text import BASES, PREFIXES
from token_exports.results import Results
from token_exports.uncertainty import Interval
from token_exports.units import Quantity

NETWORK = ("bitcoin_network", "bitcoin_electricity")
MAP = ("bitcoin_mining_map",)
PLACES = ("bitcoin_mining_map", "bitcoin_provinces")
WEEK = ("openrouter_token_mix", "model_authors", "assumptions")
Source = tuple[str, str, tuple[str, ...]]
RECORDS: dict[str, Source] = {
    "cn_top_n_tokens": (
        "Chinese tokens of the week",
        "token_trade.sold_by_class",
        WEEK[:2],
    ),
    "cn_list_revenue_usd": (
        "List price of the Chinese tokens of the week",
        "token_trade.list_revenue_usd",
        WEEK[:2],
    ),
    "exported_list_revenue_usd": (
        "List price of the week's tokens served in China",
        "electricity_export.exported_value_usd",
        WEEK,
    ),
    "token_kwh_per_mtok": (
        "Electricity of a million Chinese tokens of the week, production energy",
        "electricity_export.token_electricity_kwh_per_mtok",
        WEEK,
    ),
    "mining_value_usd_per_kwh": (
        "Mining, gross revenue of a kilowatt-hour",
        "mining_value.value_interval",
        NETWORK,
    ),
    "net_token_value_usd_per_kwh": (
        "Tokens less server rent, revenue of a kilowatt-hour, production energy",
        "token_trade.less_lease_usd",
        (*WEEK, "reported_quantities"),
    ),
    "net_token_over_mining_usd_per_kwh_ratio": (
        "Tokens less server rent over gross mining, production energy",
        "scale.quotient",
        (*WEEK, *NETWORK, "reported_quantities"),
    ),
    "hosting_over_mining_usd_per_kwh_ratio": (
        "AI hosting over mining, revenue of a kilowatt-hour as reported",
        "mining_value.reported_interval",
        ("mining_and_hosting_economics",),
    ),
    "cn_mining_electricity_revenue_share": (
        "Electricity in the revenue of China's miners",
        "mining_value.electricity_share",
        (*MAP, *NETWORK, "assumptions"),
    ),
    "mining_2020_sichuan_electricity_revenue_share": (
        "Electricity in mining revenue of 2020 at Sichuan's price",
        "mining_value.electricity_share",
        (*NETWORK, "mining_and_hosting_economics"),
    ),
    "served_in_china_share": (
        "Tokens of Chinese models served in China, our belief",
        "",
        ("assumptions",),
    ),
    "token_electricity_cost_share": (
        "Electricity in the full cost of an accelerator-hour in China",
        "accelerator_hour.electricity_cost_share",
        ("assumptions",),
    ),
    "deepseek_electricity_cost_share": (
        "Electricity in the rent of the disclosed service",
        "disclosed_service.electricity_cost_share",
        ("reported_quantities", "assumptions"),
    ),
    "token_over_mining_electricity_share_ratio": (
        "Electricity in full token cost over electricity in China's mining revenue",
        "scale.quotient",
        (*MAP, *NETWORK, "assumptions"),
    ),
    "deepseek_over_mining_electricity_share_ratio": (
        "Electricity in the rent of the disclosed service over mining, 2020",
        "scale.quotient",
        (*NETWORK, "reported_quantities", "assumptions"),
    ),
    "cn_mining_twh": (
        "Electricity of China's mining, period",
        "mining.by_country",
        (*MAP, *NETWORK),
    ),
    "cn_mining_value_usd": (
        "Gross value of China's mining, period",
        "mining.by_country",
        (*MAP, *NETWORK),
    ),
    "cn_mining_2020_power_mw": (
        "Average power of China's mining, 2020",
        "electricity_export.average_power_mw",
        (*MAP, *NETWORK),
    ),
    "cn_2025_hashrate_share": (
        "China's share by a second source, latest month of 2025",
        "mining_map.estimates",
        ("bitcoin_share_estimates",),
    ),
    "cn_survey_hashrate_share": (
        "China's share by an industry survey, end of 2019",
        "mining_map.estimates",
        ("bitcoin_share_estimates",),
    ),
}
"""Quantities whose name is whole."""
ENDINGS: dict[str, Source] = {
    "token_value_usd_per_kwh": (
        "Tokens, list revenue of a kilowatt-hour",
        "token_trade.week_value_usd_per_kwh",
        WEEK,
    ),
    "token_over_mining_usd_per_kwh_ratio": (
        "Tokens over mining, gross revenue of a kilowatt-hour",
        "scale.quotient",
        (*WEEK, *NETWORK),
    ),
    "token_electricity_revenue_share": (
        "Electricity in the list revenue of tokens",
        "mining_value.electricity_share",
        WEEK,
    ),
    "token_average_power_mw": (
        "Average power of the Chinese tokens",
        "token_trade.week_power_mw",
        WEEK,
    ),
    "exported_token_power_mw": (
        "The same, served in China",
        "electricity_export.exported_electricity_twh",
        WEEK,
    ),
    "token_over_mining_electricity_ratio": (
        "Electricity of Chinese tokens over China's mining of 2020",
        "scale.quotient",
        (*WEEK, *MAP, *NETWORK, "openrouter_totals_daily"),
    ),
    "flip_served_in_china_ratio": (
        "Tokens to be served in China to match its mining of 2020, over all tokens",
        "electricity_export.flip_served_in_china_share",
        (*WEEK, *MAP, *NETWORK),
    ),
}
"""Quantities of both bases of energy, and of the week and the latest days."""


def record(
    found: Results,
    values: Mapping[str, Interval | Quantity],
    headlines: Iterable[str] = (),
    period: str = "",
) -> None:
    """Record quantities under their names, with label, formula and tables.

    Parameters
    ----------
    found
        Results of the notebook.
    values
        Name to value.
    headlines
        Names among the key numbers of the page.
    period
        Added to each label, where the period depends on parameters.
    """
    for name, value in values.items():
        label, formula, tables = _source(name)
        shown = f"{label}, {period}" if period else label
        found.add(
            name, value, shown, formula=formula, tables=tables, headline=name in set(headlines)
        )


def record_map(found: Results, findings: pd.DataFrame, headlines: Iterable[str] = ()) -> None:
    """Record what the map says, from `mining_map.findings`."""
    for row in findings.to_dict("records"):
        found.add(
            row["name"],
            row["value"],
            row["label"],
            formula="mining_map.findings",
            tables=PLACES,
            headline=row["name"] in set(headlines),
        )


def _source(name: str) -> Source:
    if name in RECORDS:
        return RECORDS[name]
    other = next((b for b, prefix in PREFIXES.items() if prefix and prefix in name), "deepseek")
    basis = BASES[other]
    if name.startswith("mining_"):
        what = "electricity in revenue" if name.endswith("share") else "revenue of a kilowatt-hour"
        return f"Mining {name.split('_')[1]}, {what}", "mining.by_year", NETWORK
    ending = next(end for end in ENDINGS if name.endswith(end))
    label, formula, tables = ENDINGS[ending]
    span = "latest days, " if name.startswith("latest_") else ""
    return f"{label}, {span}{basis}", formula, tables
