"""How the tokens of a model answer when its list price changes.

    elasticity of an event = ln(share after / share before) / ln(price after / price before)

The share is the model's tokens over all tokens of the platform, so that growth of the platform
cancels; all dated versions of a model count as one, because a new version often comes with the
new price. Only changes with a documented day count, and only models on the leaderboard before and
after. With a handful of events there is no sampling distribution: the ends are the least and the
greatest event around the median.

Left out on purpose: what else happened that day (rivals' launches, a version of its own), free
variants, cached tokens, which have a price of their own, and buyers outside the platform.
"""

import re

import numpy as np
import pandas as pd

from token_exports.models.list_price import OWN_INTERFACE
from token_exports.models.price_history import BLEND
from token_exports.uncertainty import Interval, bounds

DAYS = 7
FEWEST_DAYS = 5
"""Days on each side of a change, and how many of them must be known."""
DOCUMENTED = "documented"
_DATED = re.compile(r"-(20\d\d-?)?\d{2}-?\d{2}$")


def changes(prices: pd.DataFrame) -> pd.DataFrame:
    """Changes of a model's own price on a documented day.

    Parameters
    ----------
    prices
        Table ``list_prices``.

    Returns
    -------
    DataFrame
        ``model_key``, ``date``, ``before_usd_per_mtok`` and ``after_usd_per_mtok``: the blend of
        three prompt tokens and one of output.
    """
    own = prices[(prices["channel"] == OWN_INTERFACE) & (prices["price_tier"] == "standard")]
    own = own.sort_values(["model_key", "effective_date"], kind="stable")
    blend = (
        BLEND.fresh_prompt_share * own["input_usd_per_mtok"]
        + BLEND.output_share * own["output_usd_per_mtok"]
    )
    table = pd.DataFrame(
        {
            "model_key": own["model_key"],
            "date": own["effective_date"],
            "before_usd_per_mtok": blend.groupby(own["model_key"]).shift(),
            "after_usd_per_mtok": blend,
        }
    )
    kept = (own["effective_date_basis"] == DOCUMENTED) & table["before_usd_per_mtok"].gt(0)
    kept &= table["after_usd_per_mtok"].gt(0)
    table = table[kept & ~np.isclose(table["before_usd_per_mtok"], table["after_usd_per_mtok"])]
    return table.reset_index(drop=True)


def responses(changed: pd.DataFrame, daily: pd.DataFrame, totals: pd.DataFrame) -> pd.DataFrame:
    """Tokens before and after every change that can be followed.

    Parameters
    ----------
    changed
        From `changes`.
    daily
        Table ``openrouter_tokens_daily``.
    totals
        Table ``openrouter_totals_daily``.

    Returns
    -------
    DataFrame
        The columns of ``changed``, ``before_share``, ``after_share``, ``elasticity_ratio``; changes
        with too few known days on a side have no row.
    """
    paid = daily[~daily["model_permaslug"].str.contains(":")]
    model = paid["model_permaslug"].map(_key)
    whole = totals.groupby("date")["tokens"].sum()
    sold = paid.groupby([model, "date"])["tokens"].sum()
    rows = []
    for event in changed.to_dict("records"):
        if event["model_key"] not in sold.index.get_level_values(0):
            continue
        share = (sold[event["model_key"]] / whole).dropna()
        sides = [_mean(share, pd.Timestamp(event["date"]), shift) for shift in (-DAYS, 0)]
        before, after = sides
        if before is None or after is None:
            continue
        moved = np.log(event["after_usd_per_mtok"] / event["before_usd_per_mtok"])
        event |= {"before_share": before, "after_share": after}
        rows.append(event | {"elasticity_ratio": float(np.log(after / before) / moved)})
    names = [*changed.columns, "before_share", "after_share", "elasticity_ratio"]
    return pd.DataFrame(rows, columns=names)


def _key(slug: str) -> str:
    return _DATED.sub("", slug.split("/")[-1])


def _mean(share: "pd.Series[float]", day: pd.Timestamp, shift: int) -> float | None:
    start = day + pd.Timedelta(days=shift)
    window = share[(share.index >= start) & (share.index < start + pd.Timedelta(days=DAYS))]
    return float(window.mean()) if len(window) >= FEWEST_DAYS else None


def elasticity(answered: pd.DataFrame) -> Interval | None:
    """Median of the events with the least and the greatest; None without any event."""
    known = answered["elasticity_ratio"].astype(float)
    if known.empty:
        return None
    return bounds(float(known.median()), float(known.min()), float(known.max()))
