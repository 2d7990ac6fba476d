"""Figure of notebook 03: what the buyers of mining machines earned since, over the price."""

import pandas as pd
from matplotlib.axes import Axes

from token_exports import formats
from token_exports.figures import mining_marks as marks
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.mining import MINING_COLOUR, REPORTED_COLOUR, log_axis
from token_exports.figures.theme import INK
from token_exports.models import mining_vintage
from token_exports.results import Results


def draw_paid_back(followed: pd.DataFrame, ax: Axes) -> Axes:
    """Earned over price for each quote, from the worse to the better efficiency of its class.

    Parameters
    ----------
    followed : DataFrame
        From `mining_vintage.follow`.
    ax : Axes
        Where to draw.
    """
    known = _drawn(followed)
    floor = 0.03
    for y, (_, row) in zip(range(len(known))[::-1], known.iterrows(), strict=False):
        ends = [max(floor, float(row[f"earned_back_{end}_ratio"])) for end in ("low", "high")]
        colour = MINING_COLOUR if row["life_over"] else REPORTED_COLOUR
        ax.plot(ends, [y, y], color=colour, linewidth=4, alpha=0.5, solid_capstyle="butt")
        face = colour if row["life_over"] else INK["paper"]
        ax.plot(ends[-1], y, "o", color=colour, markerfacecolor=face, markersize=5)
    names = [f"{_short(row['machine'])}, {row['month']}" for _, row in known.iterrows()]
    ax.set_yticks(range(len(known))[::-1], names, fontsize=8)
    ax.set_xscale("log")
    log_axis(ax, "x")
    ax.set_xlim(floor * 0.9, max(20.0, float(known["earned_back_high_ratio"].max()) * 1.3))
    ax.axvline(1, color=INK["text"], linewidth=1)
    ax.set_xlabel("Earned since over the price; each step is ten times")
    return ax


def _short(machine: str) -> str:
    """Name without its maker's line, as rows have little room."""
    for word in ("Antminer ", "Whatsminer, ", "Whatsminer ", "index, "):
        machine = machine.removeprefix(word)
    return machine.replace("AvalonMiner", "Avalon")


def _drawn(followed: pd.DataFrame) -> pd.DataFrame:
    return followed.dropna(subset=["earned_back_high_ratio"]).sort_values("month", kind="stable")


def paid_back(found: Results, followed: pd.DataFrame, source: str) -> None:
    """File the figure of what the buyers of machines earned.

    Parameters
    ----------
    found
        Results of the notebook.
    followed
        From `mining_vintage.follow`.
    source
        Attribution.
    """
    known = _drawn(followed)
    fig, (ax,) = theme.canvas(0.19 * len(known) + 0.8)
    draw_paid_back(followed, ax)
    unpaid = len(mining_vintage.never_paid_back(known))
    title = f"At {unpaid} of {len(known)} quoted prices the machine has not earned itself back"
    words = show.Caption(
        title=title,
        subtitle="Margin after power and operation, summed over the months since the quote, over"
        " its price. Full dots: a whole life; open dots: as far as the data reach",
        source=source,
        alt="Rows of quotes by date with dots left and right of one."
        f" {extremes(known, 'machine', 'earned_back_high_ratio', 'part earned back')}",
        units=("ratio",),
    )
    show.figure(found, "machines_paid_back", fig, words, known)


def paid_back_takeaway(followed: pd.DataFrame) -> str:
    """Whom the price of the machine ruined, and whom it made.

    Parameters
    ----------
    followed
        From `mining_vintage.follow`.
    """
    known = _drawn(followed)
    over = known[known["life_over"]]
    if over.empty:
        return "**No quoted machine was followed for a whole life.**"
    best = over.sort_values("earned_back_high_ratio").iloc[-1]
    worst = over.sort_values("earned_back_high_ratio").iloc[0]
    count = int((over["earned_back_high_ratio"] < 1).sum())
    young = known[~known["life_over"]]
    behind = int((young["earned_back_high_ratio"] < 1).sum())
    later = f" Of {len(young)} younger ones {behind} have not yet." if len(young) else ""
    return (
        f"**Of {len(over)} quotes followed for a whole life, {count} never earned back the price:"
        f" {_quote(worst)} earned {_times(worst)} its price, {_quote(best)} {_times(best)}.**"
        f"{later} Quotes are single prices, not a sample of what miners paid."
    )


def _quote(row: "pd.Series[float]") -> str:
    return f"{row['machine']} of {marks.month_name(str(row['month']))}"


def _times(row: "pd.Series[float]") -> str:
    return formats.quantity(float(row["earned_back_high_ratio"]), "ratio", 2)
