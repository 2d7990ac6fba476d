"""Intervals, and draws that hit a stated low, central and high value exactly.

A row of ``assumptions.csv`` states the 5%, 50% and 95% points of a belief. A positive quantity
is drawn from a two-piece lognormal (one width below the centre, one above), a share from the same
shape on the logit scale: each has the three stated points, where an ordinary lognormal through low
and high would miss the centre.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any

import numpy as np
from numpy.typing import NDArray

from token_exports.units import Quantity

Z_95 = 1.6448536269514722  # standard normal quantile at 95%
LOW_QUANTILE, HIGH_QUANTILE = 0.05, 0.95


class Kind(StrEnum):
    """What the ends of an interval mean."""

    EXACT = "exact"  # counted or quoted: both ends equal the centre
    INTERVAL = "interval"  # central 90% of the draws
    BOUNDS = "bounds"  # what is unknown cannot move the value beyond them


@dataclass(frozen=True)
class Interval:
    """A central value with its two ends.

    In a sweep each of them may be an array of shape (points, 1), with a missing value where a point
    has none: whatever is computed of intervals is computed point by point.
    """

    central: float
    low: float
    high: float
    kind: Kind = Kind.INTERVAL

    def __post_init__(self) -> None:
        if np.ndim(self.central) or np.ndim(self.low):
            ordered = not np.any((self.low > self.central) | (self.central > self.high))
        else:
            ordered = self.low <= self.central <= self.high
        if not ordered:
            raise ValueError(f"not ordered: {self.low} <= {self.central} <= {self.high}")


def exact(value: Quantity) -> Interval:
    """Interval of a quantity that carries no uncertainty of ours."""
    return Interval(plain(value), plain(value), plain(value), Kind.EXACT)


def bounds(central: Quantity, low: Quantity, high: Quantity) -> Interval:
    """Interval whose ends are limits: the unknown part at its two extremes."""
    return Interval(plain(central), plain(low), plain(high), Kind.BOUNDS)


def plain(value: Any) -> float:
    """One number as a float; an array of points, which a sweep hands in, as it is."""
    return value if np.ndim(value) else float(value)


def interval(draws: Quantity, central: Quantity | None = None) -> Interval:
    """Central value and central 90% of ``draws``.

    Parameters
    ----------
    draws
        Values of the quantity, one per draw (along the last axis of the points of a sweep); a
        single value gives an exact interval.
    central
        Value at the central inputs. The median of the draws stands in where it is not given, and
        the ends are widened to hold it, because a skewed model can put it outside.
    """
    values = np.asarray(draws, dtype=float)
    if values.ndim == 0:
        return exact(float(values))
    low, median, high = spread(values, (LOW_QUANTILE, 0.5, HIGH_QUANTILE))
    centre = median if central is None else plain(central)
    return Interval(centre, plain(np.minimum(low, centre)), plain(np.maximum(high, centre)))


def spread(draws: Quantity, quantiles: Sequence[float]) -> list[float]:
    """Quantiles of the draws; point by point where draws stand along the last of two axes.

    Between two draws linearly, as numpy does, but by sorting, which is many times as fast as
    numpy's selection. A missing draw of a point is left out, one of a single quantity is not.
    """
    values = np.sort(np.asarray(draws, dtype=float), axis=-1)
    if values.ndim > 1 and np.isnan(values[..., -1]).any():
        return list(np.nanquantile(values, quantiles, axis=-1, keepdims=True))
    return [plain(_between(values, quantile)) for quantile in quantiles]


def _between(ordered: NDArray[np.float64], quantile: float) -> Any:
    last = ordered.shape[-1] - 1
    place = quantile * last
    low = int(place)
    below, above = ordered[..., low], ordered[..., min(low + 1, last)]
    share, step = place - low, above - below
    found = above - step * (1 - share) if share >= 0.5 else below + step * share
    return found if ordered.ndim == 1 else found[..., None]


def quantiles(draws: Quantity, covered: float) -> tuple[float, float]:
    """Ends of the central part of the draws that covers this share of them."""
    values = np.asarray(draws, dtype=float)
    low, high = np.quantile(values, [(1 - covered) / 2, (1 + covered) / 2])
    return float(low), float(high)


def finite(draws: Quantity) -> NDArray[np.float64]:
    """Draws that have a value; a service that cannot keep its speed has none.

    Over the points of a sweep the others stay, as missing ones.
    """
    values = np.asarray(draws, dtype=float)
    known = np.isfinite(values)
    return np.asarray(values[known] if values.ndim < 2 else np.where(known, values, np.nan))


@dataclass(frozen=True)
class Both:
    """A quantity, or the inputs of a model, at the central values and as draws."""

    central: Any
    draws: Any

    def of(self, function: Callable[..., Any], *others: Any) -> "Both":
        """Apply a model function to both; others are `Both` or plain values."""
        central = (o.central if isinstance(o, Both) else o for o in others)
        draws = (o.draws if isinstance(o, Both) else o for o in others)
        return Both(function(self.central, *central), function(self.draws, *draws))

    @property
    def interval(self) -> Interval:
        """Central value with the central 90% of the draws that have a value."""
        return interval(
            self.draws if np.ndim(self.draws) == 0 else finite(self.draws), self.central
        )


def standard_normals(n_draws: int, seed: int, label: str) -> NDArray[np.float64]:
    """Stream of standard normal draws that belongs to ``label`` alone.

    Two regions that share a row share its stream, and a new row moves no old one.
    """
    digest = int.from_bytes(sha256(label.encode()).digest()[:8], "little")
    return np.random.default_rng([seed, digest]).standard_normal(n_draws)


def two_piece(
    z: NDArray[np.float64], low: float, central: float, high: float
) -> NDArray[np.float64]:
    """Map standard normals so that their 5%, 50% and 95% points are the three values."""
    width = np.where(z < 0, central - low, high - central) / Z_95
    return np.asarray(central + width * z)


def lognormal(
    z: NDArray[np.float64], low: float, central: float, high: float
) -> NDArray[np.float64]:
    """Two-piece lognormal through three positive values."""
    return np.asarray(np.exp(two_piece(z, *np.log([low, central, high]))))


def logit_normal(
    z: NDArray[np.float64], low: float, central: float, high: float
) -> NDArray[np.float64]:
    """Two-piece logit-normal through three shares strictly between zero and one."""
    points = np.array([low, central, high])
    return np.asarray(1 / (1 + np.exp(-two_piece(z, *np.log(points / (1 - points))))))
