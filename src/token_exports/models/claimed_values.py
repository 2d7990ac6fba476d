"""The quantities that claims about the share of tokens rest on, each under its recorded name.

They keep their definition whatever a reader explores: tokens, revealed previews with their
developer, the leaderboard as denominator unless the name says otherwise. Names without a week
follow the study window and the mix week; names of a calendar week follow
`essay_window.STATED_WINDOWS`. A quantity that the rows do not reach is None.

Left out on purpose: any choice of unit, denominator or stealth rule; `headline` holds those.
"""

import datetime as dt
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from token_exports.models import (
    essay_window,
    leaderboard,
    market_share,
    origin_places,
    token_mix,
    windows,
)
from token_exports.models.windows import Window, when_known
from token_exports.uncertainty import Interval

TABLES = (
    "openrouter_tokens_daily",
    "openrouter_totals_daily",
    "openrouter_tokens_weekly",
    "openrouter_token_mix",
    "model_authors",
    "stealth_models",
    "providers",
)
"""Tables of `Rows`, in the order of its fields."""

Values = dict[str, Interval | float | None]
M25_WEEKS = (dt.date(2026, 2, 16), dt.date(2026, 4, 6))
"""Mondays of the week in which M2.5 peaked and of the later one it is compared with."""
SPELL_YEARS = (2026, 2025)
CHAT_MODELS = {"gemini_flash": "google/gemini-2.5-flash", "grok_fast": "x-ai/grok-4.1-fast"}
UNIT_SHARES = {
    "cn_list_spend_share": "list_spend_usd",
    "cn_request_share": "requests",
    "cn_output_token_share": "output_tokens",
    "cn_uncached_token_share": "computed_tokens",
}


@dataclass(frozen=True)
class Rows:
    """The tables of the usage part, as loaded for one day of knowledge."""

    daily: pd.DataFrame
    totals: pd.DataFrame
    weekly: pd.DataFrame
    mix: pd.DataFrame
    authors: pd.DataFrame
    stealth: pd.DataFrame
    providers: pd.DataFrame

    def origins(self, rule: str) -> pd.Series:
        """Origin of every model in any of the tables."""
        return market_share.origins(self.models, self.authors, self.stealth, rule)

    @cached_property
    def models(self) -> list[str]:
        """Every model that a table lists."""
        parts = (self.daily["model_permaslug"], self.weekly["model_slug"], self.mix["model_slug"])
        return sorted(set().union(*parts))

    @cached_property
    def developers(self) -> pd.Series:
        """Developer of every model, revealed previews resolved."""
        return market_share.developers(self.models, self.stealth, "resolved")

    @cached_property
    def resolved(self) -> pd.Series:
        """Origin of every model, revealed previews resolved."""
        return self.origins("resolved")

    def board(self, window: Window, n: int) -> pd.DataFrame:
        """Leaderboard with revealed previews at their developer."""
        return market_share.leaderboard(self.daily, self.resolved, window, n)


def window_values(rows: Rows, window: Window, n: int) -> Values:
    """Shares and totals of one window.

    Raises
    ------
    WindowError
        A day of the window has no rows.
    """
    board = rows.board(window, n)
    platform = essay_window.platform_by_day(rows.totals, "resolved")
    row = essay_window.measure_windows(rows.daily, platform, rows.resolved, [window], n).iloc[0]
    values: Values = {name: float(row[name]) for name in essay_window.LABELS}
    shares: Values = {
        "cn_top_n_share": market_share.top_n_share(board, "cn"),
        "cn_platform_share": market_share.platform_share(rows.totals, window, "cn", "resolved"),
        "us_platform_share": market_share.platform_share(rows.totals, window, "us", "resolved"),
        "cn_identified_share": market_share.identified_share(rows.totals, window, "cn", "resolved"),
        "cn_free_share": when_known(market_share.free_share, rows.totals, window, "cn", "resolved"),
    }
    return values | shares


def stated_window_values(rows: Rows, n: int) -> dict[str, Values]:
    """The leaderboard's quantities in each calendar week that the bases name, by week in words."""
    found = {}
    for name, window in essay_window.stated_windows(rows.daily["date"]).items():
        values = window_values(rows, window, n)
        found[window.label] = {f"{name}_{q}": values[q] for q in essay_window.LABELS}
    return found


