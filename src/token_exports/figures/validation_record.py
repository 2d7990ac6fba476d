"""Predicted against published throughput, energy and cost of every benchmark, as tables to show."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from token_exports import formats
from token_exports.models import energy_validation, prediction_errors, throughput_validation
from token_exports.models.benchmark_rows import Row
from token_exports.models.throughput_validation import ROW_KEY, remark
from token_exports.serving import Basis
from token_exports.uncertainty import Interval

ROW, SERIES = "its row", "its series"
BY = {ROW: ROW_KEY, SERIES: "series"}
"""What is left out when a row is predicted, to the column that marks it."""
SHORT = {ROW: "row", SERIES: "series"}
THROUGHPUT, POWER, ENERGY, COST = "throughput", "power", "energy, accelerators", "cost"
USER_SPEED = "throughput, user's speed stated"
TARGET_RATIO, LARGEST_RATIO, SHOWN_RATIO = 1.5, 4.0, 2.0
PATHS = {
    "load": "throughput, load stated",
    "speed": USER_SPEED,
    "memory": "throughput, neither stated",
    "prompts": "throughput, prompts only",
}
WAYS = {
    "wide": "throughput, wide service",
    "apart": "throughput, prompts apart",
    "together": "throughput, together",
    "dense-together": "throughput, no experts",
}
RECORDED_KINDS = {
    "throughput": THROUGHPUT,
    "user_speed": USER_SPEED,
    "power": POWER,
    "energy": ENERGY,
    "cost": COST,
}
TABLES = ("serving_benchmarks", "benchmark_setups", "model_architectures", "accelerators")
NEEDED = (*TABLES, "assumptions")
ERRORS = {"median": "median row", "p90": "nine in ten rows", "largest": "worst row"}
RANGES = {
    "points": ("inside_share", "between the 5% and 95% points of its class"),
    "next_row": ("wide_inside_share", "in the range for one more row of its class"),
}
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    **{
        f"validation_{name}_{short}_{what}_ratio": (
            f"Factor between predicted and published {kind}, {words}, {left} left out",
            "throughput_validation.tested"
            if kind.startswith(THROUGHPUT)
            else "energy_validation.compared",
            NEEDED,
        )
        for name, kind in RECORDED_KINDS.items()
        for left, short in SHORT.items()
        for what, words in ERRORS.items()
    },
    **{
        f"engine_speed_{name}_{short}_covered_share": (
            f"Benchmarks whose engine speed lies {words}, {left} left out",
            "prediction_errors.coverage",
            NEEDED,
        )
        for name, (_, words) in RANGES.items()
        for left, short in SHORT.items()
    },
    "validated_rows_count": (
        "Benchmarks whose throughput the model predicts",
        "throughput_validation.tested",
        NEEDED,
    ),
    "benchmark_rows_count": ("Benchmarks in the table", "throughput_validation.cases", TABLES),
}
COLUMNS = {
    "kind": "Prediction",
    "left_out": "Left out",
    "rows_count": "Rows",
    "median_ratio": "Half within a factor of",
    "p90_ratio": "Nine in ten within",
    "largest_ratio": "Worst",
    "within_target_share": f"Within {TARGET_RATIO:g}\N{MULTIPLICATION SIGN}",
}
WORST_COLUMNS = {
    "benchmark_id": "Benchmark",
    "kind": "Prediction",
    "left_out": "Left out",
    "error_ratio": "Predicted over published",
    "remark": "Why",
    "source_id": "Source",
}
MISSING_COLUMNS = {
    "benchmark_id": "Benchmark",
    "model": "Model",
    "accelerator": "Accelerator",
    "left_out": "Left out",
    "reason": "Why not",
    "source_id": "Source",
}
COVERAGE_COLUMNS = {
    "shared": "Narrowest thing shared by the class",
    "left_out": "Left out",
    "rows_count": "Rows",
    "inside_share": "Between the 5% and 95% points",
    "wide_inside_share": "In the range for one more row",
}
FILED = [ROW_KEY, "model", "accelerator", "precision", "phase", "kind", "left_out", "published"]
FILED += ["predicted", "error_ratio", "path", "way", "efficiency_class", "others_count"]
FILED += ["engine_speed_ratio", "implied_engine_speed_ratio", "elasticity_ratio"]


class Validation(NamedTuple):
    """Errors of every row, rows without a prediction, and the test of the ranges."""

    errors: pd.DataFrame
    missing: pd.DataFrame
    coverage: pd.DataFrame
    rows_count: int


# ---- all rows


def validate(rests_on: Basis, accelerators: pd.DataFrame) -> Validation | None:
    """Every benchmark predicted without itself, and without its whole series.

    Parameters
    ----------
    rests_on
        From `serving.basis`.
    accelerators
        Table of the chips.

    Returns
    -------
    Validation or None
        Nothing where no benchmark was public.
    """
    rows = rests_on.benchmarks
    if rests_on.implied.empty:
        return None
    ready = throughput_validation.prepared(rows, rests_on.world, rests_on.implied)
    parts, ranges, missing = [], [], []
    for left_out, by in BY.items():
        results, points = throughput_validation.tested(ready, by)
        known = results[results["predicted"].notna()].assign(kind=THROUGHPUT)
        spent = energy_validation.compared(rows, results, points, accelerators)
        parts.append(_remarked(known, spent).assign(left_out=left_out))
        ranges.append(prediction_errors.coverage(known).assign(left_out=left_out))
        lost = results.loc[results["predicted"].isna(), [ROW_KEY, "reason"]]
        missing.append(lost.assign(left_out=left_out))
    named = rows[[ROW_KEY, "model", "accelerator", "precision", "phase", "source_id"]]
    errors = pd.concat(parts, ignore_index=True).drop(columns="model").merge(named)
    errors["error_ratio"] = np.exp(errors["log_error"])
    errors["way"] = errors["class_4"]
    lost = _either(pd.concat(missing, ignore_index=True)).merge(named)
    return Validation(errors, lost, pd.concat(ranges, ignore_index=True), len(rows))


def _either(missing: pd.DataFrame) -> pd.DataFrame:
    """One row per benchmark and reason; what is lost both ways does not hang on the other rows."""
    words = missing.groupby([ROW_KEY, "reason"], sort=False)["left_out"].agg(
        lambda ways: ways.iloc[0] if len(ways) == 1 else "either"
    )
    return words.reset_index()


def _remarked(known: pd.DataFrame, spent: pd.DataFrame) -> pd.DataFrame:
    """Both with the reason why a prediction may be off."""
    own = known.assign(remark=[remark(r) or _unexplained(r) for r in known.to_dict("records")])
    rates = known.set_index(ROW_KEY)["log_error"]
    power = spent[spent["kind"] == POWER].set_index(ROW_KEY)["log_error"]
    words = [_derived(row, rates, power) for row in spent.to_dict("records")]
    return pd.concat([own, spent.assign(remark=words)], ignore_index=True)


def _unexplained(row: Row) -> str:
    low, high = (formats.number(row[f"{e}_engine_speed_ratio"], "ratio") for e in ("low", "high"))
    own = formats.number(row["implied_engine_speed_ratio"], "ratio")
    return f"no cause known: implies an engine speed of {own}, its class {low} to {high}"


def _derived(row: Row, rates: pd.Series, power: pd.Series) -> str:
    """What an energy or a cost is off by, from the rate and the power it was made of."""
    if row["kind"] == POWER:
        return "one idle and one busy share stand for all accelerators"
    name, told = row[ROW_KEY], []
    for words, errors in (("throughput", rates), ("power", power)):
        if name in errors.index and not (words == "power" and row["kind"] == COST):
            factor = formats.quantity(float(np.exp(errors[name])), "ratio")
            told.append(f"{words} is predicted {factor} as high as published")
    return "; ".join(told) or "the rate it rests on is not tested"


# ---- tables


def _groups(errors: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Errors by kind, those of throughput also by path and by way of serving, in table order."""
    own = errors[errors["kind"] == THROUGHPUT]
    yield own
    for column, names in (("path", PATHS), ("way", WAYS)):
        for value, name in names.items():
            yield own[own[column] == value].assign(kind=name)
    yield errors[errors["kind"] != THROUGHPUT].sort_values("kind", ascending=False, kind="stable")


