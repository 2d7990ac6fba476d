"""Share of tokens by origin of the developer, over any window of consecutive days.

    tokens of a model = sum of its daily tokens over the window
    top-n share       = tokens of an origin among the n largest models / tokens of those n models
    platform share    = tokens of an origin / all tokens, those of unnamed models included
    identified share  = tokens of an origin / tokens whose origin is known

A preview model counts by its slug, which makes it unknown, or by the developer later revealed.
Tokens of unknown origin stay a block of their own: no share allocates them, the bounds of the
platform share give them to nobody and then to the origin asked for.

Left out on purpose: differences between tokenizers, private and zero-retention traffic, the days
before a model's first row, which count as zero because a launch enters the lists within days, and
the day of a reveal in the platform totals, which attribute previews as known today.
"""

from collections.abc import Iterable

import pandas as pd

from token_exports.models import daily_lists, windows
from token_exports.models.windows import Window, WindowError
from token_exports.uncertainty import Interval, bounds, exact

RULES = BY_SLUG, RESOLVED = ("by_slug", "resolved")
UNKNOWN = "unknown"


def author_of(model: str) -> str:
    """Developer part of a model's slug."""
    return model.split("/")[0]


def developers(models: Iterable[str], stealth: pd.DataFrame, rule: str) -> pd.Series:
    """Developer of each model, of a preview the one later revealed if ``rule`` says so.

    Returns
    -------
    Series
        Author slug by model, sorted by model.
    """
    names = sorted(set(models))
    slugs = pd.Series([author_of(name) for name in names], index=names, dtype="object")
    if _checked(rule) == RESOLVED:
        revealed = stealth.set_index("model_permaslug")["true_author_slug"].dropna()
        slugs.update(revealed[revealed.index.isin(names)])
    return slugs


def origins(
    models: Iterable[str], authors: pd.DataFrame, stealth: pd.DataFrame, rule: str
) -> pd.Series:
    """Origin of each model; unknown where its developer is not in the table.

    Parameters
    ----------
    models
        Slugs, repeated or not.
    authors
        Table ``model_authors``.
    stealth
        Table ``stealth_models``.
    rule
        One of ``RULES``.

    Returns
    -------
    Series
        Origin code by model.
    """
    by_author = authors.set_index("author_slug")["origin"]
    slugs = developers(models, stealth, rule)
    return slugs.map(by_author).fillna(UNKNOWN)


def _checked(rule: str) -> str:
    if rule not in RULES:
        raise ValueError(f"no stealth rule {rule!r}; known: {', '.join(RULES)}")
    return rule


