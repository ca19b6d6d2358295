"""The frozen answers of studies, and how they are kept as JSON beside their reports."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal, TypeVar

from twin.core.errors import ResultsError
from twin.core.kpis import Better
from twin.inference.estimates import Around

ANSWER: Final = "answer.json"
Word = Literal["better", "worse", "higher", "lower", "undecided", "same"]
Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Amount(Around):
    """A mean over days with half the width of its 95 % interval.

    Attributes
    ----------
    half_days, half_orders
        What of it is due to days that differ, and to orders of the parts that were sampled.
    single
        Whether it is of one day alone, which has no interval.
    """

    mean: float
    half: float
    half_days: float
    half_orders: float
    single: bool = False

    def word(self, better: Better) -> Word:
        """Say what is shown: nothing where the interval holds 0."""
        if self.mean == self.half == 0:
            return "same"
        if self.single or self.low <= 0 <= self.high:
            return "undecided"
        if better == "neither":
            return "higher" if self.mean > 0 else "lower"
        return "better" if (self.mean > 0) == (better == "higher") else "worse"


@dataclass(frozen=True, slots=True)
class Change:
    """How one connection or decision differs.

    Attributes
    ----------
    before, after
        The share of those who take part in a connection (0: off), or the name of a decision's rule.
    """

    key: str
    before: float | str
    after: float | str


@dataclass(frozen=True, slots=True)
class PartAnswered:
    """A part with all that changes in it."""

    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class KpiAttribution:
    """What each part brings to one KPI.

    Attributes
    ----------
    start, goal
        Means under the two brains.
    whole
        What all parts bring together: goal less start.
    parts
        What each brings; their means add up to that of the whole.
    together
        What each pair brings together beyond what each brings without the other (Shapley interaction index); None where
        orders were sampled.
    days
        Days on which every coalition had a value.
    """

    kpi: str
    unit: str
    better: Better
    start: float
    goal: float
    whole: Amount
    parts: tuple[Amount, ...]
    together: tuple[tuple[Amount, ...], ...] | None
    days: int


@dataclass(frozen=True, slots=True)
class Attribution:
    """The answer of an attribution.

    Attributes
    ----------
    left_out
        Headline KPIs that too few days have.
    coalitions
        How many brains lived, the two ends among them.
    orders
        How many orders of the parts were sampled; 0 where every coalition lived.
    idle
        Names of the parts that changed nothing at either end, and are taken to change nothing between.
    asked
        Whether the user named the KPIs, so that the first is what he wants to see.
    """

    scenario: str
    title: str
    title_zh: str | None
    map: str
    seed: int
    start: str
    goal: str
    parts: tuple[PartAnswered, ...]
    kpis: tuple[KpiAttribution, ...]
    left_out: tuple[str, ...]
    districts: dict[str, tuple[str, str]]
    days: int
    coalitions: int
    orders: int
    idle: tuple[str, ...]
    asked: bool


def answer_json(answer: object) -> str:
    """Return an answer as JSON."""
    from pydantic import TypeAdapter

    return TypeAdapter(type(answer)).dump_json(answer, indent=1).decode() + "\n"


def read_answer(kind: type[Answer], path: Path) -> Answer:
    """Read an answer back.

    Raises
    ------
    ResultsError
        Where the file cannot be read, or is of another version of the twin.
    """
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(kind).validate_json(path.read_bytes())
    except OSError as error:
        problem = error.strerror or str(error)
    except ValidationError as error:
        problem = error.errors()[0]["msg"]
    raise ResultsError("{path}: cannot be read: {problem}", path=str(path), problem=problem)
