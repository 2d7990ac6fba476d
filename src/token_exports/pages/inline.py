"""A figure's SVG inside a page: scalable, described, in the colours of the page's scheme.

A page allows no style of its own, so each colour becomes the pair of both schemes, of which the
browser takes the one that holds where the figure stands.
"""

import re
from collections.abc import Mapping
from html import escape
from pathlib import Path
from typing import Any

from token_exports.colours import DARK

_SIZE = re.compile(r' (?:width|height)="[^"]*"')
_STYLE = re.compile(r"<style>.*?</style>", re.S)


def inline_svg(svg: str, alt: str) -> str:
    """SVG text for use inside a page."""
    opening, rest = svg.strip().split(">", 1)
    label = f'<svg role="img" aria-label="{escape(alt, quote=True)}"'
    opening = _SIZE.sub("", opening).replace("<svg", label, 1)
    rest = _STYLE.sub("", rest, count=1)
    for light, dark in DARK.items():
        rest = rest.replace(f'="{light}"', f'="light-dark({light},{dark})"')
    return f"{opening}>{rest}"


def chart(figure: Mapping[str, Any], folder: str) -> str:
    """Markup of an interactive figure, from the file that the report holds of it."""
    path = Path(folder, "figures", f"{figure['stem']}.svg")
    svg = inline_svg(path.read_text(encoding="utf-8"), figure["alt"])
    return f'<div class="chart">{svg}</div>'
