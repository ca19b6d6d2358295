"""Stops a policy that does not return."""

from __future__ import annotations

import ctypes
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Protocol, TypeVar

Answer = TypeVar("Answer")


class TimeLimitError(Exception):
    """The call did not return in time."""


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
        signal.setitimer(signal.ITIMER_REAL, self.limit_s)
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
        threading.Thread(target=self._watch, daemon=True, name="policy time limit").start()

    def _watch(self) -> None:
        while True:
            time.sleep(min(0.25, self.limit_s / 4))
            with self._lock:
                if self._deadline and time.monotonic() > self._deadline[1]:
                    thread = ctypes.c_ulong(self._deadline[0])
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, ctypes.py_object(TimeLimitError))
                    self._deadline = None

    def __call__(self, function: Callable[[], Answer]) -> Answer:
        """Return ``function()``; raises TimeLimitError some time after ``limit_s`` seconds."""
        with self._lock:
            self._deadline = (threading.get_ident(), time.monotonic() + self.limit_s)
        try:
            return function()
        finally:
            with self._lock:
                self._deadline = None


def time_limit(limit_s: float) -> TimeLimit:
    """Return the best time limit that this thread and platform offer."""
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():
        return SignalLimit(limit_s)
    return WatchLimit(limit_s)
