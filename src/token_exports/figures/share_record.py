"""What notebook 01 records: label, formula and tables of every quantity."""

from collections.abc import Mapping

import pandas as pd

from token_exports import uncertainty
from token_exports.figures import (
    app_chart,
    concentration_chart,
    launch_chart,
    leader_record,
    leave_one_out_chart,
    press_chart,
    serving_record,
    tokenizer_chart,
    totals_chart,
    units_chart,
    world_chart,
)
from token_exports.models import essay_window
from token_exports.results import Results
from token_exports.uncertainty import Interval

_DAILY = ("openrouter_tokens_daily", "model_authors", "stealth_models")
_TOTALS = ("openrouter_totals_daily",)
_MIX = ("openrouter_token_mix", "model_authors", "stealth_models")
_WEEKLY = ("openrouter_tokens_weekly",)

_OWN: dict[str, tuple[str, str, tuple[str, ...]]] = {
    "cn_headline_share": ("Chinese share on the basis chosen", "headline.cn_share", _DAILY),
    "cn_top_n_share": (essay_window.LABELS["cn_top_n_share"], "market_share.top_n_share", _DAILY),
    "cn_platform_share": (
        "Chinese share of all tokens, revealed previews with their developer",
        "market_share.platform_share",
        _TOTALS,
    ),
    "latest_cn_top_n_share": (
        essay_window.LABELS["cn_top_n_share"],
        "market_share.top_n_share",
        _DAILY,
    ),
    "latest_cn_platform_share": (
        "Chinese share of all tokens, revealed previews with their developer",
        "market_share.platform_share",
        _TOTALS,
    ),
    "cn_identified_share": (
        "Chinese share of all tokens of known origin",
        "market_share.identified_share",
        _TOTALS,
    ),
    "us_platform_share": ("US share of all tokens", "market_share.platform_share", _TOTALS),
    "cn_free_share": (
        "Part of all Chinese tokens that went to free models",
        "market_share.free_share",
        _TOTALS,
    ),
    "essay_window_distance_ratio": (
        "Largest relative difference to the essay's numbers in the nearest window",
        "essay_window.window_distances",
        (*_DAILY, "claims"),
    ),
    "windows_no_larger_share": (
        "Windows of that length whose Chinese share is no larger than in the study window",
        "essay_window.percentile_share",
        _DAILY,
    ),
    "weeks_no_larger_share": (
        "Weekly charts whose Chinese share is no larger than in the study window",
        "essay_window.percentile_share",
        _WEEKLY,
    ),
    "cn_list_spend_share": (
        "Chinese share of the charted models' dollars at list price",
        "token_mix.unit_share",
        _MIX,
    ),
    "cn_request_share": (
        "Chinese share of the charted models' requests",
        "token_mix.unit_share",
        _MIX,
    ),
    "cn_output_token_share": (
        "Chinese share of the charted models' generated tokens",
        "token_mix.unit_share",
        _MIX,
    ),
    "cn_uncached_token_share": (
        "Chinese share of the charted models' tokens without cache reads",
        "token_mix.unit_share",
        _MIX,
    ),
    "cn_generated_share": (
        "Part of the charted Chinese tokens that was generated",
        "token_mix.part_shares",
        _MIX,
    ),
    "cn_cache_read_share": (
        "Part of the charted Chinese tokens that was read from a cache",
        "token_mix.part_shares",
        _MIX,
    ),
    "gemini_flash_request_tokens": (
        "Tokens per request, Gemini 2.5 Flash",
        "token_mix.per_request",
        _MIX,
    ),
    "grok_fast_request_tokens": (
        "Tokens per request, Grok 4.1 Fast",
        "token_mix.per_request",
        _MIX,
    ),
    "m25_reply_s": (
        "Seconds to write the mean reply, MiniMax M2.5",
        "token_mix.reply_s",
        (*_MIX, "assumptions"),
    ),
    "gemini_flash_reply_s": (
        "Seconds to write the mean reply, Gemini 2.5 Flash",
        "token_mix.reply_s",
        (*_MIX, "assumptions"),
    ),
    "leader_spell_length_ratio": (
        "Mean weeks at rank one, spells begun in 2026 over those of 2025",
        "leaderboard.spell_length_ratio",
        _WEEKLY,
    ),
    "leader_count": ("Models that led a weekly chart", "leaderboard.spells", _WEEKLY),
    "chart_turnover_share": (
        "Mean part of a weekly chart that is new",
        "leaderboard.turnover",
        _WEEKLY,
    ),
    "m25_tokens_after_peak_ratio": (
        "Tokens of MiniMax M2.5, week from 6 Apr over week from 16 Feb 2026",
        "leaderboard.tokens_after_peak_ratio",
        _WEEKLY,
    ),
    "cn_leaderboard_company_count": (
        "Chinese companies ever in a weekly list",
        "leaderboard.company_count",
        (*_WEEKLY, "model_authors"),
    ),
    "cn_author_company_count": (
        "Chinese companies among all developers seen",
        "leaderboard.author_company_count",
        ("model_authors",),
    ),
    "named_city_token_share": (
        "Chinese leaderboard tokens from developers in Hangzhou, Beijing or Shanghai",
        "origin_places.city_share",
        _DAILY,
    ),
    "latest_named_city_token_share": (
        "Chinese leaderboard tokens from developers in those cities, latest days",
        "origin_places.city_share",
        _DAILY,
    ),
    "china_datacentre_declared_share": (
        "Chinese leaderboard tokens whose developer declares a data centre in China",
        "origin_places.datacentre_shares",
        (*_DAILY, "providers"),
    ),
    "china_datacentre_possible_share": (
        "Chinese leaderboard tokens whose developer may have a data centre in China",
        "origin_places.datacentre_shares",
        (*_DAILY, "providers"),
    ),
    "stated_tokens_share": (
        "The essay's Chinese total over its total of the list",
        "",
        ("claims",),
    ),
    "elapsed_since_cable_years": ("Year of the essay less year of the cable", "", ("claims",)),
    "enterprise_other_vendor_share": (
        "Company spending outside the three largest US vendors (upper bound)",
        "",
        ("claim_evidence",),
    ),
    "openrouter_world_token_share": (
        "Part of the world's tokens on the platform",
        "",
        ("claim_evidence",),
    ),
}

