"""The essay's numbers in every window that the daily rows can fill.

    distance [ratio] = largest of |computed / stated - 1| over the essay's numbers

The essay names no window. The one with the smallest distance is the one its numbers describe. The
windows overlap, so a percentile over them describes the days that are known, not a random sample.
"""

import datetime as dt
from collections.abc import Mapping, Sequence

import pandas as pd

from token_exports.models import market_share, windows
from token_exports.models.windows import Window

M25 = "minimax/minimax-m2.5-20260211"
STATED_RANKS = {"moonshotai/kimi-k2.5-0127": 2, "z-ai/glm-5-20260211": 3}
"""Models that the essay puts second and third."""

STATED_WINDOWS = {
    "prior_iso_week": Window(dt.date(2026, 2, 15), 7),
    "iso_week": Window(dt.date(2026, 2, 22), 7),
    "pre_essay_week": Window(dt.date(2026, 2, 23), 7),
}
"""Windows that the bases of the claims name besides the study window: the calendar weeks around
it, and the last seven days before the day that the essay gives its figures."""

STATED_CLAIMS = {
    "top_n_tokens": "top10_total_8_7t",
    "cn_top_n_tokens": "china_tokens_5_3t",
    "cn_top_n_share": "share_61_top10",
    "m25_tokens": "m25_2_45t",
    "stated_rank_match_count": "k25_glm5_next",
}
"""Quantity of a window to the claim that states it."""

LABELS = {
    "top_n_tokens": "Tokens of the largest models",
    "cn_top_n_tokens": "Tokens of Chinese models among the largest",
    "cn_top_n_share": "Chinese share of the largest models' tokens",
    "m25_tokens": "Tokens of MiniMax M2.5",
    "cn_in_top_three_count": "Chinese models among the first three",
    "stated_rank_match_count": "Models on the place that the essay gives them",
}


def platform_by_day(totals: pd.DataFrame, rule: str) -> pd.DataFrame:
    """All tokens of each day, and what of them is Chinese at least, by ``rule`` and at most.

    Parameters
    ----------
    totals
        Table ``openrouter_totals_daily``.
    rule
        One of `market_share.RULES`.

    Returns
    -------
    DataFrame
        By day: ``all``, ``least`` (by slug), ``named`` (by ``rule``), ``most`` (previews
        resolved, and all of unknown origin).
    """
    origin, by_slug = totals["origin_resolved"], totals["origin_by_slug"] == "cn"
    parts = {
        "all": totals,
        "least": totals[by_slug],
        "named": totals[by_slug if rule == "by_slug" else origin == "cn"],
        "most": totals[origin.isin(["cn", market_share.UNKNOWN])],
    }
    sums = {name: part.groupby("date")["tokens"].sum() for name, part in parts.items()}
    return pd.DataFrame(sums).fillna(0)


def measure_windows(
    daily: pd.DataFrame,
    platform: pd.DataFrame,
    origin: pd.Series,
    chosen: Sequence[Window],
    n: int,
) -> pd.DataFrame:
    """The essay's quantities in each of some windows.

    Parameters
    ----------
    daily
        Table ``openrouter_tokens_daily``.
    platform
        Tokens of the whole platform, from `platform_by_day`.
    origin
        Origin by model.
    chosen
        Windows without a missing day.
    n
        Length of the leaderboard.

    Returns
    -------
    DataFrame
        ``window``, ``window_start``, ``window_end``, the quantities of ``LABELS``,
        ``platform_tokens``, and the Chinese share of them: ``cn_least_share``,
        ``cn_platform_share``, ``cn_most_share``.
    """
    by_day = daily.pivot(index="date", columns="model_permaslug", values="tokens")
    by_day = by_day.reindex(by_day.index.union(platform.index)).fillna(0)
    rows = [
        {"window": w.label, "window_start": w.start, "window_end": w.end}
        | _board(by_day.loc[w.days].sum(), origin, n)
        | _platform(platform.loc[w.days].sum())
        for w in chosen
    ]
    return pd.DataFrame(rows)


