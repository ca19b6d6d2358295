"""What the nodes that come next will need, fetched while this one is served."""

from __future__ import annotations

from typing import Final

from twin.kernels.compile import uncounted_kernel
from twin.kernels.prefetch import prefetch, prefetch_cell
from twin.kernels.road_network import Road
from twin.kernels.vehicles import Vehicles, link_ahead

FETCH_STAGES: Final = 6
AHEAD: Final = 2
"""Nodes from one stage of fetching to the next."""


@uncounted_kernel
def fetch(road: Road, vehicles: Vehicles, node: int, until_ms: int, stage: int) -> None:
    """Have fetched what the first vehicles of the links into a node need, one thing after another.

    Stages: the links; their first slots; where the vehicles head for; their next links' slots; those links; and the
    slots that they would take there. What a stage looks at, the one before has fetched.
    """
    for row in range(road.in_first[node], road.in_first[node + 1]):
        if road.ready_ms[row] >= until_ms:
            continue
        if stage == 0:
            prefetch(road.links, row)
            continue
        first = road.links[row].slot_first + road.links[row].head
        if stage == 1:
            prefetch(road.slots, first)
            continue
        vehicle = road.slots[first].vehicle
        if stage == 2:
            prefetch(vehicles.heading, vehicle)
            continue
        heading = vehicles.heading[vehicle]
        if stage == 3:
            if heading < 0:
                prefetch_cell(vehicles.next_slot, ~heading, node)
            else:
                prefetch(vehicles.route, heading)
            continue
        onto = link_ahead(road, vehicles, vehicle, node)
        if onto >= 0 and stage == 4:
            prefetch(road.links, onto)
        elif onto >= 0:
            prefetch(road.slots, road.links[onto].slot_first + road.links[onto].tail)


@uncounted_kernel
def look_ahead(road: Road, vehicles: Vehicles, place: int, busy: int, until_ms: int) -> None:
    """Have fetched what the next of the busy nodes need, each stage by stage."""
    for stage in range(FETCH_STAGES):
        ahead = place + (FETCH_STAGES - stage) * AHEAD
        if ahead < busy:
            fetch(road, vehicles, road.busy[ahead], until_ms, stage)
