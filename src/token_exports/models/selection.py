"""Shares without what a reader leaves out: models free of charge, models just launched.

    age [days]        = day - day of the launch
    remaining tokens  = tokens of models that are neither free nor too young on that day
    platform share    = remaining tokens of an origin / all remaining tokens

The day of a launch is the one of the table of models, or the model's first row if that is earlier;
a first row only shows that the model is at least so old. Where neither is known the age is unknown,
and a model of unknown age leaves as soon as an age is asked for: what stays is known to be old.

Bounds of the platform share. Free models are known exactly among the named ones, whatever their
rank. The age of a model is known only where the daily rows list it: of the named models that they
do not list, each origin may keep everything or nothing. Models that the source does not name may be
left out or not, and belong to nobody or to the origin asked for. The centre leaves out only what is
known to be free or young.

Left out on purpose: paid slugs at a promotional price, and the days between the making of a model's
weights, which a slug may date, and its arrival on the platform.
"""

import datetime as dt
from dataclasses import dataclass

import pandas as pd

from token_exports.models import market_share, windows
from token_exports.models.market_share import BY_SLUG, RESOLVED, UNKNOWN, author_of
from token_exports.models.windows import Window, WindowError
from token_exports.uncertainty import Interval, bounds

FREE_VARIANT = ":free"
PREVIEW_AUTHORS = ("openrouter", "stealth")


@dataclass(frozen=True)
class Selection:
    """What a reader leaves out of a count."""

    include_free: bool = True
    min_age_days: int = 0

    @property
    def everything(self) -> bool:
        """Whether nothing is left out."""
        return self.include_free and self.min_age_days <= 0

    @property
    def words(self) -> str:
        """What is left out, in words; empty if nothing is."""
        left = [] if self.include_free else ["free models"]
        if self.min_age_days > 0:
            unit = "day" if self.min_age_days == 1 else "days"
            left.append(f"models younger than {self.min_age_days} {unit}")
        return f"without {' and '.join(left)}" if left else ""


@dataclass(frozen=True)
class Usage:
    """Tables that a platform share after exclusions needs, with the origin by each rule.

    Parameters
    ----------
    daily
        Table ``openrouter_tokens_daily``.
    totals
        Table ``openrouter_totals_daily``.
    models
        Table ``openrouter_models``.
    by_slug, resolved
        Origin by model, from `market_share.origins` by each of its rules.
    """

    daily: pd.DataFrame
    totals: pd.DataFrame
    models: pd.DataFrame
    by_slug: pd.Series
    resolved: pd.Series

    def origin(self, rule: str) -> pd.Series:
        """Origin by model."""
        return self.resolved if rule == RESOLVED else self.by_slug

    def listed(self, window: Window) -> pd.DataFrame:
        """Daily rows of a window.

        Raises
        ------
        WindowError
            A day of the window has no rows.
        """
        windows.require(window, self.daily["date"])
        return self.daily[self.daily["date"].isin(window.days)]


def is_free(model: str) -> bool:
    """Whether the slug is that of a free variant or of an anonymous preview."""
    return model.endswith(FREE_VARIANT) or author_of(model) in PREVIEW_AUTHORS


