"""Pasquill's stability classes from what a weather station reports.

Two published keys (EPA-454/R-99-005, sections 6.4.1 and 6.4.2): Turner's (1964), from the sun's altitude, cloud and
wind, and the key by solar radiation (after Bowen 1983), for the day, with Turner's rule of clouds for the night, since
no station reports the difference of temperature with height.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.sun import Column, Place, sun_altitude_deg

Classes = NDArray[np.int8]

A, B, C, D, E, F = range(6)

_TURNER_WINDS: Final = (0.75, 1.85, 2.85, 3.35, 3.85, 4.85, 5.45, 5.95)
"""Bounds of Turner's classes of wind, m/s: his knots, halfway between."""
_TURNER: Final = np.array(
    [  # net radiation index 4, 3, 2, 1, 0, -1, -2; F and G are one
        [0, 0, 1, 2, 3, 5, 5],
        [0, 1, 1, 2, 3, 5, 5],
        [0, 1, 2, 3, 3, 4, 5],
        [1, 1, 2, 3, 3, 4, 5],
        [1, 1, 2, 3, 3, 3, 4],
        [1, 2, 2, 3, 3, 3, 4],
        [2, 2, 3, 3, 3, 3, 4],
        [2, 2, 3, 3, 3, 3, 3],
        [2, 3, 3, 3, 3, 3, 3],
    ],
    dtype=np.int8,
)
_SOLAR_WINDS: Final = (2.0, 3.0, 5.0, 6.0)
_SOLAR_RADIATIONS: Final = (175.0, 675.0, 925.0)
_SOLAR: Final = np.array(
    [[D, B, A, A], [D, C, B, A], [D, C, B, B], [D, D, C, C], [D, D, D, C]], dtype=np.int8
)  # radiation below 175, to 675, to 925, above
_NIGHT_WINDS: Final = (2.0, 2.5)
_NIGHT: Final = np.array([[E, F], [D, E], [D, D]], dtype=np.int8)
"""Rows by wind; columns: more than four tenths of cloud, and less."""
_OVERCAST: Final = 9.5


def is_night(start: datetime, hours: int, place: Place) -> NDArray[np.bool_]:
    """Return which hours are night: from an hour before sunset to an hour after sunrise, shape (hours,)."""
    before = sun_altitude_deg(start, hours, place, shift_h=-1.0)
    after = sun_altitude_deg(start, hours, place, shift_h=1.0)
    return (before <= 0) | (after <= 0)


def classes_by_radiation(
    wind_mps: Column, radiation_wm2: Column, cloud_tenths: Column, night: NDArray[np.bool_]
) -> Classes:
    """Return the classes by solar radiation in the day, and by wind and cloud at night.

    A sky wholly in clouds at night counts as neutral: how high the clouds are is not known, and Turner's rule takes low
    ones so.
    """
    wind = np.searchsorted(_SOLAR_WINDS, wind_mps, side="right")
    day = _SOLAR[wind, np.searchsorted(_SOLAR_RADIATIONS, radiation_wm2, side="right")]
    clear = (cloud_tenths <= 4.0).astype(np.int64)
    dark = _NIGHT[np.searchsorted(_NIGHT_WINDS, wind_mps, side="right"), clear]
    dark = np.where(cloud_tenths >= _OVERCAST, np.int8(D), dark)
    return np.where(night, dark, day).astype(np.int8)


def classes_by_turner(
    wind_mps: Column, altitude_deg: Column, cloud_tenths: Column, night: NDArray[np.bool_]
) -> Classes:
    """Return the classes by Turner's key: from the sun's altitude, cloud and wind; clouds' height is not known.

    Clouds between 7,000 and 16,000 feet are assumed where they cover more than half of the sky, low ones where they
    cover all of it.
    """
    insolation = np.searchsorted((15.0, 35.0, 60.0), altitude_deg, side="left") + 1
    cloudy = np.maximum(insolation - 1, 1)
    index = np.where(cloud_tenths <= 5.0, insolation, cloudy)
    index = np.where(night, np.where(cloud_tenths <= 4.0, -2, -1), index)
    index = np.where(cloud_tenths >= _OVERCAST, 0, index)
    return np.asarray(_TURNER[np.searchsorted(_TURNER_WINDS, wind_mps, side="right"), 4 - index], dtype=np.int8)
