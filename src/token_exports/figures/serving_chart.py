"""Figures of notebook 01: where the tokens of Chinese models can have been computed."""

from typing import Any, Literal, TypeAlias

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from token_exports.figures import show, theme
from token_exports.figures.alt import extremes
from token_exports.figures.marks import beside, rows
from token_exports.figures.serving_record import names, own_place
from token_exports.figures.share_marks import share_axis
from token_exports.figures.share_words import count, percent, share
from token_exports.figures.show import Caption
from token_exports.figures.theme import INK, ORIGIN_COLOURS, PATCH
from token_exports.models import serving_place
from token_exports.models.host_places import SILENT
from token_exports.models.windows import Window
from token_exports.results import Results
from token_exports.uncertainty import Interval
from token_exports.units import TOKENS_PER_TTOK

SHADES = {"outside": "#6a8cae", "open": ORIGIN_COLOURS["unknown"], "china": ORIGIN_COLOURS["cn"]}
SHADE_NAMES = {"outside": "outside China", "open": "may be in China", "china": "in China"}
SEAT = INK["soft"]
Outside: TypeAlias = Literal["outside upper center", "outside lower center"]
NO_RECORD = "no interface on record"


def bars(places: pd.DataFrame, ax: Axes) -> Axes:
    """Stacked bar per model: tokens outside China, left open and in China on the own route.

    Parameters
    ----------
    places
        From `serving_place.model_places`.
    ax
        Where to draw.
    """
    scale = places["tokens"] / TOKENS_PER_TTOK
    low, high = places["own_route_low_share"], places["own_route_high_share"]
    widths = {"outside": (1 - high) * scale, "open": (high - low) * scale, "china": low * scale}
    at, left = range(len(places)), pd.Series(0.0, index=places.index)
    for shade, width in widths.items():
        ax.barh(at, width, left=left, color=SHADES[shade], height=0.62, lw=0)
        left = left + width
    for place, row in enumerate(rows(places)):
        end = (row["tokens"] / TOKENS_PER_TTOK, place)
        beside(ax, _hosts_in_words(row), end, INK["soft"], ground=PATCH)
    ax.set_yticks(
        at, [f"{n}\n{_place(r)}" for n, r in zip(names(places), rows(places), strict=True)]
    )
    for label in ax.get_yticklabels():
        label.set(color=INK["text"], linespacing=1.15)
    ax.set_ylim(len(places) - 0.5, -0.6)
    ax.set_xlim(0, float(scale.max()) * 1.55)
    ax.set_xlabel("trillion tokens")
    ax.spines["left"].set_visible(False)
    shown = [shade for shade, width in widths.items() if (width > 0).any()]
    handles = [Patch(color=SHADES[shade], label=SHADE_NAMES[shade]) for shade in shown]
    _legend(ax, handles, "outside upper center")
    return ax


def _legend(ax: Axes, handles: list[Patch], where: Outside) -> None:
    """Legend in a band of its own, so that no number of rows brings it near the axis."""
    figure = ax.get_figure(root=True)
    if figure is not None:
        figure.legend(handles=handles, loc=where, ncols=len(handles), handlelength=1)


def _place(row: dict[str, Any]) -> str:
    if row["stated"]:
        return f"reader: {_range(row['own_route_low_share'], row['own_route_high_share'])} in China"
    return f"declares {own_place(row)}" if row["own_provider_slug"] else NO_RECORD


def _range(low: float, high: float) -> str:
    return percent(high) if low == high else f"{percent(low)} to {percent(high)}"


def _hosts_in_words(row: dict[str, Any]) -> str:
    others = row["other_host_count"]
    if pd.isna(others):
        return "other hosts not known"
    if others == 0:
        return "no other host listed"
    return f"{row['unlinked_host_count']} of {others} other hosts\nnot linked to China"


def where_served(found: Results, places: pd.DataFrame, period: str, source: str) -> None:
    """Show and file the bars.

    Parameters
    ----------
    found
        Results of the notebook.
    places
        From `serving_place.model_places`.
    period
        Window in words.
    source
        Attribution of the tables.
    """
    fig, (ax,) = theme.canvas(0.95 + 0.42 * len(places))
    bars(places, ax)
    caption = Caption(
        title=f"{_basis(places)}, {share(serving_place.served_in_china(places))} of the Chinese"
        " models' tokens ran in China",
        subtitle=f"Trillion tokens by model, {period}, shaded by the place that the lab's own"
        f" interface declares{_declared_on(places)}; right: other hosts of the model",
        source=source,
        alt=f"A bar for each of {len(places)} Chinese models, split into tokens that were"
        " computed outside China, may have been in China, and were in China, with the number of"
        " other hosts beside it."
        f" {extremes(places, 'lab', 'tokens', 'count of tokens')}",
        units=("tokens",),
    )
    show.figure(found, "where_served", fig, caption, places)


def _basis(places: pd.DataFrame) -> str:
    reader = serving_place.stated_labs(places)
    return "On what labs declare" + (" or the reader states" if reader else "")


def _declared_on(places: pd.DataFrame) -> str:
    last = pd.to_datetime(places["declared_on"]).max()
    return "" if pd.isna(last) else f" ({last.day} {last:%b %Y})"


def where_served_takeaway(places: pd.DataFrame, window: Window, threshold: float) -> str:
    """What the declarations allow, what they rest on, and what the essay would need.

    Parameters
    ----------
    places
        From `serving_place.model_places`.
    window
        Study window.
    threshold
        Share that the essay's statement implies at least.
    """
    own = serving_place.served_in_china(places)
    declared = f"{_basis(places)}, {share(own)} of the Chinese models' tokens ran in China if all"
    declared += f" went through the labs' own interfaces{_rests(places)}."
    any_host = serving_place.served_in_china(places, serving_place.ANY_HOST)
    return (
        f"**{declared} {_needed(places, own, threshold)}**"
        f" Counting every listed host instead leaves {share(any_host)}."
        f" {_timing(serving_place.days_after(places, window.end))}"
    )


