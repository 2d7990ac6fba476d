"""The Chinese share of the largest models when one model, or one developer, is taken away.

    refilled share = share of the n largest models that remain (the next one moves up)
    shorter share  = share of what remains of the list (nobody moves up)
    to below half  = fewest Chinese models, the largest first, without which the share is under 0.5

A model moves up only while it is certain to be the next one: no unlisted model can hold as much on
all days together.

Left out on purpose: where the users of a missing model would have gone. Both shares drop its
tokens; if they went to other Chinese models the share would not fall, if to others it would fall
further, by the tokens themselves.
"""

from collections.abc import Collection, Sequence
from typing import Any

import pandas as pd
from numpy.typing import NDArray

from token_exports.models import daily_lists, market_share, windows
from token_exports.models.windows import Window, WindowError
from token_exports.uncertainty import Interval, bounds, exact

MAJORITY_SHARE = 0.5
MODEL, AUTHOR = KINDS = ("model", "author")


def refilled(
    ranked: pd.DataFrame, gone: Collection[str], n: int, unlisted_tokens: float
) -> pd.DataFrame:
    """The ``n`` largest models without some.

    Parameters
    ----------
    ranked
        Every listed model of the window, largest first, from `market_share.leaderboard`.
    gone
        Models taken away.
    n
        Length of the list.
    unlisted_tokens
        Most that a model never listed can hold over the window.

    Raises
    ------
    WindowError
        Too few models remain, or one that nobody lists may be among the largest.
    """
    left = ranked[~ranked["model_permaslug"].isin(gone)].head(n)
    _require_known(left["tokens"].to_numpy(), n, unlisted_tokens, len(gone), len(ranked))
    return left


def _require_known(
    tokens: NDArray[Any], n: int, unlisted_tokens: float, gone_count: int, listed_count: int
) -> None:
    if len(tokens) < n or tokens.min() < unlisted_tokens:
        raise WindowError(
            f"{gone_count} of {listed_count} listed models taken away: the {n} largest of the rest"
            " are not known"
        )


def without_each(
    ranked: pd.DataFrame, developer: pd.Series, n: int, unlisted_tokens: float
) -> pd.DataFrame:
    """Chinese share without each model and without each developer of the list.

    Parameters
    ----------
    ranked
        Every listed model of the window, largest first, from `market_share.leaderboard`.
    developer
        Developer by model.
    n
        Length of the list.
    unlisted_tokens
        Most that a model never listed can hold over the window.

    Returns
    -------
    DataFrame
        ``kind``, ``left_out``, ``origin``, ``tokens`` (of its models in the list),
        ``refilled_share``, ``refilled_low_share``, ``refilled_high_share``, ``shorter_share``,
        ``change_share`` (refilled less the share with all); missing where not known. A developer
        leaves with all its models, those below the list included.
    """
    board = ranked.head(n)
    whole = market_share.top_n_share(board, "cn").central
    maker = ranked["model_permaslug"].map(developer).fillna(ranked["author_slug"])
    rows = []
    for kind, names in ((MODEL, ranked["model_permaslug"]), (AUTHOR, maker)):
        for name in names.head(n).drop_duplicates():
            own = ranked[names == name]
            row = {"kind": kind, "left_out": name, "origin": own["origin"].iloc[0]}
            row["tokens"] = board.loc[names.head(n) == name, "tokens"].sum()
            gone = set(own["model_permaslug"])
            rows.append(row | _shares(ranked, gone, n, unlisted_tokens))
    found = pd.DataFrame(rows)
    return found.assign(change_share=found["refilled_share"] - whole)


def _shares(ranked: pd.DataFrame, gone: set[str], n: int, unlisted: float) -> dict[str, float]:
    longer = windows.when_known(refilled, ranked, gone, n, unlisted)
    board = ranked.head(n)
    shorter = board[~board["model_permaslug"].isin(gone)]
    full, rest = (
        None if part is None else windows.when_known(market_share.top_n_share, part, "cn")
        for part in (longer, shorter)
    )
    missing = float("nan")
    return {
        "refilled_share": full.central if full else missing,
        "refilled_low_share": full.low if full else missing,
        "refilled_high_share": full.high if full else missing,
        "shorter_share": rest.central if rest else missing,
    }


