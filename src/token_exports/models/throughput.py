"""Tokens per second and accelerator of a model on a chip, for prompt and written tokens.

    round   = step / accepted tokens + batch x fresh prompt tokens per written token x prompt time
    speed   = 1 / round                 prompts and writing on the same accelerators
    speed   = accepted tokens / step    prompts on accelerators of their own
    written tokens, decode accelerators = batch x accepted tokens / step / accelerators
    prompt tokens, prompt accelerators  = 1 / prompt time / accelerators
    1 / written tokens, all accelerators = 1 / written + fresh per written / prompt

Accelerators of their own are shared out so that prompts keep up with writing; the last line then
holds for both ways of serving. A user's speed sets the batch: the largest that fits into memory and
still gives every sequence that many tokens a second. Token bases stay apart: fresh prompt tokens
over the accelerators that read prompts, written tokens over those that write, and both over all.

Left out on purpose: queues and bursts (full load is assumed), failed requests, keeping caches.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from token_exports.models import roofline, transformer
from token_exports.models.roofline import Deployment, StepTime
from token_exports.units import BYTES_PER_GB, Quantity

STEPS = 12  # of the search for the batch; leave less than a millionth
FURTHEST = 50.0  # logarithm of times that differ beyond measure
SETTLED_SHARE = 0.5  # of the speed of a lone sequence, the most that a service would promise


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What is asked, and how it is served."""

    input_tokens: Quantity  # of a prompt, cached ones included
    output_tokens: Quantity
    cached_prompt_share: Quantity = 0.0
    interactivity_tok_per_s_per_user: Quantity = 0.0  # none asked: memory sets the batch
    accepted_tokens: Quantity = 1.0  # per step and sequence, more than one with drafts
    verified_tokens: Quantity = 1.0  # computed per step and sequence
    separated: bool = False  # prompts are read on accelerators of their own
    settles: bool = False  # for a lower speed where the one asked is out of reach


@dataclass(frozen=True, kw_only=True)
class Throughput:
    """An operating point. Rates are per accelerator of the pool the name gives, or of all."""

    batch_count: Quantity  # sequences written at the same time by the whole deployment
    interactivity_tok_per_s_per_user: Quantity
    fresh_prompt_tok_per_s_per_gpu: Quantity  # over accelerators, or their time, for prompts
    cache_read_tok_per_s_per_gpu: Quantity
    decode_tok_per_s_per_gpu: Quantity  # written tokens over accelerators, or time, for writing
    output_tok_per_s_per_gpu: Quantity  # written tokens over all accelerators
    computed_tok_per_s_per_gpu: Quantity  # written and fresh prompt tokens over all
    decode_time_share: Quantity  # of accelerators, or of their time, that writes
    decode_busy_share: Quantity  # of the time of writing in which the accelerator works
    prompt_busy_share: Quantity  # of the time of reading


def context_tokens(workload: Workload) -> Quantity:
    """Mean tokens before a written one: the prompt and half of the answer."""
    return workload.input_tokens + workload.output_tokens / 2


def fresh_per_output_ratio(workload: Workload) -> Quantity:
    """Prompt tokens to compute for every written one."""
    fresh = workload.input_tokens * (1 - workload.cached_prompt_share)
    return fresh / workload.output_tokens


def decode_step(deployment: Deployment, workload: Workload, batch: Quantity) -> StepTime:
    """Step of a batch at the workload's mean context."""
    return roofline.decode_step(
        deployment, batch, context_tokens(workload), workload.verified_tokens
    )


def decode_s(deployment: Deployment, workload: Workload, batch: Quantity) -> Quantity:
    """Time per written token of every sequence, prompts aside."""
    return decode_step(deployment, workload, batch).total_s / workload.accepted_tokens


def prompt_token_s(deployment: Deployment, workload: Workload) -> Quantity:
    """Time per fresh prompt token of the deployment.

    Fresh tokens follow the cached ones, so in the mean they attend to more than half of the prompt:
    to as much as the mean token of a prompt that is longer by the cached share.
    """
    as_long_as = workload.input_tokens * (1 + workload.cached_prompt_share)
    return roofline.prompt_token(deployment, as_long_as).total_s


def cache_read_s(deployment: Deployment, workload: Workload) -> Quantity:
    """Time per cached prompt token: its cache crosses the slow link, or it is computed anew.

    Whichever is shorter, so a cached token is never dearer than a fresh one.
    """
    chip, achieved = deployment.accelerator, deployment.efficiencies.link_efficiency_share
    one = roofline.cache_bytes(deployment, workload.input_tokens) / workload.input_tokens
    link = chip.scale_out_gb_per_s * BYTES_PER_GB * achieved
    moved = one / (link * deployment.layout.accelerators_count)
    return transformer.smaller(moved, prompt_token_s(deployment, workload))


def round_s(deployment: Deployment, workload: Workload, batch: Quantity) -> Quantity:
    """Time from one token of a user to the next."""
    writing = decode_s(deployment, workload, batch)
    return writing + batch * reading_s(deployment, workload)


