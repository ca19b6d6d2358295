"""What OpenStreetMap's tags say of a way: may cars use it, in which direction, on how many lanes, how high.

The meaning of each tag is that of the OpenStreetMap wiki (Key:highway, Key:access, Key:oneway, Key:lanes, Key:layer).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from twin.city.graph import ROAD_CLASSES
from twin.city.importing.speeds import DEFAULT_SPEED_KMH, parse_speed_kmh
from twin.city.importing.streets import Attributes

DEFAULT_LANES: Final[dict[str, int]] = {
    "motorway": 2, "trunk": 2, "primary": 2, "secondary": 1, "tertiary": 1,
}  # fmt: skip
"""Lanes in each direction where none are tagged; 1 for every other class. Assumed."""

MOST_LANES: Final = 12

CLOSED_ACCESS: Final = frozenset({"no", "private", "agricultural", "forestry", "military", "emergency"})
CLOSED_SERVICE: Final = frozenset({"parking_aisle", "driveway", "drive-through", "emergency_access"})
_ACCESS_KEYS: Final = ("motorcar", "motor_vehicle", "vehicle", "access")
_ONEWAY_KEYS: Final = ("oneway:motorcar", "oneway:motor_vehicle", "oneway")
_CLASS_CODE: Final = {name: code for code, name in enumerate(ROAD_CLASSES)}

USED_TAGS: Final = (
    "highway", *_ACCESS_KEYS, "service", "area", *_ONEWAY_KEYS, "junction",
    "lanes", "lanes:forward", "lanes:backward", "lanes:both_ways",
    "maxspeed", "maxspeed:forward", "maxspeed:backward",
    "bridge", "tunnel", "layer", "name", "ref",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from the tags of one way, and what had to be assumed."""

    attributes: Attributes
    speed_assumed: bool
    lanes_assumed: bool
    changes_direction: bool


def why_closed(tags: Mapping[str, str]) -> str:
    """Return why cars may not use a way, as a key of the summary; empty where they may."""
    if tags.get("highway", "") not in _CLASS_CODE:
        return "not_for_cars"
    if tags.get("area") == "yes":
        return "areas"
    if tags["highway"] == "service" and tags.get("service") in CLOSED_SERVICE:
        return "driveways"
    access = next((tags[key] for key in _ACCESS_KEYS if key in tags), "yes")
    return "no_access" if access in CLOSED_ACCESS else ""


def direction(tags: Mapping[str, str]) -> str:
    """Return ``both``, ``forward``, ``backward`` or ``changing`` (reversible by the hour)."""
    value = next((tags[key] for key in _ONEWAY_KEYS if key in tags), None)
    if value in ("yes", "true", "1"):
        return "forward"
    if value in ("-1", "reverse"):
        return "backward"
    if value in ("reversible", "alternating"):
        return "changing"
    if value is None and (tags.get("junction") in ("roundabout", "circular") or tags["highway"] == "motorway"):
        return "forward"
    return "both"


def _count(text: str | None) -> int | None:
    """Read a number of lanes; several values give the lowest."""
    if not text:
        return None
    try:
        number = min(float(part) for part in text.replace(",", ";").split(";"))
    except ValueError:
        return None
    return min(int(number), MOST_LANES) if number >= 1 else None


def lanes(tags: Mapping[str, str], way: str) -> tuple[int, int, bool]:
    """Return lanes forward, lanes backward and whether they are assumed, for a direction that `direction` gave."""
    default = DEFAULT_LANES.get(tags["highway"], 1)
    total, ahead, back = (_count(tags.get(key)) for key in ("lanes", "lanes:forward", "lanes:backward"))
    if way == "forward":
        number = ahead or total
        return number or default, 0, number is None
    if way == "backward":
        number = back or total
        return 0, number or default, number is None
    if total is not None:
        # A lane for turns in both directions belongs to neither.
        total -= min(_count(tags.get("lanes:both_ways")) or 0, total - 1)
        if not ahead and not back:
            ahead = back = max(total // 2, 1)
        ahead = ahead or max(total - (back or 0), 1)
        return ahead, back or max(total - ahead, 1), False
    if ahead or back:
        return ahead or back or 1, back or ahead or 1, False
    return default, default, True


def level(tags: Mapping[str, str]) -> int:
    """Return 1 for elevated, -1 for underground, 0 at grade."""
    try:
        layer = int(tags.get("layer", "0"))
    except ValueError:
        layer = 0
    if layer:
        return 1 if layer > 0 else -1
    if tags.get("bridge", "no") not in ("no", "aqueduct"):
        return 1
    return -1 if tags.get("tunnel", "no") not in ("no", "building_passage", "culvert") else 0


def read_tags(tags: Mapping[str, str], default_speed_kmh: float | None = None) -> Reading:
    """Read the tags of a way that cars may use.

    Parameters
    ----------
    default_speed_kmh
        The source's own guess where ``maxspeed`` says nothing, before that of the class.
    """
    highway = tags["highway"]
    way = direction(tags)
    lanes_forward, lanes_backward, lanes_assumed = lanes(tags, way)
    both = parse_speed_kmh(tags.get("maxspeed"))
    ahead = parse_speed_kmh(tags.get("maxspeed:forward")) or both
    back = parse_speed_kmh(tags.get("maxspeed:backward")) or both
    fallback = default_speed_kmh or DEFAULT_SPEED_KMH[highway]
    assumed = (lanes_forward > 0 and ahead is None) or (lanes_backward > 0 and back is None)
    return Reading(
        attributes=Attributes(
            road_class=_CLASS_CODE[highway],
            lanes_forward=lanes_forward,
            lanes_backward=lanes_backward,
            speed_forward_kmh=round(ahead or fallback, 1) if lanes_forward else 0.0,
            speed_backward_kmh=round(back or fallback, 1) if lanes_backward else 0.0,
            level=level(tags),
            name=(tags.get("name") or tags.get("ref") or "").strip(),
        ),
        speed_assumed=assumed,
        lanes_assumed=lanes_assumed,
        changes_direction=way == "changing",
    )
