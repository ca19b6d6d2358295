"""Builds what a policy sees; connections decide here, and only here, what that contains."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.city.routing import TravelTimes
from twin.core.brain import Brain
from twin.domains.emergency import connections
from twin.domains.emergency.agents import Caller, Fleet, Hospital, Station
from twin.domains.emergency.decisions import DispatchView, GreenChannelView, Hospitals, HospitalView, Vehicles
from twin.domains.emergency.parameters import CONDITIONS

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.city.conditions import RoadConditions

Number = TypeVar("Number", bound=np.generic)


def _read_only(values: NDArray[Number]) -> NDArray[Number]:
    values.flags.writeable = False
    return values.view()  # one that cannot be made writeable again, because its base is not


class Views:
    """Makes the views of one run."""

    def __init__(
        self,
        city: City,
        roads: RoadConditions,
        brain: Brain,
        fleet: Fleet,
        stations: list[Station],
        hospitals: list[Hospital],
        siren_time_factor: float,
    ) -> None:
        self._city, self._roads, self._brain, self._fleet = city, roads, brain, fleet
        self._factor = np.float32(siren_time_factor / 1000)
        self._node_xy_m = city.roads.node_xy_m
        self._station_xy_m = self._node_xy_m[city.stations.nodes].T.copy()
        self._hospital_xy_m = self._node_xy_m[city.hospitals.nodes].T.copy()
        xy_m = self._station_xy_m
        between_m = np.hypot(*(xy_m[:, :, np.newaxis] - xy_m[:, np.newaxis, :]))
        preferred = np.argsort(between_m, axis=1, kind="stable")
        self._order = np.empty_like(preferred, dtype=np.int32)
        np.put_along_axis(self._order, preferred, np.arange(len(stations), dtype=np.int32)[None, :], axis=1)
        self._hospitals = [hospital for hospital in hospitals if not hospital.place.children_only]
        self._can_treat = {
            condition: np.array([hospital.can_treat(condition) for hospital in hospitals], dtype=np.bool_)
            for condition in CONDITIONS
        }
        self.note_closures()

    def note_closures(self) -> None:
        """Take over which hospitals are closed."""
        self._open = np.array([hospital.position for hospital in self.open_hospitals()], dtype=np.int32)

    def informed(self) -> bool:
        """Say whether live traffic is known now."""
        return self._brain.works(connections.LIVE_TRAFFIC.name)

    def known_times(self, time_s: float) -> TravelTimes:
        """Return the travel times as the city brain knows them."""
        return self._roads.live_times(time_s) if self.informed() else self._roads.ordinary_times(time_s)

    def dispatch(self, time_s: float, caller: Caller, calls_waiting: int) -> DispatchView:
        """Return what the dispatcher sees."""
        fleet, row, place = self._fleet, caller.row, caller.reported_node
        free = np.flatnonzero(fleet.free).astype(np.int32)
        station = fleet.station[free]
        known = self.known_times(time_s)
        station_m = self._straight_line_m(self._station_xy_m, place)
        straight_m = station_m[station]
        drive_s = (self._factor * known.times_from_places(self._city.stations, place).astype(np.float32))[station]
        at_station = fleet.at_station[free]
        moving = np.flatnonzero(~at_station)
        if len(moving):
            nodes, ahead_s = self._positions(free[moving], time_s)
            straight_m[moving] = self._straight_line_m(self._node_xy_m[nodes].T, place)
            drive_s[moving] = ahead_s + self._factor * known.times_to(nodes, place).astype(np.float32)
        vehicles = Vehicles(
            id=_read_only(free),
            station=_read_only(station),
            at_station=_read_only(at_station),
            station_order=_read_only(self._order[int(station_m.argmin()), station]),
            straight_line_m=_read_only(straight_m.astype(np.float32)),
            drive_time_s=_read_only(drive_s),
        )
        ready_s = caller.record.triage_s
        return DispatchView(
            time_s=time_s,
            call=caller.record.call,
            condition=CONDITIONS[row.condition],
            severity=int(row.severity),
            exact_location=caller.record.one_tap,
            waiting_s=time_s - ready_s if ready_s is not None else 0.0,
            calls_waiting=calls_waiting,
            free_vehicles=vehicles,
        )

    def _positions(
        self, vehicles: NDArray[np.int32], time_s: float
    ) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return where vehicles under way can next turn, and in how many seconds they are there."""
        nodes = self._fleet.node[vehicles]
        ahead_s = np.zeros(len(vehicles), dtype=np.float32)
        for position, vehicle in enumerate(vehicles.tolist()):
            trip = self._fleet.ambulances[vehicle].way_home
            if trip is not None:
                turn = trip.timing.position_at(time_s)
                nodes[position] = self._roads.node_after(trip, turn.place)
                ahead_s[position] = max(0.0, turn.at_s - time_s)
        return nodes, ahead_s

    def _straight_line_m(self, xy_m: NDArray[np.float64], node: int) -> NDArray[np.float64]:
        """Return the straight distances from places, shape (2, k), to a node, shape (k,)."""
        x_m, y_m = self._node_xy_m[node]
        distance_m: NDArray[np.float64] = np.hypot(xy_m[0] - x_m, xy_m[1] - y_m)
        return distance_m

    def open_hospitals(self) -> list[Hospital]:
        """Return the hospitals that take patients now."""
        return [hospital for hospital in self._hospitals if not hospital.closures]

    def hospital(self, time_s: float, caller: Caller) -> HospitalView:
        """Return what the crew sees when it is ready to leave the scene."""
        condition = CONDITIONS[caller.row.condition]
        drive_ms = self.known_times(time_s).times_to_places(caller.node, self._city.hospitals)[self._open]
        straight_m = self._straight_line_m(self._hospital_xy_m, caller.node)[self._open]
        return HospitalView(
            time_s=time_s,
            call=caller.record.call,
            condition=condition,
            severity=int(caller.row.severity),
            hospitals=Hospitals(
                id=_read_only(self._open.copy()),
                capable=_read_only(self._can_treat[condition][self._open]),
                straight_line_m=_read_only(straight_m.astype(np.float32)),
                drive_time_s=_read_only(self._factor * drive_ms.astype(np.float32)),
            ),
        )

    def green_channel(self, time_s: float, caller: Caller, drive_time_s: float) -> GreenChannelView:
        """Return what the hospital sees of a patient who leaves the scene for it."""
        streamed = self._brain.works(connections.VITALS_STREAM.name)
        return GreenChannelView(
            time_s=time_s,
            call=caller.record.call,
            vital_signs=streamed,
            condition=CONDITIONS[caller.row.condition] if streamed else "",
            severity=int(caller.row.severity) if streamed else 0,
            drive_time_s=drive_time_s,
        )
