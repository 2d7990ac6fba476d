"""Tables and words of notebook 03: token exports in trade, by place, and where they are booked."""

from collections.abc import Mapping

import pandas as pd

from token_exports import formats
from token_exports.figures import mining_marks as marks
from token_exports.figures.marks import rows as as_dicts
from token_exports.uncertainty import Interval

TABLES = ("openrouter_token_mix", "model_authors", "assumptions")
TRADE = (*TABLES, "reported_quantities")
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "token_export_usd_per_year": (
        "Token exports a year: paid and served in China, to list price of all",
        "trade_scale.yearly_revenue",
        (*TABLES, "providers", "model_hosts"),
    ),
    "token_list_revenue_usd_per_year": (
        "List price of all tokens a year, cached prompts as fresh",
        "trade_scale.yearly_revenue",
        TABLES,
    ),
    "token_over_goods_exports_share": (
        "Token exports over China's goods exports",
        "trade_scale.against_trade",
        TRADE,
    ),
    "token_over_services_exports_share": (
        "Token exports over China's services exports",
        "trade_scale.against_trade",
        TRADE,
    ),
    "firm_abroad_over_token_export_ratio": (
        "Revenue abroad of one listed laboratory over the list price of all tokens",
        "trade_scale.firm_abroad_usd",
        TRADE,
    ),
    "declared_served_in_china_share": (
        "Chinese tokens of the week computed in China, by what hosts declare",
        "serving_place.served_in_china",
        ("openrouter_token_mix", "providers", "model_hosts", "model_authors"),
    ),
    "value_flip_served_in_china_ratio": (
        "Share served in China at which exported revenue equals the value mined there in 2020",
        "trade_scale.flip_share",
        (*TABLES, "bitcoin_mining_map", "bitcoin_network"),
    ),
}
BOOKED = pd.DataFrame(
    [
        (
            "Call sold by a firm in China, computed in China",
            "Computer services, export",
            "9.2 (SI2)",
            "leaves as tokens",
        ),
        (
            "Call sold by a firm in China, computed on servers rented abroad",
            "Computer services, export; the rent is an import of them",
            "9.2 (SI2)",
            "stays abroad",
        ),
        (
            "Call sold by the firm's affiliate abroad",
            "None; profit as investment income, a licence as charges for intellectual property",
            "8 (SH)",
            "where the machine stands",
        ),
        ("Open weights run by a host abroad", "None: nothing is paid", "none", "stays abroad"),
        ("Licence of weights", "Charges for the use of intellectual property", "8 (SH)", "none"),
        ("Electricity over a cable", "Goods, with a customs record", "HS 2716", "leaves as power"),
    ],
    columns=["case", "entry", "code", "electricity"],
)
"""Where each way of selling is booked, by the sixth balance of payments manual (general knowledge):
residence of the seller decides, computer services hold data processing and hosting."""
BOOKED_HEADS = {
    "case": "What is sold",
    "entry": "Entry for China",
    "code": "Item",
    "electricity": "China's electricity",
}
TRADE_HEADS = {
    "trade": "China's trade",
    "period": "Reported for",
    "trade_usd_per_year": "A year",
    "low_share": "Tokens, least",
    "high_share": "Tokens, most",
    "source_id": "Source",
}
SHARE_HEADS = {
    "served_in_china_share": "Served in China",
    "what": "",
    "exported_central_mw": "Electricity",
    "exported_low_mw": "low",
    "exported_high_mw": "high",
    "exported_central_usd_per_year": "Revenue",
}

Revenue = Mapping[str, Interval | None]