def summary(errors: pd.DataFrame) -> pd.DataFrame:
    """Errors by kind and by what was left out, as factors."""
    chosen = pd.concat(list(_groups(errors)), ignore_index=True)
    return prediction_errors.factors(chosen, ["kind", "left_out"], TARGET_RATIO)


def worst(errors: pd.DataFrame) -> pd.DataFrame:
    """Predictions off by more than the factor shown, the furthest first."""
    off = errors[errors["log_error"].abs() > np.log(SHOWN_RATIO)]
    order = off["log_error"].abs().sort_values(ascending=False, kind="stable").index
    found: pd.DataFrame = off.loc[order, [*WORST_COLUMNS, "published", "predicted"]]
    return found


def filed(errors: pd.DataFrame) -> pd.DataFrame:
    """All rows as a reader would download them, five digits."""
    table = errors[FILED].copy()
    numbers = table.select_dtypes("number").columns
    table[numbers] = table[numbers].astype(float).map(lambda v: float(f"{v:.5g}"))
    return table


def covered_share(coverage: pd.DataFrame, left_out: str, column: str) -> float | None:
    """Part of all rows inside a range, whatever their class shares with them."""
    rows = coverage[coverage["left_out"] == left_out]
    if not rows["rows_count"].sum():
        return None
    return float(np.average(rows[column], weights=rows["rows_count"]))


def quantities(found: Validation) -> Mapping[str, Interval | float | None]:
    """Values of ``RECORDED``."""
    table = summary(found.errors).set_index(["kind", "left_out"])
    tested = found.errors.loc[found.errors["kind"] == THROUGHPUT, ROW_KEY]
    values: dict[str, Interval | float | None] = {
        "benchmark_rows_count": float(found.rows_count),
        "validated_rows_count": float(tested.nunique()),
    }
    for left, short in SHORT.items():
        for name, kind in RECORDED_KINDS.items():
            known = (kind, left) in table.index
            for what in ERRORS:
                value = float(table[f"{what}_ratio"][kind, left]) if known else None
                values[f"validation_{name}_{short}_{what}_ratio"] = value
        for name, (column, _) in RANGES.items():
            share = covered_share(found.coverage, left, column)
            values[f"engine_speed_{name}_{short}_covered_share"] = share
    return values
