"""China's air quality index: HJ 633-2012 until February 2026, HJ 633-2026 from 1 March 2026.

Concentrations are in µg/m³, but for carbon monoxide, which is in mg/m³. The breakpoints of 2026 differ from those of
2012 in PM2.5 (60 instead of 75 at an index of 100) and PM10 (120 instead of 150).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from twin.core.errors import TwinError
from twin.core.language import Language

STEPS: Final = (0.0, 50.0, 100.0, 150.0, 200.0, 300.0, 400.0, 500.0)
"""The index at each breakpoint."""
WORST: Final = 500

_OF_2012: Final[dict[str, tuple[float, ...]]] = {
    "pm25": (0, 35, 75, 115, 150, 250, 350, 500),
    "pm10": (0, 50, 150, 250, 350, 420, 500, 600),
    "so2": (0, 50, 150, 475, 800, 1600, 2100, 2620),
    "no2": (0, 40, 80, 180, 280, 565, 750, 940),
    "co": (0, 2, 4, 14, 24, 36, 48, 60),
    "o3_8h": (0, 100, 160, 215, 265, 800),
    "so2_1h": (0, 150, 500, 650, 800),
    "no2_1h": (0, 100, 200, 700, 1200, 2340, 3090, 3840),
    "co_1h": (0, 5, 10, 35, 60, 90, 120, 150),
    "o3_1h": (0, 160, 200, 300, 400, 800, 1000, 1200),
}
POLLUTANTS: Final = tuple(_OF_2012)
"""Means of 24 h, but where the name says otherwise (``o3_8h``: the day's greatest mean of 8 h)."""
DAILY: Final = ("pm25", "pm10", "so2", "no2", "co", "o3_8h")
"""What the index of a day is made of."""
HOURLY: Final = ("pm25", "pm10", "so2_1h", "no2_1h", "co_1h", "o3_1h")
"""What the index of an hour is made of; particles have no limits of their own for an hour."""


@dataclass(frozen=True, slots=True)
class Standard:
    """One edition of the index.

    Attributes
    ----------
    valid_from
        The first day of its validity.
    breakpoints
        Concentrations at the indices of `STEPS`; shorter where the standard ends earlier.
    """

    name: str
    valid_from: date
    breakpoints: Mapping[str, tuple[float, ...]]


HJ_633_2012: Final = Standard("HJ 633-2012", date(2012, 2, 29), _OF_2012)
HJ_633_2026: Final = Standard(
    "HJ 633-2026",
    date(2026, 3, 1),
    {**_OF_2012, "pm25": (0, 35, 60, 115, 150, 250, 350, 500), "pm10": (0, 50, 120, 250, 350, 420, 500, 600)},
)


@dataclass(frozen=True, slots=True)
class Level:
    """A level of the index: the greatest index that it holds, its names and its colour."""

    number: int
    up_to: float
    name: str
    colour: str


LEVELS: Final = (
    Level(1, 50, "excellent", "green"),
    Level(2, 100, "good", "yellow"),
    Level(3, 150, "light pollution", "orange"),
    Level(4, 200, "moderate pollution", "red"),
    Level(5, 300, "heavy pollution", "purple"),
    Level(6, float("inf"), "severe pollution", "maroon"),
)


def standard_on(day: date) -> Standard:
    """Return the edition that holds on a day; days before the first have the first."""
    return HJ_633_2026 if day >= HJ_633_2026.valid_from else HJ_633_2012


def sub_index(pollutant: str, concentration: ArrayLike, standard: Standard) -> NDArray[np.float64]:
    """Return the individual index of one pollutant, a whole number rounded up, 500 at most.

    Parameters
    ----------
    pollutant
        One of `POLLUTANTS`.
    concentration
        µg/m³ (carbon monoxide: mg/m³), any shape; NaN where unknown.

    Returns
    -------
    array
        Same shape; NaN where the concentration is unknown, or above where the standard ends for this pollutant and
        another period holds instead (ozone of 8 h above 800, sulphur dioxide of 1 h above 800).

    Raises
    ------
    TwinError
        For a pollutant that the standard does not know, or a negative concentration.
    """
    if pollutant not in standard.breakpoints:
        raise TwinError(
            "air quality index: {pollutant!r} is none of {known}; name one of them",
            pollutant=pollutant,
            known=", ".join(POLLUTANTS),
        )
    values = np.asarray(concentration, dtype=np.float64)
    if (values < 0).any():
        raise TwinError(
            "air quality index: {pollutant} is {value:g}, but no concentration is below 0; correct it",
            pollutant=pollutant,
            value=float(np.nanmin(values)),
        )
    points = standard.breakpoints[pollutant]
    steps = STEPS[: len(points)]
    exact = np.interp(values, points, steps)
    # Interpolation leaves 1e-14 above a whole number, which must not be rounded up to the next.
    rounded = np.ceil(np.round(exact, 9))
    unknown = np.isnan(values)
    if len(points) < len(STEPS):
        unknown |= values > points[-1]
    return np.where(unknown, np.nan, rounded)


def air_quality_index(concentrations: Mapping[str, ArrayLike], standard: Standard) -> NDArray[np.float64]:
    """Return the index: the greatest of the individual ones that are known, NaN where none is."""
    return np.asarray(np.fmax.reduce(np.stack(_all(concentrations, standard))), dtype=np.float64)


def primary_pollutants(concentrations: Mapping[str, float], standard: Standard) -> tuple[str, ...]:
    """Return what makes the index what it is, several where they tie; nothing up to an index of 50."""
    names, found = list(concentrations), [float(index) for index in _all(concentrations, standard)]
    known = [index for index in found if not np.isnan(index)]
    worst = max(known, default=0.0)
    return tuple(name for name, index in zip(names, found, strict=True) if index == worst) if worst > 50 else ()


def _all(concentrations: Mapping[str, ArrayLike], standard: Standard) -> list[NDArray[np.float64]]:
    if not concentrations:
        raise TwinError("air quality index: no pollutant is given; give one of {known}", known=", ".join(POLLUTANTS))
    return [sub_index(name, value, standard) for name, value in concentrations.items()]


def level_of(index: float) -> Level:
    """Return the level of an index."""
    return next(level for level in LEVELS if index <= level.up_to)


def level_name(level: Level, language: Language) -> str:
    """Return what a level is called."""
    names = {
        1: language("excellent"),
        2: language("good"),
        3: language("light pollution"),
        4: language("moderate pollution"),
        5: language("heavy pollution"),
        6: language("severe pollution"),
    }
    return names[level.number]


def colour_name(level: Level, language: Language) -> str:
    """Return what a level's colour is called."""
    names = {
        1: language("green"),
        2: language("yellow"),
        3: language("orange"),
        4: language("red"),
        5: language("purple"),
        6: language("maroon"),
    }
    return names[level.number]
