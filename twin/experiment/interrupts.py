"""Ctrl-C that is not lost, wherever it strikes."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sys import UnraisableHookArgs


@contextmanager
def interrupts_kept() -> Iterator[Callable[[], None]]:
    """Remember Ctrl-C; hand over what raises KeyboardInterrupt if one has come and was lost.

    Python raises it in whatever runs at that moment. In a finaliser, or in a callback of a library that forgets
    errors, nobody would hear of it, and the run would go on. It is left to Python where this is no main thread, and
    where Ctrl-C does something else or nothing.
    """
    came: list[int] = []

    def interrupt(number: int, frame: Any) -> None:
        came.append(number)
        raise KeyboardInterrupt

    def raise_if_lost() -> None:
        if came:
            raise KeyboardInterrupt

    usual = threading.current_thread() is threading.main_thread() and (
        signal.getsignal(signal.SIGINT) is signal.default_int_handler
    )
    if not usual:
        yield raise_if_lost
        return
    report = sys.unraisablehook

    def report_others(lost: UnraisableHookArgs) -> None:
        if not (came and lost.exc_type is KeyboardInterrupt):
            report(lost)

    signal.signal(signal.SIGINT, interrupt)
    sys.unraisablehook = report_others
    try:
        yield raise_if_lost
    finally:
        sys.unraisablehook = report
        signal.signal(signal.SIGINT, signal.default_int_handler)
