"""The numbers of the comparison of mining and inference, each from the model that knows it.

    part of cost            = part / (electricity + running cost + machine), per kilowatt-hour
    price of a watt [USD/W] = price per TH/s / (J/TH), or investment / power of an accelerator
    spread of prices        = dearest over cheapest price of the same weights
    equal countries         = 1 / sum of squared shares: so many equally large ones

What was looked for and not found has no entry; the reason stands with its row.

Left out on purpose: land, staff and interest of miners, for which no public figure was found.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from token_exports.models import (
    accelerator_hour,
    mining_breakeven,
    mining_margin,
    mining_response,
    mining_value,
    token_mix,
)
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.mining_margin import MinerCosts
from token_exports.models.mining_response import BanResponse
from token_exports.uncertainty import Interval, bounds, exact, interval
from token_exports.units import HOURS_PER_DAY, SECONDS_PER_HOUR, W_PER_KW, Quantity

RECENT_DAYS = 366
"""Quotes this close to the newest one still say what a machine costs."""
Values = dict[str, Interval | None]


@dataclass(frozen=True, kw_only=True)
class Miner:
    """What is known of mining: a kilowatt-hour, its costs, and how the network behaved."""

    gross_usd_per_kwh: Interval
    net_usd_per_kwh: Interval
    costs: MinerCosts
    quoted: pd.DataFrame  # from `mining_margin.quotes`
    network: pd.DataFrame  # table bitcoin_network
    elasticities: pd.DataFrame  # from `mining_response.elasticities`
    ban: BanResponse
    mining_map: pd.DataFrame
    economics: pd.DataFrame  # table mining_and_hosting_economics


@dataclass(frozen=True, kw_only=True)
class Server:
    """What is known of inference: a kilowatt-hour, an accelerator-hour, and what is sold."""

    gross_usd_per_kwh: Interval
    net_usd_per_kwh: Interval
    electricity_price_usd_per_kwh: float  # the one that miners pay, so that revenue decides
    hour: tuple[ServingInputs, ServingInputs]  # central and drawn
    parts: pd.DataFrame  # from `token_mix.week_parts`
    interactivity_tok_per_s_per_user: Interval
    hosted: pd.DataFrame  # table same_weights_prices
    reported: pd.DataFrame  # table reported_quantities
    price_elasticity_ratio: Interval | None  # from `price_events.elasticity`


def mining_column(miner: Miner) -> Values:
    """Values of mining by name of the aspect."""
    gross, costs, lag = miner.gross_usd_per_kwh, miner.costs, mining_response.LONGEST_LAG
    price = costs.electricity_usd_per_kwh.central
    running = costs.operations_usd_per_kwh
    return {
        "electricity_revenue_share": mining_value.electricity_share(gross, price),
        **mining_cost_shares(gross, costs),
        "hardware_life_years": costs.machine_lifetime_years,
        "hardware_usd_per_w": machine_usd_per_w(miner.quoted),
        "gross_usd_per_kwh": gross,
        "net_usd_per_kwh": miner.net_usd_per_kwh,
        "break_even_usd_per_kwh": mining_breakeven.inference_usd_per_kwh(
            gross, _plus(running, _machine_usd_per_kwh(gross, costs))
        ),
        "price_elasticity_ratio": mining_response.elasticity(miner.elasticities, lag),
        "ban_drop_share": exact(miner.ban.drop_share),
        "curtailed_share": curtailed_share(miner.economics),
        "utilisation_share": mining_utilisation_share(miner.economics),
        "wait_s": block_s(miner.network),
        "price_spread_ratio": exact(1.0),  # the protocol pays every hash alike
        "countries_count": mining_countries(miner.mining_map),
    }


def token_column(server: Server) -> Values:
    """Values of inference by name of the aspect."""
    central, drawn = server.hour
    gross, price = server.gross_usd_per_kwh, server.electricity_price_usd_per_kwh
    share = accelerator_hour.electricity_cost_share
    other = interval(other_usd_per_kwh(drawn), float(other_usd_per_kwh(central)))
    return {
        "electricity_revenue_share": mining_value.electricity_share(gross, price),
        "electricity_cost_share": interval(share(drawn), float(share(central))),
        "hardware_cost_share": interval(
            hardware_cost_share(drawn), float(hardware_cost_share(central))
        ),
        "hardware_life_years": _input(server, "gpu_lifetime_years"),
        "hardware_usd_per_w": interval(server_usd_per_w(drawn), float(server_usd_per_w(central))),
        "gross_usd_per_kwh": gross,
        "net_usd_per_kwh": server.net_usd_per_kwh,
        "break_even_usd_per_kwh": mining_breakeven.inference_usd_per_kwh(gross, other),
        "price_elasticity_ratio": server.price_elasticity_ratio,
        "utilisation_share": _input(server, "utilisation_share"),
        "mean_peak_share": mean_over_peak(server.reported),
        "wait_s": reply_s(server.parts, server.interactivity_tok_per_s_per_user),
        "price_spread_ratio": price_spread(server.hosted),
        "countries_count": data_centre_countries(server.reported),
    }


def _input(server: Server, name: str) -> Interval:
    central, drawn = (getattr(inputs, name) for inputs in server.hour)
    return interval(drawn, float(central))


# ---- cost


def _plus(one: Interval, other: Interval) -> Interval:
    return bounds(one.central + other.central, one.low + other.low, one.high + other.high)


def _machine_usd_per_kwh(gross: Interval, costs: MinerCosts) -> Interval:
    """Machine per kilowatt-hour: days of revenue that it costs, at the central revenue."""
    part = mining_margin.machine_revenue_interval(costs)
    return bounds(*(gross.central * end for end in (part.central, part.low, part.high)))


def mining_cost_shares(gross_usd_per_kwh: Interval, costs: MinerCosts) -> dict[str, Interval]:
    """Electricity and machine in what a miner pays for a kilowatt-hour."""
    parts = (
        costs.electricity_usd_per_kwh,
        costs.operations_usd_per_kwh,
        _machine_usd_per_kwh(gross_usd_per_kwh, costs),
    )
    power, running, machine = parts
    return {
        "electricity_cost_share": _part(power, _plus(running, machine)),
        "hardware_cost_share": _part(machine, _plus(power, running)),
    }


def _part(part: Interval, rest: Interval) -> Interval:
    return bounds(
        part.central / (part.central + rest.central),
        part.low / (part.low + rest.high),
        part.high / (part.high + rest.low),
    )


def hardware_cost_share(inputs: ServingInputs) -> Quantity:
    """Accelerator, server, network and their finance in the full cost of an hour."""
    wide = accelerator_hour.hardware_electricity_cost_share(inputs)
    return wide - accelerator_hour.electricity_cost_share(inputs)


def other_usd_per_kwh(inputs: ServingInputs) -> Quantity:
    """All cost besides power, for each kilowatt-hour at the meter."""
    other = accelerator_hour.other_cost_usd_per_h(inputs)
    return other / accelerator_hour.facility_power_kw(inputs)


def server_usd_per_w(inputs: ServingInputs) -> Quantity:
    """Accelerator with server and network for each watt of rated power."""
    return accelerator_hour.investment_usd(inputs) / (inputs.it_power_kw * W_PER_KW)


def machine_usd_per_w(quoted: pd.DataFrame) -> Interval | None:
    """Price of a mining machine for each watt it draws: median and ends of the newest quotes.

    Parameters
    ----------
    quoted
        From `mining_margin.quotes`; no quote gives None.
    """
    if quoted.empty:
        return None
    since = quoted["quote_date"].max() - pd.Timedelta(days=RECENT_DAYS)
    rows = quoted[quoted["quote_date"] > since]
    price = rows["price_usd_per_th"]
    low, high = price / rows["efficiency_upper_j_per_th"], price / rows["efficiency_lower_j_per_th"]
    middle = float(((low + high) / 2).median())
    return bounds(middle, float(low.min()), float(high.max()))


# ---- behaviour


def _reported(economics: pd.DataFrame, metric: str, end: str) -> float | None:
    rows = economics[(economics["metric"] == metric) & (economics["unit"] == "share")]
    return float(rows[end].iloc[0]) if len(rows) else None


def curtailed_share(economics: pd.DataFrame) -> Interval | None:
    """Power that a miner gave up in peak hours: at least the reported part, at most all."""
    least = _reported(economics, "mining_curtailed_share", "low")
    return None if least is None else bounds((least + 1) / 2, least, 1.0)


def mining_utilisation_share(economics: pd.DataFrame) -> Interval | None:
    """Hours that a machine runs: all, as the index assumes; low end a month of curtailment."""
    drop = _reported(economics, "mining_output_drop", "central")
    return None if drop is None else bounds(1.0, 1 - drop, 1.0)


def mean_over_peak(reported: pd.DataFrame) -> Interval | None:
    """Mean over peak number of serving nodes on the disclosed day."""
    nodes = reported.set_index("quantity_id")["value"]
    if not {"deepseek_nodes_average", "deepseek_nodes_peak"} <= set(nodes.index):
        return None
    return exact(float(nodes["deepseek_nodes_average"] / nodes["deepseek_nodes_peak"]))


def block_s(network: pd.DataFrame) -> Interval | None:
    """Seconds between blocks, hence between payments to the network: a year's mean and ends."""
    last = network.sort_values("month").tail(12)
    seconds = last["days_count"] * HOURS_PER_DAY * SECONDS_PER_HOUR / last["mined_blocks"]
    known = seconds.dropna()
    if known.empty:
        return None
    return bounds(float(known.mean()), float(known.min()), float(known.max()))


