"""The city's air, hour by hour: what it is, and what it would be if nobody had done anything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.atmosphere.air_mass import CITY, GROUND, AirMass
from twin.atmosphere.weather import Weather
from twin.domains.air.carried import hour_of, way_of
from twin.domains.air.hours import DAY_H, Hours
from twin.domains.air.inventory import Inventory
from twin.domains.air.kinds import PRIMARY_GROUPS
from twin.domains.air.parameters import AirParameters
from twin.domains.air.tracers import (
    TRACERS,
    by_group,
    by_tracer,
    fine_of,
    measured,
    measured_fresh,
    setting_of,
    with_no2,
)

Floats = NDArray[np.float64]

LIVED, WITHOUT = range(2)
"""What is, and what would be without any measure."""
DAYS_KEPT: Final = 8


@dataclass(frozen=True, slots=True)
class AirOfHour:
    """What an hour brought.

    Attributes
    ----------
    stations
        PM2.5, PM10, SO2 and NO2 at each station as lived and without measures; µg/m³, shape (2, pollutants, stations).
    groups
        PM2.5 at each station by group, as lived and without measures, shape (2, groups, stations).
    aged_fine
        What is older than an hour of PM2.5 where people live, lived and without measures, shape (2, cells).
    """

    stations: Floats
    groups: Floats
    aged_fine: Floats


class StationUnits:
    """What sources give at stations, by hour; reckoned a day at a time."""

    def __init__(self, inventory: Inventory, weather: Weather, hours: Hours) -> None:
        self._transport, self._weather, self._hours = inventory.transport, weather, hours
        self._days: dict[int, NDArray[np.float32]] = {}
        self._aloft: dict[int, NDArray[np.bool_]] = {}

    def of(self, hour: int) -> NDArray[np.float32]:
        """Return µg/m³ for each g/s, shape (stations, sources)."""
        return np.asarray(self._day(hour)[hour % DAY_H])

    def aloft(self, hour: int) -> NDArray[np.bool_]:
        """Say whose plume ends above the mixed layer, shape (sources,)."""
        self._day(hour)
        return np.asarray(self._aloft[self._hours.day(hour)][hour % DAY_H])

    def _day(self, hour: int) -> NDArray[np.float32]:
        day = self._hours.day(hour)
        if day not in self._days:
            for old in [one for one in self._days if one <= day - DAYS_KEPT]:
                del self._days[old], self._aloft[old]
            today = self._weather.between(self._hours.moment(day * DAY_H), DAY_H)
            self._days[day] = self._transport.station_units(today)
            self._aloft[day] = self._transport.aloft(today)
        return self._days[day]


class CityAir:
    """Lives the air from the first hour of spin-up on.

    Parameters
    ----------
    chance
        The table ``air.hours``.
    """

    def __init__(
        self, inventory: Inventory, hours: Hours, weather: Weather, chance: pd.DataFrame, parameters: AirParameters
    ) -> None:
        self._inventory, self._weather = inventory, weather
        self.units = StationUnits(inventory, weather, hours)
        setting = setting_of(parameters)
        self.background = AirMass(setting, 2)
        self.carried = inventory.carried.air(setting, 2)
        self._places = inventory.carried.stations_and_homes()
        self._inflow = chance["inflow"].to_numpy(np.float64)
        self._region_share = parameters.region_emission_share
        self._joins = parameters.region_joins
        self._before: tuple[Floats, Floats] | None = None
        self._aloft: NDArray[np.bool_]

    def live(self, hour: int, lived: Floats, without: Floats, region_joins: bool) -> AirOfHour:
        """Let an hour pass.

        Parameters
        ----------
        lived, without
            What is emitted in it, and what would be without measures; g/s, shape (sources, species).
        region_joins
            Whether the region cuts with the city.
        """
        carried, carried_fine = self._age(hour, region_joins)
        units = self.units.of(hour)
        both = np.stack([lived, without])
        background = self.background.ugm3[CITY, GROUND]
        aged = carried + background.T[:, :, None]
        fresh = np.stack([measured_fresh(units, gps) for gps in both])
        stations = fresh + np.stack([measured(one) for one in aged])
        groups = np.stack([self._groups(units, gps[:, 0], aged[which]) for which, gps in enumerate(both)])
        self._before, self._aloft = (lived, without), self.units.aloft(hour)
        return AirOfHour(with_no2(stations), groups, carried_fine + fine_of(background)[:, None])

    def _groups(self, units: NDArray[np.float32], gps: Floats, aged: Floats) -> Floats:
        """Return PM2.5 at each station by group, of fine particles emitted and aged air, shape (groups, stations)."""
        found = by_group(aged)
        weighted = units * gps
        for place in range(len(PRIMARY_GROUPS)):
            found[place] += weighted[:, self._inventory.sources.group == place].sum(axis=1)
        return found

    def _age(self, hour: int, region_joins: bool) -> tuple[Floats, Floats]:
        """Let what is older pass the hour, with what was emitted in the one before; return what places see of it.

        Returns
        -------
        tuple
            The city's own at stations, shape (2, tracers, stations), and of PM2.5 where people live, shape (2, cells).
        """
        if self._before is None:
            return np.zeros((2, TRACERS, len(self._places.x_m))), np.zeros((2, len(self._places.summed_x_m)))
        inventory, setting = self._inventory, self.background.setting
        lived, without = (by_tracer(inventory.sources, gps) for gps in self._before)
        cut = (without - lived) * (self._joins if region_joins else 0.0)
        region = np.stack([np.maximum(without - cut, 0.0), without], axis=-1) * self._region_share
        weather = hour_of(self._weather, hour)
        none = np.zeros((2, TRACERS, 1))
        self.background.step(weather, none, region / setting.city_m**2, self._inflow[hour])
        given = np.stack([inventory.carried.given(gps, self._aloft) for gps in self._before])
        return self.carried.hour(weather, way_of(self._weather, hour, setting), given, self._places)
