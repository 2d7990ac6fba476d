"""Figure of notebook 01: what is left of a model's share after its peak."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from token_exports.figures import theme
from token_exports.figures.alt import extremes
from token_exports.figures.show import Caption, figure
from token_exports.figures.theme import INK, ORIGIN_COLOURS, ORIGIN_NAMES
from token_exports.models.peak_decay import WEEK_DAYS
from token_exports.results import Results

DECAY_WEEKS = 16
DECAY_TOP = 1.12


def half_life(
    found: Results, each: pd.DataFrame, middle: pd.DataFrame, title: str, *, source: str
) -> None:
    """Shares after the peak, by origin, filed as a figure.

    Parameters
    ----------
    found
        Results of the notebook.
    each, middle
        From `peak_decay.paths` and `peak_decay.median_path`.
    title
        The finding, from `leader_words.decay_title`.
    source
        Attribution of the data.
    """
    origins = [o for o in ("cn", "us") if o in set(each["origin"])]
    origins = origins or [str(each["origin"].iloc[0])]
    fig, axes = theme.canvas(2.9, columns=len(origins))
    for origin, ax in zip(origins, axes, strict=True):
        draw_decay(each[each["origin"] == origin], middle[middle["origin"] == origin], ax)
    axes[0].set_ylabel("share of the chart, peak = 100%")
    subtitle = (
        "Thin: a model until it leaves the chart (dot); band: median, models outside the chart at"
        " nothing or at the most they can have"
    )
    last = each[each["listed"]].groupby("model", as_index=False).tail(1)
    alt = (
        "Thin falling lines from a common peak and a band, one panel per origin."
        f" {extremes(last, 'model', 'low_ratio', 'part of the peak at its end', 'share')}"
    )
    words = Caption(
        title=title, subtitle=subtitle, source=source, alt=alt, units=("share", "weeks")
    )
    figure(found, "half_life", fig, words, each)


def draw_decay(each: pd.DataFrame, middle: pd.DataFrame, ax: Axes) -> Axes:
    """Thin lines while a model is charted, a dot where it leaves, and the median's band.

    Parameters
    ----------
    each : DataFrame
        ``model``, ``origin``, ``days``, ``low_ratio``, ``listed``; one origin.
    middle : DataFrame
        ``days``, ``low_ratio``, ``high_ratio``; one origin.
    ax : Axes
        Where to draw.
    """
    origin = str(each["origin"].iloc[0])
    colour, last = ORIGIN_COLOURS[origin], DECAY_WEEKS * WEEK_DAYS
    for _, rows in each[each["days"] <= last].groupby("model"):
        first = rows[rows["listed"].cummin()]
        weeks, leaves = first["days"] / WEEK_DAYS, len(first) < len(rows)
        ax.plot(weeks, first["low_ratio"], color=colour, lw=0.8, alpha=0.5)
        if leaves:
            ax.plot(weeks.iloc[-1:], first["low_ratio"].iloc[-1:], "o", color=colour, ms=2.6)
    shown = middle[middle["days"] <= last]
    weeks = shown["days"] / WEEK_DAYS
    ax.fill_between(weeks, shown["low_ratio"], shown["high_ratio"], color=colour, alpha=0.22, lw=0)
    for column in ("low_ratio", "high_ratio"):
        ax.plot(weeks, shown[column], color=colour, lw=2)
    ax.axhline(0.5, color=INK["text"], lw=0.9, ls=(0, (4, 3)))
    count = each["model"].nunique()
    ax.set_title(f"{ORIGIN_NAMES[origin]}: {count} peaks", loc="left", color=colour)
    ax.set_xlim(0, DECAY_WEEKS)
    ax.set_ylim(0, DECAY_TOP)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=5))
    ax.set_xlabel("weeks since the peak")
    return ax