def reply_s(parts: pd.DataFrame, interactivity_tok_per_s_per_user: Interval) -> Interval | None:
    """Seconds to write the mean reply of the week's models at a user's token rate."""
    asked = parts[parts["requests"] > 0]
    if asked.empty:
        return None
    tokens = float(asked["output_tokens"].sum() / asked["requests"].sum())
    rate = interactivity_tok_per_s_per_user
    ends = (token_mix.reply_s(tokens, speed) for speed in (rate.central, rate.high, rate.low))
    return bounds(*(float(end) for end in ends))


# ---- product and place


def price_spread(hosted: pd.DataFrame) -> Interval | None:
    """Dearest over cheapest output price of the same weights: median and ends of the models."""
    prices = hosted.groupby("open_weights_model")["output_usd_per_mtok"]
    spread = (prices.max() / prices.min())[prices.count() > 1]
    if spread.empty:
        return None
    return bounds(float(spread.median()), float(spread.min()), float(spread.max()))


def equal_countries(known: Sequence[float], largest_other: float) -> Interval:
    """Number of equally large countries that would be as concentrated.

    Parameters
    ----------
    known
        Shares of the countries that are known.
    largest_other
        Most that one of the others can have. The others are many small ones at the high end, and
        as few as that allows at the low one; the centre takes the middle of the squares.
    """
    rest = 1 - sum(known)
    packed = int(rest / largest_other) if largest_other > 0 else 0
    over = rest - packed * largest_other
    thin = float(np.sum(np.square(known)))
    thick = thin + packed * largest_other**2 + over**2
    return bounds(2 / (thin + thick), 1 / thick, 1 / thin)


def mining_countries(mining_map: pd.DataFrame) -> Interval | None:
    """Countries of the map's newest month; the rest is one country at most."""
    if mining_map.empty:
        return None
    newest = mining_map[mining_map["month"] == mining_map["month"].max()]
    known = newest[newest["country"] != "OTHER"]["hashrate_share"].tolist()
    return equal_countries(known, 1 - sum(known))


def data_centre_countries(reported: pd.DataFrame) -> Interval | None:
    """The same by electricity of data centres, of which the two largest countries are known."""
    twh = reported.set_index("quantity_id")["value"]
    names = [f"{p}_datacentre_electricity_2024_iea" for p in ("us", "china", "world")]
    if not set(names) <= set(twh.index):
        return None
    us, china, world = (float(twh[name]) for name in names)
    return equal_countries([us / world, china / world], china / world)
