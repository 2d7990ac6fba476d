"""What a misbehaving publisher does to a refresh: a clear reason, no row, and no key anywhere."""

import datetime as dt
import gzip
import json
import re
from dataclasses import replace
from email.utils import format_datetime

import live_openrouter
import pytest
from live_server import Publisher, cut, drip, flood, reset, send, status, whole

from token_exports import data
from token_exports.fetch import openrouter_rankings, store
from token_exports.fetch.answers import Limits
from token_exports.fetch.contract import Key, Pace
from token_exports.fetch.transport import Client
from token_exports.refresh import run

PATH = "rankings-daily"
SECRET = "sk-or-v1-0123456789abcdef"
FIRST, LAST = dt.date(2026, 10, 12), dt.date(2026, 10, 14)
GOOD = live_openrouter.body(FIRST, LAST)
SOURCE = replace(openrouter_rankings.SOURCE, pace=Pace(1000, 1.0))
OPTIONS = run.Options(since=FIRST, report=False)
TRIES = 5


class Watch:
    """Time that passes only while somebody waits."""

    def __init__(self):
        self.waited = []

    def sleep(self, seconds):
        self.waited.append(seconds)


@pytest.fixture
def publisher():
    with Publisher(live_openrouter.answer).running() as server:
        yield server


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def asked(home, monkeypatch, publisher, watch):
    """A refresh of the rankings, asked of the publisher."""
    monkeypatch.setenv(SOURCE.key.variable, SECRET)

    def refresh(options=OPTIONS, sources=(SOURCE,), answer_s=60.0):
        limits = Limits(answer_s=answer_s, tries_count=TRIES)
        client = Client(mirror=publisher.url, limits=limits, sleep=watch.sleep)
        return run.refresh(sources, options, client=client)

    return refresh


def edited(change):
    """The good answer with something changed."""
    content = json.loads(GOOD)
    change(content)
    return json.dumps(content).encode()


def row(number, **cells):
    return edited(lambda content: content["data"][number].update(cells))


def without(field):
    return edited(lambda content: content["data"][3].pop(field))


def moved(handler):
    send(handler, 302, b"", {"Location": "https://evil.example/api/v1/datasets/rankings-daily"})


HTML = b"<!doctype html><title>Maintenance</title><p>Back soon"
FAULTS = {
    "401": ([status(401)], "does not accept the key"),
    "402": ([status(402)], "asks for payment"),
    "403": ([status(403)], "forbids it"),
    "404": ([status(404)], "no such page"),
    "429 each time": ([status(429)] * TRIES, "status 429 .gave up"),
    "429 for an hour": ([status(429, {"Retry-After": "3600"})], "asks to wait 3600 s"),
    "500 each time": ([status(500)] * TRIES, "status 500 .gave up"),
    "slow drip": ([drip()], "not complete after 1 s"),
    "reset in mid-body each time": ([reset(GOOD)] * TRIES, "connection broke|ended after"),
    "ends early each time": ([cut(GOOD)] * TRIES, r"connection broke|ended after \d+ of \d+"),
    "truncated JSON": ([whole(GOOD[:-40])], "EOF|Invalid JSON"),
    "wrong content type": ([whole(GOOD, "image/png")], "answers with image/png, not with json"),
    "HTML page with status 200": ([whole(HTML, "text/html")], "answers with text/html"),
    "HTML page called JSON": ([whole(HTML)], "Invalid JSON"),
    "empty body": ([whole(b"")], "Invalid JSON"),
    "empty data": ([whole(edited(lambda c: c.update(data=[])))], "holds no row"),
    "duplicate rows": ([whole(edited(lambda c: c["data"].append(c["data"][0])))], "there twice"),
    "missing field": ([whole(without("total_tokens"))], "total_tokens: field is missing"),
    "number instead of text": ([whole(row(0, total_tokens=5))], "total_tokens: .*found 5"),
    "text that is no number": ([whole(row(0, total_tokens="5e9"))], "total_tokens: .*'5e9'"),
    "negative tokens": ([whole(row(0, total_tokens="-7"))], "total_tokens: .*'-7'"),
    "future date": ([whole(row(0, date="2031-01-01"))], "date: 2031-01-01 is outside"),
    "slug with markup": ([whole(row(0, model_permaslug="a/<b>x</b>"))], "no slug, found 'a/<b>"),
    "another version": ([whole(edited(lambda c: c["meta"].update(version="v2")))], "version"),
    "50 MB announced": ([flood(50)], "larger than 32 MB"),
    "50 MB unannounced": ([flood(50, announced=False)], "larger than 32 MB"),
    "redirect to another host": ([moved], "another host, evil.example: not followed"),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_gives_a_reason_and_no_row(asked, publisher, home, name):
    publisher.faults[PATH], reason = list(FAULTS[name][0]), FAULTS[name][1]
    before = (home / "data/openrouter_tokens_daily.csv").read_bytes()
    patience_s = 1.0 if name == "slow drip" else 60.0
    (outcome,) = asked(replace(OPTIONS, apply=True), answer_s=patience_s).outcomes
    assert outcome.state == "failed"
    assert re.search(reason, outcome.reason), outcome.reason
    assert SECRET not in outcome.reason
    assert publisher.faults[PATH] == []
    assert (home / "data/openrouter_tokens_daily.csv").read_bytes() == before


PASSING = {
    "502 and then success": ([status(502)], 1),
    "429 and then success": ([status(429)], 1),
    "reset in mid-body and then success": ([reset(GOOD)], 1),
    "two kinds of trouble": ([status(503), cut(GOOD)], 2),
}


@pytest.mark.parametrize("name", PASSING)
def test_what_passes_is_tried_again_after_a_growing_wait(asked, publisher, watch, name):
    faults, waits = PASSING[name]
    publisher.faults[PATH] = list(faults)
    (outcome,) = asked().outcomes
    assert (outcome.state, outcome.rows_count > 0) == ("done", True), outcome.reason
    assert len(watch.waited) == waits
    for number, seconds in enumerate(watch.waited):
        assert 2**number <= seconds <= 2**number + 1  # doubles, with up to a second of chance


@pytest.mark.parametrize(
    "header",
    [
        lambda: "7",
        lambda: format_datetime(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=7), usegmt=True),
    ],
    ids=["seconds", "date"],
)
def test_a_wait_that_the_publisher_asks_for_is_kept(asked, publisher, watch, header):
    publisher.faults[PATH] = [status(429, {"Retry-After": header()})]
    (outcome,) = asked().outcomes
    assert outcome.state == "done"
    assert 5 <= watch.waited[0] <= 7


