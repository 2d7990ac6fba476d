"""Look of all figures: size, type, and one colour per meaning.

The inks, and what becomes of a colour in the dark, stand in ``colours``.
"""

from typing import Any

import matplotlib as mpl
import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from token_exports import colours

WIDTH_IN = 5.6
INK, DARK_INK, DARK = colours.INK, colours.DARK_INK, colours.DARK
ON_DARK, ON_LIGHT = colours.ON_DARK, colours.ON_LIGHT

PATCH = {"facecolor": INK["paper"], "edgecolor": "none", "pad": 0.6}
"""Ground of a label that a line would cross."""

ORIGIN_COLOURS = {
    "cn": "#c8402f",
    "us": "#2f6db3",
    "eu": "#5c9c6b",
    "other": "#8b78b4",
    "unknown": "#a7afb7",
}
ORIGIN_NAMES = {
    "cn": "China",
    "us": "United States",
    "eu": "Europe",
    "other": "Other",
    "unknown": "Unknown",
}
COMPONENT_COLOURS = {
    "electricity": "#d99a1c",
    "accelerator": "#2f6db3",
    "server_network": "#6fa3d8",
    "capital": "#8b78b4",
    "hosting": "#5c9c6b",
    "operations": "#a7afb7",
}
ESSAY = INK["essay"]


RULES: dict[Any, Any] = {
    "figure.dpi": 110,
    "font.family": "DejaVu Sans",
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.labelsize": 9,
    "xtick.labelsize": 8.5,
    "ytick.labelsize": 8.5,
    "legend.fontsize": 8.5,
    "text.color": INK["text"],
    "axes.labelcolor": INK["soft"],
    "axes.edgecolor": INK["rule"],
    "xtick.color": INK["soft"],
    "ytick.color": INK["soft"],
    "axes.facecolor": "none",
    "figure.facecolor": "none",
    "savefig.facecolor": "none",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": False,
    "grid.color": INK["rule"],
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "svg.fonttype": "none",
    "axes.unicode_minus": True,
    "patch.edgecolor": INK["paper"],
    "scatter.edgecolors": "face",
}
"""What differs from seaborn's white style."""


def apply() -> None:
    """Set the theme once, for every figure that follows."""
    sns.set_theme(style="white", context="notebook")
    mpl.rcParams.update(RULES)


def canvas(height_in: float, columns: int = 1, rows: int = 1) -> tuple[Figure, list[Axes]]:
    """Figure of the report's width with its axes in one flat list."""
    apply()
    fig, axes = plt.subplots(
        rows, columns, figsize=(WIDTH_IN, height_in), layout="constrained", squeeze=False
    )
    return fig, list(axes.flat)


def essay_line(ax: Axes, value: float, label: str, *, horizontal: bool = False) -> None:
    """Mark the essay's figure as a dashed line with its flag."""
    if horizontal:
        ax.axhline(value, color=ESSAY, linestyle=(0, (4, 3)), linewidth=1.2)
        ax.annotate(
            label,
            (1, value),
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            color=ESSAY,
            fontsize=8,
        )
        return
    ax.axvline(value, color=ESSAY, linestyle=(0, (4, 3)), linewidth=1.2)
    ax.annotate(
        label,
        (value, 1),
        xycoords=("data", "axes fraction"),
        xytext=(3, -2),
        textcoords="offset points",
        va="bottom",
        color=ESSAY,
        fontsize=8,
    )
