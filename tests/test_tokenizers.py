import matplotlib.pyplot as plt
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import tokenizer_chart
from token_exports.models import market_share, tokenizers
from token_exports.models.tokenizers import CODE, HAN, PROSE, Stretch
from token_exports.models.windows import Window
from token_exports.results import Results
from token_exports.units import unit_of

OLD = "Claude (2023 public, Claude 1-2)"
GEMMA = "Gemma 3 (Gemini-like)"
APRIL = pd.Timestamp(2026, 4, 16)
RATIOS = st.floats(min_value=1.0, max_value=1.5)


def measured(tokens):
    """Rows of the table from ``{text: {tokenizer: tokens}}``; every text 400 characters long."""
    rows = [
        (name, "toy", text, 400, None if text == HAN else 50, count)
        for text, counts in tokens.items()
        for name, count in counts.items()
    ]
    columns = ["tokenizer", "used_by", "text", "character_count", "word_count", "tokens"]
    return pd.DataFrame(rows, columns=columns).astype({"word_count": "Int64"})


def board(*rows):
    return pd.DataFrame(rows, columns=["model_permaslug", "origin", "tokens"])


COUNTS = {CODE: {tokenizers.REFERENCE: 100, "DeepSeek V4": 110, GEMMA: 120, OLD: 150}}
RATIO = tokenizers.relative(measured(COUNTS))
LIST = board(("deepseek/a", "cn", 110), ("minimax/b", "cn", 120), ("anthropic/c", "us", 100))


def reported(**rows):
    table = pd.DataFrame.from_dict(rows, orient="index", columns=["value", "low", "high"])
    table["period_start"] = APRIL
    return table.rename_axis("quantity_id").reset_index()


# ---- ratios


def test_a_ratio_is_tokens_over_those_of_the_reference():
    assert RATIO["relative_ratio"].tolist() == [1.0, 1.1, 1.2, 1.5]
    assert RATIO["words_per_token_ratio"].tolist()[0] == 0.5  # 50 words in 100 tokens
    assert RATIO["superseded"].tolist() == [False, False, False, True]


def test_without_the_reference_there_is_no_ratio():
    alone = tokenizers.relative(measured({HAN: {"DeepSeek V4": 5}}))
    assert alone["relative_ratio"].isna().all()
    assert alone["words_per_token_ratio"].isna().all()  # Chinese has no words between spaces
    assert tokenizers.spread(alone).empty


def test_the_spread_with_and_without_tokenizers_given_up():
    table = tokenizers.spread(RATIO).set_index("basis")
    assert table["spread_ratio"].to_dict() == pytest.approx({"current": 1.2, "all": 1.5})
    assert table["tokenizer_count"].to_dict() == {"current": 3, "all": 4}
    assert table["central_ratio"].to_dict() == pytest.approx({"current": 1.1, "all": 1.15})


# ---- shares


def test_the_share_in_one_tokenizer_by_hand():
    found = tokenizers.share(LIST, RATIO, CODE, "current")
    # known: DeepSeek 110 / 1.1 = 100. Least: MiniMax 120 / 1.2 = 100, Claude 100 / 1 = 100:
    # 200/300. Most: 120 / 1 = 120, 100 / 1.2 = 83.33: 220/303.33. Centre, median 1.1:
    # 109.09 and 90.91: 209.09/300
    assert (found.low, found.central, found.high) == pytest.approx(
        (2 / 3, 209.0909 / 300, 220 / 303.3333), rel=1e-5
    )
    wide = tokenizers.share(LIST, RATIO, CODE, "all")
    # 120 / 1.5 = 80: 180/280; 100 / 1.5 = 66.67: 220/286.67
    assert (wide.low, wide.high) == pytest.approx((180 / 280, 220 / 286.6667), rel=1e-5)


def test_what_is_reported_of_claude_lifts_only_the_upper_end():
    plain = tokenizers.share(LIST, RATIO, CODE, "all")
    wide = tokenizers.share(LIST, RATIO, CODE, "all", Stretch(2.0))
    assert wide.high == pytest.approx(220 / 270)  # Claude 100 / 2 = 50
    assert (wide.low, wide.central) == (plain.low, plain.central)


