"""Cost of an accelerator-hour and of a token: by hand, as laws, and against a disclosed service."""

from dataclasses import fields, replace

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st
from toys import ROUND

from token_exports import data, equations
from token_exports.assumptions import Assumptions
from token_exports.models import accelerator_hour, disclosed_service, price_gap, token_cost
from token_exports.models.accelerator_hour import COMPONENTS, ServingInputs
from token_exports.models.token_cost import TokenInputs
from token_exports.parameters import TokenCost

TOKENS = TokenInputs(
    hour_cost_usd_per_h=3.6,
    fresh_prompt_tok_per_s_per_gpu=1_000,
    output_tok_per_s_per_gpu=500,
    cached_prompt_share=0.5,
    cache_read_cost_ratio=0.1,
)
QUANTITIES = [
    *COMPONENTS.values(),
    accelerator_hour.cost_usd_per_h,
    accelerator_hour.paid_cost_usd_per_h,
    *(function for function, _ in accelerator_hour.SHARES.values()),
]


def positive(low, high):
    return st.floats(low, high, allow_nan=False)


machines = st.builds(
    ServingInputs,
    gpu_price_usd=positive(1_000, 1e5),
    server_network_adder_ratio=positive(0, 2),
    gpu_lifetime_years=positive(1, 10),
    cost_of_capital_share_per_year=positive(0.01, 0.3),
    utilisation_share=positive(0.05, 1),
    it_power_kw=positive(0.1, 5),
    load_factor_share=positive(0.1, 1),
    idle_power_share=positive(0, 1),
    pue_ratio=positive(1, 2),
    hosting_usd_per_kw_month=positive(0, 300),
    opex_share_per_year=positive(0, 0.1),
    electricity_price_usd_per_kwh=positive(0.001, 0.5),
)


# ---- an hour, by hand


@pytest.mark.parametrize(
    ("component", "usd_per_h"),
    [
        ("accelerator", 1.36893),  # 30,000 USD / 5 a / 4,383 h
        ("server_network", 0.684463),  # half of it
        # annuity 0.1 / (1 - 1.1^-5) = 0.1 / 0.3790787 = 0.2637975; less 1/5 = 0.0637975;
        # x 45,000 USD / 4,383 h
        ("capital", 0.655005),
        ("hosting", 0.273785),  # 1 kW x 100 USD x 12 / 4,383 h
        ("operations", 0.205339),  # 45,000 USD x 0.02 / 4,383 h
        # 1 kW x (0.8 + 0.3 x 1 idle hour) x 1.25 = 1.375 kW; x 0.08 USD/kWh
        ("electricity", 0.110),
    ],
)
def test_component_by_hand(component, usd_per_h):
    assert COMPONENTS[component](ROUND) == pytest.approx(usd_per_h, rel=1e-5)


def test_full_cost_by_hand():
    # 1.36893 + 0.684463 + 0.655005 + 0.273785 + 0.205339 + 0.110 = 3.297522; paid hour: half
    assert accelerator_hour.cost_usd_per_h(ROUND) == pytest.approx(3.297522, rel=1e-5)
    assert accelerator_hour.paid_cost_usd_per_h(ROUND) == pytest.approx(1.648761, rel=1e-5)


def test_shares_by_hand():
    # 0.110 / 3.297522; 0.110 / (1.36893 + 0.110); 0.110 / (0.110 + 0.273785 + 0.205339)
    assert accelerator_hour.electricity_cost_share(ROUND) == pytest.approx(0.033358, rel=1e-4)
    assert accelerator_hour.two_component_electricity_share(ROUND) == pytest.approx(
        0.074378, rel=1e-4
    )
    assert accelerator_hour.running_cost_electricity_share(ROUND) == pytest.approx(
        0.186718, rel=1e-4
    )
    # 1.478930 / 3.297522; (1.478930 + 0.684463 + 0.655005) / 3.297522; 1.36893 / 3.187522
    assert accelerator_hour.two_component_cost_share(ROUND) == pytest.approx(0.448498, rel=1e-4)
    assert accelerator_hour.hardware_electricity_cost_share(ROUND) == pytest.approx(
        0.854702, rel=1e-4
    )
    assert accelerator_hour.accelerator_in_other_cost_share(ROUND) == pytest.approx(
        0.429465, rel=1e-4
    )


def test_the_essays_chip_by_hand():
    # 700 W x 1.25 x 0.08 = 0.07 USD/h; 30,000 / (3 a x 8,766 h) = 1.140771 USD/h;
    # 0.07 / 1.210771 = 5.78%; over 5 years 0.684463 USD/h, 9.28%
    chip = accelerator_hour.at_full_load(ROUND, 30_000, 0.7)
    three = replace(chip, gpu_lifetime_years=3)
    share = accelerator_hour.two_component_electricity_share
    assert share(three) == pytest.approx(0.0578, abs=5e-5)
    assert share(chip) == pytest.approx(0.0928, abs=5e-5)


