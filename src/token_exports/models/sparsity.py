"""What a model saves that uses few of its experts: its tokens against those of its dense twin.

The twin has the same shape and the same parameters, and uses all of them for every token.

    naive share = active parameters / active parameters of the twin
    share       = accelerator time of a token / that of the twin's
    share       = naive share + sum over parts of (part - naive share x twin's part) / twin's time

Parts of a written token in a batch of B: arithmetic with weights; weights the token itself uses;
experts that only other tokens chose, since the batch touches 1 - (1 - k/E)^B of them rather than
k/E; attention with its cache; links; waiting. The last line is exact, whatever the layouts and
batches of the two: a part that shrinks as far as the parameters adds nothing, one that both need
alike adds (1 - naive share) of its size. A prompt token reads no weights of its own and does not
wait.

    energy share = share x power at its busy share / power at the twin's

Left out on purpose: what a dense model of this size could do; attention that would grow with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from token_exports.models import energy_per_token, roofline, throughput
from token_exports.models.energy_per_token import PowerInputs
from token_exports.models.list_price import TokenMix
from token_exports.models.roofline import Deployment
from token_exports.models.throughput import Throughput, Workload
from token_exports.models.transformer import Architecture
from token_exports.units import Quantity

COUNTS = 33  # numbers of experts per token tried, fewer where they round alike


@dataclass(frozen=True, kw_only=True)
class TokenTime:
    """Accelerator seconds of a token by part, all accelerators counted."""

    weight_arithmetic_s: Quantity
    own_weights_s: Quantity  # read once a batch: what one token uses
    other_experts_s: Quantity  # chosen by other tokens of the batch only
    attention_s: Quantity  # arithmetic and reading the cache
    link_s: Quantity
    waiting_s: Quantity

    @property
    def total_s(self) -> Quantity:
        """All parts."""
        return sum((getattr(self, f.name) for f in fields(self)), 0.0)

    @property
    def busy_share(self) -> Quantity:
        """Part of the time in which the accelerator works."""
        return 1 - self.waiting_s / self.total_s


# ---- shapes


def choosing(shape: Architecture, experts_count: Quantity) -> Architecture:
    """The same model with this many experts per token, all parameters kept."""
    one = shape.expert_params_b / shape.n_experts
    more = experts_count - shape.n_active_experts
    active = shape.active_params_b + one * more
    return replace(shape, n_active_experts=experts_count, active_params_b=active)


def dense(shape: Architecture) -> Architecture:
    """Twin that uses every expert: to a layout one wide block, with nothing to choose or send."""
    every = choosing(shape, shape.n_experts)
    return replace(every, n_experts=1.0, n_active_experts=1.0, n_moe_layers=0.0)


def naive_share(shape: Architecture) -> Quantity:
    """Active parameters over those of the twin: the total without the table that is looked up."""
    return shape.active_params_b / dense(shape).active_params_b


# ---- tokens


def written_token(deployment: Deployment, workload: Workload, batch: Quantity) -> TokenTime:
    """Parts of a written token in a batch of sequences of the workload's mean length.

    Parameters
    ----------
    deployment
        Model, chip, formats, layout and efficiencies.
    workload
        Lengths and drafts.
    batch
        Sequences that the whole deployment writes at the same time.
    """
    step = throughput.decode_step(deployment, workload, batch)
    first = replace(workload, input_tokens=0.0, output_tokens=0.0)
    bare = throughput.decode_step(deployment, first, batch)
    touched = roofline.touched_bytes(deployment, batch * workload.verified_tokens)
    own = roofline.touched_bytes(deployment, 1.0) / touched
    written = batch * workload.accepted_tokens * step.engine_speed_ratio
    each = deployment.layout.accelerators_count / written
    attention = step.arithmetic_s - bare.arithmetic_s + step.memory_s - bare.memory_s
    return TokenTime(
        weight_arithmetic_s=bare.arithmetic_s * each,
        own_weights_s=bare.memory_s * own * each,
        other_experts_s=bare.memory_s * (1 - own) * each,
        attention_s=attention * each,
        link_s=step.link_s * each,
        waiting_s=step.waiting_s * each,
    )


def prompt_token(deployment: Deployment, workload: Workload) -> TokenTime:
    """Parts of a fresh prompt token, read in long chunks."""
    bare = roofline.prompt_token(deployment, 0.0)
    each = deployment.layout.accelerators_count / bare.engine_speed_ratio
    whole = throughput.prompt_token_s(deployment, workload) - bare.total_s
    return TokenTime(
        weight_arithmetic_s=bare.arithmetic_s * each,
        own_weights_s=0.0,
        other_experts_s=0.0,
        attention_s=whole * deployment.layout.accelerators_count,
        link_s=bare.link_s * each,
        waiting_s=0.0,
    )


def mean_token_s(rates: Throughput, mix: TokenMix) -> Quantity:
    """Accelerator seconds of the mean token of a mix, each class at its own rate."""
    return (
        mix.fresh_prompt_share / rates.fresh_prompt_tok_per_s_per_gpu
        + mix.cache_read_share / rates.cache_read_tok_per_s_per_gpu
        + mix.output_share / rates.decode_tok_per_s_per_gpu
    )


# ---- against the twin


def cost_share(token: TokenTime, twin: TokenTime) -> Quantity:
    """Cost over that of the twin's token, at one price of an hour."""
    return token.total_s / twin.total_s


