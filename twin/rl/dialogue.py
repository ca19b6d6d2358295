"""Turns a function that asks into one that is asked: the twin asks from within, an environment is stepped from without.

The asking function has a thread of its own, and hands over: whoever asks waits for the answer, whoever answers waits
for the next question. One of both works at a time, so there is nothing that chance could order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from queue import SimpleQueue
from threading import Thread
from typing import Any, Final, Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")
Result = TypeVar("Result")


class AbandonedError(BaseException):
    """Nobody will answer any more; no Exception, so that nobody on the way takes it for one of a policy's."""


@dataclass(frozen=True, slots=True)
class Asked(Generic[Question]):
    """A question that waits for an answer."""

    question: Question


@dataclass(frozen=True, slots=True)
class Ended(Generic[Result]):
    """What the function has returned."""

    result: Result


@dataclass(frozen=True, slots=True)
class _Failed:
    error: BaseException


_STOP: Final = object()


class Dialogue(Generic[Question, Answer, Result]):
    """A function that asks, step by step.

    Parameters
    ----------
    body
        Gets a function that takes a question and returns its answer.
    """

    def __init__(self, body: Callable[[Callable[[Question], Answer]], Result]) -> None:
        self._body = body
        self._to_caller: SimpleQueue[Any] = SimpleQueue()
        self._to_body: SimpleQueue[Any] = SimpleQueue()
        self._thread = Thread(target=self._live, daemon=True, name="asking")
        self._waits = False

    def begin(self) -> Asked[Question] | Ended[Result]:
        """Run up to the first question, or to the end."""
        self._thread.start()
        return self._next()

    def answer(self, answer: Answer) -> Asked[Question] | Ended[Result]:
        """Answer the question that waits, and run up to the next, or to the end."""
        if not self._waits:
            raise RuntimeError("no question waits for an answer")
        self._to_body.put(answer)
        return self._next()

    def close(self) -> None:
        """End the function where it waits; nothing where it has ended."""
        if self._waits:
            self._waits = False
            self._to_body.put(_STOP)
            self._thread.join()

    def _next(self) -> Asked[Question] | Ended[Result]:
        told = self._to_caller.get()
        self._waits = isinstance(told, Asked)
        if isinstance(told, _Failed):
            raise told.error
        step: Asked[Question] | Ended[Result] = told
        return step

    def _ask(self, question: Question) -> Answer:
        self._to_caller.put(Asked(question))
        answer = self._to_body.get()
        if answer is _STOP:
            raise AbandonedError
        given: Answer = answer
        return given

    def _live(self) -> None:
        try:
            self._to_caller.put(Ended(self._body(self._ask)))
        except AbandonedError:
            return
        except BaseException as error:  # whoever steps is to hear of it
            self._to_caller.put(_Failed(error))