# ---- laws of an hour


@given(machines)
def test_components_add_up_to_the_published_total(m):
    # the total as one formula, written apart from the components
    hours = 8_766 * m.utilisation_share
    rate, life = m.cost_of_capital_share_per_year, m.gpu_lifetime_years
    invested = m.gpu_price_usd * (1 + m.server_network_adder_ratio)
    capital = invested * (rate / (1 - (1 + rate) ** -life) + m.opex_share_per_year)
    idle = m.idle_power_share * (1 / m.utilisation_share - 1)
    energy = m.it_power_kw * (m.load_factor_share + idle) * m.pue_ratio
    total = (capital + m.it_power_kw * m.hosting_usd_per_kw_month * 12) / hours
    total += energy * m.electricity_price_usd_per_kwh
    assert accelerator_hour.cost_usd_per_h(m) == pytest.approx(total, rel=1e-9)


@given(machines)
def test_no_component_is_negative(m):
    assert all(component(m) >= 0 for component in COMPONENTS.values())


@given(machines, positive(0.05, 0.95))
def test_electricity_has_its_share_at_the_break_even(m, share):
    other = accelerator_hour.break_even_other_cost_usd_per_h(m, share)
    power = accelerator_hour.electricity_usd_per_h(m)
    assert power / (power + other) == pytest.approx(share)
    price = accelerator_hour.break_even_electricity_price_usd_per_kwh(m, share)
    at_price = replace(m, electricity_price_usd_per_kwh=price)
    assert accelerator_hour.electricity_cost_share(at_price) == pytest.approx(share)


@given(machines)
def test_a_machine_that_draws_as_much_idle_as_busy_pays_the_same_power_in_every_paid_hour(m):
    constant = replace(m, idle_power_share=m.load_factor_share)
    paid = accelerator_hour.electricity_usd_per_h(constant) * m.utilisation_share
    always = replace(constant, utilisation_share=1.0)
    assert paid == pytest.approx(accelerator_hour.electricity_usd_per_h(always))


@given(machines, positive(1.01, 5))
def test_dearer_hardware_lowers_electricitys_share(m, factor):
    dearer = replace(m, gpu_price_usd=m.gpu_price_usd * factor)
    share = accelerator_hour.electricity_cost_share
    assert share(dearer) < share(m)


@pytest.mark.parametrize("quantity", QUANTITIES, ids=lambda f: f.__name__)
def test_symbols_arrays_and_numbers_agree(quantity):
    symbols = {f.name: sympy.Symbol(f.name, positive=True) for f in fields(ServingInputs)}
    numbers = {name: float(getattr(ROUND, name)) for name in symbols}
    expression = quantity(ServingInputs(**symbols))
    by_symbol = float(expression.subs({symbols[k]: v for k, v in numbers.items()}))
    arrays = ServingInputs(**{k: np.full(3, v) for k, v in numbers.items()})
    assert by_symbol == pytest.approx(quantity(ROUND))
    assert quantity(arrays) == pytest.approx(quantity(ROUND))


# ---- a million tokens


def test_token_costs_by_hand():
    # 3.6 USD/h / 3,600 s = 0.001 USD/s; 500 tok/s: 1e6 / 500 = 2,000 s, 2 USD
    assert token_cost.output_usd_per_mtok(TOKENS) == pytest.approx(2.0)
    # one read for each fresh token at a tenth of its cost: 1 / 1.1 USD and a tenth of that
    assert token_cost.fresh_prompt_usd_per_mtok(TOKENS) == pytest.approx(1 / 1.1)
    assert token_cost.cache_read_usd_per_mtok(TOKENS) == pytest.approx(0.1 / 1.1)


@given(positive(0, 1), positive(0, 0.95))
def test_the_hour_is_paid_once_whatever_cache_reads_cost(cost_ratio, cached):
    tokens = replace(TOKENS, cache_read_cost_ratio=cost_ratio, cached_prompt_share=cached)
    costs = token_cost.token_costs(tokens)
    fresh = 1_000 * 3_600 / 1e6  # millions in an hour of prefill
    reads = fresh * cached / (1 - cached)
    paid = fresh * costs.fresh_prompt_usd_per_mtok + reads * costs.cache_read_usd_per_mtok
    assert paid == pytest.approx(TOKENS.hour_cost_usd_per_h)


