"""What a run shows: words in a log, events for a program, bars on a terminal, or nothing."""

import io
import json

import pytest
from rich.console import Console

from token_exports.results import Failure
from token_exports.run import display
from token_exports.run.progress import Progress

NAME = "02_token_cost"


def told(progress):
    """A run as the pipeline tells it: one notebook kept, one run, one failed."""
    progress.waiting("reports/baseline", "417")
    progress.planned(["01_openrouter_share"], {NAME: 31.4, "03_bitcoin_vs_tokens": None})
    progress.cell(NAME, "hour-figure", done=2, total=4, share=0.25)
    progress.finished(NAME, 30.0, None)
    progress.finished(
        "03_bitcoin_vs_tokens", 2.0, Failure("03", "x", 3, "ValueError: no week", "raised")
    )
    progress.notice("01: damaged")
    progress.stage("rendering")
    progress.ended(folder="reports/baseline", fresh=False)


def test_a_log_has_one_line_for_what_matters(capsys):
    with display.progress() as progress:  # the captured stream is no terminal
        told(progress)
    assert capsys.readouterr().err.splitlines() == [
        "another run (process 417) builds reports/baseline; waiting for it",
        "01_openrouter_share kept, 02_token_cost to run (31 s last time),"
        " 03_bitcoin_vs_tokens to run",
        "02_token_cost done in 30.0 s",
        "03_bitcoin_vs_tokens failed after 2.0 s: ValueError: no week",
        "01: damaged",
        "rendering",
    ]


def test_a_program_gets_every_event_on_a_line_of_its_own(capsys):
    with display.progress("json") as progress:
        told(progress)
    said = capsys.readouterr()
    events = [json.loads(line) for line in said.out.splitlines()]
    assert [event["event"] for event in events] == [
        "waiting", "planned", "cell", "notebook", "notebook", "notice", "stage", "report",
    ]  # fmt: skip
    assert events[2]["share"] == 0.25
    assert events[4]["error"] == "ValueError: no week"
    assert said.err == ""


def test_quiet_says_nothing(capsys):
    with display.progress("quiet") as progress:
        told(progress)
    assert capsys.readouterr() == ("", "")


def test_a_report_without_work_says_so():
    assert "nothing has changed" in display.line({"event": "report", "fresh": True})


@pytest.mark.parametrize("width", [60, 120])
def test_a_terminal_shows_cells_and_the_time_of_last_run(monkeypatch, width):
    screen = io.StringIO()
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    made = Console(file=screen, force_terminal=True, width=width)
    monkeypatch.setattr("rich.console.Console", lambda **_: made)
    with display.progress() as progress:
        told(progress)
    shown = screen.getvalue()
    assert "cell 2/4 hour-figure" in shown
    assert "ValueError: no week" in shown
    if width > 100:
        assert "about 31 s in all" in shown


def test_the_default_progress_is_silent(capsys):
    told(Progress())
    assert capsys.readouterr() == ("", "")
