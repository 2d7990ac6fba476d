"""Same weights, other country: the price of a Chinese host over that of others.

    pair  = ln(price of a host / the developer's own price), same model, same token class
    model = ln(price) = one constant per model + effect x (host is Chinese) + rest

The constant of the model takes out size, quality and age, so the effect compares hosts of the same
weights only. Two intervals that a handful of models can carry:

    wild cluster bootstrap  the rest of each model, with one random sign per model; all sign
                            patterns are gone through, and the interval is the set of effects that
                            a test at the level does not reject
    permutation             which host of each model is called Chinese, all choices gone through

Every Chinese host in the table is the developer itself, so "Chinese" and "first party" are one
variable here; the effect is that of both. Hosts of unknown country are left out, or given to either
side for the two bounds. Left out on purpose: speed, precision and context length of a host.
"""

from itertools import product
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports import uncertainty
from token_exports.uncertainty import Interval, Kind

PLACE = "CN"
OWN_INTERFACE = "host_api"
LEVEL = 0.10  # of the test whose acceptance region is the central nine tenths
MOST_PATTERNS = 4096
EDGE = 1e-9  # ties of two equal test statistics are ties, whatever the last digit
Values = NDArray[np.float64]


class Effect(NamedTuple):
    """Effect of a Chinese host on ln(price), with what it rests on."""

    ln_price: Interval
    p_value: float
    permutation_p_value: float
    models_count: int
    prices_count: int


def own_lists(prices: pd.DataFrame) -> pd.DataFrame:
    """What hosts ask themselves, of every model as last observed.

    Prices through OpenRouter stay apart: there a list has dozens of hosts, many of them in unknown
    countries, and the two channels were read on different days.

    Parameters
    ----------
    prices
        Table ``same_weights_prices``.

    Returns
    -------
    DataFrame
        One list a model: the same rows without ``channel`` and ``observed_on``.
    """
    own = prices[prices["channel"] == OWN_INTERFACE]
    newest = own.groupby("open_weights_model")["observed_on"].transform("max")
    kept = own[own["observed_on"] == newest]
    return kept.drop(columns=["channel", "observed_on"]).reset_index(drop=True)


def pairs(hosted: pd.DataFrame, column: str) -> pd.DataFrame:
    """Every host beside the developer's own price for the same model.

    Parameters
    ----------
    hosted
        Table ``same_weights_prices``.
    column
        Price column to compare.

    Returns
    -------
    DataFrame
        ``open_weights_model``, ``host``, ``host_country`` (may be missing), ``own_usd_per_mtok``,
        ``host_usd_per_mtok`` and ``host_own_price_ratio``; rows where both prices are known.
    """
    known = hosted[hosted[column].notna()]
    own = known[known["first_party"]].set_index("open_weights_model")[column]
    table = known.loc[~known["first_party"], ["open_weights_model", "host", "host_country", column]]
    table = table.rename(columns={column: "host_usd_per_mtok"})
    table["own_usd_per_mtok"] = table["open_weights_model"].map(own)
    table = table.dropna(subset=["own_usd_per_mtok"])
    table["host_own_price_ratio"] = table["host_usd_per_mtok"] / table["own_usd_per_mtok"]
    return table.reset_index(drop=True)


def effect(hosted: pd.DataFrame, column: str, seed: int) -> Effect | None:
    """Effect of a Chinese host, hosts of unknown country left out.

    None where fewer than two models have hosts on both sides: one cluster has no spread.

    Parameters
    ----------
    hosted
        Table ``same_weights_prices``, or part of it.
    column
        Price column, USD/Mtok.
    seed
        For sign patterns where there are too many to go through.
    """
    known = hosted[hosted["host_country"].notna() & hosted[column].notna()]
    known = known[known[column] > 0]
    sample = _informative(known)
    if sample["open_weights_model"].nunique() < 2:
        return None
    ln_price = _ln(sample[column])
    place = _chinese(sample)
    models = pd.factorize(sample["open_weights_model"])[0]
    y, x = _within(ln_price, models), _within(place, models)
    test = _Wild(y, x, models, seed)
    low, high = test.region()
    return Effect(
        Interval(test.slope, min(low, test.slope), max(high, test.slope)),
        test.p_value(0.0),
        permutation_p_value(ln_price, place, models, seed),
        int(models.max()) + 1,
        len(sample),
    )


def effect_bounds(hosted: pd.DataFrame, column: str) -> Interval | None:
    """Point estimate with hosts of unknown country left out; ends with each of them on any side."""
    known = hosted[hosted[column].notna()]
    hosts = sorted(known.loc[known["host_country"].isna(), "host"].unique())
    central = _slope(known[known["host_country"].notna()], column)
    if central is None:
        return None
    found = [central]
    for places in product((PLACE, "elsewhere"), repeat=len(hosts)):
        given = known["host"].map(dict(zip(hosts, places, strict=True)))
        slope = _slope(known.assign(host_country=known["host_country"].fillna(given)), column)
        found += [] if slope is None else [slope]
    return uncertainty.bounds(central, min(found), max(found))


def leave_one_out(hosted: pd.DataFrame, column: str) -> pd.DataFrame:
    """Effect on ln(price) without each model in turn, to see whether one carries it."""
    known = hosted[hosted["host_country"].notna() & hosted[column].notna()]
    rows = [
        (model, _slope(known[known["open_weights_model"] != model], column))
        for model in known["open_weights_model"].unique()
    ]
    return pd.DataFrame(rows, columns=["without_model", "ln_price_effect"])


