"""Unit cost against effective price: whether tokens are sold below what they cost to make.

    unit cost       = cost of each token class, in the mix of the model's own traffic
    gross margin    = 1 - unit cost / effective price
    below cost      = part of the draws in which unit cost exceeds the price
    needed speed-up = unit cost / effective price: how many times as many tokens an hour would have
                      to make for the price to cover it

Price and cost are taken over the same mix, and the price has two bounds where the price of a cache
read is missing. Costs are handed in, as draws, by whatever model of throughput made them. Left out
on purpose: research, training, staff and sales, which a gross margin does not carry either; free
and subsidised traffic; a host's discount on what it pays for accelerators.
"""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from token_exports import uncertainty
from token_exports.models import list_price
from token_exports.models.list_price import TokenMix, TokenPrices
from token_exports.uncertainty import Interval
from token_exports.units import Quantity

MARGIN = "gross_margin_share"


class Sold(NamedTuple):
    """A model's token: what it sells for and what it costs, over one mix."""

    label: str
    price: Interval
    central_cost: float
    drawn_cost: Quantity


def gross_margin_share(unit_cost_usd_per_mtok: Quantity, price_usd_per_mtok: Quantity) -> Quantity:
    """Part of the price that unit cost leaves; negative if sold below it."""
    return 1 - unit_cost_usd_per_mtok / price_usd_per_mtok


def needed_speed_up_ratio(
    unit_cost_usd_per_mtok: Quantity, price_usd_per_mtok: Quantity
) -> Quantity:
    """Throughput at which price just covers cost, over the throughput assumed."""
    return unit_cost_usd_per_mtok / price_usd_per_mtok


def below_cost_share(unit_cost_usd_per_mtok: Quantity, price_usd_per_mtok: float) -> float:
    """Part of the draws in which the token costs more than it sells for."""
    costs = uncertainty.finite(unit_cost_usd_per_mtok)
    return float(np.mean(costs > price_usd_per_mtok))


def sold(row: "pd.Series[float]", label: str, central: TokenPrices, drawn: TokenPrices) -> Sold:
    """Effective price and unit cost of a row of ``openrouter_token_mix``, over its own mix.

    Parameters
    ----------
    row
        Week of a model.
    label
        How to print it.
    central, drawn
        Cost of a million tokens of each class, at the central values and as draws.
    """
    mix: TokenMix = list_price.row_mix(row)
    cost = list_price.effective_usd_per_mtok
    price = list_price.bounded_effective_usd_per_mtok(row, mix)
    return Sold(label, price, float(cost(central, mix)), cost(drawn, mix))


def compare(models: Mapping[str, Sold]) -> pd.DataFrame:
    """Price, cost, margin and the part of the draws below cost, a row per model.

    Returns
    -------
    DataFrame
        ``model``, ``label``; ``low``, ``central`` and ``high`` of price, unit cost and gross
        margin; ``below_cost_share`` at the central price with its values at the two price bounds;
        the largest chance of a loss first. A margin's ends combine draws and price bounds.
    """
    rows = []
    for model, (label, price, central, drawn) in models.items():
        cost = uncertainty.interval(uncertainty.finite(drawn), central)
        margin = {
            "low": float(gross_margin_share(cost.high, price.low)),
            "central": float(gross_margin_share(cost.central, price.central)),
            "high": float(gross_margin_share(cost.low, price.high)),
        }
        chance = [below_cost_share(drawn, p) for p in (price.high, price.central, price.low)]
        row: dict[str, object] = {"model": model, "label": label}
        for end in ("low", "central", "high"):
            row[f"price_{end}_usd_per_mtok"] = getattr(price, end)
            row[f"cost_{end}_usd_per_mtok"] = getattr(cost, end)
            row[f"margin_{end}_share"] = margin[end]
        row |= {
            "below_cost_low_share": chance[0],
            "below_cost_share": chance[1],
            "below_cost_high_share": chance[2],
            "needed_speed_up_ratio": float(needed_speed_up_ratio(cost.central, price.central)),
        }
        rows.append(row)
    table = pd.DataFrame(rows)
    if table.empty:
        return table
    return table.sort_values("margin_central_share", kind="stable", ignore_index=True)


def reported_margins(reported: pd.DataFrame) -> pd.DataFrame:
    """Gross margins that firms or their investors' papers state, the oldest period first.

    Returns
    -------
    DataFrame
        ``quantity_id``, ``value``, ``low``, ``high``, ``period_start``, ``period_end``,
        ``region``, ``source_id`` and ``note`` of table ``reported_quantities``.
    """
    columns = ["quantity_id", "value", "low", "high", "period_start", "period_end", "region"]
    rows = reported[reported["quantity"] == MARGIN]
    order = rows.sort_values(["period_end", "quantity_id"], kind="stable", ignore_index=True)
    return order[[*columns, "source_id", "note"]]