def quantities(
    revenue: Revenue, table: pd.DataFrame, firm_usd: float | None
) -> dict[str, Interval | float | None]:
    """Values of ``RECORDED`` about trade; what was not public is missing.

    Parameters
    ----------
    revenue
        From `trade_scale.yearly_revenue`.
    table
        From `trade_scale.against_trade`.
    firm_usd
        From `trade_scale.firm_abroad_usd`.
    """
    whole, found = revenue["list"], dict[str, Interval | float | None]()
    found["token_export_usd_per_year"] = revenue["bounds"]
    found["token_list_revenue_usd_per_year"] = whole
    if whole is not None and firm_usd is not None:
        found["firm_abroad_over_token_export_ratio"] = firm_usd / whole.central
    middle = revenue["bounds"]
    for row in as_dicts(table):
        kind = {"china_goods_exports_2025": "goods", "china_services_exports_2025": "services"}
        if row["quantity_id"] in kind and middle is not None:
            part = middle.central / row["trade_usd_per_year"]
            name = f"token_over_{kind[row['quantity_id']]}_exports_share"
            found[name] = Interval(part, row["low_share"], row["high_share"], middle.kind)
    return found


def usd(value: float) -> str:
    """Dollars with two digits."""
    return formats.quantity(float(value), "usd", 2)


def trade_takeaway(revenue: Revenue, table: pd.DataFrame, firm_usd: float | None) -> str:
    """Bounds of the export, its part in trade, and what one firm reports.

    Parameters
    ----------
    revenue, table, firm_usd
        As in `quantities`.
    """
    ends, whole = revenue["bounds"], revenue["list"]
    if ends is None or whole is None:
        return "**Every Chinese model of the week was free, so no export revenue can be bounded.**"
    words = (
        f"**If every week were like this one, token exports would lie between {usd(ends.low)}"
        f" (paid tokens, least share served in China) and {usd(ends.high)} a year (all at list"
        " price)"
    )
    parts = [
        f"{_fraction(row['high_share'])} of {str(row['trade'])[0].lower()}{str(row['trade'])[1:]}"
        for row in as_dicts(table)
        if "exports_2025" in str(row["quantity_id"])
    ]
    words += f", at most {marks.listed(parts)}.**" if parts else ".**"
    if firm_usd is not None:
        ratio = formats.quantity(firm_usd / whole.central, "ratio", 2)
        words += (
            f" One listed laboratory alone reported {usd(firm_usd)} of revenue abroad for 2025,"
            f" {ratio} the list price of all these tokens: the platform is a part of the trade."
        )
    return words + (
        " The statistics book them by the seller's residence, not by the place of the machine."
    )


def _fraction(share: float) -> str:
    if share >= 0.001:
        return marks.percent(share)
    return f"one part in {formats.significant(float(f'{1 / share:.2g}'), 2)}"


# ---- the place of serving


def named_shares(declared: Interval | None, belief: Interval) -> dict[str, float]:
    """Shares to name in the table, by what they are."""
    shares = {"assumed": belief.central}
    return shares if declared is None else shares | {"as declared, at most": declared.high}


def place_takeaway(
    table: pd.DataFrame, declared: Interval | None, belief: Interval, flip: Interval
) -> str:
    """What the export is by declaration and by belief, and where its value flips.

    Parameters
    ----------
    table
        From `trade_scale.by_share`.
    declared
        Limits from what hosts declare; None where nothing was declared.
    belief
        Belief or statement about the share.
    flip
        Share from which the exported revenue equals China's mining of a year.
    """
    whole = table.iloc[-1]
    by_host = "No host had declared where it computes."
    if declared is not None:
        by_host = (
            f"By what laboratories declare of their own interfaces, {_range(declared)} of the"
            f" week's Chinese tokens ran in China, at most"
            f" {_power(declared.high * whole['exported_central_mw'])} and"
            f" {usd(declared.high * whole['exported_central_usd_per_year'])} a year."
        )
    reached = (
        f"from {marks.percent(flip.central)} served in China"
        if flip.central <= 1
        else f"at no share: it would take {formats.significant(flip.central, 2)} times the tokens"
    )
    return (
        f"**{by_host}** At a share of {formats.interval(belief, 'share')} it would be"
        f" {_power(belief.central * whole['exported_central_mw'])}. The exported revenue equals"
        f" what China's miners earned in 2020 {reached}."
    )


def _range(value: Interval) -> str:
    if value.low == value.high:
        return marks.percent(value.central)
    return f"{marks.percent(value.low)} to {marks.percent(value.high)}"


def _power(value_mw: float) -> str:
    return formats.quantity(float(value_mw), "mw", 2)
