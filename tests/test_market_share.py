import datetime as dt

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import leader_record, serving_record, share_record
from token_exports.models import claimed_values, essay_window, market_share, windows
from token_exports.models.claimed_values import Rows
from token_exports.models.windows import Window, WindowError
from token_exports.uncertainty import Kind

MONDAY = dt.date(2026, 3, 2)
THREE_DAYS = Window(dt.date(2026, 3, 4), 3)
FEB_11_17 = Window(dt.date(2026, 2, 17), 7)
FEB_16_22 = Window(dt.date(2026, 2, 22), 7)

AUTHORS = pd.DataFrame(
    {"author_slug": ["east", "west", "openrouter"], "origin": ["cn", "us", "unknown"]}
)
STEALTH = pd.DataFrame(
    {
        "model_permaslug": ["openrouter/fox", "openrouter/owl"],
        "true_author_slug": ["east", None],
        "origin": ["cn", "unknown"],
    }
)


def daily(tokens):
    """Rows of the daily table from ``{day of March: {model: tokens}}``."""
    rows = []
    for day, models in tokens.items():
        ranked = sorted(models.items(), key=lambda item: (-item[1], item[0]))
        for rank, (model, count) in enumerate(ranked, start=1):
            rows.append((pd.Timestamp(2026, 3, day), model, rank, count, "toy"))
    return pd.DataFrame(rows, columns=["date", "model_permaslug", "rank", "tokens", "source_id"])


def totals(rows):
    """Rows of the totals table from ``(day, by slug, resolved, free, tokens)``."""
    columns = ["date", "origin_by_slug", "origin_resolved", "free", "tokens"]
    frame = pd.DataFrame([(pd.Timestamp(2026, 3, r[0]), *r[1:]) for r in rows], columns=columns)
    return frame.astype({"free": "boolean"})


TOY = {
    2: {"east/a": 50, "west/b": 40, "nobody/c": 10},
    3: {"east/a": 50, "west/b": 60, "nobody/c": 10},
    4: {"east/a": 20, "west/b": 20, "nobody/c": 10, "openrouter/fox": 30},
}


def origins(tokens=TOY, rule="by_slug"):
    models = [model for day in tokens.values() for model in day]
    return market_share.origins(models, AUTHORS, STEALTH, rule)


@pytest.fixture(scope="module")
def rows():
    return Rows(*(data.load(name) for name in claimed_values.TABLES))


def test_origin_of_a_model_is_that_of_its_developer_and_unknown_otherwise():
    assert origins().to_dict() == {
        "east/a": "cn",
        "nobody/c": "unknown",
        "openrouter/fox": "unknown",
        "west/b": "us",
    }


def test_a_revealed_preview_belongs_to_its_lab_and_an_unrevealed_one_to_nobody():
    resolved = market_share.origins(
        ["openrouter/fox", "openrouter/owl"], AUTHORS, STEALTH, "resolved"
    )
    assert resolved.to_dict() == {"openrouter/fox": "cn", "openrouter/owl": "unknown"}


def test_an_unknown_stealth_rule_is_named():
    with pytest.raises(ValueError, match=r"no stealth rule 'guess'; known: by_slug, resolved"):
        origins(rule="guess")


def test_leaderboard_by_hand_settles_a_tie_by_slug():
    # a: 50 + 50 + 20 = 120; b: 40 + 60 + 20 = 120, so the slug decides; c: 30; fox: 30
    board = market_share.leaderboard(daily(TOY), origins(), THREE_DAYS, 3)
    assert board["model_permaslug"].tolist() == ["east/a", "west/b", "nobody/c"]
    assert board["tokens"].tolist() == [120, 120, 30]
    # three models hold 270 tokens, 120 of them Chinese
    assert market_share.top_n_share(board, "cn").central == pytest.approx(120 / 270)
    assert board["top_n_share"].sum() == pytest.approx(1)


def test_days_before_a_models_first_row_are_zero_and_exact():
    # fox has its first row on the last day: nothing is missing, so the share is exact
    board = market_share.leaderboard(daily(TOY), origins(rule="resolved"), THREE_DAYS, 4)
    share = market_share.top_n_share(board, "cn")
    assert share.kind == Kind.EXACT
    assert share.central == pytest.approx((120 + 30) / 300)


