"""One week of tokens on every basis of revenue and of energy, gross and net of what serves them.

    list        all prompt tokens at the price of fresh ones; a free variant lists nothing
    effective   prompt tokens read from a cache at their own price, free variants included
    paid        the same without free variants, in revenue and in energy

    gross      [USD/kWh] = revenue / electricity
    rent net   [USD/kWh] = (revenue - rent of the disclosed service's hours) / electricity
    break-even [USD/kWh] = (revenue - those hours x full cost without power) / electricity
    owned net  [USD/kWh] = break-even - electricity price

The hours are those in which the disclosed service made so many fresh prompt and output tokens;
its rent holds power, an owned hour does not. A kilowatt-hour's value does not know the volume.

The bases of energy are those of `week_energy`.

Left out on purpose: that models differ in size, cached tokens in the hours, discounts and the
platform's fee.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import pandas as pd

from token_exports.models import (
    accelerator_hour,
    disclosed_service,
    mining_value,
    token_mix,
    token_trade,
)
from token_exports.models.disclosed_service import Day
from token_exports.models.week_energy import ENDS, PRODUCTION, Bases, energy_kwh
from token_exports.models.windows import WindowError
from token_exports.uncertainty import Both, Interval
from token_exports.units import KWH_PER_TWH, TOKENS_PER_MTOK, Quantity

REVENUES = LIST, EFFECTIVE, PAID = ("list", "effective", "paid")
QUANTITIES = ("gross", "rent_net", "owned_net", "break_even")
# ---- revenue


def on_revenue_basis(parts: pd.DataFrame, mix: pd.DataFrame, basis: str) -> pd.DataFrame:
    """Models of a week with the list spend that a basis counts.

    Parameters
    ----------
    parts
        Some models of a week, from `token_mix.week_parts`.
    mix
        Table ``openrouter_token_mix`` with that week's rows of these models and no other week's.
    basis
        One of ``REVENUES``.

    Raises
    ------
    WindowError
        Every model of the week was free.
    """
    if basis == EFFECTIVE:
        return parts
    if basis == PAID:
        paid = parts[parts["list_spend_high_usd"] > 0]
        if paid.empty:
            raise WindowError("every model of that origin among the largest of the week was free")
        return paid
    prices = mix.set_index("model_slug").loc[parts["model_slug"]]
    fresh, output = (prices[f"{name}_usd_per_mtok"].to_numpy(float) for name in ("input", "output"))
    spend = token_mix.list_spend_usd(
        parts["fresh_prompt_tokens"].to_numpy(float),
        parts["cache_read_tokens"].to_numpy(float),
        parts["output_tokens"].to_numpy(float),
        (fresh, fresh, output),
    )
    return parts.assign(list_spend_low_usd=spend, list_spend_high_usd=spend)


# ---- value of a kilowatt-hour


def service_hours(sold: Mapping[str, float], day: Day) -> Quantity:
    """Accelerator-hours in which the disclosed service makes these fresh and output tokens."""
    rent_usd = (
        sold["fresh_prompt_tokens"] * disclosed_service.fresh_prompt_usd_per_mtok(day)
        + sold["output_tokens"] * disclosed_service.output_usd_per_mtok(day)
    ) / TOKENS_PER_MTOK
    return rent_usd / day.lease_usd_per_h


def earned(
    parts: pd.DataFrame, bases: Bases, names: Sequence[str] = QUANTITIES
) -> dict[str, dict[str, Interval]]:
    """Value of a kilowatt-hour by basis of energy and by name.

    Parameters
    ----------
    parts
        Models on a basis of revenue, from `on_revenue_basis`.
    bases
        Beliefs and measurements.
    names
        Those of ``QUANTITIES`` that are wanted.
    """
    revenue, sold = token_trade.list_revenue_usd(parts), token_trade.sold_by_class(parts)
    hours = service_hours(sold, bases.day)
    rent = hours * bases.day.lease_usd_per_h
    owned = bases.hour.of(
        lambda h: hours * accelerator_hour.other_cost_usd_per_h(h) * h.utilisation_share
    )
    price = bases.hour.of(lambda h: h.electricity_price_usd_per_kwh)
    found = {}
    for basis, kwh in energy_kwh(parts, bases).items():
        cost = {
            "gross": kwh.of(lambda _: 0.0),
            "rent_net": kwh.of(lambda _: rent),
            "break_even": owned,
            "owned_net": kwh.of(lambda e, o, p: o + e * p, owned, price),
        }
        found[basis] = {name: _per_kwh(revenue, cost[name], kwh) for name in names}
    return found


def _per_kwh(revenue: Interval, cost_usd: Both, kwh: Both) -> Interval:
    low = (revenue.low - cost_usd.draws) / kwh.draws
    high = (revenue.high - cost_usd.draws) / kwh.draws
    central = (revenue.central - cost_usd.central) / kwh.central
    return token_trade.envelope(central, low, high)


def combinations(
    parts: pd.DataFrame, mix: pd.DataFrame, bases: Bases, electricity_price_usd_per_kwh: float
) -> pd.DataFrame:
    """Every combination of the two bases for the models of a week.

    Parameters
    ----------
    parts, mix
        As in `on_revenue_basis`.
    bases
        Beliefs and measurements.
    electricity_price_usd_per_kwh
        Price of power in ``electricity_share``, the same that mining is held against.

    Returns
    -------
    DataFrame
        ``revenue_basis``, ``energy_basis``, ``low``, ``central`` and ``high`` of every name in
        ``QUANTITIES`` in USD/kWh and of ``electricity_share``.
    """
    rows = []
    for revenue_basis in REVENUES:
        on_basis = on_revenue_basis(parts, mix, revenue_basis)
        for energy_basis, values in earned(on_basis, bases).items():
            row: dict[str, object] = {"revenue_basis": revenue_basis, "energy_basis": energy_basis}
            for name, value in values.items():
                row |= {f"{name}_{end}_usd_per_kwh": getattr(value, end) for end in ENDS}
            share = mining_value.electricity_share(values["gross"], electricity_price_usd_per_kwh)
            rows.append(row | {f"electricity_{end}_share": getattr(share, end) for end in ENDS})
    return pd.DataFrame(rows)


def with_chosen(
    week: token_trade.Trade, energies: Mapping[str, Both], basis: str
) -> token_trade.Trade:
    """The week with the chosen basis of energy beside those it has.

    Parameters
    ----------
    week
        A week of tokens.
    energies
        From `week_energy.energy_kwh` of the same tokens.
    basis
        Name of the basis.

    Raises
    ------
    WindowError
        That basis was not public.
    """
    if basis in week.central_twh:
        return week
    if basis not in energies:
        raise WindowError(_not_public(basis, energies))
    twh = energies[basis].of(lambda kwh: kwh / KWH_PER_TWH)
    return replace(
        week,
        central_twh={**week.central_twh, basis: twh.central},
        drawn_twh={**week.drawn_twh, basis: twh.draws},
    )


def kwh_per_mtok(parts: pd.DataFrame, energies: Mapping[str, Both]) -> dict[str, Interval]:
    """Electricity of a million tokens of the week by basis, in its own mix of classes."""
    mtok = sum(token_trade.sold_by_class(parts).values()) / TOKENS_PER_MTOK
    return {basis: kwh.of(lambda e: e / mtok).interval for basis, kwh in energies.items()}


def stream_mw(
    tokens_per_day: float, intensities: Mapping[str, Interval], basis: str
) -> dict[str, Interval]:
    """Average power of a stream on one basis, as if its mix of classes were that of the week."""
    one = token_trade.stream_power_mw(tokens_per_day, intensities[basis], 0.0)
    return {basis: one[PRODUCTION]}


def _not_public(basis: str, known: Iterable[str]) -> str:
    return f"energy basis {basis!r} was not public by then; there are {', '.join(known)}"
