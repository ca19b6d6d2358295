"""The traffic domain: drivers live their day on the roads and in the car parks."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
import simpy
from numpy.typing import NDArray

from twin.core.clock import DAY_S, DRAIN_LIMIT_S, MS
from twin.core.errors import ScenarioError
from twin.core.streams import Streams
from twin.domains.traffic.agents import CityLots, Drivers
from twin.domains.traffic.air_links import AirLinks
from twin.domains.traffic.books import Books
from twin.domains.traffic.capacity import Capacity
from twin.domains.traffic.car_parks import CarParks
from twin.domains.traffic.connections import DRIVER_TRAFFIC
from twin.domains.traffic.crowd_lots import with_crowd_lots
from twin.domains.traffic.crowds import with_crowds
from twin.domains.traffic.dark_signals import DarkSignals, failing_signals
from twin.domains.traffic.entrances import Entrances
from twin.domains.traffic.gates import Gates
from twin.domains.traffic.gridlock import GridlockWatch
from twin.domains.traffic.guidance import Guidance
from twin.domains.traffic.happened import record_crowds
from twin.domains.traffic.happenings import CARS_STAY, CROWD, SIGNALS_FAIL
from twin.domains.traffic.illegal_parking import KERB, IllegalParking, draw_kerb
from twin.domains.traffic.incidents import EVENTS, Incidents, draw_events, roads_may_close
from twin.domains.traffic.load_delay import LoadDelay
from twin.domains.traffic.lots import draw_lots
from twin.domains.traffic.network import Network
from twin.domains.traffic.night_opening import NightOpening
from twin.domains.traffic.parameters import PURPOSES, VEHICLE_KINDS, TrafficParameters
from twin.domains.traffic.parking_app import ParkingApp, Users
from twin.domains.traffic.parking_feed import FEED, ParkingFeed, draw_feed
from twin.domains.traffic.parking_records import ParkingRecords
from twin.domains.traffic.plate_restriction import BARRED, inside_rings, restricted
from twin.domains.traffic.price_minding import MINDING, PriceMinding, borne_levels, draw_minding
from twin.domains.traffic.pricing import Pricing
from twin.domains.traffic.priority import Priority
from twin.domains.traffic.records import INTERVAL_S, Records
from twin.domains.traffic.sample import record_agents, thinned_lots
from twin.domains.traffic.signal_control import SIGNALS, SignalControl, draw_signals
from twin.domains.traffic.staying import without_those_who_stay
from twin.domains.traffic.supplied import Supplied, vehicles_and_trips
from twin.domains.traffic.supplied_lots import lots_of
from twin.domains.traffic.supplied_routes import Routes
from twin.domains.traffic.tables import Demand, draw_tables
from twin.domains.traffic.trips import TripBook
from twin.domains.traffic.watch import Watch
from twin.domains.traffic.ways import Ways
from twin.kernels.arrivals import arrive
from twin.kernels.setting_out import Journeys, SettingOut, Whereabouts, set_out

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.city.conditions import RoadConditions
    from twin.core.domain import WorldEvent
    from twin.core.model import Twin

VEHICLES: Final = "traffic.vehicles"
TRIPS: Final = "traffic.trips"
LONGEST_MS: Final = 2**31 - 1
"""Times on the road are whole milliseconds of 32 bits."""
STAYED_IN: Final = 2
"""The row of `SettingOut.stays` that holds lots."""
LOTS_OF: Final = Streams(0, 0)
"""Where lots lie belongs to the city, not to the day: all seeds and replications have the same."""


class TrafficDomain:
    """Drivers, roads and car parks of one run."""

    name = "traffic"

    def __init__(
        self,
        parameters: TrafficParameters,
        city: City,
        roads: RoadConditions,
        supplied: Supplied | None = None,
    ) -> None:
        self.supplied = supplied or Supplied()
        self.parameters = parameters
        self.city = city
        self.roads = roads
        chosen = parameters.model_dump_json()
        self.demand: Demand = city.shared(("traffic.demand", chosen), lambda: Demand.of(city, parameters))
        self.lots: pd.DataFrame = city.shared(("traffic.lots", chosen), self._draw_lots)
        self.network: Network = city.shared(
            ("traffic.network", chosen), lambda: Network.of(city, self.lots, parameters)
        )
        self.book: TripBook
        self._records: Records

    def _draw_lots(self) -> pd.DataFrame:
        def draw(column: str) -> np.random.Generator:
            return LOTS_OF("traffic", "lots", column)

        land = self.demand.where.land
        if self.supplied.lots is not None:
            lots = lots_of(self.supplied.lots, draw, self.city, land, self.parameters)
        else:
            lots = draw_lots(draw, self.city, land, self.parameters)
        return thinned_lots(lots, self.parameters.vehicles_per_agent)

    def draw_tables(self, twin: Twin) -> dict[str, pd.DataFrame]:
        """Draw who drives when from where to where."""
        if MS * (twin.clock.warm_up_s + twin.clock.duration_s + DRAIN_LIMIT_S) > LONGEST_MS:
            raise ScenarioError(
                "traffic lives {days:.0f} days at most, warm-up and what is under way at the end included; shorten "
                "duration_h or warm_up_h",
                days=LONGEST_MS / MS / DAY_S,
            )
        self.lots = with_crowd_lots(self.lots, twin.events, self.city, self.demand, self.network)
        if self.supplied.trips is None:
            vehicles, trips = draw_tables(
                lambda table, *column: twin.streams("traffic", table, *column), twin.clock, self.demand
            )
        else:
            vehicles, trips = vehicles_and_trips(
                self.supplied.trips, lambda column: twin.streams("traffic", "supplied", column), twin.clock,
                self.parameters,
            )  # fmt: skip
        vehicles, trips = with_crowds(
            lambda table, *column: twin.streams("traffic", table, *column), (vehicles, trips), self.city.roads,
            twin.clock, self.demand, twin.events,
        )  # fmt: skip
        trips = without_those_who_stay(twin.streams("traffic", "stays"), trips, len(vehicles), twin.events)
        trips, barred = restricted(
            lambda column: twin.streams("traffic", "plates", column), (vehicles, trips), self.city.roads, twin.clock,
            self.parameters,
        )  # fmt: skip
        may_fail = failing_signals(self.city.roads, self.network, twin.events)
        signals = draw_signals(lambda column: twin.streams("traffic", "signals", column), len(may_fail))
        events = draw_events(lambda column: twin.streams("traffic", "events", column), twin.events)
        feed = draw_feed(twin.streams("traffic", "feed", "error"), len(self.lots))
        kerb = draw_kerb(twin.streams("traffic", "kerb", "illegal"), len(vehicles))
        minding = draw_minding(twin.streams("traffic", "prices", "minding"), len(vehicles))
        return {
            VEHICLES: vehicles, TRIPS: trips, SIGNALS: signals, FEED: feed, KERB: kerb, EVENTS: events, BARRED: barred,
            MINDING: minding,
        }  # fmt: skip

    def start(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        """Put everybody where the day begins, and let time run."""
        parameters, clock = self.parameters, twin.clock
        self._twin = twin
        self._step_ms = round(MS * parameters.step_s)
        self._begins_ms = -round(MS * clock.warm_up_s)
        self._ends_ms = round(MS * clock.duration_s) - self._begins_ms
        vehicles = self.vehicles = tables[VEHICLES]
        steps = -(-self._ends_ms // self._step_ms)  # nothing new begins after the end
        self.book = TripBook(tables[TRIPS], len(vehicles), self._begins_ms, self._step_ms, steps)
        may_park = parameters.may_park.model_dump()
        self._parks = np.array([bool(may_park.get(purpose)) for purpose in PURPOSES])
        self._permit = np.array(vehicles["home_permit"], np.bool_)
        share = twin.brain.connection(DRIVER_TRAFFIC.name)
        self.informed = vehicles["traffic_draw"].to_numpy() < (share.share if share.on else 0.0)
        self._start_roads(twin)
        inside = inside_rings(self.city.roads, parameters, "fourth_ring")
        self.air_links = AirLinks(
            twin, self.network, self.road, vehicles, inside, self.begins_s, parameters.vehicles_per_agent
        )
        self.car_parks = CarParks(self.lots, self.network, parameters, len(vehicles))
        self._start_parking(twin, tables)
        book, car_parks = self.book, self.car_parks
        self._midnight_ms = round(MS * clock.second_of_day(self._begins_ms / MS))
        self._arrivals = (
            book.stops(self.books.paid_at_fen), car_parks.seekers(self.illegal_parking.would, self._permit),
            car_parks.ground(self.entrances.barriers, self.books.surcharge_fen), car_parks.customs(self._parks),
        )  # fmt: skip
        self._start_ways(twin, tables)
        self._start_signals(twin, tables)
        self._start_records(twin, tables)
        self._place_overnight(vehicles)
        twin.env.process(self._live(twin))

    def _start_roads(self, twin: Twin) -> None:
        """Open the roads, and let those look at them who tell others of their times."""
        parameters, network = self.parameters, self.network
        tracked = parameters.tracked_share if twin.streams.replication == 0 else 0.0  # for the playback
        self.road = network.road(round(MS * 60 * parameters.unjam_min), parameters.junction_slack, tracked)
        equivalents = parameters.car_equivalents.model_dump()
        of_kind = np.array([equivalents[kind] for kind in VEHICLE_KINDS])
        self.road.add_vehicles(len(self.vehicles), of_kind[self.vehicles["kind"].to_numpy()])
        self.capacity = Capacity(self.road, network.times.headway_ms)
        self._load_delay = LoadDelay(network, self.road, parameters)
        self._watch = Watch(self.city, network, self.road, self.roads, round(MS * 60 * parameters.watched_every_min))
        self.roads.watch(twin.env, self._watch.measure())

    def _start_ways(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        """Find the ways that drivers know, and what may bar them."""
        parameters, network = self.parameters, self.network
        self.ways = Ways(
            self.city, network, self.road, parameters, twin.clock, anybody_informed=bool(self.informed.any()),
            roads_may_close=roads_may_close(twin.events),
            guide=Guidance(twin.brain, network.times.free_ms, parameters).times_ms,
        )  # fmt: skip
        given = self.supplied.trips
        self.routes = Routes([] if given is None else given["route"].tolist(), network.links, len(self.vehicles))
        self.gates = Gates(twin.brain, self.city.roads, network, self.road, self.capacity, parameters)
        self.incidents = Incidents(
            self.city, network, self.road, self.ways, self.car_parks, self.capacity, parameters, tables[EVENTS],
            self.informed, twin.recorder,
        )  # fmt: skip

    def _start_signals(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        """Let signals run, fail, and make way for ambulances."""
        parameters, network = self.parameters, self.network
        self.signal_control = SignalControl(twin.brain, network, self.road, parameters, tables[SIGNALS])
        self.dark_signals = DarkSignals(
            network, failing_signals(self.city.roads, network, twin.events), tables[SIGNALS]["failure_draw"].to_numpy(),
            parameters,
        )  # fmt: skip
        self.priority = Priority(
            twin, self.city, self.roads, network, self.road, self.signal_control, parameters, tables[SIGNALS],
            self.begins_s,
        )  # fmt: skip

    def _start_records(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        """Write what there is."""
        parameters, ring_roads = self.parameters, self.parameters.ring_roads
        record_agents(twin.recorder, parameters.vehicles_per_agent)
        self._gridlock = GridlockWatch(twin.recorder, self.network, self.road, self.city.roads, ring_roads)
        self.parking_records = ParkingRecords(twin.recorder, self._begins_ms, parameters.vehicles_per_agent)
        self._records = Records(twin.recorder, self.network, self.road, parameters.vehicles_per_agent)
        self._records.describe(self.lots, self.parking_app.connected)
        self._records.describe_links(self.city.roads, ring_roads)
        self._records.describe_drivers(self.informed, self.parking_app.user)
        self._records.barred(tables[BARRED])
        record_crowds(twin.recorder, twin.events, len(self.vehicles), self.parameters.agents_factor)

    def _start_parking(self, twin: Twin, tables: Mapping[str, pd.DataFrame]) -> None:
        """Open the lots' entrances and books, and the app."""
        parameters, vehicles = self.parameters, tables[VEHICLES]
        self.books = Books(
            self.lots, len(self.book), len(vehicles), round(60 * parameters.free_min), self._begins_ms,
            twin.clock.second_of_day(0.0),
        )  # fmt: skip
        self.entrances = Entrances(self.lots)
        self.illegal_parking = IllegalParking(
            tables[KERB], self.network, self.road.out_first, self.road.out_link, self.capacity, parameters
        )
        feed = ParkingFeed(twin.brain, self.lots, tables[FEED], parameters)
        self.night_opening = NightOpening(twin, self.lots, self.books, self.car_parks, parameters)
        self.car_parks.bears = borne_levels(tables[MINDING]["price_draw"].to_numpy(), parameters.price_elasticity)
        minding = PriceMinding(self.lots, self.books, self.car_parks, feed.connected, parameters.price_elasticity)
        self.pricing = Pricing(twin.brain, self.lots, self.books, feed, self.car_parks, minding, parameters)
        self.parking_app = ParkingApp(
            twin, self.lots, vehicles, self.network, self.car_parks, parameters, feed, self.books, len(self.book)
        )

    def _place_overnight(self, vehicles: pd.DataFrame) -> None:
        """Let the cars that are kept in lots stand where they stood overnight."""
        first = self.book.first
        of_vehicle = self.book.vehicle[first]
        kept = ~self._permit[of_vehicle] & self._parks[self.book.purpose[first]]
        where = self.network.junction_point[self.network.links.node_junction[self.book.origin[first[kept]]]]
        self.overnight = np.full(len(vehicles), -1, np.int32)
        self.overnight[of_vehicle[kept]] = self.car_parks.place_overnight(where, self._time_of_day_ms(0))
        stops, seekers, _, customs = self._arrivals
        links, network, book = self.network.links, self.network, self.book
        journeys = Journeys(
            book.vehicle, book.origin, book.destination, self.overnight, book.departed_ms, book.left_ms
        )  # fmt: skip
        places = Whereabouts(links.node_junction, network.junction_point, network.point_junction)
        self._departures = stops, seekers, customs, journeys, places

    def _time_of_day_ms(self, at_ms: int | NDArray[np.int32]) -> Any:
        return (at_ms + self._midnight_ms) % round(MS * DAY_S)

    def _live(self, twin: Twin) -> Generator[simpy.Event, Any, None]:
        """Let the road live step by step, ahead of the clock by one."""
        step = 0
        while self._still_driving(step):
            self._live_step(step)
            step += 1
            yield twin.env.timeout(self._step_ms / MS)
            self._watch.look(step * self._step_ms)

    def _still_driving(self, step: int) -> bool:
        return step * self._step_ms < self._ends_ms or self.busy()

    def _live_step(self, step: int) -> None:
        """Let those set out whose time has come, the road live a step, and those park who have arrived."""
        book, begins_ms = self.book, step * self._step_ms
        ends_ms = begins_ms + self._step_ms
        trips, at_ms = self.air_links.allowed(book, *book.due(step))
        who, junction, seeks, stays = self._set_out(trips, at_ms)
        self.books.end(*stays)
        junction = self.routes.begin(who, junction)
        if self.car_parks.prices_differ:
            self.car_parks.go_where_prices_suit(
                who[seeks], book.purpose[trips[seeks]], self._time_of_day_ms(at_ms[seeks])
            )
        looking, again_ms, from_junction = self.car_parks.going_on(begins_ms)
        if not self.parking_app.silent:
            user = self.parking_app.user
            self.parking_app.lead(
                book, Users(who, trips, junction).of(seeks & user[who]),
                Users(looking, book.current[looking], from_junction).of(user[looking]),
                begins_ms, (begins_ms + self._begins_ms) / MS, self._time_of_day_ms(begins_ms),
            )  # fmt: skip
        drivers = np.concatenate([who, looking])
        self.incidents.send(drivers)
        self.routes.send(who, self.road)
        book.search_m[book.current[looking]] += self.ways.length_m(
            from_junction, self.car_parks.heading[looking], self.informed[looking]
        )
        arrived, time_ms = self.road.advance(
            ends_ms, drivers, np.concatenate([at_ms, again_ms]), np.concatenate([junction, from_junction])
        )
        self._arrive(arrived, time_ms, ends_ms)
        self.car_parks.leave(stays[STAYED_IN])  # not before: nobody takes a place earlier than it is left
        self._load_delay.step(ends_ms)
        self.ways.renew(ends_ms, self._begins_ms)
        self.incidents.step(ends_ms)
        self.gates.step(ends_ms, (ends_ms + self._begins_ms) / MS)
        self.signal_control.step(ends_ms, (ends_ms + self._begins_ms) / MS)
        self.priority.step(ends_ms)
        self.illegal_parking.step(book, ends_ms)
        self.night_opening.step((ends_ms + self._begins_ms) / MS)
        self.pricing.step(ends_ms, (ends_ms + self._begins_ms) / MS)
        if ends_ms % (MS * INTERVAL_S) == 0:
            ends_s = (ends_ms + self._begins_ms) // MS
            self._records.interval(ends_s, self.car_parks.taken)
            self.parking_records.interval(ends_s, self.books)
            self._gridlock.look((ends_ms + self._begins_ms) / MS)
            self._records.tracks(self.begins_s)

    def _set_out(self, trips: NDArray[np.int32], at_ms: NDArray[np.int32]) -> SettingOut:
        """Let trips begin; return who sets out where, who will look for a place, and what stays in lots end."""
        out = SettingOut.of(len(trips))
        ended = set_out(*self._departures, trips, at_ms, out)
        return out._replace(stays=out.stays[:, :ended])

    def _arrive(self, who: NDArray[np.int32], time_ms: NDArray[np.int32], ends_ms: int) -> None:
        """Let those who have arrived look for a place, and plan what they do next."""
        book = self.book
        goes_on, here, illegal, ended = np.empty((4, len(who)), np.int32)
        going, stopped = arrive(
            *self._arrivals, who, time_ms, self._midnight_ms, round(MS * DAY_S), goes_on, here, illegal, ended
        )
        goes_on, here, illegal = goes_on[:going], here[:going], illegal[:stopped]
        self.car_parks.go_on(who[goes_on], time_ms[goes_on], here)
        self.illegal_parking.stop(who[illegal], book.current[who[illegal]], book, time_ms[illegal])
        book.plan_next(ended[: len(who) - going], self.parameters.least_stay_share, ends_ms)

    def on_event(self, twin: Twin, event: WorldEvent, begins: bool) -> None:
        """Change the roads; those who come for a crowd were drawn before."""
        number = next(place for place, other in enumerate(twin.events) if other is event)
        if event.kind == SIGNALS_FAIL.name:
            self.dark_signals.begins_or_ends(number, float(event.value), begins)
            self.incidents.state.set_dark(self.dark_signals.capacity_share())
            self.incidents.refresh()
            if len(self.network.signals):
                self.signal_control.set_dark(self.dark_signals.phases())
        elif event.kind not in (CROWD.name, CARS_STAY.name):
            self.incidents.on_event(number, event, begins, self.road.now_ms, twin.now)

    def busy(self) -> bool:
        """Say whether somebody still drives."""
        return bool(self.road.driving_count > 0) or self.car_parks.somebody_goes_on

    def finish(self, twin: Twin) -> None:
        """Record the trips, and those that are still under way."""
        self._records.tracks(self.begins_s)
        self._records.trips(self.book, self.lots, self._begins_ms / MS)
        ends_s = -(-(self.road.now_ms + self._begins_ms) // MS)
        self.parking_records.finish(
            ends_s, self.book, self.books, self.overnight, self.parking_app, self.illegal_parking
        )
        self.incidents.finish(twin.now)
        self._gridlock.finish()
        self.priority.finish(self.road.now_ms)

    def populations(self) -> Mapping[str, Sequence[Any]]:
        """Return the drivers and the lots."""
        return {"drivers": Drivers(self), "lots": CityLots(self)}

    @property
    def begins_s(self) -> float:
        """When the run begins, seconds since the scenario's start: not after 0."""
        return self._begins_ms / MS

    def route_of(self, vehicle: int) -> NDArray[np.int32]:
        """Return the links by which a vehicle drives to where it is heading from where its trip began, as known now."""
        trip, point = int(self.book.current[vehicle]), int(self.car_parks.heading[vehicle])
        if trip < 0 or point < 0 or not self.road.is_driving(vehicle):
            return np.empty(0, np.int32)
        junction = int(self.network.links.node_junction[self.book.origin[trip]])
        return self.ways.route(junction, point, informed=bool(self.informed[vehicle]))
