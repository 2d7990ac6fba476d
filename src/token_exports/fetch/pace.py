"""Wait as long as a publisher's limit of requests asks for."""

import time
from collections import deque
from collections.abc import Callable

from token_exports.fetch.contract import Pace


class Pacer:
    """Lets at most so many requests of one publisher start in any period.

    Parameters
    ----------
    pace
        Requests per period.
    clock, sleep
        Seconds now, and waiting for some; tests bring their own.
    """

    def __init__(
        self,
        pace: Pace,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._pace, self._clock, self._sleep = pace, clock, sleep
        self._started: deque[float] = deque(maxlen=pace.requests_count)

    def wait(self) -> None:
        """Return when one more request may start, and count it."""
        if len(self._started) == self._pace.requests_count:
            rest = self._started[0] + self._pace.period_s - self._clock()
            if rest > 0:
                self._sleep(rest)
        self._started.append(self._clock())
