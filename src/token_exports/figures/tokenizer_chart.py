"""Figures of notebook 01: how tokenizers differ, and what the share would be in one of them."""

import pandas as pd
from matplotlib.axes import Axes

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside, rows
from token_exports.figures.share_marks import share_axis
from token_exports.figures.share_words import percent, share
from token_exports.figures.theme import INK, ORIGIN_COLOURS, PATCH
from token_exports.models import tokenizers
from token_exports.results import Results
from token_exports.uncertainty import Interval

USED, GIVEN_UP = "#2f6db3", "#a7afb7"
CN, COUNTED = ORIGIN_COLOURS["cn"], INK["soft"]
NAMES = {
    "Claude (2023 public, Claude 1-2)": "Claude of 2023",
    "Mistral SentencePiece v3 (32k, Mixtral-like)": "Mistral v3, 32k",
    "Gemma 3 (Gemini-like)": "Gemma 3",
    "Mistral Tekken v3": "Mistral Tekken",
    "Qwen3.5/3.6": "Qwen 3.5",
}
SHORT = {
    "english_article": "essay",
    "english_licence_text": "licence",
    "python_source": "Python",
    "chinese_docs_han_only": "Chinese",
}
PANELS = tuple(tokenizers.TEXTS)
LEFT_MARGIN, RIGHT_MARGIN = 0.1, 0.55
MEASURED = ("tokens_per_word", "openrouter_tokens_daily", "model_authors", "reported_quantities")

RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "one_tokenizer_cn_top_n_share": (
        "Chinese share among the largest models if one tokenizer counted code and English prose",
        "tokenizers.outer",
        MEASURED,
    ),
    "one_tokenizer_code_cn_top_n_share": (
        "Chinese share among the largest models if one tokenizer counted Python code",
        "tokenizers.share",
        MEASURED,
    ),
    "one_tokenizer_prose_cn_top_n_share": (
        "Chinese share among the largest models if one tokenizer counted English prose",
        "tokenizers.share",
        MEASURED,
    ),
    "one_tokenizer_chinese_cn_top_n_share": (
        "Chinese share among the largest models if one tokenizer counted Chinese text",
        "tokenizers.share",
        MEASURED,
    ),
    "measured_tokenizer_token_share": (
        "Tokens of the largest models whose tokenizer is public and was measured",
        "tokenizers.known_share",
        ("tokens_per_word", "openrouter_tokens_daily"),
    ),
    "code_tokenizer_spread_ratio": (
        "Most over fewest tokens for the same Python code, tokenizers in use",
        "tokenizers.spread",
        ("tokens_per_word",),
    ),
    "prose_tokenizer_spread_ratio": (
        "Most over fewest tokens for the same English article, tokenizers in use",
        "tokenizers.spread",
        ("tokens_per_word",),
    ),
    "chinese_tokenizer_spread_ratio": (
        "Most over fewest tokens for the same Chinese text, tokenizers in use",
        "tokenizers.spread",
        ("tokens_per_word",),
    ),
}


def quantities(
    table: pd.DataFrame, ratios: pd.DataFrame, board: pd.DataFrame
) -> dict[str, Interval | float | None]:
    """What notebook 01 records of tokenizers; shares are bounded over every basis.

    Parameters
    ----------
    table
        From `tokenizers.shares`.
    ratios
        From `tokenizers.relative`.
    board
        Leaderboard behind the shares.
    """
    code, prose, han = tokenizers.CODE, tokenizers.PROSE, tokenizers.HAN
    spread = tokenizers.spread(ratios)
    used = spread[spread["basis"] == "current"].set_index("text")["spread_ratio"]
    known = tokenizers.known_share(board, ratios) if len(table) else None
    return {
        "one_tokenizer_cn_top_n_share": tokenizers.outer(table, tokenizers.CODE_AND_PROSE),
        "one_tokenizer_code_cn_top_n_share": tokenizers.outer(table, (code,)),
        "one_tokenizer_prose_cn_top_n_share": tokenizers.outer(table, (prose,)),
        "one_tokenizer_chinese_cn_top_n_share": tokenizers.outer(table, (han,)),
        "measured_tokenizer_token_share": known,
        "code_tokenizer_spread_ratio": used.get(code),
        "prose_tokenizer_spread_ratio": used.get(prose),
        "chinese_tokenizer_spread_ratio": used.get(han),
    }


def draw_ratios(ratios: pd.DataFrame, axes: list[Axes]) -> list[Axes]:
    """Dot per tokenizer in a panel per text, all panels on one scale.

    Parameters
    ----------
    ratios : DataFrame
        From `tokenizers.relative`.
    axes : list of Axes
        One per text, from left to right.
    """
    known = ratios[ratios["relative_ratio"].notna()]
    by_mean = known.groupby("tokenizer")["relative_ratio"].mean().sort_values().index
    order = sorted(by_mean, key=lambda name: name in tokenizers.SUPERSEDED)  # used ones first
    ends = known["relative_ratio"].min(), known["relative_ratio"].max()
    for place, (text, ax) in enumerate(zip(PANELS, axes, strict=False)):
        own = known[known["text"] == text].set_index("tokenizer")["relative_ratio"].reindex(order)
        colours = [GIVEN_UP if name in tokenizers.SUPERSEDED else USED for name in order]
        ax.axvline(1, color=INK["rule"], lw=1)
        ax.scatter(own, range(len(order)), s=24, color=colours, zorder=3)
        for row, ratio in enumerate(own):
            if ratio == ratio:  # not measured on this text otherwise
                beside(ax, f"{ratio:.2f}", (ratio, row), INK["soft"], shift=5)
        ax.set_title(SHORT[text], loc="left", color=INK["text"])
        ax.set_xlim(ends[0] - LEFT_MARGIN, ends[1] + RIGHT_MARGIN)
        ax.set_xticks([1, 1.5])
        ax.set_ylim(len(order) - 0.4, -0.6)
        ax.spines["left"].set_visible(False)
        names = [NAMES.get(name, name) for name in order] if place == 0 else []
        ax.set_yticks(range(len(names)), names)
        ax.tick_params(axis="y", labelcolor=INK["text"])
    return axes


