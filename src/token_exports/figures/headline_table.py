"""Headline results of notebook 02 with their central halves, four fifths and 95%."""

from collections.abc import Mapping

import pandas as pd

from token_exports import formats, uncertainty
from token_exports.figures import served_record
from token_exports.models import accelerator_hour, price_gap
from token_exports.models.price_ledger import FACTORS
from token_exports.models.traffic import Traffic
from token_exports.serving import Prediction
from token_exports.uncertainty import Both
from token_exports.units import unit_of

COVERED_SHARES = (0.5, 0.8, 0.95)
COLUMNS = {"label": "Result", "central": "Central"} | {
    f"covers_{share * 100:.0f}": f"{share:.0%}" for share in COVERED_SHARES
}
COUNTRIES = {"cn": "China", "us": "United States"}
Rows = dict[str, tuple[str, Both]]
"""Name that ends in its unit to label and value."""


def of_hours(hours: Mapping[str, Both], discount_share: float, price_ratio: float) -> Rows:
    """Electricity in cost, and what cheaper and free power explain of a price gap.

    Parameters
    ----------
    hours
        Region to the inputs of its hour.
    discount_share
        The essay's statement of how much cheaper China's electricity is.
    price_ratio
        The essay's price ratio of tokens.
    """
    found: Rows = {}
    for region, hour in hours.items():
        share = hour.of(accelerator_hour.electricity_cost_share)
        two = hour.of(accelerator_hour.two_component_electricity_share)
        place = COUNTRIES[region]
        found[f"{region}_electricity_cost_share"] = (f"Electricity in full cost, {place}", share)
        found[f"{region}_two_part_share"] = (f"Electricity in the essay's two parts, {place}", two)
    full = hours["us"].of(accelerator_hour.electricity_cost_share)
    for name, ratio, words in (
        ("cheaper", 1 - discount_share, f"power {discount_share:.0%} cheaper"),
        ("free", 0.0, "free power"),
    ):
        part = full.of(price_gap.explained_gap_share, ratio, price_ratio)
        label = f"Explained of {price_ratio:g}\N{MULTIPLICATION SIGN} by {words}"
        found[f"{name}_explained_gap_share"] = (label, part)
    return found


def of_services(served: Mapping[str, tuple[Prediction, Traffic]]) -> Rows:
    """Cost and electricity of a million tokens of a predicted service, by region."""
    found: Rows = {}
    for region, (prediction, traffic) in served.items():
        values = served_record.blended(prediction, traffic)
        words = f"{prediction.asked.model} on {prediction.asked.accelerator}, {COUNTRIES[region]}"
        found[f"{region}_usd_per_mtok"] = (f"Full cost, {words}", values["usd_per_mtok"])
        found[f"{region}_kwh_per_mtok"] = (f"Electricity, {words}", values["kwh_per_mtok"])
    return found


def of_ledger(parts: Mapping[str, Both]) -> Rows:
    """Parts of the price gap's logarithm."""
    return {
        f"ledger_{name}_share": (f"Price gap, part of {_small(FACTORS[name])}", part)
        for name, part in parts.items()
    }


def _small(words: str) -> str:
    return words[0].lower() + words[1:]


def table(rows: Rows) -> pd.DataFrame:
    """Central value and central parts of the draws, in words; the numbers beside them.

    Returns
    -------
    DataFrame
        ``name``, ``label``, ``central`` and ``covers_<percent>`` as text, and the ends of each
        part as ``low_<percent>`` and ``high_<percent>``.
    """
    found = []
    for name, (label, value) in rows.items():
        unit = unit_of(name) or ""
        row: dict[str, object] = {"name": name, "label": label}
        row["central"] = formats.quantity(float(value.central), unit)
        for share in COVERED_SHARES:
            key = f"{share * 100:.0f}"
            low, high = uncertainty.quantiles(uncertainty.finite(value.draws), share)
            row |= {f"low_{key}": low, f"high_{key}": high}
            row[f"covers_{key}"] = f"{formats.number(low, unit)} to {formats.number(high, unit)}"
        found.append(row)
    return pd.DataFrame(found)
