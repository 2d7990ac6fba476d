"""What a refresh prints: each source, its rows, what they change, and how to go on."""

import json
from typing import Any

from token_exports import paths
from token_exports.fetch.contract import Source
from token_exports.refresh.changes import Change
from token_exports.refresh.outcome import DONE, FAILED, Outcome, Refreshed

MOST_REVISIONS, MOST_NEW = 8, 3
INDENT = "  "


def outcome(found: Outcome) -> str:
    """Lines on one source."""
    if found.state != DONE:
        return f"{found.source.name}: {found.state}: {found.reason}"
    lines = [f"{found.source.name}: {_counted(found)}"]
    for change in found.changes:
        lines += [INDENT + line for line in _change(change)]
    for jump in found.jumps:
        lines.append(
            f"{INDENT}jump: {jump.series}: {jump.column} {jump.before:,.6g} -> {jump.after:,.6g}"
            f" ({jump.ratio:,.3g} times)"
        )
    lines += [f"{INDENT}note: {note}" for note in found.notes]
    return "\n".join(lines)


def _counted(found: Outcome) -> str:
    return f"{found.rows_count:,} rows to append" if found.rows_count else "nothing new"


def _change(change: Change) -> list[str]:
    counts = {
        "new": change.new_count,
        "completing known days": change.completed_count,
        "in revised editions": change.revised_count,
        "known": change.same_count,
    }
    told = ", ".join(f"{count:,} {name}" for name, count in counts.items() if count)
    lines = [f"{change.table}: {told}"] if told else []
    lines += [f"{INDENT}+ {line}" for line in _examples(change)]
    for row in change.revisions[:MOST_REVISIONS]:
        lines.append(f"{INDENT}~ {row.row}: {row.column} {row.before} -> {row.after}".rstrip())
    if (more := len(change.revisions) - MOST_REVISIONS) > 0:
        lines.append(f"{INDENT}~ and {more:,} more values")
    lines += [f"{INDENT}held: {reason}" for reason in change.held[:MOST_REVISIONS]]
    if (more := len(change.held) - MOST_REVISIONS) > 0:
        lines.append(f"{INDENT}held: and {more:,} more")
    return lines


def _examples(change: Change) -> list[str]:
    rows = change.rows.drop(columns=["source_id", "confidence"], errors="ignore")
    shown = rows.head(MOST_NEW)
    lines = [" ".join(cell for cell in row if cell)[:96] for row in shown.to_numpy()]
    return lines + ([f"and {len(rows) - MOST_NEW:,} more"] if len(rows) > MOST_NEW else [])


def end(result: Refreshed, *, applied: bool) -> str:
    """Last lines: what failed, what is appended or how to append it."""
    states: dict[str, list[str]] = {}
    for each in result.outcomes:
        states.setdefault(each.state, []).append(each.source.name)
    lines = [f"{state}: {', '.join(names)}" for state, names in states.items()]
    if FAILED in states:
        lines.append("the failed sources left no rows; the same command asks them again")
    if result.page:
        lines.append(f"report with the new rows: {paths.short(result.page)}")
    if applied and result.files:
        lines.append(f"appended to {', '.join(result.files)}; now make report, make reference")
    elif result.rows_count:
        lines.append("nothing is appended yet: --apply --offline appends just these rows")
    return "\n".join(lines)


def machine(result: Refreshed) -> str:
    """The whole result as JSON."""
    return json.dumps([_plain(each) for each in result.outcomes], indent=1, ensure_ascii=False)


def _plain(found: Outcome) -> dict[str, Any]:
    return {
        "source": found.source.name,
        "state": found.state,
        "reason": found.reason,
        "tables": {
            change.table: {
                "new_count": change.new_count,
                "completed_count": change.completed_count,
                "revised_count": change.revised_count,
                "same_count": change.same_count,
                "revisions": [vars(revision) for revision in change.revisions],
                "held": list(change.held),
            }
            for change in found.changes
        },
        "jumps": [{**vars(jump), "ratio": jump.ratio} for jump in found.jumps],
        "notes": found.notes,
    }


def listing(sources: tuple[Source, ...]) -> str:
    """A line per source: name, what it holds, what it needs."""
    width = max(len(source.name) for source in sources)
    return "\n".join(
        f"{source.name:<{width}}  {source.title}{_needs(source)}" for source in sources
    )


def _needs(source: Source) -> str:
    needed = [source.key.variable] if source.key else []
    needed += [f"package {source.package}"] if source.package else []
    return f" (needs {' and '.join(needed)})" if needed else ""
