"""Figure of notebook 01: what the press adds up, beside the chart and the whole platform."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside, rows
from token_exports.figures.share_words import percent
from token_exports.figures.theme import INK, ORIGIN_COLOURS, ORIGIN_NAMES
from token_exports.models import leaderboard, press_platform, press_totals
from token_exports.models.windows import Window
from token_exports.results import Results
from token_exports.uncertainty import Interval

ORIGINS = ("cn", "us")
STEP = 0.19
"""Distance of an origin's bar from the middle of its week."""
RING, DOT, BAR = 62, 16, 7
ROOM = 1.24
"""Axis length over the longest bar, for its label."""

_PRESS = ("platform_reports", "openrouter_tokens_weekly", "model_authors", "stealth_models")
_TOTALS = ("openrouter_totals_daily",)

RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "checkable_press_totals_count": (
        "Press totals of a week whose chart is known",
        "press_totals.reproduction_values",
        _PRESS,
    ),
    "reproduced_press_totals_count": (
        "Press totals that a sum over the chart reproduces",
        "press_totals.reproduction_values",
        _PRESS,
    ),
    "press_cn_tokens_ratio": (
        "Chinese press total over the nearest sum of the chart",
        "press_totals.nearest_sums",
        _PRESS,
    ),
    "press_us_tokens_ratio": (
        "US press total over the nearest sum of the chart",
        "press_totals.nearest_sums",
        _PRESS,
    ),
    "press_lead_ratio": (
        "Chinese over US press total",
        "press_platform.press_values",
        ("platform_reports",),
    ),
    "platform_lead_ratio": ("Chinese over US tokens, all traffic", "press_platform.lead", _TOTALS),
    "press_coverage_share": (
        "Part of all tokens in both press totals together",
        "press_platform.coverage",
        ("platform_reports", *_TOTALS),
    ),
    "iso_week_cn_platform_share": (
        "Chinese share of all tokens",
        "market_share.platform_share",
        _TOTALS,
    ),
    "iso_week_us_platform_share": (
        "US share of all tokens",
        "market_share.platform_share",
        _TOTALS,
    ),
}

Values = dict[str, Interval | float | None]


def draw_press(nearest: pd.DataFrame, platform: pd.DataFrame, ax: Axes) -> Axes:
    """Ring per press total, dot per nearest sum of the chart, bar for the whole platform.

    Parameters
    ----------
    nearest : DataFrame
        Weekly totals, from `press_totals.nearest_sums`.
    platform : DataFrame
        From `press_platform.platform_beside`.
    ax : Axes
        Where to draw.
    """
    weeks = list(dict.fromkeys(nearest["week"]))
    place = {week: float(i) for i, week in enumerate(weeks)}
    at = dict(zip(nearest["period_start"], nearest["week"], strict=True))
    side = {"cn": -STEP, "us": STEP}
    known = platform[platform["origin"].isin(ORIGINS) & platform["period_start"].isin(at)]
    whole = {(at[row["period_start"]], row["origin"]): row for row in rows(known)}
    for (week, origin), row in whole.items():
        _platform_bar(row, place[week] + side[origin], ax)
    for row in rows(nearest):
        y, colour = place[row["week"]] + side[row["origin"]], ORIGIN_COLOURS[row["origin"]]
        press = row["press_tokens"] / 1e12
        ax.scatter(press, y, s=RING, facecolor="none", edgecolor=colour, lw=1.4, zorder=4)
        if pd.notna(row["chart_tokens"]) and row["list_kind"] in leaderboard.WEEK_KINDS:
            ax.scatter(row["chart_tokens"] / 1e12, y, s=DOT, color=colour, zorder=3)
        text, end = _press_label(row["press_tokens"], whole.get((row["week"], row["origin"])))
        beside(ax, text, (end / 1e12, y), colour, shift=8)
    ax.set_yticks(list(place.values()), weeks)
    ax.tick_params(axis="y", labelcolor=INK["text"])
    ax.set_ylim(len(weeks) - 0.4, -0.6)
    ends = [nearest["press_tokens"], known["low_tokens"], known["high_tokens"]]
    ax.set_xlim(0, float(pd.concat(ends).max()) * ROOM / 1e12)
    ax.set_xlabel("trillion tokens in the week")
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.spines["left"].set_visible(False)
    _press_key(ax)
    return ax


def _press_label(tokens: float, whole: dict[str, Any] | None) -> tuple[str, float]:
    """A press total, of how much if that is known, and where its marks end."""
    text = formats.number(tokens, "tokens")
    if whole is None:
        return text, tokens
    if whole["basis"] == press_platform.DAILY:
        every = formats.number(whole["platform_tokens"], "tokens")
        return f"{text} of {every}", max(tokens, whole["high_tokens"])
    least = formats.number(whole["low_tokens"], "tokens")
    return f"{text} of at least {least}", max(tokens, whole["low_tokens"])


def _platform_bar(row: dict[str, Any], y: float, ax: Axes) -> None:
    colour = ORIGIN_COLOURS[row["origin"]]
    low, high = (row[c] / 1e12 for c in ("low_tokens", "high_tokens"))
    central = row["platform_tokens"] / 1e12
    bounded = row["basis"] == press_platform.DAILY
    ax.hlines(y, 0, central if bounded else low, colour, lw=BAR, alpha=0.28, zorder=1)
    if bounded:
        ax.hlines(y, low, high, colour, lw=1, zorder=2)
    else:  # a lower bound: the bar goes on, nobody knows how far
        ax.scatter(low, y, s=26, marker=">", color=colour, alpha=0.7, lw=0, zorder=2)


