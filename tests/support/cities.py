"""A small grid city, made in memory or written as a map folder."""

from __future__ import annotations

import csv
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pyarrow
from pyarrow import parquet

from twin.city.city import City
from twin.city.graph import EARTH_RADIUS_M, ROAD_CLASSES, RoadGraph
from twin.city.map import CRS, CityMap, Population, write_graph
from twin.city.places import District, Hospital, Station
from twin.city.section import RoadParameters
from twin.kernels.dissection import nested_dissection_order

LON, LAT = 113.65, 34.75


def grid_graph(side: int = 12, spacing_m: float = 400.0, speed_kmh: float = 36.0) -> RoadGraph:
    """Two-way streets between neighbouring nodes of a square grid."""
    degree_m = np.radians(1.0) * EARTH_RADIUS_M
    column, row = (axis.ravel() for axis in np.meshgrid(np.arange(side), np.arange(side)))
    lon = LON + column * spacing_m / (degree_m * np.cos(np.radians(LAT)))
    lat = LAT + row * spacing_m / degree_m
    number = np.arange(side * side).reshape(side, side)
    pairs = np.concatenate(
        [
            np.column_stack([number[:, :-1].ravel(), number[:, 1:].ravel()]),
            np.column_stack([number[:-1].ravel(), number[1:].ravel()]),
        ]
    )
    ends = np.concatenate([pairs, pairs[:, ::-1]]).astype(np.int32)
    count = len(ends)
    names = ("", "Main Street")
    on_main = (ends // side == side // 2).all(axis=1)
    edge_from, edge_to = np.ascontiguousarray(ends[:, 0]), np.ascontiguousarray(ends[:, 1])
    return RoadGraph(
        node_lon=lon,
        node_lat=lat,
        node_rank=nested_dissection_order(column * spacing_m, row * spacing_m, edge_from, edge_to),
        node_district=np.where(column < side // 2, 0, 1).astype(np.int8),
        edge_from=edge_from,
        edge_to=edge_to,
        edge_length_m=np.full(count, spacing_m, dtype=np.float32),
        edge_class=np.where(on_main, ROAD_CLASSES.index("primary"), ROAD_CLASSES.index("residential")).astype(np.uint8),
        edge_source=np.full(count, 2, dtype=np.uint8),
        edge_lanes=np.ones(count, dtype=np.uint8),
        edge_speed_kmh=np.full(count, speed_kmh, dtype=np.float32),
        edge_level=np.zeros(count, dtype=np.int8),
        edge_name=on_main.astype(np.int32),
        names=names,
        districts=("west", "east"),
    )


def hospital(name: str, lon: float, lat: float, *, chest: bool = True, bays: int = 4, labs: int = 1) -> Hospital:
    """A hospital with the given bays and laboratories."""
    return Hospital(
        id=name, name_zh=name, name_en=name, lon=lon, lat=lat, district="west", level="3A", chest_pain_centre=chest,
        stroke_centre=chest, children_only=False, emergency_bays=bays, catheterisation_labs=labs,
        position_label="assumed", position_source="test", capability_label="assumed", capability_source="test",
        capacity_label="assumed", capacity_source="test",
    )  # fmt: skip


def station(name: str, lon: float, lat: float, crews: int) -> Station:
    """A station with so many crews, each with a vehicle."""
    return Station(name, name, name, lon, lat, "west", crews, crews, "assumed", "test")


def small_map(
    side: int = 12,
    *,
    stations: int = 4,
    crews: int = 1,
    bays: int = 4,
    labs: int = 1,
    spacing_m: float = 400.0,
    second_capable: bool = False,
) -> CityMap:
    """A square city with evenly spread residents, a capable hospital and another (or two capable), some stations."""
    graph = grid_graph(side, spacing_m)
    at = np.linspace(0, side * side - 1, stations + 2).astype(int)[1:-1]
    places = tuple(
        station(f"station{k}", float(graph.node_lon[node]), float(graph.node_lat[node]), crews)
        for k, node in enumerate(at)
    )
    hospitals = (
        hospital("capable", float(graph.node_lon[side + 1]), float(graph.node_lat[side + 1]), bays=bays, labs=labs),
        hospital("other", float(graph.node_lon[-2]), float(graph.node_lat[-2]), chest=False, bays=bays, labs=0),
    )
    if second_capable:
        at_corner = float(graph.node_lon[-1]), float(graph.node_lat[0])
        hospitals += (hospital("second", *at_corner, bays=bays, labs=labs),)
    districts = tuple(
        District(name, name, name, 50_000, True, "assumed", "test", {"type": "Polygon", "coordinates": []})
        for name in graph.districts
    )
    residents = np.full(graph.node_count, 6_536_000 / graph.node_count)
    return CityMap(
        name="small", title_en="Small", title_zh="小城", licence="none", attribution="none", notes={},
        folder=Path("small"), roads=graph, hospitals=hospitals, stations=places, districts=districts,
        population=Population(graph.node_lon, graph.node_lat, residents, ("west",) * graph.node_count),
        content_hash="small",
    )  # fmt: skip


def small_city(**options: int | float) -> City:
    """The city of `small_map`."""
    return City(small_map(**options), RoadParameters())  # type: ignore[arg-type]


def write_small_map(folder: Path, **options: int | float) -> Path:
    """Write the map of `small_map` as a map folder that ``twin.city.map.read_map`` reads back; return the folder."""
    city_map = small_map(**options)  # type: ignore[arg-type]
    folder.mkdir(parents=True, exist_ok=True)
    header = {
        "name": folder.name, "title": {"en": city_map.title_en, "zh": city_map.title_zh}, "crs": CRS,
        "licence": city_map.licence, "attribution": city_map.attribution, "notes": {},
    }  # fmt: skip
    (folder / "map.yaml").write_text(json.dumps(header, ensure_ascii=False), encoding="utf-8")  # JSON is YAML
    write_graph(folder, city_map.roads)
    _write_places(folder / "hospitals.csv", city_map.hospitals)
    _write_places(folder / "stations.csv", city_map.stations)
    _write_districts(folder / "districts.geojson", city_map)
    people = city_map.population
    columns = {
        "lon": people.lon, "lat": people.lat, "population": people.residents, "district": list(people.district),
    }  # fmt: skip
    parquet.write_table(pyarrow.table(columns), folder / "population.parquet")
    return folder


def _write_places(path: Path, places: Sequence[Hospital | Station]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, [field.name for field in dataclasses.fields(places[0])])
        writer.writeheader()
        for place in places:
            cells = dataclasses.asdict(place)
            writer.writerow({key: _YES_NO[cell] if isinstance(cell, bool) else cell for key, cell in cells.items()})


_YES_NO = {True: "yes", False: "no"}


def _write_districts(path: Path, city_map: CityMap) -> None:
    """Give each district the box of its nodes."""
    roads, features = city_map.roads, []
    for code, district in enumerate(city_map.districts):
        lon, lat = roads.node_lon[roads.node_district == code], roads.node_lat[roads.node_district == code]
        west, east, south, north = map(float, (lon.min(), lon.max(), lat.min(), lat.max()))
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        properties = {key: value for key, value in dataclasses.asdict(district).items() if key != "geometry"}
        geometry = {"type": "Polygon", "coordinates": [ring]}
        features.append({"type": "Feature", "properties": properties, "geometry": geometry})
    text = json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False)
    path.write_text(text, encoding="utf-8")
