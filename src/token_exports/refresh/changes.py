"""What rows from a source would change in a table: new, completed, revised, or nothing.

Rows that are alike in the columns of `data.revised_by` are one edition of a fact, such as the list
of a day. If a source repeats every row of the edition that is there, further rows complete it, with
its ``public_since``. If a value differs or a row is gone, the fact was revised: the whole edition
is appended anew, public since the day it was seen. Nothing is ever overwritten.
"""

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from token_exports import data
from token_exports.fetch.contract import Rows
from token_exports.refresh import cells

PROVENANCE = ("source_id", "source_locator", "public_since", "confidence", "note", "snapshot")
TOLERANCE_RATIO = 1e-9
MISSING = "none"


@dataclass(frozen=True)
class Revision:
    """One value that a later edition gives otherwise; a row that is gone has no column."""

    row: str
    column: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What a source would change in one table.

    Parameters
    ----------
    table
        Table.
    rows
        Rows to append.
    new_count, completed_count, same_count
        Rows of new facts, rows that complete an edition, and rows that are there already.
    revisions
        Values that differ, one by one.
    revised_count
        Rows of revised editions.
    held
        Why rows are not appended, one sentence each.
    """

    table: str
    rows: pd.DataFrame
    new_count: int = 0
    completed_count: int = 0
    same_count: int = 0
    revised_count: int = 0
    revisions: tuple[Revision, ...] = ()
    held: tuple[str, ...] = field(default=())


def compare(rows: Rows, current: pd.DataFrame, seen_on: dt.date) -> Change:
    """Hold rows of a source against those of the table.

    Parameters
    ----------
    rows
        Rows of the source.
    current
        The table as `data.load` gives it.
    seen_on
        Day since which a revision is public.
    """
    alike = data.revised_by(rows.table)
    key = [name for name in _primary_key(rows.table) if name not in PROVENANCE]
    paired = _paired(rows, current, key)
    group = paired.after[alike] if alike else paired.after[key]
    paired.status["group"] = cells.keys(group, list(group.columns))
    if not alike:
        return _facts(rows, paired)
    return _editions(rows, current, paired, seen_on)


@dataclass
class _Paired:
    """Cells of the table and of the source, row by row; ``status`` says what they are."""

    before: pd.DataFrame
    after: pd.DataFrame
    status: pd.DataFrame
    differs: pd.DataFrame


def _primary_key(table: str) -> list[str]:
    key = data.describe(table)["schema"]["primaryKey"]
    return [key] if isinstance(key, str) else list(key)


def _paired(rows: Rows, current: pd.DataFrame, key: list[str]) -> _Paired:
    after, before = cells.text(rows.table, rows.frame), cells.text(rows.table, current)
    after.index = pd.Index(cells.keys(after, key), name="key")
    before.index = pd.Index(cells.keys(before, key), name="key")
    after = after[~after.index.duplicated(keep="last")]
    before = before[~before.index.duplicated(keep="last")]
    there = before.reindex(after.index)
    values = [name for name in after.columns if name not in PROVENANCE]
    known = after.index.isin(before.index)
    differs = (after[values] != there[values]) & known[:, None]
    for name in (f["name"] for f in data.fields(rows.table) if f["type"] == "number"):
        if name in values:
            differs[name] &= ~_close(after[name], there[name])
    status = pd.DataFrame({"known": known, "differs": differs.any(axis="columns")})
    return _Paired(before, after, status, differs)


def _close(one: pd.Series, other: pd.Series) -> pd.Series:
    here, there = (pd.to_numeric(each, errors="coerce").to_numpy(float) for each in (one, other))
    return pd.Series(np.isclose(here, there, rtol=TOLERANCE_RATIO, atol=0.0), index=one.index)


def _facts(rows: Rows, paired: _Paired) -> Change:
    """Rows of a table without editions: what is there stays, and what differs is said."""
    status = paired.status
    revisions = _revisions(paired, status["differs"])
    held = (
        f"{row.row}: {row.column} is {row.before} here, {row.after} there; this table takes no"
        " later edition of a row"
        for row in revisions
    )
    return Change(
        table=rows.table,
        rows=paired.after[~status["known"]].reset_index(drop=True),
        new_count=int((~status["known"]).sum()),
        same_count=int((status["known"] & ~status["differs"]).sum()),
        held=tuple(held),
    )


def _editions(rows: Rows, current: pd.DataFrame, paired: _Paired, seen_on: dt.date) -> Change:
    status, after = paired.status, paired.after
    before_group = cells.keys(
        paired.before[data.revised_by(rows.table)], data.revised_by(rows.table)
    )
    gone = (
        ~paired.before.index.isin(after.index) & before_group.isin(set(status["group"])).to_numpy()
    )
    there = set(before_group)
    changed = set(status.loc[status["differs"], "group"]) | set(before_group[gone])
    since = paired.before.groupby(before_group.to_numpy())["public_since"].max()
    early = {group for group in changed if since[group] >= seen_on.isoformat()}
    is_new = ~status["group"].isin(there)
    revised = status["group"].isin(changed - early)
    added = ~status["known"] & ~is_new & ~status["group"].isin(changed)
    appended = after.copy()
    appended.loc[added, "public_since"] = status.loc[added, "group"].map(since)
    appended.loc[revised, "public_since"] = seen_on.isoformat()
    lost = paired.before[gone & before_group.isin(changed - early).to_numpy()]
    revisions = _revisions(paired, status["differs"] & revised)
    revisions += [Revision(_name(key), "", "there", "gone") for key in lost.index]
    held = [
        f"{_name(group)}: revised again on {since[group]}; wait a day" for group in sorted(early)
    ]
    return Change(
        table=rows.table,
        rows=appended[is_new | added | revised].reset_index(drop=True),
        new_count=int(is_new.sum()),
        completed_count=int(added.sum()),
        same_count=int((status["known"] & ~status["group"].isin(changed)).sum()),
        revised_count=int(revised.sum()),
        revisions=tuple(revisions),
        held=tuple(held),
    )


def _revisions(paired: _Paired, which: pd.Series) -> list[Revision]:
    found = []
    for key in paired.after.index[which.to_numpy()]:
        for column in paired.differs.columns[paired.differs.loc[key].to_numpy()]:
            before, after = (str(side.at[key, column]) for side in (paired.before, paired.after))
            found.append(Revision(_name(key), column, before or MISSING, after or MISSING))
    return found


def _name(key: str) -> str:
    return " ".join(part for part in key.split("\x1f") if part)
