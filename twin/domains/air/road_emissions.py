"""What vehicles emit for each kilometre: exhaust by speed, wear, and dust that wheels whirl up.

Cars
    Functions of mean speed for cars of stage V (China's limits for it are those of Euro 5), petrol and diesel, as
    COPERT of 2013 has them.
Lorries
    Grams for each MJ of diesel (HBEFA 4.2); what a kilometre burns grows at low speeds as a diesel car's in COPERT.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.domains.air.kinds import SPECIES
from twin.domains.air.parameters_roads import ByWeight, RoadEmissionParameters

VEHICLES: Final = ("car_petrol", "car_diesel", "lorry", "bus")
"""Kinds of vehicles that emit differently."""
SLOWEST_KMH: Final = 10.0
FASTEST_KMH: Final = 130.0
"""Speeds outside of these count as the nearest of them: COPERT's functions hold between."""
PRACTISED_KMH: Final = 50.0
"""Mean speed to which a lorry's consumption belongs."""
SULPHUR_G_PER_MJ: Final = 0.0005
"""SO2 for each MJ of diesel of 10 ppm of sulphur (China stage VI fuel, since 2019)."""
PETROL_MJ_PER_KM: Final = 2.6
PETROL_VOC_G_PER_KM: Final = 0.35
"""A mean petrol car of the fleet, evaporation and cold starts included; assumed."""


def speed_in_range(kmh: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return speeds, brought to where the functions hold."""
    return np.clip(kmh, SLOWEST_KMH, FASTEST_KMH)


def petrol_nox(kmh: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return grams of NOx a km of a petrol car of stage V at a mean speed, any shape (COPERT 2013)."""
    v = speed_in_range(kmh)
    above = 0.189162 + 0.0815475 * v - 2.488918e-4 * v * v - 0.268467 / v
    return np.asarray(above / (1 + 1.571506 * v + 0.02732776 * v * v))


def diesel_nox(kmh: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return grams of NOx a km of a diesel car of stage V at a mean speed, any shape (COPERT 2013)."""
    v = speed_in_range(kmh)
    above = 0.945952 - 0.01138147 * v + 6.67136e-5 * v * v + 1.923608 / v
    return np.asarray(above / (1 + 4.264272e-3 * v - 5.150463e-5 * v * v))


def petrol_pm(kmh: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return grams of exhaust particles a km of a petrol car of stage V, any shape (COPERT 2013)."""
    v = speed_in_range(kmh)
    powers = (1.444187e-13, 1.161774e-10, -3.370418e-8, 3.114143e-6, -1.25293e-4, 3.298301e-3)
    return np.asarray(np.polyval(powers, v))


def diesel_pm(kmh: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return grams of exhaust particles a km of a diesel car of stage V with its filter, any shape; 0.0014 (COPERT)."""
    return np.full_like(speed_in_range(kmh), 0.0014)


def slow_factor(kmh: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how much more a lorry burns for each km at a speed than at `PRACTISED_KMH`, any shape."""
    return np.asarray(diesel_nox(kmh) / diesel_nox(np.asarray(PRACTISED_KMH)))


def grams_per_km(kmh: NDArray[np.float64], parameters: RoadEmissionParameters, dust: float) -> NDArray[np.float64]:
    """Return what each kind of vehicle emits.

    Parameters
    ----------
    kmh
        Mean speeds, shape (...,).
    dust
        What whirled up dust is multiplied by.

    Returns
    -------
    array
        Grams a km, shape (..., vehicles, species).
    """
    old, fuel_mj = parameters.lorry_old_share, parameters.lorry_mj_per_km * slow_factor(kmh)
    per_mj = {
        name: old * getattr(parameters.lorry_old_g_per_mj, name) + (1 - old) * getattr(parameters.lorry_g_per_mj, name)
        for name in ("pm25", "nox", "voc")
    }
    like, bus = np.ones_like(kmh), parameters.bus_g_per_km
    exhaust = {
        "car_petrol": {"pm25": petrol_pm(kmh), "nox": petrol_nox(kmh), "voc": PETROL_VOC_G_PER_KM * like,
                       "so2": SULPHUR_G_PER_MJ * PETROL_MJ_PER_KM * like},
        "car_diesel": {"pm25": diesel_pm(kmh), "nox": diesel_nox(kmh), "voc": 0.02 * like,
                       "so2": SULPHUR_G_PER_MJ * PETROL_MJ_PER_KM * like},
        "lorry": {"so2": SULPHUR_G_PER_MJ * fuel_mj, **{name: grams * fuel_mj for name, grams in per_mj.items()}},
        "bus": {name: getattr(bus, name) * slow_factor(kmh) for name in ("pm25", "nox", "voc")},
    }  # fmt: skip
    found = np.zeros((*kmh.shape, len(VEHICLES), len(SPECIES)))
    for place, vehicle in enumerate(VEHICLES):
        weight = "car" if vehicle.startswith("car") else "heavy"
        for name, grams in exhaust[vehicle].items():
            found[..., place, SPECIES.index(name)] = grams
        found[..., place, :2] += _without_speed(parameters.wear_g_per_km, weight)
        found[..., place, :2] += dust * _without_speed(parameters.road_dust_g_per_km, weight)
    found[..., SPECIES.index("nox")] *= parameters.nox_of_the_fleet
    return found


def _without_speed(given: ByWeight, weight: str) -> NDArray[np.float64]:
    """Return fine and coarse particles of a table, shape (2,)."""
    each = getattr(given, weight)
    return np.array([each.pm25, each.pm10 - each.pm25])
