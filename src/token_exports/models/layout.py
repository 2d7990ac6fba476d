"""Which accelerators share a model: layouts an operator would weigh, and the fastest of them.

    tensor parallel   one attention rank over all accelerators of the group
    expert parallel   one attention rank per accelerator, experts spread over the group
    both              ranks of eight accelerators, experts spread over all ranks
    separate pools    share of accelerators that writes so that prompts keep up

A group is a power of two that holds the weights. Beyond the closely linked domain its messages take
the slow links, which the time of a step counts; only models with experts are spread that far where
a smaller group holds them. Nobody publishes why a layout was taken, so the fastest at the stated
load or speed stands for it.

Left out on purpose: pipeline parallelism, ranks of other widths, groups of odd sizes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

import numpy as np

from token_exports.models import roofline, throughput
from token_exports.models.roofline import Deployment, Layout
from token_exports.models.throughput import Throughput, Workload
from token_exports.units import BYTES_PER_GB, Quantity

POOL_SHARES = np.linspace(0.1, 0.9, 33)  # of the accelerators that write
LARGEST_GROUP_COUNT = 128
RANK_COUNT = 8.0  # accelerators of a server


def tensor_parallel(accelerators_count: float) -> Layout:
    """Every accelerator computes a part of every head."""
    return Layout(accelerators_count=accelerators_count, attention_ranks_count=1.0)


def expert_parallel(accelerators_count: float) -> Layout:
    """Every accelerator attends for its own sequences and keeps its own experts."""
    return Layout(accelerators_count=accelerators_count, attention_ranks_count=accelerators_count)


def ranks_of_servers(accelerators_count: float) -> Layout:
    """Servers share the heads among their own accelerators, and all experts among them."""
    ranks = accelerators_count / RANK_COUNT
    return Layout(accelerators_count=accelerators_count, attention_ranks_count=ranks)


def layouts(deployment: Deployment, accelerators_count: float) -> Iterator[Deployment]:
    """Ways to use a group, where the model leaves a choice and fits."""
    ways = [tensor_parallel(accelerators_count)]
    if deployment.shape.n_experts > 1 and accelerators_count > 1:
        ways.append(expert_parallel(accelerators_count))
    if deployment.shape.n_experts > 1 and accelerators_count > RANK_COUNT:
        ways.append(ranks_of_servers(accelerators_count))
    for way in ways:
        candidate = replace(deployment, layout=way)
        if holds(candidate):
            yield candidate


def holds(deployment: Deployment) -> bool:
    """Whether the weights leave room for a cache."""
    usable = deployment.efficiencies.usable_memory_share * BYTES_PER_GB
    room = _middle(deployment.accelerator.hbm_gb * usable)
    return bool(_middle(roofline.weight_bytes(deployment)) < room)


def _middle(value: Quantity) -> Quantity:
    return np.median(value) if np.ndim(value) else value


def groups(deployment: Deployment) -> list[Deployment]:
    """Every layout worth weighing.

    Raises
    ------
    ValueError
        No group holds the model.
    """
    found: list[Deployment] = []
    size = 1.0
    while size <= LARGEST_GROUP_COUNT:
        beyond = size > deployment.accelerator.scale_up_count and bool(found)
        found += [each for each in layouts(deployment, size) if not beyond or _spread(each)]
        size *= 2
    if not found:
        raise ValueError(f"{deployment.shape.name} fits no group of {deployment.accelerator.name}")
    return found


def _spread(deployment: Deployment) -> bool:
    return bool(deployment.layout.attention_ranks_count > 1)


def fastest(candidates: Sequence[Deployment], workload: Workload) -> Deployment:
    """Layout with most written tokens per accelerator at the workload's speed.

    Parameters
    ----------
    candidates
        Layouts to weigh; the first is returned where none reaches the speed.
    workload
        Lengths and the user's speed; of draws, the layout that is best in the median.
    """
    rates = throughput.throughput(stacked(candidates), workload).output_tok_per_s_per_gpu
    return candidates[_highest(rates)]


def best_readers(candidates: Sequence[Deployment], workload: Workload) -> Deployment:
    """Layout that reads most fresh prompt tokens per accelerator."""
    point = throughput.operate(stacked(candidates), workload, 1.0)
    return candidates[_highest(point.fresh_prompt_tok_per_s_per_gpu)]


def best_writers(candidates: Sequence[Deployment], workload: Workload) -> Deployment:
    """Layout that writes most per writing accelerator at the workload's speed."""
    rates = throughput.throughput(stacked(candidates), workload).decode_tok_per_s_per_gpu
    return candidates[_highest(rates)]


