"""From rows of a source to rows in data/: compared, tried, shown, appended whole or not at all."""

import csv
import datetime as dt
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace

import archives
import live_openrouter
import pandas as pd
import pytest
import toys
from live_server import Publisher, status, whole

from token_exports import data
from token_exports.fetch import openrouter_rankings
from token_exports.fetch.contract import FetchError, Pace, Rows
from token_exports.fetch.transport import Client
from token_exports.refresh import applied, attribution, catalogue, cells, changes, jumps, run

SOURCE = replace(openrouter_rankings.SOURCE, pace=Pace(1000, 1.0))
KEY = SOURCE.key.variable
TODAY = dt.date(2026, 11, 29)
DAILY, TOTALS, WEEKLY = (
    "openrouter_tokens_daily",
    "openrouter_totals_daily",
    "openrouter_tokens_weekly",
)
KNOWN = dt.date(2026, 10, 9)


@pytest.fixture
def publisher():
    with Publisher(live_openrouter.answer).running() as server:
        yield server


@pytest.fixture
def asked(home, monkeypatch, publisher):
    """A refresh that asks the publisher for some days; what is in `changed` was restated."""
    monkeypatch.setenv(KEY, "sk-1")

    def refresh(since=dt.date(2026, 10, 12), body=None, **options):
        if body:
            publisher.faults["rankings-daily"] = [whole(body)]
        chosen = run.Options(since=since, **{"report": False, "apply": True} | options)
        return run.refresh([SOURCE], chosen, client=Client(mirror=publisher.url, sleep=None))

    return refresh


def change(result, table):
    (found,) = [each for each in result.outcomes[0].changes if each.table == table]
    return found


def rows_of(day, **edited):
    """Rows as a source gives them: those of a committed day, some cells edited."""
    daily = data.load(DAILY)
    frame = daily[daily["date"] == pd.Timestamp(day)].reset_index(drop=True)
    for name, value in edited.items():
        frame.loc[0, name] = value
    return Rows(DAILY, frame, ("model_permaslug",), "date", ("tokens",))


# ---- what a change is


def test_rows_that_are_there_are_no_change(home):
    found = changes.compare(rows_of(KNOWN), data.load(DAILY), TODAY)
    assert (len(found.rows), found.same_count, found.revisions) == (0, 20, ())


def test_another_source_of_the_same_value_is_no_change(home):
    rows = rows_of(KNOWN)
    rows.frame["source_id"] = "elsewhere"
    assert len(changes.compare(rows, data.load(DAILY), TODAY).rows) == 0


def test_a_day_that_is_not_there_is_new_with_its_own_day_of_publication(home):
    rows = rows_of(KNOWN)
    rows.frame["date"] += pd.Timedelta(days=1)
    found = changes.compare(rows, data.load(DAILY), TODAY)
    assert (found.new_count, found.completed_count, found.revised_count) == (20, 0, 0)
    assert set(found.rows["public_since"]) == {"2026-10-10"}


def test_further_rows_complete_an_edition_that_is_repeated_whole(home):
    rows = rows_of(KNOWN)
    more = rows.frame.tail(1).assign(model_permaslug="acme/small", rank=21, tokens=5)
    found = changes.compare(
        replace(rows, frame=pd.concat([rows.frame, more])), data.load(DAILY), TODAY
    )
    assert (found.completed_count, found.same_count, found.revised_count) == (1, 20, 0)
    assert found.rows["public_since"].tolist() == ["2026-10-10"]


def test_a_value_that_differs_makes_a_new_edition_of_the_whole_day(home):
    before = data.load(DAILY)
    rows = rows_of(KNOWN, tokens=7_000_000_000_000)
    found = changes.compare(rows, before, TODAY)
    assert (found.revised_count, len(found.rows)) == (20, 20)
    assert set(found.rows["public_since"]) == {"2026-11-29"}
    (revision,) = found.revisions
    assert (revision.column, revision.after) == ("tokens", "7000000000000")
    assert revision.before == str(before.loc[before["date"] == "2026-10-09", "tokens"].max())


def test_a_row_that_is_gone_makes_a_new_edition_too(home):
    rows = rows_of(KNOWN)
    found = changes.compare(replace(rows, frame=rows.frame.head(19)), data.load(DAILY), TODAY)
    assert (found.revised_count, found.revisions[-1].after) == (19, "gone")


def test_a_second_revision_on_the_same_day_waits(home):
    rows = rows_of(KNOWN, tokens=7_000_000_000_000)
    found = changes.compare(rows, data.load(DAILY), dt.date(2026, 10, 10))
    assert len(found.rows) == 0
    assert "wait a day" in found.held[0]


