"""How long models lead the weekly chart and how long they stay in it.

    stay             = unbroken run of weekly lists with the same model among the first ranks
    mean stay to h   = sum over k from 0 to h of the part of stays that exceed k weeks
    mean ratio       = mean stay of those begun in the later year / of those in the earlier
    exit share       = stays that ended / weeks at risk of ending
    turnover change  = mean part of a chart that is new, later year less earlier

At rank one a stay is a lead. If leaving a model became dearer with time, later stays would last
longer and the exit share would fall with the weeks spent. A stay that borders on a week without a
list has lasted at least the weeks seen: it counts as known to exceed one week less, never as ended.

Left out on purpose: the cost of a move, which nobody publishes, and models that never made the
chart. The charted models are all there were, not a sample, and stays of one model are alike: a
p-value says how often chance would part the groups so far if stays were independent draws.
"""

from collections.abc import Callable

import numpy as np
import pandas as pd
from scipy.stats import binomtest

from token_exports.models.leaderboard import SHORTEST_LIST, WEEK, turnover
from token_exports.models.survival import (
    CONFIDENCE,
    Durations,
    Floats,
    logrank_share,
    median,
    survival,
)
from token_exports.models.windows import WindowError, when_known
from token_exports.uncertainty import Interval, interval

YEARS = (2025, 2026)
"""Years of entry that are compared."""
PREVIEW_AUTHORS = ("openrouter", "stealth")
"""Developers of record of anonymous previews, which are free and end by design."""
N_DRAWS, SEED = 2000, 20260226
BLOCK_WEEKS = 4
"""Neighbouring weeks are alike, so as many are drawn together."""
EARLY_WEEKS = 4
"""Length of the first part of a stay."""


def family(slugs: pd.Series) -> pd.Series:
    """Model of a slug: its free, paid and thinking variants are one."""
    return slugs.str.split(":").str[0]


def promoted(slugs: pd.Series) -> pd.Series:
    """Whether a slug names a free variant or an anonymous preview."""
    return slugs.str.endswith(":free") | slugs.str.split("/").str[0].isin(PREVIEW_AUTHORS)


def stays(lists: pd.DataFrame, ranks: int, who: str = "model") -> pd.DataFrame:
    """Unbroken runs of weeks of a model, or a developer, among the first ranks.

    Parameters
    ----------
    lists
        Weekly lists, from `leaderboard.weekly_lists`.
    ranks
        How many ranks count; the shortest chart where charts of all weeks are compared.
    who
        ``model``, variants together, or a column of ``lists``.

    Returns
    -------
    DataFrame
        ``name``, ``origin``, ``promoted`` (free of charge or a preview in a week of the stay),
        ``first_week``, ``last_week`` (Mondays), ``length_weeks``, ``start_seen``, ``end_seen``.
    """
    slugs = lists["model_slug"]
    rows = lists.assign(model=family(slugs), promoted=promoted(slugs))[lists["rank"] <= ranks]
    weeks = rows.groupby([who, "period_start"], as_index=False).agg(
        origin=("origin", "first"), promoted=("promoted", "any")
    )
    new = (weeks[who] != weeks[who].shift()) | (weeks["period_start"].diff() != WEEK)
    found = weeks.groupby(new.cumsum().to_numpy()).agg(
        name=(who, "first"),
        origin=("origin", "first"),
        promoted=("promoted", "any"),
        first_week=("period_start", "min"),
        last_week=("period_start", "max"),
        length_weeks=("period_start", "size"),
    )
    listed = lists["period_start"].unique()
    found["start_seen"] = (found["first_week"] - WEEK).isin(listed)
    found["end_seen"] = (found["last_week"] + WEEK).isin(listed)
    return found.sort_values(["first_week", "name"], ignore_index=True)


def entered(found: pd.DataFrame, year: int) -> pd.DataFrame:
    """Stays that began in a year; where the start was not seen, the first week seen counts."""
    began: pd.DataFrame = found[found["first_week"].dt.year == year]
    return began