def test_electricity_of_tokens_by_hand():
    # a serving hour draws 1.375 kWh, a paid one 0.6875; 1e6 / 1,000 / 3,600 = 0.277778 h
    found = token_cost.electricity_kwh_per_mtok(ROUND, 1_000)
    assert found == pytest.approx(0.190972, rel=1e-5)


# ---- the disclosed day


POWER = disclosed_service.PowerInputs(node_power_kw=10.2, load_factor_share=0.75, pue_ratio=1.25)


@pytest.fixture(scope="module")
def day():
    return disclosed_service.read_day(data.load("reported_quantities"))


def test_lease_of_the_day_is_the_printed_cost(day):
    printed = data.load("reported_quantities").set_index("quantity_id")["value"]
    assert disclosed_service.lease_cost_usd(day) == printed["deepseek_cost_usd_per_day"] == 87_072


def test_the_rates_account_for_all_node_time(day):
    # 608e9 / 73,700 / 86,400 = 95.5 node-days, 168e9 / 14,800 / 86,400 = 131.4: no idle time left
    nodes = disclosed_service.implied_nodes_count(day)
    assert nodes == pytest.approx(226.9, abs=0.05)
    assert nodes == pytest.approx(day.nodes_count, rel=1e-3)


@pytest.mark.parametrize(
    ("quantity", "usd_per_mtok"),
    [
        (disclosed_service.input_usd_per_mtok, 0.060),
        (disclosed_service.fresh_prompt_usd_per_mtok, 0.138),
        (disclosed_service.output_usd_per_mtok, 0.300),
        (disclosed_service.blended_usd_per_mtok, 0.112),
    ],
)
def test_unit_costs_of_the_day(day, quantity, usd_per_mtok):
    assert quantity(day) == pytest.approx(usd_per_mtok, abs=0.0005)


def test_phases_add_up_to_the_lease(day):
    phases = disclosed_service.input_usd_per_mtok(day) * day.input_tokens / 1e6
    phases += disclosed_service.output_usd_per_mtok(day) * day.output_tokens / 1e6
    # the rates are printed with three digits: half of the last one is 0.3%
    assert phases == pytest.approx(disclosed_service.lease_cost_usd(day), rel=3e-3)


def test_electricity_of_the_day(day):
    # 226.75 x 10.2 kW x 0.75 x 1.25 x 24 h = 52.0 MWh over 776 billion tokens;
    # 52.0 MWh x 0.06 USD/kWh = 3,122 USD of 87,072
    unit = disclosed_service.electricity_kwh_per_mtok(day, POWER)
    assert unit == pytest.approx(0.067, abs=0.0005)
    share = disclosed_service.electricity_cost_share(day, unit, 0.06)
    assert share == pytest.approx(0.036, abs=0.0005)


def test_the_assumed_intensity_is_that_of_the_day(day):
    assumed = Assumptions().row("energy_kwh_per_mtok", "cn", {"deepseek_blended"})
    unit = disclosed_service.electricity_kwh_per_mtok(day, POWER)
    assert assumed.central == pytest.approx(unit, rel=0.002)


def test_the_assumed_throughputs_are_those_of_the_day(day):
    known = Assumptions()
    rate = "throughput_tok_per_s_per_gpu"
    fresh, output = (known.row(rate, "cn", {v}).central for v in ("input_computed", "output"))
    tokens = replace(
        TOKENS,
        hour_cost_usd_per_h=day.lease_usd_per_h,
        fresh_prompt_tok_per_s_per_gpu=fresh,
        output_tok_per_s_per_gpu=output,
        cached_prompt_share=disclosed_service.cached_prompt_share(day),
        cache_read_cost_ratio=0.0,
    )
    # two routes to the same unit costs; throughputs are rounded to half a token
    assert token_cost.fresh_prompt_usd_per_mtok(tokens) == pytest.approx(
        disclosed_service.fresh_prompt_usd_per_mtok(day), rel=1e-3
    )
    assert token_cost.output_usd_per_mtok(tokens) == pytest.approx(
        disclosed_service.output_usd_per_mtok(day), rel=1e-3
    )


def test_a_day_that_was_not_public_is_an_error():
    early = data.load("reported_quantities", "2025-01-01")
    with pytest.raises(ValueError, match="deepseek_nodes_average"):
        disclosed_service.read_day(early)


# ---- independent estimates


