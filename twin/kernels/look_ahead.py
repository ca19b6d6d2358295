"""What the nodes that come next will need, fetched before they are served, and where their first vehicles want to go.

What a junction's vehicles need lies scattered over arrays that no cache holds, one thing behind another: the link, its
first slot, the vehicle, the table of next links, the link ahead, the slot there. Done node by node, each waits for
memory six times. Here every stage is done for many links before the next one begins, so that hundreds of them wait at
once.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from twin.kernels.compile import uncounted_kernel
from twin.kernels.prefetch import prefetch, prefetch_cell
from twin.kernels.road_network import NOBODY, Road
from twin.kernels.vehicles import WORD_BITS, Vehicles, link_ahead

NODES_AT_ONCE: Final = 256
"""What they need stays in the processor's own cache until they are served."""


@uncounted_kernel
def list_due(road: Road, begin: int, end: int, until_ms: int) -> int:
    """List the links into some of the busy nodes whose first vehicle may leave; return how many."""
    due = 0
    for place in range(begin, end):
        node = road.busy[place]
        for row in range(road.in_first[node], road.in_first[node + 1]):
            if road.ready_ms[row] < until_ms:
                road.due[due] = row
                due += 1
                prefetch(road.links, row)
    return due


@uncounted_kernel
def fetch_for_origins(road: Road, vehicles: Vehicles, begin: int, end: int) -> None:
    """Fetch what those need who are first to set out from some of the busy nodes."""
    due = 0
    for place in range(begin, end):
        if road.origin_head[road.busy[place]] != NOBODY:
            road.due[due] = road.busy[place]
            due += 1
            prefetch(vehicles.bound, road.origin_head[road.busy[place]])
    for place in range(due):
        node = road.due[place]
        fetch_way(road, vehicles, road.origin_head[node], node)
    for place in range(due):
        node = road.due[place]
        onto = link_ahead(road, vehicles, road.origin_head[node], node)
        road.due[place] = onto
        if onto >= 0:
            prefetch(road.links, onto)
    for place in range(due):
        if road.due[place] >= 0:
            fetch_entry(road, road.due[place])


@uncounted_kernel
def fetch_way(road: Road, vehicles: Vehicles, vehicle: int, node: int) -> None:
    """Fetch what tells where a vehicle goes on to from a node."""
    heading = vehicles.bound[vehicle].heading
    if heading < 0:
        prefetch_cell(vehicles.next_slots, ~heading >> WORD_BITS, node)
    else:
        prefetch(vehicles.route, heading)


@uncounted_kernel
def fetch_entry(road: Road, onto: int) -> None:
    """Fetch the slots that the next vehicle to enter a link needs."""
    link = road.links[onto]
    prefetch(road.slots, link.slot_first + link.tail)
    behind = link.tail - link.storage
    prefetch(road.slots, link.slot_first + (behind if behind >= 0 else behind + link.slot_count))


@uncounted_kernel
def look_ahead(road: Road, vehicles: Vehicles, begin: int, end: int, until_ms: int) -> None:
    """Find, for the busy nodes from `begin` to before `end`, where the first vehicles of the links into them go on to.

    Written to `Road.ahead`, for links whose first vehicle may leave before `until_ms`.
    """
    fetch_for_origins(road, vehicles, begin, end)
    due = list_due(road, begin, end, until_ms)
    for place in range(due):
        link = road.links[road.due[place]]
        prefetch(road.slots, link.slot_first + link.head)
    for place in range(due):
        row = road.due[place]
        vehicle = road.slots[np.uint32(road.links[row].slot_first + road.links[row].head)].vehicle
        road.ahead[row] = vehicle
        prefetch(vehicles.bound, vehicle)
    for place in range(due):
        row = road.due[place]
        fetch_way(road, vehicles, road.ahead[row], road.links[row].to_node)
    for place in range(due):
        row = road.due[place]
        onto = link_ahead(road, vehicles, road.ahead[row], road.links[row].to_node)
        road.ahead[row] = onto
        if onto >= 0:
            prefetch(road.links, onto)
    for place in range(due):
        row = road.due[place]
        onto = road.ahead[row]
        if onto >= 0:
            prefetch(road.turns, road.links[row].turn_first + road.links[onto].out_slot)
            fetch_entry(road, onto)