@pytest.mark.parametrize(
    ("model", "high"),
    [
        ("anthropic/claude-4.6-opus-20260205", 2.0),
        ("anthropic/claude-4.7-opus-20260416", 3.0),  # 2 x 1.5
        ("anthropic/claude-4.8-opus-20260528:beta", 3.0),
        ("anthropic/claude-opus", 2.0),  # no date in the name: not known to be new
        ("google/gemini-3.5-flash-20260519", 1.4),
    ],
)
def test_only_new_claude_models_have_the_new_tokenizer(model, high):
    assert Stretch(2.0, 1.5, APRIL).of(model, 1.4) == pytest.approx(high)


def test_kin_sets_the_centre_and_leaves_the_bounds():
    one = board(("minimax/b", "cn", 120), ("google/c", "us", 120))
    found = tokenizers.share(one, RATIO, CODE, "current")
    # centre: MiniMax 120 / 1.1 = 109.09, Gemini as Gemma 120 / 1.2 = 100
    assert found.central == pytest.approx(109.0909 / 209.0909, rel=1e-5)
    assert (found.low, found.high) == pytest.approx((100 / 220, 120 / 220))


def test_the_older_tokenizer_of_a_developer_stands_in_until_the_newer_is_public():
    early = tokenizers.relative(measured({CODE: {tokenizers.REFERENCE: 100, "DeepSeek V3": 110}}))
    own = LIST.iloc[[0, 2]]
    assert tokenizers.known_share(own, early) == pytest.approx(110 / 210)
    # DeepSeek 100; Claude between 100 / 1.1 and 100
    found = tokenizers.share(own, early, CODE)
    assert (found.low, found.high) == pytest.approx((0.5, 100 / 190.9091), rel=1e-5)


def test_only_known_tokenizers_leave_no_range():
    one = board(("deepseek/a", "cn", 110), ("openai/b", "us", 100))
    found = tokenizers.share(one, RATIO, CODE)
    assert found.low == found.central == found.high == pytest.approx(0.5)  # counted 110/210


def test_unknown_origin_is_not_chinese_and_its_tokenizer_unknown():
    one = board(("deepseek/a", "cn", 110), ("openrouter/x", "unknown", 150))
    found = tokenizers.share(one, RATIO, CODE)
    assert (found.low, found.high) == pytest.approx((100 / 250, 100 / 200))


@given(RATIOS, RATIOS, RATIOS)
def test_no_ratios_within_the_range_escape_the_bounds(minimax, claude, gemini):
    four = pd.concat([LIST, board(("google/d", "us", 90))], ignore_index=True)
    found = tokenizers.share(four, RATIO, CODE)
    own = 100 + 120 / minimax
    truth = own / (own + 100 / claude + 90 / gemini)
    assert found.low - 1e-9 <= truth <= found.high + 1e-9


@given(st.integers(min_value=1, max_value=10**6))
def test_more_of_everything_changes_no_share(factor):
    more = LIST.assign(tokens=LIST["tokens"] * factor)
    assert tokenizers.share(more, RATIO, CODE).low == pytest.approx(
        tokenizers.share(LIST, RATIO, CODE).low
    )


def test_what_was_reported_of_claude_by_hand():
    table = reported(
        claude_opus_46_code_characters_per_token=(2.0, None, None),
        claude_opus_47_vendor_tokens=(None, 1.0, 1.35),
        claude_opus_47_openrouter_tokens=(None, 1.32, 1.45),
    )
    # the reference needs 100 tokens for 400 characters, 4 a token; Claude 2 a token: ratio 2
    assert tokenizers.stretches(RATIO, table) == {CODE: Stretch(2.0, 1.45, APRIL)}
    assert tokenizers.stretches(RATIO, table.iloc[:0]) == {}


def test_all_bases_and_what_covers_them():
    table = tokenizers.shares(LIST, RATIO, {CODE: Stretch(2.0)})
    assert table["basis"].tolist() == ["current", "all", "reported"]
    assert table["counted_share"].tolist() == pytest.approx([230 / 330] * 3)
    covering = tokenizers.outer(table, (CODE, PROSE))
    assert (covering.low, covering.high) == pytest.approx((180 / 280, 220 / 270))
    assert covering.central == table["central_share"][1]
    assert tokenizers.outer(table, (HAN,)) is None


