"""What a live source is: where it is asked, how it is read, which rows it gives.

A source is one dataset of one publisher. It says which requests to send, reads the bytes of an
answer (a pure function of the bytes) and turns what it read into rows of the tables of ``data/``
(a pure function of readings and tables). It neither opens a connection nor writes a file: see
`transport` and `store`.
"""

import datetime as dt
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

Tables = Mapping[str, pd.DataFrame]
Kind = Literal["json", "csv", "zip"]


class FetchError(Exception):
    """A source did not answer, or not as documented; the others are not concerned."""


@dataclass(frozen=True)
class Key:
    """A key that a publisher asks for; its value is known to the environment only.

    Parameters
    ----------
    variable
        Environment variable that holds it.
    parameter
        Query parameter that carries it; empty if it is a bearer token of the header.
    register
        Where a user gets one.
    """

    variable: str
    parameter: str = ""
    register: str = ""

    @property
    def value(self) -> str:
        """The key; empty if the variable is not set."""
        return os.environ.get(self.variable, "").strip()


@dataclass(frozen=True)
class Pace:
    """Most requests in any period of so many seconds."""

    requests_count: int
    period_s: float


@dataclass(frozen=True)
class Asked:
    """What is wanted: days ``since`` to ``until``, both included, as known ``today`` (UTC).

    Without ``since`` a source goes on where its table ends.
    """

    since: dt.date | None
    until: dt.date
    today: dt.date


@dataclass(frozen=True)
class Request:
    """One question to a publisher.

    Parameters
    ----------
    name
        File name under which the answer is kept; tells the requests of one source apart.
    url
        Address without key; ``package://name/file`` is a file inside an installed package.
    params
        Query parameters, without the key.
    kind
        What the answer must be.
    optional
        Whether the source can do without the answer where the publisher knows no such thing.
    called
        Content type under which the publisher sends this kind, if it is not a usual one.
    """

    name: str
    url: str
    params: tuple[tuple[str, str], ...] = ()
    kind: Kind = "json"
    optional: bool = False
    called: str = ""


@dataclass(frozen=True)
class Reading:
    """One answer, read: what the source's ``read`` made of it, and when it was fetched."""

    request: Request
    content: Any
    retrieved_on: dt.date
    source_id: str
    """Row of ``sources`` that rows from this answer name."""


@dataclass(frozen=True)
class Rows:
    """Rows that a source gives for one table, with every described column.

    Parameters
    ----------
    table
        Table in ``data/``.
    frame
        Rows; column types as `data.load` gives them.
    series
        Columns that name one series over time; empty where all rows are one.
    order
        Column that orders a series, as ``date``; empty where rows are single facts.
    measures
        Columns whose size is held against earlier values of the series (a jump of about a
        thousand is a changed unit and refuses the source).
    notes
        What an answer holds and the table cannot, one sentence each.
    """

    table: str
    frame: pd.DataFrame
    series: tuple[str, ...] = ()
    order: str = ""
    measures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def no_next(_request: Request, _body: bytes) -> Request | None:
    """No further page."""
    return None


@dataclass(frozen=True)
class Source:
    """One dataset of one publisher.

    Parameters
    ----------
    name
        ``publisher/dataset``; the publisher alone names all of its datasets.
    title
        What it holds, in a few words; becomes the title of its row in ``sources``.
    publisher
        Who publishes it.
    url
        Page that a reader can open.
    licence
        Licence of the data and what it asks for.
    pace
        Most requests per period; sources of one publisher share it.
    tables
        Tables that it can add rows to.
    plan
        First requests, from what is asked and the tables as they are.
    read
        Content of an answer, from its bytes alone. Raises nothing but `shapes.ShapeError`.
    rows
        Rows of tables, from all readings and the tables as they are. Raises `shapes.ShapeError`.
    follow
        The request that an answer leads to, as its next page. Raises `shapes.ShapeError`.
    as_of
        Moment of the data as the publisher states it, from one content; empty if it does not.
    key
        Key that it needs.
    package
        Distribution that must be installed; empty if none.
    alternative
        Whether another source gives the same rows, so that it is asked by its full name only.
    """

    name: str
    title: str
    publisher: str
    url: str
    licence: str
    pace: Pace
    tables: tuple[str, ...]
    plan: Callable[[Asked, Tables], Sequence[Request]]
    read: Callable[[bytes], Any]
    rows: Callable[[Sequence[Reading], Tables], Sequence[Rows]]
    follow: Callable[[Request, bytes], Request | None] = no_next
    as_of: Callable[[Any], str] = field(default=lambda _content: "")
    key: Key | None = None
    package: str = ""
    alternative: bool = False

    @property
    def provider(self) -> str:
        """Publisher part of the name; folder of what is kept."""
        return self.name.partition("/")[0]
