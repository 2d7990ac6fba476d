"""How much of a share is launch: the list without free and without young models.

    share without x  = tokens of an origin among the n largest remaining models / tokens of those n
    left out         = part of the tokens of the n largest models that does not remain

Where daily rows fill a window, the list is filled up again from below once models have left, and is
called certain if no model outside it can be larger than its last one. A weekly chart cannot be
filled up, because the next model is not known: its shares are shares of what remains of the chart.

Left out on purpose: what a launch takes from older models of the same developer, and discounts of
paid slugs.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from token_exports.models import daily_lists, market_share, remaining_lists, selection
from token_exports.models.daily_lists import daily_floor_tokens
from token_exports.models.market_share import RESOLVED, UNKNOWN
from token_exports.models.remaining_lists import FullList
from token_exports.models.selection import Selection, Usage
from token_exports.models.windows import Window, when_known
from token_exports.uncertainty import Interval

NEWEST_DAYS, YOUNG_DAYS = 14, 28
SELECTIONS = {
    "everything": Selection(),
    "without_free": Selection(include_free=False),
    "without_newest": Selection(min_age_days=NEWEST_DAYS),
    "without_young": Selection(min_age_days=YOUNG_DAYS),
    "without_free_or_young": Selection(include_free=False, min_age_days=YOUNG_DAYS),
}
"""Series of the tables here: everything, and what is left without some of it."""

FEWEST_CHARTED = 9
"""Ranks that every weekly list has, so that peaks compare."""


def windows_without(
    daily: pd.DataFrame,
    models: pd.DataFrame,
    origin: pd.Series,
    chosen: Sequence[Window],
    n: int,
) -> pd.DataFrame:
    """Chinese share of the ``n`` largest models in each window, with and without some models.

    Parameters
    ----------
    daily
        Table ``openrouter_tokens_daily``.
    models
        Table ``openrouter_models``.
    origin
        Origin by model.
    chosen
        Windows without a missing day.
    n
        Length of the list.

    Returns
    -------
    DataFrame
        ``window_end``, ``series`` (of ``SELECTIONS``), ``cn_top_n_share``,
        ``excluded_tokens_share`` (of the full list's tokens), ``model_count``, ``certain``.

    Raises
    ------
    WindowError
        A day of a window has no rows.
    """
    lists = daily_lists.of_table(daily)
    chinese = (origin.reindex(lists.models) == "cn").to_numpy()
    kept = {
        name: remaining_lists.kept(lists, selection.daily(daily, models, s))
        for name, s in SELECTIONS.items()
    }
    floor = daily_floor_tokens(daily)
    rows = []
    for window in chosen:
        tokens, hidden = (np.nansum(part, axis=0) for part in lists.of(window))
        full = FullList(tokens, hidden, chinese, float(floor[window.days].sum()))
        for name, remaining in kept.items():
            facts = remaining_lists.without(full, remaining.of(window)[0], n)
            rows.append((pd.Timestamp(window.end), name, *facts))
    names = ["window_end", "series", "cn_top_n_share", "excluded_tokens_share"]
    return pd.DataFrame(rows, columns=[*names, "model_count", "certain"])


def board_without(
    daily: pd.DataFrame,
    models: pd.DataFrame,
    origin: pd.Series,
    window: Window,
    n: int,
    *,
    chosen: Selection,
) -> pd.DataFrame:
    """The ``n`` largest models that remain, with the columns of `market_share.leaderboard`.

    Raises
    ------
    WindowError
        A day of the window has no rows.
    """
    kept = selection.daily(daily, models, chosen)
    every = market_share.tokens_by_model(daily, window)
    top = _left(every, kept[kept["date"].isin(window.days)]).head(n)
    top.insert(0, "rank", range(1, len(top) + 1))
    top.insert(2, "author_slug", top["model_permaslug"].map(market_share.author_of))
    top.insert(3, "origin", top["model_permaslug"].map(origin).fillna(UNKNOWN))
    top["top_n_share"] = top["tokens"] / top["tokens"].sum()
    return top


def _left(every: pd.DataFrame, kept: pd.DataFrame) -> pd.DataFrame:
    """Models of a window that remain, largest first; missing days may hold as much as before."""
    tokens = kept.groupby("model_permaslug")["tokens"].sum()
    left = every[every["model_permaslug"].isin(tokens.index)].copy()
    missing = left["tokens_high"] - left["tokens"]
    left["tokens"] = left["model_permaslug"].map(tokens)
    left["tokens_high"] = left["tokens"] + missing
    order = left.sort_values(["tokens", "model_permaslug"], ascending=[False, True])
    return order.reset_index(drop=True)


def charts_without(
    lists: pd.DataFrame, models: pd.DataFrame, origin: pd.Series, n: int
) -> pd.DataFrame:
    """Chinese share of what remains of each weekly chart, models by their age on its last day.

    Parameters
    ----------
    lists
        Weekly lists, from `leaderboard.weekly_lists`.
    models
        Table ``openrouter_models``.
    origin
        Origin by model.
    n
        Longest chart.

    Returns
    -------
    DataFrame
        ``window_end``, ``series``, ``cn_top_n_share`` (missing where nothing remains),
        ``excluded_tokens_share``, ``model_count``.
    """
    charts = lists[lists["rank"] <= n].astype({"tokens": float})
    charts["own"] = charts["tokens"].where(charts["model_slug"].map(origin) == "cn", 0.0)
    whole = charts.groupby("period_end")["tokens"].sum()
    tables = []
    for name, chosen in SELECTIONS.items():
        weeks = selection.weekly(charts, models, chosen).groupby("period_end")
        left = weeks[["tokens", "own"]].sum().reindex(whole.index, fill_value=0.0)
        count = weeks.size().reindex(whole.index, fill_value=0)
        columns = {"series": name, "excluded_tokens_share": 1 - left["tokens"] / whole}
        columns |= {"cn_top_n_share": left["own"] / left["tokens"], "model_count": count}
        tables.append(pd.DataFrame(columns).reset_index(names="window_end"))
    return pd.concat(tables).sort_values("window_end", kind="stable", ignore_index=True)


def history(in_windows: pd.DataFrame, in_charts: pd.DataFrame) -> pd.DataFrame:
    """Windows, and weekly charts where no window ends on the same day, in one table.

    Returns
    -------
    DataFrame
        Columns of `windows_without` and ``basis``: ``window`` or ``chart``.
    """
    charts = in_charts[~in_charts["window_end"].isin(in_windows["window_end"])]
    both = [in_windows.assign(basis="window"), charts.assign(basis="chart")]
    found = pd.concat([part for part in both if len(part)])
    return found.sort_values(["window_end", "series"], ignore_index=True)


def launches(
    lists: pd.DataFrame,
    daily: pd.DataFrame,
    models: pd.DataFrame,
    origin: pd.Series,
    deepest_rank: int = 3,
) -> pd.DataFrame:
    """Models that later ranked high in a week or on a day, with the day of their launch.

    Parameters
    ----------
    lists
        Weekly lists, from `leaderboard.weekly_lists`.
    daily
        Table ``openrouter_tokens_daily``.
    models
        Table ``openrouter_models``.
    origin
        Origin by model.
    deepest_rank
        Rank that a model has to reach.

    Returns
    -------
    DataFrame
        ``model`` (slug without variant), ``origin``, ``launched_on``, ``launch_basis``, ``free``
        (whether it was at its peak), ``best_rank``, ``peak_chart_share`` (of the nine largest
        models), in order of launch.
    """
    weekly = lists.rename(columns={"period_end": "until"})[
        ["model_slug", "until", "rank", "tokens"]
    ]
    by_day = daily.rename(columns={"date": "until", "model_permaslug": "model_slug"})
    seen = pd.concat([weekly.assign(span=7), by_day.assign(span=1)])
    charted = seen[seen["rank"] <= FEWEST_CHARTED].copy()
    total = charted.groupby(["until", "span"])["tokens"].transform("sum")
    charted["peak_chart_share"] = charted["tokens"] / total
    charted["model"] = charted["model_slug"].map(variants_of)
    charted["best_rank"] = charted.groupby("model")["rank"].transform("min")
    order = ["peak_chart_share", "model_slug", "until", "span"]
    peaks = charted.sort_values(order, ascending=[False, True, True, True])
    peaks = peaks[peaks["best_rank"] <= deepest_rank].drop_duplicates("model")
    known = models[["model_slug", "launched_on", "launch_basis", "free"]]
    found = peaks[["model", "model_slug", "best_rank", "peak_chart_share"]].merge(known)
    found.insert(1, "origin", found.pop("model_slug").map(origin).fillna(UNKNOWN))
    return found.sort_values(["launched_on", "model"], ignore_index=True)


def variants_of(slug: str) -> str:
    """Name that all variants of a model share: its slug without the variant."""
    return slug.split(":")[0]


def study_values(
    usage: Usage, origin: pd.Series, window: Window, n: int
) -> dict[str, Interval | float | None]:
    """What leaving out free and young models changes in one window.

    Parameters
    ----------
    usage
        Tables.
    origin
        Origin by model.
    window
        Days to add up.
    n
        Length of the list.

    Returns
    -------
    dict
        Chinese share of the remaining list, ``<series>_cn_top_n_share``, and of all remaining
        tokens, ``<series>_cn_platform_share``; the part of the full list's Chinese tokens that each
        exclusion removes, ``cn_<what>_tokens_share``. None where nothing remains.

    Raises
    ------
    WindowError
        A day of the window has no rows.
    """
    values: dict[str, Interval | float | None] = {}
    boards = {
        name: board_without(usage.daily, usage.models, origin, window, n, chosen=chosen)
        for name, chosen in SELECTIONS.items()
    }
    chinese = boards["everything"][boards["everything"]["origin"] == "cn"]
    for name, chosen in list(SELECTIONS.items())[1:]:
        share = when_known(market_share.top_n_share, boards[name], "cn")
        whole = when_known(selection.platform_share, usage, window, chosen, "cn", RESOLVED)
        values |= {f"{name}_cn_top_n_share": share, f"{name}_cn_platform_share": whole}
        what = name.removeprefix("without_")
        values[f"cn_{what}_tokens_share"] = _left_out(usage, chinese, window, chosen)
    return values


def _left_out(usage: Usage, board: pd.DataFrame, window: Window, chosen: Selection) -> float | None:
    kept = selection.daily(usage.daily, usage.models, chosen)
    inside = kept["date"].isin(window.days) & kept["model_permaslug"].isin(board["model_permaslug"])
    total = float(board["tokens"].sum())
    return 1 - float(kept.loc[inside, "tokens"].sum()) / total if total else None
