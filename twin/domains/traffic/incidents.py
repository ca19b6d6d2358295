"""How world events reach the lived roads, and how drivers find out that a road is closed.

The informed know it at once. Others learn of it when they come to a link that ends before the barrier, and then drive
round by what they usually know; after ``closure_known_min`` minutes everybody has heard of it. Who cannot reach his
destination any more drives to the nearest place that he can reach.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from twin.core.clock import MS
from twin.domains.traffic.closures import Barriers
from twin.domains.traffic.happened import Happened
from twin.domains.traffic.road_state import RoadState

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from twin.city.city import City
    from twin.city.road_traffic import RoadTraffic
    from twin.core.domain import WorldEvent
    from twin.core.recorder import Recorder
    from twin.domains.traffic.capacity import Capacity
    from twin.domains.traffic.car_parks import CarParks
    from twin.domains.traffic.network import Network
    from twin.domains.traffic.parameters import TrafficParameters
    from twin.domains.traffic.ways import Ways

EVENTS: Final = "traffic.events"
CLOSING: Final = ("road_closes", "crash")
CLOSURES: Final = {
    "begins_s": pa.float64(), "ends_s": pa.float64(), "links": pa.int32(), "turned": pa.int32(),
    "points_cut_off": pa.int32(),
}  # fmt: skip


def draw_events(draw: Callable[[str], np.random.Generator], events: Sequence[WorldEvent]) -> pd.DataFrame:
    """Draw where crashes are whose place is not given: a uniform number for each event of the scenario."""
    return pd.DataFrame({"place_draw": [float(draw(f"place_{number}").random()) for number in range(len(events))]})


def roads_may_close(events: Sequence[WorldEvent]) -> bool:
    """Say whether one of these events may close a link."""
    return any(event.kind in CLOSING for event in events)


class Incidents:
    """Barriers on the road, and who knows of them.

    Parameters
    ----------
    table
        From `draw_events`.
    informed
        Who knows the roads as they are now, shape (v,).
    """

    def __init__(
        self,
        city: City,
        network: Network,
        road: RoadTraffic,
        ways: Ways,
        car_parks: CarParks,
        capacity: Capacity,
        parameters: TrafficParameters,
        table: pd.DataFrame,
        informed: NDArray[np.bool_],
        recorder: Recorder,
    ) -> None:
        self._network, self._road, self._ways, self._car_parks = network, road, ways, car_parks
        self._known_after_ms = round(MS * 60 * parameters.closure_known_min)
        self.state = RoadState(city, network, road, capacity, parameters, table["place_draw"].to_numpy())
        self._informed = informed
        self._aware = np.zeros(len(informed), np.bool_)
        self._closed = np.zeros(len(network.times.free_ms), np.bool_)
        self._barriers: Barriers | None = None
        self._points = np.arange(len(network.point_junction), dtype=np.int32)
        self._goes_to = self._points
        self._known_at_ms: int | None = None
        self._before = self._into = np.empty(0, np.int32)
        self._vehicles_per_agent, self._turned = parameters.vehicles_per_agent, 0
        self._since_s = 0.0
        self._table = recorder.table("traffic.closures", CLOSURES)
        self._happened = Happened(recorder)

    def on_event(self, number: int, event: WorldEvent, begins: bool, now_ms: int, now_s: float) -> None:
        """Let an event of the roads begin or end; ``number`` is its position in the scenario."""
        self.state.begins_or_ends(number, event, begins)
        if event.kind == "crash" and begins:
            self._happened.crash(event, *self.state.crash(number, event))
        if event.kind in CLOSING:
            self._close(now_ms, now_s)
        self.state.apply(None if self._barriers is None else self._barriers.barred)

    def refresh(self) -> None:
        """Set the links anew where something beside events has changed them."""
        self.state.apply(None if self._barriers is None else self._barriers.barred)

    def _close(self, now_ms: int, now_s: float) -> None:
        closed, links = self.state.closed(), self._network.links
        if np.array_equal(closed, self._closed):
            return
        self._end_record(now_s)
        self._closed = closed
        self._barriers = Barriers.of(links, closed, self._network.times.free_ms) if closed.any() else None
        after = None if self._barriers is None else self._barriers.barred
        if after is not None:
            self._before = np.unique(links.from_junction[after]).astype(np.int32)
            self._into = np.flatnonzero(np.isin(links.to_junction, self._before)).astype(np.int32)
        self._goes_to = self._reachable()
        self._known_at_ms = now_ms + self._known_after_ms
        self._aware[:] = False
        self._since_s, self._turned = now_s, 0
        self._ways.bar(after)
        self._redirect(np.flatnonzero(self._informed).astype(np.int32))

    def _reachable(self) -> NDArray[np.int32]:
        """Return for each point the nearest in a straight line that can be reached: itself, mostly."""
        from scipy.spatial import cKDTree

        if self._barriers is None:
            return self._points
        reached = np.flatnonzero(self._barriers.connected[self._network.point_junction])
        if not len(reached):
            return self._points
        xy_m = self._network.xy_m
        _, nearest = cKDTree(xy_m[reached]).query(xy_m)
        nearest_point = reached[nearest].astype(np.int32)
        nearest_point[reached] = reached
        return nearest_point

    def _redirect(self, who: NDArray[np.int32]) -> None:
        """Send those of these who drive to a point that cannot be reached to the nearest that can."""
        point = self._car_parks.heading[who]
        changes = (point >= 0) & (self._goes_to[np.maximum(point, 0)] != point)
        chosen = who[changes]
        chosen = chosen[[self._road.is_driving(vehicle) for vehicle in chosen.tolist()]]
        if len(chosen):
            self.send(chosen)

    def _knows(self, who: NDArray[np.int32]) -> NDArray[np.bool_]:
        return self._informed[who] | self._aware[who] | self._ways.habit_knows

    def send(self, who: NDArray[np.int32]) -> None:
        """Let vehicles drive to the points they head for, or to the nearest they can reach, by the way they know."""
        if self._barriers is not None:
            knows = self._knows(who)
            heading = self._car_parks.heading
            heading[who[knows]] = self._goes_to[heading[who[knows]]]
        self._ways.send(who, self._car_parks.heading[who], self._informed[who])
        if self._barriers is not None and not self._ways.habit_knows:
            round_it = who[self._aware[who] & ~self._informed[who]]
            self._ways.send_round(round_it, self._car_parks.heading[round_it])

    def step(self, now_ms: int) -> None:
        """Turn those who stand before a barrier, until everybody has heard of it."""
        if self._known_at_ms is not None and now_ms >= self._known_at_ms:
            self._known_at_ms = None
            self._ways.learn_barriers()
            if self._barriers is not None:
                self._redirect(np.arange(len(self._informed), dtype=np.int32))
        if self._barriers is not None:
            self._turn_before_barriers(self._barriers.barred)

    def _turn_before_barriers(self, barred: NDArray[np.bool_]) -> None:
        who, node = self._road.coming_to(self._into, self._before)
        onto = self._road.next_link(who, node)
        turns = who[(onto >= 0) & barred[np.maximum(onto, 0)]]
        if len(turns):
            self._turned += self._vehicles_per_agent * int((~self._aware[turns]).sum())
            self._aware[turns] = True
            self.send(turns)

    def _end_record(self, now_s: float) -> None:
        if self._barriers is not None:
            cut_off = int((self._goes_to != self._points).sum())
            self._table.add(self._since_s, now_s, int(self._barriers.barred.sum()), self._turned, cut_off)
            self._happened.closed(self._since_s, now_s, self._closed, self._barriers.barred)

    def finish(self, now_s: float) -> None:
        """Record what is still closed at the end."""
        self._end_record(now_s)