def tokens_by_model(
    daily: pd.DataFrame, window: Window, listed: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Tokens of every listed model over a window.

    A model that drops out of the daily list has fewer tokens than the last model whose rank is
    listed without a break; so many at most are missing on each such day.

    Parameters
    ----------
    daily
        Table ``openrouter_tokens_daily``.
    window
        Days to add up.
    listed
        The whole table where ``daily`` leaves models out; its ranks say what can be missing.

    Returns
    -------
    DataFrame
        ``model_permaslug``, ``tokens``, ``tokens_high`` (with the most that can be missing),
        largest first; equal models in order of their slug.

    Raises
    ------
    WindowError
        A day of the window has no rows.
    """
    return daily_lists.of_table(daily, listed).ranked(window)


def leaderboard(
    daily: pd.DataFrame,
    origin: pd.Series,
    window: Window,
    n: int,
    listed: pd.DataFrame | None = None,
) -> pd.DataFrame:
    """The ``n`` largest models of a window.

    Parameters
    ----------
    daily
        Table ``openrouter_tokens_daily``.
    origin
        Origin by model, from `origins`.
    window
        Days to add up.
    n
        Length of the list.
    listed
        The whole table where ``daily`` leaves models out.

    Returns
    -------
    DataFrame
        ``rank``, ``model_permaslug``, ``author_slug``, ``origin``, ``tokens``, ``tokens_high``,
        ``top_n_share``.

    Raises
    ------
    WindowError
        A day of the window has no rows.
    """
    top = tokens_by_model(daily, window, listed).head(n)
    top.insert(0, "rank", range(1, len(top) + 1))
    top.insert(2, "author_slug", top["model_permaslug"].map(author_of))
    top.insert(3, "origin", top["model_permaslug"].map(origin).fillna(UNKNOWN))
    top["top_n_share"] = top["tokens"] / top["tokens"].sum()
    return top


def top_n_share(board: pd.DataFrame, origin: str) -> Interval:
    """Share of an origin in the tokens of a leaderboard.

    Exact where every model has a row on every day since its first; otherwise the bounds give the
    missing days of the origin's models, or of all others, the most they can hold.

    Raises
    ------
    WindowError
        No tokens at all in the window.
    """
    own = board["origin"] == origin
    low, high = (board[own][c].sum() for c in ("tokens", "tokens_high"))
    rest_low, rest_high = (board[~own][c].sum() for c in ("tokens", "tokens_high"))
    if low + rest_low == 0:
        raise WindowError("the models of the window have no tokens, so there is no share")
    central = low / (low + rest_low)
    if high == low and rest_high == rest_low:
        return exact(central)
    return bounds(central, low / (low + rest_high), high / (high + rest_low))


def tokens_by_origin(totals: pd.DataFrame, window: Window, rule: str) -> pd.Series:
    """All tokens of the platform over a window by origin, unnamed models under unknown.

    Parameters
    ----------
    totals
        Table ``openrouter_totals_daily``.
    window
        Days to add up.
    rule
        One of ``RULES``.

    Raises
    ------
    WindowError
        A day of the window has no rows, or there are no tokens.
    """
    windows.require(window, totals["date"])
    column = "origin_resolved" if _checked(rule) == "resolved" else "origin_by_slug"
    inside = totals[totals["date"].isin(window.days)]
    tokens = inside.groupby(column)["tokens"].sum()
    if tokens.sum() == 0:
        raise WindowError(f"window {window.label}: no tokens, so there is no share")
    return tokens


def platform_share(totals: pd.DataFrame, window: Window, origin: str, rule: str) -> Interval:
    """Share of an origin in all tokens of the platform.

    The lower bound counts models by their slug; the upper one adds everything whose origin nobody
    knows, after revealed previews went to their developers.
    """
    named = tokens_by_origin(totals, window, rule).get(origin, 0)
    by_slug = tokens_by_origin(totals, window, "by_slug").get(origin, 0)
    resolved = tokens_by_origin(totals, window, "resolved")
    every = resolved.sum()
    most = resolved.get(origin, 0) + (resolved.get(UNKNOWN, 0) if origin != UNKNOWN else 0)
    return bounds(named / every, by_slug / every, max(most, named) / every)


def identified_share(totals: pd.DataFrame, window: Window, origin: str, rule: str) -> float:
    """Share of an origin in the tokens whose origin is known."""
    tokens = tokens_by_origin(totals, window, rule)
    known = tokens.sum() - tokens.get(UNKNOWN, 0)
    if known == 0:
        raise WindowError(f"window {window.label}: no token has a known origin")
    return float(tokens.get(origin, 0) / known)


def free_share(totals: pd.DataFrame, window: Window, origin: str, rule: str) -> float:
    """Part of an origin's tokens that went to models offered free of charge."""
    tokens_by_origin(totals, window, rule)  # refuses an incomplete window
    column = "origin_resolved" if rule == "resolved" else "origin_by_slug"
    own = totals[totals["date"].isin(window.days) & (totals[column] == origin)]
    if own["tokens"].sum() == 0:
        raise WindowError(f"window {window.label}: no tokens of origin {origin}")
    return float(own.loc[own["free"].fillna(False), "tokens"].sum() / own["tokens"].sum())


def coverage(daily: pd.DataFrame) -> pd.DataFrame:
    """Unbroken runs of days that a table holds, with their sources.

    Returns
    -------
    DataFrame
        ``first_day``, ``last_day``, ``run_days``, ``rows_count``, ``source_id``.
    """
    rows = []
    for run in windows.available_runs(daily["date"]):
        inside = daily[daily["date"].isin(run.days)]
        sources = "|".join(sorted(inside["source_id"].unique()))
        rows.append((str(run.start), str(run.end), run.days_count, len(inside), sources))
    names = ["first_day", "last_day", "run_days", "rows_count", "source_id"]
    return pd.DataFrame(rows, columns=names)
