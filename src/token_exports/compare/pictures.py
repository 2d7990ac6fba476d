"""Figures of two reports, side by side by name."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORDS = ("title", "subtitle", "source", "alt")


@dataclass(frozen=True)
class Pair:
    """A figure as both reports show it; None where one has no such figure."""

    stem: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    same: bool  # picture and words

    @property
    def row(self) -> Mapping[str, Any]:
        """The figure as the second report knows it, or the first where it is gone."""
        found = self.after or self.before
        assert found is not None
        return found


def pairs(
    before: tuple[Path, Iterable[Mapping[str, Any]]],
    after: tuple[Path, Iterable[Mapping[str, Any]]],
) -> list[Pair]:
    """Figures of two reports in reading order, each report a folder with what was recorded."""
    first, second = _figures(before[1]), _figures(after[1])
    stems = sorted({**first, **second}, key=lambda stem: _place(second.get(stem) or first[stem]))
    return [
        Pair(
            stem,
            first.get(stem),
            second.get(stem),
            _words(first.get(stem)) == _words(second.get(stem))
            and _picture(before[0], stem) == _picture(after[0], stem),
        )
        for stem in stems
    ]


def path(folder: Path, stem: str) -> Path:
    """File of a figure's picture in a report."""
    return folder / "figures" / f"{stem}.svg"


def _figures(recorded: Iterable[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {entry["stem"]: entry for content in recorded for entry in content["figures"]}


def _place(figure: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(part) for part in figure["number"].split("."))


def _words(figure: Mapping[str, Any] | None) -> tuple[Any, ...] | None:
    return tuple(figure[name] for name in WORDS) if figure else None


def _picture(folder: Path, stem: str) -> bytes | None:
    file = path(folder, stem)
    return file.read_bytes() if file.is_file() else None
