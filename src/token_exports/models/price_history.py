"""A price ratio on every basis and every day: what "seventeen times" and "36 times" depend on.

    list ratio     = price of one model / price of the other, same class, same day
    blend          = (3 x input + output) / 4, a mix that many comparisons use; no cache
    mix ratio      = effective price of one model / of the other, on a stated mix
    cost per solved task = cost per task / share of tasks solved

A history has a row for every day on which one of the two prices changed, so that between two rows
nothing happened. A family is followed through its models: the newest one listed on the day stands
for it. Left out on purpose: what a model is worth, and discounts no list shows.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import pandas as pd

from token_exports.models import list_price
from token_exports.models.list_price import CLASSES, OWN_INTERFACE, TokenMix

BLEND = TokenMix(fresh_prompt_share=0.75, cache_read_share=0.0, output_share=0.25)
BASES = ("input", "cache_read", "output", "blend")
FAMILIES = {
    "Claude Opus": r"claude-opus-[\d.]+",
    "GPT, largest": r"gpt-5(\.\d)?|gpt-5\.6-sol|gpt-6(\.\d)?-sol",
    "MiniMax M": r"minimax-m[\d.]+",
    "DeepSeek, large": r"deepseek-chat|deepseek-v3\.2|deepseek-v4-pro",
    "Kimi K": r"kimi-k2\.[56]|kimi-k3(\.1-pro)?",
    "GLM": r"glm-[\d.]+",
}
"""Family to the keys of its models, the largest general model of each generation."""


def history(
    prices: pd.DataFrame, dearer: str, cheaper: str, channel: str = OWN_INTERFACE
) -> pd.DataFrame:
    """Ratio of two list prices on every day that one of them changed.

    Parameters
    ----------
    prices
        Table ``list_prices``.
    dearer, cheaper
        A model, or a family as a pattern of its models' keys.
    channel
        Where both are sold.

    Returns
    -------
    DataFrame
        ``date``, ``dearer_model``, ``cheaper_model`` and a ratio per basis, missing where a price
        of that class is not listed; from the first day on which both were sold.
    """
    sides = _sides(prices, (dearer, cheaper), channel)
    rows = [_on_day(sides, day, channel) for day in _days(sides)]
    return pd.DataFrame(rows, columns=["date", "dearer_model", "cheaper_model", *_columns()])


def _sides(prices: pd.DataFrame, pair: tuple[str, str], channel: str) -> list[pd.DataFrame]:
    sold = prices[(prices["channel"] == channel) & (prices["price_tier"] != "free")]
    return [sold[_of(sold, pattern)] for pattern in pair]


def _days(sides: list[pd.DataFrame]) -> list[pd.Timestamp]:
    """Days on which a price changed, from the first on which both were sold."""
    if any(side.empty for side in sides):
        return []
    start = max(side["effective_date"].min() for side in sides)
    days = pd.concat(sides)["effective_date"]
    return [pd.Timestamp(day) for day in sorted(days[days >= start].unique())]


def _on_day(sides: list[pd.DataFrame], day: pd.Timestamp, channel: str) -> dict[str, Any]:
    above, below = (_newest(side, day.date(), channel) for side in sides)
    models = {"dearer_model": above["model_key"], "cheaper_model": below["model_key"]}
    return {"date": day, **models, **_ratios(above, below)}


def families(prices: pd.DataFrame, on: dt.date, pairs: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Ratios of the newest models of pairs of families on one day.

    Parameters
    ----------
    prices
        Table ``list_prices``.
    on
        Day whose prices count.
    pairs
        Families of ``FAMILIES``, the dearer first; pairs not yet sold are left out.
    """
    known = prices[prices["effective_date"] <= pd.Timestamp(on)]
    rows = []
    for above, below in pairs:
        sides = _sides(known, (FAMILIES[above], FAMILIES[below]), OWN_INTERFACE)
        for day in _days(sides)[-1:]:
            rows.append({"pair": f"{above} over {below}"} | _on_day(sides, day, OWN_INTERFACE))
    return pd.DataFrame(
        rows, columns=["pair", "date", "dearer_model", "cheaper_model", *_columns()]
    )


