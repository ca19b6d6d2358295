"""How links come to their junctions: whether anybody crosses there, and what room there is for those who must wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import ROAD_CLASSES

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph
    from twin.city.links import Links
    from twin.domains.traffic.parameters import TrafficParameters

UNCROSSED: Final = ("motorway", "motorway_link", "trunk_link")
"""Classes of road that nothing crosses, whatever their level."""


def of_classes(by_class: dict[str, float]) -> NDArray[np.float64]:
    """Return a figure for each of `ROAD_CLASSES`: ramps have that of their road, those below tertiary `local`."""
    return np.array([by_class.get(name.removesuffix("_link"), by_class["local"]) for name in ROAD_CLASSES])


def uncrossed(roads: RoadGraph, links: Links) -> NDArray[np.bool_]:
    """Say on which links nothing is in the way but the traffic itself: motorways, elevated roads, ramps; shape (m,)."""
    found = np.isin(links.road_class, [ROAD_CLASSES.index(name) for name in UNCROSSED])
    found[links.edge_link[roads.edge_level > 0]] = True
    return found


def pockets(links: Links, parameters: TrafficParameters) -> NDArray[np.int32]:
    """Return how many vehicles find room in the lanes for turning at each link's end, shape (m,)."""
    lane_m = np.minimum(of_classes(parameters.turn_lane_m.model_dump())[links.road_class], links.length_m)
    return np.floor(lane_m * parameters.jam_density_per_m + 1e-9).astype(np.int32)
