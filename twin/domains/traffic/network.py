"""The roads as traffic uses them, what signals and classes let through, and the ways to where one can park."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.graph import ROAD_CLASSES
from twin.city.links import Links
from twin.city.next_links import WaySearch
from twin.city.road_traffic import STEP_MS, RoadTraffic
from twin.city.routing import Hierarchy
from twin.city.traffic import milliseconds
from twin.core.clock import MS
from twin.domains.traffic.approaches import of_classes, pockets, uncrossed
from twin.domains.traffic.parameters import LOT_KINDS, TrafficParameters
from twin.domains.traffic.sample import thinned_links, thinned_pockets
from twin.domains.traffic.signals import Signals
from twin.kernels.road_network import LinkTimes, triangular

if TYPE_CHECKING:
    from twin.city.city import City

SIGNALLED: Final = ("primary", "secondary")
"""Roads whose crossings with one another have signals."""


@dataclass(frozen=True, eq=False)
class Network:
    """What all replications share: p points where lots lie, m links, c junctions.

    Attributes
    ----------
    links
        Of the city's road graph.
    times
        What the links are to the queue.
    pocket
        Agents that can stand aside at each link's end while others get past, shape (m,).
    uncrossed
        Links on which nothing is in the way but the traffic itself, shape (m,).
    patience_ms
        How long drivers stand in a queue, more or less, before they turn away from a full link; 0: for ever.
    signals
        Where signals stand; none where they are nothing but a share of the capacity (``signals: share``).
    first_plan
        What the road begins with: cycle, start and length of green of each phase, ms, shape (phases, 3).
    point_junction
        The junction of each point, rising, shape (p,).
    junction_point
        The point nearest to each junction in a straight line, shape (c,).
    xy_m
        Plane coordinates of the points, shape (p, 2).
    node_xy_m
        Those of all nodes of the road graph.
    """

    links: Links
    hierarchy: Hierarchy
    times: LinkTimes
    pocket: NDArray[np.int32]
    uncrossed: NDArray[np.bool_]
    patience_ms: int
    signals: Signals
    first_plan: NDArray[np.int32]
    point_junction: NDArray[np.int32]
    junction_point: NDArray[np.int32]
    xy_m: NDArray[np.float64]
    node_xy_m: NDArray[np.float64]

    @classmethod
    def of(cls, city: City, lots: pd.DataFrame, parameters: TrafficParameters) -> Network:
        """Find the links of a city, and the points at which these lots lie: those of lots off the street."""
        from scipy.spatial import cKDTree

        roads = city.roads
        links = Links.of(roads)
        rank = np.empty(len(links.node), np.int32)
        rank[np.argsort(roads.node_rank[links.node], kind="stable")] = np.arange(len(links.node))
        off_street = lots["kind"].to_numpy() != LOT_KINDS.index("roadside")
        chosen = lots["node"].to_numpy()[off_street if off_street.any() else slice(None)]
        points = np.unique(links.node_junction[chosen]).astype(np.int32)
        xy_m = roads.node_xy_m[links.node]
        _, nearest = cKDTree(xy_m[points]).query(xy_m)
        plans = parameters.signals == "plans"
        signals = Signals.of(roads, links, is_main(links) & plans)
        return cls(
            links=links,
            hierarchy=Hierarchy.of_arrays(rank, links.from_junction, links.to_junction),
            times=_times(links, signals, city, parameters),
            pocket=thinned_pockets(pockets(links, parameters), parameters.vehicles_per_agent),
            uncrossed=uncrossed(roads, links),
            patience_ms=round(MS * parameters.queue_patience_s),
            signals=signals,
            first_plan=_first_plan(links, signals, parameters),
            point_junction=points,
            junction_point=np.asarray(nearest, np.int32),
            xy_m=xy_m[points],
            node_xy_m=roads.node_xy_m,
        )

    def road(self, unjam_ms: int, slack: int, tracked_share: float = 0.0) -> RoadTraffic:
        """Return an empty road; see `RoadTraffic`."""
        ends = self.links.from_junction, self.links.to_junction
        return RoadTraffic(
            len(self.links.node), *ends, self.times, unjam_ms=unjam_ms, slack=slack,
            link_signal=self.signals.link_phase, signals=self.first_plan, tracked_share=tracked_share,
            pocket=self.pocket, patience_ms=self.patience_ms,
        )  # fmt: skip

    @cached_property
    def search(self) -> WaySearch:
        """What makes tables of next links."""
        return WaySearch(self.hierarchy)

    def usual_times_ms(self, city: City, hour_of_day: int) -> NDArray[np.int32]:
        """Return what drivers know of an hour of an ordinary day, ms on each link, shape (m,)."""
        ordinary = city.ordinary
        parts, factor = ordinary.parts_at(hour_of_day)
        edge_s = parts.free_s + factor * parts.delayed_s
        link_s = np.zeros(len(self.links.length_m))
        np.add.at(link_s, self.links.edge_link, edge_s)
        return milliseconds(link_s)


def is_main(links: Links) -> NDArray[np.bool_]:
    """Say which links are of the classes whose crossings have signals, shape (m,)."""
    return np.isin(links.road_class, [ROAD_CLASSES.index(name) for name in SIGNALLED])


def driven_s(links: Links, signals: Signals, city: City) -> NDArray[np.float64]:
    """Return what the links take when nobody else drives, shape (m,).

    What junctions cost is a factor of the time, but for links that end at a signal with a plan: there it is lived.
    """
    slower = np.where(signals.link_phase >= 0, 1.0, city.ordinary.parameters.junction_time_factor)
    return np.asarray(links.free_flow_s * slower, np.float64)


def _times(links: Links, signals: Signals, city: City, parameters: TrafficParameters) -> LinkTimes:
    """Return what classes of road and junctions make of the links.

    What signals cost is a share of the capacity too, but where they have plans; what other streets lose where they
    cross is always one.
    """
    by_class = of_classes(parameters.lane_flow_per_h.model_dump())
    as_share = is_main(links) & (parameters.signals == "share")
    green = np.where(as_share, parameters.signal_green_share, 1.0)
    yields = ~uncrossed(city.roads, links) & ~is_main(links) & (signals.link_phase < 0)
    green[yields] = parameters.crossing_share
    times = triangular(
        links.length_m,
        links.lanes,
        links.length_m / driven_s(links, signals, city),
        by_class[links.road_class] * green,
        parameters.jam_density_per_m,
        STEP_MS,
    )
    return thinned_links(times, parameters.vehicles_per_agent)


def _first_plan(links: Links, signals: Signals, parameters: TrafficParameters) -> NDArray[np.int32]:
    """Return the plan of every day: one cycle for all, shared out by the lanes of the widest approach, or equally."""
    weight = np.ones(signals.phase_count)
    if parameters.signal_splits == "by_lanes" and len(signals):
        weight = np.maximum.reduceat(links.lanes[signals.approach_link], signals.approach_first[:-1]).astype(np.float64)
    lost_s = parameters.signal_lost_s
    green_s = signals.fixed_green_s(parameters.signal_cycle_s, lost_s, weight)
    return signals.rows(green_s, np.zeros(len(signals)), lost_s)
