"""Cost of an accelerator-hour by component, and electricity's part of it.

Each part is charged to a *serving* hour, so idle hours are paid for by the hours that serve:

    accelerator    = price / (life x hours of a year x utilisation)
    server, network = adder x accelerator
    capital        = investment x (annuity - 1 / life) / serving hours of a year
    hosting        = IT power x rent x 12 / serving hours of a year
    operations     = investment x yearly share / serving hours of a year
    electricity    = IT power x (load + idle x (1 / utilisation - 1)) x PUE x price

with investment = price x (1 + adder) and annuity = r / (1 - (1 + r)^-life). A *paid* hour is a
serving hour times utilisation. Shares are the same for both.

Left out on purpose: training and research, price decline of hardware beyond straight line, resale
value, taxes, land and buildings where hosting is rented, the buyer's margin.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import TypeAlias

from token_exports.units import HOURS_PER_YEAR, MONTHS_PER_YEAR, Quantity


@dataclass(frozen=True, kw_only=True)
class ServingInputs:
    """What one accelerator costs to own, house and power while it serves a model."""

    gpu_price_usd: Quantity = field(metadata={"symbol": "P", "meaning": "Accelerator"})
    server_network_adder_ratio: Quantity = field(
        metadata={"symbol": "a", "meaning": "Server and network over accelerator"}
    )
    gpu_lifetime_years: Quantity = field(metadata={"symbol": "L", "meaning": "Life"})
    cost_of_capital_share_per_year: Quantity = field(
        metadata={"symbol": "r", "meaning": "Real cost of capital"}
    )
    utilisation_share: Quantity = field(
        metadata={"symbol": "u", "meaning": "Utilisation, serving over paid hours"}
    )
    it_power_kw: Quantity = field(
        metadata={"symbol": "W", "meaning": "Rated power with its part of host and network"}
    )
    load_factor_share: Quantity = field(
        metadata={"symbol": "f", "meaning": "Draw while serving over rated power"}
    )
    idle_power_share: Quantity = field(
        metadata={"symbol": "f_0", "meaning": "Draw while idle over rated power"}
    )
    pue_ratio: Quantity = field(
        metadata={"symbol": r"\mathrm{PUE}", "meaning": "PUE, facility over IT electricity"}
    )
    hosting_usd_per_kw_month: Quantity = field(
        metadata={"symbol": "h", "meaning": "Rent of the data centre without power"}
    )
    opex_share_per_year: Quantity = field(
        metadata={"symbol": "o", "meaning": "Staff, repair, software over investment"}
    )
    electricity_price_usd_per_kwh: Quantity = field(
        metadata={"symbol": "p", "meaning": "Electricity"}
    )


def at_full_load(
    inputs: ServingInputs, gpu_price_usd: Quantity, it_power_kw: Quantity
) -> ServingInputs:
    """The same with an accelerator of this price that draws this power and serves every hour."""
    return replace(
        inputs,
        gpu_price_usd=gpu_price_usd,
        it_power_kw=it_power_kw,
        load_factor_share=1.0,
        utilisation_share=1.0,
    )


HourCost: TypeAlias = Callable[[ServingInputs], Quantity]


def once(function: HourCost) -> HourCost:
    """Compute a part of the cost once for the same inputs: a dozen quantities are made of it."""

    @wraps(function)
    def kept(inputs: ServingInputs) -> Quantity:
        known = inputs.__dict__.setdefault("_parts", {})  # no field: neither compared nor replaced
        if function.__name__ not in known:
            known[function.__name__] = function(inputs)
        part: Quantity = known[function.__name__]
        return part

    return kept


def serving_hours(inputs: ServingInputs) -> Quantity:
    """Hours of a year in which the accelerator serves."""
    return HOURS_PER_YEAR * inputs.utilisation_share


def investment_usd(inputs: ServingInputs) -> Quantity:
    """Accelerator with its part of server and network."""
    return inputs.gpu_price_usd * (1 + inputs.server_network_adder_ratio)


@once
def annuity_share_per_year(inputs: ServingInputs) -> Quantity:
    """Yearly payment that recovers one dollar with interest over the life.

    Undefined where capital costs nothing; the limit there is one over the life.
    """
    rate = inputs.cost_of_capital_share_per_year
    return rate / (1 - (1 + rate) ** (-inputs.gpu_lifetime_years))


@once
def facility_power_kw(inputs: ServingInputs) -> Quantity:
    """Electricity of one serving hour, with cooling and the idle hours charged to it."""
    idle_hours = 1 / inputs.utilisation_share - 1
    load = inputs.load_factor_share + inputs.idle_power_share * idle_hours
    return inputs.it_power_kw * load * inputs.pue_ratio


@once
def accelerator_usd_per_h(inputs: ServingInputs) -> Quantity:
    """Straight-line depreciation of the bare accelerator."""
    return inputs.gpu_price_usd / inputs.gpu_lifetime_years / serving_hours(inputs)


@once
def server_network_usd_per_h(inputs: ServingInputs) -> Quantity:
    """Straight-line depreciation of host, switches and cables."""
    return accelerator_usd_per_h(inputs) * inputs.server_network_adder_ratio


@once
def capital_usd_per_h(inputs: ServingInputs) -> Quantity:
    """Interest and return: what the annuity asks for beyond straight-line depreciation."""
    beyond = annuity_share_per_year(inputs) - 1 / inputs.gpu_lifetime_years
    return investment_usd(inputs) * beyond / serving_hours(inputs)


@once
def hosting_usd_per_h(inputs: ServingInputs) -> Quantity:
    """Rent of space, cooling plant and power distribution, without the power itself."""
    per_year = inputs.it_power_kw * inputs.hosting_usd_per_kw_month * MONTHS_PER_YEAR
    return per_year / serving_hours(inputs)


@once
def operations_usd_per_h(inputs: ServingInputs) -> Quantity:
    """Staff, repair and software."""
    return investment_usd(inputs) * inputs.opex_share_per_year / serving_hours(inputs)


@once
def electricity_usd_per_h(inputs: ServingInputs) -> Quantity:
    """Electricity of the facility."""
    return facility_power_kw(inputs) * inputs.electricity_price_usd_per_kwh


COMPONENTS: dict[str, HourCost] = {
    "electricity": electricity_usd_per_h,
    "accelerator": accelerator_usd_per_h,
    "server_network": server_network_usd_per_h,
    "capital": capital_usd_per_h,
    "hosting": hosting_usd_per_h,
    "operations": operations_usd_per_h,
}
"""Parts of the full cost of a serving hour, which add up to it."""


def _sum(inputs: ServingInputs, *components: str) -> Quantity:
    first, *rest = (COMPONENTS[name](inputs) for name in components or COMPONENTS)
    return sum(rest, first)


@once
def cost_usd_per_h(inputs: ServingInputs) -> Quantity:
    """Full cost of a serving hour, idle hours included."""
    return _sum(inputs)


def paid_cost_usd_per_h(inputs: ServingInputs) -> Quantity:
    """Full cost of an hour owned, serving or not: what a lease price compares with."""
    return cost_usd_per_h(inputs) * inputs.utilisation_share


# ---- electricity's part


def electricity_cost_share(inputs: ServingInputs) -> Quantity:
    """Electricity in full cost."""
    return electricity_usd_per_h(inputs) / cost_usd_per_h(inputs)


def two_component_electricity_share(inputs: ServingInputs) -> Quantity:
    """Electricity in the essay's two parts, accelerator depreciation and electricity."""
    return electricity_usd_per_h(inputs) / _sum(inputs, "electricity", "accelerator")


