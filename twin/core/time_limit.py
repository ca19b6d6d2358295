"""Stops a policy that does not return."""

from __future__ import annotations

import ctypes
import signal
import threading
import time
import weakref
from collections.abc import Callable
from types import FrameType
from typing import Final, Protocol, TypeVar

Answer = TypeVar("Answer")


REPEAT_S: Final = 1.0
"""A function that goes on after the interruption is interrupted again this often."""


class TimeLimitError(BaseException):
    """The call did not return in time; no Exception, so that ``except Exception`` in a policy does not swallow it."""


class TimeLimit(Protocol):
    """Calls a function and raises TimeLimitError when it takes too long."""

    def __call__(self, function: Callable[[], Answer]) -> Answer:
        """Return ``function()``."""


class SignalLimit:
    """Uses the alarm signal: interrupts also what sleeps or waits. Main thread of a Unix process only."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        signal.signal(signal.SIGALRM, self._ring)

    @staticmethod
    def _ring(number: int, frame: FrameType | None) -> None:
        raise TimeLimitError

    def __call__(self, function: Callable[[], Answer]) -> Answer:
        """Return ``function()``; raises TimeLimitError after ``limit_s`` seconds."""
        signal.setitimer(signal.ITIMER_REAL, self.limit_s, REPEAT_S)
        try:
            return function()
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)


class WatchLimit:
    """Uses a watching thread, where there is no alarm signal: interrupts Python code, not a call that blocks in C."""

    def __init__(self, limit_s: float) -> None:
        self.limit_s = limit_s
        self._deadline: tuple[int, float] | None = None
        self._lock = threading.Lock()
        watch = (weakref.ref(self), min(0.25, limit_s / 4))
        threading.Thread(target=_watch, args=watch, daemon=True, name="policy time limit").start()

    def interrupt_if_late(self) -> None:
        """Raise TimeLimitError in the thread that has gone beyond its deadline."""
        with self._lock:
            if self._deadline and time.monotonic() > self._deadline[1]:
                thread = ctypes.c_ulong(self._deadline[0])
                ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TimeLimitError))
                self._deadline = (self._deadline[0], time.monotonic() + REPEAT_S)

    def __call__(self, function: Callable[[], Answer]) -> Answer:
        """Return ``function()``; raises TimeLimitError some time after ``limit_s`` seconds."""
        with self._lock:
            self._deadline = (threading.get_ident(), time.monotonic() + self.limit_s)
        try:
            return function()
        finally:
            with self._lock:
                self._deadline = None


def _watch(of: weakref.ref[WatchLimit], every_s: float) -> None:
    """Look after a limit for as long as somebody uses it."""
    while (limit := of()) is not None:
        limit.interrupt_if_late()
        del limit
        time.sleep(every_s)


def time_limit(limit_s: float) -> TimeLimit:
    """Return the best time limit that this thread and platform offer."""
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return SignalLimit(limit_s)
    return WatchLimit(limit_s)
