"""How large token exports can be beside China's trade, and what the place of serving leaves.

    revenue a year    = revenue of a week x days of a year / 7
    low bound         = paid tokens, low spend x least share served in China
    high bound        = every token at list price, cached prompts as fresh ones, all of them exports
    share of trade    = revenue a year / reported trade in the same direction and length
    export at share s = flow x s: electricity and revenue fall alike, their ratio stays

The balance of payments asks where the seller is resident, electricity where the machine stands:
the two bounds do not answer the same question, they only contain every answer.

Left out on purpose: growth within the year, sales outside the platform, exchange-rate changes.
"""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from token_exports.models import electricity_export, scale, token_basis, token_trade
from token_exports.models.windows import when_known
from token_exports.uncertainty import Interval, bounds
from token_exports.units import DAYS_PER_WEEK, DAYS_PER_YEAR

REFERENCES = {
    "china_goods_exports_2025": "Goods exports",
    "china_services_exports_2025": "Services exports",
    "china_knowledge_services_exports_h1_2025": "Knowledge-intensive services exports",
    "china_telecom_computer_services_trade_h1_2025": (
        "Telecom, computer and information services, exports and imports"
    ),
}
"""Row of ``reported_quantities`` in USD to what it is, largest first."""
LISTED_FIRM = ("minimax_revenue_2025", "minimax_revenue_abroad_2025")
"""Rows of the one laboratory that reports its revenue abroad, in million USD and as a share."""
DAYS_OF_YEAR, DAYS_OF_LEAP_YEAR = 365, 366
SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
USD_PER_MUSD = 1e6


def of_year(week_usd: Interval) -> Interval:
    """An interval of a week's amount held for a year."""
    return scale.times(week_usd, DAYS_PER_YEAR / DAYS_PER_WEEK)


def yearly_revenue(
    parts: pd.DataFrame, mix: pd.DataFrame, served: Interval
) -> dict[str, Interval | None]:
    """Revenue a year by what is counted, if the week were the year.

    Parameters
    ----------
    parts
        Models of the week, of one origin.
    mix
        Rows of ``openrouter_token_mix`` of that week.
    served
        Share served in China.

    Returns
    -------
    dict
        Name in `token_basis.REVENUES` to revenue of all tokens; ``served`` to that of paid tokens
        served in China; ``bounds`` from its low end to the list price of all. None where every
        model was free.
    """
    found: dict[str, Interval | None] = {}
    for basis in token_basis.REVENUES:
        counted = when_known(token_basis.on_revenue_basis, parts, mix, basis)
        week = None if counted is None else token_trade.list_revenue_usd(counted)
        found[basis] = None if week is None else of_year(week)
    paid, whole = found[token_basis.PAID], found[token_basis.LIST]
    if paid is None or whole is None:
        return found | {"served": None, "bounds": None}
    exported = bounds(paid.central * served.central, paid.low * served.low, paid.high * served.high)
    highest = np.maximum(whole.high, exported.high)
    return found | {"served": exported, "bounds": bounds(exported.central, exported.low, highest)}


def against_trade(revenue: Interval, quantities: pd.DataFrame) -> pd.DataFrame:
    """Token revenue a year over reported trade.

    Parameters
    ----------
    revenue
        Bounds in USD a year.
    quantities
        Table ``reported_quantities``.

    Returns
    -------
    DataFrame
        ``quantity_id``, ``trade``, ``period``, ``trade_usd_per_year`` (a part of a year at its
        yearly rate), ``low_share``, ``high_share``, ``source_id``; largest trade first, no row
        for what was not public.
    """
    rows = {str(row["quantity_id"]): row for row in quantities.to_dict("records")}
    found = []
    for key, label in REFERENCES.items():
        if key in rows:
            first, last = (pd.Timestamp(rows[key][f"period_{end}"]) for end in ("start", "end"))
            year = DAYS_OF_LEAP_YEAR if first.is_leap_year else DAYS_OF_YEAR
            whole = float(rows[key]["value"]) * year / ((last - first).days + 1)
            period = f"{first:%Y-%m} to {last:%Y-%m}"
            shares = (revenue.low / whole, revenue.high / whole)
            found.append((key, label, period, whole, *shares, rows[key]["source_id"]))
    names = ["quantity_id", "trade", "period", "trade_usd_per_year", "low_share", "high_share"]
    return pd.DataFrame(found, columns=[*names, "source_id"])


def all_reported_usd(
    revenue: Interval | None, parts: pd.DataFrame, quantities: pd.DataFrame
) -> float | None:
    """All tokens that China reports at the week's mean price, a year; None where unknown.

    Parameters
    ----------
    revenue
        Of the week's tokens, a year.
    parts
        The week's models.
    quantities
        Table ``reported_quantities``; of several lower bounds the largest is taken.
    """
    rows = scale.largest_reported(quantities, "china_tokens_per_day", "china")
    if rows.empty or revenue is None:
        return None
    tokens_per_day = sum(token_trade.sold_by_class(parts).values()) / DAYS_PER_WEEK
    return float(rows["value"].iloc[0]) / tokens_per_day * revenue.central


def firm_abroad_usd(quantities: pd.DataFrame) -> float | None:
    """Revenue abroad that a listed laboratory reported for a year, or None before its report."""
    values = quantities.set_index("quantity_id")["value"]
    if not set(LISTED_FIRM) <= set(values.index):
        return None
    revenue, abroad = (float(values[name]) for name in LISTED_FIRM)
    return revenue * USD_PER_MUSD * abroad


# ---- the place of serving


def by_share(
    power_mw: Interval, revenue_usd_per_year: Interval, named: Mapping[str, float]
) -> pd.DataFrame:
    """Electricity and revenue exported at several shares served in China.

    Parameters
    ----------
    power_mw
        Average power behind all the tokens.
    revenue_usd_per_year
        Revenue of all of them.
    named
        Shares to add to ``SHARES``, by what they are.

    Returns
    -------
    DataFrame
        ``served_in_china_share``, ``what``, and low, central and high of ``exported`` in MW and in
        USD a year.
    """
    labels = dict.fromkeys(SHARES, "") | {share: what for what, share in named.items()}
    rows = []
    for share, what in sorted(labels.items()):
        row: dict[str, object] = {"served_in_china_share": share, "what": what}
        for end in ("low", "central", "high"):
            row[f"exported_{end}_mw"] = share * getattr(power_mw, end)
            row[f"exported_{end}_usd_per_year"] = share * getattr(revenue_usd_per_year, end)
        rows.append(row)
    return pd.DataFrame(rows)


def flip_share(reference: float, whole: Interval) -> Interval:
    """Share served in China from which an export equals a reference; above one, none is enough."""
    ends = (whole.central, whole.high, whole.low)
    return bounds(*(electricity_export.flip_served_in_china_share(reference, e) for e in ends))
