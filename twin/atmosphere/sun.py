"""Where the sun stands, what it gives through clouds, and which clouds a radiation tells of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.float64]

SOLAR_WM2: Final = 1367.0
"""Radiation above the air."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place on earth and its standard time."""

    lat_deg: float
    lon_deg: float
    utc_offset_h: float


ZHENGZHOU: Final = Place(34.72, 113.65, 8.0)


def sun_altitude_deg(start: datetime, hours: int, place: Place, *, shift_h: float = 0.0) -> Column:
    """Return the sun's altitude in the middle of each hour, degrees, shape (hours,), to some 0.3 degrees.

    Declination and equation of time after Spencer (1971).

    Parameters
    ----------
    shift_h
        Hours by which each moment is moved.
    """
    since_new_year_h = (start - datetime(start.year, 1, 1)).total_seconds() / 3600.0
    at_h = since_new_year_h + np.arange(hours) + 0.5 + shift_h
    angle = 2.0 * np.pi * (at_h / 24.0 % 365.2422) / 365.2422
    declination = (
        0.006918 - 0.399912 * np.cos(angle) + 0.070257 * np.sin(angle) - 0.006758 * np.cos(2 * angle)
        + 0.000907 * np.sin(2 * angle) - 0.002697 * np.cos(3 * angle) + 0.00148 * np.sin(3 * angle)
    )  # fmt: skip
    ahead_min = 229.18 * (
        0.000075 + 0.001868 * np.cos(angle) - 0.032077 * np.sin(angle) - 0.014615 * np.cos(2 * angle)
        - 0.040849 * np.sin(2 * angle)
    )  # fmt: skip
    solar_h = at_h % 24.0 + place.lon_deg / 15.0 - place.utc_offset_h + ahead_min / 60.0
    latitude, hour_angle = np.radians(place.lat_deg), np.radians(15.0 * (solar_h - 12.0))
    sine = np.sin(latitude) * np.sin(declination) + np.cos(latitude) * np.cos(declination) * np.cos(hour_angle)
    return np.asarray(np.degrees(np.arcsin(np.clip(sine, -1.0, 1.0))), dtype=np.float64)


def clouds_by_radiation(radiation_wm2: Column, altitude_deg: Column) -> Column:
    """Return the clouds that the radiation of each day tells of, in tenths, shape (hours,).

    The share of the possible sunshine follows from the share of the radiation above the air that arrives (Angstrom and
    Prescott, with the coefficients of FAO-56: 0.25 and 0.5); what is left is cloud. Haze counts as cloud, too. Between
    the middles of days clouds are interpolated. Days without sun are taken for five tenths.
    """
    hours = len(radiation_wm2)
    above = SOLAR_WM2 * np.sin(np.radians(np.maximum(altitude_deg, 0.0)))
    begins = np.arange(0, hours, 24)
    possible = np.add.reduceat(above, begins)
    arrives = np.add.reduceat(radiation_wm2, begins) / np.maximum(possible, 1.0)
    sunshine = np.where(possible > 0, np.clip((arrives - 0.25) / 0.5, 0.0, 1.0), 0.5)
    return np.asarray(np.interp(np.arange(hours), begins + 12.0, 10.0 * (1.0 - sunshine)), dtype=np.float64)
