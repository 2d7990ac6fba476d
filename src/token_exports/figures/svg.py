"""A figure as SVG text: the same bytes every time, identifiers of its own, nothing unseen.

Styles are written as attributes, for two reasons: a page that holds the figure allows no style of
its own, and a rule of the dark scheme can then replace a colour wherever it is used. Words stay
text: they can be found, copied and read aloud, and outlines would weigh as much as the drawing.
"""

import io
import re
from string import ascii_lowercase

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from token_exports.figures import outline
from token_exports.figures.theme import DARK

SERIES = "series "
"""Start of the identifier of an artist that a reader can hide, before the name of its series."""

POINTS_PER_INCH = 72
"""Scale of the SVG."""
_SURPLUS_DIGITS = re.compile(r"(?<=\d\.\d\d)\d+")  # a hundredth of a point is not seen
_PLACE = re.compile(r'(?<=translate\()[^)]*|(?<= [xy]=")[^"]*')
_REFERENCE = re.compile(r'(href="#|url\(#)([^")]+)')
_UNSEEN = re.compile(
    r'<path d="[^"]*" style="fill:none"/>|<g[^>]*/>| xmlns:xlink="[^"]*"|<style.*?</style>'
)
_EMPTY = re.compile(r'<path(?![^>]* d=")[^>]*/>|<path[^>]* d=""[^>]*/>')  # of missing values only
_STYLE = re.compile(r' style="([^"]*)"')
_LEVEL = re.compile(r' transform="rotate\(-?0 [^"]*"')
_DEFAULTS = {("stroke-dashoffset", "0"), ("stroke-linecap", "butt"), ("stroke-linejoin", "round")}
_FAMILY = "DejaVu Sans,Verdana,Bitstream Vera Sans,sans-serif"
"""The face that places were measured with, then one of the same widths on other systems."""


def text(fig: Figure, prefix: str) -> str:
    """SVG of a figure; ``prefix`` keeps its identifiers apart from those of other figures."""
    svg = _drawn(fig, prefix)
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"<metadata>.*?</metadata>|<!--.*?-->", "", svg, flags=re.S)
    svg = _own_identifiers(svg.replace("xlink:href", "href"), prefix)
    svg = _ungrouped(_compact(svg))
    head = f' font-family="{_FAMILY}" stroke-linejoin="round">{_dark_rules(svg)}'
    return svg.replace(">", head, 1) + "\n"


def _drawn(fig: Figure, salt: str) -> str:
    """SVG as matplotlib writes it, in one pass; ``savefig`` would rehearse all drawing once."""
    written = io.StringIO()
    canvas = FigureCanvasSVG(fig)
    fig.set_dpi(POINTS_PER_INCH)
    layout = fig.get_layout_engine()
    if layout is not None:
        layout.execute(fig)  # measures with the canvas above, so in the widths of the SVG
        fig.set_layout_engine("none")
    with mpl.rc_context({"svg.hashsalt": salt}):
        canvas.print_svg(written, metadata={"Date": None, "Creator": None})  # type: ignore[no-untyped-call]
    return written.getvalue()


def prefix_of(notebook: str, number: int) -> str:
    """Two or three letters that no other figure of the report begins its identifiers with."""
    tens, ones = divmod(number - 1, len(ascii_lowercase))
    first = ascii_lowercase[int(notebook[:2]) - 1]
    return first + (ascii_lowercase[tens - 1] if tens else "") + ascii_lowercase[ones]


def _own_identifiers(svg: str, prefix: str) -> str:
    """Short identifiers with the prefix where something refers to them, and no others."""
    own: dict[str, str] = {}
    for _, name in _REFERENCE.findall(svg):
        own.setdefault(name, prefix + np.base_repr(len(own), 36))  # digits, then capitals
    svg = re.sub(r' id="([^"]+)"', lambda name: _identifier(name[1], own), svg)
    return _REFERENCE.sub(lambda use: use[1] + own[use[2]], svg)


def _identifier(name: str, own: dict[str, str]) -> str:
    if name.startswith(SERIES):
        return f' data-series="{name.removeprefix(SERIES)}"'
    return f' id="{own[name]}"' if name in own else ""


def _compact(svg: str) -> str:
    """Leave out blanks, surplus digits and what draws nothing; a report holds many figures."""
    svg = re.sub(r">\s+<", "><", svg).strip()
    svg = re.sub(r'(?<=style=")[^"]*', lambda style: re.sub(r"([:;]) ", r"\1", style[0]), svg)
    svg = _UNSEEN.sub("", svg)
    svg = _EMPTY.sub("", svg).replace("<defs></defs>", "")
    svg = _LEVEL.sub("", outline.shortened(svg))
    svg = _PLACE.sub(lambda place: _SURPLUS_DIGITS.sub("", place[0]), svg)
    return _STYLE.sub(_attributes, svg)


def _attributes(style: re.Match[str]) -> str:
    pairs = [pair.partition(":")[::2] for pair in style[1].split(";")]
    return "".join(
        f' {name}="{re.sub(r"^0[.]", ".", value.removesuffix("px"))}"'
        for name, value in pairs
        if (name, value) not in _DEFAULTS and name != "font-family"
    )


def _dark_rules(svg: str) -> str:
    """Rules that recolour the figure where its viewer asks for a dark scheme, but not on paper."""
    rules = "".join(
        f'[{name}="{light}"]{{{name}:{dark}}}'
        for light, dark in DARK.items()
        for name in ("fill", "stroke")
        if f'{name}="{light}"' in svg
    )
    return f"<style>@media screen and (prefers-color-scheme:dark){{{rules}}}</style>"


def _ungrouped(svg: str) -> str:
    """Drop groups that say nothing about what they hold."""
    bare: list[bool] = []
    svg = re.sub(r"<g\b[^>]*/>", "", svg)  # a series without points; it has no end tag to count

    def kept(tag: re.Match[str]) -> str:
        if tag[0] == "</g>":
            return "" if bare.pop() else tag[0]
        bare.append(tag[0] == "<g>")
        return "" if bare[-1] else tag[0]

    return re.sub(r"<g\b[^>]*>|</g>", kept, svg)
