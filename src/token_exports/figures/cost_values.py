"""Recording of notebook 02's quantities under the label, formula and tables they declare."""

from collections.abc import Collection, Mapping

from token_exports.results import Results
from token_exports.uncertainty import Interval

About = Mapping[str, tuple[str, str, tuple[str, ...]]]


def record(
    found: Results,
    values: Mapping[str, Interval | float | None],
    recorded: About,
    headline: Collection[str] = (),
) -> None:
    """Record the quantities whose value is known.

    Parameters
    ----------
    found
        Results of the notebook.
    values
        Name to value; None where the tables do not reach far enough.
    recorded
        Name to label, formula and tables.
    headline
        Names shown among the key numbers.
    """
    for name, value in values.items():
        label, formula, tables = recorded[name]
        if value is not None:
            shown = name in headline
            found.add(name, value, label, formula=formula, tables=tables, headline=shown)
