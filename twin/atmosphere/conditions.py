"""What dispersion needs to know about the hours' air, and about the land below it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol, Self

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.parameters import shipped
from twin.atmosphere.spread import Spread, spread_of
from twin.kernels.plumes import Air

Floats = NDArray[np.float64]


class HoursOfWeather(Protocol):
    """Columns of weather, one row an hour, as `twin.atmosphere.weather.Weather` has them."""

    wind_mps: Any
    wind_from_deg: Any
    temperature_c: Any
    stability: Any
    mixing_height_m: Any


@dataclass(frozen=True, eq=False)
class Conditions:
    """The air of some hours, shape (hours,) each.

    Attributes
    ----------
    wind_mps
        At 10 m.
    wind_from_deg
        Where it comes from, clockwise from north.
    temperature_c
        Of the air.
    stability
        0 to 5 for Pasquill's classes A to F.
    mixing_height_m
        Height of the lid that plumes do not pass.
    """

    wind_mps: Floats
    wind_from_deg: Floats
    temperature_c: Floats
    stability: NDArray[np.int8]
    mixing_height_m: Floats

    def __post_init__(self) -> None:
        hours = len(self.wind_mps)
        for name in ("wind_mps", "wind_from_deg", "temperature_c", "stability", "mixing_height_m"):
            column = getattr(self, name)
            if column.shape != (hours,) or not np.all(np.isfinite(column)):
                raise ValueError(f"{name} needs one finite number for each of {hours} hours")
        if np.any(self.wind_mps < 0.0):
            raise ValueError("wind_mps must not be negative")
        if np.any((self.stability < 0) | (self.stability > 5)):
            raise ValueError("stability must be 0 to 5, for classes A to F")
        if np.any(self.mixing_height_m <= 0.0):
            raise ValueError("mixing_height_m must be above 0")

    @classmethod
    def of(cls, weather: HoursOfWeather) -> Self:
        """Take the columns that dispersion needs out of weather."""
        return cls(
            wind_mps=np.ascontiguousarray(weather.wind_mps, np.float64),
            wind_from_deg=np.ascontiguousarray(weather.wind_from_deg, np.float64),
            temperature_c=np.ascontiguousarray(weather.temperature_c, np.float64),
            stability=np.ascontiguousarray(weather.stability, np.int8),
            mixing_height_m=np.ascontiguousarray(weather.mixing_height_m, np.float64),
        )

    def __len__(self) -> int:
        return len(self.wind_mps)

    @property
    def towards(self) -> tuple[Floats, Floats]:
        """Unit vectors to where the wind blows, east and north."""
        angle = np.radians(self.wind_from_deg)
        return -np.sin(angle), -np.cos(angle)


@dataclass(frozen=True)
class Setting:
    """How plumes are reckoned.

    Attributes
    ----------
    urban
        Briggs' curves and the wind's profile of a city, else those of open country.
    wind_floor_mps
        Less wind than this is taken as this: a plume's formula divides by the wind.
    deposition_mps
        Speed at which what is near the ground settles on it; 0 for what stays in the air.
    """

    urban: bool = True
    wind_floor_mps: float = shipped("wind_floor_mps")
    deposition_mps: float = 0.0

    def __post_init__(self) -> None:
        if not self.wind_floor_mps > 0.0:
            raise ValueError("wind_floor_mps must be above 0: a plume's formula divides by the wind")
        if not self.deposition_mps >= 0.0:
            raise ValueError("deposition_mps must not be negative")

    @property
    def spread(self) -> Spread:
        """The curves of spread."""
        return spread_of(self.urban)


def air_of(conditions: Conditions, setting: Setting) -> Air:
    """Return what the kernels need of the hours' air."""
    east, north = conditions.towards
    across, vertical = setting.spread
    rows = conditions.stability.astype(np.int64)
    return Air(
        east=east,
        north=north,
        lid_m=conditions.mixing_height_m,
        cross_linear=np.array(across.linear)[rows],
        cross_bend=np.array(across.bend)[rows],
        vertical_linear=np.array(vertical.linear)[rows],
        vertical_bend=np.array(vertical.bend)[rows],
        vertical_power=np.array(vertical.power)[rows],
    )