def running_cost_electricity_share(inputs: ServingInputs) -> Quantity:
    """Electricity in what is paid month by month, hardware and its finance left out."""
    return electricity_usd_per_h(inputs) / _sum(inputs, "electricity", "hosting", "operations")


def two_component_cost_share(inputs: ServingInputs) -> Quantity:
    """Part of full cost that the essay's two parts cover."""
    return _sum(inputs, "electricity", "accelerator") / cost_usd_per_h(inputs)


def hardware_electricity_cost_share(inputs: ServingInputs) -> Quantity:
    """As the essay's two parts, with hardware read widely: server, network and its finance."""
    wide = _sum(inputs, "electricity", "accelerator", "server_network", "capital")
    return wide / cost_usd_per_h(inputs)


def accelerator_in_other_cost_share(inputs: ServingInputs) -> Quantity:
    """Accelerator depreciation in all cost that is not electricity."""
    return accelerator_usd_per_h(inputs) / other_cost_usd_per_h(inputs)


@once
def other_cost_usd_per_h(inputs: ServingInputs) -> Quantity:
    """Full cost of a serving hour without its electricity."""
    return _sum(inputs, *(name for name in COMPONENTS if name != "electricity"))


SHARES: dict[str, tuple[HourCost, str]] = {
    "electricity_cost_share": (electricity_cost_share, "Electricity in full cost"),
    "two_component_electricity_share": (
        two_component_electricity_share,
        "Electricity in accelerator depreciation plus electricity",
    ),
    "running_cost_electricity_share": (
        running_cost_electricity_share,
        "Electricity in running cost",
    ),
    "gpu_plus_electricity_cost_share": (
        two_component_cost_share,
        "Accelerator and electricity in full cost",
    ),
    "server_plus_electricity_cost_share": (
        hardware_electricity_cost_share,
        "Hardware with its finance and electricity in full cost",
    ),
    "gpu_in_other_cost_share": (
        accelerator_in_other_cost_share,
        "Accelerator in cost without electricity",
    ),
}
"""Shares a report states for each region: name of the result to its function and label."""


def break_even_other_cost_usd_per_h(
    inputs: ServingInputs, electricity_cost_share: Quantity
) -> Quantity:
    """Other cost below which electricity is more than this share of the total.

    From e / (e + other) = s follows other = e x (1 - s) / s.
    """
    return electricity_usd_per_h(inputs) * (1 - electricity_cost_share) / electricity_cost_share


def break_even_electricity_price_usd_per_kwh(
    inputs: ServingInputs, electricity_cost_share: Quantity
) -> Quantity:
    """Price above which electricity is more than this share of the total, other cost given."""
    odds = electricity_cost_share / (1 - electricity_cost_share)
    return other_cost_usd_per_h(inputs) * odds / facility_power_kw(inputs)
