"""What a token count is made of, and the share in other units than tokens.

    tokens        = fresh prompt + cache reads + output
    computed      = fresh prompt + output
    list spend    = fresh prompt x input price + cache reads x cache price + output x output price

A weekly table gives the parts, the requests and the list prices of the charted models only.

Bounds. Where no cache price is listed, cache reads cost between nothing and the full input price:
a host that discounts them charges less than for fresh prompt, one that does not charges the same.
Of the platform's remaining tokens origin and number are known, their parts are not: each origin's
remainder holds between none and only tokens of the kind asked for, and the remainder of unknown
origin belongs to nobody or to the origin asked for. Requests and dollars of the remainder have no
such limit, so their platform share is not known.

Left out on purpose: discounts, free allowances and cache writes, which the table does not hold.
"""

import datetime as dt

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.models.market_share import UNKNOWN, author_of
from token_exports.models.windows import Window, WindowError, span_label
from token_exports.uncertainty import Interval, bounds, exact
from token_exports.units import TOKENS_PER_MTOK, Quantity

UNIT_LABELS = {
    "tokens": "tokens",
    "computed_tokens": "computed tokens",
    "output_tokens": "generated tokens",
    "requests": "requests",
    "list_spend_usd": "dollars at list price",
}
BOUNDED_BY_TOKENS = ("tokens", "computed_tokens", "output_tokens")
PARTS = ("cache_read_tokens", "fresh_prompt_tokens", "output_tokens")


def list_spend_usd(
    fresh_prompt_tokens: Quantity,
    cache_read_tokens: Quantity,
    output_tokens: Quantity,
    prices_usd_per_mtok: tuple[Quantity, Quantity, Quantity],
) -> Quantity:
    """Dollars at list price; ``prices_usd_per_mtok`` are those of input, cache read and output."""
    fresh, cached, output = prices_usd_per_mtok
    spend = fresh_prompt_tokens * fresh + cache_read_tokens * cached + output_tokens * output
    return spend / TOKENS_PER_MTOK


def whole_week(mix: pd.DataFrame, week_end: dt.date) -> pd.DataFrame:
    """Rows of the week that closes on ``week_end``.

    Raises
    ------
    WindowError
        No mix of that week, or one whose parts do not add up to the published tokens.
    """
    week = mix[mix["period_end"] == pd.Timestamp(week_end)]
    if week.empty or not week["split_matches_total"].all():
        raise WindowError(_no_week(mix, week, week_end))
    return week


def week_parts(mix: pd.DataFrame, origin: pd.Series, week_end: dt.date) -> pd.DataFrame:
    """Parts, requests and list spend of the charted models of a week.

    Parameters
    ----------
    mix
        Table ``openrouter_token_mix``.
    origin
        Origin by model.
    week_end
        Sunday that closes the week.

    Returns
    -------
    DataFrame
        ``model_slug``, ``author_slug``, ``origin``, ``tokens`` (sum of the parts), the parts,
        ``computed_tokens``, ``requests``, ``list_spend_low_usd``, ``list_spend_high_usd``;
        largest first.

    Raises
    ------
    WindowError
        No mix of that week, or one whose parts do not add up to the published tokens.
    """
    week = whole_week(mix, week_end)
    parts = pd.DataFrame(
        {
            "model_slug": week["model_slug"],
            "author_slug": week["model_slug"].map(author_of),
            "origin": week["model_slug"].map(origin).fillna(UNKNOWN),
            "tokens": week["prompt_tokens"] + week["completion_tokens"],
            "cache_read_tokens": week["cached_prompt_tokens"],
            "fresh_prompt_tokens": week["prompt_tokens"] - week["cached_prompt_tokens"],
            "output_tokens": week["completion_tokens"],
            "requests": week["requests"],
        }
    )
    parts["computed_tokens"] = parts["fresh_prompt_tokens"] + parts["output_tokens"]
    for end, cached in _cache_prices(week).items():
        prices = [week["input_usd_per_mtok"], cached, week["output_usd_per_mtok"]]
        fresh, read, output = (column.to_numpy(dtype=float) for column in prices)
        parts[f"list_spend_{end}_usd"] = list_spend_usd(
            parts["fresh_prompt_tokens"].to_numpy(dtype=float),
            parts["cache_read_tokens"].to_numpy(dtype=float),
            parts["output_tokens"].to_numpy(dtype=float),
            (fresh, read, output),
        )
    order = parts.sort_values(["tokens", "model_slug"], ascending=[False, True])
    return order.reset_index(drop=True)


def _cache_prices(week: pd.DataFrame) -> dict[str, pd.Series]:
    listed = week["cache_read_usd_per_mtok"]
    return {"low": listed.fillna(0.0), "high": listed.fillna(week["input_usd_per_mtok"])}


def _no_week(mix: pd.DataFrame, week: pd.DataFrame, week_end: dt.date) -> str:
    whole = mix.groupby("period_end")["split_matches_total"].all()
    known = ", ".join(f"{end:%Y-%m-%d}" for end in whole.index[whole])
    bad = ", ".join(week.loc[~week["split_matches_total"], "model_slug"])
    reason = f"does not add up for {bad}" if bad else "is not in the table"
    return f"token mix of the week to {week_end} {reason}; weeks that have one end on: {known}"


def week_label(week_end: dt.date) -> str:
    """Week in words."""
    return span_label(Window(week_end, 7).start, week_end)


