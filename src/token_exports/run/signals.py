"""Requests to end, taken where nothing is half done.

A signal's handler runs wherever the main thread happens to be: raised in a destructor, what it
raises is printed and forgotten; raised while a part is written, the part is lost.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

ENDING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def held() -> Iterator[Callable[[], None]]:
    """Hold requests to end until the function given here is called, which then passes them on.

    A second one is passed on at once. Outside the main thread, which alone has handlers, nothing is
    held.
    """
    if threading.current_thread() is not threading.main_thread():
        yield lambda: None
        return
    before = {number: signal.getsignal(number) for number in ENDING}
    came: list[int] = []

    def hold(number: int, frame: Any) -> None:
        came.append(number)
        restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    def pass_on() -> None:
        while came:
            signal.raise_signal(came.pop())

    for number, handler in before.items():
        if callable(handler):
            signal.signal(number, hold)
    try:
        yield pass_on
    finally:
        restore()
    pass_on()
