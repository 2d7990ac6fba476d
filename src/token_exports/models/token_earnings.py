"""What a kilowatt-hour of Chinese tokens earned, week by week and, before that, by list price.

    sold      weeks whose token classes are known: their own tokens and list prices
    priced    months before the first of them: the disclosed day's classes of token at the list
              price of its own laboratory in the middle of the month

Both take the same energy per token, so a change over time is one of prices and of the mix only.
No energy of a Chinese service of an earlier design has been published, and no list price of one
stands in the tables: the series begins with the disclosed service's own price list.

Left out on purpose: gains in efficiency since the energies were measured, and list prices of
laboratories whose service nobody measured.
"""

import datetime as dt

import pandas as pd

from token_exports.models import list_price, token_basis, token_mix, weekly_units
from token_exports.models.disclosed_service import Day
from token_exports.models.week_energy import ENDS, PRODUCTION, Bases
from token_exports.models.windows import WindowError, when_known

ORIGIN = "cn"
AUTHOR, PRICED_MODEL = "deepseek", "deepseek-chat"
SOLD, PRICED = "sold", "priced"
SERIES = ("gross", "rent_net")
MIDDLE_DAY = 15
COLUMNS = ["kind", "when", "label", "energy_basis"] + [
    f"{name}_{end}_usd_per_kwh" for name in SERIES for end in ENDS
]


def day_parts(day: Day, price: "pd.Series[float]") -> pd.DataFrame:
    """The disclosed day's tokens in the form of `token_mix.week_parts`, at a list price.

    Parameters
    ----------
    day
        The disclosed day.
    price
        Row of ``list_prices``; a missing cache price gives two bounds of the spend.
    """
    fresh = float(day.input_tokens - day.cached_input_tokens)
    cached, output = float(day.cached_input_tokens), float(day.output_tokens)
    read = price["cache_read_usd_per_mtok"]
    known = not pd.isna(read)
    row: dict[str, object] = {
        "model_slug": f"{AUTHOR}/{PRICED_MODEL}",
        "author_slug": AUTHOR,
        "fresh_prompt_tokens": fresh,
        "cache_read_tokens": cached,
        "output_tokens": output,
    }
    ends = (read, read) if known else (0.0, price["input_usd_per_mtok"])
    for end, cached_price in zip(("low", "high"), ends, strict=True):
        prices = (price["input_usd_per_mtok"], cached_price, price["output_usd_per_mtok"])
        row[f"list_spend_{end}_usd"] = token_mix.list_spend_usd(fresh, cached, output, prices)
    return pd.DataFrame([row])


def all_fresh(price: "pd.Series[float]") -> "pd.Series[float]":
    """The same price with cached prompt tokens as dear as fresh ones."""
    return price.copy().where(price.index != "cache_read_usd_per_mtok", price["input_usd_per_mtok"])


def by_week(mix: pd.DataFrame, origin: pd.Series, bases: Bases, revenue_basis: str) -> pd.DataFrame:
    """Value of a kilowatt-hour in every week whose classes of token add up.

    Parameters
    ----------
    mix
        Table ``openrouter_token_mix``.
    origin
        Origin by model.
    bases
        Beliefs and measurements.
    revenue_basis
        One of `token_basis.REVENUES`.

    Returns
    -------
    DataFrame
        ``kind``, ``when`` (last day), ``label``, ``energy_basis``, and low, central and high of
        ``gross`` and ``rent_net`` in USD/kWh; no row for a week without tokens that count.
    """
    rows = []
    for end in weekly_units.whole_weeks(mix):
        parts = token_mix.week_parts(mix, origin, end)
        own, week = parts[parts["origin"] == ORIGIN], token_mix.whole_week(mix, end)
        if own.empty:
            continue
        counted = when_known(token_basis.on_revenue_basis, own, week, revenue_basis)
        if counted is not None:
            rows += _rows((SOLD, pd.Timestamp(end), token_mix.week_label(end)), counted, bases)
    return pd.DataFrame(rows, columns=COLUMNS)


def by_price(
    prices: pd.DataFrame, bases: Bases, revenue_basis: str, before: pd.Timestamp
) -> pd.DataFrame:
    """Value of a kilowatt-hour at the laboratory's list price, month by month.

    Parameters
    ----------
    prices
        Table ``list_prices``.
    bases
        Beliefs and measurements.
    revenue_basis
        One of `token_basis.REVENUES`; nothing the laboratory listed was free.
    before
        First day that is not wanted any more.

    Returns
    -------
    DataFrame
        As from `by_week`, with the month's middle as ``when``; from the first month with a price.
    """
    own = prices[(prices["model_key"] == PRICED_MODEL) & (prices["provider"] == AUTHOR)]
    if own.empty:
        return pd.DataFrame(columns=COLUMNS)
    months = pd.period_range(own["effective_date"].min(), before, freq="M")
    rows = []
    for month in months:
        middle = dt.date(month.year, month.month, MIDDLE_DAY)
        if pd.Timestamp(middle) >= before:
            break
        price = _price(own, middle)
        if price is None:
            continue
        price = all_fresh(price) if revenue_basis == token_basis.LIST else price
        key = (PRICED, pd.Timestamp(middle), month.strftime("%B %Y"))
        rows += _rows(key, day_parts(bases.day, price), bases)
    return pd.DataFrame(rows, columns=COLUMNS)


def _price(own: pd.DataFrame, on: dt.date) -> "pd.Series[float] | None":
    try:
        return list_price.in_force(own, PRICED_MODEL, on)
    except ValueError:
        return None


def _rows(
    key: tuple[str, pd.Timestamp, str], parts: pd.DataFrame, bases: Bases
) -> list[list[object]]:
    rows: list[list[object]] = []
    for energy_basis, values in token_basis.earned(parts, bases, SERIES).items():
        ends = [getattr(values[name], end) for name in SERIES for end in ENDS]
        rows.append([*key, energy_basis, *ends])
    return rows


def series(
    tables: tuple[pd.DataFrame, pd.DataFrame],
    origin: pd.Series,
    bases: Bases,
    revenue_basis: str,
) -> pd.DataFrame:
    """Priced months, then sold weeks.

    Parameters
    ----------
    tables
        ``openrouter_token_mix`` and ``list_prices``.
    origin, bases, revenue_basis
        As in `by_week`.

    Raises
    ------
    WindowError
        Neither a week nor a price was public.
    """
    mix, prices = tables
    sold = by_week(mix, origin, bases, revenue_basis)
    last = prices["public_since"].max() if sold.empty else sold["when"].min()
    priced = by_price(prices, bases, revenue_basis, pd.Timestamp(last))
    both = [table for table in (priced, sold) if len(table)]
    if not both:
        raise WindowError("no week of tokens and no list price was public by then")
    return pd.concat(both, ignore_index=True)


def on_basis(table: pd.DataFrame, energy_basis: str = PRODUCTION) -> pd.DataFrame:
    """Rows of one basis of energy, in order of time."""
    return table[table["energy_basis"] == energy_basis].sort_values("when", ignore_index=True)
