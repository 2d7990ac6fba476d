"""Unit costs of open models until a throughput model gives them: one measured service, scaled."""

import pandas as pd

from token_exports.figures.cost_record import Both
from token_exports.models import below_cost, price_facts, token_cost
from token_exports.models.below_cost import Sold
from token_exports.models.list_price import TokenPrices
from token_exports.units import Quantity

MEASURED = "DeepSeek-V3"
SLUGS = {
    "deepseek/deepseek-v3.2-20251201": "DeepSeek-V3.2",
    "minimax/minimax-m2.5-20260211": "MiniMax-M2.5",
    "moonshotai/kimi-k2.5-0127": "Kimi-K2.5",
    "z-ai/glm-5-20260211": "GLM-5",
}
"""Model as the platform names it to its architecture."""


def scaled(service: Both, mixes: pd.DataFrame, architectures: pd.DataFrame) -> dict[str, Sold]:
    """Price and unit cost of the open models of the essay's week.

    Cost follows active parameters from the measured service: too low where memory binds.

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
    week = mixes[mixes["period_start"] == pd.Timestamp(price_facts.MIX_WEEK)]
    found = {}
    for _, row in week.iterrows():
        model = SLUGS.get(str(row["model_slug"]), "")
        if model in active.index:
            own = costs.of(times, float(active[model] / active[MEASURED]))
            slug = str(row["model_slug"])
            found[slug] = below_cost.sold(row, model, own.central, own.draws)
    return found


def times(costs: TokenPrices, factor: Quantity) -> TokenPrices:
    """Cost of every class times a factor."""
    return TokenPrices(
        fresh_prompt_usd_per_mtok=costs.fresh_prompt_usd_per_mtok * factor,
        cache_read_usd_per_mtok=costs.cache_read_usd_per_mtok * factor,
        output_usd_per_mtok=costs.output_usd_per_mtok * factor,
    )
