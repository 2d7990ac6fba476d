"""A copy of the repository's data that a test may break."""

import contextlib
import csv
import os
import shutil
from pathlib import Path

import browser_tools
import pytest
from filelock import FileLock
from hypothesis import settings

from token_exports import data, paths

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of an example
settings.load_profile("untimed")

REPOSITORY = paths.root()


@pytest.fixture(scope="session")
def stamps(shared):
    """Folder of the stamps of tables that passed, after a look at each that had none yet."""
    with FileLock(shared / "stamps.lock"), contextlib.suppress(data.DataError):
        data.check()  # a fault has a test of its own
    return REPOSITORY / ".cache" / "valid"


@pytest.fixture
def home(tmp_path, monkeypatch, stamps):
    """Copy of data, documents and template, used by the package instead of the repository.

    Stamps come along: they are named after the content that passed, so only an edited table is
    validated again.
    """
    shutil.copytree(REPOSITORY / "data", tmp_path / "data")
    shutil.copytree(REPOSITORY / "docs", tmp_path / "docs")
    shutil.copytree(REPOSITORY / "reports" / "template", tmp_path / "reports" / "template")
    if stamps.is_dir():
        shutil.copytree(stamps, tmp_path / ".cache" / "valid")
    monkeypatch.setenv("TOKEN_EXPORTS_HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def edit(home):
    """Write one cell of a table of ``home``; the header is line 1 of the file."""

    def write(table, line, column, value):
        path = home / "data" / f"{table}.csv"
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.reader(file))
        rows[line - 1][rows[0].index(column)] = value
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)

    return write


@pytest.fixture(scope="session")
def shared(tmp_path_factory, worker_id):
    """Folder that all workers of a parallel run see; a run in one process has its own."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def baseline(shared):
    """Folder of the baseline report, built once from the repository's own notebooks.

    ``TOKEN_EXPORTS_BASELINE`` names a finished one, for work on pages and tests.
    """
    from token_exports.run import pipeline

    if finished := os.environ.get("TOKEN_EXPORTS_BASELINE"):
        return Path(finished)
    folder = shared / "baseline"
    with FileLock(shared / "baseline.lock"):
        if not folder.is_dir():  # it is put in place whole, or not at all
            pipeline.report("baseline", folder=folder)
    return folder


@pytest.fixture(scope="session")
def browser():
    """A running Chromium."""
    with browser_tools.chromium() as running:
        yield running


@pytest.fixture
def opened(browser, baseline):
    """Open a page of the baseline; afterwards nothing may have been logged or asked for."""
    opener = browser_tools.Opener(browser, baseline.resolve())
    yield opener
    opener.close()
    assert opener.faults == []
