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


Sold = Mapping[str, Mapping[str, Any]]
"""Region to the model served there: its chip, mix and price."""


def sold(given: Given, prices: pd.DataFrame) -> Sold:
    """The two models of the essay, each in its region on the accelerator of the run.

    Parameters
    ----------
    given
        Parameters and tables of the run.
    prices
        Table ``list_prices``.

    Raises
    ------
    ValueError
        A price or a mix was not public yet.
    """
    p = given.p
    opus, m25 = (price_facts.OPUS, price_facts.OPUS_SLUG), (price_facts.M25, price_facts.M25_SLUG)
    return {
        "us": {"model": DEAR, "chip": p.us_accelerator, **_sold(given, prices, *opus)},
        "cn": {"model": CHEAP, "chip": p.cn_accelerator, **_sold(given, prices, *m25)},
    }


def case(models: Sold, reads: Both, hours: Mapping[str, Both], rates: Both) -> Case:
    """Both sides with their hours.

    Parameters
    ----------
    models
        From `sold`.
    reads
        Cost of a cache read over a fresh prompt token.
    hours
        Region to the inputs of its hour.
    rates
        Both models on both chips, from `ledger_rates`.
    """
    dear, cheap = (hours[region].of(_with, reads, models[region]) for region in ("us", "cn"))
    return Case(dear, cheap, rates)


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
    given, prices
        As for `sold`.
    hours
        Region to the inputs of its hour.
    facts
        Tables of the scaled rates.
    discount_share
        The essay's statement of how much cheaper China's electricity is.
    """
    try:
        reads = assumed(given.known, given.p, "cache_read_cost_ratio", "cn")
        sides = case(sold(given, prices), reads, hours, ledger_rates.predicted(given))
        other = sides._replace(throughput=ledger_rates.scaled(given.known, given.p, facts))
    except ValueError:
        return Ledger(None, None, {}, {})
    found, whole = (shares(sides), shares(other)), ln_gap(sides)
    values = quantities(found[0], sides, discount_share) | parts(found[1], SCALED)
    return Ledger(table(found[0], whole), table(found[1], whole), values, found[0])


# ---- the ledger as a table


def table(found: Mapping[str, Both], whole: float) -> pd.DataFrame:
    """Parts of the gap, each as a ratio and as a share of the gap's logarithm.

    Parameters
    ----------
    found
        From `shares`.
    whole
        The gap's logarithm.

    Returns
    -------
    DataFrame
        ``factor``, ``label``, and ``low``, ``central`` and ``high`` of both.
    """
    rows = []
    for name, part in found.items():
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
    found: Mapping[str, Both], sides: Case, discount_share: float
) -> dict[str, Interval | float | None]:
    """What the notebook records of the ledger.

    Parameters
    ----------
    found
        From `shares`.
    sides
        The two models.
    discount_share
        The essay's statement of how much cheaper China's electricity is.
    """
    recorded, whole = parts(found, PREDICTED), ln_gap(sides)
    recorded["ledger_price_ratio"] = math.exp(whole)
    for name, ratio in (("discount", 1 - discount_share), ("free_power", 0.0)):
        saved = sides.dear.of(price_ledger.electricity_saving, sides.throughput, ratio)
        value = saved.interval
        recorded[f"ledger_{name}_share"] = Interval(
            value.central / whole, value.low / whole, value.high / whole
        )
    return recorded


def parts(found: Mapping[str, Both], prefix: str) -> dict[str, Interval | float | None]:
    """Share of every factor, from `shares`."""
    return {f"{prefix}_{name}_share": part.interval for name, part in found.items()}
