"""What notebook 02 records and says of one price ratio over time."""

import math

import pandas as pd

from token_exports import formats
from token_exports.figures.price_history_chart import count_weeks, own_mixes, span
from token_exports.uncertainty import Interval

Quantities = dict[str, Interval | float | None]

_LISTS = ("list_prices",)
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "opus_m25_blend_price_ratio": (
        "Opus 4.6 over M2.5: three parts input, one part output",
        "price_history.history",
        _LISTS,
    ),
    "opus_m25_weekly_own_mix_low_ratio": (
        "Opus 4.6 over M2.5: own mixes, lowest week",
        "price_history.weekly",
        ("openrouter_token_mix",),
    ),
    "opus_m25_weekly_own_mix_high_ratio": (
        "Opus 4.6 over M2.5: own mixes, highest week",
        "price_history.weekly",
        ("openrouter_token_mix",),
    ),
    "opus_m25_solved_task_cost_ratio": (
        "Opus 4.6 over M2.5: cost per solved task, median of tests",
        "price_history.task_ratios",
        ("model_benchmarks",),
    ),
    "opus_minimax_newest_blend_price_ratio": (
        "Newest Claude Opus over newest MiniMax M, three parts input, one part output",
        "price_history.families",
        _LISTS,
    ),
    "opus_kimi_newest_blend_price_ratio": (
        "Newest Claude Opus over newest Kimi K, three parts input, one part output",
        "price_history.families",
        _LISTS,
    ),
}


def ratio_takeaway(weekly: pd.DataFrame, table: pd.DataFrame, now: pd.DataFrame) -> str:
    """What the first ratio is by week, by solved task and between today's models.

    Parameters
    ----------
    weekly
        From `price_history.weekly`.
    table
        From `price_history.task_ratios`.
    now
        From `price_history.families`.
    """
    told = []
    if len(own_mixes(weekly)):
        told.append(f"by effective price it was {span(weekly)} over {count_weeks(weekly)}")
    solved = table[table["basis"] == "solved_task"]["central"]
    if len(solved):
        ends = [formats.quantity(float(v), "ratio", 2) for v in (solved.min(), solved.max())]
        told.append(f"by solved task {ends[0]} to {ends[1]}")
    if len(now):
        low, high = (formats.quantity(float(v), "ratio", 2) for v in _ends(now["blend_ratio"]))
        told.append(f"between the newest large models of both countries {low} to {high}")
    if not told:
        return "**Neither a mix, a task nor a pair of models was public yet.**"
    words = "; ".join(told)
    return f"**{words[0].upper()}{words[1:]}.**"


def _ends(values: "pd.Series[float]") -> tuple[float, float]:
    return float(values.min()), float(values.max())


def quantities(
    pair: pd.DataFrame, weekly: pd.DataFrame, table: pd.DataFrame, now: pd.DataFrame
) -> Quantities:
    """What the notebook records of the two ratios."""
    found: Quantities = {}
    if len(pair):
        found["opus_m25_blend_price_ratio"] = float(pair["blend_ratio"].iloc[-1])
    if len(own_mixes(weekly)):
        low, high = _ends(own_mixes(weekly)["central"])
        found["opus_m25_weekly_own_mix_low_ratio"] = low
        found["opus_m25_weekly_own_mix_high_ratio"] = high
    solved = table[table["basis"] == "solved_task"]["central"]
    if len(solved):
        low, high = _ends(solved)
        found["opus_m25_solved_task_cost_ratio"] = Interval(float(solved.median()), low, high)
    newest = now.set_index("pair")["blend_ratio"] if len(now) else pd.Series(dtype=float)
    for short, below in (("minimax", "MiniMax M"), ("kimi", "Kimi K")):
        value = newest.get(f"Claude Opus over {below}")
        if value is not None and not math.isnan(value):
            found[f"opus_{short}_newest_blend_price_ratio"] = float(value)
    return found
