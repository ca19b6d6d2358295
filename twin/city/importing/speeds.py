"""Speeds from OpenStreetMap's ``maxspeed`` tags, and by road class where there is none."""

from __future__ import annotations

import re
from typing import Final

KMH_PER_MPH: Final = 1.609344
KMH_PER_KNOT: Final = 1.852

DEFAULT_SPEED_KMH: Final[dict[str, float]] = {
    "motorway": 100.0,
    "motorway_link": 50.0,
    "trunk": 80.0,
    "trunk_link": 50.0,
    "primary": 60.0,
    "primary_link": 40.0,
    "secondary": 50.0,
    "secondary_link": 40.0,
    "tertiary": 40.0,
    "tertiary_link": 30.0,
    "unclassified": 40.0,
    "residential": 30.0,
    "living_street": 15.0,
    "service": 20.0,
}
"""Free-flow speeds where no limit is tagged: assumed, after the design speeds of Chinese city roads (GB/T 51328-2018:
expressways 60 to 100, arterials 40 to 60, collectors 30 to 50, local streets 20 to 30 km/h)."""

WALKING_KMH: Final = 7.0
NO_LIMIT_KMH: Final = 130.0
LOWEST_KMH: Final = 5.0
HIGHEST_KMH: Final = 140.0

_ZONE_KMH: Final[dict[str, float]] = {
    "urban": 50.0,
    "rural": 90.0,
    "trunk": 110.0,
    "motorway": 130.0,
    "living_street": 15.0,
    "bicycle_road": 30.0,
    "pedestrian_zone": WALKING_KMH,
}
_COUNTRY_ZONE_KMH: Final[dict[str, float]] = {
    "CN:urban": 50.0, "CN:rural": 70.0, "CN:motorway": 120.0,
    "GB:nsl_single": 60 * KMH_PER_MPH, "GB:nsl_dual": 70 * KMH_PER_MPH, "GB:nsl_restricted": 30 * KMH_PER_MPH,
    "GB:motorway": 70 * KMH_PER_MPH, "RU:urban": 60.0, "RU:motorway": 110.0, "DE:rural": 100.0, "AT:rural": 100.0,
    "US:urban": 25 * KMH_PER_MPH, "US:rural": 55 * KMH_PER_MPH,
}  # fmt: skip

_NUMBER: Final = re.compile(r"^(\d+(?:\.\d+)?)\s*(km/h|kmh|kph|mph|knots)?$", re.IGNORECASE)
_ZONE_NUMBER: Final = re.compile(r"^[A-Z]{2}:(?:zone:?)?(\d+)$")


def _parse_one(text: str) -> float | None:
    number = _NUMBER.match(text)
    if number:
        unit = (number[2] or "").lower()
        return float(number[1]) * {"mph": KMH_PER_MPH, "knots": KMH_PER_KNOT}.get(unit, 1.0)
    if text.lower() in ("walk", "walking"):
        return WALKING_KMH
    if text.lower() in ("none", "unlimited"):
        return NO_LIMIT_KMH
    zone = _ZONE_NUMBER.match(text)
    if zone:
        return float(zone[1]) * (KMH_PER_MPH if text.startswith(("GB", "US")) else 1.0)
    country, colon, kind = text.partition(":")
    if colon and len(country) == 2:
        return _COUNTRY_ZONE_KMH.get(text, _ZONE_KMH.get(kind))
    return None


def parse_speed_kmh(text: str | None) -> float | None:
    """Read a ``maxspeed`` value; None where it says nothing that a speed can be taken from.

    Several values (``50;60``) give the lowest. A value of 0 is taken for a mistake.

    Examples
    --------
    >>> parse_speed_kmh("30 mph")
    48.28032
    >>> parse_speed_kmh("CN:urban"), parse_speed_kmh("walk"), parse_speed_kmh("signals")
    (50.0, 7.0, None)
    """
    if not text:
        return None
    speeds = [speed for part in re.split(r"[;,|]", text) if (speed := _parse_one(part.strip())) is not None]
    speeds = [speed for speed in speeds if speed > 0]
    return min(max(min(speeds), LOWEST_KMH), HIGHEST_KMH) if speeds else None
