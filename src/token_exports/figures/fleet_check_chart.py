"""Figure of notebook 03: our fleet from the table of machines against the Cambridge index."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from token_exports import formats
from token_exports.figures import mining_marks as marks
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.mining import MINING_COLOUR, REPORTED_COLOUR, log_axis
from token_exports.figures.theme import INK
from token_exports.models import fleet_check
from token_exports.models.fleet_check import LIST_ENDS, TOLERANCE_RATIO
from token_exports.results import Results
from token_exports.uncertainty import Interval

TABLES = ("asics", "bitcoin_network", "bitcoin_electricity", "assumptions")
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "fleet_check_ratio": (
        "Electricity by the table of machines over the index's guess, median month",
        "fleet_check.ratio_interval",
        TABLES,
    ),
    "fleet_check_within_share": (
        "Months in which the two agree within the tolerance",
        "fleet_check.within_share",
        TABLES,
    ),
    "fleet_check_extension_ratio": (
        "Electricity by the table of machines over our extension of the index, median month",
        "fleet_check.ratio_interval",
        TABLES,
    ),
}


def quantities(
    compared: pd.DataFrame, extension: pd.DataFrame
) -> dict[str, Interval | float | None]:
    """Values of ``RECORDED``.

    Parameters
    ----------
    compared
        From `fleet_check.against`, against the index.
    extension
        The same against the derived months; may be empty.
    """
    beyond = extension["guess_ratio"].notna().any() if len(extension) else False
    return {
        "fleet_check_ratio": fleet_check.ratio_interval(compared),
        "fleet_check_within_share": fleet_check.within_share(compared),
        "fleet_check_extension_ratio": fleet_check.ratio_interval(extension) if beyond else None,
    }


def draw(
    compared: pd.DataFrame,
    extension: pd.DataFrame,
    printed: pd.DataFrame,
    ours: pd.DataFrame,
    axes: list[Axes],
) -> list[Axes]:
    """Ratio by month above; efficiency of the fleet, ours and printed, below.

    Parameters
    ----------
    compared, extension : DataFrame
        From `fleet_check.against`, against the index and against its derived months.
    printed : DataFrame
        From `fleet_check.against_fleet`.
    ours : DataFrame
        From `fleet_check.by_month`.
    axes : list of Axes
        Two, one above the other.
    """
    ratio, fleet = axes
    ratio.axhspan(1 - TOLERANCE_RATIO, 1 + TOLERANCE_RATIO, color=REPORTED_COLOUR, alpha=0.2, lw=0)
    ratio.axhline(1, color=INK["soft"], linewidth=0.8)
    for table, colour in ((compared, MINING_COLOUR), (extension, REPORTED_COLOUR)):
        if len(table):
            when = marks.decimal_years(table["month"])
            ratio.plot(when, table["guess_ratio"], color=colour, linewidth=1.5)
    _words(compared, extension, ratio)
    shown = ours[ours["month"] >= fleet_check.SINCE]
    when = marks.decimal_years(shown["month"])
    best, worst = (shown[f"efficiency_{end}_j_per_th"] for end in ("lower", "upper"))
    fleet.fill_between(when, best, worst, color=MINING_COLOUR, alpha=0.2, linewidth=0)
    fleet.plot(when, shown["efficiency_guess_j_per_th"], color=MINING_COLOUR, linewidth=1.4)
    _printed(printed, fleet)
    fleet.set_yscale("log")
    log_axis(fleet, "y")
    fleet.set_ylabel("J/TH")
    for ax in axes:
        marks.year_axis(ax)
        ax.set_xlim(2014.8, float(when.max()) + 0.4)
    ratio.tick_params(labelbottom=False)
    return axes


def _words(compared: pd.DataFrame, extension: pd.DataFrame, ax: Axes) -> None:
    top = max(1.45, float(compared["guess_ratio"].max()) + 0.1)
    ax.set_ylim(0.4, top)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda value, _p: f"{value:g}"))
    ax.set_ylabel("ours over the index")
    marks.note(ax, "tolerance", (2014.9, 1 + TOLERANCE_RATIO), (2, 2))
    end = float(marks.decimal_years([LIST_ENDS])[0])
    ax.axvline(end, color=INK["soft"], linewidth=0.9, linestyle=":")
    marks.note(ax, "index's list of machines ends", (end, 0.4), (3, 3))
    if len(extension):
        first = float(marks.decimal_years(extension["month"])[0])
        marks.note(ax, "over our\nextension", (first, top), (2, -2))


def _printed(printed: pd.DataFrame, ax: Axes) -> None:
    """Squares for the index's own years, diamonds for what others print."""
    known = printed[printed["period"] >= fleet_check.SINCE[:4]]
    for _, row in known.iterrows():
        year = str(row["period"])
        months = [year] if "-" in year else [f"{year}-{m:02d}" for m in (6, 7)]
        when = float(np.mean(marks.decimal_years(months)))
        index = row["basis"] == "model_revised_2023"
        ax.plot(
            when,
            float(row["printed_j_per_th"]),
            "s" if index else "D",
            markersize=4.5,
            color=INK["text"] if index else INK["soft"],
            markerfacecolor=INK["paper"],
        )
    ax.annotate(
        "squares: the index by year\ndiamonds: machine traces, survey, assumption",
        (0.99, 0.97),
        xycoords="axes fraction",
        ha="right",
        va="top",
        fontsize=8,
        color=INK["soft"],
    )


