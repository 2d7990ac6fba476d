"""What differs between two finished reports: settings, quantities, verdicts, figures, inputs.

Everything is read from the two folders, so a report of another commit can be compared too; each
report's verdicts are those it printed, not what today's claims would say of its results.
"""

from token_exports.compare.comparison import Comparison, compare
from token_exports.compare.moves import Move, moves
from token_exports.compare.reports import CompareError, Finished, kept, report

__all__ = [
    "CompareError",
    "Comparison",
    "Finished",
    "Move",
    "compare",
    "kept",
    "moves",
    "report",
]
