"""What tests of live sources share: questions, answers that are refused, rows that fit a table."""

import datetime as dt
import shutil

import pytest

from token_exports import data, paths
from token_exports.fetch.contract import Asked, Reading
from token_exports.fetch.shapes import ShapeError
from token_exports.refresh import cells

READ_ON = dt.date(2026, 11, 20)


def asked(since, until, today="2026-11-29"):
    day = dt.date.fromisoformat
    return Asked(since and day(since), day(until), day(today))


def rows_of(request, source_id, source, tables, *bodies, on=READ_ON):
    """The one table that a source gives from answers to a request."""
    readings = [Reading(request, source.read(body), on, source_id) for body in bodies]
    (found,) = source.rows(readings, tables)
    return found


def refused(source, body, *words):
    with pytest.raises(ShapeError) as fault:
        source.read(body)
    assert [word for word in words if word not in str(fault.value)] == []


def assert_fits(tmp_path, monkeypatch, found):
    """Append rows to a copy of the table and hold it against its description."""
    shutil.copytree(paths.data(), tmp_path / "data")
    monkeypatch.setenv("TOKEN_EXPORTS_HOME", str(tmp_path))
    known = data.load(found.table)
    assert list(found.frame) == list(known)
    assert list(found.frame.dtypes) == list(known.dtypes)
    with data.table_path(found.table).open("a", encoding="utf-8", newline="") as file:
        file.write(cells.lines(cells.text(found.table, found.frame)))
    data.check([found.table])
