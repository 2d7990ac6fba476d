"""Emissions by grid: two families that never meet, and arithmetic that a pencil can follow."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import emissions_chart
from token_exports.models import emissions
from token_exports.models.emissions import Goods
from token_exports.models.windows import WindowError
from token_exports.results import Results
from token_exports.uncertainty import Kind, bounds, exact

COLUMNS = ["country", "region", "year", "method_family", "carbon_intensity_g_per_kwh"]
CARBON = pd.DataFrame(
    [
        ("CN", "national", 2022, "lifecycle", 600.0),
        ("US", "national", 2022, "lifecycle", 400.0),
        ("CN", "national", 2023, "lifecycle", 500.0),  # no year of the US: not the newest common
        ("CN", "national", 2023, "direct", 480.0),
        ("CN", "Plain", 2023, "direct", 600.0),
        ("CN", "River", 2023, "direct", 150.0),
        ("US", "national", 2023, "direct", 320.0),
        ("US", "Iowa", 2023, "direct", 288.0),
    ],
    columns=COLUMNS,
)
GOODS = Goods(
    kwh_per_mtok={"deepseek": bounds(0.1, 0.05, 0.2), "broker": exact(1.0)},
    usd_per_kwh={
        "deepseek": bounds(4.0, 2.0, 8.0),
        "broker": exact(0.4),
        "mining": bounds(0.1, 0.05, 0.2),
    },
)
positive = st.floats(1e-3, 1e3)


def test_grams_by_hand():
    found = emissions.g_per_mtok(600, bounds(0.1, 0.05, 0.2))  # 600 x 0.1, x 0.05, x 0.2
    assert (found.central, found.low, found.high) == pytest.approx((60, 30, 120))
    found = emissions.g_per_usd(600, bounds(4, 2, 8))  # 600 / 4; the dearest kWh 600 / 8; 600 / 2
    assert (found.central, found.low, found.high) == pytest.approx((150, 75, 300))
    assert found.kind == Kind.BOUNDS


def test_a_kilowatt_hour_that_may_earn_nothing_has_no_grams_per_dollar():
    with pytest.raises(ValueError, match="positive"):
        emissions.g_per_usd(600, bounds(1, 0, 2))
    with pytest.raises(ValueError, match="zero"):
        emissions.over(exact(1), bounds(1, 0, 2))


@given(positive, positive, positive)
def test_emissions_are_linear_in_the_intensity(grams, times, energy):
    once = emissions.g_per_mtok(grams, exact(energy))
    more = emissions.g_per_mtok(grams * times, exact(energy))
    assert more.central == pytest.approx(once.central * times)


@given(positive, positive, positive)
def test_grams_per_dollar_are_grams_per_mtok_over_the_price(grams, energy, price):
    # price of a Mtok = kWh/Mtok x USD/kWh, so both ways to the dollar must agree
    per_dollar = emissions.g_per_usd(grams, exact(price / energy)).central
    assert per_dollar == pytest.approx(emissions.g_per_mtok(grams, exact(energy)).central / price)


@given(positive, positive, st.floats(1.0, 5.0), st.floats(1.0, 5.0))
def test_the_grid_cancels_between_goods(grams, value, wide, other):
    above, below = bounds(value, value / wide, value * wide), exact(value * other)
    ratio = emissions.over(above, below).central
    by_grams = emissions.g_per_usd(grams, below).central / emissions.g_per_usd(grams, above).central
    assert ratio == pytest.approx(by_grams)


# ---- families


def test_a_family_takes_the_newest_year_of_both_countries():
    lifecycle = emissions.family(CARBON, "lifecycle")
    assert set(lifecycle["year"]) == {2022}
    assert emissions.place_ratio(lifecycle) == 1.5  # 600 / 400
    direct = emissions.family(CARBON, "direct")
    assert list(direct["region"]) == ["national", "national", "River", "Iowa", "Plain"]
    assert emissions.place_ratio(direct) == 1.5  # 480 / 320
    assert emissions.spread_ratio(direct, "CN") == 4.0  # 600 / 150
    assert emissions.spread_ratio(direct, "US") is None  # one state has no spread


def test_families_are_not_mixed():
    with pytest.raises(ValueError, match="two families"):
        emissions.by_place(CARBON, GOODS)
    with pytest.raises(ValueError, match="no family"):
        emissions.family(CARBON, "marginal")
    for name, table in emissions.families(CARBON).items():
        assert set(table["method_family"]) == {name}


def test_a_family_without_a_country_is_absent():
    early = CARBON[~((CARBON["country"] == "US") & (CARBON["method_family"] == "direct"))]
    families = emissions.families(early)
    assert list(families) == ["lifecycle"]
    found = emissions_chart.quantities(families, GOODS)
    assert found["cn_direct_token_g_per_mtok"] is None
    assert found["cn_over_us_lifecycle_emissions_ratio"] == 1.5
    said = emissions_chart.takeaway(families, GOODS)
    assert "province" not in said
    assert "No family" in emissions_chart.takeaway({}, GOODS)


def test_rows_of_a_place_by_hand():
    rows = emissions.by_place(emissions.family(CARBON, "direct"), GOODS)
    assert len(rows) == 5 * 3
    iowa = rows[(rows["region"] == "Iowa") & (rows["good"] == "deepseek")].iloc[0]
    assert iowa["central_g_per_mtok"] == pytest.approx(28.8)  # 288 x 0.1
    assert iowa["high_g_per_usd"] == pytest.approx(144)  # 288 / 2
    mined = rows[rows["good"] == "mining"]
    assert mined["central_g_per_mtok"].isna().all()
    assert emissions.at_place(rows, "mining", "g_per_usd", "CN").central == pytest.approx(4800)
    with pytest.raises(WindowError):
        emissions.at_place(rows, "gold", "g_per_usd", "CN")


def test_a_dollar_of_mining_beside_a_dollar_of_tokens():
    ratio = emissions_chart.quantities({}, GOODS)["mining_over_token_emissions_ratio"]
    # value of a kWh: 4 / 0.1; lowest 2 / 0.2, highest 8 / 0.05
    assert (ratio.central, ratio.low, ratio.high) == pytest.approx((40, 10, 160))


# ---- the real table and the figures


def test_the_table_gives_china_half_as_much_again():
    families = emissions.families(data.load("carbon_intensity"))
    assert list(families) == ["lifecycle", "direct"]
    assert {name: set(t["year"]) for name, t in families.items()} == {
        "lifecycle": {2024},
        "direct": {2023},
    }
    # Ember 559.552 / 383.549; ministry 530.6 over eGRID 349.67
    assert emissions.place_ratio(families["lifecycle"]) == pytest.approx(1.4589, abs=1e-4)
    assert emissions.place_ratio(families["direct"]) == pytest.approx(1.5174, abs=1e-4)
    # Tianjin 679.6 over Yunnan 133.3
    assert emissions.spread_ratio(families["direct"], "CN") == pytest.approx(5.0983, abs=1e-4)


def test_every_family_gets_a_figure_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("TOKEN_EXPORTS_OUTPUT", str(tmp_path))
    found = Results("03_bitcoin_vs_tokens", "Title", {})
    for table in emissions.families(CARBON).values():
        emissions_chart.by_grid(found, emissions.by_place(table, GOODS), "Source")
    assert [f["name"] for f in found.figures] == ["emissions_lifecycle", "emissions_direct"]
    assert all("1.5 times" in f["title"] for f in found.figures)
