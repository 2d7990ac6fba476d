"""The share as a reader asked for it: models, origins and days counted, in any unit.

Every choice holds alone and with the others. What is left out leaves before the leaderboard is
made, so the next model moves up; the origin of a listed model by its base weights moves its tokens
in the platform's totals as well, while models that are not listed stay with their developer.

Left out on purpose: the quantities that claims rest on, which keep their definition
(`claimed_values`), and the search for the essay's window, which uses its own reading.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from token_exports.models import essay_window, headline, market_share, selection, token_mix
from token_exports.models.claimed_values import Rows
from token_exports.models.headline import Basis
from token_exports.models.market_share import BY_SLUG, RESOLVED, UNKNOWN
from token_exports.models.selection import Selection, Usage
from token_exports.models.windows import Window
from token_exports.uncertainty import Interval

WEIGHTS = "weights"
COLUMNS = {BY_SLUG: "origin_by_slug", RESOLVED: "origin_resolved"}
"""Column of the daily totals that holds the origin by each rule for previews."""


def moved_totals(
    totals: pd.DataFrame,
    daily: pd.DataFrame,
    before: Mapping[str, pd.Series],
    after: Mapping[str, pd.Series],
) -> pd.DataFrame:
    """Daily totals with the tokens of listed models booked from one origin to another.

    Parameters
    ----------
    totals
        Table ``openrouter_totals_daily``.
    daily
        Table ``openrouter_tokens_daily``.
    before, after
        By rule for previews: origin by model as in ``totals``, and as it is to be.

    Returns
    -------
    DataFrame
        ``totals`` with a negative and a positive row for each model and day that moves.
    """
    models = daily["model_permaslug"]
    changes = pd.concat([models.map(after[r]) != models.map(before[r]) for r in COLUMNS], axis=1)
    moving = daily[changes.any(axis=1)]
    slugs = moving["model_permaslug"]
    free = slugs.map(selection.is_free).astype("boolean")
    booked = [totals]
    for origin, sign in ((before, -1), (after, 1)):
        columns = {column: slugs.map(origin[rule]) for rule, column in COLUMNS.items()}
        tokens = sign * moving["tokens"]
        booked.append(
            pd.DataFrame({"date": moving["date"], **columns, "free": free}).assign(
                named=True, tokens=tokens
            )
        )
    return pd.concat(booked, ignore_index=True) if len(moving) else totals


@dataclass(frozen=True)
class View:
    """Tables, and what a reader chose to count in them.

    Parameters
    ----------
    rows
        Tables of the usage part.
    models
        Table ``openrouter_models``.
    chosen
        What is left out.
    basis
        Unit, denominator and length of the list.
    rules
        Rule for previews, and origin by ``author`` or ``weights``.
    """

    rows: Rows
    models: pd.DataFrame
    chosen: Selection
    basis: Basis
    rules: tuple[str, str]

    def _origins(self, rule: str) -> pd.Series:
        by_author = self.rows.origins(rule)
        if self.rules[1] != WEIGHTS:
            return by_author
        weights = selection.by_weights(by_author, self.models)
        return weights.where(by_author != UNKNOWN, UNKNOWN)  # a preview stays one

    @cached_property
    def origin(self) -> pd.Series:
        """Origin of every model."""
        return self._origins(self.rules[0])

    @cached_property
    def daily(self) -> pd.DataFrame:
        """Daily rows that remain."""
        return selection.daily(self.rows.daily, self.models, self.chosen)

    @cached_property
    def totals(self) -> pd.DataFrame:
        """Daily totals, listed models at the origin that the reader gives them."""
        if self.rules[1] != WEIGHTS:
            return self.rows.totals
        before = {rule: self.rows.origins(rule) for rule in market_share.RULES}
        after = {rule: self._origins(rule) for rule in market_share.RULES}
        return moved_totals(self.rows.totals, self.rows.daily, before, after)

    @cached_property
    def _usage(self) -> Usage:
        by_slug, resolved = (self._origins(rule) for rule in market_share.RULES)
        return Usage(self.rows.daily, self.totals, self.models, by_slug, resolved)

    def board(self, window: Window) -> pd.DataFrame:
        """Leaderboard of what remains."""
        return market_share.leaderboard(
            self.daily, self.origin, window, self.basis.n, listed=self.rows.daily
        )

    def platform_share(self, window: Window) -> Interval:
        """Chinese share of all remaining tokens."""
        return selection.platform_share(self._usage, window, self.chosen, "cn", self.rules[0])

    def measure(self, windows: list[Window]) -> pd.DataFrame:
        """The essay's quantities in each window, of what remains."""
        platform = essay_window.platform_by_day(self.totals, self.rules[0])
        found = essay_window.measure_windows(
            self.daily, platform, self.origin, windows, self.basis.n
        )
        if not self.chosen.everything:
            shares = [self.platform_share(window) for window in windows]
            for column, end in (("least", "low"), ("platform", "central"), ("most", "high")):
                found[f"cn_{column}_share"] = [getattr(share, end) for share in shares]
        return found

    def parts(self, week_end: dt.date) -> pd.DataFrame:
        """Charted models of the mix week that remain, with their parts."""
        every = token_mix.week_parts(self.rows.mix, self.origin, week_end)
        kept = selection.week(every, self.models, self.chosen, week_end)
        return kept.reset_index(drop=True)

    def week_tokens(self, week_end: dt.date) -> pd.Series | None:
        """All tokens of the mix week by origin; None where not known, or models are left out."""
        if not self.chosen.everything:
            return None
        return headline.week_tokens(self.totals, week_end, self.rules[0])

    def share(self, window: Window, week_end: dt.date) -> Interval | None:
        """The one share asked for; None where nothing published bounds it."""
        top = market_share.top_n_share(self.board(window), "cn")
        parts = self.parts(week_end)
        basis = self.basis
        if not self.chosen.everything:  # a chart that lost models cannot be filled up from below
            basis = Basis(basis.unit, basis.denominator, min(basis.n, len(parts)))
        shares = {"top_n": top, "platform": self.platform_share(window)}
        return headline.cn_share(basis, shares, parts, self.week_tokens(week_end))
