"""Figures of notebook 03: emissions of tokens and of mining by grid, a figure per family."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from token_exports import formats
from token_exports.figures import mining_marks, show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import rows as as_dicts
from token_exports.figures.mining import KIND_COLOURS, log_axis
from token_exports.figures.theme import INK
from token_exports.models import emissions
from token_exports.results import Results
from token_exports.uncertainty import Interval

TOKENS, BROKER, MINING = "deepseek", "broker", "mining"
"""Goods: tokens on the two bases of energy, and mining."""
COUNTRIES = {
    "CN": "China",
    "US": "United States",
    "KZ": "Kazakhstan",
    "CA": "Canada",
    "MY": "Malaysia",
    "SG": "Singapore",
    "WORLD": "World",
}
NAMES = {"lifecycle": "life cycle", "direct": "direct"}
SCOPES = {
    "lifecycle": "Life-cycle factors, with fuel supply and plant building",
    "direct": "Direct factors, the stack alone; China's count CO2 only and trade between provinces",
}
DRAWN = {
    "CN": (
        "Hebei",
        "Inner Mongolia",
        "Ningxia",
        "Xinjiang",
        "Guizhou",
        "Guangdong",
        "Sichuan",
        "Yunnan",
    ),
    "US": ("Texas", "Iowa", "Virginia", "Washington"),
}
"""Regions with data-centre hubs or, in China, former mining; the table holds the others too."""
TABLES = ("carbon_intensity", "openrouter_token_mix", "reported_quantities", "assumptions")
OF_MINING = ("carbon_intensity", "bitcoin_network", "bitcoin_electricity")
About = dict[str, tuple[str, str, tuple[str, ...]]]


def _about(family: str) -> About:
    said = NAMES[family]
    found: About = {
        f"cn_over_us_{family}_emissions_ratio": (
            f"Emissions of the same tokens, China over United States, {said}",
            "emissions.place_ratio",
            ("carbon_intensity",),
        )
    }
    for code, place in (("cn", COUNTRIES["CN"]), ("us", COUNTRIES["US"])):
        found[f"{code}_{family}_token_g_per_mtok"] = (
            f"Emissions of a million tokens on the grid of {place}, {said}",
            "emissions.g_per_mtok",
            TABLES,
        )
        for good, label, tables in (
            ("token", "list revenue of tokens", TABLES),
            ("mining", "mining revenue", OF_MINING),
        ):
            found[f"{code}_{family}_{good}_g_per_usd"] = (
                f"Emissions of a dollar of {label} on the grid of {place}, {said}",
                "emissions.g_per_usd",
                tables,
            )
    return found


RECORDED: About = {
    **_about("lifecycle"),
    **_about("direct"),
    "cn_provinces_emissions_ratio": (
        "Dirtiest over cleanest Chinese province, direct factors",
        "emissions.spread_ratio",
        ("carbon_intensity",),
    ),
    "mining_over_token_emissions_ratio": (
        "Emissions of a dollar of mining over those of a dollar of tokens, on the same grid",
        "emissions.over",
        (*TABLES, *OF_MINING[1:]),
    ),
}


def quantities(
    families: Mapping[str, pd.DataFrame], goods: emissions.Goods
) -> dict[str, Interval | float | None]:
    """Values of ``RECORDED``; those of a family that was not public are missing.

    Parameters
    ----------
    families
        From `emissions.families`.
    goods
        Energy and revenue of ``TOKENS`` and ``MINING``.
    """
    found: dict[str, Interval | float | None] = dict.fromkeys(RECORDED)
    for name, table in families.items():
        found[f"cn_over_us_{name}_emissions_ratio"] = emissions.place_ratio(table)
        for country in emissions.COMPARED:
            grams, code = emissions.intensity(table, country), country.lower()
            tokens = emissions.g_per_mtok(grams, goods.kwh_per_mtok[TOKENS])
            found[f"{code}_{name}_token_g_per_mtok"] = tokens
            for good, key in (("token", TOKENS), ("mining", MINING)):
                value = emissions.g_per_usd(grams, goods.usd_per_kwh[key])
                found[f"{code}_{name}_{good}_g_per_usd"] = value
    if "direct" in families:
        spread = emissions.spread_ratio(families["direct"], "CN")
        found["cn_provinces_emissions_ratio"] = spread
    found["mining_over_token_emissions_ratio"] = _per_dollar(goods)
    return found


def _per_dollar(goods: emissions.Goods, good: str = TOKENS) -> Interval:
    """On one grid the intensity cancels, so the value of a kilowatt-hour alone decides."""
    return emissions.over(goods.usd_per_kwh[good], goods.usd_per_kwh[MINING])


# ---- a figure per family


def drawn(rows: pd.DataFrame) -> pd.DataFrame:
    """Countries and chosen regions of `emissions.by_place`, the dirtiest at the top."""
    national = rows["region"] == emissions.NATIONAL
    chosen = [r in DRAWN.get(c, ()) for c, r in zip(rows["country"], rows["region"], strict=True)]
    kept = rows[national | np.array(chosen, dtype=bool)]
    by = ["carbon_intensity_g_per_kwh", "country", "region"]
    return kept.sort_values(by, ascending=[False, True, True], kind="stable", ignore_index=True)


def draw_family(rows: pd.DataFrame, axes: list[Axes]) -> list[Axes]:
    """Grams per Mtok in the left panel, grams per USD in the right one, a row per place.

    Parameters
    ----------
    rows : DataFrame
        From `emissions.by_place`, of one family.
    axes : list of Axes
        Two axes.
    """
    left, right = axes
    shown = drawn(rows)
    places = list(dict.fromkeys(zip(shown["country"], shown["region"], strict=True)))
    height = {place: len(places) - 1 - number for number, place in enumerate(places)}
    for row in as_dicts(shown):
        y = height[row["country"], row["region"]]
        if row["good"] != MINING:
            _mark(left, row, "g_per_mtok", y)
        _mark(right, row, "g_per_usd", y)
    left.set_yticks([height[place] for place in places], [_place(*place) for place in places])
    for tick, (_, region) in zip(left.get_yticklabels(), places, strict=True):
        tick.set_color(INK["text"] if region == emissions.NATIONAL else INK["soft"])
        tick.set_fontweight("bold" if region == emissions.NATIONAL else "normal")
    right.set_yticks(list(height.values()), [""] * len(places))
    for ax, label in ((left, "Grams per million tokens"), (right, "Grams per USD of revenue")):
        ax.set_xscale("log")
        log_axis(ax, "x", _grouped)
        ax.margins(x=0.12)
        ax.set_ylim(-0.6, len(places) + 0.7)
        ax.set_xlabel(label)
    _name_goods(shown, len(places) - 0.35, left, right)
    return axes


def _grouped(value: float, _position: int = 0) -> str:
    return f"{value:,.10g}"


def _mark(ax: Axes, row: Mapping[str, object], unit: str, y: float) -> None:
    low, central, high = (float(str(row[f"{end}_{unit}"])) for end in emissions.ENDS)
    colour = KIND_COLOURS["mining" if row["good"] == MINING else "tokens"]
    if row["good"] == BROKER:
        ax.plot(central, y, "D", color=colour, markerfacecolor=INK["paper"], markersize=4)
        return
    ax.plot([low, high], [y, y], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt")
    ax.plot(central, y, "o", color=colour, markersize=4)


def _name_goods(rows: pd.DataFrame, y: float, left: Axes, right: Axes) -> None:
    top = rows.drop_duplicates("good").set_index("good")
    names = {TOKENS: "tokens", BROKER: "broker's", MINING: "mining"}
    for ax, unit in ((left, "g_per_mtok"), (right, "g_per_usd")):
        for good in top.index:
            value = float(top.loc[good, f"central_{unit}"])
            if np.isnan(value) or (ax is right and good == BROKER):
                continue
            colour = KIND_COLOURS["mining" if good == MINING else "tokens"]
            ax.annotate(
                names[str(good)], (value, y), ha="center", va="bottom", fontsize=8, color=colour
            )


def _place(country: str, region: str) -> str:
    if region == emissions.NATIONAL:
        return COUNTRIES.get(country, country)
    return f"{region}, {country}"


def by_grid(found: Results, rows: pd.DataFrame, source: str) -> None:
    """File the figure of one family of factors.

    Parameters
    ----------
    found
        Results of the notebook.
    rows
        From `emissions.by_place`, of one family.
    source
        Attribution.
    """
    name, year = str(rows["method_family"].iloc[0]), int(rows["year"].iloc[0])
    count = len(drawn(rows).drop_duplicates(["country", "region"]))
    fig, axes = theme.canvas(0.21 * count + 1.0, columns=2)
    draw_family(rows, axes)
    title = (
        f"The same tokens emit {_times(emissions.place_ratio(rows))} as much on China's grid as on"
        f" the US grid, {NAMES[name]} factors"
    )
    own = drawn(rows[rows["good"] != "broker"])
    own = own.assign(grid=own["country"] + ", " + own["region"])
    words = show.Caption(
        title=title,
        subtitle=f"{SCOPES[name]}. Bars: interval of the energy, not of the factor; diamonds: the"
        f" broker's energy. Each step is ten times; {year}",
        source=source,
        alt="Dots in a row per grid, from the dirtiest to the cleanest; mining lies far right of"
        f" tokens. {extremes(own, 'grid', 'central_g_per_mtok', 'emission of tokens')}",
        units=("g_per_mtok", "g_per_usd"),
    )
    show.figure(found, f"emissions_{name}", fig, words, rows)


def _times(ratio: float) -> str:
    return f"{formats.significant(ratio, 2)} times"


def takeaway(families: Mapping[str, pd.DataFrame], goods: emissions.Goods) -> str:
    """What the place changes, beside what the energy estimate and the good change.

    Parameters
    ----------
    families
        From `emissions.families`.
    goods
        Energy and revenue of ``TOKENS``, ``BROKER`` and ``MINING``.
    """
    if not families:
        return "**No family of factors was public for both countries yet.**"
    places = [f"{NAMES[n]} {_times(emissions.place_ratio(t))}" for n, t in families.items()]
    first = next(iter(families.values()))
    energy = goods.kwh_per_mtok[TOKENS]
    cn, us = (
        emissions.g_per_mtok(emissions.intensity(first, c), energy) for c in emissions.COMPARED
    )
    return (
        f"**China's grid over the US grid, for the same tokens: {mining_marks.listed(places)}.**"
        f" On {NAMES[next(iter(families))]} factors a million tokens emit {_grams(cn)} in China and"
        f" {_grams(us)} in the US. {_beside(families, goods)}"
    )


def _grams(value: Interval) -> str:
    shown = formats.number(value.central, "g_per_mtok", 2)
    ends = formats.span(value, "g_per_mtok", 2)
    return f"{shown} g" + (f" ({ends})" if ends else "")


def _beside(families: Mapping[str, pd.DataFrame], goods: emissions.Goods) -> str:
    said = []
    spread = emissions.spread_ratio(families["direct"], "CN") if "direct" in families else None
    if spread is not None:
        said.append(f"the province inside China changes that {_times(spread)}")
    broker = goods.kwh_per_mtok.get(BROKER)
    if broker is not None:
        gap = broker.central / goods.kwh_per_mtok[TOKENS].central
        said.append(f"the basis of the energy {_times(max(gap, 1 / gap))}")
    words = f"But {mining_marks.listed(said)}. " if said else ""
    ratio = formats.interval(_per_dollar(goods), "ratio", 2)
    other = _per_dollar(goods, BROKER) if BROKER in goods.usd_per_kwh else None
    beside = f"; on the broker's energy {formats.interval(other, 'ratio', 2)}" if other else ""
    return (
        f"{words}A dollar of mining emits {ratio} what a dollar of tokens does on the same"
        f" grid{beside}."
    )
