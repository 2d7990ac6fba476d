"""Rows of the comparison of mining and inference: what each number is, or what was looked for."""

from token_exports.models.similarity import Aspect

COST, VALUE, ANSWER, PRODUCT = "Cost", "Value of a kWh", "Answer", "Product and place"
NETWORK = ("bitcoin_network", "bitcoin_electricity")
MIX = ("openrouter_token_mix", "reported_quantities", "assumptions")
ECONOMICS = "mining_and_hosting_economics"

ASPECTS: dict[str, Aspect] = {
    "electricity_revenue_share": Aspect(
        label="Electricity in revenue",
        group=COST,
        unit="share",
        mining="The index's price of power over gross revenue",
        tokens="The same price of power over list revenue, production energy",
        tables=(*NETWORK, *MIX),
    ),
    "electricity_cost_share": Aspect(
        label="Electricity in full cost",
        group=COST,
        unit="share",
        mining="Power over power, running cost and machine",
        tokens="Power over the full cost of an accelerator-hour",
        tables=("asic_prices", "bitcoin_network", "assumptions"),
    ),
    "hardware_cost_share": Aspect(
        label="Hardware in full cost",
        group=COST,
        unit="share",
        mining="Machine over power, running cost and machine",
        tokens="Accelerator, server, network and their finance over the full cost",
        tables=("asic_prices", "bitcoin_network", "assumptions"),
    ),
    "hardware_life_years": Aspect(
        label="Life of the hardware",
        group=COST,
        unit="years",
        mining="Belief on the life of a mining machine",
        tokens="Belief on the life of an accelerator, from accounts of firms",
        tables=("assumptions",),
    ),
    "hardware_usd_per_w": Aspect(
        label="Price of the hardware",
        group=COST,
        unit="usd_per_w",
        mining="Quotes of the newest year, ends of the quotes",
        tokens="Accelerator with server and network over its rated power",
        tables=("asic_prices", "assumptions"),
    ),
    "gross_usd_per_kwh": Aspect(
        label="Gross revenue of a kWh",
        group=VALUE,
        unit="usd_per_kwh",
        mining="Revenue of the network over its electricity, newest month",
        tokens="List revenue over production energy, token week",
        tables=(*NETWORK, *MIX),
    ),
    "net_usd_per_kwh": Aspect(
        label="Net revenue of a kWh",
        group=VALUE,
        unit="usd_per_kwh",
        mining="Less power, running cost and machine",
        tokens="Less the rent of the disclosed servers, power included",
        tables=("asic_prices", *NETWORK, *MIX),
    ),
    "break_even_usd_per_kwh": Aspect(
        label="Break-even price of power",
        group=VALUE,
        unit="usd_per_kwh",
        mining="Gross revenue less running cost and machine",
        tokens="Gross revenue less all cost of an accelerator-hour but power",
        tables=("asic_prices", *NETWORK, *MIX),
    ),
    "price_elasticity_ratio": Aspect(
        label="Elasticity of activity to price",
        group=ANSWER,
        unit="ratio",
        mining="Supply: hashrate over the price of a coin within a year",
        tokens="Demand: a model's share of tokens over its list price within a week, ends of the"
        " few documented changes; an answer of supply could not be measured",
        tables=("bitcoin_network", "list_prices", "openrouter_tokens_daily"),
    ),
    "ban_drop_share": Aspect(
        label="Lost after a ban",
        group=ANSWER,
        unit="share",
        mining="Highest month before China's ban to the lowest after it",
        tokens="Looked for a country's ban on serving tokens; none was found",
        tables=("bitcoin_network",),
    ),
    "curtailed_share": Aspect(
        label="Load given up at the grid's peak",
        group=ANSWER,
        unit="share",
        mining="One miner in Texas, August 2023: more than the low end",
        tokens="Looked for load that a token service gave up for a grid; none was found",
        tables=(ECONOMICS,),
    ),
    "utilisation_share": Aspect(
        label="Utilisation",
        group=ANSWER,
        unit="share",
        mining="All hours, as the index assumes; low end: a month of curtailment",
        tokens="Belief on serving over paid hours",
        tables=(ECONOMICS, "assumptions"),
    ),
    "mean_peak_share": Aspect(
        label="Mean over peak load of a day",
        group=ANSWER,
        unit="share",
        mining="Looked for hashrate by the hour; the tables hold months",
        tokens="Serving nodes of the disclosed day, set free at night",
        tables=("reported_quantities",),
    ),
    "wait_s": Aspect(
        label="Wait for the paid output",
        group=PRODUCT,
        unit="s",
        mining="Between two blocks, and nobody is served meanwhile",
        tokens="To write the mean reply of the week at a user's token rate",
        tables=("bitcoin_network", "openrouter_token_mix", "assumptions"),
    ),
    "price_spread_ratio": Aspect(
        label="Dearest over cheapest host",
        group=PRODUCT,
        unit="ratio",
        mining="One by protocol: every hash is paid alike, pool fees aside",
        tokens="Output price of the same weights across hosts, ends of the models",
        tables=("same_weights_prices",),
    ),
    "countries_count": Aspect(
        label="Countries if equally large",
        group=PRODUCT,
        unit="count",
        mining="Hashrate in the newest month of the map",
        tokens="Electricity of all data centres in 2024; that of inference is not published",
        tables=("bitcoin_mining_map", "reported_quantities"),
    ),
}
"""Name to row, in the order of the table."""
HEADS = {
    "quantity": "Quantity",
    "mining": "Mining",
    "tokens": "Tokens",
    "distance": "Tokens over mining",
    "judged": "Verdict",
    "mining_basis": "What the number of mining is",
    "tokens_basis": "What the number of tokens is",
}
"""Column of the printed table to its heading."""
