"""The chart's share in five units, week after week, and what is left of a count of tokens.

    share in a unit = what an origin's charted models have of it / what all charted models have
    drop            = share of tokens - share in another unit, of the same week
    counted tokens  - cache reads - fresh prompt = generated tokens

Only weeks whose parts add up to the published tokens are used. Dollars carry the bounds of
`token_mix`: a week counts as lower in dollars only if its upper bound is below the share of tokens.

Left out on purpose: weeks that do not add up (they are counted, not mended), and models that the
chart of a week lacks.
"""

import datetime as dt

import pandas as pd

from token_exports.models import token_mix
from token_exports.models.market_share import UNKNOWN
from token_exports.models.windows import WindowError, when_known

ORIGINS = ("cn", "us")
REFERENCE = "tokens"
UNIT_NAMES = {
    "computed_tokens": "computed",
    "output_tokens": "output",
    "requests": "request",
    "list_spend_usd": "list_spend",
}
"""Units other than tokens, as the names of results have them."""


def whole_weeks(mix: pd.DataFrame) -> list[dt.date]:
    """Last days of the weeks whose parts add up to the published tokens."""
    whole = mix.groupby("period_end")["split_matches_total"].all()
    return [pd.Timestamp(end).date() for end in whole.index[whole.astype(bool)]]


def left_out_count(mix: pd.DataFrame) -> int:
    """Weeks that have rows but do not add up."""
    return int(mix["period_end"].nunique()) - len(whole_weeks(mix))


def unit_shares(mix: pd.DataFrame, origin: pd.Series, n: int) -> pd.DataFrame:
    """Share of China and the United States in every unit, for every whole week.

    Parameters
    ----------
    mix
        Table ``openrouter_token_mix``.
    origin
        Origin by model.
    n
        Models of the leaderboard; where a week charts fewer, that many.

    Returns
    -------
    DataFrame
        ``period_end``, ``charted_count``, ``origin``, ``unit``, ``unit_label``,
        ``central_share``, ``low_share``, ``high_share``; a unit of which the week has nothing is
        left out.
    """
    rows = []
    for end in whole_weeks(mix):
        parts = token_mix.week_parts(mix, origin, end)
        listed = min(n, len(parts))
        for code in ORIGINS:
            for unit, label in token_mix.UNIT_LABELS.items():
                share = when_known(token_mix.unit_share, parts, unit, code, listed)
                if share is not None:
                    ends = (share.central, share.low, share.high)
                    rows.append((pd.Timestamp(end), listed, code, unit, label, *ends))
    names = ["period_end", "charted_count", "origin", "unit", "unit_label"]
    return pd.DataFrame(rows, columns=[*names, "central_share", "low_share", "high_share"])


def unit_drops(shares: pd.DataFrame, origin: str) -> pd.DataFrame:
    """How often and how far an origin's share falls when something else is counted.

    Weeks in which the origin has no tokens are not compared: nothing can fall.

    Parameters
    ----------
    shares
        From `unit_shares`.
    origin
        Whose share.

    Returns
    -------
    DataFrame
        ``unit``, ``unit_label``, ``compared_weeks``, ``lower_weeks``, ``open_weeks`` (bounds on
        both sides of the share of tokens), ``median_drop_share``, ``least_drop_share``,
        ``largest_drop_share``. A unit that no week compares is left out.
    """
    own = shares[shares["origin"] == origin].set_index("period_end")
    of_tokens = own.loc[own["unit"] == REFERENCE, "central_share"]
    of_tokens = of_tokens[of_tokens > 0]
    rows = []
    for unit in UNIT_NAMES:
        other = own[(own["unit"] == unit) & own.index.isin(of_tokens.index)]
        if other.empty:
            continue
        tokens = of_tokens[other.index]
        drop = tokens - other["central_share"]
        lower = other["high_share"] < tokens
        between = ~lower & (other["low_share"] < tokens)
        weeks = (len(other), int(lower.sum()), int(between.sum()))
        spread = (float(drop.median()), float(drop.min()), float(drop.max()))
        rows.append((unit, token_mix.UNIT_LABELS[unit], *weeks, *spread))
    names = ["unit", "unit_label", "compared_weeks", "lower_weeks", "open_weeks"]
    drops = ["median_drop_share", "least_drop_share", "largest_drop_share"]
    return pd.DataFrame(rows, columns=[*names, *drops])


def drop_values(mix: pd.DataFrame, origin: pd.Series, n: int) -> dict[str, float | None]:
    """Part of the weeks with a lower Chinese share in each unit, and the median drop.

    Parameters as in `unit_shares`.
    """
    shares = unit_shares(mix, origin, n)
    drops = unit_drops(shares, "cn")
    values: dict[str, float | None] = {
        "whole_mix_weeks": float(len(whole_weeks(mix))),
        "uneven_mix_weeks": float(left_out_count(mix)),
    }
    for unit, name in UNIT_NAMES.items():
        lower, drop = f"lower_{name}_weeks_share", f"median_{name}_drop_share"
        row = drops[drops["unit"] == unit]
        lower_share = row["lower_weeks"] / row["compared_weeks"]
        values[lower] = None if row.empty else float(lower_share.iloc[0])
        values[drop] = None if row.empty else float(row["median_drop_share"].iloc[0])
    return values


def token_ledger(mix: pd.DataFrame, origin: pd.Series, week_end: dt.date) -> pd.DataFrame:
    """From counted to generated tokens, for China and the United States.

    Parameters
    ----------
    mix
        Table ``openrouter_token_mix``.
    origin
        Origin by model.
    week_end
        Sunday that closes the week.

    Returns
    -------
    DataFrame
        ``origin``, ``step`` (``counted``, ``cache_read``, ``fresh_prompt``, ``generated``,
        ``reasoning``), ``tokens``, ``token_share`` of the counted ones, ``left_share`` (what is
        left after the step, where its bar begins). ``reasoning`` is a part of ``generated`` and is
        left out unless every model of the origin reports it; an origin without tokens is left out.

    Raises
    ------
    WindowError
        No mix of that week, or one whose parts do not add up to the published tokens.
    """
    parts = token_mix.week_parts(mix, origin, week_end)
    week = token_mix.whole_week(mix, week_end)
    codes = week["model_slug"].map(origin).fillna(UNKNOWN)
    rows: list[tuple[str, str, float, float, float]] = []
    for code in ORIGINS:
        own = parts[parts["origin"] == code]
        counted = float(own["tokens"].sum())
        if counted == 0:
            continue
        cached, fresh, made = (float(own[part].sum()) for part in token_mix.PARTS)
        steps = [("counted", counted, 0.0), ("cache_read", cached, fresh + made)]
        steps += [("fresh_prompt", fresh, made), ("generated", made, 0.0)]
        reasoning = week.loc[codes == code, "reasoning_tokens"]
        if reasoning.notna().all():
            steps.append(("reasoning", float(reasoning.sum()), 0.0))
        rows += [(code, step, t, t / counted, left / counted) for step, t, left in steps]
    if not rows:
        raise WindowError(f"no tokens of {' or '.join(ORIGINS)} in the week to {week_end}")
    return pd.DataFrame(rows, columns=["origin", "step", "tokens", "token_share", "left_share"])