def test_a_table_without_editions_keeps_its_row_and_says_what_differs(home):
    frame = data.load("openrouter_models").head(2).reset_index(drop=True)
    frame.loc[0, "launched_on"] = pd.Timestamp("2020-01-01")
    found = changes.compare(Rows("openrouter_models", frame), data.load("openrouter_models"), TODAY)
    assert (len(found.rows), found.same_count) == (0, 1)
    assert "launched_on is" in found.held[0]


@pytest.mark.parametrize("name", data.tables())
def test_cells_of_a_committed_table_are_the_text_of_its_file(name):
    """What is appended looks like what is there: the same dates, numbers and missing cells."""
    written = pd.read_csv(data.table_path(name), dtype=str, keep_default_na=False)
    made = cells.text(name, data.editions(name))
    numeric = [f["name"] for f in data.fields(name) if f["type"] == "number"]
    for column in numeric:
        assert (
            pd.to_numeric(written[column]).fillna(-1) == pd.to_numeric(made[column]).fillna(-1)
        ).all()
    others = [column for column in written if column not in numeric]
    assert written[others].equals(made[others].astype(written[others].dtypes))


# ---- sizes


def sized(ratio):
    rows = rows_of(KNOWN)
    rows.frame["date"] += pd.Timedelta(days=1)
    rows.frame["tokens"] = (rows.frame["tokens"] * ratio).astype("int64")
    return rows


@pytest.mark.parametrize("ratio", [1000, 0.001])
def test_a_thousandfold_size_refuses_the_source(home, ratio):
    with pytest.raises(FetchError, match="tokens is .* unit seems to have changed"):
        jumps.found(sized(ratio), data.load(DAILY))


def test_a_jump_of_one_series_is_pointed_out(home):
    rows = sized(1)
    rows.frame.loc[2, "tokens"] //= 10
    (jump,) = jumps.found(rows, data.load(DAILY))
    assert jump.series == rows.frame.loc[2, "model_permaslug"]
    assert jump.ratio == pytest.approx(0.1, rel=1e-6)


def test_sizes_of_earlier_days_are_held_against_the_first_known_ones(home):
    known = data.load(DAILY)
    earlier = known[known["date"] == known["date"].min()].assign(date=pd.Timestamp("2026-01-01"))
    assert jumps.found(Rows(DAILY, earlier, ("model_permaslug",), "date", ("tokens",)), known) == []
    earlier = earlier.assign(tokens=earlier["tokens"] * 1000)
    with pytest.raises(FetchError, match="unit"):
        jumps.found(Rows(DAILY, earlier, ("model_permaslug",), "date", ("tokens",)), known)


def test_a_day_to_come_refuses_the_source(home):
    rows = rows_of(KNOWN)
    rows.frame["date"] = pd.Timestamp("2031-01-01")
    with pytest.raises(FetchError, match="date 2031-01-01 is in the future"):
        jumps.require_past(rows, TODAY)


# ---- applied


def test_new_days_arrive_in_lists_totals_and_weeks(asked):
    before = {name: data.load(name) for name in (DAILY, TOTALS, WEEKLY)}
    result = asked()
    assert result.files[0] == "sources.csv"
    daily, totals, weekly = (data.load(name) for name in (DAILY, TOTALS, WEEKLY))
    assert len(daily) == len(before[DAILY]) + change(result, DAILY).new_count
    new = daily[daily["date"] > before[DAILY]["date"].max()]
    assert new["date"].min() == pd.Timestamp("2026-10-12")
    named = totals[totals["named"] & totals["date"].isin(new["date"])]
    assert named["tokens"].sum() == new["tokens"].sum()
    week = weekly[weekly["period_start"] == pd.Timestamp("2026-10-12")]
    assert week["window_kind"].unique().tolist() == ["iso_week"]
    days = new[new["date"].between("2026-10-12", "2026-10-18")]
    assert week["tokens"].max() == days.groupby("model_permaslug")["tokens"].sum().max()
    cited = data.load("sources").set_index("source_id")
    title = cited.loc[new["source_id"].iloc[0], "title"]
    assert title.startswith("OpenRouter rankings, tokens by model and day, as of 202")


def test_old_bytes_stay_and_the_citation_names_the_new_moment(asked, home):
    before = (home / f"data/{DAILY}.csv").read_bytes()
    asked()
    assert (home / f"data/{DAILY}.csv").read_bytes().startswith(before)
    titles = data.load("sources")["title"]
    (title,) = titles[titles.str.startswith("OpenRouter rankings, tokens by")]
    moment = title.rpartition("as of ")[2]
    assert f"as of {moment}. Licensed under CC BY 4.0." in data.describe(DAILY)["attribution"]
    assert moment not in data.describe("openrouter_token_mix")["attribution"]


