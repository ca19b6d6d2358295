"""Stations, hospitals, calls and the population surface of a JEMSS city as the twin has them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from twin.city.graph import RoadGraph
from twin.city.importing.build import DISTRICT_ID
from twin.city.importing.jemss_raster import read_raster
from twin.city.importing.jemss_read import JemssCity
from twin.city.importing.jemss_roads import Projection
from twin.city.importing.jemss_tables import JemssTable
from twin.city.importing.places import FARTHEST_FROM_ROAD_M, RESIDENTS_PER_VEHICLE
from twin.city.importing.population import Cells, gather_cells
from twin.city.places import Hospital, Station
from twin.core.clock import DAY_S

if TYPE_CHECKING:
    import pandas as pd

FEWEST_CALLS: Final = 20
"""Fewer calls than this say too little about where people are."""
UNLIMITED: Final = 1000
"""Bays of a hospital: JEMSS has no limit."""
MINUTES_PER_DAY: Final = 1440.0
_NAMES: Final = ("name", "NAME", "Name")


@dataclass(frozen=True, eq=False)
class Spread:
    """A population surface, and the sentence (English) that says what it was made of."""

    cells: Cells
    said: str


def make_stations(city: JemssCity, projection: Projection) -> tuple[Station, ...]:
    """Return the stations; crews and vehicles are JEMSS's ambulances there."""
    lon, lat = _degrees(city.stations, projection)
    names = _names(city.stations)
    return tuple(
        Station(
            id=f"station_{number:03d}",
            name_zh=names[number - 1] or f"急救站 {number}",
            name_en=names[number - 1] or f"Station {number}",
            lon=round(float(lon[number - 1]), 7),
            lat=round(float(lat[number - 1]), 7),
            district=DISTRICT_ID,
            vehicles=int(city.ambulances_at[number - 1]),
            crews=int(city.ambulances_at[number - 1]),
            label="derived",
            source=f"JEMSS {city.stations.path.name}, index {number}; vehicles and crews counted in "
            f"{city.files['ambulances'].name}",
        )
        for number in range(1, len(city.stations) + 1)
    )


def make_hospitals(city: JemssCity, projection: Projection) -> tuple[Hospital, ...]:
    """Return the hospitals; each treats everything and never fills, as in JEMSS."""
    lon, lat = _degrees(city.hospitals, projection)
    names = _names(city.hospitals)
    return tuple(
        Hospital(
            id=f"hospital_{number:03d}",
            name_zh=names[number - 1] or f"医院 {number}",
            name_en=names[number - 1] or f"Hospital {number}",
            lon=round(float(lon[number - 1]), 7),
            lat=round(float(lat[number - 1]), 7),
            district=DISTRICT_ID,
            level="unknown",
            chest_pain_centre=True,
            stroke_centre=True,
            children_only=False,
            emergency_bays=UNLIMITED,
            catheterisation_labs=UNLIMITED,
            position_label="derived",
            position_source=f"JEMSS {city.hospitals.path.name}, index {number}",
            capability_label="assumed",
            capability_source="JEMSS does not tell hospitals apart: each treats every emergency",
            capacity_label="assumed",
            capacity_source="JEMSS has no limit of beds",
        )
        for number in range(1, len(city.hospitals) + 1)
    )


def _degrees(table: JemssTable, projection: Projection) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return projection.to_degrees(table.numbers("x"), table.numbers("y"))


def _names(table: JemssTable) -> list[str]:
    """Return the names of places, which JEMSS keeps, if at all, as a remark; empty where there are none."""
    return next((table.columns[name] for name in _NAMES if name in table.columns), [""] * len(table))


def make_calls(city: JemssCity, projection: Projection, graph: RoadGraph, counts: Counter[str]) -> pd.DataFrame | None:
    """Return the calls in the columns of `twin.domains.emergency.supplied`, or None where there are none.

    What JEMSS knows and the twin's calls do not is kept in columns whose names begin with ``_``. Calls farther from
    every kept road than a supplied call may be are left out and counted.
    """
    import pandas as pd

    calls = city.calls
    if calls is None:
        return None
    lon, lat = projection.to_degrees(calls.x, calls.y)
    counts["calls"] = len(lon)
    near = distances_m(graph, lon, lat) <= FARTHEST_FROM_ROAD_M
    counts["calls_far_off"] = int((~near).sum())
    counts["calls_not_transported"] = int((near & ~calls.transport).sum())
    hospital = np.array([f"hospital_{number:03d}" for number in range(1, len(city.hospitals) + 1)] + [""], dtype=object)
    table = pd.DataFrame(
        {
            "call": calls.index,
            "ring_s": np.round(calls.ring_days * DAY_S, 3),
            "lon": np.round(lon, 7),
            "lat": np.round(lat, 7),
            "kind": np.where(calls.transport, "patient", "no_patient"),
            "severity": calls.priority,
            "scene_min": np.round(calls.scene_days * MINUTES_PER_DAY, 4),
            "handover_min": np.where(calls.transport, np.round(calls.handover_days * MINUTES_PER_DAY, 4), np.nan),
            "hospital": hospital[calls.hospital],
            "_dispatch_delay_s": np.round(calls.dispatch_delay_days * DAY_S, 3),
        }
    )
    return table[near].sort_values("ring_s", kind="stable", ignore_index=True)


def distances_m(graph: RoadGraph, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return straight distances to the nearest road node, metres, shape (k,)."""
    from scipy.spatial import cKDTree

    return np.asarray(cKDTree(graph.node_xy_m).query(graph.to_plane_m(lon, lat))[0])


def spread_people(
    city: JemssCity, projection: Projection, graph: RoadGraph, calls: pd.DataFrame | None, population: int | None
) -> Spread:
    """Spread the residents over cells of 500 m by the demand's raster, else by the calls, else by the road nodes."""
    raster = read_raster(city.raster) if city.raster is not None else None
    if raster is not None:
        lon, lat = projection.to_degrees(raster.x, raster.y)
        near = distances_m(graph, lon, lat) <= FARTHEST_FROM_ROAD_M
        lon, lat, weight = lon[near], lat[near], raster.value[near]
        said = "Population: spread as the demand raster, without cells more than 2 km from the roads"
    if raster is None or not len(lon):
        if calls is not None and len(calls) >= FEWEST_CALLS:
            lon, lat = calls["lon"].to_numpy(), calls["lat"].to_numpy()
            said = "Population: spread by the places of the calls"
        else:
            lon, lat = graph.node_lon, graph.node_lat
            said = "Population: spread evenly over the road nodes, as there is no raster and there are few calls"
        weight = np.ones(len(lon))
    total = population if population is not None else max(int(city.ambulances_at.sum()) * RESIDENTS_PER_VEHICLE, 1)
    return Spread(gather_cells(graph, lon, lat, weight, total, assumed=population is None), said)
