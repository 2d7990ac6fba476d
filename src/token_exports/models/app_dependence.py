"""How much of the platform one application is, and the Chinese share without it.

    app share     a = tokens of the app on a day / mean daily tokens of that week
    mean          = tokens of the week to the snapshot / its days, the last counting 0, 1/2 or 1
    without it    from (s_low - a) / (1 - a), all its tokens Chinese,
                  to   s_high / (1 - a), none of them Chinese, both between 0 and 1
    even-out      = (s - 1/2) / (1 - 1/2): so much of a list, if all of it were Chinese and were
                  taken away, would leave the Chinese share at one half

The page of a day is taken to show the app's last full day, so its figure belongs to the week that
holds the day before. The Chinese share s of all tokens lies between the sum of the Chinese
developers among the nine largest (the only ones shown) and that sum with everything of developers
not shown. Which models an app calls is not published, hence the two ends.

Whether both shares move together is a rank correlation over the snapshots, with the part of all
orders of the weeks that gives one at least as strong (exact) and the 90% interval of Fisher's
transformation with the standard error of Bonett and Wright. Both treat the weeks as exchangeable;
weeks follow each other, so the evidence is weaker than either says.

Left out on purpose: the rhythm of the week (the snapshots are of weekends, and stand for their week
by assumption), the app's traffic that reaches models past the platform, and cause, since new models
came in the same weeks.
"""

from dataclasses import dataclass
from itertools import permutations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.models.windows import WindowError
from token_exports.uncertainty import Z_95, Interval, bounds

APP, WEEK = "app_openclaw", "platform_week_to_date"
LAST_DAY_PARTS = (0.0, 0.5, 1.0)
"""How much of the day of a snapshot its week can hold: none, half as the centre, all."""
MOST_ORDERED = 9
"""More weeks have too many orders to count them all."""
FEWEST_FOR_INTERVAL = 4
DAY = pd.Timedelta(days=1)


def app_weeks(reports: pd.DataFrame, app: str = APP) -> pd.DataFrame:
    """Snapshots of an app with the platform's tokens of their weeks.

    Parameters
    ----------
    reports
        Table ``platform_reports``.
    app
        Scope of the app's rows.

    Returns
    -------
    DataFrame
        ``date``, ``period_start``, ``period_end``, ``app_tokens``, ``platform_tokens``,
        ``cn_tokens``, ``unshown_tokens`` (of developers outside the nine largest), and the shares
        ``app_share``, ``cn_share``, ``cn_without_app_share``, the first and the last with
        ``_low_`` and ``_high_``, the Chinese share with ``cn_high_share``; by day.

    Raises
    ------
    WindowError
        No snapshot of the app falls into a week whose tokens are known.
    """
    days = reports[(reports["scope"] == app) & (reports["metric"] == "daily_tokens")]
    week = reports[reports["scope"] == WEEK].pivot(
        index=["period_start", "period_end"], columns="metric", values="value"
    )
    pairs = days[["period_end", "value"]].set_axis(["date", "app_tokens"], axis="columns")
    both = pairs.merge(week.reset_index(), how="cross") if len(week) else pairs.head(0)
    if len(both):
        shown = both["date"] - DAY
        starts, ends = both["period_start"] <= shown, shown <= both["period_start"] + 6 * DAY
        both = both[starts & ends & (both["period_end"] >= shown)].sort_values("date")
    if both.empty:
        known = ", ".join(f"{day:%Y-%m-%d}" for day in days["period_end"]) or "none"
        raise WindowError(f"no week with platform tokens holds a day of {app}; its days: {known}")
    return _with_shares(both.reset_index(drop=True))


def _with_shares(both: pd.DataFrame) -> pd.DataFrame:
    full_days = (both["period_end"] - both["period_start"]).dt.days
    total, own = both["total_tokens"], both["cn_tokens_lower_bound"]
    shown = own / both["cn_share_of_named_authors"]
    found = both[["date", "period_start", "period_end", "app_tokens"]].assign(
        platform_tokens=total, cn_tokens=own, unshown_tokens=total - shown
    )
    for end, part in zip(("low_", "", "high_"), LAST_DAY_PARTS, strict=True):
        found[f"app_{end}share"] = found["app_tokens"] * (full_days + part) / total
    low, high = own / total, (own + found["unshown_tokens"]) / total
    app, most = found["app_share"], found["app_high_share"]
    return found.assign(
        cn_share=low,
        cn_high_share=high,
        cn_without_app_low_share=((low - most) / (1 - most)).clip(0, 1),
        cn_without_app_all_share=((low - app) / (1 - app)).clip(0, 1),
        cn_without_app_none_share=(low / (1 - app)).clip(0, 1),
        cn_without_app_high_share=(high / (1 - most)).clip(0, 1),
    )


