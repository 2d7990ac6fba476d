"""Docstrings in numpydoc's form as markup."""

import re
from html import escape
from textwrap import dedent

from markupsafe import Markup

_UNDERLINE = re.compile(r"^(\w[\w ]*)\n-{3,}\n", re.M)
_STRESSED = re.compile(r"(?<![\w*])\*(\w[^*<]*?\w)\*(?![\w*])")
_LISTED = {"Parameters", "Returns", "Raises", "Attributes"}


def summary(text: str) -> str:
    """First sentence or line of a docstring."""
    return " ".join(text.partition("\n\n")[0].split())


def markup(text: str, *, level: int) -> Markup:
    """Everything after the summary.

    Parameters
    ----------
    text
        A cleaned docstring.
    level
        Of the headings over its sections.
    """
    lead, *sections = _UNDERLINE.split(text.partition("\n\n")[2])
    found = [_paragraphs(lead)]
    for title, body in zip(sections[::2], sections[1::2], strict=True):
        found.append(f"<h{level}>{escape(title)}</h{level}>")
        found.append(_entries(body) if title in _LISTED else _paragraphs(body))
    return Markup("".join(found))


def inline(text: str) -> Markup:
    """Line of a docstring: escaped, ``names`` as code, *stress* as such."""
    marked = re.sub(r":\w+:`([^`]+)`", r"``\1``", " ".join(text.split()))
    coded = re.sub(r"``(.+?)``", r"<code>\1</code>", escape(marked, quote=False))
    return Markup(_STRESSED.sub(r"<em>\1</em>", coded))


def _paragraphs(text: str) -> str:
    return "".join(map(_block, re.split(r"\n\s*\n", text.strip("\n")))) if text.strip() else ""


def _block(block: str) -> str:
    lines = block.strip("\n").splitlines()
    if all(line.startswith((" ", "\t")) for line in lines):
        return f"<pre tabindex=0>{escape(dedent(block), quote=False)}</pre>"
    if lines[0].startswith("- "):
        items = re.split(r"^- ", block.strip(), flags=re.M)[1:]
        return "<ul>" + "".join(f"<li>{inline(item)}" for item in items) + "</ul>"
    return f"<p>{inline(block)}</p>"


def _entries(text: str) -> str:
    found = []
    for line in text.strip("\n").splitlines():
        if line and not line.startswith(" "):
            found.append((line, list[str]()))
        elif line.strip() and found:
            found[-1][1].append(line)
    listed = "".join(
        f"<dt><code>{escape(name)}</code><dd>{inline(' '.join(said))}" for name, said in found
    )
    return f"<dl>{listed}</dl>"
