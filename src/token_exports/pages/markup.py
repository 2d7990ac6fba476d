"""Markdown and formulas to HTML: headings with anchors, MathML, references to figures by name.

A reference is written ``@fig:typical_week`` or ``@tbl:inputs`` in a Markdown cell or a takeaway; of
another notebook with its number, ``@fig:02_electricity_share``. It prints as a link with the number
that the figure has in this run; a figure that a run has no data for prints as missing from it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

from token_exports.pages.mathml import mathml

_REFERENCE = re.compile(r"@(fig|tbl):([a-z0-9_]+)")
_KINDS = {"fig": ("figures", "figure", "Figure"), "tbl": ("tables", "table", "Table")}


@dataclass(frozen=True)
class References:
    """Where each figure and table of a report stands, by name.

    Parameters
    ----------
    page
        Page that refers to them.
    targets
        ``fig:01_typical_week`` to its link text and the page and anchor it stands at.
    """

    page: str = ""
    targets: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)

    def linked(self, text: str) -> str:
        """Markdown in which each reference is a link."""
        return _REFERENCE.sub(self._link, text)

    def _link(self, reference: re.Match[str]) -> str:
        kind, name = reference.groups()
        own = f"{kind}:{self.page[:2]}_{name}"
        key = own if own in self.targets else f"{kind}:{name}"
        if key not in self.targets:
            return f"{_KINDS[kind][2]} {name.replace('_', ' ')} (not in this run)"
        label, page, anchor = self.targets[key]
        return f"[{label}]({'' if page == self.page else page + '.html'}#{anchor})"


def references(
    page: str, recorded: Iterable[Mapping[str, Any]], standing: Mapping[str, str]
) -> References:
    """References as one page writes them, over the figures and tables of all notebooks.

    Parameters
    ----------
    page
        File of the page without its ending.
    recorded
        What the notebooks recorded.
    standing
        Page of each figure and table, by file stem.
    """
    targets = {
        f"{kind}:{entry['stem']}": (
            f"{word} {entry['number']}",
            standing[entry["stem"]],
            f"{anchor}-{entry['stem']}",
        )
        for content in recorded
        for kind, (group, anchor, word) in _KINDS.items()
        for entry in content[group]
    }
    return References(page, targets)


class _Renderer(IPythonRenderer):
    """Markdown with formulas as MathML."""

    def heading(self, text: str, level: int, **attrs: Any) -> str:
        """Heading that a link can point to."""
        anchor = re.sub(r"[^a-z0-9]+", "-", as_text(text).lower()).strip("-")
        return f'<h{level} id="{escape(anchor)}">{text}</h{level}>\n'

    def inline_math(self, body: str) -> str:
        """Formula inside a line."""
        return mathml(body)

    def block_math(self, body: str) -> str:
        """Formula on its own line."""
        formula = mathml(body.strip(), display="block")
        return f'<span class="scroll formula" tabindex="0" role="group">{formula}</span>'

    def latex_environment(self, name: str, body: str) -> str:
        """Formula in a LaTeX environment."""
        return self.block_math(rf"\begin{{{name}}}{body}\end{{{name}}}")


def markdown(text: str, *, written: bool = False) -> str:
    """HTML of Markdown text, headings with anchors but without pilcrows.

    Markup counts as such only in what somebody has ``written``; computed text may hold the name of
    a model that looks like markup.
    """
    renderer = _Renderer(escape=not written, exclude_anchor_links=True)
    return str(MarkdownWithMath(renderer=renderer).render(text))


def as_text(html: str) -> str:
    """Words of a piece of HTML."""
    return re.sub(r"<[^>]+>", "", html).strip()
