"""When would electricity be half of a token? The cost formula read backwards.

    share           = W x p / (W x p + c)
    break-even cost = W x p x (1 - share) / share
    break-even price = c / W x share / (1 - share)

with W the mean power of a paid hour in kW (cooling and idle draw included), p the price of a
kilowatt-hour and c everything else the hour costs. Throughput cancels: it divides both.

A chip that draws more sits on other contours. Its cost is therefore put on the map *at the
reference draw*, c x W of the map / W of the chip, which leaves its share as it is.

Left out on purpose: demand charges and tariffs by time of day, which would make p depend on W.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from token_exports import uncertainty
from token_exports.models import accelerator_hour
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.uncertainty import Interval
from token_exports.units import Quantity

CONTOURS = (0.05, 0.10, 0.25, 0.50, 0.70)


@dataclass(frozen=True, kw_only=True)
class Hour:
    """A paid hour as the map sees it."""

    draw_kw: Quantity  # with cooling and idle draw
    other_cost_usd_per_h: Quantity  # everything but electricity
    electricity_price_usd_per_kwh: Quantity


def electricity_cost_share(hour: Hour) -> Quantity:
    """Electricity in the cost of the hour."""
    electricity = hour.draw_kw * hour.electricity_price_usd_per_kwh
    return electricity / (electricity + hour.other_cost_usd_per_h)


def break_even_cost_usd_per_h(
    draw_kw: Quantity, electricity_price_usd_per_kwh: Quantity, electricity_cost_share: Quantity
) -> Quantity:
    """Other cost of an hour at which electricity is exactly this share: a contour of the map."""
    odds = electricity_cost_share / (1 - electricity_cost_share)
    return draw_kw * electricity_price_usd_per_kwh / odds


def break_even_price_usd_per_kwh(hour: Hour, electricity_cost_share: Quantity) -> Quantity:
    """Price of electricity at which it is exactly this share, all else as it is."""
    odds = electricity_cost_share / (1 - electricity_cost_share)
    return hour.other_cost_usd_per_h * odds / hour.draw_kw


def at_draw(hour: Hour, draw_kw: Quantity) -> Quantity:
    """Other cost of the hour per unit of draw, times the draw of the map, in USD/h."""
    return hour.other_cost_usd_per_h * draw_kw / hour.draw_kw


def surface(draw_kw: float, costs: Iterable[float], prices: Iterable[float]) -> pd.DataFrame:
    """Share of electricity over a grid, a row per price and a column per cost.

    Parameters
    ----------
    draw_kw
        Electricity of a paid hour.
    costs
        Everything else in the hour, USD/h.
    prices
        Prices of electricity, USD/kWh.
    """
    across, up = np.array(list(costs), dtype=float), np.array(list(prices), dtype=float)
    grid = electricity_cost_share(
        Hour(
            draw_kw=draw_kw,
            other_cost_usd_per_h=across[None, :],
            electricity_price_usd_per_kwh=up[:, None],
        )
    )
    return pd.DataFrame(grid, index=up, columns=across)


# ---- operating points


def owned(inputs: ServingInputs) -> Hour:
    """Paid hour of an accelerator bought and housed at these assumptions."""
    used = inputs.utilisation_share
    return Hour(
        draw_kw=accelerator_hour.facility_power_kw(inputs) * used,
        other_cost_usd_per_h=accelerator_hour.other_cost_usd_per_h(inputs) * used,
        electricity_price_usd_per_kwh=inputs.electricity_price_usd_per_kwh,
    )


def written_off(inputs: ServingInputs) -> Hour:
    """The same with the hardware paid off: hosting, operations and electricity remain."""
    hosting = accelerator_hour.hosting_usd_per_h(inputs)
    operations = accelerator_hour.operations_usd_per_h(inputs)
    full = owned(inputs)
    return Hour(
        draw_kw=full.draw_kw,
        other_cost_usd_per_h=(hosting + operations) * inputs.utilisation_share,
        electricity_price_usd_per_kwh=full.electricity_price_usd_per_kwh,
    )


def rented(inputs: ServingInputs, rental_usd_per_h: Quantity) -> Hour:
    """Paid hour of an accelerator at a rent that contains its electricity.

    Power is the landlord's and is not charged again: the rest of the rent is the other cost.
    """
    full = owned(inputs)
    electricity = full.draw_kw * full.electricity_price_usd_per_kwh
    return Hour(
        draw_kw=full.draw_kw,
        other_cost_usd_per_h=rental_usd_per_h - electricity,
        electricity_price_usd_per_kwh=full.electricity_price_usd_per_kwh,
    )


def point(central: Hour, drawn: Hour, draw_kw: float) -> dict[str, Interval]:
    """One operating point on the map: cost at the map's draw, price and share with intervals.

    Parameters
    ----------
    central, drawn
        The hour at the central values and as draws.
    draw_kw
        Draw of the map.
    """
    price = "electricity_price_usd_per_kwh"
    pairs = {
        "other_cost_usd_per_h": (drawn.other_cost_usd_per_h, central.other_cost_usd_per_h),
        "map_cost_usd_per_h": (at_draw(drawn, draw_kw), at_draw(central, draw_kw)),
        price: (getattr(drawn, price), getattr(central, price)),
        "electricity_cost_share": (electricity_cost_share(drawn), electricity_cost_share(central)),
    }
    return {name: uncertainty.interval(d, float(c)) for name, (d, c) in pairs.items()}


# ---- what would have to be true


def free_accelerator_share(inputs: ServingInputs) -> Quantity:
    """Electricity in the cost of an hour if the accelerator were a gift: hosting remains."""
    electricity = accelerator_hour.electricity_usd_per_h(inputs)
    return electricity / (electricity + accelerator_hour.hosting_usd_per_h(inputs))


def break_even_gpu_price_usd(inputs: ServingInputs, electricity_cost_share: Quantity) -> Quantity:
    """Accelerator price at which electricity is this share; below zero even a gift is too dear.

    All of other cost but hosting is proportional to the price of the accelerator, so the equation
    is linear in it.
    """
    electricity = accelerator_hour.electricity_usd_per_h(inputs)
    hosting = accelerator_hour.hosting_usd_per_h(inputs)
    per_usd = (accelerator_hour.other_cost_usd_per_h(inputs) - hosting) / inputs.gpu_price_usd
    allowed = break_even_cost_usd_per_h(electricity, 1.0, electricity_cost_share)
    return (allowed - hosting) / per_usd


def conditions(inputs: ServingInputs, shares: Iterable[float]) -> pd.DataFrame:
    """What would have to be true, one thing changed at a time, for electricity to be a share.

    Parameters
    ----------
    inputs
        The hour at its central values.
    shares
        Shares of cost to reach.

    Returns
    -------
    DataFrame
        A row per share: cost of all else in a paid hour and its ratio to today's, price of
        electricity and its ratio, and the price of the accelerator, missing where not even a
        free one would do.
    """
    hour = owned(inputs)
    rows = []
    for share in shares:
        cost = break_even_cost_usd_per_h(hour.draw_kw, hour.electricity_price_usd_per_kwh, share)
        price = break_even_price_usd_per_kwh(hour, share)
        gpu = float(break_even_gpu_price_usd(inputs, share))
        row: Mapping[str, float | None] = {
            "electricity_cost_share": share,
            "other_cost_usd_per_h": float(cost),
            "other_cost_ratio": float(cost / hour.other_cost_usd_per_h),
            "electricity_price_usd_per_kwh": float(price),
            "electricity_price_ratio": float(price / hour.electricity_price_usd_per_kwh),
            "gpu_price_usd": gpu if gpu >= 0 else None,
        }
        rows.append(row)
    return pd.DataFrame(rows)
