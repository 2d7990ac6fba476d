"""The closed list of units, read from the end of a name, and the conversions between them.

A numeric name ends in its unit (``pue_ratio``, ``electricity_price_usd_per_kwh``), so a reader
never has to look one up. Inside the package values are plain floats in exactly that unit; shares
and ratios are fractions of one, percent exists only in print.
"""

from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Quantity: TypeAlias = float | NDArray[np.float64]
"""One value, an array of draws or a grid; the same arithmetic serves all three."""

HOURS_PER_DAY = 24.0
DAYS_PER_YEAR = 365.25  # Julian year, as CBECI annualises
HOURS_PER_YEAR = DAYS_PER_YEAR * HOURS_PER_DAY
MONTHS_PER_YEAR = 12.0
DAYS_PER_WEEK = 7.0
SECONDS_PER_HOUR = 3600.0
J_PER_KWH = 3.6e6
KWH_PER_MWH = 1e3
KWH_PER_GWH = 1e6
KWH_PER_TWH = 1e9
MWH_PER_TWH = 1e6
W_PER_KW = 1e3
W_PER_MW = 1e6
W_PER_GW = 1e9
W_PER_TW = 1e12
KW_PER_MW = 1e3
TH_PER_EH = 1e6
PH_PER_EH = 1e3
TOKENS_PER_MTOK = 1e6
TOKENS_PER_TTOK = 1e12
PARAMETERS_PER_BILLION = 1e9
BYTES_PER_GB = 1e9


@dataclass(frozen=True)
class Unit:
    """How a unit prints and which values it can take."""

    label: str
    minimum: float = 0.0
    maximum: float = float("inf")


def _plain(label: str) -> Unit:
    return Unit(label)


UNITS: dict[str, Unit] = {
    # counts
    "tokens": _plain("tokens"),
    "requests": _plain("requests"),
    "count": _plain(""),
    "rank": Unit("", minimum=1),
    "blocks": _plain("blocks"),
    "btc": _plain("BTC"),
    "stars": _plain("stars"),
    "year": Unit("", minimum=1800, maximum=2100),
    # pure numbers; a gap can be negative, so a share may be too
    "share": Unit("", minimum=-float("inf"), maximum=float("inf")),
    "ratio": _plain("times"),
    "share_per_year": _plain("a year"),
    "elasticity": Unit("", minimum=-float("inf")),  # percent per percent; no times as much
    # time
    "years": _plain("years"),
    "weeks": _plain("weeks"),
    "days": _plain("days"),
    "hours": _plain("h"),
    "s": _plain("s"),
    # power and energy
    "w": _plain("W"),
    "kw": _plain("kW"),
    "mw": _plain("MW"),
    "gw": _plain("GW"),
    "kwh": _plain("kWh"),
    "mwh": _plain("MWh"),
    "twh": _plain("TWh"),
    "twh_per_year": _plain("TWh a year"),
    "kwh_per_mtok": _plain("kWh/Mtok"),
    "j_per_token": _plain("J/token"),
    "j_per_th": _plain("J/TH"),
    "wh_per_request": _plain("Wh/request"),
    "g_per_kwh": _plain("g CO2e/kWh"),
    "g_per_mtok": _plain("g CO2e/Mtok"),
    "g_per_usd": _plain("g CO2e/USD"),
    # money
    "usd": Unit("USD", minimum=-float("inf")),
    "cny": _plain("CNY"),
    "usd_per_h": _plain("USD/h"),
    "usd_per_kwh": _plain("USD/kWh"),
    "local_per_kwh": _plain("local currency/kWh"),
    "local_per_usd": _plain("local currency/USD"),
    "usd_per_mtok": _plain("USD/Mtok"),
    "usd_per_kw_month": _plain("USD/kW-month"),
    "usd_per_w": _plain("USD/W"),
    "usd_per_year": _plain("USD a year"),
    "usd_per_mw_year": _plain("USD/MW a year"),
    "usd_per_ph_day": _plain("USD/PH/day"),
    "usd_per_btc": _plain("USD/BTC"),
    "usd_per_th": _plain("USD/TH"),
    # hardware and models
    "eh_per_s": _plain("EH/s"),
    "th_per_s": _plain("TH/s"),
    "tok_per_s": _plain("tok/s"),
    "tok_per_s_per_gpu": _plain("tok/s per accelerator"),
    "tok_per_s_per_user": _plain("tok/s per user"),
    "tflops": _plain("TFLOP/s"),
    "gb": _plain("GB"),
    "gb_per_s": _plain("GB/s"),
    "tb_per_s": _plain("TB/s"),
    "params_b": _plain("billion parameters"),
    "params_m": _plain("million parameters"),
    "layers": _plain("layers"),
    "heads": _plain("heads"),
    "dim": _plain(""),
    "experts": _plain("experts"),
    "elements": _plain("elements"),
}

_BY_LENGTH = sorted(UNITS, key=len, reverse=True)


@cache
def unit_of(name: str) -> str | None:
    """Unit at the end of ``name``, the longest that fits, or None."""
    for suffix in _BY_LENGTH:
        if name == suffix or name.endswith("_" + suffix):
            return suffix
    return None
