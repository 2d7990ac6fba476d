"""Mining and token electricity: formulas by hand, properties, one definition for every use."""

from dataclasses import fields, replace

import numpy as np
import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from token_exports.models import electricity_export as model
from token_exports.models.electricity_export import TokenExportInputs

# The reference read twice as many prompt tokens from its cache as it computed; at a tenth of the
# cost each, its 0.12 J per fresh token were 0.12 / (1 + 2 x 0.1) = 0.1 J for the fresh token alone.
# Three token classes that draw the same: 3.6e12 x 0.1 J = 3.6e13 x 0.01 J = 3.6e11 x 1 J
# = 3.6e11 J = 100,000 kWh each.
ROUND = TokenExportInputs(
    fresh_prompt_tokens=3.6e12,
    cached_prompt_tokens=3.6e13,
    output_tokens=3.6e11,
    prompt_energy_j_per_token=0.12,
    output_energy_j_per_token=1.0,
    reference_cached_ratio=2.0,
    cache_read_cost_ratio=0.1,
    token_revenue_usd=3.6e6,
    served_in_china_share=0.25,
)


def positive(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


hashrates = positive(0.01, 2_000)
efficiencies = positive(5, 10_000)
hashprices = positive(10, 200_000)
shares = st.floats(0, 1)


def test_mining_electricity_by_hand():
    # 100 EH/s = 1e8 TH/s; x 30 J/TH = 3e9 W = 3 GW; x 8,766 h = 26,298 GWh
    assert model.mining_electricity_twh_per_year(100, 30) == pytest.approx(26.298)
    # a tenth more at the site: 28.9278 TWh
    assert model.mining_electricity_twh_per_year(100, 30, 1.1) == pytest.approx(28.9278)


def test_electricity_of_a_month_by_hand():
    # 36.525 TWh in 365.25 days is 0.1 TWh a day; 31 days use 3.1 TWh
    assert model.period_electricity_twh(36.525, 31) == pytest.approx(3.1)


def test_mining_value_by_hand():
    # 1 PH/s at 20 J/TH draws 20 kW, 480 kWh a day; 48 USD / 480 kWh = 0.10 USD/kWh
    assert model.mining_value_usd_per_kwh(48, 20) == pytest.approx(0.10)
    # a quarter more electricity at the site: 600 kWh, 0.08 USD/kWh
    assert model.mining_value_usd_per_kwh(48, 20, 1.25) == pytest.approx(0.08)


def test_break_even_efficiency_by_hand():
    # 48 USD a day buy 960 kWh at 0.05 USD/kWh, which is 40 kW for one PH/s: 40 J/TH
    assert model.break_even_efficiency_j_per_th(48, 0.05) == pytest.approx(40)


def test_value_and_share_by_hand():
    # 5e9 USD / 67e9 kWh = 0.074627 USD/kWh; 0.05 / 0.074627 = 0.67
    value = model.value_usd_per_kwh(5e9, 67)
    assert value == pytest.approx(0.074627, rel=1e-5)
    assert model.electricity_cost_share(0.05, value) == pytest.approx(0.67)


def test_average_power_by_hand():
    # 8.766 TWh = 8.766e6 MWh over 365.25 x 24 h = 8,766 h: 1,000 MW
    assert model.average_power_mw(8.766, 365.25) == pytest.approx(1_000)


def test_prompt_energy_is_split_over_fresh_and_cached_tokens():
    assert model.fresh_prompt_energy_j_per_token(ROUND) == pytest.approx(0.1)
    # the reference's own mix, 1 fresh and 2 cached tokens: 0.1 + 2 x 0.01 = 0.12 J, nothing added
    own = replace(ROUND, fresh_prompt_tokens=1.0, cached_prompt_tokens=2.0, output_tokens=0.0)
    assert model.token_electricity_twh(own) * 1e9 * 3.6e6 == pytest.approx(0.12)


def test_token_electricity_by_hand():
    # 3 x 100,000 kWh = 300,000 kWh = 3e-4 TWh; a quarter of it in China: 7.5e-5 TWh
    assert model.token_electricity_twh(ROUND) == pytest.approx(3e-4)
    assert model.exported_electricity_twh(ROUND) == pytest.approx(7.5e-5)
    # 3.6e12 + 3.6e13 + 3.6e11 = 39.96e12 tokens = 39.96e6 Mtok; 300,000 / 39.96e6 = 0.0075075
    assert model.token_electricity_kwh_per_mtok(ROUND) == pytest.approx(0.0075075, rel=1e-4)


def test_token_value_by_hand():
    # 3.6e6 USD / 300,000 kWh = 12 USD/kWh; a quarter of the revenue is 0.9e6 USD
    assert model.token_value_usd_per_kwh(ROUND) == pytest.approx(12)
    assert model.exported_value_usd(ROUND) == pytest.approx(0.9e6)
    # 0.09009 USD/Mtok / 0.0075075 kWh/Mtok is the same 12 USD/kWh, from price and intensity
    assert model.price_value_usd_per_kwh(0.09009, 0.0075075) == pytest.approx(12)


def test_electricity_at_a_blended_intensity_by_hand():
    # 1e12 tokens = 1e6 Mtok; x 0.6 kWh = 600,000 kWh = 6e-4 TWh
    assert model.tokens_electricity_twh(1e12, 0.6) == pytest.approx(6e-4)


def test_flip_points_by_hand():
    # tokens of 2 TWh reach an export of 0.5 TWh when a quarter is served in China
    assert model.flip_served_in_china_share(0.5, 2) == pytest.approx(0.25)
    # mining at 0.10 USD/kWh; a Mtok of 0.5 kWh must earn 0.05 USD to match it
    assert model.flip_token_price_usd_per_mtok(0.10, 0.5) == pytest.approx(0.05)
    # 1 TWh = 1e9 kWh; at 0.5 kWh/Mtok, half served in China, 4e9 Mtok = 4e15 tokens
    assert model.flip_tokens(1, 0.5, 0.5) == pytest.approx(4e15)


@given(hashrates, efficiencies, hashprices, positive(1, 2))
def test_value_of_a_kwh_does_not_depend_on_the_hashrate(hashrate, efficiency, hashprice, overhead):
    year = 365.25
    revenue = hashprice * hashrate * 1_000 * year
    electricity = model.mining_electricity_twh_per_year(hashrate, efficiency, overhead)
    assert model.value_usd_per_kwh(revenue, electricity) == pytest.approx(
        model.mining_value_usd_per_kwh(hashprice, efficiency, overhead)
    )


@given(hashprices, positive(0.005, 0.5), positive(1, 2))
def test_the_break_even_machine_earns_exactly_its_power(hashprice, price, overhead):
    efficiency = model.break_even_efficiency_j_per_th(hashprice, price, overhead)
    earned = model.mining_value_usd_per_kwh(hashprice, efficiency, overhead)
    assert earned == pytest.approx(price)
    assert model.electricity_cost_share(price, earned) == pytest.approx(1)


@given(shares)
def test_export_is_proportional_to_what_is_served_in_china(share):
    served = replace(ROUND, served_in_china_share=share)
    everything = replace(ROUND, served_in_china_share=1.0)
    for quantity in (model.exported_electricity_twh, model.exported_value_usd):
        assert quantity(served) == pytest.approx(share * quantity(everything))
    assert model.token_value_usd_per_kwh(served) == model.token_value_usd_per_kwh(everything)


@given(positive(1, 10))
def test_twice_the_tokens_draw_twice_the_electricity_at_the_same_intensity(factor):
    classes = [f.name for f in fields(ROUND) if f.name.endswith("_tokens")]
    more = replace(ROUND, **{name: getattr(ROUND, name) * factor for name in classes})
    assert model.token_electricity_twh(more) == pytest.approx(
        factor * model.token_electricity_twh(ROUND)
    )
    assert model.token_electricity_kwh_per_mtok(more) == pytest.approx(
        model.token_electricity_kwh_per_mtok(ROUND)
    )


def test_classes_and_blended_intensity_agree():
    tokens = ROUND.fresh_prompt_tokens + ROUND.cached_prompt_tokens + ROUND.output_tokens
    blended = model.token_electricity_kwh_per_mtok(ROUND)
    assert model.tokens_electricity_twh(tokens, blended) == pytest.approx(
        model.token_electricity_twh(ROUND)
    )


@given(positive(1e-6, 100), shares.filter(lambda share: share > 0.01))
def test_exports_are_equal_at_the_flip_points(reference, share):
    electricity = model.token_electricity_twh(ROUND)
    flip = replace(
        ROUND, served_in_china_share=model.flip_served_in_china_share(reference, electricity)
    )
    assert model.exported_electricity_twh(flip) == pytest.approx(reference)
    tokens = model.flip_tokens(reference, 0.5, share)
    assert model.tokens_electricity_twh(tokens, 0.5) * share == pytest.approx(reference)
    price = model.flip_token_price_usd_per_mtok(reference, 0.5)
    assert model.price_value_usd_per_kwh(price, 0.5) == pytest.approx(reference)


def test_an_array_of_draws_gives_what_the_numbers_give():
    cost = np.array([0.01, 0.1, 0.25])
    together = model.exported_electricity_twh(replace(ROUND, cache_read_cost_ratio=cost))
    alone = [model.exported_electricity_twh(replace(ROUND, cache_read_cost_ratio=c)) for c in cost]
    assert together == pytest.approx(alone)


def test_symbols_give_the_equation():
    names = [f.name for f in fields(ROUND)]
    symbols = TokenExportInputs(**{name: sympy.Symbol(name) for name in names})
    equation = model.exported_value_usd(symbols)
    assert equation == sympy.Symbol("token_revenue_usd") * sympy.Symbol("served_in_china_share")
    inside = {str(symbol) for symbol in model.exported_electricity_twh(symbols).free_symbols}
    assert inside == set(names) - {"token_revenue_usd"}
