"""What a list leaves out: an origin's share by the number of models that are counted.

    share of a list  = tokens of an origin among the n largest models / tokens of those n models
    coverage         = tokens of those n models / all tokens of the platform
    gap              = share of the list - share of all tokens
    half count       = fewest models that hold half of an origin's tokens

A short list favours the origin whose use sits in few models: its share falls with every smaller
model of the others that the list takes in.

Left out on purpose: lists longer than the daily rows reach, models that no row names (they are
inside the whole platform, nowhere else), and a test of significance, since windows overlap.
"""

import pandas as pd

from token_exports.models import essay_window, market_share, windows
from token_exports.models.windows import Window, WindowError
from token_exports.uncertainty import Interval, bounds, exact

LONGEST_LIST = 20
"""Models that the daily rows name on every day."""
WHOLE = "all"
ORIGINS = ("cn", "us")


def share_by_length(
    daily: pd.DataFrame, totals: pd.DataFrame, origin: pd.Series, window: Window, rule: str
) -> pd.DataFrame:
    """Share of China and the United States by the length of the list, then of all tokens.

    Parameters
    ----------
    daily
        Table ``openrouter_tokens_daily``.
    totals
        Table ``openrouter_totals_daily``.
    origin
        Origin by model, by ``rule``.
    window
        Days to add up.
    rule
        One of `market_share.RULES`.

    Returns
    -------
    DataFrame
        ``models`` (number of models, or ``WHOLE`` in the last row), ``listed_count`` (empty
        there), ``tokens``, ``coverage_share`` and for each origin its ``_share``, ``_low_share``
        and ``_high_share``.

    Raises
    ------
    WindowError
        A day of the window has no rows, or there are no tokens.
    """
    board = market_share.leaderboard(daily, origin, window, LONGEST_LIST)
    every = float(market_share.tokens_by_origin(totals, window, rule).sum())
    rows: list[dict[str, object]] = []
    for n in range(1, len(board) + 1):
        top = board.head(n)
        tokens = float(top["tokens"].sum())
        row = {"models": str(n), "listed_count": n, "tokens": tokens}
        shares = {o: market_share.top_n_share(top, o) for o in ORIGINS}
        rows.append(row | {"coverage_share": tokens / every} | _cells(shares))
    shares = {o: market_share.platform_share(totals, window, o, rule) for o in ORIGINS}
    whole = {"models": WHOLE, "listed_count": None, "tokens": every, "coverage_share": 1.0}
    found = pd.DataFrame([*rows, whole | _cells(shares)])
    return found.astype({"listed_count": "Int64"})


def _cells(shares: dict[str, Interval]) -> dict[str, object]:
    cells: dict[str, object] = {}
    for origin, share in shares.items():
        cells[f"{origin}_share"] = share.central
        cells[f"{origin}_low_share"] = share.low
        cells[f"{origin}_high_share"] = share.high
    return cells


def gap(top: Interval, whole: Interval) -> Interval:
    """Share of a list less share of all tokens; the ends take the opposite ends of both."""
    central, low, high = (
        top.central - whole.central,
        top.low - whole.high,
        top.high - whole.low,
    )
    return exact(central) if low == high else bounds(central, low, high)


def window_gaps(measured: pd.DataFrame) -> pd.Series:
    """Gap of the Chinese share in every window.

    Parameters
    ----------
    measured
        Windows, from `essay_window.measure_windows`.

    Raises
    ------
    WindowError
        There is no window.
    """
    gaps = (measured["cn_top_n_share"] - measured["cn_platform_share"]).dropna()
    if gaps.empty:
        raise WindowError("no window with both shares")
    return gaps


def half_count(board: pd.DataFrame, origin: str, tokens: float) -> Interval | None:
    """Fewest models that hold half of an origin's tokens, None where the listed ones do not.

    A day on which a model is not listed counts as nothing, then as the most that it can hold.

    Parameters
    ----------
    board
        All listed models of the window, from `market_share.leaderboard`.
    origin
        Whose models.
    tokens
        All tokens of that origin on the platform.
    """
    own = board[board["origin"] == origin]
    most, least = (_fewest(own[column], tokens / 2) for column in ("tokens", "tokens_high"))
    if tokens <= 0 or most is None or least is None:
        return None
    return exact(most) if least == most else bounds(most, least, most)


def _fewest(tokens: pd.Series, needed: float) -> int | None:
    held = tokens.sort_values(ascending=False).cumsum()
    enough = (held >= needed).to_numpy()
    return int(enough.argmax()) + 1 if enough.any() else None


def half_counts(
    daily: pd.DataFrame, totals: pd.DataFrame, origin: pd.Series, window: Window, rule: str
) -> dict[str, Interval | None]:
    """Half count of each origin over a window; parameters as in `share_by_length`."""
    models = int(daily["model_permaslug"].nunique())
    board = market_share.leaderboard(daily, origin, window, models)
    tokens = market_share.tokens_by_origin(totals, window, rule)
    return {o: half_count(board, o, float(tokens.get(o, 0.0))) for o in ORIGINS}


def gap_values(
    daily: pd.DataFrame, totals: pd.DataFrame, origin: pd.Series, window: Window, n: int
) -> dict[str, Interval | float | None]:
    """What counting only ``n`` models adds to the Chinese share, in one window and in all.

    Parameters
    ----------
    daily
        Table ``openrouter_tokens_daily``.
    totals
        Table ``openrouter_totals_daily``.
    origin
        Origin by model, revealed previews resolved.
    window
        Window of the study; the others are all windows of its length.
    n
        Length of the list.

    Raises
    ------
    WindowError
        A day of the window has no rows.
    """
    rule = market_share.RESOLVED
    board = market_share.leaderboard(daily, origin, window, n)
    top = market_share.top_n_share(board, "cn")
    whole = market_share.platform_share(totals, window, "cn", rule)
    every = float(market_share.tokens_by_origin(totals, window, rule).sum())
    chosen = windows.all_windows(daily["date"], window.days_count)
    platform = essay_window.platform_by_day(totals, rule)
    gaps = window_gaps(essay_window.measure_windows(daily, platform, origin, chosen, n))
    halves = half_counts(daily, totals, origin, window, rule)
    return {
        "cn_truncation_gap_share": gap(top, whole),
        "least_cn_truncation_gap_share": float(gaps.min()),
        "median_cn_truncation_gap_share": float(gaps.median()),
        "largest_cn_truncation_gap_share": float(gaps.max()),
        "list_coverage_share": float(board["tokens"].sum()) / every,
        "cn_half_model_count": halves["cn"],
        "us_half_model_count": halves["us"],
    }
