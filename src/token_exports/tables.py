"""Tables for people: display names, units in the header, rounding by unit, real table markup."""

from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import pandas as pd

from token_exports import formats
from token_exports.results import Results, file_table
from token_exports.units import UNITS, unit_of

SEPARATOR = "|"  # of the sources of one row


def show(
    found: Results,
    name: str,
    frame: pd.DataFrame,
    caption: str,
    columns: Mapping[str, str] | None = None,
) -> None:
    """Display a table and file it as CSV with the report.

    Parameters
    ----------
    found
        Results of the notebook, which list the table.
    name
        File stem, unique within the notebook.
    frame
        Columns named after quantities; the unit is read off the name.
    caption
        What the table shows, in a sentence.
    columns
        Column to display name, in display order; other columns go to the CSV only.
    """
    stem = found.new_stem(name)
    number = found.number(len(found.tables) + 1)
    entry: dict[str, Any] = {
        "kind": "table",
        "name": name,
        "stem": stem,
        "number": number,
        "caption": caption,
    }
    entry |= {"row_count": len(frame)}
    found.tables.append(entry)
    file_table(frame, stem)
    shown = columns or {str(c): str(c).replace("_", " ") for c in frame.columns}
    body = html(frame, shown)
    markup = (
        f'<figure class="table" id="table-{stem}"><figcaption><b>Table {number}.</b> '
        f'{escape(caption)} <a href="tables/{stem}.csv" download>CSV</a></figcaption>'
        f'<div class="scroll" tabindex="0" role="group" aria-label="Table {number}">'
        f"{body}</div></figure>"
    )
    from IPython.display import HTML, display  # pages read tables and show none

    display(HTML(markup), metadata={"token_exports": entry})


def html(frame: pd.DataFrame, columns: Mapping[str, str]) -> str:
    """Markup of the chosen columns; the first one heads its row."""
    head = "".join(_head(heading(c, text)) for c, text in columns.items())
    rows = "".join(f"<tr>{_row(row, list(columns))}</tr>" for row in frame.to_dict("records"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _head(words: str) -> str:
    """Head of a column; one without words heads nothing."""
    return f'<th scope="col">{words}</th>' if words else "<td></td>"


def heading(column: str, title: str) -> str:
    """Markup of a column's title, with its unit unless the title says it."""
    unit = unit_of(column)
    label = UNITS[unit].label if unit and unit not in ("ratio", "share") else ""
    said = label.lower() in title.lower()
    return escape(title) + ("" if said else f' <span class="unit">{escape(label)}</span>')


def _row(row: Mapping[Hashable, object], columns: list[str]) -> str:
    first, *rest = columns
    cells = [f'<th scope="row">{_cell(first, row[first])}</th>']
    for column in rest:
        numeric = isinstance(row[column], int | float) and not isinstance(row[column], bool)
        cells.append(f"<td{' class=num' if numeric else ''}>{_cell(column, row[column])}</td>")
    return "".join(cells)


def _cell(column: str, value: object) -> str:
    if value is None or (not isinstance(value, str) and pd.isna(value)):  # type: ignore[call-overload]
        return '<span class="missing">unknown</span>'
    if column == "source_id":
        return " ".join(map(_source_link, str(value).split(SEPARATOR)))
    return escape(text(column, value))


def _source_link(source_id: str) -> str:
    key = escape(source_id)
    return f'<a href="data.html#source-{key}" title="{key}">source</a>'


def text(column: str, value: object) -> str:
    """Value in print, rounded by the unit that its column's name ends in."""
    unit = unit_of(column)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return formats.number(float(value), unit) if unit else f"{value:,.6g}"
    return f"{value:%Y-%m-%d}" if isinstance(value, pd.Timestamp) else str(value)
