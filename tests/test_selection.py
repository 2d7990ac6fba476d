import datetime as dt

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from token_exports import data
from token_exports.models import claimed_values, market_share, selection
from token_exports.models.market_share import UNKNOWN
from token_exports.models.selection import Selection, Usage
from token_exports.models.windows import Window, WindowError

TWO_DAYS = Window(dt.date(2026, 3, 3), 2)
FEB_11_17 = Window(dt.date(2026, 2, 17), 7)

BY_SLUG = pd.Series(
    {"east/old": "cn", "east/new": "cn", "west/old": "us", "west/gift:free": "us"}
    | {"openrouter/fox": UNKNOWN, "nobody/c": UNKNOWN}
)
RESOLVED = BY_SLUG.copy()
RESOLVED["openrouter/fox"] = "cn"


def table(rows):
    """Rows of the table of models from ``{slug: (day of launch, origin of the weights)}``."""
    frame = pd.DataFrame(
        [(slug, pd.Timestamp(day), origin) for slug, (day, origin) in rows.items()],
        columns=["model_slug", "launched_on", "weights_origin"],
    )
    return frame.assign(free=[selection.is_free(slug) for slug in frame["model_slug"]])


MODELS = table(
    {
        "east/old": ("2025-06-01", "cn"),
        "east/new": ("2026-03-01", "cn"),
        "west/old": ("2025-06-01", "cn"),  # built on Chinese weights
        "west/gift:free": ("2025-06-01", "us"),
        "openrouter/fox": ("2026-02-20", UNKNOWN),
    }
)


def daily(tokens):
    """Rows of the daily table from ``{day of March: {model: tokens}}``."""
    rows = []
    for day, models in tokens.items():
        ranked = sorted(models.items(), key=lambda item: (-item[1], item[0]))
        for rank, (model, count) in enumerate(ranked, start=1):
            rows.append((pd.Timestamp(2026, 3, day), model, rank, count))
    return pd.DataFrame(rows, columns=["date", "model_permaslug", "rank", "tokens"])


# each day: 40 + 30 Chinese, 50 + 20 American (20 of them free), 10 of a preview that is Chinese
DAY = {"east/old": 40, "east/new": 30, "west/old": 50, "west/gift:free": 20, "openrouter/fox": 10}
DAILY = daily({2: DAY, 3: DAY})


def totals(days=(2, 3)):
    """The rows of ``DAY``, unlisted named tokens (6 Chinese, 4 American) and 15 unnamed ones."""
    rows = [
        ("cn", "cn", False, 40 + 30 + 6),
        ("us", "us", False, 50 + 4),
        ("us", "us", True, 20),
        (UNKNOWN, "cn", True, 10),
        (UNKNOWN, UNKNOWN, None, 15),
    ]
    columns = ["date", "origin_by_slug", "origin_resolved", "free", "tokens"]
    frame = pd.DataFrame([(pd.Timestamp(2026, 3, d), *r) for d in days for r in rows])
    return frame.set_axis(columns, axis="columns").astype({"free": "boolean"})


USAGE = Usage(DAILY, totals(), MODELS, BY_SLUG, RESOLVED)


def left(frame):
    return sorted(frame["model_permaslug"].unique())


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        (Selection(), ""),
        (Selection(include_free=False), "without free models"),
        (Selection(min_age_days=1), "without models younger than 1 day"),
        (Selection(False, 14), "without free models and models younger than 14 days"),
    ],
)
def test_a_selection_says_what_it_leaves_out(chosen, words):
    assert chosen.words == words
    assert chosen.everything is (words == "")


def test_free_means_the_variant_or_an_anonymous_preview():
    slugs = ["a/b:free", "openrouter/fox", "stealth/ox", "a/free", "openrouterish/b", "a/b:beta"]
    assert [selection.is_free(slug) for slug in slugs] == [True, True, True, False, False, False]


