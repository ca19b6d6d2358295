"""Routes of one's own for supplied trips: edges of the map, checked, and driven as links."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.core.errors import TwinError

if TYPE_CHECKING:
    from twin.city.graph import RoadGraph
    from twin.city.links import Links
    from twin.city.road_traffic import RoadTraffic
    from twin.core.supplied.reading import Problems, Raw

Edges = NDArray[np.int32]
NO_ROUTE: Edges = np.empty(0, np.int32)


def read_routes(
    raw: Raw, texts: pd.Series, from_node: NDArray[np.int32], to_node: NDArray[np.int32], roads: RoadGraph,
    problems: Problems,
) -> list[Edges]:  # fmt: skip
    """Return the edges of each trip's route, none where its cell is empty; what is wrong goes into the problems."""
    found = []
    for row, text in enumerate(texts.fillna("").astype(str).tolist()):
        words = text.split()
        if not all(word.isdecimal() and int(word) < roads.edge_count for word in words):
            _tell(
                raw, row, problems, "must be numbers of edges with spaces between, rows of the map's edges.parquet, 0 "
                "to {last}", last=roads.edge_count - 1,
            )  # fmt: skip
            found.append(NO_ROUTE)
            continue
        edges = np.array(words, np.int32)
        if len(edges):
            _check(raw, row, edges, int(from_node[row]), int(to_node[row]), roads, problems)
        found.append(edges)
    return found


def _check(
    raw: Raw, row: int, edges: Edges, from_node: int, to_node: int, roads: RoadGraph, problems: Problems
) -> None:
    breaks = np.flatnonzero(roads.edge_to[edges[:-1]] != roads.edge_from[edges[1:]])
    if len(breaks):
        edge, before = int(edges[breaks[0] + 1]), int(edges[breaks[0]])
        _tell(raw, row, problems, "edge {edge} does not begin where edge {before} ends", edge=edge, before=before)
    elif roads.edge_from[edges[0]] != from_node:
        begins = int(roads.edge_from[edges[0]])
        _tell(
            raw, row, problems, "it begins at node {begins}, but the trip at node {node}", begins=begins, node=from_node
        )
    elif roads.edge_to[edges[-1]] != to_node:
        ends = int(roads.edge_to[edges[-1]])
        _tell(raw, row, problems, "it ends at node {ends}, but the trip at node {node}", ends=ends, node=to_node)


def _tell(raw: Raw, row: int, problems: Problems, sentence: str, **values: object) -> None:
    where = problems.where(raw, row, "route")
    problems.add(
        TwinError("{where}: " + sentence + "; correct the route, or leave it empty", where=where, **values)
    )  # fmt: skip


def links_of(routes: Sequence[Edges], links: Links) -> list[Edges]:
    """Return the links that each route drives; one that begins or ends between junctions drives the whole link."""
    driven = []
    for edges in routes:
        link = links.edge_link[edges]
        driven.append(np.asarray(link[np.append(True, link[1:] != link[:-1])] if len(link) else link, np.int32))
    return driven


class Routes:
    """Who has a route of his own, by the number of the vehicle, and sends him along it."""

    def __init__(self, routes: Sequence[Edges], links: Links, vehicles: int) -> None:
        self._links = links
        self._driven = links_of(routes, links)
        self._has = np.zeros(vehicles, np.bool_)
        self._has[: len(routes)] = [len(route) > 0 for route in self._driven]

    def begin(self, who: Edges, junction: Edges) -> Edges:
        """Return where these set out: where their route begins, or at the junction that is given; shape (who,)."""
        chosen = np.flatnonzero(self._has[who])
        first = [self._driven[vehicle][0] for vehicle in who[chosen].tolist()]
        begins = junction.copy()
        begins[chosen] = self._links.from_junction[np.array(first, np.int32)]
        return begins

    def send(self, who: Edges, road: RoadTraffic) -> None:
        """Give those of these who have a route that route."""
        chosen = who[self._has[who]]
        if len(chosen):
            routes = [self._driven[vehicle] for vehicle in chosen.tolist()]
            first = np.concatenate([[0], np.cumsum([len(route) for route in routes])])
            road.send_along(chosen, first, np.concatenate(routes))
