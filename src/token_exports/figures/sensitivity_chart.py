"""Figures of notebook 02: what moves electricity's share and the cost of a token."""

from collections.abc import Mapping
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside, percent, rows
from token_exports.figures.sensitivity_record import NAMES, OUTCOMES, SHORT
from token_exports.figures.theme import COMPONENT_COLOURS, INK
from token_exports.results import Results
from token_exports.units import unit_of

MOST_ROWS = 7
SMALLEST = 0.001
LOW, HIGH = COMPONENT_COLOURS["server_network"], COMPONENT_COLOURS["accelerator"]
POWER = COMPONENT_COLOURS["electricity"]
POWER_INPUT = "electricity_price_usd_per_kwh"


def draw_tornado(table: pd.DataFrame, outcome: str, ax: Axes) -> Axes:
    """Result with each input at its low and high value, the widest on top.

    Parameters
    ----------
    table : DataFrame
        From `sensitivity.tornado`.
    outcome : str
        Name of the result; its unit stands at the end.
    ax : Axes
        Where to draw.
    """
    unit = unit_of(outcome) or ""
    shown = table.head(MOST_ROWS)
    for y, row in enumerate(rows(shown)):
        for end, colour in (("at_low", LOW), ("at_high", HIGH)):
            look: dict[str, Any] = {"color": colour, "height": 0.6, "lw": 0}
            ax.barh(y, row[end] - row["central"], left=row["central"], **look)
        ends = [row["at_low"], row["at_high"]]
        beside(ax, formats.number(max(ends), unit, 2), (max(ends), y), shift=4)
        beside(ax, formats.number(min(ends), unit, 2), (min(ends), y), shift=-4)
    ax.axvline(float(shown["central"].iloc[0]), color=INK["soft"], lw=0.8)
    span = shown[["at_low", "at_high"]].to_numpy()
    room = 0.16 * (span.max() - span.min())
    ax.set_xlim(span.min() - room, span.max() + room)
    _names(ax, list(shown["input"]))
    ax.xaxis.set_major_locator(MaxNLocator(5))
    ax.xaxis.set_major_formatter(FuncFormatter(lambda v, _: formats.number(v, unit, 2)))
    _title(ax, outcome)
    return ax


def draw_indices(table: pd.DataFrame, outcome: str, ax: Axes) -> Axes:
    """Total order as bars with their interval, first order as dots, the largest on top.

    Parameters
    ----------
    table : DataFrame
        Rows of one result from `sensitivity.sobol`.
    outcome : str
        Name of the result.
    ax : Axes
        Where to draw.
    """
    order = table.sort_values("total_share", ascending=False, kind="stable").head(MOST_ROWS)
    for y, row in enumerate(rows(order)):
        colour = POWER if row["input"] == POWER_INPUT else HIGH
        ax.barh(y, row["total_share"], color=colour, height=0.6, lw=0, alpha=0.55)
        ends = [row["total_low_share"], row["total_high_share"]]
        ax.plot(ends, [y, y], color=INK["text"], lw=1.1)
        ax.plot(max(row["first_share"], 0), y, "o", color=INK["text"], ms=4)
        words = formats.number(row["total_share"], "share")
        beside(ax, words, (max(*ends, row["first_share"]), y))
    _names(ax, list(order["input"]))
    ax.set_xlim(0, max(0.1, float(order["total_high_share"].max())) * 1.2)
    percent(ax, "")
    _title(ax, outcome)
    return ax


def _names(ax: Axes, inputs: list[str]) -> None:
    ax.set_yticks(range(len(inputs)), [NAMES[name] for name in inputs])
    for label, name in zip(ax.get_yticklabels(), inputs, strict=True):
        label.set_color(INK["text"])
        label.set_fontweight("bold" if name == POWER_INPUT else "normal")
    ax.set_ylim(len(inputs) - 0.4, -0.6)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _title(ax: Axes, outcome: str) -> None:
    unit = "" if unit_of(outcome) == "share" else ", USD"
    ax.set_title(OUTCOMES[outcome] + unit, loc="left", fontweight="bold")


def _canvas(counts: list[int]) -> tuple[Figure, list[Axes]]:
    theme.apply()
    size = (theme.WIDTH_IN, 0.9 * len(counts) + 0.23 * sum(counts))
    fig, axes = plt.subplots(
        len(counts), figsize=size, layout="constrained", squeeze=False, height_ratios=counts
    )
    return fig, list(axes.flat)


