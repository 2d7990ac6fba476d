"""What-if of tokens beside mining: power, value of a kilowatt-hour, and what leaves China.

    tokens of a class = tokens of the week x the class's part in them
    revenue           = those tokens x the mean list price of the class

and from there the functions of the report.
"""

from collections.abc import Mapping
from typing import Any

from token_exports.figures.mining_text import PREFIXES
from token_exports.models import electricity_export, list_price, mining, mining_value
from token_exports.models.electricity_export import TokenExportInputs
from token_exports.models.list_price import TokenMix, TokenPrices
from token_exports.models.week_energy import PRODUCTION
from token_exports.parameters import BitcoinVsTokens
from token_exports.units import DAYS_PER_WEEK, DAYS_PER_YEAR, MWH_PER_TWH, TOKENS_PER_MTOK
from token_exports.whatif import conditions, mining_inputs
from token_exports.whatif.mining_inputs import ENERGIES, MINED, PRICES, Given
from token_exports.whatif.panel import Chart, Panel, Shown

MINED_YEAR = 2020
NOTES = (
    "Energies per token are those of the facility, cooling and idle hours inside, so PUE and"
    " utilisation are no controls here.",
)


def panel(given: Given) -> Panel:
    """Panel of a run."""
    mined = mining.over_period(
        given.china, f"{MINED_YEAR}-01", f"{MINED_YEAR}-12", ["mining_value_usd"]
    )
    power = mining_value.year_power_mw(given.china, MINED_YEAR).central
    name = f"Mining in China, {MINED_YEAR}"
    drawn = {"Chinese tokens": ("token_average_power_mw",)}
    drawn |= {"of these served in China": ("exported_token_power_mw",)}
    ratios = {"all tokens": "token_over_mining_electricity_ratio"}
    ratios |= {"those served in China": "exported_over_mining_electricity_ratio"}
    return Panel(
        columns={"": "Value"},
        notes=NOTES,
        controls=tuple(mining_inputs.controls(given)),
        choices=mining_inputs.all_choices(given),
        shown=tuple(_shown(given.p)),
        charts=(
            Chart(
                title="Gross revenue of a kilowatt-hour, USD; each step is ten times",
                bars={"Chinese tokens": ("token_value_usd_per_kwh",)} | {"Mining": (MINED,)},
            ),
            Chart(
                title="Average power, MW; each step is ten times",
                bars=drawn | {name: ("mined_power_mw",)},
            ),
        ),
        verdicts=(
            conditions.verdict(
                "tokens_more_value", {"tokens over mining": "token_over_mining_usd_per_kwh_ratio"}
            ),
            conditions.verdict(
                "vast_compute_exports",
                ratios,
                f"Electricity over that of China's mining in {MINED_YEAR}",
            ),
        ),
        compute=lambda values: compute(values, power, float(mined["mining_value_usd"])),
    )


# ---- quantities


def compute(values: Mapping[str, Any], mined_power_mw: float, mined_usd: float) -> dict[str, Any]:
    """Every quantity of the panel from its inputs, numbers or symbols.

    Parameters
    ----------
    values
        Control to its value.
    mined_power_mw, mined_usd
        Mean power and gross revenue of China's mining in the year of comparison.
    """
    week = _week(values)
    twh = electricity_export.token_electricity_twh(week)
    value = electricity_export.token_value_usd_per_kwh(week)
    power = electricity_export.average_power_mw(twh, DAYS_PER_WEEK)
    out_twh = electricity_export.exported_electricity_twh(week)
    out_power = electricity_export.average_power_mw(out_twh, DAYS_PER_WEEK)
    tariff, mined = values["electricity_price_usd_per_kwh"], values[MINED]
    part, flip = (
        electricity_export.electricity_cost_share,
        electricity_export.flip_served_in_china_share,
    )
    intensity = electricity_export.token_electricity_kwh_per_mtok(week)
    return {
        "token_average_power_mw": power,
        "token_kwh_per_mtok": intensity,
        "token_value_usd_per_kwh": value,
        "token_over_mining_usd_per_kwh_ratio": value / mined,
        "flip_token_price_usd_per_mtok": electricity_export.flip_token_price_usd_per_mtok(
            mined, intensity
        ),
        "token_electricity_revenue_share": part(tariff, value),
        "mining_electricity_revenue_share": part(tariff, mined),
        "token_price_usd_per_mtok": week.token_revenue_usd
        / values["week_tokens"]
        * TOKENS_PER_MTOK,
        "list_revenue_usd": week.token_revenue_usd,
        "exported_electricity_mwh": out_twh * MWH_PER_TWH,
        "exported_list_revenue_usd": electricity_export.exported_value_usd(week),
        "exported_token_power_mw": out_power,
        "mined_power_mw": mined_power_mw,
        "token_over_mining_electricity_ratio": power / mined_power_mw,
        "exported_over_mining_electricity_ratio": out_power / mined_power_mw,
        "flip_served_in_china_ratio": flip(mined_power_mw, power),
        "value_flip_served_in_china_ratio": flip(
            mined_usd, week.token_revenue_usd * DAYS_PER_YEAR / DAYS_PER_WEEK
        ),
    }