def _press_key(ax: Axes) -> None:
    soft = INK["soft"]
    ring = {"marker": "o", "ms": 7, "mfc": "none", "mec": soft, "lw": 0}
    handles = [
        Line2D([], [], **ring, label="press"),  # type: ignore[arg-type]
        Line2D([], [], marker="o", ms=4, color=soft, lw=0, label="sum over the chart"),
        Line2D([], [], color=soft, lw=BAR, alpha=0.4, label="all tokens (arrow: at least)"),
    ]
    handles += [
        Line2D([], [], color=ORIGIN_COLOURS[o], lw=3, label=ORIGIN_NAMES[o]) for o in ORIGINS
    ]
    ax.get_figure().legend(  # type: ignore[union-attr]
        handles=handles, loc="outside lower center", ncols=3, handlelength=1.2, columnspacing=1.2
    )


def weekly_totals(nearest: pd.DataFrame) -> pd.DataFrame:
    """Press totals of one origin and one week; those of a month have no place beside them."""
    days = (nearest["period_end"] - nearest["period_start"]).dt.days + 1
    week = days == press_platform.DAYS_OF_A_WEEK
    return nearest[week & nearest["origin"].isin(ORIGINS)].reset_index(drop=True)


def press_beside_chart(
    found: Results, nearest: pd.DataFrame, platform: pd.DataFrame, source: str
) -> None:
    """File the figure of press totals, nearest sums and the whole platform, if there are any.

    Parameters
    ----------
    found
        Results of the notebook.
    nearest
        From `press_totals.nearest_sums`.
    platform
        From `press_platform.platform_beside`.
    source
        Where the charts come from.
    """
    weekly = weekly_totals(nearest)
    if weekly.empty:
        return
    fig, (ax,) = theme.canvas(1.3 + 0.42 * weekly["week"].nunique())
    draw_press(weekly, platform, ax)
    checked = weekly["reproduced"].dropna()
    title = (
        f"{int(checked.sum())} of {len(checked)} press totals that can be checked are sums over a"
        f" few models of the chart"
    )
    subtitle = (
        "Tokens by origin and week: printed by the press, in the chart, on the whole platform"
    )
    alt = (
        f"Rings, dots and bars in rows for {weekly['week'].nunique()} weeks, China above the US."
        f" {extremes(weekly, 'week', 'press_tokens', 'printed total')}"
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("tokens",))
    ends = platform.drop(columns="period_end")
    data = weekly.merge(ends, how="left", on=["period_start", "origin"])
    show.figure(found, "press_totals", fig, words, data)


def quantities(
    nearest: pd.DataFrame, platform: pd.DataFrame, totals: pd.DataFrame, week: Window
) -> dict[str, Interval | float | None]:
    """Values of ``RECORDED``; parameters as in `press_platform.press_values`."""
    return press_platform.press_values(nearest, platform, totals, week)


def press_takeaway(
    nearest: pd.DataFrame, scores: pd.DataFrame, values: Values, week: Window
) -> str:
    """What the press adds up and how the two origins stand when everything is added up.

    Parameters
    ----------
    nearest
        From `press_totals.nearest_sums`.
    scores
        From `press_totals.rule_scores`.
    values
        From `quantities`.
    week
        Calendar week of ``values``.
    """
    if nearest.empty:
        return f"**No press total was public yet.{_stand(values, week)}**"
    checked, total = nearest["reproduced"].dropna(), len(nearest)
    words = f"{total - len(checked)} of {total} press totals cannot be checked"
    if len(checked):
        words += (
            f"; of the others {int(checked.sum())} of {len(checked)} are within"
            f" {percent(press_totals.TOLERANCE_RATIO)} of a sum over the chart, {_best(scores)}"
        )
    return f"**{words}.{_stand(values, week)}**"


def _best(scores: pd.DataFrame) -> str:
    """The rule that reproduces most totals alone, and how many more the notes explain."""
    alone, heeding = (
        scores[scores["uses_note"] == uses].iloc[0][["rule", "reproduced_count"]]
        for uses in (False, True)
    )
    return (
        f"{alone['reproduced_count']} by one rule ({alone['rule']}),"
        f" {heeding['reproduced_count']} by one that also leaves out what the notes name"
    )


def _stand(values: Values, week: Window) -> str:
    """The lead in one week, in the press and of all tokens, as far as both are known."""
    press, platform = values["press_lead_ratio"], values["platform_lead_ratio"]
    parts = []
    if press is not None:
        held = values["press_coverage_share"]
        held_by = "" if held is None else f" on {percent(held)} of all tokens"
        parts.append(f"the press put China at {_times(press)} the United States{held_by}")
    if isinstance(platform, Interval):
        spread = f" ({_times(platform.low)} to {_times(platform.high)})"
        spread = spread if platform.low < platform.high else ""
        parts.append(f"of all tokens China had {_times(platform)}{spread} those of US models")
    return f" For {week.label}, {'; '.join(parts)}." if parts else ""


def _times(value: Interval | float) -> str:
    return formats.quantity(value.central if isinstance(value, Interval) else value, "ratio")
