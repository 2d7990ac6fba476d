"""Quantities of notebook 03 over many points: a week of tokens, its electricity, its place.

The functions that record them are those of the notebook. What an assumption cannot move (counted
tokens, prices, the network of miners) is put together once.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from token_exports import data
from token_exports.assumptions import Assumptions
from token_exports.figures import (
    cost_record,
    cost_values,
    emissions_chart,
    mining_record,
    mining_text,
    mining_words,
    token_basis_chart,
    token_basis_record,
    trade_words,
)
from token_exports.models import (
    disclosed_service,
    electricity_in_cost,
    emissions,
    market_share,
    mining,
    mining_value,
    token_basis,
    token_mix,
    token_trade,
    trade_scale,
    week_energy,
)
from token_exports.models.host_places import HostTables
from token_exports.parameters import BitcoinVsTokens
from token_exports.results import Results
from token_exports.sweep.quantities.known import PointAssumptions
from token_exports.uncertainty import Both, Interval, exact, interval

ECONOMY = ("mining_and_hosting_economics", "openrouter_totals_daily", "carbon_intensity")
NETWORK = ("bitcoin_network", "bitcoin_electricity", "bitcoin_mining_map")
REPORTED = ("ai_hosting_revenue", "btc_mining_revenue")


class Background:
    """What no varied column moves, for one run of the notebook's parameters."""

    def __init__(self, p: BitcoinVsTokens, known: Assumptions) -> None:
        self.p = p
        self.reported = data.load("reported_quantities", p.as_of)
        self.economics, totals, carbon = (data.load(name, p.as_of) for name in ECONOMY)
        self.day = disclosed_service.read_day(self.reported)
        self.measured = tuple(data.load(n, p.as_of) for n in ("measured_energy", "accelerators"))
        self.latest = token_trade.latest_covered_days(totals, "cn")
        self.grids = emissions.families(carbon)
        self._week()
        self._mining()

    def _week(self) -> None:
        p, named = self.p, ("openrouter_token_mix", "model_authors", "stealth_models")
        mix, authors, stealth = (data.load(name, p.as_of) for name in named)
        origin = market_share.origins(mix["model_slug"], authors, stealth, "resolved")
        parts = token_mix.week_parts(mix, origin, p.token_week_end)
        self.every_cn = parts[parts["origin"] == "cn"]
        self.mix = token_mix.whole_week(mix, p.token_week_end)
        self.chinese = token_basis.on_revenue_basis(self.every_cn, self.mix, p.revenue_basis)
        hosts = (data.load(name, p.as_of) for name in ("providers", "model_hosts"))
        tables = HostTables(authors, *hosts)
        self.declared = token_basis_record.declared_share(self.every_cn, stealth, tables)

    def _mining(self) -> None:
        p = self.p
        network, estimate, places = (data.load(name, p.as_of) for name in NETWORK)
        rates = mining.continued_series(estimate, p.energy_series, p.include_derived)
        self.network = network
        self.all_months = mining.by_month(network, rates)
        months = self.all_months.query("month >= '2015'")
        china = mining.by_country(months, places, "CN")
        newest = mining_value.latest_month(months, f"{p.token_week_end:%Y-%m}")
        self.mined = mining_value.value_interval(newest)
        self.by_year = mining_value.values_by_year(mining.by_year(months))
        asked = [*mining.ENERGIES, "mining_value_usd"]
        period = mining.over_period(china, p.period_start, p.period_end, asked)
        self.mined_period = mining_value.period_value_usd_per_kwh(period)
        self.mined_2020 = mining_value.year_power_mw(china, 2020)
        whole = mining.over_period(china, "2020-01", "2020-12", ["mining_value_usd"])
        self.mined_2020_usd = whole["mining_value_usd"]


@dataclass(frozen=True)
class Scene:
    """Some points: their assumptions over the background."""

    known: PointAssumptions
    behind: Background

    @property
    def p(self) -> BitcoinVsTokens:
        """Parameters of the notebook."""
        return self.behind.p

    @cached_property
    def beliefs(self) -> Both:
        """Assumptions of the comparison by the name they have in it."""
        asked = {
            name: cost_record.assumed(self.known, self.p, key, "cn", [variant])
            for name, (key, variant) in mining_words.ASKED.items()
        }
        central = {name: both.central for name, both in asked.items()}
        return Both(central, {name: both.draws for name, both in asked.items()})

    @cached_property
    def bases(self) -> week_energy.Bases:
        """What every basis of energy needs."""
        behind = self.behind
        tables = (behind.measured[0], behind.measured[1])
        return token_basis_record.bases(self.known, self.p, behind.day, self.beliefs, tables)

    @cached_property
    def energies(self) -> dict[str, Both]:
        """Electricity of the week by basis of energy."""
        return week_energy.energy_kwh(self.behind.chinese, self.bases)

    @cached_property
    def trade(self) -> token_trade.Trade:
        """The week of tokens on the chosen bases."""
        both = self.beliefs
        week = token_trade.trade(self.behind.chinese, self.behind.day, both.central, both.draws)
        return token_basis.with_chosen(week, self.energies, self.p.energy_basis)

    @cached_property
    def streams(self) -> dict[str, Interval]:
        """Power of all Chinese tokens of the latest days by basis."""
        per_day, both = self.behind.latest.tokens_per_day, self.beliefs
        name, broker = "blended_kwh_per_mtok", both.central["broker_kwh_per_mtok"]
        found = token_trade.stream_power_mw(
            per_day, interval(both.draws[name], both.central[name]), broker
        )
        if self.p.energy_basis not in found:
            per_mtok = token_basis.kwh_per_mtok(self.behind.chinese, self.energies)
            found |= token_basis.stream_mw(per_day, per_mtok, self.p.energy_basis)
        return found

    @property
    def served(self) -> Interval:
        """Belief in the share served in China."""
        row = self.known.row("served_in_china_share", "cn")
        return Interval(row.central, row.low, row.high)