def test_everything_stays_if_nothing_is_left_out():
    pd.testing.assert_frame_equal(selection.daily(DAILY, MODELS, Selection()), DAILY)


def test_a_model_stays_from_the_day_it_reaches_the_age():
    # east/new of 1 March is one day old on the 2nd and two on the 3rd
    kept = selection.daily(DAILY, MODELS, Selection(min_age_days=2))
    assert kept.loc[kept["model_permaslug"] == "east/new", "date"].dt.day.tolist() == [3]
    assert "openrouter/fox" in left(kept)


def test_a_model_of_unknown_launch_is_as_old_as_its_first_row_shows():
    rows = daily({2: {"nobody/c": 5}, 3: {"nobody/c": 5}, 4: {"nobody/c": 5}})
    kept = selection.daily(rows, MODELS, Selection(min_age_days=2))
    assert kept["date"].dt.day.tolist() == [4]
    assert left(selection.daily(rows, MODELS, Selection(include_free=False))) == ["nobody/c"]


def test_a_preview_that_the_table_does_not_know_yet_is_free_by_its_slug():
    unknown_to_table = MODELS[MODELS["model_slug"] != "openrouter/fox"]
    kept = selection.daily(DAILY, unknown_to_table, Selection(include_free=False))
    assert left(kept) == ["east/new", "east/old", "west/old"]


def test_a_week_counts_the_age_on_its_last_day_and_drops_an_unknown_age():
    parts = pd.DataFrame({"model_slug": ["east/new", "east/old", "nobody/c"], "tokens": [3, 2, 1]})
    end = dt.date(2026, 3, 8)  # east/new is seven days old

    def slugs(chosen):
        return selection.week(parts, MODELS, chosen, end)["model_slug"].tolist()

    assert slugs(Selection(min_age_days=7)) == ["east/new", "east/old"]
    assert slugs(Selection(min_age_days=8)) == ["east/old"]
    assert slugs(Selection(include_free=False)) == parts["model_slug"].tolist()


def test_platform_share_without_free_models():
    # per day remain 76 Chinese, 54 American; 15 unnamed stay or not, belong to anyone
    share = selection.platform_share(
        USAGE, TWO_DAYS, Selection(include_free=False), "cn", "resolved"
    )
    assert share.central == pytest.approx(76 / 145)
    assert share.low == pytest.approx(76 / 145)
    assert share.high == pytest.approx((76 + 15) / 145)


def test_platform_share_without_young_models():
    # at ten days east/new leaves, the preview of 20 February (10 days old on the 2nd) stays:
    # 40 + 10 certain and 6 open Chinese, 50 + 20 certain and 4 open American, 15 unnamed
    young = Selection(min_age_days=10)
    share = selection.platform_share(USAGE, TWO_DAYS, young, "cn", "resolved")
    assert share.central == pytest.approx((50 + 6) / (50 + 6 + 70 + 4 + 15))
    # by slug the preview is nobody's: 40 against 70 + 4 + 10 + 15, with 6 Chinese gone
    assert share.low == pytest.approx(40 / (40 + 70 + 4 + 10 + 15))
    # at most its unlisted rest and the unnamed are Chinese, the American rest gone
    assert share.high == pytest.approx((50 + 6 + 15) / (50 + 6 + 15 + 70))


def test_remaining_tokens_say_what_is_open():
    found = selection.remaining(USAGE, TWO_DAYS, Selection(False, 10), "resolved")
    assert found.loc["cn"].to_dict() == {"certain": 80, "open": 12}  # 40 and 6 on two days
    assert found.loc["us"].to_dict() == {"certain": 100, "open": 8}
    assert found.loc[UNKNOWN].to_dict() == {"certain": 0, "open": 30}


