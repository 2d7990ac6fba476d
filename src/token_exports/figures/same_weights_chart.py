"""Figures of notebook 02: prices of the same weights, and the effect of a Chinese host."""

import math

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from token_exports import formats
from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside, rows
from token_exports.figures.theme import INK, ORIGIN_COLOURS
from token_exports.models import same_weights
from token_exports.models.list_price import CLASSES
from token_exports.models.same_weights import Effect
from token_exports.results import Results
from token_exports.uncertainty import Interval

CLASS_NAMES = {"input": "Input", "output": "Output", "cache_read": "Cache read"}
COUNTRY_COLOURS = {"CN": ORIGIN_COLOURS["cn"], "US": ORIGIN_COLOURS["us"]}
PRICE_TICKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5)
RATIO_TICKS = (0.1, 0.2, 0.5, 1, 2)
ENDS = ("low", "central", "high")
SAME = 0.005
"""Two prices nearer than this, in parts of one, are the same price."""
STACK = 0.24
"""Distance of hosts that ask the same price, in rows."""
TABLES: tuple[str, ...] = ("same_weights_prices",)
Effects = dict[str, tuple[Effect, Interval]]

_PRICES: dict[str, tuple[str, str, tuple[str, ...]]] = {
    f"china_host_{name}{suffix}_ratio": (f"{label} price, {words}", f"same_weights.{how}", TABLES)
    for name, label in CLASS_NAMES.items()
    for suffix, words, how in (
        ("_price", "Chinese host over others, same weights", "effect"),
        ("_price_bound", "the same, hosts of unknown country on either side", "effect_bounds"),
    )
}
RECORDED = _PRICES | {
    "equal_price_models_count": (
        "Open models that a US host sells at the developer's input price",
        "same_weights.pairs",
        TABLES,
    ),
    "china_host_input_p_share": (
        "Chance of as large an effect on the input price if there were none, wild bootstrap",
        "same_weights.effect",
        TABLES,
    ),
}


def effects(hosted: pd.DataFrame, seed: int) -> Effects:
    """Effect of a Chinese host on the price of every class, with its bounds, where it has any."""
    found = {}
    for name, column in CLASSES.items():
        own = same_weights.effect(hosted, column, seed)
        ends = same_weights.effect_bounds(hosted, column)
        if own is not None and ends is not None:
            found[name] = (own, ends)
    return found


def quantities(found: Effects, pairs: pd.DataFrame) -> dict[str, Interval | float | None]:
    """What the notebook records of the same weights elsewhere."""
    values: dict[str, Interval | float | None] = {}
    for name, (effect, ends) in found.items():
        values[f"china_host_{name}_price_ratio"] = same_weights.price_ratio(effect.ln_price)
        values[f"china_host_{name}_price_bound_ratio"] = same_weights.price_ratio(ends)
    if "input" in found:
        values["china_host_input_p_share"] = found["input"][0].p_value
    values["equal_price_models_count"] = float(len(equal_models(pairs)))
    return values


def equal_models(pairs: pd.DataFrame) -> list[str]:
    """Models that at least one US host sells at the developer's own price."""
    us = pairs[pairs["host_country"] == "US"]
    same = (us["host_own_price_ratio"] - 1).abs() < SAME
    return sorted(us.loc[same, "open_weights_model"].unique())


