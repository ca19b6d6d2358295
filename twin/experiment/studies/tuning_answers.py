"""The frozen answer of a tuning."""

from __future__ import annotations

from dataclasses import dataclass

from twin.core.kpis import Better
from twin.experiment.studies.answers import Amount

Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class Trial:
    """A setting that was tried, and the KPI's mean over the training days."""

    setting: dict[str, Value]
    train: float


@dataclass(frozen=True, slots=True)
class Judged:
    """The brain as it was and the tuned one on some days.

    Attributes
    ----------
    name
        ``train``, ``validate`` or ``test``.
    first, last
        Numbers of the days.
    gap
        Tuned less as it was, paired by day.
    """

    name: str
    first: int
    last: int
    was: Amount
    now: Amount
    gap: Amount


@dataclass(frozen=True, slots=True)
class Tuning:
    """The answer of a tuning.

    Attributes
    ----------
    rules
        The rule of each decision that was named, or has a knob.
    knobs
        What might be tried: the ends of a range, or values.
    finalists
        Mean over the validation days of the best trials, by their place.
    judged
        On training, validation and test days.
    """

    scenario: str
    title: str
    title_zh: str | None
    seed: int
    brain: str
    rules: dict[str, str]
    knobs: dict[str, tuple[Value, ...]]
    kpi: str
    unit: str
    better: Better
    trials: tuple[Trial, ...]
    finalists: dict[int, float]
    chosen: Trial
    judged: tuple[Judged, ...]
    districts: dict[str, tuple[str, str]]
