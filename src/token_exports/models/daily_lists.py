"""The daily lists as a grid of days and models, with the most that a missing place can hide.

    hidden tokens [tokens] = tokens of the last model whose rank is listed without a break
                             (nothing before a model's first row)

A window is a slice of the grid, so a question asked of every window reads the table once.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.models import windows
from token_exports.models.windows import Window

Grid = NDArray[np.float64]


@dataclass(frozen=True)
class DailyLists:
    """Tokens of every model on every day with rows.

    Parameters
    ----------
    days
        Days with rows, in order.
    models
        Slugs, in order.
    tokens
        Days by models; missing where a day does not list the model.
    hidden
        Days by models: most that a model can have where it is missing, otherwise nothing.
    """

    days: pd.DatetimeIndex
    models: pd.Index
    tokens: Grid
    hidden: Grid

    def of(self, window: Window) -> tuple[Grid, Grid]:
        """Tokens and hidden tokens on the days of a window.

        Raises
        ------
        WindowError
            A day of the window has no rows.
        """
        windows.require(window, self.days)
        first = int(self.days.searchsorted(pd.Timestamp(window.start)))
        days = slice(first, first + window.days_count)
        return self.tokens[days], self.hidden[days]

    def ranked(self, window: Window) -> pd.DataFrame:
        """Models listed in a window, largest first; equal ones in order of their slug.

        Returns
        -------
        DataFrame
            ``model_permaslug``, ``tokens``, ``tokens_high`` (with the most that can be missing).

        Raises
        ------
        WindowError
            A day of the window has no rows.
        """
        tokens, hidden = self.of(window)
        (here,) = np.nonzero(~np.isnan(tokens).all(axis=0))
        sums = np.nansum(tokens[:, here], axis=0)
        most = sums + hidden[:, here].sum(axis=0)
        order = largest_first(sums)
        names = self.models[here[order]]
        columns = {"model_permaslug": names, "tokens": sums[order], "tokens_high": most[order]}
        return pd.DataFrame(columns)


def of_table(daily: pd.DataFrame, listed: pd.DataFrame | None = None) -> DailyLists:
    """Grid of a daily table.

    Parameters
    ----------
    daily
        Table ``openrouter_tokens_daily``.
    listed
        The whole table where ``daily`` leaves models out; its ranks say what can be missing.
    """
    by_day = daily.pivot(index="date", columns="model_permaslug", values="tokens")
    tokens = by_day.to_numpy(dtype=float)
    absent = np.isnan(tokens)
    begun = np.logical_or.accumulate(~absent, axis=0)
    floor = daily_floor_tokens(daily if listed is None else listed).reindex(by_day.index).fillna(0)
    hidden = np.where(absent & begun, floor.to_numpy(dtype=float)[:, None], 0.0)
    return DailyLists(pd.DatetimeIndex(by_day.index), by_day.columns, tokens, hidden)


def daily_floor_tokens(daily: pd.DataFrame) -> pd.Series:
    """Tokens, by day, of the last model whose rank is listed without a break.

    A model that a day does not list has no more.
    """
    ordered = daily.sort_values(["date", "rank"])
    unbroken = ordered["rank"] == ordered.groupby("date").cumcount() + 1
    return ordered[unbroken].groupby("date")["tokens"].min()


def largest_first(tokens: Grid) -> NDArray[np.intp]:
    """Places of models by falling tokens; equal ones in the order they have, that of their slug."""
    return np.argsort(-tokens, kind="stable")
