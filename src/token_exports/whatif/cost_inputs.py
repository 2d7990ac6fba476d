"""Inputs of the what-if of the cost of a token: controls, and options that set several at once."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import pandas as pd

from token_exports import data
from token_exports.assumptions import Assumptions
from token_exports.figures.served_record import DAY, SLUGS
from token_exports.figures.theme import ORIGIN_NAMES
from token_exports.models import list_price, price_facts
from token_exports.models.accelerator_hour import ServingInputs
from token_exports.models.disclosed_service import Day
from token_exports.parameters import TokenCost
from token_exports.uncertainty import Interval, exact
from token_exports.whatif import choices, ranges
from token_exports.whatif.panel import Choice, Control, Option

REGIONS = ("cn", "us")
OPEN = (
    "electricity_price_usd_per_kwh",
    "gpu_price_usd",
    "gpu_lifetime_years",
    "utilisation_share",
    "pue_ratio",
)
"""Inputs of an hour that are not folded away, in the order shown."""
TERMS = {"utilisation_share": "utilisation", "pue_ratio": "PUE"}
"""What a reader calls an input whose meaning is spelt out."""
SHARED = ("load_factor_share", "idle_power_share", "opex_share_per_year")
"""Inputs that are believed alike everywhere."""
OF_A_CHIP = ("gpu_price_usd", "server_network_adder_ratio", "it_power_kw")
RATES = {
    "fresh_prompt_tok_per_s_per_gpu": ("input_computed", "Speed, fresh prompt"),
    "output_tok_per_s_per_gpu": ("output", "Speed, output"),
}
TRAFFIC = {
    "cached_prompt_share": "Prompt tokens read from the cache",
    "output_share": "Output in all tokens",
}
ESSENCE, CHEAPER, DEARER = "tokens_are_electricity_exports", "power_40pct_lower", "price_ratio_17"


@dataclass(frozen=True)
class Given:
    """What the panel rests on: assumptions and parameters of the run, the day, traffic, claims."""

    known: Assumptions
    p: TokenCost
    day: Day
    mixes: pd.DataFrame
    stated: Mapping[str, float]

    def variants(self, region: str) -> set[str]:
        """Chip and price class of a country."""
        return {getattr(self.p, f"{region}_accelerator"), getattr(self.p, f"{region}_electricity")}


# ---- controls


def controls(given: Given) -> list[Control]:
    """Controls at the values of the run."""
    known = given.known
    names = {f.name: str(f.metadata["meaning"]) for f in fields(ServingInputs)}
    names |= {name: f"{names[name]} ({term})" for name, term in TERMS.items()}
    rest = [name for name in names if name not in (*OPEN, *SHARED)]
    found = [
        ranges.control(
            known.row(name, region, given.variants(region)),
            known,
            names[name],
            region,
            more=name not in OPEN,
        )
        for name in (*OPEN, *rest)
        for region in REGIONS
    ]
    found += _rates(given) + _traffic(given)
    shared = (known.row(name, "cn", given.variants("cn")) for name in SHARED)
    found += [ranges.control(row, known, names[row.parameter], more=True) for row in shared]
    reads = known.row("cache_read_cost_ratio", "cn")
    found.append(ranges.control(reads, known, "Cost of a cache read over a fresh token", more=True))
    return [*found, _token_price(given)]


def _rates(given: Given) -> list[Control]:
    found = []
    for name, (variant, label) in RATES.items():
        row = given.known.row("throughput_tok_per_s_per_gpu", "cn", {variant})
        ends = ranges.widened(name, ranges.of_rows(given.known, row.parameter, variant))
        value = Interval(row.central, row.low, row.high)
        found.append(ranges.of_interval(name, label, value, ends))
    return found


def _traffic(given: Given) -> list[Control]:
    options = _mixes(given)
    central = options.get(SLUGS.get(given.p.traffic, DAY), options[DAY])
    found = []
    for name, label in TRAFFIC.items():
        seen = [values[name] for values in options.values()]
        value = Interval(central[name], min(seen), max(seen))
        ends = ranges.WHOLE if name == "cached_prompt_share" else ranges.widened(name, seen)
        found.append(ranges.of_interval(name, label, value, ends))
    return found


def _token_price(given: Given) -> Control:
    times = float(given.stated[DEARER])
    name, label = "token_price_ratio", "Token price gap to explain"
    of = (times, float(given.stated["dsv3_36x"]))
    return ranges.of_interval(name, label, exact(times), ranges.widened(name, of), more=True)


# ---- choices


def _mixes(given: Given) -> dict[str, dict[str, float]]:
    """Traffic of the disclosed day and of models in the essay's week, where the table has it."""
    day = given.day
    mix = list_price.token_mix(day.input_tokens, day.cached_input_tokens, day.output_tokens)
    found = {DAY: _of_mix(mix)}
    week = given.mixes[given.mixes["period_start"] == pd.Timestamp(price_facts.MIX_WEEK)]
    for _, row in week[week["model_slug"].isin(SLUGS.values())].iterrows():
        found[str(row["model_slug"])] = _of_mix(list_price.row_mix(row))
    return found


def _of_mix(mix: list_price.TokenMix) -> dict[str, float]:
    prompt = mix.fresh_prompt_share + mix.cache_read_share
    cached = float(mix.cache_read_share / prompt)
    return {"cached_prompt_share": cached, "output_share": float(mix.output_share)}


def all_choices(given: Given) -> list[Choice]:
    """Lists of named values, each setting some of the controls."""
    found = []
    for region in REGIONS:
        place = ORIGIN_NAMES[region]
        found.append(Choice(label=f"Accelerator, {place}", options=_chips(given, region)))
        price = f"{choices.PRICE}.{region}"
        found.append(choices.tariffs(given.known, region, price, f"Electricity, {place}"))
    words = {slug: name for name, slug in SLUGS.items()} | {DAY: "disclosed day"}
    options = tuple(Option(label=words[n], values=v) for n, v in _mixes(given).items())
    return [*found, Choice(label="Traffic", options=options)]


def _chips(given: Given, region: str) -> tuple[Option, ...]:
    """Accelerators with a price in a country: price, surroundings and power, but not the speed."""
    known = given.known
    priced = {
        r.variant for r in known.rows if r.parameter == "gpu_price_usd" and r.region == region
    }
    names = data.load("accelerators").set_index("accelerator")["display_name"]
    return tuple(
        Option(
            label=str(names[chip]).partition(" ")[2],
            values={f"{n}.{region}": known.row(n, region, {chip}).central for n in OF_A_CHIP},
        )
        for chip in names.index
        if chip in priced
    )
