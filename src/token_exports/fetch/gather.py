"""All answers of a source: asked, kept, read."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from token_exports.fetch import store
from token_exports.fetch.answers import Validators
from token_exports.fetch.contract import Asked, FetchError, Reading, Request, Source, Tables
from token_exports.fetch.shapes import ShapeError
from token_exports.fetch.transport import Client

MOST_PAGES = 1000


def fetched(source: Source, asked: Asked, tables: Tables, client: Client) -> list[Reading]:
    """Ask for everything, keep it, and read it.

    Raises
    ------
    FetchError
        An answer did not come, or is not as documented; what has come is kept, and the same fetch
        goes on from there.
    """
    fetch = store.Fetch(source, asked)
    firsts = source.plan(asked, tables)
    readings = [each for first in firsts for each in _pages(source, first, fetch, client)]
    if firsts and not readings:
        raise FetchError(f"none of its {len(firsts)} pages is there")
    fetch.finish()
    return readings


def kept(source: Source) -> list[Reading]:
    """Read what the last whole fetch has kept.

    Raises
    ------
    FetchError
        Nothing is kept, or it is not as documented.
    """
    answers = store.of_finished(source)
    return [_reading(source, answer, _content(source, answer)) for answer in answers]


def source_id(source: Source, day: str) -> str:
    """Key of the row of ``sources`` for what was fetched on a day."""
    return f"{source.name}_{day}".replace("/", "_").replace("-", "_")


def _pages(source: Source, first: Request, fetch: store.Fetch, client: Client) -> Iterator[Reading]:
    request: Request | None = first
    for _ in range(MOST_PAGES):
        if request is None:
            return
        found = _answered(source, request, fetch, client)
        if found is None:
            return
        answer, content = found
        yield _reading(source, answer, content)
        fetch.note(answer)
        request = source.follow(request, answer.body)
    raise ShapeError(f"more than {MOST_PAGES} pages")


def _answered(
    source: Source, request: Request, fetch: store.Fetch, client: Client
) -> tuple[store.Kept, Any] | None:
    """Kept answer and its content; None if there is none and the source can do without."""
    if (earlier := fetch.earlier(request)) is not None:
        return earlier, _content(source, earlier)
    latest = fetch.latest(request)
    answer = client.get(source, request, latest.validators if latest else None)
    if answer.absent:
        return None
    if answer.unchanged and latest is not None:
        return latest, _content(source, latest)
    try:
        content = source.read(answer.body)
    except ShapeError as fault:  # it is kept too, but must come whole the next time
        refused = fetch.keep(request, replace(answer, validators=Validators()), latest)
        raise ShapeError(f"{refused.path.name}: {fault}") from None
    return fetch.keep(request, answer, latest), content


def _content(source: Source, answer: store.Kept) -> Any:
    try:
        return source.read(answer.body)
    except ShapeError as fault:
        raise ShapeError(f"{answer.path.name}: {fault}") from None


def _reading(source: Source, answer: store.Kept, content: Any) -> Reading:
    day = answer.retrieved_at.date()
    return Reading(answer.request, content, day, source_id(source, day.isoformat()))
