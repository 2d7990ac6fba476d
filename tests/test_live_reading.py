"""Reading is a function of the bytes: it gives content, or says that they are not as documented."""

import contextlib
import datetime as dt
import json
from functools import cache

import live_samples
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports.fetch.contract import Asked
from token_exports.fetch.shapes import ShapeError
from token_exports.refresh import catalogue
from token_exports.refresh.staged import Tables

SOURCES = {source.name: source for source in catalogue.SOURCES}
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["-1", "1e400", "9" * 400, "2031-01-01", "0001-01-01", "<b>", "NaN", ""])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)
by_source = pytest.mark.parametrize("name", SOURCES)


def read(name, body):
    """Read twice: the same content or the same error, and nothing else."""
    found = []
    for _ in range(2):
        try:
            found.append(repr(SOURCES[name].read(body)))
        except ShapeError as fault:
            found.append(str(fault))
    assert found[0] == found[1] != ""


@cache
def first_request(name):
    today = dt.date(2026, 11, 29)
    asked = Asked(dt.date(2021, 5, 1), today - dt.timedelta(days=1), today)
    return SOURCES[name].plan(asked, Tables())[0]


def follow(name, body):
    with contextlib.suppress(ShapeError):
        SOURCES[name].follow(first_request(name), body)


@by_source
def test_documented_shapes_are_read(name):
    for body in live_samples.SAMPLES[name]:
        assert SOURCES[name].read(body) is not None


@by_source
@given(data=st.data())
def test_any_bytes_are_read_or_refused(name, data):
    body = data.draw(st.binary(max_size=300))
    read(name, body)
    follow(name, body)


@by_source
@given(data=st.data())
def test_a_real_answer_with_broken_bytes_is_read_or_refused(name, data):
    body = bytearray(data.draw(st.sampled_from(live_samples.SAMPLES[name])))
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(body)))
        end = data.draw(st.integers(start, min(len(body), start + 40)))
        body[start:end] = data.draw(st.binary(max_size=8))
    read(name, bytes(body))
    follow(name, bytes(body))


@by_source
@given(data=st.data())
def test_a_real_answer_with_another_value_somewhere_is_read_or_refused(name, data):
    body = data.draw(st.sampled_from(live_samples.SAMPLES[name]))
    try:
        content = json.loads(body)
    except ValueError:
        lines = body.split(b"\n")  # CSV: another cell
        line = data.draw(st.integers(0, len(lines) - 1))
        cells = lines[line].split(b",")
        cells[data.draw(st.integers(0, len(cells) - 1))] = str(data.draw(SCALARS)).encode()
        lines[line] = b",".join(cells)
        return read(name, b"\n".join(lines))
    changed = json.dumps(mutated(content, data)).encode()
    follow(name, changed)
    return read(name, changed)


def mutated(content, data):
    """The same JSON with one value replaced, doubled or left out."""
    if isinstance(content, dict) and content and data.draw(st.integers(0, 9)):
        key = data.draw(st.sampled_from(sorted(content)))
        if not data.draw(st.integers(0, 9)):
            return {name: value for name, value in content.items() if name != key}
        return content | {key: mutated(content[key], data)}
    if isinstance(content, list) and content and data.draw(st.integers(0, 9)):
        place = data.draw(st.integers(0, len(content) - 1))
        if not data.draw(st.integers(0, 9)):
            return [*content, content[place]]
        return [*content[:place], mutated(content[place], data), *content[place + 1 :]]
    return data.draw(VALUES)
