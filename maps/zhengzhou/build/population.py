"""The population surface: residents spread over cells of 500 m by the streets that serve them. Label ``derived``.

A cell's weight is the length of its local streets (nothing where there are none) times a density that falls off with
the distance from the middle of the built-up area; the residents of a district go to its cells in proportion. In the
counties a part of the residents is rural: it goes evenly to cells outside the built-up areas that lie within 400 m of a
road.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import shapely
from builtup import Area, areas, forbidden
from districts import Outline, district_of
from plane import Floats, to_degrees, to_plane
from scipy.spatial import cKDTree

from twin.city.graph import ROAD_CLASSES, RoadGraph

CELL_M: Final = 500.0
SPACING_M: Final = 25.0
RURAL_SHARE: Final = {
    "zhongyuan": 0.01, "erqi": 0.02, "guancheng": 0.01, "jinshui": 0.0, "huiji": 0.03, "shangjie": 0.08,
    "zhongmu": 0.30, "gongyi": 0.40, "xingyang": 0.40, "xinmi": 0.40, "xinzheng": 0.25, "dengfeng": 0.45,
}  # fmt: skip
"""Share of residents outside built-up areas, assumed; 21.6 % of the whole prefecture was rural in 2020 (published)."""

PEAK: Final = 3.2
PEAK_REACH_M: Final = 6_500.0


@dataclass(frozen=True)
class Residents:
    """Cells of the surface: middles in degrees and in metres, residents, position of the district."""

    lon_lat: Floats
    xy_m: Floats
    residents: Floats
    district: np.ndarray


def spread_residents(graph: RoadGraph, districts: list[Outline]) -> Residents:
    """Spread each district's residents over its cells."""
    local, roads = _street_points(graph)
    built = areas()
    corners = to_plane([[112.70, 34.25], [114.25, 34.99]])
    x = np.arange(corners[0, 0], corners[1, 0], CELL_M)
    y = np.arange(corners[0, 1], corners[1, 1], CELL_M)
    xy = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    near = cKDTree(roads).query(xy)[0] < 400
    xy = xy[near]
    lon_lat = np.round(to_degrees(xy), 5)
    district = district_of(lon_lat, districts, near_degrees=0.004)
    barred = forbidden()
    shapely.prepare(barred)
    good = (district >= 0) & ~shapely.contains(barred, shapely.points(xy))
    xy, lon_lat, district = xy[good], lon_lat[good], district[good]
    town = _density(xy, built)
    weight = _street_length(local, xy) * town
    country = town == 0
    residents = np.zeros(len(xy))
    for position, outline in enumerate(districts):
        here = district == position
        rural = RURAL_SHARE[outline.id] * outline.residents
        cells = np.flatnonzero(here & country)
        if len(cells) == 0:
            rural = 0.0
        residents[cells] += rural / max(1, len(cells))
        share = np.where(here, weight, 0.0)
        residents += share / share.sum() * (outline.residents - rural)
        residents[here] = _whole(residents[here], outline.residents)
    keep = residents > 0
    return Residents(lon_lat[keep], xy[keep], residents[keep], district[keep])


def _whole(values: Floats, total: int) -> Floats:
    """Round to whole residents so that the sum is kept: the largest fractions are rounded up."""
    floor = np.floor(values)
    missing = round(total - floor.sum())
    floor[np.argsort(floor - values, kind="stable")[:missing]] += 1
    return floor


def _street_points(graph: RoadGraph) -> tuple[Floats, Floats]:
    """Return points every 25 m or so along local streets, and along all streets at grade."""
    xy = to_plane(np.column_stack([graph.node_lon, graph.node_lat]))
    one_way = (graph.edge_from < graph.edge_to) & (graph.edge_level == 0)
    found = []
    for classes in (("secondary", "tertiary", "residential"), ROAD_CLASSES):
        chosen = one_way & np.isin(graph.edge_class, [ROAD_CLASSES.index(name) for name in classes])
        start, end = xy[graph.edge_from[chosen]], xy[graph.edge_to[chosen]]
        count = np.maximum(1, np.round(graph.edge_length_m[chosen] / SPACING_M)).astype(int)
        edge = np.repeat(np.arange(len(count)), count)
        step = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)
        part = ((step + 0.5) / count[edge])[:, None]
        found.append(start[edge] * (1 - part) + end[edge] * part)
    return found[0], found[1]


def _street_length(points: Floats, xy: Floats) -> Floats:
    """Return metres of local street in each cell."""
    low = xy.min(axis=0) - CELL_M / 2
    width = int(np.ptp(xy[:, 0]) / CELL_M) + 2
    height = int(np.ptp(xy[:, 1]) / CELL_M) + 2
    cell = np.floor((points - low) / CELL_M).astype(int)
    inside = (cell >= 0).all(axis=1) & (cell[:, 0] < width) & (cell[:, 1] < height)
    count = np.bincount(cell[inside, 1] * width + cell[inside, 0], minlength=width * height)
    mine = np.floor((xy - low) / CELL_M).astype(int)
    return count[mine[:, 1] * width + mine[:, 0]] * SPACING_M


def _density(xy: Floats, built: list[Area]) -> Floats:
    """Return a relative density at each cell; 0 outside the built-up areas."""
    points = shapely.points(xy)
    density = np.zeros(len(xy))
    for area in built:
        inside = shapely.contains(shapely.buffer(area.outline, 150.0), points) & (density == 0)
        away = np.hypot(*(xy[inside] - area.centre_m).T)
        if area.name == "主城区":
            density[inside] = 0.25 + PEAK * np.exp(-((away / PEAK_REACH_M) ** 1.5))
        else:
            density[inside] = 0.3 + np.exp(-((away / (0.6 * area.reach_m)) ** 2))
    return density


def write_population(path: Path, surface: Residents, districts: list[Outline]) -> None:
    """Write ``population.parquet``."""
    names = np.array([outline.id for outline in districts], dtype=object)[surface.district]
    table = pa.table(
        {
            "lon": pa.array(surface.lon_lat[:, 0]),
            "lat": pa.array(surface.lon_lat[:, 1]),
            "population": pa.array(surface.residents),
            "district": pa.array(names, pa.string()).dictionary_encode(),
        }
    )
    pq.write_table(table, path, compression="zstd", compression_level=19)