def unit_share(parts: pd.DataFrame, unit: str, origin: str, n: int) -> Interval:
    """Share of an origin among the ``n`` largest charted models, counted in ``unit``.

    Where a cache price is missing, the centre is the middle of the two bounds.

    Raises
    ------
    WindowError
        The week charts fewer models, or nothing was counted.
    """
    if n > len(parts):
        raise WindowError(f"the token mix of the week charts {len(parts)} models, not {n}")
    top = parts.head(n)
    mine = (top["origin"] == origin).to_numpy()
    return _share(_ends(top, unit, mine), _ends(top, unit, ~mine), unit)


def platform_unit_share(
    parts: pd.DataFrame, unit: str, origin: str, platform_tokens: pd.Series
) -> Interval | None:
    """Share of an origin in the whole platform, counted in ``unit``; None where unbounded.

    Parameters
    ----------
    parts
        Charted models of the week, from `week_parts`.
    unit
        One of ``UNIT_LABELS``.
    origin
        Whose share.
    platform_tokens
        All tokens of the same week by origin, from `market_share.tokens_by_origin`.
    """
    if unit not in BOUNDED_BY_TOKENS:
        return None
    charted = parts.groupby("origin")["tokens"].sum()
    hidden = platform_tokens.sub(charted, fill_value=0).clip(lower=0)
    own, unknown = hidden.get(origin, 0), hidden.get(UNKNOWN, 0) * (origin != UNKNOWN)
    others = hidden.sum() - own - unknown
    mine = float(parts.loc[parts["origin"] == origin, unit].sum())
    rest = float(parts.loc[parts["origin"] != origin, unit].sum())
    if unit == "tokens":  # every hidden token counts; only the origin of the unknown ones is open
        total = mine + rest + hidden.sum()
        named = (mine + own) / total
        return bounds(named, named, named + unknown / total)
    return _share((mine, mine + own + unknown), (rest, rest + others + unknown), unit)


def _ends(models: pd.DataFrame, unit: str, chosen: NDArray[np.bool_]) -> tuple[float, float]:
    """Least and most that the chosen models have of a unit."""
    columns = (unit, unit)
    if unit == "list_spend_usd":
        columns = ("list_spend_low_usd", "list_spend_high_usd")
    low, high = (float(np.nansum(models[column].to_numpy()[chosen])) for column in columns)
    return low, high


def _share(own: tuple[float, float], rest: tuple[float, float], unit: str) -> Interval:
    if own[0] + rest[0] <= 0 and own[1] + rest[1] <= 0:
        raise WindowError(f"no {UNIT_LABELS[unit]} in the week, so there is no share")
    low = own[0] / (own[0] + rest[1]) if own[0] + rest[1] else 0.0
    high = own[1] / (own[1] + rest[0]) if own[1] + rest[0] else 1.0
    return exact(low) if low == high else bounds((low + high) / 2, low, high)


def share_table(parts: pd.DataFrame, platform_tokens: pd.Series | None, n: int) -> pd.DataFrame:
    """Share of China and the United States in every unit and for both denominators.

    Parameters
    ----------
    parts
        Charted models of the week.
    platform_tokens
        All tokens of the week by origin, or None where no daily totals cover it.
    n
        Models of the leaderboard; where the week charts fewer, that many.

    Returns
    -------
    DataFrame
        ``unit``, ``unit_label``, ``denominator``, ``origin``, ``central_share``, ``low_share``,
        ``high_share``; empty shares where nothing bounds them.
    """
    rows = []
    for unit, label in UNIT_LABELS.items():
        for origin in ("cn", "us"):
            top = unit_share(parts, unit, origin, min(n, len(parts)))
            whole = (
                None
                if platform_tokens is None
                else platform_unit_share(parts, unit, origin, platform_tokens)
            )
            for denominator, value in (("top_n", top), ("platform", whole)):
                ends = (value.central, value.low, value.high) if value else (None,) * 3
                rows.append((unit, label, denominator, origin, *ends))
    names = ["unit", "unit_label", "denominator", "origin"]
    table = pd.DataFrame(rows, columns=[*names, "central_share", "low_share", "high_share"])
    return table.astype(dict.fromkeys(("central_share", "low_share", "high_share"), float))


def part_shares(parts: pd.DataFrame, origin: str) -> dict[str, float]:
    """Each part's share in the tokens of an origin's charted models.

    Raises
    ------
    WindowError
        No charted model of that origin has tokens.
    """
    own = parts[parts["origin"] == origin]
    total = own["tokens"].sum()
    if total == 0:
        raise WindowError(f"no charted model of origin {origin} has tokens in the week")
    return {part.replace("_tokens", "_share"): float(own[part].sum() / total) for part in PARTS}


def per_request(parts: pd.DataFrame) -> pd.DataFrame:
    """Tokens and generated tokens per request of every charted model with requests."""
    asked = parts[parts["requests"] > 0]
    return asked[["model_slug", "author_slug", "origin", "requests"]].assign(
        request_tokens=asked["tokens"] / asked["requests"],
        reply_tokens=asked["output_tokens"] / asked["requests"],
    )


def reply_s(reply_tokens: Quantity, interactivity_tok_per_s_per_user: Quantity) -> Quantity:
    """Seconds to write a reply at a user's token rate, waiting and prompt reading left out."""
    return reply_tokens / interactivity_tok_per_s_per_user
