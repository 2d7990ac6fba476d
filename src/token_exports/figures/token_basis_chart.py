"""Figure of notebook 03: a kilowatt-hour of tokens on every basis of revenue and of energy."""

import pandas as pd
from matplotlib.axes import Axes

from token_exports import formats
from token_exports.figures import marks as pieces
from token_exports.figures import mining_marks as marks
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.earnings_chart import REVENUE_WORDS
from token_exports.figures.mining import MINING_COLOUR, TOKEN_COLOUR, log_axis
from token_exports.figures.mining_text import BASES
from token_exports.figures.theme import INK
from token_exports.models import token_basis
from token_exports.models.week_energy import ENDS
from token_exports.results import Results
from token_exports.uncertainty import Interval

SHORT = {"list": "list", "effective": "effective", "paid": "paid only"}
NET_NAMES = {"rent_net": "net of rent", "owned_net": "net of owned hours"}
FLOOR = 0.01
"""Lowest value drawn, in USD/kWh; a net value below it is an arrow."""
TABLES = ("openrouter_token_mix", "model_authors", "assumptions", "reported_quantities")
MEASURED = (*TABLES, "measured_energy", "accelerators")
HEADS = {
    "revenue": "Revenue",
    "energy": "Energy",
    "gross_central_usd_per_kwh": "Gross",
    "rent_net_central_usd_per_kwh": "Net of rent",
    "owned_net_central_usd_per_kwh": "Net of owned hours",
    "break_even_central_usd_per_kwh": "Break-even power price",
    "electricity_central_share": "Electricity in revenue",
}
LABELS = {
    "gross": "gross revenue of a kilowatt-hour",
    "owned_net": "net of owned hours, revenue of a kilowatt-hour",
    "break_even": "price of power at which owned hours earn nothing",
}
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    f"{revenue}_{energy}_{name}_usd_per_kwh": (
        f"Tokens, {REVENUE_WORDS[revenue]}, {BASES[energy]}: {label}",
        "token_basis.earned",
        MEASURED if energy in ("benchmark", "ecologits") else TABLES,
    )
    for revenue in token_basis.REVENUES
    for energy in BASES
    for name, label in LABELS.items()
}


def quantities(table: pd.DataFrame) -> dict[str, Interval | float | None]:
    """Values of ``RECORDED``; a basis that was not public has none.

    Parameters
    ----------
    table
        From `token_basis.combinations`.
    """
    found: dict[str, Interval | float | None] = dict.fromkeys(RECORDED)
    for row in pieces.rows(table):
        for name in LABELS:
            key = f"{row['revenue_basis']}_{row['energy_basis']}_{name}_usd_per_kwh"
            found[key] = interval(row, name)
    return found


def interval(row: dict[str, object], quantity: str) -> Interval:
    """One quantity of a row with its ends."""
    low, central, high = (float(str(row[f"{quantity}_{end}_usd_per_kwh"])) for end in ENDS)
    return Interval(central, low, high)


def break_evens(table: pd.DataFrame, revenue_basis: str) -> dict[str, Interval]:
    """Price of power at which owned hours earn nothing, by basis of energy in words."""
    rows = table[table["revenue_basis"] == revenue_basis]
    return {BASES[str(r["energy_basis"])]: interval(r, "break_even") for r in pieces.rows(rows)}


