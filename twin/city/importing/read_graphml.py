"""Reads GraphML files that OSMnx wrote, element by element, so that a large graph need not fit into networkx.

OSMnx keeps a two-way street as two edges, joins stretches whose tags differ into lists of values, and turns one-way
streets that are tagged against their line. Pairs of edges are put together again here; of a list, the first value
that says something is taken.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from twin.city.importing.collect import StreetCollector
from twin.city.importing.streets import Source
from twin.city.importing.tags import USED_TAGS, why_closed
from twin.core.errors import MapError

_WGS84: Final = ("epsg:4326", "4326", "wgs84", "wgs 84", "ogc:crs84", "urn:ogc:def:crs:ogc:1.3:crs84")
_NAMESPACE: Final = re.compile(r"^\{[^}]*\}")
_SHAPE_POINT_BASE: Final = -(2**62)
_KEPT_WHILE_WAITING: Final = frozenset((*USED_TAGS, "geometry", "speed_kph"))
Values = dict[str, str]


def read_graphml(path: Path) -> Source:
    """Read streets from a GraphML file; it holds no hospitals.

    Raises
    ------
    MapError
        Where the file is not GraphML, has other coordinates than degrees, or nodes without any.
    """
    counts: Counter[str] = Counter()
    reader = _GraphmlReader(path, counts)
    try:
        for kind, identifiers, values in _elements(path):
            if kind == "graph":
                reader.check_crs(values)
            elif kind == "node":
                reader.add_node(identifiers[0], values)
            else:
                reader.add_edge(identifiers[0], identifiers[1], values)
    except ElementTree.ParseError as error:
        raise MapError(
            "{path}: is not GraphML ({problem}); write it with osmnx.save_graphml", path=str(path), problem=str(error)
        ) from None
    return Source(path, "graphml", reader.finish().streets(), None, (), counts)


def _elements(path: Path) -> Iterator[tuple[str, tuple[str, ...], Values]]:
    """Yield the graph's own values, each node and each edge, with their data by name."""
    names: Values = {}
    graph_values: Values | None = {}
    parents: list[ElementTree.Element] = []
    with path.open("rb") as stream:
        for event, element in ElementTree.iterparse(stream, events=("start", "end")):
            tag = _NAMESPACE.sub("", element.tag)
            if event == "start":
                parents.append(element)
                continue
            parents.pop()
            if tag == "key":
                names[element.get("id", "")] = element.get("attr.name", "")
            elif tag == "data" and parents and parents[-1].tag.endswith("graph") and graph_values is not None:
                graph_values[names.get(element.get("key", ""), "")] = element.text or ""
            elif tag in ("node", "edge"):
                if graph_values is not None:
                    yield "graph", (), graph_values
                    graph_values = None
                values = {names.get(data.get("key", ""), ""): data.text or "" for data in element}
                ends = ("id",) if tag == "node" else ("source", "target")
                yield tag, tuple(element.get(end, "") for end in ends), values
                element.clear()
                parents[-1].remove(element)


def first_value(text: str) -> str:
    """Return the value, or of a list that was written as text its first one that says something."""
    if not text.startswith("["):
        return text
    try:
        listed = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return text
    return next((str(value) for value in listed if value not in (None, "")), "")


class _GraphmlReader:
    """Holds nodes, and one-way edges that wait for their opposite."""

    def __init__(self, path: Path, counts: Counter[str]) -> None:
        self.path = path
        self.counts = counts
        self.collector = StreetCollector(counts)
        self._nodes: dict[str, tuple[int, float, float]] = {}
        self._waiting: dict[tuple[str, str, str, str], list[tuple[str, str, Values]]] = {}
        self._next_shape_point = _SHAPE_POINT_BASE

    def check_crs(self, values: Values) -> None:
        crs = values.get("crs", "")
        if crs and crs.lower() not in _WGS84:
            raise MapError(
                "{path}: its coordinates are {crs}; save the graph before projecting it, or project it back with "
                "osmnx.project_graph(graph, to_latlong=True)",
                path=str(self.path),
                crs=crs[:60],
            )

    def add_node(self, identifier: str, values: Values) -> None:
        try:
            lon, lat = float(values["x"]), float(values["y"])
        except (KeyError, ValueError):
            raise MapError(
                "{path}: node {node} has no x and y in degrees; write the file with osmnx.save_graphml",
                path=str(self.path),
                node=identifier,
            ) from None
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise MapError(
                "{path}: its coordinates are {crs}; save the graph before projecting it, or project it back with "
                "osmnx.project_graph(graph, to_latlong=True)",
                path=str(self.path),
                crs=f"{lon:g}, {lat:g}",
            )
        self._nodes[identifier] = (len(self._nodes), lon, lat)

    def add_edge(self, begin: str, end: str, values: Values) -> None:
        """Take an edge, at once if its opposite came before."""
        self.counts["objects"] += 1
        self.counts["highway_ways"] += 1
        if begin not in self._nodes or end not in self._nodes:
            self.counts["missing_points"] += 1
            return
        same = "".join(sorted(values.get("osmid", "")))  # a list of ids is turned round with its edge
        length = values.get("length", "")[:7]
        opposites = self._waiting.get((end, begin, same, length))
        if opposites and begin != end:
            opposites.pop()
            self._add_way(begin, end, values, both_ways=True)
        else:
            needed = {key: text for key, text in values.items() if key in _KEPT_WHILE_WAITING}
            self._waiting.setdefault((begin, end, same, length), []).append((begin, end, needed))

    def finish(self) -> StreetCollector:
        """Take the edges that have no opposite as one-way streets."""
        for edges in self._waiting.values():
            for begin, end, values in edges:
                self._add_way(begin, end, values, both_ways=False)
        return self.collector

    def _add_way(self, begin: str, end: str, values: Values, *, both_ways: bool) -> None:
        tags = {key: text for key in USED_TAGS if (text := first_value(values.get(key, "")))}
        tags_as_two_way = values.get("oneway", "") in ("False", "no", "")
        tags["oneway"] = "no" if both_ways else "yes"
        if not both_ways and tags_as_two_way and "lanes" in tags:
            tags["lanes"] = str(max(int(float(tags["lanes"])) // 2, 1)) if tags["lanes"].isdigit() else "1"
        reason = why_closed(tags)
        if reason:
            self.counts[reason] += 1
            return
        speed = values.get("speed_kph", "")
        guess = float(speed) if re.fullmatch(r"\d+(\.\d+)?", speed) and float(speed) > 0 else None
        points, lon, lat = self._line(begin, end, values.get("geometry", ""))
        self.collector.add(points, lon, lat, self.collector.read(tags, guess))

    def _line(self, begin: str, end: str, geometry: str) -> tuple[list[int], list[float], list[float]]:
        """Return the points of an edge: its nodes, and between them the bends of its line."""
        (first, lon0, lat0), (last, lon1, lat1) = self._nodes[begin], self._nodes[end]
        bends: list[tuple[float, float]] = []
        if geometry.startswith("LINESTRING"):
            inside = geometry[geometry.index("(") + 1 : geometry.rindex(")")]
            pairs = [pair.split() for pair in inside.split(",")[1:-1]]
            bends = [(float(pair[0]), float(pair[1])) for pair in pairs]
        shape = range(self._next_shape_point, self._next_shape_point + len(bends))
        self._next_shape_point += len(bends)
        return (
            [first, *shape, last],
            [lon0, *(bend[0] for bend in bends), lon1],
            [lat0, *(bend[1] for bend in bends), lat1],
        )
