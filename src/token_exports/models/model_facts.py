"""Published facts the essay's statements about models, hardware and margins are held against.

    gap    = mean score of one model - mean score of the other, on the same tests
    words  = words / tokens of a text, median over tokenizers
    active = active / total parameters
    bill   = site power x hours of a year x electricity price

A fact that was not public, or that nobody published, is left out of the list, never guessed.
"""

from collections.abc import Iterator
from typing import NamedTuple

import pandas as pd

from token_exports import uncertainty
from token_exports.uncertainty import Interval
from token_exports.units import HOURS_PER_YEAR, KW_PER_MW, Quantity


class Fact(NamedTuple):
    """A quantity to record: name with unit, value, label, tables it rests on."""

    name: str
    value: Interval
    label: str
    tables: tuple[str, ...]


SCORES = {
    "m25_vendor_swe_share": ("Q001", "SWE-bench Verified, M2.5 by MiniMax"),
    "m25_droid_swe_share": ("Q002", "SWE-bench Verified, M2.5 by MiniMax, Droid"),
    "m25_opencode_swe_share": ("Q004", "SWE-bench Verified, M2.5 by MiniMax, OpenCode"),
    "m25_openhands_swe_share": ("Q101", "SWE-bench Verified, M2.5 by OpenHands"),
    "opus46_vendor_swe_share": ("Q017", "SWE-bench Verified, Opus 4.6 by Anthropic"),
    "opus46_droid_swe_share": ("Q003", "SWE-bench Verified, Opus 4.6 by MiniMax, Droid"),
    "opus46_openhands_swe_share": ("Q119", "SWE-bench Verified, Opus 4.6 by OpenHands"),
}
GAPS = {
    "swe_vendor_gap_share": ("Q017", "Q001", "SWE-bench Verified, two vendors' runs"),
    "swe_openhands_gap_share": ("Q119", "Q101", "SWE-bench Verified, OpenHands"),
    "gpqa_gap_share": ("Q009", "Q008", "GPQA Diamond, run by MiniMax"),
    "hle_gap_share": ("Q014", "Q013", "Humanity's Last Exam without tools, run by MiniMax"),
    "openhands_five_suite_gap_share": (
        "Q119 Q120 Q121 Q122 Q123",
        "Q101 Q102 Q103 Q100 Q099",
        "Mean of five OpenHands suites",
    ),
}
TASK_COSTS = {
    "opus_m25_task_cost_ratio": ("Q119", "Q101", "Cost of a SWE-bench task, OpenHands"),
    "opus_m25_first_task_cost_ratio": ("Q128", "Q129", "The same as first published"),
}
TEXTS = {
    "prose": ("english_article", "English article"),
    "licence": ("english_licence_text", "English licence text"),
    "code": ("python_source", "Python source"),
}
MARGINS = {
    "minimax_gross_margin_share": ("minimax_gross_margin_2025", "Gross margin, MiniMax 2025"),
    "zhipu_api_gross_margin_share": (
        "zhipu_api_gross_margin_2024",
        "Gross margin, Zhipu's interface 2024",
    ),
}
MODELS = {"dsv3": "DeepSeek-V3", "m25": "MiniMax-M2.5"}
PARAMETERS = {
    "published": ("active_params_b", "total_params_b", "as published"),
    "computed": ("computed_active_params_b", "computed_total_params_b", "from the configuration"),
}
SITES = {"100_mw": 100.0, "300_mw": 300.0, "1_gw": 1000.0}


def benchmarks(table: pd.DataFrame) -> Iterator[Fact]:
    """Scores of the two compared models, their gaps, and the ratio of their cost per task.

    A positive gap and a ratio above one mean that Opus 4.6 scores higher or costs more.
    """
    tables = ("model_benchmarks",)
    rows = table.set_index("benchmark_row_id")
    for name, (row, label) in SCORES.items():
        if row in rows.index:
            yield Fact(name, uncertainty.exact(_mean(rows, row, "score_share")), label, tables)
    for name, (above, below, label) in GAPS.items():
        if _known(rows, above, below):
            gap = _mean(rows, above, "score_share") - _mean(rows, below, "score_share")
            yield Fact(name, uncertainty.exact(gap), f"Opus 4.6 over M2.5: {label}", tables)
    for name, (above, below, label) in TASK_COSTS.items():
        if _known(rows, above, below):
            cost = _mean(rows, above, "task_cost_usd") / _mean(rows, below, "task_cost_usd")
            yield Fact(name, uncertainty.exact(cost), f"Opus 4.6 over M2.5: {label}", tables)


