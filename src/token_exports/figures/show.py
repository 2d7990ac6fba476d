"""Show a figure with its message, unit, source, alt text and the data behind it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from IPython.display import display
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

from token_exports.figures import alt, hits, svg
from token_exports.results import FigureError, Results, file_table, output_folder
from token_exports.units import UNITS

SHORTEST_ALT = 40
UNIT_WORDS = {
    "share": "percent",
    "count": "number",
    "rank": "rank",
    "elasticity": "elasticity",
    "year": "year",
    "dim": "number",
}
"""What the page prints where a unit has no label."""
PNG_DPI = 96
PNG_COLOURS = 24
PNG_LEVEL = 9
"""Of 9; the last one takes twice the time for a fiftieth of the size."""


@dataclass(frozen=True, kw_only=True)
class Caption:
    """Words around a figure.

    Parameters
    ----------
    title
        The finding, with its number.
    subtitle
        Quantity, unit and period.
    source
        Where the numbers come from and when they were read.
    alt
        What the picture shows, for who cannot see it: kind of chart and extremes. Its axes are
        read off the drawing and added.
    units
        Names from `units.UNITS`; ``share`` or ``count`` where there is none to print.
    """

    title: str
    subtitle: str
    source: str
    alt: str
    units: tuple[str, ...]

    def __post_init__(self) -> None:
        missing = [name for name, part in vars(self).items() if not "".join(part).strip()]
        if missing:
            raise FigureError(f"figure without {', '.join(missing)}")
        unknown = [unit for unit in self.units if unit not in UNITS]
        if unknown:
            raise FigureError(f"figure in {', '.join(unknown)}, which is no unit of units.py")
        if self.title.rstrip(".") in self.alt:
            raise FigureError("alt text repeats the title instead of saying what is drawn")
        if len(self.alt) < SHORTEST_ALT:
            raise FigureError(f"alt text of {len(self.alt)} characters says too little")

    @property
    def unit(self) -> str:
        """Units in words."""
        return ", ".join(UNIT_WORDS.get(unit) or UNITS[unit].label for unit in self.units)


def figure(found: Results, name: str, fig: Figure, caption: Caption, data: pd.DataFrame) -> None:
    """Display a figure and file its SVG, PNG and CSV with the report.

    Parameters
    ----------
    found
        Results of the notebook, which list the figure.
    name
        File stem, unique within the notebook.
    fig
        The drawn figure; it is closed here.
    caption
        Words around it.
    data
        Rows behind the figure, as a reader would download them.

    Raises
    ------
    FigureError
        There is no data behind the figure.
    ResultError
        The name is taken.
    """
    stem = found.new_stem(name)
    if data.empty:
        raise FigureError(f"figure {name!r} has no data behind it")
    count = len(found.figures) + 1
    source = caption.source.removeprefix("Source: ").rstrip(". ")  # the page writes both itself
    entry: dict[str, Any] = {"kind": "figure", "name": name, "stem": stem, **vars(caption)}
    entry |= {"number": found.number(count), "source": source, "unit": caption.unit}
    drawn = svg.text(fig, svg.prefix_of(found.notebook, count))
    entry |= {"alt": f"{caption.alt} {alt.axes(fig)}".strip(), "units": list(caption.units)}
    points = hits.markup(fig)
    entry["interactive"] = bool(points)
    drawn = drawn.replace("</svg>", f"{points}</svg>")
    found.figures.append(entry)
    folder = output_folder()
    if folder is not None:
        (folder / "figures").mkdir(parents=True, exist_ok=True)
        (folder / "figures" / f"{stem}.svg").write_text(drawn, encoding="utf-8")
        _save_png(fig, folder / "figures" / f"{stem}.png")
    file_table(data, stem)
    plt.close(fig)
    display(
        {"image/svg+xml": drawn, "text/plain": entry["alt"]},
        raw=True,
        metadata={"token_exports": {"kind": "figure", **entry}},
    )


def _save_png(fig: Figure, path: Path) -> None:
    """Picture for slides and mails, on white, with as many colours as a chart needs."""
    fig.set_dpi(PNG_DPI)
    fig.set_facecolor("white")
    canvas = FigureCanvasAgg(fig)
    canvas.draw()  # type: ignore[no-untyped-call]
    pixels = np.asarray(canvas.buffer_rgba())  # type: ignore[no-untyped-call]
    drawn = Image.fromarray(pixels).convert("RGB")
    method = Image.Quantize.MAXCOVERAGE  # keeps colours that few marks have
    drawn.quantize(PNG_COLOURS, method).save(path, compress_level=PNG_LEVEL)
