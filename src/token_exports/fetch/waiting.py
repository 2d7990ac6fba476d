"""How long to wait before the next try."""

import datetime as dt
from email.utils import parsedate_to_datetime
from typing import Any

import tenacity

from token_exports.fetch.contract import FetchError

LONGEST_WISH_S = 120.0
_BACKOFF = tenacity.wait_exponential_jitter(initial=1.0, max=30.0, jitter=1.0)


def wish_s(header: str, now: dt.datetime) -> float | None:
    """Seconds that a ``Retry-After`` header asks for: a number, or a date; None without one.

    Raises
    ------
    FetchError
        It asks for longer than anyone would wait.
    """
    seconds = _seconds(header.strip(), now)
    if seconds is not None and seconds > LONGEST_WISH_S:
        raise FetchError(f"asks to wait {seconds:.0f} s: try again later")
    return seconds


def _seconds(header: str, now: dt.datetime) -> float | None:
    if header.isascii() and header.isdigit():
        return float(header[:9])
    try:
        moment = parsedate_to_datetime(header)
    except (TypeError, ValueError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=dt.UTC)
    return max(0.0, (moment - now).total_seconds())


def wish_or_backoff(state: Any) -> float:
    """What the publisher asks for, or twice as long as before and some chance."""
    wish = getattr(state.outcome.exception(), "wait_s", None)
    return float(_BACKOFF(state)) if wish is None else float(wish)
