"""Figures of notebook 01: how few models, or developers, hold the tokens."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.ticker import MaxNLocator

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside, rows
from token_exports.figures.share_marks import day_number, month_ticks, unbroken
from token_exports.figures.theme import INK, ORIGIN_COLOURS
from token_exports.models import concentration
from token_exports.models.concentration import ALL, AUTHOR, MODEL
from token_exports.results import Results
from token_exports.uncertainty import Interval, bounds

_TABLES = ("openrouter_tokens_daily", "openrouter_totals_daily", "model_authors", "stealth_models")
WITHIN_COLOURS = {ALL: INK["soft"], "cn": ORIGIN_COLOURS["cn"], "us": ORIGIN_COLOURS["us"]}
WITHIN_NAMES = {ALL: "all tokens", "cn": "Chinese", "us": "US"}
GROUP_NAMES = {MODEL: "models", AUTHOR: "developers"}
NARROWEST = 0.13
"""Least distance of two labels, as part of the axis."""
FEWEST_TICKS = 2
"""A shorter stretch of time names its ends instead."""
SIDEWAYS_DAYS = {ALL: -2, "cn": 0, "us": 2}
"""Marks of a window that stands alone are drawn side by side."""

_OF = {"": "tokens", "cn_": "Chinese tokens", "us_": "US tokens"}
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    **{
        f"{of}{group}_hhi_share": (
            f"Chance that two {words} went to one {GROUP_NAMES[group][:-1]} (Herfindahl index)",
            "concentration.hhi_share",
            _TABLES,
        )
        for of, words in _OF.items()
        for group in concentration.GROUPS
    },
    **{
        f"{of}effective_{group}_count": (
            f"Equally large {GROUP_NAMES[group]} as concentrated as the {words}",
            "concentration.effective_count",
            _TABLES,
        )
        for of, words in _OF.items()
        for group in concentration.GROUPS
    },
}


def quantities(table: pd.DataFrame, window: str) -> dict[str, Interval | float | None]:
    """Concentration of one window by its recorded names.

    Parameters
    ----------
    table
        From `concentration.history`.
    window
        Its label.
    """
    found: dict[str, Interval | float | None] = {}
    for of in _OF:
        for group in concentration.GROUPS:
            hhi = _hhi(table, window, group, of.rstrip("_") or ALL)
            found[f"{of}{group}_hhi_share"] = hhi
            effective = None if hhi is None else concentration.effective_count(hhi)
            found[f"{of}effective_{group}_count"] = effective
    return found


def _hhi(table: pd.DataFrame, window: str, group: str, within: str) -> Interval | None:
    own = table[
        (table["window"] == window) & (table["group"] == group) & (table["within"] == within)
    ]
    if own.empty:
        return None
    low, high = (float(own[f"hhi_{end}_share"].iloc[0]) for end in ("low", "high"))
    return bounds(low, low, high)


def effective_numbers(table: pd.DataFrame, group: str, study: str, ax: Axes) -> Axes:
    """Bands of the effective number over time: all tokens, Chinese and US ones.

    Parameters
    ----------
    table : DataFrame
        From `concentration.history`.
    group : str
        Models or developers.
    study : str
        Window that is marked.
    ax : Axes
        Where to draw.
    """
    own = table[table["group"] == group]
    for within, colour in WITHIN_COLOURS.items():
        for part in unbroken(own[own["within"] == within], "window_end", days=1):
            ends = pd.to_datetime(part["window_end"])
            low, high = part["effective_low_count"], part["effective_high_count"]
            if len(part) == 1:
                ax.vlines(ends + pd.Timedelta(days=SIDEWAYS_DAYS[within]), low, high, colour, lw=3)
            else:
                ground = to_rgba(colour, 0.3)
                ax.fill_between(ends, low, high, facecolor=ground, edgecolor=colour, lw=0.9)
    ax.set_ylim(0, float(own["effective_high_count"].max()) * 1.12)
    marked = own[own["window"] == study]
    if len(marked):
        at = day_number(marked["window_end"].iloc[0])
        ax.axvline(at, color=INK["soft"], lw=0.8, zorder=0)
        beside(ax, "study window", (at, ax.get_ylim()[1] * 0.95), INK["soft"], shift=4)
    ax.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    ax.grid(axis="y")
    ax.margins(x=0.02)
    month_ticks(ax)
    if len(ax.get_xticks()) < FEWEST_TICKS:
        days = sorted({table["window_end"].min(), table["window_end"].max()})
        ax.set_xticks([day_number(day) for day in days], [f"{day.day} {day:%b}" for day in days])
    ax.set_title(f"as if spread over so many equal {GROUP_NAMES[group]}", loc="left")
    _name_bands(own, ax)
    return ax


def _name_bands(own: pd.DataFrame, ax: Axes) -> None:
    """Name each band right of its last point, apart from its neighbours."""
    last = own.sort_values("window_end").groupby("within").tail(1)
    middle = (last["effective_low_count"] + last["effective_high_count"]) / 2
    places = last.assign(middle=middle).sort_values("middle")
    apart, below = NARROWEST * ax.get_ylim()[1], float("-inf")
    for row in rows(places):
        below = max(float(row["middle"]), below + apart)
        name, colour = WITHIN_NAMES[row["within"]], WITHIN_COLOURS[row["within"]]
        beside(ax, name, (day_number(places["window_end"].max()), below), colour)


def concentration_over_time(found: Results, table: pd.DataFrame, study: str, source: str) -> None:
    """File the figure of effective numbers over all windows."""
    fig, axes = theme.canvas(4.6, rows=2)
    for group, ax in zip(concentration.GROUPS, axes, strict=True):
        effective_numbers(table, group, study, ax)
    title = f"Over {study} the tokens lie as if {_span(table, study, MODEL, ALL)} shared them"
    models = table[(table["group"] == MODEL) & (table["within"] == ALL)]
    caption = show.Caption(
        title=title,
        subtitle="Effective number (one over the Herfindahl index) of each window; band: bounds",
        source=source,
        alt="Three bands over time with gaps, by model above and by developer below."
        f" {extremes(models, 'window', 'effective_low_count', 'least number of models')}",
        units=("count",),
    )
    show.figure(found, "concentration", fig, caption, table)


def concentration_takeaway(table: pd.DataFrame, study: str) -> str:
    """How concentrated the study window is, and whether Chinese or US tokens are more so."""
    ends = [_hhi(table, study, MODEL, within) for within in ("cn", "us")]
    return (
        f"**Over {study} the tokens lie as if {_span(table, study, MODEL, ALL)}, or"
        f" {_span(table, study, AUTHOR, ALL)}, shared them. Within the Chinese tokens it is"
        f" {_span(table, study, MODEL, 'cn')}, within the US ones"
        f" {_span(table, study, MODEL, 'us')}: {_compared(*ends)}.**"
    )


def _span(table: pd.DataFrame, window: str, group: str, within: str) -> str:
    hhi = _hhi(table, window, group, within)
    if hhi is None:
        return f"an unknown number of {GROUP_NAMES[group]}"
    effective = concentration.effective_count(hhi)
    low, high = (formats.number(e, "count", 2) for e in (effective.low, effective.high))
    if low == high == "1":
        return f"a single {GROUP_NAMES[group][:-1]}"
    return f"{low if low == high else f'{low} to {high}'} equal {GROUP_NAMES[group]}"


def _compared(chinese: Interval | None, american: Interval | None) -> str:
    if chinese is None or american is None:
        return "which of them depend on fewer models is not known"
    if chinese.low > american.high:
        return "Chinese use sits in fewer models"
    if chinese.high < american.low:
        return "US use sits in fewer models"
    return "the bounds overlap, so neither is known to sit in fewer models"