def printed(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its bases in words."""
    return table.assign(
        revenue=table["revenue_basis"].map(SHORT), energy=table["energy_basis"].map(BASES)
    )


# ---- figure


def draw(table: pd.DataFrame, mined: Interval, net: str, ax: Axes) -> Axes:
    """Interval of every combination, filled gross and open net, over the band of mining.

    Parameters
    ----------
    table : DataFrame
        From `token_basis.combinations`.
    mined : Interval
        Gross value of a kilowatt-hour of mining in the latest month.
    net : str
        Which net is drawn: a name in ``NET_NAMES``.
    ax : Axes
        Where to draw.
    """
    ax.axvspan(mined.low, mined.high, color=MINING_COLOUR, alpha=0.15, linewidth=0)
    ax.axvline(mined.central, color=MINING_COLOUR, linewidth=1)
    y, ticks, names = 0.0, [], []
    for basis in table["energy_basis"].unique():
        for row in reversed(pieces.rows(table[table["energy_basis"] == basis])):
            _row(row, net, y, ax)
            ticks.append(y)
            names.append(SHORT[str(row["revenue_basis"])])
            y += 1
        ax.annotate(
            BASES[str(basis)],
            (0.99, y - 0.6),
            xycoords=("axes fraction", "data"),
            fontsize=8.5,
            color=TOKEN_COLOUR,
            ha="right",
            va="bottom",
        )
        y += 0.9
    ax.set_yticks(ticks, names)
    ax.set_ylim(-0.7, y - 0.2)
    ax.set_xscale("log")
    log_axis(ax, "x")
    ax.set_xlim(FLOOR, max(30.0, float(table["gross_high_usd_per_kwh"].max()) * 4))
    ax.set_xlabel("USD per kWh; each step is ten times")
    ax.annotate(
        "mining,\ngross",
        (mined.high, -0.6),
        (3, 0),
        textcoords="offset points",
        fontsize=8,
        color=MINING_COLOUR,
        va="bottom",
    )
    return ax


def _row(row: dict[str, object], net: str, y: float, ax: Axes) -> None:
    gross, kept = interval(row, "gross"), interval(row, net)
    ends = [gross.low, gross.high]
    ax.plot(ends, [y, y], color=TOKEN_COLOUR, linewidth=5, alpha=0.35, solid_capstyle="butt")
    ax.plot(gross.central, y, "o", color=TOKEN_COLOUR, markersize=5)
    shown = max(kept.low, FLOOR), max(kept.high, FLOOR)
    ax.plot(shown, [y - 0.3, y - 0.3], color=INK["soft"], linewidth=1)
    mark = "o" if kept.central >= FLOOR else "<"
    at = max(kept.central, FLOOR)
    face = INK["paper"]
    ax.plot(at, y - 0.3, mark, c=INK["soft"], markerfacecolor=face, markersize=5, clip_on=False)
    pieces.beside(ax, formats.significant(gross.central, 2), (gross.high, y))


def every_basis(
    found: Results, table: pd.DataFrame, mined: Interval, week: str, source: str
) -> None:
    """File the figure of all combinations.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `token_basis.combinations`.
    mined
        Gross value of a kilowatt-hour of mining in the latest month.
    week
        Week in words.
    source
        Attribution.
    """
    fig, (ax,) = theme.canvas(0.3 * len(table) + 1.3)
    draw(table, mined, "owned_net", ax)
    centres = table["gross_central_usd_per_kwh"]
    above = int((table["gross_low_usd_per_kwh"] > mined.high).sum())
    title = (
        f"A kWh of tokens grossed {formats.number(float(centres.min()), 'usd_per_kwh', 2)} to"
        f" {marks.money(float(centres.max()))}, by basis; {above} of {len(table)} lie wholly above"
        " mining"
    )
    named = table.assign(basis=table["energy_basis"].map(BASES) + ", " + table["revenue_basis"])
    words = show.Caption(
        title=title,
        subtitle=f"USD per kWh of Chinese tokens, {week}. Bars: gross with 90% or bounds; open"
        " marks: net of owned hardware, hosting and power, arrow: below the axis. Band: gross"
        " value of mining, latest month",
        source=source,
        alt="Rows of intervals grouped by energy basis, over a band of mining."
        f" {extremes(named, 'basis', 'gross_central_usd_per_kwh', 'gross value')}",
        units=("usd_per_kwh",),
    )
    show.figure(found, "value_by_basis", fig, words, table)


def every_basis_takeaway(table: pd.DataFrame, mined: Interval) -> str:
    """Spread over the two bases, what is left net, and electricity's part.

    Parameters
    ----------
    table
        From `token_basis.combinations`.
    mined
        Gross value of a kilowatt-hour of mining in the latest month.
    """
    by_energy = table.groupby("energy_basis")["gross_central_usd_per_kwh"]
    by_revenue = table.groupby("revenue_basis")["gross_central_usd_per_kwh"]
    energy = (by_revenue.max() / by_revenue.min()).max()
    revenue = (by_energy.max() / by_energy.min()).max()
    losses = int((table["owned_net_central_usd_per_kwh"] < 0).sum())
    share = table["electricity_central_share"]
    below = int((table["gross_central_usd_per_kwh"] <= mined.central).sum()) or "none"
    return (
        f"**The basis of energy moves the value of a kilowatt-hour by up to"
        f" {formats.quantity(float(energy), 'ratio', 2)}, the basis of revenue by up to"
        f" {formats.quantity(float(revenue), 'ratio', 2)}; {below} of the {len(table)}"
        f" combinations grossed less than mining ({marks.money_range(mined)}).** Net of owned"
        f" hardware, hosting and power {losses or 'none'} of them made a loss."
        f" Electricity is {marks.percent(float(share.min()))} to"
        f" {marks.percent(float(share.max()))} of revenue at the miners' price of power."
    )
