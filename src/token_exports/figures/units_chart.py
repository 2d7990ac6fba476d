"""Figure of notebook 01: China's share of the chart in five units, week after week."""

from collections.abc import Mapping

import pandas as pd
from matplotlib.axes import Axes

from token_exports.figures import hits, show, theme
from token_exports.figures.alt import called, extremes
from token_exports.figures.marks import beside, rows
from token_exports.figures.share_words import percent
from token_exports.figures.theme import INK, ORIGIN_COLOURS, PATCH
from token_exports.figures.totals_chart import Scene, points
from token_exports.models import token_mix, weekly_units
from token_exports.results import Results

CN = ORIGIN_COLOURS["cn"]
DOLLARS = "list_spend_usd"
PLACES = {unit: float(i) for i, unit in enumerate(token_mix.UNIT_LABELS)}
LEAST_LABEL_DISTANCE = 0.1

_MIX = ("openrouter_token_mix", "model_authors", "stealth_models")
_DROPS = {
    "computed": "tokens without cache reads",
    "output": "generated tokens",
    "request": "requests",
    "list_spend": "dollars at list price",
}

RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "whole_mix_weeks": (
        "Weeks whose token mix adds up to the published tokens",
        "weekly_units.whole_weeks",
        _MIX[:1],
    ),
    "uneven_mix_weeks": (
        "Weeks with a token mix that does not add up",
        "weekly_units.left_out_count",
        _MIX[:1],
    ),
    **{
        f"lower_{name}_weeks_share": (
            f"Weeks in which China's share of {what} is below its share of tokens",
            "weekly_units.unit_drops",
            _MIX,
        )
        for name, what in _DROPS.items()
    },
    **{
        f"median_{name}_drop_share": (
            f"China's share of tokens less its share of {what}, median week",
            "weekly_units.unit_drops",
            _MIX,
        )
        for name, what in _DROPS.items()
    },
}


def quantities(mix: pd.DataFrame, origin: pd.Series, n: int) -> dict[str, float | None]:
    """Values of ``RECORDED``; parameters as in `weekly_units.unit_shares`."""
    return weekly_units.drop_values(mix, origin, n)


def draw_units(shares: pd.DataFrame, week_end: object, stated: float, ax: Axes) -> Axes:
    """Slope line per week over the five units; one week bold with its numbers.

    Parameters
    ----------
    shares : DataFrame
        Rows of one origin, from `weekly_units.unit_shares`.
    week_end : date
        Last day of the week that is bold; not drawn bold where it has no rows.
    stated : float
        The essay's share.
    ax : Axes
        Where to draw.
    """
    bold = pd.Timestamp(str(week_end))
    for end, week in shares.groupby("period_end"):
        name, colour = called(end), CN if end == bold else INK["soft"]
        if end != bold:
            _slope(week, (INK["soft"], 0.9, 0.55), ax)
        across, ends = week["unit"].map(PLACES), ("low_share", "high_share")
        told = hits.told(week, "unit_label", "central_share", across=across, ends=ends)
        hits.points(ax, name, colour, told)
    chosen = shares[shares["period_end"] == bold]
    _slope(chosen, (CN, 2.4, 1.0), ax)
    for row in rows(chosen):
        x, y = PLACES[row["unit"]], row["central_share"]
        ax.scatter(x, y, s=26, color=CN, zorder=4)
        if row["unit"] == weekly_units.REFERENCE:
            continue  # named at the left
        if row["unit"] == DOLLARS:
            text = f"{percent(row['low_share'])} to\n{percent(row['high_share'])}"
            beside(ax, text if row["low_share"] < row["high_share"] else percent(y), (x, y), CN)
        else:
            beside(ax, percent(y), (x, y), CN, shift=0, ground=PATCH)
    _name_extremes(shares, bold, ax)
    labels = {u: text.replace(" at ", "\nat ") for u, text in token_mix.UNIT_LABELS.items()}
    labels = {u: text.replace(" tokens", "\ntokens") for u, text in labels.items()}
    ax.set_xticks(list(PLACES.values()), list(labels.values()))
    ax.tick_params(axis="x", labelcolor=INK["text"])
    ax.set_xlim(-1.05, len(PLACES) - 0.25)
    ax.set_ylim(-0.07, 1.03)
    ax.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0%", "25%", "50%", "75%", "100%"])
    ax.grid(axis="y")
    ax.set_axisbelow(True)
    theme.essay_line(ax, stated, "essay", horizontal=True)
    return ax


