"""Error messages as a reader may see them: no colour codes, no folders of this machine."""

import re
from html import escape
from pathlib import Path

from nbformat import NotebookNode

from token_exports import paths

_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PACKAGES = re.compile(r"(?:~|/)[^\s\"'<>|]*/(?:(?:site|dist)-packages|lib/python3\.\d+)/")
_ABSOLUTE = re.compile(r"(?<![\w.:/<~-])(?:~|/[\w.@+-]+)(?:/[\w.@+-]+)+")


def shortened(text: str, folder: Path | None = None) -> str:
    """Text without colour codes, its files named from the repository, a package or the report.

    Parameters
    ----------
    text
        Message, warning or traceback.
    folder
        Report that is being built. Of a file anywhere else only the name remains.
    """
    plain = _CONTROLS.sub("", _COLOURS.sub("", text))
    for known in (folder, paths.root()):
        if known:
            plain = plain.replace(f"{known}/", "").replace(_from_home(known), "")
    plain = _PACKAGES.sub("", plain)
    return _ABSOLUTE.sub(lambda found: f"…/{found[0].rpartition('/')[2]}", plain)


def _from_home(folder: Path) -> str:
    """A folder as IPython writes it, which puts ``~`` for the home folder."""
    home = Path.home()
    return f"~/{folder.relative_to(home)}/" if folder.is_relative_to(home) else f"{folder}/"


def traceback(output: NotebookNode, folder: Path | None = None) -> str:
    """Markup of the traceback of an error that a notebook put out."""
    lines = "\n".join(output.traceback) or f"{output.ename}: {output.evalue}"
    return escape(shortened(lines, folder), quote=False)
