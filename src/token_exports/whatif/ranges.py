"""How far a control moves: from the rows of its assumption, never typed.

    low end  = half of the least low point of all rows of the parameter
    high end = twice the greatest high point

within what the unit allows, and always wide enough for the value of the run. So a slider holds the
values of every country, chip and price class, and leaves room for a reader who believes none.
"""

from collections.abc import Iterable

from token_exports.assumptions import Assumption, Assumptions, limits
from token_exports.uncertainty import Interval
from token_exports.whatif.panel import Control

ROOM_RATIO = 2.0
WHOLE = (0.0, 1.0)


def widened(parameter: str, values: Iterable[float]) -> tuple[float, float]:
    """Ends that hold all values with room on both sides, within the limits of the parameter."""
    known = list(values)
    least, most = limits(parameter)
    return max(least, min(known) / ROOM_RATIO), min(most, max(known) * ROOM_RATIO)


def of_rows(known: Assumptions, parameter: str, variant: str | None = None) -> list[float]:
    """Low and high points of all rows of a parameter, or of those of one variant."""
    rows = [row for row in known.rows if row.parameter == parameter]
    chosen = [row for row in rows if variant is None or row.variant == variant]
    return [end for row in chosen for end in (row.low, row.high)]


def control(
    row: Assumption, known: Assumptions, label: str, region: str = "", *, more: bool = False
) -> Control:
    """Control of an assumption at the value of the run.

    Parameters
    ----------
    row
        The assumption, with the override of the run.
    known
        All rows, whose ends say how far it moves.
    label
        In a few words.
    region
        Country that it is set for alone.
    more
        Whether it is folded away.
    """
    ends = (row.low, row.central, row.high)
    low, high = widened(row.parameter, of_rows(known, row.parameter))
    return Control(
        name=f"{row.parameter}.{region}" if region else row.parameter,
        label=label,
        low=min(low, *ends),
        central=row.central,
        high=max(high, *ends),
        believed=(row.low, row.high),
        more=more,
        setting=True,
    )


def of_interval(
    name: str, label: str, value: Interval, ends: tuple[float, float], *, more: bool = False
) -> Control:
    """Control of a quantity that the run computed, between the given ends or its own.

    Parameters
    ----------
    name, label
        Of the control.
    value
        Value of the run with its range.
    ends
        How far it moves.
    more
        Whether it is folded away.
    """
    return Control(
        name=name,
        label=label,
        low=min(ends[0], value.low),
        central=value.central,
        high=max(ends[1], value.high),
        believed=(value.low, value.high),
        more=more,
    )
