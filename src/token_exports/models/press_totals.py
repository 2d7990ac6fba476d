"""Press totals of "Chinese" and "US" tokens as partial sums over the weekly chart.

    chart sum = tokens of an origin among ranks 1 to k of the week's chart
    ratio     = press total / nearest chart sum

The press does not say what it adds up. Every figure is held against the same few sums: the first
nine or ten ranks; previews by their slug, with the developer that was known when the week ended, or
with the one known today; and with or without the models that the note on the figure says are left
out. A rule that fits one figure proves little, so the rules are also counted over all figures.

Left out on purpose: sums made to fit (any other choice of models), and totals of the press for the
whole platform, which are no sum over the chart.
"""

import re
from dataclasses import dataclass
from typing import Any

import pandas as pd

from token_exports.models import leaderboard, market_share
from token_exports.models.market_share import UNKNOWN
from token_exports.models.windows import span_label

TOLERANCE_RATIO = 0.005
"""A sum further from the press total than this does not reproduce it."""
LENGTHS = (9, 10)
RULES = ("by_slug", "then_known", "resolved")
"""Previews by slug, by the developer revealed when the week ended, or by the one known today."""
NOTED = {
    r"leaves out Arcee Trinity": "arcee-ai/trinity",
    r"Hunter Alpha .*shown apart": "openrouter/hunter-alpha",
}
"""What notes on press totals leave out, with the beginning of the slugs."""
SCOPES = ("leaderboard", "top10_models")
METRICS = {"cn_tokens": "cn", "us_tokens": "us", "total_tokens": "all"}
OWN_LIST = "press_month"
"""Models that the article of a monthly total names itself."""


@dataclass(frozen=True)
class Rule:
    """Which models of a chart are added up."""

    length: int
    previews: str
    without_noted: bool = False

    @property
    def label(self) -> str:
        """Rule in words."""
        how = {"by_slug": "by slug", "then_known": "as then known", "resolved": "as now known"}
        noted = ", without what the note leaves out" if self.without_noted else ""
        return f"ranks 1 to {self.length}, previews {how[self.previews]}{noted}"


ALL_RULES = [Rule(k, how, w) for w in (False, True) for k in LENGTHS for how in RULES]
"""The simplest first: of equally near sums the first is reported."""


@dataclass(frozen=True)
class Charts:
    """Weekly charts with what is needed to say whose models they hold."""

    weekly: pd.DataFrame
    authors: pd.DataFrame
    stealth: pd.DataFrame

    def of(self, start: pd.Timestamp, end: pd.Timestamp) -> pd.DataFrame:
        """Ranked models of a period, each with its origin under each of ``RULES``."""
        same = (self.weekly["period_start"] == start) & (self.weekly["period_end"] == end)
        here = self.weekly[same]
        chart = leaderboard.weekly_lists(here, self._origin(here, self.stealth.head(0)))
        if chart.empty:
            chart = here[here["window_kind"] == OWN_LIST].sort_values("rank")
        chart = chart[["window_kind", "rank", "model_slug", "tokens"]].reset_index(drop=True)
        revealed = self.stealth[self.stealth["revealed_on"] <= end]
        known = {"by_slug": self.stealth.head(0), "then_known": revealed, "resolved": self.stealth}
        for rule, previews in known.items():
            chart[rule] = chart["model_slug"].map(self._origin(chart, previews)).fillna(UNKNOWN)
        return chart

    def _origin(self, models: pd.DataFrame, previews: pd.DataFrame) -> pd.Series:
        slugs = models["model_slug"]
        return market_share.origins(slugs, self.authors, previews, market_share.RESOLVED)


def added(chart: pd.DataFrame, origin: str, rule: Rule, note: str) -> pd.DataFrame:
    """Models that a rule adds up for an origin, from `Charts.of`."""
    top = chart[chart["rank"] <= rule.length]
    own = top if origin == "all" else top[top[rule.previews] == origin]
    if not rule.without_noted:
        return own
    starts = tuple(start for words, start in NOTED.items() if re.search(words, note))
    return own[~own["model_slug"].str.startswith(starts)] if starts else own


