"""A figure as SVG text: the same bytes every time, identifiers of its own, nothing unseen."""

import io
import re

import matplotlib as mpl
from matplotlib.figure import Figure

_SURPLUS_DIGITS = re.compile(r"(?<=\d\.\d\d)\d+")  # a hundredth of a point is not seen
_LETTER = re.compile(r'(<use href="[^"]*") transform="translate\(([\d.-]+)(?: 0)?\)"/>')
_REFERENCE = re.compile(r'(?:href="#|url\(#)([^")]+)')


def text(fig: Figure, prefix: str) -> str:
    """SVG of a figure; ``prefix`` keeps its identifiers apart from those of other figures."""
    written = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": prefix}):
        fig.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.S)
    return _compact(_own_identifiers(svg, prefix))


def _own_identifiers(svg: str, prefix: str) -> str:
    """Prefix the identifiers that something refers to, and drop the others."""
    used = set(_REFERENCE.findall(svg))
    svg = re.sub(
        r' id="([^"]+)"', lambda name: f' id="{prefix}-{name[1]}"' * (name[1] in used), svg
    )
    svg = svg.replace("xlink:href", "href").replace("DejaVuSans", "d")
    return re.sub(r'(href="#|url\(#)', rf"\g<1>{prefix}-", svg)


def _compact(svg: str) -> str:
    """Leave out blanks between tags and surplus digits; a page holds many figures."""
    svg = re.sub(r' d="([^"]*)"', lambda path: f' d="{_path(path[1])}"', svg)
    svg = re.sub(r"(?<=translate\()[^)]*", lambda move: _SURPLUS_DIGITS.sub("", move[0]), svg)
    svg = _LETTER.sub(lambda use: f'{use[1]} x="{float(use[2]):.1f}"/>', svg)
    svg = re.sub(r'(?<=style=")[^"]*', lambda style: re.sub(r"([:;]) ", r"\1", style[0]), svg)
    return re.sub(r">\s+<", "><", svg).strip() + "\n"


def _path(commands: str) -> str:
    commands = _SURPLUS_DIGITS.sub("", commands)
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", commands).replace("\n", " ").strip()
