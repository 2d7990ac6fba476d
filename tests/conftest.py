"""A copy of the repository's data that a test may break."""

import csv
import shutil

import pytest

from token_exports import paths

REPOSITORY = paths.root()


@pytest.fixture
def home(tmp_path, monkeypatch):
    """Copy of data and template, used by the package instead of the repository.

    Stamps come along: they are named after the content that passed, so only an edited table is
    validated again.
    """
    shutil.copytree(REPOSITORY / "data", tmp_path / "data")
    shutil.copytree(REPOSITORY / "reports" / "template", tmp_path / "reports" / "template")
    stamps = REPOSITORY / ".cache" / "valid"
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
def baseline(tmp_path_factory):
    """Folder of the baseline report, built once from the repository's own notebooks."""
    from token_exports.run import pipeline

    return pipeline.report("baseline", folder=tmp_path_factory.mktemp("report") / "out").parent
