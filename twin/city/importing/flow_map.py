"""Makes a map folder, and a table of trips beside it, of a network and the demand of another program."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.flow_network import FlowNetwork, TripList
from twin.city.graph import ROAD_CLASSES, RoadGraph
from twin.city.importing.build import DISTRICT_ID, LEAST_CONNECTED_SHARE
from twin.city.importing.flow_summary import FlowSummary, write_documents
from twin.city.importing.places import in_one_district, make_stations
from twin.city.importing.plain_graph import check_middle, fastest_links, in_largest_component, plain_graph, straight_m
from twin.city.importing.population import RESIDENTS_PER_STREET_KM, Cells, gather_cells
from twin.city.importing.simplify import SHORTEST_EDGE_M
from twin.city.importing.write import (
    check_target,
    new_folder,
    write_district,
    write_header,
    write_places,
    write_population,
)
from twin.city.map import read_map, write_graph
from twin.city.places import Hospital, Station, read_places
from twin.core.errors import MapError

if TYPE_CHECKING:
    import pandas as pd

MAP: Final = "map"
TRIPS: Final = "trips.parquet"
LICENCE: Final = "not stated by the source; see SOURCE.md"
CONNECTOR_SPEED_KMH: Final = 30.0
"""Assumed for links without a time, which join zones to the network."""
ROAD_CLASS: Final = ROAD_CLASSES.index("tertiary")
CONNECTOR_CLASS: Final = ROAD_CLASSES.index("service")


@dataclass(frozen=True)
class FlowMapOptions:
    """What a user may say about a network that is imported.

    Attributes
    ----------
    title
        For people; the target folder's name where empty.
    population
        Residents; by the roads' length where None.
    hospitals
        Table (CSV) of hospitals; one is assumed in the middle where None, for a map needs one.
    stations, vehicles
        Emergency stations to place by the population, and vehicles to share out over them.
    at
        Longitude and latitude of the network's middle, where x and y are a plane's.
    overwrite
        Whether what is in the target already is replaced.
    """

    title: str = ""
    population: int | None = None
    hospitals: Path | None = None
    stations: int | None = None
    vehicles: int | None = None
    at: tuple[float, float] | None = None
    overwrite: bool = False

    def check(self) -> None:
        """Raise MapError where a value makes no sense."""
        for what, number in (("population", self.population), ("stations", self.stations), ("vehicles", self.vehicles)):
            if number is not None and number < 1:
                raise MapError("--{option} is {number}; it must be at least 1", option=what, number=number)
        check_middle(self.at)


@dataclass(frozen=True, eq=False)
class PlacedNetwork:
    """A network on Earth.

    Attributes
    ----------
    files
        Where it was read from, the network's file first.
    program
        Which program's files they are, as ``TNTP``.
    lon, lat
        Of the nodes, degrees, shape (n,).
    road_class
        Position in `ROAD_CLASSES` of each link, shape (m,).
    street
        Name of each link's street; empty where there are no names.
    shape
        Longitudes and latitudes of each link's line, shape (k, 2) each; empty where all are straight.
    """

    files: tuple[Path, ...]
    program: str
    network: FlowNetwork
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    road_class: NDArray[np.uint8]
    street: tuple[str, ...] = ()
    shape: Sequence[NDArray[np.float64]] = ()


@dataclass(frozen=True, eq=False)
class _Roads:
    """A road graph, which link of the network each edge is, and which node of it each node became (-1: none)."""

    graph: RoadGraph
    link: NDArray[np.int64]
    node: NDArray[np.int64]


def import_flows(
    placed: PlacedNetwork,
    trips: TripList | None,
    target: Path,
    options: FlowMapOptions,
    counts: Counter[str],
) -> FlowSummary:
    """Write ``map/``, and ``trips.parquet`` where there are trips, into ``target``.

    The table has columns of `twin.domains.traffic.supplied_trips`: ``trip``, ``depart_s``, ``from_node``, ``to_node``
    (rows of the map's nodes.parquet), and, where the source gives routes, ``route``, the rows of edges.parquet.

    Raises
    ------
    MapError
        Naming what is wrong; then nothing is written.
    """
    _check_target(target, overwrite=options.overwrite)
    roads = _roads(placed, counts)
    table = None if trips is None else trip_table(roads.graph, roads.node, placed.network, trips, counts)
    cells = _cells(roads, table, options.population)
    hospitals = _hospitals(roads.graph, cells, options.hospitals, counts)
    stations = make_stations((), counts, cells, table=None, count=options.stations, vehicles=options.vehicles)
    _count(roads.graph, cells, hospitals, stations, table, counts)
    name = target.resolve().name
    title = options.title or name
    summary = FlowSummary(placed.files[0], target, counts, roads.graph.origin)
    with new_folder(target / MAP, overwrite=options.overwrite) as folder:
        write_graph(folder, roads.graph, _geometry(placed, roads))
        write_places(folder / "hospitals.csv", hospitals, Hospital)
        write_places(folder / "stations.csv", stations, Station)
        label = "assumed" if cells.assumed_total else "derived"
        residents = round(float(cells.residents.sum()))
        write_district(folder / "districts.geojson", roads.graph, residents, label, (title, title))
        write_population(folder / "population.parquet", cells)
        notes = {"source": f"imported from {placed.program}", "speeds": "length over the source's free-flow time"}
        attribution = f"{placed.program} network {placed.files[0].name}"
        write_header(folder / "map.yaml", name, (title, title), notes, licence=LICENCE, attribution=attribution)
        write_documents(folder, placed.files, placed.program, title, summary)
        read_map(folder)
    (target / TRIPS).unlink(missing_ok=True)
    if table is not None:
        table.to_parquet(target / TRIPS, index=False)
    return summary


def _check_target(target: Path, *, overwrite: bool) -> None:
    check_target(target / MAP, overwrite=overwrite)
    if (target / TRIPS).exists() and not overwrite:
        raise MapError("{path}: is there already; choose another folder, or say --overwrite", path=str(target / TRIPS))


def _roads(placed: PlacedNetwork, counts: Counter[str]) -> _Roads:
    network = placed.network
    begin, end, size = network.link_from, network.link_to, network.node_count
    keep = in_largest_component(size, begin, end)
    counts["unconnected_nodes"] = int((~keep).sum())
    if keep.sum() < max(2, LEAST_CONNECTED_SHARE * size):
        raise MapError(
            "{path}: only {count} of {all} nodes can all reach one another; add the missing links",
            path=str(placed.files[0]),
            count=int(keep.sum()),
            all=size,
        )
    straight = straight_m(placed.lon, placed.lat, begin, end)
    length_m = np.where(network.length_m > 0, network.length_m, np.maximum(straight, SHORTEST_EDGE_M))
    timeless = network.free_flow_s <= 0
    time_s = np.where(timeless, length_m / (CONNECTOR_SPEED_KMH / 3.6), network.free_flow_s)
    links, counts["loops"], counts["parallel_links"] = fastest_links(begin, end, keep, time_s)
    counts["lengths_straight"] = int((network.length_m[links] <= 0).sum())
    counts["timeless"] = int(timeless[links].sum())
    names = ("", *dict.fromkeys(word for word in placed.street if word))
    position = {word: place for place, word in enumerate(names)}
    street = np.array([position[placed.street[link]] for link in links]) if placed.street else None
    node = np.where(keep, np.cumsum(keep) - 1, -1)
    graph = plain_graph(
        placed.lon[keep],
        placed.lat[keep],
        node[begin[links]],
        node[end[links]],
        length_m=length_m[links],
        speed_kmh=length_m[links] / time_s[links] * 3.6,
        lanes=network.lanes[links],
        road_class=placed.road_class[links],
        name=street,
        names=names,
    )
    return _Roads(graph, links, node)


def _geometry(placed: PlacedNetwork, roads: _Roads) -> list[bytes] | None:
    if not placed.shape:
        return None
    import shapely

    return list(shapely.to_wkb([shapely.LineString(placed.shape[link]) for link in roads.link.tolist()]))


def trip_table(
    graph: RoadGraph, node: NDArray[np.int64], network: FlowNetwork, trips: TripList, counts: Counter[str]
) -> pd.DataFrame:
    """Return the trips between nodes that were kept; others, and those that lead nowhere, are counted.

    Parameters
    ----------
    node
        Which node of the graph each of the network became, -1 where none, shape (n,).

    Raises
    ------
    MapError
        Where no trip is left.
    """
    import pandas as pd

    begin, end = node[trips.origin], node[trips.destination]
    lost, nowhere = (begin < 0) | (end < 0), (begin == end) & (begin >= 0)
    counts["trips_unconnected"], counts["trips_nowhere"] = int(lost.sum()), int(nowhere.sum())
    keep = ~lost & ~nowhere
    if not keep.any():
        raise MapError(
            "none of the {n:,} trips leads from one junction of the network to another; give the trips that belong "
            "to it",
            n=trips.count,
        )
    table = pd.DataFrame(
        {
            "trip": np.array(trips.name, dtype=object)[keep],
            "depart_s": trips.depart_s[keep],
            "from_node": begin[keep].astype(np.int32),
            "to_node": end[keep].astype(np.int32),
        }
    )
    if len(trips.route):
        routes = _routes(graph, node, network, trips, keep)
        table["route"] = [" ".join(map(str, route.tolist())) for route in routes]
    return table


def _routes(
    graph: RoadGraph, node: NDArray[np.int64], network: FlowNetwork, trips: TripList, keep: NDArray[np.bool_]
) -> list[NDArray[np.int32]]:
    """Return the edges of each kept trip's route, none where a link of it was dropped."""
    ends = zip(graph.edge_from.tolist(), graph.edge_to.tolist(), strict=True)
    edge_of = {pair: edge for edge, pair in enumerate(ends)}
    pairs = zip(node[network.link_from].tolist(), node[network.link_to].tolist(), strict=True)
    edge = np.array([edge_of.get(pair, -1) for pair in pairs], dtype=np.int32)
    none = np.zeros(0, np.int32)
    routes = []
    for trip in np.flatnonzero(keep).tolist():
        route = edge[trips.route[trips.route_start[trip] : trips.route_start[trip + 1]]]
        routes.append(none if (route < 0).any() else route)
    return routes


def _cells(roads: _Roads, table: pd.DataFrame | None, population: int | None) -> Cells:
    """Spread the residents by where trips begin, evenly over the nodes where there are none."""
    graph = roads.graph
    if table is None:
        weight = np.ones(graph.node_count)
    else:
        weight = np.bincount(table["from_node"], minlength=graph.node_count).astype(np.float64)
    lived_in = weight > 0
    street_km = float(graph.edge_length_m.sum()) / 2000
    total = population if population is not None else max(round(street_km * RESIDENTS_PER_STREET_KM), 1)
    lon, lat = graph.node_lon[lived_in], graph.node_lat[lived_in]
    return gather_cells(graph, lon, lat, weight[lived_in], total, assumed=population is None)


def _hospitals(graph: RoadGraph, cells: Cells, table: Path | None, counts: Counter[str]) -> tuple[Hospital, ...]:
    if table is not None:
        return in_one_district(read_places(table, Hospital))
    counts["hospital_assumed"] = 1
    share = cells.residents / cells.residents.sum()
    middle = graph.to_plane_m(np.array([cells.lon @ share]), np.array([cells.lat @ share]))
    node = int(np.hypot(*(graph.node_xy_m - middle).T).argmin())
    why = "a map needs a hospital, and the source has none"
    return (
        Hospital(
            id="hospital_001",
            name_zh="假定的医院",
            name_en="Assumed hospital",
            lon=round(float(graph.node_lon[node]), 7),
            lat=round(float(graph.node_lat[node]), 7),
            district=DISTRICT_ID,
            level="unknown",
            chest_pain_centre=True,
            stroke_centre=True,
            children_only=False,
            emergency_bays=10,
            catheterisation_labs=1,
            position_label="assumed",
            position_source=f"{why}: put in the middle of the residents",
            capability_label="assumed",
            capability_source=why,
            capacity_label="assumed",
            capacity_source=why,
        ),
    )


def _count(
    graph: RoadGraph,
    cells: Cells,
    hospitals: tuple[Hospital, ...],
    stations: tuple[Station, ...],
    table: pd.DataFrame | None,
    counts: Counter[str],
) -> None:
    """Count what the summary tells."""
    counts["nodes"], counts["edges"] = graph.node_count, graph.edge_count
    counts["hospitals"], counts["stations"] = len(hospitals), len(stations)
    counts["vehicles"] = sum(station.vehicles for station in stations)
    counts["residents"] = round(float(cells.residents.sum()))
    counts["residents_assumed"] = int(cells.assumed_total)
    counts["trips"] = 0 if table is None else len(table)
    counts["by_trips"], counts["by_nodes"] = int(table is not None), int(table is None)
