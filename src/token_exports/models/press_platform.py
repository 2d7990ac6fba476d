"""The whole platform in the weeks of the press totals, as far as anything published reaches.

    left out  = all tokens of an origin - press total of that origin
    coverage  = press totals of China and the United States / all tokens of the week
    lead      = Chinese tokens / US tokens, in the press and of all tokens

All tokens by origin are known from daily totals, with bounds for what nobody can attribute; else
the author chart of nearly the same days gives a lower bound, since it shows nine authors and ends
on the day of the snapshot; else only the platform's total was published, without origins.

Left out on purpose: any estimate for a week of which nothing of that is known.
"""

from typing import Any

import pandas as pd

from token_exports.models import market_share
from token_exports.models.windows import Window, WindowError, when_known
from token_exports.uncertainty import Interval, bounds, exact

SHARED_DAYS, DAYS_OF_A_WEEK = 6, 7
"""Days that an author chart must share with a week to stand beside it, and days of a week."""
BASES = DAILY, AUTHORS, TOTAL_ONLY = ("daily_totals", "author_chart", "platform_total")
PERIOD = ["period_start", "period_end"]


def platform_beside(
    nearest: pd.DataFrame, press: pd.DataFrame, totals: pd.DataFrame
) -> pd.DataFrame:
    """What the whole platform had in the weeks of the press totals.

    Parameters
    ----------
    nearest
        From `press_totals.nearest_sums`.
    press
        Table ``platform_reports``.
    totals
        Table ``openrouter_totals_daily``.

    Returns
    -------
    DataFrame
        ``period_start``, ``period_end``, ``origin`` (``cn``, ``us``, ``all``), ``basis`` (one of
        ``BASES``), ``platform_tokens`` (of an author chart empty), ``low_tokens``,
        ``high_tokens`` (empty where nothing bounds it). What is not known has no row.
    """
    rows: list[tuple[object, ...]] = []
    for start, end in sorted(set(zip(nearest["period_start"], nearest["period_end"], strict=True))):
        window = Window(end.date(), (end - start).days + 1)
        known = when_known(_by_days, totals, window) or _by_authors(press, window)
        if "all" not in known:
            known |= _total_only(press, start, end)
        rows += [(start, end, origin, *cells) for origin, cells in known.items()]
    names = [*PERIOD, "origin", "basis", "platform_tokens", "low_tokens", "high_tokens"]
    return pd.DataFrame(rows, columns=names).astype(dict.fromkeys(PERIOD, "datetime64[us]"))


Known = dict[str, tuple[str, float, float, float]]


def _by_days(totals: pd.DataFrame, window: Window) -> Known:
    rule = market_share.RESOLVED
    every = float(market_share.tokens_by_origin(totals, window, rule).sum())
    found: Known = {"all": (DAILY, every, every, every)}
    for origin in ("cn", "us"):
        share = market_share.platform_share(totals, window, origin, rule)
        found[origin] = (DAILY, share.central * every, share.low * every, share.high * every)
    return found


def _by_authors(press: pd.DataFrame, window: Window) -> Known:
    chart = press[press["scope"] == "platform_week_to_date"]
    first = chart["period_start"].where(chart["period_start"] > window.days[0], window.days[0])
    last = chart["period_end"].where(chart["period_end"] < window.days[-1], window.days[-1])
    near = ((last - first).dt.days + 1 >= SHARED_DAYS) & (window.days_count == DAYS_OF_A_WEEK)
    least = chart[near].set_index("metric")["value"]
    nothing = float("nan")
    names = {origin: f"{origin}_tokens_lower_bound" for origin in ("cn", "us")}
    return {
        origin: (AUTHORS, nothing, float(least[name]), nothing)
        for origin, name in names.items()
        if name in least.index
    }


def _total_only(press: pd.DataFrame, start: pd.Timestamp, end: pd.Timestamp) -> Known:
    same = (press["period_start"] == start) & (press["period_end"] == end)
    total = press[same & (press["scope"] == "platform") & (press["metric"] == "total_tokens")]
    if total.empty:
        return {}
    every = float(total["value"].iloc[0])
    return {"all": (TOTAL_ONLY, every, every, every)}


def coverage(nearest: pd.DataFrame, beside: pd.DataFrame) -> pd.DataFrame:
    """Part of all tokens that the press totals of China and the United States hold together.

    Returns
    -------
    DataFrame
        ``period_start``, ``period_end``, ``week``, ``press_tokens``, ``every_tokens``, ``basis``,
        ``coverage_share``; weeks with both press totals and a known platform total.
    """
    pair = nearest[nearest["origin"].isin(["cn", "us"])]
    both = pair.groupby([*PERIOD, "week"])["press_tokens"].agg(["sum", "size"]).reset_index()
    both = both[both["size"] == len(("cn", "us"))].rename(columns={"sum": "press_tokens"})
    every = beside[beside["origin"] == "all"].rename(columns={"platform_tokens": "every_tokens"})
    found = both.merge(every[[*PERIOD, "every_tokens", "basis"]], on=PERIOD)
    found["coverage_share"] = found["press_tokens"] / found["every_tokens"]
    return found.drop(columns="size")


def lead(totals: pd.DataFrame, window: Window) -> Interval:
    """Chinese over US tokens of the whole platform, revealed previews with their developer.

    The ends give all tokens of unknown origin to one side.

    Raises
    ------
    WindowError
        A day of the window has no rows, or there are no US tokens.
    """
    rule = market_share.RESOLVED
    cn, us = (market_share.platform_share(totals, window, o, rule) for o in ("cn", "us"))
    if us.low == 0:
        raise WindowError(f"window {window.label}: no US tokens to compare with")
    low, high = cn.low / us.high, cn.high / us.low
    central = cn.central / us.central
    return exact(central) if low == high else bounds(central, low, high)


def press_values(
    nearest: pd.DataFrame, beside: pd.DataFrame, totals: pd.DataFrame, week: Window
) -> dict[str, Interval | float | None]:
    """How the press totals of one week compare with the chart and with the whole platform.

    Parameters
    ----------
    nearest
        From `press_totals.nearest_sums`.
    beside
        From `platform_beside`.
    totals
        Table ``openrouter_totals_daily``.
    week
        Calendar week whose figures are compared.
    """
    end = pd.Timestamp(week.end)
    here = nearest[nearest["period_end"] == end].set_index("origin")
    press, ratio = here["press_tokens"], here["press_ratio"]
    covered = coverage(nearest, beside).set_index("period_end")["coverage_share"]
    both = {"cn", "us"} <= set(press.index)
    values: dict[str, Interval | float | None] = {
        "press_cn_tokens_ratio": _number(ratio.get("cn")),
        "press_us_tokens_ratio": _number(ratio.get("us")),
        "press_lead_ratio": float(press["cn"] / press["us"]) if both else None,
        "platform_lead_ratio": when_known(lead, totals, week),
        "press_coverage_share": _number(covered.get(end)),
    }
    for origin in ("cn", "us"):
        share = when_known(market_share.platform_share, totals, week, origin, market_share.RESOLVED)
        values[f"iso_week_{origin}_platform_share"] = share
    return values


def _number(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)
