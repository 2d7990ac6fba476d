"""How fast a model's share falls once it has peaked.

    level     = tokens of a model, all its variants together / tokens of the nine largest models
    half-life = time from the week of the highest level to the first with at most half of it

Charts had nine models until February 2026, so nine count throughout. A model outside the chart has
at most the last charted model's tokens, a charted one at most as much again for each of its
variants outside: the level lies between the tokens seen and that. A peak halves at the earliest
when the tokens seen have halved, and for certain when the most they can be have. Models are
followed to the first week without a list; half-lives are Kaplan-Meier medians.

Three peaks say nothing and are left out: lower than twice what an unlisted model can have, in a
week after one without a list (the peak may lie before), or in the last week known.

Left out on purpose: variants that were never charted, and why a share falls. Growth of the others
lowers it as well, so tokens can be taken in place of shares. A model that may rise again after
the last list counts with its peak so far, which shortens no half-life that was seen.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from token_exports.models.leader_survival import family, promoted
from token_exports.models.leaderboard import SHORTEST_LIST
from token_exports.models.survival import Durations, logrank_share, median
from token_exports.models.windows import WindowError, when_known
from token_exports.uncertainty import Interval

MEASURES = SHARE, TOKENS = ("share", "tokens")
WEEK_DAYS = 7
FEWEST_MODELS = 8
"""Models still followed below which a median path says nothing."""

GROUPS = {
    "All": "usable",
    "China": "usable and origin == 'cn'",
    "United States": "usable and origin == 'us'",
    "Peak in 2025": "usable and peak_day < '2026-01-01'",
    "Peak in 2026": "usable and peak_day >= '2026-01-01'",
    "China, peak in 2026": "usable and origin == 'cn' and peak_day >= '2026-01-01'",
    "United States, peak in 2026": "usable and origin == 'us' and peak_day >= '2026-01-01'",
    "Free or preview at the peak": "usable and free_share > 0.5",
    "Paid at the peak": "usable and free_share <= 0.5",
}
"""Whose peaks are followed together, as a condition on `after_peak`."""


@dataclass(frozen=True)
class Levels:
    """Levels of all models by period: what was seen, the most it can be, and what of it is free.

    ``floor`` is the most that a model outside the list can have; ``step_days`` the time between
    two periods without a gap.
    """

    low: pd.DataFrame
    high: pd.DataFrame
    free: pd.DataFrame
    floor: pd.Series
    origin: pd.Series
    step_days: int


def weekly_levels(lists: pd.DataFrame, measure: str = SHARE) -> Levels:
    """Levels by week of the models that were ever among the nine largest.

    Parameters
    ----------
    lists
        Weekly lists, from `leaderboard.weekly_lists`.
    measure
        One of ``MEASURES``: of the nine largest models' tokens, or tokens as such.
    """
    if measure not in MEASURES:
        raise ValueError(f"no measure {measure!r}; known: {', '.join(MEASURES)}")
    top = lists[lists["rank"] <= SHORTEST_LIST].rename(columns={"period_start": "day"})
    tokens = top.groupby("day")["tokens"]
    total = tokens.sum() if measure == SHARE else tokens.sum() ** 0
    parts, floor = _seen(top, tokens.min()), tokens.min()
    low, high, free = (part.div(total, axis="index") for part in parts)
    return Levels(low, high, free, floor / total, _origins(top), WEEK_DAYS)


def daily_levels(daily: pd.DataFrame, totals: pd.DataFrame, origin: pd.Series) -> Levels:
    """Shares of all tokens by day, each over the seven days that it closes.

    The daily lists reach deeper than the chart and their total is the platform's, but they cover
    a few months only.

    Parameters
    ----------
    daily, totals
        Tables ``openrouter_tokens_daily`` and ``openrouter_totals_daily``.
    origin
        Origin by model.

    Raises
    ------
    WindowError
        No seven days in a row have rows.
    """
    if daily.empty:
        raise WindowError("no day has rows")
    ordered = daily.sort_values(["date", "rank"])
    unbroken = ordered["rank"] == ordered.groupby("date").cumcount() + 1
    rows = ordered.rename(columns={"date": "day", "model_permaslug": "model_slug"})
    rows["origin"] = rows["model_slug"].map(origin)
    floor = rows[unbroken].groupby("day")["tokens"].min()
    total = totals.groupby("date")["tokens"].sum()
    week = _week(pd.DataFrame({"floor": floor, "total": total}))
    if week.empty:
        raise WindowError("no seven days in a row have rows")
    low, high, free = (
        _week(part).loc[week.index].div(week["total"], axis="index") for part in _seen(rows, floor)
    )
    return Levels(low, high, free, week["floor"] / week["total"], _origins(rows), 1)


def _seen(rows: pd.DataFrame, floor: pd.Series) -> list[pd.DataFrame]:
    """Tokens by day and model: seen, at most, and seen free of charge."""
    rows = rows.astype({"tokens": float})
    rows = rows.assign(model=family(rows["model_slug"]), listed=1.0)
    rows["free"] = rows["tokens"] * promoted(rows["model_slug"])
    tokens, free, listed = (
        rows.pivot_table(index="day", columns="model", values=v, aggfunc="sum", fill_value=0.0)
        for v in ("tokens", "free", "listed")
    )
    absent = rows.groupby("model")["model_slug"].nunique() - listed
    return [tokens, tokens + absent.mul(floor, axis="index"), free]


def _origins(rows: pd.DataFrame) -> pd.Series:
    return rows["origin"].groupby(family(rows["model_slug"])).first()


def _week(by_day: pd.DataFrame) -> pd.DataFrame:
    """Sums over seven days without a gap, by the last of them."""
    days = pd.date_range(by_day.index.min(), by_day.index.max(), name="day")
    return by_day.reindex(days).rolling(WEEK_DAYS).sum().dropna()


def after_peak(levels: Levels) -> pd.DataFrame:
    """When each model peaked, how long it was followed and when half the peak was left.

    Returns
    -------
    DataFrame
        ``model``, ``origin``, ``peak_day``, ``peak`` (in the measure), ``free_share`` of it,
        ``followed_days``, ``earliest_days`` and ``latest_days`` to the half (missing where it was
        not seen), ``usable`` (the peak is seen and high enough), in order of the peak.

    Raises
    ------
    WindowError
        No model has a token.
    """
    step = pd.Timedelta(days=levels.step_days)
    rows = []
    for model in map(str, levels.low.columns[levels.low.max() > 0]):
        seen, free = levels.low[model], levels.free[model]
        day, peak = seen.index[int(seen.argmax())], float(seen.max())
        low, high = (_until_gap(part[model], day, step) for part in (levels.low, levels.high))
        row = {
            "model": model,
            "origin": levels.origin[model],
            "peak_day": day,
            "peak": peak,
            "free_share": float(free[day]) / peak,
            "followed_days": (len(low) - 1) * levels.step_days,
            "earliest_days": _first_days(low <= peak / 2, levels.step_days),
            "latest_days": _first_days(high <= peak / 2, levels.step_days),
        }
        high_enough = peak >= 2 * float(levels.floor[day])
        row["usable"] = high_enough and len(low) > 1 and day - step in seen.index
        rows.append(row)
    if not rows:
        raise WindowError("no model has a token")
    return pd.DataFrame(rows).sort_values(["peak_day", "model"], ignore_index=True)


def _until_gap(series: pd.Series, day: pd.Timestamp, step: pd.Timedelta) -> pd.Series:
    after = series.loc[day:]
    unbroken = after.index == after.index[0] + step * np.arange(len(after))
    return after[np.logical_and.accumulate(unbroken)]


def _first_days(halved: pd.Series, step_days: int) -> float:
    return float(halved.to_numpy().argmax() * step_days) if halved.any() else float("nan")


def time_to_half(peaks: pd.DataFrame, column: str = "latest_days") -> Durations:
    """Days to half the peak; a model not seen to halve is known to exceed its follow-up."""
    ended = peaks[column].notna()
    days = peaks[column].where(ended, peaks["followed_days"])
    return Durations(days.to_numpy(dtype=float), ended.to_numpy(dtype=bool))


def half_life(peaks: pd.DataFrame) -> Interval:
    """Median days to half the peak: the longest that the chart allows.

    The lower end is the lower limit if a model that left the chart halved there and then, the
    upper end the upper limit if it halved only when that was certain.

    Raises
    ------
    WindowError
        There is no peak, or fewer than half were seen to halve.
    """
    soonest, latest = (median(time_to_half(peaks, f"{c}_days")) for c in ("earliest", "latest"))
    return Interval(latest.central, soonest.low, latest.high)


def half_lives(peaks: pd.DataFrame) -> pd.DataFrame:
    """Half-life of each group of peaks.

    Returns
    -------
    DataFrame
        ``group``, ``peak_count``, ``halved_count`` (for certain), ``half_life_soonest_days`` (a
        model that leaves the chart halves at once), ``half_life_days`` (for certain) and its ends
        ``half_life_low_days`` and ``half_life_high_days``; missing where the median is not
        reached.
    """
    rows = []
    for group, condition in GROUPS.items():
        own = peaks.query(condition)
        soonest = when_known(median, time_to_half(own, "earliest_days"))
        value = when_known(half_life, own)
        row = {
            "group": group,
            "peak_count": len(own),
            "halved_count": int(own["latest_days"].notna().sum()),
            "half_life_soonest_days": soonest.central if soonest else None,
            "half_life_days": value.central if value else None,
            "half_life_low_days": soonest.low if soonest else None,
            "half_life_high_days": value.high if value else None,
        }
        rows.append(row)
    return pd.DataFrame(rows)


def compared_share(peaks: pd.DataFrame, first: str, second: str) -> float | None:
    """Two-sided log-rank p-value between two of ``GROUPS``; None if a group is empty."""
    return logrank_share(*(time_to_half(peaks.query(GROUPS[g])) for g in (first, second)))


def paths(levels: Levels, peaks: pd.DataFrame) -> pd.DataFrame:
    """Levels after the peak, the peak being one, up to the first gap.

    Returns
    -------
    DataFrame
        ``model``, ``origin``, ``days``, ``low_ratio``, ``high_ratio``, ``listed``; usable peaks.

    Raises
    ------
    WindowError
        No peak is usable.
    """
    step = pd.Timedelta(days=levels.step_days)
    parts = []
    for model, origin, day, peak in peaks.loc[
        peaks["usable"], ["model", "origin", "peak_day", "peak"]
    ].itertuples(index=False):
        low, high = (_until_gap(part[model], day, step) for part in (levels.low, levels.high))
        columns = {
            "model": model,
            "origin": origin,
            "days": np.arange(len(low)) * levels.step_days,
            "low_ratio": low.to_numpy() / peak,
            "high_ratio": high.to_numpy() / peak,
            "listed": low.to_numpy() > 0,
        }
        parts.append(pd.DataFrame(columns))
    if not parts:
        raise WindowError("no peak is usable")
    return pd.concat(parts, ignore_index=True)


def median_path(each: pd.DataFrame) -> pd.DataFrame:
    """Middle of the paths of an origin, over the models still followed, between its bounds.

    Returns
    -------
    DataFrame
        ``origin``, ``days``, ``followed_count``, ``low_ratio``, ``high_ratio``; ages that too few
        models reach are left out.
    """
    by_age = each.groupby(["origin", "days"], as_index=False)
    found = by_age.agg(
        followed_count=("model", "size"),
        low_ratio=("low_ratio", "median"),
        high_ratio=("high_ratio", "median"),
    )
    return found[found["followed_count"] >= FEWEST_MODELS].reset_index(drop=True)
