"""Plumes not older than an hour: units of small sources at places, and the mean over the cells that they stand in."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.city_nights import city_classes
from twin.atmosphere.conditions import Conditions, Setting
from twin.atmosphere.plumes import PointSources, unit_contributions
from twin.atmosphere.weather import Weather
from twin.domains.air.sources import Sources

Floats = NDArray[np.float64]

HOUR_S: Final = 3600.0
SETTING: Final = Setting(urban=True)
RECEPTOR_M: Final = 1.5


def conditions_of(weather: Weather, *, city_nights: bool) -> Conditions:
    """Return what plumes need of weather, whose classes are those of open country."""
    classes = city_classes(weather.stability) if city_nights else weather.stability
    return Conditions(weather.wind_mps, weather.wind_from_deg, weather.temperature_c, classes, weather.mixing_height_m)


def some_hours(conditions: Conditions, hours: slice) -> Conditions:
    """Return some of the hours."""
    return Conditions(
        conditions.wind_mps[hours], conditions.wind_from_deg[hours], conditions.temperature_c[hours],
        conditions.stability[hours], conditions.mixing_height_m[hours],
    )  # fmt: skip


def reach_m(conditions: Conditions) -> Floats:
    """Return how far the wind of each hour goes in it: what has gone farther is older; shape (hours,)."""
    return np.asarray(HOUR_S * np.maximum(conditions.wind_mps, SETTING.wind_floor_mps))


def point_sources(sources: Sources, rows: NDArray[np.int64]) -> PointSources:
    """Return some of the sources as plumes that begin with the width and height that they have."""
    return PointSources(
        sources.x_m[rows], sources.y_m[rows], sources.stack_m[rows], sources.diameter_m[rows], sources.exit_c[rows],
        sources.exit_mps[rows], sources.spread_y_m[rows], sources.spread_z_m[rows],
    )  # fmt: skip


def fresh_units(sources: PointSources, conditions: Conditions, place: Floats) -> Floats:
    """Return what 1 g/s of each source gives at places, nothing farther than the hour's wind.

    Parameters
    ----------
    place
        Metres, shape (receptors, 2).

    Returns
    -------
    array
        µg/m³, shape (hours, receptors, sources).
    """
    units = unit_contributions(sources, conditions, place[:, 0], place[:, 1], RECEPTOR_M, SETTING)
    east, north = conditions.towards
    farthest_m = reach_m(conditions)
    dx = place[:, 0, None] - sources.x_m
    dy = place[:, 1, None] - sources.y_m
    for hour in range(len(conditions)):
        units[hour][dx * east[hour] + dy * north[hour] > farthest_m[hour]] = 0.0
    return units
