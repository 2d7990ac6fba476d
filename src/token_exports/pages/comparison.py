"""The page on which two reports stand side by side; its folder holds all that it shows."""

import re
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import token_exports
from token_exports import formats, results
from token_exports.compare import Comparison, Finished, Move, machine, pictures, words
from token_exports.compare.pictures import Pair
from token_exports.compare.verdicts import Turn
from token_exports.pages import reference
from token_exports.pages.template import Site
from token_exports.results import Recorded

PAGE, DATA = "compare.html", "compare.json"
SIDES = ("a", "b")
MOST_MOVES, MOST_REASONS = 25, 4
_FIGURE = re.compile(r'id="?figure-([\w-]+)')


def write(folder: Path, compared: Comparison) -> None:
    """Write ``compare.html``, its pictures and the comparison as data.

    Parameters
    ----------
    folder
        Where the page goes. A report that lies beside it is linked to.
    compared
        The two reports and what differs between them.
    """
    site = Site(folder, {"navigation": [], "version": token_exports.__version__})
    site.style()
    sides = (compared.before, compared.after)
    bases = [_beside(side, folder) for side in sides]
    _copy(folder, compared)
    own = {
        "names": [f"{letter.upper()}: {s.name}" for letter, s in zip(SIDES, sides, strict=True)],
        "bases": bases,
        "made_from": [side.made_from for side in sides],
        "compared": compared,
        "moves": [_move(compared, move, bases) for move in compared.moved],
        "lone": [[_move(compared, move, bases) for move in rows] for rows in compared.lone],
        "headlines": [_move(compared, move, bases) for move in compared.headlines],
        "turns": [_turn(turn, bases) for turn in compared.turns],
        "pairs": _pairs(compared, bases),
        "most": MOST_MOVES,
        "data": DATA,
        "words": words,
    }
    site.page(PAGE, "compare", own)
    (folder / DATA).write_text(results.to_json(machine.plain(compared)), encoding="utf-8")


def _beside(side: Finished, folder: Path) -> str:
    """Link to a report that lies beside the page's folder, empty where it does not."""
    report = side.folder.resolve()
    return f"../{report.name}/" if report.parent == folder.resolve().parent else ""


def _links(bases: list[str], target: Callable[[int], str]) -> list[str]:
    """Link into each report, empty where the report is elsewhere or lacks the target."""
    found = [target(side) for side in range(len(bases))]
    return [base + at if base and at else "" for base, at in zip(bases, found, strict=True)]


def _move(compared: Comparison, move: Move, bases: list[str]) -> dict[str, Any]:
    ends = (move.before, move.after)
    reasons = compared.because(move)
    more = len(reasons) - MOST_REASONS
    return {
        "label": move.row.label,
        "name": move.row.name,
        "values": [_value(end) for end in ends],
        "ranges": _ranges(move),
        "links": _links(bases, lambda side: _result(move, side)),
        "difference": words.difference(move),
        "relative": words.relative(move),
        "against": words.against_interval(move),
        "apart": move.apart,
        "because": reasons[:MOST_REASONS] + ([f"{more} more"] if more > 0 else []),
    }


def _value(row: Recorded | None) -> dict[str, str]:
    if row is None:
        return {"central": words.value(row), "ends": ""}
    central = formats.quantity(row.central, row.unit)
    return {"central": central, "ends": formats.span(row.interval, row.unit)}


def _ranges(move: Move) -> list[tuple[int, int, int]]:
    """Low, centre and high of both values on a scale from 0 to 100 that holds all of them."""
    if move.pair is None:
        return []
    ends = [(value.low, value.central, value.high) for value in move.pair]
    least, most = min(low for low, _, _ in ends), max(high for _, _, high in ends)
    return [
        (at[0], at[1], at[2])
        for value in ends
        for at in [[round(100 * (end - least) / (most - least or 1)) for end in value]]
    ]


def _result(move: Move, side: int) -> str:
    row = (move.before, move.after)[side]
    return reference.result_href(move.notebook, row.name) if row else ""


def _turn(turn: Turn, bases: list[str]) -> dict[str, Any]:
    rows = (turn.before, turn.after)
    return {
        "statement": turn.row["statement"],
        "verdicts": turn.verdicts,
        "changed": turn.changed,
        "stated": words.stated(turn.row),
        "reason": words.reason(turn),
        "links": _links(bases, lambda side: _claim(rows[side])),
        "flips": [
            {
                "basis": flip.row["basis"],
                "own": flip.own,
                "ends": [
                    {"verdict": end["verdict"] if end else "", "found": words.basis(end, flip.unit)}
                    for end in (flip.before, flip.after)
                ],
            }
            for flip in turn.flips
        ],
    }


def _claim(row: Mapping[str, Any] | None) -> str:
    return f"claims.html#{row['claim_id']}" if row else ""


# ---- figures


def _copy(folder: Path, compared: Comparison) -> None:
    """Put the pictures of figures that differ beside the page, so that it can be moved."""
    for letter, side in zip(SIDES, (compared.before, compared.after), strict=True):
        target = folder / "figures" / letter
        target.mkdir(parents=True)
        for pair in compared.pictures:
            source = pictures.path(side.folder, pair.stem)
            if not pair.same and source.is_file():
                shutil.copyfile(source, target / source.name)


def _pairs(compared: Comparison, bases: list[str]) -> list[dict[str, Any]]:
    sides = (compared.before, compared.after)
    standing = [_standing(side.folder) if b else {} for side, b in zip(sides, bases, strict=True)]
    return [_pair(pair, standing, bases) for pair in compared.pictures]


def _pair(pair: Pair, standing: list[dict[str, str]], bases: list[str]) -> dict[str, Any]:
    links = _links(bases, lambda side: standing[side].get(pair.stem, ""))
    return {"stem": pair.stem, "same": pair.same, "row": pair.row, "sides": _sides(pair, links)}


def _sides(pair: Pair, links: list[str]) -> list[dict[str, Any]]:
    ends = zip(SIDES, (pair.before, pair.after), links, strict=True)
    return [
        {"figure": figure, "file": f"figures/{letter}/{pair.stem}.svg", "link": link}
        for letter, figure, link in ends
    ]


def _standing(folder: Path) -> dict[str, str]:
    """Page and anchor of each figure of a report; the front page shows some a second time."""
    return {
        stem: f"{page.name}#figure-{stem}"
        for page in sorted(folder.glob("[0-9]*.html"))
        for stem in _FIGURE.findall(page.read_text(encoding="utf-8"))
    }
