"""The panel without its script: two plain tables, inputs with their ranges and what they give."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from token_exports import formats
from token_exports.results import Results
from token_exports.uncertainty import Interval
from token_exports.units import UNITS
from token_exports.whatif.panel import Control, Panel, unit

Cells = Mapping[str, str]


def show(found: Results, panel: Panel) -> None:
    """Display a panel and file it with the results of the notebook.

    Parameters
    ----------
    found
        Results of the notebook.
    panel
        What a reader may move. Its page makes controls of the tables.
    """
    from IPython.display import HTML, display  # only a notebook needs it

    found.what_if = panel.as_dict()
    display(HTML(html(panel)))


def html(panel: Panel) -> str:
    """Both tables, with the names by which the page's script finds their cells."""
    inputs = _rows((c.label, c.name, c.region, _range(c)) for c in panel.controls)
    values, regions = panel.values(), [region for region in panel.columns if region]
    outcomes = _rows(
        (s.label, s.name, _column(s.name, regions), _text(values[s.name], unit(s.name)))
        for s in panel.shown
    )
    notes = "".join(f'<p class="note">{escape(note)}</p>' for note in panel.notes)
    return (
        f'<section class="whatif" id="whatif" aria-label="What if">{notes}'
        + _table("inputs", "Inputs of this run, with the report's own range", inputs, panel.columns)
        + _table("outcomes", "What they give", outcomes, panel.columns)
        + "</section>"
    )


def _column(name: str, regions: Iterable[str]) -> str:
    """Region that the name of a quantity begins with."""
    return next((region for region in regions if name.startswith(f"{region}_")), "")


def _rows(cells: Iterable[tuple[str, str, str, str]]) -> dict[tuple[str, str], dict[str, str]]:
    """Cells of the same label and unit side by side, by region."""
    found: dict[tuple[str, str], dict[str, str]] = {}
    for label, name, region, text in cells:
        cell = f'data-name="{escape(name)}">{escape(text)}</td>'
        found.setdefault((label, unit(name)), {})[region] = cell
    return found


def _table(
    kind: str, caption: str, rows: Mapping[tuple[str, str], Cells], columns: Mapping[str, str]
) -> str:
    heads = "".join(f'<th scope="col">{escape(title)}</th>' for title in columns.values())
    body = "".join(
        f'<tr><th scope="row">{_heading(*row)}</th>{_cells(cells, columns)}</tr>'
        for row, cells in rows.items()
    )
    return (
        f'<div class="scroll" tabindex="0" role="group" aria-label="{escape(caption)}">'
        f'<table class="{kind}"><caption>{escape(caption)}</caption>'
        f'<thead><tr><th scope="col">{kind.capitalize()}</th>{heads}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def _cells(cells: Cells, columns: Mapping[str, str]) -> str:
    if "" in cells and "" not in columns:
        return f'<td class="num" colspan="{len(columns)}" {cells[""]}'
    return "".join(f'<td class="num" {cells[region]}' for region in columns)


def _heading(label: str, of: str) -> str:
    words = "" if of in ("share", "ratio") else UNITS[of].label
    return escape(label) + (f' <span class="unit">{escape(words)}</span>' if words else "")


def _range(control: Control) -> str:
    of = unit(control.name)
    ends = formats.span(Interval(control.central, *control.believed), of)
    return _text(control.central, of) + (f" ({ends})" if ends else "")


def _text(value: Any, of: str) -> str:
    """A number, and the sign of a multiple, but no other unit: that stands in the first column."""
    return formats.quantity(value, of) if of == "ratio" else formats.number(value, of)