def test_without_apply_nothing_in_data_changes_but_what_is_kept(asked, home):
    before = {p: p.read_bytes() for p in (home / "data").glob("*.*")}
    result = asked(apply=False)
    assert result.rows_count > 0
    assert {p: p.read_bytes() for p in (home / "data").glob("*.*")} == before


def test_a_second_refresh_finds_nothing_new(asked):
    asked()
    assert asked().rows_count == 0


def test_a_restated_day_is_a_later_edition_and_the_earlier_one_is_still_known(asked):
    asked()
    before = data.load(DAILY)
    model = before.loc[before["date"] == "2026-10-13", "model_permaslug"].iloc[0]
    days = [dt.date(2026, 10, 12), dt.date(2026, 10, 18)]
    changed = {"2026-10-13": {model: 7_000_000_000_000}}
    result = asked(body=live_openrouter.body(*days, changed))
    assert change(result, DAILY).revised_count == 20
    now = data.load(DAILY).set_index(["date", "model_permaslug"])["tokens"]
    assert now[pd.Timestamp("2026-10-13"), model] == 7_000_000_000_000
    assert now.index.is_unique
    assert data.load(DAILY, "2026-10-20").equals(before[before["public_since"] <= "2026-10-20"])
    totals = data.load(TOTALS)
    day = totals["date"] == "2026-10-13"
    other = live_openrouter.made_up_day("2026-10-13")["other"]
    assert totals.loc[day, "tokens"].sum() == now[pd.Timestamp("2026-10-13")].sum() + other


def test_an_author_and_a_model_not_seen_before_get_rows_of_unknown_origin(asked):
    days = [dt.date(2026, 10, 12), dt.date(2026, 10, 18)]
    new = {"2026-10-13": {"acme/giant-20261001": 9_000_000_000_000}}
    asked(body=live_openrouter.body(*days, new))
    authors = data.load("model_authors").set_index("author_slug")
    assert authors.loc["acme", "origin"] == "unknown"
    models = data.load("openrouter_models").set_index("model_slug")
    assert models.loc["acme/giant-20261001", "launch_basis"] == "slug_date"
    assert models.loc["acme/giant-20261001", "launched_on"] == pd.Timestamp("2026-10-01")
    totals = data.load(TOTALS)
    unknown = totals[(totals["date"] == "2026-10-13") & (totals["origin_resolved"] == "unknown")]
    assert unknown.loc[unknown["named"], "tokens"].sum() == 9_000_000_000_000


def test_a_row_that_is_not_as_described_refuses_its_source_alone(asked, home):
    days = [dt.date(2026, 10, 12), dt.date(2026, 10, 18)]
    absurd = {"2026-10-13": {"acme/giant": 900_000_000_000_000}}
    before = (home / f"data/{DAILY}.csv").read_bytes()
    (outcome,) = asked(body=live_openrouter.body(*days, absurd)).outcomes
    assert outcome.state == "failed"
    assert "column tokens" in outcome.reason
    assert (home / f"data/{DAILY}.csv").read_bytes() == before


def test_a_table_edited_meanwhile_is_not_overwritten(asked, home, monkeypatch):
    place = home / f"data/{DAILY}.csv"
    original = run.Staged.changed

    def edit(staged):
        place.write_bytes(place.read_bytes() + b"\n")
        return original(staged)

    monkeypatch.setattr(run.Staged, "changed", edit)
    with pytest.raises(run.RefreshError, match="changed meanwhile"):
        asked()


def test_a_kill_between_two_files_is_carried_through_by_the_next_refresh(home, tmp_path):
    new = tmp_path / "new"
    new.mkdir()
    names = ["sources.csv", f"{DAILY}.csv"]
    for name in names:
        (new / name).write_bytes((home / "data" / name).read_bytes() + b"# more\n")
    script = (
        "import os, signal; from pathlib import Path; from token_exports.refresh import applied\n"
        "rename = Path.replace\n"
        "def once(self, target):\n"
        "    rename(self, target)\n"
        "    if self.name.startswith('.sources'): os.kill(os.getpid(), signal.SIGKILL)\n"
        "Path.replace = once\n"
        f"applied.put(Path({str(new)!r}) / name for name in {names!r})\n"
    )
    done = subprocess.run([sys.executable, "-c", script], env=dict(os.environ), check=False)
    assert done.returncode == -signal.SIGKILL
    assert (home / "data/sources.csv").read_bytes().endswith(b"# more\n")
    assert not (home / f"data/{DAILY}.csv").read_bytes().endswith(b"# more\n")
    assert applied.recover() == [f"{DAILY}.csv"]
    assert (home / f"data/{DAILY}.csv").read_bytes().endswith(b"# more\n")
    assert [p.name for p in (home / "data").glob(".*")] == []


