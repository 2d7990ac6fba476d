"""A published benchmark as a deployment and a workload of ours, or the reason why it is none.

    path "prompts"  the row counts prompt tokens only
    path "load"     the row states sequences offered and accelerators
    path "speed"    the row states the user's speed only
    path "memory"   it states neither: as many sequences as memory holds

Left out on purpose: whatever a row and its setup leave open beyond this; such a row gets a reason.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, replace
from math import nan
from typing import Any

import pandas as pd

from token_exports.models import layout
from token_exports.models.roofline import Accelerator, Deployment, Efficiencies, Layout, Precision
from token_exports.models.throughput import Workload
from token_exports.models.transformer import Architecture
from token_exports.units import Quantity

Row = Mapping[Hashable, Any]

SAME_SHAPE = {
    "DeepSeek-V3/R1": "DeepSeek-R1",
    "DeepSeek-R1-0528": "DeepSeek-R1",
    "DeepSeek-V3.1": "DeepSeek-V3",
    "Llama-2-70B": "Llama-3.1-70B",  # but for its vocabulary
    "Llama-3.3-70B": "Llama-3.1-70B",
    "Llama 4 Maverick 17B 128E Instruct FP8": "Llama-4-Maverick",
    "Qwen 3 30B A3B Instruct": "Qwen3-30B-A3B",
    "Qwen 3 235B A22B Instruct": "Qwen3-235B-A22B",
    "Qwen 3 235B A22B Instruct FP8": "Qwen3-235B-A22B",
    "Qwen 3 235B A22B Thinking": "Qwen3-235B-A22B",
    "Qwen 3 235B A22B Thinking FP8": "Qwen3-235B-A22B",
    "Qwen 3 Coder 480B A35B": "Qwen3-Coder-480B-A35B",
}
"""Name in the benchmarks to the row of ``model_architectures`` with the same shape."""

FOUR_BIT = 0.5625  # half a byte and a byte of scale for sixteen
PRECISIONS: dict[str, Precision] = {
    "bf16": Precision(expert_bytes=2, rest_bytes=2, kv_bytes=2, arithmetic=("bf16",)),
    "fp8": Precision(expert_bytes=1, rest_bytes=1, kv_bytes=1, arithmetic=("fp8", "bf16")),
    "int8": Precision(expert_bytes=1, rest_bytes=1, kv_bytes=1, arithmetic=("int8", "bf16")),
    "fp4": Precision(expert_bytes=FOUR_BIT, rest_bytes=1, kv_bytes=1, arithmetic=("fp4", "fp8")),
    "nvfp4": Precision(expert_bytes=FOUR_BIT, rest_bytes=1, kv_bytes=1, arithmetic=("fp4", "fp8")),
    "mxfp4": Precision(expert_bytes=0.53125, rest_bytes=2, kv_bytes=2, arithmetic=("fp4", "bf16")),
    "int4": Precision(expert_bytes=FOUR_BIT, rest_bytes=2, kv_bytes=2, arithmetic=("bf16",)),
}
"""Formats by the name of the expert weights; four-bit integers are expanded before they count."""
PEAKS = ("fp4", "fp8", "int8", "bf16")
SIXTEEN_BIT_CACHE = ("h100-sxm", "h200", "h800-sxm", "h20", "ascend-910c")
"""Chips whose engines keep the latent cache in sixteen bits."""


class NotExpressible(ValueError):
    """Why the model cannot state a row."""


@dataclass(frozen=True, kw_only=True)
class Links:
    """Links of an accelerator, which its data sheet row does not hold."""

    scale_up_gb_per_s: Quantity
    scale_out_gb_per_s: Quantity
    scale_up_count: Quantity


@dataclass(frozen=True, kw_only=True)
class Drafts:
    """Tokens per step and sequence where a model drafts its own tokens."""

    accepted_tokens: Quantity
    verified_tokens: Quantity


@dataclass(frozen=True, kw_only=True)
class World:
    """What rows refer to."""

    architectures: Mapping[str, Architecture]
    accelerators: Mapping[str, Accelerator]
    efficiencies: Efficiencies
    drafts: Drafts


@dataclass(frozen=True, kw_only=True)
class Case:
    """A row in terms of the model."""

    path: str
    candidates: tuple[Deployment, ...]  # layouts the row may have had
    workload: Workload
    accelerators_count: float | None
    load_count: float | None


def completed(benchmarks: pd.DataFrame, setups: pd.DataFrame) -> pd.DataFrame:
    """Benchmarks with what their setups add; a value the benchmark states is kept."""
    merged = benchmarks.set_index("benchmark_id")
    added = setups.set_index("benchmark_id").reindex(merged.index)
    for name in ("input_tokens", "output_tokens", "interactivity_tok_per_s_per_user"):
        merged[name] = merged[name].astype("Float64").fillna(added[name].astype("Float64"))
    own = ["cached_prompt_share", "interactivity_is_limit", "prefill_accelerators_count"]
    own += ["decode_accelerators_count", "decode_group_count"]
    return merged.join(added[own]).reset_index()


def case(row: Row, world: World) -> Case:
    """The row as candidates of a deployment and a workload.

    Raises
    ------
    NotExpressible
        The row, its setup or the tables lack something; the message says what.
    """
    shape, chip = _known(row, world)
    work = _workload(row, world)
    plain = Deployment(
        shape=shape,
        accelerator=chip,
        precision=precision(str(row["precision"]), shape, chip),
        layout=layout.tensor_parallel(1.0),
        efficiencies=world.efficiencies,
    )
    count, load = number(row, "accelerators_count"), number(row, "concurrency_count")
    path = _path(row, work, count, load)
    candidates = _candidates(plain, row, work, path)
    return Case(
        path=path,
        candidates=candidates,
        workload=work,
        accelerators_count=count,
        load_count=load,
    )


def precision(name: str, shape: Architecture, chip: Accelerator) -> Precision:
    """Formats of a deployment; a latent cache keeps sixteen bits where engines do."""
    found = PRECISIONS[name]
    latent = shape.kv_shards_count == 1
    return replace(found, kv_bytes=2) if latent and chip.name in SIXTEEN_BIT_CACHE else found


def accelerator(row: Row, links: Links) -> Accelerator:
    """Accelerator of a row of table ``accelerators``; an unknown figure is missing."""
    peaks = {name: number(row, f"peak_{name}_tflops") for name in PEAKS}
    return Accelerator(
        name=str(row["accelerator"]),
        peak_tflops={name: value for name, value in peaks.items() if value is not None},
        hbm_gb=_or_missing(row, "hbm_gb"),
        hbm_tb_per_s=_or_missing(row, "hbm_tb_per_s"),
        board_power_w=_or_missing(row, "board_power_w"),
        scale_up_gb_per_s=links.scale_up_gb_per_s,
        scale_out_gb_per_s=links.scale_out_gb_per_s,
        scale_up_count=links.scale_up_count,
    )


def _or_missing(row: Row, name: str) -> float:
    value = number(row, name)
    return nan if value is None else value


def number(row: Row, name: str) -> float | None:
    """Value of a cell, or nothing."""
    value = row.get(name)
    return None if value is None or pd.isna(value) else float(value)


def _known(row: Row, world: World) -> tuple[Architecture, Accelerator]:
    model, chip = str(row["model"]), str(row["accelerator"])
    if number(row, "throughput_tok_per_s_per_gpu") is None:
        raise NotExpressible("states a cost only, at a rate per hour it does not give")
    if row["tokens_basis"] == "input_incl_cached":
        raise NotExpressible("counts cached prompt tokens of a row that is tested already")
    name = SAME_SHAPE.get(model, model)
    if name not in world.architectures:
        raise NotExpressible(f"no configuration of {model} in the table")
    if chip not in world.accelerators:
        raise NotExpressible(f"specifications of {chip} are incomplete")
    return world.architectures[name], world.accelerators[chip]


def _workload(row: Row, world: World) -> Workload:
    prompt, answer = number(row, "input_tokens"), number(row, "output_tokens")
    if prompt is None or answer is None:
        raise NotExpressible("lengths of prompt or answer are not published")
    drafts = row["speculative_decoding"] == "mtp"
    accepted = world.drafts.accepted_tokens if drafts else 1.0
    verified = world.drafts.verified_tokens if drafts else 1.0
    return Workload(
        input_tokens=prompt,
        output_tokens=answer,
        cached_prompt_share=number(row, "cached_prompt_share") or 0.0,
        interactivity_tok_per_s_per_user=number(row, "interactivity_tok_per_s_per_user") or 0.0,
        accepted_tokens=accepted,
        verified_tokens=verified,
        separated=_separated(row),
    )


def _separated(row: Row) -> bool:
    stated = row["disaggregated"]
    return bool(stated) if not pd.isna(stated) else False


def _path(row: Row, work: Workload, count: float | None, load: float | None) -> str:
    if row["phase"] == "prefill":
        return "prompts"
    if row["phase"] == "mixed" and count is not None and load is not None:
        return "load"
    return "speed" if work.interactivity_tok_per_s_per_user else "memory"


def _candidates(plain: Deployment, row: Row, work: Workload, path: str) -> tuple[Deployment, ...]:
    """Layouts the row may have had: its stated group, its accelerators, or any that is close."""
    own = number(row, "decode_group_count") if path != "prompts" else None
    own = number(row, "prefill_accelerators_count") if path == "prompts" else own
    if own is not None:
        ranks = own if plain.shape.n_experts > 1 else 1.0
        way = Layout(accelerators_count=own, attention_ranks_count=ranks)
        return (replace(plain, layout=way),)
    count = number(row, "accelerators_count")
    if count is None or path != "load" or work.separated:
        return tuple(layout.groups(plain))
    found = tuple(layout.layouts(plain, count))
    if not found:
        raise NotExpressible(f"weights do not fit into {count:.0f} accelerators")
    return found
