"""What the notebook on cost records: central values and draws side by side, facts, tables."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import fields
from typing import Any

import pandas as pd

from token_exports import claims, data, formats
from token_exports.assumptions import Assumptions
from token_exports.figures.theme import ORIGIN_NAMES
from token_exports.models import accelerator_hour, model_facts, price_facts
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.model_facts import Fact
from token_exports.parameters import Drawn
from token_exports.results import Results
from token_exports.uncertainty import Both, Interval
from token_exports.units import unit_of

INPUT_TABLES = ("assumptions",)
INPUT_COLUMNS = {
    "meaning": "Input",
    "region": "Region",
    "parameter": "Parameter",
    "low": "Low",
    "central": "Central",
    "high": "High",
    "source_id": "Source",
}
FACT_COLUMNS = {"label": "Quantity", "value": "Value", "range": "Range", "tables": "Tables"}


def inputs(known: Assumptions, p: Drawn, region: str, variants: Collection[str]) -> Both:
    """Inputs of an accelerator-hour."""
    drawn = known.draw(ServingInputs, region, variants, n_draws=p.n_draws, seed=p.seed)
    return Both(known.central(ServingInputs, region, variants), drawn)


def assumed(
    known: Assumptions, p: Drawn, parameter: str, region: str, variants: Collection[str] = ()
) -> Both:
    """One assumption."""
    row = known.row(parameter, region, variants)
    return Both(row.central, row.draw(p.n_draws, p.seed))


def inputs_table(known: Assumptions, variants: Mapping[str, Collection[str]]) -> pd.DataFrame:
    """Inputs of an accelerator-hour by region, with the source of each row."""
    listed = data.load("assumptions").fillna({"variant": ""})
    sources = listed.set_index(["parameter", "region", "variant"])["source_id"]
    rows = []
    for field in fields(ServingInputs):
        for region, chosen in variants.items():
            row = known.row(field.name, region, chosen)
            found = {
                "meaning": field.metadata["meaning"],
                "region": ORIGIN_NAMES[region],
                "parameter": field.name,
                "variant": row.variant,
            }
            ends = {"low": row.low, "central": row.central, "high": row.high}
            source = sources[(row.parameter, row.region, row.variant)]
            rows.append(found | ends | {"source_id": source})
    return pd.DataFrame(rows)


def record(found: Results, facts: Iterable[Fact], formula: str) -> list[Fact]:
    """Record facts and hand them back as a list."""
    kept = list(facts)
    for fact in kept:
        found.add(fact.name, fact.value, fact.label, formula=formula, tables=fact.tables)
    return kept


HOUR_QUANTITIES: dict[str, tuple[Callable[..., Any], str]] = {
    **accelerator_hour.SHARES,
    "cost_usd_per_h": (accelerator_hour.cost_usd_per_h, "Full cost of a serving hour"),
    "paid_cost_usd_per_h": (accelerator_hour.paid_cost_usd_per_h, "Full cost of a paid hour"),
}


def record_hours(
    found: Results, hours: Mapping[str, Both], essence_share: float
) -> dict[str, Interval]:
    """Record cost, shares and break-even of an accelerator-hour for every region.

    Parameters
    ----------
    found
        Results of the notebook.
    hours
        Region to the inputs of its hour.
    essence_share
        Share of cost that electricity would need to be what a token is made of.
    """
    known: dict[str, Interval] = {}
    break_even = accelerator_hour.break_even_other_cost_usd_per_h
    for region, hour in hours.items():
        values = {n: (f, hour.of(f), label) for n, (f, label) in HOUR_QUANTITIES.items()}
        label = f"Other cost at which electricity is {essence_share:.0%} of an hour"
        values[break_even.__name__] = (break_even, hour.of(break_even, essence_share), label)
        for name, (function, value, label) in values.items():
            known[f"{region}_{name}"] = found.add(
                f"{region}_{name}",
                value.interval,
                f"{label}, {ORIGIN_NAMES[region]}",
                formula=f"accelerator_hour.{function.__name__}",
                tables=INPUT_TABLES,
                headline=name == "electricity_cost_share",
            )
    return known


def share_draws(hours: Mapping[str, Both]) -> dict[str, tuple[str, float, Any]]:
    """Electricity's share by region, in full cost and in two parts: region, centre, draws."""
    wanted = {
        "full cost": accelerator_hour.electricity_cost_share,
        "two parts": accelerator_hour.two_component_electricity_share,
    }
    return {
        f"{ORIGIN_NAMES[region]}, {words}": (region, share.central, share.draws)
        for words, function in wanted.items()
        for region, share in ((r, hour.of(function)) for r, hour in hours.items())
    }


