"""Figures of the cost of a token: electricity's share, components of an hour, explained gap."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from numpy.typing import NDArray

from token_exports.figures import theme
from token_exports.figures.marks import beside, percent, rows
from token_exports.models.accelerator_hour import COMPONENTS

COMPONENT_NAMES = {
    "electricity": "Electricity",
    "accelerator": "Accelerator",
    "server_network": "Server, network",
    "capital": "Cost of capital",
    "hosting": "Hosting",
    "operations": "Operations",
}
DARK = ("accelerator", "capital")
BAND = (0.05, 0.95)
BINS = 120
SMALLEST_LABELLED = 0.07  # of the longest bar


def electricity_shares(
    ax: Axes,
    draws: Mapping[str, tuple[str, float, NDArray[np.float64]]],
    published: pd.DataFrame,
    essence_share: float,
) -> None:
    """Distribution of each computed share above the published ones.

    Parameters
    ----------
    ax
        Where to draw; tall enough for a row each.
    draws
        Label to origin (for the colour), central value and draws, from the top down.
    published
        ``label`` and ``low``, ``central``, ``high``; an end may be missing.
    essence_share
        Share from which a token would be made of electricity.
    """
    height = len(draws) + len(published)
    for row, (origin, central, values) in enumerate(draws.values()):
        _half_eye(ax, values, central, height - 1 - row, theme.ORIGIN_COLOURS[origin])
    for y, line in enumerate(rows(published.iloc[::-1])):
        _published(ax, line, y)
    ax.set_yticks(range(height), [*draws, *published["label"]][::-1])
    ax.axhline(len(published) - 0.4, color=theme.INK["rule"], linewidth=0.8)
    ax.set_ylim(-0.6, height - 0.15)
    ax.set_xlim(0, 0.85)
    theme.essay_line(ax, essence_share, f"{essence_share:.0%} of the cost")
    percent(ax, "Electricity in cost")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def _half_eye(ax: Axes, values: NDArray[np.float64], central: float, y: float, colour: str) -> None:
    low, high = np.quantile(values, BAND)
    density, edges = np.histogram(values, bins=BINS, range=(0.0, float(values.max())))
    smooth = np.convolve(density, np.hanning(9) / np.hanning(9).sum(), mode="same")
    middle = (edges[:-1] + edges[1:]) / 2
    top = y + 0.05 + 0.7 * smooth / smooth.max()
    ax.fill_between(middle, y + 0.05, top, color=colour, alpha=0.35, linewidth=0)
    ax.plot([low, high], [y, y], color=colour, linewidth=2.2, solid_capstyle="butt")
    ax.plot(central, y, "o", color=colour, markersize=4.5)
    words = f"{central:.1%} ({low:.1%} to {high:.1%})"
    ax.text(1, y, words, transform=ax.get_yaxis_transform(), ha="right", va="center", fontsize=8)


def _published(ax: Axes, line: dict[str, Any], y: float) -> None:
    colour = theme.INK["soft"]
    ends = [line[end] for end in ("low", "central", "high") if pd.notna(line[end])]
    ax.plot([ends[0], ends[-1]], [y, y], color=colour, linewidth=1.4)
    ax.plot(ends, [y] * len(ends), "o", color=colour, markersize=4)
    words = " to ".join(f"{v:.0%}" for v in (ends[0], ends[-1])[: len(set(ends))])
    if pd.isna(line["central"]) and len(ends) == 1:
        words = ("less than " if pd.notna(line["high"]) else "more than ") + words
    beside(ax, words, (ends[-1], y), color=colour)


def components(ax: Axes, table: pd.DataFrame) -> None:
    """Stack the components of an hour's cost, a bar per region.

    Parameters
    ----------
    ax
        Where to draw.
    table
        ``label`` and a column per component, in USD/h; first row on top.
    """
    bars = table.iloc[::-1]
    left = np.zeros(len(bars))
    longest = float(table[list(COMPONENTS)].sum(axis=1).max())
    for name in COMPONENTS:
        widths = bars[name].to_numpy(dtype=float)
        colour = theme.COMPONENT_COLOURS[name]
        look: dict[str, Any] = {"color": colour, "edgecolor": theme.INK["paper"]}
        ax.barh(bars["label"], widths, left=left, label=COMPONENT_NAMES[name], **look)
        for y, (start, width) in enumerate(zip(left, widths, strict=True)):
            if width > SMALLEST_LABELLED * longest:
                middle = start + width / 2
                ink = "w" if name in DARK else "#1a1a1a"  # on its own colour, by day and by night
                ax.text(middle, y, f"{width:.2f}", ha="center", va="center", fontsize=8, color=ink)
        left = left + widths
    for y, total in enumerate(left):
        beside(ax, f"{total:.2f}", (total, y))
    ax.set_xlim(0, longest * 1.12)
    ax.set_xlabel("USD per serving hour of one accelerator")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.legend(ncols=3, loc="lower center", bbox_to_anchor=(0.45, 1.0), handlelength=1.0)


def explained_gap(ax: Axes, table: pd.DataFrame) -> None:
    """Part of a price gap that cheaper power accounts for, in a bar of the whole gap.

    Parameters
    ----------
    ax
        Where to draw.
    table
        ``label``, ``low``, ``central``, ``high``, shares of the whole; first row on top.
    """
    colour = theme.COMPONENT_COLOURS["electricity"]
    for y, row in enumerate(rows(table.iloc[::-1])):
        ax.barh(y, 1, color=theme.INK["rule"], height=0.55, alpha=0.6, linewidth=0)
        ax.barh(y, row["central"], color=colour, height=0.55, linewidth=0)
        ax.plot([row["low"], row["high"]], [y, y], color=theme.INK["text"], linewidth=1.2)
        words = f"{row['central']:.1%}"
        if row["low"] < row["high"]:
            words += f" ({row['low']:.1%} to {row['high']:.1%})"
        beside(ax, words.replace("-", "\N{MINUS SIGN}"), (max(row["high"], 0), y))
    ax.axvline(0, color=theme.INK["soft"], linewidth=0.8)
    ax.set_yticks(range(len(table)), table["label"].iloc[::-1])
    ax.set_xlim(min(-0.02, float(table["low"].min()) * 1.1), 1)
    percent(ax, "Part of the price gap, on a log scale, explained by electricity")
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


PUBLISHED = {
    "electricity_share_epoch": "Epoch AI, all cost",
    "electricity_share_semianalysis": "SemiAnalysis, with hosting",
    "electricity_share_hyperscale_ai_spending": "Analyst, AI spending",
    "electricity_share_scmp_opinion": "SCMP opinion, running cost",
    "electricity_share_broker": "Chinese broker, running cost",
    "electricity_share_course_notes": "Course notes, running cost",
}


def published_shares(reported: pd.DataFrame) -> pd.DataFrame:
    """Rows of ``reported_quantities`` to draw as named dots; absent ones are left out."""
    rows = reported.set_index("quantity_id")
    names = [name for name in PUBLISHED if name in rows.index]
    found = rows.loc[names, ["low", "value", "high", "source_id"]].rename(
        columns={"value": "central"}
    )
    found.insert(0, "label", [PUBLISHED[name] for name in names])
    return found.reset_index()


def share_rows(
    draws: Mapping[str, tuple[str, float, NDArray[np.float64]]], published: pd.DataFrame
) -> pd.DataFrame:
    """Computed and published shares in one table, for the data behind the figure."""
    rows = []
    for label, (_, central, values) in draws.items():
        low, high = np.quantile(values, BAND)
        rows.append({"label": label, "low": low, "central": central, "high": high})
    return pd.concat([pd.DataFrame(rows), published], ignore_index=True)
