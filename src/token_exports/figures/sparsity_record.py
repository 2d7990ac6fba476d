"""What sparsity saves one model as it is served in this run, and which parts keep the saving."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from token_exports.assumptions import AssumptionError
from token_exports.figures import served_record
from token_exports.figures.chip_record import MODEL, Served
from token_exports.figures.served_record import Given
from token_exports.models import sparsity, throughput, traffic
from token_exports.models.energy_per_token import PowerInputs
from token_exports.models.roofline import Deployment
from token_exports.models.sparsity import TokenTime
from token_exports.models.token_cost import Outcome
from token_exports.models.traffic import Traffic
from token_exports.serving import Prediction, ServingError
from token_exports.uncertainty import Both, Interval
from token_exports.units import Quantity

CONTEXTS_TOKENS = (1_000.0, 16_000.0, 128_000.0)
STEPS_COUNT = 48
POWER = ("board_idle_power_share", "board_busy_power_share")
PARTS = {
    "weight_arithmetic": "arithmetic",
    "own_weights": "own weights",
    "other_experts": "others' experts",
    "attention": "attention and cache",
    "link": "links",
    "waiting": "waiting",
}
"""Parts of `sparsity.TokenTime` and their names in print."""
TABLES = ("assumptions", "model_architectures", "accelerators", "serving_benchmarks")
OVER_TRAFFIC = (*TABLES, "openrouter_token_mix")
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "sparsity_naive_share": (
        "M2.5: active parameters over those of its dense twin",
        "sparsity.naive_share",
        ("model_architectures",),
    ),
    **{
        f"sparsity_{name}_share": (
            f"M2.5 over its dense twin, {label}",
            f"sparsity.{function}",
            OVER_TRAFFIC,
        )
        for name, label, function in (
            ("decode_cost", "accelerator time of a written token", "cost_share"),
            ("decode_energy", "energy of a written token", "energy_share"),
            ("prefill_cost", "accelerator time of a fresh prompt token", "cost_share"),
            ("cache_read_cost", "accelerator time of a cached prompt token", "cost_share"),
            ("traffic_cost", "accelerator time of the mean token of its traffic", "mean_token_s"),
            ("traffic_energy", "energy of the mean token of its traffic", "mean_token_s"),
        )
    },
    "sparsity_realised_share": (
        "Saving that the active parameters promise, part left over its traffic",
        "sparsity.realised_share",
        OVER_TRAFFIC,
    ),
    "sparsity_lowest_traffic_cost_share": (
        "M2.5 over its dense twin, mean token of its traffic, accelerator where it saves most",
        "sparsity.mean_token_s",
        OVER_TRAFFIC,
    ),
    "sparsity_highest_traffic_cost_share": (
        "M2.5 over its dense twin, mean token of its traffic, accelerator where it saves least",
        "sparsity.mean_token_s",
        OVER_TRAFFIC,
    ),
    **{
        f"sparsity_decode_{part}_gap_share": (
            f"M2.5 over its dense twin, written token: added to the naive share by {label}",
            "sparsity.gap_shares",
            OVER_TRAFFIC,
        )
        for part, label in PARTS.items()
    },
}


class Twins(NamedTuple):
    """A model and its dense twin on one chip, each served its own best way."""

    sparse: Prediction
    dense: Prediction
    traffic: Traffic
    power: PowerInputs


Compared = dict[tuple[str, str], Twins]
"""Region and accelerator to the model and its twin there."""


def compare(given: Given, served: Served) -> Compared:
    """The twin wherever the model is served; accelerators that cannot hold it are left out.

    Parameters
    ----------
    given
        Assumptions, parameters and tables of the run.
    served
        From `chip_record.predictions`.
    """
    found = {}
    for (region, chip), (own, of) in served.items():
        shape = sparsity.dense(own.writers.shape)
        wanted = served_record.asked(given, MODEL, region, chip)
        try:
            twin = served_record.predict(given, wanted, of, Both(shape, shape))
        except (ServingError, AssumptionError, ValueError):
            continue
        if np.isfinite([_served(own), _served(twin)]).all():
            found[region, chip] = Twins(own, twin, of, _power(given, own))
    return found


def _served(prediction: Prediction) -> float:
    return float(prediction.outcome.central.rates.decode_tok_per_s_per_gpu)


def _power(given: Given, prediction: Prediction) -> PowerInputs:
    hour, region = prediction.hour.central, prediction.asked.region
    shares = {name: given.known.row(name, region).central for name in POWER}
    return PowerInputs(
        **shares,
        it_power_kw=hour.it_power_kw,
        pue_ratio=hour.pue_ratio,
        utilisation_share=hour.utilisation_share,
    )


def of_run(given: Given, compared: Compared) -> Twins | None:
    """The twins on the Chinese accelerator of the run."""
    return compared.get(("cn", given.p.cn_accelerator))


def ratio(twins: Twins, of: Callable[[Outcome], Quantity]) -> Both:
    """Something of the model's tokens over the same of its twin's, draw by draw."""
    return twins.sparse.outcome.of(of).of(_over, twins.dense.outcome.of(of))


def _over(above: Quantity, below: Quantity) -> Quantity:
    return above / below


def decode_s(outcome: Outcome) -> Quantity:
    """Accelerator seconds of a written token."""
    return 1 / outcome.rates.decode_tok_per_s_per_gpu


def prompt_s(outcome: Outcome) -> Quantity:
    """Accelerator seconds of a fresh prompt token."""
    return 1 / outcome.rates.fresh_prompt_tok_per_s_per_gpu


def _read_s(outcome: Outcome) -> Quantity:
    return 1 / outcome.rates.cache_read_tok_per_s_per_gpu


def _decode_j(outcome: Outcome) -> Quantity:
    return outcome.energy.output_j_per_token


def traffic_ratio(twins: Twins) -> Both:
    """Accelerator time of the mean token over that of the twin's."""
    return ratio(twins, lambda o: sparsity.mean_token_s(o.rates, twins.traffic.mix))


