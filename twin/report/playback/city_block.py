"""The city as the page draws it: streets from junction to junction, lots, districts, stations, hospitals."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.city.graph import ROAD_CLASSES
from twin.city.links import Links
from twin.report.playback.blocks import Columns, Running

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph
    from twin.city.map import CityMap
    from twin.core.language import Language

UNITS_PER_M: Final = 10
"""Places are whole decimetres."""
BORDER_STEP_M: Final = 150.0
"""Corners of districts' borders that lie nearer to one another are left out."""


@dataclass(frozen=True, eq=False)
class Streets:
    """The links of a map as the page knows them.

    Attributes
    ----------
    links
        As traffic uses them.
    first, node
        Link i runs through the nodes ``node[first[i]:first[i + 1]]``.
    from_node, to_node
        Its ends.
    """

    links: Links
    first: NDArray[np.int64]
    node: NDArray[np.int64]
    from_node: NDArray[np.int64]
    to_node: NDArray[np.int64]

    @classmethod
    def of(cls, roads: RoadGraph) -> Streets:
        """Put the edges of each link in their order."""
        links = Links.of(roads)
        place = _place_in_link(roads, links)
        edges = np.lexsort((place, links.edge_link))
        begins = place[edges] == 0
        count = np.bincount(links.edge_link) + 1
        first = np.concatenate([[0], np.cumsum(count)])
        node = np.empty(first[-1], np.int64)
        at = np.arange(len(edges)) + links.edge_link[edges]
        node[at + 1] = roads.edge_to[edges]
        node[at[begins]] = roads.edge_from[edges[begins]]
        return cls(links, first, node, node[first[:-1]], node[first[1:] - 1])

    def columns(self, roads: RoadGraph) -> Columns:
        """Return streets and the names of them, for `pack`."""
        xy = np.rint(roads.node_xy_m * UNITS_PER_M).astype(np.int64)
        edge = np.empty(len(self.links.length_m), np.int64)
        edge[self.links.edge_link] = np.arange(len(self.links.edge_link))
        code, name = np.unique(roads.edge_name[edge], return_inverse=True)
        names = [roads.names[number] if number >= 0 else "" for number in code.tolist()]
        return {
            "nodeX": Running(xy[:, 0]), "nodeY": Running(xy[:, 1]),
            "linkPoints": np.diff(self.first), "linkNode": Running(self.node),
            "linkClass": self.links.road_class, "linkLanes": self.links.lanes, "linkName": name,
            "linkDrawn": ~self._has_twin(), "names": "\n".join(names),
        }  # fmt: skip

    def _has_twin(self) -> NDArray[np.bool_]:
        """Say which links are the way back of one that is drawn already."""
        low, high = np.minimum(self.from_node, self.to_node), np.maximum(self.from_node, self.to_node)
        between = np.add.reduceat(self.node, self.first[:-1])  # tells parallel streets apart
        key = np.rec.fromarrays([low, high, between])
        _, drawn = np.unique(key, return_index=True)
        twin = np.ones(len(low), np.bool_)
        twin[drawn] = False
        return twin


def _place_in_link(roads: RoadGraph, links: Links) -> NDArray[np.int64]:
    """Return the place of each edge in its link, shape (m,)."""
    place = np.full(roads.edge_count, -1, np.int64)
    junction = links.node
    begins = roads.edge_from == junction[links.from_junction][links.edge_link]
    place[begins] = 0
    key = links.edge_link.astype(np.int64) * roads.node_count + roads.edge_from
    order = np.argsort(key)
    edges, step = np.flatnonzero(begins), 0
    while len(edges):
        step += 1
        wanted = links.edge_link[edges].astype(np.int64) * roads.node_count + roads.edge_to[edges]
        found = np.minimum(np.searchsorted(key[order], wanted), len(order) - 1)
        edges = order[found][key[order[found]] == wanted]
        edges = edges[place[edges] < 0]
        place[edges] = step
    return place


def lot_columns(lots: pd.DataFrame, roads: RoadGraph, kinds: tuple[str, ...]) -> Columns:
    """Return where lots lie and what they are, for `pack`."""
    xy = np.rint(roads.to_plane_m(lots["lon"].to_numpy(), lots["lat"].to_numpy()) * UNITS_PER_M).astype(np.int64)
    kind = [kinds.index(word) for word in lots["kind"].astype(str)]
    names = "\n".join(str(name).replace("\n", " ") for name in lots["name"])
    return {
        "lotX": Running(xy[:, 0]), "lotY": Running(xy[:, 1]), "lotKind": np.array(kind, np.int64),
        "lotSpaces": lots["spaces"].to_numpy(), "lotNames": names,
    }  # fmt: skip


def places(city: CityMap, say: Language) -> dict[str, Any]:
    """Return what is few enough to be written as it is: districts, stations, hospitals, classes of roads."""
    roads = city.roads

    def xy(lon: list[float], lat: list[float]) -> list[list[int]]:
        return [[round(x), round(y)] for x, y in roads.to_plane_m(np.array(lon), np.array(lat)).tolist()]

    return {
        "districts": [
            {"name": say.pick(district.name_en, district.name_zh), "rings": _rings(district.geometry, xy)}
            for district in city.districts
        ],
        "hospitals": [
            {"name": say.pick(place.name_en, place.name_zh), "at": xy([place.lon], [place.lat])[0]}
            for place in city.hospitals
        ],
        "stations": [
            {"name": say.pick(place.name_en, place.name_zh), "at": xy([place.lon], [place.lat])[0]}
            for place in city.stations
        ],
        "roadClasses": list(ROAD_CLASSES),
    }


def _rings(geometry: dict[str, Any], xy: Any) -> list[list[list[int]]]:
    """Return the outlines of a polygon or several, thinned."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    rings = []
    for ring in (ring for polygon in polygons for ring in polygon):
        corners = xy([corner[0] for corner in ring], [corner[1] for corner in ring])
        kept = corners[:1]
        for corner in corners[1:]:
            if abs(corner[0] - kept[-1][0]) + abs(corner[1] - kept[-1][1]) >= BORDER_STEP_M:
                kept.append(corner)
        rings.append(kept)
    return rings
