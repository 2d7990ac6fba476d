"""Documented shapes of answers and of tables, one error for whatever departs from the former."""

import csv
import io
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from token_exports.fetch.contract import FetchError

MOST_DIFFERENCES = 5
SHOWN_CHARACTERS = 60
_EXPLAINED = {"missing": "field is missing"}


class ShapeError(FetchError):
    """An answer is not as its publisher documents it; the message says what differs."""


class Shape(BaseModel):
    """Base of documented shapes: types are exact, further fields are allowed and ignored."""

    model_config = ConfigDict(strict=True, extra="ignore", allow_inf_nan=False, frozen=True)


Read = TypeVar("Read", bound=BaseModel)


def json_as(shape: type[Read], body: bytes) -> Read:
    """JSON in a documented shape.

    Raises
    ------
    ShapeError
        Says which field is missing, or what was found in its place.
    """
    try:
        return shape.model_validate_json(body)
    except ValidationError as fault:
        raise ShapeError(_differences(fault)) from None


def objects_as(shape: type[Read], items: Iterable[object]) -> list[Read]:
    """Parsed objects, such as lines of CSV, in a documented shape.

    Raises
    ------
    ShapeError
        Names the item and says what differs.
    """
    found = []
    for number, item in enumerate(items, 1):
        try:
            found.append(shape.model_validate(item))
        except ValidationError as fault:
            raise ShapeError(f"item {number}: {_differences(fault)}") from None
    return found


def csv_lines(body: bytes, columns: Sequence[str], *, skip_lines: int = 0) -> list[dict[str, str]]:
    """Lines of CSV by column; further columns are allowed and left out.

    Raises
    ------
    ShapeError
        It is no UTF-8 text, a column is missing, or a line is longer or shorter than the header.
    """
    try:
        text = io.StringIO(body.decode("utf-8-sig"), newline="")
        for _ in range(skip_lines):
            text.readline()
        lines = list(csv.reader(text, strict=True))
    except (UnicodeDecodeError, csv.Error) as fault:
        raise ShapeError(f"is not CSV in UTF-8: {fault}") from None
    header = lines[0] if lines else []
    missing = [column for column in columns if column not in header]
    if missing:
        raise ShapeError(f"columns are missing: {', '.join(missing)}; found {shown(header)}")
    for number, line in enumerate(lines[1:], 2 + skip_lines):
        if len(line) != len(header):
            raise ShapeError(f"line {number} has {len(line)} cells, the header {len(header)}")
    return [
        {name: cell for name, cell in zip(header, line, strict=True) if name in columns}
        for line in lines[1:]
    ]


def require_unique(keys: Iterable[Hashable], what: str) -> None:
    """Refuse rows that are there twice.

    Raises
    ------
    ShapeError
        Names the first one.
    """
    seen = set()
    for key in keys:
        if key in seen:
            raise ShapeError(f"{what} {shown(key)} is there twice")
        seen.add(key)


def require_some(rows: Sequence[object], what: str) -> None:
    """Refuse an answer without any row.

    Raises
    ------
    ShapeError
        There is none.
    """
    if not rows:
        raise ShapeError(f"holds no {what}")


def framed(found: Sequence[Mapping[str, Any]], table: pd.DataFrame) -> pd.DataFrame:
    """Rows with the columns of a table, in its order and with its types."""
    return pd.DataFrame(list(found), columns=list(table)).astype(table.dtypes.to_dict())


def shown(value: object) -> str:
    """A value of foreign origin, short and on one line, for a message."""
    text = _printable(" ".join(repr(value).split()))
    return text if len(text) <= SHOWN_CHARACTERS else text[:SHOWN_CHARACTERS] + "..."


def _printable(text: str) -> str:
    return "".join(letter if letter.isprintable() else "?" for letter in text)


def _differences(fault: ValidationError) -> str:
    found = fault.errors(include_url=False)
    lines = []
    for error in found[:MOST_DIFFERENCES]:
        place = _printable(".".join(str(part) for part in error["loc"])[-SHOWN_CHARACTERS:])
        rule = _EXPLAINED.get(error["type"], str(error["msg"]))
        value = "" if error["type"] == "missing" else f", found {shown(error['input'])}"
        lines.append(f"{place}: {rule}{value}" if place else f"{rule}{value}")
    more = len(found) - MOST_DIFFERENCES
    return "; ".join(lines) + (f"; and {more} more" if more > 0 else "")
