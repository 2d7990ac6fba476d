"""Who leads the weekly charts, how long, and how much of the chart changes.

One list per calendar week: daily rows where they fill the week, else the archived chart of the
page. The chart showed nine models until February 2026 and ten since. A week without a list is a
gap: it ends every spell, and what happened in it is unknown.
"""

import datetime as dt

import pandas as pd

from token_exports.models.market_share import UNKNOWN, author_of
from token_exports.models.windows import WindowError

WEEK_KINDS = ("iso_week", "page_trailing_7_days", "chart_top9")
"""Kinds of weekly list, the preferred first."""
SHORTEST_LIST, LONGEST_CHART = 9, 10
WEEK = dt.timedelta(days=7)


def weekly_lists(weekly: pd.DataFrame, origin: pd.Series) -> pd.DataFrame:
    """One list of ranked models per calendar week.

    Parameters
    ----------
    weekly
        Table ``openrouter_tokens_weekly``.
    origin
        Origin by model.

    Returns
    -------
    DataFrame
        ``period_start``, ``period_end``, ``window_kind``, ``rank``, ``model_slug``,
        ``author_slug``, ``origin``, ``tokens``. Lists shorter than the chart are left out, since a
        model missing there need not be missing from the chart.
    """
    chart = weekly[weekly["window_kind"].isin(WEEK_KINDS) & weekly["rank"].notna()].copy()
    preference = chart["window_kind"].map({kind: i for i, kind in enumerate(WEEK_KINDS)})
    length = chart.groupby(["period_start", "window_kind"])["rank"].transform("size")
    chart, preference = chart[length >= SHORTEST_LIST], preference[length >= SHORTEST_LIST]
    best = preference.groupby(chart["period_start"]).transform("min")
    chart = chart[preference == best]
    chart["origin"] = chart["model_slug"].map(origin).fillna(UNKNOWN)
    columns = ["period_start", "period_end", "window_kind", "rank", "model_slug", "author_slug"]
    return chart[[*columns, "origin", "tokens"]].sort_values(
        ["period_start", "rank"], ignore_index=True
    )


def chart_shares(lists: pd.DataFrame, n: int) -> pd.DataFrame:
    """Chinese share of each week's chart.

    Returns
    -------
    DataFrame
        ``period_start``, ``period_end``, ``charted_count``, ``chart_tokens``, ``cn_chart_share``.
    """
    top = lists[lists["rank"] <= n]
    week = top.groupby(["period_start", "period_end"])
    found = week["tokens"].agg(charted_count="size", chart_tokens="sum")
    own = top[top["origin"] == "cn"].groupby(["period_start", "period_end"])["tokens"].sum()
    found["cn_chart_share"] = own.reindex(found.index, fill_value=0) / found["chart_tokens"]
    return found.reset_index()


def spells(lists: pd.DataFrame) -> pd.DataFrame:
    """Unbroken runs of weeks with the same model at rank one.

    Returns
    -------
    DataFrame
        ``model_slug``, ``origin``, ``first_week``, ``last_week`` (Mondays), ``length_weeks``.
    """
    first = lists[lists["rank"] == 1].sort_values("period_start")
    same = first["model_slug"] == first["model_slug"].shift()
    unbroken = first["period_start"].diff() == WEEK
    number = (~(same & unbroken)).cumsum()
    found = first.groupby(number).agg(
        model_slug=("model_slug", "first"),
        origin=("origin", "first"),
        first_week=("period_start", "min"),
        last_week=("period_start", "max"),
        length_weeks=("rank", "size"),
    )
    return found.reset_index(drop=True)


def spell_length_ratio(runs: pd.DataFrame, year: int, before: int) -> float:
    """Mean length of spells that began in one year over that of spells of an earlier one.

    Raises
    ------
    WindowError
        No spell began in one of the years.
    """
    means = runs.groupby(runs["first_week"].dt.year)["length_weeks"].mean()
    missing = [str(y) for y in (year, before) if y not in means.index]
    if missing:
        raise WindowError(f"no spell at rank one began in {', '.join(missing)}")
    return float(means[year] / means[before])


def turnover(lists: pd.DataFrame) -> pd.DataFrame:
    """Part of a chart that was not in the chart of the week before.

    Two lists of different length are compared over the shorter length.

    Returns
    -------
    DataFrame
        ``period_start``, ``turnover_share``; weeks after a gap are left out.
    """
    ranked = lists.sort_values("rank", kind="stable").groupby("period_start")["model_slug"]
    charts = {week: list(slugs) for week, slugs in ranked}
    rows = []
    for week, chart in charts.items():
        before = charts.get(week - WEEK)  # type: ignore[operator]
        if before is not None:
            length = min(len(chart), len(before))
            new = set(chart[:length]) - set(before[:length])
            rows.append((week, len(new) / length))
    return pd.DataFrame(rows, columns=["period_start", "turnover_share"])


def tokens_after_peak_ratio(
    lists: pd.DataFrame, model: str, peak: dt.date, later: dt.date
) -> float:
    """Tokens of all variants of a model in one week over those in an earlier week.

    Parameters
    ----------
    lists
        Weekly lists that reach deep enough to hold the model in both weeks.
    model
        Slug without a variant.
    peak, later
        Mondays.

    Raises
    ------
    WindowError
        The model is not listed in one of the weeks.
    """
    own = lists[(lists["model_slug"] == model) | lists["model_slug"].str.startswith(model + ":")]
    tokens = own.groupby("period_start")["tokens"].sum()
    for week in (peak, later):
        if pd.Timestamp(week) not in tokens.index:
            raise WindowError(f"{model} is not listed in the week from {week}")
    return float(tokens[pd.Timestamp(later)] / tokens[pd.Timestamp(peak)])


def company_count(lists: pd.DataFrame, authors: pd.DataFrame, origin: str) -> int:
    """Companies of an origin that were ever in a weekly list, previews left out."""
    listed = authors[authors["author_slug"].isin(lists["model_slug"].map(author_of))]
    return author_company_count(listed, origin)


def author_company_count(authors: pd.DataFrame, origin: str) -> int:
    """Companies of an origin among all developers; slugs of one company count once."""
    return int(authors.loc[authors["origin"] == origin, "company"].nunique())
