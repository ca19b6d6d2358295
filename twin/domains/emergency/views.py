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
        self._station_nodes = np.array([station.node for station in stations], dtype=np.int32)
        xy_m = city.roads.node_xy_m[self._station_nodes]
        between_m = np.hypot(*(xy_m[:, None, :] - xy_m[None, :, :]).transpose(2, 0, 1))
        preferred = np.argsort(between_m, axis=1, kind="stable")
        self._order = np.empty_like(preferred, dtype=np.int32)
        np.put_along_axis(self._order, preferred, np.arange(len(stations), dtype=np.int32)[None, :], axis=1)
        self._hospitals = [hospital for hospital in hospitals if not hospital.place.children_only]

    def informed(self) -> bool:
        """Say whether live traffic is known now."""
        return self._brain.works(connections.LIVE_TRAFFIC.name)

    def known_times(self, time_s: float) -> TravelTimes:
        """Return the travel times as the city brain knows them."""
        return self._roads.live_times(time_s) if self.informed() else self._roads.ordinary_times(time_s)

    def dispatch(self, time_s: float, caller: Caller, calls_waiting: int) -> DispatchView:
        """Return what the dispatcher sees."""
        fleet, row = self._fleet, caller.row
        free = np.flatnonzero(fleet.free).astype(np.int32)
        nodes, ahead_s, moving = self._positions(free, time_s)
        known = self.known_times(time_s)
        drive_ms = known.times_from_places(self._city.stations, caller.reported_node)[fleet.station[free]]
        if len(moving):
            drive_ms[moving] = known.times_to(nodes[moving], caller.reported_node)
        own = int(np.argmin(self._city.straight_line_m(self._station_nodes, caller.reported_node)))
        vehicles = Vehicles(
            id=_read_only(free),
            station=_read_only(fleet.station[free]),
            at_station=_read_only(fleet.at_station[free]),
            station_order=_read_only(self._order[own, fleet.station[free]]),
            straight_line_m=_read_only(self._city.straight_line_m(nodes, caller.reported_node).astype(np.float32)),
            drive_time_s=_read_only(ahead_s + self._factor * drive_ms.astype(np.float32)),
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
        self, free: NDArray[np.int32], time_s: float
    ) -> tuple[NDArray[np.int32], NDArray[np.float32], NDArray[np.int64]]:
        """Return where each free vehicle can next turn, in how many seconds it is there, and which are under way."""
        nodes = self._fleet.node[free]
        ahead_s = np.zeros(len(free), dtype=np.float32)
        moving = np.flatnonzero(~self._fleet.at_station[free])
        for position in moving.tolist():
            trip = self._fleet.ambulances[int(free[position])].way_home
            if trip is not None:
                turn = trip.timing.position_at(time_s)
                nodes[position] = trip.nodes[turn.place]
                ahead_s[position] = max(0.0, turn.at_s - time_s)
        return nodes, ahead_s, moving

    def open_hospitals(self) -> list[Hospital]:
        """Return the hospitals that take patients now."""
        return [hospital for hospital in self._hospitals if not hospital.closures]

    def hospital(self, time_s: float, caller: Caller) -> HospitalView:
        """Return what the crew sees when it is ready to leave the scene."""
        condition = CONDITIONS[caller.row.condition]
        candidates = self.open_hospitals()
        positions = np.array([hospital.position for hospital in candidates], dtype=np.int32)
        nodes = self._city.hospitals.nodes[positions]
        drive_ms = self.known_times(time_s).times_to_places(caller.node, self._city.hospitals)[positions]
        return HospitalView(
            time_s=time_s,
            call=caller.record.call,
            condition=condition,
            severity=int(caller.row.severity),
            hospitals=Hospitals(
                id=_read_only(positions),
                capable=_read_only(
                    np.array([hospital.can_treat(condition) for hospital in candidates], dtype=np.bool_)
                ),
                straight_line_m=_read_only(self._city.straight_line_m(nodes, caller.node).astype(np.float32)),
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
