"""Figure of notebook 03: break-even price of power of each machine generation, over time."""

import pandas as pd
from matplotlib.axes import Axes

from token_exports.figures import mining_marks as marks
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.breakeven_chart import Tariffs
from token_exports.figures.mining import MINING_COLOUR, log_axis
from token_exports.models import mining_breakeven
from token_exports.results import Results

DRAWN = ("S5", "S9", "S17", "S19 XP", "S23 Hyd")
"""Generations with a line of their own; the others would run between them."""


def draw_lines(prices: pd.DataFrame, tariffs: Tariffs, ax: Axes) -> Axes:
    """A line per generation from its release on, over the tariffs of large users.

    Parameters
    ----------
    prices : DataFrame
        From `mining_breakeven.by_machine`.
    tariffs : dict
        Ranges by country code in lower case.
    ax : Axes
        Where to draw.
    """
    marks.tariff_bands(tariffs, ax, horizontal=True)
    for number, name in enumerate(n for n in DRAWN if n in set(prices["generation"])):
        own = prices[prices["generation"] == name]
        when = marks.decimal_years(own["month"])
        value = own["power_only_usd_per_kwh"].to_numpy(dtype=float)
        ax.plot(when, value, color=MINING_COLOUR, linewidth=1.4, alpha=1 - 0.1 * (number % 2))
        late = name == prices["generation"].iloc[-1]
        place = (float(when[-1 if late else 0]), float(value[0]))
        marks.note(ax, name, place, (0, 5), MINING_COLOUR, right=late)
    ax.set_yscale("log")
    log_axis(ax, "y")
    ax.set_ylim(0.001, None)
    marks.year_axis(ax)
    ax.set_ylabel("USD/kWh, each step ten times")
    return ax


def break_even_lines(found: Results, prices: pd.DataFrame, tariffs: Tariffs, source: str) -> None:
    """File the figure of break-even prices over time.

    Parameters
    ----------
    found
        Results of the notebook.
    prices
        From `mining_breakeven.by_machine`.
    tariffs
        Ranges by country code in lower case.
    source
        Attribution.
    """
    fig, (ax,) = theme.canvas(3.5)
    draw_lines(prices, tariffs, ax)
    china = tariffs["cn"].central
    ended = _stopped(prices, china).sort_values("last_profitable_month")
    title = f"Every machine still pays China's {marks.money(china)}"
    if len(ended):
        last = ended.iloc[-1]
        month = marks.month_name(str(last["last_profitable_month"]))
        title = f"At China's {marks.money(china)} the {last['generation']} last paid in {month}"
    newest = prices[prices["month"] == prices["month"].max()]
    words = show.Caption(
        title=title,
        subtitle="Price of power at which revenue just pays it, by machine, from release on."
        " Bands: tariffs of large users in China (red), the US (blue); dotted: national industry",
        source=source,
        alt="Falling lines, one per machine, crossing bands of tariffs. In the last month:"
        f" {extremes(newest, 'generation', 'power_only_usd_per_kwh', 'price')}",
        units=("usd_per_kwh",),
    )
    show.figure(found, "break_even_over_time", fig, words, prices)


def _stopped(prices: pd.DataFrame, tariff: float) -> pd.DataFrame:
    """Generations that paid a tariff once and no longer do."""
    lives = mining_breakeven.last_profitable(prices, tariff).dropna()
    stopped: pd.DataFrame = lives[lives["last_profitable_month"] < prices["month"].max()]
    return stopped


def break_even_lines_takeaway(prices: pd.DataFrame, tariffs: Tariffs) -> str:
    """Which generations pay China's tariffs, and how long those that stopped had paid.

    Parameters
    ----------
    prices
        From `mining_breakeven.by_machine`.
    tariffs
        Ranges by country code in lower case.
    """
    china = tariffs["cn"]
    at = {
        price: mining_breakeven.last_profitable(prices, price)
        for price in (china.central, china.low)
    }
    newest = prices["month"].max()
    words = []
    for price, lives in at.items():
        paying = lives.loc[lives["last_profitable_month"] == newest, "generation"].to_list()
        said = marks.listed(paying) if paying else "no generation"
        words.append(f"{said} at {marks.money(price)}")
    gone = _stopped(prices, china.central)
    life = ""
    if len(gone):
        median = float(gone["profitable_count"].median())
        life = f" Generations that stopped had paid the national price in {median:.0f} months."
    return (
        f"**In {marks.month_name(newest)} power alone was paid by {'; by '.join(words)}.** The"
        f" first price is China's national tariff, the second its cheapest quoted tariff.{life}"
    )
