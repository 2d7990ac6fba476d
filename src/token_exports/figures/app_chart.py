"""Figure of notebook 01: one application's part of the tokens, and the Chinese share without it."""

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside
from token_exports.figures.share_marks import day_number
from token_exports.figures.share_words import count, percent, share
from token_exports.figures.theme import INK, ORIGIN_COLOURS, PATCH
from token_exports.models import app_dependence, windows
from token_exports.models.app_dependence import BeforeAfter, RankCorrelation
from token_exports.models.windows import Window
from token_exports.results import Results
from token_exports.uncertainty import Interval, bounds

_REPORTS = ("platform_reports",)
_CHARTS = ("openrouter_tokens_weekly", "model_authors", "stealth_models")
CN, RIVAL = ORIGIN_COLOURS["cn"], ORIGIN_COLOURS["other"]

RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "openclaw_first_share": (
        "OpenClaw's part of all tokens, first snapshot",
        "app_dependence.app_share",
        _REPORTS,
    ),
    "openclaw_last_share": (
        "OpenClaw's part of all tokens, last snapshot",
        "app_dependence.app_share",
        _REPORTS,
    ),
    "cn_without_openclaw_share": (
        "Chinese share of all tokens without OpenClaw, first snapshot",
        "app_dependence.without_app",
        _REPORTS,
    ),
    "cn_without_openclaw_last_share": (
        "Chinese share of all tokens without OpenClaw, last snapshot",
        "app_dependence.without_app",
        _REPORTS,
    ),
    "openclaw_order_share": (
        "Orders of the weeks that tie the Chinese share to OpenClaw's at least as strongly",
        "app_dependence.rank_correlation",
        _REPORTS,
    ),
    "cn_chart_before_openclaw_share": (
        "Mean Chinese share of the weekly charts before OpenClaw spread",
        "app_dependence.before_after",
        _CHARTS,
    ),
    "cn_chart_after_openclaw_share": (
        "Mean Chinese share of the weekly charts after OpenClaw spread",
        "app_dependence.before_after",
        _CHARTS,
    ),
    "cuts_as_large_share": (
        "Weeks at which the Chinese share of the charts rose at least as much",
        "app_dependence.before_after",
        _CHARTS,
    ),
    "even_out_app_share": (
        "Part of the list, all Chinese, without which the Chinese share is one half",
        "app_dependence.even_out_share",
        ("openrouter_tokens_daily", "model_authors", "stealth_models"),
    ),
}


def quantities(
    weeks: pd.DataFrame | None,
    tie: RankCorrelation | None,
    change: BeforeAfter | None,
    top: Interval,
) -> dict[str, Interval | float | None]:
    """What the app's snapshots give, under recorded names; None where they do not exist."""
    part: dict[str, Interval] = {}
    without: dict[str, Interval] = {}
    if weeks is not None:
        for end, at in (("first", 0), ("last", -1)):
            part[end] = app_dependence.app_share(weeks, at)
            without[end] = app_dependence.without_app(weeks, at)
    return {
        "openclaw_first_share": part.get("first"),
        "openclaw_last_share": part.get("last"),
        "cn_without_openclaw_share": without.get("first"),
        "cn_without_openclaw_last_share": without.get("last"),
        "openclaw_order_share": tie.as_strong_share if tie else None,
        "cn_chart_before_openclaw_share": change.before_share if change else None,
        "cn_chart_after_openclaw_share": change.after_share if change else None,
        "cuts_as_large_share": change.as_large_share if change else None,
        "even_out_app_share": windows.when_known(app_dependence.even_out_share, top.central),
    }


def app_part(weeks: pd.DataFrame, rival: pd.DataFrame | None, ax: Axes) -> Axes:
    """App's part of the platform's daily tokens at every snapshot.

    Parameters
    ----------
    weeks, rival : DataFrame
        From `app_dependence.app_weeks`, of the app and of one that passed it.
    ax : Axes
        Where to draw.
    """
    for frame, colour, days in ((weeks, INK["text"], 0), (rival, RIVAL, 1)):
        if frame is not None:
            dates = frame["date"] + pd.Timedelta(days=days)  # beside the mark, not on it
            ax.vlines(dates, frame["app_low_share"], frame["app_high_share"], colour, lw=2)
            ax.scatter(dates, frame["app_share"], s=12, color=colour, zorder=3)
    for place in {0, len(weeks) - 1}:
        row = weeks.iloc[place]
        at = (day_number(row["date"]), float(row["app_share"]))
        beside(ax, percent(at[1]), at, shift=7)
    first = (day_number(weeks["date"].iloc[0]), float(weeks["app_high_share"].iloc[0]))
    beside(ax, "OpenClaw", first, shift=0)
    if rival is not None:
        last = (day_number(rival["date"].iloc[-1]), float(rival["app_high_share"].iloc[-1]))
        beside(ax, "Hermes", last, RIVAL, shift=0)
    ax.set_ylim(0, float(weeks["app_high_share"].max()) * 1.25)
    ax.set_title("part of all tokens of a day", loc="left")
    return _dress(weeks, ax)