def latest_values(rows: Rows, n: int) -> tuple[str, Values]:
    """The Chinese share in the latest unbroken days, at most a week, and which days those are."""
    window = windows.latest_window(rows.daily["date"], 7)
    values = window_values(rows, window, n)
    kept = ("cn_top_n_share", "cn_platform_share")
    return window.label, {f"latest_{name}": values[name] for name in kept}


def mix_values(rows: Rows, week_end: dt.date) -> Values:
    """Chinese share of a week's chart in other units, and what its Chinese tokens are made of.

    Raises
    ------
    WindowError
        The token mix of that week is not known.
    """
    parts = token_mix.week_parts(rows.mix, rows.resolved, week_end)
    inside = when_known(token_mix.part_shares, parts, "cn") or {}
    shares: Values = {
        name: token_mix.unit_share(parts, unit, "cn", len(parts))
        for name, unit in UNIT_SHARES.items()
    }
    return shares | {
        "cn_generated_share": inside.get("output_share"),
        "cn_cache_read_share": inside.get("cache_read_share"),
    }


def request_values(
    rows: Rows, week_end: dt.date, tok_per_s_per_user: tuple[float, float, float]
) -> Values:
    """Tokens of a chat request and seconds of a reply, for the models that the bases name.

    Parameters
    ----------
    rows
        Tables.
    week_end
        Sunday that closes the mix week.
    tok_per_s_per_user
        Low, central and high token rate of one user.
    """
    parts = token_mix.week_parts(rows.mix, rows.resolved, week_end)
    asked = token_mix.per_request(parts).set_index("model_slug")
    values: Values = {
        f"{name}_request_tokens": _cell(asked, slug, "request_tokens")
        for name, slug in CHAT_MODELS.items()
    }
    slow, middle, fast = tok_per_s_per_user
    for name in ("m25", "gemini_flash"):
        slug = essay_window.M25 if name == "m25" else CHAT_MODELS[name]
        tokens = _cell(asked, slug, "reply_tokens")
        if tokens is None:
            values[f"{name}_reply_s"] = None
            continue
        central, low, high = (token_mix.reply_s(tokens, rate) for rate in (middle, fast, slow))
        values[f"{name}_reply_s"] = Interval(float(central), float(low), float(high))
    return values


def _cell(frame: pd.DataFrame, row: str, column: str) -> float | None:
    return float(frame[column][row]) if row in frame.index else None


def leader_values(rows: Rows) -> Values:
    """How long models lead the weekly charts and how fast the charts change."""
    lists = leaderboard.weekly_lists(rows.weekly, rows.resolved)
    spells = leaderboard.spells(lists)
    charts = lists[lists["rank"] <= leaderboard.LONGEST_CHART]
    return {
        "leader_spell_length_ratio": when_known(
            leaderboard.spell_length_ratio, spells, *SPELL_YEARS
        ),
        "leader_count": float(spells["model_slug"].nunique()),
        "chart_turnover_share": float(leaderboard.turnover(charts)["turnover_share"].mean()),
        "m25_tokens_after_peak_ratio": when_known(
            leaderboard.tokens_after_peak_ratio, lists, essay_window.M25, *M25_WEEKS
        ),
        "cn_leaderboard_company_count": leaderboard.company_count(lists, rows.authors, "cn"),
        "cn_author_company_count": leaderboard.author_company_count(rows.authors, "cn"),
    }


def place_values(rows: Rows, window: Window, n: int) -> Values:
    """Where the developers of the Chinese list sit and say that they compute."""
    board = rows.board(window, n)
    last = rows.board(windows.latest_window(rows.daily["date"], 7), n)
    served = when_known(
        origin_places.datacentre_shares,
        board,
        rows.developers,
        rows.authors,
        rows.providers,
        "CN",
    )
    seats = [
        when_known(origin_places.city_share, each, rows.developers, rows.authors)
        for each in (board, last)
    ]
    return {
        "china_datacentre_declared_share": served[0] if served else None,
        "china_datacentre_possible_share": served[1] if served else None,
        "named_city_token_share": seats[0],
        "latest_named_city_token_share": seats[1],
    }
