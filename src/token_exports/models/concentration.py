"""How few models, or developers, hold the tokens of a window.

    share        = tokens of a model (or developer) / all tokens
    HHI          = sum of the squared shares: the chance that two tokens went to the same one
    effective    = 1 / HHI: so many equally large ones would be as concentrated
    within       = the same among the tokens whose developer is known to be of one origin

Only the largest models of a day are listed; the others are known as a sum by origin. Lower bound of
the HHI: that sum is spread so thinly that it adds nothing. Upper bound by model: it is packed into
as few models as the list allows, since none of them can be larger, on any day, than the last model
of the unbroken list, a listed model's missing days included. Upper bound by developer: the largest
listed developer of each origin owns that origin's whole sum, and the largest of all owns everything
of unknown origin as well, listed previews included. Squares are convex, so no other division of the
sums gives more.

Left out on purpose: ties between companies that own shares of each other, hosts and applications
(one of each can stand behind many models), and variants of a model, which count by their slug.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from token_exports.models import windows
from token_exports.models.market_share import UNKNOWN, daily_floor_tokens
from token_exports.models.windows import Window, WindowError
from token_exports.uncertainty import Interval, bounds

MODEL, AUTHOR = GROUPS = ("model", "author")
ALL = "all"
WITHIN = (ALL, "cn", "us")
"""All tokens, or those of one origin."""


@dataclass(frozen=True)
class Market:
    """Tokens by day: each listed model's, and by origin those of the models nobody lists."""

    listed: pd.DataFrame
    cap: pd.Series
    rest: pd.DataFrame
    origin: pd.Series
    developer: pd.Series


def market(daily: pd.DataFrame, totals: pd.DataFrame, makers: pd.DataFrame, rule: str) -> Market:
    """Listed models and the sums of the others, for every day that has both.

    Parameters
    ----------
    daily
        Table ``openrouter_tokens_daily``.
    totals
        Table ``openrouter_totals_daily``.
    makers
        ``developer`` and ``origin`` by model, both by ``rule``.
    rule
        One of `market_share.RULES`.

    Returns
    -------
    Market
        ``listed`` by day and model, missing where unlisted; ``cap``, the most that an unlisted
        model can have on a day; ``rest`` by day and origin; ``origin`` and ``developer`` by model.
    """
    listed = daily.pivot(index="date", columns="model_permaslug", values="tokens").astype(float)
    every = totals.pivot_table(
        index="date", columns=f"origin_{rule}", values="tokens", aggfunc="sum", fill_value=0
    )
    days = listed.index.intersection(every.index)
    listed, every = listed.loc[days], every.loc[days].astype(float)
    origin = makers["origin"].reindex(listed.columns).fillna(UNKNOWN)
    named = listed.T.groupby(origin).sum().T
    kinds = every.columns.union(named.columns)
    # a preview revealed after the day of knowledge is resolved in the totals alone: there the rest
    # holds it under its origin and takes it off the unknown, so that the days still add up
    rest = every.reindex(columns=kinds, fill_value=0) - named.reindex(columns=kinds, fill_value=0)
    developer = makers["developer"].reindex(listed.columns)
    cap = daily_floor_tokens(daily).astype(float)
    return Market(listed, cap, rest, origin, developer)