def price_ratio(ln_price: Interval) -> Interval:
    """Effect as a price ratio, Chinese over other hosts."""
    low, central, high = (float(np.exp(v)) for v in (ln_price.low, ln_price.central, ln_price.high))
    return Interval(central, low, high, Kind(ln_price.kind))


def permutation_p_value(
    ln_price: Values, place: Values, models: NDArray[np.int64], seed: int
) -> float:
    """Part of all ways to choose the Chinese hosts within models that give as large an effect.

    Exact where the ways can be gone through, otherwise from as many seeded draws.
    """
    y = _within(ln_price, models)
    seen = abs(_ols(y, _within(place, models)))
    ways = _relabelled(place, models, seed)
    effects = [abs(_ols(y, _within(way, models))) for way in ways]
    return float(np.mean(np.array(effects) >= seen - EDGE))


# ---- parts


class _Wild:
    """Wild cluster bootstrap of one slope: the null imposed, one sign per model."""

    def __init__(self, y: Values, x: Values, models: NDArray[np.int64], seed: int) -> None:
        self.xy, self.xx = np.bincount(models, x * y), np.bincount(models, x * x)  # by model
        self.largest = float(np.abs(y).max())
        self.slope = _ols(y, x)
        count = int(models.max()) + 1
        if 2**count <= MOST_PATTERNS:
            patterns = np.array(list(product((-1.0, 1.0), repeat=count)))
        else:
            rng = np.random.default_rng(seed)
            patterns = rng.choice((-1.0, 1.0), size=(MOST_PATTERNS, count))
        self.signs = patterns

    def p_value(self, null: float) -> float:
        """Two-sided: part of the patterns with as large a t value as the data."""
        rest = self.xy - null * self.xx
        seen = abs(self._t(rest[None, :])[0])
        return float(np.mean(np.abs(self._t(self.signs * rest)) >= seen - EDGE))

    def _t(self, products: Values) -> Values:
        """Slope over its cluster-robust standard error.

        A row holds, for each model, the sum of x times what the null leaves of y; a sign turns the
        whole sum, so no row of prices is needed again.
        """
        total = self.xx.sum()
        slopes = products.sum(axis=1) / total
        scores = products - slopes[:, None] * self.xx
        error = np.sqrt((scores**2).sum(axis=1)) / total
        t = np.divide(slopes, error, out=np.full_like(slopes, np.inf), where=error > EDGE)
        return np.asarray(t, dtype=float)

    def region(self, steps: int = 801) -> tuple[float, float]:
        """Ends of the effects that are not rejected, searched outwards from the slope."""
        width = max(abs(self.slope), self.largest, EDGE)
        grid = np.linspace(0.0, 8 * width, steps)
        # equal prices make zero a point of its own, which a grid would step over
        ends = [0.0] if self.p_value(0.0) > LEVEL else []
        for sign in (-1, 1):
            kept = [g for g in grid if self.p_value(self.slope + sign * g) > LEVEL]
            ends.append(self.slope + sign * max(kept, default=0.0))
        return float(min(ends)), float(max(ends))


def _relabelled(place: Values, models: NDArray[np.int64], seed: int) -> list[Values]:
    """All placements of the Chinese hosts within models, or seeded draws of them."""
    groups = [np.flatnonzero(models == m) for m in range(int(models.max()) + 1)]
    if np.prod([float(len(g)) for g in groups]) <= MOST_PATTERNS and all(
        place[g].sum() == 1 for g in groups
    ):
        ways = []
        for chosen in product(*groups):
            way = np.zeros_like(place)
            way[list(chosen)] = 1.0
            ways.append(way)
        return ways
    rng = np.random.default_rng(seed)
    drawn = [place]
    for _ in range(MOST_PATTERNS - 1):
        way = place.copy()
        for g in groups:
            way[g] = rng.permutation(place[g])
        drawn.append(way)
    return drawn


def _informative(sample: pd.DataFrame) -> pd.DataFrame:
    """Models with hosts on both sides; the others have no pair to compare."""
    chinese = sample["host_country"] == PLACE
    mean = chinese.groupby(sample["open_weights_model"]).transform("mean")
    return sample[(mean > 0) & (mean < 1)]


def _slope(sample: pd.DataFrame, column: str) -> float | None:
    kept = _informative(sample[sample[column] > 0])
    if kept.empty:
        return None
    models = pd.factorize(kept["open_weights_model"])[0]
    place = _chinese(kept)
    return _ols(_within(_ln(kept[column]), models), _within(place, models))


def _chinese(sample: pd.DataFrame) -> Values:
    return np.asarray(sample["host_country"] == PLACE, dtype=float)


def _ln(prices: "pd.Series[float]") -> Values:
    return np.asarray(np.log(prices.to_numpy(dtype=float)), dtype=float)


def _within(values: Values, models: NDArray[np.int64]) -> Values:
    """Values less the mean of their model."""
    sums = np.bincount(models, weights=values)
    return np.asarray(values - (sums / np.bincount(models))[models])


def _ols(y: Values, x: Values) -> float:
    return float(y @ x / (x @ x))