def test_a_redirect_on_the_same_host_is_followed(asked, publisher):
    def on(handler):
        target = handler.path.replace("rankings-daily", "rankings-daily-v1")
        send(handler, 307, b"", {"Location": target})

    publisher.faults["rankings-daily"] = [on]
    publisher.answers.insert(0, lambda _host, path, _query: GOOD if path.endswith("-v1") else None)
    (outcome,) = asked().outcomes
    assert outcome.state == "done", outcome.reason


def test_an_answer_that_comes_compressed_is_kept_as_what_it_says(asked, publisher, home):
    packed = gzip.compress(GOOD)
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    publisher.faults[PATH] = [lambda handler: send(handler, 200, packed, headers)]
    (outcome,) = asked().outcomes
    assert outcome.state == "done", outcome.reason
    (meta,) = (home / "data/raw/openrouter").rglob("*.meta.json")
    assert meta.with_name(meta.name.removesuffix(".meta.json")).read_bytes() == GOOD


@pytest.mark.parametrize("code", [400, 404])
def test_a_page_that_a_source_can_do_without_may_be_absent_but_not_all_of_them(
    asked, publisher, code
):
    def plan(question, tables):
        one, *_ = openrouter_rankings.plan(question, tables)
        return [replace(one, optional=True), replace(one, name="two.json", optional=True)]

    lenient = replace(SOURCE, plan=plan)
    publisher.faults[PATH] = [status(code)]
    (outcome,) = asked(sources=(lenient,)).outcomes
    assert outcome.state == "done", outcome.reason
    publisher.faults[PATH] = [status(code)] * 2
    (outcome,) = asked(sources=(replace(lenient, name="elsewhere/rankings"),)).outcomes
    assert (outcome.state, outcome.reason) == ("failed", "none of its 2 pages is there")


def test_one_failed_source_leaves_the_others_done(asked, publisher, monkeypatch):
    other = replace(SOURCE, name="elsewhere/rankings")
    publisher.faults[PATH] = [status(404)]
    result = asked(replace(OPTIONS, apply=True), (SOURCE, other))
    assert [outcome.state for outcome in result.outcomes] == ["failed", "done"]
    assert result.failed
    assert data.load("openrouter_tokens_daily")["date"].max().date() >= LAST


def test_the_key_is_sent_and_neither_kept_nor_told(asked, publisher, home, capfd, caplog):
    caplog.set_level("DEBUG")
    publisher.faults[PATH] = [status(500)]
    result = asked(replace(OPTIONS, apply=True))
    assert publisher.seen[0][2]["Authorization"] == f"Bearer {SECRET}"
    written = [path.read_bytes() for path in (home / "data").rglob("*") if path.is_file()]
    assert not [content for content in written if SECRET.encode() in content]
    told = "".join([*capfd.readouterr(), caplog.text, repr(result)])
    assert SECRET not in told


def test_a_key_in_the_address_is_neither_kept_nor_told(asked, publisher, home, caplog):
    caplog.set_level("DEBUG")
    keyed = replace(SOURCE, key=Key(SOURCE.key.variable, parameter="api_key"))
    echo = json.loads(GOOD) | {"request": {"api_key": SECRET}}
    publisher.faults[PATH] = [reset(GOOD), whole(json.dumps(echo).encode())]
    (outcome,) = asked(sources=(keyed,)).outcomes
    assert outcome.state == "done", outcome.reason
    assert publisher.seen[0][1]["api_key"] == SECRET
    files = [path for path in (home / "data/raw").rglob("*") if path.is_file()]
    assert not [path for path in files if SECRET in path.read_text()]
    assert json.loads(next(p for p in files if ".meta" in p.name).read_text())["key_removed"]
    assert SECRET not in caplog.text


