"""Inputs of the what-if of tokens beside mining: controls, and options that set several at once.

Every basis of energy is one of four numbers: energy of a prompt and of an output token, what a
cached prompt token takes of a fresh one, and how many cached ones the prompt energy served where it
was measured. Every basis of revenue is the mean list price of a class of token.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from token_exports.assumptions import Assumptions
from token_exports.figures.mining_text import BASES, month_name
from token_exports.figures.mining_words import ASKED
from token_exports.models import disclosed_service, list_price, scale, token_basis, token_trade
from token_exports.models.week_energy import BENCHMARK, BROKER, ECOLOGITS, PRODUCTION, Bases
from token_exports.models.windows import when_known
from token_exports.parameters import BitcoinVsTokens
from token_exports.uncertainty import Both, Interval, exact
from token_exports.units import DAYS_PER_WEEK, J_PER_KWH, TOKENS_PER_MTOK, Quantity
from token_exports.whatif import choices, ranges
from token_exports.whatif.panel import Choice, Control, Option

ENERGIES = {
    "prompt_energy_j_per_token": "Energy of a prompt token",
    "output_energy_j_per_token": "Energy of an output token",
    "cache_read_cost_ratio": "Cached over fresh prompt token, energy",
    "reference_cached_ratio": "Cached over fresh prompt tokens where it was measured",
}
MINED = "mining_value_usd_per_kwh"
MIX = {
    "cached_prompt_share": "Prompt tokens read from the cache",
    "output_share": "Output in all tokens",
}
PRICES = {
    "fresh_prompt_usd_per_mtok": "Price, fresh prompt",
    "cache_read_usd_per_mtok": "Price, cached prompt",
    "output_usd_per_mtok": "Price, output",
}
REVENUES = {
    token_basis.LIST: "list price, cached as fresh",
    token_basis.EFFECTIVE: "cached prompts at their own price",
    token_basis.PAID: "the same, paid models only",
}


@dataclass(frozen=True, kw_only=True)
class Given:
    """What the panel rests on, all of it computed by the notebook before."""

    known: Assumptions
    p: BitcoinVsTokens
    bases: Bases
    energies: Mapping[str, Both]  # kWh of the week by basis
    week: tuple[pd.DataFrame, pd.DataFrame]  # Chinese models with their parts, rows of their mix
    mined: Mapping[str, Interval]  # when to value of a kilowatt-hour of mining, newest first
    china: pd.DataFrame  # mining there by month
    streams: Mapping[str, float]  # label to tokens a day

    @property
    def counted(self) -> pd.DataFrame:
        """Models of the week on the revenue basis of the run."""
        return token_basis.on_revenue_basis(*self.week, self.p.revenue_basis)


def streams(totals: pd.DataFrame, reported: pd.DataFrame) -> dict[str, float]:
    """Larger flows of Chinese tokens that were counted or reported, in tokens a day.

    Parameters
    ----------
    totals
        Table ``openrouter_totals_daily``.
    reported
        Table ``reported_quantities``.
    """
    latest = token_trade.latest_covered_days(totals, "cn")
    found = {f"all Chinese on OpenRouter, {latest.label}": latest.tokens_per_day}
    for label, quantity, place in scale.REPORTED_STREAMS:
        rows = scale.largest_reported(reported, quantity, place)
        if len(rows):
            found[label] = float(rows["value"].iloc[0])
    return found


def mined_values(
    newest: Interval, month: str, by_year: Mapping[int, Interval]
) -> dict[str, Interval]:
    """Value of a kilowatt-hour of mining by when it was mined, the newest month first."""
    return {month_name(month): newest} | {f"{year}": by_year[year] for year in sorted(by_year)}


# ---- options


def energy_options(given: Given) -> dict[str, dict[str, Interval]]:
    """Energy of the tokens on every basis that was public."""
    cached = disclosed_service.cached_prompt_share(given.bases.day)
    reads = _believed(given, "cache_read_cost_ratio")
    prompt, output, *_ = ENERGIES
    own = (_believed(given, prompt), _believed(given, output))
    found = {PRODUCTION: _energy(own, reads, float(cached / (1 - cached)))}
    if BENCHMARK in given.energies and (measured := given.bases.measured):
        both = (measured.of(_by_name, prompt).interval, measured.of(_by_name, output).interval)
        found[BENCHMARK] = _energy(both, reads)
    each = exact(_believed(given, "broker_kwh_per_mtok").central * J_PER_KWH / TOKENS_PER_MTOK)
    found[BROKER] = _energy((each, each), exact(1.0))
    if ECOLOGITS in given.energies:
        written = float(given.counted["output_tokens"].sum())
        joules = given.energies[ECOLOGITS].central * J_PER_KWH / written
        found[ECOLOGITS] = _energy((exact(0.0), exact(joules)), reads)
    return found


def _believed(given: Given, name: str) -> Interval:
    parameter, variant = ASKED[name]
    row = given.known.row(parameter, "cn", {variant})
    return Interval(row.central, row.low, row.high)


def _by_name(values: Mapping[str, Quantity], name: str) -> Quantity:
    return values[name]


def _energy(
    prompt_and_output: tuple[Interval, Interval], reads: Interval, reference: float = 0.0
) -> dict[str, Interval]:
    values = (*prompt_and_output, reads, exact(reference))
    return dict(zip(ENERGIES, values, strict=True))


def revenue_options(given: Given) -> dict[str, dict[str, float]]:
    """Mix and mean list prices of the week's Chinese tokens on every basis of revenue."""
    found = {}
    for basis in token_basis.REVENUES:
        parts = when_known(token_basis.on_revenue_basis, *given.week, basis)
        if parts is not None:
            sold = token_trade.sold_by_class(parts)
            prompt = sold["fresh_prompt_tokens"] + sold["cached_prompt_tokens"]
            mix = {
                "cached_prompt_share": sold["cached_prompt_tokens"] / prompt,
                "output_share": sold["output_tokens"] / (prompt + sold["output_tokens"]),
            }
            found[basis] = mix | mean_prices(parts, given.week[1], basis)
    return found


