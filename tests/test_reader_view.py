"""A reader's choices, each alone and together, over toy days whose shares are worked by hand."""

import datetime as dt
import itertools

import pandas as pd
import pytest

from token_exports import data
from token_exports.models import claimed_values, market_share, reader_view, windows
from token_exports.models.headline import Basis
from token_exports.models.reader_view import View, moved_totals
from token_exports.models.selection import Selection
from token_exports.models.windows import Window

FEB_11_17 = Window(dt.date(2026, 2, 17), 7)
WEEK_END = dt.date(2026, 2, 22)
DAY = pd.Timestamp(2026, 3, 2)
TOTALS = pd.DataFrame(
    [(DAY, "cn", "cn", False, True, 60), (DAY, "eu", "eu", False, True, 40)],
    columns=["date", "origin_by_slug", "origin_resolved", "free", "named", "tokens"],
).astype({"free": "boolean"})
DAILY = pd.DataFrame(
    [(DAY, "east/a", 1, 60), (DAY, "merge/b", 2, 30)],
    columns=["date", "model_permaslug", "rank", "tokens"],
)
BEFORE = pd.Series({"east/a": "cn", "merge/b": "eu"})
AFTER = pd.Series({"east/a": "cn", "merge/b": "cn"})


def test_base_weights_move_the_listed_tokens_and_no_others():
    rules = market_share.RULES
    moved = moved_totals(TOTALS, DAILY, dict.fromkeys(rules, BEFORE), dict.fromkeys(rules, AFTER))
    # cn 60 + 30 listed of the merged model; of Europe's 40 the unlisted 10 stay
    for column in ("origin_by_slug", "origin_resolved"):
        assert moved.groupby(column)["tokens"].sum().to_dict() == {"cn": 90, "eu": 10}
    assert moved["tokens"].sum() == TOTALS["tokens"].sum()


def test_nothing_moves_where_origins_agree():
    same = dict.fromkeys(market_share.RULES, BEFORE)
    assert moved_totals(TOTALS, DAILY, same, same) is TOTALS


@pytest.fixture(scope="module")
def rows():
    return claimed_values.Rows(*(data.load(name) for name in claimed_values.TABLES))


@pytest.fixture(scope="module")
def models():
    return data.load("openrouter_models")


def view(rows, models, chosen=None, basis=None, rules=("by_slug", "author")):
    basis = basis or Basis("tokens", "top_n", 10)
    return View(rows, models, chosen or Selection(), basis, rules)


def test_the_plain_view_is_the_plain_count(rows, models):
    plain = view(rows, models)
    board = market_share.leaderboard(rows.daily, rows.origins("by_slug"), FEB_11_17, 10)
    pd.testing.assert_frame_equal(plain.board(FEB_11_17), board)
    whole = market_share.platform_share(rows.totals, FEB_11_17, "cn", "by_slug")
    assert plain.platform_share(FEB_11_17) == whole
    assert plain.share(FEB_11_17, WEEK_END) == market_share.top_n_share(board, "cn")


def test_without_free_models_the_next_ones_move_up(rows, models):
    without = view(rows, models, Selection(include_free=False)).board(FEB_11_17)
    assert len(without) == 10
    assert not without["model_permaslug"].str.endswith(":free").any()
    # M2.5 came out on 11 and 12 February 2026: at least 28 days old it is not on the list
    old = view(rows, models, Selection(min_age_days=28)).board(FEB_11_17)
    assert not old["model_permaslug"].str.startswith("minimax/minimax-m2.5").any()


def test_by_base_weights_a_preview_stays_a_preview(rows, models):
    by_weights = view(rows, models, rules=("by_slug", "weights")).origin
    assert by_weights["openrouter/pony-alpha"] == "unknown"
    resolved = view(rows, models, rules=("resolved", "weights")).origin
    assert resolved["openrouter/pony-alpha"] == "cn"


CHOICES = list(
    itertools.product(
        ("tokens", "computed_tokens", "output_tokens", "requests", "list_spend_usd"),
        ("top_n", "platform"),
        market_share.RULES,
        ("author", reader_view.WEIGHTS),
        (Selection(), Selection(False, 0), Selection(True, 14), Selection(False, 28)),
    )
)


def test_every_choice_holds_with_every_other(rows, models):
    for unit, denominator, rule, origin, chosen in CHOICES:
        asked = view(rows, models, chosen, Basis(unit, denominator, 10), (rule, origin))
        found = asked.share(FEB_11_17, WEEK_END)
        if found is None:  # nothing published bounds it
            assert unit != "tokens"
            assert denominator == "platform"
            continue
        assert 0 <= found.low <= found.central <= found.high <= 1


@pytest.mark.parametrize("chosen", [Selection(False, 0), Selection(True, 28), Selection(False, 14)])
def test_windows_and_the_single_window_agree(rows, models, chosen):
    asked = view(rows, models, chosen)
    row = asked.measure([FEB_11_17]).iloc[0]
    top = market_share.top_n_share(asked.board(FEB_11_17), "cn")
    assert row["cn_top_n_share"] == pytest.approx(top.central)
    whole = asked.platform_share(FEB_11_17)
    assert (row["cn_least_share"], row["cn_most_share"]) == (whole.low, whole.high)


def test_an_age_that_nothing_reaches_leaves_no_window(rows, models):
    with pytest.raises(windows.WindowError):
        view(rows, models, Selection(min_age_days=10_000)).board(FEB_11_17)