def rule_sums(press: pd.DataFrame, charts: Charts) -> pd.DataFrame:
    """Every press total against every rule.

    Parameters
    ----------
    press
        Table ``platform_reports``.
    charts
        Weekly charts.

    Returns
    -------
    DataFrame
        ``period_start``, ``period_end``, ``origin``, ``press_tokens``, ``note``, ``list_kind``
        (empty without a list), ``rule``, ``uses_note``, ``chart_tokens``, ``press_ratio``,
        ``added_models``, ``left_models`` and ``left_tokens`` (models of that origin among the
        first ten that the rule leaves out). One row per total and rule, one row in all for a total
        without a list.
    """
    rows = []
    for figure in _totals(press):
        chart = charts.of(figure["period_start"], figure["period_end"])
        whole = set(range(1, min(LENGTHS) + 1)) <= set(chart["rank"])
        if chart.empty or (figure["origin"] == "all" and not whole):
            rows.append(figure | {"list_kind": None})
            continue
        figure["list_kind"] = chart["window_kind"].iloc[0]
        for rule in ALL_RULES:
            rows.append(figure | _held_against(chart, rule, figure))
    columns = ["period_start", "period_end", "origin", "press_tokens", "note", "list_kind", "rule"]
    columns += [
        "uses_note",
        "chart_tokens",
        "press_ratio",
        "added_models",
        "left_models",
        "left_tokens",
    ]
    numbers = ("press_tokens", "chart_tokens", "press_ratio", "left_tokens")
    kinds = dict.fromkeys(numbers, "float") | dict.fromkeys(columns[:2], "datetime64[us]")
    return pd.DataFrame(rows, columns=columns).astype(kinds)


def _totals(press: pd.DataFrame) -> list[dict[str, Any]]:
    chosen = press[press["scope"].isin(SCOPES) & press["metric"].isin(METRICS)].copy()
    chosen["origin"] = chosen["metric"].map(METRICS)
    chosen["note"] = chosen["note"].fillna("")
    chosen = chosen.rename(columns={"value": "press_tokens"})
    columns = ["period_start", "period_end", "origin", "press_tokens", "note"]
    ordered = chosen[columns].sort_values(columns[:3])
    return [{str(k): v for k, v in row.items()} for row in ordered.to_dict("records")]


def _held_against(chart: pd.DataFrame, rule: Rule, figure: dict[str, Any]) -> dict[str, Any]:
    origin = figure["origin"]
    own = added(chart, origin, rule, figure["note"])
    rest = chart if origin == "all" else chart[chart["resolved"] == origin]
    left = rest[~rest["model_slug"].isin(own["model_slug"]) & (rest["rank"] <= max(LENGTHS))]
    tokens = float(own["tokens"].sum())
    return {
        "rule": rule.label,
        "uses_note": rule.without_noted,
        "chart_tokens": tokens,
        "press_ratio": figure["press_tokens"] / tokens if tokens else float("nan"),
        "added_models": "|".join(own["model_slug"]),
        "left_models": "|".join(left["model_slug"]),
        "left_tokens": float(left["tokens"].sum()),
    }


def nearest_sums(sums: pd.DataFrame) -> pd.DataFrame:
    """The nearest sum of every press total, the simplest of equals.

    Parameters
    ----------
    sums
        From `rule_sums`.

    Returns
    -------
    DataFrame
        As ``sums`` with one row per total, ``week`` (its days in words) and ``reproduced``: true,
        false, or empty where the total cannot be checked (no list, or only the models that the
        article names itself).
    """
    keys = ["period_start", "period_end", "origin"]
    found = sums.assign(distance=(sums["press_ratio"] - 1).abs()).reset_index(names="order")
    found = found.sort_values([*keys, "distance", "order"]).drop_duplicates(keys)
    checked = found["list_kind"].isin(leaderboard.WEEK_KINDS)
    found["reproduced"] = (found["distance"] <= TOLERANCE_RATIO).astype("boolean")
    found.loc[~checked, "reproduced"] = pd.NA
    found["week"] = [
        span_label(start.date(), end.date())
        for start, end in zip(found["period_start"], found["period_end"], strict=True)
    ]
    return found.drop(columns=["distance", "order"]).reset_index(drop=True)


def rule_scores(sums: pd.DataFrame) -> pd.DataFrame:
    """How many press totals each rule reproduces.

    Returns
    -------
    DataFrame
        ``rule``, ``uses_note``, ``checked_count``, ``reproduced_count``,
        ``worst_distance_ratio`` (of those not reproduced too), the best rule first.
    """
    listed = sums[sums["list_kind"].isin(leaderboard.WEEK_KINDS)]
    distance = (listed["press_ratio"] - 1).abs()
    scored = listed.assign(near=distance <= TOLERANCE_RATIO, distance=distance)
    found = scored.groupby(["rule", "uses_note"], sort=False).agg(
        checked_count=("near", "size"),
        reproduced_count=("near", "sum"),
        worst_distance_ratio=("distance", "max"),
    )
    return found.reset_index().sort_values("reproduced_count", ascending=False, kind="stable")


def reproduction_values(nearest: pd.DataFrame) -> dict[str, float | None]:
    """How many press totals can be checked, and how many of these a sum reproduces.

    Parameters
    ----------
    nearest
        From `nearest_sums`.
    """
    checked = nearest["reproduced"].dropna()
    return {
        "checkable_press_totals_count": float(len(checked)),
        "reproduced_press_totals_count": float(checked.sum()),
    }