def cheapest(prices: pd.DataFrame, on: dt.date) -> pd.DataFrame:
    """Cheapest blend of any listed model by origin on a day: the other end of the two ranges.

    Returns
    -------
    DataFrame
        ``origin``, ``model_key`` and ``blend_usd_per_mtok``.
    """
    own = prices[
        (prices["channel"] == OWN_INTERFACE)
        & (prices["price_tier"] != "free")
        & (prices["effective_date"] <= pd.Timestamp(on))
    ]
    last = own.sort_values("effective_date", kind="stable").groupby("model_key").tail(1)
    blend = 0.75 * last["input_usd_per_mtok"] + 0.25 * last["output_usd_per_mtok"]
    last = last.assign(blend_usd_per_mtok=blend)[["origin", "model_key", "blend_usd_per_mtok"]]
    least = last.loc[last.groupby("origin")["blend_usd_per_mtok"].idxmin()]
    return least.reset_index(drop=True)


# ---- every published week


def weekly(
    prices: pd.DataFrame, mixes: pd.DataFrame, pair: tuple[str, str], slugs: tuple[str, str]
) -> pd.DataFrame:
    """Effective price ratio on the measured mixes of every week in which both were published.

    Parameters
    ----------
    prices
        Table ``list_prices``, for the developers' own prices.
    mixes
        Table ``openrouter_token_mix``, which has the platform's price of the week.
    pair, slugs
        The two models as ``list_prices`` and as the platform name them, the dearer first.

    Returns
    -------
    DataFrame
        ``period_start``, ``period_end``, ``basis`` (``own_mixes`` at the platform's prices;
        ``dearer_mix`` and ``cheaper_mix``, one mix for both at the developers' prices), ``low``,
        ``central`` and ``high``.
    """
    own = list_price.own_mix_price_ratios(mixes, *slugs).assign(basis="own_mixes")
    rows = []
    for start, end in zip(own["period_start"], own["period_end"], strict=True):
        listed = [_in_force(prices, model, end) for model in pair]
        if listed[0] is None or listed[1] is None:
            continue
        for basis, slug in zip(("dearer_mix", "cheaper_mix"), slugs, strict=True):
            known = mixes["period_start"] == start
            mix = list_price.row_mix(mixes[known & (mixes["model_slug"] == slug)].iloc[0])
            above, below = (
                list_price.bounded_effective_usd_per_mtok(row, mix)
                for row in listed
                if row is not None
            )
            found = list_price.ratio(above, below)
            rows.append((start, end, found.low, found.central, found.high, basis))
    columns = ["period_start", "period_end", "low", "central", "high", "basis"]
    table = pd.concat([own, pd.DataFrame(rows, columns=columns)], ignore_index=True)
    return table.sort_values(["basis", "period_start"], ignore_index=True)


# ---- cost of a task


def task_ratios(benchmarks: pd.DataFrame, dearer: str, cheaper: str) -> pd.DataFrame:
    """Cost per task and per solved task of two models on the same tests, where published.

    A test whose costs were published twice gives two ratios, each within one publication: rows of
    a model stand in the table from the present publication to the first.

    Returns
    -------
    DataFrame
        ``benchmark``, ``basis`` (``task`` or ``solved_task``), ``low``, ``central`` and ``high``
        of the ratio; the centre is the present figure, the ends those of all publications.
    """
    known = benchmarks[benchmarks["task_cost_usd"].notna() & (benchmarks["score_share"] > 0)]
    known = known.assign(solved_task=known["task_cost_usd"] / known["score_share"])
    known = known.rename(columns={"task_cost_usd": "task"})
    rows = []
    for benchmark in known["benchmark"].unique():
        above, below = (
            known[(known["benchmark"] == benchmark) & (known["model"] == model)]
            for model in (dearer, cheaper)
        )
        for basis in ("task", "solved_task"):
            ratios = [a / b for a, b in zip(above[basis], below[basis], strict=False)]
            if ratios:
                rows.append((benchmark, basis, min(ratios), ratios[0], max(ratios)))
    return pd.DataFrame(rows, columns=["benchmark", "basis", "low", "central", "high"])


