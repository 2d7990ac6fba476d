"""Break-even price of power of machines, networks and inference, beside tariffs."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.figures import breakeven_chart, breakeven_lines_chart
from token_exports.models import mining_breakeven
from token_exports.models.windows import WindowError
from token_exports.uncertainty import Interval, bounds, exact

GENERATIONS = pd.DataFrame(
    {
        "generation": ["old", "new"],
        "release_month": ["2019-12", "2020-02"],
        "efficiency_j_per_th": [100.0, 20.0],
    }
)
NETWORK = pd.DataFrame(
    {"month": ["2020-01", "2020-02", "2020-03"], "hashprice_usd_per_ph_day": [240.0, 120.0, 48.0]}
)
LINES = mining_breakeven.by_machine(GENERATIONS, NETWORK)
TARIFFS = {"cn": bounds(0.05, 0.02, 0.06), "us": bounds(0.09, 0.06, 0.2)}


def test_a_line_by_hand():
    price = LINES.set_index(["generation", "month"])["power_only_usd_per_kwh"]
    # 240 / (24 x 100) = 0.10; 120 / 2400 = 0.05; 48 / 2400 = 0.02
    assert list(price["old"]) == pytest.approx([0.10, 0.05, 0.02])
    # on sale from February: 120 / (24 x 20) = 0.25; 48 / 480 = 0.10
    assert price["new"].to_dict() == pytest.approx({"2020-02": 0.25, "2020-03": 0.10})


def test_costs_lower_the_price_by_hand():
    rows = mining_breakeven.in_month(LINES, "2020-03", exact(0.01), exact(0.25))
    new = rows.set_index("label").loc["new"]
    # power only 0.10; less 0.01 of operation 0.09; less a quarter for the machine 0.065
    ends = [new[f"{e}_usd_per_kwh"] for e in ("low", "central", "high")]
    assert ends == pytest.approx([0.065, 0.09, 0.10])


def test_a_month_without_machines_names_those_there_are():
    with pytest.raises(WindowError, match="2020-01 to 2020-03"):
        mining_breakeven.in_month(LINES, "2021-01", exact(0.0), exact(0.0))


def test_inference_by_hand():
    # 3 less 1; worst 2 less 2; best 5 less 0.5
    found = mining_breakeven.inference_usd_per_kwh(bounds(3, 2, 5), bounds(1, 0.5, 2))
    assert (found.central, found.low, found.high) == (2, 0, 4.5)
    rows = mining_breakeven.in_month(LINES, "2020-03", exact(0.0), exact(0.0))
    both = mining_breakeven.with_inference(rows, {"tokens": found})
    assert list(both["kind"]) == ["mining", "mining", "tokens"]
    assert mining_breakeven.with_inference(rows, {}) is rows


def test_who_cannot_pay_has_no_headroom():
    found = mining_breakeven.headroom_ratio(bounds(0.1, -0.2, 0.3), 0.05)
    assert (found.central, found.low, found.high) == pytest.approx((2, 0, 6))


def test_how_long_a_generation_paid():
    lives = mining_breakeven.last_profitable(LINES, 0.05).set_index("generation")
    assert lives.loc["old", "last_profitable_month"] == "2020-02"
    assert lives.loc["old", "profitable_count"] == 2
    assert lives.loc["new", "last_profitable_month"] == "2020-03"
    none = mining_breakeven.last_profitable(LINES, 9.0)
    assert none["last_profitable_month"].isna().all()


@given(st.floats(1, 1e4), st.floats(5, 1e3), st.floats(1.01, 10))
def test_a_better_machine_can_pay_more(hashprice, efficiency, factor):
    table = GENERATIONS.assign(efficiency_j_per_th=[efficiency * factor, efficiency])
    network = NETWORK.assign(hashprice_usd_per_ph_day=hashprice)
    price = mining_breakeven.by_machine(table, network).query("month == '2020-03'")
    old, new = price["power_only_usd_per_kwh"]
    assert new / old == pytest.approx(factor)


# ---- tariffs


def prices(*rows):
    names = ["price_id", "country", "region", "customer_class", "period_end", "price_usd_per_kwh"]
    table = pd.DataFrame(rows, columns=names)
    table["period_end"] = pd.to_datetime(table["period_end"])
    return table.assign(period_start=table["period_end"])


def test_tariffs_leave_out_what_a_miner_cannot_pay():
    table = prices(
        ("a", "CN", "national", "industrial", "2024-12-31", 0.08),
        ("b", "CN", "Sichuan", "bitcoin_mining", "2024-12-31", 0.03),
        ("c", "CN", "Guangdong", "wholesale", "2024-12-31", 0.01),  # without the grid
        ("d", "CN", "unspecified", "industrial", "2024-12-31", 0.99),  # no place
        ("e", "CN", "national", "industrial", "2019-12-31", 0.20),  # too old
        ("f", "US", "national", "industrial", "2024-12-31", 0.50),
    )
    found = mining_breakeven.tariff_range(table, "CN", "2024-01-01")
    assert (found.central, found.low, found.high) == (0.08, 0.03, 0.08)
    assert mining_breakeven.since_day("2026-05") == "2024-05-01"  # two years
    with pytest.raises(WindowError, match="no national tariff of DE"):
        mining_breakeven.tariff_range(table, "DE", "2024-01-01")


def test_industry_comes_before_other_classes():
    table = prices(
        ("a", "CN", "national", "industrial", "2023-12-31", 0.08),
        ("b", "CN", "national", "business", "2024-03-31", 0.09),
    )
    assert mining_breakeven.tariff_range(table, "CN", "2023-01-01").central == 0.08
    assert mining_breakeven.tariff_range(table, "CN", "2024-01-01").central == 0.09


# ---- the real tables


def test_the_s9_in_may_2026():
    """36.571 USD per PH/s and day over 24 h x 98 J/TH is 1.55 cents."""
    found = mining_breakeven.by_machine(
        mining_breakeven.machines(data.load("asics")), data.load("bitcoin_network")
    )
    price = found.set_index(["generation", "month"]).loc[("S9", "2026-05")]
    assert price["power_only_usd_per_kwh"] == pytest.approx(0.01555, abs=5e-5)


def test_every_generation_is_in_the_table():
    found = mining_breakeven.machines(data.load("asics"))
    assert set(found["generation"]) == set(mining_breakeven.GENERATIONS)
    assert found["efficiency_j_per_th"].is_monotonic_decreasing


def test_a_machine_not_yet_public_has_no_line():
    found = mining_breakeven.machines(data.load("asics", "2020-01-01"))
    assert "S19 Pro" not in set(found["generation"])


# ---- words


def rows(month="2020-03"):
    own = mining_breakeven.in_month(LINES, month, exact(0.0), exact(0.0))
    mean = mining_breakeven.network_row(bounds(0.1, 0.05, 0.2), exact(0.01), exact(0.5))
    return own, pd.concat([own, mean], ignore_index=True)


def test_the_network_row_by_hand():
    mean = rows()[1].iloc[-1]
    # low 0.05 x 0.5 - 0.01; centre 0.10 - 0.01; high 0.20
    ends = [mean[f"{e}_usd_per_kwh"] for e in ("low", "central", "high")]
    assert ends == pytest.approx([0.015, 0.09, 0.20])


def test_words_of_machines_networks_and_tokens():
    table = mining_breakeven.with_inference(rows()[1], {"x": Interval(-1, -2, -0.5)})
    words = breakeven_chart.break_even_rows_takeaway(table, TARIFFS, "2020-03")
    assert "the new could pay 2.0×" in words  # 0.10 over 0.05
    assert "inference (x) could not pay for power at any price" in words


def test_words_when_nobody_stopped_and_nobody_pays():
    cheap = TARIFFS | {"cn": bounds(0.001, 0.001, 0.001)}
    words = breakeven_lines_chart.break_even_lines_takeaway(LINES, cheap)
    assert "had paid" not in words
    dear = TARIFFS | {"cn": bounds(9.0, 9.0, 9.0)}
    assert "no generation" in breakeven_lines_chart.break_even_lines_takeaway(LINES, dear)


def test_every_value_has_a_record():
    asics, network = data.load("asics"), data.load("bitcoin_network")
    lines = mining_breakeven.by_machine(mining_breakeven.machines(asics), network)
    own = mining_breakeven.in_month(lines, "2026-05", exact(0.01), exact(0.2))
    assert set(breakeven_chart.quantities(own, TARIFFS)) <= set(breakeven_chart.RECORDED)
