"""LaTeX to MathML without what every browser adds by itself."""

import re
from xml.etree import ElementTree

from latex2mathml.converter import convert

_NAMESPACE = ' xmlns="http://www.w3.org/1998/Math/MathML"'
_ROW = "mrow"
_OPEN = {"math", "msqrt", "mtd"}
"""Elements that put any number of children in a row themselves."""


def mathml(latex: str, display: str = "inline") -> str:
    """Markup of a formula; groups of one element and stated defaults are left out."""
    root = ElementTree.fromstring(convert(latex, display=display).replace(_NAMESPACE, ""))
    if root.get("display") == "inline":
        del root.attrib["display"]
    _unwrap(root)
    text = ElementTree.tostring(root, encoding="unicode")
    return re.sub(r"<(\w+)([^<>]*?) />", r"<\1\2></\1>", text)


def _unwrap(element: ElementTree.Element) -> None:
    for place, child in enumerate(element):
        _unwrap(child)
        if child.tag == _ROW and len(child) == 1 and not child.attrib:
            element[place] = child[0]
    if element.tag in _OPEN and len(element) == 1 and element[0].tag == _ROW:
        element[:] = list(element[0])
