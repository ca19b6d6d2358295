"""Reads SUMO's networks (``.net.xml``, also packed with gzip).

The format: sumo.dlr.de/docs/Networks/SUMO_Road_Networks.html. Internal edges, crossings and lanes that are closed to
cars are left out; so is which turns a network allows, for in the twin vehicles may turn at every junction.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.flow_network import FlowNetwork
from twin.city.importing.sumo_xml import Element, elements
from twin.city.importing.tntp_read import LANE_CAPACITY_PER_H
from twin.core.errors import MapError

CAR: Final = "passenger"
NO_PROJECTION: Final = ("!", "-", "")
_ROADS: Final = ("", "normal", "connector")
Line = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SumoNetwork:
    """A network, and what is needed to lay it on Earth and to read trips on it.

    Attributes
    ----------
    roads
        Nodes are junctions at which a road for cars begins or ends, in the file's order; x and y in metres.
    shape
        Points of each link's line, shape (k, 2) each, x and y.
    road_class
        SUMO's type of each link, such as ``highway.primary``, "" where it has none.
    street
        Name of each link's street, "" where it has none.
    closed
        Ids of the edges that were left out.
    projection
        Of x and y, as PROJ writes it; "" where they are no place on Earth.
    offset
        What was added to projected x and y.
    """

    path: Path
    roads: FlowNetwork
    shape: tuple[Line, ...]
    road_class: tuple[str, ...]
    street: tuple[str, ...]
    closed: frozenset[str]
    projection: str
    offset: tuple[float, float]


@dataclass
class _Edge:
    """One edge while its lanes are read."""

    element: Element
    begin: str
    end: str
    lanes: int = 0
    length_m: float = 0.0
    speed_mps: float = 0.0
    shape: str = ""


@dataclass
class _Found:
    """What a file holds."""

    edges: dict[str, _Edge] = field(default_factory=dict)
    junctions: dict[str, tuple[float, float]] = field(default_factory=dict)
    projection: str = ""
    offset: tuple[float, float] = (0.0, 0.0)


def read_sumo_network(path: Path, counts: Counter[str] | None = None) -> SumoNetwork:
    """Read the roads for cars of a network.

    A link's capacity is its lanes times `LANE_CAPACITY_PER_H`, for SUMO states none; its speed is that of its fastest
    lane for cars.

    Parameters
    ----------
    counts
        Receives how many edges were left out, as ``closed_edges``, and how many turns, as ``connections``.

    Raises
    ------
    MapError
        Naming file, line, and what to write instead.
    """
    counts = Counter() if counts is None else counts
    found = _read(path, counts)
    closed = frozenset(name for name, edge in found.edges.items() if not edge.lanes)
    counts["closed_edges"] = len(closed)
    open_edges = {name: edge for name, edge in found.edges.items() if edge.lanes}
    if not open_edges:
        raise MapError("{path}: holds no roads for cars; give a network with lanes for passenger cars", path=str(path))
    for edge in open_edges.values():
        _check_ends(path, edge, found)
    used = {end for edge in open_edges.values() for end in (edge.begin, edge.end)}
    names = [name for name in found.junctions if name in used]
    roads = _network(names, found, open_edges)
    values = [edge.element.values for edge in open_edges.values()]
    return SumoNetwork(
        path=path,
        roads=roads,
        shape=tuple(_shape(edge, found) for edge in open_edges.values()),
        road_class=tuple(one.get("type", "") for one in values),
        street=tuple(one.get("name", "") for one in values),
        closed=closed,
        projection="" if found.projection.strip() in NO_PROJECTION else found.projection,
        offset=found.offset,
    )


def _read(path: Path, counts: Counter[str]) -> _Found:
    found = _Found()
    edge: _Edge | None = None
    for element in elements(path, ("net",)):
        if element.tag == "edge":
            edge = _begin_edge(element, found)
        elif element.tag == "lane" and element.parent == "edge" and edge is not None:
            _add_lane(edge, element)
        elif element.tag == "junction" and element.values.get("type") != "internal":
            found.junctions[element.text("id")] = (element.number("x"), element.number("y"))
        elif element.tag == "location":
            found.projection = element.values.get("projParameter", "")
            found.offset = _point(element, element.values.get("netOffset", "0,0"))
        elif element.tag == "connection" and not element.values.get("from", ":").startswith(":"):
            counts["connections"] += 1
    return found


def _begin_edge(element: Element, found: _Found) -> _Edge | None:
    """Return a road, None for an edge that is none (within a junction, or for people on foot)."""
    if element.values.get("function", "") not in _ROADS:
        return None
    name = element.text("id")
    if name in found.edges:
        raise MapError(
            "{path}:{line}: the id {id!r} stands there twice; give one of them another",
            path=str(element.path),
            line=element.line,
            id=name,
        )
    edge = _Edge(element, element.text("from"), element.text("to"), shape=element.values.get("shape", ""))
    found.edges[name] = edge
    return edge


def is_open(allow: str, disallow: str) -> bool:
    """Say whether a lane is open to cars."""
    if allow:
        return bool({CAR, "all"} & set(allow.split()))
    return not {CAR, "all"} & set(disallow.split())


def _add_lane(edge: _Edge, lane: Element) -> None:
    length_m, speed_mps = lane.number("length", 0.0), lane.number("speed", 0.0)
    if not is_open(lane.values.get("allow", ""), lane.values.get("disallow", "")):
        return
    if speed_mps == 0 or length_m == 0:
        raise MapError(
            "{path}:{line}: speed and length of a lane for cars must be greater than 0; correct them, or disallow "
            "passenger",
            path=str(lane.path),
            line=lane.line,
        )
    edge.lanes += 1
    edge.length_m = max(edge.length_m, length_m)
    edge.speed_mps = max(edge.speed_mps, speed_mps)
    edge.shape = edge.shape or lane.values.get("shape", "")


def _check_ends(path: Path, edge: _Edge, found: _Found) -> None:
    for end in (edge.begin, edge.end):
        if end not in found.junctions:
            raise MapError(
                "{path}:{line}: the edge {edge!r} leads to the junction {junction!r}, which the file does not have; "
                "add it, or write the network again with netconvert",
                path=str(path),
                line=edge.element.line,
                edge=edge.element.values["id"],
                junction=end,
            )


def _network(names: list[str], found: _Found, edges: dict[str, _Edge]) -> FlowNetwork:
    position = {name: place for place, name in enumerate(names)}
    lanes = np.array([edge.lanes for edge in edges.values()], dtype=np.int32)
    length_m = np.array([edge.length_m for edge in edges.values()])
    speed_mps = np.array([edge.speed_mps for edge in edges.values()])
    places = np.array([found.junctions[name] for name in names])
    return FlowNetwork(
        node_name=tuple(names),
        node_x=places[:, 0].copy(),
        node_y=places[:, 1].copy(),
        link_name=tuple(edges),
        link_from=np.array([position[edge.begin] for edge in edges.values()], dtype=np.int32),
        link_to=np.array([position[edge.end] for edge in edges.values()], dtype=np.int32),
        length_m=length_m,
        free_flow_s=length_m / speed_mps,
        capacity_per_h=lanes.astype(np.float64) * LANE_CAPACITY_PER_H,
        lanes=lanes,
        speed_kmh=speed_mps * 3.6,
    )


def _point(element: Element, text: str) -> tuple[float, float]:
    try:
        x, y = (float(word) for word in text.split(",")[:2])
    except ValueError:
        raise MapError(
            "{path}:{line}: {text!r} of <{tag}> is no point; write it as x,y",
            path=str(element.path),
            line=element.line,
            tag=element.tag,
            text=text,
        ) from None
    return x, y


def _shape(edge: _Edge, found: _Found) -> Line:
    """Return the line of an edge; a lane's begins and ends at the stop lines, so the junctions are put in its place."""
    points = [_point(edge.element, pair) for pair in edge.shape.split()]
    ends = found.junctions[edge.begin], found.junctions[edge.end]
    return np.array([ends[0], *points[1:-1], ends[1]], dtype=np.float64)
