"""Figure of notebook 03: China's mining provinces in the dry and the wet season."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from token_exports import formats
from token_exports.figures import mining_marks as marks
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.mining import MINING_COLOUR
from token_exports.figures.theme import INK
from token_exports.models import mining_history, mining_map
from token_exports.results import Results


def draw_seasons(seasons: pd.DataFrame, ax: Axes) -> Axes:
    """Share of China's hashrate by province, dry to wet season.

    Parameters
    ----------
    seasons : DataFrame
        From `mining_history.season_shares`.
    ax : Axes
        Where to draw.
    """
    names = list(seasons.groupby("area")["country_share"].max().sort_values().index)
    for y, name in enumerate(names):
        own = seasons[seasons["area"] == name]
        ends = own["country_share"]
        ax.plot([ends.min(), ends.max()], [y, y], color=MINING_COLOUR, linewidth=3, alpha=0.35)
        for row in own.to_dict("records"):
            wet = row["wet_season_stage"] in ("peak", "low")
            ax.plot(
                row["country_share"],
                y,
                "o",
                color=MINING_COLOUR,
                markersize=7,
                markerfacecolor=MINING_COLOUR if wet else INK["paper"],
            )
        staged = own[own["wet_season_stage"] != "none"]["country_share"]
        said = staged if len(staged) else ends
        for value, side in ((said.min(), True), (said.max(), False)):
            if side and said.min() == said.max():
                continue
            marks_side = -8 if side else 8
            ax.annotate(
                marks.percent(float(value)),
                (float(value), y),
                (marks_side, 0),
                textcoords="offset points",
                ha="right" if side else "left",
                va="center",
                fontsize=8,
            )
    ax.set_yticks(range(len(names)), names)
    ax.set_ylim(-0.6, len(names) - 0.3)
    ax.set_xlim(0, 0.75)
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.set_xlabel("Share of China's hashrate")
    return ax


def provinces_by_season(found: Results, provinces: pd.DataFrame, source: str) -> None:
    """File the figure of provinces by season, of the year that has both seasons.

    Parameters
    ----------
    found
        Results of the notebook.
    provinces
        Table ``bitcoin_provinces``.
    source
        Attribution.
    """
    seasons = of_2020(provinces)
    fig, (ax,) = theme.canvas(2.4)
    draw_seasons(seasons, ax)
    dry, wet = (_province(seasons, "Sichuan", s) for s in ("start", "peak"))
    title = (
        f"Sichuan went from {marks.percent(dry)} of China's hashrate to {marks.percent(wet)}"
        " within the wet season of 2020"
    )
    words = show.Caption(
        title=title,
        subtitle="Open: April 2020 and start of the wet season; full: its peak (Sichuan) and low"
        " (Xinjiang). Months of the last three are not stated",
        source=source,
        alt="Dots on rows of provinces, open for the dry season."
        f" {extremes(seasons, 'area', 'country_share', 'share')}",
        units=("share",),
    )
    show.figure(found, "china_provinces", fig, words, seasons)


def of_2020(provinces: pd.DataFrame) -> pd.DataFrame:
    """Provincial shares of April 2020 and of that year's wet season."""
    seasons = mining_history.season_shares(provinces, "CN")
    return seasons[seasons["period"].str.startswith("2020")].reset_index(drop=True)


def _province(seasons: pd.DataFrame, area: str, stage: str) -> float:
    rows = seasons[(seasons["area"] == area) & (seasons["wet_season_stage"] == stage)]
    return float(rows["country_share"].iloc[0]) if len(rows) else float("nan")


def provinces_by_season_takeaway(provinces: pd.DataFrame, table: pd.DataFrame) -> str:
    """How far mining moved with the water, and what the dry season ran on.

    Parameters
    ----------
    provinces
        Table ``bitcoin_provinces``.
    table
        From `mining_history.province_table`.
    """
    seasons = of_2020(provinces)
    low, high = (_province(seasons, "Xinjiang", s) for s in ("low", "start"))
    dry, wet = (_province(seasons, "Sichuan", s) for s in ("start", "peak"))
    april = table[(table["period"] == mining_map.DRY_MONTH) & (table["area"] == "Xinjiang")]
    coal = ""
    if len(april) and pd.notna(april["energy_guess_twh"].iloc[0]):
        used = formats.quantity(float(april["energy_guess_twh"].iloc[0]), "twh", 2)
        share = marks.percent(float(april["world_share"].iloc[0]))
        coal = f" In April 2020 Xinjiang alone drew {used}, {share} of the world's mining."
    return (
        f"**Sichuan's part of China's hashrate rose from {marks.percent(dry)} to"
        f" {marks.percent(wet)} in the wet season of 2020 while Xinjiang's fell from"
        f" {marks.percent(high)} to {marks.percent(low)}.**{coal} These are the only provincial"
        " figures found: four points, no monthly series."
    )
