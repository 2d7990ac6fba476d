"""What cheaper electricity can explain of a gap between two prices of a token.

    cost after / cost before = 1 - electricity's share of cost x (1 - price after / price before)
    part explained           = ln(cost before / cost after) / ln(price gap)

Factors that multiply add up in logarithms, so parts of a gap can be compared and summed. A negative
part widens the gap. Left out on purpose: everything else between cost and price (accelerator,
throughput, model size, margin), which is the rest.
"""

from typing import Any

import numpy as np

from token_exports.units import Quantity


def cost_ratio(electricity_cost_share: Quantity, electricity_price_ratio: Quantity) -> Quantity:
    """Cost of a token after a change of the electricity price, over the cost before.

    Parameters
    ----------
    electricity_cost_share
        Electricity in the cost before the change.
    electricity_price_ratio
        New over old price; zero is free power.
    """
    return 1 - electricity_cost_share * (1 - electricity_price_ratio)


def cost_saving_share(
    electricity_cost_share: Quantity, electricity_price_ratio: Quantity
) -> Quantity:
    """Part of the cost that the change saves; negative if the token gets dearer."""
    return 1 - cost_ratio(electricity_cost_share, electricity_price_ratio)


def explained_gap_share(
    electricity_cost_share: Quantity,
    electricity_price_ratio: Quantity,
    token_price_ratio: Quantity,
) -> Quantity:
    """Part of the logarithm of a token price gap that the electricity price accounts for.

    Parameters
    ----------
    electricity_cost_share
        Electricity in the cost of the dearer token.
    electricity_price_ratio
        Electricity price of the cheaper place over that of the dearer one.
    token_price_ratio
        Dearer over cheaper token price; must differ from one.
    """
    saved = cost_ratio(electricity_cost_share, electricity_price_ratio)
    part: Quantity = -_ln(saved) / _ln(token_price_ratio)
    return part


def explaining_cost_share(
    electricity_price_ratio: Quantity, token_price_ratio: Quantity
) -> Quantity:
    """Share of cost electricity would need for its price alone to explain the whole gap.

    Above one no share is enough.
    """
    return (1 - 1 / token_price_ratio) / (1 - electricity_price_ratio)


def _ln(value: Any) -> Any:
    if hasattr(value, "free_symbols"):
        import sympy

        return sympy.log(value)
    return np.log(value)