def without_app(weeks: pd.DataFrame, place: int) -> Interval:
    """Chinese share of all tokens without the app in one of the weeks.

    The centre leaves the share as it is, as if the app called models like everybody else.
    """
    row = weeks.iloc[place]
    names = ("cn_share", "cn_without_app_low_share", "cn_without_app_high_share")
    return bounds(*(float(row[name]) for name in names))


def app_share(weeks: pd.DataFrame, place: int) -> Interval:
    """App's part of the platform's daily tokens in one of the weeks."""
    row = weeks.iloc[place]
    return bounds(*(float(row[name]) for name in ("app_share", "app_low_share", "app_high_share")))


def even_out_share(share: float, line_share: float = 0.5) -> float:
    """Part of a list that, all Chinese and taken away, brings the Chinese share to a line.

    Raises
    ------
    WindowError
        The share is not above the line.
    """
    if share <= line_share:
        raise WindowError(f"a share of {share} is not above {line_share}")
    return (share - line_share) / (1 - line_share)


@dataclass(frozen=True)
class RankCorrelation:
    """Rank correlation, its 90% interval (none at the ends) and all orders at least as strong."""

    rho: float
    low: float
    high: float
    as_strong_share: float
    weeks_count: int


def rank_correlation(one: pd.Series, other: pd.Series) -> RankCorrelation:
    """Whether two series rise and fall together, by ranks.

    Parameters
    ----------
    one, other
        Values of the same weeks, in the same order.

    Raises
    ------
    WindowError
        Too few weeks for an interval, too many for all their orders, or a series that never moves.
    """
    count = len(one)
    if not FEWEST_FOR_INTERVAL <= count <= MOST_ORDERED:
        raise WindowError(f"{count} weeks: from {FEWEST_FOR_INTERVAL} to {MOST_ORDERED} are needed")
    ranks = [np.asarray(series.rank(), dtype=np.float64) for series in (one, other)]
    if any(np.ptp(rank) == 0 for rank in ranks):
        raise WindowError("a series that never moves has no rank correlation")
    orders = np.array(list(permutations(ranks[1])))
    found = _correlations(ranks[0], orders)
    rho = float(found[0])  # the first permutation is the order as it stands
    as_strong = float(np.mean(np.abs(found) >= abs(rho) - 1e-12))
    low, high = _fisher_interval(rho, count)
    return RankCorrelation(rho, low, high, as_strong, count)


def _correlations(ranks: NDArray[np.float64], orders: NDArray[np.float64]) -> NDArray[np.float64]:
    one, other = ranks - ranks.mean(), orders - orders.mean(axis=1, keepdims=True)
    scale = np.sqrt((one @ one) * (other**2).sum(axis=1))
    return np.asarray(np.clip(other @ one / scale, -1, 1))


def _fisher_interval(rho: float, count: int) -> tuple[float, float]:
    if abs(rho) == 1:
        return float("nan"), float("nan")  # the transformation has no width there
    half = Z_95 * np.sqrt((1 + rho**2 / 2) / (count - 3))
    return float(np.tanh(np.arctanh(rho) - half)), float(np.tanh(np.arctanh(rho) + half))


@dataclass(frozen=True)
class BeforeAfter:
    """Mean Chinese chart share before and after a day, and how rare a change like that is."""

    before_share: float
    after_share: float
    as_large_share: float
    weeks_count: int
    cuts_count: int


def before_after(charts: pd.DataFrame, day: pd.Timestamp | None, weeks_count: int) -> BeforeAfter:
    """Chinese share of the weekly charts before and after a day, against every other cut.

    The week that holds the day belongs to neither side. Every other week with full sides is a cut
    of its own; the part of all cuts whose share rose at least as much says how unusual the day is.
    Cuts overlap, so it describes this series and is no test.

    Parameters
    ----------
    charts
        From `leaderboard.chart_shares`.
    day
        Where to cut; None where it is not known yet.
    weeks_count
        Weeks on each side.

    Raises
    ------
    WindowError
        The day, or a chart on one of its sides, is missing.
    """
    if day is None:
        raise WindowError("the day between before and after is not known")
    share = charts.set_index("period_start")["cn_chart_share"]
    sides = {week: _sides(share, week, weeks_count) for week in share.index}
    full = {week: pair for week, pair in sides.items() if pair is not None}
    week = day - pd.Timedelta(days=day.weekday())
    if week not in full:
        raise WindowError(
            f"not all charts of {weeks_count} weeks on both sides of {day:%Y-%m-%d} are known"
        )
    before, after = full[week]
    rises = np.array([late - early for early, late in full.values()])
    as_large = float(np.mean(rises >= after - before - 1e-12))
    return BeforeAfter(before, after, as_large, weeks_count, len(rises))


def _sides(share: pd.Series, week: pd.Timestamp, count: int) -> tuple[float, float] | None:
    steps = pd.timedelta_range("7D", periods=count, freq="7D")
    early, late = share.reindex(week - steps), share.reindex(week + steps)
    if early.isna().any() or late.isna().any():
        return None
    return float(early.mean()), float(late.mean())
