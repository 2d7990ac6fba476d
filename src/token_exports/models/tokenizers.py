"""What the share of tokens would be if every text were counted by the same tokenizer.

    relative ratio  = tokens of a tokenizer / tokens of the reference, same text
    common tokens   = counted tokens of a model / its relative ratio
    share in common = common tokens of an origin / common tokens of all models in the list

OpenRouter publishes what each provider's own tokenizer counts. For a developer whose tokenizer is
public and was measured the ratio is known; for all others it lies, as far as we know, within the
range of those measured. The bounds give an origin's models the largest ratio and all others the
smallest, then the reverse. What users and OpenRouter measured of Claude widens the range for it.

Left out on purpose: the mix of prose, code and Chinese in the traffic, which is not published, so
that each text has its own bounds; models that would enter or leave the list; and the other
differences between models, such as how long they reason about the same question.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from token_exports.models.market_share import author_of
from token_exports.uncertainty import Interval, bounds

REFERENCE = "OpenAI o200k_base"
SUPERSEDED = (
    "Claude (2023 public, Claude 1-2)",
    "Mistral SentencePiece v3 (32k, Mixtral-like)",
)
"""Given up by their developers, and no later model is known to use them or their small vocabulary;
older ones that others built on, such as cl100k_base, stay."""
KNOWN = {
    "deepseek": ("DeepSeek V4", "DeepSeek V3"),
    "openai": ("OpenAI o200k_base",),
    "qwen": ("Qwen3.5/3.6", "Qwen3"),
    "meta-llama": ("Llama 4", "Llama 3.1"),
    "mistralai": ("Mistral Tekken v3",),
}
"""Tokenizers of a developer, the newest first; the first one that is public by then counts."""
LIKELY = {"google": ("Gemma 3 (Gemini-like)",)}
"""Kin of a tokenizer that is not public: sets the centre, does not narrow the bounds."""
CLAUDE = "anthropic"
TEXTS = {
    "english_article": "English article",
    "english_licence_text": "Licence text",
    "python_source": "Python code",
    "chinese_docs_han_only": "Chinese text",
}
PROSE, CODE, HAN = "english_article", "python_source", "chinese_docs_han_only"
CODE_AND_PROSE = (CODE, PROSE, "english_licence_text")
BASES = ("current", "all", "reported")
"""Tokenizers in use, all that were measured, and these with what is reported of Claude."""
CLAUDE_TEXTS = {
    "english_article": "claude_opus_46_english_characters_per_token",
    "english_licence_text": "claude_opus_46_english_characters_per_token",
    "python_source": "claude_opus_46_code_characters_per_token",
}
CHANGE = ("claude_opus_47_vendor_tokens", "claude_opus_47_openrouter_tokens")
_RELEASED = re.compile(r"-(20\d{6})(?=$|:)")


@dataclass(frozen=True)
class Stretch:
    """How far above the measured range the ratio of a Claude model may lie."""

    high_ratio: float
    change_ratio: float = 1.0
    since: pd.Timestamp | None = None

    def of(self, model: str, high: float) -> float:
        """Largest ratio of a model, ``high`` being the largest measured one."""
        if author_of(model) != CLAUDE:
            return high
        dated = _RELEASED.search(model)
        late = self.since is not None and dated and pd.Timestamp(dated[1]) >= self.since
        return max(high, self.high_ratio) * (self.change_ratio if late else 1.0)


def relative(measured: pd.DataFrame) -> pd.DataFrame:
    """Tokens of every tokenizer over those of the reference, text by text.

    Parameters
    ----------
    measured
        Table ``tokens_per_word``.

    Returns
    -------
    DataFrame
        ``tokenizer``, ``used_by``, ``text``, ``character_count``, ``word_count``, ``tokens``,
        ``words_per_token_ratio``, ``relative_ratio``, ``superseded``; texts that the reference was
        not measured on have no ratio.
    """
    columns = ["tokenizer", "used_by", "text", "character_count", "word_count", "tokens"]
    found = measured[columns].copy()
    base = measured[measured["tokenizer"] == REFERENCE].set_index("text")["tokens"]
    found["words_per_token_ratio"] = found["word_count"].astype(float) / found["tokens"]
    found["relative_ratio"] = found["tokens"] / found["text"].map(base).astype(float)
    found["superseded"] = found["tokenizer"].isin(SUPERSEDED)
    return found


def spread(ratios: pd.DataFrame) -> pd.DataFrame:
    """Smallest and largest ratio of each text, over tokenizers in use and over all.

    Parameters
    ----------
    ratios
        From `relative`.

    Returns
    -------
    DataFrame
        ``text``, ``basis``, ``tokenizer_count``, ``low_ratio``, ``central_ratio`` (median),
        ``high_ratio``, ``spread_ratio`` (largest over smallest).
    """
    rows = []
    known = ratios[ratios["relative_ratio"].notna()]
    for text in [name for name in TEXTS if name in set(known["text"])]:
        for basis in ("current", "all"):
            own = known[(known["text"] == text) & ((basis == "all") | ~known["superseded"])]
            low, high = own["relative_ratio"].min(), own["relative_ratio"].max()
            middle = own["relative_ratio"].median()
            rows.append((text, basis, len(own), low, middle, high, high / low))
    names = ["text", "basis", "tokenizer_count", "low_ratio", "central_ratio", "high_ratio"]
    return pd.DataFrame(rows, columns=[*names, "spread_ratio"])


def stretches(ratios: pd.DataFrame, reported: pd.DataFrame) -> dict[str, Stretch]:
    """What is reported of Claude's tokenizer, by text; empty where nothing was public.

    Characters per token of the reference over those of Claude give a ratio, although of another
    text of the same kind; Claude since Opus 4.7 counts more by the largest factor reported.

    Parameters
    ----------
    ratios
        From `relative`.
    reported
        Table ``reported_quantities``.
    """
    rows = reported.set_index("quantity_id")
    change = rows[rows.index.isin(CHANGE)]
    factor = float(change["high"].max()) if len(change) else 1.0
    since = pd.Timestamp(change["period_start"].min()) if len(change) else None
    base = ratios[ratios["tokenizer"] == REFERENCE].set_index("text")
    characters = base["character_count"] / base["tokens"]
    found = {}
    for text in characters.index:
        row = CLAUDE_TEXTS.get(text, "")
        own = float(rows["value"][row]) if row in rows.index else None
        if own is not None or len(change):
            high = float(characters[text]) / own if own else 1.0
            found[text] = Stretch(high, factor, since)
    return found


def share(
    board: pd.DataFrame,
    ratios: pd.DataFrame,
    text: str,
    basis: str = "all",
    stretch: Stretch | None = None,
) -> Interval:
    """Chinese share of a leaderboard if all its models counted one text with one tokenizer.

    Parameters
    ----------
    board
        From `market_share.leaderboard`.
    ratios
        From `relative`.
    text
        One of ``TEXTS``.
    basis
        Tokenizers whose range bounds the unknown ones: ``current`` or ``all``.
    stretch
        What is reported of Claude, from `stretches`.

    Returns
    -------
    Interval
        Centre: kin or median of the range for unknown tokenizers.
    """
    low, central, high = (column.to_numpy() for column in _ranges(board, ratios, text, basis))
    if stretch is not None:
        models = zip(board["model_permaslug"], high, strict=True)
        high = np.array([stretch.of(model, top) for model, top in models])
    own, tokens = (board["origin"] == "cn").to_numpy(), board["tokens"].to_numpy(dtype=float)
    middle, least, most = (
        _share(tokens / np.where(own, mine, others), own)
        for mine, others in ((central, central), (high, low), (low, high))
    )
    return bounds(middle, min(least, middle), max(most, middle))


def _ranges(
    board: pd.DataFrame, ratios: pd.DataFrame, text: str, basis: str
) -> tuple[pd.Series, pd.Series, pd.Series]:
    own = ratios[ratios["text"] == text]
    by_name = own.set_index("tokenizer")["relative_ratio"]
    inside = by_name[own.set_index("tokenizer")["superseded"].eq(False) | (basis == "all")]
    author = board["model_permaslug"].map(author_of)
    exact = author.map(_first(KNOWN, by_name)).astype(float)
    kin = author.map(_first(LIKELY, by_name)).astype(float)
    low, high = exact.fillna(inside.min()), exact.fillna(inside.max())
    return low, exact.fillna(kin.clip(inside.min(), inside.max())).fillna(inside.median()), high


def _first(names: Mapping[str, tuple[str, ...]], ratios: pd.Series) -> dict[str, float]:
    known = {author: [n for n in own if n in ratios.index] for author, own in names.items()}
    return {author: float(ratios[own[0]]) for author, own in known.items() if own}


def _share(common: np.ndarray, own: np.ndarray) -> float:
    return float(common[own].sum() / common.sum())


def shares(
    board: pd.DataFrame, ratios: pd.DataFrame, stretch: Mapping[str, Stretch]
) -> pd.DataFrame:
    """Bounds of the Chinese share in one tokenizer for every text and basis.

    Returns
    -------
    DataFrame
        ``text``, ``basis``, ``central_share``, ``low_share``, ``high_share``, ``counted_share``
        (as published).
    """
    counted = _share(board["tokens"].to_numpy(dtype=float), (board["origin"] == "cn").to_numpy())
    rows = []
    for text in [name for name in TEXTS if name in set(ratios["text"])]:
        for basis in BASES:
            if basis == "reported" and text not in stretch:
                continue
            range_of = "current" if basis == "current" else "all"
            wider = stretch.get(text) if basis == "reported" else None
            found = share(board, ratios, text, range_of, wider)
            rows.append((text, basis, found.central, found.low, found.high, counted))
    names = ["text", "basis", "central_share", "low_share", "high_share", "counted_share"]
    return pd.DataFrame(rows, columns=names)


def outer(table: pd.DataFrame, texts: tuple[str, ...]) -> Interval | None:
    """Bounds that hold for every one of the texts and every basis; centre of the first text.

    Parameters
    ----------
    table
        From `shares`.
    texts
        Texts to cover, the first one giving the centre.
    """
    own = table[table["text"].isin(texts)]
    if own.empty:
        return None
    first = own.sort_values("text", key=lambda names: names.map(texts.index), kind="stable")
    centre = first[first["basis"] != "current"]["central_share"].iloc[0]
    return bounds(centre, own["low_share"].min(), own["high_share"].max())


def known_share(board: pd.DataFrame, ratios: pd.DataFrame) -> float:
    """Part of a leaderboard's tokens whose tokenizer is public and was measured."""
    measured = set(ratios["tokenizer"])
    authors = [author for author, names in KNOWN.items() if measured & set(names)]
    known = board["model_permaslug"].map(author_of).isin(authors)
    return float(board.loc[known, "tokens"].sum() / board["tokens"].sum())
