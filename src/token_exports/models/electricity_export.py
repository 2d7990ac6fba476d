"""Electricity that leaves a country inside bitcoins or tokens, and what it earns there.

    mining electricity [TWh/a]  = hashrate x J/TH x overhead x hours of a year
    mining value     [USD/kWh]  = hashprice / (24 h x J/TH x overhead)
    fresh prompt    [J/token]   = prompt energy of a reference service
                                  / (its fresh + cache cost ratio x its cached prompt tokens)
    token electricity   [TWh]   = (fresh + cache cost ratio x cached) x J/fresh + output x J/output
    token value      [USD/kWh]  = revenue / token electricity
    exported electricity [TWh]  = token electricity x share served in China

Energies per token are those of the facility, cooling included, and of paid machine time, idle
hours included; nothing here multiplies by PUE or divides by utilisation again.

Left out on purpose: machines, staff and network (values are gross of every cost), training, losses
between power station and site, other chips than those of the reference service, and how much of a
mined coin was sold abroad.
"""

from dataclasses import dataclass

from token_exports.units import (
    HOURS_PER_DAY,
    HOURS_PER_YEAR,
    J_PER_KWH,
    KWH_PER_TWH,
    MWH_PER_TWH,
    PH_PER_EH,
    TH_PER_EH,
    TOKENS_PER_MTOK,
    W_PER_KW,
    W_PER_TW,
    Quantity,
)

# ---- mining


def mining_electricity_twh_per_year(
    hashrate_eh_per_s: Quantity, efficiency_j_per_th: Quantity, pue_ratio: Quantity = 1.0
) -> Quantity:
    """Electricity the network would draw in a year at this hashrate.

    Parameters
    ----------
    hashrate_eh_per_s
        Hashes computed, in exahashes per second.
    efficiency_j_per_th
        Energy of the mean machine for a terahash, at the plug. Lower is better.
    pue_ratio
        Electricity of the site over electricity of its machines.

    Notes
    -----
    The Cambridge index computes its bounds and its guess this way and calls the last factor the
    overhead; the bounds differ in the machine taken as typical.
    """
    watts = hashrate_eh_per_s * TH_PER_EH * efficiency_j_per_th * pue_ratio
    return watts / W_PER_TW * HOURS_PER_YEAR


def period_electricity_twh(electricity_twh_per_year: Quantity, period_days: Quantity) -> Quantity:
    """Electricity used in a number of days at an annualised rate."""
    return electricity_twh_per_year * period_days * HOURS_PER_DAY / HOURS_PER_YEAR


def mining_value_usd_per_kwh(
    hashprice_usd_per_ph_day: Quantity,
    efficiency_j_per_th: Quantity,
    pue_ratio: Quantity = 1.0,
) -> Quantity:
    """Gross revenue of a kilowatt-hour spent on mining, which is also the break-even power price.

    A miner who pays more than this for power loses money with every hash. The hashrate of the
    network does not appear: it acts through the hashprice only.
    """
    return hashprice_usd_per_ph_day / (_kwh_per_ph_day(efficiency_j_per_th) * pue_ratio)


def break_even_efficiency_j_per_th(
    hashprice_usd_per_ph_day: Quantity,
    electricity_price_usd_per_kwh: Quantity,
    pue_ratio: Quantity = 1.0,
) -> Quantity:
    """Efficiency at which a machine's revenue just pays its electricity.

    Machines above it are switched off: it is the profitability threshold of the Cambridge index.
    """
    one_joule_per_th = mining_value_usd_per_kwh(hashprice_usd_per_ph_day, 1.0, pue_ratio)
    return one_joule_per_th / electricity_price_usd_per_kwh


def _kwh_per_ph_day(efficiency_j_per_th: Quantity) -> Quantity:
    th_per_ph = TH_PER_EH / PH_PER_EH
    return th_per_ph * efficiency_j_per_th / W_PER_KW * HOURS_PER_DAY


# ---- both


def value_usd_per_kwh(revenue_usd: Quantity, electricity_twh: Quantity) -> Quantity:
    """Gross revenue of a kilowatt-hour, from totals of the same period."""
    return revenue_usd / (electricity_twh * KWH_PER_TWH)


def electricity_cost_share(
    electricity_price_usd_per_kwh: Quantity, value_usd_per_kwh: Quantity
) -> Quantity:
    """Part of the gross revenue that pays for electricity; above one, power costs more."""
    return electricity_price_usd_per_kwh / value_usd_per_kwh


def average_power_mw(electricity_twh: Quantity, period_days: Quantity) -> Quantity:
    """Power that, drawn all through the period, uses this electricity."""
    return electricity_twh * MWH_PER_TWH / (period_days * HOURS_PER_DAY)


