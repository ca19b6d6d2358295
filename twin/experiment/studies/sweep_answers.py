"""The frozen answer of a sweep."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from twin.core.kpis import Better
from twin.experiment.studies.answers import Amount

Measure = Literal["swing", "rank", "morris", "sobol"]
Value = bool | int | float | str


@dataclass(frozen=True, slots=True)
class AxisAnswered:
    """A key, and the distribution that it was given (empty: values)."""

    key: str
    spread: str


@dataclass(frozen=True, slots=True)
class Toll:
    """A result when parameters are drawn from what they may be; see `twin.inference.sensitivity.Uncertain`."""

    mean: float
    half_days: float
    half_draws: float
    half: float
    share_below: float


@dataclass(frozen=True, slots=True)
class Hang:
    """How much a result hangs on one key.

    Attributes
    ----------
    measure
        ``swing``: the result with the key at its high end less that at its low end; ``rank``: Spearman's correlation;
        ``morris``: mean size of elementary effects; ``sobol``: total share of the variance.
    value, low, high
        The measure with its 95 % interval.
    more
        ``morris``: the effects' standard deviation; ``sobol``: the share without interactions; else 0.
    ends
        ``swing``: what the low and the high end change in the result of the scenario as it is.
    single
        Whether a swing is of one day alone, which has no interval.
    """

    key: str
    measure: Measure
    value: float
    low: float
    high: float
    more: float = 0.0
    ends: tuple[Amount, Amount] | None = None
    single: bool = False


@dataclass(frozen=True, slots=True)
class KpiSweep:
    """One KPI at every point.

    Attributes
    ----------
    means
        By brain and point; None where no day has a value.
    differences
        By other brain and point: that brain less the first, paired by day.
    tolls, hangs
        Of each difference; of each brain's means where there is one brain.
    """

    kpi: str
    unit: str
    better: Better
    means: tuple[tuple[Amount | None, ...], ...]
    differences: tuple[tuple[Amount | None, ...], ...]
    tolls: tuple[Toll | None, ...]
    hangs: tuple[tuple[Hang, ...], ...]


@dataclass(frozen=True, slots=True)
class Sweep:
    """The answer of a sweep.

    Attributes
    ----------
    points
        A value for each axis.
    asked
        Whether the user named the KPIs.
    """

    scenario: str
    title: str
    title_zh: str | None
    seed: int
    brains: tuple[str, ...]
    axes: tuple[AxisAnswered, ...]
    design: str
    points: tuple[tuple[Value, ...], ...]
    kpis: tuple[KpiSweep, ...]
    districts: dict[str, tuple[str, str]]
    days: int
    asked: bool
