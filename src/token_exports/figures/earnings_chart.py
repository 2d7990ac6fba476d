"""Figures of notebook 03: what a kilowatt-hour earns in mining and as tokens, gross and net."""

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from token_exports import formats
from token_exports.figures import hits, show, theme
from token_exports.figures import mining_marks as marks
from token_exports.figures.alt import extremes
from token_exports.figures.mining import MINING_COLOUR, TOKEN_COLOUR, log_axis
from token_exports.figures.mining_text import BASES
from token_exports.figures.theme import INK
from token_exports.models import mining_margin, token_earnings, week_energy
from token_exports.models.windows import WindowError
from token_exports.results import Results
from token_exports.uncertainty import Interval

PANELS = (("gross", "gross"), ("net", "rent_net"))
"""Name of the same quantity in `mining_margin.by_month` and in `token_earnings.series`."""
NET_SCALE = 0.05
"""Net values between minus and plus this much stand on a linear scale, in USD/kWh."""
LOWEST_GROSS = 0.02
REVENUE_WORDS = {
    "list": "list price of all tokens, cached prompts as fresh",
    "effective": "list price, cached prompts at their own",
    "paid": "list price of paid tokens only",
}
WEEKS = ("openrouter_token_mix", "list_prices", "reported_quantities", "assumptions")
NET_TICKS = (-0.1, 0, 0.1, 1, 10)
STYLES = {"deepseek": "-", "benchmark": "-", "broker": "--", "ecologits": ":"}
HALVINGS = ("2016-07", "2020-05", "2024-04")
BAN = "2021-06"
"""Months in which a block began to earn half, and in which China closed its mines."""
PUSH_RATIO = {"gross": 1.75, "rent_net": 2.7}
"""Names of lines nearer than this factor of value would touch."""


def _years(when: pd.Series) -> NDArray[np.float64]:
    return np.asarray(when.dt.year + (when.dt.dayofyear - 1) / 365.25, dtype=float)


def draw(months: pd.DataFrame, tokens: pd.DataFrame, energy_basis: str, axes: list[Axes]) -> None:
    """Mining left, tokens right; gross above, net below; the panels of a row share their scale.

    Parameters
    ----------
    months : DataFrame
        From `mining_margin.by_month`.
    tokens : DataFrame
        From `token_earnings.series`.
    energy_basis : str
        Basis drawn with its band; the others are lines.
    axes : list of Axes
        Four, row by row.
    """
    axes[0].get_gridspec().set_width_ratios([1.35, 1])  # type: ignore[union-attr]
    for row, (mined, sold) in enumerate(PANELS):
        left, right = axes[2 * row : 2 * row + 2]
        right.sharey(left)
        _mining(months, mined, left)
        _tokens(tokens, sold, energy_basis, right)
        right.tick_params(labelleft=False)
        for ax in (left, right):
            _scale(ax, log=row == 0)
            ax.grid(True, axis="y")
            ax.set_axisbelow(True)
            ax.tick_params(labelbottom=row == 1)
        left.set_ylabel(f"{mined}, USD/kWh")
    _events(months, axes[0])
    axes[0].set_title("Bitcoin mining, by month", color=MINING_COLOUR, loc="left")
    axes[1].set_title("Chinese tokens", color=TOKEN_COLOUR, loc="left")


def _scale(ax: Axes, *, log: bool) -> None:
    if log:
        ax.set_yscale("log")
        ax.set_ylim(bottom=LOWEST_GROSS)
        log_axis(ax, "y")
        return
    ax.set_yscale("symlog", linthresh=NET_SCALE)
    ax.set_yticks(NET_TICKS)
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _p: f"{v:g}".replace("-", "\u2212")))
    ax.minorticks_off()
    ax.axhline(0, color=INK["text"], linewidth=0.9)


def _mining(months: pd.DataFrame, quantity: str, ax: Axes) -> None:
    when = marks.decimal_years(months["month"])
    low, high = (months[f"{quantity}_{end}_usd_per_kwh"] for end in ("low", "high"))
    with hits.series("Bitcoin mining", ax):
        ax.fill_between(when, low, high, color=MINING_COLOUR, alpha=0.22, linewidth=0)
        ax.plot(when, months[f"{quantity}_central_usd_per_kwh"], color=MINING_COLOUR, linewidth=1.4)
    ends = (str(low.name), str(high.name))
    told = hits.told(months, "month", f"{quantity}_central_usd_per_kwh", across=when, ends=ends)
    hits.points(ax, "Bitcoin mining", MINING_COLOUR, told)
    marks.year_axis(ax, 3)


