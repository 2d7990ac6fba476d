"""A copy of the repository's tables to which rows are appended and tried, before any is kept."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import pandas as pd

from token_exports import data, paths
from token_exports.refresh import attribution, cells

HOME_VARIABLE = "TOKEN_EXPORTS_HOME"
COPIED = ("data", "reports")
LINKED = ("reports/template", "reports/reference", "data/raw")


class Tables(Mapping[str, pd.DataFrame]):
    """Tables by name as they are at the moment, read when they are asked for."""

    def __getitem__(self, name: str) -> pd.DataFrame:
        return data.load(name)

    def __iter__(self) -> Iterator[str]:
        return iter(data.tables())

    def __len__(self) -> int:
        return len(data.tables())


class Staged:
    """The copy; what is read by `data` inside ``with staged.home()`` comes from it.

    Parameters
    ----------
    folder
        Empty folder that becomes its root.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._live = paths.data()
        root = paths.root().resolve()
        for needed in (paths.cache(), self._live / "raw"):
            needed.mkdir(exist_ok=True)
        whole = [path.name for path in root.iterdir() if path.name not in COPIED]
        for name in (*whole, *LINKED):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).symlink_to(root / name)
        for path in self._live.iterdir():
            if path.name == "raw" or path.name.startswith("."):
                continue
            if path.is_dir():
                shutil.copytree(path, folder / "data" / path.name)
            else:
                shutil.copy2(path, folder / "data" / path.name)
        self._at_start = {name: _digest(self._live / name) for name in self._files()}

    @contextmanager
    def home(self) -> Iterator[None]:
        """Make the copy the repository that is read."""
        before = os.environ.get(HOME_VARIABLE)
        os.environ[HOME_VARIABLE] = str(self.folder)
        try:
            yield
        finally:
            if before is None:
                del os.environ[HOME_VARIABLE]
            else:
                os.environ[HOME_VARIABLE] = before

    def append(self, rows: Mapping[str, pd.DataFrame], as_of: str = "") -> None:
        """Append cells to tables of the copy and try them; nothing is changed if one fails.

        Parameters
        ----------
        rows
            Cells by table, from `cells.text`.
        as_of
            Moment of the data that a citation has to name, if the publisher states it.

        Raises
        ------
        DataError
            A row is not as its table is described.
        """
        places = [self.folder / "data" / str(data.describe(name)["path"]) for name in rows]
        descriptor = self.folder / "data" / data.DESCRIPTOR
        before = {path: path.read_bytes() for path in (*places, descriptor)}
        try:
            for path, added in zip(places, rows.values(), strict=True):
                with path.open("a", encoding="utf-8", newline="") as file:
                    file.write(cells.lines(added))
            if as_of:
                text = descriptor.read_text(encoding="utf-8")
                descriptor.write_text(
                    attribution.renewed(text, list(rows), as_of), encoding="utf-8"
                )
            data.check(rows)
        except data.DataError:
            for path, content in before.items():
                path.write_bytes(content)
            raise

    def changed(self) -> list[str]:
        """Files of ``data/`` that differ from the live ones, those that others refer to first."""
        names = [n for n in self._files() if _digest(self.folder / "data" / n) != self._at_start[n]]
        return sorted(names, key=_rank)

    def moved_meanwhile(self) -> list[str]:
        """Files whose live content is no longer the one that was copied."""
        return [n for n in self.changed() if _digest(self._live / n) != self._at_start[n]]

    def _files(self) -> list[str]:
        found = (self.folder / "data").glob("*.*")
        return sorted(path.name for path in found if path.is_file())


@contextmanager
def staged() -> Iterator[Staged]:
    """A copy that is removed at the end."""
    with tempfile.TemporaryDirectory(prefix="token-exports-refresh-") as folder:
        yield Staged(Path(folder).resolve())


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


def _rank(name: str) -> tuple[int, str]:
    """Tables that others refer to come first, so that every state in between is valid."""
    referred = ("sources.csv", "providers.csv", "model_authors.csv", "serving_benchmarks.csv")
    return (referred.index(name) if name in referred else len(referred), name)