def energy_share(token: TokenTime, twin: TokenTime, power: PowerInputs) -> Quantity:
    """Facility energy over that of the twin's token."""
    drawn, twins = (energy_per_token.facility_power_w(power, t.busy_share) for t in (token, twin))
    return cost_share(token, twin) * drawn / twins


def realised_share(share: Quantity, naive: Quantity) -> Quantity:
    """Part of the saving that the parameters promise which is left in cost."""
    return (1 - share) / (1 - naive)


def gap_shares(token: TokenTime, twin: TokenTime, naive: Quantity) -> dict[str, Quantity]:
    """What each part adds to the naive share, as a share of the twin's time; parts may be negative.

    Parameters
    ----------
    token, twin
        Parts of both.
    naive
        Share expected from the parameters.
    """
    found = {}
    for field in fields(TokenTime):
        own, other = getattr(token, field.name), getattr(twin, field.name)
        found[field.name.removesuffix("_s")] = (own - naive * other) / twin.total_s
    return found


# ---- tables


def over_batch(
    deployment: Deployment, contexts_tokens: Iterable[float], steps_count: int, power: PowerInputs
) -> pd.DataFrame:
    """Shares of a written token from one sequence to as many as memory holds, by context.

    Parameters
    ----------
    deployment
        The sparse model; its twin takes the same accelerators in the same layout.
    contexts_tokens
        Tokens before the written one. A context of which memory holds no sequence is left out.
    steps_count
        Batches a context, evenly on a log scale.
    power
        Draw of the accelerators and their site.

    Returns
    -------
    DataFrame
        ``context_tokens``, ``batch_count``, ``cost_share``, ``energy_share``.
    """
    rows: list[dict[str, Any]] = []
    for context in contexts_tokens:
        fits = float(throughput.largest_batch(deployment, _length(context)))
        if np.isfinite(fits):
            for batch in np.geomspace(1.0, fits, steps_count):
                row = {"context_tokens": context, "batch_count": float(batch)}
                rows.append(row | _shares(deployment, context, float(batch), power))
    names = ["context_tokens", "batch_count", "cost_share", "energy_share"]
    return pd.DataFrame(rows, columns=names)


def common_batch(deployment: Deployment, contexts_tokens: Sequence[float]) -> float:
    """Most sequences that fit at every one of these contexts; missing where one does not fit."""
    fits = [float(throughput.largest_batch(deployment, _length(c))) for c in contexts_tokens]
    return float(np.min(fits))


def over_active_share(
    deployment: Deployment, contexts_tokens: Iterable[float], batch: float, power: PowerInputs
) -> pd.DataFrame:
    """Shares of a written token from one expert per token to all of them, by context.

    Parameters
    ----------
    deployment
        The sparse model in a tensor parallel layout.
    contexts_tokens
        Tokens before the written one.
    batch
        Sequences.
    power
        Draw of the accelerators and their site.

    Returns
    -------
    DataFrame
        ``context_tokens``, ``experts_count``, ``active_share``, ``cost_share``, ``energy_share``.
    """
    rows: list[dict[str, Any]] = []
    every = float(deployment.shape.n_experts)
    counts = np.unique(np.round(np.geomspace(1.0, every, COUNTS)))
    for context in contexts_tokens:
        for count in sorted({*map(float, counts), float(deployment.shape.n_active_experts), every}):
            variant = replace(deployment, shape=choosing(deployment.shape, count))
            shares = _shares(variant, context, batch, power)
            active = {"active_share": float(naive_share(variant.shape))}
            rows.append({"context_tokens": context, "experts_count": count} | active | shares)
    return pd.DataFrame(rows)


def _length(context_tokens: float) -> Workload:
    return Workload(input_tokens=context_tokens, output_tokens=0.0)


def _shares(
    deployment: Deployment, context_tokens: float, batch: float, power: PowerInputs
) -> dict[str, float]:
    twin = replace(deployment, shape=dense(deployment.shape))
    length = _length(context_tokens)
    own, other = (written_token(each, length, batch) for each in (deployment, twin))
    return {
        "cost_share": float(cost_share(own, other)),
        "energy_share": float(energy_share(own, other, power)),
    }
