"""The two sides of the price ledger, put together from assumptions, mixes and prices.

Two sets of rates, one after the other: those of the throughput model, and those of DeepSeek's
disclosed service scaled by active parameters and by the speed of the chip.
"""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from token_exports.figures import ledger_rates, served_record
from token_exports.figures.cost_record import assumed
from token_exports.figures.ledger_rates import CHEAP, DEAR, Facts
from token_exports.figures.served_record import Given
from token_exports.models import list_price, price_facts, price_ledger
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.price_ledger import FACTORS, Side
from token_exports.uncertainty import Both, Interval
from token_exports.units import Quantity

TABLES = (
    "assumptions",
    "list_prices",
    "openrouter_token_mix",
    "reported_quantities",
    "model_architectures",
)
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = (
    {
        f"ledger_{name}_share": (
            f"{label} in the logarithm of the price gap Opus 4.6 over M2.5",
            "price_ledger.decompose",
            TABLES,
        )
        for name, label in FACTORS.items()
    }
    | {
        "ledger_price_ratio": (
            "Effective price, Opus 4.6 over M2.5, each on its own mix at its own list price",
            "list_price.effective_usd_per_mtok",
            TABLES,
        ),
        "ledger_discount_share": (
            "Part of the logarithm of the gap that the essay's discount on power explains",
            "price_ledger.electricity_saving",
            (*TABLES, "claims"),
        ),
        "ledger_free_power_share": (
            "Part of the logarithm of the gap that free power explains",
            "price_ledger.electricity_saving",
            TABLES,
        ),
    }
    | {
        f"scaled_ledger_{name}_share": (
            f"{label} in the same gap, rates of the disclosed service scaled",
            "price_ledger.decompose",
            TABLES,
        )
        for name, label in FACTORS.items()
    }
)
PREDICTED, SCALED = "ledger", "scaled_ledger"


class Ledger(NamedTuple):
    """Table of the parts on either set of rates, and what is recorded of them."""

    table: pd.DataFrame | None
    scaled: pd.DataFrame | None
    quantities: dict[str, Interval | float | None]
    drawn: dict[str, Both]  # parts as shares of the gap's logarithm, by factor


class Case(NamedTuple):
    """Both sides and the rates of both models on both chips, at the centre and as draws."""

    dear: Both
    cheap: Both
    throughput: Both


def case(given: Given, prices: pd.DataFrame, hours: Mapping[str, Both], rates: Both) -> Case:
    """The two models of the essay, each in its region on the accelerator of the run.

    Parameters
    ----------
    given
        Assumptions, parameters and tables of the run.
    prices
        Table ``list_prices``.
    hours
        Region to the inputs of its hour.
    rates
        Both models on both chips, from `ledger_rates`.

    Raises
    ------
    ValueError
        A price or a mix was not public yet.
    """
    p = given.p
    reads = assumed(given.known, p, "cache_read_cost_ratio", "cn")
    opus, m25 = (price_facts.OPUS, price_facts.OPUS_SLUG), (price_facts.M25, price_facts.M25_SLUG)
    dear = {"model": DEAR, "chip": p.us_accelerator, **_sold(given, prices, *opus)}
    cheap = {"model": CHEAP, "chip": p.cn_accelerator, **_sold(given, prices, *m25)}
    sides = (hours[r].of(_with, reads, s) for r, s in (("us", dear), ("cn", cheap)))
    return Case(next(sides), next(sides), rates)


def _sold(given: Given, prices: pd.DataFrame, key: str, slug: str) -> dict[str, Any]:
    mix = served_record.traffic_of(given, slug).mix
    row = list_price.in_force(prices, key, price_facts.QUOTED)
    price = list_price.bounded_effective_usd_per_mtok(row, mix).central
    return {"mix": mix, "price_usd_per_mtok": price}


def _with(hour: ServingInputs, reads: Quantity, rest: Mapping[str, Any]) -> Side:
    return Side(hour=hour, cache_read_cost_ratio=reads, **rest)


def both(
    given: Given,
    prices: pd.DataFrame,
    hours: Mapping[str, Both],
    facts: Facts,
    discount_share: float,
) -> Ledger:
    """The ledger on both sets of rates; empty where a price, a mix or a size was not public yet.

    Parameters
    ----------
    given, prices, hours
        As for `case`.
    facts
        Tables of the scaled rates.
    discount_share
        The essay's statement of how much cheaper China's electricity is.
    """
    try:
        sides = case(given, prices, hours, ledger_rates.predicted(given))
        other = sides._replace(throughput=ledger_rates.scaled(given.known, given.p, facts))
    except ValueError:
        return Ledger(None, None, {}, {})
    tables = table(sides), table(other)
    values = quantities(tables[0], sides, discount_share) | parts(tables[1], SCALED)
    return Ledger(*tables, values, shares(sides))


# ---- the ledger as a table


def table(sides: Case) -> pd.DataFrame:
    """Parts of the gap, each as a ratio and as a share of the gap's logarithm.

    Returns
    -------
    DataFrame
        ``factor``, ``label``, and ``low``, ``central`` and ``high`` of both.
    """
    whole = ln_gap(sides)
    rows = []
    for name, part in shares(sides).items():
        label, value = FACTORS[name], part.interval
        row: dict[str, object] = {"factor": name, "label": label}
        for end in ("low", "central", "high"):
            row[f"{end}_ln"] = getattr(value, end) * whole
            row[f"{end}_share"] = getattr(value, end)
        rows.append(row)
    return pd.DataFrame(rows)


def shares(sides: Case) -> dict[str, Both]:
    """Part of every factor in the logarithm of the gap."""
    found = sides.dear.of(price_ledger.decompose, sides.cheap, sides.throughput)
    whole = ln_gap(sides)
    return {name: found.of(_part_of, name, whole) for name in FACTORS}


def _part_of(parts: Mapping[str, Quantity], name: str, whole: float) -> Quantity:
    return parts[name] / whole


def ln_gap(sides: Case) -> float:
    """Logarithm of the price gap at the central prices."""
    above, below = sides.dear.central, sides.cheap.central
    return float(price_ledger.ln_price_gap(above, below))


def quantities(
    ledger: pd.DataFrame, sides: Case, discount_share: float
) -> dict[str, Interval | float | None]:
    """What the notebook records of the ledger.

    Parameters
    ----------
    ledger
        From `table`.
    sides
        The two models.
    discount_share
        The essay's statement of how much cheaper China's electricity is.
    """
    found = parts(ledger, PREDICTED)
    whole = ln_gap(sides)
    found["ledger_price_ratio"] = math.exp(whole)
    for name, ratio in (("discount", 1 - discount_share), ("free_power", 0.0)):
        saved = sides.dear.of(price_ledger.electricity_saving, sides.throughput, ratio)
        value = saved.interval
        found[f"ledger_{name}_share"] = Interval(
            value.central / whole, value.low / whole, value.high / whole
        )
    return found


def parts(ledger: pd.DataFrame, prefix: str) -> dict[str, Interval | float | None]:
    """Share of every factor, from `table`."""
    return {
        f"{prefix}_{row['factor']}_share": Interval(
            row["central_share"], row["low_share"], row["high_share"]
        )
        for row in ledger.to_dict("records")
    }