def component_table(hours: Mapping[str, Both], chips: Mapping[str, str]) -> pd.DataFrame:
    """Components of an hour's cost at the central values, a row per region and its chip."""
    names = data.load("accelerators").set_index("accelerator")["display_name"]
    labels = {r: f"{ORIGIN_NAMES[r]}\n{names[chip].split(' ', 1)[1]}" for r, chip in chips.items()}
    rows = [
        {"region": region, "label": labels[region]}
        | {n: float(f(hour.central)) for n, f in accelerator_hour.COMPONENTS.items()}
        for region, hour in hours.items()
    ]
    return pd.DataFrame(rows)


def record_bases(found: Results, bases: pd.DataFrame) -> None:
    """Record the price gap on every basis."""
    tables = ("electricity_price_bases", "electricity_prices", "fx_rates")
    for row in bases.to_dict("records"):
        found.add(
            f"{str(row['basis_id']).lower()}_price_gap_share",
            float(row["price_gap_share"]),
            f"China cheaper by: {row['label']}",
            formula="electricity_price.price_gap_share",
            tables=tables,
            headline=row["basis_id"] == "R01",
        )


PLAIN: dict[Callable[..., Iterable[Fact]], tuple[str, ...]] = {
    model_facts.words_per_token: ("tokens_per_word",),
    model_facts.active_parameters: ("model_architectures",),
    model_facts.estimated_parameters: ("model_architectures", "reported_quantities"),
    model_facts.hardware: ("accelerators",),
    model_facts.margins: ("reported_quantities",),
}


def record_plain(found: Results, as_of: dt.date | None) -> list[Fact]:
    """Record words per token, parameters, hardware and margins that were public."""
    facts = []
    for function, tables in PLAIN.items():
        stated = function(*(data.load(table, as_of) for table in tables))
        facts += record(found, stated, f"model_facts.{function.__name__}")
    return facts


def record_bills(found: Results, known: Assumptions, variants: Collection[str]) -> list[Fact]:
    """Record purchase prices of the essay's chip and the power bills of three sites."""
    bill = known.row("electricity_price_usd_per_kwh", "us", variants)
    facts = list(model_facts.power_bills(Interval(bill.central, bill.low, bill.high)))
    for region in ("us", "cn"):
        row = known.row("gpu_price_usd", region, {"h100-sxm"})
        value = Interval(row.central, row.low, row.high)
        label = f"Street price of an H100, {ORIGIN_NAMES[region]}"
        facts.append(Fact(f"h100_{region}_price_usd", value, label, INPUT_TABLES))
    return record(found, facts, "model_facts.yearly_bill_usd")


def band(claim_id: str) -> tuple[float, float]:
    """Values that count as agreeing with a claim."""
    row = data.load("claims").set_index("claim_id").to_dict("index")[claim_id]
    claim = claims.Claim(claim_id, row["stated_value"], row["relation"], row["tolerance_ratio"])
    return claim.band


def ratio_rows(facts: Iterable[Fact]) -> pd.DataFrame:
    """Ratios of the two pairs of models as rows to draw."""
    rows = [
        (pair, f.label.removeprefix(f"{pair}: "), f.value.low, f.value.central, f.value.high)
        for pair in PAIR_CLAIMS
        for f in facts
        if f.label.startswith(pair) and f.name.endswith("_ratio")
    ]
    return pd.DataFrame(rows, columns=["pair", "label", "low", "central", "high"])


PAIR_CLAIMS = {price_facts.OPUS_PAIR: "price_ratio_17", price_facts.GPT4O_PAIR: "dsv3_36x"}


def pair_values(stated: "pd.Series[float]") -> dict[str, float]:
    """Ratio the essay states for each pair."""
    return {pair: float(stated[claim]) for pair, claim in PAIR_CLAIMS.items()}


def fact_table(facts: Iterable[Fact]) -> pd.DataFrame:
    """Facts as a table to show: value and range in the unit of each."""
    rows = []
    for fact in facts:
        unit = unit_of(fact.name) or ""
        shown = {"value": formats.quantity(fact.value.central, unit)}
        shown |= {"range": formats.span(fact.value, unit), "tables": ", ".join(fact.tables)}
        rows.append({"name": fact.name, "label": fact.label} | shown)
    return pd.DataFrame(rows)
