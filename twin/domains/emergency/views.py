"""Builds what a policy sees; connections decide here, and only here, what that contains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from twin.city.routing import TravelTimes
from twin.core.brain import Brain
from twin.domains.emergency import connections
from twin.domains.emergency.agents import Ambulance, Caller, Fleet, Hospital, Station
from twin.domains.emergency.decisions import (
    CallsUnderWay,
    Coverage,
    DispatchView,
    GreenChannelView,
    Hospitals,
    HospitalView,
    QueueView,
    RedispatchView,
    StandbyView,
    Stations,
    UnderWay,
    Vehicles,
    WaitingCalls,
)
from twin.domains.emergency.parameters import CONDITIONS, EmergencyParameters

if TYPE_CHECKING:
    from twin.city.city import City
    from twin.city.conditions import RoadConditions

Number = TypeVar("Number", bound=np.generic)


def _read_only(values: NDArray[Number]) -> NDArray[Number]:
    values.flags.writeable = False
    return values.view()  # one that cannot be made writeable again, because its base is not


def coverage_of(city: City, parameters: EmergencyParameters) -> Coverage:
    """Return how the stations of a city cover it; see `Coverage`."""
    target_s = 60 * parameters.coverage_target_min
    ordinary_ms = city.station_to_cell_ms(parameters.coverage_hour)
    drive_s = (ordinary_ms * np.float32(parameters.siren_time_factor / 1000)).astype(np.float32)
    return Coverage(
        demand_share=_read_only(city.demand_share),
        drive_time_s=_read_only(drive_s),
        target_s=target_s,
        covers=_read_only((drive_s <= target_s).astype(np.float32)),
    )


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
        parameters: EmergencyParameters,
    ) -> None:
        self._city, self._roads, self._brain, self._fleet = city, roads, brain, fleet
        self._parameters = parameters
        self._factor = np.float32(parameters.siren_time_factor / 1000)
        self._alert_s = parameters.alert_s.median
        self._stations = stations
        self._node_xy_m = city.roads.node_xy_m
        self._station_xy_m = self._node_xy_m[city.stations.nodes].T.copy()
        self._hospital_xy_m = self._node_xy_m[city.hospitals.nodes].T.copy()
        self._station_district = city.roads.node_district[city.stations.nodes]
        xy_m = self._station_xy_m
        between_m = np.hypot(*(xy_m[:, :, np.newaxis] - xy_m[:, np.newaxis, :]))
        preferred = np.argsort(between_m, axis=1, kind="stable")
        self._order = np.empty_like(preferred, dtype=np.int32)
        np.put_along_axis(self._order, preferred, np.arange(len(stations), dtype=np.int32)[None, :], axis=1)
        self._hospitals = [hospital for hospital in hospitals if not hospital.place.children_only]
        self._all_hospitals = hospitals
        self._bays = np.array([hospital.bays.capacity for hospital in hospitals], dtype=np.int32)
        self._laboratories = np.array([hospital.place.catheterisation_labs for hospital in hospitals], dtype=np.int32)
        self._can_treat = {
            condition: np.array([hospital.can_treat(condition) for hospital in hospitals], dtype=np.bool_)
            for condition in CONDITIONS
        }
        self.coverage = coverage_of(city, parameters)
        covers = self.coverage.covers > 0
        if not parameters.share_vehicles:
            cell, station = city.cell_district, self._station_district
            covers &= (station[:, np.newaxis] == cell) | ~np.isin(cell, station)
        self._covers = np.packbits(covers, axis=1)
        self.note_closures()

    def note_closures(self) -> None:
        """Take over which hospitals and stations are closed."""
        self._open_places = self.open_hospitals()
        chosen = self._open = _read_only(np.array([place.position for place in self._open_places], dtype=np.int32))
        self._open_bays = _read_only(self._bays[chosen])
        self._open_laboratories = _read_only(self._laboratories[chosen])
        self._open_can_treat = {
            condition: _read_only(can_treat[chosen]) for condition, can_treat in self._can_treat.items()
        }
        open_stations = [station.position for station in self._stations if not station.closures]
        self._open_stations = np.array(open_stations, dtype=np.int32)

    def informed(self) -> bool:
        """Say whether live traffic is known now."""
        return self._brain.works(connections.LIVE_TRAFFIC.name)

    def known_times(self, time_s: float) -> TravelTimes:
        """Return the travel times as the city brain knows them."""
        return self._roads.live_times(time_s) if self.informed() else self._roads.ordinary_times(time_s)

    # -- calls that wait ---------------------------------------------------------------------------------------------

    def queue(self, time_s: float, waiting: Sequence[Caller]) -> QueueView:
        """Return what the centre sees of the calls that wait for a vehicle."""
        ready = sorted(waiting, key=lambda caller: (caller.record.triage_s or 0.0, caller.record.call))
        return QueueView(
            time_s=time_s,
            free_vehicles=int(np.count_nonzero(self._fleet.free)),
            calls=WaitingCalls(
                call=_read_only(np.array([caller.record.call for caller in ready], dtype=np.int64)),
                severity=_read_only(np.array([caller.row.severity for caller in ready], dtype=np.int8)),
                waiting_s=_read_only(np.array([time_s - (caller.record.triage_s or time_s) for caller in ready])),
            ),
        )

    def dispatch(self, time_s: float, caller: Caller, calls_waiting: int) -> DispatchView:
        """Return what the dispatcher sees."""
        fleet, row, place = self._fleet, caller.row, caller.reported_node
        free = self._may_go(place).nonzero()[0].astype(np.int32)
        station = fleet.station[free]
        known = self.known_times(time_s)
        station_m = self._straight_line_m(self._station_xy_m, place)
        straight_m = station_m[station]
        drive_s = (self._factor * known.times_from_places(self._city.stations, place).astype(np.float32))[station]
        at_station = fleet.at_station[free]
        moving = (~at_station).nonzero()[0]
        if len(moving):
            nodes, ahead_s = self._positions(free[moving], time_s + self._alert_s)
            straight_m[moving] = self._straight_line_m(self._node_xy_m[nodes].T, place)
            drive_s[moving] = ahead_s + self._factor * known.times_to(nodes, place).astype(np.float32)
        vehicles = Vehicles(
            id=_read_only(free),
            station=_read_only(station),
            at_station=_read_only(at_station),
            station_order=_read_only(self._order[int(station_m.argmin()), station]),
            straight_line_m=_read_only(straight_m.astype(np.float32)),
            drive_time_s=_read_only(drive_s),
            advanced=_read_only(fleet.advanced[free]),
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
            under_way=self._under_way(time_s, place, int(row.severity), known),
            coverage=self.coverage,
        )

    def _may_go(self, place: int) -> NDArray[np.bool_]:
        """Say of each vehicle whether it may go to a place now: free, and of the same district where not shared."""
        free = self._fleet.free
        if self._parameters.share_vehicles:
            return free
        own = self._station_district == self._city.roads.node_district[place]
        return free & own[self._fleet.station] if own.any() else free

    def anybody_for(self, caller: Caller) -> bool:
        """Say whether there is a vehicle that could be sent to a call at all."""
        if self._may_go(caller.reported_node).any():
            return True
        severity = caller.row.severity
        return self._parameters.share_vehicles and any(
            ambulance.caller is not None and ambulance.caller.row.severity > severity
            for ambulance in self._fleet.sent_ones()
        )

    def _under_way(self, time_s: float, place: int, severity: int, known: TravelTimes) -> UnderWay:
        """Return the vehicles that may be called off for a call of this severity."""
        found = [
            ambulance
            for ambulance in self._fleet.sent_ones()
            if ambulance.caller is not None and ambulance.caller.row.severity > severity and not ambulance.losses
        ]
        if not found or not self._parameters.share_vehicles:
            return _NOBODY
        vehicles = np.array([ambulance.number for ambulance in found], dtype=np.int32)
        nodes, ahead_s = self._positions(vehicles, time_s + self._alert_s)
        drive_s = ahead_s + self._factor * known.times_to(nodes, place).astype(np.float32)
        return UnderWay(
            id=_read_only(vehicles),
            call=_read_only(np.array([ambulance.call for ambulance in found], dtype=np.int64)),
            severity=_read_only(np.array([_severity(ambulance) for ambulance in found], dtype=np.int8)),
            drive_time_s=_read_only(drive_s.astype(np.float32)),
        )

    def _positions(self, vehicles: NDArray[np.int32], time_s: float) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
        """Return where vehicles that are told at a time can turn, and how many seconds later they are there."""
        nodes = self._fleet.node[vehicles]
        ahead_s = np.zeros(len(vehicles), dtype=np.float32)
        for position, vehicle in enumerate(vehicles.tolist()):
            trip = self._fleet.ambulances[vehicle].way
            if trip is not None:
                turn = trip.timing.position_at(time_s)
                nodes[position] = self._roads.node_after(trip, turn.place)
                ahead_s[position] = max(0.0, turn.at_s - time_s)
        return nodes, ahead_s

    # -- vehicles that become free -----------------------------------------------------------------------------------

    def redispatch(self, time_s: float, freed: Ambulance) -> RedispatchView:
        """Return what the centre sees of the calls that a freed vehicle could take over."""
        there = [
            ambulance
            for ambulance in self._fleet.sent_ones()
            if ambulance.caller is not None and ambulance is not freed and self._may_serve(freed, ambulance.caller)
        ]
        if not there:
            return RedispatchView(time_s, freed.number, _NOTHING)
        callers = [ambulance.caller for ambulance in there if ambulance.caller is not None]
        places = np.array([caller.reported_node for caller in callers], dtype=np.int32)
        known = self.known_times(time_s)
        nodes, ahead_s = self._positions(np.array([freed.number], dtype=np.int32), time_s)
        mine_s = ahead_s[0] + self._factor * known.times_from(int(nodes[0]), places).astype(np.float32)
        calls = CallsUnderWay(
            call=_read_only(np.array([caller.record.call for caller in callers], dtype=np.int64)),
            severity=_read_only(np.array([caller.row.severity for caller in callers], dtype=np.int8)),
            vehicle=_read_only(np.array([ambulance.number for ambulance in there], dtype=np.int32)),
            remaining_s=_read_only(
                np.array([self._remaining_s(ambulance, time_s) for ambulance in there], dtype=np.float32)
            ),
            drive_time_s=_read_only(mine_s.astype(np.float32)),
        )
        return RedispatchView(time_s, freed.number, calls)

    def _may_serve(self, ambulance: Ambulance, caller: Caller) -> bool:
        if self._parameters.share_vehicles:
            return True
        districts = self._city.roads.node_district
        return bool(districts[ambulance.station.node] == districts[caller.reported_node])

    def _remaining_s(self, ambulance: Ambulance, time_s: float) -> float:
        """Return the seconds until a vehicle under way is there, as the centre would say."""
        trip = ambulance.way
        if trip is not None and ambulance.way_purpose == "to_scene" and ambulance.way_call == ambulance.call:
            return max(0.0, trip.arrive_s - time_s)
        return max(0.0, ambulance.expected_s - time_s)

    def standby(self, time_s: float, freed: Ambulance) -> StandbyView:
        """Return what the centre sees when it chooses where a freed vehicle waits."""
        fleet = self._fleet
        waits = fleet.free.copy()
        waits[freed.number] = False
        idle = np.bincount(fleet.station[waits], minlength=len(self._stations)).astype(np.int32)
        nodes, ahead_s = self._positions(np.array([freed.number], dtype=np.int32), time_s)
        drive_ms = self.known_times(time_s).times_to_places(int(nodes[0]), self._city.stations)
        drive_s = ahead_s[0] + np.float32(1 / 1000) * drive_ms.astype(np.float32)
        on_duty = int(np.count_nonzero(fleet.on_duty))
        return StandbyView(
            time_s=time_s,
            vehicle=freed.number,
            home=freed.station.position,
            vehicles=on_duty,
            busy_fraction=1 - int(np.count_nonzero(fleet.free & fleet.on_duty)) / max(1, on_duty),
            stations=Stations(
                id=_read_only(self._open_stations.copy()),
                idle=_read_only(idle[self._open_stations]),
                drive_time_s=_read_only(drive_s[self._open_stations]),
            ),
            coverage=self.coverage,
        )

    def covered_share(self) -> float:
        """Return the share of the calls that come from where a free vehicle that stands at its post is soon."""
        demand_share = self.coverage.demand_share
        stands = np.zeros(len(self._stations), dtype=np.bool_)
        stands[self._fleet.station[self._fleet.free & self._fleet.at_station]] = True
        covered = np.unpackbits(np.bitwise_or.reduce(self._covers[stands], axis=0), count=len(demand_share))
        return float(demand_share[covered.view(np.bool_)].sum(dtype=np.float64))

    def _straight_line_m(self, xy_m: NDArray[np.float64], node: int) -> NDArray[np.float64]:
        """Return the straight distances from places, shape (2, k), to a node, shape (k,)."""
        x_m, y_m = self._node_xy_m[node].tolist()
        distance_m: NDArray[np.float64] = np.hypot(xy_m[0] - x_m, xy_m[1] - y_m)
        return distance_m

    def open_hospitals(self) -> list[Hospital]:
        """Return the hospitals that take patients now."""
        return [hospital for hospital in self._hospitals if not hospital.closures]

    def hospital(self, time_s: float, caller: Caller) -> HospitalView:
        """Return what the crew sees when it has had a first look at the patient."""
        condition, chosen = CONDITIONS[caller.row.condition], self._open
        drive_ms = self.known_times(time_s).times_to_places(caller.node, self._city.hospitals)[chosen]
        straight_m = self._straight_line_m(self._hospital_xy_m, caller.node)[chosen]
        load_known = self._brain.works(connections.HOSPITAL_LOAD.name)
        taken, waiting, laboratories = self._loads() if load_known else np.zeros((3, len(chosen)), dtype=np.int32)
        return HospitalView(
            time_s=time_s,
            call=caller.record.call,
            condition=condition,
            severity=int(caller.row.severity),
            load_known=load_known,
            bay_stay_s=60 * self._parameters.bay_stay_min.mean,
            laboratory_s=60 * self._parameters.laboratory_min.mean,
            hospitals=Hospitals(
                id=chosen,
                capable=self._open_can_treat[condition],
                straight_line_m=_read_only(straight_m.astype(np.float32)),
                drive_time_s=_read_only(self._factor * drive_ms.astype(np.float32)),
                bays=self._open_bays,
                bays_taken=_read_only(taken),
                bays_waited_for=_read_only(waiting),
                laboratories=self._open_laboratories,
                laboratories_taken=_read_only(laboratories),
            ),
        )

    def _loads(self) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
        """Return bays taken and waited for, and laboratories taken or waited for, of the open hospitals."""
        hospitals = self._open_places
        taken = np.array([len(hospital.bays.users) for hospital in hospitals], dtype=np.int32)
        waiting = np.array([len(hospital.bays.queue) for hospital in hospitals], dtype=np.int32)
        laboratories = np.array(
            [len(hospital.laboratories.users) + len(hospital.laboratories.queue) for hospital in hospitals],
            dtype=np.int32,
        )
        return taken, waiting, laboratories

    def loads_of_all(self) -> tuple[int, int, int]:
        """Return bays taken and waited for, and laboratories taken, of all hospitals together."""
        return (
            sum(len(hospital.bays.users) for hospital in self._all_hospitals),
            sum(len(hospital.bays.queue) for hospital in self._all_hospitals),
            sum(len(hospital.laboratories.users) for hospital in self._all_hospitals),
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


def _severity(ambulance: Ambulance) -> int:
    return 0 if ambulance.caller is None else int(ambulance.caller.row.severity)


def _none_of(kind: type[Number]) -> NDArray[Number]:
    return _read_only(np.empty(0, dtype=kind))


_NOBODY = UnderWay(_none_of(np.int32), _none_of(np.int64), _none_of(np.int8), _none_of(np.float32))
_NOTHING = CallsUnderWay(
    _none_of(np.int64), _none_of(np.int8), _none_of(np.int32), _none_of(np.float32), _none_of(np.float32)
)
