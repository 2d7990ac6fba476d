"""Published token counts as tokens a day, and the platform's own at the same time.

    tokens a day      = published count / days of its period
    OpenRouter's part = its tokens a day in the same months / published tokens a day

Left out on purpose: corrections for what counts include (input, cache reads, media), because
operators do not publish it; and forecasts.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from token_exports.units import DAYS_PER_WEEK

MOST_DAYS_APART = 45
"""A count further from every month of the platform has no ratio: volumes double in months."""
OFFICIAL = "China", "country"
ESTIMATE, ANALYST = "world", "Analyst on Digg"
NOT_BESIDE = ("app", "world_scenario")
"""Part of the platform itself, or no count."""
_PERIOD = ["operator", "scope", "region", "period_start", "period_end"]
_FACTS = ["daily_tokens", "bound", "definition", "source_id", "public_since", "confidence", "note"]


@dataclass(frozen=True)
class Published:
    """The tables with published counts, as loaded for one day of knowledge."""

    world: pd.DataFrame
    reports: pd.DataFrame
    reported: pd.DataFrame

    @cached_property
    def counts(self) -> pd.DataFrame:
        """Every published count outside the platform's own."""
        return counts(self.world, self.reports, self.reported)

    @cached_property
    def compared(self) -> pd.DataFrame:
        """Every count beside the platform's tokens of the same time."""
        return beside_openrouter(self.counts, openrouter_months(self.reports))


def counts(world: pd.DataFrame, reports: pd.DataFrame, reported: pd.DataFrame) -> pd.DataFrame:
    """Published counts of all tables as tokens a day, each fact once.

    Parameters
    ----------
    world
        Table ``world_tokens``.
    reports
        Table ``platform_reports``; its Chinese series and its application are used.
    reported
        Table ``reported_quantities``; its Chinese series, the analyst's world, the verified export
        site and DeepSeek's disclosed day are used.

    Returns
    -------
    DataFrame
        ``operator``, ``scope``, ``region``, ``period_start``, ``period_end``, ``daily_tokens``,
        ``bound``, ``definition``, ``source_id``, ``public_since``, ``confidence``, ``note``.
    """
    others = [*_of_reported(reported), *_of_reports(reports)]
    parts = [part[_PERIOD + _FACTS] for part in (world, *others) if len(part)]
    together = pd.concat(parts or [world[_PERIOD + _FACTS]], ignore_index=True)
    together["daily_tokens"] = together["daily_tokens"].astype(float)
    same = ["operator", "scope", "period_start", "daily_tokens"]
    copies = together.duplicated(same) & (together["operator"] == OFFICIAL[0])
    order = ["operator", "scope", "period_start", "daily_tokens"]
    return together[~copies].sort_values(order, ignore_index=True)


def _of_reported(reported: pd.DataFrame) -> list[pd.DataFrame]:
    value = reported.set_index("quantity_id")["value"]
    kinds = {
        "china_tokens_per_day": (*OFFICIAL, "official; definition not published", 1.0),
        "verified_export_tokens_per_day": ("Shantou", "export_site", "verified exports", 1.0),
        "world_tokens_per_week": (ANALYST, ESTIMATE, "estimate; not published", DAYS_PER_WEEK),
    }
    found = [
        _named(reported[reported["quantity"] == quantity], operator, scope, words, days)
        for quantity, (operator, scope, words, days) in kinds.items()
    ]
    sides = ["deepseek_input_tokens", "deepseek_output_tokens"]
    if set(sides) <= set(value.index):
        words = ("DeepSeek", "all_products", "web, app and API; input with cache reads, and output")
        day = _named(reported[reported["quantity_id"] == sides[0]], *words)
        found.append(day.assign(daily_tokens=value[sides].sum(), bound="exact"))
    return found


def _of_reports(reports: pd.DataFrame) -> list[pd.DataFrame]:
    daily = reports[reports["metric"] == "daily_tokens"]
    china = daily[daily["scope"] == "china_domestic"].assign(region="cn")
    app = daily[daily["scope"] == "app_openclaw"].assign(region="world")
    words = "one application, part of OpenRouter"
    return [
        _named(china, *OFFICIAL, "official; definition not published"),
        _named(app, "OpenClaw", "app", words),
    ]