# ---- tokens


@dataclass(frozen=True, kw_only=True)
class TokenExportInputs:
    """Tokens foreigners bought in a period, what they paid and what serving them drew."""

    fresh_prompt_tokens: Quantity  # prompt tokens the model had to read
    cached_prompt_tokens: Quantity  # prompt tokens taken from a cache
    output_tokens: Quantity
    prompt_energy_j_per_token: Quantity  # reference: all prompt energy over its fresh tokens
    output_energy_j_per_token: Quantity
    reference_cached_ratio: Quantity  # reference: cached over fresh prompt tokens
    cache_read_cost_ratio: Quantity  # a cached prompt token over a fresh one
    token_revenue_usd: Quantity  # what the buyers of these tokens paid
    served_in_china_share: Quantity  # of the electricity and of the revenue


def fresh_prompt_energy_j_per_token(inputs: TokenExportInputs) -> Quantity:
    """Energy of a prompt token the model has to read.

    The reference service's prompt energy also served its cached tokens; charging all of it to the
    fresh ones and then adding the cached ones would count those twice.
    """
    reference_tokens = 1 + inputs.reference_cached_ratio * inputs.cache_read_cost_ratio
    return inputs.prompt_energy_j_per_token / reference_tokens


def token_electricity_twh(inputs: TokenExportInputs) -> Quantity:
    """Electricity embodied in the tokens, wherever it was drawn."""
    read = inputs.fresh_prompt_tokens + inputs.cached_prompt_tokens * inputs.cache_read_cost_ratio
    joules = (
        read * fresh_prompt_energy_j_per_token(inputs)
        + inputs.output_tokens * inputs.output_energy_j_per_token
    )
    return joules / J_PER_KWH / KWH_PER_TWH


def token_electricity_kwh_per_mtok(inputs: TokenExportInputs) -> Quantity:
    """Electricity of a million tokens in the mix of classes bought."""
    tokens = inputs.fresh_prompt_tokens + inputs.cached_prompt_tokens + inputs.output_tokens
    return token_electricity_twh(inputs) * KWH_PER_TWH / (tokens / TOKENS_PER_MTOK)


def token_value_usd_per_kwh(inputs: TokenExportInputs) -> Quantity:
    """Gross revenue of a kilowatt-hour spent on serving tokens."""
    return value_usd_per_kwh(inputs.token_revenue_usd, token_electricity_twh(inputs))


def exported_electricity_twh(inputs: TokenExportInputs) -> Quantity:
    """Chinese electricity embodied in the tokens: only what was served from China counts."""
    return token_electricity_twh(inputs) * inputs.served_in_china_share


def exported_value_usd(inputs: TokenExportInputs) -> Quantity:
    """Revenue of the tokens served from China, gross of every cost."""
    return inputs.token_revenue_usd * inputs.served_in_china_share


def tokens_electricity_twh(tokens: Quantity, electricity_kwh_per_mtok: Quantity) -> Quantity:
    """Electricity embodied in tokens of all classes at one blended intensity."""
    return tokens / TOKENS_PER_MTOK * electricity_kwh_per_mtok / KWH_PER_TWH


def price_value_usd_per_kwh(
    token_price_usd_per_mtok: Quantity, electricity_kwh_per_mtok: Quantity
) -> Quantity:
    """Gross revenue of a kilowatt-hour at a blended token price."""
    return token_price_usd_per_mtok / electricity_kwh_per_mtok


# ---- where a comparison flips


def flip_served_in_china_share(reference_twh: Quantity, electricity_twh: Quantity) -> Quantity:
    """Share served in China from which the tokens export as much as the reference.

    Above one no share is enough. The reference is an export of the same length of time, such as
    the electricity China's miners used.
    """
    return reference_twh / electricity_twh


def flip_token_price_usd_per_mtok(
    reference_usd_per_kwh: Quantity, electricity_kwh_per_mtok: Quantity
) -> Quantity:
    """Blended token price below which a kilowatt-hour earns less than the reference."""
    return reference_usd_per_kwh * electricity_kwh_per_mtok


def flip_tokens(
    reference_twh: Quantity,
    electricity_kwh_per_mtok: Quantity,
    served_in_china_share: Quantity = 1.0,
) -> Quantity:
    """Tokens bought abroad that embody as much Chinese electricity as the reference."""
    mtok = reference_twh * KWH_PER_TWH / (electricity_kwh_per_mtok * served_in_china_share)
    return mtok * TOKENS_PER_MTOK
