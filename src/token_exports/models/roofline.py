"""Time of a decode step and of a prompt token on accelerators that share one copy of a model.

    arithmetic = FLOPs / (accelerators x peak x achieved share)
    memory     = bytes an accelerator reads / (bandwidth x achieved share)
    link       = bytes an accelerator sends / (link bandwidth x achieved share)
    waiting    = layers x latency of a layer + sequences of a rank x host time of a sequence
    time       = (arithmetic + memory + link + waiting) / speed of the engine

The parts are added, not overlapped: the one production service that published its rates fits the
sum and misses the largest part alone by nearly three. What an engine overlaps, or wastes, is in its
speed, a ratio measured on other rows. Attention runs in ranks: one rank spreads every head over all
accelerators (tensor parallel, two all-reduces a layer); as many ranks as accelerators keep
attention and its cache local and send tokens to their experts (expert parallel, all-to-all).

Left out on purpose: pipeline parallelism, uneven load of experts, network contention, moving the
cache from prompt to decode accelerators.
"""

from dataclasses import dataclass

import numpy as np

from token_exports.models import transformer
from token_exports.models.transformer import Architecture
from token_exports.units import BYTES_PER_GB, PARAMETERS_PER_BILLION, Quantity

FLOPS_PER_TFLOP = 1e12
GB_PER_TB = 1e3
REDUCES_PER_LAYER = 2  # after attention and after the feed-forward part
REDUCE_PASSES = 2  # scatter the sums, gather the result
DISPATCH_BYTES = 1  # activations leave for their experts in eight bits
ACTIVATION_BYTES = 2  # and come back, or are summed, in sixteen


@dataclass(frozen=True, kw_only=True)
class Accelerator:
    """Peaks of an accelerator, dense, and the links between several."""

    name: str
    peak_tflops: dict[str, float]  # by number format: fp4, fp8, int8, bf16
    hbm_gb: Quantity
    hbm_tb_per_s: Quantity
    board_power_w: Quantity
    scale_up_gb_per_s: Quantity  # to accelerators of the same domain, one direction
    scale_out_gb_per_s: Quantity  # to all others
    scale_up_count: Quantity  # accelerators of a domain


@dataclass(frozen=True, kw_only=True)
class Precision:
    """Number formats of a deployment."""

    expert_bytes: Quantity  # per parameter of routed experts, scales included
    rest_bytes: Quantity  # per other parameter
    kv_bytes: Quantity  # per element of the cache
    arithmetic: tuple[str, ...]  # formats of the matrix products, the first the chip has counts


@dataclass(frozen=True, kw_only=True)
class Layout:
    """Accelerators that hold one copy of the experts, and how attention is spread."""

    accelerators_count: Quantity
    attention_ranks_count: Quantity  # one: tensor parallel; all accelerators: data parallel


@dataclass(frozen=True, kw_only=True)
class Efficiencies:
    """What a serving engine achieves of the peaks, and the time it waits."""

    compute_efficiency_share: Quantity
    memory_efficiency_share: Quantity
    link_efficiency_share: Quantity
    usable_memory_share: Quantity  # of the package, for weights and cache
    layer_latency_s: Quantity
    sequence_host_s: Quantity  # per sequence and step
    engine_speed_ratio: Quantity  # of the class of chip, format and engine


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A model on accelerators."""

    shape: Architecture
    accelerator: Accelerator
    precision: Precision
    layout: Layout
    efficiencies: Efficiencies


@dataclass(frozen=True, kw_only=True)
class StepTime:
    """Parts of a time, in seconds, before the speed of the engine."""

    arithmetic_s: Quantity
    memory_s: Quantity
    link_s: Quantity
    waiting_s: Quantity
    engine_speed_ratio: Quantity

    @property
    def total_s(self) -> Quantity:
        """Parts one after the other, at the engine's speed."""
        parts = self.arithmetic_s + self.memory_s + self.link_s + self.waiting_s
        return parts / self.engine_speed_ratio

    @property
    def busy_share(self) -> Quantity:
        """Part of the time in which the accelerator computes, reads or sends."""
        working = self.arithmetic_s + self.memory_s + self.link_s
        return working / (working + self.waiting_s)

    @property
    def overlapped_s(self) -> Quantity:
        """The longest part alone, which no engine can undercut."""
        moving = np.maximum(np.maximum(self.arithmetic_s, self.memory_s), self.link_s)
        return np.asarray(np.maximum(moving, self.waiting_s))[()]


