"""Table and figure of notebook 03: how alike mining and inference are, row by row."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from token_exports import formats
from token_exports.figures import mining_marks, show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.mining import log_axis
from token_exports.figures.similarity_words import ASPECTS
from token_exports.figures.theme import INK
from token_exports.models import similarity
from token_exports.models.similarity import ALIKE, DIFFERENT, NOT_COMPARED
from token_exports.results import Results
from token_exports.uncertainty import Interval
from token_exports.units import UNITS

ALIKE_COLOUR, DIFFERENT_COLOUR = "#3f8f5b", "#b5701a"
COLOURS = {ALIKE: ALIKE_COLOUR, DIFFERENT: DIFFERENT_COLOUR}
WIDEST = 2e3
"""Ratios beyond it, or its inverse, end at the edge of the axis."""
BOTH = tuple(sorted({table for aspect in ASPECTS.values() for table in aspect.tables}))
COLUMNS = "similarity_columns"
_OWN = {
    "electricity_cost_share": f"{COLUMNS}.mining_cost_shares",
    "hardware_cost_share": f"{COLUMNS}.hardware_cost_share",
    "hardware_usd_per_w": f"{COLUMNS}.machine_usd_per_w",
    "price_elasticity_ratio": "price_events.elasticity",
    "wait_s": f"{COLUMNS}.reply_s",
    "price_spread_ratio": f"{COLUMNS}.price_spread",
    "countries_count": f"{COLUMNS}.equal_countries",
}
"""Rows whose values no other part of the notebook records."""
About = dict[str, tuple[str, str, tuple[str, ...]]]
RECORDED: About = {
    "alike_rows_count": ("Rows in which mining and tokens are alike", "similarity.compare", BOTH),
    "different_rows_count": ("Rows in which they differ", "similarity.compare", BOTH),
    "not_compared_rows_count": (
        "Rows without a number on one side",
        "similarity.compare",
        BOTH,
    ),
    "firm_rows_count": (
        "Rows whose verdict holds for the whole of both intervals",
        "similarity.compare",
        BOTH,
    ),
    **{
        f"compared_{side}_{name}": (
            f"{ASPECTS[name].label}: {who}",
            formula,
            ASPECTS[name].tables,
        )
        for name, formula in _OWN.items()
        for side, who in (("mining", "mining"), ("tokens", "tokens"))
    },
}


def quantities(table: pd.DataFrame) -> dict[str, Interval | float | None]:
    """Values of ``RECORDED``, from `similarity.compare`.

    Parameters
    ----------
    table
        The comparison.
    """
    number = similarity.counts(table)
    found: dict[str, Interval | float | None] = {
        "alike_rows_count": float(number[ALIKE]),
        "different_rows_count": float(number[DIFFERENT]),
        "not_compared_rows_count": float(number[NOT_COMPARED]),
        "firm_rows_count": float(number["firm"]),
    }
    for _, row in table[table["aspect"].isin(list(_OWN))].iterrows():
        for side in ("mining", "tokens"):
            found[f"compared_{side}_{row['aspect']}"] = similarity.interval_of(row, side)
    return found


# ---- the table


def printed(table: pd.DataFrame) -> pd.DataFrame:
    """The comparison with its values in words, for `tables.show` with ``HEADS``.

    Returns
    -------
    DataFrame
        ``quantity``, ``mining``, ``tokens``, ``distance``, ``judged``, the two bases, and every
        column of ``table`` for whoever downloads it.
    """
    found = table.copy()
    sides = ("mining", "tokens")
    units = [UNITS[u].label for u in table["unit"]]
    found["quantity"] = [
        label + (f", {unit}" if unit and unit != "times" else "")
        for label, unit in zip(table["label"], units, strict=True)
    ]
    for side in sides:
        found[side] = [_value(row, side) for _, row in table.iterrows()]
    found["distance"] = [_distance(row) for _, row in table.iterrows()]
    found["judged"] = [_judged(row) for _, row in table.iterrows()]
    return found


def _value(row: "pd.Series[float]", side: str) -> str:
    value = similarity.interval_of(row, side)
    if value is None:
        return "not measured"
    unit = str(row["unit"])
    ends = formats.span(value, unit, 2)
    return formats.number(value.central, unit, 2) + (f" ({ends})" if ends else "")


def _distance(row: "pd.Series[float]") -> str:
    if np.isnan(row["central_ratio"]):
        return "opposite signs" if str(row["verdict"]) == DIFFERENT else "\N{EN DASH}"
    return formats.quantity(float(row["central_ratio"]), "ratio", 2)


def _judged(row: "pd.Series[float]") -> str:
    verdict = str(row["verdict"])
    return verdict if row["firm"] or verdict == NOT_COMPARED else f"{verdict}, not for sure"


# ---- the figure


def drawn(table: pd.DataFrame) -> pd.DataFrame:
    """Rows that have a ratio, the largest at the top."""
    known = table.dropna(subset=["central_ratio"])
    return known.sort_values("central_ratio", ignore_index=True, kind="stable")


def draw_ratios(rows: pd.DataFrame, factor: float, ax: Axes) -> Axes:
    """Tokens over mining, a row per aspect, over the band of what counts as alike.

    Parameters
    ----------
    rows : DataFrame
        From `drawn`.
    factor : float
        Half-width of the band.
    ax : Axes
        Where to draw.
    """
    ax.axvspan(1 / factor, factor, color=ALIKE_COLOUR, alpha=0.12, linewidth=0)
    ax.axvline(1, color=INK["soft"], linewidth=0.9)
    for y, (_, row) in enumerate(rows.iterrows()):
        colour = COLOURS[str(row["verdict"])]
        low, central, high = (
            min(max(float(row[f"{e}_ratio"]), 1 / WIDEST), WIDEST)
            for e in ("low", "central", "high")
        )
        ax.plot([low, high], [y, y], color=colour, linewidth=5, alpha=0.35, solid_capstyle="butt")
        face = colour if row["firm"] else INK["paper"]
        ax.plot(central, y, "o", color=colour, markerfacecolor=face, markersize=5)
    ax.set_yticks(range(len(rows)), list(rows["label"]))
    ax.set_xscale("log")
    log_axis(ax, "x", _ratio)
    ax.set_ylim(-0.6, len(rows) + 0.3)
    ax.set_xlabel("Tokens over mining; each step is ten times")
    ax.annotate(
        "alike",
        (1, len(rows) - 0.35),
        ha="center",
        va="center",
        fontsize=8,
        color=ALIKE_COLOUR,
        bbox=theme.PATCH,
    )
    return ax


def _ratio(value: float, _position: int = 0) -> str:
    return f"{value:,.10g}" if value >= 1 else f"1/{1 / value:,.10g}"


def side_by_side(found: Results, table: pd.DataFrame, factor: float, source: str) -> None:
    """File the figure of the comparison.

    Parameters
    ----------
    found
        Results of the notebook.
    table
        From `similarity.compare`.
    factor
        The factor it was made with.
    source
        Attribution.
    """
    rows = drawn(table)
    fig, (ax,) = theme.canvas(0.25 * len(rows) + 0.9)
    draw_ratios(rows, factor, ax)
    title = f"Mining and tokens are alike in {_of(table)} measured structural features"
    opposite = table[(table["verdict"] == DIFFERENT) & table["central_ratio"].isna()]["label"]
    beside = f". Opposite signs, not drawn: {', '.join(opposite)}" if len(opposite) else ""
    words = show.Caption(
        title=title,
        subtitle=f"Ratio with its interval; alike: within a factor of {factor:g}; open dots: the"
        f" intervals leave the verdict open{beside}",
        source=source,
        alt="Dots of ratios with intervals in rows over a narrow band around one."
        f" {extremes(rows, 'label', 'central_ratio', 'ratio')}",
        units=("ratio",),
    )
    show.figure(found, "similarity", fig, words, table)


def _of(table: pd.DataFrame) -> str:
    number = similarity.counts(table)
    return f"{number[ALIKE]} of {number[ALIKE] + number[DIFFERENT]}"


def takeaway(table: pd.DataFrame, factor: float) -> str:
    """How many rows are alike, how firm that is, and where the two are farthest apart.

    Parameters
    ----------
    table
        From `similarity.compare`.
    factor
        The factor it was made with.
    """
    number = similarity.counts(table)
    if number[ALIKE] + number[DIFFERENT] == 0:
        return "**No feature has a number on both sides, so nothing can be compared.**"
    others = similarity.alike_by_factor(table, similarity.OTHER_FACTORS)
    return (
        f"**Within a factor of {factor:g}, mining and tokens are alike in {_of(table)} measured"
        f" features; {number['firm']} of these verdicts hold for the whole of both intervals.**"
        f" {_alike(table)}{_apart(table)}"
        f" Other factors give {_by_factor(others)}. {_missing(number[NOT_COMPARED])}"
    )


def _alike(table: pd.DataFrame) -> str:
    names = [_lower(name) for name in table.loc[table["verdict"] == ALIKE, "label"]]
    return f"Alike: {mining_marks.listed(names)}." if names else "None is alike."


def _apart(table: pd.DataFrame) -> str:
    known = table[table["verdict"] == DIFFERENT].dropna(subset=["central_ratio"])
    if known.empty:
        return ""
    size = np.abs(np.log(known["central_ratio"].to_numpy(dtype=float)))
    row = known.iloc[int(size.argmax())]
    ratio = formats.quantity(float(row["central_ratio"]), "ratio", 2)
    return f" Farthest apart: {_lower(str(row['label']))}, {ratio} that of mining."


def _lower(label: str) -> str:
    return label[0].lower() + label[1:]


def _by_factor(others: Mapping[float, int]) -> str:
    return mining_marks.listed([f"{count} (factor {factor:g})" for factor, count in others.items()])


def _missing(count: int) -> str:
    if count == 0:
        return "Every row has a number on both sides."
    rows = "row has" if count == 1 else "rows have"
    return f"{count} {rows} no number on one side and count{'s' if count == 1 else ''} neither way."