def draw_pairs(hosted: pd.DataFrame, ax: Axes) -> Axes:
    """Input price of every model at every host, a row per model.

    Parameters
    ----------
    hosted : DataFrame
        Table ``same_weights_prices``.
    ax : Axes
        Where to draw.
    """
    column = CLASSES["input"]
    models = list(hosted.groupby("open_weights_model")[column].min().sort_values().index)
    for y, model in enumerate(models):
        own = hosted[hosted["open_weights_model"] == model]
        ends = own[column].min(), own[column].max()
        ax.plot(ends, [y, y], color=INK["rule"], lw=2, zorder=0)
        for _, tied in own.groupby(column):
            _stack(tied, y, column, ax)
        words = "same price" if ends[1] / ends[0] - 1 < SAME else ""
        words = words or formats.quantity(ends[1] / ends[0], "ratio", 2)
        beside(ax, words, (ends[1], y), INK["soft"], shift=9)
    ax.set_yticks(range(len(models)), models)
    ax.set_ylim(len(models) - 0.4, -0.6)
    ax.set_xscale("log")
    top = float(hosted[column].max())
    ax.set_xlim(float(hosted[column].min()) / 1.3, top * 2)
    shown = [t for t in PRICE_TICKS if ax.get_xlim()[0] <= t <= ax.get_xlim()[1]]
    ax.set_xticks(shown, [f"{t:g}" for t in shown])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("Input price, USD per million tokens (log scale)")
    ax.tick_params(axis="y", length=0, labelcolor=INK["text"])
    ax.spines["left"].set_visible(False)
    _key(ax)
    return ax


def _stack(tied: pd.DataFrame, y: float, column: str, ax: Axes) -> None:
    order = tied.sort_values("first_party", ascending=False)
    for place, row in enumerate(rows(order)):
        country = row["host_country"]
        colour = COUNTRY_COLOURS.get(country, ORIGIN_COLOURS["unknown"])
        height = y + STACK * (place - (len(tied) - 1) / 2)
        marker = "D" if row["first_party"] else "o"
        ax.plot(row[column], height, marker, color=colour, ms=5)


def _key(ax: Axes) -> None:
    shown = (
        ("D", "CN", "developer, China"),
        ("o", "US", "US host"),
        ("o", "", "host, country not checked"),
    )
    for marker, country, label in shown:
        colour = COUNTRY_COLOURS.get(country, ORIGIN_COLOURS["unknown"])
        ax.plot([], [], marker, color=colour, ms=5, label=label)
    ax.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.4, 1.0), handletextpad=0.2)


def same_weights_figure(found: Results, hosted: pd.DataFrame, source: str) -> None:
    """File the paired prices.

    Parameters
    ----------
    found
        Results of the notebook.
    hosted
        Table ``same_weights_prices``.
    source
        Where the prices come from.
    """
    fig, (ax,) = theme.canvas(1.2 + 0.32 * hosted["open_weights_model"].nunique())
    draw_pairs(hosted, ax)
    pairs = same_weights.pairs(hosted, CLASSES["input"])
    title = _equal(pairs)
    subtitle = (
        "List price of input tokens at the developer and at hosts; right: dearest over cheapest"
    )
    offers = hosted.assign(offer=hosted["open_weights_model"] + " at " + hosted["host"])
    alt = (
        "Marks of prices in a row per model: its developer, hosts in the US, other hosts."
        f" {extremes(offers, 'offer', 'input_usd_per_mtok', 'price')}"
    )
    words = show.Caption(
        title=title, subtitle=subtitle, source=source, alt=alt, units=("usd_per_mtok",)
    )
    show.figure(found, "same_weights", fig, words, hosted)


def _equal(pairs: pd.DataFrame) -> str:
    models = pairs.loc[pairs["host_country"] == "US", "open_weights_model"].nunique()
    if not models:
        return "No US host of these weights was known yet"
    same = len(equal_models(pairs))
    verb = "is" if same == 1 else "are"
    return f"{same} of {models} open models {verb} sold by a US host at the developer's price"


