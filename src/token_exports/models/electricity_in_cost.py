"""Electricity's part in what it costs to serve tokens: in a modelled hour and in a disclosed rent.

    in full cost = electricity of an accelerator-hour / all cost of that hour
    in rent      = kWh per Mtok of the disclosed service x price of power / its rent per Mtok

Left out on purpose: how the two differ in what the rent contains; each keeps its own denominator.
"""

from collections.abc import Mapping

from token_exports.models import accelerator_hour, disclosed_service
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.disclosed_service import Day
from token_exports.uncertainty import Interval, interval
from token_exports.units import Quantity

INTENSITY = "blended_kwh_per_mtok"


def in_full_cost_share(central: ServingInputs, drawn: ServingInputs) -> Interval:
    """Electricity over the full cost of an accelerator-hour."""
    share = accelerator_hour.electricity_cost_share
    return interval(share(drawn), share(central))


def in_rent_share(
    day: Day,
    central: tuple[ServingInputs, Mapping[str, Quantity]],
    drawn: tuple[ServingInputs, Mapping[str, Quantity]],
) -> Interval:
    """Electricity over the rent of the disclosed service.

    Parameters
    ----------
    day
        The disclosed day.
    central, drawn
        Hour, for its price of power, and assumptions, for the service's intensity.
    """
    drawn_share, central_share = (
        disclosed_service.electricity_cost_share(
            day, beliefs[INTENSITY], hour.electricity_price_usd_per_kwh
        )
        for hour, beliefs in (drawn, central)
    )
    return interval(drawn_share, central_share)
