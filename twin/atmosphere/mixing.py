"""The height of the mixed layer, from radiation, wind, temperature and season.

Wind mixes up to a height that China's standard GB/T 3840-91 gives by class; by day the sun's heat mixes up to where a
parcel warmed at the ground would rise in a morning's stable air (encroachment: Tennekes 1973). The greater counts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.stability import Classes, D
from twin.atmosphere.sun import Column, Place

_BY_WIND: Final = 0.019
"""a_s of GB/T 3840-91 for class D in the north of China, Henan included; also by day, when the sun does the rest."""
_BY_ROOT_OF_WIND: Final = {4: 1.66, 5: 0.70}
"""b_s of GB/T 3840-91 for E and F."""
_MOST_WIND_MPS: Final = 6.0
_LEAST_WIND_MPS: Final = 0.5
_EARTH_TURNS_PER_S: Final = 7.292e-5
_STEFAN_BOLTZMANN: Final = 5.67e-8
_AIR_HEAT_J_M3K: Final = 1206.0
_ENTRAINED: Final = 0.2
"""Heat drawn down through the lid, of that from the ground (Tennekes 1973)."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What the ground does with radiation, and how stable the air is above the lid.

    Attributes
    ----------
    albedo
        Share of the radiation that is thrown back.
    moisture
        Holtslag and van Ulden's alpha: 1 for wet grass, 0.5 for dry ground and cities.
    lapse_k_per_m
        How much potential temperature rises with height in the morning.
    lowest_m
        The least height: buildings stir the air.
    highest_m
        The greatest height.
    """

    albedo: float = 0.18
    moisture: float = 0.6
    lapse_k_per_m: float = 0.006
    lowest_m: float = 80.0
    highest_m: float = 3000.0


def heat_flux_wm2(radiation_wm2: Column, temperature_c: Column, cloud_tenths: Column, ground: Ground) -> Column:
    """Return the sensible heat that the ground gives to the air by day (Holtslag and van Ulden 1983), W/m²."""
    kelvin = temperature_c + 273.15
    net = (
        (1 - ground.albedo) * radiation_wm2
        + 5.31e-13 * kelvin**6
        - _STEFAN_BOLTZMANN * kelvin**4
        + 60.0 * cloud_tenths / 10.0
    ) / 1.12
    saturation_kpa = 0.6108 * np.exp(17.27 * temperature_c / (temperature_c + 237.3))
    ratio = 0.067 / (4098.0 * saturation_kpa / (temperature_c + 237.3) ** 2)
    flux: Column = ((1 - ground.moisture) + ratio) / (1 + ratio) * 0.9 * net - 20.0 * ground.moisture
    return flux


def mixing_height_m(
    wind_mps: Column, stability: Classes, heat_wm2: Column, night: NDArray[np.bool_], place: Place, ground: Ground
) -> Column:
    """Return the height of the mixed layer in each hour, shape (hours,).

    Parameters
    ----------
    heat_wm2
        See `heat_flux_wm2`; what is below 0 warms nothing.
    """
    coriolis = 2 * _EARTH_TURNS_PER_S * abs(np.sin(np.radians(place.lat_deg)))
    wind = np.clip(wind_mps, _LEAST_WIND_MPS, _MOST_WIND_MPS)
    stirred = _BY_WIND * wind / coriolis
    for stable, factor in _BY_ROOT_OF_WIND.items():
        stirred = np.where(stability == stable, np.minimum(stirred, factor * np.sqrt(wind / coriolis)), stirred)
    given_j = _since_morning(np.where(night, 0.0, np.maximum(heat_wm2, 0.0)) * 3600.0, night)
    warmed = np.sqrt(2 * (1 + 2 * _ENTRAINED) * given_j / (_AIR_HEAT_J_M3K * ground.lapse_k_per_m))
    warmed = np.where(stability <= D, warmed, 0.0)
    return np.asarray(np.clip(np.maximum(stirred, warmed), ground.lowest_m, ground.highest_m), dtype=np.float64)


def _since_morning(amount: Column, night: NDArray[np.bool_]) -> Column:
    """Add up amounts from each morning on."""
    total = np.cumsum(amount)
    at_night = np.where(night, total, 0.0)
    since: Column = total - np.maximum.accumulate(at_night)
    return since