def tokenizer_ratios(found: Results, ratios: pd.DataFrame, source: str) -> None:
    """Draw and file the ratios of all tokenizers.

    Parameters
    ----------
    found
        Results of the notebook.
    ratios
        From `tokenizers.relative`.
    source
        Where the counts come from.
    """
    spread = tokenizers.spread(ratios)
    used = spread[spread["basis"] == "current"].set_index("text")["spread_ratio"]
    if used.empty:
        return
    count = ratios["tokenizer"].nunique()
    fig, axes = theme.canvas(0.8 + 0.2 * count, columns=len(PANELS))
    draw_ratios(ratios, axes)
    parts = [f"{formats.quantity(used[t], 'ratio')} for {SHORT[t]}" for t in PANELS if t in used]
    title = f"Most over fewest tokens for one text: {', '.join(parts)}"
    words = show.Caption(
        title=title,
        subtitle=(
            f"Tokens of {count} tokenizers over those of o200k_base (GPT-4o and later) for the same"
            " text; grey: given up by its developer"
        ),
        source=source,
        alt=f"Four panels of dots, one row for each of {count} tokenizers."
        f" {extremes(ratios, 'tokenizer', 'relative_ratio', 'ratio')}",
        units=("ratio",),
    )
    show.figure(found, "tokenizers", fig, words, ratios)


def draw_shares(table: pd.DataFrame, stated: float, ax: Axes) -> Axes:
    """Range per text: thick for tokenizers in use, thin for the widest basis.

    Parameters
    ----------
    table : DataFrame
        From `tokenizers.shares`.
    stated : float
        The essay's share.
    ax : Axes
        Where to draw.
    """
    texts = list(dict.fromkeys(table["text"]))
    counted = float(table["counted_share"].iloc[0])
    ax.axvline(counted, color=COUNTED, lw=1)
    for place, text in enumerate(texts):
        own = table[table["text"] == text]
        widest = (own["low_share"].min(), own["high_share"].max())
        ax.hlines(place, *widest, CN, lw=1.4)
        for row in rows(own[own["basis"] == "current"]):
            ax.hlines(place, row["low_share"], row["high_share"], CN, lw=5, alpha=0.45)
            ax.scatter(row["central_share"], place, s=34, color=CN, zorder=3)
        for end, side in zip(widest, (-5, 5), strict=True):
            beside(ax, percent(end), (end, place), CN, shift=side, ground=PATCH)
    ax.set_yticks(range(len(texts)), [tokenizers.TEXTS[text] for text in texts])
    ax.tick_params(axis="y", labelcolor=INK["text"])
    ax.set_ylim(len(texts) - 0.3, -0.6)
    share_axis(ax)
    side = -5 if counted < stated else 5
    beside(ax, "as counted", (counted, len(texts) - 0.5), COUNTED, shift=side, ground=PATCH)
    theme.essay_line(ax, stated, "essay")
    return ax


def one_tokenizer(
    found: Results, table: pd.DataFrame, stated: float, period: str, source: str
) -> None:
    """Draw and file the bounds of the share in one tokenizer.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `tokenizers.shares`.
    stated
        The essay's share.
    period
        Study window in words.
    source
        Attribution of the platform's counts.
    """
    if table.empty:
        return
    fig, (ax,) = theme.canvas(0.85 + 0.3 * table["text"].nunique())
    draw_shares(table, stated, ax)
    code = tokenizers.outer(table, tokenizers.CODE_AND_PROSE)
    counted = percent(float(table["counted_share"].iloc[0]))
    named = table.assign(text=table["text"].map(tokenizers.TEXTS))
    title = f"Counted {counted}, in one tokenizer {share(code)} for code and English"
    words = show.Caption(
        title=title,
        subtitle=(
            f"Chinese share among the largest models, {period}; thick: range of tokenizers in use,"
            " thin: all measured and what is reported of Claude"
        ),
        source=source,
        alt=f"A row with two ranges for each of {table['text'].nunique()} texts."
        f" {extremes(named, 'text', 'high_share', 'upper end')}",
        units=("share",),
    )
    show.figure(found, "one_tokenizer", fig, words, table)


def tokenizer_takeaway(table: pd.DataFrame, ratios: pd.DataFrame, board: pd.DataFrame) -> str:
    """How much tokenizers can move the share, in bold Markdown.

    Parameters
    ----------
    table
        From `tokenizers.shares`.
    ratios
        From `tokenizers.relative`.
    board
        Leaderboard behind the shares.
    """
    both = tokenizers.outer(table, tokenizers.CODE_AND_PROSE)
    if both is None:
        return "**No tokenizer was measured by then, so the share stays as counted.**"
    counted = float(table["counted_share"].iloc[0])
    text = (
        f"**The tokenizer is known for {percent(tokenizers.known_share(board, ratios))} of the"
        f" list's tokens. One tokenizer for all would put the Chinese share {share(both)} for code"
        f" and English prose, from {_shift(both.low - counted)} to {_shift(both.high - counted)}"
        f" than the {percent(counted)} counted.**"
    )
    han = tokenizers.outer(table, (tokenizers.HAN,))
    return f"{text} **For Chinese text alone it would lie {share(han)}.**" if han else text


def _shift(by: float) -> str:
    return f"{abs(by) * 100:.1f} points {'less' if by < 0 else 'more'}"