def share_without(weeks: pd.DataFrame, ax: Axes) -> Axes:
    """Chinese share of all tokens, with the app and without it.

    Parameters
    ----------
    weeks : DataFrame
        From `app_dependence.app_weeks`.
    ax : Axes
        Where to draw.
    """
    aside = weeks["date"] + pd.Timedelta(hours=30)
    ax.vlines(weeks["date"], weeks["cn_share"], weeks["cn_high_share"], CN, lw=7, alpha=0.45)
    low, high = weeks["cn_without_app_low_share"], weeks["cn_without_app_high_share"]
    ax.vlines(aside, low, high, CN, lw=1.2)
    for end in (low, high):
        ax.scatter(aside, end, marker="_", s=36, color=CN, lw=1.2)
    at = day_number(aside.iloc[0])
    beside(ax, "without it", (at, float(high.iloc[0])), CN, shift=6, ground=PATCH)
    place = (day_number(weeks["date"].iloc[0]), float(weeks["cn_share"].iloc[0]))
    beside(ax, "with it", place, CN, shift=-7, ground=PATCH)
    ax.set_ylim(0, 1)
    ax.set_title("Chinese share of all tokens of the week", loc="left")
    return _dress(weeks, ax)


def _dress(weeks: pd.DataFrame, ax: Axes) -> Axes:
    ax.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xticks(weeks["date"], [f"{day.day}\n{day:%b}" for day in weeks["date"]])
    room = pd.Timedelta(days=6)
    ax.set_xlim(day_number(weeks["date"].min() - room), day_number(weeks["date"].max() + room))
    ax.grid(axis="y")
    ax.set_axisbelow(True)
    return ax


def one_app(found: Results, weeks: pd.DataFrame, rival: pd.DataFrame | None, source: str) -> None:
    """File the figure of one app's part and the Chinese share with and without it."""
    fig, (upper, lower) = theme.canvas(4.4, rows=2)
    app_part(weeks, rival, upper)
    share_without(weeks, lower)
    first, last = (app_dependence.app_share(weeks, place) for place in (0, -1))
    title = f"OpenClaw's part went from {percent(first)} to {percent(last)} of all tokens"
    caption = show.Caption(
        title=title,
        subtitle=f"Snapshots of {_span(weeks)}; thick bar: developers not shown Chinese or not;"
        " thin bar: the app's tokens as well",
        source=source,
        alt=f"Two panels with a mark for each of {len(weeks)} snapshots: the app, China with and"
        f" without it. {extremes(weeks, 'date', 'app_share', 'part of the app')}",
        units=("share",),
    )
    show.figure(found, "one_app", fig, caption, weeks)


def _day(when: pd.Timestamp) -> str:
    return windows.span_label(when.date(), when.date())


def _span(weeks: pd.DataFrame) -> str:
    first, last = weeks["date"].iloc[0].date(), weeks["date"].iloc[-1].date()
    return windows.span_label(first, last)


def one_app_takeaway(weeks: pd.DataFrame | None, tie: RankCorrelation | None, study: Window) -> str:
    """What the snapshots say, and that the study window has none."""
    if weeks is None:
        return (
            "**These rows hold no figure of OpenClaw, so the Chinese share without it is not known,"
            f" over {study.label} or any other days.**"
        )
    inside = int(weeks["date"].isin(study.days).sum())
    held = "No app figure falls" if inside == 0 else f"Of the app's figures, {count(inside)} fall"
    with_it = share(bounds(*weeks.iloc[0][["cn_share", "cn_share", "cn_high_share"]]))
    return (
        f"**In the week to {_day(weeks['period_end'].iloc[0])} the Chinese"
        f" share of all tokens was {with_it}; without OpenClaw it lies"
        f" {share(app_dependence.without_app(weeks, 0))}.{_tied(tie)} {held} into {study.label}.**"
    )


def _tied(tie: RankCorrelation | None) -> str:
    if tie is None:
        return ""
    low, rho, high = (formats.number(v, "ratio", 2) for v in (tie.low, tie.rho, tie.high))
    ends = "no interval" if math.isnan(tie.low) else f"90%: {low} to {high}"
    return (
        f" Over {count(tie.weeks_count)} snapshots the rank correlation of both shares is {rho}"
        f" ({ends}); {percent(tie.as_strong_share)} of all orders of the weeks give"
        " one as strong."
    )


def fuse_takeaway(change: BeforeAfter | None, even_out_share: float | None) -> str:
    """How the charts changed when the app spread, and how much an app would have to hold."""
    parts = []
    if change is not None:
        parts.append(
            f"The weekly charts were {percent(change.before_share)} Chinese in the"
            f" {count(change.weeks_count)} weeks before OpenClaw spread and"
            f" {percent(change.after_share)} in the {count(change.weeks_count)} after;"
            f" {percent(change.as_large_share)} of {change.cuts_count} weeks saw a rise as large."
        )
    if even_out_share is not None:
        parts.append(
            f"Taking away an app with {percent(even_out_share)} of the list's tokens, all of them"
            " Chinese, would leave the Chinese share at one half."
        )
    return f"**{' '.join(parts) or 'Neither side of the spread is known from these rows.'}**"
