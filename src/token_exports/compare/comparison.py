"""Two finished reports and everything in which they differ."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from token_exports.compare import inputs, moves, pictures, settings, verdicts
from token_exports.compare.inputs import Input
from token_exports.compare.moves import Move
from token_exports.compare.pictures import Pair
from token_exports.compare.reports import Finished
from token_exports.compare.settings import OVERRIDES, Setting
from token_exports.compare.verdicts import Turn

ASSUMPTIONS = "data/assumptions.csv"


@dataclass(frozen=True)
class Comparison:
    """What differs between a first and a second report; each part is read when first asked for."""

    before: Finished
    after: Finished

    @cached_property
    def settings(self) -> list[Setting]:
        """Parameters and assumptions that differ, and rows of the assumptions that do."""
        found = settings.differing(self.before.given, self.after.given)
        first, second = (side.folder / ASSUMPTIONS for side in (self.before, self.after))
        parameters = self.after.made_from["parameters"]
        readers = frozenset(name for name, own in parameters.items() if OVERRIDES in own)
        return found + inputs.assumed(first, second, readers)

    @cached_property
    def moves(self) -> list[Move]:
        """Quantities that moved, came or went."""
        return moves.moves(self.before.recorded, self.after.recorded)

    @property
    def moved(self) -> list[Move]:
        """Quantities of both reports that differ, the largest move first."""
        return [move for move in self.moves if move.pair]

    @property
    def lone(self) -> tuple[list[Move], list[Move]]:
        """Quantities that only the first, and that only the second report has."""
        gone = [move for move in self.moves if move.after is None]
        return gone, [move for move in self.moves if move.before is None]

    @property
    def headlines(self) -> list[Move]:
        """Moves of the key numbers, in the order of the report."""
        order = [f"{c['notebook']}:{name}" for c in self.after.recorded for name in c["headlines"]]
        own = {move.result: move for move in self.moves}
        gone = [name for name, move in own.items() if move.after is None and move.row.headline]
        return [own[name] for name in (*order, *gone) if name in own]

    @property
    def quantity_count(self) -> int:
        """Quantities that either report recorded."""
        both = (self.before.recorded, self.after.recorded)
        names = {(c["notebook"], q["name"]) for side in both for c in side for q in c["quantities"]}
        return len(names)

    @cached_property
    def turns(self) -> list[Turn]:
        """Claims with another verdict, then those of which only a basis has another."""
        return verdicts.turns(self.before.judged, self.after.judged)

    @cached_property
    def inputs(self) -> list[Input]:
        """Versions, tables and notebooks that differ."""
        sides = [(side.folder, side.made_from) for side in (self.before, self.after)]
        return inputs.differing(sides[0], sides[1])

    @cached_property
    def pictures(self) -> list[Pair]:
        """All figures, in pairs."""
        sides = [(side.folder, side.recorded) for side in (self.before, self.after)]
        return pictures.pairs(sides[0], sides[1])

    @property
    def answers(self) -> list[tuple[Mapping[str, Any], Mapping[str, Any]]]:
        """Notebooks of both reports whose answer reads otherwise."""
        first = {content["notebook"]: content for content in self.before.recorded}
        both = [(first[c["notebook"]], c) for c in self.after.recorded if c["notebook"] in first]
        return [(a, b) for a, b in both if a["answer"] != b["answer"]]

    def because(self, move: Move) -> list[str]:
        """Settings of its notebook and tables it rests on that differ, which may have moved it."""
        found = [setting.name for setting in self.settings if move.notebook in setting.notebooks]
        tables = {change.table for change in self.inputs} & set(move.row.tables)
        return list(dict.fromkeys([*found, *sorted(tables)]))


def compare(before: Finished, after: Finished) -> Comparison:
    """Compare two finished reports, the first of which counts as the earlier one."""
    return Comparison(before, after)
