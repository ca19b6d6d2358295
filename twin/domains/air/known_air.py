"""The city's own model of its air: fed with what the city knows, and held against what the stations see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.air_mass import CITY, GROUND, AirMass, Hour
from twin.atmosphere.weather import Weather
from twin.domains.air.city_air import StationUnits, hour_of
from twin.domains.air.forecasts import WeatherForecast
from twin.domains.air.hours import DAY_H
from twin.domains.air.inventory import Inventory
from twin.domains.air.kinds import SPECIES
from twin.domains.air.parameters import AirParameters
from twin.domains.air.tracers import fine_of, into_boxes, setting_of, weighted

Floats = NDArray[np.float64]

REMEMBERS_H: Final = 24 * 7
"""For so many hours the city keeps what it has seen."""
MOST_CORRECTION: Final = 2.0
FADES_H: Final = 72.0
"""A correction by what the stations saw fades with the lead of a forecast."""
WIND_RATIO: Final = 2.0
UNIT_GPS: Final = 1000.0
RESPONDS_H: Final = 48


@dataclass(frozen=True, slots=True)
class Response:
    """What a gram a second emitted all day gives the mean over the stations in that day and the next.

    Attributes
    ----------
    fresh
        As fresh fine particles, of each source, shape (sources,).
    aged
        As part of the city's air, for each layer and species; shape (layers, species).
    aloft
        Share of the day in which each source's plume ends above the mixed layer, shape (sources,).
    """

    fresh: Floats
    aged: Floats
    aloft: Floats

    def of(self, gps: Floats) -> Floats:
        """Return µg/m³ for emissions of shape (sources, species), shape (sources,)."""
        low, high = (weighted(gps, self.aged[layer]) for layer in range(2))
        return np.asarray(gps[:, 0] * self.fresh + (1 - self.aloft) * low + self.aloft * high)


class KnownAir:
    """Lives beside the air, with known emissions and the weather that was measured."""

    def __init__(self, inventory: Inventory, weather: Weather, units: StationUnits, parameters: AirParameters) -> None:
        self._inventory, self._weather, self._units = inventory, weather, units
        self._region = parameters.region_emission_share
        self.mass = AirMass(setting_of(parameters))
        self._before: Floats | None = None
        self.observed: list[Floats] = []
        self.expected: list[Floats] = []

    def live(self, hour: int, known_gps: Floats, observed: Floats) -> None:
        """Let an hour pass.

        Parameters
        ----------
        known_gps
            What the city believes to be emitted, shape (sources, species).
        observed
            PM2.5 at the stations as the city has it, NaN where it has none, shape (stations,).
        """
        if self._before is not None:
            self._step(self.mass, hour_of(self._weather, hour), self._before)
        self._before = into_boxes(self._inventory.sources, known_gps, self._units.aloft(hour))
        aged = float(fine_of(self.mass.ugm3[CITY, GROUND])[0])
        self.expected.append(weighted(self._units.of(hour), known_gps[:, 0]) + aged)
        self.observed.append(observed)

    def read_later(self, day: list[Floats]) -> None:
        """Read what the stations saw in the hours up to now, from a day's papers."""
        self.observed[len(self.observed) - len(day) :] = day

    def _step(self, mass: AirMass, hour: Hour, emitted: Floats) -> None:
        region = emitted.sum(axis=0) * self._region / mass.setting.city_m**2
        mass.step(hour, emitted, region, np.ones(1))

    def correction(self) -> float:
        """Return by what the stations saw more than the model expected in the last day."""
        seen, expected = np.array(self.observed[-DAY_H:]), np.array(self.expected[-DAY_H:])
        known = np.isfinite(seen)
        if not known.any():
            return 1.0
        ratio = float(seen[known].mean() / max(expected[known].mean(), 1e-9))
        return min(max(ratio, 1 / MOST_CORRECTION), MOST_CORRECTION)

    def expect(self, forecast: WeatherForecast, gps_of_hour: list[Floats]) -> Floats:
        """Return the mean of PM2.5 over the stations in the hours of a forecast; shape (hours, 1 + members).

        Parameters
        ----------
        gps_of_hour
            What is known to be emitted in each, shape (sources, species).
        """
        control = forecast.control
        members, sources = forecast.wind_mps.shape[1], self._inventory.sources
        mass = self.mass.many(members)
        units = self._inventory.transport.station_units(control).mean(axis=1)
        aloft = self._inventory.transport.aloft(control)
        wind = np.maximum(forecast.wind_mps, mass.setting.least_wind_mps)
        ratio = np.clip(wind[:, :1] / wind, 1 / WIND_RATIO, WIND_RATIO)
        found = np.empty(wind.shape)
        before = self._before
        begin = np.log(self.correction())
        for hour, gps in enumerate(gps_of_hour):
            if before is not None:
                self._step(mass, _members_hour(forecast, hour), before)
            before = into_boxes(sources, gps, aloft[hour])
            correct = np.exp(begin * np.exp(-hour / FADES_H))
            found[hour] = correct * (
                float((units[hour] * gps[:, 0]).sum()) * ratio[hour] + fine_of(mass.ugm3[CITY, GROUND])
            )
        return found

    def response(self, control: Weather) -> Response:
        """Return what emissions of the first 24 hours of a forecast give in its first 48."""
        day = control.between(control.start, DAY_H)
        fresh = self._inventory.transport.station_units(day).mean(axis=(0, 1), dtype=np.float64)
        aloft = self._inventory.transport.aloft(day).mean(axis=0)
        both, species = 2, len(SPECIES)
        mass = self.mass.many(1 + both * species)
        extra = _unit_emissions(mass.ugm3.shape[2], species)
        none = np.zeros((mass.ugm3.shape[2], 1))
        total = np.zeros(1 + both * species)
        hours = min(control.hours, RESPONDS_H)
        for hour in range(hours):
            mass.step(hour_of(control, hour), extra * (hour < DAY_H), none, np.ones(1))
            total += fine_of(mass.ugm3[CITY, GROUND])
        aged = (total[1:] - total[0]) / hours / UNIT_GPS
        return Response(fresh * DAY_H / hours, aged.reshape(both, species), aloft)

    def residuals(self) -> tuple[Floats, int]:
        """Return what the stations saw less what was expected, shape (hours, stations), and how many hours that is."""
        seen, expected = np.array(self.observed[-REMEMBERS_H:]), np.array(self.expected[-REMEMBERS_H:])
        return seen - expected, len(seen)


def _unit_emissions(tracers: int, species: int) -> Floats:
    """Return emissions of `UNIT_GPS` of one species into one layer for each member but the first."""
    from twin.atmosphere.air_mass import COARSE, NOX, SO2, VOC

    tracer_of = (0, COARSE, SO2, NOX, VOC)
    extra = np.zeros((2, tracers, 1 + 2 * species))
    for layer in range(2):
        for place in range(species):
            extra[layer, tracer_of[place], 1 + layer * species + place] = UNIT_GPS
    return extra


def _members_hour(forecast: WeatherForecast, hour: int) -> Hour:
    return Hour(
        forecast.wind_mps[hour], forecast.mixing_height_m[hour], forecast.humidity_percent[hour],
        forecast.temperature_c[hour], np.asarray(forecast.control.rain_mm[hour]),
    )  # fmt: skip