def test_parts_of_a_process_that_decided_nothing_are_removed(home):
    (home / "data/.sources.csv.part").write_bytes(b"half")
    assert applied.recover() == []
    assert [p.name for p in (home / "data").glob(".*")] == []


def test_a_disk_that_is_full_leaves_every_file_as_it_was(home, tmp_path, monkeypatch):
    before = (home / "data/sources.csv").read_bytes()
    (tmp_path / "sources.csv").write_bytes(before + b"more")

    def full(_number):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        applied.put([tmp_path / "sources.csv"])
    assert (home / "data/sources.csv").read_bytes() == before
    assert [p.name for p in (home / "data").glob(".*")] == []


def test_a_citation_is_renewed_only_where_it_names_an_earlier_moment():
    text = (
        "  - name: one\n    attribution: 'Source: X, as of 2026-10-11T00:27Z. CC BY.'\n"
        "  - name: two\n    attribution: 'Source: X, as of 2026-10-11T00:27Z. CC BY.'\n"
    )
    made = attribution.renewed(text, ["two"], "2026-11-29T02:00Z")
    assert made == text[: text.index("  - name: two")] + text[
        text.index("  - name: two") :
    ].replace("2026-10-11T00:27Z", "2026-11-29T02:00Z")
    assert attribution.renewed(text, ["one", "two"], "2026-01-01T00:00Z") == text


# ---- the command


def command(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "-m", "token_exports.cli", "refresh", *arguments],
        capture_output=True,
        text=True,
        env={**os.environ, **environment},
        check=False,
    )


def test_the_command_ends_in_a_report_with_the_new_week(home, publisher):
    toys.write(home / "notebooks")
    served = {"TOKEN_EXPORTS_MIRROR": publisher.url, KEY: "sk-1"}
    answer = command("openrouter/rankings", "--since", "2026-10-12", "--apply", **served)
    assert answer.returncode == 0, answer.stderr
    assert "openrouter_tokens_daily: " in answer.stdout
    assert "report with the new rows" in answer.stdout
    page = home / "reports/refresh-proposed/data/openrouter_tokens_daily.html"
    assert f"{data.load(DAILY)['date'].max():%Y-%m-%d}" in page.read_text()
    assert data.load(WEEKLY)["period_start"].max() > pd.Timestamp("2026-10-12")


def test_new_rows_that_no_report_can_be_made_with_are_not_appended(home, publisher):
    toys.write(home / "notebooks", breaking="02_token_cost")
    before = (home / f"data/{DAILY}.csv").read_bytes()
    served = {"TOKEN_EXPORTS_MIRROR": publisher.url, KEY: "sk-1"}
    answer = command("openrouter/rankings", "--since", "2026-10-12", "--apply", **served)
    assert answer.returncode == 1
    assert (home / f"data/{DAILY}.csv").read_bytes() == before


def test_a_failed_source_ends_with_status_3_and_a_summary(home, publisher):
    publisher.faults["rankings-daily"] = [status(404)]
    served = {"TOKEN_EXPORTS_MIRROR": publisher.url, KEY: "sk-1"}
    answer = command("openrouter/rankings", "--json", **served)
    assert answer.returncode == 3
    assert json.loads(answer.stdout)[0]["state"] == "failed"
    publisher.faults["rankings-daily"] = [status(404)]
    answer = command("openrouter/rankings", **served)
    assert "failed: openrouter/rankings" in answer.stdout


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("openrouter/rankings", f"needs a key in {KEY}"),
        ("openrooter", "did you mean 'openrouter'?"),
    ],
)
def test_a_source_that_cannot_be_asked_is_refused_before_any_is(home, publisher, name, told):
    environment = {"TOKEN_EXPORTS_MIRROR": publisher.url, KEY: ""}
    answer = command(name, **environment)
    assert answer.returncode == 2
    assert told in answer.stderr
    assert publisher.seen == []


def test_every_source_is_listed_with_what_it_needs(home):
    listed = command("--list").stdout
    for source in catalogue.SOURCES:
        assert source.name in listed
        assert source.key is None or source.key.variable in listed


# ---- tests of what the archives hold


def test_without_refreshed_rows_a_table_is_what_the_archives_gave(asked, home, tmp_path):
    before = {p.name: p.read_bytes() for p in (home / "data").glob("*.csv")}
    assert not archives.refreshed(home)
    assert asked().files
    assert archives.refreshed(home)
    archives.write(home, tmp_path / "archive")
    after = {p.name: p.read_bytes() for p in (tmp_path / "archive/data").glob("*.csv")}
    assert set(after) == set(before)
    for name, content in before.items():
        rows = list(csv.reader(content.decode().splitlines()))
        assert list(csv.reader(after[name].decode().splitlines())) == rows
