"""A population surface from nothing but streets: where residential streets are, people live."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import EARTH_RADIUS_M, ROAD_CLASSES, RoadGraph
from twin.city.importing.build import Network
from twin.city.importing.simplify import step_lengths_m

CELL_M: Final = 500.0
RESIDENTS_PER_STREET_KM: Final = 400.0
"""Residents for each kilometre of residential street where the population is not given. Assumed, without a source:
cities differ by a factor of four or more, so the total should be given."""

RESIDENTIAL: Final = ("residential", "living_street")
_LONGEST_STEP_M: Final = CELL_M / 4


@dataclass(frozen=True, eq=False)
class Cells:
    """Cells of the population surface, shape (k,): their middles and whole residents."""

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    residents: NDArray[np.float64]
    assumed_total: bool
    all_streets: bool


def spread_population(network: Network, population: int | None) -> Cells:
    """Spread the residents over cells of 500 m in proportion to the length of residential streets in them.

    Where a file has no residential street, all streets but motorways and trunk roads count.
    """
    lon, lat, length_m, all_streets = _street_samples(network)
    lon0, lat0 = float(network.graph.node_lon.min()), float(network.graph.node_lat.min())
    height = math.degrees(CELL_M / EARTH_RADIUS_M)
    width = height / math.cos(math.radians((lat0 + float(network.graph.node_lat.max())) / 2))
    column, row = np.floor((lon - lon0) / width).astype(np.int64), np.floor((lat - lat0) / height).astype(np.int64)
    cells, inverse = np.unique(np.column_stack([row, column]), axis=0, return_inverse=True)
    weight = np.bincount(inverse.ravel(), weights=length_m)
    total = population if population is not None else max(round(weight.sum() / 1000 * RESIDENTS_PER_STREET_KM), 1)
    residents = _whole(weight / weight.sum() * total, total)
    lived_in = residents > 0
    return Cells(
        lon=np.asarray(lon0 + (cells[:, 1] + 0.5) * width, dtype=np.float64)[lived_in],
        lat=np.asarray(lat0 + (cells[:, 0] + 0.5) * height, dtype=np.float64)[lived_in],
        residents=residents[lived_in],
        assumed_total=population is None,
        all_streets=all_streets,
    )


def _street_samples(
    network: Network,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], bool]:
    """Return the middles and lengths of short stretches of the streets that people live in."""
    pieces = network.pieces
    names = np.array([ROAD_CLASSES[one.road_class] for one in network.attributes])
    wanted = np.isin(names, RESIDENTIAL)[pieces.attributes]
    all_streets = not wanted.any()
    if all_streets:
        fast = np.char.startswith(names, "motorway") | np.char.startswith(names, "trunk")
        wanted = ~fast[pieces.attributes] if not fast[pieces.attributes].all() else np.ones(pieces.count, np.bool_)
    lon, lat = network.streets.point_lon[pieces.points], network.streets.point_lat[pieces.points]
    step_m = step_lengths_m(lon, lat)
    piece = np.repeat(np.arange(pieces.count), np.diff(pieces.start))
    use = np.flatnonzero((piece[1:] == piece[:-1]) & wanted[piece[:-1]] & (step_m > 0))
    parts = np.ceil(step_m[use] / _LONGEST_STEP_M).astype(np.int64)
    at = np.repeat(use, parts)
    within = np.arange(len(at)) - np.repeat(np.cumsum(parts) - parts, parts)
    share = (within + 0.5) / np.repeat(parts, parts)
    return (
        lon[at] + share * (lon[at + 1] - lon[at]),
        lat[at] + share * (lat[at + 1] - lat[at]),
        np.repeat(step_m[use] / parts, parts),
        bool(all_streets),
    )


def _whole(shares: NDArray[np.float64], total: int) -> NDArray[np.float64]:
    """Round to whole residents whose sum is the total: the largest remainders are rounded up."""
    whole = np.floor(shares)
    missing = int(total - whole.sum())
    whole[np.argsort(-(shares - whole), kind="stable")[:missing]] += 1
    return whole


def place_by_population(cells: Cells, count: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return ``count`` places that lie near the residents: k-means weighted by them.

    Deterministic: it begins at the cells that split the residents evenly from south to north, and where one cell is
    met twice, at the fullest of the others. There are never more places than cells.
    """
    from scipy.spatial import cKDTree

    plane = np.column_stack([cells.lon * np.cos(np.radians(cells.lat.mean())), cells.lat])
    order = np.lexsort((plane[:, 0], plane[:, 1]))
    share = np.cumsum(cells.residents[order]) / cells.residents.sum()
    begin = np.searchsorted(share, (np.arange(count) + 0.5) / count)
    chosen = order[np.unique(begin)]
    others = np.setdiff1d(np.arange(len(order)), chosen)
    others = others[np.argsort(-cells.residents[others], kind="stable")]
    centres = plane[np.concatenate([chosen, others[: count - len(chosen)]])]
    for _ in range(100):
        nearest = cKDTree(centres).query(plane)[1]
        weight = np.bincount(nearest, cells.residents, minlength=len(centres))
        sums = [np.bincount(nearest, cells.residents * plane[:, axis], minlength=len(centres)) for axis in (0, 1)]
        moved = np.column_stack(sums)[weight > 0] / weight[weight > 0, None]
        if len(moved) == len(centres) and np.abs(moved - centres).max() < 1e-9:
            break
        centres = moved
    return centres[:, 0] / np.cos(np.radians(cells.lat.mean())), centres[:, 1]


def gather_cells(
    graph: RoadGraph,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    weight: NDArray[np.float64],
    total: int,
    *,
    assumed: bool,
) -> Cells:
    """Sum weights over a grid of 500 m and scale them to the residents."""
    lon0, lat0 = float(lon.min()), float(lat.min())
    height = math.degrees(CELL_M / EARTH_RADIUS_M)
    width = height / math.cos(math.radians(graph.origin[1]))
    cells, inverse = np.unique(
        np.column_stack([np.floor((lat - lat0) / height), np.floor((lon - lon0) / width)]), axis=0, return_inverse=True
    )
    people = np.bincount(inverse.ravel(), weights=weight)
    return Cells(
        lon=lon0 + (cells[:, 1] + 0.5) * width,
        lat=lat0 + (cells[:, 0] + 0.5) * height,
        residents=people / people.sum() * total,
        assumed_total=assumed,
        all_streets=False,
    )
