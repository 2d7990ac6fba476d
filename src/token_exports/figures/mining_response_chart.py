"""Figure of notebook 03: answer of the hashrate to the price."""

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from token_exports import formats
from token_exports.figures import mining_marks as marks
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.mining import MINING_COLOUR
from token_exports.figures.theme import INK
from token_exports.models import mining_map, mining_response
from token_exports.models.mining_response import BanResponse
from token_exports.results import Results
from token_exports.uncertainty import Interval

NETWORK = ("bitcoin_network",)
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "ban_hashrate_drop_share": (
        "Hashrate lost from the highest month before the ban to the lowest after it",
        "mining_response.ban_response",
        NETWORK,
    ),
    "ban_recovery_count": (
        "Months from the lowest hashrate to the old height",
        "mining_response.ban_response",
        NETWORK,
    ),
    "ban_weekly_drop_share": (
        "The same drop in means of seven days, as derived elsewhere",
        "",
        ("mining_and_hosting_economics",),
    ),
    "hashrate_price_elasticity": (
        "Elasticity of the hashrate to the price within a year, since 2015",
        "mining_response.elasticities",
        NETWORK,
    ),
    "late_hashrate_price_elasticity": (
        "The same since 2019",
        "mining_response.elasticities",
        NETWORK,
    ),
    "us_hashrate_gain_share": (
        "United States in all gains of hashrate, April 2021 to January 2022",
        "mining_map.gain_share",
        ("bitcoin_mining_map",),
    ),
    "farm_conversion_count": (
        "Farms documented as turned into AI data centres, or to be",
        "mining_response.conversions_by_country",
        ("farm_conversions",),
    ),
    "cn_farm_conversion_count": (
        "Of these in China",
        "mining_response.conversions_by_country",
        ("farm_conversions",),
    ),
}


def quantities(
    ban: BanResponse,
    early: pd.DataFrame,
    late: pd.DataFrame,
    moved: pd.DataFrame,
    converted: pd.DataFrame,
) -> dict[str, Interval | float | None]:
    """Values of ``RECORDED`` but for the reported drop.

    Parameters
    ----------
    ban
        From `mining_response.ban_response`.
    early, late
        From `mining_response.elasticities`, over all months and over the later ones.
    moved
        From `mining_response.moves`.
    converted
        From `mining_response.conversions_by_country`.
    """
    gains = moved.set_index("country")["change_eh_per_s"]
    gains = gains[gains > 0]
    count = converted.set_index("country")["sites_count"]
    back = ban.recovery_count
    return {
        "ban_hashrate_drop_share": ban.drop_share,
        "ban_recovery_count": None if back is None else float(back),
        "hashrate_price_elasticity": _longest(early),
        "late_hashrate_price_elasticity": _longest(late),
        "us_hashrate_gain_share": mining_map.gain_share(gains, ["US"]),
        "farm_conversion_count": float(count.sum()),
        "cn_farm_conversion_count": float(count.get("CN", 0)),
    }


def _longest(table: pd.DataFrame) -> Interval:
    return mining_response.elasticity(table, mining_response.LONGEST_LAG)


# ---- the price


def draw_elasticity(tables: dict[str, pd.DataFrame], ax: Axes) -> Axes:
    """Cumulative elasticity over the months since the price moved, a band per sample.

    Parameters
    ----------
    tables : dict
        Label to a table of `mining_response.elasticities`.
    ax : Axes
        Where to draw.
    """
    colours = (MINING_COLOUR, INK["soft"])
    for (label, table), colour in zip(tables.items(), colours, strict=False):
        x = table["lag_count"]
        ax.fill_between(
            x, table["low_ratio"], table["high_ratio"], color=colour, alpha=0.18, linewidth=0
        )
        ax.plot(x, table["central_ratio"], color=colour, linewidth=1.6)
        last = table.iloc[-1]
        marks.note(
            ax, label, (float(last["lag_count"]), float(last["central_ratio"])), (5, -4), colour
        )
    ax.axhline(0, color=INK["text"], linewidth=0.9)
    ax.set_xlim(0, mining_response.LONGEST_LAG + 2.3)
    ax.set_xticks(range(0, mining_response.LONGEST_LAG + 1, 3))
    ax.yaxis.set_major_formatter(FuncFormatter(lambda v, _p: f"{v:g}".replace("-", "\u2212")))
    ax.set_xlabel("Months after the price moved")
    ax.set_ylabel("Hashrate over price, % per %")
    ax.grid(axis="y")
    ax.set_axisbelow(True)
    return ax


def price_response(found: Results, tables: dict[str, pd.DataFrame], source: str) -> None:
    """File the figure of the answer to the price.

    Parameters
    ----------
    found
        Results of the notebook.
    tables
        Label to a table of `mining_response.elasticities`, the main sample first.
    source
        Attribution.
    """
    fig, (ax,) = theme.canvas(2.9)
    draw_elasticity(tables, ax)
    said = [f"{_percent_of_ten(_longest(t).central)} {label}" for label, t in tables.items()]
    title = f"Hashrate within a year of a price 10% higher: {', '.join(said)}"
    data = pd.concat([t.assign(sample=label) for label, t in tables.items()])
    months = data["sample"] + ", month " + data["lag_count"].astype(str)
    words = show.Caption(
        title=title,
        subtitle="Cumulative elasticity from monthly log changes; bands: 90% of block-bootstrap"
        " samples. Two samples that overlap",
        source=source,
        alt=f"Lines with wide bands over twelve months. "
        f"{extremes(data.assign(at=months), 'at', 'central_ratio', 'elasticity')}",
        units=("ratio",),
    )
    show.figure(found, "hashrate_response", fig, words, data)


def _percent_of_ten(elasticity: float) -> str:
    return f"{10 * elasticity:+.1f}%".replace("-", formats.MINUS)


def price_response_takeaway(tables: dict[str, pd.DataFrame]) -> str:
    """How much hashrate follows the price, and how sure that is.

    Parameters
    ----------
    tables
        Label to a table of `mining_response.elasticities`.
    """
    said = []
    for label, table in tables.items():
        value = _longest(table)
        said.append(
            f"{label}: {formats.significant(value.central, 2)}"
            f" ({formats.significant(value.low, 2)} to {formats.significant(value.high, 2)})"
        )
    spans = [_longest(t) for t in tables.values()]
    sure = all(value.low > 0 for value in spans)
    verdict = (
        "In every sample the interval lies above zero."
        if sure
        else "Not every sample excludes zero, so the response is not established."
    )
    return (
        f"**Elasticity of the hashrate to the price within a year \u2013 {'; '.join(said)}.**"
        f" {verdict} Since new coins do not grow with the hashrate, more machines only share the"
        " same reward."
    )
