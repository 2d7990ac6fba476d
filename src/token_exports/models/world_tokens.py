"""What part of the world's tokens the platform carries, and what that leaves open.

    disclosed tokens  = sum of counts that do not overlap: a lower bound of the world
    carried share r   = platform tokens a day / disclosed tokens a day: an upper bound
    world share of an origin with platform share s: between r s and r s + 1 - r

The last line holds whatever the rest of the world does. OpenRouter is no random sample of it: its
customers route between laboratories, while apps, search and direct calls of an interface never
pass it, and neither does nearly all use within China. No weighting can mend that.

Left out on purpose: any model of the tokens that nobody discloses.
"""

import datetime as dt

import numpy as np
import pandas as pd

from token_exports.models.published_tokens import ESTIMATE, OFFICIAL, Published
from token_exports.models.windows import WindowError, when_known
from token_exports.uncertainty import Interval, bounds

DISJOINT = {
    "Google": (("Google", "all_products"),),
    "OpenAI": (("OpenAI", "api"),),
    "Microsoft": (("Microsoft", "api"),),
    "Fireworks AI": (("Fireworks AI", "api"),),
    "China": (OFFICIAL, ("ByteDance", "all_products")),
}
"""Counts that share no tokens; of a group the larger counts, since one may be part of the other."""


def disclosed(published: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Latest counts of periods over by a day that share no tokens; added up, the world's least.

    A count older than the day bounds it too, as long as the operator has not shrunk.

    Returns
    -------
    DataFrame
        ``group``, ``operator``, ``scope``, ``period_start``, ``period_end``, ``daily_tokens``.

    Raises
    ------
    WindowError
        Nothing was counted by then.
    """
    over = published[published["period_end"] <= pd.Timestamp(day)]
    newest = over.sort_values(["period_end", "daily_tokens"], ascending=[True, False])
    last = newest.groupby(["operator", "scope"]).last()
    rows = []
    for group, members in DISJOINT.items():
        there = last.loc[[key for key in members if key in last.index]]
        if len(there):
            largest = there.sort_values("daily_tokens").reset_index().iloc[-1]
            rows.append({"group": group, **largest})
    if not rows:
        raise WindowError(f"no published count of tokens ends by {day}")
    columns = ["group", "operator", "scope", "period_start", "period_end", "daily_tokens"]
    return pd.DataFrame(rows)[columns]


def carried_share(published: pd.DataFrame, day: dt.date, daily_tokens: float) -> float:
    """Largest part of the world's tokens that so many a day can be: part of what is disclosed.

    Raises
    ------
    WindowError
        Nothing was counted by then.
    """
    return daily_tokens / float(disclosed(published, day)["daily_tokens"].sum())


def world_share(share: Interval, carried: float) -> Interval:
    """Share of an origin in the world's tokens if nothing is known about what is not carried.

    Parameters
    ----------
    share
        Share on the platform.
    carried
        Part of the world's tokens on the platform.

    Returns
    -------
    Interval
        The centre is the platform's share, as if the rest of the world were alike.
    """
    if not 0 <= carried <= 1:
        raise ValueError(f"a part of the whole lies between 0 and 1, not {carried}")
    highest = carried * share.high + 1 - carried
    return bounds(share.central, carried * share.low, max(share.central, highest))


def world_shares(known: Published) -> Interval | None:
    """The platform's part of every published estimate of the world; the analyst's own is central.

    The ends are the extreme estimates, not limits: a larger world is possible.
    """
    value = known.reported.set_index("quantity_id")["value"]
    names = ["openrouter_tokens_per_week_analyst", "world_tokens_per_week_analyst"]
    if not set(names) <= set(value.index):
        return None
    own = float(value[names[0]] / value[names[1]])
    rows = known.compared[known.compared["scope"] == ESTIMATE]["openrouter_share"].dropna()
    return bounds(own, min(own, rows.min()), max(own, rows.max())) if len(rows) else None


def china_of_world(published: pd.DataFrame) -> Interval | None:
    """Tokens that operators in China report over every estimate of the world; median central.

    Nearly all of them are tokens of Chinese models, since others are not offered there.
    """
    own = published[published.set_index(["operator", "scope"]).index.isin(DISJOINT["China"])]
    found = []
    world = published[published["scope"] == ESTIMATE]
    for day, tokens in zip(world["period_end"], world["daily_tokens"], strict=True):
        china = when_known(disclosed, own, day)
        if china is not None:
            found.append(float(china["daily_tokens"].sum()) / tokens)
    return bounds(float(np.median(found)), min(found), max(found)) if found else None


def enterprise(reports: pd.DataFrame) -> pd.DataFrame:
    """Shares of what companies spend on model interfaces, as a survey gives them.

    Returns
    -------
    DataFrame
        ``vendor``, ``spending_share``, largest first; open weights cut across vendors.
    """
    rows = reports[reports["scope"] == "enterprise_api"]
    vendor = rows["metric"].str.removesuffix("_share")
    found = pd.DataFrame({"vendor": vendor, "spending_share": rows["value"]})
    return found.sort_values("spending_share", ascending=False, ignore_index=True)
