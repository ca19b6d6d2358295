"""What drivers and the control centre can know."""

from __future__ import annotations

from typing import Final

from twin.core.decisions import Connection

DRIVER_TRAFFIC: Final = Connection(
    "driver_traffic", "traffic", "Drivers know the roads as they are now, not as on an ordinary day"
)
SIGNAL_CONTROL: Final = Connection(
    "signal_control", "traffic", "The city measures at this share of the signals and changes their plans"
)

CONNECTIONS: Final = (DRIVER_TRAFFIC, SIGNAL_CONTROL)
