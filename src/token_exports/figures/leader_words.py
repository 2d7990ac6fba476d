"""Sentences of notebook 01 on leaders: what rising costs of leaving would need, and what is seen.

Each holds for any window: what the rows do not give is said to be unknown.
"""

import pandas as pd

from token_exports import formats
from token_exports.figures.share_words import percent
from token_exports.models import leader_survival
from token_exports.uncertainty import Interval, exact

Value = Interval | float | None
Values = dict[str, Value]
BEFORE, AFTER = leader_survival.YEARS


def length(value: Value, unit: str) -> str:
    """A length with its ends, whole weeks or days."""
    if value is None:
        return "an unknown time"
    whole = value if isinstance(value, Interval) else exact(value)
    text = formats.interval(whole, unit, 1)
    one = formats.number(whole.central, unit, 1) == "1"
    return text.replace(unit, unit.removesuffix("s"), 1) if one else text


def share_with_ends(value: Value) -> str:
    """A share with its ends."""
    if not isinstance(value, Interval):
        return percent(value)
    return formats.interval(value, "share")


def central(value: Value) -> float | None:
    """Centre of a value."""
    return value.central if isinstance(value, Interval) else value


def moved(before: Value, after: Value, words: tuple[str, str, str]) -> str:
    """Word for a rise, a fall or neither; neither is known where one value is not."""
    first, last = central(before), central(after)
    if first is None or last is None:
        return "cannot be compared"
    return words[0] if last > first else words[1] if last < first else words[2]


def chance(value: float | None, noun: str) -> str:
    """A p-value as what it is."""
    if value is None:
        return "no test is possible"
    return f"chance alone parts independent {noun} so far in {percent(value)} of cases"


def who_leads_takeaway(values: Values) -> str:
    """Bold sentences on how often the leader changes.

    Parameters
    ----------
    values
        From `leader_record.measured`.
    """
    first, last = (values[f"leader_change_{year}_share"] for year in (BEFORE, AFTER))
    new_first, new_last = (values[f"chart_turnover_{year}_share"] for year in (BEFORE, AFTER))
    words = ("more often", "less often", "as often")
    return (
        f"**Users who cannot leave keep the leader in place. It changed in"
        f" {share_with_ends(first)} of the weeks of {BEFORE} and in {share_with_ends(last)} of"
        f" those of {AFTER}: {moved(first, last, words)}. Of the nine largest models"
        f" {percent(new_first)} were new in a week of {BEFORE} and {percent(new_last)} in one of"
        f" {AFTER}.**"
    )


def survival_takeaway(values: Values) -> str:
    """Bold sentences on how long leads and stays last.

    Parameters
    ----------
    values
        From `leader_record.measured`.
    """
    parts = []
    for name, noun, plural in (
        ("leader", "lead", "leads"),
        ("chart_stay", "stay in the chart", "stays"),
    ):
        first, last = (values[f"{name}_median_{year}_weeks"] for year in (BEFORE, AFTER))
        p = central(values[f"{name}_logrank_share"])
        became = moved(first, last, ("longer", "shorter", "unchanged"))
        parts.append(
            f"The median {noun} begun in {BEFORE} lasted {length(first, 'weeks')}, one of {AFTER}"
            f" {length(last, 'weeks')}: {became}, and {chance(p, plural)}."
        )
    return f"**Rising costs of leaving would lengthen both. {' '.join(parts)}**"


def decay_title(values: Values) -> str:
    """Half-lives of both origins, the title of the figure."""
    chinese, american = (values[f"half_life_{origin}_days"] for origin in ("cn", "us"))
    return (
        f"Half the peak share is gone after {_plain(chinese)} (China)"
        f" and {_plain(american)} (United States)"
    )


def _plain(value: Value) -> str:
    return length(central(value), "days")


def decay_takeaway(values: Values) -> str:
    """Bold sentences on the half-life of a model's share after its peak.

    Parameters
    ----------
    values
        From `leader_record.measured`.
    """
    first, last = (values[f"half_life_{year}_days"] for year in (BEFORE, AFTER))
    became = moved(first, last, ("longer", "shorter", "unchanged"))
    p = central(values["half_life_years_logrank_share"])
    return (
        f"**If the cost of leaving a model grew, a model would stay near its peak. Half of all"
        f" models have lost half their peak share of the chart within"
        f" {length(values['half_life_days'], 'days')}; the half-life of peaks of {AFTER} is"
        f" {_plain(last)}, of those of {BEFORE} {_plain(first)}: {became}, and"
        f" {chance(p, 'peaks')}. In tokens, which growth of the platform does not dilute, it is"
        f" {length(values['half_life_tokens_days'], 'days')}.**"
    )


def definition_columns() -> dict[str, str]:
    """Headings of `leader_survival.compared`, in the order of display."""
    return {
        "definition": "Stay",
        "before_count": f"Stays {BEFORE}",
        "after_count": f"Stays {AFTER}",
        "before_median_weeks": f"Median {BEFORE}",
        "after_median_weeks": f"Median {AFTER}",
        "mean_ratio": f"Mean, {AFTER} over {BEFORE}",
        "mean_low_ratio": "5%",
        "mean_high_ratio": "95%",
        "logrank_share": "p",
    }


def half_life_columns() -> dict[str, str]:
    """Headings of `peak_decay.half_lives` with its measure, in the order of display."""
    return {
        "group": "Peaks",
        "measure": "Measure",
        "peak_count": "Models",
        "halved_count": "Halved",
        "half_life_soonest_days": "At the earliest",
        "half_life_days": "For certain",
        "half_life_low_days": "5%",
        "half_life_high_days": "95%",
    }


def half_life_table(tables: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Half-lives of all measures under each other."""
    parts = [table.assign(measure=name) for name, table in tables.items()]
    return pd.concat(parts, ignore_index=True)
