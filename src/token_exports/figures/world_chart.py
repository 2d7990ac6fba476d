"""Figure of notebook 01: published token counts beside the platform's, and what follows."""

import datetime as dt

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside, rows
from token_exports.figures.share_words import percent, share
from token_exports.figures.theme import INK, ORIGIN_COLOURS
from token_exports.models import published_tokens, world_tokens
from token_exports.models.published_tokens import Published
from token_exports.models.windows import when_known
from token_exports.results import Results
from token_exports.uncertainty import Interval

SCOPES = {
    "all_products": "all",
    "api": "API",
    "country": "official",
    "public_cloud": "public clouds",
    "world": "world",
    "world_disclosed": "disclosed",
}
"""Scopes that the figure has a row for, with their name in it."""
REGION_COLOURS = {
    "cn": ORIGIN_COLOURS["cn"],
    "us": ORIGIN_COLOURS["us"],
    "world": ORIGIN_COLOURS["other"],
}
VENDORS = {"anthropic": "Anthropic", "openai": "OpenAI", "google": "Google"}
PLATFORM = "#7d8894"
TICKS = {1e11: "0.1T", 1e12: "1T", 1e13: "10T", 1e14: "100T", 1e15: "1,000T"}
ROW_IN = 0.245
COUNTED = ("world_tokens", "platform_reports", "reported_quantities")

RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "openrouter_of_google_share": (
        "OpenRouter's tokens over those of all Google products, nearest published month",
        "published_tokens.share_of",
        COUNTED,
    ),
    "openrouter_of_google_api_share": (
        "OpenRouter's tokens over those of Google's own interface, nearest published period",
        "published_tokens.share_of",
        COUNTED,
    ),
    "openrouter_of_openai_api_share": (
        "OpenRouter's tokens over those of OpenAI's interface, nearest published month",
        "published_tokens.share_of",
        COUNTED,
    ),
    "openrouter_of_china_share": (
        "OpenRouter's tokens over China's official count, nearest published month",
        "published_tokens.share_of",
        COUNTED,
    ),
    "openrouter_of_world_share": (
        "OpenRouter's part of world tokens: one analyst's totals, ends the published estimates",
        "world_tokens.world_shares",
        COUNTED,
    ),
    "openrouter_of_disclosed_share": (
        "Largest part of world tokens that the finding speaks for: part of those disclosed",
        "world_tokens.carried_share",
        (*COUNTED, "openrouter_totals_daily"),
    ),
    "cn_world_share": (
        "Chinese share of world tokens if nothing is known beyond OpenRouter; centre: all alike",
        "world_tokens.world_share",
        (*COUNTED, "openrouter_totals_daily"),
    ),
    "china_operators_of_world_share": (
        "Tokens reported by operators in China over the published estimates of the world",
        "world_tokens.china_of_world",
        COUNTED,
    ),
}


def quantities(
    known: Published, day: dt.date, daily_tokens: float, platform_share: Interval
) -> dict[str, Interval | float | None]:
    """What notebook 01 records of the world's tokens.

    Parameters
    ----------
    known
        Published counts.
    day
        Last day of the study window.
    daily_tokens
        The platform's tokens a day over the window.
    platform_share
        Chinese share of them.
    """
    table = known.compared
    carried = when_known(world_tokens.carried_share, known.counts, day, daily_tokens)
    within = carried is not None and carried <= 1
    world = world_tokens.world_share(platform_share, carried) if carried and within else None
    return {
        "openrouter_of_google_share": _of(table, day, "Google", "all_products"),
        "openrouter_of_google_api_share": _of(table, day, "Google", "api"),
        "openrouter_of_openai_api_share": _of(table, day, "OpenAI", "api"),
        "openrouter_of_china_share": _of(table, day, *published_tokens.OFFICIAL),
        "openrouter_of_world_share": world_tokens.world_shares(known),
        "openrouter_of_disclosed_share": carried,
        "cn_world_share": world,
        "china_operators_of_world_share": world_tokens.china_of_world(known.counts),
    }


def _of(table: pd.DataFrame, day: dt.date, operator: str, scope: str) -> float | None:
    return published_tokens.share_of(table, day, operator, scope)


def charted(known: Published, day: dt.date) -> pd.DataFrame:
    """Rows of the figure: of every operator and scope the count nearest to a day."""
    near = published_tokens.nearest(known.compared, day)
    return near[near["scope"].isin(SCOPES)].reset_index(drop=True)


