"""The tables as the archives gave them: without rows that a refresh has appended.

Refreshed rows name a source whose key ends in the day of the fetch, as ``ecb_rates_2026_11_29``.
"""

import csv
import re
import shutil

from token_exports.fetch.gather import source_id
from token_exports.refresh.catalogue import SOURCES

_NAMES = "|".join(re.escape(source_id(source, "")) for source in SOURCES)
FETCHED = re.compile(rf"({_NAMES})20\d\d_\d\d_\d\d")


def refreshed(repository):
    """Whether any row came from a live source."""
    with (repository / "data/sources.csv").open(encoding="utf-8", newline="") as file:
        return any(FETCHED.fullmatch(row["source_id"]) for row in csv.DictReader(file))


def write(repository, root):
    """Write a root with archived tables; all else are links into the repository."""
    root.mkdir()
    for path in repository.iterdir():
        if path.name != "data":
            (root / path.name).symlink_to(path)
    shutil.copytree(repository / "data", root / "data", ignore=shutil.ignore_patterns("raw"))
    for path in (root / "data").glob("*.csv"):
        _without_fetched(path)


def _without_fetched(path):
    with path.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    if "source_id" not in header:
        return
    place = header.index("source_id")
    kept = [row for row in rows if not FETCHED.fullmatch(row[place])]
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *kept])
