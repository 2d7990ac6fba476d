"""What tests share: a copy of the data that they may break, the baseline report, a browser."""

import contextlib
import csv
import os
import shutil
import signal
from pathlib import Path

import archives
import browser_tools
import pytest
from filelock import FileLock
from hypothesis import settings

from token_exports import data, paths

settings.register_profile("untimed", deadline=None)  # a busy machine is no fault of an example
settings.load_profile("untimed")

REPOSITORY = paths.root()
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as a shell leaves it in background
    signal.signal(signal.SIGINT, signal.default_int_handler)

LONGEST = (
    "test_report",
    "test_faults",
    "test_sweep_quantities",
    "test_browser",
    "test_repeatable",
    "test_accessibility",
    "test_sweep_cluster",
    "test_html",
    "test_sweep_plan",
    "test_kernels",
    "test_cache",
)
"""Files that take the longest, in this order: begun last, one would leave a core idle."""


def pytest_configure(config):
    """Let xdist keep the order of files, which it would turn into that of their tests' number."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


def pytest_collection_modifyitems(items):
    """Begin with the files that take the longest."""
    rank = {name: number for number, name in enumerate(LONGEST)}
    items.sort(key=lambda item: rank.get(item.path.stem, len(rank)))


@pytest.fixture(scope="session")
def checked(shared):
    """Folder of what any content that did not change gave: tables that passed, equations."""
    from token_exports.pages import formulas

    with FileLock(shared / "checked.lock"):
        with contextlib.suppress(data.DataError):
            data.check()  # a fault has a test of its own
        formulas.modules()
    return REPOSITORY / ".cache"


@pytest.fixture(scope="session")
def archive(shared):
    """Root whose tables lack what a refresh has appended; the repository if nothing was.

    Tests that were written for what the archives hold stay true when newer facts arrive.
    """
    if not archives.refreshed(REPOSITORY):
        return REPOSITORY
    root = shared / "archive"
    with FileLock(shared / "archive.lock"):
        if not root.is_dir():
            archives.write(REPOSITORY, root)
    return root


@pytest.fixture(scope="module")
def archived(archive):
    """Work on what the archives hold, for all tests of a file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TOKEN_EXPORTS_HOME", str(archive))
        yield archive


@pytest.fixture
def home(tmp_path, monkeypatch, checked, archive):
    """Copy of archived data, documents and template, used instead of the repository."""
    copy_repository(tmp_path, checked, archive)
    monkeypatch.setenv("TOKEN_EXPORTS_HOME", str(tmp_path))
    return tmp_path


def copy_repository(root, checked, archive):
    """Give a folder data, documents and template, and what is known of tables and equations.

    That is named after the content that gave it: only an edited table is validated again.
    """
    for part in ("data", "docs", "reports/template"):
        shutil.copytree(archive / part, root / part, ignore=shutil.ignore_patterns("raw"))
    bring(checked, root)


def bring(checked, root):
    """Put what is known of tables and equations into the cache of another root."""
    for part in ("valid", "pages"):
        if (checked / part).is_dir():
            shutil.copytree(checked / part, root / ".cache" / part)


@pytest.fixture(scope="module")
def copied(tmp_path_factory, checked, archive):
    """Make a copy as ``home`` that all tests of a file share, and work in it for a while."""

    @contextlib.contextmanager
    def work():
        root = tmp_path_factory.mktemp("copied")
        copy_repository(root, checked, archive)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("TOKEN_EXPORTS_HOME", str(root))
            yield root

    return work


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
