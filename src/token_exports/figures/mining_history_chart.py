"""Figure of notebook 03: China's share and electricity of mining over time, by source."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter

from token_exports import formats
from token_exports.figures import hits, show, theme
from token_exports.figures import mining_marks as marks
from token_exports.figures.alt import extremes
from token_exports.figures.mining import MINING_COLOUR, REPORTED_COLOUR
from token_exports.figures.theme import INK
from token_exports.models import mining_history
from token_exports.results import Results
from token_exports.uncertainty import Interval, bounds

FIRST_YEAR, HALF_MONTH = 2015.0, 1 / 24
LEAST_HEIGHT_SHARE = 0.012
"""Height of a mark whose source prints one figure."""
PLACES = ("bitcoin_mining_map", "bitcoin_share_estimates")
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "cn_above_stated_count": (
        "Measured months in which China held more than the essay's share",
        "mining_history.months_above_count",
        ("bitcoin_mining_map", "claims"),
    ),
    "cn_mapped_months_count": (
        "Months of the map before the ban",
        "mining_history.before_ban",
        ("bitcoin_mining_map",),
    ),
    "cn_largest_pool_share": (
        "Largest estimate by who manages the pools",
        "mining_history.spans",
        ("bitcoin_share_estimates",),
    ),
    "map_sum_gap_share": (
        "Largest distance of the areas' sum from the whole network",
        "mining_history.reconciliation",
        ("bitcoin_mining_map",),
    ),
    "cn_mined_2020_twh": (
        "Electricity of China's mining, 2020",
        "mining_history.by_year",
        ("bitcoin_mining_map", "bitcoin_network", "bitcoin_electricity"),
    ),
}


def quantities(
    mapped: pd.DataFrame,
    estimates: pd.DataFrame,
    sums: pd.DataFrame,
    years: pd.DataFrame,
    stated_share: float,
) -> dict[str, Interval | float | None]:
    """Values of ``RECORDED``.

    Parameters
    ----------
    mapped
        Table ``bitcoin_mining_map``.
    estimates
        From `mining_history.spans`.
    sums
        From `mining_history.reconciliation`.
    years
        From `mining_history.by_year`.
    stated_share
        Share that the essay names.
    """
    pools = estimates.loc[estimates["pool_based"], "high_share"].dropna()
    full = years[(years["year"] == 2020) & (years["months_count"] == 12)]
    used = None
    if len(full):
        guess, low, high = (
            float(full[f"energy_{e}_twh"].iloc[0]) for e in ("guess", "lower", "upper")
        )
        used = bounds(guess, low, high) if low <= guess <= high else None
    above = mining_history.months_above_count(mapped, "CN", stated_share)
    return {
        "cn_above_stated_count": float(above),
        "cn_mapped_months_count": float(len(mining_history.before_ban(mapped, "CN"))),
        "cn_largest_pool_share": float(pools.max()) if len(pools) else None,
        "map_sum_gap_share": float((sums["sum_share"] - 1).abs().max()),
        "cn_mined_2020_twh": used,
    }


# ---- share and electricity


def draw(
    china: pd.DataFrame, estimates: pd.DataFrame, stated_share: float, axes: list[Axes]
) -> list[Axes]:
    """China's share above and its electricity below, each source with its own mark.

    Parameters
    ----------
    china : DataFrame
        From `mining.by_country`.
    estimates : DataFrame
        From `mining_history.with_electricity`.
    stated_share : float
        Share that the essay names.
    axes : list of Axes
        Two, one above the other.
    """
    share, energy = axes
    when = marks.decimal_years(china["month"])
    bounds_twh = ("energy_lower_twh", "energy_upper_twh")
    for ax, column in ((share, "hashrate_share"), (energy, "energy_guess_twh")):
        ends = bounds_twh if ax is energy else None
        told = hits.told(china, "month", column, across=when, ends=ends)
        hits.points(ax, "map of machines", MINING_COLOUR, told)
        ax.plot(when, china[column], color=MINING_COLOUR, linewidth=1.5)
        ax.set_xlim(FIRST_YEAR, 2026.6)
        marks.year_axis(ax)
        ax.grid(axis="y")
        ax.set_axisbelow(True)
    share.fill_between(when, 0, china["hashrate_share"], color=MINING_COLOUR, alpha=0.12, lw=0)
    low, high = (china[f"energy_{end}_twh"] for end in ("lower", "upper"))
    energy.fill_between(when, low, high, color=MINING_COLOUR, alpha=0.2, linewidth=0)
    for row in estimates.to_dict("records"):
        _estimate({str(k): v for k, v in row.items()}, axes)
    _events(china, estimates, axes)
    theme.essay_line(share, stated_share, "", horizontal=True)
    share.annotate(
        f"essay: over {stated_share:.0%}",
        (0.99, stated_share),
        (0, 3),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        ha="right",
        fontsize=8,
        color=theme.ESSAY,
    )
    share.set_ylim(0, 0.9)
    share.yaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    share.set_ylabel("Share of hashrate")
    share.tick_params(labelbottom=False)
    energy.set_ylabel("TWh a month")
    energy.set_ylim(0, None)
    return axes


def _estimate(row: dict[str, float | str | bool], axes: list[Axes]) -> None:
    """Hatched where pools stand for places, open where another method does."""
    first, last = (
        float(marks.decimal_years([str(row[k])])[0]) for k in ("first_month", "last_month")
    )
    left, right = first - HALF_MONTH, last + HALF_MONTH
    low = float(row["low_share"])
    high = low if pd.isna(row["high_share"]) else float(row["high_share"])
    heights = (
        (low - LEAST_HEIGHT_SHARE / 2, max(high, low + LEAST_HEIGHT_SHARE / 2)),
        (float(row["energy_lower_twh"]), float(row["energy_upper_twh"])),
    )
    colour = INK["soft"]
    for ax, (bottom, top) in zip(axes, heights, strict=True):
        if pd.isna(bottom) or pd.isna(top):
            continue
        width = max(right - left, 0.12)
        ax.add_patch(
            Rectangle(
                ((left + right - width) / 2, bottom),
                width,
                top - bottom,
                facecolor=REPORTED_COLOUR if not row["pool_based"] else "none",
                alpha=1.0 if row["pool_based"] else 0.6,
                edgecolor=colour,
                linewidth=0.7,
                hatch="////" if row["pool_based"] else None,
            )
        )


def _events(china: pd.DataFrame, estimates: pd.DataFrame, axes: list[Axes]) -> None:
    ban = float(marks.decimal_years([mining_history.BAN_MONTH])[0])
    for ax in axes:
        ax.axvline(ban, color=INK["soft"], linewidth=0.9, linestyle=":")
    share, energy = axes
    marks.note(share, "ban, June 2021", (ban, 0.82), (3, 0))
    last = china.dropna(subset=["hashrate_share"]).iloc[-1]
    when = float(marks.decimal_years([last["month"]])[0])
    ended = pd.Period(last["month"], "M").strftime("%b %Y")
    words = f"map ends\n{ended} at\n{marks.percent(last['hashrate_share'])}"
    marks.note(share, words, (when, float(last["hashrate_share"])), (5, 3))
    pools = estimates[estimates["pool_based"]]
    if len(pools):
        start = float(marks.decimal_years([pools["first_month"].min()])[0])
        marks.note(
            share,
            "hatched: who manages the\npools, not where machines\nstand; grey: other methods",
            (start, 0.57),
            (-36, -2),
        )
    later = estimates[estimates["first_month"] > last["month"]]
    if len(later):
        newest = later.iloc[-1]
        place = float(marks.decimal_years([newest["first_month"]])[0])
        top = newest["high_share"] if pd.notna(newest["high_share"]) else newest["low_share"]
        marks.note(share, "heatmaps and\nan analyst", (place, float(top)), (8, 4), right=True)
    marks.note(energy, "no source", (2023.6, 0), (0, 6))


def china_over_time(
    found: Results,
    china: pd.DataFrame,
    estimates: pd.DataFrame,
    stated_share: float,
    source: str,
) -> None:
    """File the figure of China's mining over time.

    Parameters
    ----------
    found
        Results of the notebook.
    china
        From `mining.by_country`.
    estimates
        From `mining_history.with_electricity`.
    stated_share
        Share that the essay names.
    source
        Attribution.
    """
    fig, axes = theme.canvas(4.6, rows=2)
    draw(china, estimates, stated_share, axes)
    share = china.set_index("month")["hashrate_share"]
    over = share[share > stated_share]
    title = f"China's share was never measured above {stated_share:.0%}"
    if len(over):
        title = (
            f"China held over {stated_share:.0%} in {len(over)} measured months,"
            f" {_span(over.index[0], over.index[-1])}"
        )
    words = show.Caption(
        title=title,
        subtitle="Share of Bitcoin's hashrate; its electricity in TWh a month. Line: map of"
        " machines, with the bounds of the electricity; boxes: other sources, not comparable",
        source=source,
        alt="Lines by month with gaps in two panels, hatched boxes before the map."
        f" {extremes(china, 'month', 'hashrate_share', 'share')}"
        f" {extremes(china, 'month', 'energy_guess_twh', 'electricity of a month')}",
        units=("share", "twh"),
    )
    show.figure(found, "china_over_time", fig, words, china)


def _span(first: str, last: str) -> str:
    return (
        marks.month_name(first)
        if first == last
        else (f"{marks.month_name(first)} to {marks.month_name(last)}")
    )


def china_over_time_takeaway(mapped: pd.DataFrame, above: pd.DataFrame, stated_share: float) -> str:
    """When China held more than a share, and by which source.

    Parameters
    ----------
    mapped
        Table ``bitcoin_mining_map``.
    above
        From `mining_history.above`.
    stated_share
        Share that the essay names.
    """
    early = mining_history.before_ban(mapped, "CN")
    over = early[early > stated_share]
    measured = (
        f"in {len(over)} of {len(early)} measured months before the ban"
        f" ({_span(over.index[0], over.index[-1])})"
        if len(over)
        else f"in none of {len(early)} measured months before the ban"
    )
    others = above[(above["measures"] != mining_history.MAP) & (above["above_count"] > 0)]
    said = [
        f"{row['measures'].split(';')[0]} ({_years(row['first_month'], row['last_month'])},"
        f" {formats.number(row['low_share'], 'share')})"
        for _, row in others.iterrows()
    ]
    rest = f" Other sources above it: {'; '.join(said)}." if said else ""
    return (
        f"**China held more than {stated_share:.0%} {measured}; in the last month before the ban"
        f" it held {marks.percent(float(early.iloc[-1]))}.** Nobody measured where machines stood"
        f" before {marks.month_name(early.index[0])}.{rest}"
    )


def _years(first: str, last: str) -> str:
    if first == last:
        return marks.month_name(first)
    return first[:4] if first[:4] == last[:4] else f"{first[:4]} to {last[:4]}"