def test_a_model_that_drops_out_for_a_day_gives_bounds():
    # a is not listed on the 3rd; the last listed model had 10, so a has at most 10 more
    tokens = {2: TOY[2], 3: {"west/b": 60, "nobody/c": 10}, 4: TOY[4]}
    board = market_share.leaderboard(daily(tokens), origins(), THREE_DAYS, 2)
    share = market_share.top_n_share(board, "cn")
    assert board.set_index("model_permaslug")["tokens_high"]["east/a"] == 70 + 10
    assert share.kind == Kind.BOUNDS
    # b: 40 + 60 + 20 = 120 exactly; a between 70 and 80
    assert share.low == pytest.approx(70 / 190)
    assert share.high == pytest.approx(80 / 200)


def test_a_window_with_a_missing_day_says_which_days_exist():
    gap = daily({1: TOY[2], 2: TOY[2], 4: TOY[4]})
    with pytest.raises(
        WindowError,
        match=r"window 2–4 Mar 2026: no rows for 3 Mar 2026; "
        r"days with rows: 1–2 Mar 2026, 4 Mar 2026",
    ):
        market_share.leaderboard(gap, origins(), THREE_DAYS, 2)


def test_windows_never_span_a_gap():
    days = pd.to_datetime(["2026-03-01", "2026-03-02", "2026-03-04", "2026-03-05", "2026-03-06"])
    found = windows.all_windows(days, 2)
    assert [w.label for w in found] == ["1–2 Mar 2026", "4–5 Mar 2026", "5–6 Mar 2026"]
    assert windows.latest_window(days, 7).label == "4–6 Mar 2026"


@pytest.mark.parametrize(
    ("start", "end", "label"),
    [
        (dt.date(2026, 2, 11), dt.date(2026, 2, 17), "11–17 Feb 2026"),
        (dt.date(2026, 2, 23), dt.date(2026, 3, 1), "23 Feb–1 Mar 2026"),
        (dt.date(2025, 12, 29), dt.date(2026, 1, 4), "29 Dec 2025–4 Jan 2026"),
        (MONDAY, MONDAY, "2 Mar 2026"),
    ],
)
def test_a_span_says_a_shared_month_or_year_once(start, end, label):
    assert windows.span_label(start, end) == label


def test_zero_tokens_have_no_share():
    nothing = daily({2: {"east/a": 0}, 3: {"east/a": 0}, 4: {"east/a": 0}})
    board = market_share.leaderboard(nothing, origins(), THREE_DAYS, 1)
    with pytest.raises(WindowError, match="no tokens"):
        market_share.top_n_share(board, "cn")


PLATFORM = [
    (2, "cn", "cn", False, 40),
    (2, "cn", "cn", True, 10),  # a free model counts like any other
    (2, "us", "us", False, 30),
    (2, "unknown", "cn", True, 5),  # a preview, later revealed
    (2, "unknown", "unknown", None, 15),  # models that nobody names
]


def test_platform_share_by_hand_never_allocates_the_unknown():
    day = Window(MONDAY, 1)
    # 100 tokens: 50 Chinese by slug, 55 with the preview, at most 55 + 15 = 70
    by_slug = market_share.platform_share(totals(PLATFORM), day, "cn", "by_slug")
    resolved = market_share.platform_share(totals(PLATFORM), day, "cn", "resolved")
    assert (by_slug.central, by_slug.low, by_slug.high) == pytest.approx((0.50, 0.50, 0.70))
    assert (resolved.central, resolved.low, resolved.high) == pytest.approx((0.55, 0.50, 0.70))
    # known origins hold 55 + 30 = 85 tokens, or 80 by slug
    assert market_share.identified_share(totals(PLATFORM), day, "cn", "resolved") == pytest.approx(
        55 / 85
    )
    assert market_share.identified_share(totals(PLATFORM), day, "cn", "by_slug") == pytest.approx(
        50 / 80
    )
    # free: 10 + 5 of the 55 resolved
    assert market_share.free_share(totals(PLATFORM), day, "cn", "resolved") == pytest.approx(
        15 / 55
    )


