"""The city's own model of its air: fed with what the city knows, and held against what the stations see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.atmosphere.air_mass import CITY, GROUND, AirMass, Hour
from twin.atmosphere.weather import Weather
from twin.domains.air.carried import hour_of, way_of
from twin.domains.air.city_air import StationUnits
from twin.domains.air.forecasts import WeatherForecast
from twin.domains.air.hours import DAY_H
from twin.domains.air.inventory import Inventory
from twin.domains.air.parameters import AirParameters
from twin.domains.air.tracers import fine_of, into_boxes, setting_of, weighted

Floats = NDArray[np.float64]

REMEMBERS_H: Final = 24 * 7
"""For so many hours the city keeps what it has seen."""
MOST_CORRECTION: Final = 2.0
FADES_H: Final = 72.0
"""A correction by what the stations saw fades with the lead of a forecast."""
WIND_RATIO: Final = 2.0
BOX_RATIO: Final = 4.0
"""Other weather than the forecast's own makes of what the city gave off at most so many times as much, or as little."""
RESPONDS_H: Final = 48
_LEAST_UGM3: Final = 1e-9


@dataclass(frozen=True, slots=True)
class Response:
    """What a gram a second emitted all day gives the mean over the stations in that day and the next.

    Attributes
    ----------
    fresh
        As fresh fine particles, of each source, shape (sources,).
    aged
        When it is older than an hour, for each layer and species and the place of each source; shape (layers, species,
        sources).
    aloft
        Share of the day in which each source's plume ends above the mixed layer, shape (sources,).
    """

    fresh: Floats
    aged: Floats
    aloft: Floats

    def of(self, gps: Floats) -> Floats:
        """Return µg/m³ for emissions of shape (sources, species), shape (sources,)."""
        low, high = (np.einsum("sk,ks->s", gps, self.aged[layer]) for layer in range(2))
        return np.asarray(gps[:, 0] * self.fresh + (1 - self.aloft) * low + self.aloft * high)


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """What was given off in an hour, as the boxes take it, shape (layers, tracers, 1), and as the grid does."""

    layers: Floats
    cells: Floats

    @classmethod
    def of(cls, inventory: Inventory, gps: Floats, aloft: NDArray[np.bool_]) -> Given:
        """Return emissions of shape (sources, species) of sources whose plumes end above the mixed layer or below."""
        return cls(into_boxes(inventory.sources, gps, aloft), inventory.carried.given(gps, aloft))


class KnownAir:
    """Lives beside the air, with known emissions and the weather that was measured.

    Attributes
    ----------
    background, carried
        The region's air as it has come to the city, and what the city gave off, as `twin.domains.air.city_air.CityAir`
        has them.
    box
        Both as one mixed box: by how much more or less comes of other weather is reckoned in it (`expect`).
    """

    def __init__(self, inventory: Inventory, weather: Weather, units: StationUnits, parameters: AirParameters) -> None:
        self._inventory, self._weather, self._units = inventory, weather, units
        self._region = parameters.region_emission_share
        setting = setting_of(parameters)
        self.background, self.box = AirMass(setting), AirMass(setting)
        self.carried = inventory.carried.air(setting)
        self._places = inventory.carried.stations()
        self._before: Given | None = None
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
        expected = weighted(self._units.of(hour), known_gps[:, 0])
        if self._before is not None:
            weather = hour_of(self._weather, hour)
            for mass, city in ((self.background, 0.0), (self.box, 1.0)):
                self._step(mass, weather, self._before, city)
            way = way_of(self._weather, hour, self.background.setting)
            carried, _ = self.carried.hour(weather, way, self._before.cells, self._places)
            expected += fine_of(carried[0])
        self._before = Given.of(self._inventory, known_gps, self._units.aloft(hour))
        self.expected.append(expected + fine_of(self.background.ugm3[CITY, GROUND]))
        self.observed.append(observed)

    def read_later(self, day: list[Floats]) -> None:
        """Read what the stations saw in the hours up to now, from a day's papers."""
        self.observed[len(self.observed) - len(day) :] = day

    def _step(self, mass: AirMass, hour: Hour, given: Given, city: float) -> None:
        """Let an hour pass in boxes, with so much of what the city gave off in them, and all of what the region did."""
        region = given.layers.sum(axis=0) * self._region / mass.setting.city_m**2
        mass.step(hour, given.layers * city, region, np.ones(1))

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
        control, members = forecast.control, forecast.wind_mps.shape[1]
        units = self._inventory.transport.station_units(control).mean(axis=1)
        aloft = self._inventory.transport.aloft(control)
        wind = np.maximum(forecast.wind_mps, self.background.setting.least_wind_mps)
        ratio = np.clip(wind[:, :1] / wind, 1 / WIND_RATIO, WIND_RATIO)
        found = np.empty(wind.shape)
        background, box, carried = self.background.many(members), self.box.many(members), self.carried.copy()
        before = self._before
        begin = np.log(self.correction())
        for hour, gps in enumerate(gps_of_hour):
            own = np.zeros(1)
            if before is not None:
                weather = _members_hour(forecast, hour)
                for mass, city in ((background, 0.0), (box, 1.0)):
                    self._step(mass, weather, before, city)
                way = way_of(control, hour, box.setting)
                own = fine_of(carried.hour(hour_of(control, hour), way, before.cells, self._places)[0][0]).mean()
            before = Given.of(self._inventory, gps, aloft[hour])
            old = fine_of(background.ugm3[CITY, GROUND])
            boxed = np.maximum(fine_of(box.ugm3[CITY, GROUND]) - old, _LEAST_UGM3)
            correct = np.exp(begin * np.exp(-hour / FADES_H))
            fresh = float((units[hour] * gps[:, 0]).sum()) * ratio[hour]
            found[hour] = correct * (fresh + old + own * np.clip(boxed / boxed[0], 1 / BOX_RATIO, BOX_RATIO))
        return found

    def response(self, control: Weather) -> Response:
        """Return what emissions of the first 24 hours of a forecast give in its first 48."""
        day = control.between(control.start, DAY_H)
        fresh = self._inventory.transport.station_units(day).mean(axis=(0, 1), dtype=np.float64)
        aloft = self._inventory.transport.aloft(day).mean(axis=0)
        hours = min(control.hours, RESPONDS_H)
        aged = self._inventory.carried.response(control, hours, DAY_H, self.background.setting)
        return Response(fresh * DAY_H / hours, aged, aloft)

    def residuals(self) -> tuple[Floats, int]:
        """Return what the stations saw less what was expected, shape (hours, stations), and how many hours that is."""
        seen, expected = np.array(self.observed[-REMEMBERS_H:]), np.array(self.expected[-REMEMBERS_H:])
        return seen - expected, len(seen)


def _members_hour(forecast: WeatherForecast, hour: int) -> Hour:
    return Hour(
        forecast.wind_mps[hour], forecast.mixing_height_m[hour], forecast.humidity_percent[hour],
        forecast.temperature_c[hour], np.asarray(forecast.control.rain_mm[hour]), int(forecast.control.stability[hour]),
    )  # fmt: skip