def _board(tokens: pd.Series, origin: pd.Series, n: int) -> dict[str, float]:
    # columns come in order of slug, so a stable sort settles ties as the leaderboard does
    top = tokens.sort_values(ascending=False, kind="stable").head(n)
    chinese = [origin.get(model) == "cn" for model in top.index]
    places = {model: place for place, model in enumerate(top.index, start=1)}
    total, own = float(top.sum()), float(top[chinese].sum())
    return {
        "top_n_tokens": total,
        "cn_top_n_tokens": own,
        "cn_top_n_share": own / total if total else float("nan"),
        "m25_tokens": float(tokens.get(M25, 0)),
        "cn_in_top_three_count": sum(chinese[:3]),
        "stated_rank_match_count": sum(places.get(m) == r for m, r in STATED_RANKS.items()),
    }


def _platform(tokens: pd.Series) -> dict[str, float]:
    every = float(tokens["all"])
    return {
        "platform_tokens": every,
        "cn_least_share": tokens["least"] / every if every else float("nan"),
        "cn_platform_share": tokens["named"] / every if every else float("nan"),
        "cn_most_share": tokens["most"] / every if every else float("nan"),
    }


def window_distances(measured: pd.DataFrame, stated: Mapping[str, float]) -> pd.DataFrame:
    """How far each window is from the essay's numbers, the nearest first.

    Parameters
    ----------
    measured
        Windows, from `measure_windows`.
    stated
        Quantity to the value that the essay states.

    Returns
    -------
    DataFrame
        ``measured`` with ``distance_ratio``, the relative difference of the worst quantity.
    """
    values = pd.Series(dict(stated), dtype=float)
    apart = (measured[list(values.index)].astype(float) / values - 1).abs()
    found = measured.assign(distance_ratio=apart.max(axis="columns"))
    return found.sort_values(["distance_ratio", "window_end"], ignore_index=True)


def percentile_share(values: pd.Series, value: float) -> float:
    """Part of the known values that are no larger than ``value``."""
    known = values.dropna()
    if known.empty:
        raise windows.WindowError("no window to compare with")
    return float((known <= value).mean())


def rank_values(
    measured: pd.DataFrame, charts: pd.DataFrame, share: float
) -> dict[str, float | None]:
    """Where a share stands among all windows and among all weekly charts."""
    series = {
        "windows_no_larger_share": measured["cn_top_n_share"],
        "weeks_no_larger_share": charts["cn_chart_share"],
    }
    return {name: windows.when_known(percentile_share, s, share) for name, s in series.items()}


def history(charts: pd.DataFrame, measured: pd.DataFrame) -> pd.DataFrame:
    """Shares of weekly charts and of windows in one long table, by last day."""
    chart = charts.assign(series="weekly_chart", cn_top_n_share=charts["cn_chart_share"])
    chart["window_end"] = [day.date() for day in charts["period_end"]]
    both = pd.concat([chart, measured.assign(series="window")])
    columns = ["series", "window_end", "cn_top_n_share"]
    shares = ["cn_least_share", "cn_platform_share", "cn_most_share"]
    return both[[*columns, *shares]].sort_values(["window_end", "series"], ignore_index=True)


def comparison_windows(days: pd.Series, study: Window) -> list[Window]:
    """Windows that show how the share moved: the study window, the stated ones and later weeks.

    Of later weeks, the last whole calendar week of each month stands for it, and the latest
    unbroken days close the list even where they are fewer than seven.
    """
    stated = [w for w in STATED_WINDOWS.values() if _available(days, w)]
    weeks = [w for w in windows.all_windows(days, 7) if w.end.isoweekday() == 7]
    months = {(w.end.year, w.end.month): w for w in weeks}
    last_stated = max(w.end for w in STATED_WINDOWS.values())
    later = [w for w in months.values() if w.start > last_stated]
    latest = windows.latest_window(days, 7)
    return sorted({study, *stated, *later, latest}, key=lambda w: (w.end, w.start))


def stated_windows(days: pd.Series) -> dict[str, Window]:
    """Those of ``STATED_WINDOWS`` whose every day has rows."""
    return {name: w for name, w in STATED_WINDOWS.items() if _available(days, w)}


def _available(days: pd.Series, window: Window) -> bool:
    return bool(window.days.isin(days.unique()).all())
