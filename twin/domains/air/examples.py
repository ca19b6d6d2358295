"""Views of the air domain, made up: for trying a policy without running a city."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.quality_index import HJ_633_2012, HJ_633_2026, STEPS
from twin.core.clock import DAY_S
from twin.domains.air.decisions_curbs import CurbsView
from twin.domains.air.decisions_inspection import PlantInspectionView
from twin.domains.air.decisions_traffic import TrafficRestrictionView
from twin.domains.air.decisions_warning import DAYS_AHEAD, AirWarningView, DaysOfWeather
from twin.domains.air.desk import read_only
from twin.domains.air.kinds import PLANT_KINDS

DAYS: Final = 1 + DAYS_AHEAD
MOST_PLANTS: Final = 300
UNKNOWN: Final = 0.2
"""Share of afternoons on which a learned model knows too little of the last day."""


class MadeUpOutlook:
    """An outlook that is there already."""

    def __init__(self, ugm3: NDArray[np.float64]) -> None:
        self._ugm3 = ugm3

    def pm25_ugm3(self) -> NDArray[np.float64]:
        """Return the daily means, shape (members, days)."""
        return self._ugm3


class MadeUpLearned:
    """What a learned model might expect: days with errors of the same relative size, the last one perhaps unknown."""

    def __init__(self, today_ugm3: float, days: NDArray[np.float64], unsure: float) -> None:
        self._days = np.array([today_ugm3, *days[1:]])
        if unsure < UNKNOWN:
            self._days[-1] = np.nan
        self._sigma = 0.1 + unsure

    def pm25_ugm3(self) -> NDArray[np.float64]:
        """Return the expected means of the days, shape (days,)."""
        return self._days.copy()

    def chance_over(self, ugm3: float) -> NDArray[np.float64]:
        """Return the chance that each lies above, shape (days,)."""
        from scipy.special import ndtr

        chance = np.asarray(ndtr(np.log(self._days / ugm3) / self._sigma), np.float64)
        chance[0] = np.nan if np.isnan(self._days[0]) else float(self._days[0] > ugm3)
        return chance

    def warn_from(self) -> NDArray[np.float64]:
        """Return the chance from which to warn, shape (days,)."""
        return np.array([0.5, *np.full(DAYS - 1, 0.3)])


def _warning(generator: np.random.Generator) -> AirWarningView:
    """Return an afternoon: good air or bad, known or not."""
    past = 80 * np.exp(0.7 * generator.standard_normal(7))
    past[generator.random(7) < generator.choice([0.0, 0.2, 1.0])] = np.nan
    today = float(80 * np.exp(0.7 * generator.standard_normal())) if generator.random() < 0.8 else float("nan")
    members = int(generator.integers(3, 20))
    outlook = 90 * np.exp(0.6 * generator.standard_normal(DAYS) + 0.2 * generator.standard_normal((members, DAYS)))
    standard = HJ_633_2012 if generator.random() < 0.5 else HJ_633_2026
    level = int(generator.integers(0, 5))
    weather = DaysOfWeather(
        wind_mps=read_only(0.5 + 3 * generator.random(DAYS)), humidity_percent=read_only(100 * generator.random(DAYS)),
        temperature_c=read_only(-5 + 35 * generator.random(DAYS)),
        mixing_height_m=read_only(100 + 900 * generator.random(DAYS)),
    )  # fmt: skip
    return AirWarningView(
        time_s=DAY_S * int(generator.integers(0, 30)), month=int(generator.integers(1, 13)), level=level,
        days_in_force=int(generator.integers(1, 6)) if level else 0, today_ugm3=today, past_ugm3=read_only(past),
        has_forecast=bool(generator.random() < 0.5), weather=weather, index_steps=read_only(np.array(STEPS)),
        index_ugm3=read_only(np.array(standard.breakpoints["pm25"], np.float64)),
        outlook=MadeUpOutlook(read_only(outlook)), learned=MadeUpLearned(today, outlook[0], float(generator.random())),
    )  # fmt: skip


def _curbs(generator: np.random.Generator) -> CurbsView:
    """Return enterprises, some of which cannot leave anything out, or give the stations nothing."""
    count = int(MOST_PLANTS ** generator.random())
    heaviest = np.where(generator.random(count) < 0.2, 0.0, generator.choice([0.3, 0.5, 1.0], count))
    contribution = np.where(generator.random(count) < 0.3, 0.0, generator.standard_gamma(0.3, count) / 10)
    return CurbsView(
        time_s=DAY_S * int(generator.integers(0, 30)), level=int(generator.integers(1, 5)),
        kind=read_only(np.sort(generator.integers(0, len(PLANT_KINDS), count)).astype(np.int8)),
        hour_yuan=read_only(np.where(generator.random(count) < 0.1, 0.0, 1e4 * generator.random(count))),
        plan=read_only(heaviest * generator.choice([0.0, 0.3, 1.0], count)), heaviest=read_only(heaviest),
        contribution_ugm3=read_only(contribution),
    )  # fmt: skip


def _traffic(generator: np.random.Generator) -> TrafficRestrictionView:
    lorries, trips = float(generator.random()), float(1e5 * generator.random())
    return TrafficRestrictionView(
        DAY_S * int(generator.integers(0, 30)), int(generator.integers(1, 5)), lorries,
        lorries + float(generator.random()), trips, trips + float(1e6 * generator.random()),
    )  # fmt: skip


def _inspection(generator: np.random.Generator) -> PlantInspectionView:
    """Return some days of residuals; some enterprises never reach a station, and some hours nobody saw."""
    count, hours, stations = int(MOST_PLANTS ** generator.random()), int(generator.integers(0, 73)), 3
    units = generator.standard_gamma(0.2, (hours, stations, count)) * (generator.random(count) < 0.7)
    residual = 10 * generator.standard_normal((hours, stations))
    residual += units[:, :, 0] * float(30 * generator.random())
    residual[generator.random((hours, stations)) < generator.choice([0.0, 0.1, 1.0])] = np.nan
    return PlantInspectionView(
        time_s=DAY_S * int(generator.integers(0, 30)), visits_possible=int(generator.integers(0, 10)),
        reported_gps=read_only(generator.standard_gamma(0.5, count)),
        days_since_visit=read_only(generator.integers(0, 100, count).astype(np.int32)),
        residual_ugm3=read_only(residual), units_ugm3=read_only(units.astype(np.float32)),
        hour_of_day=read_only((np.arange(hours) % 24).astype(np.int8)),
    )  # fmt: skip


_EXAMPLES: Final[dict[str, Callable[[np.random.Generator], Any]]] = {
    "air_warning": _warning,
    "curbs": _curbs,
    "traffic_restriction": _traffic,
    "plant_inspection": _inspection,
}


def example_view(decision: str, generator: np.random.Generator) -> Any:
    """Return a view that could be put to a policy of this decision."""
    return _EXAMPLES[decision](generator)
