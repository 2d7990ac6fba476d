"""Unit cost and price of open models of the essay's week: predicted, and one service scaled."""

import pandas as pd

from token_exports.figures import served_record
from token_exports.figures.served_record import Given
from token_exports.models import below_cost, engine_speed, price_facts, token_cost
from token_exports.models.below_cost import Sold
from token_exports.models.list_price import TokenPrices
from token_exports.models.token_cost import Outcome
from token_exports.serving import ServingError
from token_exports.uncertainty import Both
from token_exports.units import Quantity

MEASURED = "DeepSeek-V3"
SLUGS = {
    "deepseek/deepseek-v3.2-20251201": "DeepSeek-V3.2",
    "minimax/minimax-m2.5-20260211": "MiniMax-M2.5",
    "moonshotai/kimi-k2.5-0127": "Kimi-K2.5",
    "z-ai/glm-5-20260211": "GLM-5",
}
"""Model as the platform names it to its architecture."""


def predicted(given: Given) -> dict[str, Sold]:
    """Price and predicted unit cost on the Chinese accelerator of the run, each on its own mix.

    Models whose architecture or requests were not public are left out.
    """
    found = {}
    for slug, row in _week(given.mixes).items():
        asked = served_record.asked(given, SLUGS[slug], "cn", given.p.cn_accelerator)
        try:
            traffic = served_record.traffic_of(given, slug)
            costs = served_record.predict(given, asked, traffic).outcome.of(_cost)
        except (ServingError, ValueError):
            continue
        found[slug] = below_cost.sold(row, SLUGS[slug], costs.central, costs.draws)
    return found


def by_way(given: Given) -> dict[str, pd.DataFrame]:
    """Comparison of price and predicted cost for the ways of serving that the run did not take."""
    others = (way for way in engine_speed.WAYS if way != given.p.serving)
    return {
        way: below_cost.compare(
            predicted(given._replace(p=given.p.model_copy(update={"serving": way})))
        )
        for way in others
    }


def scaled(service: Both, mixes: pd.DataFrame, architectures: pd.DataFrame) -> dict[str, Sold]:
    """The same with the cost of the measured service, by active parameters.

    Parameters
    ----------
    service
        Token inputs of the measured service.
    mixes
        Table ``openrouter_token_mix``.
    architectures
        Table ``model_architectures``.
    """
    costs = service.of(token_cost.token_costs)
    active = architectures.set_index("model")["computed_active_params_b"]
    found = {}
    for slug, row in _week(mixes).items():
        model = SLUGS[slug]
        if model in active.index:
            own = costs.of(times, float(active[model] / active[MEASURED]))
            found[slug] = below_cost.sold(row, model, own.central, own.draws)
    return found


def _week(mixes: pd.DataFrame) -> dict[str, "pd.Series[float]"]:
    week = mixes[mixes["period_start"] == pd.Timestamp(price_facts.MIX_WEEK)]
    rows = {str(row["model_slug"]): row for _, row in week.iterrows()}
    return {slug: row for slug, row in rows.items() if slug in SLUGS}


def _cost(outcome: Outcome) -> TokenPrices:
    return outcome.cost


def times(costs: TokenPrices, factor: Quantity) -> TokenPrices:
    """Cost of every class times a factor."""
    return TokenPrices(
        fresh_prompt_usd_per_mtok=costs.fresh_prompt_usd_per_mtok * factor,
        cache_read_usd_per_mtok=costs.cache_read_usd_per_mtok * factor,
        output_usd_per_mtok=costs.output_usd_per_mtok * factor,
    )
