"""The link-transmission queue: every vehicle from link to link, in whole milliseconds.

Time advances in steps, but nothing is rounded to them: what happens within a step is worked out node by node, each
node's events in the order of their times. No node can notice in which order the nodes were taken, because what one does
to another takes at least a step to arrive there: a vehicle needs `free_ms` to the other end of its link, the gap that
it leaves `wave_ms`, and neither is shorter than a step (conservative simulation with lookahead: Chandy and Misra 1979,
"Distributed simulation", IEEE Transactions on Software Engineering 5). So results do not depend on the length of the
step either, as long as no link is shorter.

Each node's own are the downstream ends of the links into it, the upstream ends of the links out of it, and those who
wait to begin there; see `twin.kernels.road_network` for what that is and `twin.kernels.junctions` for whose turn it is.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from twin.kernels.compile import uncounted_kernel
from twin.kernels.held_up import get_past, turn_away
from twin.kernels.junctions import (
    entry_ms,
    let_go_ms,
    origin_level_ms,
    place_ms,
    slot_behind,
    take_origin_turn,
    take_turn,
    turn_level_ms,
    was_full,
)
from twin.kernels.look_ahead import NODES_AT_ONCE, look_ahead
from twin.kernels.road_network import NEVER, NOBODY, Road, Rows
from twin.kernels.vehicles import ARRIVED, NO_WAY, Vehicles, gap_ms, is_tracked_kernel, link_ahead, note_entry

ASIDE: Final = -2
"""In place of a link: the vehicle is taken off the road to wait beside it."""
FROM_ORIGIN: Final = -4
"""In place of a link that is left: the vehicle begins its trip."""


class Departures(NamedTuple):
    """Who begins a trip in a call, sorted by time; each of shape (any,)."""

    vehicle: NDArray[np.int32]
    time_ms: NDArray[np.int32]
    node: NDArray[np.int32]


class Arrivals(NamedTuple):
    """Written: whose trip has ended, and when, in no order; `number` holds how many, the others are long enough."""

    vehicle: NDArray[np.int32]
    time_ms: NDArray[np.int32]
    number: NDArray[np.int64]


class Rules(NamedTuple):
    """What holds on the whole road.

    Attributes
    ----------
    step_ms
        No link's `free_ms` or `wave_ms` is shorter.
    origin_priority_ms
        `priority_ms` of those who begin a trip, against the traffic on the link into which they merge.
    slack
        So many vehicles may enter a link ahead of its headways, when as many fewer came before: what pockets for
        turning and several lanes give. Its capacity stays what it is. With 0, Newell's condition holds to the
        millisecond; with many, junctions pass what they would pass of a fluid, in which nobody stands behind one who
        wants to go another way.
    unjam_ms
        Who has waited so long for a place on a full link is put beside the road, and enters from there; 0: never.
    patience_ms
        Who has stood for half of this to one and a half, and is first before a full link, takes another; 0: never. See
        `twin.kernels.held_up`.
    """

    step_ms: int
    origin_priority_ms: int
    slack: int
    unjam_ms: int
    patience_ms: int


@uncounted_kernel
def enter(link: Any, slots: Rows, vehicles: Vehicles, vehicle: int, time_ms: int) -> int:
    """Put a vehicle on a link, a row of dtype `LINK`; return when it can leave, `NEVER` if others are before it."""
    slot = slots[np.uint32(link.slot_first + link.tail)]
    ready_ms = time_ms + link.free_ms
    slot.vehicle = vehicle
    slot.time_ms = ready_ms
    vehicles.bound[vehicle].since_ms = time_ms
    first = link.entered == link.left
    link.tail = link.tail + 1 if link.tail + 1 < link.slot_count else 0
    link.entered += 1
    link.clock_ms = max(link.clock_ms, time_ms) + gap_ms(vehicles, vehicle, link.headway_ms)
    return int(max(ready_ms, link.left_ms + link.headway_ms)) if first else NEVER


@uncounted_kernel
def leave(link: Any, slots: Rows, vehicles: Vehicles, place: int, time_ms: int) -> int:
    """Take the vehicle at this place behind the first off a link, a row of dtype `LINK`.

    Those before it close up, so what becomes free is the first slot, whoever leaves.

    Returns
    -------
    ready_ms
        When the first of the others can leave, `NEVER` if there is none.
    """
    slot = slots[slot_behind(link, place)]
    link.travel_ms += time_ms - vehicles.bound[slot.vehicle].since_ms
    next_ms = time_ms + gap_ms(vehicles, slot.vehicle, link.headway_ms)
    while place > 0:
        before = slots[slot_behind(link, place - 1)]
        slot.vehicle, slot.time_ms = before.vehicle, before.time_ms
        slot = before
        place -= 1
    slot.vehicle = NOBODY
    slot.time_ms = time_ms
    link.head = link.head + 1 if link.head + 1 < link.slot_count else 0
    link.left += 1
    link.left_ms = next_ms - link.headway_ms
    if link.entered == link.left:
        return NEVER
    return int(max(slots[np.uint32(link.slot_first + link.head)].time_ms, next_ms))


@uncounted_kernel
def wait_at_origin(road: Road, vehicles: Vehicles, vehicle: int, node: int, time_ms: int) -> None:
    """Let a vehicle wait at a node, behind the others, to enter from `time_ms` on."""
    vehicles.bound[vehicle].since_ms = time_ms
    vehicles.bound[vehicle].behind = NOBODY
    if road.origin_head[node] == NOBODY:
        road.origin_head[node] = vehicle
    else:
        vehicles.bound[road.origin_tail[node]].behind = vehicle
    road.origin_tail[node] = vehicle
    road.wake_ms[node] = min(road.wake_ms[node], time_ms)


@uncounted_kernel
def first_off_link(
    road: Road, vehicles: Vehicles, rules: Rules, row: int, from_ms: int, now_ms: int, until_ms: int
) -> tuple[int, int]:
    """Return when the next vehicle of a link goes on, as far as is known, and to which link.

    Not before `now_ms`: what has happened at the junction up to then may be what holds the first up.
    """
    ready_ms = max(road.ready_ms[row], now_ms)
    if ready_ms >= until_ms:
        return ready_ms, ARRIVED
    link = road.links[row]
    link.passing = 0
    wanted = road.ahead[row]
    enters_ms, onto = ready_ms, wanted
    if wanted == NO_WAY:
        enters_ms = NEVER
    elif wanted >= 0:
        enters_ms = max(ready_ms, entry_ms(road.links[wanted], road.slots, rules.slack))
    ready_ms, time_ms = let_go_ms(link, road.signals, ready_ms), let_go_ms(link, road.signals, enters_ms)
    if time_ms > ready_ms:
        if rules.patience_ms > 0 and wanted >= 0 and place_ms(road.links[wanted], road.slots) >= enters_ms:
            time_ms, onto = turn_away(road, vehicles, rules.slack, rules.patience_ms, row, ready_ms, time_ms, until_ms)
        if link.pocket > 0:
            time_ms, onto = get_past(road, vehicles, rules.slack, row, ready_ms, time_ms, onto)
    if rules.unjam_ms > 0 and wanted >= 0 and was_full(road.links[wanted], road.slots, from_ms):
        aside_ms = max(road.ready_ms[row] + rules.unjam_ms, now_ms)
        if aside_ms < min(enters_ms, time_ms):
            link.passing = min(link.passing, 1)  # the first goes; held up it is until then
            return aside_ms, ASIDE
    return time_ms, onto


@uncounted_kernel
def first_at_origin(road: Road, vehicles: Vehicles, rules: Rules, node: int, from_ms: int) -> tuple[int, int]:
    """Return when the first of those who wait at this node enters, as far as is known, and which link."""
    vehicle = road.origin_head[node]
    if vehicle == NOBODY:
        return NEVER, NO_WAY
    ready_ms = max(vehicles.bound[vehicle].since_ms, road.origin_ms[node], from_ms)
    onto = link_ahead(road, vehicles, vehicle, node)
    if onto == NO_WAY:
        return NEVER, NO_WAY
    if onto >= 0:
        ready_ms = max(ready_ms, entry_ms(road.links[onto], road.slots, rules.slack))
    return ready_ms, onto


@uncounted_kernel
def take_off(
    road: Road, vehicles: Vehicles, rules: Rules, node: int, row: int, onto: int, time_ms: int, until_ms: int
) -> int:
    """Let the next vehicle of a link into this node, or of its origin, leave; return which it is."""
    if row == FROM_ORIGIN:
        vehicle = road.origin_head[node]
        road.origin_head[node] = vehicles.bound[vehicle].behind
        road.origin_ms[node] = time_ms
        if onto >= 0:
            take_origin_turn(road.links[onto], rules.origin_priority_ms)
        return int(vehicle)
    link = road.links[row]
    place = max(link.passing - 1, 0)
    if place == 0 and onto >= 0 and onto != road.ahead[row]:
        road.turned_away[0] += 1
    vehicle = road.slots[slot_behind(link, place)].vehicle
    if onto >= 0:
        take_turn(link, road.links[onto], road.turns)
    road.ready_ms[row] = leave(link, road.slots, vehicles, place, time_ms)
    if road.ready_ms[row] < until_ms:
        road.ahead[row] = link_ahead(road, vehicles, road.slots[np.uint32(link.slot_first + link.head)].vehicle, node)
    if link.awaited:
        link.awaited = 0
        road.wake_ms[link.from_node] = min(road.wake_ms[link.from_node], time_ms + link.wave_ms)
    return int(vehicle)


@uncounted_kernel
def put_on(road: Road, vehicles: Vehicles, row: int, vehicle: int, time_ms: int) -> None:
    """Let a vehicle enter a link."""
    link = road.links[row]
    ready_ms = enter(link, road.slots, vehicles, vehicle, time_ms)
    if ready_ms < NEVER:
        road.ready_ms[row] = ready_ms
        road.wake_ms[link.to_node] = min(road.wake_ms[link.to_node], ready_ms)
    elif link.passing > 0:
        ready_ms = time_ms + link.free_ms
        road.wake_ms[link.to_node] = min(road.wake_ms[link.to_node], ready_ms)
    bound: Any = vehicles.bound[vehicle]
    if bound.heading >= 0:
        bound.heading += 1
    if is_tracked_kernel(vehicle, vehicles.tracked_below):
        note_entry(vehicles, row, vehicle, time_ms)


@uncounted_kernel
def level_ms(road: Road, rules: Rules, row: int, onto: int) -> int:
    """Return the level at which whoever comes from `row` waits for link `onto`."""
    if row == FROM_ORIGIN:
        return origin_level_ms(road.links[onto], rules.origin_priority_ms)
    return turn_level_ms(road.links[row], road.links[onto], road.turns)


@uncounted_kernel
def find_next(
    road: Road, vehicles: Vehicles, rules: Rules, node: int, from_ms: int, now_ms: int, until_ms: int
) -> tuple[int, int, int, int]:
    """Return when, from which row and on to what the next vehicle moves at a node in a step, and when to look again.

    The step begins at `from_ms`, and what happens there before `now_ms` is done.

    A time of `until_ms` says that none does.
    """
    wake_ms = NEVER
    best_ms, best_row, best_onto = until_ms, FROM_ORIGIN, NO_WAY
    last = road.in_first[node + 1]
    for place in range(road.in_first[node], last + 1):
        if place == last:
            row = FROM_ORIGIN
            time_ms, onto = first_at_origin(road, vehicles, rules, node, now_ms)
        else:
            row = place
            time_ms, onto = first_off_link(road, vehicles, rules, row, from_ms, now_ms, until_ms)
        if time_ms >= until_ms:
            wake_ms = min(wake_ms, time_ms)
            continue
        sooner = time_ms < best_ms
        if time_ms == best_ms and onto >= 0 and onto == best_onto:
            sooner = level_ms(road, rules, row, onto) < level_ms(road, rules, best_row, onto)
        if sooner:
            best_ms, best_row, best_onto = time_ms, row, onto
    return best_ms, best_row, best_onto, wake_ms


@uncounted_kernel
def serve_node(
    road: Road, vehicles: Vehicles, rules: Rules, arrivals: Arrivals, node: int, from_ms: int, until_ms: int
) -> tuple[int, int]:
    """Do all that happens at a node in a step, in the order of time; return how many moved, and how many aside."""
    moved = 0
    aside = 0
    now_ms = from_ms
    while True:
        now_ms, row, onto, wake_ms = find_next(road, vehicles, rules, node, from_ms, now_ms, until_ms)
        if now_ms >= until_ms:
            road.wake_ms[node] = wake_ms
            return moved, aside
        vehicle = take_off(road, vehicles, rules, node, row, onto, now_ms, until_ms)
        moved += 1
        if onto >= 0:
            put_on(road, vehicles, onto, vehicle, now_ms)
        elif onto == ASIDE:
            wait_at_origin(road, vehicles, vehicle, node, now_ms)
            aside += 1
        else:
            arrivals.vehicle[arrivals.number[0]] = vehicle
            arrivals.time_ms[arrivals.number[0]] = now_ms
            arrivals.number[0] += 1


@uncounted_kernel
def wake(road: Road, now_ms: int) -> None:
    """Have every node looked at where somebody could have gone on before now, whatever held him up."""
    for row in range(len(road.ready_ms)):
        if road.ready_ms[row] <= now_ms:
            road.wake_ms[road.links[row].to_node] = now_ms
    for node in range(len(road.origin_head)):
        if road.origin_head[node] != NOBODY:
            road.wake_ms[node] = now_ms


@uncounted_kernel
def find_busy(road: Road, until_ms: int) -> int:
    """List the nodes where something is to be done before `until_ms`; return how many. None joins them meanwhile."""
    busy = 0
    for node in range(len(road.wake_ms)):
        road.busy[busy] = node  # written in any case: whether one is busy cannot be guessed, and a wrong guess is dear
        busy += road.wake_ms[node] < until_ms
    return busy


@uncounted_kernel
def transmit(
    road: Road,
    vehicles: Vehicles,
    departures: Departures,
    arrivals: Arrivals,
    rules: Rules,
    begin_ms: int,
    end_ms: int,
    wake_all: bool,
) -> tuple[int, int]:
    """Let the road live from `begin_ms` to just before `end_ms`.

    Between calls links and signals may be changed, and everybody may be given another destination. One call or many:
    the result is the same to the last bit.

    Parameters
    ----------
    departures
        None before `begin_ms`.
    begin_ms, end_ms
        Whole steps apart.
    wake_all
        Whether links, signals, ways or destinations have changed since the last call: then all who wait look again.

    Returns
    -------
    moved, aside
        How many moves from one link to another, onto the road or off it there were, and how many were put beside it.
    """
    moved = 0
    aside = 0
    due = 0
    if wake_all:
        wake(road, begin_ms)
    for from_ms in range(begin_ms, end_ms, rules.step_ms):
        until_ms = from_ms + rules.step_ms
        while due < len(departures.vehicle) and departures.time_ms[due] < until_ms:
            wait_at_origin(road, vehicles, departures.vehicle[due], departures.node[due], departures.time_ms[due])
            due += 1
        busy = find_busy(road, until_ms)
        for begin in range(0, busy, NODES_AT_ONCE):
            end = min(begin + NODES_AT_ONCE, busy)
            look_ahead(road, vehicles, begin, end, until_ms)
            for place in range(begin, end):
                counts = serve_node(road, vehicles, rules, arrivals, road.busy[place], from_ms, until_ms)
                moved += counts[0]
                aside += counts[1]
    return moved, aside
