"""The coarse frame laid before the blocks: rings of the new districts, and main streets where none are known."""

from __future__ import annotations

from typing import Final

import numpy as np
import shapely
from arterials import extend_ends
from builtup import Area, areas, ellipse, forbidden
from network import Network, Road
from plane import Floats

RINGS: Final = (
    ("商务内环路", 113.7200, 34.7735, 545.0, 545.0),
    ("商务外环路", 113.7200, 34.7735, 880.0, 880.0),
    ("龙湖内环路", 113.7270, 34.8125, 1500.0, 1330.0),
    ("龙湖中环路", 113.7262, 34.8120, 2120.0, 2060.0),
    ("龙子湖环路", 113.8035, 34.7940, 780.0, 780.0),
)
"""Rings drawn by hand: name, middle, radii in metres. The middle of the CBD follows from the inner ends of the axes
众意路, 众意西路 and 九如路; the others are recalled."""

PARALLEL_M: Final = 330.0
"""No frame street closer than this to a road that runs the same way."""


STEEPEST_TURN: Final = 0.25
"""A frame turned further than this, in radians, from north-south is laid north-south, as Zhengzhou's towns are."""


def lay_rings(network: Network) -> None:
    """Draw the rings of Zhengdong."""
    for name, lon, lat, east, north in RINGS:
        around = ellipse(lon, lat, east, north, corners=40 if east > 1000 else 24)
        network.add_line(np.vstack([around, around[:1]]), Road("secondary", "synthetic", name))
    network.settle(45.0)


def lay_frame(network: Network, rng: np.random.Generator) -> None:
    """Lay secondary streets over each built-up area wherever no main road runs near the same way."""
    barred = forbidden()
    for area in areas():
        angle = _main_direction(network, area)
        for turned in (angle, angle + np.pi / 2):
            _lay_one_way(network, area, turned, barred, rng)
    extend_ends(network, 900.0)
    network.settle(60.0)
    _drop_loose_ends(network)
    network.settle(60.0)


def _main_direction(network: Network, area: Area) -> float:
    """Return the direction, within a quarter turn, that most of the area's roads keep."""
    keys = [key for key, road in network.roads.items() if road.grade != "motorway"]
    lines = network.lines(keys)
    inside = shapely.intersects(area.outline, lines)
    ends = shapely.get_coordinates(lines[inside]).reshape(-1, 2, 2)
    if not len(ends):
        return 0.0
    arms = ends[:, 1] - ends[:, 0]
    fourfold = np.sum(np.hypot(*arms.T) * np.exp(4j * np.arctan2(arms[:, 1], arms[:, 0])))
    turn = float(np.angle(fourfold)) / 4
    return turn if abs(turn) < STEEPEST_TURN else 0.0


def _lay_one_way(
    network: Network, area: Area, angle: float, barred: shapely.Geometry, rng: np.random.Generator
) -> None:
    along = np.array([np.cos(angle), np.sin(angle)])
    across = np.array([-along[1], along[0]])
    outline = shapely.get_coordinates(area.outline)
    low, high = float((outline @ across).min()), float((outline @ across).max())
    first, last = float((outline @ along).min()), float((outline @ along).max())
    near = shapely.buffer(_parallel_roads(network, along), PARALLEL_M * min(1.0, area.spacing_m / 900.0))
    place = low + area.spacing_m * rng.uniform(0.4, 0.8)
    while place < high - 200:
        line = _wandering_line(along, across, (first, last), place, rng)
        pieces = shapely.difference(shapely.difference(shapely.intersection(line, area.outline), barred), near)
        for piece in shapely.get_parts(pieces):
            if piece.length > 350:
                network.add_line(shapely.get_coordinates(piece), Road("secondary", "synthetic"))
        place += area.spacing_m * rng.uniform(0.8, 1.2)


def _wandering_line(
    along: Floats, across: Floats, reach: tuple[float, float], place: float, rng: np.random.Generator
) -> shapely.LineString:
    """Return a line across an area that bends a little every kilometre and a half, as streets do."""
    steps = np.arange(reach[0], reach[1] + 1500, 1500.0)
    aside = place + np.cumsum(rng.normal(0, 28, len(steps)))
    return shapely.linestrings(steps[:, None] * along + aside[:, None] * across)


def _parallel_roads(network: Network, along: Floats) -> shapely.Geometry:
    keys = network.pairs()
    lines = network.lines(keys)
    ends = shapely.get_coordinates(lines).reshape(-1, 2, 2)
    arms = ends[:, 1] - ends[:, 0]
    cosine = np.abs(arms @ along) / np.hypot(*arms.T)
    return shapely.union_all(lines[cosine > np.cos(np.radians(32))])


def _drop_loose_ends(network: Network) -> None:
    """Take away synthetic dead ends, and every dead end shorter than 90 m."""
    while True:
        degree = network.degree()
        loose = [
            key
            for key in network.pairs()
            if min(degree[key[0]], degree[key[1]]) == 1
            and (network.roads[key].source == "synthetic" or network.length_m(key) < 90)
        ]
        if not loose:
            return
        for key in loose:
            del network.roads[key]