def _events(months: pd.DataFrame, ax: Axes) -> None:
    known = months["month"].min(), months["month"].max()
    shown = dict.fromkeys(HALVINGS, "halving") | {BAN: "ban"}
    inside = {month: label for month, label in shown.items() if known[0] <= month <= known[1]}
    for month, label in inside.items():
        (when,) = marks.decimal_years([month])
        ax.axvline(when, color=INK["soft"], linewidth=0.8, linestyle=":")
        left = month < BAN
        marks.note(ax, label, (when, LOWEST_GROSS), (-2 if left else 2, 2), right=left)


def _tokens(tokens: pd.DataFrame, quantity: str, energy_basis: str, ax: Axes) -> None:
    low, central, high = (f"{quantity}_{end}_usd_per_kwh" for end in ("low", "central", "high"))
    ends = {}
    for basis in tokens["energy_basis"].unique():
        rows = token_earnings.on_basis(tokens, str(basis))
        when = _years(rows["when"])
        chosen, name = basis == energy_basis, _series(str(basis))
        with hits.series(name, ax):
            if chosen:
                _band(rows, (low, central, high), ax)
            else:
                style = STYLES[str(basis)]
                ax.plot(when, rows[central], color=INK["soft"], linewidth=0.9, linestyle=style)
        ends_of = (low, high) if chosen else None  # the others are drawn without a band
        told = hits.told(rows, "label", central, across=when, ends=ends_of)
        hits.points(ax, name, TOKEN_COLOUR if chosen else INK["soft"], told)
        ends[str(basis)] = (float(when[-1]), float(rows[central].iloc[-1]))
    marks.year_axis(ax, 1)
    left, right = ax.get_xlim()
    ax.set_xticks([year for year in range(int(left), int(right) + 1) if left <= year <= right])
    ax.set_xlim(left, right + 0.62 * (right - left))
    _name_ends(ends, energy_basis, PUSH_RATIO[quantity], ax)


def _band(rows: pd.DataFrame, columns: tuple[str, str, str], ax: Axes) -> None:
    """Line with its band; weeks whose tokens are known are dots."""
    low, central, high = columns
    when, sold = _years(rows["when"]), rows["kind"] == token_earnings.SOLD
    ax.fill_between(when, rows[low], rows[high], color=TOKEN_COLOUR, alpha=0.22, linewidth=0)
    ax.plot(when, rows[central], color=TOKEN_COLOUR, linewidth=1)
    ax.plot(when[sold], rows.loc[sold, central], "o", color=TOKEN_COLOUR, markersize=3)


def _series(basis: str) -> str:
    return f"tokens, {BASES[basis]}"


def _name_ends(
    ends: dict[str, tuple[float, float]], energy_basis: str, push_ratio: float, ax: Axes
) -> None:
    """Name each line at its end; names that would touch are pushed apart, as factors of value."""
    lowest = 0.0
    for basis, (x, y) in sorted(ends.items(), key=lambda item: item[1][1]):
        place = max(y, lowest)
        lowest = place * push_ratio if place > 0 else lowest
        with hits.series(_series(basis), ax):
            ax.annotate(
                BASES[basis].replace(" energy", ""),
                (x, y),
                (x + 0.06, place),
                textcoords="data",
                va="center",
                fontsize=8,
                color=TOKEN_COLOUR if basis == energy_basis else INK["soft"],
            )


