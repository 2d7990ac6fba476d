"""Speed of a serving engine over the roofline, by class of chip, format, way of serving and engine.

    implied speed of a row = published / predicted throughput at engine speed one
    speed of a class       = median of its rows, 5% and 95% points as its ends
    speed of one more row  = median x or / exp(t x s x sqrt(1 + 1 / n)) with s the deviation of the
                             n logarithms and t the 95% point of Student's distribution

Narrowest first, a class is chip family, bits, way of serving, engine and model; then without the
model; without the engine; without the bits; the way of serving alone. A class counts when it has
enough rows, so a chip or model that was not measured gets the speed of its nearest relatives. Rows
of a series (same model, chip, format and engine) share their faults: a class of several models
counts when it has several series, and each of them weighs alike.

Rows that state one phase alone come from services of many accelerators, each phase tuned by hand;
they make the class of wide serving. Models without experts have classes of their own: the uneven
load of experts, which the roofline leaves out, slows the others only.

Left out on purpose: fitting more than one parameter to a class, weights by age of the software.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from token_exports import uncertainty
from token_exports.uncertainty import Interval

Row = Mapping[Hashable, Any]

FAMILIES = {
    "h100-sxm": "hopper",
    "h200": "hopper",
    "h800-sxm": "hopper",
    "h20": "h20",
    "b200": "blackwell",
    "b300": "blackwell",
    "gb200": "blackwell_rack",
    "gb300": "blackwell_rack",
    "mi300x": "cdna3",
    "mi325x": "cdna3",
    "mi355x": "cdna4",
    "ascend-910c": "ascend",
}
BITS = {"bf16": "16", "fp8": "8", "int8": "8", "fp4": "4", "nvfp4": "4", "mxfp4": "4", "int4": "4i"}
ENGINES = ("tensorrt", "trt", "sglang", "vllm", "atom")
FEWEST_OTHERS, FEWEST_SERIES = 3, 2
PHASES = ("prefill", "decode")
WIDE, IN_HOUSE = "wide", "in-house"
DENSE = "dense-"  # before the way of serving of models without experts
WAYS = ("together", "apart", WIDE)
"""Prompts and writing on the same accelerators, on others, or on many that were tuned by hand."""
LEVELS = 5


@dataclass(frozen=True)
class EngineSpeed:
    """What the rows of a class imply, and which class that is."""

    ratio: Interval
    label: str
    rows_count: int


def engine(framework: object) -> str:
    """Serving software without version and wrapper."""
    name = str(framework).lower()
    found = next((e for e in ENGINES if e in name), "other")
    return "trt" if found == "tensorrt" else found


def serving(row: Row) -> str:
    """Way of serving: one phase alone, both together, both apart, or a fleet tuned by hand."""
    if row["phase"] != "mixed":
        return str(row["phase"])
    apart = row["disaggregated"]
    if pd.isna(apart) or not bool(apart):
        return WAYS[0]
    return WIDE if IN_HOUSE in str(row["framework"]) else WAYS[1]


def classes(row: Row, *, dense: bool = False) -> tuple[str, ...]:
    """Classes of a row, the narrowest first; of a model without experts where ``dense``."""
    family = FAMILIES.get(str(row["accelerator"]), str(row["accelerator"]))
    bits, way = BITS[str(row["precision"])], serving(row)
    soft = engine(row["framework"])
    wider = WIDE if way in PHASES else way
    if dense:
        way, wider = DENSE + way, DENSE + wider
    return (
        "/".join((family, bits, way, soft, str(row["model"]))),
        "/".join((family, bits, way, soft)),
        "/".join((family, bits, way)),
        "/".join((family, wider)),
        wider,
    )


def series(row: Row) -> str:
    """Rows that share model, chip, format and engine, and so their faults."""
    names = ("model", "accelerator", "precision")
    return "/".join([str(row[name]) for name in names] + [engine(row["framework"])])


def others(table: pd.DataFrame, position: int, by: str) -> EngineSpeed:
    """Engine speed, class and number of the other rows that set it.

    Parameters
    ----------
    table
        Rows as from ``raw``.
    position
        Of the tested row.
    by
        Column whose value marks the rows to leave out: the row's own key or its series.
    """
    label, ratios = peers(table, position, by)
    if not len(ratios):
        return EngineSpeed(uncertainty.exact(1.0), label, 0)
    return EngineSpeed(uncertainty.interval(ratios), label, len(ratios))


def peers(table: pd.DataFrame, position: int, by: str) -> tuple[str, NDArray[np.float64]]:
    """Narrowest class with enough rows besides the tested one, and the speeds those imply."""
    implied = table["implied_engine_speed_ratio"].to_numpy(float)
    keys = table[by].to_numpy()
    usable = (keys != keys[position]) & np.isfinite(implied)
    kinds = table["series"].to_numpy()
    for level in range(LEVELS):
        names = table[f"class_{level}"].to_numpy()
        chosen = usable & (names == names[position])
        same = _of_class(implied[chosen], kinds[chosen], one_model=level == 0)
        if not len(same) and level == LEVELS - 1:
            same = implied[chosen]
        if len(same):
            return str(names[position]), same
    return "none", np.empty(0)


def _of_class(
    ratios: NDArray[np.float64], kinds: NDArray[np.object_], *, one_model: bool
) -> NDArray[np.float64]:
    """Speeds a class gives, none if its rows are too few or of one series only."""
    if len(ratios) < FEWEST_OTHERS:
        return np.empty(0)
    if one_model:
        return ratios
    return balanced(ratios, kinds) if len(set(kinds)) >= FEWEST_SERIES else np.empty(0)


def balanced(ratios: NDArray[np.float64], kinds: NDArray[np.object_]) -> NDArray[np.float64]:
    """As many values of the same distribution in which every series weighs alike."""
    _, which, sizes = np.unique(kinds.astype(str), return_inverse=True, return_counts=True)
    order = np.argsort(ratios, kind="stable")
    weights = (1 / sizes[which])[order]
    places = (np.cumsum(weights) - weights / 2) / weights.sum()
    wanted = (np.arange(len(ratios)) + 0.5) / len(ratios)
    return np.asarray(np.interp(wanted, places, ratios[order]))


def one_more(ratios: NDArray[np.float64]) -> Interval:
    """Where nine in ten further rows of a class would lie, if its logarithms are normal.

    The 5% and 95% points of few rows lie within the rows and so are too narrow for another one.
    """
    logs, count = np.log(ratios), len(ratios)
    centre = float(np.median(logs))
    if count < FEWEST_OTHERS:
        return Interval(float(np.exp(centre)), 0.0, float("inf"))
    spread = np.std(logs, ddof=1) * np.sqrt(1 + 1 / count)
    reach = float(stats.t.ppf(uncertainty.HIGH_QUANTILE, count - 1) * spread)
    low, central, high = np.exp([centre - reach, centre, centre + reach])
    return Interval(float(central), float(low), float(high))


def of_deployment(table: pd.DataFrame, row: Row) -> EngineSpeed | None:
    """Engine speed for a deployment that may not have been measured, its engine left open.

    Parameters
    ----------
    table
        Rows with ``implied_engine_speed_ratio``, their classes and ``series``.
    row
        ``model``, ``accelerator``, ``precision`` and way of serving, ``together``, ``apart`` or
        ``wide``, asked for; ``dense`` where the model has no experts.

    Returns
    -------
    EngineSpeed or None
        Rows of the same model first, under any engine; nothing where no class has enough rows.
    """
    usable = table[np.isfinite(table["implied_engine_speed_ratio"])]
    levels = _levels(usable, row)
    if row.get("dense"):
        levels = _levels(usable, {**row, "serving": f"{DENSE}{row['serving']}"}) + levels
    for label, chosen in levels:
        rows = usable[chosen]
        implied = rows["implied_engine_speed_ratio"].to_numpy(float)
        own = label.endswith(f"/{row['model']}")
        same = _of_class(implied, rows["series"].to_numpy(), one_model=own)
        if len(same):
            return EngineSpeed(one_more(same), label, len(same))
    return None


def _levels(table: pd.DataFrame, row: Row) -> list[tuple[str, pd.Series]]:
    family = FAMILIES.get(str(row["accelerator"]), str(row["accelerator"]))
    if row["serving"] == WIDE:
        return [
            (f"{family}/{WIDE}", table["class_3"].eq(f"{family}/{WIDE}")),
            (WIDE, table["class_4"].eq(WIDE)),
        ]
    narrow = f"{family}/{BITS[str(row['precision'])]}/{row['serving']}"
    own = table["class_2"].eq(narrow) & table["class_0"].str.endswith(f"/{row['model']}")
    labels = {2: narrow, 3: f"{family}/{row['serving']}", 4: str(row["serving"])}
    wider = [(name, table[f"class_{i}"].eq(name)) for i, name in labels.items()]
    return [(f"{narrow}/{row['model']}", own), *wider]
