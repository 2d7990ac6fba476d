"""The real publishers, asked once: is each answer as it is documented here? Out of the default run.

``make test-network`` asks them. A source whose key is not set is skipped.
"""

import datetime as dt

import pytest

from token_exports.fetch import gather, transport
from token_exports.fetch.contract import Asked
from token_exports.refresh import catalogue
from token_exports.refresh.staged import Tables

pytestmark = pytest.mark.network
TODAY = dt.datetime.now(dt.UTC).date()
ASKED = Asked(TODAY - dt.timedelta(days=400), TODAY - dt.timedelta(days=1), TODAY)


@pytest.mark.parametrize("source", catalogue.SOURCES, ids=lambda source: source.name)
def test_a_publisher_answers_as_documented(source, home, monkeypatch):
    monkeypatch.delenv(transport.MIRROR_VARIABLE, raising=False)
    if not catalogue.available(source):
        pytest.skip(f"{source.package} is not installed")
    try:
        transport.key_value(source.key)
    except transport.FetchError as missing:
        pytest.skip(str(missing))
    readings = gather.fetched(source, ASKED, Tables(), transport.Client())
    assert readings
    assert {rows.table for rows in source.rows(readings, Tables())} <= set(source.tables)