def daily(daily: pd.DataFrame, models: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Daily rows that remain.

    Parameters
    ----------
    daily
        Table ``openrouter_tokens_daily``, all of it: a model's first row may date its launch.
    models
        Table ``openrouter_models``.
    selection
        What to leave out.
    """
    first = daily.groupby("model_permaslug")["date"].min()
    launched = pd.concat([_launches(models), first], axis="columns").min(axis="columns")
    return daily[_stays(daily["model_permaslug"], daily["date"], launched, selection)]


def week(
    parts: pd.DataFrame, models: pd.DataFrame, selection: Selection, week_end: dt.date
) -> pd.DataFrame:
    """Rows of a week that remain, each model by its age on the last day.

    Parameters
    ----------
    parts
        One row per ``model_slug``, such as those of `token_mix.week_parts`.
    models
        Table ``openrouter_models``.
    selection
        What to leave out.
    week_end
        Last day of the week.
    """
    day = pd.Series(pd.Timestamp(week_end), index=parts.index)
    return parts[_stays(parts["model_slug"], day, _launches(models), selection)]


def weekly(lists: pd.DataFrame, models: pd.DataFrame, selection: Selection) -> pd.DataFrame:
    """Rows of weekly lists that remain, each model by its age on the last day of the week.

    Parameters
    ----------
    lists
        One row per ``period_end`` and ``model_slug``.
    models
        Table ``openrouter_models``.
    selection
        What to leave out.
    """
    return lists[_stays(lists["model_slug"], lists["period_end"], _launches(models), selection)]


def _launches(models: pd.DataFrame) -> pd.Series:
    return models.set_index("model_slug")["launched_on"]


def _stays(
    slugs: pd.Series, days: pd.Series, launched: pd.Series, selection: Selection
) -> pd.Series:
    stays = pd.Series(True, index=slugs.index)
    if not selection.include_free:
        stays &= ~slugs.map(is_free).astype(bool)
    if selection.min_age_days > 0:
        age = pd.to_datetime(days) - pd.to_datetime(slugs.map(launched))
        stays &= age >= pd.Timedelta(days=selection.min_age_days)  # an unknown age is not enough
    return stays


def platform_share(
    usage: Usage, window: Window, selection: Selection, origin: str, rule: str
) -> Interval:
    """Share of an origin in all remaining tokens of the platform.

    It equals `market_share.platform_share` if nothing is left out.

    Raises
    ------
    WindowError
        A day of the window has no rows, or no token is left.
    """
    rules = (rule, BY_SLUG, RESOLVED)
    chosen, least, most = (remaining(usage, window, selection, each) for each in rules)
    if chosen.to_numpy().sum() == 0:
        raise WindowError(f"window {window.label}: no token is left {selection.words}")
    central = _part(chosen, [origin], ("certain", "open"), ("certain", "open"))
    low = _part(least, [origin], ("certain",), ("certain", "open"))
    high = _part(most, [origin, UNKNOWN], ("certain", "open"), ("certain",))
    if origin == UNKNOWN:
        low = min(low, _part(most, [origin], ("certain",), ("certain", "open")))
        high = max(high, _part(least, [origin], ("certain", "open"), ("certain",)))
    return bounds(central, min(low, central), max(high, central))


def _part(
    tokens: pd.DataFrame, origins: list[str], own: tuple[str, ...], others: tuple[str, ...]
) -> float:
    inside = tokens.index.isin(origins)
    mine = float(tokens.loc[inside, list(own)].to_numpy().sum())
    rest = float(tokens.loc[~inside, list(others)].to_numpy().sum())
    return mine / (mine + rest) if mine + rest else 0.0


def remaining(usage: Usage, window: Window, selection: Selection, rule: str) -> pd.DataFrame:
    """Tokens of each origin that remain, and those that may have to leave as well.

    Returns
    -------
    DataFrame
        By origin: ``certain`` (they stay) and ``open`` (free or young for all we know).

    Raises
    ------
    WindowError
        A day of the window has no rows.
    """
    every = market_share.tokens_by_origin(usage.totals, window, rule)
    if selection.everything:
        return pd.DataFrame({"certain": every, "open": 0.0 * every}).astype(float)
    named, unnamed = _named(usage.totals, window, selection, rule)
    kept, unlisted = named, 0.0 * named
    if selection.min_age_days > 0:
        kept, listed = _listed(usage, window, selection, rule)
        unlisted = named.sub(listed, fill_value=0).clip(lower=0)
    nobody = pd.Series({UNKNOWN: unnamed}) if unnamed else pd.Series(dtype=float)
    either = unlisted.add(nobody, fill_value=0)
    return pd.DataFrame({"certain": kept, "open": either}).astype(float).fillna(0.0)


def _named(
    totals: pd.DataFrame, window: Window, selection: Selection, rule: str
) -> tuple[pd.Series, float]:
    """Tokens of named models by origin, and those of models that the source does not name."""
    column = "origin_resolved" if rule == RESOLVED else "origin_by_slug"
    inside = totals[totals["date"].isin(window.days)]
    named = inside[inside["free"].notna()]
    if not selection.include_free:
        named = named[~named["free"].astype(bool)]
    unnamed = inside.loc[inside["free"].isna(), "tokens"].sum()
    return named.groupby(column)["tokens"].sum(), float(unnamed)


def _listed(
    usage: Usage, window: Window, selection: Selection, rule: str
) -> tuple[pd.Series, pd.Series]:
    """Listed tokens by origin that remain, and those of which the age had to be asked."""
    asked = daily(usage.listed(window), usage.models, Selection(selection.include_free))
    old = daily(usage.daily, usage.models, selection)
    kept = old[old["date"].isin(window.days)]
    origin = usage.origin(rule)
    by_origin = [
        rows.groupby(rows["model_permaslug"].map(origin).fillna(UNKNOWN))["tokens"].sum()
        for rows in (kept, asked)
    ]
    return by_origin[0], by_origin[1]


def by_weights(origin: pd.Series, models: pd.DataFrame) -> pd.Series:
    """Origin of each model by the lab whose base weights it is built on.

    Parameters
    ----------
    origin
        Origin by model, from `market_share.origins`.
    models
        Table ``openrouter_models``.

    Returns
    -------
    Series
        Origin by model. A model that the table does not know, or whose weights it calls unknown,
        keeps the origin given.
    """
    weights = models.set_index("model_slug")["weights_origin"]
    known = weights[weights != UNKNOWN].reindex(origin.index)
    return known.fillna(origin)
