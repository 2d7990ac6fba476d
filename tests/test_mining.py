"""Mining by month, year and country: against published totals, by hand, and with holes."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from token_exports import data
from token_exports.models import electricity_export, mining

pytestmark = pytest.mark.usefixtures("archived")

REVISED = "revised_2023"
DERIVED = "derived_hashrate_x_j_per_th"
RATES = ["energy_lower_twh_per_year", "energy_guess_twh_per_year", "energy_upper_twh_per_year"]


@pytest.fixture(scope="module")
def electricity():
    return data.load("bitcoin_electricity")


@pytest.fixture(scope="module")
def network():
    return data.load("bitcoin_network")


@pytest.fixture(scope="module")
def mining_map():
    return data.load("bitcoin_mining_map")


@pytest.fixture(scope="module")
def months(network, electricity):
    rates = mining.electricity_series(electricity, REVISED, extension=DERIVED)
    return mining.by_month(network, rates)


@pytest.fixture(scope="module")
def years(months):
    return mining.by_year(months).set_index("year")


@pytest.fixture(scope="module")
def china(months, mining_map):
    return mining.by_country(months, mining_map, "CN")


# ---- published totals; tolerance is half of the last published digit


@pytest.mark.parametrize(
    ("year", "billion_usd"), [(2015, 0.375), (2018, 5.48), (2020, 5.01), (2021, 16.75)]
)
def test_miner_revenue_of_a_year(years, year, billion_usd):
    digit = 0.0005 if billion_usd < 1 else 0.005
    assert years.loc[year, "miner_revenue_usd"] / 1e9 == pytest.approx(billion_usd, abs=digit)


def test_miner_revenue_of_2024(years):
    assert years.loc[2024, "miner_revenue_usd"] / 1e9 == pytest.approx(14.78, abs=0.005)


@pytest.mark.parametrize(("year", "usd_per_kwh"), [(2015, 0.104), (2020, 0.075), (2021, 0.188)])
def test_value_of_a_kwh_on_the_revised_series(years, year, usd_per_kwh):
    assert years.loc[year, "value_usd_per_kwh"] == pytest.approx(usd_per_kwh, abs=0.0005)


def test_value_of_a_kwh_on_the_legacy_series(network, electricity):
    rates = mining.electricity_series(electricity, "legacy_pre_2023")
    years = mining.by_year(mining.by_month(network, rates)).set_index("year")
    assert years.loc[2021, "value_usd_per_kwh"] == pytest.approx(0.160, abs=0.0005)
    assert years.loc[2022, "months_count"] == 8  # the series stops in August


@pytest.mark.parametrize(("year", "twh"), [(2020, 67), (2021, 89)])
def test_electricity_of_a_year_agrees_with_the_annual_figures_in_print(years, year, twh):
    printed = data.load("bitcoin_energy_estimates").set_index(["period", "unit"])["central"]
    assert printed[(str(year), "twh")] == twh
    assert years.loc[year, "energy_guess_twh"] == pytest.approx(twh, abs=0.5)


@pytest.mark.parametrize("year", range(2015, 2023))
def test_electricity_agrees_with_hashrate_times_fleet_efficiency(network, years, year):
    # The index adds a tenth for the site. Within a year machines improve while hashrate grows, so
    # the product of the annual means lies above the mean of the daily products, by up to 6%.
    fleet = data.load("fleet_efficiency").set_index(["period", "basis"])
    efficiency = fleet.loc[(str(year), "model_revised_2023"), "efficiency_guess_j_per_th"]
    hashrate = network.loc[network["month"].str.startswith(str(year)), "hashrate_eh_per_s"].mean()
    ours = electricity_export.mining_electricity_twh_per_year(hashrate, efficiency, 1.10)
    assert 1 <= ours / years.loc[year, "energy_guess_twh"] < 1.06


@pytest.mark.parametrize(
    ("month", "share"),
    [("2019-09", 0.755), ("2021-07", 0), ("2021-08", 0), ("2021-09", 0.223), ("2022-01", 0.211)],
)
def test_share_of_chinese_miners(china, month, share):
    found = china.set_index("month").loc[month, "hashrate_share"]
    assert found == pytest.approx(share, abs=0.0005)


def test_chinese_mining_before_the_ban(china):
    columns = [*mining.ENERGIES, "mining_value_usd"]
    total = mining.over_period(china, "2019-09", "2021-06", columns)
    bounds = [total[column] for column in mining.ENERGIES]
    assert bounds == pytest.approx([41, 83, 183], abs=0.5)
    assert total["mining_value_usd"] / 1e9 == pytest.approx(8.5, abs=0.05)


def test_chinese_mining_in_2020(china):
    total = mining.over_period(china, "2020-01", "2020-12", ["energy_guess_twh"])
    assert total["energy_guess_twh"] == pytest.approx(43.5, abs=0.05)


def test_mapped_hashrates_add_up_to_the_network(network, mining_map):
    # two publishers, two methods of counting days: they agree within a thousandth
    mapped = mining_map.groupby("month")["hashrate_eh_per_s"].sum()
    counted = network.set_index("month")["hashrate_eh_per_s"].loc[mapped.index]
    assert mapped.to_numpy() == pytest.approx(counted.to_numpy(), rel=1e-3)
    assert mining_map.groupby("month")["hashrate_share"].sum().to_numpy() == pytest.approx(
        1, abs=3e-4
    )


# ---- by hand

MONTHS = [f"2020-{month:02d}" for month in range(1, 13)]
DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


def a_network(revenue_usd=1e8):
    return pd.DataFrame(
        {
            "month": MONTHS,
            "days_count": DAYS,
            "hashrate_eh_per_s": 100.0,
            "miner_revenue_usd": revenue_usd,
        }
    )


def rates(guess=36.525, months=tuple(MONTHS), series="a"):
    bounds = dict(zip(RATES, (guess / 2, guess, guess * 2), strict=True))
    return pd.DataFrame({"month": list(months), "series": series, **bounds})


def a_map(share, months=tuple(MONTHS)):
    return pd.DataFrame({"month": list(months), "country": "CN", "hashrate_share": share})


def test_month_by_hand():
    january = mining.by_month(a_network(3.1e8), rates()).iloc[0]
    # 36.525 TWh a year is 0.1 TWh a day: 3.1 TWh in January, bounds half and double
    assert list(january[mining.ENERGIES]) == pytest.approx([1.55, 3.1, 6.2])
    # 3.1e8 USD / 3.1e9 kWh = 0.10 USD/kWh; double the energy halves it
    assert january["value_usd_per_kwh"] == pytest.approx(0.10)
    assert january["value_low_usd_per_kwh"] == pytest.approx(0.05)
    assert january["value_high_usd_per_kwh"] == pytest.approx(0.20)


def test_year_by_hand():
    year = mining.by_year(mining.by_month(a_network(1e8), rates())).iloc[0]
    # 366 days x 0.1 TWh = 36.6 TWh; 12 x 1e8 USD = 1.2e9 USD; 1.2e9 / 36.6e9 = 0.032787
    assert year["year"] == 2020
    assert year["months_count"] == 12
    assert year["energy_guess_twh"] == pytest.approx(36.6)
    assert year["value_usd_per_kwh"] == pytest.approx(0.032787, rel=1e-4)


def test_country_by_hand():
    table = mining.by_country(mining.by_month(a_network(1e8), rates()), a_map(0.5), "CN")
    # half of January's 3.1 TWh and 1e8 USD; the value of a kilowatt-hour is the network's
    assert table.loc[0, "energy_guess_twh"] == pytest.approx(1.55)
    assert table.loc[0, "mining_value_usd"] == pytest.approx(5e7)
    assert table.loc[0, "value_usd_per_kwh"] == pytest.approx(1e8 / 3.1e9)


# ---- properties


@given(st.lists(st.floats(0.1, 300), min_size=12, max_size=12))
def test_the_months_add_up_to_the_year(guesses):
    table = rates()
    table["energy_guess_twh_per_year"] = guesses
    months = mining.by_month(a_network(), table)
    total = mining.over_period(months, "2020-01", "2020-12", ["energy_guess_twh"])
    year = mining.by_year(months).iloc[0]
    assert total["energy_guess_twh"] == pytest.approx(year["energy_guess_twh"])


@given(st.floats(0, 1))
def test_a_countrys_electricity_is_proportional_to_its_share(share):
    months = mining.by_month(a_network(), rates())
    part = mining.by_country(months, a_map(share), "CN")
    whole = mining.by_country(months, a_map(1.0), "CN")
    for column in [*mining.ENERGIES, "mining_value_usd"]:
        assert part[column].to_numpy() == pytest.approx(share * whole[column].to_numpy())


# ---- holes


def test_a_month_without_electricity_stays_missing():
    known = [month for month in MONTHS if month != "2020-05"]
    months = mining.by_month(a_network(), rates(months=known))
    assert months.set_index("month").loc["2020-05", "energy_guess_twh":].isna().all()
    total = mining.over_period(months, "2020-01", "2020-12", ["energy_guess_twh"])
    assert pd.isna(total["energy_guess_twh"])
    # the year has eleven months on both sides of the ratio: 11e8 USD / 33.5e9 kWh
    year = mining.by_year(months).iloc[0]
    assert year["months_count"] == 11
    assert year["value_usd_per_kwh"] == pytest.approx(11e8 / 33.5e9)


def test_a_month_outside_the_table_makes_the_total_missing():
    months = mining.by_month(a_network(), rates())
    total = mining.over_period(months, "2020-12", "2021-01", ["energy_guess_twh"])
    assert pd.isna(total["energy_guess_twh"])


def test_a_bound_nobody_published_stays_missing(network, electricity):
    series = mining.electricity_series(electricity, "digiconomist")
    years = mining.by_year(mining.by_month(network, series)).set_index("year")
    assert pd.isna(years.loc[2020, "energy_upper_twh"])
    assert pd.isna(years.loc[2020, "value_low_usd_per_kwh"])
    assert years.loc[2020, "energy_guess_twh"] > years.loc[2020, "energy_lower_twh"]


def test_a_measured_zero_is_zero_but_has_no_value_per_kwh(china):
    july = china.set_index("month").loc["2021-07"]
    assert july["energy_guess_twh"] == 0
    assert july["mining_value_usd"] == 0
    assert pd.isna(july["value_usd_per_kwh"])


def test_an_extension_only_continues_a_series():
    both = pd.concat(
        [
            rates(guess=10, months=MONTHS[1:3], series="a"),
            rates(guess=20, months=MONTHS, series="b"),
        ]
    )
    joined = mining.electricity_series(both, "a", extension="b")
    assert list(joined["month"]) == MONTHS[1:]
    assert list(joined["series"]) == ["a", "a"] + ["b"] * 9


def test_unknown_names_are_refused(network, electricity, mining_map, months):
    with pytest.raises(ValueError, match="revised_2023"):
        mining.electricity_series(electricity, "revised")
    with pytest.raises(ValueError, match="OTHER"):
        mining.by_country(months, mining_map, "China")
    with pytest.raises(ValueError, match="2021-06 to 2019-09"):
        mining.over_period(months, "2021-06", "2019-09", ["energy_guess_twh"])
