"""Figures of notebook 03: the ban, who gained after it, which farms became data centres."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from token_exports import formats
from token_exports.figures import mining_marks as marks
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.mining import MINING_COLOUR, REPORTED_COLOUR
from token_exports.figures.theme import INK, ORIGIN_COLOURS
from token_exports.models.mining_response import BanResponse
from token_exports.results import Results
from token_exports.uncertainty import Interval

STACKED = {
    "CN": ("China", ORIGIN_COLOURS["cn"]),
    "US": ("United States", ORIGIN_COLOURS["us"]),
    "KZ": ("Kazakhstan", "#d99a1c"),
}
REST = ("all others", REPORTED_COLOUR)
FROM_MONTH, TO_MONTH = "2020-09", "2022-06"


def draw_ban(mapped: pd.DataFrame, network: pd.DataFrame, ban: BanResponse, ax: Axes) -> Axes:
    """Hashrate by area over the ban, stacked, as far as the map goes; then the whole network.

    Parameters
    ----------
    mapped : DataFrame
        Table ``bitcoin_mining_map``.
    network : DataFrame
        Table ``bitcoin_network``.
    ban : BanResponse
        From `mining_response.ban_response`.
    ax : Axes
        Where to draw.
    """
    wide = mapped.pivot(index="month", columns="country", values="hashrate_eh_per_s")
    wide = wide[wide.index >= FROM_MONTH].fillna(0)
    when = marks.decimal_years(wide.index)
    rest = wide.drop(columns=list(STACKED)).sum(axis="columns")
    layers = [*(wide[c] for c in STACKED), rest]
    names = [*STACKED.values(), REST]
    floor = np.zeros(len(wide))
    for layer, (name, colour) in zip(layers, names, strict=True):
        top = floor + layer.to_numpy(dtype=float)
        ax.fill_between(when, floor, top, color=colour, alpha=0.55, linewidth=0)
        middle = (floor[-1] + top[-1]) / 2
        marks.note(ax, name, (float(when[-1]), float(middle)), (5, -4.5), INK["text"])
        floor = top
    shown = network[network["month"].between(FROM_MONTH, TO_MONTH)]
    ax.plot(
        marks.decimal_years(shown["month"]), shown["hashrate_eh_per_s"], color=INK["text"], lw=1.3
    )
    for month, value in ((ban.high_month, ban.high_eh_per_s), (ban.low_month, ban.low_eh_per_s)):
        place = (float(marks.decimal_years([month])[0]), value)
        ax.plot(*place, "o", color=INK["text"], markersize=5)
        marks.note(ax, f"{value:.0f}", place, (0, 5), INK["text"])
    ax.set_ylim(0, None)
    ax.set_ylabel("EH/s")
    ax.grid(axis="y")
    ax.set_axisbelow(True)
    ax.xaxis.set_major_formatter(FuncFormatter(_month_tick))
    ax.set_xticks([2020 + q / 4 + 1 / 24 for q in range(3, 11)])
    return ax


def _month_tick(value: float, _position: int) -> str:
    month = round((value % 1) * 12 + 0.5)
    return f"{pd.Period(f'{int(value)}-{month:02d}', 'M'):%b %y}"


def ban_by_area(
    found: Results, mapped: pd.DataFrame, network: pd.DataFrame, ban: BanResponse, source: str
) -> None:
    """File the figure of the ban.

    Parameters
    ----------
    found
        Results of the notebook.
    mapped
        Table ``bitcoin_mining_map``.
    network
        Table ``bitcoin_network``.
    ban
        From `mining_response.ban_response`.
    source
        Attribution.
    """
    fig, (ax,) = theme.canvas(3.1)
    draw_ban(mapped, network, ban, ax)
    back = _recovery(ban)
    title = f"The ban took {marks.percent(ban.drop_share)} of the network's hashrate, {back}"
    around = network[network["month"].between(FROM_MONTH, TO_MONTH)]
    words = show.Caption(
        title=title,
        subtitle="Hashrate, monthly means: by area as far as the map goes (January 2022), and the"
        " whole network (line)",
        source=source,
        alt="Stacked areas with China falling to nothing and back in part, under a line."
        f" {extremes(around, 'month', 'hashrate_eh_per_s', 'hashrate of the network')}",
        units=("eh_per_s",),
    )
    data = mapped[mapped["month"] >= FROM_MONTH]
    show.figure(found, "ban_by_area", fig, words, data)


def _recovery(ban: BanResponse) -> str:
    if ban.recovery_count is None:
        return "which had not come back by the end of the data"
    return f"which was back {marks.months_text(ban.recovery_count)} later"


def ban_takeaway(ban: BanResponse, weekly_drop: Interval | None) -> str:
    """Drop and return, in months and in weeks.

    Parameters
    ----------
    ban
        From `mining_response.ban_response`.
    weekly_drop
        Reported drop in means of seven days, if it was public.
    """
    week = ""
    if weekly_drop is not None:
        week = f" Means of seven days fell by {marks.percent(weekly_drop.central)}."
    return (
        f"**From {marks.month_name(ban.high_month)} to {marks.month_name(ban.low_month)} the"
        f" network lost {marks.percent(ban.drop_share)} of its hashrate, {_recovery(ban)}.**{week}"
        " The areas show where it came back; which machines moved is not known."
    )


# ---- who gained


def draw_moves(moved: pd.DataFrame, months: tuple[str, str], ax: Axes) -> Axes:
    """Hashrate of each area in two months, joined.

    Parameters
    ----------
    moved : DataFrame
        From `mining_response.moves`.
    months : tuple
        The two months.
    ax : Axes
        Where to draw.
    """
    places = np.arange(len(moved))[::-1]
    for y, row in zip(places, moved.to_dict("records"), strict=True):
        gain = row["change_eh_per_s"] > 0
        colour = MINING_COLOUR if gain else REPORTED_COLOUR
        ends = [row["first_eh_per_s"], row["last_eh_per_s"]]
        ax.plot(ends, [y, y], color=colour, linewidth=3, alpha=0.5)
        ax.plot(ends[0], y, "o", color=colour, markerfacecolor=INK["paper"], markersize=6)
        ax.plot(ends[1], y, "o", color=colour, markersize=6)
        ax.annotate(
            f"{row['change_eh_per_s']:+.1f}".replace("-", "\u2212"),
            (max(ends), y),
            (8, 0),
            textcoords="offset points",
            va="center",
            fontsize=8,
        )
    names = [f"{row['area']}{' *' if row['starred'] else ''}" for row in moved.to_dict("records")]
    ax.set_yticks(places, names)
    ax.set_xlim(-1.5, float(moved[["first_eh_per_s", "last_eh_per_s"]].max().max()) * 1.18)
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    first, last = (marks.month_name(m) for m in months)
    ax.set_xlabel(f"EH/s, {first} (open) and {last} (full)")
    return ax


def moves(found: Results, moved: pd.DataFrame, months: tuple[str, str], source: str) -> None:
    """File the figure of who gained.

    Parameters
    ----------
    found
        Results of the notebook.
    moved
        From `mining_response.moves`.
    months
        The two months.
    source
        Attribution.
    """
    fig, (ax,) = theme.canvas(0.27 * len(moved) + 0.7)
    draw_moves(moved, months, ax)
    gains = moved[moved["change_eh_per_s"] > 0]
    top = gains.iloc[0]
    part = marks.percent(float(top["change_eh_per_s"] / gains["change_eh_per_s"].sum()))
    title = f"{top['area']} took {part} of the hashrate that others gained after the ban"
    words = show.Caption(
        title=title,
        subtitle="Hashrate by area before the ban and in the map's last month. * held by the"
        " publisher to be inflated by proxies",
        source=source,
        alt="Rows of areas with two dots each, gains first."
        f" {extremes(moved, 'area', 'change_eh_per_s', 'change')}",
        units=("eh_per_s",),
    )
    show.figure(found, "who_gained", fig, words, moved)


def moves_takeaway(moved: pd.DataFrame, months: tuple[str, str], converted: pd.DataFrame) -> str:
    """Who took over, and whether farms became data centres.

    Parameters
    ----------
    moved
        From `mining_response.moves`.
    months
        The two months.
    converted
        From `mining_response.conversions_by_country`.
    """
    gains = moved[moved["change_eh_per_s"] > 0]
    total = gains["change_eh_per_s"].sum()
    said = [
        f"{row['area']} {formats.significant(row['change_eh_per_s'], 2)} EH/s"
        f" ({row['change_eh_per_s'] / total:.0%})"
        for row in gains.head(4).to_dict("records")
    ]
    count = converted.set_index("country")["sites_count"]
    most, china = count.idxmax(), int(count.get("CN", 0))
    mined, running = (int(converted[f"{n}_count"].sum()) for n in ("former_mining", "operating"))
    first, last = (marks.month_name(month) for month in months)
    return (
        f"**From {first} to {last} the gains went to {marks.listed(said)}; machines that moved and"
        " new ones cannot be told apart, and the map ends there.** Farms that became AI data"
        f" centres, or are to: {int(count.sum())} sites or groups of sites were found, most of"
        f" them in {NAMES.get(str(most), str(most))}; the texts say of {mined} that they mined and"
        f" of {running} that they serve AI already. In China {china or 'none'} was found."
    )


NAMES = {
    "US": "the United States",
    "CA": "Canada",
    "NO": "Norway",
    "RU": "Russia",
    "CN": "China",
    "KZ": "Kazakhstan",
}
CONVERSION_HEADS = {
    "country": "Country",
    "sites_count": "Sites",
    "former_mining_count": "Text says the site mined",
    "operating_count": "Operating",
    "gross_mw": "Power at the grid",
    "critical_mw": "Power at the servers",
}
FLEXIBILITY_HEADS = {
    "metric": "Fact",
    "case": "Whose",
    "period": "When",
    "low": "Low",
    "central": "Value",
    "high": "High",
    "unit": "Unit",
    "source_id": "Source",
}
