"""Hospitals and emergency stations."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from axes import INPUTS
from districts import SERVED, Outline, district_of
from plane import Floats, to_plane
from population import Residents
from scipy.spatial import cKDTree

from twin.city.graph import EDGE_SOURCES, RoadGraph

VEHICLES: Final = 171
"""Ambulances in the city in July 2021 (published: app.bjtitle.com 5956544)."""

STATIONS: Final = 104
ROUNDS: Final = 60
HOSPITAL_PULL_M: Final = 1500.0

CAPABILITY: Final = (
    "assumed: level and centres recalled from general knowledge of the hospital, not checked against the national "
    "lists of chest-pain and stroke centres"
)
CAPACITY: Final = (
    "assumed: emergency bays and catheterisation labs by level and size of the hospital, no published figure"
)


def write_hospitals(path: Path, districts: list[Outline]) -> list[dict[str, str]]:
    """Write ``hospitals.csv`` from the table of inputs; returns that table."""
    with (INPUTS / "hospitals.csv").open(encoding="utf-8", newline="") as stream:
        table = list(csv.DictReader(stream))
    places = district_of(np.array([[float(row["lon"]), float(row["lat"])] for row in table]), districts)
    rows = []
    for row, place in zip(table, places, strict=True):
        stop = row["position"].startswith("stop:")
        source = (
            f"derived: stop {row['position'].removeprefix('stop:')} of 2013, BD-09 turned into WGS84, within some 300 m"
            if stop
            else "assumed: placed from general knowledge of the city, within some 500 m; not surveyed"
        )
        kept = {key: row[key] for key in ("id", "name_zh", "name_en")}
        kept |= {"lon": f"{float(row['lon']):.4f}", "lat": f"{float(row['lat']):.4f}", "district": districts[place].id}
        kept |= {
            key: row[key]
            for key in (
                "level", "chest_pain_centre", "stroke_centre", "children_only", "emergency_bays",
                "catheterisation_labs",
            )
        }  # fmt: skip
        kept |= {"position_label": "derived" if stop else "assumed", "position_source": source}
        kept |= {"capability_label": "assumed", "capability_source": CAPABILITY}
        kept |= {"capacity_label": "assumed", "capacity_source": CAPACITY}
        rows.append(kept)
    _write(path, rows)
    return table


def write_stations(
    path: Path, graph: RoadGraph, surface: Residents, hospitals: list[dict[str, str]], districts: list[Outline]
) -> None:
    """Write ``stations.csv``: stations at hospitals, and the rest where the served residents need them."""
    at_hospital = [row for row in hospitals if row["station"] == "yes"]
    fixed = to_plane([[float(row["lon"]), float(row["lat"])] for row in at_hospital])
    served = np.isin(surface.district, [at for at, outline in enumerate(districts) if outline.id in SERVED])
    cells, people = surface.xy_m[served], surface.residents[served]
    middles, load = _place_stations(cells, people, fixed, STATIONS - len(fixed))
    crossings = _Crossings(graph)
    free = [crossings.nearest(middle) for middle in middles]
    vehicles = _share_vehicles(at_hospital, load)
    lon_lat = [(float(row["lon"]), float(row["lat"])) for row in at_hospital] + [place.lon_lat for place in free]
    inside = district_of(np.array(lon_lat), districts)
    rows: list[dict[str, Any]] = []
    for index, (lon, lat) in enumerate(lon_lat):
        hospital = at_hospital[index] if index < len(at_hospital) else None
        zh = f"急救站 {hospital['name_zh']}" if hospital else f"急救站 {free[index - len(at_hospital)].name_zh}"
        en = f"Station at {hospital['name_en']}" if hospital else f"Station {index + 1}"
        how = "beside the hospital" if hospital else "weighted k-means on the served residents, nearest named crossing"
        rows.append(
            {
                "id": f"station_{index + 1:03d}",
                "name_zh": zh,
                "name_en": en,
                "lon": f"{lon:.6f}",
                "lat": f"{lat:.6f}",
                "district": districts[inside[index]].id,
                "vehicles": int(vehicles[index]),
                "crews": 1,
                "label": "assumed",
                "source": f"over 100 stations: news of 2013, a magnitude; place assumed: {how}; vehicles: 171 in "
                "the city (published, 2021), shared out by load; crews: one each, 105 in the peak of December 2022",
            }
        )
    _write(path, rows)


def _place_stations(cells: Floats, people: Floats, fixed: Floats, count: int) -> tuple[Floats, Floats]:
    """Weighted k-means with fixed stations; begins farthest-first, so that nothing is drawn at random."""
    near = cKDTree(fixed).query(cells)[0]
    middles = np.empty((0, 2))
    for _ in range(count):
        pick = int(np.argmax(near**2 * people))
        middles = np.vstack([middles, cells[pick]])
        near = np.minimum(near, np.hypot(*(cells - cells[pick]).T))
    for _ in range(ROUNDS):
        nearest = cKDTree(np.vstack([fixed, middles])).query(cells)[1] - len(fixed)
        for station in range(count):
            mine = nearest == station
            if people[mine].sum() > 0:
                middles[station] = np.average(cells[mine], axis=0, weights=people[mine])
    nearest = cKDTree(np.vstack([fixed, middles])).query(cells)[1]
    return middles, np.bincount(nearest, weights=people, minlength=len(fixed) + count)


def _share_vehicles(at_hospital: list[dict[str, str]], load: Floats) -> np.ndarray:
    """Give each station one vehicle, each large hospital's a second, and the rest where most residents are nearest."""
    vehicles = np.ones(len(load), dtype=int)
    vehicles[
        [at for at, row in enumerate(at_hospital) if row["level"] == "3A" and int(row["emergency_bays"]) >= 15]
    ] = 2
    while vehicles.sum() < VEHICLES:
        vehicles[int(np.argmax(load / vehicles - 1e9 * (vehicles >= 4)))] += 1
    return vehicles