def _week(values: Mapping[str, Any]) -> TokenExportInputs:
    output, cached = values["output_share"], values["cached_prompt_share"]
    mix = TokenMix(
        fresh_prompt_share=(1 - output) * (1 - cached),
        cache_read_share=(1 - output) * cached,
        output_share=output,
    )
    price = list_price.effective_usd_per_mtok(TokenPrices(**{n: values[n] for n in PRICES}), mix)
    tokens = values["week_tokens"]
    return TokenExportInputs(
        fresh_prompt_tokens=tokens * mix.fresh_prompt_share,
        cached_prompt_tokens=tokens * mix.cache_read_share,
        output_tokens=tokens * mix.output_share,
        token_revenue_usd=tokens / TOKENS_PER_MTOK * price,
        served_in_china_share=values["served_in_china_share"],
        **{name: values[name] for name in ENERGIES},
    )


LABELS = {
    "token_average_power_mw": "Average power of the tokens",
    "token_kwh_per_mtok": "Electricity of a million tokens",
    "token_price_usd_per_mtok": "Revenue of a million tokens",
    "token_value_usd_per_kwh": "Gross revenue of a kilowatt-hour",
    "token_over_mining_usd_per_kwh_ratio": "The same over mining",
    "flip_token_price_usd_per_mtok": "Revenue below which mining earns more",
    "token_electricity_revenue_share": "Electricity in the revenue of tokens",
    "mining_electricity_revenue_share": "Electricity in the revenue of mining",
    "exported_electricity_mwh": "Electricity exported in the week",
    "exported_list_revenue_usd": "Revenue exported in the week",
    "token_over_mining_electricity_ratio": "Power over China's mining of {year}",
    "flip_served_in_china_ratio": "Share in China that exports as much electricity as that mining",
    "value_flip_served_in_china_ratio": "Share in China that exports as much value, over a year",
}
OF_A_BASIS = {
    "token_average_power_mw",
    "token_value_usd_per_kwh",
    "token_over_mining_usd_per_kwh_ratio",
    "token_electricity_revenue_share",
    "token_over_mining_electricity_ratio",
    "flip_served_in_china_ratio",
}
RECORDED = {"exported_list_revenue_usd", "value_flip_served_in_china_ratio"}
HEADLINES = {
    "token_average_power_mw",
    "token_value_usd_per_kwh",
    "token_over_mining_usd_per_kwh_ratio",
}


def _shown(p: BitcoinVsTokens) -> list[Shown]:
    prefix = PREFIXES[p.energy_basis]
    recorded = {name: f"{prefix}{name}" for name in OF_A_BASIS} | {name: name for name in RECORDED}
    if p.energy_basis == PRODUCTION:
        recorded["token_kwh_per_mtok"] = "token_kwh_per_mtok"
    return [
        Shown(
            name=name,
            label=label.format(year=MINED_YEAR),
            recorded=recorded.get(name, ""),
            headline=name in HEADLINES,
        )
        for name, label in LABELS.items()
    ]