def without_largest(table: pd.DataFrame, kind: str) -> Interval | None:
    """Chinese share without the largest Chinese model or developer; None if it is not known.

    Parameters
    ----------
    table
        From `without_each`.
    kind
        One of ``KINDS``.
    """
    own = table[(table["kind"] == kind) & (table["origin"] == "cn")]
    known = (
        own.sort_values("tokens", ascending=False, kind="stable")
        .head(1)
        .dropna(subset="refilled_share")
    )
    if known.empty:
        return None
    ends = (float(known[f"refilled_{end}share"].iloc[0]) for end in ("", "low_", "high_"))
    return _interval(*ends)


def _interval(central: float, low: float, high: float) -> Interval:
    return exact(central) if low == high else bounds(central, low, high)


def models_to_below(
    ranked: pd.DataFrame, n: int, unlisted_tokens: float, line_share: float = MAJORITY_SHARE
) -> int:
    """Fewest of the largest Chinese models without which their share is below a line.

    The list is refilled after each.

    Parameters
    ----------
    ranked
        Every listed model of the window, largest first, from `market_share.leaderboard`.
    n
        Length of the list.
    unlisted_tokens
        Most that a model never listed can hold over the window.
    line_share
        Share to fall below.

    Raises
    ------
    WindowError
        The listed models do not reach so far.
    """
    for count in range(1 + int((ranked["origin"] == "cn").sum())):
        if _without_first(ranked, count, n, unlisted_tokens) < line_share:
            return count
    raise WindowError(f"the Chinese share stays at {line_share} or above")


def _without_first(ranked: pd.DataFrame, count: int, n: int, unlisted: float) -> float:
    """Chinese share without the ``count`` largest Chinese models; of the list as it is for none."""
    chinese = (ranked["origin"] == "cn").to_numpy()
    stays = ~chinese | (chinese.cumsum() > count)
    tokens, own = ranked["tokens"].to_numpy()[stays][:n], chinese[stays][:n]
    if count:
        _require_known(tokens, n, unlisted, count, len(ranked))
    if tokens.sum() == 0:
        raise WindowError("the models of the window have no tokens, so there is no share")
    return float(tokens[own].sum() / tokens.sum())


def models_to_below_by_window(
    daily: pd.DataFrame, origin: pd.Series, cap: pd.Series, chosen: Sequence[Window], n: int
) -> pd.DataFrame:
    """How many Chinese models each window's majority rests on.

    Parameters
    ----------
    daily
        Table ``openrouter_tokens_daily``.
    origin
        Origin by model.
    cap
        Most tokens that an unlisted model can have, by day, from `concentration.market`.
    chosen
        Windows without a missing day.
    n
        Length of the list.

    Returns
    -------
    DataFrame
        ``window``, ``window_end``, ``cn_top_n_share``, ``without_largest_cn_top_n_share`` and
        ``cn_models_to_below_half_count``; the last two are missing where the listed models do not
        reach so far.
    """
    lists = daily_lists.of_table(daily)
    rows = []
    for window in chosen:
        ranked = lists.ranked(window)
        ranked["origin"] = ranked["model_permaslug"].map(origin)
        unlisted = float(cap.loc[window.days].sum())
        whole = _without_first(ranked, 0, n, unlisted)
        without = windows.when_known(_without_first, ranked, 1, n, unlisted)
        count = windows.when_known(models_to_below, ranked, n, unlisted)
        rows.append((window.label, window.end, whole, without, count))
    shares = ["cn_top_n_share", "without_largest_cn_top_n_share"]
    names = ["window", "window_end", *shares, "cn_models_to_below_half_count"]
    found = pd.DataFrame(rows, columns=names)
    return found.astype(dict.fromkeys(names[2:], float))


def one_model_majority_share(by_window: pd.DataFrame) -> float:
    """Part of the windows with a Chinese majority in which it rests on one model.

    Parameters
    ----------
    by_window
        From `models_to_below_by_window`.

    Raises
    ------
    WindowError
        No window has a Chinese majority, or one's list cannot be refilled.
    """
    majority = by_window[by_window["cn_top_n_share"] >= MAJORITY_SHARE]
    without = majority["without_largest_cn_top_n_share"]
    if majority.empty or without.isna().any():
        raise WindowError(
            f"{len(majority)} windows with a Chinese majority, {int(without.isna().sum())} of them"
            " without a next model"
        )
    return float((without < MAJORITY_SHARE).mean())
