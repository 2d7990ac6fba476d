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
    shift: int = 6,
    ground: dict[str, Any] | None = None,
) -> None:
    """Write ``shift`` points right of a mark, left of it if negative, above it if zero.

    A ground in the colour of the page keeps the words legible where a line crosses them.
    """
    ax.annotate(
        words,
        point,
        (shift, 0) if shift else (0, 5),
        textcoords="offset points",
        ha="left" if shift > 0 else "right" if shift else "center",
        va="center" if shift else "bottom",
        fontsize=8,
        color=color or theme.INK["text"],
        bbox=ground,
    )


def percent(ax: Axes, label: str) -> None:
    """Print a horizontal axis of shares as percent."""
    ax.xaxis.set_major_formatter(PercentFormatter(1, decimals=0))
    ax.set_xlabel(label)