def _named(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(input=table["input"].map(NAMES))


def tornado(found: Results, tables: Mapping[str, pd.DataFrame], source: str) -> None:
    """File the tornado of both results.

    Parameters
    ----------
    found
        Results of the notebook.
    tables
        From `sensitivity_record.tornados`; nothing is drawn where no input has a range.
    source
        Where the assumptions come from.
    """
    tables = {outcome: table for outcome, table in tables.items() if len(table)}
    if not tables:
        return
    fig, axes = _canvas([min(MOST_ROWS, len(table)) for table in tables.values()])
    for ax, (outcome, table) in zip(axes, tables.items(), strict=True):
        draw_tornado(table, outcome, ax)
    title = "; ".join(_widest(outcome, table) for outcome, table in tables.items())
    subtitle = (
        "One assumption at its low (light) or high (dark) value, all others central; China;"
        f" the {MOST_ROWS} widest"
    )
    alt = "Tornado charts, the widest bar on top. " + " ".join(
        extremes(
            _named(t.head(MOST_ROWS)),
            "input",
            "swing",
            f"swing of {OUTCOMES[name].lower()}",
            unit_of(name),
        )
        for name, t in tables.items()
    )
    words = show.Caption(
        title=title, subtitle=subtitle, source=source, alt=alt, units=("share", "usd_per_mtok")
    )
    every = pd.concat([t.assign(result=name) for name, t in tables.items()], ignore_index=True)
    show.figure(found, "tornado", fig, words, every)


def _widest(outcome: str, table: pd.DataFrame) -> str:
    name, unit = NAMES[str(table["input"].iloc[0])].lower(), unit_of(outcome) or ""
    ends = sorted(float(table[end].iloc[0]) for end in ("at_low", "at_high"))
    low, high = formats.number(ends[0], unit, 2), formats.quantity(ends[1], unit, 2)
    return f"{OUTCOMES[outcome]} moves most with {name}: {low} to {high}"


def sobol(found: Results, table: pd.DataFrame, source: str) -> None:
    """File the Sobol indices of both results.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `sensitivity_record.indices`.
    source
        Where the assumptions come from.
    """
    if table.empty:
        return
    token_only = ~table["input"].isin(SHORT) & (table["result"] == "electricity_cost_share")
    own = {str(name): part for name, part in table[~token_only].groupby("result", sort=False)}
    fig, axes = _canvas([min(MOST_ROWS, len(part)) for part in own.values()])
    for ax, (outcome, part) in zip(axes, own.items(), strict=True):
        draw_indices(part, outcome, ax)
    title = _power(table)
    subtitle = (
        "Part of the variance; bar: alone and with others, line: 90% of the bootstrap;"
        f" dot: alone; China; the {MOST_ROWS} largest"
    )
    alt = "Bars of Sobol indices with their intervals, the longest on top. " + " ".join(
        extremes(_named(part), "input", "total_share", f"part of {OUTCOMES[name].lower()}")
        for name, part in own.items()
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("share",))
    show.figure(found, "sobol", fig, words, table)


def _power(table: pd.DataFrame) -> str:
    row = table[table["input"] == POWER_INPUT].set_index("result")["total_share"]
    shares = {name: _part(float(row[name])) for name in OUTCOMES if name in row}
    told = [f"{share} of the variance of {_of(name)}" for name, share in shares.items()]
    if not told:
        return "The price of electricity is fixed in this run"
    return f"The price of electricity makes {' and '.join(told)}"


def _part(share: float) -> str:
    words = formats.number(max(share, SMALLEST), "share")
    return f"less than {words}" if share < SMALLEST else words


def _of(outcome: str) -> str:
    shares = {"electricity_cost_share": "electricity's share"}
    return shares.get(outcome, "the cost of a token")


def sensitivity_takeaway(table: pd.DataFrame) -> str:
    """Two largest assumptions for each result, and the price of electricity.

    Parameters
    ----------
    table
        From `sensitivity_record.indices`.
    """
    if table.empty:
        return "**Fewer than two assumptions of this run are uncertain: none is told from others.**"
    told = []
    for outcome, part in table.groupby("result", sort=False):
        first = part.nlargest(2, "total_share")
        names = " and ".join(NAMES[name].lower() for name in first["input"])
        told.append(f"{_of(str(outcome))} by {names}")
    return f"**Uncertainty is carried, for {', for '.join(told)}. {_power(table)}.**"