def test_no_key_no_question(asked, publisher, monkeypatch):
    monkeypatch.delenv(SOURCE.key.variable)
    (outcome,) = asked().outcomes
    assert (outcome.state, publisher.seen) == ("skipped", [])
    assert SOURCE.key.variable in outcome.reason


def test_no_more_requests_than_the_publisher_allows(asked, publisher, watch):
    slow = replace(SOURCE, pace=Pace(2, 60.0))
    publisher.faults[PATH] = [status(502)] * 3
    (outcome,) = asked(sources=(slow,)).outcomes
    assert outcome.state == "done"
    assert len([seconds for seconds in watch.waited if seconds > 50]) == 2  # four requests


def test_what_cannot_be_read_is_kept_and_asked_for_anew(asked, publisher, home):
    publisher.etags["/openrouter.ai" + live_openrouter.PATH] = '"v1"'
    publisher.faults[PATH] = [
        lambda handler: send(
            handler, 200, GOOD[:-9], {"Content-Type": "application/json", "ETag": '"v1"'}
        )
    ]
    (outcome,) = asked().outcomes
    assert outcome.state == "failed"
    assert len(list((home / "data/raw/openrouter").rglob("*.json.meta.json"))) == 1
    (outcome,) = asked().outcomes
    assert outcome.state == "done", outcome.reason
    assert "If-None-Match" not in publisher.seen[-1][2]


# ---- what is kept


def kept_files(home):
    return sorted(path.name for path in (home / "data/raw/openrouter").rglob("*") if path.is_file())


def test_the_same_answer_again_changes_nothing(asked, home):
    asked()
    before = {p: p.stat().st_mtime_ns for p in (home / "data/raw").rglob("*") if p.is_file()}
    asked()
    after = {p: p.stat().st_mtime_ns for p in (home / "data/raw").rglob("*") if p.is_file()}
    assert before
    assert after == before


def test_another_answer_goes_beside_the_first(asked, publisher, home):
    asked()
    first = kept_files(home)
    publisher.faults[PATH] = [whole(row(0, total_tokens="6000000000000"))]
    asked()
    new = sorted(set(kept_files(home)) - set(first))
    assert len(new) == 3
    assert [name for name in new if "~2.json" in name and ".meta" not in name]
    assert set(first) <= set(kept_files(home))


def test_an_answer_is_kept_with_what_it_is(asked, home):
    asked()
    (meta,) = (home / "data/raw/openrouter").rglob("*.meta.json")
    told = json.loads(meta.read_text())
    assert told["request"]["url"] == openrouter_rankings.URL
    assert told["status"] == 200
    assert told["licence"].startswith("CC BY 4.0")
    body = meta.with_name(meta.name.removesuffix(".meta.json")).read_bytes()
    assert (told["sha256"], told["bytes_count"]) == (store.sha256(body).hexdigest(), len(body))


def test_an_unchanged_answer_is_asked_for_by_its_mark(asked, publisher, home):
    publisher.etags["/openrouter.ai" + live_openrouter.PATH] = '"v1"'
    asked()
    before = kept_files(home)
    (outcome,) = asked().outcomes
    assert publisher.seen[-1][2]["If-None-Match"] == '"v1"'
    assert outcome.rows_count > 0
    assert kept_files(home) == before


def test_an_interrupted_fetch_goes_on_where_it_stopped(asked, publisher, home, monkeypatch):
    monkeypatch.setattr(openrouter_rankings, "MOST_DAYS", 20)
    publisher.faults["never"] = []
    original, calls = publisher.serve, []

    def failing(handler):
        calls.append(handler.path)
        return status(404)(handler) if len(calls) == 2 else original(handler)

    publisher.serve = failing
    (outcome,) = asked().outcomes
    assert outcome.state == "failed"
    (outcome,) = asked().outcomes
    assert outcome.state == "done", outcome.reason
    assert calls[0] not in calls[1:]  # the first page was not asked for again
    assert calls.count(calls[1]) == 2
    assert not [name for name in kept_files(home) if "unfinished" in name]


def test_offline_reads_what_is_kept_and_asks_nobody(asked, publisher):
    online = asked().outcomes[0]
    questions = len(publisher.seen)
    offline = asked(replace(OPTIONS, offline=True)).outcomes[0]
    assert offline.rows_count == online.rows_count > 0
    assert len(publisher.seen) == questions


def test_offline_with_nothing_kept_says_so(asked):
    (outcome,) = asked(replace(OPTIONS, offline=True)).outcomes
    assert (outcome.state, outcome.reason) == ("failed", "nothing is kept of it")


def test_a_kept_file_that_was_edited_is_refused(asked, home):
    asked()
    (meta,) = (home / "data/raw/openrouter").rglob("*.meta.json")
    body = meta.with_name(meta.name.removesuffix(".meta.json"))
    body.write_bytes(body.read_bytes().replace(b"1", b"2", 1))
    (outcome,) = asked(replace(OPTIONS, offline=True)).outcomes
    assert "has changed since it was kept" in outcome.reason
