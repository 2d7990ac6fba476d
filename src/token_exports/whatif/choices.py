"""Named values that both panels offer: electricity prices of places and contracts."""

from token_exports.assumptions import Assumptions
from token_exports.whatif.panel import Choice, Option

PRICE = "electricity_price_usd_per_kwh"
UNPLACED = "place unknown"


def tariffs(known: Assumptions, region: str, control: str, label: str) -> Choice:
    """Electricity prices that a country's buyers may be given, other places' among them.

    Parameters
    ----------
    known
        All rows, with the overrides of the run.
    region
        Country of the buyers.
    control
        Control that the price sets.
    label
        Of the list.
    """
    rows = [r for r in known.rows if r.parameter == PRICE and r.region in (region, "all")]
    options = (
        Option(
            label=row.variant.replace("_", " ") or UNPLACED,
            values={control: known.row(PRICE, region, {row.variant}).central},
        )
        for row in rows
    )
    return Choice(label=label, options=tuple(options))
