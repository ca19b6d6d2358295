"""What becomes of those whom a full link ahead holds up: others get past them, and in the end they turn away.

A link whose vehicles leave strictly in the order in which they came stands still as soon as its first one can not go
on, whatever its width. Streets have lanes for turning, and who waits in one is passed by those who go elsewhere: the
queues side by side of mesoscopic models (SUMO's, at junctions with lanes for turning), the relaxed order at diverges of
Wright, Gomes, Horowitz and Kurzhanskiy (2017), "On node models for high-dimensional road networks", Transportation
Research Part B 105. Here each link has a `pocket`, in which so many wait.

And drivers see what they stand in. Gayah and Daganzo (2011), "Clockwise hysteresis loops in the macroscopic fundamental
diagram: an effect of network instability", Transportation Research Part B 45, show that a network whose drivers never
turn away from a queue is unstable, and that it is enough for some to do so. Here who has stood for as long as his
patience lasts, and is first before a full link, takes another one from which the way that he knows goes on.
"""

from __future__ import annotations

from typing import Any, Final

from twin.kernels.compile import rare_kernel, uncounted_kernel
from twin.kernels.junctions import entry_ms, let_go_ms, slot_behind
from twin.kernels.road_network import NEVER, Road
from twin.kernels.vehicles import ARRIVED, NO_WAY, SPREAD, WHOLE, Vehicles, link_ahead

LINKS_AHEAD: Final = 12
"""Who turns away looks so many links ahead, whether the way leads back to where he stands: round the block and on."""


@rare_kernel
def get_past(
    road: Road, vehicles: Vehicles, slack: int, row: int, ready_ms: int, time_ms: int, onto: int
) -> tuple[int, int]:
    """Return when the next vehicle leaves a link whose first could from `ready_ms` on, but is held up until `time_ms`.

    And which link it enters. Nobody gets past before the first stands there and is held up.

    Of those between whom and the junction the pocket has room for the others it is the one that can go on soonest, the
    foremost of equals; the link's `passing` says which.
    """
    link: Any = road.links[row]
    best_ms, best_onto, best_place = time_ms, onto, 0
    for place in range(1, min(link.pocket + 1, link.entered - link.left)):
        slot = road.slots[slot_behind(link, place)]
        ahead = link_ahead(road, vehicles, slot.vehicle, link.to_node)
        if ahead == NO_WAY:
            continue
        goes_ms = max(slot.time_ms, ready_ms)
        if ahead >= 0:
            goes_ms = max(goes_ms, entry_ms(road.links[ahead], road.slots, slack))
        goes_ms = let_go_ms(link, road.signals, goes_ms)
        if goes_ms < best_ms:
            best_ms, best_onto, best_place = goes_ms, ahead, place
            if goes_ms == ready_ms:
                break
    link.passing = best_place + 1
    return best_ms, best_onto


@uncounted_kernel
def loses_patience_ms(vehicle: int, ready_ms: int, patience_ms: int) -> int:
    """Return when a vehicle that came to a queue at `ready_ms` has stood long enough.

    Between half of the patience and one and a half: always the same for the same vehicle, even over all of them.
    """
    drawn = (vehicle * SPREAD) & (WHOLE - 1)
    return int(ready_ms + patience_ms // 2 + ((drawn * patience_ms) >> 32))


@uncounted_kernel
def leads_back(road: Road, vehicles: Vehicles, vehicle: int, node: int, onto: int) -> bool:
    """Say whether a vehicle that leaves this node by a link soon comes back to it, or can not go on at all."""
    at = road.links[onto].to_node
    for _ in range(LINKS_AHEAD):
        if at == node:
            return True
        ahead = link_ahead(road, vehicles, vehicle, at)
        if ahead == NO_WAY:
            return True
        if ahead == ARRIVED:
            return False
        at = road.links[ahead].to_node
    return False


@rare_kernel
def turn_away(
    road: Road, vehicles: Vehicles, slack: int, patience_ms: int, row: int, ready_ms: int, time_ms: int, until_ms: int
) -> tuple[int, int]:
    """Return when the first vehicle of a link goes on, which could from `ready_ms` on but is held up until `time_ms`.

    And to which link: the one that it wants, which is full, or, if its patience is over, another. Of those which can be
    entered soonest it is the one that nobody has entered for longest. Who has a route of his own keeps to it.
    """
    wanted = road.ahead[row]
    link: Any = road.links[row]
    slot = road.slots[slot_behind(link, 0)]
    vehicle = slot.vehicle
    if vehicles.bound[vehicle].heading >= 0:
        return time_ms, wanted
    turns_ms = max(loses_patience_ms(vehicle, slot.time_ms, patience_ms), ready_ms)
    if turns_ms >= min(time_ms, until_ms):
        return min(time_ms, turns_ms), wanted
    best_ms, best_onto, best_clock_ms = time_ms, wanted, NEVER
    for place in range(road.out_first[link.to_node], road.out_first[link.to_node + 1]):
        onto = road.out_link[place]
        if onto == wanted or road.links[onto].to_node == link.from_node:
            continue
        goes_ms = let_go_ms(link, road.signals, max(turns_ms, entry_ms(road.links[onto], road.slots, slack)))
        clock_ms = road.links[onto].clock_ms
        if goes_ms > best_ms or (goes_ms == best_ms and clock_ms >= best_clock_ms) or goes_ms >= time_ms:
            continue
        if not leads_back(road, vehicles, vehicle, link.to_node, onto):
            best_ms, best_onto, best_clock_ms = goes_ms, onto, clock_ms
    return best_ms, best_onto