def durations(found: pd.DataFrame) -> Durations:
    """Lengths of stays in weeks; one with an end not seen is known to exceed a week less."""
    ended = (found["start_seen"] & found["end_seen"]).to_numpy(dtype=bool)
    return Durations(found["length_weeks"].to_numpy(dtype=float) - ~ended, ended)


def mean_ratio(found: pd.DataFrame, years: tuple[int, int] = YEARS) -> Interval:
    """Mean stay of the later year of entry over that of the earlier.

    Means run as far as both years were followed. Models are drawn with all their stays, since
    stays of one model are alike.

    Raises
    ------
    WindowError
        No stay that began in one of the years was followed for a week.
    """
    parts = [entered(found, year) for year in years]
    horizon = min(0 if part.empty else durations(part).longest for part in parts)
    if horizon < 1:
        raise WindowError(f"no stay followed for a week in one of the years {years}")
    rng = np.random.default_rng(SEED)
    before, after = (_means(part, horizon, rng) for part in parts)
    ratio = after / before
    return interval(ratio[1:], float(ratio[0]))


def _means(found: pd.DataFrame, horizon: float, rng: np.random.Generator) -> Floats:
    """Mean up to a horizon: of the stays themselves, then of each draw of models."""
    lasting, weeks = durations(found), np.arange(1, horizon + 1)
    reached = lasting.length[:, None] >= weeks
    left = (lasting.length[:, None] == weeks) & lasting.ended[:, None]
    names = found["name"].to_numpy()
    risk, ends = (pd.DataFrame(x).groupby(names).sum().to_numpy() for x in (reached, left))
    count = len(risk)
    drawn = rng.multinomial(count, np.full(count, 1 / count), N_DRAWS)
    weights = np.vstack([np.ones(count), drawn])
    at_risk = weights @ risk
    staying = 1 - np.divide(weights @ ends, at_risk, where=at_risk > 0, out=np.zeros(at_risk.shape))
    return np.asarray(1 + np.cumprod(staying, axis=1).sum(axis=1))


DEFINITIONS: dict[str, Callable[[pd.DataFrame], pd.DataFrame]] = {
    "Rank one": lambda lists: stays(lists, 1),
    "Rank one, start seen": lambda lists: stays(lists, 1).query("start_seen"),
    "Rank one, by developer": lambda lists: stays(lists, 1, "author_slug"),
    "First three ranks": lambda lists: stays(lists, 3),
    "Chart": lambda lists: stays(lists, SHORTEST_LIST),
    "Chart, start seen": lambda lists: stays(lists, SHORTEST_LIST).query("start_seen"),
    "Chart, first stay": lambda lists: stays(lists, SHORTEST_LIST).drop_duplicates("name"),
    "Chart, never free": lambda lists: stays(lists, SHORTEST_LIST).query("not promoted"),
    "Chart, Chinese models": lambda lists: stays(lists, SHORTEST_LIST).query("origin == 'cn'"),
    "Chart, US models": lambda lists: stays(lists, SHORTEST_LIST).query("origin == 'us'"),
}
"""What counts as a stay; the first and the fifth are the plain ones."""


def compared(lists: pd.DataFrame, years: tuple[int, int] = YEARS) -> pd.DataFrame:
    """Both years under every definition of a stay.

    Returns
    -------
    DataFrame
        ``definition``; for each year ``before`` and ``after`` the number of stays and the median
        with its ends; ``mean_ratio`` with its ends, and ``logrank_share``. Missing where a year
        has no stay or fewer than half were seen to end.
    """
    rows = []
    for name, pick in DEFINITIONS.items():
        found = pick(lists)
        row: dict[str, object] = {"definition": name}
        parts = [durations(entered(found, year)) for year in years]
        for when, part in zip(("before", "after"), parts, strict=True):
            row[f"{when}_count"] = len(part.length)
            row |= _ends(f"{when}_median", "weeks", when_known(median, part))
        row |= _ends("mean", "ratio", when_known(mean_ratio, found, years))
        rows.append(row | {"logrank_share": logrank_share(*parts)})
    return pd.DataFrame(rows)


