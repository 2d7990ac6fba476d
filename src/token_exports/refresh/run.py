"""A refresh: every source asked, read, held against the tables, tried, and perhaps appended."""

import datetime as dt
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from token_exports import data, paths
from token_exports.fetch import gather
from token_exports.fetch.contract import Asked, FetchError, Reading, Source
from token_exports.fetch.transport import Client
from token_exports.refresh import applied, cells, changes, jumps
from token_exports.refresh.outcome import FAILED, SKIPPED, Outcome, Refreshed
from token_exports.refresh.staged import Staged, Tables, staged
from token_exports.run import publish
from token_exports.run.progress import Progress


class RefreshError(ValueError):
    """The refresh as a whole cannot go on; nothing is appended."""


@dataclass(frozen=True)
class Options:
    """How to refresh.

    Parameters
    ----------
    since
        First day that is wanted; where each table ends, if not given.
    apply
        Append what is proposed.
    offline
        Read what the last fetch has kept instead of asking.
    report
        Build the report with the new rows and say what they change.
    """

    since: dt.date | None = None
    apply: bool = False
    offline: bool = False
    report: bool = True


def refresh(
    sources: Sequence[Source],
    options: Options,
    *,
    client: Client | None = None,
    tell: Callable[[Outcome], None] = lambda _outcome: None,
    progress: Progress | None = None,
) -> Refreshed:
    """Ask sources one after the other; a fault of one leaves the others alone.

    Parameters
    ----------
    sources
        Sources in order; a later one sees the rows of an earlier one.
    options
        How to refresh.
    client
        What asks; a new one where not given.
    tell
        Called with the outcome of each source.
    progress
        Told of notebooks that run.

    Raises
    ------
    RefreshError
        Files of ``data/`` changed while it ran; nothing is appended.
    EffectsError
        The report cannot be made with the new rows; nothing is appended.
    """
    told = progress or Progress()
    with publish.alone(paths.data(), lambda owner: told.waiting("data", owner)):
        applied.recover()
        with staged() as copy:
            asker = client or Client()
            result = Refreshed([])
            for source in sources:
                result.outcomes.append(_one(source, copy, asker, options))
                tell(result.outcomes[-1])
            if copy.changed():
                _conclude(copy, result, options, told)
    return result


def _conclude(copy: Staged, result: Refreshed, options: Options, progress: Progress) -> None:
    if options.report:
        from token_exports.refresh import effects  # heavy: only where there is something new

        result.page, result.effects = effects.effects(copy, progress)
    if not options.apply:
        return
    if moved := copy.moved_meanwhile():
        raise RefreshError(f"{', '.join(moved)} changed meanwhile: run it again")
    result.files = copy.changed()
    applied.put(copy.folder / "data" / name for name in result.files)


def _one(source: Source, copy: Staged, client: Client, options: Options) -> Outcome:
    outcome = Outcome(source)
    if not options.offline and source.key and not source.key.value:
        outcome.state, outcome.reason = SKIPPED, f"{source.key.variable} is not set"
        return outcome
    try:
        with copy.home():
            _propose(outcome, copy, client, options)
    except (FetchError, data.DataError) as fault:
        _failed(outcome, str(fault))
    except Exception as fault:  # a fault of ours in one source must not cost the others
        traceback.print_exc()
        _failed(outcome, f"unexpected {type(fault).__name__}: {fault}")
    return outcome


def _failed(outcome: Outcome, reason: str) -> None:
    outcome.state, outcome.reason = FAILED, reason
    outcome.changes, outcome.jumps, outcome.notes = [], [], []


def _propose(outcome: Outcome, copy: Staged, client: Client, options: Options) -> None:
    """Fetch, read, compare and stage one source."""
    source, tables, today = outcome.source, Tables(), dt.datetime.now(dt.UTC).date()
    asked = Asked(options.since, today - dt.timedelta(days=1), today)
    if options.offline:
        readings = gather.kept(source)
    else:
        readings = gather.fetched(source, asked, tables, client)
    if not readings:
        return
    for rows in source.rows(readings, tables):
        current = tables[rows.table]
        jumps.require_past(rows, today)
        outcome.jumps += jumps.found(rows, current)
        outcome.changes.append(changes.compare(rows, current, _seen_on(readings)))
        outcome.notes += rows.notes
    added = {change.table: change.rows for change in outcome.changes if len(change.rows)}
    if not added:
        return
    as_of = max((source.as_of(reading.content) for reading in readings), default="")
    cited = _sources(source, readings, as_of)
    cited = cited[~cited["source_id"].isin(tables["sources"]["source_id"])]
    used = {name for rows in added.values() for name in rows["source_id"]}
    cited = cited[cited["source_id"].isin(used)]
    copy.append({"sources": cells.text("sources", cited), **added}, as_of)


def _seen_on(readings: Sequence[Reading]) -> dt.date:
    return max(reading.retrieved_on for reading in readings)


def _sources(source: Source, readings: Sequence[Reading], as_of: str) -> pd.DataFrame:
    """Rows of ``sources``, one for each day on which answers came."""
    days = {reading.source_id: reading.retrieved_on for reading in readings}
    return pd.DataFrame(
        {
            "source_id": list(days),
            "title": f"{source.title}, as of {as_of}" if as_of else source.title,
            "producer": source.publisher,
            "url": source.url or np.nan,
            "date_accessed": pd.to_datetime(list(days.values())),
            "licence": source.licence,
        }
    )
