"""Small pieces that several figures draw with: rows of a table, a label, a percent axis."""

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import PercentFormatter

from token_exports.figures import theme


def rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of a table as plain dicts."""
    return [{str(k): v for k, v in row.items()} for row in table.to_dict("records")]


def beside(
    ax: Axes,
    words: str,
    point: tuple[float, float],
    color: str | None = None,
    *,
    left: bool = False,
) -> None:
    """Write beside a mark, to its right or to its left."""
    ax.annotate(
        words,
        point,
        (-6 if left else 6, 0),
        textcoords="offset points",
        ha="right" if left else "left",
        va="center",
        fontsize=8,
        color=color or theme.INK["text"],
    )


def percent(ax: Axes, label: str) -> None:
    """Print a horizontal axis of shares as percent."""
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel(label)
