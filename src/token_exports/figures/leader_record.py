"""What notebook 01 records of leaders: quantities, labels, formulas and tables."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from token_exports.figures import marks
from token_exports.figures.leader_words import AFTER, BEFORE, Value, Values
from token_exports.models import leader_survival, peak_decay
from token_exports.models.leader_survival import durations, entered
from token_exports.models.leaderboard import SHORTEST_LIST
from token_exports.models.survival import logrank_share, median
from token_exports.models.windows import when_known
from token_exports.uncertainty import Interval

_WEEKLY = ("openrouter_tokens_weekly",)
_BY_ORIGIN = (*_WEEKLY, "model_authors", "stealth_models")
_DAILY = ("openrouter_tokens_daily", "openrouter_totals_daily")
_MEDIAN, _LOGRANK = "survival.median", "survival.logrank_share"
_TURNOVER, _HALF_LIFE = "leader_survival.yearly_turnover", "peak_decay.half_life"
PLATFORM = "platform"
_PARTS = {"early": "the first four weeks", "later": "later weeks"}


def _by_year(label: str, name: str, formula: str) -> dict[str, tuple[str, str, tuple[str, ...]]]:
    return {name.format(year): (label.format(year), formula, _WEEKLY) for year in (BEFORE, AFTER)}


RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    **_by_year("Median lead begun in {}", "leader_median_{}_weeks", _MEDIAN),
    **_by_year("Median stay in the chart begun in {}", "chart_stay_median_{}_weeks", _MEDIAN),
    **_by_year("Weeks of {} with a new leader", "leader_change_{}_share", _TURNOVER),
    **_by_year("Mean new part of nine models, {}", "chart_turnover_{}_share", _TURNOVER),
    **{
        name: value
        for part, words in _PARTS.items()
        for name, value in _by_year(
            f"Stays in the chart begun in {{}} that end in a week, {words}",
            f"chart_exit_{part}_{{}}_share",
            "leader_survival.exit_shares",
        ).items()
    },
    "leader_logrank_share": (f"p-value, leads of {BEFORE} and {AFTER}", _LOGRANK, _WEEKLY),
    "chart_stay_logrank_share": (f"p-value, stays of {BEFORE} and {AFTER}", _LOGRANK, _WEEKLY),
    "leader_stay_mean_ratio": (
        f"Mean lead, {AFTER} over {BEFORE}, as far as both were followed",
        "leader_survival.mean_ratio",
        _WEEKLY,
    ),
    "chart_stay_mean_ratio": (
        f"Mean stay in the chart, {AFTER} over {BEFORE}, as far as both were followed",
        "leader_survival.mean_ratio",
        _WEEKLY,
    ),
    "chart_turnover_change_share": (
        f"New part of nine models, {AFTER} less {BEFORE}",
        "leader_survival.turnover_change",
        _WEEKLY,
    ),
    "chart_stay_cn_weeks": (f"Median stay of Chinese models, {AFTER}", _MEDIAN, _BY_ORIGIN),
    "chart_stay_us_weeks": (f"Median stay of US models, {AFTER}", _MEDIAN, _BY_ORIGIN),
    "chart_stay_origins_logrank_share": (
        f"p-value, stays of Chinese and US models, {AFTER}",
        _LOGRANK,
        _BY_ORIGIN,
    ),
    "half_life_days": ("Half-life of a share after its peak", _HALF_LIFE, _WEEKLY),
    "half_life_cn_days": ("Half-life, Chinese models", _HALF_LIFE, _BY_ORIGIN),
    "half_life_us_days": ("Half-life, US models", _HALF_LIFE, _BY_ORIGIN),
    **_by_year("Half-life, peaks of {}", "half_life_{}_days", _HALF_LIFE),
    "half_life_paid_days": ("Half-life, models paid for at the peak", _HALF_LIFE, _WEEKLY),
    "half_life_tokens_days": ("Half-life of a model's tokens", _HALF_LIFE, _WEEKLY),
    "half_life_platform_days": ("Half-life of a share of all tokens", _HALF_LIFE, _DAILY),
    "half_life_years_logrank_share": (
        f"p-value, half-lives of {BEFORE} and {AFTER}",
        "peak_decay.compared_share",
        _WEEKLY,
    ),
    "half_life_origins_logrank_share": (
        "p-value, half-lives of Chinese and US models",
        "peak_decay.compared_share",
        _BY_ORIGIN,
    ),
}


def measured(lists: pd.DataFrame, peaks: Mapping[str, pd.DataFrame]) -> Values:
    """All of ``RECORDED``; None where the rows give no value, an upper end may be infinite.

    Parameters
    ----------
    lists
        Weekly lists, from `leaderboard.weekly_lists`.
    peaks
        Peaks, from `peak_decay.after_peak`, under its two measures and, where days are known,
        under ``PLATFORM``.
    """
    found = _lasting(lists) | _turnover(lists) | _by_origin(lists) | _half_lives(peaks)
    return {name: found.get(name) for name in RECORDED}


def quantities(values: Values) -> Values:
    """Values as they are recorded: one without an upper limit is not known."""
    return {name: _finite(value) for name, value in values.items()}


def _finite(value: Value) -> Value:
    endless = isinstance(value, Interval) and not np.isfinite(value.high)
    return None if endless else value


def _lasting(lists: pd.DataFrame) -> Values:
    values: Values = {}
    for name, ranks in (("leader", 1), ("chart_stay", SHORTEST_LIST)):
        stays = leader_survival.stays(lists, ranks)
        parts = {year: durations(entered(stays, year)) for year in (BEFORE, AFTER)}
        for year, part in parts.items():
            values[f"{name}_median_{year}_weeks"] = when_known(median, part)
        values[f"{name}_logrank_share"] = logrank_share(*parts.values())
        values[f"{name}_mean_ratio"] = when_known(leader_survival.mean_ratio, stays)
    values["leader_stay_mean_ratio"] = values.pop("leader_mean_ratio")
    exits = leader_survival.exit_shares(leader_survival.stays(lists, SHORTEST_LIST))
    for row in marks.rows(exits):
        central, low, high = (row[c] for c in ("exit_share", "low_share", "high_share"))
        values[f"chart_exit_{row['part']}_{row['entry_year']}_share"] = Interval(central, low, high)
    return values


def _turnover(lists: pd.DataFrame) -> Values:
    values: Values = {
        f"{name}_{year}_share": when_known(leader_survival.yearly_turnover, lists, ranks, year)
        for name, ranks in (("leader_change", 1), ("chart_turnover", SHORTEST_LIST))
        for year in (BEFORE, AFTER)
    }
    values["chart_turnover_change_share"] = when_known(leader_survival.turnover_change, lists)
    return values


def _by_origin(lists: pd.DataFrame) -> Values:
    stays = entered(leader_survival.stays(lists, SHORTEST_LIST), AFTER)
    parts = {o: durations(stays[stays["origin"] == o]) for o in ("cn", "us")}
    values: Values = {f"chart_stay_{o}_weeks": when_known(median, d) for o, d in parts.items()}
    return values | {"chart_stay_origins_logrank_share": logrank_share(*parts.values())}


def _half_lives(peaks: Mapping[str, pd.DataFrame]) -> Values:
    share, tokens = peaks[peak_decay.SHARE], peaks[peak_decay.TOKENS]
    picked = {
        "half_life_days": (share, "All"),
        "half_life_cn_days": (share, "China"),
        "half_life_us_days": (share, "United States"),
        f"half_life_{BEFORE}_days": (share, f"Peak in {BEFORE}"),
        f"half_life_{AFTER}_days": (share, f"Peak in {AFTER}"),
        "half_life_paid_days": (share, "Paid at the peak"),
        "half_life_tokens_days": (tokens, "All"),
    }
    if PLATFORM in peaks:
        picked["half_life_platform_days"] = (peaks[PLATFORM], "All")
    values: Values = {
        name: when_known(peak_decay.half_life, each.query(peak_decay.GROUPS[group]))
        for name, (each, group) in picked.items()
    }
    years = (f"Peak in {BEFORE}", f"Peak in {AFTER}")
    values["half_life_years_logrank_share"] = peak_decay.compared_share(share, *years)
    origins = ("China", "United States")
    values["half_life_origins_logrank_share"] = peak_decay.compared_share(share, *origins)
    return values