def _slope(week: pd.DataFrame, look: tuple[str, float, float], ax: Axes) -> None:
    colour, width, alpha = look
    x = week["unit"].map(PLACES)
    ax.plot(x, week["central_share"], color=colour, lw=width, alpha=alpha, zorder=2)
    spend = week[week["unit"] == DOLLARS]
    bars = spend["unit"].map(PLACES).astype(float)
    ax.vlines(bars, spend["low_share"], spend["high_share"], colour, lw=width * 1.6, alpha=alpha)


def _name_extremes(shares: pd.DataFrame, bold: pd.Timestamp, ax: Axes) -> None:
    """Name the weeks with most and least tokens, and the bold one, left of their lines."""
    counted = shares[shares["unit"] == weekly_units.REFERENCE].sort_values("central_share")
    if counted.empty:
        return
    ends = counted.iloc[[0, -1]]
    named = pd.concat([ends, counted[counted["period_end"] == bold]]).drop_duplicates("period_end")
    taken: list[float] = []
    for row in rows(named.sort_values("period_end", key=lambda end: end != bold)):
        share = float(row["central_share"])
        if any(abs(share - other) < LEAST_LABEL_DISTANCE for other in taken):
            continue
        taken.append(share)
        end = row["period_end"]
        colour = CN if end == bold else INK["soft"]
        text = f"{end.day} {end:%b %Y}\n{percent(share)}"
        beside(ax, text, (0.0, share), colour, shift=-8, ground=PATCH)


def units_by_week(found: Results, shares: pd.DataFrame, week_end: object, scene: Scene) -> None:
    """File the figure of China's share in five units for every whole week.

    Parameters
    ----------
    found
        Results of the notebook.
    shares
        From `weekly_units.unit_shares`.
    week_end
        Last day of the mix week of the run.
    scene
        The run, with the mix week as its period.
    """
    own = shares[shares["origin"] == "cn"]
    if own.empty:
        return
    fig, (ax,) = theme.canvas(3.4)
    draw_units(own, week_end, scene.stated, ax)
    weeks = own["period_end"].nunique()
    drops = weekly_units.unit_drops(shares, "cn")
    title = f"In dollars China's share is lower in {_how_often(drops, DOLLARS)}"
    subtitle = (
        f"China's share of the chart by unit in {weeks} weeks, named by their last day; bold:"
        f" {scene.period}; bars: cache reads free or at the input price where no price is listed"
    )
    alt = f"A line over five units for each of {weeks} weeks. " + " ".join(
        extremes(rows, "period_end", "central_share", f"share in {label}")
        for label, rows in own.groupby("unit_label", sort=False)
    )
    words = show.Caption(
        title=title, subtitle=subtitle, source=scene.source, alt=alt, units=("share",)
    )
    show.figure(found, "units_by_week", fig, words, shares)


def _how_often(drops: pd.DataFrame, unit: str) -> str:
    row = drops[drops["unit"] == unit]
    if row.empty:
        return "no week that can be compared"
    return f"{row['lower_weeks'].iloc[0]} of {row['compared_weeks'].iloc[0]} weeks"


def units_by_week_takeaway(drops: pd.DataFrame, left_out_count: int) -> str:
    """How often and how far China's share falls when something else than tokens is counted.

    Parameters
    ----------
    drops
        From `weekly_units.unit_drops`, for China.
    left_out_count
        Weeks that do not add up, from `weekly_units.left_out_count`.
    """
    told = [
        f"for {row['unit_label']} in {row['lower_weeks']} of {row['compared_weeks']} weeks (median"
        f" drop {points(row['median_drop_share'])} points{_open(row)})"
        for row in rows(drops.iloc[::-1])
    ]
    gone = f" Weeks left out because their parts do not add up: {left_out_count}."
    if not told:
        return f"**No week with Chinese tokens in its chart adds up.{gone}**"
    return f"**China's share is lower than its share of tokens {', '.join(told)}.{gone}**"


def _open(row: Mapping[str, object]) -> str:
    return f"; {row['open_weeks']} undecided" if row["open_weeks"] else ""
