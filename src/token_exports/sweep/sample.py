"""Points of a sweep from its axes: every combination, a list, or a drawn sample."""

import warnings
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.sweep.axes import Axis, Uniform, column
from token_exports.sweep.spec import Sample
from token_exports.sweep.values import Plain

SEED = 0
"""Of a drawn sample where the file states none."""


def grid(axes: Mapping[str, Axis]) -> pd.DataFrame:
    """Every combination of the values, the last name changing fastest."""
    listed = {name: column(axis.grid()) for name, axis in axes.items()}
    inner = n_points = int(np.prod([len(values) for values in listed.values()]))
    columns = {}
    for name, values in listed.items():
        inner //= len(values)
        columns[name] = np.tile(np.repeat(values, inner), n_points // (len(values) * inner))
    return table(columns, n_points)


def drawn(axes: Mapping[str, Axis], sample: Sample) -> pd.DataFrame:
    """A Latin hypercube, or the first points of a scrambled Sobol sequence."""
    quantiles = _quantiles(sample, len(axes))
    columns = {name: axis.at(quantiles[:, k]) for k, (name, axis) in enumerate(axes.items())}
    return table(columns, len(quantiles))


def _quantiles(sample: Sample, n_axes: int) -> Uniform:
    from scipy.stats import qmc  # takes longer to import than everything else here

    kinds = {"latin_hypercube": qmc.LatinHypercube, "sobol": qmc.Sobol}
    seed = SEED if sample.seed is None else sample.seed
    engine = kinds[sample.method](n_axes, rng=np.random.default_rng(seed))
    with warnings.catch_warnings():
        # what is shown before a sweep starts says the same in a sentence
        warnings.filterwarnings("ignore", "The balance properties of Sobol", UserWarning)
        return np.asarray(engine.random(sample.points))


def listed(names: Sequence[str], points: Sequence[Mapping[str, Plain]]) -> pd.DataFrame:
    """Points as stated; what a point leaves out has no value."""
    columns = {name: column([point.get(name) for point in points]) for name in names}
    return table(columns, len(points))


def table(columns: Mapping[str, NDArray[Any]], n_points: int) -> pd.DataFrame:
    """Columns as points numbered from 0, objects kept as they are."""
    index = pd.RangeIndex(n_points, name="point")
    series = {n: pd.Series(v, index=index, dtype=v.dtype) for n, v in columns.items()}
    return pd.DataFrame(series, index=index)
