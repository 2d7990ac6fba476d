"""What one token asks of the hardware: arithmetic, weights, cache and experts of a transformer.

    weight FLOPs a token    = 2 x active parameters
    attention FLOPs a token = FLOPs per attended token x tokens attended
    cache a token           = key and value elements x bytes an element
    experts touched         = E x (1 - (1 - k / E)^B)

An attended token costs 2 FLOPs for every key element and 2 for every value element of every query
head. Plain heads read keys and values of one width. Latent attention (MLA) expands its compressed
cache while it reads a prompt, but attends to the compressed vectors themselves while it writes,
which makes its written token dearer and its cache small. A batch of B tokens that choose their k of
E experts evenly and independently leaves an expert idle with probability (1 - k/E)^B.

Left out on purpose: the scores of a sparse index, the state of linear attention layers,
normalisation and rotation, vision encoders, prediction modules, experts that are chosen unevenly.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from math import inf, isnan
from typing import Any, cast

from token_exports.units import PARAMETERS_PER_BILLION, Quantity

FLOPS_PER_PARAMETER = 2.0  # one multiplication, one addition
MATRICES_PER_EXPERT = 3  # gate, up, down
MEAN_POSITION_SHARE = 0.5  # a prompt token attends on average to half of the prompt before it
NEEDED = ("computed_total_params_b", "computed_active_params_b", "n_layers", "hidden_dim")


class ArchitectureError(ValueError):
    """The published configuration lacks what a formula needs."""


@dataclass(frozen=True, kw_only=True)
class Architecture:
    """Shape of a transformer, as far as throughput depends on it."""

    name: str
    total_params_b: Quantity
    active_params_b: Quantity  # without the input table, which is looked up, not multiplied
    expert_params_b: Quantity  # of all routed experts together
    embedding_params_b: Quantity  # input table; the output head is taken to be as large
    n_layers: Quantity
    n_moe_layers: Quantity
    n_experts: Quantity  # routed experts of a layer; one stands for a layer without routing
    n_active_experts: Quantity
    hidden_dim: Quantity
    kv_elements: Quantity  # cached per token of context, in layers whose cache grows
    kv_shards_count: Quantity  # parts the cache can be cut into without copies
    windowed_kv_elements: Quantity = 0.0  # cached per token within the window
    window_tokens: Quantity = 0.0
    indexed_kv_elements: Quantity = 0.0  # of kv_elements, read for every token of context
    attended_limit_tokens: Quantity = inf  # most tokens a query selects
    prefill_attention_flops_count: Quantity = 0.0  # per attended token, all full layers
    decode_attention_flops_count: Quantity = 0.0
    windowed_attention_flops_count: Quantity = 0.0


# ---- parameters and weights


def rest_params_b(shape: Architecture) -> Quantity:
    """Weights that every token reads: all but routed experts and the input table."""
    return shape.total_params_b - shape.expert_params_b - shape.embedding_params_b


def experts_touched_count(shape: Architecture, batch_tokens: Quantity) -> Quantity:
    """Routed experts of a layer that at least one token of the batch chooses."""
    idle = (1 - shape.n_active_experts / shape.n_experts) ** batch_tokens
    return shape.n_experts * (1 - idle)


def touched_weight_params_b(shape: Architecture, batch_tokens: Quantity) -> Quantity:
    """Parameters that one step of a batch reads."""
    touched = experts_touched_count(shape, batch_tokens) / shape.n_experts
    return rest_params_b(shape) + shape.expert_params_b * touched


def active_share(shape: Architecture) -> Quantity:
    """Parameters a token uses over all parameters."""
    return shape.active_params_b / shape.total_params_b


# ---- arithmetic


def weight_flops_count(shape: Architecture) -> Quantity:
    """FLOPs of a written token in matrix products with weights."""
    return FLOPS_PER_PARAMETER * shape.active_params_b * PARAMETERS_PER_BILLION


def prompt_weight_flops_count(shape: Architecture) -> Quantity:
    """The same for a prompt token, which needs no output head."""
    used_b = shape.active_params_b - shape.embedding_params_b
    return FLOPS_PER_PARAMETER * used_b * PARAMETERS_PER_BILLION


def smaller(first: Quantity, second: Quantity) -> Quantity:
    """The smaller of two values, in arithmetic that symbols and arrays share."""
    apart = cast(Quantity, abs(first - second))
    return (first + second - apart) / 2


def attended_tokens(context_tokens: Quantity, limit_tokens: Quantity) -> Quantity:
    """Tokens a query attends to: the context, or as many as it may select."""
    return context_tokens if _unlimited(limit_tokens) else smaller(context_tokens, limit_tokens)


def _unlimited(limit_tokens: Quantity) -> bool:
    return isinstance(limit_tokens, float) and limit_tokens == inf


def decode_attention_flops(shape: Architecture, context_tokens: Quantity) -> Quantity:
    """FLOPs of attention for a token written after this many tokens."""
    full = attended_tokens(context_tokens, shape.attended_limit_tokens)
    windowed = attended_tokens(context_tokens, shape.window_tokens)
    return (
        shape.decode_attention_flops_count * full + shape.windowed_attention_flops_count * windowed
    )


def prefill_attention_flops(shape: Architecture, prompt_tokens: Quantity) -> Quantity:
    """FLOPs of attention for the mean token of a prompt of this length."""
    position = prompt_tokens * MEAN_POSITION_SHARE
    full = attended_tokens(position, shape.attended_limit_tokens)
    windowed = attended_tokens(position, shape.window_tokens)
    return (
        shape.prefill_attention_flops_count * full + shape.windowed_attention_flops_count * windowed
    )


# ---- cache


def cache_elements(shape: Architecture, context_tokens: Quantity) -> Quantity:
    """Elements a sequence of this length keeps."""
    windowed = attended_tokens(context_tokens, shape.window_tokens)
    return shape.kv_elements * context_tokens + shape.windowed_kv_elements * windowed


def read_elements(shape: Architecture, context_tokens: Quantity) -> Quantity:
    """Elements a written token reads; a sparse index reads its keys for the whole context."""
    selected = attended_tokens(context_tokens, shape.attended_limit_tokens)
    windowed = attended_tokens(context_tokens, shape.window_tokens)
    plain = shape.kv_elements - shape.indexed_kv_elements
    full = plain * selected + shape.indexed_kv_elements * context_tokens
    return full + shape.windowed_kv_elements * windowed


def stretched(shape: Architecture, params_ratio: Quantity, name: str) -> Architecture:
    """A model of the same proportions with this many times the parameters.

    Depth and width grow alike, by the cube root of the ratio, since parameters follow depth times
    width squared; cache follows depth, attention depth times width. Stands in for a model whose
    shape nobody published.
    """
    side = params_ratio ** (1 / 3)
    return replace(
        shape,
        name=name,
        total_params_b=shape.total_params_b * params_ratio,
        active_params_b=shape.active_params_b * params_ratio,
        expert_params_b=shape.expert_params_b * params_ratio,
        embedding_params_b=shape.embedding_params_b * side,
        n_layers=shape.n_layers * side,
        n_moe_layers=shape.n_moe_layers * side,
        hidden_dim=shape.hidden_dim * side,
        kv_elements=shape.kv_elements * side,
        indexed_kv_elements=shape.indexed_kv_elements * side,
        windowed_kv_elements=shape.windowed_kv_elements * side,
        prefill_attention_flops_count=shape.prefill_attention_flops_count * side**2,
        decode_attention_flops_count=shape.decode_attention_flops_count * side**2,
        windowed_attention_flops_count=shape.windowed_attention_flops_count * side**2,
    )


# ---- from a row of the table


def architecture(row: Mapping[Hashable, Any], kv_elements: Quantity | None = None) -> Architecture:
    """Architecture of a row of table ``model_architectures``.

    Parameters
    ----------
    row
        The row as a mapping.
    kv_elements
        Stands in where the table leaves the elements of the cache open.

    Raises
    ------
    ArchitectureError
        The configuration is not published far enough.
    """
    growing = (
        kv_elements if kv_elements is not None else _number(row, "kv_cache_per_token_elements")
    )
    lacking = [name for name in NEEDED if not _number(row, name)]
    lacking += [] if growing else ["kv_cache_per_token_elements"]
    if lacking:
        raise ArchitectureError(f"{row['model']}: {', '.join(lacking)} not published")
    experts = _number(row, "n_experts") or 1.0
    moe = _number(row, "n_layers") - _number(row, "n_dense_layers") if experts > 1 else 0.0
    hidden = _number(row, "hidden_dim")
    one_expert = MATRICES_PER_EXPERT * hidden * _number(row, "moe_intermediate_dim")
    routed_b = moe * experts * one_expert / PARAMETERS_PER_BILLION
    if routed_b > _number(row, "computed_total_params_b"):
        raise ArchitectureError(f"{row['model']}: experts are not the plain three matrices")
    return Architecture(
        name=str(row["model"]),
        total_params_b=_number(row, "computed_total_params_b"),
        active_params_b=_number(row, "computed_active_params_b"),
        expert_params_b=routed_b,
        embedding_params_b=_number(row, "vocab_tokens") * hidden / PARAMETERS_PER_BILLION,
        n_layers=_number(row, "n_layers"),
        n_moe_layers=moe,
        n_experts=experts,
        n_active_experts=_number(row, "n_active_experts") or 1.0,
        hidden_dim=hidden,
        kv_elements=growing,
        **_attention(row, growing),
    )


def _attention(row: Mapping[Hashable, Any], growing: Quantity) -> dict[str, Quantity]:
    heads, full = _number(row, "n_attention_heads"), _number(row, "n_full_attention_layers")
    latent, window = _number(row, "kv_lora_dim"), _number(row, "sliding_window_tokens")
    limit = _number(row, "sparse_attention_tokens") or inf
    if latent:
        rotary, width = _number(row, "qk_rope_head_dim"), _number(row, "head_dim")
        per_layer = latent + rotary
        return {
            "kv_shards_count": 1.0,
            "indexed_kv_elements": growing - full * per_layer if limit < inf else 0.0,
            "attended_limit_tokens": limit,
            "prefill_attention_flops_count": 2
            * heads
            * (width + _number(row, "v_head_dim"))
            * full,
            "decode_attention_flops_count": 2 * heads * (per_layer + latent) * full,
        }
    width = _number(row, "head_dim")
    layers = full or _number(row, "n_layers")
    windowed = _number(row, "n_linear_or_windowed_layers") if window else 0.0
    each = 2 * heads * 2 * width
    return {
        "kv_shards_count": _number(row, "n_kv_heads"),
        "attended_limit_tokens": limit,
        "windowed_kv_elements": 2 * _number(row, "n_kv_heads") * width * windowed,
        "window_tokens": window,
        "prefill_attention_flops_count": each * layers,
        "decode_attention_flops_count": each * layers,
        "windowed_attention_flops_count": each * windowed,
    }


def _number(row: Mapping[Hashable, Any], name: str) -> float:
    """Value of a column, zero where the configuration does not have the part."""
    value = row.get(name)
    number = float(value) if value is not None and str(value) not in ("", "<NA>") else 0.0
    return 0.0 if isnan(number) else number
