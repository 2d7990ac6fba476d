"""Figure of notebook 03: gross and net of a kilowatt-hour of mining, by month."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from token_exports.figures import mining_marks as marks
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.mining import MINING_COLOUR, log_axis
from token_exports.figures.theme import COMPONENT_COLOURS, INK
from token_exports.models import mining_margin, mining_vintage
from token_exports.models.mining_margin import MinerCosts
from token_exports.results import Results
from token_exports.uncertainty import Interval

NETWORK = ("bitcoin_network", "bitcoin_electricity", "assumptions")
PRICES = ("asic_prices", "bitcoin_network")
YEARS = range(2014, 2031)
LOWEST_GROSS = 0.018
"""Foot of the upper panel, in USD/kWh: room for words below the price of power."""
NET_SCALE = 0.05
"""Net values between minus and plus this much stand on a linear scale, in USD/kWh."""
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "mining_net_value_usd_per_kwh": (
        "Mining, net of electricity, operation and machines, latest month",
        "mining_margin.net_usd_per_kwh",
        (*NETWORK, "asic_prices"),
    ),
    "mining_machine_revenue_share": (
        "Machines in gross revenue of mining",
        "mining_margin.machine_revenue_share",
        (*PRICES, "assumptions"),
    ),
    "mining_machine_price_days": (
        "Price of a machine as days of its gross revenue",
        "mining_margin.price_days",
        PRICES,
    ),
    "mining_loss_months_share": (
        "Months in which the network lost money net of all costs",
        "mining_margin.loss_share",
        (*NETWORK, "asic_prices"),
    ),
    "mining_quotes_count": ("Machine prices followed", "mining_vintage.follow", PRICES),
    "mining_unpaid_quotes_count": (
        "Of these, not earned back by the end of the data or of the machine's life",
        "mining_vintage.never_paid_back",
        (*PRICES, "assumptions"),
    ),
    **{
        f"mining_{year}_net_value_usd_per_kwh": (
            f"Mining {year}, net of electricity, operation and machines",
            "mining_margin.net_usd_per_kwh",
            (*NETWORK, "asic_prices"),
        )
        for year in YEARS
    },
}


def quantities(
    months: pd.DataFrame, years: pd.DataFrame, costs: MinerCosts, followed: pd.DataFrame
) -> dict[str, Interval | float | None]:
    """Values of ``RECORDED``.

    Parameters
    ----------
    months, years
        From `mining_margin.by_month`.
    costs
        What miners pay.
    followed
        From `mining_vintage.follow`.
    """
    found: dict[str, Interval | float | None] = {
        "mining_net_value_usd_per_kwh": _known(mining_margin.latest(months), "net"),
        "mining_machine_revenue_share": mining_margin.machine_revenue_interval(costs),
        "mining_machine_price_days": costs.machine_price_days,
        "mining_loss_months_share": mining_margin.loss_share(months),
        "mining_quotes_count": float(len(followed.dropna(subset=["earned_back_high_ratio"]))),
        "mining_unpaid_quotes_count": float(len(mining_vintage.never_paid_back(followed))),
    }
    for _, row in years.iterrows():
        found[f"mining_{int(row['year'])}_net_value_usd_per_kwh"] = _known(row, "net")
    return found


def _known(row: "pd.Series[float]", quantity: str) -> Interval | None:
    """The interval, or None where the series publishes no upper bound."""
    try:
        return mining_margin.as_interval(row, quantity)
    except ValueError:
        return None


# ---- gross and net by month


def draw_margin(months: pd.DataFrame, costs: MinerCosts, axes: list[Axes]) -> list[Axes]:
    """Gross above, net below, by month, each with the band of the electricity estimate.

    Parameters
    ----------
    months : DataFrame
        From `mining_margin.by_month`.
    costs : MinerCosts
        Its prices of power and operation are drawn into the upper panel.
    axes : list of Axes
        Two, one above the other.
    """
    when = marks.decimal_years(months["month"])
    for ax, quantity in zip(axes, ("gross", "net"), strict=True):
        low, high = (months[f"{quantity}_{end}_usd_per_kwh"] for end in ("low", "high"))
        ax.fill_between(when, low, high, color=MINING_COLOUR, alpha=0.22, linewidth=0)
        ax.plot(when, months[f"{quantity}_central_usd_per_kwh"], color=MINING_COLOUR, lw=1.4)
        marks.year_axis(ax)
        ax.set_xlim(when.min() - 0.2, when.max() + 0.3)
    gross, net = axes
    _cost_line(gross, costs)
    gross.set_yscale("log")
    gross.set_ylim(bottom=LOWEST_GROSS)
    log_axis(gross, "y")
    gross.set_ylabel("gross, USD/kWh")
    gross.tick_params(labelbottom=False)
    net.set_yscale("symlog", linthresh=NET_SCALE)
    ticks = [-0.1, -0.05, 0, 0.05, 0.1, 1]
    net.set_yticks(ticks)
    net.yaxis.set_major_formatter(FuncFormatter(lambda v, _p: f"{v:g}".replace("-", "\u2212")))
    net.minorticks_off()
    net.axhline(0, color=INK["text"], linewidth=0.9)
    net.set_ylabel("net of all costs, USD/kWh")
    net.grid(axis="y")
    return axes


def _cost_line(ax: Axes, costs: MinerCosts) -> None:
    power = costs.electricity_usd_per_kwh
    ax.axhspan(power.low, power.high, color=COMPONENT_COLOURS["electricity"], alpha=0.25, lw=0)
    ax.axhline(power.central, color=COMPONENT_COLOURS["electricity"], linewidth=1)
    ax.annotate(
        f"power {power.central:g} ({power.low:g} to {power.high:g})",
        (0.99, power.low),
        (0, -2),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="top",
        ha="right",
        fontsize=8,
        color=INK["soft"],
    )


def gross_and_net(found: Results, months: pd.DataFrame, costs: MinerCosts, source: str) -> None:
    """File the figure of gross and net by month.

    Parameters
    ----------
    found
        Results of the notebook.
    months
        From `mining_margin.by_month`.
    costs
        What miners pay.
    source
        Attribution.
    """
    fig, axes = theme.canvas(4.4, rows=2)
    draw_margin(months, costs, axes)
    newest = mining_margin.latest(months)
    gross, net = (float(newest[f"{q}_central_usd_per_kwh"]) for q in ("gross", "net"))
    month = marks.month_name(str(newest["month"]))
    title = f"In {month} a kWh of mining earned {marks.money(gross)} gross and {_signed(net)} net"
    words = show.Caption(
        title=title,
        subtitle="USD per kWh by month. Bands: lower and upper estimate of the network's"
        " electricity; at its upper end every miner just pays the index's price of power."
        " Lower panel linear near zero, else each step ten times",
        source=source,
        alt="Lines by month with bands, gross on a log scale above net."
        f" {extremes(months, 'month', 'gross_central_usd_per_kwh', 'gross value')}"
        f" {extremes(months, 'month', 'net_central_usd_per_kwh', 'net value')}",
        units=("usd_per_kwh",),
    )
    show.figure(found, "mining_margin", fig, words, months)


def _signed(value: float) -> str:
    return f"a loss of {marks.money(-value)}" if value < 0 else marks.money(value)


def gross_and_net_takeaway(months: pd.DataFrame, costs: MinerCosts) -> str:
    """What is left of a kilowatt-hour, and how often nothing is.

    Parameters
    ----------
    months
        From `mining_margin.by_month`.
    costs
        What miners pay.
    """
    newest = mining_margin.latest(months)
    month = marks.month_name(str(newest["month"]))
    net = _known(newest, "net")
    left = marks.money_range(net) if net else _signed(float(newest["net_central_usd_per_kwh"]))
    loss = mining_margin.loss_share(months)
    machine = mining_margin.machine_revenue_interval(costs)
    return (
        f"**In {month} a kilowatt-hour of mining kept {left} after power at"
        f" {marks.money(costs.electricity_usd_per_kwh.central)}, operation and machines; the"
        f" network as a whole lost money in {marks.percent_range(loss)} of the months since"
        f" {marks.month_name(str(months['month'].iloc[0]))}.** The ends are those of the"
        " electricity estimate; a machine takes"
        f" {marks.percent_range(machine)} of gross revenue."
    )
