"""Show a figure with its message, unit, source, alt text and the data behind it."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import display
from matplotlib.figure import Figure
from PIL import Image

from token_exports.figures import svg
from token_exports.results import Results, output_folder

SHORTEST_ALT = 20
PNG_DPI = 160
PNG_COLOURS = 64


class FigureError(ValueError):
    """A figure lacks what makes it readable or checkable."""


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
        What the picture shows, for who cannot see it.
    """

    title: str
    subtitle: str
    source: str
    alt: str

    def __post_init__(self) -> None:
        missing = [name for name, text in vars(self).items() if not text.strip()]
        if missing:
            raise FigureError(f"figure without {', '.join(missing)}")
        if len(self.alt) < SHORTEST_ALT:
            raise FigureError(f"alt text of {len(self.alt)} characters says too little")


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
    number = len(found.figures) + 1
    source = caption.source.removeprefix("Source: ").rstrip(". ")  # the page writes both itself
    entry: dict[str, Any] = {"name": name, "stem": stem, "number": number, **vars(caption)}
    entry["source"] = source
    found.figures.append(entry)
    drawn = svg.text(fig, f"g{found.notebook[:2]}{number:02d}")
    fig.set_layout_engine("none")  # the PNG keeps the places found for the SVG
    folder = output_folder()
    if folder is not None:
        (folder / "figures").mkdir(parents=True, exist_ok=True)
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        (folder / "figures" / f"{stem}.svg").write_text(drawn, encoding="utf-8")
        _save_png(fig, folder / "figures" / f"{stem}.png")
        table = folder / "tables" / f"{stem}.csv"
        data.to_csv(table, index=False, lineterminator="\n", float_format=_twelve_digits)
    plt.close(fig)
    display(
        {"image/svg+xml": drawn, "text/plain": caption.alt},
        raw=True,
        metadata={"token_exports": entry},
    )


def _twelve_digits(value: object) -> str:
    """As many digits as a recorded result has; those after them are noise of the arithmetic."""
    return repr(float(f"{value:.12g}"))


def _save_png(fig: Figure, path: Path) -> None:
    """Picture for slides and mails, on white, with as many colours as a chart needs."""
    pixels = io.BytesIO()
    fig.savefig(pixels, dpi=PNG_DPI, facecolor="white", metadata={"Software": None})
    Image.open(pixels).convert("RGB").quantize(PNG_COLOURS).save(path, optimize=True)
