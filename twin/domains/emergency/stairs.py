"""Whether a crew climbs the stairs: by a drawn share, or, where elevators are lived, by what stands still."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from twin.domains.emergency.agents import Caller
    from twin.domains.emergency.service import Service


def access_s(service: Service, caller: Caller) -> float:
    """Return how long the crew needs now from the street to the patient.

    Where another domain offers the field ``stopped_elevators``, what it says of the house at this moment stands in
    place of the drawn share; everything else about the way is as drawn.
    """
    row = caller.row
    stopped = service.twin.channels.field("stopped_elevators")
    if stopped is None or row.floor <= 1:
        return float(row.access_s)
    graph, node = service.roads.roads, caller.node
    stands = bool(stopped(float(graph.node_lon[node]), float(graph.node_lat[node])))
    if stands == bool(row.stopped_elevator):
        return float(row.access_s)
    stairs_s = (row.floor - 1) * service.parameters.stairs_s_per_floor
    return float(row.access_s + stairs_s if stands else row.access_s - stairs_s)
