"""The one share that the reader asked for: unit, denominator and length of the list as chosen.

Tokens are counted over the study window; every other unit over the week whose token mix is known.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from token_exports.models import market_share, token_mix
from token_exports.models.windows import Window, when_known
from token_exports.uncertainty import Interval


@dataclass(frozen=True)
class Basis:
    """What is counted, out of what."""

    unit: str
    denominator: str
    n: int


def cn_share(
    basis: Basis,
    window_shares: Mapping[str, Interval],
    parts: pd.DataFrame,
    platform_tokens: pd.Series | None,
) -> Interval | None:
    """Chinese share on the basis chosen, None where nothing published bounds it.

    Parameters
    ----------
    basis
        Unit, denominator and length of the list.
    window_shares
        Denominator to the share of tokens in the study window.
    parts
        Charted models of the mix week.
    platform_tokens
        All tokens of the mix week by origin, or None where no daily rows cover it.

    Raises
    ------
    WindowError
        The list is longer than the chart whose mix is known.
    """
    if basis.unit == "tokens":
        return window_shares[basis.denominator]
    if basis.denominator == "top_n":
        return token_mix.unit_share(parts, basis.unit, "cn", basis.n)
    if platform_tokens is None:
        return None
    return token_mix.platform_unit_share(parts, basis.unit, "cn", platform_tokens)


def week_tokens(totals: pd.DataFrame, week_end: dt.date, rule: str) -> pd.Series | None:
    """All tokens of a week by origin, None where a day of it has no rows."""
    return when_known(market_share.tokens_by_origin, totals, Window(week_end, 7), rule)