def reading_s(deployment: Deployment, workload: Workload) -> Quantity:
    """Time that each sequence's prompts take of a round; none on accelerators of their own."""
    if workload.separated:
        return 0.0
    return fresh_per_output_ratio(workload) * prompt_token_s(deployment, workload)


def largest_batch(deployment: Deployment, workload: Workload) -> Quantity:
    """Sequences that fit into memory; missing where not even one does."""
    fits = roofline.largest_batch(deployment, context_tokens(workload))
    return np.where(np.asarray(fits) >= 1, fits, np.nan)[()]


def promised_tok_per_s_per_user(deployment: Deployment, workload: Workload) -> NDArray[np.float64]:
    """Speed asked for, or half of a lone sequence's where a workload settles for less."""
    asked = np.asarray(workload.interactivity_tok_per_s_per_user, dtype=float)
    if not workload.settles:
        return asked
    alone = 1 / np.asarray(round_s(deployment, workload, 1.0))
    return np.asarray(np.minimum(asked, SETTLED_SHARE * alone))


def batch_at_speed(deployment: Deployment, workload: Workload) -> Quantity:
    """Largest batch that fits and keeps the user's speed; missing where no batch does.

    The round grows with the batch; regula falsi with halved ends (Illinois) finds where its
    logarithm crosses that of the time allowed.
    """
    top = np.log(largest_batch(deployment, workload))
    speed = promised_tok_per_s_per_user(deployment, workload)
    with np.errstate(divide="ignore"):
        allowed = np.where(speed > 0, 1 / speed, np.inf)

    reading = reading_s(deployment, workload)  # does not change with the batch

    def late(ln_batch: Quantity) -> NDArray[np.float64]:
        batch = np.exp(ln_batch)
        with np.errstate(divide="ignore"):
            spent = np.log((decode_s(deployment, workload, batch) + batch * reading) / allowed)
        return np.asarray(np.maximum(spent, -FURTHEST))  # where any time is allowed

    low, high = np.zeros_like(top + allowed), top + np.zeros_like(allowed, dtype=float)
    early, over = late(low), late(high)
    crossing = _crossing(late, (low, early), (high, over))
    found = np.where(over <= 0, high, crossing)
    return np.where((early <= 0) & np.isfinite(top), np.exp(found), np.nan)[()]


Ends = tuple[NDArray[np.float64], NDArray[np.float64]]


def _crossing(
    late: Callable[[Quantity], NDArray[np.float64]], below: Ends, above: Ends
) -> NDArray[np.float64]:
    """Last point found at which the growing function has not crossed zero, between two ends."""
    (low, early), (high, over) = below, above
    side = np.zeros_like(low)
    for _ in range(STEPS):
        with np.errstate(invalid="ignore", divide="ignore"):
            middle = (low * over - high * early) / (over - early)
        middle = np.clip(np.where(np.isfinite(middle), middle, low), low, high)
        value = late(middle)
        left = value <= 0
        low, early, over = (
            np.where(left, middle, low),
            np.where(left, value, np.where(side < 0, early / 2, early)),
            np.where(left, np.where(side > 0, over / 2, over), value),
        )
        high = np.where(left, high, middle)
        side = np.where(left, 1.0, -1.0)
    return low


def operate(
    deployment: Deployment,
    workload: Workload,
    batch: Quantity,
    readers: Deployment | None = None,
) -> Throughput:
    """Rates of a deployment that writes this many sequences at once.

    Parameters
    ----------
    deployment
        Accelerators that write, and read prompts where no others do.
    workload
        Lengths, cache, drafts.
    batch
        Sequences.
    readers
        Accelerators of their own that read prompts.
    """
    reading = readers or deployment
    accelerators = deployment.layout.accelerators_count
    decode = batch / decode_s(deployment, workload, batch) / accelerators
    prompt = 1 / prompt_token_s(reading, workload) / reading.layout.accelerators_count
    fetch = 1 / cache_read_s(reading, workload) / reading.layout.accelerators_count
    fresh = fresh_per_output_ratio(workload)
    output = 1 / (1 / decode + fresh / prompt)
    return Throughput(
        batch_count=batch,
        interactivity_tok_per_s_per_user=1 / round_s(deployment, workload, batch),
        fresh_prompt_tok_per_s_per_gpu=prompt,
        cache_read_tok_per_s_per_gpu=fetch,
        decode_tok_per_s_per_gpu=decode,
        output_tok_per_s_per_gpu=output,
        computed_tok_per_s_per_gpu=output * (1 + fresh),
        decode_time_share=output / decode,
        decode_busy_share=decode_step(deployment, workload, batch).busy_share,
        prompt_busy_share=1.0,
    )


def throughput(
    deployment: Deployment, workload: Workload, readers: Deployment | None = None
) -> Throughput:
    """Rates at the largest batch that keeps the user's speed.

    Parameters
    ----------
    deployment
        Model, accelerator, formats, layout and achieved efficiencies.
    workload
        Lengths, cache, user speed, drafts. Fields may be arrays of one length: draws or a grid.
    readers
        Accelerators of their own that read prompts.
    """
    return operate(deployment, workload, batch_at_speed(deployment, workload), readers)
