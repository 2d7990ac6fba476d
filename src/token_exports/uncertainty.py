"""Intervals, and draws that hit a stated low, central and high value exactly.

A row of ``assumptions.csv`` states the 5%, 50% and 95% points of a belief. A positive quantity
is drawn from a two-piece lognormal (one width below the centre, one above), a share from the same
shape on the logit scale: each has the three stated points, where an ordinary lognormal through low
and high would miss the centre.
"""

from collections.abc import Callable
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
    """A central value with its two ends."""

    central: float
    low: float
    high: float
    kind: Kind = Kind.INTERVAL

    def __post_init__(self) -> None:
        if not self.low <= self.central <= self.high:
            raise ValueError(f"not ordered: {self.low} <= {self.central} <= {self.high}")


def exact(value: float) -> Interval:
    """Interval of a quantity that carries no uncertainty of ours."""
    return Interval(float(value), float(value), float(value), Kind.EXACT)


def bounds(central: float, low: float, high: float) -> Interval:
    """Interval whose ends are limits: the unknown part at its two extremes."""
    return Interval(float(central), float(low), float(high), Kind.BOUNDS)


def interval(draws: Quantity, central: float | None = None) -> Interval:
    """Central value and central 90% of ``draws``.

    Parameters
    ----------
    draws
        Values of the quantity, one per draw; a single value gives an exact interval.
    central
        Value at the central inputs. The median of the draws stands in where it is not given, and
        the ends are widened to hold it, because a skewed model can put it outside.
    """
    values = np.asarray(draws, dtype=float)
    if values.ndim == 0:
        return exact(float(values))
    low, median, high = np.quantile(values, [LOW_QUANTILE, 0.5, HIGH_QUANTILE])
    centre = float(median) if central is None else float(central)
    return Interval(centre, min(float(low), centre), max(float(high), centre))


def quantiles(draws: Quantity, covered: float) -> tuple[float, float]:
    """Ends of the central part of the draws that covers this share of them."""
    values = np.asarray(draws, dtype=float)
    low, high = np.quantile(values, [(1 - covered) / 2, (1 + covered) / 2])
    return float(low), float(high)


def finite(draws: Quantity) -> NDArray[np.float64]:
    """Draws that have a value; a service that cannot keep its speed has none."""
    values = np.asarray(draws, dtype=float)
    return np.asarray(values[np.isfinite(values)])


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
