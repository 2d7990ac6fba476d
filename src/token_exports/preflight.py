"""Whether the tables hold the days that the parameters ask for, before a kernel starts."""

from collections.abc import Mapping

from token_exports import data
from token_exports.models import mining_map, selection, token_mix, windows
from token_exports.parameters import (
    BitcoinVsTokens,
    OpenRouterShare,
    ParameterError,
    Parameters,
)

LOOKED_AT = frozenset(
    {
        "as_of",
        "window",
        "include_free",
        "min_age_days",
        "served_in_china",
        "mix_week_end",
        "token_week_end",
        "period_start",
        "period_end",
    }
)
"""Parameters that decide on what has to be there; equal ones need no second look."""


def check(notebooks: Mapping[str, Parameters]) -> None:
    """Refuse parameters that no row can answer.

    Raises
    ------
    ParameterError
        Names the notebook, what is missing and what exists.
    """
    for notebook, values in notebooks.items():
        try:
            if isinstance(values, OpenRouterShare):
                _openrouter_share(values)
            elif isinstance(values, BitcoinVsTokens):
                _bitcoin_vs_tokens(values)
        except ValueError as fault:
            raise ParameterError(f"{notebook}: {fault}") from None


def _openrouter_share(values: OpenRouterShare) -> None:
    daily = data.load("openrouter_tokens_daily", values.as_of)
    windows.require(values.study, daily["date"])
    catalogue = data.load("openrouter_models", values.as_of)
    kept = selection.daily(daily, catalogue, values.selection)["date"]
    if not values.study.days.isin(kept.unique()).all():
        raise ParameterError(f"no model of {values.window} is left {values.selection.words}")
    labs = set(data.load("model_authors", values.as_of)["author_slug"])
    for lab in sorted(set(values.served_in_china) - labs):
        raise ParameterError(f"served_in_china: no lab {lab!r}; {data.nearest(lab, labs)}")
    token_mix.whole_week(data.load("openrouter_token_mix", values.as_of), values.mix_week_end)


def _bitcoin_vs_tokens(values: BitcoinVsTokens) -> None:
    token_mix.whole_week(data.load("openrouter_token_mix", values.as_of), values.token_week_end)
    shares = mining_map.of_country(
        data.load("bitcoin_mining_map", values.as_of), "CN", "hashrate_share"
    )
    mining_map.mean_over(shares, values.period_start, values.period_end)
