"""The report's stylesheet for the one file: same rules, renamed parts, a running title per page.

``main`` is a ``div`` there and ids carry the name of their page. Selectors are rewritten so that
each weighs what it did, and the cascade stays as it was.
"""

import re
from collections.abc import Mapping

_SELECTORS = re.compile(r"[^{};]+(?=\{)")
_MAIN = re.compile(r"(?<![\w.#:\[=\"'-])main(?![\w-])")
_ID = re.compile(r"#([A-Za-z][\w-]*)")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)


def rewritten(style: str, titles: Mapping[str, str]) -> str:
    """Stylesheet of the one file.

    Parameters
    ----------
    style
        Stylesheet of the pages.
    titles
        Name of each page's section and its title.
    """
    renamed = _SELECTORS.sub(lambda found: _renamed(found[0]), _COMMENT.sub("", style))
    pages = "".join(_running_title(number, *item) for number, item in enumerate(titles.items()))
    return renamed + pages


def _renamed(selector: str) -> str:
    if selector.lstrip().startswith("@"):
        return selector
    selector = _MAIN.sub("div:where(.main)", selector)  # as heavy as the element it stands for
    return _ID.sub(r':is(#\1, [id$="--\1"])', selector)


def _running_title(number: int, name: str, title: str) -> str:
    """Print rules of one page: it starts on a new sheet, and each sheet names it."""
    text = re.sub(r"[^\w .,:;()%–-]", "", title)
    section = f'[data-section="{name}"]'
    return (
        f"@media print {{ {section} {{ page: sheet-{number}; }} }}\n"
        f'@page sheet-{number} {{ @top-right {{ content: "{text}"; }} }}\n'
    )
