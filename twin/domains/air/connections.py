"""What the city can know of its air."""

from __future__ import annotations

from typing import Final

from twin.core.decisions import Connection

EMISSION_FEED: Final = Connection(
    "emission_feed",
    "air",
    "Enterprises' meters tell the city what they emit, hour by hour; without it, it knows their yearly figures",
)
WEATHER_FORECAST: Final = Connection(
    "weather_forecast",
    "air",
    "A forecast of the weather for three days reaches the city, with errors that grow with the lead",
)
STATION_FEED: Final = Connection(
    "station_feed",
    "air",
    "The stations' hours reach the city at once; where it is off, a day's are known when the day is over",
)

CONNECTIONS: Final = (EMISSION_FEED, WEATHER_FORECAST, STATION_FEED)