def earnings(
    found: Results,
    months: pd.DataFrame,
    tokens: pd.DataFrame,
    bases: tuple[str, str],
    source: str,
) -> None:
    """File the figure of gross and net values of a kilowatt-hour.

    Parameters
    ----------
    found
        Results of the notebook.
    months
        From `mining_margin.by_month`.
    tokens
        From `token_earnings.series`, on the chosen basis of revenue.
    bases
        Chosen basis of revenue and of energy.
    source
        Attribution.

    Raises
    ------
    WindowError
        The basis of energy was not public.
    """
    revenue, energy = bases
    newest = _latest(tokens, energy)
    fig, axes = theme.canvas(4.6, rows=2, columns=2)
    draw(months, tokens, energy, axes)
    net = _interval(newest, "rent_net")
    mined = mining_margin.latest(months)
    title = (
        f"A kWh of tokens kept {marks.money(net.central)} after server rent in {newest['label']};"
        f" mining {_signed(float(mined['net_central_usd_per_kwh']))} after all cost"
        f" in {marks.month_name(str(mined['month']))}"
    )
    own = tokens[tokens["energy_basis"] == energy]
    words = show.Caption(
        title=title,
        subtitle="USD per kWh. Mining: bands of the electricity estimate. Tokens:"
        f" {REVENUE_WORDS[revenue]}; {BASES[energy]} with band, dots are weeks of known tokens,"
        " before them one service's list price; net of server rent. Lower panels linear near zero",
        source=source,
        alt="Lines in four panels: mining by month left, tokens right, gross above net."
        f" {extremes(months, 'month', 'gross_central_usd_per_kwh', 'gross value of mining')}"
        f" {extremes(own, 'label', 'gross_central_usd_per_kwh', 'gross value of tokens')}",
        units=("usd_per_kwh",),
    )
    show.figure(found, "earnings", fig, words, frame(months, tokens))


def frame(months: pd.DataFrame, tokens: pd.DataFrame) -> pd.DataFrame:
    """Rows of both trades in one table, as a reader downloads them."""
    names = {
        f"rent_net_{e}_usd_per_kwh": f"net_{e}_usd_per_kwh" for e in ("low", "central", "high")
    }
    sold = tokens.rename(columns=names).drop(columns=["when"])
    columns = [f"{q}_{e}_usd_per_kwh" for q in ("gross", "net") for e in ("low", "central", "high")]
    mined = months[["month", *columns]].rename(columns={"month": "label"})
    return pd.concat([mined.assign(kind="mining", energy_basis=""), sold], ignore_index=True)


def _latest(tokens: pd.DataFrame, energy_basis: str) -> "pd.Series[float]":
    rows = token_earnings.on_basis(tokens, energy_basis)
    if rows.empty:
        known = ", ".join(map(str, tokens["energy_basis"].unique()))
        raise WindowError(f"energy basis {energy_basis!r} was not public; there are {known}")
    newest: pd.Series[float] = rows.iloc[-1]
    return newest


def _interval(row: "pd.Series[float]", quantity: str) -> Interval:
    low, central, high = (float(row[f"{quantity}_{e}_usd_per_kwh"]) for e in week_energy.ENDS)
    return Interval(central, low, high)


def _signed(value: float) -> str:
    return f"lost {marks.money(-value)}" if value < 0 else f"kept {marks.money(value)}"


def earnings_takeaway(months: pd.DataFrame, tokens: pd.DataFrame, bases: tuple[str, str]) -> str:
    """What either trade earned, how far apart they are, and since when tokens can be followed.

    Parameters
    ----------
    months, tokens, bases
        As in `earnings`.
    """
    revenue, energy = bases
    rows = token_earnings.on_basis(tokens, energy)
    centres = rows["gross_central_usd_per_kwh"]
    mined = months["gross_central_usd_per_kwh"].dropna()
    kept = rows["rent_net_central_usd_per_kwh"]
    above = int((centres > mined.iloc[-1]).sum())
    lost = int((kept < 0).sum())
    return (
        f"**From {rows['label'].iloc[0]} to {rows['label'].iloc[-1]} a kilowatt-hour of tokens"
        f" grossed {_ends(centres)}"
        f" ({BASES[energy]}, {REVENUE_WORDS[revenue]}) and kept"
        f" {_ends(kept)} after server rent; mining grossed {_ends(mined)} by month.**"
        f" {above} of {len(rows)} points of tokens lie above the latest month of"
        f" mining{'' if not lost else f', and {lost} do not pay the rent'}. {_spread(tokens)}"
    )


def _ends(values: "pd.Series[float]") -> str:
    low, high = float(values.min()), float(values.max())
    return f"{formats.number(low, 'usd_per_kwh', 2)} to {marks.money(high)}"


def _spread(tokens: pd.DataFrame) -> str:
    newest = tokens[tokens["when"] == tokens["when"].max()]
    values = newest.set_index("energy_basis")["gross_central_usd_per_kwh"].sort_values()
    if len(values) < 2:
        return "Only one basis of energy was public."
    low, high = str(values.index[0]), str(values.index[-1])
    return (
        f"In {newest['label'].iloc[0]} the basis of energy alone moves the value from"
        f" {marks.money(float(values.iloc[0]))} ({BASES[low]}) to"
        f" {marks.money(float(values.iloc[-1]))} ({BASES[high]})."
    )