def fleet_against_index(found: Results, tables: dict[str, pd.DataFrame], source: str) -> None:
    """File the figure of our fleet against the index.

    Parameters
    ----------
    found
        Results of the notebook.
    tables
        ``compared``, ``extension``, ``printed`` and ``ours``, as in `draw`.
    source
        Attribution.
    """
    fig, axes = theme.canvas(4.3, rows=2)
    draw(tables["compared"], tables["extension"], tables["printed"], tables["ours"], axes)
    compared = tables["compared"]
    agreed = marks.percent(fleet_check.within_share(compared))
    title = (
        f"A table of machines gives the index's electricity within"
        f" {TOLERANCE_RATIO:.0%} in {agreed} of {len(compared)} months"
    )
    words = show.Caption(
        title=title,
        subtitle="Electricity of machines that pay their power over the index's best guess (above);"
        " energy per terahash of the fleet, each step ten times (below; band: best and worst"
        " machine that pays)",
        source=source,
        alt="A line by month near one, and a falling line of efficiency with printed values."
        f" {extremes(compared, 'month', 'guess_ratio', 'ratio')}",
        units=("ratio", "j_per_th"),
    )
    show.figure(found, "fleet_check", fig, words, pd.concat([compared, tables["extension"]]))


def fleet_against_index_takeaway(compared: pd.DataFrame, extension: pd.DataFrame) -> str:
    """How well the two agree, and where and why not.

    Parameters
    ----------
    compared, extension
        From `fleet_check.against`.
    """
    ratio = fleet_check.ratio_interval(compared)
    runs = fleet_check.runs_outside(compared)
    if runs.empty:
        outside = "No month lies outside."
    else:
        worst = runs.sort_values("months_count").iloc[-1]
        outside = (
            f"The longest run outside is {marks.month_name(worst['first_month'])} to"
            f" {marks.month_name(worst['last_month'])}: {worst['reason']}."
        )
    beyond = ""
    if len(extension) and extension["guess_ratio"].notna().any():
        later = formats.quantity(fleet_check.ratio_interval(extension).central, "ratio", 2)
        beyond = f" Over our own extension of the index the median is {later}."
    agreed = marks.percent(fleet_check.within_share(compared))
    return (
        f"**Our fleet draws {formats.interval(ratio, 'ratio', 2)} the index's best guess, and lies"
        f" within {TOLERANCE_RATIO:.0%} of it in {agreed} of the months.** {outside}{beyond}"
    )
