"""DeepSeek's disclosed day of serving, recomputed from its own figures.

    lease cost [USD]     = nodes x accelerators a node x 24 h x lease price
    node-days of a phase = tokens / (tokens per second and node x seconds of a day)
    cost [USD/Mtok]      = lease price x accelerators a node / tokens per hour and node
    electricity [kWh]    = nodes x rated node power x load x PUE x 24 h

The two rates account for all paid node time, idle time included, so utilisation has no place here.
Left out on purpose: power and PUE were not disclosed, they are assumptions; research, training and
staff are outside the disclosure.
"""

from dataclasses import dataclass, fields

import pandas as pd

from token_exports.models.token_cost import token_usd_per_mtok
from token_exports.units import (
    HOURS_PER_DAY,
    SECONDS_PER_HOUR,
    TOKENS_PER_MTOK,
    Quantity,
)

ROWS = {
    "nodes_count": "deepseek_nodes_average",
    "accelerators_per_node_count": "deepseek_accelerators_per_node",
    "input_tokens": "deepseek_input_tokens",
    "cached_input_tokens": "deepseek_cached_input_tokens",
    "output_tokens": "deepseek_output_tokens",
    "input_tok_per_s": "deepseek_input_tok_per_s_per_node",
    "output_tok_per_s": "deepseek_output_tok_per_s_per_node",
    "lease_usd_per_h": "deepseek_lease_usd_per_h",
    "revenue_usd": "deepseek_revenue_usd_per_day",
}


@dataclass(frozen=True, kw_only=True)
class Day:
    """One day of a serving fleet, as disclosed."""

    nodes_count: Quantity
    accelerators_per_node_count: Quantity
    input_tokens: Quantity  # cached ones included
    cached_input_tokens: Quantity
    output_tokens: Quantity
    input_tok_per_s: Quantity  # of a node, mean over paid time, cached ones included
    output_tok_per_s: Quantity
    lease_usd_per_h: Quantity  # of an accelerator
    revenue_usd: Quantity  # if every token had been sold at list price


@dataclass(frozen=True, kw_only=True)
class PowerInputs:
    """Power of a node, which was not disclosed."""

    node_power_kw: Quantity  # rated
    load_factor_share: Quantity
    pue_ratio: Quantity


def read_day(reported: pd.DataFrame) -> Day:
    """The disclosed day from table ``reported_quantities``.

    Raises
    ------
    ValueError
        Rows are absent, for instance because they were not public yet.
    """
    values = reported.set_index("quantity_id")["value"]
    missing = sorted(set(ROWS.values()) - set(values.index))
    if missing:
        raise ValueError(f"the disclosed day lacks {', '.join(missing)} in reported_quantities")
    return Day(**{f.name: float(values[ROWS[f.name]]) for f in fields(Day)})


def lease_cost_usd(day: Day) -> Quantity:
    """Lease of the mean fleet for a day."""
    accelerators = day.nodes_count * day.accelerators_per_node_count
    return accelerators * HOURS_PER_DAY * day.lease_usd_per_h


def implied_nodes_count(day: Day) -> Quantity:
    """Nodes that the two rates need for the day's tokens; agrees with the disclosed mean."""
    seconds = SECONDS_PER_HOUR * HOURS_PER_DAY
    node_seconds = day.input_tokens / day.input_tok_per_s + day.output_tokens / day.output_tok_per_s
    return node_seconds / seconds


def cached_prompt_share(day: Day) -> Quantity:
    """Prompt tokens read from the cache over all prompt tokens."""
    return day.cached_input_tokens / day.input_tokens


def input_usd_per_mtok(day: Day) -> Quantity:
    """Lease cost of prompt tokens, cached ones counted alike."""
    return token_usd_per_mtok(_node_usd_per_h(day), day.input_tok_per_s)


def fresh_prompt_usd_per_mtok(day: Day) -> Quantity:
    """Lease cost of prompt tokens if cache reads cost nothing."""
    return input_usd_per_mtok(day) / (1 - cached_prompt_share(day))


def output_usd_per_mtok(day: Day) -> Quantity:
    """Lease cost of generated tokens."""
    return token_usd_per_mtok(_node_usd_per_h(day), day.output_tok_per_s)


def blended_usd_per_mtok(day: Day) -> Quantity:
    """Lease cost over all tokens of the day."""
    return lease_cost_usd(day) / _mtok(day)


def gross_margin_share(day: Day) -> Quantity:
    """Margin over the lease if every token had been sold at list price."""
    return 1 - lease_cost_usd(day) / day.revenue_usd


def electricity_kwh(day: Day, power: PowerInputs) -> Quantity:
    """Electricity of the facility in the day."""
    mean_power_kw = power.node_power_kw * power.load_factor_share * power.pue_ratio
    return day.nodes_count * mean_power_kw * HOURS_PER_DAY


def electricity_kwh_per_mtok(day: Day, power: PowerInputs) -> Quantity:
    """Electricity over all tokens of the day."""
    return electricity_kwh(day, power) / _mtok(day)


def electricity_cost_share(
    day: Day, electricity_kwh_per_mtok: Quantity, electricity_price_usd_per_kwh: Quantity
) -> Quantity:
    """Electricity in the lease cost, which contains it.

    Parameters
    ----------
    day
        The disclosed day.
    electricity_kwh_per_mtok
        Facility electricity over all tokens, cache reads included.
    electricity_price_usd_per_kwh
        Price of that electricity.
    """
    return electricity_kwh_per_mtok * electricity_price_usd_per_kwh / blended_usd_per_mtok(day)


def _node_usd_per_h(day: Day) -> Quantity:
    return day.lease_usd_per_h * day.accelerators_per_node_count


def _mtok(day: Day) -> Quantity:
    return (day.input_tokens + day.output_tokens) / TOKENS_PER_MTOK
