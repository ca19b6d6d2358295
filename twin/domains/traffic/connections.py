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
AMBULANCE_PRIORITY: Final = Connection(
    "ambulance_priority", "traffic", "This share of the signals knows where ambulances are and can make way for them"
)

PARKING_FEED: Final = Connection(
    "parking_feed", "traffic", "Lots report their free spaces; the share is of the closed lots that can be connected"
)
PARKING_APP: Final = Connection("parking_app", "traffic", "Drivers look up lots in the parking app and are led there")

CONNECTIONS: Final = (DRIVER_TRAFFIC, SIGNAL_CONTROL, AMBULANCE_PRIORITY, PARKING_FEED, PARKING_APP)
