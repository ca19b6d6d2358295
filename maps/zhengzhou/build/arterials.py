"""The main roads: the skeleton without its motorways, bent onto the street axes and joined with them."""

from __future__ import annotations

import itertools

import numpy as np
import shapely
from axes import Axis
from known_roads import DRAWN_AS_RINGS, MOTORWAYS, SAME_AS_AXIS, STREETS
from network import Network, Road, pair
from plane import Floats, to_plane
from routes import RouteFinder, lay

CARRIAGEWAY_APART_M = 150.0
"""Skeleton nodes closer than this are one junction: its grid is about 100 m, so a dual carriageway is drawn as two
lines one grid step apart."""

AXIS_BESIDE_M = 190.0
"""A skeleton road that runs alongside an axis within this distance is the same road."""


def clean_skeleton(lon_lat: Floats, edges: list[tuple[int, int]]) -> Network:
    """Join dual carriageways and close junctions of the skeleton."""
    network = Network()
    for point in to_plane(lon_lat):
        network.add_node(point)
    for a, b in edges:
        network.connect(a, b, Road("primary", "osm_skeleton"))
    network.merge_nodes(CARRIAGEWAY_APART_M)
    network.pull_lines_to_nodes(CARRIAGEWAY_APART_M)
    network.merge_nodes(CARRIAGEWAY_APART_M)
    network.pull_lines_to_nodes(CARRIAGEWAY_APART_M)
    _drop_doubles(network)
    return network


def _drop_doubles(network: Network) -> None:
    """Take away the skeleton's pieces that an axis draws better, too far beside it to be bent onto it."""
    finder = RouteFinder(network)
    for way in SAME_AS_AXIS:
        path = finder.nodes(way)
        for a, b in itertools.pairwise(path):
            network.roads.pop(pair(a, b), None)


def part_motorways(skeleton: Network) -> Network:
    """Take the motorways out of the skeleton into a network of their own."""
    finder = RouteFinder(skeleton)
    motorways = Network()
    motorways.xy = list(skeleton.xy)
    for road in MOTORWAYS:
        path = finder.nodes(road.way)
        for a, b in itertools.pairwise(path):
            skeleton.roads.pop(pair(a, b), None)
            motorways.connect(a, b, Road("motorway", "osm_skeleton", road.name))
    return motorways


def axis_network(axes: list[Axis]) -> Network:
    """Join the axes with one another."""
    network = Network()
    for axis in axes:
        if axis.name in DRAWN_AS_RINGS:
            continue
        wide = axis.length_m > 4000
        network.add_line(axis.xy_m, Road("primary" if wide else "secondary", "street_axis", axis.name, axis.length_m))
    network.settle(35.0)
    return network


def extend_ends(network: Network, reach_m: float, *, source: str = "") -> int:
    """Lead dead ends straight on to the next road within reach; the piece keeps class and name.

    With ``source`` the new piece is of that source and has no name.
    """
    ends = network.dangling()
    keys = network.pairs()
    tree, points = shapely.STRtree(network.lines(keys)), network.points()
    done = 0
    for end in ends:
        key = next(k for k in keys if end in k)
        inner = key[0] if key[1] == end else key[1]
        direction = points[end] - points[inner]
        direction = direction / np.hypot(*direction)
        start = points[end] + direction * 0.5
        ray = shapely.linestrings([start, points[end] + direction * reach_m])
        hits = [
            shapely.get_coordinates(shapely.intersection(ray, tree.geometries[at]))
            for at in tree.query(ray, predicate="intersects")
            if end not in keys[at]
        ]
        hits = [hit for hit in hits if len(hit)]
        if not hits:
            continue
        hit = min((point for group in hits for point in group), key=lambda p: float(np.hypot(*(p - points[end]))))
        road = network.roads.get(key)
        if road is None:
            continue
        beyond = network.add_node(hit + direction * 1.0)
        network.connect(end, beyond, Road(road.grade, source, "") if source else road)
        done += 1
    return done


def trim_overshoots(network: Network, shortest_m: float) -> None:
    """Take away the short dead ends that crossings leave over."""
    network.prune_short_ends(shortest_m)


def main_roads(skeleton: Network, axes: list[Axis]) -> Network:
    """Bend the skeleton onto the axes, join both, and give the known roads their names."""
    network = axis_network(axes)
    extend_ends(network, 320.0)
    network.settle(35.0)
    _move_nodes_to_axes(skeleton, network)
    network.absorb(skeleton)
    for _ in range(3):
        network.pull_lines_to_nodes(AXIS_BESIDE_M, parallel_deg=28.0, skeleton_only=True)
    network.settle(60.0)
    trim_overshoots(network, 90.0)
    finder = RouteFinder(network)
    for road in STREETS:
        lay(network, finder.nodes(road.way), road.grade, road.name)
    extend_ends(network, 500.0)
    network.settle(45.0)
    trim_overshoots(network, 90.0)
    extend_ends(network, 2600.0, source="synthetic")
    network.settle(45.0)
    return network


def _move_nodes_to_axes(skeleton: Network, axes: Network) -> None:
    """Move skeleton nodes onto the junction of axes, or the axis, that lies beside them."""
    points, degree = axes.points(), axes.degree()
    junctions = np.flatnonzero(degree >= 3)
    crossing_tree = shapely.STRtree(shapely.points(points[junctions]))
    lines = axes.lines(axes.pairs())
    line_tree = shapely.STRtree(lines)
    for node in sorted(skeleton.neighbours()):
        here = shapely.points(skeleton.xy[node])
        near = crossing_tree.query_nearest(here, max_distance=200.0)
        if len(near):
            skeleton.xy[node] = axes.xy[int(junctions[near[0]])]
            continue
        line = line_tree.query_nearest(here, max_distance=AXIS_BESIDE_M)
        if len(line):
            on = lines[line[0]].interpolate(lines[line[0]].project(here))
            skeleton.xy[node] = (round(on.x, 2), round(on.y, 2))
