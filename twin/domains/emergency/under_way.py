"""Being under way: until a vehicle is at a node of its drive, whatever is seen of the roads meanwhile."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

if TYPE_CHECKING:
    from twin.city.driving import Drive
    from twin.domains.emergency.service import Service


def be_at(service: Service, timing: Drive, place: int) -> Generator[simpy.Event, Any, None]:
    """Wait until a vehicle has so many edges of its drive behind it.

    Where the roads are watched that moment moves with every look at them; otherwise it is known from the beginning, and
    one event is all it takes.
    """
    env, roads = service.env, service.roads
    there = env.timeout(max(0.0, float(timing.arrive_s[place]) - env.now))
    while (look := roads.next_look) is not None:
        yield there | look
        if there.processed:
            return
        there = env.timeout(max(0.0, float(timing.arrive_s[place]) - env.now))
    yield there
