"""Quantities of notebook 03 over many points: what miners keep, and what power they can pay for."""

from functools import cached_property
from typing import Any

import pandas as pd

from token_exports import data
from token_exports.figures import breakeven_chart, cost_values, mining_margin_chart
from token_exports.models import mining, mining_breakeven, mining_margin, mining_value
from token_exports.models.mining_margin import MinerCosts
from token_exports.results import Results
from token_exports.sweep.quantities.trade import Background, Scene
from token_exports.uncertainty import Interval, bounds


class Machines:
    """Machines on the market and what they earned, as far as public."""

    def __init__(self, behind: Background) -> None:
        self.behind, as_of = behind, behind.p.as_of
        quoted = mining_margin.quotes(data.load("asic_prices", as_of), behind.network)
        self.price_days = mining_margin.price_days(quoted)
        generations = mining_breakeven.machines(data.load("asics", as_of))
        lines = mining_breakeven.by_machine(generations, behind.network)
        month = str(lines["month"].max())
        self.newest = lines[lines["month"] == month]
        since = mining_breakeven.since_day(month)
        self.tariff = mining_breakeven.tariff_range(
            data.load("electricity_prices", as_of), "CN", since
        )

    @cached_property
    def earned(self) -> dict[str, Interval]:
        """Gross value of a kilowatt-hour under the name its net value is recorded by."""
        months, years = self.behind.all_months, mining.by_year(self.behind.all_months)
        known = months.dropna(subset=["value_usd_per_kwh"])
        rows: dict[str, Any] = {"mining_net_value_usd_per_kwh": known.iloc[-1]}
        for _, row in years.iterrows():
            rows[f"mining_{int(row['year'])}_net_value_usd_per_kwh"] = row
        return {n: mining_value.value_interval(row) for n, row in rows.items() if _whole(row)}


def _whole(row: "pd.Series[float]") -> bool:
    """Whether the index publishes both bounds."""
    return bool(row[list(mining.VALUES)].notna().all())


def costs(scene: Scene, machines: Machines) -> MinerCosts:
    """What a miner pays."""
    names = ("mining_operations_usd_per_kwh", "asic_lifetime_years")
    other = [scene.known.row(name, "cn") for name in names]
    power = scene.known.row("electricity_price_usd_per_kwh", "cn", ["bitcoin_miner"])
    paid, running, life = (bounds(r.central, r.low, r.high) for r in (power, *other))
    return MinerCosts(
        electricity_usd_per_kwh=paid,
        operations_usd_per_kwh=running,
        machine_price_days=machines.price_days,
        machine_lifetime_years=life,
    )


def record(found: Results, scene: Scene, machines: Machines) -> None:
    """Net value of a kilowatt-hour, and the price of power that each machine can pay."""
    paid = costs(scene, machines)
    net: dict[str, Interval | float | None] = {
        name: mining_margin.net_interval(gross, paid) for name, gross in machines.earned.items()
    }
    net["mining_machine_revenue_share"] = mining_margin.machine_revenue_interval(paid)
    net["mining_machine_price_days"] = paid.machine_price_days
    cost_values.record(found, net, mining_margin_chart.RECORDED)
    able = _break_evens(paid, machines)
    newest = list(able.values())[-1]
    headroom = mining_breakeven.headroom_ratio(newest, machines.tariff.central)
    recorded: dict[str, Interval | float | None] = {**able, "mining_over_tariff_ratio": headroom}
    cost_values.record(found, recorded, breakeven_chart.RECORDED)


def _break_evens(paid: MinerCosts, machines: Machines) -> dict[str, Interval]:
    part = mining_margin.machine_revenue_interval(paid)
    found = {}
    for _, row in machines.newest.iterrows():
        power = float(row["power_only_usd_per_kwh"])
        ends = mining_breakeven.prices_of(power, paid.operations_usd_per_kwh, part)
        low, central, high = (ends[f"{e}_usd_per_kwh"] for e in ("low", "central", "high"))
        found[breakeven_chart.name_of(str(row["generation"]))] = Interval(central, low, high)
    return found