def test_electricity_share_agrees_with_an_independent_cost_model():
    # Epoch: 0.6 of 8.5 billion USD a year for one GW = 7.1%, all cost, capital included
    epoch = data.load("reported_quantities").set_index("quantity_id")["value"]
    independent = epoch["epoch_energy_cost"] / epoch["epoch_total_cost"]
    known = Assumptions()
    variants = {"gb200", "us_industrial"}
    central = known.central(ServingInputs, "us", variants)
    draws = known.draw(ServingInputs, "us", variants, n_draws=4_000, seed=1)
    ours = accelerator_hour.electricity_cost_share(central)
    assert ours == pytest.approx(independent, abs=0.03)
    low, high = np.quantile(accelerator_hour.electricity_cost_share(draws), [0.05, 0.95])
    assert low < independent < high


def test_an_hour_at_full_use_costs_what_independent_models_say():
    # H100: hyperscaler 1.30 and neocloud 1.69 USD per paid hour (April 2026), rental 2.35
    prices = data.load("accelerator_prices").set_index("price_id")["owner_cost_usd_per_h"]
    known = Assumptions()
    hour = known.central(ServingInputs, "us", {"h100-sxm", "us_industrial"})
    ours = accelerator_hour.cost_usd_per_h(replace(hour, utilisation_share=1.0))
    rental = known.row("rental_usd_per_h", "us", {"h100-sxm"}).central
    assert prices["A001"] < ours < rental
    assert ours == pytest.approx(prices["A002"], rel=0.15)


# ---- the price gap


def test_explained_gap_by_hand():
    # 6% of cost, 40% cheaper: cost 0.976; ln(1/0.976) = 0.024293; ln(16.6667) = 2.813411; 0.86%
    found = price_gap.explained_gap_share(0.06, 0.6, 5 / 0.3)
    assert found == pytest.approx(0.00863, abs=5e-6)
    # free power: ln(1/0.94) = 0.061875; 2.2%
    assert price_gap.explained_gap_share(0.06, 0.0, 5 / 0.3) == pytest.approx(0.02199, abs=5e-6)


def test_saving_by_hand():
    assert price_gap.cost_saving_share(0.05, 0.6) == pytest.approx(0.02)
    assert price_gap.cost_saving_share(0.05, 1.1) == pytest.approx(-0.005)


@given(positive(0.01, 0.9), positive(0.05, 0.95), positive(1.5, 50))
def test_parts_of_two_steps_add_up(share, step, gap):
    # going down in two steps explains what one step to the end does
    first = price_gap.cost_ratio(share, step)
    left = share * step / first  # electricity's share after the first step
    both = price_gap.explained_gap_share(share, step, gap)
    both += price_gap.explained_gap_share(left, 0.5, gap)
    assert both == pytest.approx(price_gap.explained_gap_share(share, step * 0.5, gap))


@given(positive(0.05, 0.9), positive(1.1, 50))
def test_the_explaining_share_explains_everything(price_ratio, gap):
    share = price_gap.explaining_cost_share(price_ratio, gap)
    assert price_gap.explained_gap_share(share, price_ratio, gap) == pytest.approx(1)


def test_explained_gap_takes_symbols_and_arrays():
    s, d, g = sympy.symbols("s d g", positive=True)
    expression = price_gap.explained_gap_share(s, d, g)
    number = float(expression.subs({s: 0.06, d: 0.6, g: 17}))
    assert number == pytest.approx(price_gap.explained_gap_share(0.06, 0.6, 17.0))
    arrays = price_gap.explained_gap_share(np.full(2, 0.06), 0.6, 17.0)
    assert arrays == pytest.approx([number, number])


# ---- equations


def test_equation_comes_from_the_function():
    found = equations.latex(accelerator_hour.accelerator_usd_per_h, ServingInputs)
    assert found == r"\text{accelerator}\;[\text{USD/h}] = \frac{P}{8766 L u}"


def test_equation_keeps_plain_arguments_and_shares():
    found = equations.latex(price_gap.cost_saving_share, "s", "d")
    assert found == r"\text{cost saving share} = s \left(1 - d\right)"


# ---- every choice of the notebook has its rows


@pytest.mark.parametrize("region", ["cn", "us"])
def test_every_accelerator_choice_has_all_inputs(region):
    annotation = TokenCost.model_fields[f"{region}_accelerator"].annotation
    for accelerator in annotation.__args__:
        inputs = Assumptions().central(ServingInputs, region, {accelerator})
        assert inputs.gpu_price_usd > 0, accelerator


@pytest.mark.parametrize("region", ["cn", "us"])
def test_every_electricity_choice_has_its_own_row(region):
    known = Assumptions()
    annotation = TokenCost.model_fields[f"{region}_electricity"].annotation
    for variant in annotation.__args__:
        row = known.row("electricity_price_usd_per_kwh", region, {variant})
        assert row.variant == variant  # not the row for an open place