# ---- which two prices give a stated ratio


def trace(
    prices: pd.DataFrame, dearer: Iterable[str], cheaper: str, stated_ratio: float
) -> pd.DataFrame:
    """Every ratio of two list prices that applied together, and how far each is from a statement.

    Parameters
    ----------
    prices
        Table ``list_prices``.
    dearer, cheaper
        Models; the dearer may have several versions.
    stated_ratio
        The ratio to find.

    Returns
    -------
    DataFrame
        ``dearer_model``, ``cheaper_tier``, ``basis``, ``first_day``, ``last_day`` (missing while
        in force), the two prices, ``price_ratio`` and ``miss_ratio``, which is one at a hit;
        the nearest first.
    """
    own = prices[prices["channel"] == OWN_INTERFACE]
    below = own[own["model_key"] == cheaper].sort_values("effective_date", kind="stable")
    changed = below[list(CLASSES.values())].ne(below[list(CLASSES.values())].shift()).any(axis=1)
    below = below[changed]  # a second record of the same prices is no change
    ends = below["effective_date"].shift(-1) - pd.Timedelta(days=1)
    rows = []
    for _, above in own[own["model_key"].isin(list(dearer))].iterrows():
        since = min(above["effective_date"], above["public_since"])
        for (_, row), end in zip(below.iterrows(), ends, strict=True):
            if pd.isna(end) or end >= since:
                days = {"first_day": max(since, row["effective_date"]), "last_day": end}
                names = {"dearer_model": above["model_key"], "cheaper_tier": row["price_tier"]}
                rows += [names | days | found for found in _quotients(above, row)]
    table = pd.DataFrame(rows)
    if table.empty:
        return table
    quotient = table["price_ratio"] / stated_ratio
    table["miss_ratio"] = quotient.where(quotient >= 1, 1 / quotient)
    return table.sort_values("miss_ratio", kind="stable", ignore_index=True)


# ---- parts


def _columns() -> list[str]:
    return [f"{basis}_ratio" for basis in BASES]


def _price(row: "pd.Series[float]", basis: str) -> float:
    if basis == "blend":
        return list_price.bounded_effective_usd_per_mtok(row, BLEND).central
    return float(row[CLASSES[basis]])


def _ratios(above: "pd.Series[float]", below: "pd.Series[float]") -> dict[str, float]:
    return {f"{basis}_ratio": _price(above, basis) / _price(below, basis) for basis in BASES}


def _quotients(
    above: "pd.Series[float]", below: "pd.Series[float]"
) -> list[dict[str, float | str]]:
    found: list[dict[str, float | str]] = []
    for basis in BASES:
        pair = _price(above, basis), _price(below, basis)
        if not any(pd.isna(price) for price in pair):
            named = {"dearer_usd_per_mtok": pair[0], "cheaper_usd_per_mtok": pair[1]}
            found.append({"basis": basis, **named, "price_ratio": pair[0] / pair[1]})
    return found


def _of(prices: pd.DataFrame, pattern: str) -> "pd.Series[bool]":
    exact = prices["model_key"] == pattern
    return exact if exact.any() else prices["model_key"].str.fullmatch(pattern)


def _newest(side: pd.DataFrame, on: dt.date, channel: str) -> "pd.Series[float]":
    """Price in force of the model of a family that was listed last."""
    listed = side[side["effective_date"] <= pd.Timestamp(on)]
    first = listed.groupby("model_key", sort=False)["effective_date"].min()
    return list_price.in_force(side, str(first.index[first == first.max()][-1]), on, channel)


def _in_force(prices: pd.DataFrame, model: str, on: pd.Timestamp) -> "pd.Series[float] | None":
    try:
        return list_price.in_force(prices, model, on.date())
    except ValueError:
        return None
