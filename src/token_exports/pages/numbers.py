"""Numbers of a sentence as links to the result they are.

A number is linked where exactly one recorded quantity can be meant: first among those that the
same section recorded, then among the headlines, by value and then by an end of the range; elsewhere
in the notebook only if the range follows in brackets and is the same. Everything else stays text:
it is one click from the code that wrote it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from token_exports import formats
from token_exports.results import Recorded

_TEXT = re.compile(r"(<[^>]+>)|([^<]+)")
_NUMBER = re.compile(
    r"(?<![\w.,/−-])"
    r"(1/\d[\d,]*|−?\d[\d,]*(?:\.\d+)?(?:[TBMk](?!\w))?(?:%|\N{MULTIPLICATION SIGN})?)"
    r"(?![\w/])((?:\N{NARROW NO-BREAK SPACE}[^\s(]*)?)(?: \(([^)]*)\))?"
)
_TELLING = re.compile(r"[.%\N{MULTIPLICATION SIGN}TBM/]|,\d{3}")  # 28 may be days, 2026 a year


class Numbers:
    """Recorded quantities of one notebook by the way they print.

    Parameters
    ----------
    quantities
        What the notebook recorded.
    section
        Section of the quantities whose cell is known.
    page
        Page of the results, which the links lead to.
    """

    def __init__(
        self, quantities: Iterable[Mapping[str, Any]], section: Mapping[str, int], page: str
    ) -> None:
        self.page = page
        self.section = section
        self.rows = [Recorded(**row) for row in quantities]
        self.used: list[Recorded] = []

    def linked(self, html: str, section: int = -1) -> str:
        """HTML of a section's sentence whose numbers lead to the results they are."""
        near = [row for row in self.rows if self.section.get(row.name) == section]
        tiers = (near, [row for row in self.rows if row.headline])
        inside_link = False
        parts = []
        for tag, text in _TEXT.findall(html):
            if tag:
                inside_link = tag.startswith("<a") or (inside_link and tag != "</a>")
            elif not inside_link:
                text = _NUMBER.sub(lambda number: self._link(number, tiers), text)
            parts.append(tag or text)
        return "".join(parts)

    def tables(self) -> list[str]:
        """Tables behind the numbers linked since the last call, in order of appearance."""
        names = dict.fromkeys(name for row in self.used for name in row.tables)
        self.used = []
        return list(names)

    def _link(self, number: re.Match[str], tiers: tuple[list[Recorded], ...]) -> str:
        shown, ends = number[1], number[3]
        if not _TELLING.search(shown):
            return number[0]
        meant = next((c[0] for c in self._candidates(shown, ends, tiers) if len(c) == 1), None)
        if meant is None:
            return number[0]
        self.used.append(meant)
        return f'<a href="{self.page}#{meant.name}">{shown}</a>{number[0][len(shown) :]}'

    def _candidates(
        self, shown: str, ends: str | None, tiers: tuple[list[Recorded], ...]
    ) -> Iterator[list[Recorded]]:
        if ends:
            alike = [row for row in self.rows if formats.span(row.interval, row.unit) == ends]
            yield [row for row in alike if _prints(row.central, row) == shown]
        for tier in tiers:
            yield [row for row in tier if _prints(row.central, row) == shown]
            yield [row for row in tier if shown in (_prints(row.low, row), _prints(row.high, row))]


def _prints(value: float, row: Recorded) -> str:
    return formats.quantity(value, row.unit).split(formats.THIN)[0]
