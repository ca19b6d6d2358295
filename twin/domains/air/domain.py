"""The air domain as the twin knows it: sources emit, weather carries, people breathe, the city warns and curbs."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import simpy
from numpy.typing import NDArray

from twin.atmosphere.weather import Weather
from twin.city.road_volumes import RoadVolumes, TrafficRestricted
from twin.domains.air.actions import REGION_JOINS_FROM, Actions, Orders, Secrets, plant_of
from twin.domains.air.agents import Plants
from twin.domains.air.city_air import LIVED, CityAir
from twin.domains.air.connections import STATION_FEED
from twin.domains.air.desk import Desk
from twin.domains.air.emissions import Emissions
from twin.domains.air.exposure import Exposure, draw_calls, let_people_fall_ill
from twin.domains.air.forecasts import Forecasts
from twin.domains.air.happenings import CHEATS, METERS_FAIL
from twin.domains.air.hours import DAY_H, Hours
from twin.domains.air.inventory import INVENTORY_OF, Inventory
from twin.domains.air.kinds import RESTRICTIONS
from twin.domains.air.known_air import KnownAir
from twin.domains.air.learned import LearnedModel, limit_ugm3
from twin.domains.air.map_records import MapRecords
from twin.domains.air.meters import Meters
from twin.domains.air.parameters import AirParameters
from twin.domains.air.records import Records
from twin.domains.air.supplied import SuppliedAir
from twin.domains.air.tables import draw_days, draw_forecasts, draw_hours, draw_meters, draw_plants, weather_frame
from twin.domains.air.weather_source import weather_from, weather_of

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.city.conditions import RoadConditions
    from twin.core.domain import WorldEvent
    from twin.core.model import Twin

WEATHER: Final = "air.weather"
DAYS: Final = "air.days"
METERS: Final = "air.meters"
PLANTS: Final = "air.plants"
CHANCE: Final = "air.hours"
FORECASTS: Final = "air.forecasts"
CALLS: Final = "air.calls"
_, LORRIES, ODD_EVEN = RESTRICTIONS
Floats = NDArray[np.float64]


class AirDomain:
    """The air of one run.

    Attributes
    ----------
    inventory
        The sources, and where their air is looked at; shared by replications.
    hours, weather
        The hours that are known, spin-up first, and their weather.
    air, known
        What the air is, and what the city's own model makes of what it knows.
    actions, secrets
        What is ordered, and who does otherwise.
    """

    name = "air"

    def __init__(
        self, parameters: AirParameters, city: City, roads: RoadConditions, supplied: SuppliedAir | None = None
    ) -> None:
        del roads
        self.parameters, self.city = parameters, city
        self._supplied = supplied or SuppliedAir()
        key = ("air.inventory", parameters.model_dump_json())
        self.inventory: Inventory = city.shared(key, lambda: Inventory.of(city, parameters, self._supplied.plants))
        self.city_scale = parameters.scale(float(city.map.population.residents.sum()))
        self.hours: Hours
        self.weather: Weather
        self.records: Records

    def draw_tables(self, twin: Twin) -> dict[str, pd.DataFrame]:
        """Draw weather, the chance of days, hours and forecasts, and who might fall ill."""
        parameters, plants = self.parameters, self.inventory.sources.plants
        hours = Hours.of(twin.clock, parameters.spin_up_days)

        def draw_for(table: str) -> Callable[[str], np.random.Generator]:
            return lambda column: twin.streams("air", table, column)

        urban_residents = parameters.urban_residents * self.city_scale
        weather = weather_of(hours, twin.streams, self._supplied.weather, twin.events, urban_residents)
        return {
            WEATHER: weather_frame(weather),
            DAYS: draw_days(draw_for("days"), hours.days, plants, parameters),
            METERS: draw_meters(draw_for("meters"), hours.known, plants, parameters),
            PLANTS: draw_plants(lambda column: INVENTORY_OF("air", "honesty", column), plants, parameters),
            CHANCE: draw_hours(draw_for("hours"), hours.known, self.inventory.receptors.stations, parameters),
            FORECASTS: draw_forecasts(draw_for("forecasts"), hours.days, parameters),
            CALLS: draw_calls(draw_for("calls"), twin.clock, self.city, parameters),
        }

    def start(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        """Live the days of spin-up, and let the run's hours come."""
        parameters, inventory = self.parameters, self.inventory
        self._twin = twin
        self.hours = Hours.of(twin.clock, parameters.spin_up_days)
        self.weather = weather_from(tables[WEATHER], self.hours)
        self.emissions = Emissions(inventory, self.hours, tables[DAYS], parameters)
        self.air = CityAir(inventory, self.hours, self.weather, tables[CHANCE], parameters)
        self.known = KnownAir(inventory, self.weather, self.air.units, parameters)
        self.forecasts = Forecasts(self.weather, self.hours, tables[FORECASTS], parameters)
        self.meters = Meters(twin.brain, tables[PLANTS], tables[METERS])
        self.actions = Actions(inventory, parameters)
        self.secrets = Secrets(
            inventory, self.hours, (tables[PLANTS], tables[DAYS]), twin.events, self.city.roads, parameters
        )
        self.exposure = Exposure(inventory, self.weather)
        errors = [f"error_{place + 1}" for place in range(inventory.receptors.stations)]
        self._station_error = tables[CHANCE][errors].to_numpy(np.float64)
        self.records = Records(twin.recorder, inventory, parameters.event_index)
        self._maps = MapRecords(twin.recorder, inventory)
        for event in twin.events:
            if event.kind == CHEATS.name:
                who = plant_of(event, inventory, self.city.roads)
                self.records.secrets.add(who, event.begins_s, float(event.value))
        self.learned = self._learned(twin.clock.start.date())
        self._desk = Desk(twin, self)
        self._lived = 0
        self._on_paper: list[Floats] = []
        self._days_seen: list[float] = []
        while self._lived < self.hours.first:
            self._live_hour(None)
        twin.env.process(self._live())
        calls = tables[CALLS]
        twin.env.process(let_people_fall_ill(twin, self.city, calls, self.exposure, self.records, parameters))

    def _learned(self, day: date) -> LearnedModel | None:
        """Fit the daily model where the scenario names days to learn from; once for all replications and brains."""
        days = self._supplied.days
        if days is None:
            return None
        limit = limit_ugm3(self.parameters, day)
        key = ("air.learned", days.first, limit, *((name, column.tobytes()) for name, column in days.columns.items()))
        found: LearnedModel = self.city.shared(key, lambda: LearnedModel(days, limit))
        return found

    @property
    def orders_today(self) -> Orders:
        """What holds on the day of the hour that is lived now."""
        return self.actions.on(self.hours.day(self._lived))

    def _live(self) -> Generator[simpy.Event, Any, None]:
        """Let one hour after the other pass; each is reckoned when it ends."""
        twin = self._twin
        while self._lived < self.hours.last:
            self._ask()
            ends_s = self.hours.begins(self._lived + 1)
            if ends_s > twin.now:
                yield twin.env.timeout(ends_s - twin.now)
            self._live_hour(self._road_volumes())

    def _road_volumes(self) -> RoadVolumes | None:
        """Return what the roads carried in the hour, where a domain fills them."""
        read = self._twin.channels.field("road_volumes")
        return None if read is None else read()

    def _ask(self) -> None:
        """Ask what this hour of the day asks for, before it passes."""
        clock_h = self._lived % DAY_H
        if self.hours.begins(self._lived) < self._twin.now:  # the run begins within the hour
            return
        if clock_h == self.parameters.inspection_at_h:
            self._desk.send_inspectors(self._lived)
        if clock_h == self.parameters.warning_at_h:
            self._desk.ask_for_tomorrow(self._lived)

    def _live_hour(self, volumes: RoadVolumes | None) -> None:
        """Let an hour pass: emissions, air, what stations see and people breathe."""
        hour, spinning = self._lived, self._lived < self.hours.first
        day = self.hours.day(hour)
        orders, rule = self.actions.on(day), self.actions.road_rule(day)
        ordinary = self.emissions.ordinary(hour, volumes, rule)
        without = ordinary.copy()
        plants = self.inventory.sources.plants
        without[:plants] *= self.secrets.factor(hour, unfound=True)[:, None]
        cut = orders.cut.copy()
        cut[:plants][self.secrets.disobeys()] = 0.0
        lived = self.emissions.under(ordinary, cut, rule, self.secrets.factor(hour), hour, volumes)
        air = self.air.live(hour, lived, without, orders.level >= REGION_JOINS_FROM)
        seen = air.stations[LIVED, 0] * self._station_error[hour]
        knows = spinning or self._twin.brain.works(STATION_FEED.name)
        known_gps = self.emissions.known(hour, self.meters.ratio(hour, self.emissions.load(hour)), orders.cut, rule)
        self.known.live(hour, known_gps, seen if knows else np.full(len(seen), np.nan))
        self._on_paper.append(seen)
        if hour % DAY_H == DAY_H - 1:
            if not self._twin.brain.connection(STATION_FEED.name).on:
                self.known.read_later(self._on_paper)
            if day * DAY_H >= self.hours.first:
                self._days_seen.append(float(np.mean(self._on_paper)))
            self._on_paper = []
        if not spinning:
            begins_s = self.hours.begins(hour)
            self.records.stations(begins_s, air, seen, known=knows)
            counted = 0 <= begins_s < self._twin.clock.duration_s
            exposed = self.exposure.live(hour, lived[:, 0], without[:, 0], air.aged_fine, counted=counted)
            if counted:
                self._maps.field(begins_s, self.exposure.field(hour))
                self._maps.hour(
                    self.air.units.of(hour), lived[:, 0], without[:, 0], air.stations[LIVED, 0], orders.cut,
                    self.emissions.activity(hour),
                )  # fmt: skip
            self._record(hour, orders, air.stations[:, 0].mean(axis=1), exposed, lived, without)
        self._lived += 1

    def _record(self, hour: int, orders: Orders, pm25: Floats, exposed: Floats, lived: Floats, without: Floats) -> None:
        weather, sources = self.weather, self.inventory.sources
        works = np.minimum(self.emissions.activity(hour), 1.0)
        yuan = float((sources.hour_yuan * orders.cut * works).sum())
        self.records.hours.add(
            self.hours.begins(hour), orders.level, orders.restriction, float(pm25[0]), float(pm25[1]),
            float(exposed[0]), float(exposed[1]), float(self.inventory.receptors.residents.sum()),
            float(weather.wind_mps[hour]), float(weather.wind_from_deg[hour]), float(weather.mixing_height_m[hour]),
            float(weather.humidity_percent[hour]), yuan, float(lived[:, 0].sum()), float(without[:, 0].sum()),
        )  # fmt: skip

    def restrict_traffic(self, day: int, restriction: str) -> None:
        """Tell who may not drive on a day: with cars by their plates, lorries inside the ring too."""
        if restriction == "none":
            return
        begins_s = self.hours.midnight_s(day)
        odd = self.hours.moment(day * DAY_H).day % 2 == 1
        given = self.parameters
        barred = {LORRIES: given.lorry_rule_share}
        if restriction == ODD_EVEN:
            barred[ODD_EVEN] = given.odd_even_complies
        for kind, complies in barred.items():
            self._twin.channels.publish(
                "traffic_restricted", TrafficRestricted(kind, begins_s, begins_s + DAY_H * 3600.0, complies, odd)
            )

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Let meters fail, or work again; all else acts by the tables, or by the hour."""
        del twin
        if event.kind == METERS_FAIL.name:
            self.meters.failing_share = float(event.value) if begins else 0.0

    def busy(self) -> bool:
        """Say whether something is under way: air never is."""
        return False

    def finish(self, twin: Twin) -> None:
        """Live the last hour, and write what people breathed."""
        while self._lived < self.hours.last and self.hours.begins(self._lived + 1) <= twin.now:
            self._live_hour(self._road_volumes())
        self.records.exposure(*self.exposure.means())
        self._write_days()
        self._maps.finish()

    def _write_days(self) -> None:
        """Write the whole days that were lived, as others may learn from them."""
        midnight = -(-self.hours.first // DAY_H) * DAY_H
        if self._days_seen:
            weather = self.weather.between(self.hours.moment(midnight), len(self._days_seen) * DAY_H)
            self.records.days(weather, self._days_seen)

    def populations(self) -> Mapping[str, Sequence[Any]]:
        """Return the enterprises."""
        return {"plants": Plants(self)}
