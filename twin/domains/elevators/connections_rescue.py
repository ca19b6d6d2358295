"""What the city can know of a trapped elevator and of those who rescue."""

from __future__ import annotations

from typing import Final

from twin.core.decisions import Connection

ELEVATOR_ALARM: Final = Connection(
    "elevator_alarm", "elevators", "An elevator that traps somebody reports it to the platform by itself"
)
WORKER_POSITION: Final = Connection(
    "worker_position",
    "elevators",
    "The platform sees where workers of all firms are, who is free, and how long each would drive in the traffic as it "
    "is now",
)

RESCUE_CONNECTIONS: Final = (ELEVATOR_ALARM, WORKER_POSITION)
