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
from token_exports.models.daily_lists import Grid, daily_floor_tokens
from token_exports.models.market_share import UNKNOWN
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
    low, high = hhi_ends(known, [window], group, within)[0]
    if np.isnan(low):
        raise WindowError(f"window {window.label}: no tokens of {within}")
    return bounds(low, low, high)


def hhi_ends(known: Market, chosen: Sequence[Window], group: str, within: str = ALL) -> Grid:
    """Both ends of `hhi_share`, a row a window; missing where there are no tokens.

    Raises
    ------
    WindowError
        A day of a window has no rows.
    """
    for window in chosen:
        windows.require(window, known.listed.index)
    own = known.listed.columns[(known.origin == within) | (within == ALL)]
    listed, rest = known.listed[own], known.rest
    if within != ALL:
        rest = rest.reindex(columns=[within], fill_value=0).clip(lower=0)
    tokens, hidden = _sums(listed, chosen), _sums(rest, chosen)
    if group == MODEL:
        low = (tokens.to_numpy() ** 2).sum(axis=1)
        packed = [_packed(*_days((listed, known.cap, rest), window)) for window in chosen]
        high = low + np.array(packed)
    else:
        low, high = _by_developer(tokens, hidden, known)
    total = tokens.to_numpy().sum(axis=1) + hidden.to_numpy().sum(axis=1)
    ends = np.stack([low, np.maximum(low, high)], axis=1)
    return np.asarray(ends / np.where(total == 0, np.nan, total)[:, None] ** 2)


def _sums(by_day: pd.DataFrame, chosen: Sequence[Window]) -> pd.DataFrame:
    """Sums of the columns, a row a window."""
    sums = [np.nansum(part, axis=0) for w in chosen for part in _days((by_day,), w)]
    return pd.DataFrame(np.reshape(sums, (len(chosen), -1)), columns=by_day.columns)


def _days(tables: Sequence[pd.DataFrame | pd.Series], window: Window) -> list[Grid]:
    """Values of tables by day on the days of a window."""
    days = slice(pd.Timestamp(window.start), pd.Timestamp(window.end))
    return [table.loc[days].to_numpy(dtype=float) for table in tables]


def _packed(listed: Grid, cap: Grid, rest: Grid) -> float:
    """Most that the unlisted tokens of a window can add to the sum of squares.

    A model with listed tokens a that gets x more adds x (2a + x), at most 2a + X for each token if
    X is all it can get. So each day's rest goes to the models with the largest 2a + X first.
    """
    listed, left = listed[:, ~np.isnan(listed).all(axis=0)], rest.sum(axis=1)
    absent, most = np.isnan(listed), np.minimum(cap, left)
    nameless = float(most.sum())
    value = 2 * np.nansum(listed, axis=0) + most @ absent
    order = np.argsort(-value, kind="stable")
    order = order[value[order] > nameless]
    added = 0.0
    for day, places in enumerate(absent[:, order]):
        named = value[order][places]
        begun = np.arange(len(named)) * cap[day]  # what the models before each have taken
        parts = np.clip(left[day] - begun, 0, cap[day])
        added += float(parts @ named) + float(left[day] - parts.sum()) * nameless
    return added


def _by_developer(tokens: pd.DataFrame, rest: pd.DataFrame, known: Market) -> tuple[Grid, Grid]:
    """Least and most that the squares can sum to in each window, by developer."""
    origin = known.origin[tokens.columns]
    own, previews = tokens.loc[:, origin != UNKNOWN], tokens.loc[:, origin == UNKNOWN]
    firms = [origin[own.columns], known.developer[own.columns]]
    sizes = own.T.groupby(firms).sum()
    squares, leaders = (sizes**2).sum(), sizes.groupby(level=0).max()
    low = squares + (previews**2).sum(axis="columns")
    owned = leaders.add(rest.drop(columns=UNKNOWN, errors="ignore").T, fill_value=0.0)
    high = squares - (leaders**2).sum() + (owned**2).sum()
    largest = owned.max().fillna(0.0)
    unknown = rest.get(UNKNOWN, 0.0) + previews.sum(axis="columns")
    high += (largest + unknown) ** 2 - largest**2
    return low.to_numpy(dtype=float), high.to_numpy(dtype=float)


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
    pairs = [(group, within) for group in GROUPS for within in WITHIN]
    ends = {pair: hhi_ends(known, chosen, *pair) for pair in pairs}
    rows = []
    for i, window in enumerate(chosen):
        when = {"window": window.label, "window_start": window.start, "window_end": window.end}
        for (group, within), each in ends.items():
            low, high = map(float, each[i])
            if low == low:
                hhi = _ends(bounds(low, low, high))
                rows.append(when | {"group": group, "within": within} | hhi)
    return pd.DataFrame(rows)


def _ends(hhi: Interval) -> dict[str, float]:
    count = effective_count(hhi)
    return {
        "hhi_low_share": hhi.low,
        "hhi_high_share": hhi.high,
        "effective_low_count": count.low,
        "effective_high_count": count.high,
    }
