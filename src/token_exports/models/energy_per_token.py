"""Joules per token of each class, from power and the time an accelerator spends on it.

    busy share     = (arithmetic + memory + link) / step, engine's pace included
    power [W]      = rated power with host and network x (idle share + busy share x share added)
    facility [W]   = power x PUE
    energy of idle = facility power at idle x (1 / utilisation - 1)
    J per token    = (facility + energy of idle) / tokens per second and accelerator of the class

A class is charged the time of the accelerators that make it: prompt tokens the time of reading,
written tokens the time of writing, cached tokens the time of fetching.

Left out on purpose: clocks lowered under load, memory and compute drawing differently, making the
hardware, training the model.
"""

from dataclasses import dataclass

from token_exports.models.throughput import Throughput
from token_exports.units import W_PER_KW, Quantity


@dataclass(frozen=True, kw_only=True)
class PowerInputs:
    """What an accelerator draws, and what its site adds."""

    board_idle_power_share: Quantity  # of rated power, while it waits
    board_busy_power_share: Quantity  # of rated power, added while it works
    it_power_kw: Quantity  # rated, with its part of host and network
    pue_ratio: Quantity
    utilisation_share: Quantity  # serving over paid hours


@dataclass(frozen=True, kw_only=True)
class TokenEnergy:
    """Facility energy by class of token."""

    fresh_prompt_j_per_token: Quantity
    cache_read_j_per_token: Quantity
    output_j_per_token: Quantity


def drawn_share(inputs: PowerInputs, busy: Quantity) -> Quantity:
    """Draw over rated power at this busy share; hosts and network are taken to follow."""
    return inputs.board_idle_power_share + inputs.board_busy_power_share * busy


def facility_power_w(inputs: PowerInputs, busy: Quantity) -> Quantity:
    """Draw with host, network and cooling, idle hours charged to serving ones."""
    idle_hours = 1 / inputs.utilisation_share - 1
    drawn = drawn_share(inputs, busy) + drawn_share(inputs, 0.0) * idle_hours
    return inputs.it_power_kw * W_PER_KW * drawn * inputs.pue_ratio


def energy_j_per_token(rates: Throughput, inputs: PowerInputs) -> TokenEnergy:
    """Facility energy of a token of each class at an operating point."""
    writing = facility_power_w(inputs, rates.decode_busy_share)
    reading = facility_power_w(inputs, rates.prompt_busy_share)
    return TokenEnergy(
        fresh_prompt_j_per_token=reading / rates.fresh_prompt_tok_per_s_per_gpu,
        cache_read_j_per_token=reading / rates.cache_read_tok_per_s_per_gpu,
        output_j_per_token=writing / rates.decode_tok_per_s_per_gpu,
    )


def mean_busy_share(rates: Throughput) -> Quantity:
    """Busy share over writing and reading together, by the accelerator time each takes."""
    share = rates.decode_time_share
    return rates.decode_busy_share * share + rates.prompt_busy_share * (1 - share)