def draw_effects(found: Effects, ax: Axes) -> Axes:
    """Price of a Chinese host over others, a row per token class.

    Parameters
    ----------
    found : dict
        From `effects`.
    ax : Axes
        Where to draw.
    """
    colour = ORIGIN_COLOURS["cn"]
    for y, (effect, ends) in enumerate(found.values()):
        value, bounds = (same_weights.price_ratio(v) for v in (effect.ln_price, ends))
        ax.plot([bounds.low, bounds.high], [y, y], color=colour, lw=7, alpha=0.3)
        ax.plot([value.low, value.high], [y, y], color=colour, lw=1.6)
        ax.plot(value.central, y, "o", color=colour, ms=5)
        words = f"{formats.quantity(value.central, 'ratio', 2)}, p = {effect.p_value:.2f}"
        beside(ax, words, (max(value.high, bounds.high), y))
    ax.axvline(1, color=INK["soft"], lw=0.8)
    ax.set_yticks(range(len(found)), [CLASS_NAMES[name] for name in found])
    ax.set_ylim(len(found) - 0.4, -0.6)
    ax.set_xscale("log")
    low = math.exp(min(effect.ln_price.low for effect, _ in found.values()))
    ax.set_xlim(min(RATIO_TICKS[1], low) / 1.1, 2.4)
    shown = [t for t in RATIO_TICKS if ax.get_xlim()[0] <= t]
    ax.set_xticks(shown, [f"{t:g}" for t in shown])
    ax.xaxis.set_minor_locator(NullLocator())
    ax.set_xlabel("Price of a Chinese host over others, same weights (log scale)")
    ax.tick_params(axis="y", length=0, labelcolor=INK["text"])
    ax.spines["left"].set_visible(False)
    return ax


def effect_figure(found: Results, estimated: Effects, source: str) -> None:
    """File the effect of a Chinese host on every token class.

    Parameters
    ----------
    found
        Results of the notebook.
    estimated
        From `effects`; at least one class.
    source
        Where the prices come from.
    """
    fig, (ax,) = theme.canvas(1.0 + 0.36 * len(estimated))
    draw_effects(estimated, ax)
    name, (effect, _) = next(iter(estimated.items()))
    ratio = formats.interval(same_weights.price_ratio(effect.ln_price), "ratio", 2)
    title = f"{CLASS_NAMES[name]}: a Chinese host asks {ratio} of the price of others"
    subtitle = (
        "Regression with a constant per model; line: 90% by wild cluster bootstrap;"
        " wide bar: hosts of unknown country on either side"
    )
    table = pd.DataFrame(
        [
            {
                "token_class": name,
                "p_value": e.p_value,
                "permutation_p_value": e.permutation_p_value,
            }
            | {f"{end}_ratio": getattr(same_weights.price_ratio(e.ln_price), end) for end in ENDS}
            | {f"bound_{end}_ratio": getattr(same_weights.price_ratio(b), end) for end in ENDS}
            | {"models_count": e.models_count, "prices_count": e.prices_count}
            for name, (e, b) in estimated.items()
        ]
    )
    alt = (
        "Dots with intervals in a row per class of token, a line where the prices are equal."
        f" {extremes(table, 'token_class', 'central_ratio', 'ratio')}"
    )
    words = show.Caption(title=title, subtitle=subtitle, source=source, alt=alt, units=("ratio",))
    show.figure(found, "china_host_effect", fig, words, table)


def same_weights_takeaway(estimated: Effects, pairs: pd.DataFrame, without: pd.DataFrame) -> str:
    """Equal prices, the effect with its interval, and whether one model carries it.

    Parameters
    ----------
    estimated
        From `effects`.
    pairs
        From `same_weights.pairs`, input price.
    without
        From `same_weights.leave_one_out`, input price.
    """
    if "input" not in estimated:
        return f"**{_equal(pairs)}; too few hosts to estimate the effect of the country.**"
    effect, _ = estimated["input"]
    value = same_weights.price_ratio(effect.ln_price)
    verdict = "cannot be told from one" if value.low <= 1 <= value.high else "differs from one"
    moved = without.dropna()
    distance = (moved["ln_price_effect"] - effect.ln_price.central).abs()
    far = rows(moved.assign(distance=distance).nlargest(1, "distance"))[0]
    alone = formats.quantity(math.exp(float(far["ln_price_effect"])), "ratio", 2)
    return (
        f"**{_equal(pairs)}. Over {effect.models_count} models a Chinese host, which is always the"
        f" developer too, asks {formats.interval(value, 'ratio', 2)} of the price of others; with"
        f" so few models that {verdict}. Without {far['without_model']} it is {alone}.**"
    )