def test_platform_tokens_by_origin_add_up_to_all_tokens():
    tokens = market_share.tokens_by_origin(totals(PLATFORM), Window(MONDAY, 1), "by_slug")
    assert tokens.to_dict() == {"cn": 50, "unknown": 20, "us": 30}


counts = st.lists(st.integers(0, 10**12), min_size=4, max_size=4).filter(any)


@given(counts)
def test_shares_of_all_origins_sum_to_one_unknown_included(tokens):
    names = ("east/a", "west/b", "nobody/c", "openrouter/fox")
    one_day = daily({2: dict(zip(names, tokens, strict=True))})
    board = market_share.leaderboard(one_day, origins(), Window(MONDAY, 1), 4)
    parts = [market_share.top_n_share(board, o).central for o in ("cn", "us", "unknown")]
    assert sum(parts) == pytest.approx(1)


@given(counts, st.integers(2, 1000))
def test_scaling_all_tokens_changes_no_share(tokens, factor):
    names = ("east/a", "west/b", "nobody/c", "openrouter/fox")
    day = Window(MONDAY, 1)
    shares = []
    for scale in (1, factor):
        scaled = {n: t * scale for n, t in zip(names, tokens, strict=True)}
        board = market_share.leaderboard(daily({2: scaled}), origins(), day, 3)
        shares.append(market_share.top_n_share(board, "cn").central)
    assert shares[0] == pytest.approx(shares[1])


@given(st.lists(st.integers(20, 100), min_size=6, max_size=6), st.integers(0, 20))
def test_bounds_of_a_hidden_day_hold_the_exact_value(tokens, hidden):
    # c is listed last with 20 on each day; a's hidden tokens on the 3rd cannot exceed that
    a, b = tokens[:3], tokens[3:]
    whole = {
        day: {"east/a": a[i], "west/b": b[i], "nobody/c": 20} for i, day in enumerate((2, 3, 4))
    }
    whole[3]["east/a"] = hidden
    seen = {day: dict(models) for day, models in whole.items()}
    del seen[3]["east/a"]
    exact_board, seen_board = (
        market_share.leaderboard(daily(x), origins(), THREE_DAYS, 3) for x in (whole, seen)
    )
    exact, bounded = (market_share.top_n_share(x, "cn") for x in (exact_board, seen_board))
    assert bounded.low - 1e-12 <= exact.central <= bounded.high + 1e-12


# The numbers of the issue, from the committed rows. The essay prints two or three digits, so three
# significant digits are compared (rel=1e-3 of a total, 5e-4 of a share).
def test_study_window_has_the_essays_numbers(rows):
    found = claimed_values.window_values(rows, FEB_11_17, 10)
    assert found["top_n_tokens"] == pytest.approx(8.715e12, rel=1e-3)
    assert found["cn_top_n_tokens"] == pytest.approx(5.285e12, rel=1e-3)
    assert found["cn_top_n_share"].central == pytest.approx(0.606, abs=5e-4)
    assert found["cn_top_n_share"].kind == Kind.EXACT
    assert found["m25_tokens"] == pytest.approx(2.453e12, rel=1e-3)
    assert found["cn_in_top_three_count"] == 3
    assert found["stated_rank_match_count"] == 2


def test_study_window_on_all_traffic(rows):
    tokens = market_share.tokens_by_origin(rows.totals, FEB_11_17, "by_slug")
    assert tokens.sum() == pytest.approx(13.885e12, rel=1e-3)
    share = market_share.platform_share(rows.totals, FEB_11_17, "cn", "by_slug")
    assert share.central == pytest.approx(0.470, abs=5e-4)


def test_calendar_week_has_gemini_third_and_a_smaller_share(rows):
    board = rows.board(FEB_16_22, 10)
    assert board["model_permaslug"][2] == "google/gemini-3-flash-preview-20251217"
    assert market_share.top_n_share(board, "cn").central == pytest.approx(0.590, abs=5e-4)
    share = market_share.platform_share(rows.totals, FEB_16_22, "cn", "by_slug")
    assert share.central == pytest.approx(0.447, abs=5e-4)


