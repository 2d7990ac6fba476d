"""Which belief ``assumed`` means: the row that a report of the other settings would draw from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product

from token_exports.assumptions import Assumption, AssumptionError, Assumptions
from token_exports.scenarios import Settings
from token_exports.sweep import values
from token_exports.sweep.spec import ASSUMED, Stated, SweepError

REGIONS = ("cn", "us")
CHOOSERS = {region: (f"{region}_accelerator", f"{region}_electricity") for region in REGIONS}
"""Parameters that choose among the rows of an assumption."""
HOURS = "02_token_cost"  # the notebook that has all choosers, and looks up every assumption


@dataclass(frozen=True)
class Context:
    """What else a sweep sets, on which the belief about an assumption can depend."""

    base: Settings
    known: Assumptions
    varied: Mapping[str, Stated]

    def chosen(self, region: str) -> list[set[str]]:
        """Variants that rows of a region are chosen by, one set per combination that occurs."""
        hours = self.base.notebooks[HOURS]
        options = [
            stated
            if isinstance(stated := self.varied.get(name), tuple)
            else (getattr(hours, name),)
            for name in CHOOSERS[region]
        ]
        return [set(map(str, combination)) for combination in product(*options)]


def believed(name: str, context: Context) -> Assumption:
    """Row that a report of these settings would draw the name from.

    Raises
    ------
    SweepError
        No assumption, no range, no row, or more than one row fits.
    """
    if values.is_parameter(name) or values.is_member(name):
        raise SweepError(f"{name} is no assumption: give a list of values, or from and to")
    known = context.known
    parameter, _, region = name.partition(".")
    row = next((row for row in known.rows if row.parameter == parameter), None)
    values.checked(name, row.central if row else 1.0, known)
    rows = _fitting(parameter, (region,) if region else REGIONS, context)
    if len(rows) > 1:
        raise SweepError(f"{name} = {ASSUMED}: {_choice(name, rows)}")
    if rows[0].low == rows[0].high:
        raise SweepError(
            f"{name} = {ASSUMED}: it is certain, {rows[0].central:g}; give from and to"
        )
    return rows[0]


def _fitting(parameter: str, regions: Sequence[str], context: Context) -> list[Assumption]:
    found, fault = [], ""
    for region in regions:
        for variants in context.chosen(region):
            try:
                found.append(context.known.row(parameter, region, variants))
            except AssumptionError as reason:
                fault = str(reason)
    if not found:
        raise SweepError(f"{parameter} = {ASSUMED}: {fault}; give from and to")
    return list(dict.fromkeys(found))


def _choice(name: str, rows: Sequence[Assumption]) -> str:
    keys = ", ".join(row.key for row in rows)
    if "." not in name:
        return f"more than one row fits ({keys}): say {name}.cn or {name}.us"
    choosers = " and ".join(CHOOSERS[name.split(".")[1]])
    return f"the row depends on {choosers}, which vary ({keys}): fix them, or give from and to"
