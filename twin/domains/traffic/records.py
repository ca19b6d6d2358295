"""The event tables of the traffic domain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from twin.city.graph import ROAD_CLASSES, RoadGraph
from twin.city.passed import Passed
from twin.city.rings import ring_of_nodes
from twin.city.road_traffic import RoadTraffic
from twin.core.clock import HOUR_S, MS
from twin.core.recorder import EventTable, Recorder
from twin.domains.traffic.network import Network
from twin.domains.traffic.parameters import LOT_KINDS
from twin.domains.traffic.plate_restriction import REACTIONS
from twin.domains.traffic.tariff import posted_prices
from twin.domains.traffic.trips import ENDINGS, NOT_YET, TripBook

ROWS_AT_ONCE: Final = 100_000
"""Trips are written so many at once, so that their columns are not in memory twice."""
INTERVAL_S: Final = 900
"""What the roads and lots were like is recorded for intervals of this length."""

TRIPS: Final = {
    "trip": pa.int32(), "vehicle": pa.int32(), "purpose": pa.int8(), "origin_node": pa.int32(),
    "destination_node": pa.int32(), "planned_s": pa.float32(), "departed_s": pa.float32(), "arrived_s": pa.float32(),
    "parked_s": pa.float32(), "left_s": pa.float32(), "lot": pa.int32(),
    "ending": pa.dictionary(pa.int32(), pa.string()), "looked": pa.int16(), "walk_m": pa.float32(),
    "search_m": pa.float32(), "barrier_s": pa.float32(),
}  # fmt: skip
LINKS: Final = {
    "ends_s": pa.int32(), "link": pa.int32(), "left": pa.int32(), "time_s": pa.float32(), "on_link": pa.int32(),
}  # fmt: skip
DRIVERS: Final = {"vehicle": pa.int32(), "informed": pa.bool_(), "app": pa.bool_()}
LINK_LIST: Final = {
    "link": pa.int32(), "name": pa.dictionary(pa.int32(), pa.string()),
    "road_class": pa.dictionary(pa.int32(), pa.string()), "ring": pa.int8(),
    "lanes": pa.int8(), "length_m": pa.float32(), "free_s": pa.float32(), "per_h": pa.float32(),
    "from_node": pa.int32(), "to_node": pa.int32(),
}  # fmt: skip
ROADS: Final = {
    "ends_s": pa.int32(), "driving": pa.int32(), "waiting": pa.int32(), "queued": pa.int32(),
    "vehicle_km": pa.float64(), "vehicle_h": pa.float64(), "free_flow_h": pa.float64(), "full_links": pa.int32(),
    "locked_links": pa.int32(), "put_aside": pa.int64(), "turned_away": pa.int64(),
}  # fmt: skip
BARRED_CARS: Final = {"vehicle": pa.int32(), "day": pa.int32(), "does": pa.dictionary(pa.int32(), pa.string())}
TRACKS: Final = {"vehicle": pa.int32(), "link": pa.int32(), "entered_s": pa.float32()}
LOTS: Final = {"ends_s": pa.int32(), "lot": pa.int32(), "taken": pa.int32()}
LOT_LIST: Final = {
    "lot": pa.int32(), "name": pa.string(), "kind": pa.dictionary(pa.int32(), pa.string()), "spaces": pa.int32(),
    "lon": pa.float64(), "lat": pa.float64(), "connected": pa.bool_(), "zone": pa.int8(), "first_fen": pa.int32(),
    "second_fen": pa.int32(), "later_fen": pa.int32(), "night_fen": pa.int32(), "visit_fen": pa.int32(),
}  # fmt: skip


class Records:
    """Writes the rows of the traffic domain, whole columns at once.

    What is counted on roads and in lots is of all vehicles, each agent being ``vehicles_per_agent`` of them.
    """

    def __init__(self, recorder: Recorder, network: Network, road: RoadTraffic, vehicles_per_agent: int) -> None:
        self._trips: EventTable = recorder.table("traffic.trips", TRIPS)
        self._drivers: EventTable = recorder.table("traffic.drivers", DRIVERS)
        self._links: EventTable = recorder.table("traffic.links", LINKS)
        self._roads: EventTable = recorder.table("traffic.roads", ROADS)
        self._lots: EventTable = recorder.table("traffic.lots", LOTS)
        self._tracks: EventTable = recorder.table("traffic.tracks", TRACKS)
        self._lot_list: EventTable = recorder.table("traffic.lot_list", LOT_LIST)
        self._barred: EventTable = recorder.table("traffic.barred", BARRED_CARS)
        self._link_list: EventTable = recorder.table("traffic.link_list", LINK_LIST)
        self._network, self._road, self._vehicles_per_agent = network, road, vehicles_per_agent
        self._passed = Passed(road)

    def describe_links(self, roads: RoadGraph, ring_roads: Sequence[Sequence[str]]) -> None:
        """Write which links there are, and between which rings they begin."""
        links, times = self._network.links, self._network.times
        edge = np.empty(len(links.length_m), np.int32)  # a name is that of all of a link's edges
        edge[links.edge_link] = np.arange(len(links.edge_link), dtype=np.int32)
        from_node = links.node[links.from_junction]
        names = [roads.names[code] if code >= 0 else "" for code in roads.edge_name[edge].tolist()]
        self._link_list.add_columns(
            np.arange(len(edge), dtype=np.int32), names, [ROAD_CLASSES[code] for code in links.road_class.tolist()],
            ring_of_nodes(roads, ring_roads)[from_node], links.lanes.astype(np.int8),
            links.length_m.astype(np.float32), (times.free_ms / MS).astype(np.float32),
            (self._vehicles_per_agent * MS * HOUR_S / times.headway_ms).astype(np.float32), from_node,
            links.node[links.to_junction],
        )  # fmt: skip

    def barred(self, barred: pd.DataFrame) -> None:
        """Write who may not drive on which day, and what he does about it."""
        does = [REACTIONS[code] for code in barred["does"].tolist()]
        self._barred.add_columns(barred["vehicle"].to_numpy(), barred["day"].to_numpy(), does)

    def describe(self, lots: pd.DataFrame, connected: NDArray[np.bool_]) -> None:
        """Write which lots there are, and which of them are in the app."""
        self._lot_list.add_columns(
            np.arange(len(lots)), lots["name"].tolist(), [LOT_KINDS[kind] for kind in lots["kind"].tolist()],
            self._vehicles_per_agent * lots["spaces"].to_numpy(), lots["lon"].to_numpy(), lots["lat"].to_numpy(),
            connected, lots["zone"].to_numpy(), *posted_prices(lots).T,
        )  # fmt: skip

    def interval(self, ends_s: int, taken: np.ndarray[tuple[int], np.dtype[np.int32]]) -> None:
        """Write what the roads and lots were like in the interval that ends now."""
        road, network, each = self._road, self._network, self._vehicles_per_agent
        count, spent_ms, links = self._passed.since_last()
        on_links, storage = links["on_link"], network.times.storage
        passed = np.flatnonzero(count)
        self._links.add_columns(
            np.full(len(passed), ends_s, np.int32), passed.astype(np.int32), each * count[passed],
            (spent_ms[passed] / count[passed] / MS).astype(np.float32), each * on_links[passed],
        )  # fmt: skip
        self._roads.add(
            ends_s, each * int(on_links.sum()), each * road.waiting(), each * int(road.queues().sum()),
            each * float((count * network.links.length_m).sum()) / 1000, each * float(spent_ms.sum()) / MS / HOUR_S,
            each * float((count * network.times.free_ms.astype(np.int64)).sum()) / MS / HOUR_S,
            int((on_links >= storage).sum()), len(road.locked(MS * INTERVAL_S)), each * road.aside,
            each * road.turned_away,
        )  # fmt: skip
        stands = np.flatnonzero(taken)
        self._lots.add_columns(np.full(len(stands), ends_s, np.int32), stands.astype(np.int32), each * taken[stands])

    def tracks(self, begins_s: float) -> None:
        """Write which tracked vehicles have entered which links since this was last called."""
        vehicle, link, time_ms = self._road.take_entries()
        if len(vehicle):
            self._tracks.add_columns(vehicle, link, (time_ms / MS + begins_s).astype(np.float32))

    def describe_drivers(
        self, informed: np.ndarray[tuple[int], np.dtype[np.bool_]], app: np.ndarray[tuple[int], np.dtype[np.bool_]]
    ) -> None:
        """Write which drivers know the roads as they are now, and which have the parking app."""
        self._drivers.add_columns(np.arange(len(informed), dtype=np.int32), informed, app)

    def trips(self, book: TripBook, lots: pd.DataFrame, begins_s: float) -> None:
        """Write every trip that has begun; what has not come about is missing."""
        begun = np.flatnonzero(book.departed_ms != NOT_YET)
        lot_node = lots["node"].to_numpy()
        for first in range(0, len(begun), ROWS_AT_ONCE):
            self._some_trips(book, begun[first : first + ROWS_AT_ONCE], lot_node, begins_s)

    def _some_trips(
        self, book: TripBook, trips: NDArray[np.int64], lot_node: NDArray[np.int32], begins_s: float
    ) -> None:
        def seconds(at_ms: NDArray[np.int32]) -> pa.Array:
            chosen = at_ms[trips]
            return pa.array((chosen / MS + begins_s).astype(np.float32), mask=chosen == NOT_YET)

        xy_m = self._network.node_xy_m
        lot = book.lot[trips]
        ending = pa.DictionaryArray.from_arrays(book.ending[trips].astype(np.int32), list(ENDINGS))
        walk_m = np.hypot(*(xy_m[lot_node[np.maximum(lot, 0)]] - xy_m[book.destination[trips]]).T).astype(np.float32)
        self._trips.add_columns(
            trips.astype(np.int32), book.vehicle[trips], book.purpose[trips], book.origin[trips],
            book.destination[trips], (book.planned_ms[trips] / MS + begins_s).astype(np.float32),
            seconds(book.departed_ms), seconds(book.arrived_ms), seconds(book.parked_ms), seconds(book.left_ms),
            pa.array(lot, mask=lot < 0), ending, book.looked[trips], pa.array(walk_m, mask=lot < 0),
            book.search_m[trips], (book.barrier_ms[trips] / MS).astype(np.float32),
        )  # fmt: skip
