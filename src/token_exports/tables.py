"""Tables for people: display names, units in the header, rounding by unit, real table markup."""

from collections.abc import Hashable, Mapping
from html import escape

import pandas as pd
from IPython.display import HTML, display

from token_exports import formats
from token_exports.results import Results, output_folder
from token_exports.units import UNITS, unit_of

MOST_ROWS_OPEN = 12


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
    number = len(found.tables) + 1
    found.tables.append({"name": name, "stem": stem, "number": number, "caption": caption})
    folder = output_folder()
    if folder is not None:
        (folder / "tables").mkdir(parents=True, exist_ok=True)
        frame.to_csv(folder / "tables" / f"{stem}.csv", index=False, lineterminator="\n")
    shown = columns or {str(c): str(c).replace("_", " ") for c in frame.columns}
    body = html(frame, shown)
    if len(frame) > MOST_ROWS_OPEN:
        body = f"<details><summary>Show {len(frame)} rows</summary>{body}</details>"
    display(
        HTML(
            f'<figure class="table" id="table-{stem}"><figcaption><b>Table {number}.</b> '
            f'{escape(caption)} <a href="tables/{stem}.csv" download>CSV</a></figcaption>'
            f'<div class="scroll" tabindex="0" role="group" aria-label="Table {number}">'
            f"{body}</div></figure>"
        )
    )


def html(frame: pd.DataFrame, columns: Mapping[str, str]) -> str:
    """Markup of the chosen columns; the first one heads its row."""
    head = "".join(f'<th scope="col">{_heading(c, t)}</th>' for c, t in columns.items())
    rows = "".join(f"<tr>{_row(row, list(columns))}</tr>" for row in frame.to_dict("records"))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _heading(column: str, title: str) -> str:
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
    unit = unit_of(column)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return escape(formats.number(float(value), unit) if unit else f"{value:,.6g}")
    if column == "source_id":
        key = escape(str(value))
        return f'<a href="data.html#source-{key}" title="{key}">source</a>'
    if isinstance(value, pd.Timestamp):
        return f"{value:%Y-%m-%d}"
    return escape(str(value))