# ---- words and figures


def test_what_is_recorded_has_a_unit_and_a_model():
    table = tokenizers.shares(LIST, RATIO, {})
    values = tokenizer_chart.quantities(table, RATIO, LIST)
    assert set(values) == set(tokenizer_chart.RECORDED)
    assert {unit_of(name) for name in values} == {"share", "ratio"}
    assert values["one_tokenizer_chinese_cn_top_n_share"] is None  # not measured in the toy
    for _, formula, _ in tokenizer_chart.RECORDED.values():
        assert hasattr(tokenizers, formula.removeprefix("tokenizers."))


def test_the_takeaway_gives_the_shift_with_its_sign():
    table = tokenizers.shares(LIST, RATIO, {})
    words = tokenizer_chart.tokenizer_takeaway(table, RATIO, LIST)
    # counted 230/330 = 69.7%; 64.3% is 5.4 less, 76.7% is 7.0 more; DeepSeek holds 110/330
    assert "33.3%" in words
    assert "between 64.3% and 76.7%" in words
    assert "from 5.4 points less to 7.0 points more than the 69.7% counted" in words
    assert "Chinese text" not in words


def test_a_share_that_can_only_fall_is_said_to_fall():
    one = board(("deepseek/a", "cn", 110), ("openai/b", "us", 100))
    table = tokenizers.shares(one, RATIO, {})
    words = tokenizer_chart.tokenizer_takeaway(table, RATIO, one)
    assert "from 2.4 points less to 2.4 points less" in words  # 50% of 52.4%


def test_nothing_measured_nothing_drawn():
    none = RATIO.iloc[:0]
    table = tokenizers.shares(LIST, none, {})
    found = Results("01_openrouter_share", "toy")
    tokenizer_chart.tokenizer_ratios(found, none, "toy")
    tokenizer_chart.one_tokenizer(found, table, 0.61, "toy", "toy")
    assert found.figures == []
    assert "No tokenizer" in tokenizer_chart.tokenizer_takeaway(table, none, LIST)
    values = tokenizer_chart.quantities(table, none, LIST)
    assert set(values.values()) == {None}


def test_tokenizers_given_up_stand_last():
    _, axes = plt.subplots(1, 4)
    tokenizer_chart.draw_ratios(RATIO, list(axes))
    names = [label.get_text() for label in axes[0].get_yticklabels()]
    assert names[-1] == "Claude of 2023"
    plt.close()


# ---- the real tables

REAL = tokenizers.relative(data.load("tokens_per_word"))


def test_deepseek_on_code():
    own = REAL[(REAL["tokenizer"] == "DeepSeek V4") & (REAL["text"] == CODE)]
    assert own["relative_ratio"].iloc[0] == pytest.approx(66_231 / 62_659)


def test_every_mapped_tokenizer_is_measured():
    names = {n for own in (tokenizers.KNOWN | tokenizers.LIKELY).values() for n in own}
    assert names | {*tokenizers.SUPERSEDED, tokenizers.REFERENCE} <= set(REAL["tokenizer"])


def test_the_essay_week_in_one_tokenizer():
    # Billions of tokens: M2.5 2,453, Kimi 1,205, GLM-5 881, unknown, 4,539 together; DeepSeek 746,
    # ratio 1.0570; others 3,432, unknown. Code ranges from 62,098 to 79,574 of 62,659 tokens:
    # 0.99105 to 1.26995. Least: (4,539 / 1.26995 + 705.8) / (4,280 + 3,432 / 0.99105) = 0.5528;
    # most: (4,539 / 0.99105 + 705.8) / (5,285.8 + 3,432 / 1.26995) = 0.6617
    authors, stealth = data.load("model_authors"), data.load("stealth_models")
    daily = data.load("openrouter_tokens_daily")
    origin = market_share.origins(daily["model_permaslug"], authors, stealth, "by_slug")
    week = market_share.leaderboard(daily, origin, Window(pd.Timestamp(2026, 2, 17).date(), 7), 10)
    found = tokenizers.share(week, REAL, CODE)
    assert (found.low, found.high) == pytest.approx((0.5528, 0.6617), abs=5e-4)
