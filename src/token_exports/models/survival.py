"""How long something lasts when not every end was seen.

    survival S(t) = product over lengths s up to t of (1 - ends after s / at risk at s)
    median        = the shortest t with S(t) at most one half

Kaplan-Meier with limits on the log-log scale. What was not seen to end is at risk up to the length
it is known to exceed.

Left out on purpose: a model of the hazard; a few dozen lengths bear none.
"""

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import CensoredData, ecdf, logrank

from token_exports.models.windows import WindowError
from token_exports.uncertainty import HIGH_QUANTILE, LOW_QUANTILE, Interval

CONFIDENCE = HIGH_QUANTILE - LOW_QUANTILE
HALF = 0.5 + 1e-12  # a product of fractions can miss one half by a rounding

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Durations:
    """Lengths; one that was not seen to end is known to exceed its length."""

    length: Floats
    ended: NDArray[np.bool_]

    @property
    def longest(self) -> float:
        """How far the survival is known."""
        return float(self.length.max())

    @property
    def data(self) -> CensoredData:
        """The same as scipy takes it."""
        return CensoredData.right_censored(self.length, ~self.ended)


def survival(lasting: Durations, times: Floats) -> pd.DataFrame:
    """Kaplan-Meier survival at some lengths, with its 90% limits.

    Where none or all have ended the log-log limits are undefined; the limit of a binomial with
    that many trials takes their place.

    Returns
    -------
    DataFrame
        ``survival_share``, ``low_share``, ``high_share``, by length.

    Raises
    ------
    WindowError
        There is nothing to follow.
    """
    if not len(lasting.length):
        raise WindowError("there is nothing to follow")
    curve = ecdf(lasting.data).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        limits = curve.confidence_interval(CONFIDENCE, method="log-log")
    value, low, high = (np.asarray(f.evaluate(times)) for f in (curve, limits.low, limits.high))
    all_stay = LOW_QUANTILE ** (1 / len(lasting.length))
    all_gone = 1 - LOW_QUANTILE ** (1 / max(1, int(lasting.ended.sum())))
    low = np.select([times <= 0, value == 1, value == 0], [1.0, all_stay, 0.0], low)
    high = np.select([value == 1, value == 0], [1.0, all_gone], high)
    columns = {"survival_share": value, "low_share": low, "high_share": high}
    return pd.DataFrame(columns, index=times)


def median(lasting: Durations) -> Interval:
    """Median length; its ends are where the limits of the survival pass one half.

    An upper end that no length reaches is infinite.

    Raises
    ------
    WindowError
        More than half are known to exceed every length seen.
    """
    known = survival(lasting, np.unique(lasting.length))
    passed = [
        next((float(t) for t, share in known[name].items() if share <= HALF), np.inf)  # type: ignore[arg-type]
        for name in ("survival_share", "low_share", "high_share")
    ]
    if not np.isfinite(passed[0]):
        raise WindowError("fewer than half were seen to end: the median is not known")
    return Interval(passed[0], passed[1], passed[2])


def logrank_share(first: Durations, second: Durations) -> float | None:
    """Two-sided p-value of the log-rank test; None where nothing parts the groups."""
    if not (len(first.length) and len(second.length)):
        return None
    with np.errstate(all="ignore"):
        value = float(logrank(first.data, second.data).pvalue)
    return value if np.isfinite(value) else None
