"""Speed of a serving engine over the roofline, by class of chip, format, way of serving and engine.

    implied speed of a row = published / predicted throughput at engine speed one
    speed of a class       = median of its rows, 5% and 95% points as its ends

Narrowest first, a class is chip family, bits, way of serving, engine and model; then without the
model; without the engine; without the bits; the way of serving alone. A class counts when it has
enough rows, so a chip or model that was not measured gets the speed of its nearest relatives.

Rows that state one phase alone come from services of many accelerators, each phase tuned by hand;
they make the class of wide serving.

Left out on purpose: fitting more than one parameter to a class, weights by age of the software.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

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
FEWEST_OTHERS = 3
PHASES = ("prefill", "decode")
WIDE = "wide"
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
    """Way of serving: one phase alone, both together, or both apart."""
    if row["phase"] != "mixed":
        return str(row["phase"])
    apart = row["disaggregated"]
    return "apart" if not pd.isna(apart) and bool(apart) else "together"


def classes(row: Row) -> tuple[str, ...]:
    """Classes of a row, the narrowest first."""
    family = FAMILIES.get(str(row["accelerator"]), str(row["accelerator"]))
    bits, way = BITS[str(row["precision"])], serving(row)
    soft = engine(row["framework"])
    return (
        "/".join((family, bits, way, soft, str(row["model"]))),
        "/".join((family, bits, way, soft)),
        "/".join((family, bits, way)),
        "/".join((family, way)),
        way,
    )


def series(row: Row) -> str:
    """Rows that share model, chip, format and engine, and so their faults."""
    names = ("model", "accelerator", "precision")
    return "/".join([str(row[name]) for name in names] + [engine(row["framework"])])


def others(table: pd.DataFrame, position: int, by: str) -> tuple[float, str, int]:
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
    own = table.iloc[position]
    usable = table[(table[by] != own[by]) & np.isfinite(table["implied_engine_speed_ratio"])]
    for level in range(LEVELS):
        name = f"class_{level}"
        same = usable.loc[usable[name] == own[name], "implied_engine_speed_ratio"]
        if len(same) >= FEWEST_OTHERS or (level == LEVELS - 1 and len(same)):
            return float(same.median()), str(own[name]), len(same)
    return 1.0, "none", 0


def of_deployment(table: pd.DataFrame, row: Row) -> EngineSpeed | None:
    """Engine speed for a deployment that may not have been measured, its engine left open.

    Parameters
    ----------
    table
        Rows with ``implied_engine_speed_ratio``, their classes and ``series``.
    row
        ``model``, ``accelerator``, ``precision`` and way of serving, ``together``, ``apart`` or
        ``wide``, asked for.

    Returns
    -------
    EngineSpeed or None
        Rows of the same model first, under any engine; nothing where no class has enough rows.
    """
    usable = table[np.isfinite(table["implied_engine_speed_ratio"])]
    for label, chosen in _levels(usable, row):
        same = usable.loc[chosen, "implied_engine_speed_ratio"]
        if len(same) >= FEWEST_OTHERS:
            return EngineSpeed(uncertainty.interval(same.to_numpy(float)), label, len(same))
    return None


def _levels(table: pd.DataFrame, row: Row) -> list[tuple[str, pd.Series]]:
    family = FAMILIES.get(str(row["accelerator"]), str(row["accelerator"]))
    if row["serving"] == WIDE:
        same = [table["class_3"].isin([f"{family}/{p}" for p in PHASES])]
        return [(f"{family}/{WIDE}", same[0]), (WIDE, table["class_4"].isin(PHASES))]
    narrow = f"{family}/{BITS[str(row['precision'])]}/{row['serving']}"
    own = table["class_2"].eq(narrow) & table["class_0"].str.endswith(f"/{row['model']}")
    labels = {2: narrow, 3: f"{family}/{row['serving']}", 4: str(row["serving"])}
    wider = [(name, table[f"class_{i}"].eq(name)) for i, name in labels.items()]
    return [(f"{narrow}/{row['model']}", own), *wider]
