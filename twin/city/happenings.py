"""What world events mean to roads: the edges that they are about, and how much they slow and narrow."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from twin.core.errors import ScenarioError

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph
    from twin.city.section import RoadParameters
    from twin.core.domain import WorldEvent


def edges_of(roads: RoadGraph, event: WorldEvent) -> NDArray[np.int64]:
    """Return the edges of the road that an event names: those within its ``box``, where it has one; shape (any,)."""
    named = roads.edge_name == roads.names.index(str(event.value))
    box = event.detail("box")
    if box is not None:
        west, south, east, north = box
        inside = (roads.node_lon >= west) & (roads.node_lon <= east)
        inside &= (roads.node_lat >= south) & (roads.node_lat <= north)
        named = named & inside[roads.edge_from] & inside[roads.edge_to]
        if not named.any():
            raise ScenarioError(
                "no piece of {road} lies whole in the box {west:g}, {south:g}, {east:g}, {north:g}; enlarge the box",
                road=str(event.value), west=west, south=south, east=east, north=north,
            )  # fmt: skip
    return np.flatnonzero(named)


def effect_of(event: WorldEvent, parameters: RoadParameters) -> tuple[float, float]:
    """Return what becomes of travel times and of capacities: a factor for each.

    When all is slowed by a factor, so are waves and headways: as many vehicles stand on a metre, and all they do takes
    so much longer. Rain has a class for each intensity, with what it leaves of speed and capacity.
    """
    if event.kind == "traffic_slows":
        return float(event.value), 1 / float(event.value)
    if event.kind == "rain_mm_per_h":
        wet = [rate for rate in parameters.rain_above_mm_per_h if float(event.value) > rate]
        if not wet:
            return 1.0, 1.0
        return 1 / parameters.rain_speed_share[len(wet) - 1], parameters.rain_capacity_share[len(wet) - 1]
    raise ValueError(f"{event.kind} does not act on all roads")
