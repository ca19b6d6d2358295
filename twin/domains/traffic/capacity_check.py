"""What a run asks of the roads against what they can pass, worked out before it is lived: where it will lock.

A tenth or so of the trips is drawn, and those of the busiest hour are laid on the roads in parts, each on the fastest
ways under the times that the parts before it have made (incremental assignment with the curve of the Bureau of Public
Roads, 1964). Where more want to pass than can, a queue grows; how far it reaches is for the run to find out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.next_links import NextLinks, slots_at
from twin.core.clock import DAY_S, HOUR_S, MS
from twin.core.domain import RunWarning
from twin.core.streams import Streams
from twin.domains.traffic.capacity import Capacity
from twin.domains.traffic.closures import Barriers
from twin.domains.traffic.crowds import with_crowds
from twin.domains.traffic.dark_signals import DarkSignals, failing_signals
from twin.domains.traffic.plate_restriction import restricted
from twin.domains.traffic.road_state import RoadState
from twin.domains.traffic.signal_control import draw_signals
from twin.domains.traffic.staying import without_those_who_stay
from twin.domains.traffic.supplied import vehicles_and_trips
from twin.domains.traffic.tables import Demand, draw_tables
from twin.kernels.hierarchy import UNREACHABLE_MS
from twin.kernels.vehicles import NO_WAY_SLOT

if TYPE_CHECKING:
    from twin.core.clock import Clock
    from twin.core.domain import WorldEvent
    from twin.domains.traffic.domain import TrafficDomain

MOST_TRIPS_DRAWN: Final = 200_000
PARTS: Final = 4
BPR_SHARE: Final = 0.15
BPR_POWER: Final = 4.0
STREETS_NAMED: Final = 5
LEAST_RATIO: Final = 1.1
"""A sample does not tell a full road from one that is slightly overloaded."""


@dataclass(frozen=True, eq=False)
class Load:
    """What wants to pass each link in an hour, and what can; m links.

    Attributes
    ----------
    hour
        Hours since the scenario's start.
    flow_per_h, capacity_per_h
        Of agents, shapes (m,); a closed link has no flow.
    run_share
        The hour's trips among all of the run.
    usual
        Whether the rest of the run drives where this hour does; not so after a crowd.
    """

    hour: int
    flow_per_h: NDArray[np.float64]
    capacity_per_h: NDArray[np.float64]
    run_share: float
    usual: bool

    @property
    def ratio(self) -> NDArray[np.float64]:
        """What wants to pass each link relative to what can, shape (m,)."""
        return self.flow_per_h / self.capacity_per_h


def warnings(domain: TrafficDomain, clock: Clock, events: Sequence[WorldEvent], seed: int) -> list[RunWarning]:
    """Return which streets will be overloaded, whether the run can serve its trips at all, and what a sample alters."""
    found = []
    if domain.parameters.vehicles_per_agent > 1:
        found.append(
            RunWarning(
                "one vehicle in {each} is lived and stands for all of them: differences of less than some 2 % on the "
                "roads, and more in small lots, may be the sample's own; traffic.vehicles_per_agent=1 lives every one",
                {"each": domain.parameters.vehicles_per_agent},
            )
        )
    for load in loads(domain, clock, events, seed):
        begin = clock.at(load.hour * HOUR_S)
        hours = clock.duration_s / HOUR_S
        whole = load.flow_per_h / load.run_share / (load.capacity_per_h * hours)
        values = {"begin": f"{begin:%Y-%m-%d %H:%M}", "hours": f"{hours:g}"}
        if load.usual and whole.max(initial=0.0) > LEAST_RATIO:
            found.append(
                RunWarning(
                    "this day cannot be served: in {hours} h more cars want to pass than can on {streets}; lower "
                    "traffic.demand_factor, or expect gridlock",
                    {**values, "streets": _streets(domain, whole)},
                )
            )
        elif load.ratio.max(initial=0.0) > LEAST_RATIO:
            found.append(
                RunWarning(
                    "in the hour from {begin} more cars want to pass than can on {count} of {links} links, most on "
                    "{streets}; queues will grow there",
                    {
                        **values, "count": int((load.ratio > LEAST_RATIO).sum()), "links": len(load.ratio),
                        "streets": _streets(domain, load.ratio),
                    },
                )
            )  # fmt: skip
    return found


def _streets(domain: TrafficDomain, ratio: NDArray[np.float64]) -> str:
    """Name the streets with the highest ratios, each with its own."""
    roads = domain.city.roads
    name = np.zeros(len(ratio), np.int64)
    name[domain.network.links.edge_link] = roads.edge_name
    worst = np.zeros(len(roads.names))
    np.maximum.at(worst, name, ratio)
    over = np.flatnonzero(worst > LEAST_RATIO)
    chosen = over[np.argsort(-worst[over], kind="stable")][:STREETS_NAMED]
    return ", ".join(f"{roads.names[code] or '(no name)'} ({worst[code]:.1f})" for code in chosen.tolist())


def loads(domain: TrafficDomain, clock: Clock, events: Sequence[WorldEvent], seed: int) -> list[Load]:
    """Return what the busiest hour asks of the links, and the hours after crowds; none where nobody drives."""
    origin, destination, depart_s, weight = _sample(domain, clock, events, seed)
    hour = np.floor(depart_s / HOUR_S).astype(np.int64)
    counted = hour >= 0
    if not counted.any():
        return []
    by_hour = np.bincount(hour[counted])
    after_crowds = {int(event.ends_s // HOUR_S) for event in events if event.kind == "crowd_comes"}
    busy = {int(by_hour.argmax())} | after_crowds
    found = []
    for one in sorted(busy & set(np.flatnonzero(by_hour).tolist())):
        own = hour == one
        free_ms, capacity_per_h, barred = _links_at(domain, events, one * HOUR_S, seed)
        flow = _assign(domain, origin[own], destination[own], weight, free_ms, capacity_per_h, barred)
        found.append(Load(one, flow, capacity_per_h, float(own.sum() / counted.sum()), one not in after_crowds))
    return found


def _sample(
    domain: TrafficDomain, clock: Clock, events: Sequence[WorldEvent], seed: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.float64], int]:
    """Return junctions at which trips begin, points at which they end, when, and for how many agents each stands."""
    demand, network = domain.demand, domain.network
    parameters = domain.parameters
    days = max(1.0, (clock.duration_s + clock.warm_up_s) / DAY_S)
    expected = parameters.trips_per_day * demand.scale * parameters.agents_factor * days
    weight = math.ceil(max(1.0, expected / MOST_TRIPS_DRAWN))
    fewer = parameters.model_copy(update={"vehicles_per_agent": parameters.vehicles_per_agent * weight})
    thin = Demand(demand.where, fewer, demand.residents_served)
    streams = Streams(seed, 0)

    def draw(table: str, *column: str) -> np.random.Generator:
        return streams("traffic", "capacity_check", table, *column)

    roads = domain.city.roads
    given = domain.supplied.trips
    if given is None:
        drawn = draw_tables(draw, clock, thin)
    else:
        drawn, weight = vehicles_and_trips(given, lambda column: draw("supplied", column), clock, parameters), 1
    tables = with_crowds(draw, drawn, roads, clock, thin, events)
    vehicles, planned = tables
    made = without_those_who_stay(draw("stays"), planned, len(vehicles), events)
    trips, _ = restricted(lambda column: draw("plates", column), (vehicles, made), roads, clock, parameters)
    junction = network.links.node_junction
    origin = junction[trips["origin_node"].to_numpy()]
    point = network.junction_point[junction[trips["destination_node"].to_numpy()]]
    return origin, point, trips["depart_ms"].to_numpy() / MS, weight


def _links_at(
    domain: TrafficDomain, events: Sequence[WorldEvent], time_s: float, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """Return free times, capacities, and which links are barred, under the events that go on at a time; (m,) each."""
    network, parameters = domain.network, domain.parameters
    road = network.road(0, 0)
    state = RoadState(
        domain.city, network, road, Capacity(road, network.times.headway_ms), parameters, np.full(len(events), 0.5)
    )
    signals = failing_signals(domain.city.roads, network, events)
    draws = draw_signals(lambda column: Streams(seed, 0)("traffic", "signals", column), len(signals))
    dark = DarkSignals(network, signals, draws["failure_draw"].to_numpy(), parameters)
    for number, event in enumerate(events):
        if event.begins_s <= time_s < event.ends_s:
            if event.kind == "signals_fail":
                dark.begins_or_ends(number, float(event.value), True)
            state.begins_or_ends(number, event, True)
    state.set_dark(dark.capacity_share())
    closed = state.closed()
    barred = Barriers.of(network.links, closed, network.times.free_ms).barred if closed.any() else closed
    state.apply(barred)
    green = np.ones(len(closed))
    at_signal = network.signals.link_phase >= 0
    plan = network.first_plan[network.signals.link_phase[at_signal]]
    green[at_signal] = plan[:, 2] / plan[:, 0]
    capacity_per_h = green * HOUR_S * MS / road.of_links("headway_ms")
    return road.of_links("free_ms").astype(np.float64), capacity_per_h, barred


def _assign(
    domain: TrafficDomain,
    origin: NDArray[np.int32],
    destination: NDArray[np.int32],
    weight: float,
    free_ms: NDArray[np.float64],
    capacity_per_h: NDArray[np.float64],
    barred: NDArray[np.bool_],
) -> NDArray[np.float64]:
    """Return the flow on each link, shape (m,)."""
    network = domain.network
    road = network.road(0, 0)
    flow = np.zeros(len(free_ms))
    points, row = np.unique(destination, return_inverse=True)
    table = NextLinks(len(points), len(network.links.node))
    nodes = network.point_junction[points]
    for part in range(PARTS):
        loaded = flow * PARTS / max(part, 1) / capacity_per_h
        time_ms = np.rint(free_ms * (1 + BPR_SHARE * np.minimum(loaded, 10.0) ** BPR_POWER)).astype(np.int32)
        ways = network.search.under(np.where(barred, np.int32(UNREACHABLE_MS), time_ms))
        table.write(ways, nodes, np.arange(len(table.words)), threads=domain.city.threads)
        node, to = origin[part::PARTS], row[part::PARTS]
        while len(node):
            slot = slots_at(table.words, to, node)
            goes = slot < NO_WAY_SLOT
            node, to, slot = node[goes], to[goes], slot[goes]
            link = road.out_link[road.out_first[node] + slot]
            flow += np.bincount(link, minlength=len(flow)) * weight
            node = network.links.to_junction[link]
    return flow