# ---- what an accelerator holds


def peak_flops_per_s(deployment: Deployment) -> Quantity:
    """Peak of the formats' first one that the chip computes in.

    Raises
    ------
    ValueError
        The chip's peak is not known in any of them.
    """
    peaks = deployment.accelerator.peak_tflops
    for name in deployment.precision.arithmetic:
        if name in peaks:
            return peaks[name] * FLOPS_PER_TFLOP
    wanted = ", ".join(deployment.precision.arithmetic)
    raise ValueError(f"{deployment.accelerator.name}: no peak for {wanted}")


def ranks_width_count(layout: Layout) -> Quantity:
    """Accelerators of an attention rank."""
    return layout.accelerators_count / layout.attention_ranks_count


def weight_bytes(deployment: Deployment) -> Quantity:
    """Bytes of weights an accelerator holds; attention is copied to every rank."""
    shape, precision, layout = deployment.shape, deployment.precision, deployment.layout
    experts = shape.expert_params_b * precision.expert_bytes / layout.accelerators_count
    table = shape.embedding_params_b + transformer.rest_params_b(shape)
    rest = table * precision.rest_bytes / ranks_width_count(layout)
    return (experts + rest) * PARAMETERS_PER_BILLION


def cache_parts_count(deployment: Deployment) -> Quantity:
    """Parts the cache of all sequences is spread over; a latent vector is copied within a rank."""
    width = ranks_width_count(deployment.layout)
    shards = transformer.smaller(width, deployment.shape.kv_shards_count)
    return deployment.layout.attention_ranks_count * shards


def cache_bytes(deployment: Deployment, context_tokens: Quantity) -> Quantity:
    """Bytes that a sequence of this length keeps, in one copy."""
    elements = transformer.cache_elements(deployment.shape, context_tokens)
    return elements * deployment.precision.kv_bytes


def largest_batch(deployment: Deployment, context_tokens: Quantity) -> Quantity:
    """Sequences whose cache fits beside the weights; negative where the weights do not fit."""
    usable = deployment.efficiencies.usable_memory_share
    free = deployment.accelerator.hbm_gb * BYTES_PER_GB * usable - weight_bytes(deployment)
    return free * cache_parts_count(deployment) / cache_bytes(deployment, context_tokens)


# ---- times


def reduced_bytes(deployment: Deployment, tokens: Quantity) -> Quantity:
    """Bytes an accelerator sends within its rank, whose heads are spread over several."""
    shape, layout = deployment.shape, deployment.layout
    passes = REDUCES_PER_LAYER * REDUCE_PASSES * ACTIVATION_BYTES
    each = shape.n_layers * passes * shape.hidden_dim / layout.attention_ranks_count
    return each * tokens * (1 - 1 / ranks_width_count(layout))


def exchanged_bytes(deployment: Deployment, tokens: Quantity) -> Quantity:
    """Bytes an accelerator sends to experts of other ranks, and back."""
    shape, layout = deployment.shape, deployment.layout
    routed = shape.n_moe_layers * copies_count(deployment) * shape.hidden_dim
    each = routed * (DISPATCH_BYTES + ACTIVATION_BYTES) / layout.accelerators_count
    return each * tokens * (1 - 1 / layout.attention_ranks_count)


def link_bytes(deployment: Deployment, tokens: Quantity) -> Quantity:
    """Bytes an accelerator sends while the deployment passes this many tokens once."""
    return reduced_bytes(deployment, tokens) + exchanged_bytes(deployment, tokens)


def copies_count(deployment: Deployment) -> Quantity:
    """Copies of a token that leave its accelerator for a layer's experts.

    Within a domain one for every expert; beyond it one for every other domain, whose accelerators
    pass it on: of M domains, k experts chosen evenly reach M x (1 - (1 - 1 / M)^k).
    """
    chosen = deployment.shape.n_active_experts
    domains = deployment.layout.accelerators_count / deployment.accelerator.scale_up_count
    several = np.maximum(domains, 1.0)
    reached = several * (1 - (1 - 1 / several) ** chosen)
    return np.where(np.asarray(domains) > 1, reached * (1 - 1 / several), chosen)[()]


