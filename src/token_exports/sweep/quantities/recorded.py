"""What is recorded of many points at once, by the functions that record a report's quantities."""

from token_exports import uncertainty
from token_exports.results import Recorded, ResultError, Results
from token_exports.uncertainty import Interval
from token_exports.units import Quantity, unit_of


class PointResults(Results):
    """Results whose values are columns of points; a value that is no number stays in its place."""

    def add(  # noqa: D102 - as in a report
        self,
        name: str,
        value: Interval | Quantity,
        label: str,
        *,
        formula: str = "",
        tables: tuple[str, ...] = (),
        headline: bool = False,
    ) -> Interval:
        if name in self.quantities:
            raise ResultError(f"{name!r} is recorded twice")
        found = value if isinstance(value, Interval) else uncertainty.exact(value)
        unit = unit_of(name) or ""
        ends = (found.central, found.low, found.high, str(found.kind))
        self.quantities[name] = Recorded(name, label, unit, *ends, formula, list(tables), headline)
        return found
