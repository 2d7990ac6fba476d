"""The largest models of a window once some have left the daily lists.

The list is filled up again from below. It is certain if no model outside it, listed or not, can be
larger than its last one; a model's missing days may hold as much as before.
"""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.models.daily_lists import DailyLists, Grid, largest_first


@dataclass(frozen=True)
class FullList:
    """All models of a window.

    Parameters
    ----------
    tokens, hidden
        By model, from `DailyLists.of`.
    chinese
        Whether the model is Chinese.
    highest_unlisted
        Most tokens that a model which no day lists can have.
    """

    tokens: Grid
    hidden: Grid
    chinese: NDArray[np.bool_]
    highest_unlisted: float


def kept(lists: DailyLists, rows: pd.DataFrame) -> DailyLists:
    """The grid of all models with the tokens of only those rows that remain."""
    by_day = rows.pivot(index="date", columns="model_permaslug", values="tokens")
    tokens = by_day.reindex(index=lists.days, columns=lists.models).to_numpy(dtype=float)
    return replace(lists, tokens=tokens)


def without(full: FullList, remaining: Grid, n: int) -> tuple[float, float, int, bool]:
    """What is left of a list of ``n`` models.

    Parameters
    ----------
    full
        All models of the window.
    remaining
        Tokens that remain, days by models.
    n
        Length of the list.

    Returns
    -------
    tuple
        Chinese share of what remains (missing where nothing does), part of the full list's tokens
        that has left, length of the list, and whether it is certain.
    """
    left = np.nansum(remaining, axis=0)
    here = ~np.isnan(remaining).all(axis=0)
    order = largest_first(np.where(here, left, -1.0))[: here.sum()]
    top, first = order[:n], largest_first(full.tokens)[:n]
    total, whole = float(left[top].sum()), float(full.tokens[first].sum())
    share = float(left[top][full.chinese[top]].sum()) / total if total else float("nan")
    removed = 1 - float(left[first].sum()) / whole if whole else float("nan")
    outside = max([full.highest_unlisted, *(left + full.hidden)[order[n:]]])
    certain = len(order) >= n and bool(left[top[-1]] >= outside)
    return share, removed, len(top), certain
