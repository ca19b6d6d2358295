"""What every reader of street data hands over: points, ways through them, and what the tags say of each way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray


class Attributes(NamedTuple):
    """What the tags of a way say; a direction that is closed has speed 0 and no lanes.

    Streets are joined where these agree, so that no difference is lost by leaving out a node.
    """

    road_class: int
    lanes_forward: int
    lanes_backward: int
    speed_forward_kmh: float
    speed_backward_kmh: float
    level: int
    name: str

    def reversed(self) -> Attributes:
        """Return what a driver sees who walks the way from its end."""
        return self._replace(
            lanes_forward=self.lanes_backward,
            lanes_backward=self.lanes_forward,
            speed_forward_kmh=self.speed_backward_kmh,
            speed_backward_kmh=self.speed_forward_kmh,
        )


@dataclass(frozen=True, eq=False)
class Streets:
    """Ways for cars as arrays.

    Attributes
    ----------
    point_lon, point_lat
        Degrees, WGS84, shape (p,). Ways meet where they share a point.
    way_points
        Positions of the points of all ways, one way after the other, shape (k,).
    way_start
        Where each way begins in ``way_points``, shape (w + 1,).
    way_attributes
        Position in ``attributes`` of each way, shape (w,).
    way_speed_assumed, way_lanes_assumed
        Whether a default stands in for a missing or unreadable tag, shape (w,).
    """

    point_lon: NDArray[np.float64]
    point_lat: NDArray[np.float64]
    way_points: NDArray[np.int64]
    way_start: NDArray[np.int64]
    way_attributes: NDArray[np.int64]
    way_speed_assumed: NDArray[np.bool_]
    way_lanes_assumed: NDArray[np.bool_]
    attributes: tuple[Attributes, ...]

    @property
    def way_count(self) -> int:
        """Number of ways."""
        return len(self.way_attributes)


@dataclass(frozen=True, slots=True)
class RawPlace:
    """A hospital or an ambulance station as the source has it."""

    osm_id: str
    name: str
    name_en: str
    name_zh: str
    lon: float
    lat: float
    emergency: str
    children: bool


@dataclass(frozen=True, eq=False)
class Source:
    """Everything a reader found in one file."""

    path: Path
    reader: Literal["osmium", "graphml", "osmnx"]
    streets: Streets
    hospitals: tuple[RawPlace, ...] | None
    stations: tuple[RawPlace, ...]
    counts: Counter[str] = field(default_factory=Counter)