def draw(table: pd.DataFrame, ax: Axes) -> Axes:
    """Dumbbell per count: the published tokens a day and the platform's at that time.

    Parameters
    ----------
    table : DataFrame
        From `charted`.
    ax : Axes
        Where to draw.
    """
    places = range(len(table))
    low = table[["daily_tokens", "openrouter_daily_tokens"]].min(axis=1)
    high = table[["daily_tokens", "openrouter_daily_tokens"]].max(axis=1)
    ax.hlines(places, low, high, INK["rule"], lw=1.6)
    ax.scatter(table["openrouter_daily_tokens"], places, s=22, color=PLATFORM, zorder=3)
    colours = [REGION_COLOURS[region] for region in table["region"]]
    ax.scatter(table["daily_tokens"], places, s=36, color=colours, zorder=3)
    for place, row in enumerate(rows(table)):
        end = (float(high.iloc[place]), place)
        beside(ax, _ratio(row), end, REGION_COLOURS[row["region"]])
    if len(table):
        first = (float(table["openrouter_daily_tokens"].iloc[0]), 0)
        beside(ax, "OpenRouter then", first, INK["soft"], shift=-6, ground=theme.PATCH)
    ax.set_xscale("log")
    ax.set_xlim(low.min() / 6, high.max() * 14)
    ax.set_xticks(list(TICKS), list(TICKS.values()))
    ax.set_xlim(low.min() / 6, high.max() * 14)
    ax.xaxis.set_minor_locator(NullLocator())
    ax.grid(axis="x")
    ax.set_axisbelow(True)
    ax.set_yticks(places, [_name(row) for row in rows(table)])
    ax.tick_params(axis="y", labelcolor=INK["text"], labelsize=8)
    ax.set_ylim(len(table) - 0.4, -0.7)
    ax.set_xlabel("tokens a day; each step is ten times")
    ax.spines["left"].set_visible(False)
    return ax


def _ratio(row: dict[str, object]) -> str:
    sign = {"at_most": "\N{LESS-THAN OR EQUAL TO}", "about": ""}.get(str(row["share_bound"]), "")
    return sign + percent(float(row["openrouter_share"]))  # type: ignore[arg-type]


def _name(row: dict[str, object]) -> str:
    scope = SCOPES[str(row["scope"])]
    who = str(row["operator"]).removesuffix(" on Digg")
    start, end = pd.Timestamp(row["period_start"]), pd.Timestamp(row["period_end"])  # type: ignore[arg-type]
    if (end - start).days > 31:
        when = f"{start:%b}\N{EN DASH}{end:%b %Y}" if start.year == end.year else f"to {end:%b %Y}"
    else:
        when = f"{end:%b %Y}"
    return f"{who}, {scope}, {when}"


def world_counts(found: Results, known: Published, day: dt.date, source: str) -> None:
    """Draw and file the figure; the table behind it holds every count.

    Parameters
    ----------
    found
        Results of the notebook.
    known
        Published counts.
    day
        Last day of the study window.
    source
        Attribution of the platform's counts.
    """
    table = charted(known, day)
    if table.empty:
        return
    fig, (ax,) = theme.canvas(0.75 + ROW_IN * len(table))
    draw(table, ax)
    least, most = table["openrouter_share"].min(), table["openrouter_share"].max()
    title = f"OpenRouter carried {percent(least)} to {percent(most)} of what others report"
    words = show.Caption(
        title=title,
        subtitle=(
            f"Tokens a day, count nearest to {day:%B %Y} (all: all products), and OpenRouter's in"
            " the same months; percent: OpenRouter over the count; definitions differ"
        ),
        source=f"{source} Counts: see the sources of the table.",
        alt=(
            f"{len(table)} rows with two dots on a logarithmic scale."
            f" {extremes(table, 'operator', 'daily_tokens', 'count a day')}"
        ),
        units=("tokens",),
    )
    show.figure(found, "world_tokens", fig, words, known.compared)


def world_takeaway(values: dict[str, Interval | float | None]) -> str:
    """What the platform's share can say about the world, in bold Markdown.

    Parameters
    ----------
    values
        From `quantities`.
    """
    carried, world = values["openrouter_of_disclosed_share"], values["cn_world_share"]
    if not isinstance(world, Interval) or carried is None:
        return "**What part of the world's tokens OpenRouter carries is not known for these days.**"
    text = (
        f"**OpenRouter carried at most {percent(carried)} of the tokens that operators disclose, so"
        f" its Chinese share by itself leaves the world's anywhere {share(world)}.**"
    )
    china = values["china_operators_of_world_share"]
    if not isinstance(china, Interval):
        return text
    return (
        f"{text} **Tokens reported by operators in China, which hardly pass OpenRouter, are"
        f" {share(china)} of the published estimates of the world.**"
    )


def enterprise_takeaway(table: pd.DataFrame) -> str:
    """What a survey of companies says in dollars, in bold Markdown.

    Parameters
    ----------
    table
        From `world_tokens.enterprise`.
    """
    spent = table.set_index("vendor")["spending_share"]
    if "other" not in spent.index:
        return "**No survey of company spending was public by then.**"
    named = spent.drop(["other", "open_weight"], errors="ignore")
    names = ", ".join(VENDORS.get(vendor, vendor) for vendor in named.index)
    return (
        f"**In a survey, companies spend {percent(float(named.sum()))} of their money for model"
        f" interfaces with {names}, and {percent(float(spent['other']))} with all others, Chinese"
        " developers among them.**"
    )