def _named(
    rows: pd.DataFrame, operator: str, scope: str, definition: str, days: float = 1.0
) -> pd.DataFrame:
    least = rows["note"].fillna("").str.contains("Lower bound").to_numpy()
    return rows.assign(
        operator=operator,
        scope=scope,
        definition=definition,
        daily_tokens=rows["value"] / days,
        bound=np.where(least, "at_least", "about"),
    )


def openrouter_months(reports: pd.DataFrame) -> pd.DataFrame:
    """The platform's tokens a day by calendar month; of a running month its first days.

    Parameters
    ----------
    reports
        Table ``platform_reports``.

    Returns
    -------
    DataFrame
        ``month``, ``middle``, ``days`` (of the calendar month), ``daily_tokens``.
    """
    total = reports[(reports["scope"] == "platform") & (reports["metric"] == "total_tokens")]
    start, end = total["period_start"], total["period_end"]
    inside = (start.dt.day == 1) & (start.dt.strftime("%Y-%m") == end.dt.strftime("%Y-%m"))
    longest = total[inside].sort_values("period_end").groupby("period_start").tail(1)
    start, end = longest["period_start"], longest["period_end"]
    return pd.DataFrame(
        {
            "month": start.dt.strftime("%Y-%m"),
            "middle": start + (end - start) / 2,
            "days": start.dt.days_in_month,
            "daily_tokens": longest["value"] / ((end - start).dt.days + 1),
        }
    ).reset_index(drop=True)


def beside_openrouter(published: pd.DataFrame, months: pd.DataFrame) -> pd.DataFrame:
    """The platform's tokens a day at the time of each count, and their ratio.

    Parameters
    ----------
    published
        From `counts`.
    months
        From `openrouter_months`.

    Returns
    -------
    DataFrame
        The counts with ``middle`` (day in the middle of the period), ``openrouter_months``,
        ``openrouter_daily_tokens``, ``apart_days`` (middle of the count to middle of the
        platform's month, zero where its months fill the period), ``openrouter_share``, missing
        where they are too far apart, and ``share_bound``.
    """
    found = published.copy()
    start, end = found["period_start"], found["period_end"]
    found["middle"] = start + (end - start) / 2
    pairs = [_pair(*span, months) for span in zip(start, end, found["middle"], strict=True)]
    columns = ["openrouter_months", "openrouter_daily_tokens", "apart_days"]
    found[columns] = pd.DataFrame(pairs, columns=columns, index=found.index)
    ratio = found["openrouter_daily_tokens"] / found["daily_tokens"]
    found["openrouter_share"] = ratio.where(found["apart_days"] <= MOST_DAYS_APART)
    found["share_bound"] = found["bound"].replace("at_least", "at_most")
    return found


def _pair(
    start: pd.Timestamp, end: pd.Timestamp, middle: pd.Timestamp, months: pd.DataFrame
) -> tuple[str | None, float, float]:
    if months.empty:
        return None, np.nan, np.nan
    wanted = [f"{month:%Y-%m}" for month in pd.period_range(start, end, freq="M")]
    inside = months[months["month"].isin(wanted)]
    if len(inside) == len(wanted):
        words = " to ".join(dict.fromkeys((wanted[0], wanted[-1])))
        return words, float(np.average(inside["daily_tokens"], weights=inside["days"])), 0.0
    apart = (months["middle"] - middle).abs() / pd.Timedelta(days=1)
    near = months.iloc[int(apart.to_numpy().argmin())]
    return str(near["month"]), float(near["daily_tokens"]), round(float(apart.min()))


def nearest(compared: pd.DataFrame, day: dt.date) -> pd.DataFrame:
    """Of every operator and scope the count nearest to a day that has a ratio, largest first.

    Of two counts of one period the smaller, which the operator gives itself. Levels that somebody
    assumed and applications inside the platform are left out.
    """
    known = compared[compared["openrouter_share"].notna()].copy()
    known = known[~known["scope"].isin(NOT_BESIDE)]
    known["away_days"] = ((known["middle"] - pd.Timestamp(day)) / pd.Timedelta(days=1)).abs()
    best = known.sort_values(["away_days", "daily_tokens"]).groupby(["operator", "scope"]).head(1)
    return best.sort_values("daily_tokens", ascending=False, ignore_index=True)


def share_of(compared: pd.DataFrame, day: dt.date, operator: str, scope: str) -> float | None:
    """The platform's tokens over those of an operator, at the count nearest to a day."""
    near = nearest(compared, day)
    own = near[(near["operator"] == operator) & (near["scope"] == scope)]
    return None if own.empty else float(own["openrouter_share"].iloc[0])
