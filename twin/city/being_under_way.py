"""Being under way: until a vehicle is at a node of its drive, whatever is seen of the roads meanwhile."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

if TYPE_CHECKING:
    from twin.city.conditions import RoadConditions
    from twin.city.driving import Drive


def wait_until_at(
    env: simpy.Environment, roads: RoadConditions, timing: Drive, place: int
) -> Generator[simpy.Event, Any, None]:
    """Wait until a vehicle has so many edges of its drive behind it.

    Where the roads are watched that moment moves with every look at them; otherwise it is known from the beginning, and
    one event is all it takes.
    """
    there = env.timeout(max(0.0, float(timing.arrive_s[place]) - env.now))
    while (look := roads.next_look) is not None:
        yield there | look
        if there.processed:
            return
        there = env.timeout(max(0.0, float(timing.arrive_s[place]) - env.now))
    yield there