def quantities(compared: Compared, twins: Twins | None) -> dict[str, Interval | float | None]:
    """What the notebook records; nothing where the twins of the run are not known.

    Parameters
    ----------
    compared
        From `compare`.
    twins
        From `of_run`.
    """
    if twins is None:
        return {}
    naive = float(sparsity.naive_share(twins.sparse.writers.shape))
    over_traffic = traffic_ratio(twins)
    by_chip = [traffic_ratio(each).central for each in compared.values()]
    classes: dict[str, Callable[[Outcome], Quantity]] = {
        "decode_cost": decode_s,
        "decode_energy": _decode_j,
        "prefill_cost": prompt_s,
        "cache_read_cost": _read_s,
        "traffic_energy": lambda o: served_record.blended_kwh_per_mtok(o, twins.traffic.mix),
    }
    own, twin = written(twins)
    gaps = sparsity.gap_shares(own, twin, naive)
    found: dict[str, Interval | float | None] = {
        f"sparsity_{name}_share": ratio(twins, of).interval for name, of in classes.items()
    }
    return found | {
        "sparsity_naive_share": naive,
        "sparsity_traffic_cost_share": over_traffic.interval,
        "sparsity_realised_share": over_traffic.of(sparsity.realised_share, naive).interval,
        "sparsity_lowest_traffic_cost_share": float(min(by_chip)),
        "sparsity_highest_traffic_cost_share": float(max(by_chip)),
        **{f"sparsity_decode_{part}_gap_share": float(gaps[part]) for part in PARTS},
    }


# ---- parts, at the central values


def written(twins: Twins) -> tuple[TokenTime, TokenTime]:
    """Parts of a written token of the model and of its twin, each in its own batch and layout."""
    own, other = (_written(each, twins.traffic) for each in (twins.sparse, twins.dense))
    return own, other


def _written(prediction: Prediction, of: Traffic) -> TokenTime:
    batch = float(prediction.outcome.central.rates.batch_count)
    return sparsity.written_token(prediction.writers, traffic.workload(of, 0.0), batch)


def prompt(twins: Twins) -> tuple[TokenTime, TokenTime]:
    """Parts of a fresh prompt token of both."""
    work = traffic.workload(twins.traffic, 0.0)
    own, other = (sparsity.prompt_token(p.readers, work) for p in (twins.sparse, twins.dense))
    return own, other


def one_group(twins: Twins) -> Deployment:
    """The model on the group, and in the layout, that serves its twin best."""
    return replace(twins.sparse.writers, layout=twins.dense.writers.layout)


def on_one_group(twins: Twins, context_tokens: float, batch: float) -> tuple[TokenTime, TokenTime]:
    """Parts of a written token of both on one group, at one batch and context."""
    work = throughput.Workload(input_tokens=context_tokens, output_tokens=0.0)
    group = one_group(twins)
    shapes = (group.shape, sparsity.dense(group.shape))
    own, other = (
        sparsity.written_token(replace(group, shape=shape), work, batch) for shape in shapes
    )
    return own, other


def parts_table(pairs: Mapping[str, tuple[TokenTime, TokenTime]], naive: float) -> pd.DataFrame:
    """Naive share, what each part adds to it and their sum, a row per kind of token.

    Parameters
    ----------
    pairs
        Label to parts of the model's token and of its twin's.
    naive
        Share expected from the parameters.
    """
    rows: list[dict[str, Any]] = []
    for label, (own, twin) in pairs.items():
        gaps = sparsity.gap_shares(own, twin, naive)
        row: dict[str, Any] = {"label": label, "naive_share": naive}
        row |= {f"{part}_gap_share": float(gaps[part]) for part in PARTS}
        rows.append(row | {"cost_share": float(sparsity.cost_share(own, twin))})
    return pd.DataFrame(rows)


def explained(twins: Twins, contexts_tokens: Sequence[float] = CONTEXTS_TOKENS) -> pd.DataFrame:
    """Parts for tokens as served, and on one group for a lone and for many sequences.

    Parameters
    ----------
    twins
        From `of_run`.
    contexts_tokens
        The shortest is shown alone and in a batch, the longest in a batch.
    """
    group, short, long = one_group(twins), min(contexts_tokens), max(contexts_tokens)
    pairs = {
        "prompt, as served": prompt(twins),
        "written, as served": written(twins),
        f"lone sequence, {short / 1e3:g}k": on_one_group(twins, short, 1.0),
    }
    for context in (short, long):
        batch = sparsity.common_batch(group, (context,))
        if batch >= 1:
            label = f"memory full, {context / 1e3:g}k"
            pairs[label] = on_one_group(twins, context, batch)
    return parts_table(pairs, float(sparsity.naive_share(group.shape)))