def decode_step(
    deployment: Deployment, batch: Quantity, context_tokens: Quantity, verified: Quantity = 1.0
) -> StepTime:
    """Time in which every sequence of the batch advances once.

    Parameters
    ----------
    deployment
        Model, chip, formats, layout and efficiencies.
    batch
        Sequences of the whole deployment that are written at the same time.
    context_tokens
        Tokens before the written one, in the mean.
    verified
        Tokens computed per sequence and step: more than one where drafts are checked.
    """
    shape, layout, achieved = deployment.shape, deployment.layout, deployment.efficiencies
    tokens = batch * verified
    flops = tokens * (
        transformer.weight_flops_count(shape)
        + transformer.decode_attention_flops(shape, context_tokens)
    )
    read = transformer.read_elements(shape, context_tokens) * deployment.precision.kv_bytes
    cache = batch * read / cache_parts_count(deployment)
    waiting = (
        shape.n_layers * achieved.layer_latency_s
        + batch / layout.attention_ranks_count * achieved.sequence_host_s
    )
    return StepTime(
        arithmetic_s=_arithmetic_s(deployment, flops),
        memory_s=_memory_s(deployment, touched_bytes(deployment, tokens) + cache),
        link_s=_link_s(deployment, tokens),
        waiting_s=waiting,
        engine_speed_ratio=achieved.engine_speed_ratio,
    )


def prompt_token(deployment: Deployment, prompt_tokens: Quantity) -> StepTime:
    """Time per prompt token when the deployment reads long chunks of prompts.

    A chunk of thousands of tokens reads each weight once, so memory and waiting do not count.
    """
    shape, speed = deployment.shape, deployment.efficiencies.engine_speed_ratio
    flops = transformer.prompt_weight_flops_count(shape)
    flops = flops + transformer.prefill_attention_flops(shape, prompt_tokens)
    return StepTime(
        arithmetic_s=_arithmetic_s(deployment, flops),
        memory_s=0.0,
        link_s=_link_s(deployment, 1.0),
        waiting_s=0.0,
        engine_speed_ratio=speed,
    )


def touched_bytes(deployment: Deployment, tokens: Quantity) -> Quantity:
    """Bytes of weights an accelerator reads for a step of this many tokens."""
    shape, precision, layout = deployment.shape, deployment.precision, deployment.layout
    touched = transformer.experts_touched_count(shape, tokens) / shape.n_experts
    experts = shape.expert_params_b * precision.expert_bytes * touched / layout.accelerators_count
    rest = transformer.rest_params_b(shape) * precision.rest_bytes / ranks_width_count(layout)
    return (experts + rest) * PARAMETERS_PER_BILLION


def _arithmetic_s(deployment: Deployment, flops: Quantity) -> Quantity:
    achieved = deployment.efficiencies.compute_efficiency_share * peak_flops_per_s(deployment)
    return flops / (deployment.layout.accelerators_count * achieved)


def _memory_s(deployment: Deployment, read_bytes: Quantity) -> Quantity:
    bandwidth = deployment.accelerator.hbm_tb_per_s * GB_PER_TB * BYTES_PER_GB
    return read_bytes / (bandwidth * deployment.efficiencies.memory_efficiency_share)


def _link_s(deployment: Deployment, tokens: Quantity) -> Quantity:
    layout = deployment.layout
    within = reduced_bytes(deployment, tokens) / _link(deployment, ranks_width_count(layout))
    beyond = exchanged_bytes(deployment, tokens) / _link(deployment, layout.accelerators_count)
    return within + beyond


def _link(deployment: Deployment, group_count: Quantity) -> Quantity:
    """Bytes a second to the rest of a group: the close links, if they reach all of it."""
    chip = deployment.accelerator
    inside = group_count <= chip.scale_up_count
    bandwidth = np.where(inside, chip.scale_up_gb_per_s, chip.scale_out_gb_per_s)[()]
    return bandwidth * BYTES_PER_GB * deployment.efficiencies.link_efficiency_share