def _rests(places: pd.DataFrame) -> str:
    """Labs that leave the range open, each with the reason."""
    labs = serving_place.open_labs(places)
    first = {row["lab"]: row for row in rows(places.iloc[::-1])}
    reasons: dict[str, list[str]] = {}
    for lab in labs:
        reasons.setdefault(_reason(first[lab]), []).append(lab)
    said = ", ".join(f"{', '.join(who)} ({reason})" for reason, who in reasons.items())
    return f"; the range rests on {said}" if labs else ""


def _reason(row: dict[str, Any]) -> str:
    if row["stated"]:
        return "stated by the reader"
    if not row["own_provider_slug"]:
        return NO_RECORD
    return "no place declared" if row["own_declares"] == SILENT else "China and other places"


def _needed(places: pd.DataFrame, own: Interval, threshold: float) -> str:
    aim = f"the {percent(threshold)} that the essay's picture needs at least"
    if own.low >= threshold:
        return f"That is no less than {aim}."
    if own.high >= threshold:
        return f"That neither shows nor rules out {aim}."
    needed = percent(serving_place.outside_needed_share(places, threshold))
    return f"For {aim}, {needed} of the tokens placed elsewhere would have to run in China as well."


def _timing(days: int | None) -> str:
    if days is None:
        return "No declaration was public by then."
    when = "after" if days > 0 else "before"
    distance = f"{count(abs(days))} days {when}" if abs(days) != 1 else f"one day {when}"
    return (
        f"The declarations were read {distance if days else 'on'} the window's last day and are"
        " unaudited."
    )


def ranges(table: pd.DataFrame, study: str, threshold: float, ax: Axes) -> Axes:
    """Range per window that the own route leaves, and the narrower one of companies' seats.

    Parameters
    ----------
    table
        From `serving_place.window_places`.
    study
        Window printed in bold.
    threshold
        Share that the essay's statement implies at least.
    ax
        Where to draw.
    """
    at = pd.Series(range(len(table)), index=table.index)
    own = (table["own_route_low_share"], table["own_route_high_share"])
    seat = (table["by_seat_low_share"], table["by_seat_high_share"])
    ax.barh(at, own[1] - own[0], left=own[0], color=SHADES["open"], height=0.5, lw=0)
    ax.hlines(at, *seat, color=SEAT, lw=2.4)
    for ends in seat:
        ax.scatter(ends, at, s=20, color=SEAT, zorder=3, clip_on=False)
    for place, low, high in zip(at, *own, strict=True):
        if pd.notna(high):
            _at_the_edge(ax, _range(low, high), place)
    ax.set_yticks(at, table["window"])
    for label in ax.get_yticklabels():
        bold = label.get_text() == study
        label.set(color=INK["text"], fontweight="bold" if bold else "normal")
    ax.set_ylim(len(table) - 0.4, -0.8)
    share_axis(ax)
    theme.essay_line(ax, threshold, "essay, at least")
    handles = [
        Patch(color=SHADES["open"], label="what labs declare leaves open"),
        Patch(color=SEAT, label="silent interfaces at their company's seat"),
    ]
    _legend(ax, handles, "outside lower center")
    return ax


def _at_the_edge(ax: Axes, words: str, place: int) -> None:
    """Write right of the axis, where no bar can reach."""
    at: Any = ("axes fraction", "data")
    ax.annotate(words, (1.02, place), xycoords=at, va="center", fontsize=8, color=INK["text"])


def served_by_window(
    found: Results, table: pd.DataFrame, study: str, threshold: float, source: str
) -> None:
    """Show and file the ranges; arguments as for `ranges`, ``source`` attributes the tables."""
    fig, (ax,) = theme.canvas(1.15 + 0.29 * len(table))
    ranges(table, study, threshold, ax)
    highest = table["own_route_high_share"]
    least, most = percent(float(highest.min())), percent(float(highest.max()))
    caption = Caption(
        title=f"By window, at most {least} of the Chinese tokens can have run in China"
        if least == most
        else f"By window, at most {least} to {most} of the Chinese tokens can have run in China",
        subtitle=f"Share of the Chinese models' tokens by window, {study} in bold; all tokens on"
        " the labs' own interfaces",
        source=source,
        alt=f"For each of {len(table)} windows a bar from the least to the most of the Chinese"
        " models' tokens that can have been computed in China."
        f" {extremes(table, 'window', 'own_route_high_share', 'most')}",
        units=("share",),
    )
    show.figure(found, "served_by_window", fig, caption, table)


def served_by_window_takeaway(table: pd.DataFrame, threshold: float) -> str:
    """How many windows leave room for the essay's picture, and what seats would make of it."""
    known = table.dropna(subset=["own_route_high_share"])
    room = int((known["own_route_high_share"] >= threshold).sum())
    shown = int((known["own_route_low_share"] >= threshold).sum())
    seats = int((known["by_seat_low_share"] >= threshold).sum())
    some, proven, seated = (count(n) if n else "none" for n in (room, shown, seats))
    return (
        f"**In {some} of the {count(len(known))} windows the upper limit reaches the essay's"
        f" {percent(threshold)}, in {proven} the lower one; with interfaces that declare nothing"
        f" at their company's seat, the lower limit reaches it in {seated}.**"
    )
