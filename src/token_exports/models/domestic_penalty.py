"""What is left of the discount on Chinese electricity once domestic chips have used it.

    net ratio          = tariff ratio x energy per token of domestic chips over imported ones
    break-even penalty = 1 / tariff ratio

The subsidised tariff is only for sites on domestic chips, so its discount comes with their
consumption. Left out on purpose: the price of those chips, their speed, what the subsidy costs.
"""

import pandas as pd

from token_exports.uncertainty import Interval, plain
from token_exports.units import Quantity

BASES = {
    "R08": "Subsidised hub",
    "R21": "Hub, not subsidised",
    "R27": "Eastern China",
    "R01": "National average",
}
"""Bases without a penalty of their own, all against US industry. The subsidy's terms ask for
domestic chips on the first; on the others they are a choice."""


def net_price_ratio(price_ratio: Quantity, energy_penalty_ratio: Quantity) -> Quantity:
    """Cost of a token's electricity, China over United States, on chips with this penalty."""
    return price_ratio * energy_penalty_ratio


def break_even_penalty_ratio(price_ratio: Quantity) -> Quantity:
    """Energy per token over imported chips at which the whole discount is used up."""
    return 1 / price_ratio


def net_of_penalty(compared: pd.DataFrame, penalty: Interval) -> pd.DataFrame:
    """Cost of electricity per token, China over United States, without and with domestic chips.

    Parameters
    ----------
    compared
        Result of ``electricity_price.compare``.
    penalty
        Energy per token of domestic chips over imported ones.

    Returns
    -------
    DataFrame
        A row per basis that was public: ``price_ratio``; ``low``, ``central`` and ``high`` of the
        net ratio; ``break_even_penalty_ratio``, below one where there is no discount to use up.
    """
    known = compared.set_index("basis_id")["china_us_price_ratio"]
    rows = []
    for basis, label in BASES.items():
        if basis in known.index:
            tariff = float(known[basis])
            ends = {
                end: plain(net_price_ratio(tariff, getattr(penalty, end)))
                for end in ("low", "central", "high")
            }
            row = {"basis_id": basis, "label": label, "price_ratio": tariff} | ends
            rows.append(row | {"break_even_penalty_ratio": break_even_penalty_ratio(tariff)})
    columns = ["basis_id", "label", "price_ratio", "low", "central", "high"]
    return pd.DataFrame(rows, columns=[*columns, "break_even_penalty_ratio"])
