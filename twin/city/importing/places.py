"""Hospitals and stations of an imported map: what the source says, and what is assumed where it is silent."""

from __future__ import annotations

import dataclasses
from collections import Counter
from pathlib import Path
from typing import Final

import numpy as np

from twin.city.graph import RoadGraph
from twin.city.importing.build import DISTRICT_ID
from twin.city.importing.population import Cells, place_by_population
from twin.city.importing.streets import RawPlace, Source
from twin.city.places import Hospital, Station, read_places
from twin.core.errors import MapError

RESIDENTS_PER_STATION: Final = 120_000
"""Zhengzhou: over 100 stations for 12.6 million residents (order of magnitude)."""
RESIDENTS_PER_VEHICLE: Final = 75_000
"""Zhengzhou 2021: 171 ambulances for 12.6 million residents."""
ASSUMED_BAYS: Final = 10
ASSUMED_LABORATORIES: Final = 1
FARTHEST_FROM_ROAD_M: Final = 2_000.0

HOSPITAL_COLUMNS: Final = ",".join(field.name for field in dataclasses.fields(Hospital))


def make_hospitals(source: Source, graph: RoadGraph, table: Path | None) -> tuple[Hospital, ...]:
    """Return the user's hospitals where a table is given, else those of the source.

    Raises
    ------
    MapError
        Where neither has any, with the table to write.
    """
    if table is not None:
        return in_one_district(read_places(table, Hospital))
    if source.hospitals is None:
        raise MapError(
            "{path}: this kind of file holds no hospitals; write them into a table hospitals.csv with the columns "
            "{columns} and give it with --hospitals",
            path=str(source.path),
            columns=HOSPITAL_COLUMNS,
        )
    open_to_all = [place for place in source.hospitals if place.emergency != "no"]
    source.counts["without_emergency"] = len(source.hospitals) - len(open_to_all)
    near = [place for place in open_to_all if _near_road(place, graph)]
    source.counts["hospitals_far_off"] = len(open_to_all) - len(near)
    if not near:
        raise MapError(
            "{path}: holds no hospital that takes emergencies (amenity=hospital) near its roads; write them into a "
            "table hospitals.csv with the columns {columns} and give it with --hospitals",
            path=str(source.path),
            columns=HOSPITAL_COLUMNS,
        )
    return tuple(_hospital(place, number) for number, place in enumerate(near, start=1))


def in_one_district(places: tuple[Hospital, ...]) -> tuple[Hospital, ...]:
    """Return the hospitals with the one district that an imported map has."""
    return tuple(dataclasses.replace(place, district=DISTRICT_ID) for place in places)


def _near_road(place: RawPlace, graph: RoadGraph) -> bool:
    here = graph.to_plane_m(np.array([place.lon]), np.array([place.lat]))
    return bool(np.hypot(*(graph.node_xy_m - here).T).min() <= FARTHEST_FROM_ROAD_M)


def _hospital(place: RawPlace, number: int) -> Hospital:
    return Hospital(
        id=f"hospital_{number:03d}",
        name_zh=place.name_zh or place.name or f"医院 {number}",
        name_en=place.name_en or place.name or f"Hospital {number}",
        lon=round(place.lon, 7),
        lat=round(place.lat, 7),
        district=DISTRICT_ID,
        level="unknown",
        chest_pain_centre=not place.children,
        stroke_centre=not place.children,
        children_only=place.children,
        emergency_bays=ASSUMED_BAYS,
        catheterisation_labs=0 if place.children else ASSUMED_LABORATORIES,
        position_label="published",
        position_source=f"OpenStreetMap {place.osm_id}, centre of its outline or point",
        capability_label="assumed",
        capability_source="not in OpenStreetMap: taken to treat every emergency, but for what a children's name says",
        capacity_label="assumed",
        capacity_source="not in OpenStreetMap: the same for every hospital",
    )


def make_stations(
    raw: tuple[RawPlace, ...],
    counts: Counter[str],
    cells: Cells,
    *,
    table: Path | None,
    count: int | None,
    vehicles: int | None,
) -> tuple[Station, ...]:
    """Return the user's stations, else the source's, else places found by k-means on the population.

    A ``count`` asks for k-means even where the source has stations.
    """
    if table is not None:
        return tuple(dataclasses.replace(place, district=DISTRICT_ID) for place in read_places(table, Station))
    found = raw if count is None else ()
    total = float(cells.residents.sum())
    if found:
        spots = [(place.lon, place.lat) for place in found]
    else:
        wanted = count if count is not None else max(round(total / RESIDENTS_PER_STATION), 1)
        spots = list(zip(*(axis.tolist() for axis in place_by_population(cells, wanted)), strict=True))
        counts["stations_fewer"] = wanted - len(spots)
    counts["stations_placed"] = 0 if found else len(spots)
    fleet = max(vehicles if vehicles is not None else round(total / RESIDENTS_PER_VEHICLE), len(spots))
    counts["vehicles_assumed"] = vehicles is None
    names = [(place.name_en or place.name, place.name_zh or place.name) for place in found] or [("", "")] * len(spots)
    where = [f"position: OpenStreetMap {place.osm_id}" for place in found] or ["position: k-means on the population"]
    shares = _share_out(fleet, len(spots))
    return tuple(
        Station(
            id=f"station_{number:03d}",
            name_zh=names[number - 1][1] or f"急救站 {number}",
            name_en=names[number - 1][0] or f"Station {number}",
            lon=round(lon, 7),
            lat=round(lat, 7),
            district=DISTRICT_ID,
            vehicles=shares[number - 1],
            crews=shares[number - 1],
            label="assumed",
            source=f"{where[min(number, len(where)) - 1]}; vehicles shared out evenly",
        )
        for number, (lon, lat) in enumerate(spots, start=1)
    )


def _share_out(total: int, parts: int) -> list[int]:
    return [total // parts + (number < total % parts) for number in range(parts)]


def assumed_hospitals(hospitals: tuple[Hospital, ...]) -> Counter[str]:
    """Count hospitals whose capability or capacity is assumed."""
    return Counter(
        hospitals_capability_assumed=sum(place.capability_label == "assumed" for place in hospitals),
        hospitals_capacity_assumed=sum(place.capacity_label == "assumed" for place in hospitals),
    )
