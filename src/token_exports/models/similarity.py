"""Mining and inference side by side: how far apart the two are, quantity by quantity.

    ratio      = tokens / mining, of the central values
    alike      = the ratio lies between 1 / factor and factor
    firm       = every combination of the two intervals gives the same verdict

The factor is a choice, so the count of alike rows is given for several. Values of different sign
are different whatever the factor. A row without a number on one side is not compared and counts
neither way. The rows are not independent: electricity in revenue, gross value and break-even price
all rest on the value of a kilowatt-hour.

Left out on purpose: a score that adds rows up, because no weight of one against another could be
defended.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import pandas as pd

from token_exports.uncertainty import Interval, exact

FACTOR = 2.0
"""Within this factor two values are called alike."""
OTHER_FACTORS = (1.5, 3.0, 10.0)
ALIKE, DIFFERENT, NOT_COMPARED = "alike", "different", "not compared"
Column: TypeAlias = Mapping[str, Interval | None]


@dataclass(frozen=True, kw_only=True)
class Aspect:
    """One row: what is compared, what each number is, and where it was looked for."""

    label: str
    group: str
    unit: str
    mining: str
    tokens: str
    tables: tuple[str, ...]


def ratio_ends(mining: Interval, tokens: Interval) -> tuple[float, float, float] | None:
    """Lowest, central and highest of tokens over mining; None where the signs differ.

    An end that may be zero or change its sign leaves the ratio without a limit on that side.
    """
    if mining.central < 0 and tokens.central < 0:
        return ratio_ends(_mirrored(mining), _mirrored(tokens))
    if mining.central <= 0 or tokens.central <= 0:
        return None
    low = max(tokens.low, 0.0) / mining.high
    high = tokens.high / mining.low if mining.low > 0 else np.inf
    return low, tokens.central / mining.central, float(high)


def _mirrored(value: Interval) -> Interval:
    return Interval(-value.central, -value.high, -value.low, value.kind)


def verdict(mining: Interval | None, tokens: Interval | None, factor: float) -> tuple[str, bool]:
    """Alike, different or not compared, and whether the intervals leave no other answer.

    Parameters
    ----------
    mining, tokens
        The two values, None where nothing was measured.
    factor
        How far apart alike values may be, at least one.

    Raises
    ------
    ValueError
        The factor is below one.
    """
    if factor < 1:
        raise ValueError("a factor below one would call no value like itself")
    if mining is None or tokens is None:
        return NOT_COMPARED, False
    if mining.central == tokens.central == 0:
        return ALIKE, mining.low == mining.high and tokens.low == tokens.high
    ends = ratio_ends(mining, tokens)
    if ends is None:
        return DIFFERENT, mining.high < 0 < tokens.low or tokens.high < 0 < mining.low
    low, central, high = ends
    if 1 / factor <= central <= factor:
        return ALIKE, 1 / factor <= low and high <= factor
    return DIFFERENT, high < 1 / factor or low > factor


def compare(
    aspects: Mapping[str, Aspect], mining: Column, tokens: Column, factor: float = FACTOR
) -> pd.DataFrame:
    """The table, a row per aspect in their order.

    Parameters
    ----------
    aspects
        What is compared, by name.
    mining, tokens
        The values by name of the aspect; a name that is absent was not measured.
    factor
        How far apart alike values may be.

    Returns
    -------
    DataFrame
        ``aspect``, ``label``, ``group``, ``unit``; ``low``, ``central`` and ``high`` of mining and
        of tokens and of their ratio; ``verdict``, ``firm``; ``mining_basis``, ``tokens_basis`` and
        ``tables``.

    Raises
    ------
    ValueError
        A value has no aspect.
    """
    unknown = sorted({*mining, *tokens} - set(aspects))
    if unknown:
        raise ValueError(f"no aspect for {', '.join(unknown)}")
    rows = []
    for name, aspect in aspects.items():
        ours, theirs = mining.get(name), tokens.get(name)
        said, firm = verdict(ours, theirs, factor)
        row: dict[str, object] = {"aspect": name, "label": aspect.label, "group": aspect.group}
        row |= {"unit": aspect.unit} | _ends("mining", ours) | _ends("tokens", theirs)
        row |= _ratio(ours, theirs) | {"verdict": said, "firm": firm}
        row |= {"mining_basis": aspect.mining, "tokens_basis": aspect.tokens}
        rows.append(row | {"tables": "|".join(aspect.tables)})
    return pd.DataFrame(rows)


def _ends(side: str, value: Interval | None) -> dict[str, object]:
    ends = ("low", "central", "high")
    return {f"{side}_{e}": np.nan if value is None else getattr(value, e) for e in ends}


def _ratio(mining: Interval | None, tokens: Interval | None) -> dict[str, object]:
    found = None if mining is None or tokens is None else ratio_ends(mining, tokens)
    low, central, high = found or (np.nan, np.nan, np.nan)
    return {"low_ratio": low, "central_ratio": central, "high_ratio": high}


def interval_of(row: "pd.Series[float]", side: str) -> Interval | None:
    """Value of one side of a row, None where nothing was measured."""
    low, central, high = (float(row[f"{side}_{end}"]) for end in ("low", "central", "high"))
    if np.isnan(central):
        return None
    return exact(central) if low == high else Interval(central, low, high)


def counts(table: pd.DataFrame) -> dict[str, int]:
    """Rows that are alike, different and not compared, and those alike or different for sure."""
    found = {name: int((table["verdict"] == name).sum()) for name in _VERDICTS}
    found["firm"] = int(table["firm"].sum())
    return found


_VERDICTS = (ALIKE, DIFFERENT, NOT_COMPARED)


def alike_by_factor(table: pd.DataFrame, factors: Sequence[float]) -> dict[float, int]:
    """How many rows are alike under each factor."""
    sides = [
        (interval_of(row, "mining"), interval_of(row, "tokens")) for _, row in table.iterrows()
    ]
    return {
        factor: sum(verdict(ours, theirs, factor)[0] == ALIKE for ours, theirs in sides)
        for factor in factors
    }