def hhi_share(known: Market, window: Window, group: str, within: str = ALL) -> Interval:
    """Chance that two tokens drawn at random went to the same model, or to the same developer.

    Parameters
    ----------
    known
        From `market`.
    window
        Days to add up.
    group
        One of ``GROUPS``.
    within
        One of ``WITHIN``: all tokens, or those known to be of one origin.

    Returns
    -------
    Interval
        Bounds; the centre is the lower end, what the listed models alone make certain.

    Raises
    ------
    WindowError
        A day of the window has no rows, or there are no tokens.
    """
    windows.require(window, known.listed.index)
    chosen = known.listed.columns[(known.origin == within) | (within == ALL)]
    listed = known.listed.loc[window.days, chosen].dropna(axis="columns", how="all")
    rest = known.rest.loc[window.days]
    rest = rest if within == ALL else rest.reindex(columns=[within], fill_value=0).clip(lower=0)
    total = float(listed.sum().sum() + rest.sum().sum())
    if total == 0:
        raise WindowError(f"window {window.label}: no tokens of {within}")
    if group == MODEL:
        low = float((listed.sum() ** 2).sum())
        high = low + _packed(listed, known.cap.loc[window.days], rest.sum(axis="columns"))
    else:
        low, high = _by_developer(listed.sum(), rest.sum(), known)
    return bounds(low / total**2, low / total**2, max(low, high) / total**2)


def _packed(listed: pd.DataFrame, cap: pd.Series, rest: pd.Series) -> float:
    """Most that the unlisted tokens can add to the sum of squares.

    A model with listed tokens a that gets x more adds x (2a + x), at most 2a + X for each token if
    X is all it can get. So each day's rest goes to the models with the largest 2a + X first.
    """
    absent = listed.isna().to_numpy()
    most = np.minimum(cap.to_numpy(), rest.to_numpy())
    nameless = float(most.sum())
    value = 2 * listed.sum().to_numpy() + most @ absent
    order = [m for m in np.argsort(-value, kind="stable") if value[m] > nameless]
    added = 0.0
    for day, (limit, left) in enumerate(zip(cap, rest, strict=True)):
        for model in (m for m in order if absent[day, m]):
            part = min(float(limit), left)
            added, left = added + part * float(value[model]), left - part
        added += left * nameless
    return added


def _by_developer(tokens: pd.Series, rest: pd.Series, known: Market) -> tuple[float, float]:
    """Least and most that the squares can sum to, by developer."""
    origin = known.origin[tokens.index]
    own, previews = tokens[origin != UNKNOWN], tokens[origin == UNKNOWN]
    sizes = own.groupby([origin[own.index], known.developer[own.index]]).sum()
    low = float((sizes**2).sum() + (previews**2).sum())
    leaders = sizes.groupby(level=0).max()
    owned = leaders.add(rest.drop(UNKNOWN, errors="ignore"), fill_value=0.0)
    high = float((sizes**2).sum() - (leaders**2).sum() + (owned**2).sum())
    largest = float(owned.max()) if len(owned) else 0.0
    unknown = float(rest.get(UNKNOWN, 0.0) + previews.sum())
    return low, high + (largest + unknown) ** 2 - largest**2


def effective_count(hhi: Interval) -> Interval:
    """Number of equally large models, or developers, that would be as concentrated."""
    return bounds(1 / hhi.central, 1 / hhi.high, 1 / hhi.low)


def history(known: Market, chosen: Sequence[Window]) -> pd.DataFrame:
    """Concentration of each window, by model and by developer.

    Parameters
    ----------
    known
        From `market`.
    chosen
        Windows without a missing day.

    Returns
    -------
    DataFrame
        ``window``, ``window_start``, ``window_end``, ``group``, ``within``, ``hhi_low_share``,
        ``hhi_high_share``, ``effective_low_count``, ``effective_high_count``; no row where an
        origin has no tokens.
    """
    rows = []
    for window in chosen:
        when = {"window": window.label, "window_start": window.start, "window_end": window.end}
        for group, within in ((g, w) for g in GROUPS for w in WITHIN):
            hhi = windows.when_known(hhi_share, known, window, group, within)
            if hhi is not None:
                rows.append(when | {"group": group, "within": within} | _ends(hhi))
    return pd.DataFrame(rows)


def _ends(hhi: Interval) -> dict[str, float]:
    count = effective_count(hhi)
    return {
        "hhi_low_share": hhi.low,
        "hhi_high_share": hhi.high,
        "effective_low_count": count.low,
        "effective_high_count": count.high,
    }
