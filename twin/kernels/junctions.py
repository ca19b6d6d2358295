"""What happens where links meet: whose turn it is, and when a signal is green.

The node model is the one of Tampère, Corthout, Cattrysse and Immers (2011), "A generic class of first order node models
for dynamic macroscopic simulation of traffic flows", Transportation Research Part B 45, for individual vehicles: each
link's vehicles leave in the order in which they came (so whoever can not go on holds up those behind him), nobody waits
without a cause, and a link out of the node that is wanted by more than fit is shared in proportion to the oriented
capacities of the links into it (capacity times the share that turns there).

The shares come from start-time fair queueing (Goyal, Vin and Cheng 1996, "Start-time fair queuing", ACM SIGCOMM): each
turn has a level, to which every vehicle that leaves its link adds the link's `priority_ms`, whichever way the vehicle
turns, and of those who wait for the same gap the one with the lowest level takes it. A link whose vehicles seldom turn
there so reaches its next turn with a higher level, as its oriented capacity demands. Levels stay within `WINDOW`
vehicles of those of the other turns into the same link: who was away for an hour has no claim on the hour. For a merge
of two links this is Daganzo's (1995) priority rule, "The cell transmission model, part II: network traffic",
Transportation Research Part B 29.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from twin.kernels.compile import uncounted_kernel
from twin.kernels.road_network import NEVER, NOBODY, Rows

WINDOW: Final = 8
"""Vehicles by which a turn may be ahead of its share, or behind."""


@uncounted_kernel
def green_ms(signal: Any, time_ms: int) -> int:
    """Return the first time from `time_ms` on when this signal, a row of dtype `SIGNAL`, is green."""
    if signal.green_ms == 0:
        return NEVER
    into_cycle_ms = (time_ms - signal.start_ms) % signal.cycle_ms
    if into_cycle_ms < signal.green_ms:
        return time_ms
    return int(time_ms - into_cycle_ms + signal.cycle_ms)


@uncounted_kernel
def let_go_ms(link: Any, signals: Rows, time_ms: int) -> int:
    """Return when whoever could leave a link, a row of dtype `LINK`, from this time on is let go by its signal."""
    if link.signal < 0 or time_ms == NEVER:
        return time_ms
    return green_ms(signals[link.signal], time_ms)


@uncounted_kernel
def next_slot_of(link: Any) -> np.uint32:
    """Return the slot whose last vehicle must have left for the next to enter a link, a row of dtype `LINK`.

    Unsigned, as other places in long arrays are here: numba else counts from the end where one is below 0.
    """
    place = link.tail - link.storage
    if place < 0:
        place += link.slot_count
    return np.uint32(link.slot_first + place)


@uncounted_kernel
def slot_behind(link: Any, place: int) -> np.uint32:
    """Return the slot of the vehicle so many places behind the first of a link, a row of dtype `LINK`."""
    position = link.head + place
    if position >= link.slot_count:
        position -= link.slot_count
    return np.uint32(link.slot_first + position)


@uncounted_kernel
def was_full(link: Any, slots: Rows, from_ms: int) -> bool:
    """Say whether a link was full at `from_ms`, the beginning of a step, whoever has left it since then."""
    if link.storage == 0:
        return False
    slot = slots[next_slot_of(link)]
    return bool(slot.vehicle != NOBODY or slot.time_ms >= from_ms)


@uncounted_kernel
def place_ms(link: Any, slots: Rows) -> int:
    """Return when there is room on a link, a row of dtype `LINK`, for one more; `NEVER` if that is not known yet."""
    if link.storage == 0:
        return NEVER
    slot = slots[next_slot_of(link)]
    return NEVER if slot.vehicle != NOBODY else int(slot.time_ms + link.wave_ms)


@uncounted_kernel
def entry_ms(link: Any, slots: Rows, slack: int) -> int:
    """Return the first time when the next vehicle may enter a link, a row of dtype `LINK`; `NEVER` if not known yet.

    Newell's two conditions: a headway after the vehicle before, and the time of the backward wave after the vehicle
    whose place it takes has left. With `slack`, so many vehicles may be ahead of their headways.
    """
    if link.storage == 0:
        return NEVER
    slot = slots[next_slot_of(link)]
    if slot.vehicle != NOBODY:
        link.awaited = 1
        return NEVER
    return int(max(link.clock_ms - slack * link.headway_ms, slot.time_ms + link.wave_ms))


@uncounted_kernel
def within_window(level_ms: int, merge_level_ms: int, priority_ms: int) -> int:
    """Return a turn's level, no further from that of the link it leads to than `WINDOW` vehicles."""
    return max(merge_level_ms - WINDOW * priority_ms, min(merge_level_ms + WINDOW * priority_ms, level_ms))


@uncounted_kernel
def turn_level_ms(link: Any, onto: Any, turns: Rows) -> int:
    """Return the level at which the first vehicle of `link` waits to go on to the link `onto`; rows of dtype `LINK`."""
    turn = turns[np.uint32(link.turn_first + onto.out_slot)]
    level_ms = turn.level_ms + (link.left - turn.left) * link.priority_ms
    return within_window(level_ms, onto.merge_level_ms, link.priority_ms)


@uncounted_kernel
def origin_level_ms(onto: Any, priority_ms: int) -> int:
    """Return the level at which whoever begins a trip waits to enter the link `onto`."""
    return within_window(onto.origin_level_ms, onto.merge_level_ms, priority_ms)


@uncounted_kernel
def take_turn(link: Any, onto: Any, turns: Rows) -> None:
    """Note that the first vehicle of `link`, which has not left yet, goes on to the link `onto`."""
    level_ms = turn_level_ms(link, onto, turns)
    turn = turns[np.uint32(link.turn_first + onto.out_slot)]
    turn.level_ms = level_ms + link.priority_ms
    turn.left = link.left + 1
    onto.merge_level_ms = max(onto.merge_level_ms, level_ms)


@uncounted_kernel
def take_origin_turn(onto: Any, priority_ms: int) -> None:
    """Note that somebody begins his trip on the link `onto`."""
    level_ms = origin_level_ms(onto, priority_ms)
    onto.origin_level_ms = level_ms + priority_ms
    onto.merge_level_ms = max(onto.merge_level_ms, level_ms)
