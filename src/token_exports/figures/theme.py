"""Look of all figures: size, type, and one colour per meaning.

Every colour that has to change in the dark is in ``DARK``; the SVG carries both, so that one file
serves light and dark.
"""

import matplotlib as mpl
import matplotlib.pyplot as plt
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.figure import Figure

WIDTH_IN = 5.6
INK = {
    "text": "#1b2026",
    "soft": "#5b6570",
    "rule": "#d4d9de",
    "paper": "#fefefd",
    "essay": "#7a28c9",
}
"""Text, secondary text, rules, background, and the mark of the essay's own figure."""

DARK_INK = {
    "text": "#e4e6e8",
    "soft": "#a3acb5",
    "rule": "#3a4249",
    "paper": "#14171a",
    "essay": "#c79bf2",
}
"""The same on the dark page; a test keeps them alike with the variables of its stylesheet."""

ON_DARK, ON_LIGHT = "#ffffff", "#101010"
"""Words on a strong and on a pale mark, in the light."""

DARK = {INK[name]: dark for name, dark in DARK_INK.items()} | {
    ON_DARK: "#101010",  # strong marks turn pale
    "#2f6db3": "#5f9fe2",
    "#6fa3d8": "#a3c9f2",
    "#c8402f": "#f07c68",
    "#5c9c6b": "#74b885",
    "#8b78b4": "#ab99d6",
    "#7a5fb0": "#ab93de",
    "#3f7d52": "#69b482",
    "#a86a12": "#d69b45",
    "#1f8a8a": "#45b5b2",
    "#3f8f5b": "#62bb81",
    "#b5701a": "#dc9a48",
    "#6b747d": "#98a2ac",
    "#7d8894": "#9aa5b0",
    "#6a8cae": "#8db0d4",
    "#b9c6d3": "#d3deea",
    "#4f9ab8": "#74bbd8",
    "#8a6100": "#d99a1c",
    "#a7afb7": "#7d868f",
}
"""What takes the place of a colour on dark ground: inks, and what would be too dim there."""

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


def apply() -> None:
    """Set the theme once, for every figure that follows."""
    sns.set_theme(style="white", context="notebook")
    mpl.rcParams.update(
        {
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
    )


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
