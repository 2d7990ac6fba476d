"""A figure as SVG text: the same bytes every time, identifiers of its own, nothing unseen."""

import io
import re

import matplotlib as mpl
from matplotlib.figure import Figure

_SURPLUS_DIGITS = re.compile(r"(?<=\d\.\d\d)\d+")  # a hundredth of a point is not seen
_PLACE = re.compile(r'(?<=translate\()[^)]*|(?<= [xy]=")[^"]*')
_LETTER = re.compile(r'(<use href="[^"]*") transform="translate\(([\d.-]+)(?: 0)?\)"/>')
_REFERENCE = re.compile(r'(href="#|url\(#)([^")]+)')
_BLANK = re.compile(r'<path id="([^"]+)" transform="[^"]*"/>')
_UNSEEN = re.compile(r'<path d="[^"]*" style="fill:none"/>|<g/>| xmlns:xlink="[^"]*"')
_OUTLINE = re.compile(r' d="([^"]*)"( transform="scale\(0\.015625\)")?')
_GLYPH_GRID = 16  # units of a glyph; at the size of a label again a hundredth of a point


def text(fig: Figure, prefix: str) -> str:
    """SVG of a figure; ``prefix`` keeps its identifiers apart from those of other figures."""
    written = io.StringIO()
    with mpl.rc_context({"svg.hashsalt": prefix}):
        fig.savefig(written, format="svg", metadata={"Date": None, "Creator": None})
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.S)
    svg = _own_identifiers(svg.replace("xlink:href", "href"), prefix)
    return _ungrouped(_compact(svg)) + "\n"


def _own_identifiers(svg: str, prefix: str) -> str:
    """Short identifiers with the prefix where something refers to them, and no others."""
    own: dict[str, str] = {}
    for _, name in _REFERENCE.findall(svg):
        short = f"{name[0]}{len(own)}" if name[0] in "mp" else name.replace("DejaVuSans-", "d")
        own.setdefault(name, f"{prefix}-{short}")
    svg = re.sub(
        r' id="([^"]+)"', lambda name: f' id="{own[name[1]]}"' if name[1] in own else "", svg
    )
    return _REFERENCE.sub(lambda use: use[1] + own[use[2]], svg)


def _compact(svg: str) -> str:
    """Leave out blanks, surplus digits and what draws nothing; a page holds many figures."""
    svg = re.sub(r">\s+<", "><", svg).strip()
    svg = re.sub(r'(?<=style=")[^"]*', lambda style: re.sub(r"([:;]) ", r"\1", style[0]), svg)
    svg = _UNSEEN.sub("", svg)
    for name in _BLANK.findall(svg):
        svg = re.sub(rf'<(?:use href="#|path id="){name}"[^>]*/>', "", svg)
    svg = svg.replace("<defs></defs>", "")
    svg = _OUTLINE.sub(_shorter, svg)
    svg = _PLACE.sub(lambda place: _SURPLUS_DIGITS.sub("", place[0]), svg)
    return _LETTER.sub(lambda use: f'{use[1]} x="{float(use[2]):.1f}"/>', svg)


def _shorter(outline: re.Match[str]) -> str:
    if outline[2]:
        return f' d="{_steps(outline[1], 1 / _GLYPH_GRID, 1)}" transform="scale(0.25)"'
    return f' d="{_steps(outline[1], 100, 100)}"'


def _steps(outline: str, grid: float, unit: int) -> str:
    """Steps from point to point on a grid; places in full would need half as much again."""
    here = start = [0, 0]
    written, last = "", ""
    for letter, numbers in re.findall(r"([MLQCz])([^A-Za-z]*)", outline):
        places = [round(float(number) * grid) for number in numbers.split()]
        steps = [place - here[i % 2] for i, place in enumerate(places)]
        command, steps = _command(letter, steps)
        here = places[-2:] or start
        start = here if letter == "M" else start
        shown = " ".join(f"{step / unit:.2f}".rstrip("0").rstrip(".") for step in steps)
        written += (" " if command == last else command) + shown
        last = "l" if command == "m" else command
    return re.sub(r"(?<!\d)0\.", ".", written.replace(" -", "-"))


def _command(letter: str, steps: list[int]) -> tuple[str, list[int]]:
    """The command of a step, with the numbers it needs."""
    if letter == "L" and 0 in steps:
        return ("h", steps[:1]) if steps[1] == 0 else ("v", steps[1:])
    return letter.lower(), steps


def _ungrouped(svg: str) -> str:
    """Drop groups that say nothing about what they hold."""
    bare: list[bool] = []

    def kept(tag: re.Match[str]) -> str:
        if tag[0] == "</g>":
            return "" if bare.pop() else tag[0]
        bare.append(tag[0] == "<g>")
        return "" if bare[-1] else tag[0]

    return re.sub(r"<g\b[^>]*>|</g>", kept, svg)
