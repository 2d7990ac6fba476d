"""Numbered notes of a page: what a sentence, figure or cell rests on, in order of first mention."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

import pandas as pd

from token_exports import data

_TABLE_FILE = re.compile(r"\b([a-z][a-z0-9_]*)\.csv\b")
_SOURCE_LINK = re.compile(r'<a href="data\.html#source-([^"]+)"[^>]*>[^<]*</a>')
_SOURCE_HREF = re.compile(r'(?<=href=")data\.html#source-([^"]+)')
ANCHOR = "n"


def directed(html: str, source_href: Callable[[str], str]) -> str:
    """HTML in which links to sources lead to where those stand."""
    return _SOURCE_HREF.sub(lambda link: source_href(link[1]), html)


@dataclass(frozen=True)
class Note:
    """One entry of a page's bibliography."""

    number: int
    text: str
    href: str
    more: str


@dataclass
class Notes:
    """Bibliography of one page, filled while its text is written."""

    source_href: Callable[[str], str]
    entries: dict[str, Note] = field(default_factory=dict)

    def table(self, name: str) -> str:
        """Mark of a table's note."""
        if name not in self.entries:
            facts = data.describe(name)
            licences = ", ".join(licence["title"] for licence in facts["licenses"])
            more = f"{facts['attribution']} {licences}.".strip()
            self._add(name, facts["title"], f"data/{name}.html", more)
        return self._mark(name)

    def source(self, source_id: str) -> str:
        """Mark of a source's note."""
        if source_id not in self.entries:
            row = self._sources.loc[source_id]
            more = f"{row['producer']}, read {str(row['date_accessed'])[:10]}."
            self._add(source_id, str(row["title"]), self.source_href(source_id), more)
        return self._mark(source_id)

    @cached_property
    def _sources(self) -> pd.DataFrame:
        return data.load("sources").set_index("source_id")

    def cited(self, html: str) -> str:
        """HTML in which table files and links to sources carry the numbers of their notes."""
        html = _SOURCE_LINK.sub(lambda link: self.source(link[1]), html)
        return _TABLE_FILE.sub(self._table_file, html)

    def credited(self, html: str) -> str:
        """A source line; a table's whole attribution gives way to its number, the note holds it."""
        for attribution, name in self._attributions.items():
            if html.startswith(attribution):
                short = attribution.split(" (")[0] + self.table(name)
                return self.cited(short + html.removeprefix(attribution))
        return self.cited(html)

    @cached_property
    def _attributions(self) -> dict[str, str]:
        """Attributions that name their maker, longest first, and a table of each."""
        tables = {data.describe(name)["attribution"]: name for name in reversed(data.tables())}
        named = {text for text in tables if text.startswith("Source: ") and " (" in text}
        bare = {text.removeprefix("Source: ").rstrip(". "): tables[text] for text in named}
        return dict(sorted(bare.items(), key=lambda item: -len(item[0])))

    def _table_file(self, mention: re.Match[str]) -> str:
        name = mention[1]
        return f"{name}{self.table(name)}" if name in data.tables() else mention[0]

    def _add(self, key: str, text: str, href: str, more: str) -> None:
        self.entries[key] = Note(len(self.entries) + 1, text, href, more)

    def _mark(self, key: str) -> str:
        number = self.entries[key].number
        return f'<sup><a href="#{ANCHOR}{number}">{number}</a></sup>'
