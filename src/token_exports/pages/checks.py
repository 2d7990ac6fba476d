"""A last look at a finished report folder: no figure without its words, its files and its data."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from token_exports.results import FigureError

WORDS = ("title", "subtitle", "source", "alt", "unit", "number")
FILES = ("figures/{}.svg", "figures/{}.png", "tables/{}.csv")


def figures(folder: Path, recorded: Iterable[Mapping[str, Any]]) -> None:
    """Refuse a report in which a figure lacks what makes it readable or checkable.

    Parameters
    ----------
    folder
        Report that is being built.
    recorded
        Results of its notebooks.

    Raises
    ------
    FigureError
        Names every figure at fault and what it lacks.
    """
    faults = [
        f"figure {entry['stem']}: {fault}"
        for content in recorded
        for entry in content["figures"]
        for fault in _faults(folder, entry)
    ]
    if faults:
        raise FigureError("\n".join(faults))


def _faults(folder: Path, entry: Mapping[str, Any]) -> list[str]:
    found = [f"no {name}" for name in WORDS if not str(entry.get(name, "")).strip()]
    title = str(entry.get("title", "")).rstrip(".")
    if title and title in str(entry.get("alt", "")):
        found.append("its alt text repeats the title")
    files = [file.format(entry["stem"]) for file in FILES]
    found += [f"no file {file}" for file in files if not (folder / file).is_file()]
    drawing = folder / files[0]
    if drawing.is_file():
        try:
            ElementTree.parse(drawing)
        except ElementTree.ParseError as fault:
            found.append(f"its SVG is broken ({fault})")
    return found
