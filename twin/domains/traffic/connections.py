"""What drivers can know."""

from __future__ import annotations

from typing import Final

from twin.core.decisions import Connection

DRIVER_TRAFFIC: Final = Connection(
    "driver_traffic", "traffic", "Drivers know the roads as they are now, not as on an ordinary day"
)

CONNECTIONS: Final = (DRIVER_TRAFFIC,)