RECORDED: dict[str, tuple[str, str, tuple[str, ...]]] = _OWN | {
    name: about
    for module in (
        app_chart,
        concentration_chart,
        launch_chart,
        leader_record,
        leave_one_out_chart,
        press_chart,
        serving_record,
        tokenizer_chart,
        totals_chart,
        units_chart,
        world_chart,
    )
    for name, about in module.RECORDED.items()
}
"""Label, formula and tables of every quantity, those of the single analyses included."""


def record(
    found: Results,
    values: Mapping[str, Interval | float | None],
    headline: tuple[str, ...] = (),
    period: str = "",
) -> list[str]:
    """Record quantities under their names and hand back those that are not known.

    Parameters
    ----------
    found
        Results of the notebook.
    values
        Name to value; None where the tables do not reach far enough.
    headline
        Names shown among the key numbers.
    period
        Added to every label.
    """
    for name, value in values.items():
        if value is not None:
            label, formula, tables = _about(name)
            text = f"{label}, {period}" if period else label
            found.add(name, value, text, formula=formula, tables=tables, headline=name in headline)
    return [_about(name)[0] for name, value in values.items() if value is None]


def _about(name: str) -> tuple[str, str, tuple[str, ...]]:
    if name in RECORDED:
        return RECORDED[name]
    label = next(label for end, label in essay_window.LABELS.items() if name.endswith(end))
    return label, "essay_window.measure_windows", _DAILY


def arithmetic(claims: pd.DataFrame) -> dict[str, Interval | float | None]:
    """What follows from the essay's own statements alone.

    Parameters
    ----------
    claims
        Table ``claims``.
    """
    stated = claims.set_index("claim_id")["stated_value"]
    essay_year = claims.set_index("claim_id")["public_since"]["elapsed_160_years"].year
    return {
        "stated_tokens_share": float(stated["china_tokens_5_3t"] / stated["top10_total_8_7t"]),
        "elapsed_since_cable_years": float(essay_year - stated["cable_1858_laid"]),
    }


def quoted(evidence: pd.DataFrame) -> dict[str, Interval | float | None]:
    """Published shares that the bases quote; an upper bound has no share as its low end."""
    value = evidence.set_index("evidence_id")["value"]
    vendors = value.get("devtools_not_enterprise_e03")
    return {
        "enterprise_other_vendor_share": (
            None if vendors is None else uncertainty.bounds(vendors, 0.0, vendors)
        ),
        "openrouter_world_token_share": value.get("dominating_global_dev_market_e01"),
    }
