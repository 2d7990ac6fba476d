"""What sources of token prices share: prices as text, list prices that differ, rows left out.

USD per million tokens = USD per token, as text, x 1,000,000, to six decimals
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Annotated, Any

import pandas as pd
from pydantic import BeforeValidator, Field

from token_exports.fetch.shapes import Shape

COMPARED = ("input_usd_per_mtok", "cache_read_usd_per_mtok", "output_usd_per_mtok")
"""Prices whose change makes a row of ``list_prices``; cache writes and tiers come along."""

MOST_USD_PER_MTOK = {
    "input_usd_per_mtok": 20.0,
    "cache_read_usd_per_mtok": 2.0,
    "cache_write_usd_per_mtok": 20.0,
    "output_usd_per_mtok": 80.0,
}
"""Highest plausible prices, as ``list_prices`` describes them."""

SERIES = ("model", "provider", "channel", "price_tier")
SAME_USD_PER_MTOK = 1e-9
NAMED = 3

_USD_PER_TOKEN = re.compile(r"-1(\.0+)?|[0-9]{1,9}(\.[0-9]{1,40})?([eE]-[0-9]{1,2})?")
_SLUG = r"^~?[A-Za-z0-9][A-Za-z0-9._\-]*/[A-Za-z0-9][A-Za-z0-9._+\-]*(:[A-Za-z0-9._\-]+)?$"


def _usd_per_mtok(text: Any) -> float | None:
    """USD per million tokens, from USD per token as text; None where the price varies (-1)."""
    if not isinstance(text, str) or not _USD_PER_TOKEN.fullmatch(text):
        raise ValueError("must be USD per token, a decimal number as text")
    value = Decimal(text)
    if value >= 1:
        raise ValueError("is no price of one token in USD")
    return None if value < 0 else float(round(value * 1_000_000, 6))


UsdPerMtok = Annotated[float | None, BeforeValidator(_usd_per_mtok)]
Slug = Annotated[str, Field(pattern=_SLUG, max_length=150)]
"""Model of OpenRouter: author, name and, after a colon, a variant."""


class Override(Shape):
    """Other prices under a condition; a class that is not named keeps its base price."""

    min_prompt_tokens: int | None = Field(default=None, ge=1, le=10**9)
    utc_start: Any = None
    utc_end: Any = None
    prompt: UsdPerMtok = None
    completion: UsdPerMtok = None
    input_cache_read: UsdPerMtok = None

    @property
    def by_hour(self) -> bool:
        """Whether it holds at some hours only."""
        return self.utc_start is not None or self.utc_end is not None


class Pricing(Shape):
    """Price object of OpenRouter; a discount is already taken off."""

    prompt: UsdPerMtok
    completion: UsdPerMtok
    input_cache_read: UsdPerMtok = None
    input_cache_write: UsdPerMtok = None
    discount: float | None = Field(default=None, ge=0, le=1)
    overrides: list[Override] | None = None

    @property
    def by_hour(self) -> bool:
        """Whether other prices hold at some hours."""
        return any(override.by_hour for override in self.overrides or [])

    def columns(self) -> dict[str, float | None]:
        """Prices by column of ``list_prices``; None where there is none, or it varies."""
        return {
            "input_usd_per_mtok": self.prompt,
            "cache_read_usd_per_mtok": self.input_cache_read,
            "cache_write_usd_per_mtok": self.input_cache_write,
            "output_usd_per_mtok": self.completion,
        }

    def long_context_tier(self) -> str | None:
        """Surcharges for long prompts, written as in ``list_prices``."""
        return ";".join(self._tiers()) or None

    def _tiers(self) -> Iterator[str]:
        for tier in self.overrides or []:
            if tier.min_prompt_tokens is None or tier.by_hour:
                continue
            pairs = {
                "in": (tier.prompt, self.prompt),
                "cache": (tier.input_cache_read, self.input_cache_read),
                "out": (tier.completion, self.completion),
            }
            prices = {name: base if own is None else own for name, (own, base) in pairs.items()}
            words = [f"{name} {price:g}" for name, price in prices.items() if price is not None]
            yield f">{tier.min_prompt_tokens / 1000:g}k: {' '.join(words)}"


def unfit(prices: Mapping[str, float | None], *, free: bool) -> str:
    """Why prices make no row of ``list_prices``; empty if they do."""
    ends = (prices["input_usd_per_mtok"], prices["output_usd_per_mtok"])
    if None in ends:
        return "Prices that vary"
    if not free and not any(ends):
        return "Prices of zero, placeholders where nothing says free"
    if any(price is not None and price > MOST_USD_PER_MTOK[n] for n, price in prices.items()):
        return "Prices above what the table holds plausible"
    return ""


def differ(prices: Mapping[str, float | None], old: Mapping[Any, Any]) -> bool:
    """Whether a price of a row differs, one that is missing on one side included."""
    for name in COMPARED:
        new, before = prices[name], old[name]
        if new is None or pd.isna(before):
            if new is not None or not pd.isna(before):
                return True
        elif abs(new - before) > SAME_USD_PER_MTOK:
            return True
    return False


class Left:
    """What makes no row, by reason."""

    def __init__(self) -> None:
        self._by_reason: dict[str, list[str]] = {}

    def add(self, reason: str, names: Iterable[str]) -> None:
        """Note names that a reason keeps out."""
        self._by_reason.setdefault(reason, []).extend(names)

    def notes(self) -> tuple[str, ...]:
        """One sentence a reason, with their number and the first names."""
        found = []
        for reason, names in sorted(self._by_reason.items()):
            first = sorted(names)[:NAMED] + ["..."] * (len(names) > NAMED)
            found += [f"{reason}: {len(names)} ({', '.join(first)})."] if names else []
        return tuple(found)