def test_an_incomplete_window_is_refused():
    with pytest.raises(WindowError, match="2 Mar 2026"):
        selection.platform_share(
            Usage(DAILY, totals((3,)), MODELS, BY_SLUG, RESOLVED),
            TWO_DAYS,
            Selection(),
            "cn",
            "resolved",
        )
    unlisted = Usage(DAILY[DAILY["date"].dt.day == 3], totals(), MODELS, BY_SLUG, RESOLVED)
    with pytest.raises(WindowError, match="2 Mar 2026"):
        selection.platform_share(unlisted, TWO_DAYS, Selection(min_age_days=9), "cn", "resolved")


def test_no_share_of_no_token():
    only_free = totals()[lambda t: t["free"].eq(True).fillna(False)]
    usage = Usage(DAILY, only_free, MODELS, BY_SLUG, RESOLVED)
    with pytest.raises(WindowError, match="without free models"):
        selection.platform_share(usage, TWO_DAYS, Selection(include_free=False), "cn", "resolved")


@settings(max_examples=40)
@given(
    free=st.booleans(),
    age=st.integers(0, 400),
    origin=st.sampled_from(["cn", "us", UNKNOWN]),
    rule=st.sampled_from(market_share.RULES),
)
def test_bounds_hold_the_centre_and_shares_of_all_origins_make_one(free, age, origin, rule):
    chosen = Selection(free, age)
    share = selection.platform_share(USAGE, TWO_DAYS, chosen, origin, rule)
    assert 0 <= share.low <= share.central <= share.high <= 1
    every = sum(
        selection.platform_share(USAGE, TWO_DAYS, chosen, o, rule).central
        for o in ("cn", "us", UNKNOWN)
    )
    assert every == pytest.approx(1)


def test_origin_by_weights_follows_the_table_where_it_knows():
    found = selection.by_weights(RESOLVED, MODELS)
    assert found["west/old"] == "cn"  # the table moves it
    assert found["openrouter/fox"] == "cn"  # unknown in the table: keeps the given one
    assert found["nobody/c"] == UNKNOWN  # not in the table


@pytest.fixture(scope="module")
def real():
    rows = claimed_values.Rows(*(data.load(name) for name in claimed_values.TABLES))
    models = data.load("openrouter_models")
    return rows, Usage(rows.daily, rows.totals, models, rows.origins("by_slug"), rows.resolved)


@pytest.mark.parametrize("rule", market_share.RULES)
@pytest.mark.parametrize("origin", ["cn", "us"])
def test_nothing_left_out_gives_the_share_of_the_platform(real, origin, rule):
    rows, usage = real
    assert selection.platform_share(
        usage, FEB_11_17, Selection(), origin, rule
    ) == market_share.platform_share(rows.totals, FEB_11_17, origin, rule)


def test_the_table_knows_every_model_once_and_no_launch_after_its_first_row(real):
    rows, usage = real
    models = usage.models.set_index("model_slug")
    assert sorted(models.index) == rows.models
    first = rows.daily.groupby("model_permaslug")["date"].min()
    assert (models["launched_on"].reindex(first.index) <= first).all()
    ends = rows.weekly.groupby("model_slug")["period_end"].min()
    assert (models["launched_on"].reindex(ends.index) <= ends).all()


def test_variants_of_a_model_share_its_launch(real):
    models = real[1].models
    days = models.groupby(models["model_slug"].str.split(":").str[0])["launched_on"].nunique()
    assert days.max() == 1


def test_what_is_free_is_what_the_slug_says(real):
    models = real[1].models
    assert models["free"].tolist() == [selection.is_free(s) for s in models["model_slug"]]


def test_listed_models_never_have_more_tokens_than_their_origin(real):
    rows, usage = real
    for rule in market_share.RULES:
        origin = usage.origin(rule)
        by_day = rows.daily.groupby(["date", rows.daily["model_permaslug"].map(origin)])["tokens"]
        column = "origin_resolved" if rule == "resolved" else "origin_by_slug"
        whole = rows.totals.groupby(["date", column])["tokens"].sum()
        assert (by_day.sum() <= whole.reindex(by_day.sum().index)).all()
