"""Put changed files in place: all of them, even if the process is killed in between.

New contents are written beside the files first, then a journal that lists them, then each takes the
place of its file. A journal that is found later is carried through; parts without one are leftovers
of a process that had decided nothing yet.
"""

import json
import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from token_exports import paths
from token_exports.fetch.store import write_whole

JOURNAL, PART = ".refresh.json", ".part"


def put(files: Iterable[Path]) -> None:
    """Make these the files of ``data/``, in this order.

    Parameters
    ----------
    files
        New files, named as those that they replace.

    Raises
    ------
    OSError
        They cannot be written; the files are as they were.
    """
    live = paths.data()
    names = []
    try:
        for file in files:
            write_whole(_part(live, file.name), file.read_bytes())
            shutil.copymode(live / file.name, _part(live, file.name))
            names.append(file.name)
        write_whole(live / JOURNAL, json.dumps(names).encode())
    except OSError:
        for leftover in live.glob(f".*{PART}"):
            leftover.unlink(missing_ok=True)
        raise
    recover()


def recover() -> list[str]:
    """Finish what an earlier process has begun.

    Returns
    -------
    list of str
        Files that took their place now.
    """
    live, done = paths.data(), []
    journal = live / JOURNAL
    if journal.is_file():
        for name in json.loads(journal.read_text(encoding="utf-8")):
            with suppress(FileNotFoundError):  # has taken its place already
                _part(live, name).replace(live / name)
                done.append(name)
        journal.unlink()
    for leftover in live.glob(f".*{PART}"):
        leftover.unlink(missing_ok=True)
    return done


def _part(live: Path, name: str) -> Path:
    return live / f".{name}{PART}"
