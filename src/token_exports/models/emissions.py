"""Emissions of a million tokens and of a dollar of revenue, by the grid that powers them.

    grams per Mtok = energy per token [kWh/Mtok] x intensity [g/kWh]
    grams per USD  = intensity [g/kWh] / value of a kilowatt-hour [USD/kWh]
    place ratio    = intensity of one place / intensity of another: the energy cancels

Intensities come in two families that are never put together: *lifecycle* counts fuel supply and
plant building, *direct* only what leaves the stack. Within a family all places are of one year, the
newest that both countries have. The interval is that of the energy; an intensity has none.

Left out on purpose: the emissions of one kilowatt-hour more (no marginal factor could be found for
both countries), contracts for green power, hours of the day, and the making of the machines.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from token_exports.models.windows import WindowError
from token_exports.uncertainty import Interval

FAMILIES = ("lifecycle", "direct")
NATIONAL = "national"
COMPARED = ("CN", "US")
ENDS = ("low", "central", "high")


@dataclass(frozen=True, kw_only=True)
class Goods:
    """What runs on the electricity, by name of the good.

    Parameters
    ----------
    kwh_per_mtok
        Energy of a million tokens; a good that is no token is absent.
    usd_per_kwh
        Gross revenue of a kilowatt-hour.
    """

    kwh_per_mtok: Mapping[str, Interval]
    usd_per_kwh: Mapping[str, Interval]


def g_per_mtok(carbon_intensity_g_per_kwh: float, kwh_per_mtok: Interval) -> Interval:
    """Emissions of a million tokens."""
    ends = (kwh_per_mtok.central, kwh_per_mtok.low, kwh_per_mtok.high)
    central, low, high = (carbon_intensity_g_per_kwh * end for end in ends)
    return Interval(central, low, high, kwh_per_mtok.kind)


def g_per_usd(carbon_intensity_g_per_kwh: float, usd_per_kwh: Interval) -> Interval:
    """Emissions of a dollar of revenue; the high value of a kilowatt-hour gives the low end.

    Raises
    ------
    ValueError
        A kilowatt-hour may earn nothing.
    """
    if np.any(usd_per_kwh.low <= 0):
        raise ValueError("grams per dollar need a positive value of a kilowatt-hour")
    ends = (usd_per_kwh.central, usd_per_kwh.high, usd_per_kwh.low)
    central, low, high = (carbon_intensity_g_per_kwh / end for end in ends)
    return Interval(central, low, high, usd_per_kwh.kind)


def over(above: Interval, below: Interval) -> Interval:
    """Ratio of two positive quantities that vary apart.

    Raises
    ------
    ValueError
        The denominator may be zero.
    """
    if np.any(below.low <= 0):
        raise ValueError("the denominator of a ratio may be zero")
    return Interval(
        above.central / below.central,
        above.low / below.high,
        above.high / below.low,
        kind=above.kind,
    )


# ---- intensities


def family(carbon: pd.DataFrame, name: str) -> pd.DataFrame:
    """Intensities of one family in the newest year for which both countries are known.

    Parameters
    ----------
    carbon
        Table ``carbon_intensity``.
    name
        One of ``FAMILIES``.

    Returns
    -------
    DataFrame
        ``country``, ``region``, ``year``, ``method_family``, ``carbon_intensity_g_per_kwh``,
        countries first, then from the cleanest to the dirtiest place; no row where no year has
        both countries.

    Raises
    ------
    ValueError
        There is no such family.
    """
    if name not in FAMILIES:
        raise ValueError(f"no family of factors {name!r}; known: {', '.join(FAMILIES)}")
    own = carbon[carbon["method_family"] == name]
    national = own[(own["region"] == NATIONAL) & own["country"].isin(COMPARED)]
    counted = national.groupby("year")["country"].nunique()
    both = counted.index[counted == len(COMPARED)]
    rows = own[own["year"] == both.max()] if len(both) else own.iloc[:0]
    kept = ["country", "region", "year", "method_family", "carbon_intensity_g_per_kwh"]
    order = rows.assign(local=rows["region"] != NATIONAL)
    by = ["local", "carbon_intensity_g_per_kwh"]
    return order.sort_values(by, ignore_index=True, kind="stable")[kept]


def families(carbon: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """The families that were public, each in a table of its own."""
    found = {name: family(carbon, name) for name in FAMILIES}
    return {name: table for name, table in found.items() if len(table)}


def intensity(table: pd.DataFrame, country: str, region: str = NATIONAL) -> float:
    """Intensity of one place, from `family`.

    Raises
    ------
    WindowError
        The family lacks the place.
    """
    rows = table[(table["country"] == country) & (table["region"] == region)]
    if rows.empty:
        raise WindowError(f"no intensity of {country}, {region} in this family")
    return float(rows["carbon_intensity_g_per_kwh"].iloc[0])


def place_ratio(table: pd.DataFrame) -> float:
    """Emissions of the same tokens in China over those in the United States."""
    above, below = (intensity(table, country) for country in COMPARED)
    return above / below


def spread_ratio(table: pd.DataFrame, country: str) -> float | None:
    """Dirtiest over cleanest region of one country; None where fewer than two are known."""
    rows = table[(table["country"] == country) & (table["region"] != NATIONAL)]
    local = rows["carbon_intensity_g_per_kwh"]
    return float(local.max() / local.min()) if len(local) > 1 else None


# ---- goods


def by_place(table: pd.DataFrame, goods: Goods) -> pd.DataFrame:
    """Emissions of every good on every grid of one family.

    Parameters
    ----------
    table
        From `family`.
    goods
        Energy and revenue by good.

    Returns
    -------
    DataFrame
        A row per place and good: the columns of ``table``, ``good``, and ``low``, ``central`` and
        ``high`` in grams per Mtok (missing for what is no token) and per USD.

    Raises
    ------
    ValueError
        Rows of several families stand in the table.
    """
    if table["method_family"].nunique() > 1:
        raise ValueError("two families of factors in one table: they cannot be compared")
    rows = []
    for place in table.to_dict("records"):
        grams = float(place["carbon_intensity_g_per_kwh"])
        for good, value in goods.usd_per_kwh.items():
            row: dict[str, object] = {**{str(k): v for k, v in place.items()}, "good": good}
            energy = goods.kwh_per_mtok.get(good)
            row |= _ends("g_per_mtok", None if energy is None else g_per_mtok(grams, energy))
            rows.append(row | _ends("g_per_usd", g_per_usd(grams, value)))
    return pd.DataFrame(rows)


def _ends(unit: str, value: Interval | None) -> dict[str, float]:
    return {f"{e}_{unit}": float("nan") if value is None else getattr(value, e) for e in ENDS}


def at_place(rows: pd.DataFrame, good: str, unit: str, country: str) -> Interval:
    """One national value of `by_place`.

    Raises
    ------
    WindowError
        There is no such row.
    """
    own = rows[(rows["good"] == good) & (rows["country"] == country) & (rows["region"] == NATIONAL)]
    if own.empty:
        raise WindowError(f"no emissions of {good} in {country}")
    low, central, high = (float(own[f"{end}_{unit}"].iloc[0]) for end in ENDS)
    return Interval(central, low, high)
