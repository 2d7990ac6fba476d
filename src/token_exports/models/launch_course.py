"""Share of all tokens that a model takes, week by week since its launch.

    week k           = days 7k to 7k + 6 after the day of the launch
    share in a week  = tokens of a model, all its variants, in that week / all of the platform
    kept share ratio = share in the last whole week / share in the best week

A model is followed only if its day of launch is known, lies inside an unbroken run of daily rows,
and the daily rows list the model at all; it is followed to the last whole week of the run, where it
is censored and not gone. On a day without a row each variant has between nothing and the tokens of
the last model that is listed without a break. The models at risk differ from week to week, so a
median over them is not the course of any one model. A best week is the best one so far.

Left out on purpose: models that never reached the daily list, so this is the course of models that
did; what a launch takes from the developer's older models; prices, which change along the way.
"""

import pandas as pd

from token_exports.models import windows
from token_exports.models.daily_lists import daily_floor_tokens
from token_exports.models.launch_effect import variants_of
from token_exports.models.market_share import UNKNOWN
from token_exports.models.windows import Window, WindowError
from token_exports.uncertainty import Interval, bounds, exact

WEEK_DAYS = 7
MOST_WEEKS = 13
FEWEST_WEEKS = 5
"""Weeks a model must have been followed for its best week to mean anything."""


def courses(
    daily: pd.DataFrame,
    totals: pd.DataFrame,
    models: pd.DataFrame,
    origin: pd.Series,
    most_weeks: int = MOST_WEEKS,
) -> pd.DataFrame:
    """Share of all tokens of the platform by model and week since launch.

    Parameters
    ----------
    daily
        Table ``openrouter_tokens_daily``.
    totals
        Table ``openrouter_totals_daily``.
    models
        Table ``openrouter_models``.
    origin
        Origin by model.
    most_weeks
        Weeks to follow a model.

    Returns
    -------
    DataFrame
        ``model``, ``origin``, ``free`` (whether a variant was), ``launched_on``, ``week`` (from
        nought), ``listed_days``, ``low_share`` (days without a row hold nothing), ``high_share``.

    Raises
    ------
    WindowError
        No launch can be followed for a week.
    """
    platform = totals.groupby("date")["tokens"].sum()
    floor = daily_floor_tokens(daily)
    tokens = daily.pivot(index="date", columns="model_permaslug", values="tokens")
    known = models[models["model_slug"].isin(tokens.columns)]
    known = known[known["launch_basis"] != "first_row"]
    rows = []
    for run in windows.available_runs(tokens.index.intersection(platform.index)):
        inside = known[known["launched_on"].between(pd.Timestamp(run.start), pd.Timestamp(run.end))]
        for model, kin in inside.groupby(inside["model_slug"].map(variants_of)):
            slugs = list(kin["model_slug"])
            facts = {"model": model, "origin": origin.get(slugs[0], UNKNOWN)}
            facts |= {"free": bool(kin["free"].any()), "launched_on": kin["launched_on"].min()}
            for week, days in enumerate(_weeks(kin["launched_on"].min(), run, most_weeks)):
                part = tokens.loc[days, slugs]
                shares = _shares(part, floor[days], float(platform[days].sum()))
                rows.append(facts | {"week": week} | shares)
    if not rows:
        raise WindowError("no model was launched in the days with rows and followed for a week")
    return pd.DataFrame(rows).sort_values(["launched_on", "model", "week"], ignore_index=True)


def _weeks(launch: pd.Timestamp, run: Window, most: int) -> list[pd.DatetimeIndex]:
    days = pd.date_range(launch, run.end, freq="D", unit="us")
    whole = min(len(days) // WEEK_DAYS, most)
    return [days[WEEK_DAYS * k : WEEK_DAYS * (k + 1)] for k in range(whole)]


def _shares(tokens: pd.DataFrame, floor: pd.Series, platform_tokens: float) -> dict[str, float]:
    least = float(tokens.sum().sum())
    missing = float(tokens.isna().mul(floor, axis="index").sum().sum())
    return {
        "listed_days": int(tokens.notna().any(axis="columns").sum()),
        "low_share": least / platform_tokens,
        "high_share": (least + missing) / platform_tokens,
    }


def typical(course: pd.DataFrame) -> pd.DataFrame:
    """Median and quartiles by origin and week since launch, over the models then at risk.

    Parameters
    ----------
    course
        From `courses`.

    Returns
    -------
    DataFrame
        ``origin``, ``week``, ``model_count``, ``lower_quartile_share``, ``median_share``,
        ``upper_quartile_share`` (days without a row hold nothing), ``median_high_share`` (they hold
        the most they can).
    """
    cell = course.groupby(["origin", "week"])
    low = cell["low_share"]
    found = pd.DataFrame(
        {
            "model_count": cell["model"].nunique(),
            "lower_quartile_share": low.quantile(0.25),
            "median_share": low.median(),
            "upper_quartile_share": low.quantile(0.75),
            "median_high_share": cell["high_share"].median(),
        }
    )
    return found.reset_index()


def best_weeks(course: pd.DataFrame) -> pd.DataFrame:
    """Best week of each model that was followed long enough and listed every day of that week.

    Parameters
    ----------
    course
        From `courses`.

    Returns
    -------
    DataFrame
        ``model``, ``origin``, ``best_week`` (from nought), ``best_share``, ``followed_weeks``,
        ``kept_low_ratio``, ``kept_high_ratio`` (share in the last week over the best one).
    """
    rows = []
    for model, part in course.sort_values("week").groupby("model", sort=False):
        best = part.sort_values("low_share", ascending=False, kind="stable").iloc[0]
        if len(part) < FEWEST_WEEKS or best["listed_days"] < WEEK_DAYS:
            continue
        last = part.iloc[-1]
        kept = [last[end] / best["low_share"] for end in ("low_share", "high_share")]
        whole = (int(best["week"]), float(best["low_share"]), len(part))
        rows.append((model, best["origin"], *whole, kept[0], min(kept[1], max(kept[0], 1.0))))
    names = ["model", "origin", "best_week", "best_share", "followed_weeks"]
    return pd.DataFrame(rows, columns=[*names, "kept_low_ratio", "kept_high_ratio"])


def kept_ratio(best: pd.DataFrame, origin: str) -> Interval:
    """Median over an origin's models of the last followed week's share over the best week's.

    Raises
    ------
    WindowError
        No model of that origin was followed long enough.
    """
    own = _own(best, origin)
    return _between(own["kept_low_ratio"].median(), own["kept_high_ratio"].median())


def best_week_weeks(best: pd.DataFrame, origin: str) -> float:
    """Median weeks from the launch to the end of the best week.

    Raises
    ------
    WindowError
        No model of that origin was followed long enough.
    """
    return float(_own(best, origin)["best_week"].median() + 1)


def first_week_share(course: pd.DataFrame, origin: str) -> Interval:
    """Median share of all tokens in the first week; the ends fill days without a row.

    Raises
    ------
    WindowError
        No model of that origin was followed for a week.
    """
    own = course[(course["origin"] == origin) & (course["week"] == 0)]
    if own.empty:
        raise WindowError(f"no model of origin {origin} was followed for a week")
    return _between(own["low_share"].median(), own["high_share"].median())


def _between(low: float, high: float) -> Interval:
    return exact(low) if low == high else bounds((low + high) / 2, low, high)


def _own(best: pd.DataFrame, origin: str) -> pd.DataFrame:
    own = best[best["origin"] == origin]
    if own.empty:
        raise WindowError(f"no model of origin {origin} was followed for {FEWEST_WEEKS} weeks")
    return own
