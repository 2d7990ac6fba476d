"""What a person sees in the terminal of a comparison or a verification; plain in a log."""

import json
from collections.abc import Sequence
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from token_exports.compare import Comparison, Move, machine, words
from token_exports.compare.pictures import Pair
from token_exports.compare.repeated import TOLERANCE_RATIO, Verified
from token_exports.compare.verdicts import Turn

MOST_MOVES = 12
LOG_COLUMNS = 250
TOLERANCE = f"{TOLERANCE_RATIO:.0e}".replace("e-0", "e-")
SIZES = ("quantity", "moved by", "relative", "of its interval")


def console() -> Console:
    """Standard output: as wide as the terminal, or wide enough for a line a row."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=LOG_COLUMNS)


def comparison(compared: Comparison, *, everything: bool, as_json: bool) -> None:
    """Print a comparison.

    Parameters
    ----------
    compared
        The two reports and what differs.
    everything
        Every moved quantity instead of those that moved most.
    as_json
        The whole comparison as JSON, nothing else.
    """
    if as_json:
        print(json.dumps(machine.plain(compared), indent=1, ensure_ascii=False))
        return
    out = console()
    names = (f"A: {compared.before.name}", f"B: {compared.after.name}")
    settings = [
        (s.name, f"{s.before} ({s.before_origin})", f"{s.after} ({s.after_origin})")
        for s in compared.settings
    ]
    _table(out, "settings", ("name", *names), settings)
    _verdicts(out, compared.turns)
    _moves(out, "headlines", names, compared.headlines)
    most = len(compared.moves) if everything else MOST_MOVES
    _moves(out, "quantities", names, compared.moved[:most])
    if (rest := len(compared.moved) - most) > 0:
        out.print(f"and {rest} smaller moves (--all prints them)\n")
    for name, lone in zip(names, compared.lone, strict=True):
        _lone(out, name, lone, most)
    inputs = [(i.kind, i.name, i.before or "none", i.after or "none") for i in compared.inputs]
    _table(out, "inputs", ("what", "name", *names), inputs)
    _figures(out, compared.pictures)
    out.print(_summary(compared))


def verification(verified: Verified) -> None:
    """Print what moved against the committed results, or that nothing did."""
    out = console()
    counts = f"{verified.quantity_count:,} quantities, {verified.verdict_count} verdicts"
    if verified.same:
        out.print(f"reproduces reports/reference: {counts} within {TOLERANCE}")
        return
    _moves(out, "quantities", ("committed", "now"), verified.moves, digits=True)
    _verdicts(out, verified.turns)
    _table(out, "answers", ("notebook", "committed", "now"), verified.answers)
    out.print(
        f"differs from reports/reference beyond {TOLERANCE}:"
        f" {len(verified.moves)} quantities, {len(verified.turns)} claims,"
        f" {len(verified.answers)} answers"
    )


def _table(out: Console, title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table, or one line that says that it would be empty."""
    if not rows:
        out.print(f"{title}: no difference\n")
        return
    look: dict[str, Any] = {"box": box.SIMPLE_HEAD} if out.is_terminal else {"box": None}
    table = Table(*columns, title=title, title_justify="left", pad_edge=False, **look)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))  # a name may hold square brackets
    out.print(table)
    out.print()


def _moves(
    out: Console, title: str, names: Sequence[str], rows: Sequence[Move], *, digits: bool = False
) -> None:
    value = words.exactly if digits else words.value
    cells = [
        (
            move.result if digits else move.row.label,
            value(move.before),
            value(move.after),
            words.difference(move),
            words.relative(move),
            words.against_interval(move) + " no overlap" * move.apart,
        )
        for move in rows
    ]
    _table(out, title, (SIZES[0], *names, *SIZES[1:]), cells)


def _lone(out: Console, name: str, rows: Sequence[Move], most: int) -> None:
    """Quantities that only one report has, by name."""
    if rows:
        more = f" and {len(rows) - most} more" if len(rows) > most else ""
        listed = ", ".join(move.result for move in rows[:most])
        out.print(Text(f"only in {name}: {listed}{more}\n"), soft_wrap=True)


def _verdicts(out: Console, turns: Sequence[Turn]) -> None:
    """Claims with both verdicts; below each the bases that flip."""
    if not turns:
        out.print("verdicts: no difference\n")
        return
    out.print("verdicts")
    for turn in turns:
        before, after = (said or "none" for said in turn.verdicts)
        said = f"{before} {words.ARROW} {after}" if turn.changed else f"{before} in both"
        stated = words.stated(turn.row)
        lines = [f"{turn.row['statement']} {said}. {words.reason(turn)}"]
        lines += [f"  stated {stated}"] if stated else []
        lines += [f"  {words.flip(flip)}" for flip in turn.flips]
        for line in lines:
            out.print(Text(line), soft_wrap=True)
    out.print()


def _figures(out: Console, pairs: Sequence[Pair]) -> None:
    other = [f"{pair.row['number']} {pair.stem}" for pair in pairs if not pair.same]
    same = len(pairs) - len(other)
    listed = f": {', '.join(other)}" if other else ""
    out.print(f"figures: {len(other)} differ{listed}; {same} are the same to the byte\n")


def _summary(compared: Comparison) -> str:
    apart = sum(move.apart for move in compared.moves)
    changed = sum(turn.changed for turn in compared.turns)
    return (
        f"{len(compared.moves)} of {compared.quantity_count} quantities differ, {apart} with"
        f" intervals that share no value; {changed} verdicts changed"
    )
