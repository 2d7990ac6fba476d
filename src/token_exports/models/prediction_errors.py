"""What the errors of many predictions say: whether ranges are honest, and which models stand apart.

    factor          = exp |ln(predicted / published)|
    coverage        = rows inside the range that the other rows of their class give / rows
    relatives ratio = median of implied / used engine speed over a model's other series

Left out on purpose: tests of significance; rows of a series share their faults.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from token_exports.models.engine_speed import FEWEST_OTHERS

LEVEL_NAMES = ("way of serving", "chip family", "format", "engine", "model")
"""What a class shares with the tested row, by the slashes in its name."""


def relatives_ratio(results: pd.DataFrame) -> pd.Series:
    """Implied over used engine speed of the same model's other series, in the median by row.

    Far from one where a model is faster or slower than its classes wherever it was measured.
    """
    own = results["implied_engine_speed_ratio"] / results["engine_speed_ratio"]
    models, kinds = results["model"].to_numpy(), results["series"].to_numpy()
    ratios = own.to_numpy(float)
    found = []
    for model, kind in zip(models, kinds, strict=True):
        rest = ratios[(models == model) & (kinds != kind)]
        rest = rest[np.isfinite(rest)]
        enough = len(rest) >= FEWEST_OTHERS
        found.append(float(np.median(rest)) if enough else np.nan)
    return pd.Series(found, index=results.index)


def coverage(results: pd.DataFrame) -> pd.DataFrame:
    """Part of the rows whose own engine speed lies in the ranges of the others of its class.

    ``inside_share`` is of the 5% and 95% points of the class, ``wide_inside_share`` of the range
    for one more row; nine in ten each, if they are honest. By what the class shares with the row.
    """
    own = results["implied_engine_speed_ratio"]
    known = results[np.isfinite(own) & results["others_count"].ge(FEWEST_OTHERS)]
    speed = known["implied_engine_speed_ratio"]
    ends = {"inside_share": "", "wide_inside_share": "wide_"}
    inside = {
        name: speed.between(
            known[f"{kind}low_engine_speed_ratio"], known[f"{kind}high_engine_speed_ratio"]
        ).astype(float)
        for name, kind in ends.items()
    }
    deepest = len(LEVEL_NAMES) - 1  # a model's name may have a slash of its own
    parts = known["efficiency_class"].astype(str).str.count("/").clip(upper=deepest)
    table = pd.DataFrame({"parts": parts, **inside})
    groups = table.groupby("parts")
    named = groups[list(ends)].mean().assign(rows_count=groups.size())
    named = named.sort_index(ascending=False).reset_index()
    named.insert(0, "shared", [LEVEL_NAMES[i] for i in named.pop("parts")])
    return named


def factors(errors: pd.DataFrame, by: Sequence[str], target_ratio: float) -> pd.DataFrame:
    """Median, nine tenths and largest of the errors as factors, and rows within the target.

    Parameters
    ----------
    errors
        ``log_error`` and the columns of ``by``.
    by
        Groups, in the order in which they first appear.
    target_ratio
        Factor to count rows within.
    """
    known = errors[np.isfinite(errors["log_error"])]
    size = known["log_error"].abs()
    table = known[list(by)].assign(size=size, within=size.lt(np.log(target_ratio)))
    groups = table.groupby(list(by), sort=False)
    columns = {
        "rows_count": groups.size(),
        "median_ratio": np.exp(groups["size"].median()),
        "p90_ratio": np.exp(groups["size"].quantile(0.9)),
        "largest_ratio": np.exp(groups["size"].max()),
        "within_target_share": groups["within"].mean(),
    }
    return pd.DataFrame(columns).reset_index()
