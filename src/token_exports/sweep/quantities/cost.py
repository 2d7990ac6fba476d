"""Quantities of notebook 02 over many points: what an hour and a token cost, and electricity in it.

The functions that record them are those of the notebook. What an assumption of an hour cannot move
(tables, rates of predicted services, layouts) is put together once.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from token_exports import data, serving
from token_exports.assumptions import Assumptions
from token_exports.figures import (
    chip_record,
    cost_record,
    cost_values,
    ledger_rates,
    ledger_record,
    penalty_chart,
    service_record,
    stress_record,
)
from token_exports.figures.served_record import Given
from token_exports.models import disclosed_service, domestic_penalty, electricity_price
from token_exports.parameters import TokenCost
from token_exports.results import Results
from token_exports.sweep.quantities.known import PointAssumptions
from token_exports.uncertainty import Both, Interval

TABLES = ("reported_quantities", "openrouter_token_mix", "list_prices")
BASES = ("electricity_price_bases", "electricity_prices", "fx_rates")
SCALED_BY = ("throughput_tok_per_s_per_gpu", "cache_read_cost_ratio")
FACTS = ("reported_quantities", "model_architectures", "accelerators", "datacenter_parameters")


class Background:
    """What no varied column moves, for one run of the notebook's parameters."""

    def __init__(self, p: TokenCost, known: Assumptions) -> None:
        self.p = p
        self.reported, self.mixes, self.prices = (data.load(name, p.as_of) for name in TABLES)
        self.stated = data.load("claims").set_index("claim_id")["stated_value"]
        self.day = disclosed_service.read_day(self.reported)
        self.facts = ledger_rates.Facts(*(data.load(name, p.as_of) for name in FACTS))
        self._known = known

    @cached_property
    def given(self) -> Given:
        """What predictions rest on."""
        basis = serving.basis(self._known, self.p.as_of)
        return Given(self._known, self.p, basis, self.mixes, self.reported)

    @cached_property
    def served(self) -> chip_record.Served:
        """Predicted services by region and chip."""
        return chip_record.predictions(self.given)

    @cached_property
    def rates(self) -> Both:
        """Predicted rates of the two models of the ledger."""
        return ledger_rates.predicted(self.given)

    @cached_property
    def sold(self) -> ledger_record.Sold:
        """What the two models of the ledger are sold for."""
        return ledger_record.sold(self.given, self.prices)

    @cached_property
    def scaled(self) -> Both:
        """Rates of the two models scaled from the disclosed service."""
        return ledger_rates.scaled(self._known, self.p, self.facts)

    @cached_property
    def price_bases(self) -> pd.DataFrame:
        """Price of electricity on every basis."""
        tables = (data.load(name, self.p.as_of) for name in BASES)
        return electricity_price.compare(*tables)


@dataclass(frozen=True)
class Scene:
    """Some points: their assumptions over the background."""

    known: PointAssumptions
    behind: Background

    @property
    def p(self) -> TokenCost:
        """Parameters of the notebook."""
        return self.behind.p

    @cached_property
    def hours(self) -> dict[str, Both]:
        """Inputs of an accelerator-hour by region."""
        return {r: self.hour(r, chip) for r, (chip, _) in self._chosen.items()}

    @property
    def _chosen(self) -> dict[str, tuple[str, str]]:
        p = self.p
        return {
            "cn": (p.cn_accelerator, p.cn_electricity),
            "us": (p.us_accelerator, p.us_electricity),
        }

    def hour(self, region: str, chip: str) -> Both:
        """Inputs of an hour of a chip at the price class of the run."""
        variants = {chip, self._chosen[region][1]}
        return cost_record.inputs(self.known, self.p, region, variants)

    @cached_property
    def services(self) -> dict[str, tuple[str, Both]]:
        """Token inputs of the disclosed service, leased and owned."""
        return service_record.reference_services(self.known, self.p, self.behind.day)


# ---- what is recorded, in the order of the notebook


def hours(found: Results, scene: Scene) -> None:
    """Cost of an hour, electricity's shares, break-even of the rest, electricity reversed."""
    essence = scene.behind.stated["tokens_are_electricity_exports"]
    cost_record.record_hours(found, scene.hours, essence)
    reversed_values = stress_record.quantities(scene.hours["cn"])
    cost_values.record(found, reversed_values, stress_record.RECORDED)


def services(found: Results, scene: Scene) -> None:
    """The disclosed service: cost by class of token, electricity in its lease, margins."""
    behind, cn = scene.behind, scene.hours["cn"]
    service_record.record_token_costs(found, scene.services)
    energy, broker = service_record.energies(scene.known, scene.p)
    power = cn.of(service_record.electricity_price_usd_per_kwh)
    service_record.record_service(found, behind.day, energy, power)
    service_record.record_margin(found, scene.services["cn_lease"][1], behind.mixes)
    service_record.record_essay_inputs(found, cn, behind.reported)
    service_record.record_broker(found, broker, power, behind.mixes)


def explained(found: Results, scene: Scene) -> None:
    """What cheaper power explains of the price gap."""
    stated = scene.behind.stated
    cases = service_record.explained_cases(scene.hours, stated["power_40pct_lower"])
    service_record.record_explained(found, cases, stated["price_ratio_17"])


def penalty(found: Results, scene: Scene) -> None:
    """The discount on electricity net of what domestic chips draw."""
    row = scene.known.row("energy_penalty_ratio", "cn", {"domestic_chips"})
    value = Interval(row.central, row.low, row.high)
    net = domestic_penalty.net_of_penalty(scene.behind.price_bases, value)
    cost_values.record(found, penalty_chart.quantities(net), penalty_chart.RECORDED)


def bills(found: Results, scene: Scene) -> None:
    """Power bills of three sites, and what the essay's chip costs."""
    p = scene.p
    cost_record.record_bills(found, scene.known, {p.us_accelerator, p.us_electricity})


def chips(found: Results, scene: Scene) -> None:
    """Cost and electricity of a predicted token on the chips of both countries."""
    served = {
        (region, chip): (serving.in_hour(made, scene.hour(region, chip)), traffic)
        for (region, chip), (made, traffic) in scene.behind.served.items()
    }
    values = chip_record.quantities(served) | chip_record.speed_ratios(served)
    cost_values.record(found, values, chip_record.RECORDED)


def ledger(found: Results, scene: Scene) -> None:
    """The price gap, factor by factor, on both sets of rates."""
    behind = scene.behind
    reads = cost_record.assumed(scene.known, scene.p, "cache_read_cost_ratio", "cn")
    try:
        sides = ledger_record.case(behind.sold, reads, scene.hours, behind.rates)
        scaled = behind.scaled
    except ValueError:
        return  # not public by the day of the run
    if scene.known.varies(*SCALED_BY):
        scaled = ledger_rates.scaled(scene.known, scene.p, behind.facts)
    discount = behind.stated["power_40pct_lower"]
    values = ledger_record.quantities(ledger_record.shares(sides), sides, discount)
    other = ledger_record.shares(sides._replace(throughput=scaled))
    values |= ledger_record.parts(other, ledger_record.SCALED)
    cost_values.record(found, values, ledger_record.RECORDED)


FAMILIES: dict[str, Any] = {
    f.__name__: f for f in (hours, services, explained, penalty, bills, chips, ledger)
}