def words_per_token(table: pd.DataFrame) -> Iterator[Fact]:
    """Words per token by kind of text: median tokenizer, ends the extreme tokenizers."""
    for name, (text, label) in TEXTS.items():
        rows = table[table["text"] == text]
        words = rows["word_count"].astype(float) / rows["tokens"].astype(float)
        if not words.empty:
            value = uncertainty.bounds(words.median(), words.min(), words.max())
            label = f"Words per token, {label}"
            yield Fact(f"{name}_words_per_token_ratio", value, label, ("tokens_per_word",))


def active_parameters(table: pd.DataFrame) -> Iterator[Fact]:
    """Active over total parameters, published and recomputed."""
    rows = table.set_index("model")
    for short, model in MODELS.items():
        for kind, (active, total, words) in PARAMETERS.items():
            if model in rows.index:
                name = f"{short}_{kind}_active_param_share".replace("_computed", "")
                share = _mean(rows, model, active) / _mean(rows, model, total)
                label = f"Active parameters of {model}, {words}"
                yield Fact(name, uncertainty.exact(share), label, ("model_architectures",))


def estimated_parameters(table: pd.DataFrame, reported: pd.DataFrame) -> Iterator[Fact]:
    """Active parameters of GPT-4o, which nobody published, over those of DeepSeek-V3.

    Ends are those of the estimate, the centre their geometric mean.
    """
    model, guess = MODELS["dsv3"], reported.set_index("quantity_id")
    known, rows = "gpt4o_active_params", table.set_index("model")
    if known in guess.index and model in rows.index:
        own = _mean(rows, model, "active_params_b")
        low, high = (_mean(guess, known, end) / own for end in ("low", "high"))
        value = uncertainty.bounds((low * high) ** 0.5, low, high)
        label = "Active parameters, GPT-4o as estimated over DeepSeek-V3"
        tables = ("reported_quantities", "model_architectures")
        yield Fact("gpt4o_dsv3_active_param_ratio", value, label, tables)


def margins(reported: pd.DataFrame) -> Iterator[Fact]:
    """Gross margins the firms reported."""
    values = reported.set_index("quantity_id")["value"]
    for name, (row, label) in MARGINS.items():
        if row in values.index:
            yield Fact(name, uncertainty.exact(values[row]), label, ("reported_quantities",))


def hardware(table: pd.DataFrame) -> Iterator[Fact]:
    """Rated power of the accelerators the essay means, and speed of what China may buy."""
    rows = table.set_index("accelerator")
    tables = ("accelerators",)
    for short in ("h100", "h800"):
        if _known(rows, f"{short}-sxm"):
            power = uncertainty.exact(_mean(rows, f"{short}-sxm", "board_power_w"))
            yield Fact(f"{short}_board_power_w", power, f"Rated power, {short.upper()}", tables)
    for short in ("h20", "h200"):
        if _known(rows, short, "b200"):
            speed = "peak_fp8_tflops"
            ratio = uncertainty.exact(_mean(rows, short, speed) / _mean(rows, "b200", speed))
            label = f"Peak speed at eight bits, {short.upper()} over B200"
            yield Fact(f"{short}_over_b200_fp8_ratio", ratio, label, tables)


def yearly_bill_usd(
    facility_power_mw: Quantity, electricity_price_usd_per_kwh: Quantity
) -> Quantity:
    """Electricity bill of a site that draws this power all year."""
    return facility_power_mw * KW_PER_MW * HOURS_PER_YEAR * electricity_price_usd_per_kwh


def power_bills(price: Interval) -> Iterator[Fact]:
    """Yearly bill of three sizes of site at an uncertain electricity price."""
    for name, site_mw in SITES.items():
        low, central, high = (
            uncertainty.plain(yearly_bill_usd(site_mw, p))
            for p in (price.low, price.central, price.high)
        )
        label = f"Yearly electricity bill of a site drawing {name.replace('_', ' ').upper()}"
        yield Fact(f"power_bill_{name}_usd", Interval(central, low, high), label, ("assumptions",))


def _known(rows: pd.DataFrame, *groups: str) -> bool:
    return {row for group in groups for row in group.split()} <= set(rows.index)


def _mean(rows: pd.DataFrame, group: str, column: str) -> float:
    return float(rows.loc[group.split(), column].mean())