def test_only_the_trailing_week_fits_all_five_numbers(rows):
    stated = data.load("claims").set_index("claim_id")["stated_value"]
    numbers = {name: stated[claim] for name, claim in essay_window.STATED_CLAIMS.items()}
    platform = essay_window.platform_by_day(rows.totals, "resolved")
    every = windows.all_windows(rows.daily["date"], 7)
    measured = essay_window.measure_windows(rows.daily, platform, rows.resolved, every, 10)
    nearest = essay_window.window_distances(measured, numbers)
    assert nearest["window_end"][0] == FEB_11_17.end
    # all five within a percent; the next window misses one of them by more than a tenth
    assert nearest["distance_ratio"][0] < 0.01
    assert nearest["distance_ratio"][1] > 0.10


def test_every_window_agrees_with_its_own_leaderboard(rows):
    platform = essay_window.platform_by_day(rows.totals, "resolved")
    chosen = windows.all_windows(rows.daily["date"], 7)[::15]
    measured = essay_window.measure_windows(rows.daily, platform, rows.resolved, chosen, 10)
    for window, row in zip(chosen, measured.to_dict("records"), strict=True):
        share = market_share.top_n_share(rows.board(window, 10), "cn")
        assert row["cn_top_n_share"] == pytest.approx(share.central)
        whole = market_share.platform_share(rows.totals, window, "cn", "resolved")
        ends = (row["cn_least_share"], row["cn_platform_share"], row["cn_most_share"])
        assert ends == pytest.approx((whole.low, whole.central, whole.high))


def test_percentile_counts_values_no_larger():
    # of 0.1, 0.4, 0.4 and 0.9 three are no larger than 0.4; the unknown value does not count
    values = pd.Series([0.1, 0.4, 0.4, 0.9, None])
    assert essay_window.percentile_share(values, 0.4) == pytest.approx(3 / 4)


def test_stated_windows_are_skipped_where_rows_do_not_reach(rows):
    early = rows.daily[rows.daily["date"] <= "2026-02-18"]
    assert set(essay_window.stated_windows(early["date"])) == {"prior_iso_week"}


def test_every_result_that_a_basis_names_is_computed(rows):
    bases = data.load("claim_bases")["result"]
    needed = {r.split(":")[1] for r in bases if r.startswith("01_openrouter_share:")}
    found = set(claimed_values.window_values(rows, FEB_11_17, 10))
    for values in claimed_values.stated_window_values(rows, 10).values():
        found |= set(values)
    found |= set(claimed_values.mix_values(rows, FEB_16_22.end))
    found |= set(claimed_values.request_values(rows, FEB_16_22.end, (20, 35, 100)))
    found |= set(claimed_values.leader_values(rows))
    found |= set(claimed_values.place_values(rows, FEB_11_17, 10))
    found |= set(share_record.quoted(data.load("claim_evidence")))
    found |= set(share_record.arithmetic(data.load("claims")))
    found |= {*leader_record.RECORDED, *serving_record.RECORDED}
    assert needed <= found


def test_the_essays_own_arithmetic():
    # 5.3 / 8.7 = 0.6092; 2026 - 1858 = 168
    found = share_record.arithmetic(data.load("claims"))
    assert found["stated_tokens_share"] == pytest.approx(0.6092, abs=1e-4)
    assert found["elapsed_since_cable_years"] == 168


@given(counts, st.integers(1, 8), st.integers(1, 10**12))
def test_a_further_model_never_lowers_its_origins_share(tokens, n, extra):
    window = Window(MONDAY, 1)
    models = {f"{'east' if i % 2 else 'west'}/{i}": count for i, count in enumerate(tokens)}
    before, after = (
        market_share.top_n_share(
            market_share.leaderboard(daily({2: each}), origins({2: each}), window, n), "cn"
        ).central
        for each in (models, models | {"east/new": extra})
    )
    assert after >= before - 1e-12