def mean_prices(parts: pd.DataFrame, mix: pd.DataFrame, basis: str) -> dict[str, float]:
    """Mean list price of each class of token over some models.

    Parameters
    ----------
    parts
        Models on a basis of revenue, from `token_basis.on_revenue_basis`.
    mix
        Rows of ``openrouter_token_mix`` of that week.
    basis
        Where cached prompt tokens cost as much as fresh ones, or their own price; a price that is
        not listed lies in the middle between nothing and the price of fresh ones.
    """
    listed = mix.set_index("model_slug").loc[parts["model_slug"]]
    fresh, output = (listed[f"{name}_usd_per_mtok"].to_numpy(float) for name in ("input", "output"))
    own = listed["cache_read_usd_per_mtok"].to_numpy(float)
    cached = fresh if basis == token_basis.LIST else np.where(np.isnan(own), fresh / 2, own)
    columns = ("fresh_prompt_tokens", "cache_read_tokens", "output_tokens")
    weights = (parts[name].to_numpy(float) for name in columns)
    prices = zip(PRICES, (fresh, cached, output), weights, strict=True)
    return {name: _mean(price, weight) for name, price, weight in prices}


def _mean(prices: NDArray[np.float64], tokens: NDArray[np.float64]) -> float:
    """Mean over tokens, or over models where none of them sold such a token."""
    return float(np.average(prices, weights=tokens if tokens.any() else None))


# ---- controls


def controls(given: Given) -> list[Control]:
    """Controls at the values of the run."""
    served = given.known.row("served_in_china_share", "cn")
    belief = Interval(served.central, served.low, served.high)
    place = ranges.of_interval("served_in_china_share", "Served in China", belief, ranges.WHOLE)
    energies, sold = _energies(given), _sold(given)
    return [
        _tokens(given),
        *sold[: len(MIX)],
        *energies[:2],
        replace(place, setting=True),
        _tariff(given),
        _mined(given),
        *sold[len(MIX) :],
        *energies[2:],
    ]


def _tokens(given: Given) -> Control:
    flows = [value * DAYS_PER_WEEK for value in given.streams.values()]
    tokens = sum(token_trade.sold_by_class(given.counted).values())
    ends = ranges.widened("tokens", [tokens, *flows])
    return ranges.of_interval("week_tokens", "Tokens of a week", exact(tokens), ends)


def _sold(given: Given) -> list[Control]:
    options = revenue_options(given)
    found = []
    for name, label in {**MIX, **PRICES}.items():
        values = [option[name] for option in options.values()]
        value = Interval(options[given.p.revenue_basis][name], min(values), max(values))
        ends = ranges.WHOLE
        if name != "cached_prompt_share":
            ends = ranges.widened(name, _seen(given, name))
        found.append(ranges.of_interval(name, label, value, ends, more=name in PRICES))
    return found


def _seen(given: Given, name: str) -> list[float]:
    """Prices above nothing, or output's part, among all models of the week."""
    mix = given.week[1]
    if name in MIX:
        return [float(list_price.row_mix(row).output_share) for _, row in mix.iterrows()]
    column = "input" if name.startswith("fresh") else name.removesuffix("_usd_per_mtok")
    return [float(price) for price in mix[f"{column}_usd_per_mtok"] if price > 0]


def _energies(given: Given) -> list[Control]:
    options = energy_options(given)
    found = []
    for position, (name, label) in enumerate(ENERGIES.items()):
        ends = [end for option in options.values() for end in (option[name].low, option[name].high)]
        value = options[given.p.energy_basis][name]
        moves = ranges.widened(name, ends)
        found.append(ranges.of_interval(name, label, value, moves, more=position > 1))
    return found


def _tariff(given: Given) -> Control:
    row = given.known.row(choices.PRICE, "cn", {"bitcoin_miner"})
    value = Interval(row.central, row.low, row.high)
    ends = ranges.widened(choices.PRICE, ranges.of_rows(given.known, choices.PRICE))
    label = "Electricity, for tokens and mining"
    return ranges.of_interval(choices.PRICE, label, value, ends)


def _mined(given: Given) -> Control:
    values = list(given.mined.values())
    ends = ranges.widened(MINED, [end for value in values for end in (value.low, value.high)])
    return ranges.of_interval(MINED, "Gross revenue of mining", values[0], ends)


# ---- choices


def all_choices(given: Given) -> tuple[Choice, ...]:
    """Lists of named values, each setting some of the controls."""
    week = {"the week's largest models": sum(token_trade.sold_by_class(given.counted).values())}
    flows = week | {label: value * DAYS_PER_WEEK for label, value in given.streams.items()}
    energies = {BASES[name]: option for name, option in energy_options(given).items()}
    revenues = {REVENUES[name]: option for name, option in revenue_options(given).items()}
    return (
        _choice("Tokens", {label: {"week_tokens": value} for label, value in flows.items()}),
        _choice(
            "Energy of a token",
            {
                label: {name: value.central for name, value in option.items()}
                for label, option in energies.items()
            },
        ),
        _choice("Revenue", revenues),
        _choice("Mining in", {when: {MINED: value.central} for when, value in given.mined.items()}),
        choices.tariffs(given.known, "cn", choices.PRICE, "Electricity"),
    )


def _choice(label: str, options: Mapping[str, Mapping[str, float]]) -> Choice:
    rows = (Option(label=name, values=dict(values)) for name, values in options.items())
    return Choice(label=label, options=tuple(rows))
