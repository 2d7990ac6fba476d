"""The cost formula read backwards: by hand, as laws, and against the forward formula."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toys import ROUND

from token_exports.assumptions import Assumptions
from token_exports.models import accelerator_hour, stress_map
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.stress_map import Hour

SIMPLE = Hour(draw_kw=0.5, other_cost_usd_per_h=0.36, electricity_price_usd_per_kwh=0.08)
numbers = st.floats(0.001, 100)
shares = st.floats(0.01, 0.99)


def test_share_and_break_even_by_hand():
    # electricity 0.5 kWh x 0.08 = 0.04 USD/h; 0.04 / (0.04 + 0.36) = 10%
    assert stress_map.electricity_cost_share(SIMPLE) == pytest.approx(0.10)
    # half: other cost 0.04; 70%: 0.04 x 0.3 / 0.7 = 0.0171429
    cost = stress_map.break_even_cost_usd_per_h
    assert cost(0.5, 0.08, 0.5) == pytest.approx(0.04)
    assert cost(0.5, 0.08, 0.7) == pytest.approx(0.0171429, rel=1e-5)
    # half: 0.36 USD / 0.5 kWh = 0.72 USD/kWh
    assert stress_map.break_even_price_usd_per_kwh(SIMPLE, 0.5) == pytest.approx(0.72)


def test_a_chip_that_draws_twice_stands_at_half_its_cost():
    # 0.36 USD/h at 0.5 kW is 0.18 USD/h on a map drawn for 0.25 kW
    assert stress_map.at_draw(SIMPLE, 0.25) == pytest.approx(0.18)


def test_owned_hour_by_hand():
    # a paid hour: 1 kW x (0.8 x 0.5 + 0.3 x 0.5) x 1.25 = 0.6875 kWh
    assert stress_map.owned(ROUND).draw_kw == pytest.approx(0.6875)


def test_paid_off_hour_by_hand():
    # hosting 1 kW x 100 x 12 / 8,766 h = 0.136893; operations 45,000 x 0.02 / 8,766 = 0.102669
    hour = stress_map.written_off(ROUND)
    assert hour.other_cost_usd_per_h == pytest.approx(0.136893 + 0.102669, rel=1e-5)
    assert stress_map.electricity_cost_share(hour) == pytest.approx(
        accelerator_hour.running_cost_electricity_share(ROUND)
    )


def test_a_rent_contains_its_electricity():
    # of 2.00 USD/h, 0.6875 kWh x 0.08 = 0.055 are power: 2.75%
    hour = stress_map.rented(ROUND, 2.0)
    assert hour.other_cost_usd_per_h == pytest.approx(1.945)
    assert stress_map.electricity_cost_share(hour) == pytest.approx(0.0275)


def test_a_free_accelerator_leaves_hosting():
    # a paid hour: 0.055 / (0.055 + 0.136893) = 28.66%
    assert stress_map.free_accelerator_share(ROUND) == pytest.approx(0.28662, rel=1e-4)


def test_surface_has_a_row_per_price_and_a_column_per_cost():
    grid = stress_map.surface(0.5, [0.04, 0.36], [0.08])
    assert grid.loc[0.08].to_list() == pytest.approx([0.5, 0.1])


def test_conditions_say_where_not_even_a_gift_would_do():
    # a free accelerator gives 28.7%: 20% has a price, half has none
    table = stress_map.conditions(ROUND, (0.2, 0.5)).set_index("electricity_cost_share")
    assert table["gpu_price_usd"].notna().to_list() == [True, False]
    cheap = replace(ROUND, gpu_price_usd=float(table["gpu_price_usd"][0.2]))
    assert accelerator_hour.electricity_cost_share(cheap) == pytest.approx(0.2)


@given(numbers, numbers, numbers, shares)
def test_break_even_returns_to_the_share_asked_for(draw, cost, price, share):
    hour = Hour(draw_kw=draw, other_cost_usd_per_h=cost, electricity_price_usd_per_kwh=price)
    at_price = replace(
        hour,
        electricity_price_usd_per_kwh=stress_map.break_even_price_usd_per_kwh(hour, share),
    )
    at_cost = replace(
        hour, other_cost_usd_per_h=stress_map.break_even_cost_usd_per_h(draw, price, share)
    )
    assert stress_map.electricity_cost_share(at_price) == pytest.approx(share)
    assert stress_map.electricity_cost_share(at_cost) == pytest.approx(share)


@given(numbers, numbers, numbers, numbers)
def test_the_place_on_the_map_keeps_the_share(draw, cost, price, of_map):
    hour = Hour(draw_kw=draw, other_cost_usd_per_h=cost, electricity_price_usd_per_kwh=price)
    moved = replace(hour, draw_kw=of_map, other_cost_usd_per_h=stress_map.at_draw(hour, of_map))
    assert stress_map.electricity_cost_share(moved) == pytest.approx(
        stress_map.electricity_cost_share(hour)
    )


@pytest.mark.parametrize(
    ("region", "variants"),
    [
        ("cn", {"h800-sxm", "national_industrial"}),
        ("us", {"h100-sxm", "national_industrial"}),
    ],
)
def test_owned_and_serving_hour_have_the_same_share(region, variants):
    inputs = Assumptions().central(ServingInputs, region, variants)
    assert stress_map.electricity_cost_share(stress_map.owned(inputs)) == pytest.approx(
        accelerator_hour.electricity_cost_share(inputs)
    )
    serving = accelerator_hour.break_even_other_cost_usd_per_h(inputs, 0.5)
    hour = stress_map.owned(inputs)
    paid = stress_map.break_even_cost_usd_per_h(
        hour.draw_kw, hour.electricity_price_usd_per_kwh, 0.5
    )
    assert paid == pytest.approx(serving * inputs.utilisation_share)
