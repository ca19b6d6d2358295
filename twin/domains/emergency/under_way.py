"""Being under way: until an ambulance is at a node of its drive."""

from __future__ import annotations

from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import simpy

from twin.city.being_under_way import wait_until_at

if TYPE_CHECKING:
    from twin.city.driving import Drive
    from twin.domains.emergency.service import Service


def be_at(service: Service, timing: Drive, place: int) -> Generator[simpy.Event, Any, None]:
    """Wait until a vehicle has so many edges of its drive behind it; see `wait_until_at`."""
    yield from wait_until_at(service.env, service.roads, timing, place)
