"""What notebook 01 records and tabulates on where tokens are served and who buys them."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from token_exports import formats
from token_exports.figures.marks import rows
from token_exports.figures.share_words import model_name, percent
from token_exports.models import serving_place
from token_exports.models.market_share import author_of
from token_exports.uncertainty import Interval

COUNTRIES = {
    "CN": "China",
    "FI": "Finland",
    "ID": "Indonesia",
    "NL": "Netherlands",
    "SG": "Singapore",
    "US": "United States",
}
"""Countries that a provider declares; others keep their code."""

HOST_COLUMNS = {
    "model": "Model",
    "lab": "Developer",
    "own_interface": "Own interface declares",
    "other_host_count": "Other hosts listed",
    "unlinked_host_count": "not linked to China",
    "china_host_count": "declaring China",
    "only_outside_host_count": "declaring only elsewhere",
    "silent_host_count": "declaring nothing",
}
BUYER_FACTS = {
    "non_us_share": "Tokens billed outside the United States",
    "cn_country_rank": "Place of China among countries by tokens",
    "cn_language_prompt_share": "Prompts written in Chinese",
}
BUYER_COLUMNS = {
    "fact": "All models of the platform",
    "value_text": "Value",
    "note": "Note",
    "source_id": "Source",
}

_HOSTS = ("openrouter_tokens_daily", "model_authors", "stealth_models", "providers", "model_hosts")
RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "cn_tokens_served_in_china_share": (
        "Chinese leaderboard tokens computed in China, all on the developers' own interfaces",
        "serving_place.served_in_china",
        _HOSTS,
    ),
    "cn_tokens_seat_in_china_share": (
        "The same, interfaces that declare nothing at their company's seat",
        "serving_place.served_in_china",
        _HOSTS,
    ),
    "cn_tokens_any_host_in_china_share": (
        "Chinese leaderboard tokens computed in China, on any listed host",
        "serving_place.served_in_china",
        _HOSTS,
    ),
    "outside_computed_needed_share": (
        "Part of the tokens placed outside China that the essay's half would need",
        "serving_place.outside_needed_share",
        (*_HOSTS, "claims"),
    ),
    "foreign_host_model_share": (
        "Chinese leaderboard tokens of models that a host not linked to China sells too",
        "serving_place.foreign_host_share",
        _HOSTS,
    ),
    "cn_list_other_host_count": (
        "Other hosts known to sell a model of the Chinese list",
        "serving_place.host_names",
        _HOSTS,
    ),
    "cn_list_unlinked_host_count": (
        "Of these, hosts not linked to China",
        "serving_place.host_names",
        _HOSTS,
    ),
}


def quantities(places: pd.DataFrame, threshold: float) -> dict[str, Interval | float | None]:
    """Values of ``RECORDED``; counts of hosts are None where no list of hosts is known.

    Parameters
    ----------
    places
        From `serving_place.model_places`.
    threshold
        Share that the essay's statement implies at least.
    """
    known = bool(places["other_host_count"].notna().any())
    hosts = {
        f"cn_list_{kind}_host_count": (
            float(len(serving_place.host_names(places, f"{kind}_hosts"))) if known else None
        )
        for kind in ("other", "unlinked")
    }
    return {
        "cn_tokens_served_in_china_share": serving_place.served_in_china(places),
        "cn_tokens_seat_in_china_share": serving_place.served_in_china(
            places, serving_place.BY_SEAT
        ),
        "cn_tokens_any_host_in_china_share": serving_place.served_in_china(
            places, serving_place.ANY_HOST
        ),
        "outside_computed_needed_share": serving_place.outside_needed_share(places, threshold),
        "foreign_host_model_share": serving_place.foreign_host_share(places),
        **hosts,
    }


def names(places: pd.DataFrame) -> list[str]:
    """Names without date; with it where two versions would carry the same."""
    short = places["model_permaslug"].map(model_name)
    whole = places["model_permaslug"].str.split("/").str[-1]
    names = short.where(~short.duplicated(keep=False), whole)
    preview = places["model_permaslug"].map(author_of) != places["author_slug"]
    return list(names.where(~preview, names + " (" + places["lab"] + ")"))


def own_place(row: Mapping[str, Any]) -> str:
    """What the developer's own interface declares, in words."""
    if not row["own_provider_slug"]:
        return "not on record"
    if not isinstance(row["own_countries"], str):
        return "no place"
    return ", ".join(COUNTRIES.get(code, code) for code in row["own_countries"].split("|"))


def host_table(places: pd.DataFrame) -> pd.DataFrame:
    """Hosts by model for print; columns as in ``HOST_COLUMNS`` and the lists of names."""
    table = places.copy()
    table["model"] = names(places)
    table["own_interface"] = [own_place(row) for row in rows(places)]
    table["china_host_count"] = places["only_china_host_count"] + places["china_too_host_count"]
    return table[[*HOST_COLUMNS, "other_hosts", "unlinked_hosts", "whole_list"]]


def buyers(reports: pd.DataFrame) -> pd.DataFrame:
    """What is known of who buys: rows of ``platform_reports``, in the order of ``BUYER_FACTS``.

    A country at place k of an order by tokens has at most one k-th of them.
    """
    study = reports[reports["scope"] == "study_platform"]
    own = study[study["metric"].isin(list(BUYER_FACTS))].copy()
    own["fact"] = own["metric"].map(BUYER_FACTS)
    own["value_text"] = [
        _value(value, unit) for value, unit in zip(own["value"], own["unit"], strict=True)
    ]
    order = own["metric"].map({metric: i for i, metric in enumerate(BUYER_FACTS)})
    return own.loc[order.sort_values().index].reset_index(drop=True)


def _value(value: float, unit: str) -> str:
    words = formats.number(value, unit)
    return f"{words}, so at most {percent(1 / value)}" if unit == "rank" else words
