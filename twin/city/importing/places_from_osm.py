"""Hospitals and ambulance stations from OpenStreetMap objects."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from twin.city.importing.streets import RawPlace

SAME_PLACE_M: Final = 500.0
"""Two objects of one name within this distance are one place (a point on a building, a building in its grounds)."""

_CHILDREN: Final = re.compile(r"child|pa?ediatric|kinder|pédiatri|infantil|儿童|兒童|детск", re.IGNORECASE)
_NO_MORE: Final = re.compile(r"\((historical|closed|former)\)", re.IGNORECASE)
_EAST_ASIAN: Final = re.compile(r"[一-鿿]")


def make_place(osm_id: str, tags: dict[str, str], lon: float, lat: float) -> RawPlace:
    """Describe a place by its tags; names that are missing stay empty."""
    name = tags.get("name", "").strip()
    chinese = bool(_EAST_ASIAN.search(name))
    words = " ".join((name, tags.get("name:en", ""), tags.get("healthcare:speciality", "")))
    return RawPlace(
        osm_id=osm_id,
        name=name,
        name_en=tags.get("name:en", "").strip() or ("" if chinese else name),
        name_zh=tags.get("name:zh", "").strip() or (name if chinese else ""),
        lon=lon,
        lat=lat,
        emergency=tags.get("emergency", ""),
        children=bool(_CHILDREN.search(words)),
    )


def is_hospital(tags: Any) -> bool:
    """Return whether the tags are those of a hospital."""
    return bool(tags.get("amenity") == "hospital" and not _NO_MORE.search(tags.get("name", "")))


def is_station(tags: Any) -> bool:
    """Return whether the tags are those of a place where ambulances wait."""
    return bool(tags.get("emergency") == "ambulance_station" or tags.get("amenity") == "ambulance_station")


class PlaceCollector:
    """Collects places from osmium's objects, whose tags and points live only while they are looked at."""

    def __init__(self, counts: Counter[str]) -> None:
        self.counts = counts
        self._hospitals: list[tuple[int, RawPlace]] = []
        self._stations: list[tuple[int, RawPlace]] = []
        self._relations: list[tuple[str, dict[str, str], list[int]]] = []
        self._corners: dict[int, tuple[float, float]] = {}
        self.missing_ways: list[int] = []

    def add_node(self, item: Any) -> None:
        """Look at a point."""
        self.counts["objects"] += 1
        if item.location.valid():
            self._add(2, f"n{item.id}", item.tags, item.location.lon, item.location.lat)

    def add_way(self, item: Any) -> None:
        """Look at an outline."""
        if is_hospital(item.tags) or is_station(item.tags):
            corners = [(node.lon, node.lat) for node in item.nodes if node.location.valid()]
            if corners:
                self._add(1, f"w{item.id}", item.tags, *centroid(corners))

    def add_relation(self, item: Any) -> None:
        """Look at a relation; its place is known once its members are."""
        self.counts["objects"] += 1
        if is_hospital(item.tags) or is_station(item.tags):
            ways = [member.ref for member in item.members if member.type == "w" and member.role in ("outer", "")]
            tags = {tag.k: tag.v for tag in item.tags}
            self._relations.append((f"r{item.id}", tags, ways))
            self.missing_ways.extend(ways)

    def add_member_way(self, item: Any) -> None:
        """Look at the outline of a relation's member."""
        corners = [(node.lon, node.lat) for node in item.nodes if node.location.valid()]
        if corners:
            self._corners[item.id] = centroid(corners)

    def _add(self, order: int, osm_id: str, tags: Any, lon: float, lat: float) -> None:
        if is_hospital(tags):
            self._hospitals.append((order, make_place(osm_id, {tag.k: tag.v for tag in tags}, lon, lat)))
        if is_station(tags):
            self._stations.append((order, make_place(osm_id, {tag.k: tag.v for tag in tags}, lon, lat)))

    def _with_relations(self, places: list[tuple[int, RawPlace]], hospitals: bool) -> list[RawPlace]:
        found = list(places)
        for osm_id, tags, ways in self._relations:
            middles = [self._corners[way] for way in ways if way in self._corners]
            if middles and is_hospital(tags) == hospitals:
                lon, lat = np.mean(middles, axis=0)
                found.append((0, make_place(osm_id, tags, float(lon), float(lat))))
        return [place for _, place in sorted(found, key=lambda one: (one[0], one[1].osm_id))]

    def hospitals(self) -> tuple[RawPlace, ...]:
        """Return the hospitals, grounds before outlines before points, each once."""
        return without_doubles(self._with_relations(self._hospitals, hospitals=True), self.counts)

    def stations(self) -> tuple[RawPlace, ...]:
        """Return the ambulance stations, each once."""
        return without_doubles(self._with_relations(self._stations, hospitals=False), self.counts)


def centroid(corners: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the centre of area of an outline, or the mean of its corners where it has no area."""
    x, y = np.asarray(corners, dtype=np.float64).T
    x0, y0 = x.mean(), y.mean()
    x, y = x - x0, y - y0
    cross = x * np.roll(y, -1) - np.roll(x, -1) * y
    area = cross.sum() / 2
    if abs(area) < 1e-14:
        return float(x0), float(y0)
    east = ((x + np.roll(x, -1)) * cross).sum() / (6 * area)
    north = ((y + np.roll(y, -1)) * cross).sum() / (6 * area)
    return float(x0 + east), float(y0 + north)


def without_doubles(places: Iterable[RawPlace], counts: Counter[str]) -> tuple[RawPlace, ...]:
    """Leave out a place where one of the same name stands nearby already."""
    kept: list[RawPlace] = []
    for place in places:
        if any(place.name == other.name and _distance_m(place, other) < SAME_PLACE_M for other in kept):
            counts["double_places"] += 1
        else:
            kept.append(place)
    return tuple(kept)


def _distance_m(one: RawPlace, other: RawPlace) -> float:
    east = (one.lon - other.lon) * np.cos(np.radians(one.lat))
    return float(np.hypot(east, one.lat - other.lat) * 111_195.0)