def _ends(name: str, unit: str, value: Interval | None) -> dict[str, float | None]:
    low, high = (value.low, value.high) if value else (None, None)
    central = value.central if value else None
    return {f"{name}_{unit}": central, f"{name}_low_{unit}": low, f"{name}_high_{unit}": high}


def curves(lists: pd.DataFrame, years: tuple[int, int] = YEARS) -> pd.DataFrame:
    """Survival by week of leads and of stays in the chart, for each year of entry.

    Returns
    -------
    DataFrame
        ``group`` (``lead`` or ``chart``), ``entry_year``, ``stay_count``, ``ended_count``,
        ``length_weeks``, ``survival_share``, ``low_share``, ``high_share``.

    Raises
    ------
    WindowError
        No stay began in any of the years.
    """
    parts = []
    for group, ranks in (("lead", 1), ("chart", SHORTEST_LIST)):
        found = stays(lists, ranks)
        for year in years:
            lasting = durations(entered(found, year))
            if len(lasting.length):
                part = survival(lasting, np.arange(lasting.longest + 1))
                counts = {"stay_count": len(lasting.length), "ended_count": lasting.ended.sum()}
                label = {"group": group, "entry_year": year, **counts}
                parts.append(part.rename_axis("length_weeks").reset_index().assign(**label))
    if not parts:
        raise WindowError(f"no list of the years {years}")
    return pd.concat(parts, ignore_index=True)


def exit_shares(found: pd.DataFrame, years: tuple[int, int] = YEARS) -> pd.DataFrame:
    """Part of the stays that end in a week, early and later in a stay.

    Returns
    -------
    DataFrame
        ``entry_year``, ``part`` (``early`` or ``later``), ``at_risk_count``, ``ended_count``,
        ``exit_share``, ``low_share``, ``high_share`` (90%, exact binomial).
    """
    rows = []
    for year in years:
        lasting = durations(entered(found, year))
        early = np.minimum(lasting.length, EARLY_WEEKS)
        spent = {"early": early, "later": lasting.length - early}
        for part, weeks in spent.items():
            own = (lasting.length > EARLY_WEEKS) == (part == "later")
            ended, risk = int((lasting.ended & own).sum()), int(weeks.sum())
            if risk:
                test = binomtest(ended, risk)
                ends = test.proportion_ci(CONFIDENCE)
                row = (year, part, risk, ended, test.statistic, float(ends.low), float(ends.high))
                rows.append(row)
    columns = ["entry_year", "part", "at_risk_count", "ended_count", "exit_share"]
    return pd.DataFrame(rows, columns=[*columns, "low_share", "high_share"])


def yearly_turnover(lists: pd.DataFrame, ranks: int, year: int) -> Interval:
    """Mean part of the first ranks that is new in a week, over the weeks of a year.

    The interval draws blocks of neighbouring weeks around the year's end.

    Raises
    ------
    WindowError
        The year has no two lists in a row.
    """
    draws = _turnover_draws(lists, ranks, year)
    return interval(draws[1:], float(draws[0]))


def turnover_change(lists: pd.DataFrame, years: tuple[int, int] = YEARS) -> Interval:
    """Turnover of the chart in the later year less that of the earlier.

    Raises
    ------
    WindowError
        One of the years has no two lists in a row.
    """
    before, after = (_turnover_draws(lists, SHORTEST_LIST, year) for year in years)
    change = after - before
    return interval(change[1:], float(change[0]))


def _turnover_draws(lists: pd.DataFrame, ranks: int, year: int) -> Floats:
    """Mean turnover of a year, then that of each draw of blocks."""
    weeks = turnover(lists[lists["rank"] <= ranks])
    values = weeks.loc[weeks["period_start"].dt.year == year, "turnover_share"].to_numpy()
    if not len(values):
        raise WindowError(f"no two weekly lists in a row in {year}")
    rng = np.random.default_rng([SEED, year])
    starts = rng.integers(0, len(values), (N_DRAWS, -(-len(values) // BLOCK_WEEKS)))
    places = (starts[..., None] + np.arange(BLOCK_WEEKS)) % len(values)
    drawn = values[places.reshape(N_DRAWS, -1)[:, : len(values)]].mean(axis=1)
    return np.concatenate([[values.mean()], drawn])
