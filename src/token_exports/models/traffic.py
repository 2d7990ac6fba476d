"""What a service is asked: lengths of a request and the mix of its tokens.

    prompt and answer of a week    = tokens of each class / requests
    answer of a disclosed service  = mean context / (prompt tokens per written one + a half)

A mean request stands for all: the second line inverts mean context = prompt + half of the answer.

Left out on purpose: the spread of lengths within a service, which the tables do not hold.
"""

import datetime as dt
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from token_exports.models import list_price
from token_exports.models.disclosed_service import Day
from token_exports.models.list_price import TokenMix
from token_exports.models.throughput import Workload
from token_exports.units import Quantity

HALF_AN_ANSWER = 0.5  # tokens written so far, in the mean, over those of the whole answer


@dataclass(frozen=True, kw_only=True)
class Traffic:
    """Mean request of a service and the mix of its tokens."""

    label: str
    mix: TokenMix
    input_tokens: Quantity  # of a prompt, cached ones included
    output_tokens: Quantity

    @property
    def cached_prompt_share(self) -> Quantity:
        """Prompt tokens read from a cache over all prompt tokens."""
        prompt = self.mix.fresh_prompt_share + self.mix.cache_read_share
        return self.mix.cache_read_share / prompt


def of_row(row: Mapping[Hashable, Any], label: str) -> Traffic:
    """Traffic of a row of ``openrouter_token_mix``.

    Raises
    ------
    ValueError
        The row states no requests or no split of its tokens.
    """
    requests = float(row["requests"])
    if not requests > 0:
        raise ValueError(f"openrouter_token_mix states no requests of {row['model_slug']}")
    return Traffic(
        label=label,
        mix=list_price.row_mix(pd.Series(row)),
        input_tokens=float(row["prompt_tokens"]) / requests,
        output_tokens=float(row["completion_tokens"]) / requests,
    )


def of_week(mixes: pd.DataFrame, model_slug: str, start: dt.date, label: str) -> Traffic:
    """Traffic of a model in the week that starts on a day.

    Raises
    ------
    ValueError
        The table does not hold the week of this model.
    """
    weeks = mixes[mixes["period_start"] == pd.Timestamp(start)]
    rows = weeks[weeks["model_slug"] == model_slug].to_dict("records")
    if not rows:
        raise ValueError(f"openrouter_token_mix has no {model_slug} from {start}")
    return of_row(rows[0], label)


def of_day(day: Day, context_tokens: float, label: str) -> Traffic:
    """Traffic of the disclosed service, from its totals and its mean context."""
    prompts_per_output = float(day.input_tokens / day.output_tokens)
    answer = context_tokens / (prompts_per_output + HALF_AN_ANSWER)
    return Traffic(
        label=label,
        mix=list_price.token_mix(day.input_tokens, day.cached_input_tokens, day.output_tokens),
        input_tokens=answer * prompts_per_output,
        output_tokens=answer,
    )


def workload(traffic: Traffic, speed_tok_per_s_per_user: Quantity) -> Workload:
    """The mean request as what an accelerator has to do, at a user's speed."""
    return Workload(
        input_tokens=traffic.input_tokens,
        output_tokens=traffic.output_tokens,
        cached_prompt_share=traffic.cached_prompt_share,
        interactivity_tok_per_s_per_user=speed_tok_per_s_per_user,
    )
