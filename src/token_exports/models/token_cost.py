"""Cost and electricity of a million tokens by class, from the cost of an accelerator-hour.

    cost [USD/Mtok]  = hour cost / (tokens per second and accelerator x 3600) x 1e6
    fresh prompt     = cost at the measured rate / (1 + r x cached / fresh)
    cache read       = r x fresh prompt
    electricity      = power of a paid hour / (tokens per second and accelerator x 3600) x 1e6

with r the cost of a cache read over a fresh prompt token and cached / fresh the mix of the service
whose rate was measured.

Which hour goes with which throughput: tokens measured over all paid time (a disclosed service)
go with the paid hour or with a lease price; tokens measured under full load (a benchmark) go with
the serving hour. Mixing the two counts idle time twice or not at all.

Left out on purpose: throughput of other accelerators, models, speeds and context lengths than the
measured ones, cost of keeping a cache, failed and retried requests.
"""

from dataclasses import dataclass

from token_exports.models.accelerator_hour import ServingInputs, facility_power_kw
from token_exports.models.list_price import TokenPrices
from token_exports.units import SECONDS_PER_HOUR, TOKENS_PER_MTOK, Quantity


@dataclass(frozen=True, kw_only=True)
class TokenInputs:
    """An hour's cost and the tokens it makes; hour and throughputs on the same kind of hour."""

    hour_cost_usd_per_h: Quantity
    fresh_prompt_tok_per_s_per_gpu: Quantity  # all prefill work charged to fresh tokens
    output_tok_per_s_per_gpu: Quantity
    cached_prompt_share: Quantity  # of the prompt tokens of the service that was measured
    cache_read_cost_ratio: Quantity


def token_usd_per_mtok(
    hour_cost_usd_per_h: Quantity, throughput_tok_per_s_per_gpu: Quantity
) -> Quantity:
    """Cost of a million tokens made at this rate."""
    seconds = TOKENS_PER_MTOK / throughput_tok_per_s_per_gpu
    return hour_cost_usd_per_h * seconds / SECONDS_PER_HOUR


def fresh_prompt_usd_per_mtok(inputs: TokenInputs) -> Quantity:
    """Cost of prompt tokens that have to be computed.

    The measured rate charges all prefill work to fresh tokens. Where cache reads bear a part of it,
    fresh tokens are relieved of that part, so that the hour is paid once.
    """
    reads_per_fresh = inputs.cached_prompt_share / (1 - inputs.cached_prompt_share)
    relief = 1 + inputs.cache_read_cost_ratio * reads_per_fresh
    rate = inputs.fresh_prompt_tok_per_s_per_gpu * relief
    return token_usd_per_mtok(inputs.hour_cost_usd_per_h, rate)


def cache_read_usd_per_mtok(inputs: TokenInputs) -> Quantity:
    """Cost of prompt tokens read from the cache."""
    return fresh_prompt_usd_per_mtok(inputs) * inputs.cache_read_cost_ratio


def output_usd_per_mtok(inputs: TokenInputs) -> Quantity:
    """Cost of generated tokens."""
    return token_usd_per_mtok(inputs.hour_cost_usd_per_h, inputs.output_tok_per_s_per_gpu)


def token_costs(inputs: TokenInputs) -> TokenPrices:
    """Cost of every class, to be set against list prices or blended by a mix."""
    return TokenPrices(
        fresh_prompt_usd_per_mtok=fresh_prompt_usd_per_mtok(inputs),
        cache_read_usd_per_mtok=cache_read_usd_per_mtok(inputs),
        output_usd_per_mtok=output_usd_per_mtok(inputs),
    )


def electricity_kwh_per_mtok(
    inputs: ServingInputs, throughput_tok_per_s_per_gpu: Quantity
) -> Quantity:
    """Facility electricity of a million tokens, throughput over all paid time."""
    paid_power_kw = facility_power_kw(inputs) * inputs.utilisation_share
    return token_usd_per_mtok(paid_power_kw, throughput_tok_per_s_per_gpu)