# ---- what is recorded, in the order of the notebook


def values(found: Results, scene: Scene) -> None:
    """Energy of a token, what a kilowatt-hour earns in tokens and in mining."""
    trade, behind = scene.trade, scene.behind
    bought: dict[str, Interval | float] = {"cn_top_n_tokens": trade.tokens}
    bought |= {"cn_list_revenue_usd": trade.revenue_usd, "token_kwh_per_mtok": trade.kwh_per_mtok}
    mining_record.record(found, bought)
    earned = [mining_value.reported_interval(behind.economics, metric) for metric in REPORTED]
    rest = token_trade.less_lease_usd(trade.revenue_usd, trade.sold, behind.day)
    net = trade.worth_usd_per_kwh(rest)["deepseek"]
    gross = mining_words.value_results(trade, net, behind.mined, (earned[0], earned[1]))
    mining_record.record(found, gross)


def every_basis(found: Results, scene: Scene) -> None:
    """A kilowatt-hour of tokens on every basis of revenue and of energy."""
    names = tuple(token_basis_chart.LABELS)
    recorded: dict[str, Interval | float | None] = {}
    for revenue in token_basis.REVENUES:
        counted = token_basis.on_revenue_basis(scene.behind.every_cn, scene.behind.mix, revenue)
        for energy, earned in token_basis.earned(counted, scene.bases, names).items():
            recorded |= {f"{revenue}_{energy}_{n}_usd_per_kwh": v for n, v in earned.items()}
    cost_values.record(found, recorded, token_basis_chart.RECORDED)


def shares(found: Results, scene: Scene) -> None:
    """Electricity's part in revenue and in cost, of tokens and of mining."""
    behind, price = scene.behind, scene.beliefs.central["miner_usd_per_kwh"]
    mined: dict[Any, Interval] = {**behind.by_year, "China": behind.mined_period}
    mined_part = mining_value.electricity_shares(mined, price)
    token_part = mining_value.electricity_shares(scene.trade.value_usd_per_kwh, price)
    asked = ("mining_power_price", "sichuan", "2021")
    sichuan = mining_value.reported_interval(behind.economics, *asked)
    local = mining_value.electricity_share(behind.by_year[2020], sichuan.central)
    mining_record.record(found, mining_words.part_results(mined_part, token_part, local))
    where = (scene.p.cn_accelerator, scene.p.cn_electricity)
    hour = cost_record.inputs(scene.known, scene.p, "cn", where)
    in_cost = electricity_in_cost.in_full_cost_share(hour.central, hour.draws)
    sides = (hour.central, scene.beliefs.central), (hour.draws, scene.beliefs.draws)
    in_rent = electricity_in_cost.in_rent_share(behind.day, *sides)
    mining_record.record(found, mining_words.cost_results(in_cost, in_rent, mined_part))


def sizes(found: Results, scene: Scene) -> None:
    """Power behind the tokens, the share that must be served in China to match mining."""
    behind, trade, basis = scene.behind, scene.trade, scene.p.energy_basis
    mining_record.record(found, mining_words.size_results(trade, scene.streams, behind.mined_2020))
    labels = (mining_text.month_name(f"{scene.p.token_week_end:%Y-%m}"), behind.latest.label)
    flows = mining_words.place_flows(trade, scene.streams, labels, basis)
    placed = (trade, flows, behind.mined_2020.central, scene.served, basis)
    mining_record.record(found, mining_words.place_results(*placed))


def money(found: Results, scene: Scene) -> None:
    """Token exports a year beside China's trade and beside its mining."""
    behind = scene.behind
    stated = any(name.startswith("served_in_china_share") for name in scene.known.stated)
    used = scene.served if stated or behind.declared is None else behind.declared
    revenue = trade_scale.yearly_revenue(behind.every_cn, behind.mix, used)
    whole_year = trade_scale.of_year(scene.trade.revenue_usd)
    flip = trade_scale.flip_share(behind.mined_2020_usd, whole_year)
    in_trade = trade_scale.against_trade(revenue["bounds"] or whole_year, behind.reported)
    abroad = trade_scale.firm_abroad_usd(behind.reported)
    recorded = trade_words.quantities(revenue, in_trade, abroad)
    recorded |= {"value_flip_served_in_china_ratio": flip}
    recorded |= {"declared_served_in_china_share": behind.declared}
    cost_values.record(found, recorded, trade_words.RECORDED)


def emitted(found: Results, scene: Scene) -> None:
    """Emissions of a million tokens and of a dollar."""
    trade = scene.trade
    goods = emissions.Goods(
        kwh_per_mtok={
            "deepseek": trade.kwh_per_mtok,
            "broker": exact(scene.beliefs.central["broker_kwh_per_mtok"]),
        },
        usd_per_kwh={b: trade.value_usd_per_kwh[b] for b in ("deepseek", "broker")}
        | {"mining": scene.behind.mined},
    )
    recorded = emissions_chart.quantities(scene.behind.grids, goods)
    cost_values.record(found, recorded, emissions_chart.RECORDED)


FAMILIES: dict[str, Any] = {
    f.__name__: f for f in (values, every_basis, shares, sizes, money, emitted)
}
