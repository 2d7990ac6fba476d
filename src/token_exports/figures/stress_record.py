"""Operating points of the stress map, and what notebook 02 records of the break-even."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import pandas as pd

from token_exports.assumptions import Assumptions
from token_exports.figures.cost_record import inputs
from token_exports.models import stress_map
from token_exports.models.accelerator_hour import ServingInputs, accelerator_usd_per_h, at_full_load
from token_exports.models.stress_map import Hour
from token_exports.parameters import TokenCost
from token_exports.uncertainty import Both, Interval
from token_exports.units import W_PER_KW, Quantity


class Site(NamedTuple):
    """An operating point: whose, on which chip and tariff, and the rent if it is rented."""

    label: str
    region: str
    chip: str
    tariff: str
    rental_id: str = ""
    written_off: bool = False


HUB = "subsidised_hub"
RENTALS = {
    "A119": ("cn", "DeepSeek's H800 at its lease"),
    "A120": ("cn", "H100 rented in China"),
    "A094": ("us", "H100, one-year contract"),
    "A036": ("us", "B200, retail rent"),
}
ESSENCE, BROKER = 0.5, (0.6, 0.7)
TABLES = ("assumptions", "accelerator_prices", "accelerators")
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "break_even_paid_cost_usd_per_h": (
        "All other cost of a paid hour at which electricity is half, China",
        "stress_map.break_even_cost_usd_per_h",
        ("assumptions",),
    ),
    "break_even_price_usd_per_kwh": (
        "Price of electricity at which it is half of an hour, China",
        "stress_map.break_even_price_usd_per_kwh",
        ("assumptions",),
    ),
    "broker_break_even_low_share_cost_usd_per_h": (
        "All other cost of a paid hour at which electricity is 60%, China",
        "stress_map.break_even_cost_usd_per_h",
        ("assumptions",),
    ),
    "broker_break_even_high_share_cost_usd_per_h": (
        "All other cost of a paid hour at which electricity is 70%, China",
        "stress_map.break_even_cost_usd_per_h",
        ("assumptions",),
    ),
    "free_accelerator_electricity_share": (
        "Electricity in an hour of an accelerator that was a gift, China",
        "stress_map.free_accelerator_share",
        ("assumptions",),
    ),
    "written_off_electricity_share": (
        "Electricity in an hour of hardware that is paid off, China",
        "stress_map.written_off",
        ("assumptions",),
    ),
}


def sites(p: TokenCost, rentals: Iterable[str]) -> list[Site]:
    """Points of a run: the chosen accelerators, others, what is rented, and a paid-off one."""
    cn, us = p.cn_electricity, p.us_electricity
    chosen = {("cn", p.cn_accelerator): cn, ("us", p.us_accelerator): us}
    more = {("cn", "h20"): cn, ("cn", "ascend-910c"): HUB, ("cn", "b300"): cn, ("us", "gb200"): us}
    owned = [
        Site(f"{chip}, owned", region, chip, tariff)
        for (region, chip), tariff in (
            chosen | {k: v for k, v in more.items() if k not in chosen}
        ).items()
    ]
    owned.append(
        Site(f"{p.cn_accelerator}, paid off", "cn", p.cn_accelerator, cn, written_off=True)
    )
    known = [key for key in RENTALS if key in set(rentals)]
    tariff = {"cn": cn, "us": us}
    return owned + [
        Site(RENTALS[key][1], RENTALS[key][0], "", tariff[RENTALS[key][0]], key) for key in known
    ]


def points(
    known: Assumptions,
    p: TokenCost,
    rentals: pd.DataFrame,
    names: Mapping[str, str],
    draw_kw: float,
) -> pd.DataFrame:
    """Every operating point with its place on the map and electricity's share.

    Parameters
    ----------
    known, p
        Assumptions and parameters of the run.
    rentals
        Table ``accelerator_prices``, as far as public.
    names
        Accelerator to its display name.
    draw_kw
        Draw of the map.
    """
    rents = rentals.set_index("price_id")
    rows = []
    for site in sites(p, rents.index):
        chip = site.chip or str(rents["accelerator"][site.rental_id])
        hour = inputs(known, p, site.region, {chip, site.tariff})
        if site.rental_id:
            rent = float(rents["rental_usd_per_h"][site.rental_id])
            paid = hour.of(stress_map.rented, rent)
        else:
            paid = hour.of(stress_map.written_off if site.written_off else stress_map.owned)
        label = site.label.replace(chip, names[chip].removeprefix("NVIDIA ").removesuffix(" SXM"))
        rows.append(_row(label, site.region, stress_map.point(paid.central, paid.draws, draw_kw)))
    return pd.DataFrame(rows)


def essay_point(hour: Both, reported: pd.DataFrame, draw_kw: float) -> pd.DataFrame:
    """The essay's own accelerator at full load in its two parts, once its figures are public."""
    values = reported.set_index("quantity_id")["value"]
    if "essay_h100_price_usd" not in values.index:
        return pd.DataFrame()
    figures = values["essay_h100_price_usd"], values["essay_gpu_power_w"] / W_PER_KW
    chip = hour.of(at_full_load, *figures).of(_two_parts)
    found = stress_map.point(chip.central, chip.draws, draw_kw)
    return pd.DataFrame([_row("Essay's H100, its two parts", "essay", found)])


def _two_parts(inputs: ServingInputs) -> Hour:
    full = stress_map.owned(inputs)
    return Hour(
        draw_kw=full.draw_kw,
        other_cost_usd_per_h=accelerator_usd_per_h(inputs) * inputs.utilisation_share,
        electricity_price_usd_per_kwh=full.electricity_price_usd_per_kwh,
    )


def _row(label: str, origin: str, found: Mapping[str, Interval]) -> dict[str, object]:
    row: dict[str, object] = {"label": label, "origin": origin}
    for name, value in found.items():
        row |= {name: value.central}
        stem, unit = _split(name)
        row |= {f"{stem}_{end}_{unit}": getattr(value, end) for end in ("low", "high")}
    return row


def _split(name: str) -> tuple[str, str]:
    unit = next(u for u in ("usd_per_h", "usd_per_kwh", "share") if name.endswith(u))
    return name.removesuffix(f"_{unit}"), unit


def quantities(hour: Both) -> dict[str, Interval | float | None]:
    """What the notebook records of the map, for the Chinese hour of the run."""
    paid = hour.of(stress_map.owned)
    return {
        "break_even_paid_cost_usd_per_h": paid.of(_break_even, ESSENCE).interval,
        "break_even_price_usd_per_kwh": paid.of(
            stress_map.break_even_price_usd_per_kwh, ESSENCE
        ).interval,
        "broker_break_even_low_share_cost_usd_per_h": paid.of(_break_even, BROKER[0]).interval,
        "broker_break_even_high_share_cost_usd_per_h": paid.of(_break_even, BROKER[1]).interval,
        "free_accelerator_electricity_share": hour.of(stress_map.free_accelerator_share).interval,
        "written_off_electricity_share": hour.of(_written_off_share).interval,
    }


def _break_even(hour: Hour, share: float) -> Quantity:
    return stress_map.break_even_cost_usd_per_h(
        hour.draw_kw, hour.electricity_price_usd_per_kwh, share
    )


def _written_off_share(inputs: ServingInputs) -> Quantity:
    return stress_map.electricity_cost_share(stress_map.written_off(inputs))
