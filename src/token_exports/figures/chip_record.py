"""Cost and electricity of one model's token on the accelerators of both countries."""

from typing import Any

import pandas as pd

from token_exports.assumptions import AssumptionError
from token_exports.figures import served_record
from token_exports.figures.served_record import Given
from token_exports.models.token_cost import Outcome
from token_exports.models.traffic import Traffic
from token_exports.serving import Prediction, ServingError
from token_exports.uncertainty import Interval
from token_exports.units import Quantity

MODEL, SLUG = "MiniMax-M2.5", served_record.SLUGS["minimax-m2.5"]
CHIPS = (
    ("us", "h100-sxm"),
    ("us", "b200"),
    ("us", "gb200"),
    ("cn", "h20"),
    ("cn", "h800-sxm"),
    ("cn", "h200"),
    ("cn", "ascend-910c"),
    ("cn", "b300"),
)
"""Region and accelerator; B300 is grey market there."""
TABLES = ("assumptions", "openrouter_token_mix", "model_architectures", "accelerators")
FASTEST, SLOWER = ("us", "b200"), ("h20", "ascend-910c", "h200")


def short(chip: str) -> str:
    """Name of a chip inside the name of a quantity."""
    return chip.replace("-", "") if "ascend" in chip else chip.split("-")[0]


NEEDED = (*TABLES, "serving_benchmarks")
NEEDED = (*TABLES, "serving_benchmarks")
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    **{
        f"{region}_{short(chip)}_{name}": (
            f"M2.5 on {chip}, {region.upper()}: {label}",
            f"token_cost.{function}",
            NEEDED,
        )
        for region, chip in CHIPS
        for name, label, function in (
            ("usd_per_mtok", "full cost in its traffic", "cost_usd_per_mtok"),
            ("kwh_per_mtok", "electricity in its traffic", "energy_j_per_token"),
            ("electricity_cost_share", "electricity in cost", "outcome"),
        )
    },
    **{
        f"{short(chip)}_over_b200_decode_ratio": (
            f"Written tokens of M2.5 per accelerator, {chip} over B200",
            "token_cost.throughput",
            NEEDED,
        )
        for chip in SLOWER
    },
}


Served = dict[tuple[str, str], tuple[Prediction, Traffic]]
"""Region and accelerator to what is predicted there, and the traffic it is for."""


def predictions(given: Given) -> Served:
    """The model on every accelerator, and on those of the run; what was not public is left out."""
    own = (("cn", given.p.cn_accelerator), ("us", given.p.us_accelerator))
    found = {}
    for region, chip in dict.fromkeys((*CHIPS, *own)):
        try:
            traffic = served_record.traffic_of(given, SLUG)
            asked = served_record.asked(given, MODEL, region, chip)
            found[region, chip] = served_record.predict(given, asked, traffic), traffic
        except (ServingError, AssumptionError, ValueError):
            continue
    return found


def table(served: Served, names: dict[str, str]) -> pd.DataFrame:
    """A row per region and accelerator, the cheapest first; empty where nothing is public.

    Parameters
    ----------
    served
        From `predictions`.
    names
        Accelerator to its display name.

    Returns
    -------
    DataFrame
        ``region``, ``accelerator``, ``label``, class and rows of the engine's speed, layout, and
        ``low``, ``central``, ``high`` of cost, electricity and its share.
    """
    rows = []
    for (region, chip), (found, traffic) in served.items():
        if (region, chip) in CHIPS:
            label = names[chip].split(" ", 1)[1].removesuffix(" SXM")
            row: dict[str, Any] = {"region": region, "accelerator": chip, "label": label}
            row |= _about(found)
            for name, value in served_record.blended(found, traffic).items():
                row |= ends(name, value.interval)
            rows.append(row)
    frame = pd.DataFrame(rows)
    return frame.sort_values("central_usd_per_mtok", ignore_index=True) if rows else frame


def of_run(given: Given, served: Served) -> dict[str, tuple[Prediction, Traffic]]:
    """What the accelerators of the run give, by region."""
    chips = {"cn": given.p.cn_accelerator, "us": given.p.us_accelerator}
    return {r: served[r, chip] for r, chip in chips.items() if (r, chip) in served}


def _decode(outcome: Outcome) -> Quantity:
    return outcome.rates.decode_tok_per_s_per_gpu


def speed_ratios(served: Served) -> dict[str, Interval | float | None]:
    """Written tokens of chips that China can buy over the best American one."""
    found: dict[str, Interval | float | None] = {}
    if FASTEST not in served:
        return found
    best = served[FASTEST][0].outcome.of(_decode)
    for chip in SLOWER:
        if ("cn", chip) in served:
            own = served["cn", chip][0].outcome.of(_decode)
            found[f"{short(chip)}_over_b200_decode_ratio"] = own.of(_over, best).interval
    return found


def _over(above: Quantity, below: Quantity) -> Quantity:
    return above / below


def _about(found: Prediction) -> dict[str, Any]:
    return {
        "precision": found.asked.precision,
        "engine_class": found.speed.label,
        "benchmarks_count": found.speed.rows_count,
        "writers_count": found.writers.layout.accelerators_count,
        "readers_count": found.readers.layout.accelerators_count,
        "speed_kept_share": served_record.speed_kept_share(found),
    }


def ends(name: str, value: Interval) -> dict[str, float]:
    """The three values of an interval as columns that end in the unit."""
    return {f"{end}_{name}": getattr(value, end) for end in ("low", "central", "high")}


def quantities(served: Served) -> dict[str, Interval | float | None]:
    """Cost, electricity and its share on every accelerator, from `predictions`."""
    return {
        f"{region}_{short(chip)}_{name}": value.interval
        for (region, chip), (found, traffic) in served.items()
        if (region, chip) in CHIPS
        for name, value in served_record.blended(found, traffic).items()
    }
