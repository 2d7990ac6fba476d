"""The grid of daily lists by hand: what a missing place can hide, ties, and what has left."""

import datetime as dt

import numpy as np
import pandas as pd
import pytest

from token_exports.models import daily_lists, remaining_lists
from token_exports.models.remaining_lists import FullList
from token_exports.models.windows import Window, WindowError

DAYS = {2: {"a": 50, "b": 30, "c": 10}, 3: {"a": 40, "d": 20}, 4: {"b": 60, "d": 60}}
WINDOW = Window(dt.date(2026, 3, 4), 3)


def table(days):
    rows = [
        (pd.Timestamp(2026, 3, day), model, rank, tokens)
        for day, models in days.items()
        for rank, (model, tokens) in enumerate(models.items(), start=1)
    ]
    return pd.DataFrame(rows, columns=["date", "model_permaslug", "rank", "tokens"])


def test_a_missing_place_hides_at_most_the_last_rank_and_nothing_before_the_first_row():
    _, hidden = daily_lists.of_table(table(DAYS)).of(WINDOW)
    # a, b, c, d: day 2 hides nothing of d, which has no row yet; the last ranks are 20 and 60
    assert hidden.tolist() == [[0, 0, 0, 0], [0, 20, 20, 0], [60, 0, 60, 0]]


def test_equal_models_stand_in_order_of_their_slug():
    found = daily_lists.of_table(table(DAYS)).ranked(WINDOW)
    assert found["model_permaslug"].tolist() == ["a", "b", "d", "c"]
    assert found["tokens"].tolist() == [90, 90, 80, 10]
    assert found["tokens_high"].tolist() == [150, 110, 80, 90]


def test_a_model_that_a_window_never_lists_is_not_ranked():
    found = daily_lists.of_table(table(DAYS)).ranked(Window(dt.date(2026, 3, 3), 1))
    assert found["model_permaslug"].tolist() == ["a", "d"]


def test_a_day_without_rows_is_refused():
    with pytest.raises(WindowError, match="no rows for 5 Mar 2026"):
        daily_lists.of_table(table(DAYS)).of(Window(dt.date(2026, 3, 5), 2))


def test_a_list_without_a_break_in_its_ranks_ends_at_the_break():
    daily = table({2: {"a": 50, "b": 30, "c": 10}})
    daily["rank"] = [1, 2, 4]
    assert daily_lists.daily_floor_tokens(daily).tolist() == [30]


def test_a_list_moves_up_when_models_leave():
    lists = daily_lists.of_table(table(DAYS))
    rows = table(DAYS)
    left = remaining_lists.kept(lists, rows[rows["model_permaslug"] != "a"])
    tokens, hidden = (np.nansum(part, axis=0) for part in lists.of(WINDOW))
    full = FullList(tokens, hidden, np.array([True, False, True, True]), 80.0)
    share, removed, length, certain = remaining_lists.without(full, left.of(WINDOW)[0], 2)
    # b 90 and d 80 are left of a 90, b 90; c, at most 90, may be larger than d
    assert (share, removed, length) == pytest.approx((80 / 170, 90 / 180, 2))
    assert not certain


def test_nothing_left_has_no_share():
    lists = daily_lists.of_table(table(DAYS))
    none = remaining_lists.kept(lists, table(DAYS).head(0))
    tokens, hidden = (np.nansum(part, axis=0) for part in lists.of(WINDOW))
    full = FullList(tokens, hidden, np.full(4, True), 80.0)
    share, removed, length, certain = remaining_lists.without(full, none.of(WINDOW)[0], 2)
    assert np.isnan(share)
    assert (removed, length, certain) == (1.0, 0, False)