@dataclass(frozen=True)
class _Crossing:
    name_zh: str
    lon_lat: tuple[float, float]


class _Crossings:
    """Named crossings of the graph; each is given away once."""

    def __init__(self, graph: RoadGraph) -> None:
        axis = EDGE_SOURCES.index("street_axis")
        named: dict[int, set[str]] = {}
        first: dict[int, str] = {}
        for start, name, source, level in zip(
            graph.edge_from, graph.edge_name, graph.edge_source, graph.edge_level, strict=True
        ):
            if name and level == 0:
                named.setdefault(int(start), set()).add(graph.names[name])
                if source == axis:
                    first[int(start)] = graph.names[name]
        self.names = {node: sorted(names) for node, names in sorted(named.items())}
        self.nodes = np.array([node for node, names in self.names.items() if len(names) >= 2])
        self.on_street = np.array(sorted(self.names))
        self.graph = graph
        self.ground = np.unique(graph.edge_from[graph.edge_level == 0])
        self.tree = cKDTree(self._xy(self.nodes))
        self.street_tree = cKDTree(self._xy(self.on_street))
        self.taken: set[str] = set()

    def _xy(self, nodes: np.ndarray) -> Floats:
        return to_plane(np.column_stack([self.graph.node_lon[nodes], self.graph.node_lat[nodes]]))

    def nearest(self, point: Floats) -> _Crossing:
        """Return the nearest crossing within 1.5 km that no station has, or a place on the nearest named street."""
        away, order = self.tree.query(point, k=12)
        for distance, at in zip(away, order, strict=True):
            node = int(self.nodes[at])
            name = "-".join(self.names[node][:2])
            if distance < HOSPITAL_PULL_M and name not in self.taken:
                return self._take(name, node)
        _, at = self.street_tree.query(point)
        node = int(self.on_street[at])
        here = to_plane([[self.graph.node_lon[node], self.graph.node_lat[node]]])[0]
        side = "东西南北"
        shift = point - here
        if np.hypot(*shift) < HOSPITAL_PULL_M:
            name = self.names[node][0]
        else:
            letter = (
                (side[0] if shift[0] > 0 else side[1])
                if abs(shift[0]) > abs(shift[1])
                else (side[3] if shift[1] > 0 else side[2])
            )
            name = f"{self.names[node][0]}{letter}{np.hypot(*shift) / 1000:.1f}公里"
            node = int(self.ground[np.argmin(np.hypot(*(self._xy(self.ground) - point).T))])
        serial = 2
        base = name
        while name in self.taken:
            name = f"{base} {serial}"
            serial += 1
        return self._take(name, node)

    def _take(self, name: str, node: int) -> _Crossing:
        self.taken.add(name)
        return _Crossing(name, (float(self.graph.node_lon[node]), float(self.graph.node_lat[node])))


def _write(path: Path, rows: list[dict[str, Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
