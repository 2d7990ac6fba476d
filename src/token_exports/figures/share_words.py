"""Words for shares that hold whatever the number is.

A share of a closed total is said exactly; one that the data only bound is said by its two ends; one
that nothing bounds is said to be unknown.
"""

import re
from collections.abc import Sequence

import pandas as pd

from token_exports import formats
from token_exports.models import token_mix
from token_exports.models.headline import Basis
from token_exports.models.reader_view import WEIGHTS
from token_exports.models.selection import Selection
from token_exports.uncertainty import Interval

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_DATE = re.compile(r"-(20\d{6}|\d{4}|\d{2}-\d{2})(?=$|:)")


def percent(value: Interval | float | None) -> str:
    """A share, or the centre of one, as percent."""
    return formats.number(value.central if isinstance(value, Interval) else value, "share")


def times(value: Interval | float | None) -> str:
    """A ratio, or the centre of one, with its sign."""
    return formats.quantity(value.central if isinstance(value, Interval) else value, "ratio", 2)


def share(value: Interval | float | None) -> str:
    """A share in words that fit a sentence."""
    if value is None:
        return "an unknown part"
    if not isinstance(value, Interval) or value.low == value.high:
        return percent(value)
    ends = (formats.number(end, "share") for end in (value.low, value.high))
    return "between {} and {}".format(*ends)


def counted(left: Selection, origin_basis: str) -> str:
    """What is left out and how origin is read, to follow a period; empty for the whole count."""
    words = [left.words, "by base weights" if origin_basis == WEIGHTS else ""]
    return "".join(f", {each}" for each in words if each)


def of_what(basis: Basis) -> str:
    """What a share is taken of: unit and denominator."""
    unit = token_mix.UNIT_LABELS[basis.unit]
    if basis.denominator == "platform":
        return f"of all {unit}"
    return f"of {of_list(basis.n)} {unit}"


def of_list(n: int) -> str:
    """The models of a leaderboard, in the genitive."""
    return f"the {count(n)} largest models'" if n > 1 else "the largest model's"


def count(number: int) -> str:
    """Small counts as words."""
    return NUMBERS[number] if number < len(NUMBERS) else f"{number:,}"


def beside_headline(basis: Basis, top: Interval, whole: Interval, period: str) -> str:
    """The shares of tokens that the headline does not say already."""
    of_top, of_all = f"{share(top)} of {of_list(basis.n)} tokens", f"{percent(whole)} of all tokens"
    if basis.unit != "tokens":
        return f"Over {period} they took {of_top} and {of_all}"
    return f"Over the same days they took {of_all if basis.denominator == 'top_n' else of_top}"


def against(value: Interval | None, stated: float) -> str:
    """How a share stands to a stated one."""
    if value is None:
        return "not to be compared with"
    if value.low > stated:
        return "above"
    if value.high < stated:
        return "below"
    return "on either side of" if value.low < value.high else "equal to"


def model_name(slug: str) -> str:
    """Model without developer and date, as a label has room for."""
    return _DATE.sub("", slug.split("/")[-1])


def span_of_units(table: pd.DataFrame) -> str:
    """Smallest and largest Chinese share of the chart over all units.

    Parameters
    ----------
    table
        From `token_mix.share_table`.
    """
    chart = table[(table["origin"] == "cn") & (table["denominator"] == "top_n")]
    ordered = chart.sort_values("central_share")
    low, high = (
        f"{percent(float(row['central_share']))} of {row['unit_label']}"
        for row in (ordered.iloc[0], ordered.iloc[-1])
    )
    return f"{low}, {high}"


def gaps(unknown: Sequence[str]) -> str:
    """Sentence that names what the rows of the run could not give."""
    return f" Not known from these rows: {'; '.join(unknown)}." if unknown else ""
