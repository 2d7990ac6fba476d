"""What tests of live sources share: questions, answers that are refused, rows that fit a table."""

import datetime as dt
import shutil

import pytest
from hypothesis import strategies as st

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


PIECES = [b"", b"0", b"-1", b"1e999", b"9" * 5000, b"null", b"[]", b"{}", b'"', b",", b"\n"]
PIECES += [b"NaN", b"9999-12-31", b"0001-01-01", b"\x00", b"\xff\xfe", b"<b>"]


@st.composite
def mutated(draw, samples, *more):
    """Name of a source and an answer in which a few pieces are others."""
    name = draw(st.sampled_from(sorted(samples)))
    body = draw(st.sampled_from(samples[name]))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(body)))
        end = start + draw(st.integers(0, 12))
        piece = draw(st.one_of(st.sampled_from([*PIECES, *more]), st.binary(max_size=6)))
        body = body[:start] + piece + body[end:]
    return name, body


def assert_told_on_one_line(source, request, body):
    """Read an answer and ask where it leads: content, or an error of one line."""
    told = []
    for action in (source.read, lambda body: source.follow(request, body)):
        try:
            action(body)
        except ShapeError as fault:
            told.append(str(fault))
    assert [line for line in told if not line or "\n" in line] == []
