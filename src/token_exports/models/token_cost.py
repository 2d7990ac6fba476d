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

For a model that nobody measured, ``throughput``, ``energy_j_per_token`` and ``cost_usd_per_mtok``
predict from an architecture, an accelerator, a workload and assumptions: rates by the roofline,
energy from what the accelerator does meanwhile, and

    cost of a class = other cost of a serving hour / rate + energy x electricity price.

Left out on purpose: cost of keeping a cache, failed and retried requests.
"""

from dataclasses import dataclass, replace

from token_exports.models import accelerator_hour, energy_per_token, layout
from token_exports.models import throughput as rates_of
from token_exports.models.accelerator_hour import ServingInputs, facility_power_kw
from token_exports.models.energy_per_token import PowerInputs, TokenEnergy
from token_exports.models.list_price import TokenPrices
from token_exports.models.roofline import Accelerator, Deployment, Efficiencies, Layout, Precision
from token_exports.models.throughput import Throughput, Workload
from token_exports.models.transformer import Architecture
from token_exports.units import J_PER_KWH, SECONDS_PER_HOUR, TOKENS_PER_MTOK, Quantity


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


# ---- predicted


@dataclass(frozen=True, kw_only=True)
class Service:
    """Assumptions of a prediction: formats, what engines achieve, an hour's cost and power."""

    precision: Precision
    efficiencies: Efficiencies
    hour: ServingInputs
    board_idle_power_share: Quantity
    board_busy_power_share: Quantity
    layout: Layout | None = None  # the fastest one where none is given
    readers: Layout | None = None  # of accelerators of their own for prompts, alike


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Rates, facility energy and full cost by class of token."""

    rates: Throughput
    energy: TokenEnergy
    cost: TokenPrices


def deployments(
    architecture: Architecture, accelerator: Accelerator, workload: Workload, service: Service
) -> tuple[Deployment, Deployment]:
    """Accelerators that write and those that read prompts, in the given or the fastest layouts.

    Raises
    ------
    ValueError
        No group of these accelerators holds the model.
    """
    plain = Deployment(
        shape=architecture,
        accelerator=accelerator,
        precision=service.precision,
        layout=service.layout or layout.tensor_parallel(1.0),
        efficiencies=service.efficiencies,
    )
    if service.layout:
        return plain, replace(plain, layout=service.readers or service.layout)
    groups = layout.groups(plain)
    if workload.separated:
        return layout.best_writers(groups, workload), layout.best_readers(groups, workload)
    both = layout.fastest(groups, workload)
    return both, both


def throughput(
    architecture: Architecture, accelerator: Accelerator, workload: Workload, service: Service
) -> Throughput:
    """Tokens per second and accelerator of each class; missing where no batch keeps the speed."""
    writers, readers = deployments(architecture, accelerator, workload, service)
    return rates_of.throughput(writers, workload, readers)


def energy_j_per_token(
    architecture: Architecture, accelerator: Accelerator, workload: Workload, service: Service
) -> TokenEnergy:
    """Facility energy of a token of each class, idle hours included."""
    return outcome(architecture, accelerator, workload, service).energy


def cost_usd_per_mtok(
    architecture: Architecture, accelerator: Accelerator, workload: Workload, service: Service
) -> TokenPrices:
    """Full cost of a million tokens of each class, idle hours included."""
    return outcome(architecture, accelerator, workload, service).cost


def outcome(
    architecture: Architecture, accelerator: Accelerator, workload: Workload, service: Service
) -> Outcome:
    """Rates, energy and cost of one prediction, each computed once."""
    return priced(throughput(architecture, accelerator, workload, service), service)


def priced(rates: Throughput, service: Service) -> Outcome:
    """Energy and cost at known rates, in the hour and at the power of a service."""
    power = PowerInputs(
        board_idle_power_share=service.board_idle_power_share,
        board_busy_power_share=service.board_busy_power_share,
        it_power_kw=service.hour.it_power_kw,
        pue_ratio=service.hour.pue_ratio,
        utilisation_share=service.hour.utilisation_share,
    )
    energy = energy_per_token.energy_j_per_token(rates, power)
    other = accelerator_hour.other_cost_usd_per_h(service.hour)
    price = service.hour.electricity_price_usd_per_kwh
    cost = TokenPrices(
        fresh_prompt_usd_per_mtok=token_usd_per_mtok(other, rates.fresh_prompt_tok_per_s_per_gpu)
        + electricity_usd_per_mtok(energy.fresh_prompt_j_per_token, price),
        cache_read_usd_per_mtok=token_usd_per_mtok(other, rates.cache_read_tok_per_s_per_gpu)
        + electricity_usd_per_mtok(energy.cache_read_j_per_token, price),
        output_usd_per_mtok=token_usd_per_mtok(other, rates.decode_tok_per_s_per_gpu)
        + electricity_usd_per_mtok(energy.output_j_per_token, price),
    )
    return Outcome(rates=rates, energy=energy, cost=cost)


def electricity_usd_per_mtok(
    energy_j_per_token: Quantity, electricity_price_usd_per_kwh: Quantity
) -> Quantity:
    """Cost of the electricity of a million tokens."""
    return energy_j_per_token * TOKENS_PER_MTOK / J_PER_KWH * electricity_price_usd_per_kwh
