"""What comes back from a publisher, and when to give up on it."""

import datetime as dt
from dataclasses import dataclass

from token_exports.fetch.contract import FetchError

ABSENT = (400, 404)  # how publishers say that they know no such thing


@dataclass(frozen=True)
class Limits:
    """How long and how much is too long and too much."""

    connect_s: float = 10.0
    silence_s: float = 30.0
    answer_s: float = 180.0
    body_bytes: int = 32_000_000
    tries_count: int = 5
    redirects_count: int = 3


@dataclass(frozen=True)
class Validators:
    """What makes a request conditional: the marks of the answer that is kept."""

    etag: str = ""
    last_modified: str = ""

    @property
    def headers(self) -> dict[str, str]:
        """Request headers."""
        marks = {"If-None-Match": self.etag, "If-Modified-Since": self.last_modified}
        return {name: mark for name, mark in marks.items() if mark}


@dataclass(frozen=True)
class Answer:
    """Bytes of an answer and what the publisher said of them; no body if it has not changed."""

    status: int
    retrieved_at: dt.datetime
    body: bytes
    content_type: str = ""
    key_removed: bool = False
    validators: Validators = Validators()

    @property
    def unchanged(self) -> bool:
        """Whether the publisher says that the kept answer still holds."""
        return self.status == 304

    @property
    def absent(self) -> bool:
        """Whether the publisher has no such page."""
        return self.status in ABSENT


class Passing(FetchError):
    """A fault that may have passed at the next try; ``wait_s`` is the publisher's own wish."""

    def __init__(self, message: str, wait_s: float | None = None) -> None:
        super().__init__(message)
        self.wait_s = wait_s


def now() -> dt.datetime:
    """Moment in UTC, to the second."""
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
