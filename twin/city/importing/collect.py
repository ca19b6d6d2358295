"""Gathers ways one by one and turns them into arrays at the end."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Mapping

import numpy as np

from twin.city.importing.streets import Attributes, Streets
from twin.city.importing.tags import Reading, read_tags


class StreetCollector:
    """Collects ways with the positions of their points; identical tags are read once."""

    def __init__(self, counts: Counter[str]) -> None:
        self.counts = counts
        self._points = array("q")
        self._lon = array("d")
        self._lat = array("d")
        self._way_length = array("q")
        self._way_attributes = array("q")
        self._assumed = bytearray()
        self._readings: dict[tuple[object, ...], tuple[int, int]] = {}
        self._attributes: dict[Attributes, int] = {}

    def read(self, tags: Mapping[str, str], default_speed_kmh: float | None = None) -> tuple[int, int]:
        """Return the position of the way's attributes, and flags of what was assumed."""
        key = (*sorted(tags.items()), default_speed_kmh)
        if key not in self._readings:
            self._readings[key] = self._register(read_tags(tags, default_speed_kmh))
        found = self._readings[key]
        self.counts["changing_direction"] += bool(found[1] & 4)
        return found

    def _register(self, reading: Reading) -> tuple[int, int]:
        code = self._attributes.setdefault(reading.attributes, len(self._attributes))
        return code, reading.speed_assumed + 2 * reading.lanes_assumed + 4 * reading.changes_direction

    def add(self, points: list[int], lon: list[float], lat: list[float], reading: tuple[int, int]) -> None:
        """Add one way; ``points`` are the source's identifiers of its points."""
        self._points.extend(points)
        self._lon.extend(lon)
        self._lat.extend(lat)
        self._way_length.append(len(points))
        self._way_attributes.append(reading[0])
        self._assumed.append(reading[1])

    def streets(self) -> Streets:
        """Return what was collected."""
        identifiers, first, positions = np.unique(
            np.frombuffer(self._points, np.int64), return_index=True, return_inverse=True
        )
        del identifiers
        assumed = np.frombuffer(bytes(self._assumed), np.uint8)
        return Streets(
            point_lon=np.frombuffer(self._lon, np.float64)[first],
            point_lat=np.frombuffer(self._lat, np.float64)[first],
            way_points=positions.astype(np.int64),
            way_start=np.concatenate([[0], np.cumsum(np.frombuffer(self._way_length, np.int64))]).astype(np.int64),
            way_attributes=np.frombuffer(self._way_attributes, np.int64).copy(),
            way_speed_assumed=(assumed & 1) > 0,
            way_lanes_assumed=(assumed & 2) > 0,
            attributes=tuple(self._attributes),
        )