def fastest_at_batch(
    candidates: Sequence[Deployment], workload: Workload, load: float
) -> tuple[Deployment, Throughput]:
    """The same at an offered load: sequences beyond those that fit wait."""
    rates = at_load(stacked(candidates), workload, load).output_tok_per_s_per_gpu
    best = candidates[_highest(rates)]
    return best, at_load(best, workload, load)


def stacked(candidates: Sequence[Deployment]) -> Deployment:
    """Layouts of one deployment as a single one, whose rates have a row a layout."""
    layouts = [each.layout for each in candidates]
    counts = np.array([[each.accelerators_count] for each in layouts])
    ranks = np.array([[each.attention_ranks_count] for each in layouts])
    layout = Layout(accelerators_count=counts, attention_ranks_count=ranks)
    return replace(candidates[0], layout=layout)


def _highest(rates: Quantity) -> int:
    """Row with the largest median; the first where none has a value."""
    return int(np.argmax(np.nan_to_num(np.median(rates, axis=-1), nan=0.0)))


def at_load(deployment: Deployment, workload: Workload, load: float) -> Throughput:
    """Rates of a deployment that is offered this many sequences."""
    fits = throughput.largest_batch(deployment, workload)
    return throughput.operate(deployment, workload, np.fmin(load, fits))


def separate_pools(
    deployment: Deployment, workload: Workload, accelerators: float, load: float
) -> Throughput:
    """Rates when some accelerators read prompts and the others write, best split.

    Parameters
    ----------
    deployment
        Its layout is that of the group which reads prompts; the best of several that are `stacked`.
    workload
        Lengths and drafts; its speed is not used.
    accelerators
        Of both pools together.
    load
        Sequences offered to both.
    """
    writers = accelerators * POOL_SHARES
    counts = deployment.layout.accelerators_count
    widest = np.maximum(deployment.accelerator.scale_up_count, counts)
    group = np.minimum(writers, widest)
    pool = replace(deployment, layout=Layout(accelerators_count=group, attention_ranks_count=group))
    fits = np.nan_to_num(throughput.largest_batch(pool, workload), nan=1.0)
    point = throughput.operate(pool, workload, np.minimum(load * group / writers, fits))
    prompts = throughput.operate(deployment, workload, 1.0).fresh_prompt_tok_per_s_per_gpu
    fresh = throughput.fresh_per_output_ratio(workload)
    readable = prompts * (1 - POOL_SHARES) / fresh
    output = np.minimum(point.decode_tok_per_s_per_gpu * POOL_SHARES, readable)
    whole = replace(
        point,
        fresh_prompt_tok_per_s_per_gpu=np.full_like(output, prompts),
        output_tok_per_s_per_gpu=output,
        computed_tok_per_s_per_gpu=output * (1 + fresh),
        decode_time_share=POOL_SHARES,
        prompt_busy_share=output / readable,
    )
    return _pick(whole, int(np.argmax(output)))


def _pick(point: Throughput, position: int) -> Throughput:
    """One position of a point whose values are arrays, counted along their common rows."""
    names = [f.name for f in fields(Throughput)]
    values = np.broadcast_arrays(*(getattr(point, name) for name in names))
    return Throughput(**dict(zip(names, (float(v.flat[position]) for v in values), strict=True)))
