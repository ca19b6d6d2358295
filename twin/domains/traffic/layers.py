"""Results of links and lots for geographic information systems: a row for each edge of the map, and for each lot.

Values are means over the replications. Links of traffic are chains of edges: what passed a link passed each of
its edges, and its delay is shared out over them by their free-flow times.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
from numpy.typing import NDArray

from twin.charts.layers import Layer
from twin.charts.section import StoredRun
from twin.city.graph import ROAD_CLASSES, RoadGraph
from twin.city.links import Links
from twin.city.map import CityMap
from twin.core.clock import HOUR_S
from twin.core.errors import ResultsError
from twin.domains.traffic.measures import RINGS
from twin.domains.traffic.occupancy import occupancy
from twin.domains.traffic.passages import HOURS_OF_DAY, hours_lived, passages

_EDGE_MEANING: Final = {
    "edge": "row in the map's edges.parquet",
    "link": "number of the link in the table traffic.links",
    "name": "name of the street",
    "road_class": "OpenStreetMap's highway value",
    "ring": "between which ring roads it begins",
    "lanes": "lanes in this direction",
    "length_m": "metres",
    "free_kmh": "km/h at free flow, junctions included",
    "vehicles": "vehicles in the counted time",
    "speed_kmh": "km/h, mean over vehicles in the counted time, junctions included",
    "delay_h": "vehicle-hours lost against free flow by those who came to its end in the counted time",
}
_EDGE_HOURLY: Final = {
    "vehicles": "vehicles from {hour:02d}:00 to {end:02d}:00",
    "speed_kmh": "km/h from {hour:02d}:00 to {end:02d}:00",
    "delay_h": "vehicle-hours lost from {hour:02d}:00 to {end:02d}:00",
}
_LOT_MEANING: Final = {
    "lot": "number of the lot in the table traffic.lots",
    "name": "name of the lot",
    "kind": "kind of lot",
    "spaces": "parking spaces",
    "taken_most": "mean of its fullest hour: share of its spaces that are taken",
    "full_hours": "hours of the day in which 95 % of its spaces or more are taken, mean of the hour",
}
_TAKEN: Final = "share of its spaces that are taken from {hour:02d}:00 to {end:02d}:00, mean of the quarters of an hour"


def layers(run: StoredRun, brain: str, hours: Sequence[int]) -> list[Layer]:
    """Return the links and the lots; see `twin.charts.layers.LayerFunction`."""
    city = run.city
    if city is None:
        raise ResultsError("the map folder of this run is not there any more, or cannot be read; put it back first")
    lived = hours_lived(run)
    for hour in hours:
        if hour not in lived:
            raise ResultsError(
                "hour {hour} was not lived in this run; it has {lived}",
                hour=hour, lived=", ".join(map(str, sorted(lived))),
            )  # fmt: skip
    chosen = sorted(set(hours) or set(lived))
    return [_links(run, brain, city, chosen), _lots(run, brain, chosen)]


def _links(run: StoredRun, brain: str, city: CityMap, hours: list[int]) -> Layer:
    told = run.events("traffic.link_list", brain, 0)
    links = _matching(told, city)
    passed = passages(run, brain, HOURS_OF_DAY, np.arange(len(told)), len(told))
    roads, edge_link, share = city.roads, links.edge_link, links.edge_share
    free_s = told["free_s"].to_numpy(np.float64)
    columns: dict[str, NDArray[Any]] = {
        "edge": np.arange(roads.edge_count, dtype=np.int32),
        "link": edge_link,
        "name": np.array(roads.names, object)[roads.edge_name],
        "road_class": np.array(ROAD_CLASSES, object)[roads.edge_class],
        "ring": np.array(RINGS, object)[told["ring"].to_numpy()[edge_link]],
        "lanes": roads.edge_lanes.astype(np.int32),
        "length_m": roads.edge_length_m,
        "free_kmh": (roads.edge_length_m / (free_s[edge_link] * share) * 3.6).astype(np.float32),
    }
    meaning = dict(_EDGE_MEANING)
    for suffix, parts in [("", slice(None)), *((f"_h{hour:02d}", slice(hour, hour + 1)) for hour in hours)]:
        vehicles, vehicle_s = (values[parts].sum(axis=0) for values in (passed.vehicles, passed.vehicle_s))
        found = _on_edges(vehicles, vehicle_s, told, links, run.replications)
        columns |= {f"{name}{suffix}": values for name, values in found.items()}
    for hour in hours:
        for name, text in _EDGE_HOURLY.items():
            meaning[f"{name}_h{hour:02d}"] = text.format(hour=hour, end=hour + 1)
    return Layer("links", "LineString", _lines(city, roads), columns, meaning)


def _on_edges(
    vehicles: NDArray[np.float64], vehicle_s: NDArray[np.float64], told: pd.DataFrame, links: Links, days: int
) -> dict[str, NDArray[Any]]:
    """Return vehicles, speed and delay on each edge, from what passed each link in a part of the day."""
    moved = vehicle_s > 0
    length_m, free_s = (told[name].to_numpy(np.float64) for name in ("length_m", "free_s"))
    speed_kmh = np.where(moved, vehicles * length_m / np.where(moved, vehicle_s, 1.0) * 3.6, np.nan)
    delay_h = (vehicle_s - vehicles * free_s) / HOUR_S / days
    return {
        "vehicles": (vehicles / days)[links.edge_link],
        "speed_kmh": speed_kmh[links.edge_link].astype(np.float32),
        "delay_h": delay_h[links.edge_link] * links.edge_share,
    }


def _matching(told: pd.DataFrame, city: CityMap) -> Links:
    """Return the links of the map, which must be those of the run."""
    links = Links.of(city.roads)
    alike = len(told) == len(links.length_m) and all(
        np.array_equal(told[column].to_numpy(), links.node[junction])
        for column, junction in (("from_node", links.from_junction), ("to_node", links.to_junction))
    )
    if not alike:
        raise ResultsError(
            "{path}: the map has changed since this run, its links are not those of the results; run the scenario "
            "again",
            path=str(city.folder),
        )
    return links


def _lines(city: CityMap, roads: RoadGraph) -> Sequence[bytes]:
    """Return the lines of the edges as the map's file has them; straight ones where it has none."""
    path = city.folder / "edges.parquet"
    if path.is_file() and "geometry" in pq.read_schema(path).names:
        lines: list[bytes] = pq.read_table(path, columns=["geometry"])["geometry"].to_pylist()
        return lines
    import shapely

    points = np.column_stack([roads.node_lon, roads.node_lat])
    return list(shapely.to_wkb(shapely.linestrings(np.stack([points[roads.edge_from], points[roads.edge_to]], axis=1))))


def _lots(run: StoredRun, brain: str, hours: list[int]) -> Layer:
    import shapely

    lots = run.events("traffic.lot_list", brain, 0)
    taken = occupancy(run, brain, lots).by_lot
    columns: dict[str, NDArray[Any]] = {
        "lot": lots["lot"].to_numpy(np.int32),
        "name": lots["name"].to_numpy(object),
        "kind": lots["kind"].astype(str).to_numpy(object),
        "spaces": lots["spaces"].to_numpy(np.int32),
        "taken_most": taken.max(axis=0).astype(np.float32),
        "full_hours": (taken >= 0.95).sum(axis=0).astype(np.int32),
    }
    meaning = dict(_LOT_MEANING)
    for hour in hours:
        columns[f"taken_h{hour:02d}"] = taken[hour].astype(np.float32)
        meaning[f"taken_h{hour:02d}"] = _TAKEN.format(hour=hour, end=hour + 1)
    points = shapely.to_wkb(shapely.points(lots["lon"].to_numpy(), lots["lat"].to_numpy()))
    return Layer("lots", "Point", list(points), columns, meaning)
