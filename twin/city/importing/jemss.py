"""Imports a city folder of JEMSS: a map, calls that can be supplied to a scenario, and a scenario that uses both.

JEMSS (Julia Emergency Medical Services Simulation) is a published simulator of ambulance services; its source, in the
repository uoa-ems-research/JEMSS.jl, defines the format.
"""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from twin.city.graph import RoadGraph
from twin.city.importing.jemss_places import Spread, make_calls, make_hospitals, make_stations, spread_people
from twin.city.importing.jemss_read import JemssCity
from twin.city.importing.jemss_roads import Projection, build_roads, find_projection
from twin.city.importing.jemss_summary import JemssSummary
from twin.city.importing.jemss_write import (
    write_calls,
    write_district,
    write_documents,
    write_header,
    write_scenario,
)
from twin.city.importing.plain_graph import check_middle
from twin.city.importing.write import check_target, new_folder, write_places, write_population
from twin.city.map import read_map, write_graph
from twin.city.places import Hospital, Station
from twin.core.errors import MapError

if TYPE_CHECKING:
    import pandas as pd

MAP: Final = "map"
CALLS: Final = "calls.csv"
SCENARIO: Final = "scenario.yaml"


@dataclass(frozen=True)
class JemssOptions:
    """What a user may say about a city that is imported.

    Attributes
    ----------
    title
        For people; the target folder's name where empty.
    population
        Residents; 75,000 for each ambulance where None.
    at
        Longitude and latitude of the map's middle, where x and y are a plane's.
    overwrite
        Whether what is in the target already is replaced.
    """

    title: str = ""
    population: int | None = None
    at: tuple[float, float] | None = None
    overwrite: bool = False

    def check(self) -> None:
        """Raise MapError where a value makes no sense."""
        if self.population is not None and self.population < 1:
            raise MapError("--{option} is {number}; it must be at least 1", option="population", number=self.population)
        check_middle(self.at)


@dataclass(frozen=True, eq=False)
class _Parts:
    """What becomes of a city."""

    graph: RoadGraph
    stations: tuple[Station, ...]
    hospitals: tuple[Hospital, ...]
    calls: pd.DataFrame | None
    spread: Spread


def import_jemss(source: Path, target: Path, options: JemssOptions | None = None) -> JemssSummary:
    """Make a map folder, supplied calls and a scenario of a JEMSS city folder.

    Parameters
    ----------
    source
        Folder whose CSV files hold the tables map, nodes, arcs, stations, hospitals and ambulances, and calls, travel
        modes and demand where there are any.
    target
        Folder that gets ``map/``, ``calls.csv`` (where there are calls) and ``scenario.yaml``.

    Returns
    -------
    JemssSummary
        What was read, left out and assumed.

    Raises
    ------
    MapError
        Naming the file and line of what is wrong; then nothing is written.

    Examples
    --------
    >>> import_jemss(Path("jemss/small/input"), Path("small"), JemssOptions(title="Small"))     # doctest: +SKIP
    """
    begun_s = time.perf_counter()
    options = options or JemssOptions()
    options.check()
    _check_target(target, overwrite=options.overwrite)
    city, counts = JemssCity(source), Counter[str]()
    projection = find_projection(city, options.at)
    parts = _make(city, projection, options, counts)
    _count(city, projection, parts, options, counts)
    title = options.title or target.resolve().name

    def summary() -> JemssSummary:
        middle, seconds = parts.graph.origin, time.perf_counter() - begun_s
        return JemssSummary(source, target, counts, parts.spread.said, middle, seconds)

    with new_folder(target / MAP, overwrite=options.overwrite) as folder:
        _write_map(folder, parts, target.resolve().name, title)
        write_documents(folder, city, title, summary())
        read_map(folder)
    if parts.calls is not None:
        write_calls(target / CALLS, parts.calls)
    else:
        (target / CALLS).unlink(missing_ok=True)
    write_scenario(target / SCENARIO, city, title, parts.calls)
    return summary()


def _check_target(target: Path, *, overwrite: bool) -> None:
    check_target(target / MAP, overwrite=overwrite)
    for name in (CALLS, SCENARIO):
        if (target / name).exists() and not overwrite:
            raise MapError(
                "{path}: is there already; choose another folder, or say --overwrite", path=str(target / name)
            )


def _make(city: JemssCity, projection: Projection, options: JemssOptions, counts: Counter[str]) -> _Parts:
    graph = build_roads(city, projection, counts)
    stations, hospitals = make_stations(city, projection), make_hospitals(city, projection)
    calls = make_calls(city, projection, graph, counts)
    if calls is not None and not len(calls):
        calls = None
    spread = spread_people(city, projection, graph, calls, options.population)
    return _Parts(graph, stations, hospitals, calls, spread)


def _count(city: JemssCity, projection: Projection, parts: _Parts, options: JemssOptions, counts: Counter[str]) -> None:
    """Count what the summary tells."""
    counts["nodes"], counts["edges"] = parts.graph.node_count, parts.graph.edge_count
    counts["stations"], counts["hospitals"] = len(parts.stations), len(parts.hospitals)
    counts["vehicles"] = int(city.ambulances_at.sum())
    counts["calls_kept"] = 0 if parts.calls is None else len(parts.calls)
    counts["residents"] = round(parts.spread.cells.residents.sum())
    counts["other_modes"] = len(city.roads.time_days) - len(set(city.modes))
    counts["later_travel_sets"] = city.later_sets
    counts["capacities"] = len(city.stations) if "capacity" in city.stations.columns else 0
    counts["off_road"] = int("travelModes" in city.files)
    counts["plane"] = int(not projection.degrees and options.at is None)
    counts["no_calls"] = int(parts.calls is None)
    counts["start"] = counts["delays"] = int(parts.calls is not None)
    counts["residents_assumed"] = int(options.population is None)


def _write_map(folder: Path, parts: _Parts, name: str, title: str) -> None:
    write_graph(folder, parts.graph)
    write_places(folder / "hospitals.csv", parts.hospitals, Hospital)
    write_places(folder / "stations.csv", parts.stations, Station)
    cells = parts.spread.cells
    residents = round(cells.residents.sum())
    write_district(folder / "districts.geojson", parts.graph, residents, title, assumed=cells.assumed_total)
    write_population(folder / "population.parquet", cells)
    write_header(folder / "map.yaml", name, title, parts.spread.said)
