"""Unit cost against price: by hand, bounds of a missing cache price, and reported margins."""

import numpy as np
import pandas as pd
import pytest

from token_exports import data
from token_exports.models import below_cost
from token_exports.models.list_price import TokenPrices
from token_exports.uncertainty import bounds, exact

DRAWS = np.array([0.1, 0.2, 0.3, 0.6])


def test_margin_and_needed_speed_up_by_hand():
    # 1 - 0.3 / 0.4 = 0.25; a loss of the same cost at 0.2 is -0.5 and needs 1.5 times the tokens
    assert below_cost.gross_margin_share(0.3, 0.4) == pytest.approx(0.25)
    assert below_cost.gross_margin_share(0.3, 0.2) == pytest.approx(-0.5)
    assert below_cost.needed_speed_up_ratio(0.3, 0.2) == pytest.approx(1.5)


def test_chance_of_a_loss_by_hand():
    # two of four draws exceed 0.25; a cost equal to the price is no loss
    assert below_cost.below_cost_share(DRAWS, 0.25) == 0.5
    assert below_cost.below_cost_share(DRAWS, 0.6) == 0.0


def test_a_bounded_price_bounds_the_chance():
    table = below_cost.compare({"m": below_cost.Sold("M", bounds(0.25, 0.15, 0.4), 0.2, DRAWS)})
    (row,) = table.to_dict("records")
    # above 0.4 one of four, above 0.25 two, above 0.15 three
    chances = [row[f"below_cost{end}_share"] for end in ("_low", "", "_high")]
    assert chances == [0.25, 0.5, 0.75]
    assert row["margin_central_share"] == pytest.approx(1 - 0.2 / 0.25)
    assert row["margin_low_share"] < row["margin_central_share"] < row["margin_high_share"]


def test_the_thinnest_margin_comes_first():
    models = {
        "wide": below_cost.Sold("W", exact(1.0), 0.2, DRAWS),
        "thin": below_cost.Sold("T", exact(0.1), 0.2, DRAWS),
    }
    assert below_cost.compare(models)["model"].to_list() == ["thin", "wide"]
    assert below_cost.compare({}).empty


def test_price_and_cost_are_taken_over_the_same_mix():
    # 100 tokens: 20 fresh, 70 cached, 10 output; price 0.2 x 1 + 0.7 x 0.1 + 0.1 x 5 = 0.77,
    # cost half of each class = 0.385
    row = pd.Series(
        {
            "prompt_tokens": 90.0,
            "cached_prompt_tokens": 70.0,
            "completion_tokens": 10.0,
            "input_usd_per_mtok": 1.0,
            "cache_read_usd_per_mtok": 0.1,
            "output_usd_per_mtok": 5.0,
        }
    )
    cost = TokenPrices(
        fresh_prompt_usd_per_mtok=0.5, cache_read_usd_per_mtok=0.05, output_usd_per_mtok=2.5
    )
    found = below_cost.sold(row, "M", cost, cost)
    assert found.price.central == pytest.approx(0.77)
    assert found.central_cost == pytest.approx(0.385)


def test_reported_margins_of_the_project():
    table = below_cost.reported_margins(data.load("reported_quantities")).set_index("quantity_id")
    assert table["value"]["minimax_gross_margin_2023"] == -0.247
    assert table["value"]["anthropic_gross_margin_2025"] == 0.4
    assert table["period_end"].is_monotonic_increasing
