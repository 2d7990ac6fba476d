"""Which assumption moves a result: one at a time, and together (Sobol).

    tornado     = result with one input at its low or high value, all others central
    first order = Var(E[result | input]) / Var(result)
    total order = 1 - Var(E[result | all other inputs]) / Var(result)

First order is what knowing an input alone would take off the variance; total order also counts
what it does together with others. In an additive model both are the same and add up to one.

Sampling (Saltelli) and estimators are those of SALib; intervals are percentiles of its bootstrap.
Inputs are drawn independently, as everywhere in this project. Left out on purpose: correlation
between inputs, for which these indices have no such meaning.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.uncertainty import HIGH_QUANTILE, LOW_QUANTILE
from token_exports.units import Quantity

Points = tuple[float, float, float]
Draws = NDArray[np.float64]
Result = Callable[[Mapping[str, Quantity]], Quantity]
Quantile = Callable[[Draws], Draws]
"""Standard normal draws to values of one input."""

RESAMPLES = 500
EDGE = 1e-12  # the normal quantile has no value at zero and one


def tornado(result: Result, points: Mapping[str, Points]) -> pd.DataFrame:
    """Result with each input at its ends, the widest swing first.

    Parameters
    ----------
    result
        Function of all inputs by name.
    points
        Input to its low, central and high value.

    Returns
    -------
    DataFrame
        ``input``, ``at_low``, ``central``, ``at_high`` and ``swing``, the distance between the
        two ends; inputs without a range are left out.
    """
    central = {name: middle for name, (_, middle, _) in points.items()}
    middle = float(result(central))
    rows = []
    for name, (low, _, high) in points.items():
        if low < high:
            ends = [float(result(central | {name: value})) for value in (low, high)]
            rows.append((name, ends[0], middle, ends[1], abs(ends[1] - ends[0])))
    table = pd.DataFrame(rows, columns=["input", "at_low", "central", "at_high", "swing"])
    return table.sort_values("swing", ascending=False, kind="stable", ignore_index=True)


def sobol(
    results: Mapping[str, Result], inputs: Mapping[str, Quantile], base_draws: int, seed: int
) -> pd.DataFrame:
    """First- and total-order indices of every input for every result.

    Parameters
    ----------
    results
        Name to a function of all inputs by name; all share one sample.
    inputs
        Input to the map from standard normal draws to its values; at least two.
    base_draws
        Base sample, a power of two; the model is evaluated ``inputs + 2`` times as often.
    seed
        Of the sample's scrambling and of the bootstrap.

    Returns
    -------
    DataFrame
        ``result``, ``input`` and, for each order, ``central``, ``low`` and ``high``, the last two
        the ends of the central nine tenths of the bootstrap.

    Raises
    ------
    ValueError
        Fewer than two inputs, or a base sample that is no power of two.
    """
    from SALib.sample import sobol as sampling

    if len(inputs) < 2 or base_draws < 2 or base_draws & (base_draws - 1):
        raise ValueError("Sobol indices take two inputs or more and a power of two of draws")
    problem = {
        "num_vars": len(inputs),
        "names": list(inputs),
        "bounds": [[0.0, 1.0]] * len(inputs),
    }
    cube = sampling.sample(problem, base_draws, calc_second_order=False, seed=seed)
    normal = _normal(np.clip(cube, EDGE, 1 - EDGE))
    values: dict[str, Quantity] = {
        name: quantile(normal[:, column]) for column, (name, quantile) in enumerate(inputs.items())
    }
    tables = [
        _indices(problem, np.asarray(result(values), dtype=float), seed).assign(result=name)
        for name, result in results.items()
    ]
    return pd.concat(tables, ignore_index=True)


def _normal(cube: Draws) -> Draws:
    from scipy.special import ndtri

    return np.asarray(ndtri(cube))


def _indices(problem: dict[str, Any], values: Draws, seed: int) -> pd.DataFrame:
    from SALib.analyze import sobol as analysis

    found = analysis.analyze(
        problem,
        values,
        calc_second_order=False,
        num_resamples=RESAMPLES,
        keep_resamples=True,
        seed=seed,
    )
    columns: dict[str, Any] = {"input": problem["names"]}
    for order, short in (("first", "S1"), ("total", "ST")):
        resampled = found[f"{short}_conf_all"]
        ends = np.quantile(resampled, [LOW_QUANTILE, HIGH_QUANTILE], axis=0)
        columns[f"{order}_share"] = found[short]
        columns[f"{order}_low_share"] = np.minimum(ends[0], found[short])
        columns[f"{order}_high_share"] = np.maximum(ends[1], found[short])
    return pd.DataFrame(columns)
