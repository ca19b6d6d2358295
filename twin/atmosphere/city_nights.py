"""What a city makes of its nights: its heat and its buildings keep them mixed where open country lies still.

A weather station stands in open country. There a clear night is stable (E, F) and its air mixed up to 80 to 290 m. Over
a city it is nearly neutral, and mixed as high as AERMOD says by how many live there. Wind above the ground knows
little of either: it was slowed by the country upwind, where a stable night parts it from the ground.

Notes
-----
Height: AERMOD (Cimorelli et al. 2005, J. Appl. Meteorol. 44, 682-693, and EPA-454/R-03-004, section 5.8). It takes the
greater of this height and that of the wind's own mixing, lets vertical spread and rise be those of nearly neutral air,
and keeps the night's height in the morning until the sun's mixing has grown beyond it; by day it changes nothing. So
the height is a floor in all hours, and classes E and F become D. AERMOD is known to give a city's nights more heat than
is measured (Retter et al. 2025, Atmosphere 16, 1342).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from twin.atmosphere.stability import Classes, D
from twin.atmosphere.sun import Column
from twin.atmosphere.wind_profile import EXPONENTS_RURAL

_HEIGHT_M: Final = 400.0
_RESIDENTS: Final = 2_000_000.0
"""So high are the nights of a city of so many mixed."""
_POWER: Final = 0.25
LAYER_EXPONENT: Final = 0.2
"""Of the power law by which the mean wind of the mixed layer is a multiple of that at 10 m, whatever the hour."""


def night_height_m(residents: float) -> float:
    """Return the height up to which a city mixes its nights, metres; 0 where nobody lives.

    Examples
    --------
    >>> night_height_m(2_000_000.0)
    400.0
    >>> round(night_height_m(32_000_000.0))
    800
    """
    return _HEIGHT_M * math.pow(residents / _RESIDENTS, _POWER)


def city_lids_m(mixing_height_m: Column, residents: float) -> Column:
    """Return mixing heights of open country as they are over a city of so many residents."""
    return np.maximum(mixing_height_m, night_height_m(residents))


def city_classes(stability: Classes) -> Classes:
    """Return classes of open country as they are over a city: nothing more stable than D."""
    return np.minimum(stability, np.int8(D))


def layer_wind_factors(mean_factor: float) -> tuple[float, ...]:
    """Return the wind of the mixed layer over that at 10 m, by the class of the open country that slows it.

    A power law with one exponent for all hours gives `mean_factor` at some height (1.55 at 90 m); open country's
    exponents (ISC3) give this height's wind by class. At 10 m wind is weak by night, there it hardly is: on the tower
    of Cabauw the strongest wind comes at midday below some 50 m and at night above 100 m (Fajber et al. 2014, Journal
    of Climate 27).

    Examples
    --------
    >>> [round(one, 2) for one in layer_wind_factors(1.55)]
    [1.17, 1.17, 1.25, 1.39, 2.15, 3.34]
    """
    return tuple(math.pow(mean_factor, exponent / LAYER_EXPONENT) for exponent in EXPONENTS_RURAL)
